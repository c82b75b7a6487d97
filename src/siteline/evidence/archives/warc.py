"""WARC and ARC files examined: are all records there, and do the bytes have the digests that are stated of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

from siteline.evidence.archives.records import Archived, walk
from siteline.model.verdict import MOST_FAULTS, Fault, Inspection

_BROKEN = frozenset(
    {"cut_short", "length", "no_record", "many_in_one_member", "unreadable", "too_many", "header"}
)
_MOST_SHOWN = 20


def inspect_warc(path: Path) -> Inspection:
    """
    What a WARC or ARC file is worth, read offline and in bounded memory.

    Verdicts: whole, whole_without_digests, digest_failure, partial_read, unreadable.
    """
    with path.open("rb") as stream:
        return inspect_records(stream)


def inspect_records(stream: BinaryIO) -> Inspection:
    """The same for an open stream, such as a member of a WACZ."""
    tally = Tally()
    for one in walk(stream):
        tally.count(one)
    return tally.verdict()


class Tally:
    """What has been seen so far of an archive; it may hold millions of records."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.found: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.digests: Counter[str] = Counter()
        self.form = "warc"
        self.urls: list[str] = []
        self.first = self.last = ""

    def count(self, one: Archived | Fault) -> None:
        """One more record, or something wrong between records."""
        if isinstance(one, Fault):
            self._fault(one)
            return
        self.form = one.form
        self.types[one.type or "untyped"] += 1
        for which, state in (("block", one.block_digest), ("payload", one.payload_digest)):
            told = {True: "hold", False: "fail", None: "absent"}[state]
            self.digests[f"{which}_{told}"] += 1
        if not one.complete:
            self.found["incomplete"] += 1
        if one.url and one.type in ("response", "resource", "revisit") and len(self.urls) < _MOST_SHOWN:
            self.urls.append(one.url)
        if one.date:
            self.first = min(self.first or one.date, one.date)
            self.last = max(self.last, one.date)
        for fault in one.faults:
            self._fault(fault)

    def _fault(self, fault: Fault) -> None:
        self.found[fault.code] += 1
        if len(self.faults) < MOST_FAULTS or (fault.grave and len(self.faults) < 2 * MOST_FAULTS):
            self.faults.append(fault)  # so that grave ones do not drown in the others; all are counted

    def verdict(self, name: str = "") -> Inspection:
        """The verdict on all that was counted; `name` where it is a file inside another."""
        records = sum(self.types.values())
        faults = tuple(sorted(self.faults, key=lambda fault: not fault.grave))
        whole = records - self.found["incomplete"]
        facts: dict[str, Any] = {
            **({"name": name} if name else {}),
            "records": records,
            "types": dict(sorted(self.types.items())),
            "digests": dict(sorted(self.digests.items())),
            "found": dict(sorted((code, n) for code, n in self.found.items() if code != "incomplete")),
            "first": self.first or None,
            "last": self.last or None,
            "addresses": self.urls,
        }
        broken = sum(self.found[code] for code in _BROKEN)
        failed = self.found["block_digest"] + self.found["payload_digest"]
        first = next((str(fault) for fault in faults if fault.grave), "")
        if whole == 0:
            why = first or "no record is in it"
            return Inspection(self.form, "unreadable", f"Nothing could be read: {why}.", faults, facts)
        if failed:
            means = f"{failed} stated digests do not fit the bytes, first: {first}. Those records are not what was captured."
            return Inspection(self.form, "digest_failure", means, faults, facts)
        if broken:
            means = f"{whole} records are whole; something is missing or wrong, first: {first}."
            return Inspection(self.form, "partial_read", means, faults, facts)
        stated = self.digests["block_hold"] + self.digests["payload_hold"]
        if not stated:
            means = f"All {records} records are whole, but none states a digest: only the file's own can tell a change."
            return Inspection(self.form, "whole_without_digests", means, faults, facts)
        means = f"All {records} records are whole, and the {stated} digests stated agree. Whoever made it could state others."
        return Inspection(self.form, "whole", means, faults, facts)
