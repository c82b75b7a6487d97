"""What a person counted on one image: vehicles, wagons, excavators; how many of them, as a range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from siteline.model.change import Status
from siteline.model.dates import Acquired
from siteline.model.errors import BadInput

MOST = 1_000_000
"""More than this nobody counts by eye."""

_RANGE = re.compile(r"\s*(\d{1,9})\s*(?:(?:\.\.|…|–|—|-)\s*(\d{1,9})\s*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CountRange:
    """How many, as far as a person could tell; both ends belong to it."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= MOST:
            raise BadInput(
                f"a count runs from a lower to an upper number, 0 to {MOST:,}; got {self.low}..{self.high}",
                "Say --count 12..15, or --count 12 where there is no doubt.",
            )

    def __str__(self) -> str:
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"

    def meets(self, other: CountRange) -> bool:
        """Whether both can be the same number."""
        return self.low <= other.high and other.low <= self.high

    def as_dict(self) -> dict[str, int]:
        """Interchange form."""
        return {"low": self.low, "high": self.high}


def parse_count(said: str) -> CountRange:
    """ "12..15", "12–15" or "12"; raises BadInput for anything else."""
    found = _RANGE.fullmatch(said)
    if found is None:
        raise BadInput(
            f"{said[:40]!r} is no count",
            "Say a range, such as 12..15, or one number where there is no doubt.",
        )
    low = int(found[1])
    return CountRange(low, low if found[2] is None else int(found[2]))


@dataclass(frozen=True, slots=True)
class Count:
    """One person's count of one sort of thing, in one place, on one image; or that it could not be seen there."""

    site_id: str
    scene_id: str
    scene_sha256: str
    """Of the image as it was when it was counted on."""

    what: str
    """What was counted, in words and in the plural: "rail wagons"."""

    place: str
    """Where: the label of a part of the site, or a name for the outline that was drawn."""

    outline: BaseGeometry
    """Within which it was counted; in `crs`, or pixels."""

    crs: str | None
    """CRS of the outline (the grid's); None for an image frame."""

    counted: CountRange | None
    """None where it could not be seen."""

    not_seen: str = ""
    """Why it could not be seen: "cloud"; "" where it was counted."""

    note: str = ""
    """How it was told apart, what was left out."""

    analyst: str = ""
    """Who counted, where it was not who filed it."""


@dataclass(frozen=True, slots=True)
class CountWord:
    """What one person said of a count."""

    status: Status
    who: str
    when: datetime
    why: str


@dataclass(frozen=True, slots=True)
class FiledCount:
    """A count on record."""

    id: str
    count: Count
    filed_by: str
    filed_at: datetime
    words: tuple[CountWord, ...] = ()
    """What people said of it, oldest first."""

    replaced_by: str = ""
    """Id of a later count by the same person of the same thing on the same image; "" if there is none."""

    @property
    def counter(self) -> str:
        """Whose count it is."""
        return self.count.analyst or self.filed_by

    @property
    def status(self) -> Status:
        """The latest word on it; a count nobody spoke of is one person's count, and no more."""
        return self.words[-1].status if self.words else Status.PROPOSED

    @property
    def stands(self) -> bool:
        """Whether it is told: neither rejected nor counted anew."""
        return self.status is not Status.REJECTED and not self.replaced_by


class LookKind(StrEnum):
    """What a series has for one image."""

    COUNTED = "counted"
    NOT_SEEN = "not_seen"
    """A gap, never a nought."""


@dataclass(frozen=True, slots=True)
class CountedLook:
    """One image of a series: how many, or why it could not be seen."""

    scene_id: str
    acquired: Acquired
    gsd_m: float | None
    sensor: str
    counted: CountRange | None
    """From the lowest to the highest of all counts that stand; None for a gap."""

    reason: str = ""
    """Why there is no count; "" if there is one."""

    said_by: str = ""
    """Who said so of a gap: a person's name, or "survey"."""

    counts: tuple[FiledCount, ...] = ()
    """All that stand, each counter's own."""

    @property
    def kind(self) -> LookKind:
        """Whether it was counted."""
        return LookKind.NOT_SEEN if self.counted is None else LookKind.COUNTED

    @property
    def agreed(self) -> bool:
        """Whether all counters can mean the same number; a single one agrees with nobody."""
        ranges = [one.count.counted for one in self.counts if one.count.counted is not None]
        return all(a.meets(b) for n, a in enumerate(ranges) for b in ranges[n + 1 :])


class Verdict(StrEnum):
    """Whether one count of a series is more or fewer than an earlier one."""

    MORE = "more"
    FEWER = "fewer"
    NOT_SUPPORTED = "not_supported"
    """The ranges overlap: neither can be said."""

    NOT_COMPARED = "not_compared"
    """Not the same ground was counted."""


@dataclass(frozen=True, slots=True)
class CountChange:
    """Two counts of a series side by side."""

    earlier: CountedLook
    later: CountedLook
    verdict: Verdict
    said: str
    """One sentence that the ranges support."""

    caveats: tuple[str, ...] = ()
    """What else may have made the difference: other pixels, another sensor, counters who disagree."""


@dataclass(frozen=True, slots=True)
class CountSeries:
    """Counts of one sort of thing in one place, over time."""

    site_id: str
    what: str
    place: str
    looks: tuple[CountedLook, ...]
    """In order of time."""

    changes: tuple[CountChange, ...]
    uncounted: int = 0
    """Usable images between the first and the last on which nobody counted."""
