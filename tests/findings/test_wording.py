"""Words that may be printed, and those that may not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.change.options import Preset
from siteline.findings import wording
from siteline.findings.draft import draft_comparison, draft_finding, draft_site
from siteline.model.change import ChangeEvent, Kind, Method, Observation, Stage, State, Status
from siteline.model.dates import DateInterval, say_span
from siteline.model.finding import Finding
from siteline.model.imagery import Grid, Look
from siteline.model.measurement import Measurement, Ratio
from siteline.model.place import Function, Role, Structure, Zone
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey
from tests.factory import CRS, make_event, make_look, make_scene, make_site

GRID = Grid(CRS, (3.0, 0.0, 500_000.0, 0.0, -3.0, 4_400_000.0), (100, 100), 3.0)
SCENES = (make_scene("S1", "2024-04-03"), make_scene("S2", "2024-04-19"))
CODES = re.compile(
    r"roof_change|surface_change|not_observable|distance_to|construction|demolition|straddles|px²|drawn\b(?! from| by)"
)


def make_finding(
    event: ChangeEvent, *sizes: Measurement, zone: Zone | None = None, **changed: object
) -> Finding:
    """A finding of one event."""
    distance = None
    if zone is not None:
        value = {Zone.INSIDE: -40.0, Zone.OUTSIDE: 25.0, Zone.STRADDLES: 0.0}[zone]
        distance = Measurement("distance_to_perimeter", Quantity(value, 3.0, "m"), (), "", ())
    noun = {"site": make_site(), "grid": GRID, "scenes": SCENES, **changed}
    return draft_finding("E1", 1, event, Status.PROPOSED, sizes, zone, distance, **noun)  # type: ignore[arg-type]


def make_size(what: str, value: float, sigma: float, unit: str) -> Measurement:
    return Measurement(
        what, Quantity(value, sigma, unit), (), "roof outline, rectangle fitted to 8 looks", ("S2",)
    )


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (Quantity(4312, 120, "m²"), "about 4,300 m² (95 %: 4,070–4,550)"),
        (Quantity(12.31, 0.4, "m"), "about 12.3 m (95 %: 11.52–13.10)"),
        (Quantity(5230, 510, "px²"), "about 5,200 square pixels (95 %: 4,200–6,300)"),
        (Quantity(2.0, 3.0, "m"), "about 2 m (95 %: 0.0–7.9)"),
    ],
)
def test_numbers_are_rounded_to_their_error(quantity: Quantity, said: str) -> None:
    """The value to the first digit of its error, the bounds a digit finer, in words and never below zero."""
    assert wording.say_quantity(quantity) == said


@pytest.mark.parametrize(
    ("before", "since", "said"),
    [
        ("2024-04-03", "2024-04-19", "not visible on 3 April, first visible on 19 April 2024"),
        ("2023-12-30", "2024-01-02", "not visible on 30 December 2023, first visible on 2 January 2024"),
        ("2011-12", "2012-12", "not visible in December 2011, first visible in December 2012"),
        ("2012-03", "2012-05", "not visible in March, first visible in May 2012"),
        (
            "2024-04-03T02:10:00Z",
            "2024-04-03T05:40:00Z",
            "not visible at 02:10, first visible at 05:40 UTC on 3 April 2024",
        ),
    ],
)
def test_a_date_is_an_interval(before: str, since: str, said: str) -> None:
    """Both ends are named, as finely as the images' own dates allow and no finer."""
    scenes = {"S1": make_scene("S1", before), "S2": make_scene("S2", since)}
    onset = DateInterval(scenes["S1"].acquired.first_day, scenes["S2"].acquired.last_day)
    assert wording.say_onset(make_event(onset=onset), scenes) == said


def test_an_interval_wider_than_its_images_is_said_as_wide() -> None:
    """Where the dating was widened, the wider days are printed, not the images'."""
    scenes = {scene.id: scene for scene in SCENES}
    onset = DateInterval(date(2024, 3, 1), date(2024, 5, 2))
    said = wording.say_onset(make_event(onset=onset), scenes)
    assert said == "not visible on 1 March, first visible on 2 May 2024"


def test_nothing_before_is_said_so() -> None:
    """Without a usable look before it, nobody learns when it was not there."""
    said = wording.say_onset(make_event(onset=DateInterval(None, date(2024, 4, 19)), last_without=None), {})
    assert said == "visible on 19 April 2024; no earlier usable image shows the ground without it"


