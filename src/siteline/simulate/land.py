"""The land itself: soil, grass, trees and fields, as they look through the year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, unary_union
from shapely.geometry.base import BaseGeometry

from siteline.simulate.coverage import Doubles, Floats, Raster, cover
from siteline.simulate.site import GROUNDS, Field, SimulatedSite, along

_GREEN_LEAF = np.array([0.026, 0.058, 0.033, 0.400])
_BARE_TWIGS = np.array([0.060, 0.075, 0.092, 0.170])
_NEEDLES = np.array([0.022, 0.043, 0.028, 0.270])
_GREEN_CROP = np.array([0.030, 0.068, 0.040, 0.460])
_RIPE_CROP = np.array([0.095, 0.140, 0.180, 0.330])

_YELLOWING = (0.10, 0.03, 0.16, -0.06)  # change of each band per sigma of dryness

ROUGH, LAWN, DECIDUOUS, NEEDLE, FIRST_FIELD = 0, 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Land:
    """What does not change from look to look, on the fine grid."""

    raster: Raster
    kinds: NDArray[np.uint8]
    """(rows, columns): _YELLOWING = (0.10, 0.03, 0.16, -0.06)  # change of each band per sigma of dryness

ROUGH, LAWN, DECIDUOUS, NEEDLE, or FIRST_FIELD + number of the field."""

    density: Floats
    """How thick the plants stand, about 1."""

    soil_tone: Floats
    """Brightness of the soil, about 1."""

    leaf_tone: Floats
    """Brightness of the plants, about 1."""

    dryness: Floats
    """How much sooner than elsewhere plants turn yellow, mean 0, sigma 1."""

    roughness: Floats
    """Fractal field, mean 0, sigma 1: where snow stays longest, where clearing begins."""

    built_share: Floats
    """How much of a cell is road, rail or track, 0–1."""

    built: Floats
    """(4, rows, columns): their reflectance times their share."""

    slope_east: Floats
    """Slope of ground and crowns, m / m."""

    slope_north: Floats
    tree_height: Floats
    """m; 0 where no crown is."""

    fields: tuple[Field, ...]


def lay_land(site: SimulatedSite, raster: Raster, rng: np.random.Generator) -> Land:
    """Everything that stays put: textures, fields, woods, single trees, roads and the fence."""
    shape, step = raster.shape, raster.step
    soil = grow_fractal(rng, shape, 2.4)
    fine = grow_fractal(rng, shape, 1.2)
    plants = grow_fractal(rng, shape, 2.2)
    kinds = np.full(shape, ROUGH, np.uint8)
    rows_tone = np.zeros(shape, np.float32)
    for lawn in site.lawns:
        kinds[cover(lawn, raster) > 0.5] = LAWN
    for number, farmed in enumerate(site.fields):
        inside = cover(farmed.outline, raster) > 0.5
        kinds[inside] = FIRST_FIELD + number
        rows_tone[inside] = _draw_rows(raster, farmed.turn, rng)[inside]
    heights = _plant_trees(site, raster, rng, kinds)
    terrain = grow_fractal(rng, shape, 4.0, longest=min(shape) / 2.5) * 0.55
    relief = terrain + heights * 0.28
    slope_south, slope_east = np.gradient(relief, step)
    built_share, built = _draw_roads(site, raster, fine)
    return Land(
        raster=raster,
        kinds=kinds,
        density=np.clip(1 + 0.30 * plants + 0.12 * fine + 0.5 * rows_tone, 0.15, 1.8).astype(np.float32),
        soil_tone=np.clip(1 + 0.10 * soil + 0.05 * fine + rows_tone, 0.5, 1.6).astype(np.float32),
        leaf_tone=np.clip(1 + 0.09 * plants + 0.05 * fine, 0.6, 1.5).astype(np.float32),
        dryness=grow_fractal(rng, shape, 2.6),
        roughness=soil,
        built_share=built_share,
        built=built,
        slope_east=slope_east.astype(np.float32),
        slope_north=-slope_south.astype(np.float32),
        tree_height=heights,
        fields=site.fields,
    )


def show_land(land: Land, day: date, moisture: float, seed: int) -> Floats:
    """
    The open ground on one day, before light and weather: (4, rows, columns) reflectance.

    moisture: 0 dry – 1 soaked; wet soil and wet asphalt are darker.
    """
    covered, leaves, soils = _look_of_kinds(land.fields, day, seed)
    share = np.clip(covered[land.kinds] * land.density, 0, 1).astype(np.float32)
    is_crown = land.tree_height > 0
    share[is_crown] = 1.0
    bare = (1 - share) * land.soil_tone * np.float32(1 - 0.42 * moisture)
    green = share * land.leaf_tone
    paved = np.float32(1 - 0.22 * moisture)
    open_share = 1 - land.built_share
    ground = np.empty((4, *land.raster.shape), np.float32)
    for band in range(4):
        ground[band] = bare * soils[:, band].astype(np.float32)[land.kinds]
        leaf = leaves[:, band].astype(np.float32)[land.kinds]
        ground[band] += green * leaf * (1 + np.float32(_YELLOWING[band]) * land.dryness)
        ground[band] *= open_share
        ground[band] += land.built[band] * paved
    return ground


def grow_fractal(
    rng: np.random.Generator, shape: tuple[int, int], slope: float, longest: float | None = None
) -> Floats:
    """
    Cloud-like noise, mean 0 and sigma 1, its power falling with frequency to the `slope`; it wraps.

    longest: no waves longer than this, cells.
    """
    rows, columns = shape
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    floor = 1 / (longest or max(shape))
    amplitude = np.maximum(frequency, floor) ** (-slope / 2)
    amplitude[0, 0] = 0
    if longest:
        amplitude *= frequency >= floor / 2
    phases = np.exp(2j * np.pi * rng.random(amplitude.shape))
    noise = np.fft.irfft2(amplitude * phases, shape)
    noise -= noise.mean()
    return np.asarray(noise / noise.std(), np.float32)


def _draw_rows(raster: Raster, turn: float, rng: np.random.Generator) -> Floats:
    """Tramlines and strips of a field, about ±5 %."""
    x, y = raster.centres()
    east, north = along(turn)
    across = (-north * x[None, :] + east * y[:, None]).astype(np.float32)
    strips = np.sin(across * (2 * np.pi / rng.uniform(18, 30)) + rng.uniform(0, 6))
    tram = (np.mod(across, rng.uniform(14, 24)) < 1.2).astype(np.float32)
    return np.asarray(0.03 * strips - 0.10 * tram, np.float32)


def _plant_trees(
    site: SimulatedSite, raster: Raster, rng: np.random.Generator, kinds: NDArray[np.uint8]
) -> Floats:
    """Dome-shaped crowns in woods and singly; writes their kind. Returns heights, m."""
    heights = np.zeros(raster.shape, np.float32)
    taken = unary_union(
        [b.outline.buffer(7) for b in site.buildings]
        + [b.yard for b in site.buildings if b.yard is not None]
        + [p.outline.buffer(2) for p in site.patches]
        + [r.line.buffer(r.width_m / 2 + 2.5) for r in site.roads]
        + [f.outline.buffer(-5) for f in site.fields]
        + ([site.perimeter.exterior.buffer(5)] if site.perimeter is not None else [])
    )
    forbidden = cover(taken, raster) > 0.02
    for wood in site.woods:
        density = 0.024  # crowns per m²: they touch
        spots = _scatter(rng, raster, density, cover(wood, raster))
        share_of_needles = rng.uniform(0.1, 0.9)
        for row, column in spots:
            _plant(heights, kinds, row, column, raster.step, rng, share_of_needles, forbidden)
    clumps = np.clip(grow_fractal(rng, raster.shape, 2.0) - 0.6, 0, None)
    clumps /= clumps.mean()
    for row, column in _scatter(rng, raster, site.trees_per_ha / 1e4, clumps):
        if kinds[row, column] < FIRST_FIELD:
            _plant(heights, kinds, row, column, raster.step, rng, 0.2, forbidden)
    return heights


def _scatter(rng: np.random.Generator, raster: Raster, density: float, weight: Floats) -> NDArray[np.int64]:
    """Random cells, `density` per m² on average where the weight is 1: (n, 2) row, column."""
    expected = density * raster.step**2
    return np.argwhere(rng.random(raster.shape) < expected * weight)


def _plant(
    heights: Floats,
    kinds: NDArray[np.uint8],
    row: int,
    column: int,
    step: float,
    rng: np.random.Generator,
    share_of_needles: float,
    forbidden: NDArray[np.bool_],
) -> None:
    radius = rng.uniform(1.8, 4.6)
    tall = radius * rng.uniform(1.6, 2.6)
    is_needle = rng.random() < share_of_needles
    if forbidden[row, column]:
        return
    reach = math.ceil(radius / step)
    rows = slice(max(0, row - reach), row + reach + 1)
    columns = slice(max(0, column - reach), column + reach + 1)
    y = (np.arange(rows.start, min(rows.stop, heights.shape[0])) - row)[:, None] * step
    x = (np.arange(columns.start, min(columns.stop, heights.shape[1])) - column)[None, :] * step
    dome = 1 - (x**2 + y**2) / radius**2
    crown = np.where((dome > 0) & ~forbidden[rows, columns], tall * (0.45 + 0.55 * np.sqrt(np.abs(dome))), 0)
    higher = crown > heights[rows, columns]
    heights[rows, columns][higher] = crown[higher]
    kinds[rows, columns][higher] = NEEDLE if is_needle else DECIDUOUS


def _draw_roads(site: SimulatedSite, raster: Raster, tone: Floats) -> tuple[Floats, Floats]:
    """Roads, rails and the fence line, one over the other, with wear: (share, share x reflectance)."""
    share = np.zeros(raster.shape, np.float32)
    built = np.zeros((4, *raster.shape), np.float32)
    wear = np.clip(1 + 0.07 * tone, 0.7, 1.3)
    strips: list[tuple[BaseGeometry, str, float]] = []
    if site.perimeter is not None:
        line = LineString(site.perimeter.exterior.coords)
        strips += [(line.buffer(2.2, join_style="mitre"), "track", 0.45), (line.buffer(0.25), "coal", 0.35)]
    for ground in dict.fromkeys(road.ground for road in site.roads):
        same = [r.line.buffer(r.width_m / 2, cap_style="flat") for r in site.roads if r.ground == ground]
        strips.append((unary_union(same), ground, 0.95))
    for outline, ground, opacity in strips:
        here = cover(outline, raster) * np.float32(opacity)
        share *= 1 - here
        share += here
        for band in range(4):
            built[band] *= 1 - here
            built[band] += here * np.float32(GROUNDS[ground][band]) * wear
    return share, built


def _look_of_kinds(fields: tuple[Field, ...], day: date, seed: int) -> tuple[Doubles, Doubles, Doubles]:
    """Of each kind of ground on a day: share under plants, reflectance of plants, of soil between."""
    in_year = day.timetuple().tm_yday
    year = np.random.default_rng((seed, 77, day.year))  # no two years are alike
    early, wet, dry = year.normal(0, 8), year.normal(0, 0.10), year.normal(0, 0.15)
    soil = np.array(GROUNDS["soil"])
    grass, straw = np.array(GROUNDS["grass"]), np.array(GROUNDS["dry grass"])
    spring = math.exp(-(((in_year - 150 - early) / 52) ** 2))
    autumn = 0.45 * math.exp(-(((in_year - 285) / 32) ** 2))
    parched = min(1.0, max(0.0, (0.75 + dry) * math.exp(-(((in_year - 228) / 34) ** 2))))
    winter = 1 - 1 / (1 + math.exp(-(in_year - 85 - early) / 9)) + 1 / (1 + math.exp(-(in_year - 325) / 8))
    faded = min(1.0, max(parched, 0.85 * winter))
    leaf = _blend(grass, straw, faded)
    leafy = 1 / (1 + math.exp(-(in_year - 112 - early) / 6)) - 1 / (
        1 + math.exp(-(in_year - 296 - early) / 7)
    )
    covered = [
        0.42 + (0.42 + wet) * spring + 0.3 * autumn,
        0.66 + 0.30 * spring + 0.25 * autumn,
        0.95,
        1.0,
    ]
    leaves = [leaf, _blend(leaf, grass, 0.35), _blend(_BARE_TWIGS, _GREEN_LEAF, leafy), _NEEDLES]
    soils = [soil, soil, soil * 0.7, soil * 0.6]
    for number, farmed in enumerate(fields):
        own = np.random.default_rng((seed, 78, day.year, number))
        shift = own.normal(0, 6, 3)
        harvest, plough = farmed.harvest + shift[1], farmed.plough + shift[2]
        stands = in_year < harvest
        grown = 1 / (1 + math.exp(-(in_year - farmed.green_up - shift[0]) / 11))
        ripe = 1 / (1 + math.exp(-(in_year - harvest + 22) / 6))
        covered.append(farmed.richness * grown if stands else 0.06)
        leaves.append(_blend(_GREEN_CROP, _RIPE_CROP, ripe))
        is_stubble = not stands and in_year < plough
        soils.append(np.array(GROUNDS["stubble"]) if is_stubble else soil * own.uniform(0.8, 0.95))
    return np.array(covered), np.array(leaves), np.array(soils)


def _blend(a: Doubles, b: Doubles, share: float) -> Doubles:
    return a + (b - a) * min(1.0, max(0.0, share))
