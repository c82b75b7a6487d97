"""What a pixel looks like at each date, freed from what the whole scene did that day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from siteline.model.errors import CannotTell

Array = NDArray[np.float32]

VISIBLE = ("blue", "green", "red")
OFFSET = {"reflectance": 0.02, "relative": 0.05}
"""Added before a logarithm, so that dark pixels do not shout; display images are darker and coarser."""

SCALES = {"brightness": 0.15, "warmth": 0.06, "ndvi": 0.06, "greenness": 0.05}
"""Differences that a person would notice, by feature."""

SAMPLE = 20_000
"""Pixels that suffice to learn how a look differs from the others."""


@dataclass(frozen=True, slots=True)
class Series:
    """Features of every pixel at every look."""

    names: tuple[str, ...]
    """`brightness` (log), `warmth` (log red over blue), then `ndvi` or `greenness` where bands allow."""

    values: Array
    """(feature, time, y, x); 0 where not usable."""

    usable: NDArray[np.bool_]
    """(time, y, x)."""

    years: NDArray[np.float64]
    """(time,) decimal years; only differences are meaningful."""

    def __getitem__(self, name: str) -> Array:
        """(time, y, x) of one feature."""
        layer: Array = self.values[self.names.index(name)]
        return layer


def extract_series(cube: xr.Dataset) -> Series:
    """
    Brightness, warmth and greenness of each pixel at each look, as the images show them.

    cube: as `siteline.model.imagery` says. Logarithms make a change of light a shift, the same for bright and dark.
    """
    offset = OFFSET[str(cube.attrs.get("units", "relative"))]
    bands = {str(name): number for number, name in enumerate(cube["band"].values)}
    value = cube["value"].values
    seen = [bands[name] for name in VISIBLE if name in bands] or [
        bands[n] for n in ("grey", "nir") if n in bands
    ]
    if not seen:
        raise CannotTell(
            f"no band that shows the ground in daylight, only: {', '.join(bands) or 'none'}",
            "Add scenes with a visible, grey or near-infrared band.",
        )

    def logged(name: str) -> Array:
        return np.asarray(np.log(np.maximum(value[:, bands[name]], 0) + np.float32(offset)), np.float32)

    usable = (cube["why_not"].values == 0) & np.isfinite(value[:, seen]).all(axis=1)
    names, layers = ["brightness"], [np.log(np.maximum(value[:, seen].mean(axis=1), 0) + np.float32(offset))]
    if {"red", "blue"} <= bands.keys():
        names.append("warmth")
        layers.append(logged("red") - logged("blue"))
    if {"red", "nir"} <= bands.keys():
        red, nir = np.maximum(value[:, bands["red"]], 0), np.maximum(value[:, bands["nir"]], 0)
        usable &= np.isfinite(nir)
        names.append("ndvi")
        layers.append((nir - red) / (nir + red + np.float32(offset)))
    elif set(VISIBLE) <= bands.keys():
        names.append("greenness")
        layers.append(2 * logged("green") - logged("red") - logged("blue"))
    values = np.stack(layers).astype(np.float32, copy=False)
    np.copyto(values, 0, where=~usable)
    return Series(tuple(names), values, usable, decimal_years(cube["time"].values))


def decimal_years(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Years since 1970, with their fraction."""
    days: NDArray[np.float64] = times.astype("datetime64[s]").astype(np.float64) / 86_400
    return days / 365.2425