def test_headline_says_what_where_when_and_how_large() -> None:
    """One sentence carries the finding."""
    found = make_finding(make_event(label="A-2"), make_size("area", 4312, 120, "m²"), zone=Zone.INSIDE)
    assert found.headline == (
        "New building (A-2) inside the perimeter line (A. Analyst): not visible on 3 April, first visible on "
        "19 April 2024; footprint about 4,300 m² (95 %: 4,070–4,550)."
    )
    assert "At the last look walls or a frame are visible, no complete roof." in found.sentences
    assert ("Detection probability", "90 % (not calibrated for images like these)") in {
        (fact.name, fact.text) for fact in found.facts
    }


def test_the_line_is_named_by_its_image() -> None:
    """Inside and outside name the image that the line was drawn from."""
    line = Structure(Role.PERIMETER, "fence", make_site().structures[1].geometry, since=date(2020, 11, 9))
    assert wording.say_zone(Zone.OUTSIDE, line) == "outside the line drawn from the image of 9 November 2020"


def test_sizes_in_pixels_say_that_no_scale_is_known() -> None:
    """Frames without scale: square pixels in words, and that the scale is not known."""
    frame = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (100, 100), None)
    found = make_finding(make_event(crs=None), make_size("area", 5230, 400, "px²"), grid=frame)
    assert (
        "about 5,200 square pixels (95 %: 4,440–6,020); the scale of these images is not known"
        in found.headline
    )


def test_a_refused_size_is_said_with_its_reason() -> None:
    """No number, but why there is none."""
    refused = Measurement("area", None, (), "", (), refused="it is narrower than 3 pixels")
    found = make_finding(make_event(), refused)
    assert "narrower than 3 pixels" in " ".join(found.remarks)
    assert "footprint" not in found.headline


def test_remarks_of_other_stages_lose_their_codes() -> None:
    """A remark that names a kind by its code is printed with the kind's words."""
    found = make_finding(make_event(remarks=("it could also be surface_change",)))
    assert found.remarks[0] == 'It could also be "ground changed, cause unknown".'


def test_the_runner_up_is_named() -> None:
    """Where the shadow could not tell, both kinds are named."""
    found = make_finding(make_event(other_kind=Kind.ROOF_CHANGE))
    assert any("new building" in r and "roof replaced" in r for r in found.remarks)


def test_function_is_hedged_and_has_a_basis() -> None:
    """What a building is for prints with "possibly" or "probably", the basis and the person."""
    hall = Structure(
        Role.BUILDING,
        "A-1",
        make_site().structures[2].geometry,
        looks_like="long hall",
        function=Function("final assembly", "probable", "rail access", "A. Analyst"),
    )
    found = make_finding(make_event(label="A-1"), site=make_site(structures=(hall,)))
    assert "A-1: long hall, probably final assembly (rail access, A. Analyst)." in found.sentences


def test_what_a_person_saw_has_no_detection_probability() -> None:
    """An analyst is not a detector."""
    found = make_finding(make_event(method=Method.DRAWN, probability=1.0))
    facts = {fact.name: fact.text for fact in found.facts}
    assert "Detection probability" not in facts
    assert facts["How it was found"] == "seen by the analyst"


def make_survey(
    looks: Sequence[Look] = (), smallest: Quantity | None = None, grid: Grid = GRID, preset: str = "balanced"
) -> Survey:
    """A survey of these looks."""
    return Survey("x", "invented", preset, None, grid, tuple(looks), smallest, (), {}, {})


def test_a_search_that_ends_early_says_until_when() -> None:
    """Images after the last day that was asked for were not searched, and the reader is told."""
    survey = replace(make_survey(), until=date(2020, 12, 31))
    assert "Only images up to 31 December 2020 were searched." in wording.say_seeing(survey)
    assert not any("Only images" in sentence for sentence in wording.say_seeing(make_survey()))


def test_what_a_person_drew_is_told_of_the_day_it_was_drawn_on() -> None:
    """The stage of a drawn event is that of its scene; of later looks nothing is claimed."""
    event = make_event(method=Method.DRAWN, first_with="S2")
    drawn = make_finding(event)
    assert "On 19 April 2024 walls or a frame are visible, no complete roof." in drawn.sentences
    assert not any("last look" in said for said in (*drawn.sentences, *(f.name for f in drawn.facts)))


