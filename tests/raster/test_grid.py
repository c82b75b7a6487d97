"""Where pixels lie: outlines to pixels and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from siteline.model.errors import BadGeometry
from siteline.model.imagery import Grid
from siteline.raster import grid as g

GRID = Grid("EPSG:32652", (3.0, 0.0, 500_000.0, 0.0, -3.0, 4_400_000.0), (40, 50), 3.0)
FRAME = Grid(None, (1.0, 0.0, 10.0, 0.0, 1.0, 20.0), (40, 50), None)


def turned_rectangle(x: float, y: float, wide: float, high: float, turn: float) -> Polygon:
    """A rectangle around (x, y), in pixels."""
    return shapely.affinity.translate(
        shapely.affinity.rotate(box(-wide / 2, -high / 2, wide / 2, high / 2), turn, origin=(0, 0)), x, y
    )


@settings(max_examples=60, deadline=None)
@given(
    st.floats(15, 35), st.floats(15, 25), st.floats(0.05, 20), st.floats(0.05, 12), st.floats(0, 180),
    st.sampled_from([GRID, FRAME]),
)  # fmt: skip
def test_coverage_adds_up_to_the_area(
    x: float, y: float, wide: float, high: float, turn: float, grid: Grid
) -> None:
    """Shares of pixels add up to the outline's exact area, however small or crooked it is."""
    outline = g.from_pixels(turned_rectangle(x, y, wide, high, turn), grid)
    pixel = abs(grid.transform[0] * grid.transform[4])
    share = g.coverage(outline, grid)
    assert share.sum() * pixel == pytest.approx(outline.area, rel=1e-4, abs=1e-4)
    assert 0 <= share.min() <= share.max() <= 1 + 1e-6


def test_a_pixel_belongs_if_its_centre_does() -> None:
    """The mask holds pixels by their centres; all_touched holds every pixel that is met."""
    outline = box(12.4, 22.4, 14.6, 23.4)  # in the frame: columns 2.4–4.6, rows 2.4–3.4
    mask = g.polygon_mask(outline, FRAME)
    assert [tuple(map(int, at)) for at in np.argwhere(mask)] == [(2, 2), (2, 3), (2, 4)]
    assert g.polygon_mask(outline, FRAME, all_touched=True).sum() == 6
    assert not g.polygon_mask(Polygon(), FRAME).any()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.9))
def test_outline_and_mask_are_inverse(seed: int, density: float) -> None:
    """The outline of any set of pixels, corners and holes included, holds exactly these pixels."""
    mask = np.random.default_rng(seed).random(GRID.shape) < density
    outline = g.outline_of(mask, GRID)
    assert outline.is_valid
    assert outline.area == pytest.approx(9.0 * mask.sum())
    assert (g.polygon_mask(outline, GRID) == mask).all()
    assert g.outline_of(np.zeros(GRID.shape, bool), GRID).is_empty


def test_snap_covers_with_whole_pixels() -> None:
    """Bounds are covered by whole pixels of the same grid; rounding noise does not add a row."""
    transform, shape = g.snap((500_004.0, 4_399_000.0, 500_010.0, 4_399_994.0), GRID.transform)
    assert transform == (3.0, 0.0, 500_003.0, 0.0, -3.0, 4_399_994.0)
    assert shape == (332, 3)
    assert g.snap((0.0, 0.0, 9.999_999_9, 5.000_000_1), (1, 0, 0, 0, 1, 0))[1] == (5, 10)


def test_window_is_what_touches() -> None:
    """A window is clipped to the image; a margin widens it, but does not make a far image touch."""
    rows, cols = g.window_over((500_010, 4_399_970, 500_020, 4_399_990), GRID.transform, GRID.shape) or (0, 0)
    assert (rows, cols) == (slice(3, 10), slice(3, 7))
    wide = g.window_over((500_010, 4_399_970, 500_020, 4_399_990), GRID.transform, GRID.shape, margin=5)
    assert wide == (slice(0, 15), slice(0, 12))
    assert g.window_over((499_000, 4_399_970, 499_990, 4_399_990), GRID.transform, GRID.shape, 100) is None


def test_crop_and_centres_agree() -> None:
    """A part of a grid has the same pixel centres as the whole had there."""
    y, x = g.centres(GRID)
    part_y, part_x = g.centres(g.crop(GRID, slice(5, 15), slice(7, 99)))
    assert part_y == pytest.approx(y[5:15])
    assert part_x == pytest.approx(x[7:])
    assert g.bounds_of(GRID) == (500_000.0, 4_399_880.0, 500_150.0, 4_400_000.0)


def test_site_outlines_go_onto_the_grid_and_back() -> None:
    """Longitude and latitude reach the grid and come back to a millimetre; frames stay as they are."""
    outline = box(129.0, 39.7, 129.001, 39.701)
    there = g.onto_grid(outline, GRID)
    assert there.area == pytest.approx(85.7 * 111.0, rel=0.01)
    assert g.off_grid(there, GRID).equals_exact(outline, 1e-8)
    assert g.onto_grid(outline, FRAME) is outline


def test_no_place_is_refused() -> None:
    """An outline that a projection cannot show is refused, not drawn at infinity."""
    with pytest.raises(BadGeometry):
        g.reproject(box(0, 95, 1, 96), "EPSG:4326", "EPSG:32652")
    assert math.isfinite(g.reproject(box(0, 0, 1, 1), "EPSG:4326", "EPSG:32631").area)
