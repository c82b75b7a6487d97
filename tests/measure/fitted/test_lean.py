"""Buildings seen aslant: the roof lies beside the base, and both are told."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import xarray as xr
from shapely.geometry import Polygon

from siteline.measure.measure import measure_outline
from siteline.model.measurement import Measurement
from tests.measure.rendering import GSD, World, building, on_grid, render

ALL_AROUND = ((20.0, 40.0), (15.0, 160.0), (25.0, 280.0), (18.0, 100.0), (22.0, 340.0))
FROM_ONE_SIDE = ((22.0, 95.0), (20.0, 100.0), (24.0, 92.0), (18.0, 99.0), (21.0, 97.0))
HEIGHT_M = 14.0
HALL = building((28, 28), 17, 11, 25)


@cache
def seen(views: tuple[tuple[float, float], ...], seed: int = 3) -> xr.Dataset:
    """The hall on five looks."""
    return render(World(HALL, height_m=HEIGHT_M, contrast=0.15, seed=seed, views=views), 5)


def measured(cube: xr.Dataset, drawn: Polygon = HALL) -> dict[str, Measurement]:
    """Its sizes by name."""
    return {size.what: size for size in measure_outline(on_grid(drawn), cube)}


def off_base_m(area: Measurement) -> float:
    """How far the middle of the footprint lies from that of the base."""
    assert area.footprint is not None
    return float(Polygon(area.footprint.ring).centroid.distance(on_grid(HALL).centroid))


@pytest.mark.parametrize("views", [ALL_AROUND, FROM_ONE_SIDE])
@pytest.mark.parametrize("seed", [3, 4])
def test_a_building_seen_aslant_is_placed_at_its_base(
    views: tuple[tuple[float, float], ...], seed: int
) -> None:
    """Area, height and place of the base are right, and intervals hold, though roofs are seen five metres off."""
    sizes = measured(seen(views, seed))
    area, height = sizes["area"], sizes["height"]
    assert area.quantity is not None, area.refused
    assert height.quantity is not None, height.refused
    assert area.quantity.value == pytest.approx(HALL.area * GSD**2, rel=0.03)
    assert area.quantity.low95 < HALL.area * GSD**2 < area.quantity.high95
    assert height.quantity.value == pytest.approx(HEIGHT_M, abs=1.5)
    assert height.quantity.low95 < HEIGHT_M < height.quantity.high95
    assert area.footprint is not None
    assert area.footprint.is_base
    assert off_base_m(area) < 0.4 * GSD
    assert "placed at its base, from which the roof is seen up to" in area.method


def test_without_the_view_the_roof_is_taken_for_the_base() -> None:
    """The same looks without their angles place it metres off, say so, and count an unknown lean in every size."""
    blind = seen(FROM_ONE_SIDE).drop_vars(["view_off_nadir", "view_azimuth"])
    sizes = measured(blind)
    area = sizes["area"]
    assert area.quantity is not None, area.refused
    assert off_base_m(area) > GSD
    assert area.footprint is not None
    assert not area.footprint.is_base
    assert "from where is not known" in area.method
    told = measured(seen(FROM_ONE_SIDE))["area"].footprint
    assert told is not None
    assert area.footprint.sigma > told.sigma
    for size in sizes.values():
        if size.quantity is not None:
            assert "off-nadir" in {line.name for line in size.budget}


def test_an_angle_without_a_side_is_none() -> None:
    """A negative angle or one without azimuth leaves open where the roof leans; straight down needs no azimuth."""
    cube = seen(FROM_ONE_SIDE).copy()
    cube["view_off_nadir"] = ("time", [-22.0, 20.0, 95.0, 0.0, 21.0])
    cube["view_azimuth"] = ("time", [95.0, np.nan, 92.0, np.nan, 97.0])
    method = measured(cube)["area"].method
    assert "3 of the looks do not say" in method


def test_a_roof_drawn_where_it_is_seen_is_found() -> None:
    """Drawn as the roof of one look, five metres off the base, the building is still placed at its base."""
    by = HEIGHT_M * np.tan(np.radians(22.0)) / GSD
    drawn = Polygon([(x + by, y) for x, y in HALL.exterior.coords])
    area = measured(seen(FROM_ONE_SIDE), drawn)["area"]
    assert area.quantity is not None, area.refused
    assert area.quantity.value == pytest.approx(HALL.area * GSD**2, rel=0.04)
    assert off_base_m(area) < 0.4 * GSD


def test_no_height_is_told_by_lean_alone() -> None:
    """Without the sun's angles no height is told: the shadow would be taken for a wall."""
    cube = seen(ALL_AROUND).copy()
    cube["sun_elevation"] = cube["sun_elevation"] * np.nan
    assert "height" not in measured(cube)
