"""What open ground sends back through the year: grass, woods, crops, water, paving, bare soil, wet or frozen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from shapely import unary_union

from siteline.simulate.coverage import Floats, Raster, cover
from siteline.simulate.land import grow_fractal
from siteline.simulate.radar.passes import Pass
from siteline.simulate.site import Field, Patch, SimulatedSite
from siteline.simulate.works import share_done

BARE = {
    "soil": (-11.5, -20.0),
    "cleared": (-12.0, -21.5),
    "gravel": (-10.5, -20.0),
    "yard": (-11.5, -21.0),
    "asphalt": (-16.5, -25.0),
    "old asphalt": (-15.5, -24.0),
    "concrete": (-16.0, -25.0),
    "fresh concrete": (-15.0, -24.0),
    "track": (-13.5, -22.0),
    "ballast": (-8.5, -17.5),
    "spoil": (-8.5, -18.5),
    "coal": (-9.5, -18.5),
    "grass": (-12.0, -18.5),
    "dry grass": (-12.5, -19.5),
    "stubble": (-11.0, -18.5),
    "water": (-20.0, -28.0),
}
"""VV and VH of ground at rest, dB; textures and weather come on top."""

_OPEN, _WOOD, _FIRST_FIELD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Terrain:
    """What does not change from pass to pass, on the fine grid."""

    raster: Raster
    kinds: NDArray[np.int16]
    """(rows, columns): open, wood, or the number of a field."""

    texture: Floats
    """(2, rows, columns) VV and VH about their mean, dB."""

    vigour: Floats
    """How strongly the season shows, about 1."""

    roads: tuple[tuple[str, Floats], ...]
    """Ground and share of each cell."""

    patches: tuple[tuple[Patch, tuple[slice, slice], Floats], ...]
    crops: tuple[tuple[float, float, float], ...]
    """Of each field: what the full-grown crop adds to VV and to VH, and how rough it is ploughed, dB."""


def lay_terrain(site: SimulatedSite, raster: Raster, yards: Sequence[Patch], seed: int) -> Terrain:
    """The ground of a site as a radar sees it; deterministic by seed."""
    rng = np.random.default_rng((seed, 62))
    kinds = np.full(raster.shape, _OPEN, np.int16)
    for number, farmed in enumerate(site.fields):
        kinds[cover(farmed.outline, raster) > 0.5] = _FIRST_FIELD + number
    if site.woods:
        kinds[cover(unary_union(site.woods), raster) > 0.5] = _WOOD
    common, own = grow_fractal(rng, raster.shape, 2.2), grow_fractal(rng, raster.shape, 1.6)
    texture = np.stack([1.3 * common + 0.6 * own, 1.5 * common - 0.5 * own]).astype(np.float32)
    roads = []
    for ground in dict.fromkeys(road.ground for road in site.roads):
        strips = [r.line.buffer(r.width_m / 2, cap_style="flat") for r in site.roads if r.ground == ground]
        roads.append((ground, cover(unary_union(strips), raster)))
    patches = []
    for patch in (*yards, *site.patches):
        window = raster.window(patch.outline)
        if window is not None:
            patches.append((patch, window[:2], cover(patch.outline, window[2])))
    crops = tuple(
        (
            float(rng.choice([-3.5, -2.0, 1.5, 2.5])),
            float(rng.uniform(0.5, 5.0)),
            float(rng.uniform(0.5, 3.0)),
        )
        for _ in site.fields
    )
    vigour = np.clip(1 + 0.25 * grow_fractal(rng, raster.shape, 2.4), 0.3, 1.8).astype(np.float32)
    return Terrain(raster, kinds, texture, vigour, tuple(roads), tuple(patches), crops)


def show_ground(terrain: Terrain, site: SimulatedSite, seen: Pass, seed: int) -> Floats:
    """The open ground at one pass: (2, rows, columns) VV and VH, linear."""
    day = seen.when.date()
    table = np.array(
        [_level(site, terrain, kind, day, seed) for kind in range(_FIRST_FIELD + len(site.fields))]
    )
    rest, season = table[..., 0].astype(np.float32), table[..., 1].astype(np.float32)
    weather = np.array([_weather(seen, kind == _WOOD) for kind in range(len(table))], np.float32)
    shown = np.empty_like(terrain.texture)
    for band in range(2):
        decibel = rest[:, band][terrain.kinds] + season[:, band][terrain.kinds] * terrain.vigour
        shown[band] = _linear(decibel + terrain.texture[band] + weather[:, band][terrain.kinds])
    for ground, share in terrain.roads:
        _lay(shown, (slice(None), slice(None)), share, ground, seen, terrain.texture)
    for patch, where, share in terrain.patches:
        done = share_done(day, patch.start, patch.finish)
        if patch.regrows and day >= patch.regrows:
            done *= max(0.0, 1 - (day - patch.regrows).days / 365)
        if done > 0:
            _lay(shown, where, share * np.float32(done), patch.ground, seen, terrain.texture)
    return shown


def _lay(
    shown: Floats, where: tuple[slice, slice], share: Floats, ground: str, seen: Pass, texture: Floats
) -> None:
    """Cover ground with another, by the share of each cell."""
    for band, level in enumerate(BARE[ground]):
        weather = seen.wind if ground == "water" else _weather(seen, False)[band]
        if ground in ("asphalt", "old asphalt", "concrete", "fresh concrete"):
            weather *= 0.4
        here = shown[(band, *where)]
        here *= 1 - share
        here += share * _linear(level + weather + 0.4 * texture[(band, *where)])


def _weather(seen: Pass, is_wood: bool) -> tuple[float, float]:
    """What water, frost and snow do to the return of VV and VH, dB."""
    wet = (1.2 if is_wood else 4.0) * (seen.moisture - 0.35)
    frost = (-3.0 if is_wood else -2.5) * seen.frost
    snow = -3.0 * seen.wet_snow
    return wet + frost + snow, 0.6 * wet + 1.1 * frost + snow


def _level(
    site: SimulatedSite, terrain: Terrain, kind: int, day: date, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Per band: what one kind of ground sends back, and what the season adds, dB."""
    in_year = day.timetuple().tm_yday
    green = math.exp(-(((in_year - 165) / 60) ** 2))
    if kind == _WOOD:
        return (-8.5, 0.5 * green), (-14.5, 1.2 * green)
    if kind == _OPEN:
        return (-12.3, 1.4 * green), (-19.3, 2.4 * green)
    number = kind - _FIRST_FIELD
    farmed: Field = site.fields[number]
    own = np.random.default_rng((seed, 63, day.year, number))
    shift = own.normal(0, 6, 3)
    harvest, plough = farmed.harvest + shift[1], farmed.plough + shift[2]
    to_vv, to_vh, rough = terrain.crops[number]
    if in_year < harvest:
        grown = 1 / (1 + math.exp(-(in_year - farmed.green_up - shift[0]) / 11))
        return (-11.0, to_vv * grown), (-20.0, to_vh * grown)
    return ((-11.0, 0.4), (-19.5, 0.4)) if in_year < plough else ((-11.0, rough), (-20.0, 0.6 * rough))


def _linear(decibel: NDArray[np.float32] | float) -> Floats:
    return np.asarray(np.power(10.0, np.asarray(decibel, np.float32) / 10), np.float32)
