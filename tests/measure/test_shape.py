"""Blurred shapes against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from siteline.measure.shape import HEIGHT, POSE, Shape, draw, l_shape, rectangle

from .rendering import coverage

PIXELS = np.stack(np.meshgrid(np.arange(24) + 0.5, np.arange(24) + 0.5), axis=-1).reshape(-1, 2)
REACH = np.array([[0.25, -0.2], [0.1, -0.35]])
RECTANGLE = np.array([12.2, 11.7, 0.4, np.log(0.8), 7.0, 1.6, 11.0, 6.5])
L_SHAPE = np.array([12.2, 11.7, 0.4, np.log(0.8), 7.0, 1.6, 11.0, 8.5, 4.0, 3.5])


@pytest.mark.parametrize(("shape", "unknowns"), [(rectangle(), RECTANGLE), (l_shape(1, -1), L_SHAPE)])
def test_blurred_roof_is_the_roof_blurred(shape: Shape, unknowns: np.ndarray) -> None:
    """The closed form equals a finely rendered polygon, blurred by a filter, within 1 %."""
    picture = draw(shape, unknowns, np.zeros((1, 2)), PIXELS, None, False)
    fine = coverage(shape.outline(unknowns), (120, 120))
    blurred = ndimage.gaussian_filter(fine, 0.8 * 5)
    sampled = ndimage.map_coordinates(blurred, PIXELS[:, ::-1].T * 5 - 0.5, order=3)
    assert np.abs(picture.roof[0] - sampled).max() < 0.01


@pytest.mark.parametrize(("shape", "unknowns"), [(rectangle(), RECTANGLE), (l_shape(-1, 1), L_SHAPE)])
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
@given(st.floats(-3, 3), st.floats(3, 12), st.floats(3, 12), st.floats(0.1, 0.8), st.floats(0.1, 0.8))
def test_turning_keeps_the_area(angle: float, length: float, width: float, u: float, v: float) -> None:
    """The area of a shape is that of its outline, at any angle."""
    for shape, sizes in (
        (rectangle(), [length, width]),
        (l_shape(1, 1), [length, width, u * length, v * width]),
    ):
        unknowns = np.array([10.0, 9.0, angle, 0.0, 5.0, 2.0, *sizes])
        assert shape.outline(unknowns).area == pytest.approx(shape.area(unknowns[POSE:]))


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
