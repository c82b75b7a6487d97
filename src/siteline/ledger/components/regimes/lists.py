"""Editions of lists, their entries, and people's words on who is on them: appended, read as of any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from siteline.ledger.components.register import add_new, key_of
from siteline.model.errors import BadInput
from siteline.model.regime import Listing, Programme, RegimeEdition, Verdict
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class Regimes:
    """The lists that a case has loaded."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def file(self, edition: RegimeEdition, listings: Iterable[Listing]) -> int:
        """Add an edition and those of its entries that are new, in one transaction; returns how many were new."""
        rows = {
            key_of(entry): {"noun": to_json(entry), "programme": entry.programme[:200]} for entry in listings
        }
        full = replace(edition, keys=tuple(sorted(rows)))
        with self._db.appending():
            added = add_new(self._db, tables.listing, edition.id, rows)
            add_new(self._db, tables.regime_edition, edition.id, {edition.id: {"noun": to_json(full)}})
        return added

    def file_programmes(self, edition_id: str, programmes: Iterable[Programme]) -> int:
        """Add what regimes are called; returns how many were new."""
        rows = {key_of(p): {"noun": to_json(p)} for p in programmes}
        with self._db.appending():
            return add_new(self._db, tables.programme, edition_id, rows)

    def judge(self, maker: str, listing_key: str, verdict: Verdict, why: str) -> None:
        """Add a person's word on whether a maker is the listed company; a reason is required."""
        if not why.strip():
            raise BadInput("a judgement needs a reason", 'Say why: --why "same registration number"')
        self._db.append(
            tables.listing_judgement,
            {"maker": maker, "listing_key": listing_key, "verdict": verdict.value, "why": why.strip()},
        )

    def judgements(self, as_of: datetime | None = None) -> dict[tuple[str, str], tuple[Verdict, str, str]]:
        """The last (verdict, why, who) by maker and listing."""
        row = tables.listing_judgement.c
        query = sa.select(row.maker, row.listing_key, row.verdict, row.why, row.created_by).order_by(row.seq)
        return {
            (maker, key): (Verdict(verdict), why, who)
            for maker, key, verdict, why, who in self._db.rows(
                known_at(query, tables.listing_judgement, as_of)
            )
        }

    def editions(self, as_of: datetime | None = None) -> list[RegimeEdition]:
        """Loaded editions, in the order in which they were loaded."""
        return [from_json(RegimeEdition, noun) for noun in self._nouns(tables.regime_edition, as_of)]

    def programmes(self, as_of: datetime | None = None) -> dict[str, Programme]:
        """What is known of regimes, by key; the row filed last counts."""
        found = [from_json(Programme, noun) for noun in self._nouns(tables.programme, as_of)]
        return {programme.key: programme for programme in found}

    def listings(self, as_of: datetime | None = None) -> list[Listing]:
        """
        Every entry that was ever loaded.

        One that a newer edition of the same list does not have any more ends, at the latest, on that edition's day.
        """
        row = tables.listing.c
        rows = self._db.rows(known_at(sa.select(row.key, row.noun).order_by(row.seq), tables.listing, as_of))
        ended = _ended(self.editions(as_of))
        found = []
        for key, noun in rows:
            entry = replace(from_json(Listing, noun), key=key)
            gone = ended.get(key)
            found.append(replace(entry, until=gone) if gone and entry.until is None else entry)
        return found

    def _nouns(self, table: sa.Table, as_of: datetime | None) -> list[Any]:
        query = known_at(sa.select(table.c.noun).order_by(table.c.seq), table, as_of)
        return [noun for (noun,) in self._db.rows(query)]


def _ended(editions: Iterable[RegimeEdition]) -> dict[str, Any]:
    """The day of the first edition without it, for entries that the newest edition of their list lacks."""
    by_name: dict[str, list[RegimeEdition]] = {}
    for edition in editions:
        by_name.setdefault(edition.name, []).append(edition)
    ended = dict[str, Any]()
    there = set[str]()
    for listed in by_name.values():
        ordered = sorted(listed, key=lambda edition: edition.as_of)
        there |= set(ordered[-1].keys)
        for older, newer in pairwise(ordered):
            for key in set(older.keys) - set(newer.keys):
                ended[key] = newer.as_of
    return {key: day for key, day in ended.items() if key not in there}
