"""Districts by lot: every kind of change, places that change more than once, and much that only looks like change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from shapely import LineString, Polygon, unary_union
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from siteline.model.change import Kind
from siteline.simulate.site import (
    ROOFS,
    Building,
    Parked,
    Patch,
    Road,
    SimulatedSite,
    Works,
    along,
    draw_l,
    draw_rectangle,
)
from siteline.simulate.story import choose_days, plan_looks, random_farmland, random_fence, random_roads

_HISTORIES = {
    "stable": 0.30,
    "new": 0.24,
    "gone": 0.10,
    "roof": 0.10,
    "rebuilt": 0.05,
    "brief": 0.02,
    "paving": 0.06,
    "clearing": 0.06,
    "heap": 0.04,
    "containers": 0.03,
}
"""What becomes of a plot, and how often."""

_HALTS = (0.1, 0.15, 0.75)
"""How many works halt at the foundation, how many without a roof, and how many are finished."""

_LITTLE_GROUND = ("asphalt", "gravel", "concrete", "dry grass", "grass")


@dataclass(frozen=True, slots=True)
class _Span:
    """The time a district is watched."""

    start: date
    end: date
    few: bool
    """With few looks, what happens happens in the middle: elsewhere nobody could see a before and an after."""

    def day(self, rng: np.random.Generator, low: float, high: float) -> date:
        """A day between two shares of the span."""
        if self.few:
            low, high = 0.3 + 0.3 * low, 0.3 + 0.35 * high
        return self.start + timedelta(days=int(rng.uniform(low, high) * (self.end - self.start).days))


def random_district(
    seed: int, *, looks: int = 60, size_m: float = 600.0, gsd_m: float = 3.0, plots: int = 26
) -> SimulatedSite:
    """
    A district drawn by lot; the same seed, the same district.

    Latitude, climate, revisit, sharpness, haze, tilt, density, roofs, soils and pace differ from seed to seed, so that what is
    fitted to one of them shows on the others. plots: how many to try to place; sizes grow with the pixel.
    """
    rng = np.random.default_rng((seed, 21))
    years = float(rng.uniform(0.9, 1.5)) if looks <= 16 else float(rng.uniform(2.2, 4.5))
    if looks > 90:
        years *= 1.5
    start = date(2017, 1, 1) + timedelta(days=int(rng.integers(0, 1500)))
    span = _Span(start, start + timedelta(days=round(years * 365)), looks <= 16)
    latitude = float(rng.uniform(18, 60))
    revisit = str(rng.choice(["irregular", "regular", "bursts"], p=[0.5, 0.25, 0.25]))
    days = choose_days(rng, span.start, span.end, looks, revisit)
    grid = float(rng.uniform(0, 90))
    fence = random_fence(rng, size_m)
    roads = (*random_roads(rng, size_m, grid), *_siding(rng, size_m, grid))
    fields, woods = random_farmland(rng, size_m, fence, spread=12, poorest=0.6)
    buildings, patches, stacks = _plots(rng, size_m, gsd_m, grid, roads, woods, plots, span)
    pond = _pond(rng, size_m, buildings, patches, roads)
    return SimulatedSite(
        id=f"district-{seed}",
        name=f"District by lot {seed} (simulated)",
        size_m=size_m,
        looks=plan_looks(
            [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days],
            rng,
            latitude=latitude,
            cloudiness=float(rng.uniform(0.0, 0.5) if looks <= 16 else rng.uniform(0.2, 1.5)),
            tilt=float(rng.uniform(0.5, 4.5)),
        ),
        buildings=buildings,
        patches=(*patches, *pond),
        parked=(*stacks, *_trains(rng, roads, span)),
        fields=fields,
        roads=roads,
        woods=woods,
        perimeter=fence,
        latitude=latitude,
        gsd_m=gsd_m,
        fine_m=gsd_m / 4,
        psf_px=float(rng.uniform(0.55, 1.0)),
        wander_px=int(rng.integers(0, 4)),
        gain_sigma=float(rng.uniform(0.03, 0.12)),
        trees_per_ha=float(rng.uniform(0, 16)),
    )


def _siding(rng: np.random.Generator, size: float, grid: float) -> tuple[Road, ...]:
    """In one district of two, a railway across it."""
    if rng.random() < 0.5:
        return ()
    u, v = along(grid + float(rng.uniform(-8, 8))), along(grid + 90)
    offset = float(rng.uniform(-0.3, 0.3)) * size
    ends = [
        (size / 2 + s * size * u[0] + offset * v[0], size / 2 + s * size * u[1] + offset * v[1])
        for s in (-1, 1)
    ]
    return (Road(LineString(ends), 7.0, "ballast"),)


def _trains(rng: np.random.Generator, roads: tuple[Road, ...], span: _Span) -> tuple[Parked, ...]:
    """Rakes of wagons on the railway, each standing there for days or months at a time."""
    rakes = []
    for road in roads:
        if road.ground != "ballast":
            continue
        for number in range(int(rng.integers(1, 4))):
            at, length = float(rng.uniform(0.2, 0.7)) * road.line.length, float(rng.uniform(40, 160))
            here, ahead = road.line.interpolate(at), road.line.interpolate(at + length)
            rake = LineString([(here.x, here.y), (ahead.x, ahead.y)]).buffer(1.5, cap_style="flat")
            stays, day = [], span.start
            while day < span.end:
                day += timedelta(days=int(rng.exponential(90)))
                gone = day + timedelta(days=int(rng.exponential(60)) + 1)
                stays.append((day, gone))
                day = gone + timedelta(days=1)
            tone = str(rng.choice(sorted(ROOFS)))
            rakes.append(Parked(f"train-{number + 1}", rake, 4.2, tone, tuple(stays)))
    return tuple(rakes)


def _pond(
    rng: np.random.Generator,
    size: float,
    buildings: tuple[Building, ...],
    patches: tuple[Patch, ...],
    roads: tuple[Road, ...],
) -> tuple[Patch, ...]:
    """In one district of three, still water where nothing else is."""
    if rng.random() > 0.34:
        return ()
    taken = unary_union(
        [b.yard or b.outline for b in buildings] + [p.outline for p in patches] + [r.line for r in roads]
    )
    for _ in range(30):
        x, y = rng.uniform(0.1, 0.9, 2) * size
        sides = rng.uniform(0.08, 0.2, 2) * size
        shore = draw_rectangle(x, y, float(sides[0]), float(sides[1]), float(rng.uniform(0, 90))).buffer(15)
        if not shore.intersects(taken):
            long_ago = date(2000, 1, 1)
            return (Patch("pond", shore, "water", long_ago, long_ago + timedelta(days=1)),)
    return ()


def _plots(
    rng: np.random.Generator,
    size: float,
    gsd: float,
    grid: float,
    roads: tuple[Road, ...],
    woods: tuple[Polygon, ...],
    count: int,
    span: _Span,
) -> tuple[tuple[Building, ...], tuple[Patch, ...], tuple[Parked, ...]]:
    """Plots that do not touch, each with its history."""
    taken = unary_union([r.line.buffer(r.width_m / 2 + 4) for r in roads] + list(woods))
    frame = box(12, 12, size - 12, size - 12)
    scale = max(1.0, gsd / 3.0)
    pace = float(rng.uniform(0.5, 1.6))
    grounds = rng.dirichlet(np.ones(5))
    buildings: list[Building] = []
    patches: list[Patch] = []
    parked: list[Parked] = []
    names, shares = list(_HISTORIES), np.array(list(_HISTORIES.values()))
    number = 0
    for _ in range(count * 40):
        if number >= count:
            break
        history = str(rng.choice(names, p=shares))
        outline, yard, turn, pitch = _draw_plot(rng, size, grid, scale)
        if not frame.contains(yard) or yard.intersects(taken):
            continue
        number += 1
        label = f"{history}-{number}"
        if history in ("paving", "clearing", "heap"):
            patches.append(_ground_history(rng, history, label, outline, span))
        elif history == "containers":
            begin = span.day(rng, 0.1, 0.8)
            stay = (begin, begin + timedelta(days=int(rng.uniform(40, 300))))
            parked.append(
                Parked(label, outline, float(rng.choice([2.6, 5.2])), str(rng.choice(sorted(ROOFS))), (stay,))
            )
        else:
            after = str(rng.choice(_LITTLE_GROUND, p=grounds))
            buildings += _histories(rng, history, label, (outline, yard), (turn, pitch), after, span, pace)
        taken = unary_union([taken, yard.buffer(3)])
    return tuple(buildings), tuple(patches), tuple(parked)


def _draw_plot(
    rng: np.random.Generator, size: float, grid: float, scale: float
) -> tuple[Polygon, Polygon, float, float]:
    """Outline of a building, its yard, its direction in degrees, and its pitch."""
    turn = grid + float(rng.choice([0, 90])) if rng.random() < 0.75 else float(rng.uniform(0, 180))
    sides = np.exp(rng.normal(math.log(30), 0.5)), np.exp(rng.normal(math.log(18), 0.35))
    length, width = (float(np.clip(s, 11, 110)) * scale for s in (max(sides), min(sides)))
    x, y = rng.uniform(20, size - 20, 2)
    is_l = rng.random() < 0.2 and width > 14
    cut = (length * float(rng.uniform(0.3, 0.6)), width * float(rng.uniform(0.35, 0.6)))
    outline = draw_l(x, y, length, width, cut, turn) if is_l else draw_rectangle(x, y, length, width, turn)
    margin = float(rng.uniform(3, 14)) * scale
    yard = draw_rectangle(x, y, length + 2 * margin, width + 2 * margin, turn)
    return outline, yard, turn, 0.0 if is_l or rng.random() < 0.5 else float(rng.uniform(4, 30))


def _ground_history(
    rng: np.random.Generator, history: str, label: str, outline: Polygon, span: _Span
) -> Patch:
    begin = span.day(rng, 0.12, 0.85)
    finish = begin + timedelta(days=int(rng.uniform(3, 60)))
    if history == "paving":
        ground = str(rng.choice(["asphalt", "concrete", "gravel", "old asphalt"]))
        return Patch(label, outline, ground, begin, finish, Kind.SURFACE_CHANGE, "parking lot")
    if history == "clearing":
        back = finish + timedelta(days=int(rng.uniform(150, 600))) if rng.random() < 0.7 else None
        return Patch(label, outline, "cleared", begin, finish, Kind.CLEARING, "cleared ground", regrows=back)
    ground, height = str(rng.choice(["spoil", "coal", "gravel"])), float(rng.uniform(2, 7))
    return Patch(label, outline, ground, begin, finish, Kind.SURFACE_CHANGE, "heap", height_m=height)


def _histories(
    rng: np.random.Generator,
    history: str,
    label: str,
    plot: tuple[Polygon, Polygon],
    form: tuple[float, float],
    after: str,
    span: _Span,
    pace: float,
) -> list[Building]:
    """The building or buildings of one plot, one after the other."""
    outline, yard = plot
    turn, pitch = form
    height = float(np.clip(rng.lognormal(math.log(7.0), 0.45), 2.5, 25))
    roof, other = (str(r) for r in rng.choice(sorted(ROOFS), 2, replace=False))

    def stand(name: str, shape: Polygon, **what: object) -> Building:
        disturbed: BaseGeometry | None = yard if what.get("built") or (what.get("removed") and wide) else None
        return Building(name, shape, turn, height, roof, pitch, yard=disturbed, yard_after=after, **what)  # type: ignore[arg-type]

    wide = rng.random() < 0.6  # a demolition may or may not churn up the ground around it
    if history == "new":
        built = _works(rng, span.day(rng, 0.05, 0.9), pace, steps=int(rng.choice([1, 3, 4], p=_HALTS)))
        return [stand(label, outline, built=built)]
    if history == "gone":
        return [stand(label, outline, removed=_spell(rng, span.day(rng, 0.1, 0.88), 3, 50))]
    if history == "roof":
        return [stand(label, outline, reroofed=(*_spell(rng, span.day(rng, 0.1, 0.88), 4, 45), other))]
    if history == "rebuilt":
        gone = _spell(rng, span.day(rng, 0.1, 0.45), 3, 40)
        built = _works(rng, gone[1] + timedelta(days=int(rng.uniform(10, 200))), pace)
        smaller = draw_rectangle(
            outline.centroid.x, outline.centroid.y, *_sides(outline, rng.uniform(0.8, 1.1)), turn
        )
        first = Building(
            f"{label}/1", outline, turn, height, roof, pitch, removed=gone, yard=yard, yard_after=after
        )
        second = Building(
            f"{label}/2",
            smaller,
            turn,
            height * float(rng.uniform(0.7, 1.5)),
            other,
            0.0,
            built,
            yard=yard,
            yard_after=after,
        )
        return [first, second]
    if history == "brief":
        built = _works(rng, span.day(rng, 0.05, 0.3), pace * 0.6)
        assert built.roofed is not None
        gone = _spell(rng, built.roofed + timedelta(days=int(rng.uniform(150, 400))), 3, 40)
        return [stand(label, outline, built=built, removed=gone)]
    return [stand(label, outline)]


def _works(rng: np.random.Generator, begin: date, pace: float, steps: int = 4) -> Works:
    """Works that halt after so many steps: foundation, structure, full height, roof."""
    waits = rng.gamma(3.0, np.array([14, 18, 45, 16]) * pace)
    marks = [begin + timedelta(days=int(d) + 3 * (n + 1)) for n, d in enumerate(np.cumsum(waits))]
    return Works(begin, *(mark if n < steps else None for n, mark in enumerate(marks)))  # type: ignore[arg-type]


def _spell(rng: np.random.Generator, begin: date, least: float, most: float) -> tuple[date, date]:
    return begin, begin + timedelta(days=int(rng.uniform(least, most)))


def _sides(outline: Polygon, factor: float) -> tuple[float, float]:
    """Sides of the smallest rectangle around an outline, times a factor; the longer one first."""
    corners = np.asarray(outline.minimum_rotated_rectangle.exterior.coords)
    sides = np.hypot(*np.diff(corners, axis=0).T)[:2] * factor
    return float(sides.max()), float(sides.min())
