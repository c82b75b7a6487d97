"""Counts as they travel: a range, never a point, with what was counted, by which rule, in which edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CountPoint:
    """One period of a series of counts."""

    start: date
    """First day of the period."""

    until: date
    """The day after its last one."""

    lower: int
    """At least so many: what can be nothing else."""

    upper: int | None
    """At most so many: what can be this at all; None if a report that belongs here sets no upper bound."""

    unknown: int
    """Reports that may belong here and give no number; they count 0 in both bounds."""


@dataclass(frozen=True, slots=True)
class CountSeries:
    """Counts over time with ranges: what a chart of counts is drawn from."""

    title: str
    """What is counted, such as "KN-23, missiles per month"."""

    unit: str
    """missile, report, attack or day."""

    definition: str
    """One sentence that says what is counted in the lower and in the upper bound."""

    period: str
    """One sentence that says to which day a report belongs."""

    edition: str
    """Data set and edition, such as "ua-airforce/2026-04-05"."""

    source_line: str
    """Whose data it is, with its as-of date and the start of its digest; for the foot of a picture."""

    points: tuple[CountPoint, ...]
    """One per period, in order, without gaps."""

    query: str = ""
    """Id of the stored query that gives the whole; "" if it was not stored."""


@dataclass(frozen=True, slots=True)
class CountAnswer:
    """A count: a range, and everything that it depends on."""

    lower: int
    """At least so many."""

    upper: int | None
    """At most so many; None if a report that belongs here sets no upper bound."""

    unit: str
    """missile, report, attack or day."""

    definition: str
    """What is counted in each bound."""

    period: str
    """To which day a report belongs, and how the window was cut."""

    edition: str
    """Data set and edition."""

    unknown: int
    """Reports in the upper reading that give no number; they count 0."""

    reports: int
    """Reports in the upper reading."""

    notes: tuple[str, ...] = ()
    """What else a reader must know."""
