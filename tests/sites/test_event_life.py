"""An event keeps its id for life, through surveys and judgements."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from shapely.affinity import translate
from shapely.geometry import box

from siteline.model.change import Kind, Method, Observation, Stage, State, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput, NotFound
from siteline.sites.events import Events
from siteline.sites.measurements import Measurements
from siteline.store.db import Database
from tests.factory import make_area, make_event, make_scene


@pytest.fixture
def events(tmp_path: Path) -> Events:
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    return Events(db)


def test_a_survey_that_finds_the_same_adds_no_version(events: Events) -> None:
    """Finding an event again just as it was changes nothing."""
    first = events.record_survey("s", "survey1", [(make_event(), True)])
    assert events.record_survey("s", "survey2", [(make_event(), True)]) == first
    assert len(events.all("s")[0].versions) == 1


def test_one_more_look_that_shows_the_same_adds_no_version(events: Events) -> None:
    """What a newer look says is added to the version as it stands, and an earlier moment does not know of it."""
    seen = make_event(observations=(*make_event().observations, Observation("S3", State.CHANGED)))
    [(event_id, _)] = events.record_survey("s", "survey1", [(seen, True)])
    between = datetime.now(UTC)
    more = replace(
        seen,
        observations=(*seen.observations, Observation("S4", State.CHANGED)),
        outline=translate(seen.outline, 0.5),
        probability=0.93,
    )
    assert events.record_survey("s", "survey2", [(more, True)]) == [(event_id, 1)]
    now = events.get("s", event_id).current
    assert (now.number, now.event.outline, now.event.probability) == (1, seen.outline, 0.9)
    assert now.event.observations == more.observations
    assert events.get("s", event_id, as_of=between).current.event.observations == seen.observations


def test_many_small_steps_are_a_new_form_in_the_end(events: Events) -> None:
    """Each survey is held against the version on record, so that an outline cannot creep away unseen."""
    events.record_survey("s", "survey0", [(make_event(), True)])
    for step in range(1, 5):
        crept = make_event(outline=translate(make_event().outline, step))
        [(_, version)] = events.record_survey("s", f"survey{step}", [(crept, True)])
    assert version == 2


def test_a_second_look_makes_a_version_that_is_no_longer_provisional(events: Events) -> None:
    """One look alone is provisional; confirmation is told, and does not ask for another judgement."""
    first = make_event()
    [(event_id, _)] = events.record_survey("s", "survey1", [(first, True)])
    events.judge(event_id, Status.ACCEPTED, "seen")
    second = replace(first, observations=(*first.observations, Observation("S3", State.CHANGED)))
    assert events.record_survey("s", "survey2", [(second, True)]) == [(event_id, 2)]
    found = events.get("s", event_id)
    assert [v.event.provisional for v in found.versions] == [True, False]
    assert not found.needs_review
    assert not make_event(method=Method.DRAWN).provisional


def test_a_changed_outline_is_a_version_of_the_same_event(events: Events) -> None:
    """An outline that overlaps by more than 0.3 continues the event under its id."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    moved = make_event(outline=translate(make_event().outline, 10))
    assert events.record_survey("s", "survey2", [(moved, True)]) == [(event_id, 2)]


