"""Sites of standing buildings of many shapes and roofs: nothing happens there, they are to be measured."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from shapely import LineString, Point, Polygon, unary_union
from shapely.affinity import rotate, translate
from shapely.geometry import box

from siteline.simulate.site import (
    ROOFS,
    Building,
    Patch,
    PlannedLook,
    Road,
    SimulatedSite,
    draw_l,
    draw_rectangle,
)
from siteline.simulate.story import plan_looks, random_fence, random_roads

SHAPES = ("rectangle", "L", "T", "U")
_SHARES = (0.5, 0.2, 0.15, 0.15)
_LONG_AGO = date(2000, 1, 1)


def random_estate(
    seed: int,
    *,
    looks: int = 8,
    size_m: float = 450.0,
    buildings: int = 10,
    gsd_m: float = 3.0,
    stretch: float = 1.0,
    off_nadir: tuple[float, float] | None = None,
) -> SimulatedSite:
    """
    Standing buildings by lot, on all sorts of ground, seen within a year; the same seed, the same site.

    buildings: how many to try to place; each label begins with its shape. Half of them have paving on some sides, so
    that the ground changes at the wall; neighbours may stand as near as four metres. stretch: how many times larger than
    usual they are, in plan. off_nadir: from which to which angle looks are taken, degrees, from all around; None: from a
    few degrees, as a mapping satellite does.
    """
    rng = np.random.default_rng((seed, 7))
    latitude = float(rng.uniform(25, 58))
    start = date(2021, 1, 1) + timedelta(days=int(rng.integers(0, 700)))
    days = np.sort(rng.choice(365, looks, replace=False))
    grid = float(rng.uniform(0, 90))
    roads = random_roads(rng, size_m, grid)
    halls, patches = _stand(rng, size_m, grid, roads, buildings, stretch)
    planned = plan_looks(
        [datetime.combine(start + timedelta(days=int(d)), datetime.min.time(), UTC) for d in days],
        rng,
        latitude=latitude,
        cloudiness=0.3,
        tilt=float(rng.uniform(1, 4)),
    )
    return SimulatedSite(
        id=f"estate-{seed}",
        name=f"Estate by lot {seed} (simulated)",
        size_m=size_m,
        looks=planned if off_nadir is None else _seen_aslant(planned, off_nadir, seed),
        buildings=halls,
        patches=patches,
        roads=roads,
        perimeter=random_fence(rng, size_m),
        latitude=latitude,
        gsd_m=gsd_m,
        fine_m=gsd_m / 4,
        psf_px=float(rng.uniform(0.6, 0.9)),
        trees_per_ha=float(rng.uniform(2, 14)),
    )


def round_off(site: SimulatedSite, seed: int) -> SimulatedSite:
    """
    The same estate with round buildings in place of its rectangles: tanks and halls with round ends, under flat roofs.

    Labels begin with `circle` or `ends`; everything else stands as it stood.
    """
    rng = np.random.default_rng((seed, 9))
    halls = []
    for building in site.buildings:
        name, _, number = building.label.partition("-")
        if name != "rectangle":
            halls.append(building)
            continue
        a, b, c = np.asarray(building.outline.exterior.coords)[:3]
        sides = sorted((b - a, c - b), key=lambda side: float(np.hypot(*side)))
        radius, along = float(np.hypot(*sides[0])) / 2, sides[1] / np.hypot(*sides[1])
        half = float(np.hypot(*sides[1])) / 2 - radius
        is_tank = bool(rng.random() < 0.5)
        middle = np.asarray(building.outline.centroid.coords)[0]
        axis = Point(middle) if is_tank else LineString([middle - half * along, middle + half * along])
        label = f"{'circle' if is_tank else 'ends'}-{number}"
        halls.append(replace(building, label=label, outline=axis.buffer(radius, 24), pitch=0.0))
    return replace(site, buildings=tuple(halls))


PITCHES = {"gable": (8.0, 30.0), "hip": (12.0, 32.0), "arch": (20.0, 50.0)}
"""Slopes of roofs by form, degrees; of an arch at its eaves."""


def pitch_roofs(site: SimulatedSite, seed: int, form: str) -> SimulatedSite:
    """The same estate with roofs of one form, a key of `PITCHES`, on all its rectangles; labels begin with the form."""
    rng = np.random.default_rng((seed, 10))
    halls = []
    for building in site.buildings:
        name, _, number = building.label.partition("-")
        pitch = float(rng.uniform(*PITCHES[form]))
        is_hall = name == "rectangle"
        halls.append(
            replace(building, label=f"{form}-{number}", pitch=pitch, form=form) if is_hall else building
        )
    return replace(site, buildings=tuple(halls))


def _seen_aslant(
    looks: tuple[PlannedLook, ...], off_nadir: tuple[float, float], seed: int
) -> tuple[PlannedLook, ...]:
    """The same looks from other places in the sky."""
    rng = np.random.default_rng((seed, 8))
    return tuple(
        replace(
            look,
            view_off_nadir=round(float(rng.uniform(*off_nadir)), 2),
            view_azimuth=round(float(rng.uniform(0, 360)), 1) % 360,
        )
        for look in looks
    )


def _stand(
    rng: np.random.Generator,
    size: float,
    grid: float,
    roads: tuple[Road, ...],
    count: int,
    stretch: float,
) -> tuple[tuple[Building, ...], tuple[Patch, ...]]:
    taken = unary_union([road.line.buffer(road.width_m / 2 + 3) for road in roads])
    frame = box(30, 30, size - 30, size - 30)
    halls: list[Building] = []
    patches: list[Patch] = []
    for _ in range(count * 40):
        if len(halls) >= count:
            break
        turn = grid + float(rng.choice([0, 90])) if rng.random() < 0.7 else float(rng.uniform(0, 180))
        shape = str(rng.choice(SHAPES, p=_SHARES))
        x, y = rng.uniform(40, size - 40, 2)
        outline = _draw(rng, shape, float(x), float(y), turn, stretch)
        plot = outline.buffer(float(rng.uniform(2, 10)), join_style="mitre")
        if not frame.contains(plot) or plot.intersects(taken):
            continue
        taken = unary_union([taken, plot.buffer(2)])
        label = f"{shape}-{len(halls) + 1}"
        height = float(np.clip(rng.lognormal(math.log(7.5), 0.5), 2.5, 28))
        is_pitched = shape == "rectangle" and rng.random() < 0.4
        pitch = float(rng.uniform(4, 30)) if is_pitched else 0.0
        halls.append(Building(label, outline, turn, height, str(rng.choice(sorted(ROOFS))), pitch))
        if rng.random() < 0.5:
            patches.append(_pave(rng, label, outline, turn))
    return tuple(halls), tuple(patches)


def _draw(rng: np.random.Generator, shape: str, x: float, y: float, turn: float, stretch: float) -> Polygon:
    """An outline of 15–110 m times `stretch`, its longer side along `turn`."""
    length, width = stretch * float(rng.uniform(24, 110)), stretch * float(rng.uniform(14, 48))
    length, width = max(length, width), min(length, width)
    share = rng.uniform(0.3, 0.6, 2)
    if shape == "rectangle":
        return draw_rectangle(x, y, length, width, turn)
    width = max(width, 24.0 * stretch)
    if shape == "L":
        drawn = draw_l(x, y, length, width, (length * share[0], width * share[1]), turn)
        return rotate(drawn, float(rng.choice([0, 90, 180, 270])), origin=(x, y))
    bay, depth = length * share[0] * 0.8, width * share[1]
    left = float(rng.uniform(0.2, 0.8)) * (length - bay) - length / 2
    if shape == "T":
        return _turned(
            [
                (-length / 2, -width / 2, length / 2, width / 2 - depth),
                (left, -width / 2, left + bay, width / 2),
            ],
            x,
            y,
            turn,
        )
    left = float(np.clip(left, -length / 2 + 9 * stretch, length / 2 - 9 * stretch - bay))
    whole = box(-length / 2, -width / 2, length / 2, width / 2)
    hollow = box(left, width / 2 - depth, left + bay, width / 2 + 1)
    return translate(rotate(whole.difference(hollow), turn, origin=(0, 0)), x, y)


def _turned(arms: list[tuple[float, float, float, float]], x: float, y: float, turn: float) -> Polygon:
    drawn = unary_union([box(*arm) for arm in arms])
    return translate(rotate(drawn, turn, origin=(0, 0)), x, y)


def _pave(rng: np.random.Generator, label: str, outline: Polygon, turn: float) -> Patch:
    """Hard ground around a building, or along some of its sides."""
    margin = float(rng.uniform(3, 14))
    plot = outline.buffer(margin, join_style="mitre")
    if rng.random() < 0.6:
        away = rng.uniform(0.4, 1.0) * margin
        side = math.radians(turn + 90 * int(rng.integers(0, 4)))
        plot = translate(plot, away * math.cos(side), away * math.sin(side)).union(outline)
    ground = str(rng.choice(["asphalt", "concrete", "gravel", "yard", "old asphalt"]))
    return Patch(f"{label} paving", plot, ground, _LONG_AGO, _LONG_AGO)
