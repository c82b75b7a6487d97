"""Families of outlines, and what a drawn outline means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.measure.fitted.shape import shape_of, squared

POSED = [12.2, 11.7, 0.4, np.log(0.8), 7.0, 1.6, 2.0, 0.9, 3.0]
CELLS = {
    "L-shape": [[1, 1], [1, 0]],
    "T-shape": [[1, 0], [1, 1], [1, 0]],
    "U-shape": [[1, 1], [1, 0], [1, 1]],
    "outline of 12 corners": [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
}


@settings(max_examples=30, deadline=None)
@given(st.floats(-3, 3), st.lists(st.floats(1, 9), min_size=6, max_size=6), st.sampled_from(sorted(CELLS)))
def test_turning_keeps_the_area(angle: float, steps: list[float], name: str) -> None:
    """The area of a shape is that of its outline, at any angle."""
    cells = np.array(CELLS[name], dtype=bool)
    u, v = ([0.0, *np.cumsum(steps[k : k + n])] for k, n in zip((0, 3), cells.shape, strict=True))
    shape, walls = shape_of(cells, u, v)
    unknowns = np.array([10.0, 9.0, angle, *POSED[3:], *walls])
    assert shape.name == name
    assert shape.outline(unknowns).area == pytest.approx(shape.area(unknowns))


@settings(max_examples=30, deadline=None)
@given(
    st.floats(-0.2, 0.2), st.lists(st.floats(4, 9), min_size=6, max_size=6), st.sampled_from(sorted(CELLS))
)
def test_a_drawn_outline_keeps_its_corners(angle: float, steps: list[float], name: str) -> None:
    """An outline of walls at right angles is read as the shape it is, wherever its walls are."""
    cells = np.array(CELLS[name], dtype=bool)
    u, v = ([0.0, *np.cumsum(steps[k : k + n])] for k, n in zip((0, 3), cells.shape, strict=True))
    shape, walls = shape_of(cells, u, v)
    outline = shape.outline(np.array([10.0, 9.0, angle, *POSED[3:], *walls]))
    found = squared(outline, angle, (10.0, 9.0), 1.0)
    assert found is not None
    assert found[0] == shape
    assert found[1] == pytest.approx(walls, abs=1e-6)
