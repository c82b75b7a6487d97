"""Two looks laid on one another: shifts as they were made, and what cannot be laid."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from siteline.cube.native import make_native
from siteline.cube.pairing import lay_pair, pair_grid
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid
from tests.change.pairs.made import build, ground, retouch
from tests.factory import make_scene

SIDE = 200
TRANSFORM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 4_400_000.0)
GRID = Grid("EPSG:32631", TRANSFORM, (SIDE, SIDE), 0.5)


def _native(image: np.ndarray, scene_id: str, seen: np.ndarray | None = None):
    scene = make_scene(
        scene_id,
        bands=("red", "green", "blue"),
        shape=(SIDE, SIDE),
        transform=TRANSFORM,
        gsd_m=0.5,
        dtype="uint8",
    )
    numbers = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    there = np.ones((SIDE, SIDE), bool) if seen is None else seen
    return make_native(scene, numbers, ["red", "green", "blue"], TRANSFORM, there, None)


def _moved(image: np.ndarray, right: float, down: float) -> np.ndarray:
    return np.stack([ndimage.shift(band, (down, right), order=3, mode="nearest") for band in image])


@pytest.mark.parametrize(("right", "down"), [(0.0, 0.0), (1.63, -0.41), (-9.0, 14.3)])
def test_a_known_shift_is_found_with_its_sign(right: float, down: float) -> None:
    """The content of the later look lies `right` and `down`; it is moved back by as much."""
    before = ground(1, SIDE)
    after = retouch(_moved(build(before, 60, 80, 30, 40), right, down), 2)
    laid = lay_pair(_native(before, "S1"), _native(after, "S2"), GRID, False)
    assert laid.fit.shift_px == pytest.approx((-right, -down), abs=0.15)
    assert laid.fit.likeness > 0.7
    assert laid.fit.likeness > 3 * laid.fit.likeness_of_strangers


def test_parts_that_lie_elsewhere_are_moved_by_themselves() -> None:
    before = ground(3, SIDE)
    rows = np.linspace(-2, 2, SIDE)[:, None] * np.ones((1, SIDE))
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    after = np.stack(
        [ndimage.map_coordinates(band, [y, x + rows], order=3, mode="nearest") for band in before]
    )
    laid = lay_pair(_native(before, "S1"), _native(after, "S2"), GRID, False)
    assert 1.0 < laid.fit.local_px < 3.0
    assert laid.fit.likeness > 0.8


def test_pictures_of_different_ground_are_refused_in_words() -> None:
    with pytest.raises(CannotTell, match="no more alike than pictures of different ground") as refused:
        lay_pair(_native(ground(1, SIDE), "S1"), _native(ground(2, SIDE), "S2"), GRID, False)
    assert "--as-they-lie" in refused.value.hint


def test_they_can_still_be_compared_as_they_lie() -> None:
    laid = lay_pair(_native(ground(1, SIDE), "S1"), _native(ground(2, SIDE), "S2"), GRID, True)
    assert laid.fit.shift_px == (0.0, 0.0)
    assert laid.fit.residual_px is None


def test_a_look_that_shows_too_little_is_named() -> None:
    seen = np.zeros((SIDE, SIDE), bool)
    seen[:20] = True
    with pytest.raises(CannotTell, match="S2 shows only 10 % of the site"):
        lay_pair(_native(ground(1, SIDE), "S1"), _native(ground(1, SIDE), "S2", seen), GRID, False)


def test_a_blank_look_is_named() -> None:
    with pytest.raises(CannotTell, match="S2 is blank"):
        lay_pair(_native(ground(1, SIDE), "S1"), _native(np.full((3, SIDE, SIDE), 0.5), "S2"), GRID, False)


def test_finer_pixels_are_averaged_to_half_a_metre_and_coarser_ones_left() -> None:
    fine = pair_grid(Grid("EPSG:2154", (0.2, 0.0, 0.0, 0.0, -0.2, 0.0), (512, 512), 0.2), None)
    assert fine.gsd_m == pytest.approx(0.5)
    assert fine.shape == (204, 204)
    assert pair_grid(GRID, None) == GRID
    assert pair_grid(GRID, 1.0).gsd_m == pytest.approx(1.0)
    frame = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (80, 80), None)
    assert pair_grid(frame, None) == frame
