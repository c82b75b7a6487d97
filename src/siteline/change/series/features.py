"""What a pixel looks like at each date, freed from what the whole scene did that day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.change.series.common import Common, free_from_levels, free_from_medians
from siteline.change.series.sweeps import levels_of
from siteline.model.errors import CannotTell
from siteline.raster.compiled import each

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

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

    has = set(bands)
    names = ["brightness"]
    names += ["warmth"] if {"red", "blue"} <= has else []
    names += ["ndvi"] if {"red", "nir"} <= has else ["greenness"] if set(VISIBLE) <= has else []
    usable = np.asarray(cube["why_not"].values == 0)
    values = np.empty((len(names), *usable.shape), np.float32)

    def show(t: int) -> None:
        """One look; a look at a time, so that what is computed on the way stays small."""
        light = {name: np.maximum(value[t, number], 0) for name, number in bands.items()}
        small = np.float32(offset)
        usable[t] &= np.isfinite(value[t, seen]).all(axis=0)
        values[0, t] = np.log(np.maximum(value[t, seen].mean(axis=0), 0) + small)
        if "warmth" in names:
            values[1, t] = np.log(light["red"] + small) - np.log(light["blue"] + small)
        if "ndvi" in names:
            usable[t] &= np.isfinite(light["nir"])
            values[-1, t] = (light["nir"] - light["red"]) / (light["nir"] + light["red"] + small)
        if "greenness" in names:
            red, green, blue = (np.log(light[name] + small) for name in ("red", "green", "blue"))
            values[-1, t] = 2 * green - red - blue
        np.copyto(values[:, t], 0, where=~usable[t])

    each(show, range(len(usable)))
    return Series(tuple(names), values, usable, decimal_years(cube["time"].values))


def decimal_years(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Years since 1970, with their fraction."""
    days: NDArray[np.float64] = times.astype("datetime64[s]").astype(np.float64) / 86_400
    return days / 365.2425


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


def remove_common(series: Series, starts: Mask) -> Series:
    """
    Take away from each look what light, season and display did to all ground of the same look.

    For each look, the deviation of quiet pixels from their own level is fitted by a robust smooth function of that level and of
    the place in the image; the fit is subtracted everywhere. A stretch of colours drawn anew each year, haze, wet soil
    and the green of summer go with it; what one place alone did stays.
    starts: (time, y, x) where the levels start to which each pixel belongs.
    """
    common = _learn_common(series, starts)
    return replace(series, values=free_from_levels(series.values, series.usable, starts, common))


def remove_common_roughly(series: Series) -> Series:
    """
    The same against each pixel's median, at half the resolution: means of the usable ones of 2 x 2 pixels.

    An odd last row or column is repeated.
    """
    values, usable = free_from_medians(series.values, series.usable, _learn_common(series, None))
    return Series(series.names, values, usable, series.years)


def _learn_common(series: Series, starts: Mask | None) -> Common:
    """What the whole scene did at each look, from an even sample of pixels; without `starts` their levels are their medians."""
    n_features, n_looks, rows, cols = series.values.shape
    where = _sample(rows * cols)
    values = series.values.reshape(n_features, n_looks, -1)[:, :, where]
    seen = series.usable.reshape(n_looks, -1)[:, where]
    if starts is None:
        home = typical_level(values, seen)[:, None]
    else:
        new = starts.reshape(n_looks, -1)[:, where]
        home = levels_of(new[:, None], values[:, :, None], seen[:, None])[:, :, 0]
    y, x = _axes(rows, cols)
    place = np.stack([y[where // cols], x[where % cols]])
    centre = np.median(home, axis=(1, 2))
    spread = np.maximum(np.std(home, axis=(1, 2)), 1e-3)
    # quiet: those that keep closest to their level, in each band of brightness, so that dark and bright are both heard
    off = np.abs(values - home)
    off = np.where(seen, off / np.maximum(np.median(off, axis=(1, 2)), 1e-4)[:, None, None], np.nan)
    known = np.isfinite(off)
    square = np.where(known, np.minimum(off, 10) ** 2, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    restless = np.where(known.any(axis=(0, 1)), np.sqrt(square).sum(axis=0), np.inf)
    quiet = _quietest(restless, np.median(home[0], axis=0))
    terms = np.zeros((n_features, n_looks, n_features + 4), np.float32)
    for t in range(n_looks):
        ok = quiet[seen[t, quiet]]
        here = home[:, min(t, home.shape[1] - 1), ok]
        design = _design((here - centre[:, None]) / spread[:, None], place[:, ok])
        for f in range(n_features):
            terms[f, t] = _fit_robustly(design, values[f, t, ok] - here[f])
    return Common(np.asarray(centre, np.float32), np.asarray(spread, np.float32), terms, y, x)


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
