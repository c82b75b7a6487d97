"""Reports of attacks as they came: when, where, with what, how many; and what people say belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from siteline.model.counted import CountPoint, CountSeries

__all__ = (
    "CountPoint",
    "CountSeries",
    "Edition",
    "Judged",
    "Report",
    "Spot",
    "Toll",
    "WeaponObservation",
    "Window",
)

BASES = ("reporter", "debris", "imagery")
"""What a weapon was told by: the reporter's word, wreckage that was examined, or images."""

KINDS = ("killed", "injured", "missing")
"""Kinds of casualties; they are never added to each other."""

VICTIMS = ("people", "civilians", "combatants")
"""Victim classes; civilians and combatants are disjoint, and both are people."""

PRECISIONS = ("exact", "vicinity", "locality", "district", "province", "region", "country", "unknown")
"""How well a place is known: ±10 m, ±100 m, ±1 km, then by its unit."""


@dataclass(frozen=True, slots=True)
class Window:
    """When something was, as far as a report says: from the start of `start` to the end of `end`."""

    start: datetime
    """First instant that it can mean, UTC."""

    end: datetime
    """The instant after the last one that it can mean, UTC; after `start`."""

    day: str
    """Day on which it starts, YYYY-MM-DD, in the stated zone: the day to which the report belongs."""

    has_hour: bool
    """Whether the start names an hour; a start that names a day belongs to that day whatever zone is asked for."""

    zone: str
    """Time zone in which it was written, such as "Europe/Kyiv"."""

    text: str
    """As it was written: "start/end"."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as a report gives it."""

    text: str
    """As it was written."""

    country: str = ""
    province: str = ""
    """First-level unit; "" if it is not known."""

    locality: str = ""
    lat: float | None = None
    """Degrees, WGS 84."""

    lon: float | None = None
    precision: str = "unknown"
    """One of PRECISIONS."""


@dataclass(frozen=True, slots=True)
class WeaponObservation:
    """What was seen of weapons, as a set of classes that it can be, with bounds on its number."""

    text: str
    """The class as it was written, such as "Iskander-M/KN-23"; "" if none is named. A mapping makes the set of it."""

    n_lo: int | None
    """At least so many; None if no number is given."""

    n_hi: int | None
    """At most so many; None if no number is given."""

    basis: str = "reporter"
    """One of BASES."""


@dataclass(frozen=True, slots=True)
class Toll:
    """Casualties that one report gives for its own place and time."""

    kind: str
    """One of KINDS."""

    low: int | None
    """At least; None if not known."""

    best: int | None
    high: int | None
    victims: str = "people"
    """One of VICTIMS."""


@dataclass(frozen=True, slots=True)
class Report:
    """One row of a data set: what one reporter says of one window, place and class of weapon."""

    key: str
    """What its source knows it by: an id, or the columns that tell rows apart."""

    window: Window
    spot: Spot
    class_text: str
    """The class of the whole row, as it was written."""

    observations: tuple[WeaponObservation, ...]
    """One for the row, or one for each part of its breakdown."""

    launched: int | None
    intercepted: int | None
    tolls: tuple[Toll, ...] = ()
    reporter: str = ""
    """Who says so; "" if it is not known. Two withheld sources are not one shared source."""

    sources: int | None = None
    """How many sources its maker had; None if that is unknown."""

    url: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    """Every cell of the row as it came, so that nothing is lost."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of one data set, by the digest of its file."""

    id: str
    dataset: str
    """Such as "ua-airforce"; editions of one data set can be compared and follow each other."""

    name: str
    sha256: str
    """Of the file's bytes."""

    format: str
    upstream: str
    """Whose data it is, as the importer was told; "" if not said."""

    as_of: str
    """Day up to which the data goes, as told or read from the edition's name, YYYY-MM-DD; "" if unknown."""

    zone: str
    """Time zone of its hours and days."""

    rows: int
    """Reports (or claims) that it holds."""

    rejected: int
    """Rows that were left out by a lenient import."""

    encoding: str = "utf-8"
    """In which its file was read."""

    war_zone: bool | None = None
    """What was said about unknown numbers of fatalities; None if nothing."""

    mapping: str = ""
    """SHA-256 of the words for weapons with which breakdowns were read; "" for Siteline's own."""

    known: int = 0
    """Order of arrival in this case."""

    created_at: str = ""

    @property
    def label(self) -> str:
        """Data set and edition in one word."""
        return f"{self.dataset}/{self.name}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A person's word that reports are of one incident, or are not."""

    id: str
    verdict: str
    """same or not_same."""

    reports: tuple[str, ...]
    why: str
    who: str
    at: str
