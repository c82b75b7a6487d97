"""What people said of relations between statements, and which question entails which: words, the last one counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.claims.relation import RelationKind, make_relation
from siteline.model.errors import BadStatement
from siteline.store import tables
from siteline.store.db import Database, known_at

ADDED, REJECTED, TABLE = "added", "rejected", "table"
"""By a person; by a person; by the table that the statements came in."""

_R, _E, _S = tables.relation_word.c, tables.entailment.c, tables.statement.c


@dataclass(frozen=True, slots=True)
class RelationWord:
    """Somebody's word on a relation."""

    a: str
    b: str
    kind: RelationKind
    verdict: str
    why: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class Entailment:
    """That whatever answers one question implies something of another: who denies the broad one denies the narrow one."""

    narrow_key: str
    broad_key: str
    why: str
    by: str


class Relations:
    """The words on relations of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def say(self, a: str, b: str, kind: RelationKind, verdict: str, why: str) -> bool:
        """Add a word, unless it is the last word already; returns whether it was added. The statements must be there."""
        if not why.strip():
            raise BadStatement("a word on a relation needs its reason", 'Say it: --why "..."')
        if a == b:
            raise BadStatement(f"{a!r} has no relation to itself", "Name two statements.")
        relation = make_relation(a, b, kind, why)
        assert relation.b is not None
        ends = relation.a, relation.b
        with self._db.appending():
            last = [w for w in self.words_on([a]) if (w.a, w.b, w.kind) == (*ends, kind)][-1:]
            if last and last[0].verdict == verdict:
                return False
            row = {"a": ends[0], "b": ends[1], "kind": kind.value, "verdict": verdict, "why": why.strip()}
            self._db.append(tables.relation_word, row)
        return True

    def words_on(self, statement_ids: Iterable[str], as_of: datetime | None = None) -> list[RelationWord]:
        """All words on relations of these statements, oldest first."""
        ids = list(statement_ids)
        found: dict[int, RelationWord] = {}
        for start in range(0, len(ids), 400):
            part = ids[start : start + 400]
            found |= self._read(sa.or_(_R.a.in_(part), _R.b.in_(part)), as_of)
        return [found[seq] for seq in sorted(found)]

    def words_on_key(self, key: str, as_of: datetime | None = None) -> list[RelationWord]:
        """All words on relations of statements of one claim key, oldest first."""
        of_key = sa.select(_S.id).where(_S.claim_key == key)
        ends = [sa.exists(of_key.where(_S.id == end).correlate(tables.relation_word)) for end in (_R.a, _R.b)]
        found = self._read(sa.or_(*ends), as_of)
        return [found[seq] for seq in sorted(found)]

    def all_words(self, as_of: datetime | None = None) -> list[RelationWord]:
        """Every word, oldest first."""
        found = self._read(sa.true(), as_of)
        return [found[seq] for seq in sorted(found)]

    def entail(self, narrow_key: str, broad_key: str, why: str, *, holds: bool = True) -> None:
        """Say that a denial of the broad question denies the narrow one too, or take that back."""
        if not why.strip():
            raise BadStatement("an entailment needs its reason", 'Say it: --why "..."')
        if narrow_key == broad_key:
            raise BadStatement(f"{narrow_key!r} entails itself", "Name two keys.")
        row = {"narrow_key": narrow_key, "broad_key": broad_key, "why": why.strip()}
        self._db.append(tables.entailment, {**row, "verdict": ADDED if holds else "withdrawn"})

    def entailments(self, as_of: datetime | None = None) -> list[Entailment]:
        """Those that hold, by the last word on each."""
        query = sa.select(_E.narrow_key, _E.broad_key, _E.verdict, _E.why, _E.created_by).order_by(_E.seq)
        last: dict[tuple[str, str], tuple[str, str, str]] = {}
        for narrow, broad, *rest in self._db.rows(known_at(query, tables.entailment, as_of)):
            last[narrow, broad] = tuple(rest)
        return [
            Entailment(narrow, broad, why, by)
            for (narrow, broad), (verdict, why, by) in sorted(last.items())
            if verdict == ADDED
        ]

    def broader_than(self, key: str, as_of: datetime | None = None) -> list[tuple[str, str]]:
        """Keys whose denial denies this one, near ones first, each with why; through any number of steps, never round."""
        known = self.entailments(as_of)
        found: dict[str, str] = {}
        edge = [(key, "")]
        while edge:
            here, so_far = edge.pop(0)
            for step in known:
                if step.narrow_key == here and step.broad_key not in found and step.broad_key != key:
                    said = f"{here} entails {step.broad_key} ({step.why})"
                    found[step.broad_key] = f"{so_far}, {said}" if so_far else said
                    edge.append((step.broad_key, found[step.broad_key]))
        return list(found.items())

    def _read(self, which: Any, as_of: datetime | None) -> dict[int, RelationWord]:
        columns = (_R.seq, _R.a, _R.b, _R.kind, _R.verdict, _R.why, _R.created_at, _R.created_by)
        query = known_at(sa.select(*columns).where(which), tables.relation_word, as_of)
        return {
            seq: RelationWord(a, b, RelationKind(kind), *rest)
            for seq, a, b, kind, *rest in self._db.rows(query)
        }