def test_absence_says_what_could_have_been_seen() -> None:
    """The smallest visible size, the longest gap, and what was left out."""
    looks = [
        make_look("a", "2023-12-02"),
        make_look("b", "2023-12-23"),
        make_look("c", "2023-12-28", used=False, reason="cloud"),
        make_look("d", "2024-01-02"),
    ]
    said = wording.say_seeing(make_survey(looks, Quantity(153.2, 1.0, "m²")))
    assert said == (
        "No other change was reported at 3 m: what is likelier real than not is reported.",
        "No new roof smaller than about 150 m² could have been seen.",
        "Three weeks without a usable image, 2 December to 23 December 2023.",
        "Of 4 images one was left out: cloud (1).",
    )


def test_absence_is_of_reports_not_of_changes() -> None:
    """Below the threshold of a preset there may be more: each says what it leaves out, and none says "visible"."""
    frame = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (100, 100), None)
    first = {preset: wording.say_seeing(make_survey(grid=frame, preset=preset))[0] for preset in Preset}
    assert first[Preset.STRICT] == (
        "No other change was reported: only what is very likely real is reported, and more is missed."
    )
    assert len(set(first.values())) == len(Preset)
    assert not any("visible" in sentence for sentence in first.values())
    coarse = replace(GRID, gsd_m=None, transform=(250.0, 0.0, 0.0, 0.0, -250.0, 0.0))
    assert (
        wording.say_seeing(make_survey(grid=coarse, preset=""))[0] == "No other change was reported at 250 m."
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "one day"),
        (12, "12 days"),
        (21, "three weeks"),
        (78, "78 days"),
        (122, "four months"),
        (731, "2 years"),
        (915, "2.5 years"),
    ],
)
def test_spans_are_said_in_words(days: int, said: str) -> None:
    """Below a hundred days exactly, beyond that in months and years."""
    assert say_span(days) == said


@pytest.mark.parametrize(
    ("kind", "said", "open_"),
    [
        (
            Kind.DEMOLITION,
            "still visible on 3 April, first seen gone on 19 April 2024",
            "gone on 19 April 2024; no earlier usable image shows the place as it was before",
        ),
        (
            Kind.ROOF_CHANGE,
            "old roof still visible on 3 April, new roof first visible on 19 April 2024",
            "new roof visible on 19 April 2024; no earlier usable image shows the place as it was before",
        ),
        (
            Kind.CLEARING,
            "not yet cleared on 3 April, first seen cleared on 19 April 2024",
            "seen cleared on 19 April 2024; no earlier usable image shows the place as it was before",
        ),
    ],
)
def test_when_is_said_as_the_kind_wants_it(kind: Kind, said: str, open_: str) -> None:
    """A hall that stood is "still visible", not "not visible": in headline, facts and what the report prints."""
    found = make_finding(make_event(kind=kind, stage=None))
    assert found.onset == said
    assert found.onset in found.headline
    assert ("When", said) in {(fact.name, fact.text) for fact in found.facts}
    never = make_event(kind=kind, stage=None, onset=DateInterval(None, date(2024, 4, 19)), last_without=None)
    assert make_finding(never).onset == open_


def test_cleared_ground_is_no_new_building_anywhere() -> None:
    """A building site on which nothing stands: title, headline, table, doubts and summary say ground cleared."""
    event = make_event(stage=Stage.CLEARED, other_kind=Kind.SURFACE_CHANGE)
    found = make_finding(event, zone=Zone.INSIDE)
    assert found.what == "ground cleared"
    assert found.title == "Ground cleared, inside the perimeter"
    assert found.headline.startswith(
        "Ground cleared inside the perimeter line (A. Analyst): not yet cleared on"
    )
    facts = [f"{fact.name}: {fact.text}" for fact in found.facts]
    assert "Change: ground cleared" in facts
    hall = make_finding(make_event(), zone=Zone.INSIDE)
    survey = Survey("x", "invented", "strict", None, GRID, (make_look(),), None, (), {}, {})
    site = draft_site("invented", (found, hall), (), survey, make_site())
    assert site.summary[:2] == (
        "One new building: inside the perimeter.",
        "One piece of ground cleared: inside the perimeter.",
    )
    assert site.findings == (hall, found)
    told = (found.title, found.headline, *found.sentences, *found.remarks, *facts)
    assert not [sentence for sentence in told if "new building" in sentence.lower()]