def test_another_place_is_another_event(events: Events) -> None:
    """An outline elsewhere gets an id of its own, and the first one is kept as not found again."""
    [(old, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    far = make_event(outline=translate(make_event().outline, 500))
    [(new, _)] = events.record_survey("s", "survey2", [(far, True)])
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
    first = events.record_survey("s", "survey1", [(removal, True), (hall, True)])
    again = events.record_survey("s", "survey2", [(hall, True), (removal, True)])
    assert again == [first[1], first[0]]


def test_an_accepted_event_that_changes_needs_review(events: Events) -> None:
    """A new stage after acceptance asks the person back; a small shift of the outline does not."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    events.judge(event_id, Status.ACCEPTED, "seen on three looks")
    nudged = make_event(outline=translate(make_event().outline, 1))
    events.record_survey("s", "survey2", [(nudged, True)])
    assert not events.get("s", event_id).needs_review
    events.record_survey("s", "survey3", [(replace(nudged, stage=Stage.ROOFED), True)])
    found = events.get("s", event_id)
    assert (found.status, found.needs_review) == (Status.ACCEPTED, True)


def test_an_accepted_event_never_vanishes(events: Events) -> None:
    """An accepted event that a later survey does not find stays listed and needs review."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    events.judge(event_id, Status.ACCEPTED, "seen by eye")
    events.record_survey("s", "survey2", [])
    [still] = events.all("s")
    assert (still.id, still.needs_review, still.current.reproduced) == (event_id, True, False)


def test_a_survey_does_not_touch_what_a_person_drew(events: Events) -> None:
    """Drawn events are a person's; no survey matches, moves or retires them."""
    event_id = events.record_drawn("s", make_event(method=Method.DRAWN))
    events.record_survey("s", "survey1", [])
    drawn = events.get("s", event_id)
    assert (len(drawn.versions), drawn.current.reproduced) == (1, True)


def test_as_of_yesterday_shows_yesterday(events: Events) -> None:
    """What was recorded or judged later is not shown for an earlier moment."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    between = datetime.now(UTC)
    events.judge(event_id, Status.REJECTED, "a stockpile")
    assert events.get("s", event_id, as_of=between).status is Status.PROPOSED
    assert events.get("s", event_id).status is Status.REJECTED
    assert events.all("s", as_of=datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_a_judgement_needs_a_reason(events: Events) -> None:
    """A verdict without a why is refused and nothing is recorded."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    with pytest.raises(BadInput, match="reason"):
        events.judge(event_id, Status.ACCEPTED, "  ")
    assert events.get("s", event_id).status is Status.PROPOSED


def test_an_event_is_found_by_the_start_of_its_id_or_its_label(events: Events) -> None:
    """A prefix or a label names an event; an unknown or ambiguous one is refused with the remedy."""
    apart = make_event(outline=box(900, 0, 950, 20), label="A-2")
    [(a, _), (b, _)] = events.record_survey("s", "survey1", [(make_event(), True), (apart, True)])
    assert events.get("s", a[:6]).id == a
    assert events.get("s", "A-2").id == b
    with pytest.raises(NotFound, match="nothing"):
        events.get("s", "nothing")
    with pytest.raises(BadInput, match="fits 2"):
        events.get("s", "")


def test_a_name_stays_through_later_surveys(events: Events) -> None:
    """A label that a person gave is carried to what later surveys find there."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    events.name(event_id, "A-2")
    events.record_survey("s", "survey2", [(make_event(stage=Stage.ROOFED), True)])
    found = events.get("s", "A-2")
    assert (found.id, found.current.event.stage, found.current.number) == (event_id, Stage.ROOFED, 2)


def test_a_person_s_name_goes_before_the_label_of_a_structure(events: Events) -> None:
    """What a later survey would call the event does not displace the name; a label of the site file comes and goes."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(label="old hall"), True)])
    events.record_survey("s", "survey2", [(make_event(label=""), True)])
    assert events.get("s", event_id).current.event.label == ""
    events.name(event_id, "A-2")
    events.record_survey("s", "survey3", [(make_event(label="A-1"), True)])
    assert events.get("s", event_id).current.event.label == "A-2"
    assert events.record_survey("s", "survey4", [(make_event(label="A-1"), True)]) == [(event_id, 3)]


def test_a_survey_up_to_a_day_says_nothing_of_later_events(events: Events) -> None:
    """Surveying an earlier span does not retire what came into sight after it."""
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    events.judge(event_id, Status.ACCEPTED, "seen on three looks")
    events.record_survey("s", "survey2", [], until=date(2023, 12, 31))
    found = events.get("s", event_id)
    assert (found.current.reproduced, found.needs_review) == (True, False)
    events.record_survey("s", "survey3", [], until=date(2024, 12, 31))
    assert events.get("s", event_id).current.survey_id == "survey3"
    assert not events.get("s", event_id).current.reproduced


def test_sizes_stand_for_a_version_with_the_same_outline(tmp_path: Path) -> None:
    """Naming an event, losing it, or finding it below the threshold does not take its size away."""
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    events, sizes = Events(db), Measurements(db)
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    sizes.record("s", event_id, 1, [make_area()])
    events.name(event_id, "A-2")
    events.record_survey("s", "survey2", [(make_event(), False)])
    events.record_survey("s", "survey3", [])
    assert events.get("s", "A-2").current.number == 3
    for version in (1, 2, 3):
        assert sizes.of("s", event_id, version)["area"] == make_area()


def test_a_moved_outline_does_not_inherit_a_size(tmp_path: Path) -> None:
    """A new outline has no size until it is measured."""
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    events, sizes = Events(db), Measurements(db)
    [(event_id, _)] = events.record_survey("s", "survey1", [(make_event(), True)])
    sizes.record("s", event_id, 1, [make_area()])
    events.record_survey("s", "survey2", [(make_event(outline=translate(make_event().outline, 10)), True)])
    assert sizes.of("s", event_id, 2) == {}


def test_an_event_drawn_on_a_scene_follows_its_date(events: Events) -> None:
    """A scene that gets another date gives its drawn event another onset: a new version, which needs review."""
    drawn = make_event(method=Method.DRAWN, label="A-2")
    event_id = events.record_drawn("s", drawn)
    scenes = {"S1": make_scene("S1", "2024-04-03"), "S2": make_scene("S2", "2024-04-19")}
    assert events.redate_drawn("s", scenes) == []
    events.judge(event_id, Status.ACCEPTED, "seen on both")
    assert events.redate_drawn("s", {**scenes, "S2": make_scene("S2", "2024-04-25")}) == [event_id]
    now = events.get("s", event_id)
    assert now.current.event.onset == DateInterval(date(2024, 4, 3), date(2024, 4, 25))
    assert (now.current.event.label, now.needs_review) == ("A-2", True)


def test_scenes_that_change_places_under_an_event_are_refused(events: Events) -> None:
    """What shows the place without the change cannot come after what shows it with; the event is named."""
    event_id = events.record_drawn("s", make_event(method=Method.DRAWN))
    scenes = {"S1": make_scene("S1", "2024-04-30"), "S2": make_scene("S2", "2024-04-19")}
    with pytest.raises(BadInput, match=event_id) as refused:
        events.redate_drawn("s", scenes)
    assert "reject" in refused.value.hint
    events.judge(event_id, Status.REJECTED, "wrong dates")
    assert events.redate_drawn("s", scenes) == []
