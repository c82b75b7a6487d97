"""What a person drew is a person's: no survey moves it, and it follows the dates of its scenes."""

from __future__ import annotations

from datetime import date

import pytest

from siteline.model.change import Method, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput
from siteline.sites.events.register import Events
from tests.factory import make_event, make_scene


def test_a_survey_does_not_touch_what_a_person_drew(events: Events) -> None:
    """Drawn events are a person's; no survey matches, moves or retires them."""
    event_id = events.drawn.record("s", make_event(method=Method.DRAWN))
    events.detected.record("s", "survey1", [])
    drawn = events.get("s", event_id)
    assert (len(drawn.versions), drawn.current.reproduced) == (1, True)


def test_an_event_drawn_on_a_scene_follows_its_date(events: Events) -> None:
    """A scene that gets another date gives its drawn event another onset: a new version, which needs review."""
    drawn = make_event(method=Method.DRAWN, label="A-2")
    event_id = events.drawn.record("s", drawn)
    scenes = {"S1": make_scene("S1", "2024-04-03"), "S2": make_scene("S2", "2024-04-19")}
    assert events.drawn.redate("s", scenes) == []
    events.judge(event_id, Status.ACCEPTED, "seen on both")
    assert events.drawn.redate("s", {**scenes, "S2": make_scene("S2", "2024-04-25")}) == [event_id]
    now = events.get("s", event_id)
    assert now.current.event.onset == DateInterval(date(2024, 4, 3), date(2024, 4, 25))
    assert (now.current.event.label, now.needs_review) == ("A-2", True)


def test_scenes_that_change_places_under_an_event_are_refused(events: Events) -> None:
    """What shows the place without the change cannot come after what shows it with; the event is named."""
    event_id = events.drawn.record("s", make_event(method=Method.DRAWN))
    scenes = {"S1": make_scene("S1", "2024-04-30"), "S2": make_scene("S2", "2024-04-19")}
    with pytest.raises(BadInput, match=event_id) as refused:
        events.drawn.redate("s", scenes)
    assert "reject" in refused.value.hint
    events.judge(event_id, Status.REJECTED, "wrong dates")
    assert events.drawn.redate("s", scenes) == []
