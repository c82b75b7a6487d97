"""What is asked of a count, and how its answer says what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from siteline.ledger.incidents.cells import FIRST_YEAR, LAST_YEAR, zone_of
from siteline.ledger.incidents.summing import ATTACK_HOURS
from siteline.model.errors import BadSetting
from siteline.model.incident import Edition

UNITS = ("missile", "report", "attack", "day")
PERIODS = ("start", "split")
STEPS = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be counted."""

    weapon: str
    """As the user wrote it; "" for everything."""

    classes: frozenset[str] | None
    """The classes that it means; None for everything."""

    start: date
    until: date
    """The day after the last one."""

    unit: str = "missile"
    zone: str = ""
    """"" for the edition's own."""

    period: str = "start"

    def __post_init__(self) -> None:
        if self.start >= self.until:
            raise BadSetting(
                f"a window from {self.start} to {self.until} holds no day",
                "--from is the first day, --to the day after the last one.",
            )
        if self.start.year < FIRST_YEAR or self.until.year > LAST_YEAR:
            raise BadSetting(
                f"a window from {self.start} to {self.until} is longer than any data",
                f"Name years from {FIRST_YEAR} to {LAST_YEAR}.",
            )
        for value, known in ((self.unit, UNITS), (self.period, PERIODS)):
            if value not in known:
                raise BadSetting(f"{value!r} is none of {', '.join(known)}")
        if self.period == "split" and self.unit not in ("missile", "report"):
            raise BadSetting(
                f"a {self.unit} is not split at midnight", "Use --unit missile or report with --period split."
            )


def definition_of(weapon: str, classes: frozenset[str] | None, unit: str) -> str:
    """What is counted in each bound, in one sentence."""
    if classes is None:
        return f"{unit}s of all reports"
    names = " or ".join(sorted(classes))
    what = {
        "missile": "the numbers of",
        "report": "",
        "attack": f"attacks (reports of one place that start within {ATTACK_HOURS} h of the first) with",
        "day": "days with",
    }[unit]
    also = "" if weapon in (names, "") else f" (asked for as {weapon!r})"
    return " ".join(
        f"lower: {what} reports that can mean nothing but {names}{also}; upper: {what} reports that can mean it, less what "
        "their breakdown gives to others; an empty number counts 0".split()
    )


def period_of(asked: Asked, zone: str, edition: Edition) -> str:
    """To which day a report belongs, in one sentence."""
    window = f"{asked.start} <= day < {asked.until}"
    if asked.period == "split":
        return (
            f"{window}, {zone}: a report whose window an end of the period cuts counts nothing in the lower bound and "
            "all of it in the upper"
        )
    by_day = (
        ""
        if zone == edition.zone
        else f"; a report that names a day alone belongs to that day of {edition.zone}"
    )
    return f"{window}: a report belongs to the day on which its window starts, {zone}{by_day}"


def source_line(edition: Edition) -> str:
    """Whose data it is, for the foot of a picture."""
    whose = edition.upstream or edition.dataset
    until = f", as of {edition.as_of}" if edition.as_of else ""
    return f"Source: {whose}, edition {edition.name}{until} (SHA-256 {edition.sha256[:12]})"


def periods(start: date, until: date, step: str) -> Iterator[tuple[date, date]]:
    """Days, weeks, months or years that cover a window, cut at its ends."""
    if step not in STEPS:
        raise BadSetting(f"{step!r} is none of {', '.join(STEPS)}")
    at = start
    while at < until:
        after = min(_next(at, step), until)
        yield at, after
        at = after


def _next(day: date, step: str) -> date:
    if step == "day":
        return day + timedelta(days=1)
    if step == "week":
        return day + timedelta(days=7 - day.weekday())
    if step == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date(day.year + 1, 1, 1)


def is_within(day: str, asked: Asked) -> bool:
    """Whether a day lies in the window."""
    return asked.start.isoformat() <= day < asked.until.isoformat()


def first_minute(day: date, zone: str) -> int:
    """First minute of a day in a zone, since 1970-01-01 UTC."""
    return int(datetime.combine(day, time(), zone_of(zone)).astimezone(UTC).timestamp()) // 60
