"""The footprint fit against buildings rendered by another hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from shapely.affinity import translate
from shapely.geometry import box

from siteline.measure.measure import MeasureOptions, measure_event, measure_outline
from siteline.measure.ratio import ratio
from siteline.model.change import ChangeEvent, Kind, Method, Observation, Stage, State
from siteline.model.dates import DateInterval
from siteline.model.errors import BadSetting
from siteline.model.measurement import Measurement
from tests.measure.rendering import GSD, World, as_cube, building, coverage, on_grid, render, roughly

BUILDINGS = 12


@cache
def rendered_sizes(seed: int) -> tuple[World, dict[str, Measurement]]:
    """One random rectangle, measured from a rough outline."""
    rng = np.random.default_rng(4000 + seed)
    length = rng.uniform(12, 22)
    footprint = building(tuple(rng.uniform(26, 30, 2)), length, rng.uniform(8, 12), rng.uniform(0, 180))
    contrast = float(rng.uniform(0.08, 0.22)) if seed % 4 else -0.07
    world = World(footprint, height_m=rng.uniform(4, 11), contrast=contrast, seed=4000 + seed)
    cube = render(world, 3 + seed % 4)
    sizes = measure_outline(on_grid(roughly(footprint, rng)), cube)
    return world, {size.what: size for size in sizes}


def truth_of(world: World) -> dict[str, float]:
    """Area, length, width and height as the renderer was told."""
    corners = np.array(world.footprint.exterior.coords)[:3]
    sides = np.hypot(*np.diff(corners, axis=0).T) * GSD
    area = world.footprint.area * GSD**2
    return {"area": area, "length": max(sides), "width": min(sides), "height": world.height_m}


def test_coverage_of_the_renderer_sums_to_the_polygon() -> None:
    """The renderer's coverage sums to the polygon's own area within 0.1 %."""
    footprint = building((28, 28), 20.3, 9.1, 33)
    assert coverage(footprint, (280, 280)).sum() / 25 == pytest.approx(footprint.area, rel=1e-3)


def test_areas_are_right() -> None:
    """Areas of rendered rectangles are within 2 % at the median, 8 % at worst, without a bias beyond 2 %."""
    found = [rendered_sizes(seed) for seed in range(BUILDINGS)]
    sizes = [(w, m["area"].quantity) for w, m in found]
    errors = np.array([q.value / truth_of(w)["area"] - 1 for w, q in sizes if q is not None])
    assert len(errors) >= BUILDINGS - 1
    assert np.median(np.abs(errors)) < 0.02
    assert np.abs(errors).max() < 0.08
    assert abs(errors.mean()) < 0.02


@pytest.mark.parametrize("what", ["area", "length", "width", "height"])
def test_stated_intervals_hold(what: str) -> None:
    """The 95 % intervals contain the truth at least nine times in ten."""
    held = []
    for seed in range(BUILDINGS):
        world, sizes = rendered_sizes(seed)
        quantity = sizes[what].quantity if what in sizes else None
        if quantity is not None:
            held.append(quantity.low95 <= truth_of(world)[what] <= quantity.high95)
    assert len(held) >= BUILDINGS - 2
    assert np.mean(held) >= 0.9


def test_error_has_a_floor_and_adds_up() -> None:
    """No area claims to be better than 2.5 %, and the lines of its budget add up to its sigma."""
    for seed in range(4):
        area = rendered_sizes(seed)[1]["area"]
        assert area.quantity is not None
        assert area.quantity.sigma / area.quantity.value >= 0.0249
        assert np.sqrt(sum(line.sigma**2 for line in area.budget)) == pytest.approx(area.quantity.sigma)
        assert {line.name for line in area.budget if line.shared} == {"PSF", "scale"}


@pytest.mark.parametrize("seed", range(3))
def test_l_shapes_are_told_from_rectangles(seed: int) -> None:
    """An L-shaped roof is measured as one, within 5 %, from an outline that is a plain rectangle."""
    rng = np.random.default_rng(50 + seed)
    footprint = building((28, 28), 19, 14, rng.uniform(0, 180), lost=(8.5, 7))
    cube = render(World(footprint, contrast=0.14, seed=50 + seed), 4)
    area = measure_outline(on_grid(footprint.minimum_rotated_rectangle), cube)[0]
    assert area.quantity is not None, area.refused
    assert "L-shape" in area.method
    assert area.quantity.value == pytest.approx(footprint.area * GSD**2, rel=0.05)


def test_ratio_of_two_buildings_on_the_same_images() -> None:
    """A hall of 0.65 times another's footprint is measured as 60–70 % of it, with an interval that holds."""
    large, small = building((28, 28), 30, 12, 20), building((28, 28), 26, 9, 20)
    sizes = []
    for seed, footprint in ((1, large), (2, small)):
        cube = render(World(footprint, contrast=0.15, height_m=10, seed=seed), 5)
        sizes.append(measure_outline(on_grid(translate(footprint, 0.8, -0.6)), cube)[0])
    found = ratio(sizes[1], sizes[0], "A-2", "A-1")
    assert small.area / large.area == pytest.approx(0.65)
    assert 0.60 < found.quantity.value < 0.70
    assert found.quantity.low95 < 0.65 < found.quantity.high95
    assert found.quantity.high95 - found.quantity.low95 < 0.13


