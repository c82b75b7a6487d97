"""Taking in: what is said of bytes that are to be an exhibit, and the rows by which they become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siteline.evidence.custody.log import Written
from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.rows import Event, canonical, digest_of, hash_line
from siteline.evidence.custody.told import write_exhibit
from siteline.model.exhibit import Exhibit

_DESCRIBED = ("name", "kind", "title", "source_url", "obtained", "licence", "credit", "note")


@dataclass(frozen=True, slots=True)
class Taking:
    """Bytes that lie in the case, and what is said of them; to be made an exhibit."""

    sha256: str
    bytes: int
    name: str
    kind: str
    media_type: str
    title: str = ""
    source_url: str = ""
    obtained: str = ""
    licence: str = "unknown"
    credit: str = "unknown"
    note: str = ""
    restriction: Restriction | None = None
    derived_from: tuple[str, ...] = ()
    activity: str = ""
    """How it was made out of those."""

    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An exhibit, and whether it came just now."""

    exhibit: Exhibit
    is_new: bool


def is_same(taking: Taking, exhibit: Exhibit, restricted: Mapping[str, Restriction]) -> bool:
    """Whether a taking says just what is on record."""
    return (
        all(getattr(taking, name) == getattr(exhibit, name) for name in _DESCRIBED)
        and (taking.restriction is None or restricted.get(exhibit.id) == taking.restriction)
        and not taking.derived_from
    )


def events_of(taking: Taking, exhibit: Exhibit, tool: str) -> list[Event]:
    """The rows of the log by which an exhibit comes: that it did, for whom it is, and what it was made from."""
    added = Event(
        "added",
        object=exhibit.sha256,
        exhibit_id=exhibit.id,
        tool=tool,
        detail={"bytes": exhibit.bytes, "record": hash_line(write_exhibit(exhibit))},
        started_at=taking.started_at,
        ended_at=taking.ended_at,
    )
    restricted = [restricted_event(exhibit, taking.restriction, tool)] if taking.restriction else []
    derived = [
        Event(
            "derived",
            object=exhibit.sha256,
            exhibit_id=exhibit.id,
            tool=tool,
            detail={"from": origin, "record": digest_of([exhibit.id, origin, taking.activity])},
        )
        for origin in taking.derived_from
    ]
    return [added, *restricted, *derived]


def restricted_event(exhibit: Exhibit, said: Restriction, tool: str) -> Event:
    """The row by which somebody says for whom an exhibit is."""
    detail = {"record": digest_of([exhibit.id, said.why, list(said.readers)])}
    return Event("restricted", object=exhibit.sha256, exhibit_id=exhibit.id, tool=tool, detail=detail)


def restriction_row(exhibit_id: str, said: Restriction, row: Written) -> dict[str, Any]:
    """A restriction as it is filed, under its row of the log."""
    readers = canonical(list(said.readers))
    return {"exhibit_id": exhibit_id, "why": said.why, "readers": readers, **row.mark()}
