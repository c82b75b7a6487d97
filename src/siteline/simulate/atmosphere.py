"""Weather: clouds with their shadows, thin cloud, haze, snow, and the masks that miss some of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.simulate.coverage import Floats
from siteline.simulate.land import grow_fractal
from siteline.simulate.light import Sun
from siteline.simulate.site import PlannedLook

SNOW = np.array([0.80, 0.82, 0.81, 0.72], np.float32)
_CLOUD = np.array([0.66, 0.67, 0.68, 0.70], np.float32)
_PATH = np.array([0.125, 0.105, 0.095, 0.085], np.float32)  # what haze adds where it is thick
_CELL = 12.0  # m, of the cloud field
_SPAN = 5400.0  # m, after which it repeats: shadows may come from clouds outside the frame


@dataclass(frozen=True, slots=True)
class Weather:
    """What lies between the ground and the satellite in one look, on its own pixels."""

    cloud: Floats
    """Share of light that clouds reflect, 0–1."""

    shade: Floats
    """Share of direct light that clouds take from the ground, 0–1."""

    haze: Floats
    """Opacity of haze, 0–1."""


def raise_weather(
    look: PlannedLook, sun: Sun, shape: tuple[int, int], gsd: float, rng: np.random.Generator
) -> Weather:
    """Clouds of the planned kind; their shadows fall where the sun throws them, hundreds of metres away."""
    side = int(_SPAN / _CELL)
    field = grow_fractal(rng, (side, side), 3.2, longest=side / rng.uniform(3, 7))
    detail = grow_fractal(rng, (side, side), 2.4)
    field = np.asarray((field + 0.3 * detail) / 1.04, np.float32)
    share, depth, opacity = _KINDS[look.weather]
    share_here = float(np.clip(rng.normal(share, share * 0.35), 0, 1))
    depth_field = np.zeros_like(field)
    if share_here > 0.002:
        edge = np.quantile(field, 1 - share_here)
        depth_field = np.asarray(np.clip(field - edge, 0, None) * depth, np.float32)
        if look.weather == "overcast":
            depth_field += np.float32(rng.uniform(0.2, 1.2))
    thickness = 1 - np.exp(-depth_field)
    above = rng.uniform(700, 2200)
    start = rng.uniform(0, _SPAN, 2)
    east, north = sun.away
    offset = above * sun.reach
    cloud = shade = np.zeros(shape, np.float32)
    if share_here > 0.002:
        cloud = _sample(thickness, shape, gsd, start)
        shade = _sample(thickness, shape, gsd, (start[0] + north * offset, start[1] - east * offset))
    haze_level = max(0.0, rng.normal(opacity, opacity * 0.5))
    swirl = _sample(field, shape, gsd, (start[0] + 900, start[1] + 300))
    haze = np.clip(haze_level * (1 + (0.45 if look.weather == "thin" else 0.12) * swirl), 0, 0.6)
    return Weather(cloud * np.float32(0.96), shade * np.float32(0.92), haze.astype(np.float32))


_KINDS: dict[str, tuple[float, float, float]] = {
    "clear": (0.0, 0.0, 0.02),
    "scattered": (0.22, 3.0, 0.03),
    "thin": (0.05, 1.2, 0.16),
    "overcast": (0.88, 2.5, 0.10),
}
"""Share of the sky under cloud, how fast it thickens inwards, opacity of the haze."""


def see_through(ground: Floats, weather: Weather, sun: Sun) -> Floats:
    """What the satellite sees of the ground, (4, rows, columns) reflectance in and out."""
    seen = np.empty_like(ground)
    for band in range(4):
        lit = ground[band] * (1 - weather.shade * np.float32(1 - sun.sky[band] * 1.3))
        hazy = lit * (1 - weather.haze) + weather.haze * (_PATH[band] + lit * np.float32(0.35))
        seen[band] = hazy * (1 - weather.cloud) + weather.cloud * _CLOUD[band]
    return seen


def draw_mask(
    weather: Weather, snow: Floats, rng: np.random.Generator, misses_shadow: bool
) -> NDArray[np.uint8]:
    """
    The mask that comes with the scene: not zero where it calls a pixel bad. It is as wrong as masks are.

    1 cloud, 2 cloud shadow, 3 snow. Thin cloud, haze and thin snow are missed, cloud borders are cut too wide
    or too narrow, all shadows are missed in about 30 % of cloudy looks (`misses_shadow`).
    """
    limit = rng.uniform(0.16, 0.30)
    grown = int(rng.integers(0, 4))
    cloud = ndimage.binary_opening(weather.cloud > limit, iterations=1)
    shade = ndimage.binary_opening(weather.shade > 0.30, iterations=1)
    if grown:
        cloud = ndimage.binary_dilation(cloud, iterations=grown)
        shade = ndimage.binary_dilation(shade, iterations=1)
    mask = np.zeros(weather.cloud.shape, np.uint8)
    mask[snow > 0.55] = 3
    if not misses_shadow:
        mask[shade] = 2
    mask[cloud] = 1
    return mask


def settle_snow(depth: float, roughness: Floats, tree: Floats, ploughed: Floats) -> Floats:
    """Share of every fine cell under snow: patchy when thin, little in trees and on cleared roads."""
    share = 1 / (1 + np.exp(-(depth * 4.2 - 2.1 - roughness) / 0.35))
    share = share * min(1.0, depth * 2.2)
    share *= np.where(tree > 0, 0.3, 1.0)
    return np.asarray(share * (1 - (0.85 - 0.4 * depth) * ploughed), np.float32)


def _sample(
    field: Floats, shape: tuple[int, int], gsd: float, start: NDArray[np.float64] | tuple[float, float]
) -> Floats:
    """A window of the repeating field, from `start` (down, right) metres."""
    rows = (start[0] + np.arange(shape[0]) * gsd) / _CELL
    columns = (start[1] + np.arange(shape[1]) * gsd) / _CELL
    side = field.shape[0]
    where = np.meshgrid(rows % side, columns % side, indexing="ij")
    return np.asarray(
        ndimage.map_coordinates(field, where, order=3, mode="grid-wrap", prefilter=False), np.float32
    )


def spell_out(weather: Weather) -> tuple[float, float]:
    """Share of the look under cloud and in cloud shadow, as an eye would call it."""
    return float(np.mean(weather.cloud > 0.15)), float(np.mean(weather.shade > 0.25))


def is_cloudy(weather: Weather) -> bool:
    """Whether there is cloud enough for its shadow to matter."""
    return not math.isclose(float(weather.cloud.max()), 0.0, abs_tol=0.1)
