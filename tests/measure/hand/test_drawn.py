"""Outlines and lines that a person drew, once or several times."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, scale, translate
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from siteline.measure.hand.drawn import (
    HABIT_PX,
    PLACED_PX,
    VERTEX_PX,
    OutlineOf,
    held_by_hand,
    measure_drawn,
    measure_line,
    measure_tracings,
)
from siteline.measure.zone import distance_between
from siteline.model.errors import BadGeometry, BadInput
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import Measurement, Tracing
from siteline.model.quantity import Quantity
from siteline.raster.grid import reproject
from tests.factory import CRS, make_scene

GRID = Grid(CRS, (3.0, 0.0, 500_000.0, 0.0, -3.0, 4_400_000.0), (100, 100), 3.0)
FRAME = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (100, 100), None)
AS_FRAME = make_scene(crs=None, transform=None, gsd_m=None)


def at(outline: BaseGeometry) -> BaseGeometry:
    """Metres from the lower left corner of the scene, as grid coordinates."""
    return translate(outline, 500_000, 4_399_700)


HALL = at(box(100, 100, 160, 125))


def quantity_of(size: Measurement) -> Quantity:
    """Its quantity, which is there."""
    assert size.quantity is not None, size.refused
    return size.quantity


def named(size: Measurement) -> dict[str, float]:
    """The lines of its budget by name."""
    return {line.name: line.sigma for line in size.budget}


@settings(deadline=None)
@given(st.floats(0, 360))
def test_turning_keeps_area_and_sides(angle: float) -> None:
    """A drawn rectangle has the same area, length and width at any angle."""
    sizes = measure_drawn(rotate(HALL, angle), GRID, make_scene())
    assert [quantity_of(s).value for s in sizes] == pytest.approx([1500, 60, 25])


def test_a_geodesic_says_the_same_area_and_length() -> None:
    """A polygon and a line near Paris: as pyproj computes them on the ellipsoid."""
    lon, lat = 2.35, 48.85
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32631", always_xy=True).transform(lon, lat)
    areal = pyproj.Proj("EPSG:32631").get_factors(lon, lat).areal_scale
    grid = Grid("EPSG:32631", (3.0, 0.0, x - 300, 0.0, -3.0, y + 300), (200, 200), 3.0, 1 / areal)
    scene = make_scene(crs="EPSG:32631", transform=grid.transform, shape=grid.shape)
    outline = rotate(box(x - 80, y - 40, x + 80, y + 40).difference(box(x, y, x + 80, y + 40)), 27)
    line = LineString([(x - 100, y + 70), (x + 20, y - 60), (x + 110, y - 10)])
    geod = pyproj.Geod(ellps="WGS84")
    there, along = (reproject(g, "EPSG:32631", "EPSG:4326") for g in (outline, line))
    area = abs(geod.geometry_area_perimeter(there)[0])
    assert quantity_of(measure_drawn(outline, grid, scene)[0]).value == pytest.approx(area, rel=5e-5)
    assert quantity_of(measure_line((Tracing(line),), grid, scene)).value == pytest.approx(
        geod.geometry_length(along), rel=5e-5
    )


def test_sigma_is_the_spread_of_retracing() -> None:
    """Tracing the outline 4,000 times scatters its area by the budget's line for vertices."""
    noise = np.random.default_rng(7).normal(0, VERTEX_PX * 3.0, (4000, 4, 2))
    areas = [Polygon(ring).area for ring in np.asarray(HALL.exterior.coords)[:4] + noise]
    assert named(measure_drawn(HALL, GRID, make_scene())[0])["vertices"] == pytest.approx(
        np.std(areas), rel=0.05
    )


def retraced(outline: Polygon, rng: np.random.Generator) -> Polygon:
    """The outline as a hand draws it on 3 m pixels: all edges off by a habit, each vertex by itself."""
    ring = np.asarray(outline.exterior.coords)[:-1]
    middle, sides = ring.mean(axis=0), np.ptp(ring, axis=0)
    grown = middle + (ring - middle) * (1 + 2 * rng.normal(0, HABIT_PX * 3.0) / sides)
    return rotate(Polygon(grown + rng.normal(0, VERTEX_PX * 3.0, ring.shape)), rng.uniform(0, 360))


