"""Sums of an edition, made once while it is filed: by day and class, by attack, and of casualties."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

ATTACK_HOURS = 12
"""Reports of one place that start within so many hours of the first are one attack."""

_NOON = 12 * 60


@dataclass(frozen=True, slots=True)
class Part:
    """One weapon observation, as it is summed."""

    text: str
    n_lo: int | None
    n_hi: int | None
    basis: str


@dataclass(frozen=True, slots=True)
class Filed:
    """One report as it is filed."""

    id: str
    line: int
    day: str
    start_min: int
    end_min: int
    has_hour: bool
    class_text: str
    parts: tuple[Part, ...]
    launched: int | None
    place: str
    noun: str
    tolls: tuple[tuple[str, str, int | None, int | None, int | None], ...] = ()
    """(kind, victims, low, best, high)."""


@dataclass
class Sums:
    """Takes in reports one by one; then gives the rows to file beside them."""

    signatures: dict[tuple[str, tuple[tuple[str, str], ...]], int] = field(default_factory=dict)
    days: dict[tuple[str, int, int], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 6))
    tolls: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 5))
    longest: int = 0
    _places: dict[str, list[tuple[int, int, str]]] = field(default_factory=lambda: defaultdict(list))
    _alone: list[tuple[int, str]] = field(default_factory=list)

    def take(self, one: Filed) -> int:
        """Add a report; returns the number of its signature."""
        key = (one.class_text, tuple((part.text, part.basis) for part in one.parts))
        signature = self.signatures.setdefault(key, len(self.signatures) + 1)
        for number, part in enumerate(one.parts):
            low, high = part.n_lo, part.n_hi
            sums = self.days[one.day, signature, number]
            sums[0] += 1
            sums[1] += low or 0
            sums[2] += (high if high is not None else low) or 0
            sums[3] += one.launched or 0
            sums[4] += low is None and high is None
            sums[5] += low is not None and high is None
        for kind, victims, low, best, high in one.tolls:
            toll = self.tolls[one.day, kind, victims]
            toll[0] += 1
            toll[1] += low or 0
            toll[2] += best or 0
            toll[3] += high or 0
            toll[4] += best is None
        self.longest = max(self.longest, one.end_min - one.start_min)
        if one.place:
            start = one.start_min if one.has_hour else one.start_min + _NOON
            self._places[one.place].append((start, signature, one.day))
        else:
            self._alone.append((signature, one.day))
        return signature

    def signature_rows(self, edition: int) -> Iterator[dict[str, Any]]:
        """What each signature says."""
        for (class_text, parts), number in self.signatures.items():
            yield {
                "edition": edition,
                "signature": number,
                "class_text": class_text,
                "parts": json.dumps(parts, ensure_ascii=False),
            }

    def day_rows(self, edition: int) -> Iterator[dict[str, Any]]:
        """Sums by day, signature and part."""
        names = ("reports", "n_lo", "n_hi", "launched", "unknown", "open_above")
        for (day, signature, part), sums in sorted(self.days.items()):
            yield {
                "edition": edition,
                "day": day,
                "signature": signature,
                "part": part,
                **dict(zip(names, sums, strict=True)),
            }

    def toll_rows(self, edition: int) -> Iterator[dict[str, Any]]:
        """Sums of casualties by day."""
        names = ("reports", "low", "best", "high", "unknown")
        for (day, kind, victims), sums in sorted(self.tolls.items()):
            yield {
                "edition": edition,
                "day": day,
                "kind": kind,
                "victims": victims,
                **dict(zip(names, sums, strict=True)),
            }

    def attack_rows(self, edition: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """(kinds of attacks, how many of each start on each day)."""
        return attack_rows(edition, self._places.values(), self._alone)


def attack_rows(
    edition: int, places: Iterable[list[tuple[int, int, str]]], alone: Iterable[tuple[int, str]] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """
    Rows of kinds of attacks, and of how many of each start on each day.

    places: for each place its reports (start in minutes, signature, day). alone: (signature, day) of reports without a place.
    """
    kinds: dict[tuple[int, ...], int] = {}
    counted: dict[tuple[str, int], int] = defaultdict(int)
    for day, signatures in _attacks(places, alone):
        kind = kinds.setdefault(signatures, len(kinds) + 1)
        counted[day, kind] += 1
    rows = [
        {"edition": edition, "day": day, "kind": kind, "attacks": n}
        for (day, kind), n in sorted(counted.items())
    ]
    named = [
        {"edition": edition, "kind": kind, "signatures": json.dumps(signatures)}
        for signatures, kind in kinds.items()
    ]
    return named, rows


def _attacks(
    places: Iterable[list[tuple[int, int, str]]], alone: Iterable[tuple[int, str]]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(day, signatures) of each attack; a report without a place is an attack of its own."""
    for signature, day in alone:
        yield day, (signature,)
    reach = ATTACK_HOURS * 60
    for starts in places:
        starts.sort()
        first, day, seen = starts[0][0], starts[0][2], set[int]()
        for start, signature, own in starts:
            if start - first > reach:
                yield day, tuple(sorted(seen))
                first, day, seen = start, own, set()
            seen.add(signature)
        yield day, tuple(sorted(seen))


def in_chunks(rows: Iterable[dict[str, Any]], size: int = 20_000) -> Iterator[list[dict[str, Any]]]:
    """Rows in lists of at most `size`."""
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