@pytest.mark.parametrize("yard_px", [0.0, 2.5])
def test_foundation_is_measured_without_a_shadow(yard_px: float) -> None:
    """A bright slab without a shadow is measured within 8 %, with cleared ground around it or without."""
    footprint = building((28, 28), 14, 9, 15)
    world = World(footprint, contrast=0.24, has_shadow=False, patches=0, seed=9, yard_px=yard_px)
    cube = render(world, 5)
    event = event_of(footprint, cube.scene.values, stage=Stage.FOUNDATION)
    sizes = {size.what: size for size in measure_event(event, cube)}
    assert "height" not in sizes
    assert sizes["area"].quantity is not None, sizes["area"].refused
    assert sizes["area"].quantity.value == pytest.approx(footprint.area * GSD**2, rel=0.08)


def test_cleared_ground_is_measured_softly_and_says_so() -> None:
    """Cleared ground has an area with a wider error, and its method does not speak of a roof."""
    footprint = building((28, 28), 18, 12, 10)
    cube = render(World(footprint, contrast=0.1, has_shadow=False, seed=3), 4)
    event = event_of(footprint, cube.scene.values, kind=Kind.CLEARING, stage=None)
    (area,) = measure_event(event, cube)
    assert area.quantity is not None
    assert "ground" in area.method
    assert area.quantity.sigma / area.quantity.value > 0.05
    assert area.quantity.low95 < footprint.area * GSD**2 < area.quantity.high95


def test_only_looks_after_the_change_are_used() -> None:
    """A building is measured on looks that show it, a demolished one on looks before it went."""
    footprint = building((28, 28), 16, 10, 25)
    with_it = render(World(footprint, seed=5), 6)
    values = with_it["value"].to_numpy().copy()
    values[:3] = np.median(values[:3], axis=(2, 3), keepdims=True)
    built = with_it.assign(value=(with_it["value"].dims, values))
    event = event_of(footprint, with_it.scene.values, since=3)
    area = measure_event(event, built)[0]
    assert set(area.scene_ids) == {"S03", "S04", "S05"}
    torn_down = replace(event, kind=Kind.DEMOLITION, stage=None)
    gone = with_it.assign(value=(with_it["value"].dims, with_it["value"].to_numpy()[::-1].copy()))
    assert set(measure_event(torn_down, gone)[0].scene_ids) <= {"S00", "S01", "S02"}


def test_looks_after_it_changed_again_are_not_measured_on() -> None:
    """A hall that was torn down later is measured while it stood; so is one torn down, if it was not there at first."""
    footprint = building((28, 28), 16, 10, 25)
    cube = render(World(footprint, seed=5), 9)
    stood = event_of(footprint, cube.scene.values, since=3, until=6)
    assert set(measure_event(stood, cube)[0].scene_ids) == {"S03", "S04", "S05"}
    early = tuple(
        replace(o, state=State.NOT_OBSERVABLE if i < 3 else State.UNCHANGED if i < 6 else State.CHANGED)
        for i, o in enumerate(stood.observations)
    )
    gone = replace(stood, kind=Kind.DEMOLITION, stage=None, observations=early, first_with="S06")
    assert set(measure_event(gone, cube)[0].scene_ids) == {"S03", "S04", "S05"}


def test_clouded_looks_are_left_out() -> None:
    """A look with cloud over the outline is not measured on."""
    footprint = building((28, 28), 16, 10, 25)
    cube = render(World(footprint, seed=6), 5)
    cube["why_not"][1, 20:36, 20:36] = 2
    assert "S01" not in measure_outline(on_grid(footprint), cube)[0].scene_ids