@pytest.mark.parametrize("between", [0, 2])
@pytest.mark.parametrize("sides", [(60, 30), (90, 60)])
def test_retracing_holds_area_and_sides(sides: tuple[float, float], between: int) -> None:
    """A hand that errs as the budget says, with vertices at the corners or between them too: 95 % hold the truth."""
    rng, (length, width) = np.random.default_rng(3), sides
    corners = np.asarray(at(box(100, 100, 100 + length, 100 + width)).exterior.coords)
    steps = np.arange(between + 1)[:, None] / (between + 1)
    outline = Polygon(np.concatenate([a + (b - a) * steps for a, b in pairwise(corners)]))
    held = []
    for _ in range(700):
        sizes = [quantity_of(s) for s in measure_drawn(retraced(outline, rng), GRID, make_scene())]
        truth = (length * width, length, width)
        held.append([s.low95 <= true <= s.high95 for s, true in zip(sizes, truth, strict=True)])
    shares = np.mean(held, axis=0)
    assert np.all((shares >= 0.92) & (shares <= 0.98)), shares


def test_the_sides_of_a_wing_and_of_a_circle() -> None:
    """An L has the sides of the rectangle around it; a circle of many vertices its diameter."""
    wings = at(Polygon([(90, 90), (180, 90), (180, 120), (126, 120), (126, 150), (90, 150)]))
    assert [quantity_of(s).value for s in measure_drawn(wings, GRID, make_scene())[1:]] == pytest.approx(
        [90, 60]
    )
    tank = at(Point(150, 150).buffer(45))
    assert [quantity_of(s).value for s in measure_drawn(tank, GRID, make_scene())[1:]] == pytest.approx(
        [90, 90], rel=2e-3
    )


def test_courtyards_have_an_area_and_no_footprint() -> None:
    """What one ring cannot say is not said by it."""
    whole, holed = (measure_drawn(o, GRID, make_scene())[0] for o in (HALL, HALL.difference(HALL.buffer(-8))))
    assert whole.footprint is not None
    assert holed.footprint is None
    assert quantity_of(holed).value == pytest.approx(1500 - 44 * 9)


def test_sigma_of_a_line_is_the_spread_of_retracing() -> None:
    """The same of a line with a bend, and its length."""
    line = at(LineString([(30, 30), (130, 40), (150, 140)]))
    noise = np.random.default_rng(7).normal(0, VERTEX_PX * 3.0, (4000, 3, 2))
    lengths = [LineString(there).length for there in np.asarray(line.coords) + noise]
    size = measure_line((Tracing(line),), GRID, make_scene())
    assert named(size)["endpoints"] == pytest.approx(np.std(lengths), rel=0.05)
    assert quantity_of(size).value == pytest.approx(line.length)


def test_the_pixel_of_the_scene_sets_the_error_of_the_hand() -> None:
    """The same outline drawn on 0.5 m pixels is surer than on 3 m pixels, whatever the grid."""
    coarse = quantity_of(measure_drawn(HALL, GRID, make_scene())[0])
    fine_scene = make_scene(
        gsd_m=0.5, shape=(600, 600), transform=(0.5, 0.0, 500_000.0, 0.0, -0.5, 4_400_000.0)
    )
    fine = measure_drawn(HALL, GRID, fine_scene)[0]
    assert quantity_of(fine).sigma < coarse.sigma / 3
    finer_grid = replace(
        GRID, transform=(0.5, 0.0, 500_000.0, 0.0, -0.5, 4_400_000.0), shape=(600, 600), gsd_m=0.5
    )
    for grid, scene, other in (
        (finer_grid, make_scene(), coarse),
        (finer_grid, fine_scene, quantity_of(fine)),
    ):
        assert quantity_of(measure_drawn(HALL, grid, scene)[0]).sigma == pytest.approx(other.sigma, rel=1e-6)


def test_units_follow_what_is_known_of_the_scale() -> None:
    """px² without a pixel size, m² with one."""
    for grid, value, unit in ((FRAME, 200.0, "px²"), (replace(FRAME, gsd_m=0.5), 50.0, "m²")):
        area = quantity_of(measure_drawn(box(10, 10, 30, 20), grid, AS_FRAME)[0])
        assert (area.value, area.unit) == (value, unit)


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        (at(Polygon([(100, 100), (150, 150), (150, 100), (100, 150)])), "crosses itself"),
        (at(LineString([(100, 100), (150, 150)])), "needs a polygon"),
        (Polygon(), "encloses nothing"),
        (at(Polygon([(100, 100), (150, 150), (200, 200)])), "crosses itself|encloses nothing"),
        (at(box(280, 100, 400, 150)), "beyond the images"),
    ],
)
def test_outlines_that_are_none_are_refused(outline: BaseGeometry, reason: str) -> None:
    """Self-crossing, open, empty, flat or off the images: refused with the reason."""
    with pytest.raises(BadGeometry, match=reason):
        measure_drawn(outline, GRID, make_scene())


