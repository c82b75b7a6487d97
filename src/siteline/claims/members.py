"""
The statements of one question, one for each thing that a lineage says: what relations are computed among.

A wire story printed by ten thousand papers is one member, not ten thousand: its earliest statement stands for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def count(self, key: str, as_of: datetime | None = None) -> int:
        """How many statements of a claim key are on record, withdrawn ones too."""
        query = sa.select(sa.func.count()).where(_S.claim_key == key)
        [(number,)] = self._db.rows(known_at(query, tables.statement, as_of))
        return int(number)

    def groups(
        self,
        key: str,
        as_of: datetime | None = None,
        *,
        lineages: Sequence[str] | None = None,
        most: int | None = None,
    ) -> list[Group]:
        """Groups of a claim key, earliest first; withdrawn statements do not count. lineages: only of these."""
        which = _S.claim_key == key
        if lineages is not None:
            which = sa.and_(which, _S.lineage.in_(lineages))
        return self._grouped(which, as_of, most)

    def statements(self, groups: list[Group], as_of: datetime | None = None) -> list[Statement]:
        """The statements that stand for these groups."""
        return [f.statement for f in self._statements.find(ids=[g.first_id for g in groups], as_of=as_of)]

    def denials(self, key: str, as_of: datetime | None = None) -> list[Statement]:
        """One statement for each group that denies."""
        is_denial = sa.and_(_S.claim_key == key, _S.stance == Stance.DENIES.value)
        return self.statements(self._grouped(is_denial, as_of), as_of)

    def evidence(self, key: str, as_of: datetime | None = None) -> dict[str, list[str]]:
        """Exhibits that were noted later as offered in support, by statement of a claim key."""
        query = sa.select(_W.statement_id, _W.detail).join(tables.statement, _S.id == _W.statement_id)
        query = query.where(_W.kind == WordKind.EVIDENCE.value, _S.claim_key == key).order_by(_W.seq)
        found: dict[str, list[str]] = {}
        for name, exhibit in self._db.rows(known_at(query, tables.statement_word, as_of)):
            found.setdefault(name, []).append(exhibit)
        return found

    def keys(self, as_of: datetime | None = None) -> list[str]:
        """All claim keys, in alphabetical order."""
        query = known_at(sa.select(_S.claim_key).distinct(), tables.statement, as_of)
        return sorted(key for (key,) in self._db.rows(query))

    def _grouped(self, which: Any, as_of: datetime | None, most: int | None = None) -> list[Group]:
        columns, first = (_S.lineage, _S.claim_id, _S.stance), sa.func.min(_S.rank)
        query = sa.select(*columns, sa.func.count(), first).where(which).group_by(*columns)
        query = query.order_by(first).limit(most)
        if self._anything_withdrawn(as_of):
            query = query.where(_S.id.not_in(_withdrawn(as_of)))
        rows = self._db.rows(known_at(query, tables.statement, as_of))
        return [
            Group(lineage, claim, stance, count, id_of(rank)) for lineage, claim, stance, count, rank in rows
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
