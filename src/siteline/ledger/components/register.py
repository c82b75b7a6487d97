"""What was told of parts, makers and lists: appended once, withdrawn with a reason, read as of any moment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from ulid import ULID

from siteline.ledger.components.companies import company_key
from siteline.ledger.components.numbering import companies_of, makers_of, number_makers
from siteline.ledger.judged import last_words
from siteline.model.component import (
    Attribution,
    CompanyState,
    Item,
    LedgerSource,
    Part,
    Recovery,
    Reply,
    Tally,
    Trace,
)
from siteline.model.errors import BadInput, NotFound
from siteline.model.incident import Judged
from siteline.store import tables
from siteline.store.codec import digest, from_json, to_json
from siteline.store.db import Database, known_at

N = TypeVar("N")
_BLOCK = 500


class Components:
    """The ledger of parts of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def file_parts(self, edition_id: str, name: str, parts: Iterable[Part]) -> int:
        """Add what is not on record yet, all in one transaction; returns how many parts were new."""
        sources, recoveries, items, makers, traces = ({} for _ in range(5))
        for part in parts:
            source, recovery = key_of(part.source), key_of(part.recovery)
            item = key_of(part.item, source, recovery, key_of(part.made), key_of(part.trace))
            wreck = part.recovery.wreck
            sources[source] = {"noun": to_json(part.source)}
            recoveries[recovery] = {"noun": to_json(part.recovery), "wreck": wreck}
            items[item] = {
                "noun": to_json(part.item),
                "wreck": wreck,
                "source_key": source,
                "recovery_key": recovery,
            }
            makers[key_of(part.made, item)] = {"noun": to_json(part.made), "item_key": item}
            if part.trace is not None:
                traces[key_of(part.trace, item)] = {"noun": to_json(part.trace), "item_key": item}
        with self._filing():
            self._db.only_writer(tables.part_item)
            added = self._add(tables.part_item, edition_id, items)
            self._add(tables.part_source, edition_id, sources)
            self._add(tables.part_recovery, edition_id, recoveries)
            self._add(tables.maker_attribution, edition_id, makers)
            self._add(tables.part_trace, edition_id, traces)
            if added:
                self._add(tables.part_edition, edition_id, {edition_id: {"noun": to_json({"name": name})}})
        return added

    def file_companies(self, edition_id: str, states: Iterable[CompanyState]) -> int:
        """Add what companies were; returns how many rows were new."""
        rows = {key_of(s): {"noun": to_json(s), "company": s.company} for s in states}
        with self._filing():
            return self._add(tables.company_state, edition_id, rows)

    def file_tallies(self, edition_id: str, tallies: Iterable[Tally]) -> int:
        """Add figures that sources state; returns how many were new."""
        rows = {key_of(t): {"noun": to_json(t), "wreck": t.wreck} for t in tallies}
        with self._filing():
            return self._add(tables.part_tally, edition_id, rows)

    def file_reply(self, maker: str, reply: Reply) -> None:
        """Add that a maker was asked, answered, or let the time pass."""
        self._db.append(tables.maker_reply, {"maker": maker, "noun": to_json(reply)})

    def withdraw(self, start: str, why: str) -> str:
        """Take a part or a stated figure out of all counts from now on; it stays on record. Returns its key."""
        if not why.strip():
            raise BadInput(
                "a withdrawal needs its reason", 'Say why: --why "the photograph is of another wreck"'
            )
        found = [
            key
            for table in (tables.part_item, tables.part_tally)
            for (key,) in self._db.rows(
                sa.select(table.c.key).where(table.c.key.startswith(start, autoescape=True))
            )
        ]
        if len(start) < 6 or not found:
            raise NotFound(f"no part {start!r}", "See: siteline ledger components list")
        if len(found) > 1:
            raise BadInput(f"{start!r} fits {len(found)} parts", "Give more of the id.")
        with self._filing():
            self._db.append(tables.part_withdrawal, {"key": found[0], "why": why.strip()})
        return str(found[0])

    def judge(self, verdict: str, parts: Sequence[str], why: str) -> str:
        """Record a person's word that rows are one part (same) or are not (not_same), by their keys."""
        name = str(ULID())
        row = {"id": name, "verdict": verdict, "parts": json.dumps(sorted(set(parts))), "why": why}
        with self._filing():
            self._db.append(tables.part_judgement, row)
        return name

    def judged(self, as_of: datetime | None = None) -> list[Judged]:
        """Every judgement, oldest first; keys are of what a row says, so a row that says the same keeps its judgements."""
        row = tables.part_judgement.c
        query = sa.select(row.id, row.verdict, row.parts, row.why, row.created_by, row.created_at).order_by(
            row.seq
        )
        return [
            Judged(name, verdict, tuple(json.loads(parts)), why, who, at)
            for name, verdict, parts, why, who, at in self._db.rows(
                known_at(query, tables.part_judgement, as_of)
            )
        ]

    def stands_for(self, key: str, parts: Iterable[Part]) -> str | None:
        """The id of the row that has come in place of one: the same number on the same list of the same wreck, or none."""
        item, source = tables.part_item.c, tables.part_source.c
        query = sa.select(item.noun, item.wreck, source.noun).where(
            item.key == key, source.key == item.source_key
        )
        for noun, wreck, told in self._db.rows(query):
            tag, who = from_json(Item, noun).tag, from_json(LedgerSource, told)
            for part in parts:
                here = (part.recovery.wreck, part.item.tag, part.source.name, part.source.list)
                if tag and here == (wreck, tag, who.name, who.list):
                    return part.key[:12]
        return None

    def parts(self, as_of: datetime | None = None) -> list[Part]:
        """
        Every part that is not withdrawn, in the order in which it was filed; of what one source says of one item in
        turn, the last.
        """
        gone = self._withdrawn(as_of)
        sources = self._nouns(tables.part_source, LedgerSource, as_of)
        recoveries = self._nouns(tables.part_recovery, Recovery, as_of)
        makers = self._by_item(tables.maker_attribution, Attribution, as_of)
        traces = self._by_item(tables.part_trace, Trace, as_of)
        item = tables.part_item.c
        query = sa.select(item.key, item.source_key, item.recovery_key, item.noun).order_by(item.seq)
        found: dict[Any, Part] = {}
        for key, source, recovery, noun in self._db.rows(known_at(query, tables.part_item, as_of)):
            if key in gone:
                continue
            part = Part(
                sources[source],
                recoveries[recovery],
                from_json(Item, noun),
                makers[key],
                traces.get(key),
                key,
            )
            said = (part.recovery.wreck, part.item.tag, part.source.name, part.source.list)
            slot = said if part.item.tag else key
            found.pop(slot, None)
            found[slot] = part
        return list(found.values())

    def withdrawn(self, as_of: datetime | None = None) -> dict[str, str]:
        """Why parts and figures were taken out, by key."""
        return self._withdrawn(as_of)

    def tallies(self, as_of: datetime | None = None) -> list[Tally]:
        """Figures that sources state."""
        gone = self._withdrawn(as_of)
        return [t for key, t in self._nouns(tables.part_tally, Tally, as_of).items() if key not in gone]

    def tally_keys(self, as_of: datetime | None = None) -> dict[str, Tally]:
        """Figures by key, without those withdrawn."""
        gone = self._withdrawn(as_of)
        return {k: t for k, t in self._nouns(tables.part_tally, Tally, as_of).items() if k not in gone}

    def companies(self, as_of: datetime | None = None) -> list[CompanyState]:
        """What companies were, in the order in which it was filed."""
        return list(self._nouns(tables.company_state, CompanyState, as_of).values())

    def replies(self, as_of: datetime | None = None) -> dict[str, Reply]:
        """The last word on each maker that was asked, by the maker's key."""
        told = tables.maker_reply.c
        query = known_at(sa.select(told.maker, told.noun).order_by(told.seq), tables.maker_reply, as_of)
        return {maker: from_json(Reply, noun) for maker, noun in self._db.rows(query)}

    def numbers(self, as_of: datetime | None = None) -> dict[str, int]:
        """What companies are numbered in publication, by their keys; none in a case of before 0026 to which nothing was added."""
        row = tables.maker_number.c
        query = known_at(sa.select(row.maker, row.number).order_by(row.seq), tables.maker_number, as_of)
        return dict(self._db.rows(query))

    def edition(self, as_of: datetime | None = None, parts: Iterable[Part] | None = None) -> str:
        """
        Name of what is on record: the same rows, in whatever order they came, have the same name.

        parts: those of that moment, where they have been read already.
        """
        return self.seal(as_of, parts)[:12]

    def seal(self, as_of: datetime | None = None, parts: Iterable[Part] | None = None) -> str:
        """The digest of which the edition's name is the beginning; the rest of it is never printed."""
        here = self.parts(as_of) if parts is None else parts
        keys = sorted([part.key for part in here] + list(self.tally_keys(as_of)))
        states = sorted(self._nouns(tables.company_state, CompanyState, as_of))
        words = last_words(self.judged(as_of)).items()
        judged = sorted(f"{one.verdict} {' '.join(sorted(pair))}" for pair, one in words)
        return digest(*keys, *states, *judged)

    @contextmanager
    def _filing(self) -> Iterator[None]:
        """One boundary: the companies on record keep the numbers they are published under, and those that come get theirs."""
        with self._db.appending():
            self._db.only_writer(tables.maker_number)
            if not self.numbers():  # a case of before numbers were kept
                self._number()
            yield
            self._number()

    def _number(self) -> None:
        """Give each company on record that has no number its own, for good."""
        given, parts = self.numbers(), self.parts()
        names = (*makers_of(parts), *companies_of(self.companies()))
        if all(company_key(name) in given for name in names):
            return
        numbers = number_makers(names, given, self.seal(None, parts))
        fresh = ({"maker": key, "number": n} for key, n in numbers.items() if key not in given)
        self._db.append(tables.maker_number, *fresh)

    def _withdrawn(self, as_of: datetime | None) -> dict[str, str]:
        row = tables.part_withdrawal.c
        query = known_at(sa.select(row.key, row.why).order_by(row.seq), tables.part_withdrawal, as_of)
        return {str(key): str(why) for key, why in self._db.rows(query)}

    def _nouns(self, table: sa.Table, kind: type[N], as_of: datetime | None) -> dict[str, N]:
        query = known_at(sa.select(table.c.key, table.c.noun).order_by(table.c.seq), table, as_of)
        return {key: from_json(kind, noun) for key, noun in self._db.rows(query)}

    def _by_item(self, table: sa.Table, kind: type[N], as_of: datetime | None) -> dict[str, N]:
        query = known_at(sa.select(table.c.item_key, table.c.noun).order_by(table.c.seq), table, as_of)
        return {key: from_json(kind, noun) for key, noun in self._db.rows(query)}

    def _add(self, table: sa.Table, edition_id: str, rows: dict[str, dict[str, Any]]) -> int:
        return add_new(self._db, table, edition_id, rows)


def add_new(db: Database, table: sa.Table, edition_id: str, rows: dict[str, dict[str, Any]]) -> int:
    """Append the rows whose keys are not there yet; returns how many. Inside an open boundary."""
    keys = list(rows)
    there = set[str]()
    for block in _blocks(keys):
        there |= {key for (key,) in db.rows(sa.select(table.c.key).where(table.c.key.in_(block)))}
    new = [{"key": key, "edition_id": edition_id, **rows[key]} for key in keys if key not in there]
    db.append(table, *new)
    return len(new)


def key_of(noun: Any, *parts: str) -> str:
    """Digest of what a noun says, whoever told it and when."""
    plain = replace(noun, key="") if hasattr(noun, "key") and not isinstance(noun, Tally) else noun
    return digest(type(noun).__name__, to_json(plain), *parts)


def _blocks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + _BLOCK] for start in range(0, len(keys), _BLOCK))
