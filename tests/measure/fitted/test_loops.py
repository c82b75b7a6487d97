"""The compiled loops of a fit against the same in plain array code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from siteline.measure import blur
from siteline.measure.blur import Array
from tests.measure.fitted import oracles

POINTS = np.random.default_rng(4).uniform(-14, 14, (3, 2, 400))
WALLS_U, WALLS_V = np.array([-6.0, -1.5, 5.0]), np.array([-4.0, 0.5, 4.5])
SIGNS = np.array([[1.0, 0.0, -1.0], [0.0, -1.0, 1.0], [-1.0, 1.0, 0.0]])
EDGES = np.array([[[-6.0, -5.5], [5.0, 7.0]], [[-4.0, -4.5], [4.5, 4.0]], [[-7.0, -6.0], [6.5, 8.0]]])
WIDTH, STEP = 0.8, 1e-6


def still(u: Array, v: Array, walls_u: Array, walls_v: Array, width: float) -> tuple[Array, Array]:
    """What the loop gives: share and derivatives."""
    share, by = np.empty(len(u)), np.empty((9, len(u)))
    blur.draw_still(u, v, walls_u, walls_v, SIGNS, width, share, by)
    return share, by


def slope(of: Callable[[float], Array]) -> Array:
    """Derivative at zero, from both sides."""
    return (of(STEP) - of(-STEP)) / (2 * STEP)


def test_a_still_shape_is_the_sum_over_its_corners() -> None:
    """Share as the array code has it, derivatives as its differences."""
    u, v = POINTS[0, 0], POINTS[1, 0]
    share, by = still(u, v, WALLS_U, WALLS_V, WIDTH)

    def plain(du: float = 0, dv: float = 0, walls: Array | float = 0.0, wider: float = 0) -> Array:
        moved = np.zeros(6) + walls
        width = WIDTH * float(np.exp(wider))
        return oracles.still(u + du, v + dv, WALLS_U + moved[:3], WALLS_V + moved[3:], SIGNS, width)

    assert share == pytest.approx(plain(), abs=1e-14)
    for k in range(6):
        assert by[k] == pytest.approx(slope(lambda s, k=k: plain(walls=s * np.eye(6)[k])), abs=1e-5)
    assert by[6] == pytest.approx(slope(lambda s: plain(du=s)), abs=1e-5)
    assert by[7] == pytest.approx(slope(lambda s: plain(dv=s)), abs=1e-5)
    assert by[8] == pytest.approx(slope(lambda s: plain(wider=s)), abs=1e-5)


def test_a_swept_arm_is_the_product_of_its_slabs() -> None:
    """Share as the array code has it; it moves with its edges, its angle and the blur as differences say."""
    moves = np.zeros((3, 3, 2, 2))
    moves[0, 0, 1], moves[1, 2, 0], moves[2, 1, 0] = 1.0, -2.0, 0.5
    share, by = np.full((2, 400), -1.0), np.zeros((4, 2, 400))
    blur.draw_swept(POINTS, EDGES, moves, np.array([0, 1, 2, 3]), WIDTH, share, by)
    assert share == pytest.approx(oracles.swept(POINTS, EDGES, WIDTH), abs=1e-14)
    for k in (0, 1):
        moved = slope(lambda s, k=k: oracles.swept(POINTS, EDGES + s * moves[k], WIDTH))
        assert by[k] == pytest.approx(moved, abs=1e-5)

    def turned(by: float) -> Array:
        u, v, side = POINTS
        return oracles.swept(np.stack([u + by * v, v - by * u, side]), EDGES + by * moves[2], WIDTH)

    assert by[2] == pytest.approx(slope(turned), abs=1e-5)
    wider = slope(lambda s: oracles.swept(POINTS, EDGES, WIDTH * float(np.exp(s))))
    assert by[3] == pytest.approx(wider, abs=1e-5)


def test_of_two_arms_the_larger_is_seen() -> None:
    """Share and derivatives are those of the arm that covers more of a pixel, whichever is drawn first."""
    moves, places = np.zeros((2, 3, 2, 2)), np.array([0, 1, 2])
    moves[0, 0, 1], moves[1, 1, 0] = 1.0, 1.0
    other = EDGES + np.array([3.0, -2.0, 1.0])[:, None, None]
    alone = [(np.full((2, 400), -1.0), np.zeros((3, 2, 400))) for _ in range(2)]
    for edges, drawn in zip((EDGES, other), alone, strict=True):
        blur.draw_swept(POINTS, edges, moves, places, WIDTH, *drawn)
    both = np.full((2, 400), -1.0), np.zeros((3, 2, 400))
    for edges in (other, EDGES):
        blur.draw_swept(POINTS, edges, moves, places, WIDTH, *both)
    (share, by), (more, more_by) = alone
    assert both[0] == pytest.approx(np.maximum(share, more))
    assert both[1] == pytest.approx(np.where(share > more, by, more_by))


@pytest.mark.parametrize("tip", [(0.0, 0.0), (5.0, -3.0), (0.0, 6.0)])
def test_a_round_shape_is_what_lies_within_its_radius(tip: tuple[float, float]) -> None:
    """Distances are shapely's, from a line or the parallelogram over which it is swept; at its ends the inner radius counts."""
    ends, away = np.array([[-4.0, 1.0], [5.0, 2.5]]), np.ascontiguousarray(np.moveaxis(POINTS[:2], 0, -1))
    (a, b), by = ends, np.array(tip)
    body = shapely.Polygon([a, b, b + by, a + by]) if any(tip) else shapely.LineString(ends)
    apart = shapely.distance(body, shapely.points(away))
    nearest = shapely.get_coordinates(shapely.shortest_line(body, shapely.points(away)))[::2].reshape(
        away.shape
    )
    corners = np.array([a, b, a + by, b + by])
    is_end = (np.linalg.norm(nearest[..., None, :] - corners, axis=-1) < 1e-9).any(axis=-1)
    share = np.empty(away.shape[:2])
    blur.draw_round(away, ends, np.array([tip, tip]), 3.0, 2.6, WIDTH, share)
    assert share == pytest.approx(oracles.normal((np.where(is_end, 2.6, 3.0) - apart) / WIDTH), abs=1e-9)


def test_what_stands_on_a_layer_hides_it() -> None:
    """Where nothing is left to be seen, nothing moves."""
    rng = np.random.default_rng(6)
    (share, cover), (by, cover_by) = rng.uniform(0, 1, (2, 2, 50)), rng.normal(size=(2, 3, 2, 50))
    left = share - cover
    kept = np.where(left > 0, by - cover_by, 0.0)
    blur.hide(share, by, cover, cover_by)
    assert share == pytest.approx(np.maximum(left, 0))
    assert by == pytest.approx(kept)


def test_light_moves_with_what_covers() -> None:
    """Light that differs by pixel, and light that does not, are added as the array code has it."""
    rng = np.random.default_rng(5)
    by, bright, flat = rng.normal(size=(5, 2, 40)), rng.normal(size=(2, 4, 40)), rng.normal(size=(2, 4, 1))
    places = np.array([0, 2, 4])
    moved = np.zeros((2, 3, 4, 40))
    blur.move_light(by, places, bright, moved)
    blur.move_light(by, places, flat, moved)
    assert moved == pytest.approx(oracles.moved(by[places], bright) + oracles.moved(by[places], flat))
