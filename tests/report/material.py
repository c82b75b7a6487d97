"""A small invented site, painted with numpy, and the material of a brief about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from siteline.model.change import ChangeEvent, Judgement, Kind, Observation, Stage, State, Status
from siteline.model.dates import DateInterval, parse_acquired, say_day
from siteline.model.finding import Comparison, Fact, Finding, SiteFindings
from siteline.model.imagery import Grid, Look, Use, WhyNot
from siteline.model.measurement import Ratio
from siteline.model.place import Frame, Function, Role, Site, Structure, Zone
from siteline.model.quantity import Quantity
from siteline.model.remark import Remark
from siteline.model.survey import Survey
from siteline.raster.grid import off_grid
from siteline.report.page import BriefMaterial, JudgedEvent, SiteSection
from tests.factory import make_event, make_scene

ROWS, COLS = 130, 170
EARTH = Grid("EPSG:32631", (3.0, 0.0, 500_000.0, 0.0, -3.0, 8_000.0), (ROWS, COLS), 3.0)
IMAGE = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (ROWS, COLS), None)

DAYS = [date(2023, 1, 6) + timedelta(days=d) for d in (*range(0, 260, 14), *range(330, 560, 13))]

THINGS: tuple[tuple[str, Kind, tuple[int, int, int, int], int, Zone], ...] = (
    ("A-2", Kind.CONSTRUCTION, (62, 40, 84, 51), 22, Zone.INSIDE),
    ("", Kind.CONSTRUCTION, (132, 76, 138, 82), 33, Zone.OUTSIDE),
    ("", Kind.CONSTRUCTION, (132, 86, 138, 92), 33, Zone.OUTSIDE),
    ("", Kind.CONSTRUCTION, (142, 76, 148, 82), 34, Zone.OUTSIDE),
    ("", Kind.DEMOLITION, (96, 62, 108, 70), 12, Zone.INSIDE),
    ("B-7", Kind.ROOF_CHANGE, (36, 70, 60, 80), 16, Zone.INSIDE),
    ("", Kind.CLEARING, (84, 18, 112, 32), 27, Zone.INSIDE),
)
"""Label, kind, box in pixels (col0, row0, col1, row1), index of the first look with it, zone."""

LEFT_OUT = {
    3: "cloud over 91 % of the site",
    9: "cloud over 84 % of the site",
    25: "not laid over the others",
}


@cache
def paint_cube(is_image: bool = False, looks: int = len(DAYS)) -> xr.Dataset:
    """A site seen 37 times: halls, fields that turn green, clouds on two days, a missing corner on one."""
    rng = np.random.default_rng(11)
    y, x = np.mgrid[:ROWS, :COLS]
    ground = 0.11 + 0.025 * np.sin(x / 17 + y / 23) + 0.012 * rng.standard_normal((ROWS, COLS))
    field = (x > 118) | (y > 104)
    road = (abs(y - 58) < 1.5) | (abs(x - 30) < 1.5)
    frames = np.empty((looks, 4, ROWS, COLS), dtype=np.float32)
    why_not = np.zeros((looks, ROWS, COLS), dtype=np.uint8)
    for t in range(looks):
        green = 0.5 + 0.5 * np.sin((DAYS[t].timetuple().tm_yday - 100) / 365 * 2 * np.pi)
        base = {"blue": ground * 0.8, "green": ground * 0.95, "red": ground * 1.05, "nir": ground * 1.6}
        layers = np.stack([base[band] - (0.04 * green * field if band == "red" else 0) for band in base])
        layers[1] += 0.02 * green * field
        layers[:, road] = 0.17
        _roof(layers, (60, 22, 94, 35), 0.3, 0.31, 0.33)
        _roof(layers, (36, 70, 60, 80), *((0.33, 0.26, 0.2) if t < 16 else (0.18, 0.24, 0.36)))
        if t < 12:
            _roof(layers, (96, 62, 108, 70), 0.24, 0.24, 0.23)
        for _, kind, place, first, _ in THINGS:
            if kind is Kind.CONSTRUCTION and t >= first:
                _roof(layers, place, *((0.24, 0.2, 0.16) if t < first + 4 else (0.36, 0.36, 0.37)))
            if kind is Kind.CLEARING and t >= first:
                layers[:, place[1] : place[3], place[0] : place[2]] *= 1.45
        if t in (3, 9):
            layers = 0.55 + 0.1 * rng.standard_normal((4, ROWS, COLS))
            why_not[t] = WhyNot.CLOUD
        if t == 20:
            layers[:, :40, :50] = np.nan
            why_not[t, :40, :50] = WhyNot.NO_IMAGE
        frames[t] = layers + 0.004 * rng.standard_normal(layers.shape)
    grid = IMAGE if is_image else EARTH
    a, _, c, _, e, f = grid.transform
    return xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), frames),
            "why_not": (("time", "y", "x"), why_not),
        },
        coords={
            "time": np.array([np.datetime64(day, "ns") for day in DAYS[:looks]]),
            "scene": ("time", [f"S{t:02d}" for t in range(looks)]),
            "sun_azimuth": ("time", np.full(looks, 160.0)),
            "sun_elevation": ("time", np.full(looks, 50.0)),
            "band": ["blue", "green", "red", "nir"],
            "y": f + e * (np.arange(ROWS) + 0.5),
            "x": c + a * (np.arange(COLS) + 0.5),
        },
        attrs={"grid": grid, "units": "reflectance"},
    )


def make_section(
    *,
    is_image: bool = False,
    simulated: bool = False,
    accepted: bool = False,
    things: tuple[Any, ...] = THINGS,
    name: str = "Invented works",
    scene: dict[str, Any] | None = None,
    **site: Any,
) -> SiteSection:
    """The site with all its findings; `scene` changes every scene, other keywords change the site."""
    grid = IMAGE if is_image else EARTH
    rights = {"credit": "Invented Space Agency", "licence": "CC BY 4.0", "use": Use.PUBLISH}
    scenes = tuple(
        make_scene(
            f"S{t:02d}",
            day.isoformat(),
            shape=(ROWS, COLS),
            transform=grid.transform,
            crs=grid.crs,
            sensor="Invented-1",
            simulated=simulated,
            **{**rights, **(scene or {})},
        )
        for t, day in enumerate(DAYS)
    )
    looks = tuple(
        Look(
            s.id,
            parse_acquired(s.acquired.text),
            0.1 if t in LEFT_OUT else 1.0,
            t not in LEFT_OUT,
            LEFT_OUT.get(t),
            (0.1, -0.2),
            0.05,
        )
        for t, s in enumerate(scenes)
    )
    told = [_tell(n, thing, grid, accepted) for n, thing in enumerate(things)]
    survey = Survey(
        id="5f3a" * 16,
        site_id="invented",
        preset="balanced",
        until=None,
        grid=grid,
        looks=looks,
        smallest_visible=Quantity(148.0, 20.0, "px²" if is_image else "m²"),
        remarks=(Remark("S20", "a part of the image is missing", "fetch it again"),),
        recipes={"find_changes": "ab12" * 16, "build_cube": "cd34" * 16},
        seconds={"find_changes": 3.2},
    )
    ratio = Ratio(
        Quantity(0.652, 0.02, "", (0.613, 0.693)),
        ("A-2 is about two thirds of the size of A-1.", "A-2 is 60–70 % of the size of A-1."),
        ("A-2 is half the size of A-1.", "A-2 is as large as A-1."),
    )
    findings = SiteFindings(
        "invented",
        tuple(finding for finding, _ in told),
        (Comparison("A-2", "A-1", "area", ratio, "A-2 is 60–70 % of the size of A-1 (95 %: 61–69 %)."),),
        (
            "By July 2024 a second hall stood inside the perimeter, three small buildings outside it.",
            "One building was removed and one roof was replaced.",
        ),
        (
            "No other change was reported at 3 m. Nothing smaller than about 150 m² could have been seen.",
            "The longest time without a usable image was 78 days.",
        ),
        "about 150 square pixels" if is_image else "about 150 m²",
    )
    return SiteSection(
        site=_site(name, grid, is_image, simulated, site),
        survey=survey,
        cube=paint_cube(is_image),
        scenes=scenes,
        findings=findings,
        events=tuple(judged for _, judged in told),
    )


def make_material(**changed: Any) -> BriefMaterial:
    """A brief of one site; keywords go to `make_section`."""
    title = changed.pop("title", "A second hall rises at the invented works")
    return BriefMaterial(title, (make_section(**changed),), datetime(2024, 8, 1, tzinfo=UTC), "0.1")


def _roof(layers: Any, place: tuple[int, int, int, int], blue: float, green: float, red: float) -> None:
    col0, row0, col1, row1 = place
    layers[:, row0 + 2 : row1 + 3, col0 - 3 : col1 - 1] *= 0.55  # shadow
    for band, value in enumerate((blue, green, red, red)):
        layers[band, row0:row1, col0:col1] = value
        layers[band, row0 : (row0 + row1) // 2, col0:col1] *= 0.9


def _site(name: str, grid: Grid, is_image: bool, simulated: bool, changed: dict[str, Any]) -> Site:
    def placed(outline: BaseGeometry) -> BaseGeometry:
        return off_grid(_on_grid(outline, grid), grid)

    perimeter = Polygon([(22, 10), (118, 8), (122, 60), (112, 98), (26, 100)])
    noun: dict[str, Any] = {
        "id": "invented",
        "name": name,
        "structures": (
            Structure(Role.AOI, "aoi", placed(box(4, 4, 166, 126))),
            Structure(
                Role.PERIMETER,
                "fence",
                placed(perimeter),
                source="A. Analyst from the image of 6 January 2023",
            ),
            Structure(
                Role.BUILDING,
                "A-1",
                placed(box(60, 22, 94, 35)),
                looks_like="long hall with rail access",
                function=Function("final assembly", "possible", "rail access and size", "A. Analyst"),
            ),
            Structure(
                Role.BUILDING, "B-7", placed(box(36, 70, 60, 80)), looks_like="workshop with a saw-tooth roof"
            ),
            Structure(Role.GATE, "Gate", placed(box(119, 57, 122, 60))),
        ),
        "frame": Frame.IMAGE if is_image else Frame.EARTH,
        "simulated": simulated,
    }
    return Site(**{**noun, **changed})


def _on_grid(outline: BaseGeometry, grid: Grid) -> BaseGeometry:
    from siteline.raster.grid import from_pixels

    return from_pixels(outline, grid)


def _tell(n: int, thing: Any, grid: Grid, accepted: bool) -> tuple[Finding, JudgedEvent]:
    label, kind, place, first, zone = thing
    before = first - 1
    observations = tuple(
        Observation(f"S{t:02d}", State.NOT_OBSERVABLE, LEFT_OUT[t])
        if t in LEFT_OUT
        else Observation(f"S{t:02d}", State.CHANGED if t >= first else State.UNCHANGED)
        for t in range(len(DAYS))
    )
    finished = (
        DateInterval(DAYS[first + 1], DAYS[first + 2]) if kind is Kind.CONSTRUCTION and n == 0 else None
    )
    event: ChangeEvent = make_event(
        outline=_on_grid(box(*place), grid),
        crs=grid.crs,
        kind=kind,
        stage=Stage.STRUCTURE if kind is Kind.CONSTRUCTION else None,
        onset=DateInterval(DAYS[before], DAYS[first]),
        finished=finished,
        last_without=f"S{before:02d}",
        first_with=f"S{first:02d}",
        observations=observations,
        probability=0.97 - 0.05 * n,
        label=label,
    )
    words = kind.words.capitalize()
    without, with_it = {
        Kind.DEMOLITION: ("still visible", "first seen gone"),
        Kind.ROOF_CHANGE: ("old roof still visible", "new roof first visible"),
        Kind.CLEARING: ("not yet cleared", "first seen cleared"),
    }.get(kind, ("not visible", "first visible"))
    onset = f"{without} on {say_day(DAYS[before])}, {with_it} on {say_day(DAYS[first])}"
    area = (place[2] - place[0]) * (place[3] - place[1]) * (9 if grid.crs else 1)
    unit = "m²" if grid.crs else "px²"
    place_said = f"{zone.value} the perimeter"
    status = Status.ACCEPTED if accepted else Status.PROPOSED
    finding = Finding(
        event_id=f"e{n:03d}",
        version=1,
        label=label,
        title=f"{label}: {words.lower()}, {place_said}" if label else f"{words}, {place_said}",
        headline=f"{words} {place_said}: {onset}; "
        f"about {area:,} {unit} (95 %: {area * 0.93:,.0f}–{area * 1.07:,.0f}).",
        sentences=(
            "Walls or frame were visible at the end of the series.",
            "The change was seen on 14 looks and contradicted on none.",
        ),
        facts=(
            Fact("Area", f"about {area:,} {unit} (95 %: {area * 0.93:,.0f}–{area * 1.07:,.0f})"),
            Fact("When", onset),
            Fact("Distance to perimeter", "34 m outside (95 %: 28–40)"),
            Fact("Height", "not measured: its shadow falls on another building"),
        ),
        kind=kind,
        stage=event.stage,
        zone=zone,
        status=status,
        remarks=("The shadow could not tell a new building from a new roof.",) if n == 1 else (),
        last_without=event.last_without,
        first_with=event.first_with,
        what=kind.words,
        onset=onset,
    )
    when = datetime(2024, 7, 30, 9, tzinfo=UTC)
    judged = (Judgement(finding.event_id, 1, Status.ACCEPTED, "B. Reviewer", when, "seen on five looks"),)
    return finding, JudgedEvent(finding.event_id, 1, event, judged if accepted else ())


def with_findings(section: SiteSection, **changed: Any) -> SiteSection:
    """The section with each finding changed."""
    told = tuple(replace(finding, **changed) for finding in section.findings.findings)
    return replace(section, findings=replace(section.findings, findings=told))
