"""Stories: the demo's, and any number of random ones to be measured on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from shapely import LineString, Polygon, unary_union
from shapely.affinity import rotate, translate
from shapely.geometry import box

from siteline.model.change import Kind
from siteline.simulate.site import (
    ROOFS,
    Building,
    Field,
    Patch,
    PlannedLook,
    Road,
    SimulatedSite,
    Works,
    along,
    draw_l,
    draw_rectangle,
)

DEMO_SEED = 20241105
_TURN = 12.0  # the demo plant's grid, degrees
_HALL_RATIO = 0.65


def tell_demo() -> SimulatedSite:
    """
    The demo's story: a plant where a second hall rises, houses are begun outside the fence, roofs renewed.

    Hall A-2 covers exactly 0.65 of the ground of hall A-1, and has walls and frame but no roof at the end.
    Six house foundations are laid just outside the perimeter in the last two months. Three roofs are replaced
    over four years. Paving, clearing, a heap and four fields change too: none of them is a building.
    """
    first = draw_rectangle(236, 606, 110, 42, _TURN)
    second_width = 38.5
    second = draw_rectangle(376, 640, 110 * 42 * _HALL_RATIO / second_width, second_width, _TURN)
    plant = (
        Building(
            "A-1", first, _TURN, 12.0, "grey metal", looks_like="long hall with a rail spur at its west end"
        ),
        Building(
            "A-2",
            second,
            _TURN,
            10.0,
            "light metal",
            built=Works(date(2023, 9, 18), date(2023, 11, 20), date(2024, 2, 26), date(2024, 8, 5)),
            yard=draw_rectangle(376, 640, 106, 66, _TURN),
            looks_like="walls and frame beside A-1",
        ),
        _renewed("R-1", 372, 742, 54, 22, 8.0, "rust", (date(2021, 5, 24), date(2021, 6, 28)), "blue steel"),
        _renewed(
            "R-2",
            640,
            428,
            62,
            24,
            9.0,
            "weathered cement",
            (date(2022, 7, 11), date(2022, 8, 22)),
            "light metal",
        ),
        _renewed("R-3", 716, 520, 44, 20, 7.0, "bitumen", (date(2023, 6, 5), date(2023, 7, 3)), "red tile"),
        *_stable_halls(),
    )
    return SimulatedSite(
        id="tidewater",
        name="Tidewater Works (simulated)",
        size_m=900.0,
        looks=_demo_looks(),
        buildings=(*plant, *_houses()),
        patches=_demo_patches(),
        fields=(
            Field(_quad((-60, -60), (262, -60), (240, 168), (-60, 236)), 4, 118, 196, 262),
            Field(_quad((280, -60), (560, -60), (548, 128), (262, 172)), 98, 165, 268, 300, 0.95),
            Field(_quad((868, 560), (980, 500), (980, 980), (842, 980)), 75, 122, 201, 270),
            Field(_quad((560, 868), (806, 830), (828, 980), (540, 980)), 20, 150, 250, 290, 0.85),
        ),
        roads=_demo_roads(),
        woods=(
            _quad((-60, 690), (66, 720), (150, 838), (210, 980), (-60, 980)),
            _quad((836, 250), (980, 215), (980, 440), (856, 416)),
            _quad((-60, 262), (40, 250), (72, 330), (30, 430), (-60, 440)),
        ),
        lawns=(_quad((560, 560), (690, 588), (676, 660), (548, 632)),),
        perimeter=Polygon(
            [
                (118, 470),
                (330, 268),
                (640, 300),
                (826, 420),
                (806, 640),
                (590, 806),
                (300, 824),
                (150, 776),
                (96, 640),
            ]
        ),
        known=("A-1",),
    )


def _renewed(
    label: str,
    x: float,
    y: float,
    length: float,
    width: float,
    height: float,
    roof: str,
    when: tuple[date, date],
    new_roof: str,
) -> Building:
    outline = draw_rectangle(x, y, length, width, _TURN)
    return Building(label, outline, _TURN, height, roof, reroofed=(*when, new_roof), looks_like="workshop")


def _stable_halls() -> tuple[Building, ...]:
    rows = (
        ("B-1", 262, 704, 58, 20, 7.5, "weathered cement", 0.0),
        ("B-2", 178, 700, 40, 18, 6.5, "red tile", 18.0),
        ("B-3", 470, 752, 46, 18, 7.0, "rust", 0.0),
        ("B-4", 540, 672, 34, 22, 9.0, "light metal", 0.0),
        ("B-5", 566, 742, 70, 22, 8.0, "grey metal", 8.0),
        ("B-6", 700, 640, 36, 16, 6.0, "green sheet", 0.0),
        ("B-7", 742, 450, 30, 16, 6.0, "weathered cement", 20.0),
        ("B-8", 560, 372, 50, 20, 8.0, "bitumen", 0.0),
        ("B-9", 452, 336, 44, 16, 6.5, "grey metal", 10.0),
        ("B-10", 372, 366, 36, 20, 7.0, "weathered cement", 0.0),
        ("B-11", 276, 440, 52, 24, 10.0, "light metal", 0.0),
        ("B-12", 184, 512, 26, 18, 6.0, "red tile", 22.0),
        ("B-13", 392, 470, 64, 26, 9.0, "grey metal", 7.0),
        ("B-14", 506, 478, 48, 22, 8.5, "rust", 0.0),
        ("B-15", 640, 536, 40, 18, 7.0, "weathered cement", 0.0),
        ("B-16", 300, 522, 22, 14, 5.0, "bitumen", 0.0),
        ("B-17", 466, 574, 30, 16, 6.0, "white membrane", 0.0),
        ("B-18", 700, 712, 24, 14, 5.5, "red tile", 25.0),
    )
    halls = [
        Building(label, draw_rectangle(x, y, length, width, _TURN), _TURN, height, roof, pitch)
        for label, x, y, length, width, height, roof, pitch in rows
    ]
    office = draw_l(470, 384, 42, 34, (24, 18), _TURN)
    halls.append(Building("B-19", office, _TURN, 11.0, "bitumen", looks_like="office, L-shaped"))
    for number, (x, y) in enumerate(((620, 176), (680, 152), (600, 120), (846, 212))):
        outline = draw_rectangle(x, y, 13, 9, 35 * number)
        halls.append(Building(f"F-{number + 1}", outline, 35 * number, 4.5, "red tile", 30.0))
    return tuple(halls)


def _houses() -> tuple[Building, ...]:
    """Six foundations in two rows along the south-eastern fence, 28 m and more outside it."""
    start, end = np.array([640.0, 300.0]), np.array([826.0, 420.0])
    run = (end - start) / np.hypot(*(end - start))
    out = np.array([run[1], -run[0]])
    turn = math.degrees(math.atan2(run[1], run[0]))
    houses = []
    for number in range(6):
        column, row = number % 3, number // 3
        x, y = start + run * (36 + 44 * column) + out * (36 + 42 * row)
        cleared = date(2024, 8, 30) + timedelta(days=(0, 2, 4, 3, 6, 8)[number])
        houses.append(
            Building(
                f"H-{number + 1}",
                draw_rectangle(x, y, 24, 14, turn),
                turn,
                7.0,
                "red tile",
                built=Works(cleared, cleared + timedelta(days=9)),
                yard=draw_rectangle(x, y, 36, 26, turn),
                looks_like="foundation of a house",
            )
        )
    return tuple(houses)


def _demo_patches() -> tuple[Patch, ...]:
    before = (date(2019, 1, 1), date(2019, 2, 1))
    yard = "gravel"
    return (
        Patch("apron of A-1", draw_rectangle(228, 564, 130, 22, _TURN), "old asphalt", *before),
        Patch("yard B-13", draw_rectangle(400, 508, 90, 26, _TURN), yard, *before),
        Patch("yard B-5", draw_rectangle(590, 696, 80, 18, _TURN), yard, *before),
        Patch("yard R-2", draw_rectangle(636, 456, 76, 18, _TURN), "concrete", *before),
        Patch("yard B-11", draw_rectangle(270, 470, 66, 18, _TURN), "old asphalt", *before),
        Patch(
            "car park",
            draw_rectangle(742, 574, 64, 36, _TURN),
            "asphalt",
            date(2022, 4, 4),
            date(2022, 5, 2),
            Kind.SURFACE_CHANGE,
            "parking lot",
        ),
        Patch(
            "clearing",
            _quad((100, 300), (178, 282), (206, 336), (148, 392), (96, 372)),
            "cleared",
            date(2023, 3, 20),
            date(2023, 4, 14),
            Kind.CLEARING,
            "cleared ground",
            regrows=date(2024, 3, 15),
        ),
        Patch(
            "heap",
            draw_rectangle(566, 606, 44, 30, 40).buffer(6),
            "spoil",
            date(2021, 9, 6),
            date(2022, 1, 31),
            Kind.SURFACE_CHANGE,
            "heap of spoil",
            height_m=4.0,
        ),
    )


def _demo_roads() -> tuple[Road, ...]:
    u, v = along(_TURN), along(_TURN + 90)

    def spot(x: float, y: float) -> tuple[float, float]:
        return 450 + x * u[0] + y * v[0], 540 + x * u[1] + y * v[1]

    return (
        Road(LineString([(-60, 244), (250, 196), (560, 152), (720, 108), (960, 30)]), 8, "asphalt", 1.2),
        Road(LineString([(505, 160), (512, 240), (506, 330)]), 7.5, "asphalt", 0.8),
        Road(LineString([(506, 330), spot(84, -120), spot(84, 170)]), 7, "old asphalt", 0.5),
        Road(LineString([spot(-300, -6), spot(330, -6)]), 7, "old asphalt", 0.6),
        Road(LineString([spot(-240, 150), spot(220, 150)]), 6, "old asphalt", 0.4),
        Road(LineString([spot(-240, -120), spot(300, -120)]), 6, "asphalt", 0.3),
        Road(LineString([spot(-240, -120), spot(-240, 36)]), 6, "old asphalt", 0.2),
        Road(LineString([spot(220, -120), spot(220, 150)]), 6, "old asphalt", 0.3),
        Road(LineString([(640, 130), (700, 206), (790, 262), (860, 250), (960, 235)]), 5, "track", 0.3),
        Road(LineString([(-60, 520), (60, 556), (130, 575), (180, 593)]), 3.5, "ballast"),
        Road(LineString([(-60, 236), (120, 290), (150, 330)]), 4, "track"),
    )


def _quad(*corners: tuple[float, float]) -> Polygon:
    return Polygon(corners)


def _demo_looks() -> tuple[PlannedLook, ...]:
    """Every three weeks or so from November 2020; every week from August 2024, when somebody took notice."""
    rng = np.random.default_rng(11)
    days: list[date] = []
    day = date(2020, 11, 9)
    while day < date(2024, 8, 12):
        days.append(day)
        day += timedelta(days=int(rng.integers(15, 33)))
    days += [
        date(2024, 8, 19) + timedelta(days=d) for d in (0, 7, 13, 21, 27, 33, 40, 46, 53, 59, 66, 72, 78)
    ]
    looks = plan_looks([datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days], rng)
    return tuple(
        look if look.when.date() < date(2024, 8, 1) else _settle(look, number)
        for number, look in enumerate(looks)
    )


def _settle(look: PlannedLook, number: int) -> PlannedLook:
    """The weather of the last weeks: three looks in four are clear enough, as the story needs."""
    weather = ("clear", "clear", "scattered", "clear", "clear", "thin", "clear", "overcast")[number % 8]
    return PlannedLook(look.when, weather, 0.0, look.moisture, look.view_off_nadir, look.view_azimuth)


def plan_looks(
    days: Sequence[datetime],
    rng: np.random.Generator,
    *,
    latitude: float = 42.0,
    cloudiness: float = 1.0,
    tilt: float = 1.8,
    longitude: float = -39.0,
) -> tuple[PlannedLook, ...]:
    """
    Hour, view and weather for days of acquisition: weather comes in spells, snow in cold ones.

    cloudiness: 1 as in a temperate climate, 0 always clear. tilt: typical view angle off nadir, degrees.
    """
    looks = []
    dull, wet, white = 0.0, 0.35, 0.0
    before: datetime | None = None
    for day in sorted(days):
        gap = (day - before).days if before else 30
        keep = math.exp(-gap / 35)
        season = math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365)
        dull = keep * dull + math.sqrt(1 - keep**2) * rng.normal()
        weather = _pick_weather(dull + 0.35 * season, cloudiness)
        wet = keep * wet + (1 - keep) * 0.35 + 0.25 * rng.normal() + 0.12 * season
        wet = min(1.0, max(0.0, wet))
        cold = season + (latitude - 42) / 25 + rng.normal(0, 0.25)
        white = max(0.0, rng.normal(0.35, 0.3)) if cold > 0.8 and rng.random() < 0.5 else 0.0
        local = 10.4 + rng.normal(0, 0.3)
        moment = day.replace(hour=0, minute=0) + timedelta(minutes=round((local - longitude / 15) * 60))
        off = abs(float(rng.normal(0, tilt)))
        looks.append(
            PlannedLook(
                moment,
                weather,
                min(1.0, white),
                wet,
                round(min(off, 5.0), 2),
                round(float(rng.choice([98.0, 278.0]) + rng.normal(0, 6)) % 360, 1),
            )
        )
        before = day
    return tuple(looks)


def _pick_weather(gloom: float, cloudiness: float) -> str:
    if cloudiness <= 0:
        return "clear"
    for weather, limit in (("overcast", 1.15), ("scattered", 0.55), ("thin", 0.25)):
        if gloom > limit / math.sqrt(cloudiness):
            return weather
    return "clear"


def random_story(
    seed: int,
    *,
    looks: int = 60,
    years: float = 3.0,
    size_m: float = 600.0,
    buildings: int = 24,
    revisit: str = "irregular",
    cloudiness: float = 1.0,
    tilt: float = 1.8,
    latitude: float | None = None,
) -> SimulatedSite:
    """
    A site drawn by lot: every kind of change, decoys, shapes, materials; the same seed, the same site.

    buildings: how many to try to place. revisit: `irregular` (random days), `regular` (one step), `bursts`
    (weeks of many looks, then gaps). latitude: degrees; by lot between 30 and 56 if None.
    """
    rng = np.random.default_rng((seed, 4))
    latitude = float(rng.uniform(30, 56)) if latitude is None else latitude
    start = date(2019, 1, 1) + timedelta(days=int(rng.integers(0, 700)))
    end = start + timedelta(days=round(years * 365))
    days = choose_days(rng, start, end, looks, revisit)
    grid = float(rng.uniform(0, 90))
    fence = random_fence(rng, size_m)
    roads = random_roads(rng, size_m, grid)
    fields, woods = random_farmland(rng, size_m, fence)
    halls, patches = _random_buildings(rng, size_m, grid, roads, woods, buildings, start, end)
    return SimulatedSite(
        id=f"lot-{seed}",
        name=f"Site by lot {seed} (simulated)",
        size_m=size_m,
        looks=plan_looks(
            [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days],
            rng,
            latitude=latitude,
            cloudiness=cloudiness,
            tilt=tilt,
        ),
        buildings=halls,
        patches=patches,
        fields=fields,
        roads=roads,
        woods=woods,
        perimeter=fence,
        latitude=latitude,
        fine_m=0.75,
        psf_px=float(rng.uniform(0.6, 0.9)),
        wander_px=int(rng.integers(0, 4)),
        trees_per_ha=float(rng.uniform(2, 14)),
    )


def choose_days(rng: np.random.Generator, start: date, end: date, looks: int, revisit: str) -> list[date]:
    """Days of acquisition between two dates: `regular`, `bursts` (weeks of many looks, then gaps), or at random."""
    span = (end - start).days
    if revisit == "regular":
        offsets = np.linspace(0, span - 1, looks)
    elif revisit == "bursts":
        middles = rng.uniform(0, span, max(3, looks // 8))
        offsets = rng.choice(middles, looks) + rng.normal(0, 12, looks)
    else:
        offsets = rng.uniform(0, span, looks)
    chosen = sorted({int(np.clip(o, 0, span - 1)) for o in offsets})
    free = sorted(set(range(span)) - set(chosen))
    while len(chosen) < looks and free:
        chosen.append(free.pop(int(rng.integers(len(free)))))
    return [start + timedelta(days=d) for d in sorted(chosen)]


def random_fence(rng: np.random.Generator, size: float) -> Polygon:
    """A convex line around the middle of a site of `size` metres."""
    turns = np.sort(rng.uniform(0, 2 * math.pi, 9)) + np.linspace(0, 2 * math.pi, 9)
    turns = np.sort(np.mod(turns, 2 * math.pi))
    reach = size * rng.uniform(0.32, 0.42, 9)
    hull: Polygon = Polygon(
        [(size / 2 + r * math.cos(t), size / 2 + r * math.sin(t)) for r, t in zip(reach, turns, strict=True)]
    ).convex_hull
    return hull


def random_roads(rng: np.random.Generator, size: float, grid: float) -> tuple[Road, ...]:
    """Five roads across a site of `size` metres, along a grid turned by `grid` degrees."""
    middle = size / 2
    roads = []
    for turn, count in ((grid, 3), (grid + 90, 2)):
        u, v = along(turn), along(turn + 90)
        for offset in np.linspace(-0.3, 0.3, count) * size + rng.normal(0, 12, count):
            ends = [
                (middle + s * size * u[0] + offset * v[0], middle + s * size * u[1] + offset * v[1])
                for s in (-1, 1)
            ]
            ground = str(rng.choice(["asphalt", "old asphalt", "concrete", "track"]))
            roads.append(Road(LineString(ends), float(rng.uniform(4.5, 8)), ground, float(rng.uniform(0, 1))))
    return tuple(roads)


def random_farmland(
    rng: np.random.Generator, size: float, fence: Polygon, *, spread: float = 8, poorest: float = 0.8
) -> tuple[tuple[Field, ...], tuple[Polygon, ...]]:
    """
    Fields and woods in the corners of a site of `size` metres, outside its fence.

    spread: days by which sowing and harvest differ, one sigma; poorest: least share of ground that a crop covers.
    """
    fields, woods = [], []
    outside = box(-40, -40, size + 40, size + 40).difference(fence.buffer(12))
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
        half = rng.uniform(0.26, 0.46, 2) * size
        plot = translate(box(-half[0], -half[1], half[0], half[1]), x * size, y * size)
        plot = rotate(plot, float(rng.uniform(-8, 8))).intersection(outside)
        if plot.geom_type != "Polygon" or plot.area < 400:
            continue
        if rng.random() < 0.7:
            early = rng.random() < 0.5
            fields.append(
                Field(
                    plot,
                    float(rng.uniform(0, 180)),
                    int(rng.normal(118 if early else 162, spread)),
                    int(rng.normal(198 if early else 262, spread)),
                    int(rng.normal(262 if early else 298, spread)),
                    float(rng.uniform(poorest, 0.97)),
                )
            )
        else:
            woods.append(plot)
    return tuple(fields), tuple(woods)


_HISTORIES = ("stable", "new", "new", "gone", "roof", "paving", "clearing", "heap")
_SHARES = (0.36, 0.14, 0.14, 0.09, 0.11, 0.06, 0.06, 0.04)


def _random_buildings(
    rng: np.random.Generator,
    size: float,
    grid: float,
    roads: tuple[Road, ...],
    woods: tuple[Polygon, ...],
    count: int,
    start: date,
    end: date,
) -> tuple[tuple[Building, ...], tuple[Patch, ...]]:
    taken = unary_union([r.line.buffer(r.width_m / 2 + 4) for r in roads] + list(woods))
    frame = box(14, 14, size - 14, size - 14)
    halls: list[Building] = []
    patches: list[Patch] = []
    for _ in range(count * 40):
        if len(halls) + len(patches) >= count:
            break
        history = str(rng.choice(_HISTORIES, p=_SHARES))
        turn = grid + float(rng.choice([0, 90])) if rng.random() < 0.75 else float(rng.uniform(0, 180))
        length, width = float(rng.uniform(16, 85)), float(rng.uniform(10, 36))
        length, width = max(length, width), min(length, width)
        x, y = rng.uniform(20, size - 20, 2)
        is_l = rng.random() < 0.25 and width > 14
        cut = (length * float(rng.uniform(0.3, 0.6)), width * float(rng.uniform(0.35, 0.6)))
        outline = (
            draw_l(x, y, length, width, cut, turn) if is_l else draw_rectangle(x, y, length, width, turn)
        )
        margin = float(rng.uniform(5, 12))
        yard = draw_rectangle(x, y, length + 2 * margin, width + 2 * margin, turn)
        if not frame.contains(yard) or yard.intersects(taken):
            continue
        label = f"{history}-{len(halls) + len(patches) + 1}"
        if history in ("paving", "clearing", "heap"):
            patches.append(_random_patch(rng, history, label, outline, start, end))
        else:
            pitch = 0.0 if is_l or rng.random() < 0.55 else float(rng.uniform(4, 28))
            halls.append(_random_history(rng, history, label, outline, turn, pitch, yard, start, end))
        taken = unary_union([taken, yard.buffer(3)])
    return tuple(halls), tuple(patches)


def _random_patch(
    rng: np.random.Generator, history: str, label: str, outline: Polygon, start: date, end: date
) -> Patch:
    span = (end - start).days
    begin = start + timedelta(days=int(rng.uniform(0.15, 0.85) * span))
    finish = begin + timedelta(days=int(rng.uniform(5, 60)))
    if history == "paving":
        ground = str(rng.choice(["asphalt", "concrete", "gravel"]))
        return Patch(label, outline, ground, begin, finish, Kind.SURFACE_CHANGE, "parking lot")
    if history == "clearing":
        back = finish + timedelta(days=int(rng.uniform(200, 500)))
        return Patch(label, outline, "cleared", begin, finish, Kind.CLEARING, "cleared ground", regrows=back)
    ground, height = str(rng.choice(["spoil", "coal", "gravel"])), float(rng.uniform(2, 6))
    return Patch(label, outline, ground, begin, finish, Kind.SURFACE_CHANGE, "heap", height_m=height)


def _random_history(
    rng: np.random.Generator,
    history: str,
    label: str,
    outline: Polygon,
    turn: float,
    pitch: float,
    yard: Polygon,
    start: date,
    end: date,
) -> Building:
    span = (end - start).days
    height = float(np.clip(rng.lognormal(math.log(7.5), 0.45), 2.5, 25))
    roof, other = (str(r) for r in rng.choice(sorted(ROOFS), 2, replace=False))
    after = str(rng.choice(["gravel", "yard", "concrete", "asphalt", "dry grass"]))
    begin = start + timedelta(days=int(rng.uniform(0.12, 0.88) * span))
    built, gone, renewed = None, None, None
    if history == "new":
        waits = rng.gamma(3.0, [14, 18, 45, 16])
        marks = [begin + timedelta(days=int(d) + 3) for d in np.cumsum(waits)]
        done = rng.random() < 0.85
        built = Works(begin, marks[0], marks[1], marks[2], marks[3] if done else None)
    elif history == "gone":
        gone = (begin, begin + timedelta(days=int(rng.uniform(4, 50))))
    elif history == "roof":
        renewed = (begin, begin + timedelta(days=int(rng.uniform(5, 50))), other)
    disturbed = yard if history in ("new", "gone") else None
    return Building(label, outline, turn, height, roof, pitch, built, gone, renewed, disturbed, after)
