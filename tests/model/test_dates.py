"""Dates: read as they were given, never guessed, always an interval."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.dates import DateInterval, parse_acquired
from siteline.model.errors import BadInput


def test_a_month_stays_an_interval() -> None:
    """A month means any of its days."""
    month = parse_acquired("2024-02")
    assert (month.first_day, month.last_day, month.has_hour) == (date(2024, 2, 1), date(2024, 2, 29), False)


def test_no_zone_means_utc_and_a_zone_is_converted() -> None:
    """A date-time without a zone is UTC; one with a zone is moved to UTC."""
    assert parse_acquired("2024-04-19T02:14:00").start == datetime(2024, 4, 19, 2, 14, tzinfo=UTC)
    assert parse_acquired("2024-04-19T02:14:00+09:00").start == datetime(2024, 4, 18, 17, 14, tzinfo=UTC)
    assert parse_acquired("2024-04-19T02:14:00Z").has_hour


@pytest.mark.parametrize("text", ["2024-04-19T02", "2024-04-19 02Z", "2024-04-19T11+09:00"])
def test_an_hour_without_minutes_stays_an_interval(text: str) -> None:
    """Any moment of that hour; with minutes it is an instant."""
    hour = parse_acquired(text)
    assert (hour.start, hour.end) == (
        datetime(2024, 4, 19, 2, tzinfo=UTC),
        datetime(2024, 4, 19, 2, 59, 59, tzinfo=UTC),
    )
    assert (hour.has_hour, hour.is_instant) == (True, False)
    assert parse_acquired("2024-04-19T02:14+09:00").is_instant
    assert not parse_acquired("2024-04-19").has_hour


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024",
        "19.4.2024",
        "2024-13",
        "2024-02-30",
        "soon",
        "1899-01-01",
        "2999-01",
        "2024-W16",
        "20240419",
    ],
)
def test_what_is_not_a_date_is_refused(text: str) -> None:
    """An impossible, ancient, future or ambiguous date is refused with an example of a good one."""
    with pytest.raises(BadInput) as refusal:
        parse_acquired(text)
    assert refusal.value.hint


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text whatever ends in anything but an interval or a refusal."""
    try:
        read = parse_acquired(text)
    except BadInput:
        return
    assert read.start <= read.middle <= read.end


def test_an_interval_does_not_end_before_it_starts() -> None:
    """An onset whose end precedes its start is our own mistake and fails at once."""
    with pytest.raises(ValueError, match="ends before"):
        DateInterval(date(2024, 5, 1), date(2024, 4, 1))
