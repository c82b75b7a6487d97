"""A size on a published picture carries the error of its control points."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import LineString, box

from siteline.catalog.placing import fit, place, through
from siteline.measure.hand.drawn import measure_drawn, measure_line
from siteline.measure.hand.placement import OVERLAY, PLACEMENT, UNKNOWN_PX, position_error, scale_error
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import Measurement, Tracing
from siteline.model.placing import Model, PlacedPoint, Placement
from tests.factory import CRS, make_scene

SPREAD = np.array([(10, 12), (190, 9), (185, 150), (14, 146), (100, 75), (60, 40)], float)
TRUTH = np.array([[3.0, 0, 500_000.0], [0, -3.0, 4_400_000.0], [0, 0, 1]])
GRID = Grid(CRS, (3.0, 0.0, 500_000.0, 0.0, -3.0, 4_400_000.0), (160, 200), 3.0)


def placed_scene(sigma: float, seed: int = 0, model: Model = Model.SIMILARITY, points: bool = True) -> Scene:
    """A picture placed by points that a hand clicked with this error."""
    at = SPREAD + np.random.default_rng(seed).normal(0, sigma, SPREAD.shape)
    ground = through(TRUTH, SPREAD)
    found = place(at, ground, [f"P{n}" for n in range(len(at))], (160, 200), model)
    kept = tuple(
        PlacedPoint(f"P{n}", float(x), float(y), float(e), float(g), float(px), float(m))
        for n, ((x, y), (e, g), px, m) in enumerate(
            zip(at, ground, found.residual_px, found.residual_m, strict=True)
        )
    )
    placement = Placement(
        "a" * 64, "points.csv", "b" * 64, model, CRS, tuple(map(float, found.matrix.ravel())), False,  # type: ignore[arg-type]
        kept if points else (), found.rms_px if points else None, found.rms_m, found.left_out_px if points else None,
    )  # fmt: skip
    return make_scene(shape=(160, 200), placed=placement)


def line_of(size: Measurement) -> float:
    """Its share of the placement."""
    return next((line.sigma for line in size.budget if line.name == PLACEMENT), 0.0)


@pytest.mark.parametrize("model", [Model.SIMILARITY, Model.AFFINE])
def test_the_scale_error_is_the_spread_of_clicking_again(model: Model) -> None:
    """Placing the picture 400 times scatters the length of a line on it by the stated error; affine: at most by that."""
    ends = (
        np.array([(20.0, 75.0), (170.0, 75.0)])
        if model is Model.SIMILARITY
        else np.array([(100.0, 10.0), (100.0, 150.0)])
    )
    random = np.random.default_rng(3)
    lengths = []
    for _ in range(400):
        there = through(
            fit(model, SPREAD + random.normal(0, 0.8, SPREAD.shape), through(TRUTH, SPREAD)), ends
        )
        lengths.append(float(np.hypot(*(there[1] - there[0]))))
    stated = np.sqrt(np.mean([scale_error(placed_scene(0.8, seed, model)) ** 2 for seed in range(60)]))
    assert np.std(lengths) / np.mean(lengths) == pytest.approx(stated, rel=0.15)


def test_drawn_sizes_hold_it() -> None:
    """Area twice, length once; a scene that says itself where it lies has no such line."""
    scene = placed_scene(0.8)
    area, length, _ = measure_drawn(box(500_090, 4_399_700, 500_210, 4_399_790), GRID, scene)
    assert area.quantity is not None
    assert length.quantity is not None
    assert line_of(area) == pytest.approx(2 * scale_error(scene) * area.quantity.value)
    assert line_of(length) == pytest.approx(scale_error(scene) * length.quantity.value)
    line = measure_line([Tracing(LineString([(500_090, 4_399_700), (500_390, 4_399_700)]))], GRID, scene)
    assert line_of(line) == pytest.approx(scale_error(scene) * 300)
    plain = measure_drawn(box(500_090, 4_399_700, 500_210, 4_399_790), GRID, make_scene(shape=(160, 200)))
    assert all(line_of(size) == 0 for size in plain)


def test_what_is_not_known_is_not_nothing() -> None:
    """An overlay laid by eye, and points that fit exactly, have the error that such have."""
    assert scale_error(placed_scene(0.5, points=False)) == OVERLAY
    assert scale_error(make_scene()) == 0
    assert position_error(make_scene()) == 0
    exact = placed_scene(0.5)
    assert exact.placed is not None
    four = Placement(
        "a" * 64, "p", "b" * 64, Model.PROJECTIVE, CRS, exact.placed.matrix, True, exact.placed.points[:4]
    )
    assert position_error(make_scene(placed=four)) == UNKNOWN_PX
