"""Looks by the week: when a site could be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from siteline.model.imagery import Look

_WIDEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week of a series."""

    monday: date
    looks: int
    usable: int

    @property
    def name(self) -> str:
        """Such as "2024-W16"."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"


def is_wide(look: Look) -> bool:
    """Whether its date is known too poorly to say in which week it was taken."""
    return look.acquired.end - look.acquired.start > _WIDEST


def weeks_of(looks: Sequence[Look]) -> tuple[Week, ...]:
    """Every week from the first look to the last, empty ones too; looks known only to a month or so are in none."""
    dated = [look for look in looks if not is_wide(look)]
    if not dated:
        return ()
    mondays = [monday_of(look.acquired.middle.date()) for look in dated]
    first, last = min(mondays), max(mondays)
    found = {first + timedelta(weeks=n): [0, 0] for n in range((last - first).days // 7 + 1)}
    for monday, look in zip(mondays, dated, strict=True):
        found[monday][0] += 1
        found[monday][1] += look.used
    return tuple(Week(monday, total, used) for monday, (total, used) in found.items())


def monday_of(day: date) -> date:
    """The Monday of its ISO week."""
    return day - timedelta(days=day.weekday())
