"""A hurried outline is refitted to the edges of one sharp image, or refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from shapely.affinity import rotate, scale, translate
from shapely.geometry import Polygon, box

from siteline.measure.sharp.refine import Refined, RefineOptions, measure_refined, refine_outline
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadGeometry, BadSetting, NotMeasured
from siteline.model.imagery import Grid, Scene
from tests.measure.rendering import FINE, coverage

SIDE = 72
TILE = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (SIDE, SIDE), 0.3)
SCENE = Scene(
    id="S12",
    href="S12.png",
    acquired=parse_acquired("2020-01-01"),
    bands=("red", "green", "blue"),
    shape=(SIDE, SIDE),
    crs=None,
    transform=None,
    gsd_m=0.3,
    dtype="uint8",
    sha256="",
)


def roof(seed: int = 0, shape: str = "rectangle", turn: float = 20.0) -> Polygon:
    """Near the middle of the image, px."""
    whole = box(-16, -11, 16, 11)
    if shape == "L":
        whole = whole.difference(box(3, 1, 20, 20))
    off = np.random.default_rng(seed).uniform(-0.5, 0.5, 2) + SIDE / 2
    return translate(rotate(whole, turn, origin=(0, 0)), *off)


def picture(truth: Polygon, seed: int = 0) -> np.ndarray:
    """A gable roof of two tones with panels, its shadow, and rough ground, as a camera sees them; (y, x, band)."""
    rng = np.random.default_rng(seed)
    fine = (SIDE * FINE, SIDE * FINE)
    cover = coverage(truth, fine)
    rough = ndimage.gaussian_filter(rng.standard_normal(fine), 4)
    rough *= 0.02 / rough.std()
    ground = np.array([0.48, 0.42, 0.33])[:, None, None] + rough
    rows, cols = np.mgrid[: fine[0], : fine[1]] / FINE
    angle = np.radians(20.0)
    along = (cols - SIDE / 2) * np.cos(angle) + (rows - SIDE / 2) * np.sin(angle)
    across = (rows - SIDE / 2) * np.cos(angle) - (cols - SIDE / 2) * np.sin(angle)
    tone = np.where(across > 0, 0.8, 1.0) * np.where(np.floor(along / 7) % 3 == 0, 0.9, 1.0)
    top = np.array([0.75, 0.35, 0.3])[:, None, None] * tone
    shadow = coverage(translate(truth, 3, 3), fine) * (1 - cover)
    scene = ground * (1 - 0.6 * shadow) * (1 - cover) + top * cover
    blurred = np.stack([ndimage.gaussian_filter(band, 0.6 * FINE) for band in scene])
    pixels = blurred.reshape(3, SIDE, FINE, SIDE, FINE).mean(axis=(2, 4))
    return np.moveaxis(pixels + rng.normal(0, 0.008, pixels.shape), 0, -1)


def hurried(truth: Polygon, factor: float, shift: tuple[float, float], turn: float) -> Polygon:
    """The outline as somebody in a hurry draws it."""
    return translate(scale(rotate(truth, turn, origin="centroid"), factor, factor, origin="centroid"), *shift)


def refit(image: np.ndarray, outline: Polygon, options: RefineOptions | None = None) -> Refined:
    return refine_outline(image, np.ones(image.shape[:2], dtype=bool), outline, options)


@pytest.mark.parametrize("shape", ["rectangle", "L"])
@pytest.mark.parametrize(
    ("factor", "shift", "turn"),
    [(1.2, (1.5, -1.0), 4.0), (0.82, (-1.5, 1.5), -4.0), (1.0, (2.0, 2.0), 3.0), (1.0, (0.0, 0.0), 0.0)],
)
def test_hurried_outline_finds_the_roof(
    shape: str, factor: float, shift: tuple[float, float], turn: float
) -> None:
    """Too large, too small, shifted or turned: the roof comes back within a few hundredths."""
    truth = roof(shape=shape)
    found = refit(picture(truth), hurried(truth, factor, shift, turn)).outline_px
    assert found.area == pytest.approx(truth.area, rel=0.05)
    assert found.intersection(truth).area / found.union(truth).area > 0.93


def test_corners_are_kept() -> None:
    """An L-shape stays one, and its right angles stay right."""
    truth = roof(shape="L")
    ring = np.asarray(refit(picture(truth), hurried(truth, 1.1, (1, 1), 3)).outline_px.exterior.coords)
    assert len(ring) - 1 == 6
    steps = np.diff(ring, axis=0)
    angles = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    off = (angles - angles[0] + 45) % 90 - 45
    assert np.abs(off).max() < 1e-6


def test_moving_image_and_outline_moves_the_answer() -> None:
    """Whole pixels of shift change nothing else."""
    truth = roof()
    image, drawn = picture(truth), hurried(truth, 1.1, (1, 0), 2)
    here = refit(image, drawn)
    there = refit(np.pad(image, ((9, 0), (4, 0), (0, 0)), mode="edge"), translate(drawn, 4, 9))
    assert there.outline_px.area == pytest.approx(here.outline_px.area, rel=0.02)
    x, y = here.outline_px.centroid.coords[0]
    assert there.outline_px.centroid.coords[0] == pytest.approx((x + 4, y + 9), abs=0.3)


def test_same_input_gives_the_same_outline() -> None:
    truth = roof()
    image, drawn = picture(truth), hurried(truth, 0.9, (1, 1), -3)
    assert refit(image, drawn) == refit(image, drawn)


def test_brightness_and_gain_do_not_matter() -> None:
    """Exposure is nobody's edge."""
    truth = roof()
    image, drawn = picture(truth), hurried(truth, 1.15, (1, 1), 3)
    plain, dim = refit(image, drawn), refit(0.5 * image + 0.1, drawn)
    assert dim.outline_px.area == pytest.approx(plain.outline_px.area, rel=0.01)


