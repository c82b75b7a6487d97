"""Outlines that a person drew, and where they lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Polygon, box

from siteline.measure.drawn import VERTEX_PX, measure_drawn
from siteline.measure.zone import place_against
from siteline.model.errors import BadGeometry
from siteline.model.imagery import Grid
from siteline.model.place import Zone
from tests.factory import make_scene

GRID = Grid("EPSG:32631", (3.0, 0.0, 0.0, 0.0, -3.0, 300.0), (100, 100), 3.0)
FENCE = box(60, 60, 240, 240)


def area_of(outline: Polygon, grid: Grid = GRID) -> tuple[float, float, str]:
    """Value, sigma and unit."""
    quantity = measure_drawn(outline, grid, make_scene())[0].quantity
    assert quantity is not None
    return quantity.value, quantity.sigma, quantity.unit


@settings(deadline=None)
@given(st.floats(0, 360))
def test_turning_keeps_area_and_sides(angle: float) -> None:
    """A drawn rectangle has the same area, length and width at any angle."""
    sizes = measure_drawn(rotate(box(100, 100, 160, 125), angle), GRID, make_scene())
    assert [s.quantity.value for s in sizes if s.quantity] == pytest.approx([1500, 60, 25])


def test_sigma_is_the_spread_of_retracing() -> None:
    """Tracing the outline 4,000 times scatters its area by the budget's line for vertices."""
    outline = box(100, 100, 160, 125)
    noise = np.random.default_rng(7).normal(0, VERTEX_PX * 3.0, (4000, 4, 2))
    rings = np.asarray(outline.exterior.coords)[:4] + noise
    areas = [Polygon(ring).area for ring in rings]
    line = next(b for b in measure_drawn(outline, GRID, make_scene())[0].budget if b.name == "vertices")
    assert line.sigma == pytest.approx(np.std(areas), rel=0.05)


def test_a_finer_scene_gives_a_smaller_error() -> None:
    """The same outline drawn on 0.5 m pixels is surer than on 3 m pixels."""
    outline = box(100, 100, 160, 125)
    fine = measure_drawn(outline, GRID, make_scene(gsd_m=0.5))[0].quantity
    assert fine is not None
    assert fine.sigma < area_of(outline)[1] / 3


def test_units_follow_what_is_known_of_the_scale() -> None:
    """px² without a pixel size, m² with one."""
    frame = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (100, 100), None)
    assert area_of(box(10, 10, 30, 20), frame)[::2] == (200.0, "px²")
    assert area_of(box(10, 10, 30, 20), replace(frame, gsd_m=0.5))[::2] == (50.0, "m²")


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        (Polygon([(100, 100), (150, 150), (150, 100), (100, 150)]), "crosses itself"),
        (LineString([(100, 100), (150, 150)]), "needs a polygon"),
        (Polygon(), "encloses nothing"),
        (box(280, 100, 400, 150), "beyond the images"),
    ],
)
def test_outlines_that_are_none_are_refused(outline: object, reason: str) -> None:
    """Self-crossing, open, empty or off the images: refused with the reason."""
    with pytest.raises(BadGeometry, match=reason):
        measure_drawn(outline, GRID, make_scene())  # type: ignore[arg-type]


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
