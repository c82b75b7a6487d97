"""Small cubes whose every pixel we know: ground, blocks that come and go, their shadows, clouds, seasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, shift
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from siteline.change.find import ChangeOptions, Changes, Preset, find_changes
from siteline.model.change import ChangeEvent
from siteline.model.dates import parse_acquired
from siteline.model.imagery import Grid, Look, WhyNot
from siteline.model.place import Structure
from siteline.simulate.sun import find_sun

BANDS = ("blue", "green", "red", "nir")
DRY = (0.09, 0.12, 0.15, 0.24)
"""Dry grass and earth; reflectance, in the order of `BANDS`."""

ROOF = (0.30, 0.31, 0.32, 0.34)
GREEN = (0.03, 0.06, 0.04, 0.32)
PLACE = (40.0, 45.0)
"""Latitude and longitude, invented."""

GSD_M = 3.0
WEST, NORTH = 500_000.0, 4_400_000.0


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of ground that looks different for some looks."""

    top: int
    left: int
    rows: int
    cols: int
    since: int = 0
    """First look with it."""

    until: int | None = None
    """First look without it again; None if it stays."""

    colour: tuple[float, ...] = ROOF
    height_m: float = 0.0
    """Taller than 0 it casts a shadow."""

    def moved(self, down: int, right: int) -> Block:
        """The same elsewhere."""
        return Block(
            self.top + down,
            self.left + right,
            self.rows,
            self.cols,
            self.since,
            self.until,
            self.colour,
            self.height_m,
        )

    def turned(self) -> Block:
        """The same with rows and columns exchanged."""
        return Block(
            self.left, self.top, self.cols, self.rows, self.since, self.until, self.colour, self.height_m
        )

    @property
    def outline(self) -> BaseGeometry:
        """On the ground, in grid coordinates."""
        return box(
            WEST + self.left * GSD_M,
            NORTH - (self.top + self.rows) * GSD_M,
            WEST + (self.left + self.cols) * GSD_M,
            NORTH - self.top * GSD_M,
        )


def days_apart(count: int, step: int = 30, start: date = date(2021, 1, 10)) -> list[date]:
    """As many days, evenly spaced."""
    return [start + timedelta(days=step * n) for n in range(count)]


def make_cube(
    days: Sequence[date],
    blocks: Sequence[Block] = (),
    *,
    shape: tuple[int, int] = (56, 56),
    noise: float = 0.02,
    ground: tuple[float, ...] = DRY,
    season: float = 0.0,
    cloudy: Mapping[int, tuple[slice, slice]] | None = None,
    sun: bool = False,
    seed: int = 7,
    turned: bool = False,
) -> tuple[xr.Dataset, tuple[Look, ...]]:
    """
    A cube as `siteline.model.imagery` says, and its looks.

    noise: spread of log reflectance from look to look; season: amplitude of a yearly wave of log brightness in the right half of
    the scene only, so that it is no common mode; cloudy: what a look does not show; turned: rows and columns exchanged, noise
    included.
    """
    rng = np.random.default_rng(seed)
    rows, cols = shape
    relief = gaussian_filter(rng.normal(size=shape), 2)
    relief *= 0.08 / relief.std()
    year = np.array([d.timetuple().tm_yday / 365.25 for d in days])
    hours = [datetime(d.year, d.month, d.day, 7, 30, tzinfo=UTC) for d in days]
    sky = [find_sun(h, *PLACE) for h in hours]
    value = np.empty((len(days), len(BANDS), rows, cols), np.float32)
    why_not = np.zeros((len(days), rows, cols), np.uint8)
    for t in range(len(days)):
        for b in range(len(BANDS)):
            layer = ground[b] * np.exp(relief)
            for block in blocks:
                if block.since <= t and (block.until is None or t < block.until):
                    layer = _draw(layer, block, block.colour[b], sky[t])
            layer *= np.exp(rng.normal(0, noise, shape) + rng.normal(0, 0.03))
            layer[:, cols // 2 :] *= math.exp(season * math.cos(2 * math.pi * year[t]))
            value[t, b] = layer
        if cloudy and t in cloudy:
            value[t][:, cloudy[t][0], cloudy[t][1]] = 0.8
            why_not[t][cloudy[t]] = WhyNot.CLOUD
    if turned:
        value, why_not, shape = value.swapaxes(2, 3), why_not.swapaxes(1, 2), (cols, rows)
    ids = [f"S{n:02}" for n in range(len(days))]
    cube = xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), np.ascontiguousarray(value)),
            "why_not": (("time", "y", "x"), np.ascontiguousarray(why_not)),
            "sun_azimuth": ("time", [s[0] if sun else np.nan for s in sky]),
            "sun_elevation": ("time", [s[1] if sun else np.nan for s in sky]),
        },
        coords={
            "time": np.array([h.replace(tzinfo=None) for h in hours], "datetime64[ns]"),
            "band": list(BANDS),
            "y": NORTH - (np.arange(shape[0]) + 0.5) * GSD_M,
            "x": WEST + (np.arange(shape[1]) + 0.5) * GSD_M,
            "scene": ("time", ids),
        },
        attrs={
            "grid": Grid("EPSG:32638", (GSD_M, 0.0, WEST, 0.0, -GSD_M, NORTH), shape, GSD_M),
            "units": "reflectance",
        },
    )
    looks = tuple(
        Look(i, parse_acquired(d.isoformat()), float((why_not[t] == 0).mean()), True, None, (0.0, 0.0), 0.1)
        for t, (i, d) in enumerate(zip(ids, days, strict=True))
    )
    return cube, looks


def _draw(
    layer: NDArray[np.float64], block: Block, colour: float, sky: tuple[float, float]
) -> NDArray[np.float64]:
    solid = np.zeros(layer.shape, bool)
    solid[block.top : block.top + block.rows, block.left : block.left + block.cols] = True
    shadow = cast(solid, block.height_m, *sky) if block.height_m else np.zeros_like(solid)
    return np.where(solid, colour, np.where(shadow, 0.4 * layer, layer))


def cast(solid: NDArray[np.bool_], height_m: float, azimuth: float, elevation: float) -> NDArray[np.bool_]:
    """Ground in the shadow of a flat-roofed thing; azimuth and elevation of the sun in degrees, rows run south."""
    reach = height_m / math.tan(math.radians(elevation)) / GSD_M
    dx, dy = -math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))
    dark = np.zeros_like(solid)
    for d in np.linspace(0, reach, max(2, math.ceil(2 * reach))):
        dark |= shift(solid.astype(float), (d * dy, d * dx), order=1) > 0.5
    return dark & ~solid


def search(
    made: tuple[xr.Dataset, tuple[Look, ...]],
    preset: Preset = Preset.BALANCED,
    known: tuple[Structure, ...] = (),
) -> Changes:
    """Search a cube as a survey does."""
    return find_changes(*made, known, ChangeOptions(preset=preset))


def event_on(events: Sequence[ChangeEvent], block: Block) -> ChangeEvent:
    """The event that fits a block best; none fits by less than half."""
    best = max(events, key=lambda e: iou(e.outline, block.outline))
    assert iou(best.outline, block.outline) > 0.5, [(e.kind, e.onset, e.outline.bounds) for e in events]
    return best


def iou(a: BaseGeometry, b: BaseGeometry) -> float:
    """Intersection over union."""
    return float(a.intersection(b).area / a.union(b).area)