def test_the_table_says_new_foundation_where_the_title_does() -> None:
    """A bare foundation has one name everywhere."""
    found = make_finding(make_event(stage=Stage.FOUNDATION))
    assert found.what in found.title.lower()
    assert found.what in found.headline.lower()
    assert ("Change", "new foundation") in {(fact.name, fact.text) for fact in found.facts}


def test_a_site_is_summed_up() -> None:
    """How many of what, where; the comparison; and what could be seen."""
    line = [
        make_finding(make_event(label=f"H-{i}", stage=Stage.FOUNDATION), zone=Zone.OUTSIDE) for i in range(6)
    ]
    hall = make_finding(make_event(label="A-2"), zone=Zone.INSIDE)
    roof = make_finding(make_event(kind=Kind.ROOF_CHANGE, stage=None), zone=Zone.INSIDE)
    found = Ratio(Quantity(0.65, 0.02, "", (0.61, 0.69)), ("the footprint of A-2 is 60–70 % of A-1's",), ())
    comparison = draft_comparison("A-2", "A-1", "area", found)
    survey = Survey(
        "x", "invented", "balanced", None, GRID, (make_look(),), Quantity(150, 1, "m²"), (), {}, {}
    )
    site = draft_site("invented", (roof, hall, *line), (comparison,), survey, make_site())
    assert site.summary[0] == (
        "Seven new buildings, six of them only a foundation so far: one inside the perimeter, six outside the "
        "perimeter."
    )
    assert site.summary[1] == "One roof replaced: inside the perimeter."
    assert site.summary[-1] == "The footprint of A-2 is 60–70 % of A-1's."
    assert site.findings[0].label == "A-2"
    assert site.findings[-1].kind is Kind.ROOF_CHANGE


days = st.dates(date(1995, 1, 1), date(2025, 1, 1))
states = st.lists(
    st.tuples(st.sampled_from(list(State)), st.sampled_from(["cloud", "snow", "no_image", None])), max_size=20
)


@settings(deadline=None, max_examples=150)
@given(
    kind=st.sampled_from(list(Kind)),
    stage=st.none() | st.sampled_from(list(Stage)),
    other=st.none() | st.sampled_from(list(Kind)),
    method=st.sampled_from(list(Method)),
    zone=st.none() | st.sampled_from(list(Zone)),
    ends=st.tuples(days, days),
    is_open=st.booleans(),
    size=st.tuples(st.floats(0.5, 1e6), st.floats(1e-4, 1.0)),
    unit=st.sampled_from(["m²", "px²"]),
    probability=st.floats(0, 1),
    observed=states,
)
def test_no_code_no_bare_error_no_beginning(
    kind: Kind,
    stage: Stage | None,
    other: Kind | None,
    method: Method,
    zone: Zone | None,
    ends: tuple[date, date],
    is_open: bool,
    size: tuple[float, float],
    unit: str,
    probability: float,
    observed: list[tuple[State, str | None]],
) -> None:
    """Whatever the event, no sentence holds a code, a plus-minus, "began", or a probability called confidence."""
    first, last = sorted(ends)
    event = make_event(
        kind=kind,
        stage=stage if kind is Kind.CONSTRUCTION else None,
        other_kind=other,
        method=method,
        onset=DateInterval(None if is_open else first, last),
        finished=DateInterval(first, last),
        probability=probability,
        observations=tuple(Observation(f"S{i}", *seen) for i, seen in enumerate(observed)),
    )
    found = make_finding(event, make_size("area", size[0], size[0] * size[1], unit), zone=zone)
    facts = [f"{fact.name}: {fact.text}" for fact in found.facts]
    for sentence in (found.title, found.headline, *found.sentences, *found.remarks, *facts):
        assert "±" not in sentence
        assert "_" not in sentence
        assert not CODES.search(sentence), sentence
        assert not re.search(r"\b(began|started|confidence|nan|None)\b", sentence), sentence
    if "about" in found.headline:
        assert "95 %" in found.headline
    assert found.headline.endswith(".")
