"""Tie points: the shift that they mean, in pixels of the scene, and what a nudge cannot mend."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from siteline.catalog.controls import Tie
from siteline.catalog.ties import nudge_by, nudge_by_ties
from siteline.model.errors import BadInput
from tests.factory import make_scene

SCENE = make_scene("S1")
TURNED = make_scene("T", transform=(2.0, 1.0, 500_000.0, 1.0, -2.0, 4_399_900.0))
OTHER = make_scene("R", transform=(1.5, 0.0, 500_010.0, 0.0, -1.5, 4_399_990.0), shape=(200, 200))
TO_EARTH = Transformer.from_crs("EPSG:32631", "EPSG:4326", always_xy=True)
SPOTS = [(20.0, 30.0), (80.0, 25.0), (60.0, 70.0)]
SHIFT = st.tuples(st.floats(-15, 15), st.floats(-15, 15))


def ground(scene, x: float, y: float) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Where a scene's file puts a pixel."""
    a, b, c, d, e, f = scene.transform
    return a * x + b * y + c, d * x + e * y + f


@given(SHIFT, st.booleans())
def test_ties_to_the_ground_give_the_shift(shift: tuple[float, float], turned: bool) -> None:
    """Upright or turned: the shift is in the scene's own pixels, right and down."""
    scene = TURNED if turned else SCENE
    ties = [
        Tie(f"P{n}", x, y, TO_EARTH.transform(*ground(scene, x + shift[0], y + shift[1])))
        for n, (x, y) in enumerate(SPOTS)
    ]
    found = nudge_by_ties(scene, ties, None, "why")
    assert found.shift_px == pytest.approx(shift, abs=1e-4)
    assert found.residual_px == pytest.approx(0, abs=1e-4)
    assert found.follows is None


@given(SHIFT)
def test_ties_to_a_reference_give_the_shift_onto_it(shift: tuple[float, float]) -> None:
    """Another pixel size and another corner: what is seen in both lies in one place afterwards."""
    ties = []
    for n, (x, y) in enumerate(SPOTS):
        east, north = ground(SCENE, x + shift[0], y + shift[1])
        ties.append(Tie(f"P{n}", x, y, None, ((east - 500_010) / 1.5, (4_399_990 - north) / 1.5)))
    inside = [t for t in ties if t.reference and min(t.reference) >= 0 and max(t.reference) <= 200]
    if len(inside) < len(ties):
        return
    found = nudge_by_ties(SCENE, ties, OTHER, "why")
    assert found.shift_px == pytest.approx(shift, abs=1e-6)
    assert found.follows == "R"


def test_what_ties_cannot_mend_is_refused() -> None:
    """Points at odds, outside, of the wrong sort; a shift out of the picture; a frame held to the ground."""
    away = [Tie(f"P{n}", x, y, None, (x + 9 * n, y)) for n, (x, y) in enumerate(SPOTS)]
    with pytest.raises(BadInput, match="do not agree to 3 px"):
        nudge_by_ties(SCENE, away, make_scene("R"), "why")
    with pytest.raises(BadInput, match="Q lies at"):
        nudge_by_ties(SCENE, [Tie("Q", 101, 5, None, (1, 1))], OTHER, "why")
    with pytest.raises(BadInput, match="pixels of scene R"):
        nudge_by_ties(SCENE, [Tie("Q", 1, 5, None, (201, 1))], OTHER, "why")
    with pytest.raises(BadInput, match="pixels of a reference scene"):
        nudge_by_ties(SCENE, away, None, "why")
    with pytest.raises(BadInput, match="lie on the ground"):
        nudge_by_ties(SCENE, [Tie("Q", 1, 5, (3.0, 39.7))], OTHER, "why")
    frame = make_scene("F", crs=None, transform=None)
    with pytest.raises(BadInput, match="without a place on Earth"):
        nudge_by_ties(frame, [Tie("Q", 1, 5, (3.0, 39.7))], None, "why")
    with pytest.raises(BadInput, match="cannot be laid on each other"):
        nudge_by_ties(frame, [Tie("Q", 1, 5, None, (3, 9))], OTHER, "why")
    with pytest.raises(BadInput, match="out of its own"):
        nudge_by(SCENE, 100.0, 0.0, "why")


def test_one_tie_point_says_nothing_of_its_error() -> None:
    """A single point moves the look, and its residual is unknown."""
    found = nudge_by_ties(SCENE, [Tie("Q", 10, 10, None, (12, 9))], make_scene("R"), "why")
    assert found.shift_px == (2.0, -1.0)
    assert found.residual_px is None
    assert np.isclose(found.ties[0].residual_px, 0)
