"""When something was, as far as images can tell: always an interval."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from siteline.model.errors import BadInput

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""As they are published, whatever the machine's locale."""

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
"""Counts that are published in words."""

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_HOUR = timedelta(minutes=59, seconds=59)
_ONLY_HOUR = re.compile(r".*[T ]\d{2}(?![\d:]).*")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class DateInterval:
    """Half-open (after, by]: not yet on `after`, there at the latest on `by`."""

    after: date | None
    """Earliest day that the last usable look without it can mean; None if no usable look precedes."""

    by: date
    """Latest day that the first usable look with it can mean."""

    def __post_init__(self) -> None:
        if self.after is not None and self.after > self.by:
            raise ValueError(f"an interval that ends before it starts: ({self.after}, {self.by}]")

    def as_dict(self) -> dict[str, str | None]:
        """Interchange form."""
        return {"after": self.after.isoformat() if self.after else None, "by": self.by.isoformat()}


@dataclass(frozen=True, slots=True)
class Acquired:
    """When an image was taken: an instant, an hour, a day or a month, in UTC."""

    start: datetime
    """Earliest moment it can mean."""

    end: datetime
    """Latest moment it can mean; equal to `start` for an instant."""

    text: str
    """As it was given."""

    @property
    def middle(self) -> datetime:
        """For plotting and for ordering only; never printed as a date."""
        return self.start + (self.end - self.start) / 2

    @property
    def has_hour(self) -> bool:
        """Whether the time of day is known, at least to the hour."""
        return self.end - self.start < timedelta(hours=1)

    @property
    def is_instant(self) -> bool:
        """Whether the time is known to the minute at least, in which the sun moves a quarter of a degree."""
        return self.start == self.end

    @property
    def is_month(self) -> bool:
        """Whether it means one whole calendar month."""
        first, last = self.first_day, self.last_day
        return (
            first.day == 1
            and (first.year, first.month) == (last.year, last.month)
            and last.day == calendar.monthrange(last.year, last.month)[1]
        )

    @property
    def first_day(self) -> date:
        """Earliest day it can mean."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """Latest day it can mean."""
        return self.end.date()


def say_day(day: date, year: bool = True) -> str:
    """A day in words: "3 April 2024", or "3 April" where the year follows."""
    return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def say_count(number: int) -> str:
    """A count in words up to ten: "three", "12"."""
    return SMALL[number] if 0 <= number < len(SMALL) else f"{number:,}"


def say_span(days: int) -> str:
    """How long, in words: "three weeks", "12 days", "four months"; below a hundred days never rounded."""
    if 14 <= days < 100 and days % 7 == 0:
        return f"{say_count(days // 7)} weeks"
    if days < 100:
        return f"{say_count(days)} day" + ("" if days == 1 else "s")
    if days < 700:
        return f"{say_count(round(days / 30.44))} months"
    return f"{days / 365.25:.1f} years".replace(".0 ", " ")


def parse_acquired(text: str) -> Acquired:
    """
    ISO 8601 date-time, date, month, or two of them as START/END, both included. No zone means UTC.

    A month, a day and an hour without minutes stay intervals. Raises BadInput for anything else, years before 1930 and
    dates in the future.
    """
    found = parse_span(text)
    refuse_future(found)
    return found


def refuse_future(acquired: Acquired) -> None:
    """Raise BadInput if that moment has not come; two days are allowed for clocks and zones."""
    if acquired.start > datetime.now(UTC) + timedelta(days=2):
        raise BadInput(f"the date lies in the future: {acquired.text!r}", "Check the year, month and day.")


def parse_span(text: str) -> Acquired:
    """As `parse_acquired`, also of a day to come: a simulated image may have one."""
    said = text.strip()
    if said.count("/") == 1:
        begins, ends = (parse_span(part) for part in said.split("/"))
        if ends.end < begins.start:
            raise BadInput(f"it ends before it begins: {text!r}", "Write the earlier date first.")
        return Acquired(begins.start, max(begins.end, ends.end), said)
    try:
        if match := _MONTH.fullmatch(said):
            year, month = int(match[1]), int(match[2])
            last = calendar.monthrange(year, month)[1]
            span = _whole_days(date(year, month, 1), date(year, month, last))
        elif _DAY.fullmatch(said):
            span = _whole_days(date.fromisoformat(said), date.fromisoformat(said))
        elif "T" in said or " " in said:
            moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
            span = (moment, moment + (_HOUR if _ONLY_HOUR.fullmatch(said) else timedelta(0)))
        else:
            raise ValueError
    except (ValueError, OverflowError, calendar.IllegalMonthError) as error:
        raise BadInput(
            f"not a date: {text!r}", "Write 2024-04-19, 2024-04-19T02:14:00Z, or 2024-04 for a month."
        ) from error
    if span[0].year < 1930:
        raise BadInput(f"no satellite or survey image is that old: {text!r}", "Check the year.")
    return Acquired(*span, said)


def _whole_days(first: date, last: date) -> tuple[datetime, datetime]:
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC)
    return start, end
