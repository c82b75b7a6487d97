"""Fine pixels are averaged to as many as a fit has use for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from shapely.geometry import box

from siteline.measure.coarse import enough_pixels
from siteline.measure.measure import measure_outline
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import to_pixels
from tests.measure.rendering import GSD, World, as_cube, building, on_grid, render

OPTIONS = MeasureOptions()


def ramp(rows: int, cols: int) -> xr.Dataset:
    """A cube whose values are the place of each pixel: the row, and a thousandth of the column."""
    row, col = np.mgrid[:rows, :cols]
    return as_cube(np.broadcast_to(row + col / 1000, (2, 4, rows, cols)).copy())


def test_a_building_of_few_pixels_is_left_as_it_is() -> None:
    """Twenty by twenty pixels are none too many."""
    cube = ramp(60, 60)
    assert enough_pixels(cube, on_grid(box(20, 20, 40, 40)), OPTIONS) == (cube, OPTIONS)


def test_larger_pixels_are_means_and_lie_where_they_lay() -> None:
    """Of a large building each new pixel is the mean of those it covers, at their place; the blur is in new pixels."""
    cube, outline = ramp(200, 190), on_grid(box(61, 70, 121, 128))
    larger, options = enough_pixels(cube, outline, OPTIONS)
    grid = larger.attrs["grid"]
    assert grid.transform[0] == 2 * GSD
    assert options.psf_px == pytest.approx(OPTIONS.psf_px / 2)
    assert grid.shape == larger["value"].shape[2:]
    x, y = float(larger["x"][3]), float(larger["y"][5])
    there = cube["value"].sel(x=slice(x - GSD, x + GSD), y=slice(y + GSD, y - GSD))
    assert there.sizes["x"] == there.sizes["y"] == 2
    assert float(larger["value"][0, 0, 5, 3]) == pytest.approx(float(there[0, 0].mean()), rel=1e-5)
    assert to_pixels(outline, grid).area == pytest.approx(60 * 58 / 4)
    assert to_pixels(outline, grid).within(box(0, 0, grid.shape[1], grid.shape[0]))


def test_a_pixel_is_usable_where_all_of_it_is() -> None:
    """One clouded or missing pixel clouds the larger one."""
    cube = ramp(200, 190)
    cube["why_not"][0, 100, 100] = 2
    cube["value"][1, 0, 90, 90] = np.nan
    larger, _ = enough_pixels(cube, on_grid(box(61, 70, 121, 128)), OPTIONS)
    assert (larger["why_not"].to_numpy() > 0).sum(axis=(1, 2)).tolist() == [1, 1]


def test_a_large_hall_is_measured_on_fine_pixels() -> None:
    """A hall of 2,000 pixels is measured within 2 %, in the unit of the ground."""
    footprint = building((48, 48), 56, 36, 25)
    cube = render(World(footprint, height_m=20, contrast=0.15, seed=5, shape=(110, 110)), 3)
    area = measure_outline(on_grid(footprint), cube)[0]
    assert area.quantity is not None, area.refused
    assert area.quantity.value == pytest.approx(footprint.area * GSD**2, rel=0.02)
    beyond = replace(cube.attrs["grid"], shape=(60, 60))
    cut = cube.isel(x=slice(60), y=slice(60)).assign_attrs(grid=beyond)
    assert "edge of the images" in (measure_outline(on_grid(footprint), cut)[0].refused or "")


def test_a_border_that_coarse_pixels_cannot_show_widens_small_sizes() -> None:
    """Eighty pixels of 3 m leave no doubt of a border that eighty pixels of 10 m cannot show."""
    footprint = building((28, 28), 10, 8, 25)
    cube = render(World(footprint, contrast=0.2, has_shadow=False, seed=5), 4)
    fine = measure_outline(on_grid(footprint), cube)[0]
    assert "unseen border" not in {line.name for line in fine.budget}
    grid = replace(cube.attrs["grid"], crs=None, transform=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), gsd_m=10.0)
    coarse = measure_outline(footprint, cube.assign_attrs(grid=grid))[0]
    (border,) = (line for line in coarse.budget if line.name == "unseen border")
    assert coarse.quantity is not None
    assert border.sigma > 0.1 * coarse.quantity.value
