"""What buildings send back: the bright corner of ground and wall, layover towards the satellite, shadow behind."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from shapely import Polygon, unary_union
from shapely.geometry.base import BaseGeometry

from siteline.simulate.coverage import Floats, Raster, cover
from siteline.simulate.light import sweep
from siteline.simulate.radar.passes import Orbit
from siteline.simulate.site import SimulatedSite
from siteline.simulate.works import Part, stand_on

_CORNER_M = 4.0  # depth of the strip that the corner's return is spread over
_SHADOW = 0.05  # of the ground's return is left in shadow


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing on one day: of the ground it covers or shades what is left, and what it adds."""

    where: tuple[slice, slice]
    left: Floats
    """(rows, columns) factor on the ground's return."""

    added: Floats
    """(2, rows, columns) VV and VH, linear."""


class Structures:
    """The buildings and parked things of a site as one orbit sees them; each state is drawn once."""

    def __init__(self, site: SimulatedSite, raster: Raster, orbit: Orbit, seed: int) -> None:
        self._site, self._raster, self._orbit, self._seed = site, raster, orbit, seed
        self._drawn: dict[tuple[object, ...], Standing | None] = {}

    def on(self, day: date) -> list[Standing]:
        """All that stands on a day."""
        found: list[Standing | None] = []
        for building in self._site.buildings:
            for part in stand_on(building, day):
                open_ = part.is_open
                state = (building.label, open_, round(part.height_m, 1), part.outline.wkb)
                found.append(self._once(state, part.outline, part, building.label))
        for parked in self._site.parked:
            if any(start <= day <= end for start, end in parked.stays):
                state = (parked.label, False, parked.height_m, b"")
                found.append(self._once(state, parked.outline, parked.height_m, parked.label))
        return [standing for standing in found if standing is not None]

    def _once(
        self, state: tuple[object, ...], outline: BaseGeometry, what: Part | float, label: str
    ) -> Standing | None:
        if state not in self._drawn:
            self._drawn[state] = self._draw(outline, what, label)
        return self._drawn[state]

    def _draw(self, outline: BaseGeometry, what: Part | float, label: str) -> Standing | None:
        height = what if isinstance(what, float) else what.height_m
        is_open = not isinstance(what, float) and what.is_open
        east, north = self._orbit.away
        back = height / self._orbit.tangent
        behind = height * self._orbit.tangent
        shade = sweep(outline, (east * behind, north * behind)).difference(outline)
        lay = sweep(outline, (-east * back, -north * back)).difference(outline)
        window = self._raster.window(unary_union([outline, shade, lay]).buffer(_CORNER_M + 1))
        if window is None:
            return None
        rows, columns, part = window
        rng = np.random.default_rng((self._seed, 64, zlib.crc32(label.encode())))
        roof, corner = float(rng.normal(-10.0, 2.0)), float(rng.normal(9.0, 2.0))
        body, in_shade, over = (cover(shape, part) for shape in (outline, shade, lay))
        left = (1 - body) * (1 - in_shade * np.float32(1 - _SHADOW))
        added = np.zeros((2, *part.shape), np.float32)
        if height > 0.5:
            surface = (roof + (9.0 if is_open else 0.0), roof - (2.0 if is_open else 8.0))
            wall = (-4.0, -13.0)
            for band in range(2):
                added[band] += body * _linear(surface[band]) + over * _linear(wall[band])
            for strip, turned in _corners(outline, (east, north)):
                gain = corner + 10 * math.log10(max(height, 1.0) / 8)
                share = cover(strip, part)
                in_vv = gain - min(13.0, 13.0 * (turned / 22.0) ** 2)
                in_vh = gain - 13.0 - min(5.0, 5.0 * (turned / 40.0) ** 2)
                added[0] += share * _linear(in_vv)
                added[1] += share * _linear(in_vh)
        else:
            added[0] += body * _linear(-14.5)
            added[1] += body * _linear(-23.5)
        return Standing((rows, columns), left.astype(np.float32), added)


def _corners(outline: BaseGeometry, away: tuple[float, float]) -> list[tuple[Polygon, float]]:
    """Strips of ground before each wall that faces the satellite, with how far the wall is turned from it, degrees."""
    polygons = outline.geoms if hasattr(outline, "geoms") else [outline]
    found = []
    for polygon in polygons:
        ring = np.asarray(polygon.exterior.coords)[:, :2]
        if not polygon.exterior.is_ccw:
            ring = ring[::-1]
        for start, end in pairwise(ring):
            run = end - start
            length = float(np.hypot(*run))
            if length < 1.0:
                continue
            outward = np.array([run[1], -run[0]]) / length
            facing = -float(outward @ np.array(away))
            if facing > 0.15:
                near = outward * _CORNER_M
                strip = Polygon([start, end, end + near, start + near])
                found.append((strip, math.degrees(math.acos(min(1.0, facing)))))
    return found


def _linear(decibel: float) -> np.float32:
    return np.float32(10 ** (decibel / 10))
