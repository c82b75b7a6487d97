"""Outlines are seen on any ground, in grey and by colour-blind eyes; kinds are told apart without colour."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from siteline.model.change import Kind
from siteline.report.figure import KIND_COLOUR
from siteline.report.sheet.house import ACCENT, PERIMETER, contrast, fault_of
from siteline.report.sheet.letters import Faces
from siteline.report.sheet.marks import Line, Shape, cased
from siteline.report.sheet.panel import INFERRED_DASH, PERIMETER_DASH, sign_marks
from siteline.report.sheet.raster import paint_onto
from siteline.report.signs import SHAPES

_DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
"""Machado, Oliveira and Fernandes 2009, severity 1.0, for linear red, green and blue."""

GROUNDS = {
    "black": (0, 0, 0),
    "white roof": (255, 255, 255),
    "soil": (139, 119, 90),
    "field": (60, 110, 50),
    "concrete": (128, 128, 128),
    "orange as the line": (213, 94, 0),
}


def linear(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear light of sRGB, 0–1."""
    share = pixels / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lightness(pixels: NDArray[np.float64], *, colour_blind: bool) -> NDArray[np.float64]:
    """Relative luminance, as seen with or without green cones: all that is left in greyscale."""
    light = linear(pixels)
    if colour_blind:
        light = np.clip(light @ _DEUTERANOPIA.T, 0, 1)
    return np.asarray(light @ (0.2126, 0.7152, 0.0722))


def strongest(picture: Image.Image, ground: tuple[int, int, int], *, colour_blind: bool) -> float:
    """The strongest contrast between anything drawn and the ground, in lightness only."""
    seen = lightness(np.asarray(picture, dtype=float).reshape(-1, 3), colour_blind=colour_blind)
    under = float(lightness(np.array([ground], dtype=float), colour_blind=colour_blind)[0])
    high, low = np.maximum(seen, under), np.minimum(seen, under)
    return float(((high + 0.05) / (low + 0.05)).max())


@pytest.mark.parametrize("colour_blind", [False, True], ids=["greyscale", "deuteranopia"])
@pytest.mark.parametrize("ground", GROUNDS.values(), ids=GROUNDS)
@pytest.mark.parametrize("dash", [(), INFERRED_DASH, PERIMETER_DASH], ids=["seen", "inferred", "perimeter"])
def test_an_outline_stands_out_from_any_ground(
    ground: tuple[int, int, int], dash: tuple[float, ...], colour_blind: bool
) -> None:
    """In lightness alone every line has at least 3:1 with what lies beneath it, whatever its colour."""
    for colour in {*KIND_COLOUR.values(), PERIMETER}:
        picture = Image.new("RGB", (120, 40), ground)
        paint_onto(picture, cased(((10, 20), (110, 20)), colour, 2.0, dash), 2.0 / 2, Faces())
        assert strongest(picture, ground, colour_blind=colour_blind) >= 3.0


def test_a_bare_line_would_not_do() -> None:
    """The test can fail: an uncased line of the colour of its ground has no contrast at all."""
    picture = Image.new("RGB", (120, 40), GROUNDS["orange as the line"])
    paint_onto(picture, [Line(((10, 20), (110, 20)), "#d55e00", 2.0)], 1.0, Faces())
    assert strongest(picture, GROUNDS["orange as the line"], colour_blind=False) < 1.1


def test_seen_inferred_and_perimeter_differ_without_colour() -> None:
    """Solid, dashed and dash-dotted lines cover different shares of their length; so grey tells them apart."""
    inked = []
    for dash in ((), INFERRED_DASH, PERIMETER_DASH):
        picture = Image.new("L", (300, 20), 128).convert("RGB")
        paint_onto(picture, cased(((0, 10), (300, 10)), "#d55e00", 2.0, dash), 1.0, Faces())
        row = np.asarray(picture.convert("L"), dtype=int)[10]
        edges = int((np.diff((row != 128).astype(int)) == 1).sum())
        inked.append(((row != 128).mean(), edges))
    assert inked[0][0] > 0.98
    assert all(0.3 < share < 0.85 for share, _ in inked[1:])
    assert len({edges for _, edges in inked}) == 3


def test_each_kind_has_a_shape_of_its_own() -> None:
    """Signs of two kinds are never the same polygon, so that their colour is not needed."""
    outlines = []
    for kind in Kind:
        marks = sign_marks(kind, "#888888", "7", (0, 0), 10)
        outlines.append(next(mark.points for mark in marks if isinstance(mark, Shape)))
    assert len(set(outlines)) == len(Kind) == len(set(SHAPES.values()))


def test_house_colours_are_held_against_their_ground() -> None:
    """Our own pass; a pale accent and a black outline do not, with the figure that they miss."""
    assert fault_of("accent", ACCENT) is None
    assert all(fault_of("outline", colour) is None for colour in KIND_COLOUR.values())
    assert fault_of("perimeter", PERIMETER) is None
    assert "1.1:1 with white paper" in (fault_of("accent", "#ffff88") or "")
    assert fault_of("outline", "#202020") is not None
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
