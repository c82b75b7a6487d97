"""
Statements as the case knows them: filed once, never edited; what is known of them later are words on them.

Every reader takes `as_of`: it then answers as it would have answered at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from siteline.claims.rows import NOT, by_number, claim_row, read_claim, read_statement, statement_row
from siteline.model.claim import Claim, Stance, Statement
from siteline.model.errors import BadStatement, NotFound
from siteline.store import tables
from siteline.store.db import Database, known_at

LONGEST_ID, LONGEST_KEY, LONGEST_LINEAGE = 64, 200, 180
_MANY = 500
_S, _C, _W = tables.statement.c, tables.claim.c, tables.statement_word.c
_COLUMNS = (_S.noun, _S.created_at, _S.created_by, _S.batch)


class WordKind(StrEnum):
    """What can be said of a statement after it was filed."""

    WITHDRAWN = "withdrawn"
    """It should not have been filed so; it stays visible, and counts for nothing."""

    RESTORED = "restored"
    EVIDENCE = "evidence"
    """`detail`: an exhibit that the speaker offers in support."""

    TRANSLATION_CHECKED = "checked"
    """`detail`: what was found; somebody read both."""


@dataclass(frozen=True, slots=True)
class Word:
    """One later word on a statement."""

    kind: WordKind
    detail: str
    why: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A statement with when it was recorded, by whom, and every later word on it."""

    statement: Statement
    at: str
    """When we recorded it: ISO 8601, UTC."""

    by: str
    batch: str
    """The table that it was imported with; "" if it was filed alone."""

    words: tuple[Word, ...] = ()
    """Oldest first."""

    @property
    def id(self) -> str:
        """The statement's."""
        return self.statement.id

    @property
    def is_withdrawn(self) -> bool:
        """Whether the last word on its standing takes it out."""
        return next(
            (w.kind is WordKind.WITHDRAWN for w in reversed(self.words) if w.kind in _STANDING), False
        )

    @property
    def evidence(self) -> tuple[str, ...]:
        """Exhibits offered in support, at once or later."""
        later = (w.detail for w in self.words if w.kind is WordKind.EVIDENCE)
        return tuple(dict.fromkeys((*self.statement.evidence, *later)))


_STANDING = (WordKind.WITHDRAWN, WordKind.RESTORED)