def test_roof_like_its_ground_is_refused() -> None:
    """A roof that hardly differs from the ground gets no number but a reason."""
    footprint = building((28, 28), 16, 10, 25)
    cube = render(World(footprint, contrast=0.015, has_shadow=False, seed=7), 4)
    area = measure_outline(on_grid(footprint), cube)[0]
    assert area.quantity is None
    assert area.refused


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        (building((28, 28), 4, 1.5, 25), "smaller than 3"),
        (building((2, 28), 16, 10, 25), "edge of the images"),
        (building((400, 28), 16, 10, 25), "off the images"),
    ],
)
def test_what_cannot_be_measured_says_why(outline: object, reason: str) -> None:
    """Too narrow, beyond the edge or off the images: refused with that reason."""
    cube = render(World(outline if reason == "smaller than 3" else building((28, 28), 16, 10, 25), seed=8), 3)  # type: ignore[arg-type]
    area = measure_outline(on_grid(outline), cube)[0]  # type: ignore[arg-type]
    assert area.quantity is None
    assert reason in (area.refused or "")


def test_frames_without_scale_are_measured_in_pixels() -> None:
    """Without a pixel size, areas are in px², without a scale's error; with one, in m²."""
    footprint = building((28, 28), 16, 10, 25)
    cube = render(World(footprint, has_shadow=False, seed=11), 3)
    cube["sun_elevation"] = cube["sun_elevation"] * np.nan
    grid = cube.attrs["grid"]
    cube.attrs["grid"] = replace(grid, crs=None, transform=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), gsd_m=None)
    area = measure_outline(footprint, cube)[0]
    assert area.quantity is not None
    assert area.quantity.unit == "px²"
    assert area.quantity.value == pytest.approx(footprint.area, rel=0.05)
    cube.attrs["grid"] = replace(cube.attrs["grid"], gsd_m=2.0)
    in_metres = measure_outline(footprint, cube)[0]
    assert in_metres.quantity is not None
    assert in_metres.quantity.unit == "m²"
    assert in_metres.quantity.value == pytest.approx(4 * area.quantity.value)


def test_projection_scale_corrects_the_area() -> None:
    """An area on the grid times the grid's area scale is the area on the ground."""
    footprint = building((28, 28), 16, 10, 25)
    cube = render(World(footprint, has_shadow=False, seed=11), 3)
    before = measure_outline(on_grid(footprint), cube)[0].quantity
    cube.attrs["grid"] = replace(cube.attrs["grid"], area_scale=1.02)
    after = measure_outline(on_grid(footprint), cube)[0].quantity
    assert before is not None
    assert after is not None
    assert after.value / before.value == pytest.approx(1.02, rel=2e-3)


def test_an_empty_picture_is_refused() -> None:
    """Flat ground has no building in it."""
    cube = as_cube(np.full((3, 4, 56, 56), 0.2))
    assert measure_outline(on_grid(box(20, 20, 36, 30)), cube, MeasureOptions())[0].refused


def event_of(
    footprint: object,
    scenes: object,
    kind: Kind = Kind.CONSTRUCTION,
    stage: Stage | None = Stage.ROOFED,
    since: int = 0,
    until: int | None = None,
) -> ChangeEvent:
    """An event on all looks from `since` on, up to `until` where the place changed again."""
    names = [str(name) for name in scenes]  # type: ignore[attr-defined]
    states = [State.CHANGED if i >= since else State.UNCHANGED for i in range(len(names))]
    if until is not None:
        states[until:] = [State.NOT_OBSERVABLE] * len(states[until:])
    seen = tuple(Observation(name, state) for name, state in zip(names, states, strict=True))
    return ChangeEvent(
        outline=on_grid(footprint),  # type: ignore[arg-type]
        crs="EPSG:32652",
        kind=kind,
        stage=stage,
        method=Method.DETECTED,
        probability=0.9,
        calibrated=True,
        onset=DateInterval(None, np.datetime64("2024-03-01").astype(object)),
        finished=None,
        last_without=names[since - 1] if since else None,
        first_with=names[since],
        observations=seen,
    )


@pytest.mark.parametrize(
    "wrong",
    [{"psf_px": 0.0}, {"window_px": float("nan")}, {"floor": -1.0}, {"min_explained": 5.0}, {"max_looks": 0}],
)
def test_options_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    """A blur of nothing, a share above one or a number that is none is refused before anything is measured."""
    with pytest.raises(BadSetting):
        MeasureOptions(**wrong)  # type: ignore[arg-type]


def test_a_fit_far_from_its_outline_says_so_without_a_person() -> None:
    """A drawn outline of a fifth of the hall is refused; the reason names the outline, and blames nobody."""
    footprint = building((28, 28), 22, 14, 20)
    cube = render(World(footprint, contrast=0.2, seed=12), 4)
    drawn = building((28, 28), 9, 7, 20)
    area = measure_outline(on_grid(drawn), cube)[0]
    assert area.quantity is None
    assert area.refused is not None
    assert "drawn" not in area.refused
