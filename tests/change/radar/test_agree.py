from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from siteline.change.options import Preset
from siteline.change.radar.agree import ask_about, join_witnesses, narrow
from siteline.change.radar.odds import MOST, raised
from siteline.findings.witnesses import as_seen, say_witnesses
from siteline.model.change import ChangeEvent, Kind, Stage
from siteline.model.dates import DateInterval
from siteline.model.radar import (
    Agreement,
    RadarChanges,
    RadarEvent,
    RadarLook,
    TrackSight,
    TrackState,
)
from siteline.sites.exchange.witnesses import describe_witnesses
from tests.factory import CRS, make_event

SIGHT = TrackSight("ascending 58", True, 2.4, (6.1, 3.0), 5.2, "R1", "R2")
STATE = TrackState("ascending 58", 100, 4.4, 0.01, 280.0, 270.0, 0.9)
LOOKS = tuple(
    RadarLook(f"R{n}", date(2023, 1, 1) + timedelta(days=12 * n), "ascending 58", 1.0, True, None)
    for n in range(70)
)


def heard(after: date, by: date, **changed: Any) -> RadarEvent:
    noun = {
        "outline": box(0, 0, 60, 30),
        "crs": CRS,
        "onset": DateInterval(after, by),
        "main": by,
        "until": None,
        "probability": 0.9,
        "gain": 300.0,
        "pixels": 18,
        "tracks": (SIGHT,),
    }
    return RadarEvent(**{**noun, **changed})


def joined(event: ChangeEvent, answer: RadarEvent | None, *alone: RadarEvent) -> tuple[ChangeEvent, ...]:
    radar = RadarChanges(alone, (answer,), (STATE,), LOOKS, True, ())
    return join_witnesses((event,), radar, CRS, 1.0, Preset.BALANCED).events


BLIND = DateInterval(date(2024, 1, 1), date(2024, 5, 1))


def test_a_radar_date_closes_a_blind_interval() -> None:
    [event] = joined(make_event(onset=BLIND), heard(date(2024, 2, 20), date(2024, 3, 14)))
    assert event.witnesses is not None
    assert event.witnesses.agreement is Agreement.AGREE
    assert event.onset == DateInterval(date(2024, 2, 20), date(2024, 3, 14))
    assert event.witnesses.optical is not None
    assert event.witnesses.optical.onset == BLIND
    assert as_seen(event).onset == BLIND
    assert "both together: after 20 February and by 14 March 2024" in " ".join(say_witnesses(event))


def test_first_works_that_radar_sees_within_the_blind_days_date_the_event() -> None:
    began = DateInterval(date(2024, 2, 1), date(2024, 2, 25))
    [event] = joined(make_event(onset=BLIND), heard(date(2024, 2, 20), date(2024, 7, 14), began=began))
    assert event.onset == began
    assert event.witnesses is not None
    assert event.witnesses.radar_onset == DateInterval(date(2024, 2, 20), date(2024, 7, 14))
    words = " ".join(say_witnesses(event))
    assert "of these days, radar puts the first works after 1 February and by 25 February 2024" in words
    assert describe_witnesses(event.witnesses)["radar"]["began"] == began.as_dict()


def test_first_works_date_nothing_where_the_witnesses_contradict() -> None:
    began = DateInterval(date(2024, 2, 1), date(2024, 2, 25))
    [event] = joined(make_event(onset=BLIND), heard(date(2023, 3, 1), date(2023, 4, 1), began=began))
    assert event.onset == BLIND


days = st.dates(date(2020, 1, 1), date(2024, 1, 1))
intervals = st.builds(lambda a, n: DateInterval(a, a + timedelta(days=n)), days, st.integers(1, 400))


@given(intervals, intervals)
def test_the_days_of_both_are_days_of_each(a: DateInterval, b: DateInterval) -> None:
    both = narrow(a, b)
    assert both == narrow(b, a)
    assert a.after is not None
    assert b.after is not None
    if both is None:
        assert min(a.by, b.by) <= max(a.after, b.after)
    else:
        assert both.after == max(a.after, b.after)
        assert both.by == min(a.by, b.by)
        assert both.after < both.by


def test_an_open_start_is_closed_by_the_other_witness() -> None:
    assert narrow(
        DateInterval(None, date(2024, 5, 1)), DateInterval(date(2024, 2, 1), date(2024, 6, 1))
    ) == DateInterval(date(2024, 2, 1), date(2024, 5, 1))


def test_where_they_contradict_both_are_kept_and_it_is_said() -> None:
    event = make_event(onset=BLIND)
    [told] = joined(event, heard(date(2023, 3, 1), date(2023, 4, 1)))
    assert told.witnesses is not None
    assert told.witnesses.agreement is Agreement.CONTRADICT
    assert (told.onset, told.probability) == (BLIND, event.probability)
    assert told.witnesses.radar_onset == DateInterval(date(2023, 3, 1), date(2023, 4, 1))
    assert any("do not agree on when" in remark for remark in told.remarks)


def test_radar_that_shows_later_works_agrees_and_narrows_nothing() -> None:
    [told] = joined(make_event(onset=BLIND), heard(date(2024, 6, 1), date(2024, 7, 1)))
    assert told.witnesses is not None
    assert told.witnesses.agreement is Agreement.AGREE
    assert told.onset == BLIND
    assert any("too faint" in remark for remark in told.remarks)


def test_what_radar_alone_sees_is_never_a_building() -> None:
    [_, alone] = joined(
        make_event(),
        None,
        heard(date(2024, 2, 1), date(2024, 3, 1), outline=box(500, 0, 560, 40), probability=0.8),
    )
    assert alone.by_radar_alone
    assert (alone.kind, alone.stage, alone.other_kind) == (Kind.SURFACE_CHANGE, None, None)
    assert alone.kind.words == "ground changed, cause unknown"
    assert any("radar only" in remark for remark in alone.remarks)
    assert alone.first_with == "R2"
    assert not alone.calibrated


def test_silence_of_radar_lowers_nothing_and_says_why() -> None:
    event = make_event(outline=box(0, 0, 10, 10), stage=Stage.ROOFED)
    [told] = joined(event, None)
    assert told.probability == event.probability
    assert told.witnesses is not None
    assert told.witnesses.agreement is Agreement.OPTICAL_ONLY
    assert told.witnesses.why_not is not None
    assert "400 m²" in told.witnesses.why_not


def test_a_surer_radar_is_not_lost_with_a_doubtful_candidate() -> None:
    weak = make_event(probability=0.11, kind=Kind.CONSTRUCTION, outline=box(0, 0, 12, 12))
    told = joined(weak, heard(date(2023, 1, 10), date(2023, 2, 1), probability=0.95))
    assert [e.by_radar_alone for e in told] == [True]


def test_hopeless_candidates_are_not_asked_about() -> None:
    assert len(ask_about((make_event(), make_event(probability=0.05)), CRS)) == 1


@given(st.floats(0, 1), st.sampled_from(Kind))
def test_agreement_never_lowers_and_never_makes_certain(p: float, kind: Kind) -> None:
    assert p <= raised(p, kind) <= max(p, MOST)


@given(st.floats(0.01, 0.98), st.floats(0.01, 0.98))
def test_agreement_keeps_the_order_of_events(p: float, q: float) -> None:
    assert (raised(p, Kind.CONSTRUCTION) <= raised(q, Kind.CONSTRUCTION)) or p > q
