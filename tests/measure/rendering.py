"""
A small camera for the tests: isolated buildings, exact coverage, its own optics.

It shares no code and no formula with `siteline.measure`: coverage comes from shapely intersections on cells
of a fifth of a pixel, shadows from unions of swept polygons, blur from scipy's filters.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
import xarray as xr
from scipy import ndimage
from shapely.affinity import rotate, scale, translate
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from siteline.model.imagery import Grid

FINE = 5
"""Cells per pixel side."""

GSD = 3.0
BANDS = ("blue", "green", "red", "nir")
GROUND = np.array([0.10, 0.13, 0.17, 0.24])
WALL = np.array([0.13, 0.14, 0.15, 0.17])
SUNS = (
    (165.0, 28.0),
    (150.0, 45.0),
    (140.0, 58.0),
    (160.0, 40.0),
    (172.0, 24.0),
    (145.0, 52.0),
    (155.0, 33.0),
)


@dataclass(frozen=True)
class World:
    """One building on rough ground."""

    footprint: Polygon
    """Pixels."""

    height_m: float = 8.0
    contrast: float = 0.15
    """Roof above ground, all bands; negative for a dark roof."""

    texture: float = 0.012
    """Standard deviation of the ground and half of that on the roof."""

    patches: int = 3
    """Pieces of other material around it, some touching it."""

    yard_px: float = 0.0
    """Width of a border of bright cleared ground around it."""

    shape: tuple[int, int] = (56, 56)
    has_shadow: bool = True
    roof_streaks: float = 0.015
    seed: int = 0
    roof: str = ""
    """"gabled", "hipped" or "arched": shaded by the sun (Lambert); its shadow stays that of a flat one."""

    rise: float = 0.25
    """How far such a roof rises, as a share of its width."""

    suns: tuple[tuple[float, float], ...] = field(default=SUNS)
    views: tuple[tuple[float, float], ...] = ()
    """Off nadir and azimuth of each look, degrees, in turn; none: from straight above, and nobody says so."""


def render(
    world: World, looks: int = 5, psf: float = 0.75, noise: float = 0.004, jitter: float = 0.15
) -> xr.Dataset:
    """A cube of `looks` images of the world, as the cube stage would hand it over."""
    rng = np.random.default_rng(world.seed)
    rows, cols = world.shape
    fine_shape = (rows * FINE, cols * FINE)
    rough = world.texture * _fractal(fine_shape, rng)
    stones = 0.5 * world.texture * rng.standard_normal(fine_shape)
    roof_cover = coverage(world.footprint, fine_shape)
    streaks = world.roof_streaks * _stripes(world, fine_shape, rng)
    patches = [(coverage(p, fine_shape), tint) for p, tint in _patches(world, rng)]
    tint = rng.uniform(0.8, 1.2, 4)
    pictures = []
    suns = [world.suns[i % len(world.suns)] for i in range(looks)]
    views = [world.views[i % len(world.views)] for i in range(looks)] if world.views else []
    for look, (azimuth, elevation) in enumerate(suns):
        season = rng.uniform(0.85, 1.15)
        ground = (
            GROUND[:, None, None] * season
            + (rough + 0.6 * stones) * np.array([0.7, 0.9, 1.1, 1.3])[:, None, None]
        )
        for cover, colour in patches:
            ground = ground + cover * (colour * season)[:, None, None]
        if world.has_shadow:
            dark = coverage(_shadow(world, azimuth, elevation), fine_shape)
            sky = np.array([0.45, 0.35, 0.28, 0.22])[:, None, None]
            ground = ground * (1 - dark * (1 - sky))
        roof = (GROUND + world.contrast * tint)[:, None, None] + streaks + 0.5 * rough
        if world.roof:
            roof = roof * _shading(world, fine_shape, azimuth, elevation)
        if views:
            by = _lean(world, *views[look])
            roof_cover = coverage(translate(world.footprint, *by), fine_shape)
            whole = coverage(_swept(world.footprint, *by), fine_shape)
            ground = ground * (1 - whole) + WALL[:, None, None] * whole
        scene = ground * (1 - roof_cover) + roof * roof_cover
        gain, haze = rng.normal(1, 0.04), rng.normal(0, 0.004)
        shift = rng.normal(0, jitter, 2) * FINE
        sharp = psf * FINE * rng.normal(1, 0.05)
        blurred = [
            ndimage.shift(
                ndimage.gaussian_filter(band, sharp, mode="nearest"), shift, order=3, mode="nearest"
            )
            for band in scene * gain + haze
        ]
        pixels = np.stack(blurred).reshape(4, rows, FINE, cols, FINE).mean(axis=(2, 4))
        pixels += rng.normal(0, noise, pixels.shape) * np.sqrt(0.5 + pixels / 0.3)
        pictures.append(np.round(pixels * 1e4) / 1e4)
    return as_cube(np.stack(pictures), suns, views)


def as_cube(
    values: npt.NDArray[np.float64],
    suns: list[tuple[float, float]] | None = None,
    views: list[tuple[float, float]] | None = None,
) -> xr.Dataset:
    """(time, band, y, x) reflectance as a cube, one look a week, at 3 m in UTM."""
    count, _, rows, cols = values.shape
    grid = Grid("EPSG:32652", (GSD, 0.0, 500_000.0, 0.0, -GSD, 4_400_000.0), (rows, cols), GSD)
    times = np.datetime64("2024-03-01", "ns") + np.arange(count) * np.timedelta64(7, "D")
    sun = np.array(suns) if suns else np.full((count, 2), np.nan)
    view = np.array(views) if views else np.full((count, 2), np.nan)
    return xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), values.astype(np.float32)),
            "why_not": (("time", "y", "x"), np.zeros((count, rows, cols), np.uint8)),
        },
        coords={
            "time": times,
            "scene": ("time", [f"S{i:02d}" for i in range(count)]),
            "sun_azimuth": ("time", sun[:, 0]),
            "sun_elevation": ("time", sun[:, 1]),
            "view_off_nadir": ("time", view[:, 0]),
            "view_azimuth": ("time", view[:, 1]),
            "band": list(BANDS[: values.shape[1]]),
            "y": 4_400_000.0 - GSD * (np.arange(rows) + 0.5),
            "x": 500_000.0 + GSD * (np.arange(cols) + 0.5),
        },
        attrs={"grid": grid, "units": "reflectance"},
    )


def coverage(polygon: BaseGeometry, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Exact share of every fine cell that the polygon covers."""
    fine = scale(polygon, FINE, FINE, origin=(0, 0))
    shapely.prepare(fine)
    row, col = np.mgrid[0 : shape[0], 0 : shape[1]]
    inside = shapely.contains_xy(fine, col + 0.5, row + 0.5).astype(float)
    line = fine.boundary
    shapely.prepare(line)
    left, top, right, bottom = (int(v) for v in np.round(fine.bounds))
    near = np.zeros(shape, dtype=bool)
    near[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = True
    cells = shapely.box(col[near], row[near], col[near] + 1, row[near] + 1)
    on_edge = shapely.intersects(line, cells)
    exact = inside[near]
    exact[on_edge] = shapely.area(shapely.intersection(fine, cells[on_edge]))
    inside[near] = exact
    return inside


def building(
    centre: tuple[float, float],
    length: float,
    width: float,
    angle: float,
    lost: tuple[float, float] | None = None,
) -> Polygon:
    """A rectangle in pixels, or an L where `lost` gives the missing corner."""
    shape = box(-length / 2, -width / 2, length / 2, width / 2)
    if lost is not None:
        shape = shape.difference(box(length / 2 - lost[0], width / 2 - lost[1], length, width))
    return translate(rotate(shape, angle, origin=(0, 0)), *centre)


def on_grid(polygon: BaseGeometry) -> BaseGeometry:
    """Pixels to the coordinates of the cube."""
    return translate(scale(polygon, GSD, -GSD, origin=(0, 0)), 500_000.0, 4_400_000.0)


def roughly(polygon: Polygon, rng: np.random.Generator) -> Polygon:
    """The outline as a detector might give it: moved, turned, of another size."""
    off = rng.normal(0, 0.8, 2)
    worse = scale(polygon, rng.uniform(0.85, 1.1), rng.uniform(0.85, 1.1))
    return translate(rotate(worse, rng.normal(0, 5)), *off)


def _shading(
    world: World, shape: tuple[int, int], azimuth: float, elevation: float
) -> npt.NDArray[np.float64]:
    """Light on every fine cell of a pitched roof, over that on flat ground."""
    corners = np.array(world.footprint.minimum_rotated_rectangle.exterior.coords)
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    short = first if np.hypot(*first) < np.hypot(*second) else second
    width = float(np.hypot(*short))
    across = short / width
    row, col = (np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5) / FINE
    centre = corners[:4].mean(axis=0)
    t = np.clip(((col - centre[0]) * across[0] + (row - centre[1]) * across[1]) / (width / 2), -1, 1)
    steep = np.sin(np.arctan(2 * world.rise))
    long = second if short is first else first
    length = float(np.hypot(*long))
    lengthwise = long / length
    s = ((col - centre[0]) * lengthwise[0] + (row - centre[1]) * lengthwise[1]) / (width / 2)
    is_end = (np.abs(s) - length / width > np.abs(t) - 1) & (world.roof == "hipped")
    side = np.where(is_end, 0, t * steep if world.roof == "arched" else np.sign(t) * steep)
    end = np.where(is_end, np.sign(s) * steep, 0)
    sun = np.radians([azimuth, elevation])
    towards = np.array([np.sin(sun[0]), -np.cos(sun[0])])  # x right, y down
    level = np.sqrt(1 - side**2 - end**2) * np.sin(sun[1])
    light = level + np.cos(sun[1]) * (side * float(across @ towards) + end * float(lengthwise @ towards))
    return 0.25 + 0.75 * np.maximum(light, 0) / np.sin(sun[1])


def _shadow(world: World, azimuth: float, elevation: float) -> BaseGeometry:
    length = world.height_m / np.tan(np.radians(elevation)) / GSD
    dx, dy = -np.sin(np.radians(azimuth)) * length, np.cos(np.radians(azimuth)) * length
    return _swept(world.footprint, dx, dy).difference(world.footprint)


def _lean(world: World, off_nadir: float, azimuth: float) -> tuple[float, float]:
    """How far the roof is seen from its base, pixels: away from the satellite."""
    away = world.height_m * np.tan(np.radians(off_nadir)) / GSD
    return away * np.sin(np.radians(azimuth)), -away * np.cos(np.radians(azimuth))


def _swept(footprint: Polygon, dx: float, dy: float) -> BaseGeometry:
    """All that a footprint covers on its way."""
    quads = [
        Polygon([a, b, (b[0] + dx, b[1] + dy), (a[0] + dx, a[1] + dy)]).convex_hull
        for a, b in itertools.pairwise(footprint.exterior.coords)
    ]
    return unary_union([footprint, translate(footprint, dx, dy), *[q for q in quads if q.area > 0]])


def _patches(world: World, rng: np.random.Generator) -> list[tuple[BaseGeometry, npt.NDArray[np.float64]]]:
    """Yards, tracks and beds near the building; each may touch it."""
    found = []
    if world.yard_px:
        found.append((world.footprint.buffer(world.yard_px, join_style="mitre"), np.full(4, 0.09)))
    minx, miny, maxx, maxy = world.footprint.bounds
    for _ in range(world.patches):
        cx, cy = rng.uniform(minx - 8, maxx + 8), rng.uniform(miny - 8, maxy + 8)
        patch = building((cx, cy), rng.uniform(5, 22), rng.uniform(2, 10), rng.uniform(0, 180))
        found.append((patch, rng.normal(0, 0.02) + rng.normal(0, 0.008, 4)))
    return found


def _stripes(world: World, shape: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Roof detail along the building."""
    row, col = np.mgrid[0 : shape[0], 0 : shape[1]] / FINE
    turn = rng.uniform(0, np.pi)
    phase = (col * np.cos(turn) + row * np.sin(turn)) * rng.uniform(0.6, 1.6)
    return np.sin(phase) * rng.uniform(0.3, 1) + 0.4 * _fractal(shape, rng)


def _fractal(shape: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Rough ground: power falls with frequency; unit variance."""
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    radius = np.hypot(fy, fx)
    radius[0, 0] = np.inf
    spectrum = radius**-1.2 * np.exp(2j * np.pi * rng.random(radius.shape))
    field_ = np.fft.irfft2(spectrum, s=shape)
    return (field_ - field_.mean()) / field_.std()