def test_an_outline_must_lie_on_the_scene_it_was_drawn_on() -> None:
    """Within the site's grid but off the scene that is named: refused, and the scene is named."""
    half = make_scene("S9", shape=(100, 50))
    assert measure_drawn(HALL, GRID, make_scene("S9", shape=(100, 60)))
    with pytest.raises(BadGeometry, match="beyond scene S9"):
        measure_drawn(HALL, GRID, half)
    with pytest.raises(BadGeometry, match="beyond scene S1"):
        measure_line((Tracing(at(LineString([(280, 100), (320, 100)]))),), GRID, make_scene())
    with pytest.raises(BadGeometry, match="no length"):
        measure_line((Tracing(at(LineString([(80, 100), (80, 100)]))),), GRID, make_scene())


def test_what_is_narrower_than_three_pixels_is_refused() -> None:
    """8 m on pixels of 3 m: no number, but why; on finer pixels there is one."""
    hut = at(box(100, 100, 140, 108))
    assert all(
        "narrower than 3 pixels of S1" in (s.refused or "") for s in measure_drawn(hut, GRID, make_scene())
    )
    fine = make_scene(gsd_m=0.5, shape=(600, 600), transform=(0.5, 0.0, 500_000.0, 0.0, -0.5, 4_400_000.0))
    assert quantity_of(measure_drawn(hut, GRID, fine)[0]).value == pytest.approx(320)
    short = measure_line((Tracing(at(LineString([(100, 100), (108, 100)]))),), GRID, make_scene())
    assert "shorter than 3 pixels" in (short.refused or "")


@pytest.mark.parametrize("size", [0.0, -3.0])
def test_a_pixel_has_a_size(size: float) -> None:
    """A ground sampling distance of zero or below is refused, not divided by."""
    with pytest.raises(BadInput, match="pixel size"):
        measure_drawn(HALL, GRID, make_scene(gsd_m=size))
    with pytest.raises(BadInput, match="pixel size"):
        measure_drawn(box(10, 10, 30, 20), replace(FRAME, gsd_m=size), AS_FRAME)


def test_roof_and_base_are_told_apart() -> None:
    """The method says which was drawn; of a base seen aslant the hidden edge enters the budget."""
    aslant = make_scene(view_off_nadir=25.0)
    roof, base = (measure_tracings((Tracing(HALL),), GRID, aslant, of)[0] for of in OutlineOf)
    assert roof.method == "roof outline drawn by hand on S1"
    assert base.method == "base outline drawn by hand on S1"
    assert set(named(base)) - set(named(roof)) == {"off-nadir"}
    unknown = measure_tracings((Tracing(HALL),), GRID, make_scene(), OutlineOf.BASE)[0]
    assert "off-nadir" not in named(unknown)
    assert "view angle is not known" in unknown.method


def apart(to: float, scene: Scene, *drawn: Polygon, **more: Any) -> Measurement:
    """The distance of the hall as drawn from a fence of no error, `to` metres to its right."""
    fence = translate(HALL, 60 + to, 0)
    each = [distance_between(one, fence, GRID, 0.0, 0.0) for one in drawn or (HALL,)]
    return held_by_hand(
        each, [Tracing(one) for one in drawn or (HALL,)], GRID, scene, (PLACED_PX, PLACED_PX), **more
    )