def halve(series: Series) -> Series:
    """The same series at half the resolution: means of the usable ones of 2 x 2 pixels; an odd last row or column is repeated."""
    rows, cols = series.usable.shape[1:]
    edge = ((0, 0), (0, rows % 2), (0, cols % 2))
    ok = np.pad(series.usable, edge, mode="edge")
    count: Array = np.sum([ok[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=0, dtype=np.float32)
    values = np.pad(series.values, ((0, 0), *edge), mode="edge")
    total = (
        values[:, :, ::2, ::2] + values[:, :, 1::2, ::2] + values[:, :, ::2, 1::2] + values[:, :, 1::2, 1::2]
    )
    mean = np.asarray(total / np.maximum(count, 1), np.float32)
    return Series(series.names, mean, np.asarray(count > 0), series.years)


def typical_level(values: Array, usable: NDArray[np.bool_]) -> Array:
    """
    Median over time of each pixel's usable looks.

    values: (feature, time, ...); usable: (time, ...). Returns (feature, ...); 0 where never usable.
    """
    if usable.all():
        return np.median(values, axis=1).astype(np.float32)
    order = np.sort(np.where(usable, values, np.float32(np.inf)), axis=1)
    count = usable.sum(axis=0)
    low, high = np.maximum(count - 1, 0) // 2, np.maximum(count, 1) // 2
    middle = [
        np.take_along_axis(order, np.broadcast_to(i, order[:, :1].shape), axis=1)[:, 0] for i in (low, high)
    ]
    level = (middle[0] + middle[1]) / 2
    return np.where(count > 0, level, 0).astype(np.float32)


def remove_common(series: Series, level: Array | None = None) -> Series:
    """
    Take away from each look what light, season and display did to all ground of the same look.

    For each look, the deviation of quiet pixels from their own level is fitted by a robust smooth function of that level and of
    the place in the image; the fit is subtracted everywhere. A stretch of colours drawn anew each year, haze, wet soil
    and the green of summer go with it; what one place alone did stays.
    level: (feature, time or 1, y, x), the level to which each pixel belongs at each look; the median over time if None.
    """
    values, usable = series.values, series.usable
    n_features, n_looks, rows, cols = values.shape
    if level is None:
        level = typical_level(values, usable)[:, None]
    where = _sample(rows * cols)
    flat = values.reshape(n_features, n_looks, -1)
    home = level.reshape(n_features, level.shape[1], -1)
    seen = usable.reshape(n_looks, -1)
    place = np.stack([g.ravel() for g in np.meshgrid(*_axes(rows, cols), indexing="ij")]).astype(np.float32)
    centre = np.median(home[:, :, where], axis=(1, 2))[:, None]
    spread = np.maximum(np.std(home[:, :, where], axis=(1, 2)), 1e-3)[:, None]
    # quiet: those that keep closest to their level, in each band of brightness, so that dark and bright are both heard
    off = np.abs(flat[:, :, where] - home[:, :, where])
    off = np.where(seen[:, where], off / np.maximum(np.median(off, axis=(1, 2)), 1e-4)[:, None, None], np.nan)
    known = np.isfinite(off)
    square = np.where(known, np.minimum(off, 10) ** 2, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    restless = np.where(known.any(axis=(0, 1)), np.sqrt(square).sum(axis=0), np.inf)
    quiet = where[_quietest(restless, np.median(home[0][:, where], axis=0))]
    fitted = np.empty_like(flat)
    for t in range(n_looks):
        here = home[:, min(t, home.shape[1] - 1)]
        design = _design((here - centre) / spread, place)
        ok = quiet[seen[t, quiet]]
        for f in range(n_features):
            change = flat[f, t, ok] - here[f, ok]
            np.dot(_fit_robustly(design[:, ok], change), design, out=fitted[f, t])
    corrected = np.where(seen, flat - fitted, 0).reshape(values.shape)
    return Series(series.names, corrected, usable, series.years)


def remove_surroundings(series: Series, window_px: int = 27, coarse: int = 3) -> Series:
    """
    Each pixel against the middle of its surroundings at the same look: what a field does as a whole goes, a roof in it stays.

    The surroundings are the median over about `window_px` pixels, computed on means of `coarse` x `coarse` pixels.
    """
    n_features, n_looks, rows, cols = series.values.shape
    pad_y, pad_x = -rows % coarse, -cols % coarse
    ok = np.pad(series.usable, ((0, 0), (0, pad_y), (0, pad_x))).astype(np.float32)
    count = ok.reshape(n_looks, ok.shape[1] // coarse, coarse, -1, coarse).sum(axis=(2, 4))
    y = np.clip((np.arange(rows) + 0.5) / coarse - 0.5, 0, count.shape[1] - 1)
    x = np.clip((np.arange(cols) + 0.5) / coarse - 0.5, 0, count.shape[2] - 1)
    local = np.empty_like(series.values)
    size = max(3, window_px // coarse) | 1
    for f in range(n_features):
        padded = np.pad(series.values[f], ((0, 0), (0, pad_y), (0, pad_x)))
        mean = padded.reshape(n_looks, count.shape[1], coarse, -1, coarse).sum(axis=(2, 4)) / np.maximum(
            count, 1
        )
        for t in range(n_looks):
            filled = np.where(
                count[t] > 0, mean[t], np.median(mean[t][count[t] > 0]) if count[t].any() else 0
            )
            near = median_filter(filled, size, mode="reflect")
            local[f, t] = series.values[f, t] - _stretch(near, y, x)
    np.copyto(local, 0, where=~series.usable)
    return Series(series.names, local, series.usable, series.years)


def _stretch(image: Array, y: NDArray[np.float64], x: NDArray[np.float64]) -> Array:
    """Bilinear interpolation at rows y and columns x."""
    y0, x0 = np.minimum(y.astype(int), image.shape[0] - 2), np.minimum(x.astype(int), image.shape[1] - 2)
    v, u = (y - y0)[:, None].astype(np.float32), (x - x0)[None].astype(np.float32)
    top = image[y0][:, x0] * (1 - u) + image[y0][:, x0 + 1] * u
    low = image[y0 + 1][:, x0] * (1 - u) + image[y0 + 1][:, x0 + 1] * u
    return np.asarray(top * (1 - v) + low * v, np.float32)


def _axes(rows: int, cols: int) -> tuple[Array, Array]:
    return np.linspace(-1, 1, rows, dtype=np.float32), np.linspace(-1, 1, cols, dtype=np.float32)


def _sample(n: int) -> NDArray[np.intp]:
    """Indices of an even sample; the same for the same size."""
    return np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.intp))


def _quietest(restless: Array, brightness: Array, share: float = 0.5, bins: int = 6) -> NDArray[np.intp]:
    """Indices of the quiet share within each band of brightness."""
    edges = np.quantile(brightness, np.linspace(0, 1, bins + 1)[1:-1])
    belongs = np.searchsorted(edges, brightness)
    kept = []
    for b in range(bins):
        members = np.flatnonzero((belongs == b) & np.isfinite(restless))
        if members.size:
            kept.append(members[restless[members] <= np.quantile(restless[members], share)])
    return np.sort(np.concatenate(kept)) if kept else np.empty(0, np.intp)


def _design(level: Array, place: Array) -> Array:
    """(term, pixel): constant, levels, squared brightness, place; levels are capped so that nothing is extrapolated far."""
    level = np.clip(level, -3, 3)
    return np.concatenate([np.ones_like(place[:1]), level, level[:1] ** 2, place]).astype(np.float32)


def _fit_robustly(design: Array, target: Array, rounds: int = 4) -> Array:
    """Coefficients by weighted least squares with Tukey's weights."""
    terms = len(design)
    if target.size < 20 * terms:  # too little ground seen to learn a shape: the median alone, or nothing
        alone = np.zeros(terms, np.float32)
        alone[0] = np.median(target) if target.size else 0
        return alone
    ridge = np.diag([1e-6] + [1e-2] * (terms - 1)).astype(np.float32) * target.size
    rest, solution = target - np.median(target), np.zeros(terms, np.float32)
    for _ in range(rounds):
        scale = max(1.4826 * float(np.median(np.abs(rest))), 1e-4)
        weight = np.clip(1 - (rest / (4.7 * scale)) ** 2, 0, 1) ** 2
        gram = (design * weight) @ design.T + ridge
        solution = np.linalg.solve(gram.astype(np.float64), ((design * weight) @ target).astype(np.float64))
        solution = solution.astype(np.float32)
        rest = target - solution @ design
    return solution
