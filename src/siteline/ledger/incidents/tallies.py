"""What sets of reports add to a count, and how reports that a person put together count once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from siteline.model.incident import WeaponObservation


@dataclass(slots=True)
class Tally:
    """What a set of reports adds to a count."""

    lower: int = 0
    upper: int = 0
    reports_lower: int = 0
    reports_upper: int = 0
    unknown: int = 0
    open_above: int = 0
    unspecified: int = 0
    unspecified_reports: int = 0

    def add(self, other: Tally, sign: int = 1) -> None:
        """Take in what others add, or with `sign` -1 take it out."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))


@dataclass(frozen=True, slots=True)
class Days:
    """Days that a window holds as wholes."""

    start: date
    until: date
    """The day after the last one."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report as it is filed."""

    id: str
    day: str
    start: int
    """Minutes since 1970-01-01 UTC, as `end`."""

    end: int
    has_hour: bool
    noun: str
    """JSON of the report."""

    def class_text(self) -> str:
        """The class as it was written."""
        return str(json.loads(self.noun)["class_text"])

    def observations(self) -> list[WeaponObservation]:
        """What it says of weapons; of a report that names none, one without a number."""
        said = json.loads(self.noun)
        return [WeaponObservation(**one) for one in said["observations"]] or [
            WeaponObservation(said["class_text"], None, None)
        ]


def counted_once(inside: Sequence[Tally]) -> Tally:
    """Reports of one incident as one: at least the lowest of them, at most the highest."""
    touching = [one for one in inside if one.reports_upper]
    return Tally(
        lower=min(one.lower for one in inside),
        upper=max(one.upper for one in inside),
        reports_lower=int(all(one.reports_lower for one in inside)),
        reports_upper=int(bool(touching)),
        unknown=int(bool(touching) and all(one.unknown for one in touching)),
        open_above=int(any(one.open_above for one in touching)),
        unspecified=max(one.unspecified for one in inside),
        unspecified_reports=int(any(one.unspecified_reports for one in inside)),
    )
