"""Outlines into pixels: areas must be exact, or every measured building is wrong from the start."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box
from shapely.geometry.base import BaseGeometry

from siteline.simulate.coverage import Raster, cover
from siteline.simulate.site import draw_l, draw_rectangle

RASTER = Raster(left=-4.0, top=64.0, step=0.8, shape=(85, 85))


@settings(deadline=None)
@given(
    turn=st.floats(0, 360),
    x=st.floats(20, 40),
    y=st.floats(20, 40),
    length=st.floats(0.3, 30),
    width=st.floats(0.3, 20),
)
def test_a_turned_rectangle_keeps_its_area(
    turn: float, x: float, y: float, length: float, width: float
) -> None:
    """Whatever its size, place and direction, the cells of a rectangle sum to its area within 0.1 %."""
    share = cover(draw_rectangle(x, y, length, width, turn), RASTER)
    assert share.sum() * RASTER.step**2 == pytest.approx(length * width, rel=1e-3)
    assert share.min() > -1e-5
    assert share.max() < 1 + 1e-5


@pytest.mark.parametrize(
    "outline",
    [
        draw_l(30, 30, 28, 18, (11, 7), 33),
        Point(30, 30).buffer(17).difference(Point(31, 29).buffer(6)),
        draw_rectangle(12, 12, 5, 5).union(draw_rectangle(40, 41, 9, 3, 20)),
    ],
    ids=["L", "ring", "two pieces"],
)
def test_every_cell_holds_its_exact_share(outline: BaseGeometry) -> None:
    """Cell by cell, the share is what cutting the outline with the cell gives."""
    share = cover(outline, RASTER)
    rng = np.random.default_rng(3)
    for row, column in rng.integers(0, 85, (250, 2)):
        west, north = RASTER.left + column * RASTER.step, RASTER.top - row * RASTER.step
        cell = box(west, north - RASTER.step, west + RASTER.step, north)
        assert share[row, column] == pytest.approx(outline.intersection(cell).area / cell.area, abs=1e-5)


def test_an_outline_beyond_the_frame_is_cut_by_it() -> None:
    """What lies outside the grid is left out, on all four sides, and nothing is folded back in."""
    outline = draw_rectangle(30, 30, 150, 20, 45)
    frame = box(-4, -4, 64, 64)
    share = cover(outline, RASTER)
    assert share.sum() * RASTER.step**2 == pytest.approx(outline.intersection(frame).area, rel=1e-5)
