"""Inside, outside or on the line, and how far from it or from another thing."""

from __future__ import annotations

from dataclasses import replace

import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import LineString, Polygon, box

from siteline.measure.zone import distance_between, place_against, reach_across
from siteline.model.errors import BadGeometry
from siteline.model.imagery import Grid
from siteline.model.place import Zone
from siteline.raster.grid import reproject

GRID = Grid("EPSG:32631", (3.0, 0.0, 0.0, 0.0, -3.0, 300.0), (100, 100), 3.0)
FENCE = box(60, 60, 240, 240)


@pytest.mark.parametrize(
    ("outline", "zone", "distance"),
    [
        (box(100, 100, 130, 130), Zone.INSIDE, -40),
        (box(260, 100, 280, 130), Zone.OUTSIDE, 20),
        (box(220, 100, 260, 130), Zone.STRADDLES, 0),
        (box(60.0, 100, 90, 130), Zone.INSIDE, 0),
    ],
)
def test_zone_and_signed_distance(outline: Polygon, zone: Zone, distance: float) -> None:
    """Negative inside, positive outside, from the nearest edge; 0 across the line."""
    found, size = place_against(outline, FENCE, GRID)
    assert found is zone
    assert size.quantity is not None
    assert size.quantity.value == pytest.approx(distance)
    assert size.quantity.unit == "m"
    assert size.quantity.sigma > 1


@settings(deadline=None)
@given(st.floats(-150, 150), st.floats(-150, 150))
def test_sign_goes_with_the_zone(dx: float, dy: float) -> None:
    """Wherever it lies, the sign of the distance says the same as the zone."""
    zone, size = place_against(translate(box(140, 140, 160, 160), dx, dy), FENCE, GRID)
    assert size.quantity is not None
    value = size.quantity.value
    assert {Zone.INSIDE: value <= 0, Zone.OUTSIDE: value >= 0, Zone.STRADDLES: value == 0}[zone]


@pytest.mark.parametrize(
    ("outline", "reach"),
    [
        (box(220, 100, 260, 130), 20),
        (box(211, 100, 241, 130), 1),
        (box(239, 100, 269, 130), 1),
        (box(100, 100, 130, 130), 0),
        (box(260, 100, 290, 130), 0),
    ],
)
def test_how_far_it_reaches_across(outline: Polygon, reach: float) -> None:
    """The thinner of its two parts, whichever side that is on; nothing where it lies on one side."""
    assert reach_across(outline, FENCE, GRID) == pytest.approx(reach)


def test_a_closed_line_is_a_perimeter_and_an_open_one_is_refused() -> None:
    """A perimeter may be drawn as a line if it ends where it starts."""
    inside = box(100, 100, 130, 130)
    assert place_against(inside, FENCE.exterior, GRID)[0] is Zone.INSIDE
    with pytest.raises(BadGeometry, match="not closed"):
        place_against(inside, LineString([(0, 0), (100, 50)]), GRID)


def test_projection_scale_counts_in_distances() -> None:
    """Where a grid metre is longer on the ground, so is a distance."""
    grid = replace(GRID, area_scale=1.0201)
    quantity = place_against(box(260, 100, 280, 130), FENCE, grid)[1].quantity
    assert quantity is not None
    assert quantity.value == pytest.approx(20 * 1.01)


def test_a_geodesic_says_the_same_distance() -> None:
    """Between two corners near Paris, on the UTM grid corrected for its scale: as pyproj's geodesic."""
    scale = pyproj.Proj("EPSG:32631").get_factors(2.35, 48.85).areal_scale
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32631", always_xy=True).transform(2.35, 48.85)
    grid = Grid("EPSG:32631", (3.0, 0.0, x - 500, 0.0, -3.0, y + 500), (333, 333), 3.0, 1 / scale)
    a, b = box(x - 30, y - 20, x, y), box(x + 90, y + 160, x + 120, y + 190)
    (lon, lat), (to_lon, to_lat) = reproject(
        LineString([(x, y), (x + 90, y + 160)]), grid.crs or "", "EPSG:4326"
    ).coords
    true = pyproj.Geod(ellps="WGS84").inv(lon, lat, to_lon, to_lat)[2]
    quantity = distance_between(a, b, grid).quantity
    assert quantity is not None
    assert quantity.value == pytest.approx(true, rel=2e-5)


def test_the_budget_names_its_parts() -> None:
    """Edge, line and scale; together they are the error that is stated."""
    size = place_against(box(260, 100, 280, 130), FENCE, GRID)[1]
    assert [line.name for line in size.budget] == ["edge", "line", "scale"]
    assert size.quantity is not None
    assert size.quantity.sigma**2 == pytest.approx(sum(line.sigma**2 for line in size.budget))


@settings(deadline=None)
@given(st.floats(-100, 100), st.floats(-100, 100))
def test_a_distance_is_the_same_from_either_end(dx: float, dy: float) -> None:
    """From A to B is from B to A; 0 where they touch or overlap."""
    a, b = box(100, 100, 130, 120), translate(box(100, 100, 120, 130), dx, dy)
    one, other = (
        distance_between(a, b, GRID, 1.0, 2.0).quantity,
        distance_between(b, a, GRID, 2.0, 1.0).quantity,
    )
    assert one == other
    assert one is not None
    assert 0 <= one.low95 <= one.value <= one.high95
    assert (one.value == 0) == a.intersects(b)
