"""
Counts that people made on images: each a row, kept as it was; what people said of it is added beside it.

Two counters of the same thing on the same image are two rows, whether they agree or not. Who counts the same thing on the
same image again replaces the own count, which stays on record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from siteline.model.activity import Count, CountWord, FiledCount
from siteline.model.change import Status
from siteline.model.errors import BadInput, NotFound
from siteline.store import tables
from siteline.store.codec import digest, from_json, to_json
from siteline.store.db import Database, known_at

MARK = "c-"
"""Ids of counts begin so, that nobody takes them for those of events."""

_ID_DIGITS = 16


class Counts:
    """The counts of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, count: Count) -> tuple[FiledCount, bool]:
        """File a count; returns it with whether it is new: the same one by the same person is filed once."""
        noun = to_json(count)
        with self._db.appending():
            there = self.all(count.site_id)
            same = [one for one in there if one.count == count and one.stands]
            own = [one for one in same if one.filed_by == self._db.who]
            if own:
                return own[0], False
            count_id = MARK + digest(noun, self._db.who, str(len(there)))[:_ID_DIGITS]
            row = {"id": count_id, "site_id": count.site_id, "scene_id": count.scene_id, "noun": noun}
            self._db.append(tables.activity_count, row)
            return self.get(count.site_id, count_id), True

    def judge(self, count_id: str, status: Status, why: str) -> None:
        """Add a person's word on a count; a reason is required."""
        if not why.strip():
            raise BadInput("a judgement needs a reason", 'Say why: --why "counted on the sharper image"')
        self._db.append(tables.count_word, {"count_id": count_id, "status": status.value, "why": why.strip()})

    def all(self, site_id: str, as_of: datetime | None = None) -> tuple[FiledCount, ...]:
        """Every count of a site, oldest first, with those that were rejected or replaced."""
        t = tables.activity_count.c
        query = sa.select(t.id, t.noun, t.created_at, t.created_by).where(t.site_id == site_id)
        rows = self._db.rows(known_at(query, tables.activity_count, as_of).order_by(t.created_at, t.id))
        words = self._words({row[0] for row in rows}, as_of)
        filed = [
            FiledCount(
                count_id,
                from_json(Count, noun),
                by,
                datetime.fromisoformat(at),
                tuple(words.get(count_id, ())),
            )
            for count_id, noun, at, by in rows
        ]
        return tuple(_with_replaced(filed))

    def get(self, site_id: str, said: str, as_of: datetime | None = None) -> FiledCount:
        """One count by its id or the start of it; raises NotFound or BadInput."""
        fitting = [one for one in self.all(site_id, as_of) if one.id.startswith(said)]
        exact = [one for one in fitting if one.id == said] or fitting
        if not exact:
            raise NotFound(f"no count {said!r} at site {site_id!r}", f"See: siteline events counts {site_id}")
        if len(exact) > 1:
            raise BadInput(f"{said!r} fits {len(exact)} counts", "Give more of the id.")
        return exact[0]

    def _words(self, ids: set[str], as_of: datetime | None) -> dict[str, list[CountWord]]:
        t = tables.count_word.c
        query = sa.select(t.count_id, t.status, t.created_by, t.created_at, t.why)
        rows = self._db.rows(known_at(query, tables.count_word, as_of).order_by(t.seq))
        found: dict[str, list[CountWord]] = {}
        for count_id, status, who, when, why in rows:
            if count_id in ids:
                found.setdefault(count_id, []).append(
                    CountWord(Status(status), who, datetime.fromisoformat(when), why)
                )
        return found


def _with_replaced(filed: list[FiledCount]) -> Iterator[FiledCount]:
    """Counts, oldest first, each with the later one by which its own counter replaced it."""
    newest: dict[tuple[str, ...], str] = {}
    told = []
    for one in reversed(filed):
        key = (one.counter, one.count.scene_id, one.count.what.casefold(), one.count.place.casefold())
        told.append(replace(one, replaced_by=newest.get(key, "")))
        if one.status is not Status.REJECTED:
            newest.setdefault(key, one.id)
    yield from reversed(told)