def test_small_holes_in_the_image_are_borne() -> None:
    """Transparent specks, as map tiles have them in deep shadow."""
    truth = roof()
    image, usable = picture(truth), np.ones((SIDE, SIDE), dtype=bool)
    rng = np.random.default_rng(3)
    usable[rng.random(usable.shape) < 0.03] = False
    image[~usable] = 0
    found = refine_outline(image, usable, hurried(truth, 1.15, (1, -1), 3))
    assert found.outline_px.area == pytest.approx(truth.area, rel=0.07)


def test_nothing_to_fit_is_refused() -> None:
    """Flat ground and plain noise have no roof."""
    drawn = hurried(roof(), 1.1, (1, 1), 3)
    with pytest.raises(NotMeasured):
        refit(np.full((SIDE, SIDE, 3), 0.4), drawn)
    with pytest.raises(NotMeasured):
        refit(np.random.default_rng(1).normal(0.5, 0.1, (SIDE, SIDE, 3)), drawn)


def test_refusal_says_what_to_do() -> None:
    with pytest.raises(NotMeasured) as refusal:
        refit(np.full((SIDE, SIDE, 3), 0.4), roof())
    assert "as drawn" in refusal.value.hint


def test_hidden_outline_is_refused() -> None:
    truth = roof()
    usable = np.ones((SIDE, SIDE), dtype=bool)
    usable[:, : SIDE // 2] = False
    with pytest.raises(NotMeasured, match="shows only"):
        refine_outline(picture(truth), usable, truth)


@pytest.mark.parametrize("beyond_px", [-2.0, 0.0, 1.0])
def test_an_edge_in_a_gap_of_the_image_is_refused(beyond_px: float) -> None:
    """Where a gap hides one edge, or what lies close beside it, no other edge is taken for it, however sharp."""
    truth = roof(turn=0.0)
    image, usable = picture(truth), np.ones((SIDE, SIDE), dtype=bool)
    first = int(np.floor(truth.bounds[2] + beyond_px))
    usable[:, first : first + 6] = False
    image[~usable] = 0
    with pytest.raises(NotMeasured, match="1 of the 4 edges of the outline lies where the image has no data"):
        refine_outline(image, usable, truth)
    far = np.ones_like(usable)
    far[:, int(truth.bounds[2]) + 14 :] = False
    assert refine_outline(picture(truth), far, truth).outline_px.area == pytest.approx(truth.area, rel=0.1)


def test_outline_off_the_image_is_refused() -> None:
    truth = roof()
    with pytest.raises(NotMeasured):
        refit(picture(truth), translate(truth, 400, 0))


def test_tiny_outline_is_refused() -> None:
    with pytest.raises(NotMeasured, match="too small"):
        refit(picture(roof()), box(30, 30, 34, 33))


def test_crossing_outline_is_bad_geometry() -> None:
    with pytest.raises(BadGeometry):
        refit(picture(roof()), Polygon([(20, 20), (40, 40), (40, 20), (20, 40)]))


def test_options_must_make_sense() -> None:
    with pytest.raises(BadSetting):
        RefineOptions(max_spread=0)


def test_measurements_carry_their_error() -> None:
    """Area, length and width in metres, each with its budget, and intervals that hold the truth."""
    truth = roof()
    drawn = hurried(truth, 1.18, (1, -1), 4)
    usable = np.ones((SIDE, SIDE), dtype=bool)
    area, length, width = measure_refined(picture(truth), usable, drawn, TILE, SCENE)
    for size, real in ((area, truth.area * 0.09), (length, 32 * 0.3), (width, 22 * 0.3)):
        assert size.quantity is not None
        assert abs(size.quantity.value - real) < 1.96 * size.quantity.sigma
        assert size.quantity.sigma == pytest.approx(np.sqrt(sum(line.sigma**2 for line in size.budget)))
        assert size.method == "outline drawn by hand on S12, refitted to its edges"
        assert size.scene_ids == ("S12",)
    assert area.quantity is not None
    assert area.quantity.unit == "m²"
    assert area.footprint is not None