def test_a_roof_leans_away_from_where_it_stands() -> None:
    """10 m high and seen at 25° it lies 4.7 m off; the error of a distance says so, or that it is not known."""
    aslant = make_scene(view_off_nadir=25.0)
    roof = apart(40, aslant, of=OutlineOf.ROOF, height_m=(10.0, 0.0))
    assert named(roof)["off-nadir"] == pytest.approx(4.663 / np.sqrt(2), rel=1e-3)
    assert "roof outline drawn by hand on S1; seen 25° off nadir" in roof.method
    guessed = named(apart(40, aslant, of=OutlineOf.ROOF))["off-nadir"]
    assert guessed == pytest.approx(np.hypot(7, 6) * 0.4663 / np.sqrt(2), rel=1e-3)
    assert "off-nadir" in named(apart(40, aslant, of=OutlineOf.BASE))
    untold, unknown = apart(40, aslant), apart(40, make_scene(), of=OutlineOf.ROOF)
    assert "off-nadir" not in {*named(untold), *named(unknown)}
    assert "not counted: nobody said" in untold.method
    assert "view angle is not known" in unknown.method
    assert "view" not in apart(40, make_scene()).method


def test_a_distance_does_not_fall_below_zero_and_scales_with_its_mean() -> None:
    """Its lower bound ends at 0; the error of the scale is that of the mean of all drawings."""
    near = quantity_of(apart(1, make_scene()))
    assert near.low95 == 0
    assert near.high95 > 1
    drawings = (HALL, translate(HALL, -20, 0))
    assert named(apart(40, make_scene(), *drawings))["scale"] == pytest.approx(50 * 0.001)
    assert named(apart(40, make_scene(), *drawings[::-1]))["scale"] == pytest.approx(50 * 0.001)


def drawn_by(*factors: float, by: str = "") -> tuple[Tracing, ...]:
    """The hall drawn larger or smaller by factors of its sides."""
    return tuple(Tracing(scale(HALL, factor, factor), by) for factor in factors)


def test_repeats_take_the_place_of_the_default_hand() -> None:
    """Three drawings: their mean, their spread as a line of its own, and how often in the method."""
    one = measure_tracings(drawn_by(1.0), GRID, make_scene())[0]
    three = measure_tracings(drawn_by(0.98, 1.0, 1.02), GRID, make_scene())[0]
    assert set(named(one)) == {"vertices", "drawing habit", "scale"}
    assert set(named(three)) == {"analyst repeats", "drawing habit", "scale"}
    assert quantity_of(three).value == pytest.approx(1500, rel=1e-3)
    wild = measure_tracings(drawn_by(0.8, 1.0, 1.2), GRID, make_scene())[0]
    assert named(wild)["analyst repeats"] > 3 * named(three)["analyst repeats"]
    assert three.method.endswith("on S1, 3 times")


def test_several_analysts_are_told_from_one_who_repeats() -> None:
    """The spread between people is a line of its own, and each counts once however often they drew."""
    small, large = drawn_by(0.9, 0.9, 0.9, by="A. One"), drawn_by(1.1, by="B. Two")
    size = measure_tracings((*small, *large), GRID, make_scene())[0]
    assert set(named(size)) == {"analyst repeats", "between analysts", "scale"}
    assert quantity_of(size).value == pytest.approx(1500 * (0.81 + 1.21) / 2)
    assert size.method.endswith("4 times by 2 analysts")
    assert named(size)["between analysts"] > 0.1 * 1500
    once = measure_tracings((*small[:1], *large), GRID, make_scene())[0]
    assert set(named(once)) == {"vertices", "between analysts", "scale"}


def test_half_a_signature_is_refused() -> None:
    """Where one drawing says who drew it and another does not, nobody can tell who differs from whom."""
    with pytest.raises(BadInput, match="drawing 2 does not say who drew it"):
        measure_tracings((*drawn_by(1.0, by="A. One"), *drawn_by(1.0)), GRID, make_scene())


def test_drawings_of_two_things_are_no_repeats() -> None:
    """A file with two buildings is not one building drawn twice."""
    other = Tracing(translate(HALL, 80, 0))
    with pytest.raises(BadGeometry, match="drawings 1 and 2 do not show the same thing"):
        measure_tracings((Tracing(HALL), other), GRID, make_scene())
    lines = [Tracing(at(LineString([(30, y), (130, y)]))) for y in (30, 130)]
    with pytest.raises(BadGeometry, match="do not show the same thing"):
        measure_line(lines, GRID, make_scene())


def test_two_parts_are_one_thing() -> None:
    """A building drawn in two parts has the area of both, with an error."""
    parts = MultiPolygon([at(box(60, 100, 120, 125)), at(box(150, 100, 180, 125))])
    assert quantity_of(measure_drawn(parts, GRID, make_scene())[0]).value == pytest.approx(2250)
