"""
The statements of one question, one for each thing that a lineage says: what relations are computed among.

A wire story printed by ten thousand papers is one member, not ten thousand: its earliest statement stands for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.claims.rows import id_of
from siteline.claims.statements import Statements, WordKind
from siteline.model.claim import Stance, Statement
from siteline.store import tables
from siteline.store.db import Database, known_at

_S, _W = tables.statement.c, tables.statement_word.c


@dataclass(frozen=True, slots=True)
class Group:
    """All statements of one lineage that say one claim with one stance."""

    lineage: str
    """As it was filed under."""

    claim_id: str
    stance: str
    count: int
    first_id: str
    """Of the earliest of them."""


class Members:
    """Groups of statements of one case."""

    def __init__(self, db: Database, statements: Statements) -> None:
        self._db = db
        self._statements = statements

    def groups(self, key: str, as_of: datetime | None = None) -> list[Group]:
        """All groups of a claim key, earliest first; withdrawn statements do not count."""
        return self._grouped(_S.claim_key == key, as_of)

    def statements(self, groups: list[Group], as_of: datetime | None = None) -> list[Statement]:
        """The statements that stand for these groups."""
        return [f.statement for f in self._statements.find(ids=[g.first_id for g in groups], as_of=as_of)]

    def denials(self, key: str, as_of: datetime | None = None) -> list[Statement]:
        """One statement for each group that denies."""
        return self.statements(self.denying(key, as_of), as_of)

    def denying(self, key: str, as_of: datetime | None = None) -> list[Group]:
        """Groups of a claim key that deny."""
        return self._grouped(sa.and_(_S.claim_key == key, _S.stance == Stance.DENIES.value), as_of)

    def keys(self, as_of: datetime | None = None) -> list[str]:
        """All claim keys, in alphabetical order."""
        query = known_at(sa.select(_S.claim_key).distinct(), tables.statement, as_of)
        return sorted(key for (key,) in self._db.rows(query))

    def _grouped(self, which: Any, as_of: datetime | None) -> list[Group]:
        columns = (_S.lineage, _S.claim_id, _S.stance)
        query = sa.select(*columns, sa.func.count(), sa.func.min(_S.rank)).where(which).group_by(*columns)
        if self._anything_withdrawn(as_of):
            query = query.where(_S.id.not_in(_withdrawn(as_of)))
        rows = self._db.rows(known_at(query, tables.statement, as_of))
        ordered = sorted(rows, key=lambda row: row[4])
        return [
            Group(lineage, claim, stance, count, id_of(rank))
            for lineage, claim, stance, count, rank in ordered
        ]

    def _anything_withdrawn(self, as_of: datetime | None) -> bool:
        query = sa.select(_W.seq).where(_W.kind == WordKind.WITHDRAWN.value).limit(1)
        return bool(self._db.rows(known_at(query, tables.statement_word, as_of)))


def _withdrawn(as_of: datetime | None) -> sa.Select[Any]:
    """Ids of the statements whose last word on their standing takes them out."""

    def last(kind: WordKind) -> sa.ColumnElement[int]:
        return sa.func.max(sa.case((_W.kind == kind.value, _W.seq), else_=0))

    kinds = [WordKind.WITHDRAWN.value, WordKind.RESTORED.value]
    query = sa.select(_W.statement_id).where(_W.kind.in_(kinds)).group_by(_W.statement_id)
    query = query.having(last(WordKind.WITHDRAWN) > last(WordKind.RESTORED))
    return known_at(query, tables.statement_word, as_of)