class Statements:
    """The statements of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, statements: Sequence[Statement], batch: str = "") -> list[str]:
        """
        File statements in one transaction; returns the ids of those that were not there already.

        The same statement under the same id is there already. Raises BadStatement, recording nothing, where an id
        belongs to another statement. Whether quotes are in their exhibits is the caller's to check
        (`workbench.claims.filing.file_statements` does both).
        """
        rows = [statement_row(statement, batch) for statement in statements]
        for statement in statements:
            _check_lengths(statement)
        with self._db.appending():
            self._db.only_writer(tables.statement)
            there = self.digests([row["id"] for row in rows])
            fresh: dict[str, dict[str, Any]] = {}
            for row in rows:
                known = there.get(row["id"]) or fresh.get(row["id"], {}).get("digest")
                if known is None:
                    fresh[row["id"]] = row
                elif known != row["digest"]:
                    raise BadStatement(
                        f"the id {row['id']!r} belongs to another statement already",
                        "Give it an id of its own; a statement is never edited. To replace one, withdraw it and add the new one.",
                    )
            claims = {s.claim.id: s.claim for s in statements if s.id in fresh}
            known_claims = self._known_claims(list(claims))
            self._db.append(
                tables.claim, *(claim_row(c) for name, c in claims.items() if name not in known_claims)
            )
            self._db.append(tables.statement, *fresh.values())
        return list(fresh)

    def get(self, statement_id: str, as_of: datetime | None = None) -> Filed:
        """One statement, by its id or the start of it (four letters or more); raises NotFound."""
        whole = self._read(sa.select(*_COLUMNS).where(_S.id == statement_id), as_of)
        if whole:
            return whole[0]
        if len(statement_id) >= 4:
            last = statement_id + "\uffff"
            query = sa.select(*_COLUMNS).where(_S.id >= statement_id, _S.id < last).limit(2)
            found = self._read(query, as_of)
            if len(found) == 1:
                return found[0]
            if found:
                raise NotFound(f"{statement_id!r} fits several statements", "Give the whole id.")
        raise NotFound(f"no statement {statement_id!r}", "See: siteline claims list")

    def find(
        self,
        *,
        key: str | None = None,
        claim_id: str | None = None,
        lineage: str | None = None,
        stance: Stance | None = None,
        exhibit_id: str | None = None,
        ids: Iterable[str] | None = None,
        as_of: datetime | None = None,
        with_withdrawn: bool = False,
        limit: int | None = None,
    ) -> list[Filed]:
        """Statements that fit all that is given, in the order of their ids; withdrawn ones only if asked for."""
        wanted = {
            _S.claim_key: key,
            _S.claim_id: claim_id,
            _S.lineage: lineage,
            _S.exhibit_id: exhibit_id,
        }
        query = sa.select(*_COLUMNS).order_by(_S.id)
        for column, value in wanted.items():
            if value is not None:
                query = query.where(column == value)
        if stance is not None:
            query = query.where(_S.stance.in_([stance.value, stance.value + NOT]))
        if limit is not None:
            query = query.limit(limit)
        if ids is None:
            found = self._read(query, as_of)
        else:
            found = [f for part in _parts(list(ids)) for f in self._read(query.where(_S.id.in_(part)), as_of)]
        shown = [f for f in found if with_withdrawn or not f.is_withdrawn]
        return sorted(shown, key=lambda filed: by_number(filed.id))

    def claim(self, claim_id: str, as_of: datetime | None = None) -> Claim:
        """One proposition; raises NotFound."""
        query = known_at(sa.select(_C.noun).where(_C.id == claim_id), tables.claim, as_of)
        for (noun,) in self._db.rows(query):
            return read_claim(noun)
        raise NotFound(f"no claim {claim_id!r}", "See: siteline claims list")

    def say(self, statement_id: str, kind: WordKind, why: str, detail: str = "") -> None:
        """Add a word on a statement; raises NotFound, and BadStatement where there is no reason."""
        if not why.strip():
            raise BadStatement("a word on a statement needs its reason", 'Say it: --why "..."')
        with self._db.appending():
            filed = self.get(statement_id)
            self._db.append(
                tables.statement_word,
                {"statement_id": filed.id, "kind": kind.value, "detail": detail, "why": why.strip()},
            )

    def withdraw(self, statement_id: str, why: str) -> None:
        """Take a statement out of what is shown and counted; it stays on record with the reason."""
        self.say(statement_id, WordKind.WITHDRAWN, why)

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """Of those that are there: what their content digests to, by id."""
        return {name: digest for name, (digest, _) in self.filed_as(ids).items()}

    def filed_as(self, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Of those that are there: (digest of their content, table that they came in), by id."""
        return {
            name: (digest, batch)
            for part in _parts(ids)
            for name, digest, batch in self._db.rows(
                sa.select(_S.id, _S.digest, _S.batch).where(_S.id.in_(part))
            )
        }

    def _known_claims(self, ids: Sequence[str]) -> set[str]:
        return {
            name for part in _parts(ids) for (name,) in self._db.rows(sa.select(_C.id).where(_C.id.in_(part)))
        }

    def _read(self, query: sa.Select[Any], as_of: datetime | None) -> list[Filed]:
        rows = self._db.rows(known_at(query, tables.statement, as_of))
        read = [(read_statement(noun), at, by, batch) for noun, at, by, batch in rows]
        words = self._words([statement.id for statement, *_ in read], as_of)
        return [
            Filed(statement, at, by, batch, tuple(words.get(statement.id, ())))
            for statement, at, by, batch in read
        ]

    def _words(self, ids: Sequence[str], as_of: datetime | None) -> dict[str, list[Word]]:
        found: dict[str, list[Word]] = {}
        for part in _parts(ids):
            query = sa.select(
                _W.statement_id, _W.kind, _W.detail, _W.why, _W.created_at, _W.created_by
            ).where(_W.statement_id.in_(part))
            rows = self._db.rows(known_at(query.order_by(_W.seq), tables.statement_word, as_of))
            for name, kind, *rest in rows:
                found.setdefault(name, []).append(Word(WordKind(kind), *rest))
        return found


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _MANY] for start in range(0, len(ids), _MANY))


def _check_lengths(statement: Statement) -> None:
    for what, text, longest in (
        ("id", statement.id, LONGEST_ID),
        ("claim key", statement.claim.key, LONGEST_KEY),
        ("predicate", statement.claim.predicate, LONGEST_KEY),
        ("unit", statement.claim.unit, 100),
        ("lineage", statement.lineage, LONGEST_LINEAGE),
    ):
        if len(text) > longest:
            raise BadStatement(
                f"the {what} has {len(text)} characters; {longest} are the most", "Shorten it."
            )
        if not text.isprintable():
            raise BadStatement(
                f"the {what} has characters that cannot be printed: {text!a}", "Write plain text."
            )
