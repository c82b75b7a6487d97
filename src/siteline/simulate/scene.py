"""What can be seen of a site on one day: ground, works, heaps, vehicles, and the light on all of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from shapely import Point, Polygon, unary_union

from siteline.simulate import atmosphere
from siteline.simulate.coverage import Doubles, Floats, Raster, cover, trace_edges
from siteline.simulate.draw import draw_part, draw_stroke, paint_strokes
from siteline.simulate.heaps import pile_up
from siteline.simulate.land import Land, lay_land, show_land
from siteline.simulate.light import Sun, cast_shadow, shade_by_trees, shade_roofs, sweep
from siteline.simulate.mark import mark_ground
from siteline.simulate.site import (
    GROUNDS,
    ROOFS,
    Building,
    Parked,
    Patch,
    PlannedLook,
    SimulatedSite,
    draw_rectangle,
)
from siteline.simulate.works import Part, Tiling, share_done, stand_on

PAD = 36.0
"""Metres of world around the frame, for shifts and lean."""


@dataclass(frozen=True, slots=True)
class World:
    """A site with its land laid out on the fine grid: what all looks share."""

    site: SimulatedSite
    seed: int
    land: Land
    mark: Floats
    patch_covers: tuple[tuple[Patch, tuple[slice, slice], Floats], ...]


def build_world(site: SimulatedSite, seed: int) -> World:
    """Lay out the land of a site, once for all looks; deterministic by seed."""
    cells = round((site.size_m + 2 * PAD) / site.fine_m)
    raster = Raster(-PAD, site.size_m + PAD, site.fine_m, (cells, cells))
    land = lay_land(site, raster, np.random.default_rng((seed, 1)))
    covers = []
    for patch in (*yards_of(site), *site.patches):
        window = raster.window(patch.outline)
        if window is not None:
            covers.append((patch, window[:2], cover(patch.outline, window[2])))
    return World(site, seed, land, mark_ground(site.size_m, site.size_m, raster), tuple(covers))


def show_scene(world: World, look: PlannedLook, sun: Sun, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The site on one day, in its light, seen from the satellite: (4, …) reflectance, and snow 0–1."""
    site, land = world.site, world.land
    day = look.when.date()
    ground = show_land(land, day, look.moisture, world.seed)
    _lay_patches(ground, world, day, look.moisture)
    snow = np.zeros(land.raster.shape, np.float32)
    if look.snow > 0:
        snow = atmosphere.settle_snow(look.snow, land.roughness, land.tree_height, land.built_share)
        for band in range(4):
            ground[band] += snow * (atmosphere.SNOW[band] - ground[band])
    east, north = sun.away
    slope = 1 - np.float32(sun.reach) * (
        land.slope_east * np.float32(-east) + land.slope_north * np.float32(-north)
    )
    np.clip(slope, 0.35, 1.75, out=slope)
    parts = [part for building in site.buildings for part in stand_on(building, day)]
    owners = [building.label for building in site.buildings for _ in stand_on(building, day)]
    heaps = [part for patch in site.patches if (part := pile_up(patch, day)) is not None]
    heaps += [_stand(stay) for stay in site.parked if any(a <= day <= b for a, b in stay.stays)]
    cars = _send_vehicles(site, day, rng)
    shades = [cast_shadow(part, sun) for part in (*parts, *heaps)]
    small = [sweep(car, (east * 2.2 * sun.reach, north * 2.2 * sun.reach)) for car, _ in cars]
    shadow = cover(unary_union([s for s in (*shades, *small) if not s.is_empty]), land.raster)
    np.maximum(shadow, shade_by_trees(land.tree_height, sun, land.raster.step), out=shadow)
    for band in range(4):
        ground[band] *= slope * (1 - shadow * np.float32(1 - sun.sky[band]))
    everything = (*parts, *heaps)
    falls = shade_roofs(everything, shades, sun)
    strokes = [
        stroke
        for part, owner, fall in zip(everything, (*owners, *[""] * len(heaps)), falls, strict=True)
        for stroke in draw_part(part, owner, fall, look, sun)
    ]
    strokes += [draw_stroke(trace_edges(car), tone, 1.0) for car, tone in cars]
    paint_strokes(ground, strokes, land.raster)
    return ground, snow


def yards_of(site: SimulatedSite) -> list[Patch]:
    """Disturbed ground around works and demolitions, as patches in the order in which it appears."""
    yards = []
    for building in site.buildings:
        works, gone = building.built, building.removed
        if works and building.yard is not None:
            spread = min(14, max(2, (works.foundation - works.cleared).days))
            yards.append(_patch(building, building.yard, "cleared", works.cleared, spread))
            if works.roofed:
                yards.append(_patch(building, building.yard, building.yard_after, works.roofed, 50))
        if gone:
            plot = building.yard if building.yard is not None else building.outline.buffer(4)
            yards.append(_patch(building, plot, "spoil", gone[0], max(3, (gone[1] - gone[0]).days)))
            yards.append(_patch(building, plot, building.yard_after, gone[1], 60))
    return yards


