"""Blurred pictures of buildings against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from shapely.affinity import translate
from shapely.ops import unary_union

from siteline.measure.fitted.picture import Makeup, Picture, View, draw
from siteline.measure.fitted.shape import HEIGHT, Rounded, Shape, rectangle, shape_of
from tests.measure.fitted.test_shape import CELLS, POSED
from tests.measure.rendering import coverage

PIXELS = np.stack(np.meshgrid(np.arange(24) + 0.5, np.arange(24) + 0.5), axis=-1).reshape(-1, 2)
REACH = np.array([[0.25, -0.2], [0.1, -0.35]])
LEAN = np.array([[0.2, 0.1], [-0.15, 0.2]])
STILL = np.zeros((2, 2))
RECTANGLE = np.array([*POSED, -5.5, 5.5, -3.1, 3.4])


def make(cells: list[list[int]]) -> tuple[Shape, np.ndarray]:
    """A shape of these cells with walls three to four pixels apart."""
    chosen = np.array(cells, dtype=bool)
    walls = [np.arange(n + 1) * 3.7 - 1.9 * n for n in chosen.shape]
    shape, placed = shape_of(chosen, *walls)
    return shape, np.array([*POSED, *placed])


SHAPES = [(rectangle(), RECTANGLE), *(make(cells) for cells in CELLS.values())]
ROUND = [
    (Shape(((True,),), Rounded.CIRCLE), np.array([*POSED, -4.0, 4.0, -4.0, 4.0])),
    (Shape(((True,),), Rounded.ENDS), np.array([*POSED, -7.0, 6.0, -3.1, 3.4])),
]


@pytest.mark.parametrize(("shape", "unknowns"), SHAPES)
def test_blurred_roof_is_the_roof_blurred(shape: Shape, unknowns: np.ndarray) -> None:
    """The closed form equals a finely rendered polygon, blurred by a filter, within 1 %, where its lean puts it."""
    for lean in (STILL[:1], LEAN[:1]):
        picture = draw(shape, unknowns, np.zeros((1, 2)), PIXELS, View(None, lean), Makeup())
        seen = translate(shape.outline(unknowns), *(unknowns[HEIGHT] * lean[0]))
        blurred = ndimage.gaussian_filter(coverage(seen, (120, 120)), 0.8 * 5)
        sampled = ndimage.map_coordinates(blurred, PIXELS[:, ::-1].T * 5 - 0.5, order=3)
        assert np.abs(picture.roof.share[0] - sampled).max() < 0.01


@pytest.mark.parametrize(("shape", "unknowns"), ROUND)
def test_round_roofs_are_blurred_round(shape: Shape, unknowns: np.ndarray) -> None:
    """A circle and a hall with round ends equal a finely rendered one within 2.5 %, and keep its light within 0.2 %."""
    assert shape.outline(unknowns).area == pytest.approx(shape.area(unknowns), rel=1e-3)
    for lean in (STILL[:1], LEAN[:1]):
        picture = draw(shape, unknowns, np.zeros((1, 2)), PIXELS, View(None, lean), Makeup())
        seen = translate(shape.outline(unknowns), *(unknowns[HEIGHT] * lean[0]))
        blurred = ndimage.gaussian_filter(coverage(seen, (120, 120)), 0.8 * 5)
        sampled = ndimage.map_coordinates(blurred, PIXELS[:, ::-1].T * 5 - 0.5, order=3)
        assert np.abs(picture.roof.share[0] - sampled).max() < 0.025
        assert picture.roof.share.sum() == pytest.approx(sampled.sum(), rel=2e-3)


@pytest.mark.parametrize(("shape", "unknowns"), ROUND)
def test_the_shadow_of_a_round_shape_is_its_sweep(shape: Shape, unknowns: np.ndarray) -> None:
    """A cylinder shades what lies between its foot and where its top is thrown, and nothing else."""
    shadow = draw(shape, unknowns, STILL[:1], PIXELS, View(REACH[:1], STILL[:1]), Makeup()).shadow
    assert shadow is not None
    steps = [
        translate(shape.outline(unknowns), *(unknowns[HEIGHT] * t * REACH[0])) for t in np.linspace(0, 1, 80)
    ]
    swept = unary_union(steps).difference(shape.outline(unknowns))
    blurred = ndimage.gaussian_filter(coverage(swept, (120, 120)), 0.8 * 5)
    sampled = ndimage.map_coordinates(blurred, PIXELS[:, ::-1].T * 5 - 0.5, order=3)
    assert np.abs(shadow.share[0] - sampled).max() < 0.05
    assert shadow.share.sum() == pytest.approx(sampled.sum(), rel=0.02)


@pytest.mark.parametrize(("shape", "unknowns"), [*SHAPES, *ROUND])
@pytest.mark.parametrize("lean", [STILL, LEAN])
def test_derivatives_are_those_of_the_picture(shape: Shape, unknowns: np.ndarray, lean: np.ndarray) -> None:
    """Roof, shadow, walls and plot move with every unknown as their derivatives say."""
    shifts = np.array([[0.1, -0.2], [0.0, 0.15]])
    makeup = Makeup(has_plot=True, has_walls=bool(lean.any()))

    def seen(at: np.ndarray) -> Picture:
        return draw(shape, at, shifts, PIXELS, View(REACH, lean), makeup)

    here = seen(unknowns)
    for k in range(unknowns.size):
        step = np.zeros(unknowns.size)
        step[k] = 1e-5
        up, down = seen(unknowns + step), seen(unknowns - step)
        layers = zip((here.roof, *here.beside), (up.roof, *up.beside), (down.roof, *down.beside), strict=True)
        for stated, more, less in layers:
            close = np.abs((more.share - less.share) / 2e-5 - stated.by[k]) < 0.02
            assert close.mean() > 0.98, k  # the kinks where arms, walls and shadow meet have no derivative


def test_no_height_no_shadow() -> None:
    """A flat slab covers itself and darkens nothing; a tall one darkens the side away from the sun."""
    flat, tall = RECTANGLE.copy(), RECTANGLE.copy()
    flat[HEIGHT], tall[HEIGHT] = 0.0, 9.0
    flat_shadow, shadow = (
        draw(rectangle(), at, STILL, PIXELS, View(REACH, STILL), Makeup()).shadow for at in (flat, tall)
    )
    assert flat_shadow is not None
    assert flat_shadow.share.max() < 0.05
    assert shadow is not None
    centre = (PIXELS - RECTANGLE[:2]).T @ (shadow.share[0] / shadow.share[0].sum())
    assert centre @ REACH[0] > 0


def test_walls_are_seen_on_the_side_towards_the_satellite() -> None:
    """Between the base and a roof that leans away lies wall, on the side from which the look was taken."""
    walls = draw(rectangle(), RECTANGLE, STILL, PIXELS, View(None, LEAN), Makeup(has_walls=True)).walls
    assert walls is not None
    for share, lean in zip(walls.share, LEAN, strict=True):
        centre = (PIXELS - RECTANGLE[:2]).T @ (share / share.sum())
        assert centre @ lean < 0
