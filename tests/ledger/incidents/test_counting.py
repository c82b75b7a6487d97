"""Lower and upper bounds, days and time zones, splits, merges, and what stays unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.incidents.weapons import built_in
from siteline.model.counted import CountAnswer
from siteline.model.errors import BadSetting
from siteline.model.incident import Edition
from siteline.store.db import Database
from tests.ledger.incidents.making import filed, night, open_ledger, table

MAY = Asked("KN-23", frozenset({"KN-23"}), date(2024, 5, 1), date(2024, 6, 1))


class Ledger:
    """One edition, counted."""

    def __init__(self, folder: Path, rows: list[dict[str, object]]) -> None:
        self.db: Database
        self.incidents: Incidents
        self.db, self.incidents = open_ledger(folder)
        self.edition: Edition = filed(self.incidents, table(rows))
        self.ids = [kept.id for kept in self.incidents.reports(self.edition)]

    def count(self, **changes: Any) -> CountAnswer:
        counting = Counting(self.db, self.incidents, built_in())
        return counting.count(self.edition, replace(MAY, **changes), self.incidents.judged())

    def bounds(self, **changes: Any) -> tuple[int, int | None]:
        found = self.count(**changes)
        return found.lower, found.upper


def test_a_set_counts_in_the_upper_bound_alone(tmp_path: Path) -> None:
    rows = [
        night("2024-05-01", "KN-23", 2),
        night("2024-05-02", "Iskander-M/KN-23", 5),
        night("2024-05-03", "Kalibr", 9),
    ]
    ledger = Ledger(tmp_path, rows)
    assert ledger.bounds() == (2, 7)
    assert ledger.bounds(unit="report") == (1, 2)
    assert ledger.bounds(unit="day") == (1, 2)
    assert ledger.bounds(weapon="Iskander-M/KN-23", classes=frozenset({"KN-23", "Iskander-M"})) == (7, 7)
    assert ledger.bounds(weapon="", classes=None) == (16, 16)


def test_a_breakdown_takes_from_the_upper_what_it_gives_to_others(tmp_path: Path) -> None:
    whole, parts = "Iskander-M/KN-23 and Kalibr", "{'Kalibr': 3, 'Iskander-M/KN-23': 6}"
    rows = [
        night("2024-05-01", whole, 9, launched_details=parts),
        night("2024-05-02", whole, 9),
        night("2024-05-03", whole, 9, launched_details="{'Kalibr': 4}"),
        night("2024-05-04", "KN-23 and Kalibr", 9, launched_details="{'Kalibr': 4, 'KN-23': NaN}"),
    ]
    ledger = Ledger(tmp_path, rows)
    assert ledger.bounds() == (5, 6 + 9 + 5 + 5)
    assert ledger.bounds(unit="report") == (1, 4)


def test_an_empty_number_counts_nothing_and_is_reported(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, [night("2024-05-01", "KN-23", ""), night("2024-05-02", "Kalibr", "")])
    found = ledger.count()
    assert (found.lower, found.upper, found.unknown, found.reports) == (0, 0, 1, 1)


def test_what_names_only_a_category_is_in_neither_bound_and_said(tmp_path: Path) -> None:
    ledger = Ledger(
        tmp_path, [night("2024-05-01", "Ballistic Missile", 4), night("2024-05-01", "Unknown UAV", 7)]
    )
    found = ledger.count()
    assert (found.lower, found.upper) == (0, 0)
    assert any("1 reports (4 missiles)" in note for note in found.notes)


def test_a_report_across_midnight_belongs_to_the_day_on_which_it_starts(tmp_path: Path) -> None:
    """In the zone that is asked for; a split counts it nothing to all on both sides."""
    over = night("2024-05-31 23:30", "KN-23", 4, time_end="2024-06-01 02:00")
    ledger = Ledger(tmp_path, [over])
    june = {"start": date(2024, 6, 1), "until": date(2024, 7, 1)}
    assert (ledger.bounds(), ledger.bounds(**june)) == ((4, 4), (0, 0))
    assert (ledger.bounds(period="split"), ledger.bounds(period="split", **june)) == ((0, 4), (0, 4))
    assert (ledger.bounds(zone="Asia/Tokyo"), ledger.bounds(zone="Asia/Tokyo", **june)) == ((0, 0), (4, 4))
    assert (ledger.bounds(zone="UTC"), ledger.bounds(zone="UTC", **june)) == ((4, 4), (0, 0))
    assert "Europe/Kyiv" in ledger.count().period
    whole = {"start": date(2024, 5, 31), "until": date(2024, 6, 2)}
    assert ledger.bounds(period="split", **whole) == (4, 4)


def test_a_report_that_names_a_day_stays_on_it_in_every_zone(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, [night("2024-05-31", "KN-23", 4)])
    assert ledger.bounds(zone="Asia/Tokyo") == ledger.bounds(zone="America/New_York") == (4, 4)
    assert ledger.bounds(period="split") == (4, 4)


def test_reports_of_one_place_within_twelve_hours_are_one_attack(tmp_path: Path) -> None:
    rows = [
        night("2024-05-01 20:00", "KN-23", time_end="2024-05-01 21:00", target="Kyiv oblast"),
        night("2024-05-02 05:00", "Kalibr", time_end="2024-05-02 06:00", target="Kyiv oblast"),
        night("2024-05-02 05:00", "KN-23", time_end="2024-05-02 06:00", target="Odesa oblast"),
        night("2024-05-02 20:00", "Iskander-M/KN-23", time_end="2024-05-02 21:00", target="Kyiv oblast"),
        night("2024-05-03", "KN-23", target=""),
        night("2024-05-03", "KN-23", 2, target=""),
    ]
    ledger = Ledger(tmp_path, rows)
    assert ledger.bounds(unit="attack") == (4, 5)
    assert ledger.bounds(unit="attack", weapon="", classes=None) == (5, 5)


def test_merged_reports_count_once_and_a_split_takes_it_back(tmp_path: Path) -> None:
    rows = [
        night("2024-05-01", "KN-23", 3),
        night("2024-05-02", "Iskander-M/KN-23", 5),
        night("2024-05-09", "KN-23", 1),
    ]
    ledger = Ledger(tmp_path, rows)
    assert ledger.bounds() == (4, 9)
    ledger.incidents.judge("same", ledger.ids[:2], "one wreck")
    assert ledger.bounds() == (1, 6)  # of the two: at least 0, at most 5
    assert ledger.bounds(unit="report") == (1, 2)
    assert "put together" in " ".join(ledger.count().notes)
    ledger.incidents.judge("not_same", ledger.ids[:2], "two wrecks after all")
    assert ledger.bounds() == (4, 9)


def test_an_open_upper_end_leaves_no_upper_bound(tmp_path: Path) -> None:
    db, incidents = open_ledger(tmp_path)
    rows = [{"start": "2024-05-01", "weapon": "KN-23", "launched_lo": 3}]
    edition = filed(incidents, table(rows, ("start", "weapon", "launched_lo")), form="csv")
    found = Counting(db, incidents, built_in()).count(edition, MAY)
    assert (found.lower, found.upper) == (3, None)


def test_windows_and_units_that_make_no_sense_are_refused() -> None:
    for changes in ({"until": date(2024, 5, 1)}, {"unit": "wreck"}, {"unit": "day", "period": "split"}):
        with pytest.raises(BadSetting):
            replace(MAY, **changes)  # type: ignore[arg-type]


def test_a_series_adds_up_to_the_whole(tmp_path: Path) -> None:
    rows = [night(f"2024-{m:02d}-{d:02d}", "KN-23", d) for m in (3, 4, 5) for d in (1, 15, 28)]
    ledger = Ledger(tmp_path, rows)
    counting = Counting(ledger.db, ledger.incidents, built_in())
    asked = replace(MAY, start=date(2024, 3, 5), until=date(2024, 5, 20))
    whole = counting.count(ledger.edition, asked)
    for step in ("day", "week", "month", "year"):
        series = counting.series(ledger.edition, asked, step)
        assert sum(p.lower for p in series.points) == whole.lower
        assert (series.points[0].start, series.points[-1].until) == (asked.start, asked.until)
        assert all(p.until == q.start for p, q in zip(series.points, series.points[1:], strict=False))


HOURS = st.integers(0, 24 * 6)
ROWS = st.lists(
    st.tuples(
        HOURS,
        st.integers(0, 30),
        st.booleans(),
        st.sampled_from(["KN-23", "Iskander-M/KN-23", "Kalibr"]),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=12,
)


@given(
    ROWS,
    st.integers(0, 5),
    st.integers(1, 4),
    st.sampled_from(
        ["Europe/Kyiv", "UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Pacific/Niue"]
    ),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_made_at_import_give_what_reading_every_report_gives(
    tmp_path_factory: pytest.TempPathFactory,
    made: list[tuple[int, int, bool, str, int]],
    first: int,
    days: int,
    zone: str,
) -> None:
    """For any reports, window and zone: the quick count is the slow one, and a split holds the count between its ends."""
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    origin = datetime(2024, 5, 10)  # noqa: DTZ001 local, as tallies write it
    rows = []
    for hour, length, named, model, launched in made:
        start = origin + timedelta(hours=hour)
        end = start + timedelta(hours=length)
        form = "%Y-%m-%d %H:%M" if named else "%Y-%m-%d"
        rows.append(night(start.strftime(form), model, launched, time_end=end.strftime(form)))
    ledger = Ledger(tmp_path_factory.mktemp("any"), rows)
    since = date(2024, 5, 10) + timedelta(days=first)
    until = since + timedelta(days=days)
    lower = upper = 0
    for kept in ledger.incidents.reports(ledger.edition):
        window = kept.report.window
        local = window.start.astimezone(ZoneInfo(zone)).date()
        day = local if window.has_hour else date.fromisoformat(window.day)
        if since <= day < until:
            lower += kept.report.launched or 0 if kept.report.class_text == "KN-23" else 0
            upper += kept.report.launched or 0 if "KN-23" in kept.report.class_text else 0
    assert ledger.bounds(start=since, until=until, zone=zone) == (lower, upper)
    split = ledger.count(start=since, until=until, zone=zone, period="split")
    assert split.lower <= lower
    assert (split.upper or 0) >= upper
