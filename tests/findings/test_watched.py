"""Was it there, is it still, has its roof changed; and "nothing changed" with what could have been seen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from shapely.affinity import translate
from shapely.geometry import box

from siteline.findings.watched import answer_all, say_parts
from siteline.model.change import ChangeEvent, Kind, State
from siteline.model.dates import DateInterval
from siteline.model.finding import Answer
from siteline.model.imagery import Gap, Grid
from siteline.model.place import Role
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey, Watch
from siteline.sites.exchange.watched import describe_answer
from tests.factory import CRS, make_event, make_scene

GRID = Grid(CRS, (3.0, 0.0, 0.0, 0.0, -3.0, 300.0), (100, 100), 3.0)
DAYS = tuple(date(2022, 1, 5) + timedelta(days=20 * n) for n in range(41))
HALL = box(0, 0, 60, 30)
SCENES = (make_scene("S1", "2024-04-03"), make_scene("S2", "2024-04-19"))


def make_watch(**changed: Any) -> Watch:
    """A hall seen on 41 looks, whose shadow says that it stands."""
    noun: dict[str, Any] = {
        "label": "A-1",
        "role": Role.BUILDING,
        "outline": HALL,
        "seen": DAYS,
        "unseen": {"cloud": 8, "snow": 1},
        "gap": Gap(date(2023, 12, 2), date(2024, 1, 6)),
        "hidden": 0.0,
        "smallest": Quantity(150.0, 20.0, "m²"),
        "contrast": 0.25,
        "faintest": 0.3,
        "stood": True,
        "stands": True,
    }
    return Watch(**{**noun, **changed})


AFTER = {Kind.DEMOLITION: False, Kind.CONSTRUCTION: True, Kind.ROOF_CHANGE: True}


def answer(watch: Watch, *events: ChangeEvent) -> Answer:
    """What is said of one part of a site."""
    survey = Survey("x", "s", "balanced", None, GRID, (), None, (), {}, {}, (watch,))
    [only] = answer_all(survey, [(f"e{n}", event) for n, event in enumerate(events)], SCENES)
    return only


def test_a_hall_that_stayed_is_said_to_with_how_often_it_was_seen() -> None:
    """Unchanged, seen so many times, by its shadow; what would not have been noticed; when nobody looked."""
    found = answer(make_watch())
    assert found.state is State.UNCHANGED
    assert (found.was_there, found.is_there, found.roof_changed) == (True, True, False)
    assert found.sentences == (
        "A-1: no change visible at 3 m, seen 41 times from 5 January 2022 to 15 March 2024.",
        "It stood on the first of these looks and stands on the last: its shadow says so.",
        "A new roof less than 35 % brighter or darker than the old one could not have been told from it.",
        "Longest time unseen: five weeks, 2 December 2023 to 6 January 2024.",
        "Nine looks did not show it: cloud (8), snow (1).",
    )


@pytest.mark.parametrize(
    ("kinds", "answers"),
    [
        ((Kind.DEMOLITION,), (True, False, False)),
        ((Kind.CONSTRUCTION,), (False, True, False)),
        ((Kind.ROOF_CHANGE,), (True, True, True)),
        ((Kind.DEMOLITION, Kind.CONSTRUCTION), (True, True, False)),
        ((Kind.ROOF_CHANGE, Kind.DEMOLITION), (True, False, True)),
    ],
)
def test_events_answer_all_three_questions(kinds: tuple[Kind, ...], answers: tuple[bool, ...]) -> None:
    """What happened to a building says whether it was there, whether it is, and whether its roof is another one."""
    events = [
        make_event(kind=kind, stage=None, label="A-1", onset=DateInterval(DAYS[5 * n + 5], DAYS[5 * n + 6]))
        for n, kind in enumerate(kinds)
    ]
    witness = make_watch(stood=kinds[0] is not Kind.CONSTRUCTION, stands=AFTER[kinds[-1]])
    found = answer(witness, *reversed(events))
    assert found.state is State.CHANGED
    assert (found.was_there, found.is_there, found.roof_changed) == answers
    assert len(found.event_ids) == len(kinds)
    assert found.sentences[0].startswith(f"A-1: {kinds[0].words}, ")


def test_a_change_that_covers_it_is_its_own_whatever_its_label() -> None:
    """An unlabelled event over a third of a building is one of it; one beside it is not."""
    over = make_event(kind=Kind.DEMOLITION, stage=None, outline=box(0, 0, 25, 30))
    assert answer(make_watch(stands=None), over).is_there is False
    assert answer(make_watch(), replace(over, outline=translate(HALL, 200))).state is State.UNCHANGED


def test_witnesses_that_differ_are_left_to_a_person() -> None:
    """A removal whose shadow still stands, or that may be a new roof, does not say that the building is gone."""
    gone = make_event(kind=Kind.DEMOLITION, stage=None, label="A-1")
    found = answer(make_watch(stands=True), gone)
    assert (found.was_there, found.is_there) == (True, None)
    assert "Whether it stands now the images do not settle: look at them." in found.sentences
    unsure = replace(gone, other_kind=Kind.ROOF_CHANGE)
    assert answer(make_watch(stands=None), unsure).is_there is None
    assert answer(make_watch(stands=None), gone).is_there is False


def test_a_drawn_building_without_a_shadow_is_not_called_gone() -> None:
    """The person who drew it knows more than a shadow that is not seen."""
    found = answer(make_watch(stood=False, stands=False))
    assert (found.state, found.was_there, found.is_there) == (State.UNCHANGED, None, None)
    assert "it may be low" in found.sentences[1]


def test_where_nothing_could_be_seen_nothing_is_said_to_stay() -> None:
    """Too few looks is "could not tell", and all three questions stay open."""
    found = answer(make_watch(seen=DAYS[:2], faintest=None, stood=None, stands=None, unseen={"cloud": 39}))
    assert found.state is State.NOT_OBSERVABLE
    assert (found.was_there, found.is_there, found.roof_changed) == (None, None, None)
    assert found.sentences[0] == "A-1: could not tell, seen on two looks only."


def test_shadows_that_contradict_each_other_are_left_to_a_person() -> None:
    """Without an event, a shadow that is gone at the end is said, and not decided."""
    found = answer(make_watch(stands=False))
    assert (found.was_there, found.is_there) == (True, None)
    assert "look at them" in found.sentences[1]


def test_ground_without_an_event_is_a_record() -> None:
    """A zone says from when to when, how often, how small a roof, and what could not be seen."""
    zone = make_watch(label="east", role=Role.ZONE, hidden=0.12)
    found = answer(zone)
    assert (found.state, found.was_there) == (State.UNCHANGED, None)
    assert found.sentences[1].startswith(
        "No new roof smaller than about 150 m² could have been seen there (one that is 28 %"
    )
    assert found.sentences[2] == "12 % of its ground is hardly ever seen: nothing is said of that."
    told = describe_answer(found)
    assert (told["observation"], told["looked"], told["looks"]["seen"]) == (
        "unchanged",
        {"from": "2022-01-05", "to": "2024-03-15"},
        41,
    )
    assert told["longest_gap"] == {"from": "2023-12-02", "to": "2024-01-06", "days": 35}
    assert told["smallest_visible_m2"]["value"] == 150
    assert answer(zone, make_event()).state is State.CHANGED
    assert answer(zone, make_event(outline=box(50, 0, 110, 30))).state is State.UNCHANGED


def test_few_words_count_the_known_buildings() -> None:
    """Each label once, under what was seen of it."""
    survey = Survey(
        "x", "s", "balanced", None, GRID, (), None, (), {}, {},
        (make_watch(label="", role=Role.AOI), make_watch(), make_watch(label="A-2", outline=translate(HALL, 500)),
         make_watch(label="A-3", outline=translate(HALL, 900), faintest=None)),
    )  # fmt: skip
    said = say_parts(
        answer_all(survey, [("e", make_event(label="A-2", outline=translate(HALL, 500)))], SCENES)
    )
    assert said[-1] == "Known buildings: no change visible 1 (A-1); changed 1 (A-2); could not tell 1 (A-3)."
    assert not re.search("_", " ".join(said))