def _patch(building: Building, outline: Polygon, ground: str, start: date, days: int) -> Patch:
    finish = date.fromordinal(start.toordinal() + days)
    return Patch(f"yard of {building.label}", outline, ground, start, finish)


def _lay_patches(ground: Floats, world: World, day: date, moisture: float) -> None:
    """Earthworks eat their way in where the ground is smooth; grass comes back the same way."""
    land = world.land
    wet = 1 - 0.35 * moisture
    for patch, (rows, columns), share in world.patch_covers:
        done = share_done(day, patch.start, patch.finish)
        if done <= 0 or patch.height_m > 0:
            continue
        rough = land.roughness[rows, columns]
        here = share
        if done < 1:
            here = share / (1 + np.exp(-(2.6 * (2 * done - 1) - rough) / 0.15))
        if patch.regrows and day >= patch.regrows:
            back = share_done(day, patch.regrows, date.fromordinal(patch.regrows.toordinal() + 400))
            here = here * (1 - 0.85 / (1 + np.exp(-(2.6 * (2 * back - 1) + rough) / 0.5)))
        tone = np.clip(1 + 0.09 * rough + 0.5 * (land.leaf_tone[rows, columns] - 1), 0.6, 1.4) * wet
        for band in range(4):
            view = ground[band, rows, columns]
            view += here * (np.float32(GROUNDS[patch.ground][band]) * tone - view)


def _stand(parked: Parked) -> Part:
    """Wagons or containers: a flat-topped block of one colour."""
    edges = trace_edges(parked.outline)
    tiling = Tiling(
        edges, np.zeros(len(edges), np.int64), np.ones(1), np.ones(1), np.array([[0.0, 0.0, 1.0]])
    )
    return Part(parked.outline, parked.height_m, ROOFS[parked.tone], tiling)


def _send_vehicles(site: SimulatedSite, day: date, rng: np.random.Generator) -> list[tuple[Polygon, Doubles]]:
    """Lorries on roads, cars in lots, machines where something is being built: other ones in every look."""
    blocked = unary_union([b.outline.buffer(3) for b in site.buildings]) if site.buildings else Polygon()
    cars = []

    def park(x: float, y: float, turn: float, length: float, width: float) -> None:
        car = draw_rectangle(x, y, length, width, turn)
        if not car.intersects(blocked):
            tone = float(rng.choice([0.06, 0.12, 0.2, 0.45, 0.6], p=[0.25, 0.2, 0.2, 0.2, 0.15]))
            hue = 1 + rng.normal(0, 0.12, 4)
            cars.append((car, tone * hue))

    for road in site.roads:
        for _ in range(int(rng.poisson(road.traffic * road.line.length / 100))):
            at = rng.uniform(0, road.line.length)
            here, ahead = road.line.interpolate(at), road.line.interpolate(at + 1)
            turn = math.degrees(math.atan2(ahead.y - here.y, ahead.x - here.x))
            off = road.width_m * 0.24 * rng.choice([-1, 1])
            size = (rng.uniform(9, 16), 2.6) if rng.random() < 0.45 else (rng.uniform(4, 6), 2.0)
            side = math.radians(turn + 90)
            park(here.x + off * math.cos(side), here.y + off * math.sin(side), turn, *size)
    weekday = 0.75 if day.weekday() < 5 else 0.2
    for patch in site.patches:
        if patch.what == "parking lot" and day >= patch.finish:
            for spot, turn in _parking_spots(patch.outline):
                if rng.random() < weekday * rng.uniform(0.5, 1):
                    park(spot[0], spot[1], turn, 4.6, 1.9)
    for building in site.buildings:
        works = building.built
        if works and building.yard is not None and works.cleared <= day <= (works.roofed or day):
            free = building.yard.difference(building.outline.buffer(3))
            west, south, east, north = free.bounds
            for _ in range(int(rng.poisson(2.5))):
                x, y = rng.uniform(west, east), rng.uniform(south, north)
                if free.contains(Point(x, y)):
                    park(x, y, rng.uniform(0, 180), rng.uniform(5, 11), rng.uniform(2.4, 3))
    return cars


def _parking_spots(lot: Polygon) -> list[tuple[tuple[float, float], float]]:
    """Rows of places along the longer side of a lot."""
    corners = np.asarray(lot.minimum_rotated_rectangle.exterior.coords)[:4]
    sides = np.roll(corners, -1, axis=0) - corners
    longer = int(np.argmax(np.hypot(*sides.T)[:2]))
    start, length, width = corners[longer], sides[longer], sides[(longer + 1) % 4]
    long_m, wide_m = float(np.hypot(*length)), float(np.hypot(*width))
    u, v = length / long_m, width / wide_m
    turn = math.degrees(math.atan2(v[1], v[0]))
    spots = []
    for across in np.arange(4, wide_m - 3, 11.0):
        for forth in np.arange(3, long_m - 3, 2.7):
            x, y = start + u * forth + v * across
            spots.append(((float(x), float(y)), turn))
    return spots
