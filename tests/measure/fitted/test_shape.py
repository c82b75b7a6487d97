"""Blurred shapes against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from siteline.measure.fitted.shape import HEIGHT, Shape, draw, rectangle, shape_of, squared
from tests.measure.rendering import coverage

PIXELS = np.stack(np.meshgrid(np.arange(24) + 0.5, np.arange(24) + 0.5), axis=-1).reshape(-1, 2)
REACH = np.array([[0.25, -0.2], [0.1, -0.35]])
POSED = [12.2, 11.7, 0.4, np.log(0.8), 7.0, 1.6, 2.0, 0.9, 3.0]
RECTANGLE = np.array([*POSED, -5.5, 5.5, -3.1, 3.4])
CELLS = {
    "L-shape": [[1, 1], [1, 0]],
    "T-shape": [[1, 0], [1, 1], [1, 0]],
    "U-shape": [[1, 1], [1, 0], [1, 1]],
    "outline of 12 corners": [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
}


def make(cells: list[list[int]]) -> tuple[Shape, np.ndarray]:
    """A shape of these cells with walls three to four pixels apart."""
    chosen = np.array(cells, dtype=bool)
    walls = [np.arange(n + 1) * 3.7 - 1.9 * n for n in chosen.shape]
    shape, placed = shape_of(chosen, *walls)
    return shape, np.array([*POSED, *placed])


SHAPES = [(rectangle(), RECTANGLE), *(make(cells) for cells in CELLS.values())]


@pytest.mark.parametrize(("shape", "unknowns"), SHAPES)
def test_blurred_roof_is_the_roof_blurred(shape: Shape, unknowns: np.ndarray) -> None:
    """The closed form equals a finely rendered polygon, blurred by a filter, within 1 %."""
    picture = draw(shape, unknowns, np.zeros((1, 2)), PIXELS, None, False)
    fine = coverage(shape.outline(unknowns), (120, 120))
    blurred = ndimage.gaussian_filter(fine, 0.8 * 5)
    sampled = ndimage.map_coordinates(blurred, PIXELS[:, ::-1].T * 5 - 0.5, order=3)
    assert np.abs(picture.roof[0] - sampled).max() < 0.01


@pytest.mark.parametrize(("shape", "unknowns"), SHAPES)
def test_derivatives_are_those_of_the_picture(shape: Shape, unknowns: np.ndarray) -> None:
    """Roof, shadow and border move with every unknown as their derivatives say."""
    shifts = np.array([[0.1, -0.2], [0.0, 0.15]])
    here = draw(shape, unknowns, shifts, PIXELS, REACH, True)
    for k in range(unknowns.size):
        step = np.zeros(unknowns.size)
        step[k] = 1e-5
        up = draw(shape, unknowns + step, shifts, PIXELS, REACH, True)
        down = draw(shape, unknowns - step, shifts, PIXELS, REACH, True)
        for name in ("roof", "shadow", "apron"):
            moved = (getattr(up, name) - getattr(down, name)) / 2e-5
            stated = getattr(here, f"{name}_by")[k]
            close = np.abs(moved - stated) < 0.02
            assert close.mean() > 0.99, (name, k)  # the kink where a shadow's arms meet has no derivative


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


def test_no_height_no_shadow() -> None:
    """A flat slab covers itself and darkens nothing; a tall one darkens the side away from the sun."""
    flat, tall = RECTANGLE.copy(), RECTANGLE.copy()
    flat[HEIGHT], tall[HEIGHT] = 0.0, 9.0
    assert draw(rectangle(), flat, np.zeros((2, 2)), PIXELS, REACH, False).shadow.max() < 0.05  # type: ignore[union-attr]
    shadow = draw(rectangle(), tall, np.zeros((2, 2)), PIXELS, REACH, False).shadow
    assert shadow is not None
    weight = shadow[0] / shadow[0].sum()
    centre = (PIXELS - RECTANGLE[:2]).T @ weight
    assert centre @ REACH[0] > 0
