"""A survey continues the events that it finds again, whatever the order, and loses none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from shapely.affinity import translate

from siteline.model.change import Kind, Method, Observation, State, Status
from siteline.model.dates import DateInterval
from siteline.sites.events.register import Events
from siteline.sites.measurements import Measurements
from siteline.store.db import Database
from tests.factory import make_area, make_event


def test_a_survey_that_finds_the_same_adds_no_version(events: Events) -> None:
    """Finding an event again just as it was changes nothing."""
    first = events.detected.record("s", "survey1", [(make_event(), True)])
    assert events.detected.record("s", "survey2", [(make_event(), True)]) == first
    assert len(events.all("s")[0].versions) == 1


def test_one_more_look_that_shows_the_same_adds_no_version(events: Events) -> None:
    """What a newer look says is added to the version as it stands, and an earlier moment does not know of it."""
    seen = make_event(observations=(*make_event().observations, Observation("S3", State.CHANGED)))
    [(event_id, _)] = events.detected.record("s", "survey1", [(seen, True)])
    between = datetime.now(UTC)
    more = replace(
        seen,
        observations=(*seen.observations, Observation("S4", State.CHANGED)),
        outline=translate(seen.outline, 0.5),
        probability=0.93,
    )
    assert events.detected.record("s", "survey2", [(more, True)]) == [(event_id, 1)]
    now = events.get("s", event_id).current
    assert (now.number, now.event.outline, now.event.probability) == (1, seen.outline, 0.9)
    assert now.event.observations == more.observations
    assert events.get("s", event_id, as_of=between).current.event.observations == seen.observations


def test_many_small_steps_are_a_new_form_in_the_end(events: Events) -> None:
    """Each survey is held against the version on record, so that an outline cannot creep away unseen."""
    events.detected.record("s", "survey0", [(make_event(), True)])
    for step in range(1, 5):
        crept = make_event(outline=translate(make_event().outline, step))
        [(_, version)] = events.detected.record("s", f"survey{step}", [(crept, True)])
    assert version == 2


def test_a_second_look_makes_a_version_that_is_no_longer_provisional(events: Events) -> None:
    """One look alone is provisional; confirmation is told, and does not ask for another judgement."""
    first = make_event()
    [(event_id, _)] = events.detected.record("s", "survey1", [(first, True)])
    events.judge(event_id, Status.ACCEPTED, "seen")
    second = replace(first, observations=(*first.observations, Observation("S3", State.CHANGED)))
    assert events.detected.record("s", "survey2", [(second, True)]) == [(event_id, 2)]
    found = events.get("s", event_id)
    assert [v.event.provisional for v in found.versions] == [True, False]
    assert not found.needs_review
    assert not make_event(method=Method.DRAWN).provisional


def test_a_changed_outline_is_a_version_of_the_same_event(events: Events) -> None:
    """An outline that overlaps by more than 0.3 continues the event under its id."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    moved = make_event(outline=translate(make_event().outline, 10))
    assert events.detected.record("s", "survey2", [(moved, True)]) == [(event_id, 2)]


def test_another_place_is_another_event(events: Events) -> None:
    """An outline elsewhere gets an id of its own, and the first one is kept as not found again."""
    [(old, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    far = make_event(outline=translate(make_event().outline, 500))
    [(new, _)] = events.detected.record("s", "survey2", [(far, True)])
    assert new != old
    assert [e.id for e in events.all("s")] == [new]
    gone = events.get("s", old)
    assert (gone.current.reproduced, len(gone.versions)) == (False, 2)


def test_what_happened_at_one_place_in_turn_is_told_apart_by_dates(events: Events) -> None:
    """A removal and a new hall on one plot keep their own ids, whatever the order of the next survey."""
    removal = make_event(
        kind=Kind.DEMOLITION, stage=None, onset=DateInterval(date(2022, 1, 1), date(2022, 2, 1))
    )
    hall = make_event()
    first = events.detected.record("s", "survey1", [(removal, True), (hall, True)])
    again = events.detected.record("s", "survey2", [(hall, True), (removal, True)])
    assert again == [first[1], first[0]]


def test_a_survey_up_to_a_day_says_nothing_of_later_events(events: Events) -> None:
    """Surveying an earlier span does not retire what came into sight after it."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    events.judge(event_id, Status.ACCEPTED, "seen on three looks")
    events.detected.record("s", "survey2", [], until=date(2023, 12, 31))
    found = events.get("s", event_id)
    assert (found.current.reproduced, found.needs_review) == (True, False)
    events.detected.record("s", "survey3", [], until=date(2024, 12, 31))
    assert events.get("s", event_id).current.survey_id == "survey3"
    assert not events.get("s", event_id).current.reproduced


def test_sizes_stand_for_a_version_with_the_same_outline(tmp_path: Path) -> None:
    """Naming an event, losing it, or finding it below the threshold does not take its size away."""
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    events, sizes = Events(db), Measurements(db)
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    sizes.record("s", event_id, 1, [make_area()])
    events.name(event_id, "A-2")
    events.detected.record("s", "survey2", [(make_event(), False)])
    events.detected.record("s", "survey3", [])
    assert events.get("s", "A-2").current.number == 3
    for version in (1, 2, 3):
        assert sizes.of("s", event_id, version)["area"] == make_area()


def test_a_moved_outline_does_not_inherit_a_size(tmp_path: Path) -> None:
    """A new outline has no size until it is measured."""
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    events, sizes = Events(db), Measurements(db)
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    sizes.record("s", event_id, 1, [make_area()])
    events.detected.record("s", "survey2", [(make_event(outline=translate(make_event().outline, 10)), True)])
    assert sizes.of("s", event_id, 2) == {}
