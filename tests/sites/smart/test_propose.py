"""Our events as SMART's proposals: phases, dates, grounds, scope."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from siteline.model.change import ChangeEvent, Kind, Method, Observation, Stage, State, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput, BadSetting
from siteline.model.imagery import Scene
from siteline.model.place import Frame, Role, Site, Structure
from siteline.model.smart import Phase, RegionModel
from siteline.sites.exchange.events import EventRecord, describe_events
from siteline.sites.smart.names import sensor_of, square_of
from siteline.sites.smart.propose import Candidate, Proposed, propose
from siteline.sites.smart.read import parse_smart, read_smart
from siteline.sites.smart.scope import SMALLEST_M2, Why, describe_left_out, tell_left_out
from siteline.sites.smart.timeline import sights_of
from siteline.sites.smart.write import describe_smart, write_smart
from tests.factory import make_event, make_scene, make_site
from tests.sites.smart.made import AC, NA, PC, SP, UN
from tests.sites.smart.published import REGION_MODEL, SITE_MODEL

DAYS = [date(2023, 1, 1) + timedelta(30 * i) for i in range(12)]
SCENES = {f"S{i}": make_scene(f"S{i}", day.isoformat()) for i, day in enumerate(DAYS)}
X, Y = 500_000.0, 4_400_000.0
"""A corner in EPSG:32631, at 3° E 39.7° N."""


def seen(text: str) -> tuple[Observation, ...]:
    """`-` unchanged, `+` changed, `c` cloud, `n` no image, `?` too faint; one for each scene."""
    states = {"-": (State.UNCHANGED, None), "+": (State.CHANGED, None), "c": (State.NOT_OBSERVABLE, "cloud")}
    states |= {"n": (State.NOT_OBSERVABLE, "no image"), "?": (State.NOT_OBSERVABLE, "too faint to tell")}
    return tuple(Observation(f"S{i}", *states[letter]) for i, letter in enumerate(text))


def event(
    text: str = "---+++++++++", finished: tuple[int | None, int] | None = (8, 9), **changed: Any
) -> ChangeEvent:
    """A hall of 120 m by 90 m, seen as `text` says, its roof on between two looks."""
    without = max((i for i, c in enumerate(text) if c == "-" and "+" in text[i:]), default=None)
    first = text.index("+")
    noun: dict[str, Any] = {
        "outline": box(X, Y, X + 120, Y + 90),
        "stage": Stage.ROOFED if finished else Stage.STRUCTURE,
        "onset": DateInterval(None if without is None else DAYS[without], DAYS[first]),
        "finished": None
        if finished is None
        else DateInterval(None if finished[0] is None else DAYS[finished[0]], DAYS[finished[1]]),
        "last_without": None if without is None else f"S{without}",
        "first_with": f"S{first}",
        "observations": seen(text),
    }
    return make_event(**{**noun, **changed})


def phases(*versions: ChangeEvent) -> list[tuple[str, Phase, bool]]:
    return [(s.scene_id, s.phase, s.is_occluded) for s in sights_of(versions, SCENES)]


def test_looks_run_from_the_last_without_it_to_the_first_finished_one() -> None:
    assert phases(event()) == [
        ("S2", NA, False),
        *[(f"S{i}", AC, False) for i in range(3, 9)],
        ("S9", PC, False),
    ]


def test_between_two_looks_that_differ_a_hidden_one_is_unknown_and_between_equal_ones_occluded() -> None:
    assert phases(event("--cc+++c+++c", (6, 8))) == [
        ("S1", NA, False),
        ("S2", UN, True),
        ("S3", UN, True),
        ("S4", AC, False),
        ("S5", AC, False),
        ("S6", AC, False),
        ("S7", UN, True),
        ("S8", PC, False),
    ]
    assert phases(event("--+c+++++++c", None))[2] == ("S3", AC, True)
    assert phases(event("--+c+++++++c", None))[-1] == (
        "S10",
        AC,
        False,
    )  # a hidden look at the end says nothing


def test_looks_that_have_nothing_of_the_site_are_left_out() -> None:
    assert [s for s, _, _ in phases(event("--n?++++++++", None))] == ["S1", *[f"S{i}" for i in range(4, 12)]]


def test_ground_that_is_only_cleared_is_site_preparation() -> None:
    assert phases(event("---+++++++++", None, stage=Stage.CLEARED))[1:] == [
        (f"S{i}", SP, False) for i in range(3, 12)
    ]


def test_what_an_earlier_survey_saw_dates_the_stages() -> None:
    cleared = event("---+++", None, stage=Stage.CLEARED)
    now = event("---+++++++++", None, stage=Stage.STRUCTURE)
    assert phases(cleared, now) == [
        ("S2", NA, False),
        *[(f"S{i}", SP, False) for i in (3, 4, 5)],
        *[(f"S{i}", UN, False) for i in range(6, 11)],
        ("S11", AC, False),
    ]


def test_a_drawn_event_has_the_two_looks_it_was_drawn_by() -> None:
    drawn = event("-+", None, method=Method.DRAWN, stage=Stage.FOUNDATION)
    assert phases(drawn) == [("S0", NA, False), ("S1", AC, False)]
    assert phases(event("+", None, stage=Stage.ROOFED)) == [("S0", PC, False)]


@settings(deadline=None)
@given(
    st.text("-+cn?", min_size=1, max_size=12).filter(lambda t: "+" in t and "-" not in t[t.index("+") :]),
    st.sampled_from(Stage),
    st.none() | st.tuples(st.integers(0, 11), st.integers(0, 11)),
)
def test_phases_never_go_back_and_unknown_stands_only_between_two_that_differ(
    text: str, stage: Stage, roof: tuple[int, int] | None
) -> None:
    first = text.index("+")
    finished = None
    if roof is not None and (late := max(*roof, first + 1)) < len(text) and text[late] == "+":
        finished = (max(first, min(roof)), late)
    stage = Stage.ROOFED if finished else stage
    found = [phase for _, phase, _ in phases(event(text, finished, stage=stage))]
    order = [NA, SP, AC, PC]
    known = [order.index(phase) for phase in found if phase is not UN]
    assert known == sorted(known)
    for i, phase in enumerate(found):
        if phase is UN:
            before = [p for p in found[:i] if p is not UN]
            after = [p for p in found[i:] if p is not UN]
            assert before
            assert after
            assert before[-1] is not after[0]


def site(**changed: Any) -> Site:
    area = box(2.99, 39.74, 3.03, 39.77)
    return make_site(**{"structures": (Structure(Role.AOI, "aoi", area),), **changed})


def candidate(number: int, noun: ChangeEvent, status: Status = Status.PROPOSED, **more: Any) -> Candidate:
    record = EventRecord(f"e{number}", 1, noun, status)
    [told] = describe_events([record], site()).events
    return Candidate(record, told, (noun,), number, **more)


def run(*candidates: Candidate, scenes: dict[str, Scene] | None = None, **options: Any) -> Proposed:
    where = options.pop("site", site())
    return propose(where, candidates, SCENES if scenes is None else scenes, **options)


def moved(noun: ChangeEvent, x: float, y: float = 0.0, **changed: Any) -> ChangeEvent:
    left, low, right, top = noun.outline.bounds
    return replace(noun, outline=box(left + x, low + y, right + x, top + y), **changed)


def test_a_construction_becomes_a_site_model_with_our_words_in_its_cache() -> None:
    found = run(candidate(0, event()))
    [one] = found.sites
    assert (one.id, one.region_id, one.status) == ("XX_R000_0000", "XX_R000", "system_confirmed")
    assert (one.start, one.end) == (DAYS[2], DAYS[9])  # with phases: first and last observation
    assert one.mgrs == "31SEE"
    assert one.score == 0.9
    assert one.validated is False
    assert one.cache["id"] == "e0"
    assert one.cache["onset"] == {"after": str(DAYS[2]), "by": str(DAYS[3])}
    assert one.cache["roofed"] == {"after": str(DAYS[8]), "by": str(DAYS[9])}
    assert one.cache["siteline"] == "events/1"
    assert found.region.start == DAYS[0]
    assert found.region.end == DAYS[-1]
    assert [s.id for s in found.region.sites] == ["XX_R000_0000"]
    assert found.region.sites[0].is_summary
    assert "belongs to no region of SMART" in str(found.remarks[0])


def test_what_is_written_keeps_to_the_published_schema() -> None:
    found = run(
        candidate(0, event("--cc+++c+++c", (6, 8))), candidate(1, moved(event(), 300), Status.ACCEPTED)
    )
    jsonschema.validate(json.loads(write_smart(found.region)), REGION_MODEL)
    for one in found.sites:
        jsonschema.validate(json.loads(write_smart(one)), SITE_MODEL)
        again, remarks = parse_smart(write_smart(one), "x")
        assert remarks == ()
        assert describe_smart(again) == describe_smart(one)


def test_the_published_schema_as_we_have_it_accepts_smarts_own_files(shared: Path) -> None:
    for path in sorted((shared / "data/imagery/smart").glob("*_models/*.geojson")):
        model, _ = read_smart(path)
        schema = REGION_MODEL if isinstance(model, RegionModel) else SITE_MODEL
        jsonschema.validate(json.loads(path.read_bytes()), schema)


def test_the_scope_leaves_out_what_is_small_or_no_construction_and_says_so() -> None:
    small = replace(event(), outline=box(X + 1000, Y, X + 1080, Y + 90))  # 7,200 m²
    others = [
        replace(
            event(), kind=kind, stage=None, outline=box(X + 1000 * i, Y + 2000, X + 1000 * i + 200, Y + 2100)
        )
        for i, kind in enumerate((Kind.DEMOLITION, Kind.CLEARING, Kind.SURFACE_CHANGE, Kind.ROOF_CHANGE))
    ]
    found = run(
        candidate(0, event()), candidate(1, small), *(candidate(2 + i, o) for i, o in enumerate(others))
    )
    assert list(found.exported) == ["e0"]
    assert {one.event_id: one.why for one in found.left_out} == {
        "e1": Why.SMALL,
        "e2": Why.DEMOLITION,
        "e3": Why.CLEARING,
        "e4": Why.PAVING,
        "e5": Why.ROOF,
    }
    listed = describe_left_out("invented", found.exported, found.left_out)
    assert listed["counts"] == dict.fromkeys(
        ("small_site", "demolition_alone", "clearing_alone", "surface_change", "roof_change"), 1
    )
    assert listed["left_out"][0]["area_m2"] == pytest.approx(7200, rel=0.005)
    told = [str(remark) for remark in tell_left_out("invented", found.left_out, SMALLEST_M2)]
    assert (
        "1 event(s) have no site model: the site is smaller than SMART looks for (under 8,000 m²): e1"
        in told[0]
    )
    assert len(told) == 5
    assert list(run(candidate(1, small), smallest_m2=0.0).exported) == ["e1"]


def test_ground_cleared_for_the_works_is_part_of_their_site_and_makes_it_grow() -> None:
    hall = replace(event(), outline=box(X, Y, X + 80, Y + 90))  # alone too small
    yard = replace(
        event(),
        kind=Kind.CLEARING,
        stage=None,
        outline=box(X + 85, Y, X + 160, Y + 90),
        onset=DateInterval(DAYS[4], DAYS[5]),
    )
    later = replace(yard, onset=DateInterval(DAYS[10], DAYS[11]))
    found = run(candidate(0, hall), candidate(1, yard))
    [one] = found.sites
    assert [(o.event_id, o.why, o.site_id) for o in found.left_out] == [("e1", Why.JOINED, one.id)]
    areas = [sum(part.outline.area for part in look.parts) for look in one.observations]
    assert all(a <= b + 1e-15 for a, b in pairwise(areas))
    assert areas[0] < areas[-1]
    assert len(one.observations[-1].parts) == 2  # hall and yard lie 5 m apart
    assert all(look.outline.difference(one.outline.buffer(2e-7)).is_empty for look in one.observations)
    assert not run(
        candidate(0, hall), candidate(1, later)
    ).sites  # cleared after the roof was on: not its works
    bit = replace(yard, outline=box(X + 85, Y, X + 90, Y + 50))
    small = run(candidate(0, hall), candidate(1, bit))
    assert {o.why for o in small.left_out} == {Why.SMALL}  # a clearing of a small site is not one alone


def test_ground_that_was_cleared_for_it_before_the_building_showed_is_site_preparation() -> None:
    hall = event("------++++++", (8, 9))
    plot = replace(hall, kind=Kind.CLEARING, stage=None, finished=None, onset=DateInterval(DAYS[1], DAYS[3]))
    [one] = run(candidate(0, hall), candidate(1, plot)).sites
    found = [(look.source, *look.phases) for look in one.observations]
    assert found == [
        ("S1", NA),
        ("S2", UN),
        *[(f"S{i}", SP) for i in (3, 4, 5)],
        *[(f"S{i}", AC) for i in (6, 7, 8)],
        ("S9", PC),
    ]
    beside = replace(plot, outline=box(X + 125, Y, X + 200, Y + 90))
    [other] = run(candidate(0, hall), candidate(1, beside)).sites
    assert other.observations[0].source == "S5"  # a yard beside it says nothing of the plot itself


def test_two_sites_never_touch_and_the_first_recorded_keeps_its_edge() -> None:
    first, second = event(), moved(event(), 100)  # overlap of 20 m
    found = run(candidate(1, second), candidate(0, first))
    assert len(found.sites) == 2
    a, b = (one.outline for one in sorted(found.sites, key=lambda s: s.id))
    assert not a.intersects(b)
    assert a.area == pytest.approx(b.area * 120 / 99, rel=0.01)
    inside = replace(event(), outline=box(X + 10, Y + 5, X + 115, Y + 85))
    found = run(candidate(0, first), candidate(1, inside))
    assert [(o.event_id, o.why) for o in found.left_out] == [("e1", Why.INSIDE)]
    assert found.left_out[0].site_id == "XX_R000_0000"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(9, 20), st.integers(9, 20)),
        min_size=1,
        max_size=6,
    )
)
def test_however_events_lie_sites_are_apart_and_every_event_is_accounted_for(
    laid: list[tuple[int, int, int, int]],
) -> None:
    nouns = [
        replace(event(), outline=box(X + 10 * x, Y + 10 * y, X + 10 * (x + w), Y + 10 * (y + h)))
        for x, y, w, h in laid
    ]
    found = run(*(candidate(i, noun) for i, noun in enumerate(nouns)))
    for a, b in combinations(found.sites, 2):
        assert not a.outline.intersects(b.outline)
    for one in found.sites:
        assert one.outline.is_valid
        jsonschema.validate(json.loads(write_smart(one)), SITE_MODEL)
    accounted = Counter([*found.exported, *(o.event_id for o in found.left_out)])
    assert accounted == Counter(f"e{i}" for i in range(len(laid)))


def test_what_was_judged_shows_in_the_status() -> None:
    found = run(
        candidate(0, event(), Status.ACCEPTED),
        candidate(1, moved(event(), 300), Status.REJECTED),
        candidate(2, moved(event(), 600), reported=False),
    )
    assert [(s.status, s.validated) for s in found.sites] == [
        ("system_confirmed", True),
        ("system_rejected", False),
        ("system_proposed", False),
    ]


def test_a_place_that_never_was_says_so_and_belongs_to_no_country() -> None:
    invented = site(simulated=True)
    found = run(candidate(0, event()), site=invented)
    assert found.region.comments is not None
    assert "SIMULATED" in found.region.comments
    assert found.sites[0].cache["simulated"] is True
    with pytest.raises(BadSetting, match="never was"):
        run(candidate(0, event()), site=invented, region_id="KR_R001")


def test_the_region_is_the_one_the_site_came_from_or_the_one_that_is_named() -> None:
    known = site(
        kept={
            "site": {"smart": {"region_id": "KR_R001", "start_date": "2014-01-01", "end_date": "2021-08-31"}}
        }
    )
    found = run(candidate(3, event()), site=known)
    assert (found.region.id, found.sites[0].id) == ("KR_R001", "KR_R001_0003")
    assert (found.region.start, found.region.end) == (date(2014, 1, 1), date(2021, 8, 31))
    assert run(candidate(0, event()), region_id="ES_C001").sites[0].id == "ES_C001_0000"
    for wrong in ("es_r001", "ES_R1", "ES_C801", "ES_R001\n"):
        with pytest.raises(BadSetting, match="no id of a region"):
            run(candidate(0, event()), region_id=wrong)


def test_sites_that_smart_cannot_hold_are_refused() -> None:
    with pytest.raises(BadInput, match="drawn in pixels"):
        run(site=site(frame=Frame.IMAGE))
    with pytest.raises(BadInput, match="no area of interest"):
        run(site=site(structures=(Structure(Role.BUILDING, "A-1", box(3, 39.7, 3.1, 39.8)),)))
    with pytest.raises(BadInput, match="has no scenes"):
        run(scenes={})


def test_an_event_without_looks_on_record_is_left_out() -> None:
    found = run(candidate(0, event()), scenes={"other": make_scene("other")})
    assert [o.why for o in found.left_out] == [Why.NO_LOOKS]
    assert found.region.content == "empty"


@pytest.mark.parametrize(
    ("said", "smart"),
    [
        ("Sentinel-2A", "Sentinel-2"),
        ("S2B MSI", "Sentinel-2"),
        ("Landsat 8 OLI", "Landsat 8"),
        ("Landsat 9", None),
        ("PlanetScope PSB.SD", "Planet"),
        ("SkySat", "Planet"),
        ("WorldView-3", "WorldView"),
        ("WV02", "WorldView"),
        ("Pléiades", None),
        ("", None),
    ],
)
def test_sensors_have_smarts_names_or_none(said: str, smart: str | None) -> None:
    assert sensor_of(make_scene(sensor=said)) == smart
    assert sensor_of(make_scene(sensor=said, simulated=True)) is None


def test_squares_of_the_grid_have_their_zone_in_two_digits() -> None:
    assert square_of(shapely.box(-155.1, 19.5, -155.0, 19.6)) == "05QKB"
    assert square_of(shapely.box(128.6, 37.6, 128.7, 37.7)) == "52SDG"
    assert square_of(shapely.box(10, 85, 11, 86)) == "ZAC"
