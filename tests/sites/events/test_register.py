"""An event keeps its id for life, with its name and what people judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from shapely.affinity import translate
from shapely.geometry import box

from siteline.model.change import Stage, Status
from siteline.model.errors import BadInput, NotFound
from siteline.sites.events.register import Events
from tests.factory import make_event


def test_an_accepted_event_that_changes_needs_review(events: Events) -> None:
    """A new stage after acceptance asks the person back; a small shift of the outline does not."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    events.judge(event_id, Status.ACCEPTED, "seen on three looks")
    nudged = make_event(outline=translate(make_event().outline, 1))
    events.detected.record("s", "survey2", [(nudged, True)])
    assert not events.get("s", event_id).needs_review
    events.detected.record("s", "survey3", [(replace(nudged, stage=Stage.ROOFED), True)])
    found = events.get("s", event_id)
    assert (found.status, found.needs_review) == (Status.ACCEPTED, True)


def test_an_accepted_event_never_vanishes(events: Events) -> None:
    """An accepted event that a later survey does not find stays listed and needs review."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    events.judge(event_id, Status.ACCEPTED, "seen by eye")
    events.detected.record("s", "survey2", [])
    [still] = events.all("s")
    assert (still.id, still.needs_review, still.current.reproduced) == (event_id, True, False)


def test_as_of_yesterday_shows_yesterday(events: Events) -> None:
    """What was recorded or judged later is not shown for an earlier moment."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    between = datetime.now(UTC)
    events.judge(event_id, Status.REJECTED, "a stockpile")
    assert events.get("s", event_id, as_of=between).status is Status.PROPOSED
    assert events.get("s", event_id).status is Status.REJECTED
    assert events.all("s", as_of=datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_a_judgement_needs_a_reason(events: Events) -> None:
    """A verdict without a why is refused and nothing is recorded."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    with pytest.raises(BadInput, match="reason"):
        events.judge(event_id, Status.ACCEPTED, "  ")
    assert events.get("s", event_id).status is Status.PROPOSED


def test_an_event_is_found_by_the_start_of_its_id_or_its_label(events: Events) -> None:
    """A prefix or a label names an event; an unknown or ambiguous one is refused with the remedy."""
    apart = make_event(outline=box(900, 0, 950, 20), label="A-2")
    [(a, _), (b, _)] = events.detected.record("s", "survey1", [(make_event(), True), (apart, True)])
    assert events.get("s", a[:6]).id == a
    assert events.get("s", "A-2").id == b
    with pytest.raises(NotFound, match="nothing"):
        events.get("s", "nothing")
    with pytest.raises(BadInput, match="fits 2"):
        events.get("s", "")


def test_a_name_stays_through_later_surveys(events: Events) -> None:
    """A label that a person gave is carried to what later surveys find there."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(), True)])
    events.name(event_id, "A-2")
    events.detected.record("s", "survey2", [(make_event(stage=Stage.ROOFED), True)])
    found = events.get("s", "A-2")
    assert (found.id, found.current.event.stage, found.current.number) == (event_id, Stage.ROOFED, 2)


def test_a_person_s_name_goes_before_the_label_of_a_structure(events: Events) -> None:
    """What a later survey would call the event does not displace the name; a label of the site file comes and goes."""
    [(event_id, _)] = events.detected.record("s", "survey1", [(make_event(label="old hall"), True)])
    events.detected.record("s", "survey2", [(make_event(label=""), True)])
    assert events.get("s", event_id).current.event.label == ""
    events.name(event_id, "A-2")
    events.detected.record("s", "survey3", [(make_event(label="A-1"), True)])
    assert events.get("s", event_id).current.event.label == "A-2"
    assert events.detected.record("s", "survey4", [(make_event(label="A-1"), True)]) == [(event_id, 3)]
