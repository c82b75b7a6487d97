"""One interpolation, exact where it can be, and deaf to missing pixels."""

from __future__ import annotations

import warnings

import numpy as np
import pyproj
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from siteline.model.imagery import Grid
from siteline.raster.nodata import gaussian, missing_pixels, smooth
from siteline.raster.order import median_over_time
from siteline.raster.resample import map_grid, nearest, resample

UNIT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
FRAME = Grid(None, UNIT, (60, 70), None)
INNER = (slice(8, -8), slice(8, -8))


def waves(y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth analytic picture; y, x in pixels of the frame, pixel centres at whole numbers."""
    return 0.5 + 0.3 * np.sin(0.5 * x + 0.2 * y) * np.cos(0.35 * y)


PICTURE = waves(*np.mgrid[:60, :70].astype(float)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.floats(-4, 4), st.floats(-4, 4))
def test_a_shift_reads_the_analytic_picture(down: float, right: float) -> None:
    """Reading between pixels gives what the picture is there, to half a percent of its contrast."""
    out = resample(PICTURE, None, map_grid(FRAME, None, UNIT).moved(down, right))
    y, x = np.mgrid[:60, :70].astype(float)
    assert np.abs(out - waves(y + down, x + right))[INNER].max() < 0.003


def test_whole_pixels_are_copied() -> None:
    """A shift by whole pixels changes no value and leaves NaN where the image ends."""
    out = resample(PICTURE, None, map_grid(FRAME, None, UNIT).moved(3, -2))
    assert (out[:-3, 2:] == PICTURE[3:, :-2]).all()
    assert np.isnan(out[-3:]).all()
    assert np.isnan(out[:, :2]).all()


def test_coarser_pixels_are_averaged() -> None:
    """From 1 to 4 px, a checkerboard becomes its mean and not noise."""
    board = (np.indices((80, 80)).sum(axis=0) % 2).astype(np.float32)
    coarse = Grid(None, (4.0, 0.0, 0.0, 0.0, 4.0, 0.0), (20, 20), None)
    out = resample(board, None, map_grid(coarse, None, UNIT))
    assert out[3:-3, 3:-3] == pytest.approx(0.5, abs=0.02)


def test_a_missing_pixel_never_bleeds() -> None:
    """Whatever stands in missing pixels, no valid pixel changes by it; the hole itself stays a hole."""
    valid = np.ones(PICTURE.shape, bool)
    valid[20:30, 20:30] = False
    mapping = map_grid(FRAME, None, UNIT).moved(0.4, 0.3)
    dirty, clean = (np.where(valid, PICTURE, np.float32(fill)) for fill in (1e9, np.nan))
    outs = [resample(image, valid, mapping) for image in (dirty, clean)]
    np.testing.assert_array_equal(*outs)
    y, x = np.mgrid[:60, :70].astype(float)
    away = np.abs(outs[0] - waves(y + 0.4, x + 0.3))[INNER]
    assert np.nanmax(away) < 0.05
    assert np.isnan(outs[0][INNER]).sum() == pytest.approx(100, abs=25)


def test_a_turned_grid_is_read_through_positions() -> None:
    """A rotated source is read where each pixel really lies, missing pixels kept out."""
    turned = Affine.rotation(10) @ Affine.translation(3, -6)
    mapping = map_grid(FRAME, None, tuple(turned)[:6])
    assert mapping.axes is None
    y, x = np.mgrid[:60, :70].astype(float)
    inverse = ~turned
    col = inverse.a * (x + 0.5) + inverse.b * (y + 0.5) + inverse.c - 0.5
    row = inverse.d * (x + 0.5) + inverse.e * (y + 0.5) + inverse.f - 0.5
    valid = np.ones(PICTURE.shape, bool)
    valid[30:34, 30:34] = False
    out = resample(np.where(valid, PICTURE, np.float32(1e6)), valid, mapping)
    inside = (row > 4) & (row < 55) & (col > 4) & (col < 65)
    seen = inside & np.isfinite(out)
    assert seen.sum() > 0.97 * inside.sum()
    assert np.abs(out - waves(row, col))[seen & (np.hypot(row - 32, col - 32) > 8)].max() < 0.005


def test_another_projection_is_followed_to_a_hundredth_of_a_pixel() -> None:
    """The mesh between which CRS transforms are interpolated is fine enough."""
    grid = Grid("EPSG:32631", (3.0, 0.0, 300_000.0, 0.0, -3.0, 4_400_000.0), (700, 900), 3.0)
    there = (3.0, 0.0, 780_000.0, 0.0, -3.0, 4_420_000.0)
    mapping = map_grid(grid, "EPSG:32630", there)
    assert mapping.positions is not None
    rows, cols = np.array([0, 333, 699]), np.array([899, 450, 1])
    x, y = 300_000 + 3 * (cols + 0.5), 4_400_000 - 3 * (rows + 0.5)
    exact = pyproj.Transformer.from_crs("EPSG:32631", "EPSG:32630", always_xy=True).transform(x, y)
    assert mapping.positions[1, rows, cols] == pytest.approx((exact[0] - 780_000) / 3 - 0.5, abs=0.01)
    assert mapping.positions[0, rows, cols] == pytest.approx((4_420_000 - exact[1]) / 3 - 0.5, abs=0.01)


def test_codes_are_never_mixed() -> None:
    """Mask codes move by the nearest pixel; outside the source stands what we say."""
    codes = (np.indices((60, 70)).sum(axis=0) % 5).astype(np.uint8)
    out = nearest(codes, map_grid(FRAME, None, UNIT).moved(0.4, 1.6), outside=9)
    assert (out[:, :-2] == codes[:, 2:]).all()
    assert (out[:, -2:] == 9).all()


def test_missing_by_nan_and_nodata() -> None:
    """NaN in any band, a nodata number in any band, but a nodata of 0 only in all bands."""
    bands = np.array([[[1.0, np.nan, -9999, 0, 0]], [[1.0, 2, 3, 5, 0]]])
    assert missing_pixels(bands, -9999)[0].tolist() == [False, True, True, False, False]
    assert missing_pixels(bands, 0)[0].tolist() == [False, True, False, False, True]
    assert missing_pixels(bands, None)[0].tolist() == [False, True, False, False, False]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.floats(0, 1))
def test_median_is_numpys(seed: int, count: int, density: float) -> None:
    """The fast median over time is numpy's nanmedian, to the last bit."""
    random = np.random.default_rng(seed)
    stack = random.normal(size=(count, 4, 5)).astype(np.float32)
    valid = random.random(stack.shape) < density
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = np.nanmedian(np.where(valid, stack, np.nan), axis=0)
    np.testing.assert_allclose(median_over_time(stack, valid), expected, rtol=1e-6)


def test_smoothing_ignores_what_is_missing() -> None:
    """A flat picture with a hole full of rubbish stays flat."""
    flat = np.full((40, 40), 0.3, np.float32)
    valid = np.ones(flat.shape, bool)
    valid[10:20, 10:20] = False
    flat[~valid] = np.nan
    assert smooth(flat, valid, 6.0)[valid] == pytest.approx(0.3, abs=1e-5)


def test_wide_filter_is_a_gaussian() -> None:
    """Three running means have the spread of the Gaussian they stand for."""
    spot = np.zeros((101, 101), np.float32)
    spot[50, 50] = 1
    wide = gaussian(spot, 6.0).sum(axis=0).astype(float)
    away = np.arange(101) - 50
    assert np.sqrt((wide * away**2).sum() / wide.sum()) == pytest.approx(6.0, rel=0.06)
