"""The things of one case: added, named, bound and judged by rows that nobody edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from siteline.entities.bonds import SYMMETRIC, check_acyclic, check_ends
from siteline.entities.identity import Identity
from siteline.entities.rows import as_edge, as_entity, as_judgement, as_name, as_property, edge_row, row_id
from siteline.model.entity import (
    Edge,
    EdgeKind,
    Entity,
    EntityType,
    IdentityJudgement,
    IdentityVerdict,
    Name,
    Property,
    Signed,
)
from siteline.model.errors import BadEntity, NotFound
from siteline.store import tables
from siteline.store.db import Database, known_at

_ENTITY, _NAME, _STATEMENT = tables.entity.c, tables.entity_name.c, tables.entity_statement.c
_EDGE, _JUDGEMENT, _WITHDRAWAL = tables.entity_edge.c, tables.entity_judgement.c, tables.entity_withdrawal.c
_AT_ONCE = 400
"""Ids in one query; databases limit their number."""


class Entities:
    """What the case knows of things and their names."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # what is added

    def add(self, entity_type: EntityType, dataset: str, entity: str = "") -> str:
        """File a new thing; returns its id."""
        made = entity or str(ULID())
        self._db.append(tables.entity, {"id": made, "type": entity_type, "dataset": dataset})
        return made

    def file(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
        """File rows whose ids come from their content; those that are there are left out. Returns how many were new."""
        fresh = {row["id"]: row for row in rows}
        for known in self._known(table, list(fresh)):
            del fresh[known]
        self._db.append(table, *fresh.values())
        return len(fresh)

    def afresh(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row that a person files: under another id if the same was said before and taken back."""
        while self.withdrawn([row["id"]]):
            row = row | {"id": row_id(row["id"], "again")}
        return row

    def bind(self, rows: Sequence[dict[str, Any]]) -> int:
        """File edges, each looked at first: its ends exist and fit, and it closes no circle. Returns how many were new."""
        added = 0
        with self._db.appending():
            identity = self.identity()
            for row in rows:
                kind = EdgeKind(row["kind"])
                if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
                    raise BadEntity(
                        f"an edge cannot hold from {row['valid_from']} until {row['valid_to']}",
                        "Give the earlier day first.",
                    )
                a, b = self.get(row["a"]), self.get(row["b"])
                check_ends(kind, a.type, b.type)
                one, other = identity.canonical(a.id), identity.canonical(b.id)
                if one == other and kind is not EdgeKind.SAME_AS:
                    hint = (
                        "Split them first if they are two: siteline entities split"
                        if a.id != b.id
                        else "Name two."
                    )
                    raise BadEntity(f"{a.id} and {b.id} are one thing; it cannot be {kind} itself", hint)
                check_acyclic(kind, one, other, lambda k, x: self._above(k, x, identity))
                added += self.file(tables.entity_edge, [row])
        return added

    def withdraw(self, row: str, why: str) -> None:
        """Take back an edge, a name or a statement; it stays on record, with the reason."""
        if not why.strip():
            raise BadEntity("a withdrawal needs its reason", 'Say it: --why "..."')
        for table in (tables.entity_edge, tables.entity_name, tables.entity_statement):
            if self._known(table, [row]):
                break
        else:
            raise NotFound(f"no edge, name or statement {row!r}", "See: siteline entities show ENTITY")
        if row in self.withdrawn([row]):
            raise BadEntity(f"{row} has been withdrawn already", "See: siteline entities show ENTITY")
        self._db.append(tables.entity_withdrawal, {"row_id": row, "why": why.strip()})

    def retract(self, row: str, why: str) -> bool:
        """As `withdraw`, of an import: whether it was new."""
        if row in self.withdrawn([row]):
            return False
        self.withdraw(row, why)
        return True

    # what is judged

    def merge(self, a: str, b: str, why: str) -> str:
        """Judge two things to be one; returns the canonical id of the whole."""
        if not why.strip():
            raise BadEntity("a merge needs its reason", 'Say what makes them one: --why "..."')
        with self._db.appending():
            one, other = self.get(a), self.get(b)
            identity = self.identity()
            if identity.canonical(one.id) == identity.canonical(other.id):
                raise BadEntity(
                    f"{one.id} and {other.id} are one already", f"See: siteline entities show {one.id}"
                )
            if one.type is not other.type:
                raise BadEntity(
                    f"{one.id} is a {one.type} and {other.id} a {other.type}; things of two types are never one",
                    "Bind them instead: siteline entities relate A part_of|operates|... B --source ...",
                )
            left, right = identity.members(one.id), identity.members(other.id)
            self._refuse_if_distinct(left, right)
            self._refuse_if_bound(left, right, identity)
            self._judge(one.id, other.id, IdentityVerdict.SAME, why.strip())
            return self.identity().canonical(one.id)

    def split(self, entity: str, why: str) -> list[str]:
        """
        Judge that a thing is not one with the rest of its whole; returns the ids of the rest.

        The rest stays together, also where it was joined only through the one that leaves.
        """
        if not why.strip():
            raise BadEntity("a split needs its reason", 'Say what makes them two: --why "..."')
        with self._db.appending():
            found = self.get(entity)
            identity = self.identity()
            rest = [each for each in identity.members(found.id) if each != found.id]
            if not rest:
                raise BadEntity(
                    f"{found.id} was never merged with anything", "See: siteline entities show ENTITY"
                )
            for other in identity.joined_to(found.id):
                self._judge(found.id, other, IdentityVerdict.APART, why.strip())
            pieces = identity.without(found.id)
            for piece in pieces[1:]:
                said = f"stayed together when {found.id} was split off: {why.strip()}"
                self._judge(pieces[0][0], piece[0], IdentityVerdict.SAME, said)
        return rest

    def _judge(self, a: str, b: str, verdict: IdentityVerdict, why: str) -> None:
        row = {"id": str(ULID()), "a": a, "b": b, "verdict": verdict, "why": why}
        self._db.append(tables.entity_judgement, row)

    def _refuse_if_distinct(self, left: Sequence[str], right: Sequence[str]) -> None:
        for edge in self.edges([*left, *right]):
            ends = {edge.a, edge.b}
            if edge.kind is EdgeKind.NOT_SAME_AS and ends & set(left) and ends & set(right):
                raise BadEntity(
                    f"{edge.a} is not_same_as {edge.b} ({edge.source or 'no source'}, {edge.signed.by})",
                    f"If that was wrong, withdraw it first: siteline entities withdraw {edge.id} --why ...",
                )

    def _refuse_if_bound(self, left: Sequence[str], right: Sequence[str], identity: Identity) -> None:
        """One thing cannot stand above itself: no chain of one kind may lead from either half to the other."""
        for kind in EdgeKind:
            if kind in SYMMETRIC:
                continue
            for low, high in ((left, right), (right, left)):
                check_acyclic(kind, high[0], low[0], lambda k, x: self._above(k, x, identity))

    def _above(self, kind: EdgeKind, whole: str, identity: Identity) -> Iterator[str]:
        for edge in self.edges(identity.members(whole), kind):
            if edge.a in identity.members(whole):
                yield identity.canonical(edge.b)

    # what is read

    def get(self, entity: str, as_of: datetime | None = None) -> Entity:
        """The entity of that id, or of which this is the start of the id; raises NotFound."""
        exact = self._entities(_ENTITY.id == entity, as_of)
        if exact:
            return exact[0]
        if len(entity) >= 6:
            like = _ENTITY.id.startswith(entity, autoescape=True)
            found = self._entities(like, as_of, limit=2)
            if len(found) == 1:
                return found[0]
            if found:
                raise BadEntity(f"{entity!r} is the start of several ids", "Give the whole id.")
        raise NotFound(f"no entity {entity!r}", "Find it by a name: siteline entities resolve TEXT")

    def by_ids(self, ids: Iterable[str], as_of: datetime | None = None) -> dict[str, Entity]:
        """Those of these ids that there are."""
        return {e.id: e for chunk in _chunks(ids) for e in self._entities(_ENTITY.id.in_(chunk), as_of)}

    def all(
        self,
        entity_type: EntityType | None = None,
        dataset: str | None = None,
        as_of: datetime | None = None,
        limit: int | None = None,
    ) -> list[Entity]:
        """Entities in the order in which they came; records of other models only if asked for."""
        where = _ENTITY.type == entity_type if entity_type else _ENTITY.type != EntityType.RECORD
        if dataset is not None:
            where = sa.and_(where, _ENTITY.dataset == dataset)
        return self._entities(where, as_of, limit)

    def names(self, entities: Iterable[str], as_of: datetime | None = None) -> list[Name]:
        """Their names in the order in which they came, withdrawn ones left out."""
        found = self._of(tables.entity_name, _NAME.entity_id, entities, as_of)
        return [as_name(row) for row in found]

    def names_by_seq(self, seqs: Iterable[int], as_of: datetime | None = None) -> list[Name]:
        """Names by their rows, withdrawn ones left out."""
        return [as_name(row) for row in self._of(tables.entity_name, _NAME.seq, seqs, as_of)]

    def names_after(self, seq: int, limit: int) -> list[tuple[int, str]]:
        """(row, text) of names that came after a row, in order: what an index takes in."""
        query = sa.select(_NAME.seq, _NAME.text).where(_NAME.seq > seq).order_by(_NAME.seq).limit(limit)
        return [(row, text) for row, text in self._db.rows(query)]

    def statements(self, entities: Iterable[str], as_of: datetime | None = None) -> list[Property]:
        """What is said of them, in the order in which it came, withdrawn ones left out."""
        found = self._of(tables.entity_statement, _STATEMENT.entity_id, entities, as_of)
        return [as_property(row) for row in found]

    def mentions(
        self, entities: Iterable[str], as_of: datetime | None = None, limit: int = 200
    ) -> list[Property]:
        """Statements of others that point at them, such as a sanction."""
        rows = self._of(tables.entity_statement, _STATEMENT.ref, entities, as_of, limit)
        return [as_property(row) for row in rows]

    def edges(
        self, entities: Iterable[str], kind: EdgeKind | None = None, as_of: datetime | None = None
    ) -> list[Edge]:
        """Edges at either end of them, each once, withdrawn ones left out."""
        ids = list(dict.fromkeys(entities))
        found: dict[str, Any] = {}
        for column in (_EDGE.a, _EDGE.b):
            for row in self._of(tables.entity_edge, column, ids, as_of):
                if kind is None or row.kind == kind:
                    found[row.id] = row
        return [as_edge(row) for row in sorted(found.values(), key=lambda row: row.seq)]

    def judgements(self, as_of: datetime | None = None) -> list[IdentityJudgement]:
        """Every word on identity, oldest first."""
        query = sa.select(tables.entity_judgement).order_by(_JUDGEMENT.seq)
        return [as_judgement(row) for row in self._db.rows(known_at(query, tables.entity_judgement, as_of))]

    def identity(self, as_of: datetime | None = None) -> Identity:
        """Which of them are one."""
        judgements = self.judgements(as_of)
        ages: dict[str, int] = {}
        for chunk in _chunks({end for judged in judgements for end in (judged.a, judged.b)}):
            query = sa.select(_ENTITY.id, _ENTITY.seq).where(_ENTITY.id.in_(chunk))
            ages.update((row.id, row.seq) for row in self._db.rows(query))
        return Identity(judgements, ages)

    def withdrawn(self, rows: Iterable[str], as_of: datetime | None = None) -> dict[str, tuple[str, Signed]]:
        """(why, by whom and when) of those of these rows that were taken back."""
        found = {}
        for chunk in _chunks(rows):
            query = sa.select(tables.entity_withdrawal).where(_WITHDRAWAL.row_id.in_(chunk))
            for row in self._db.rows(known_at(query, tables.entity_withdrawal, as_of)):
                found[row.row_id] = (row.why, Signed(row.created_by, datetime.fromisoformat(row.created_at)))
        return found

    def pages(self, table: sa.Table, as_of: datetime | None = None, size: int = 2000) -> Iterator[list[Any]]:
        """All rows of a table in order, some at a time: for export."""
        last = 0
        while rows := self._db.rows(
            known_at(sa.select(table).where(table.c.seq > last), table, as_of)
            .order_by(table.c.seq)
            .limit(size)
        ):
            yield rows
            last = rows[-1].seq

    def _of(
        self,
        table: sa.Table,
        column: Any,
        wanted: Iterable[Any],
        as_of: datetime | None,
        limit: int | None = None,
    ) -> list[Any]:
        rows: list[Any] = []
        for chunk in _chunks(wanted):
            query = sa.select(table).where(column.in_(chunk)).order_by(table.c.seq)
            rows += self._db.rows(known_at(query, table, as_of).limit(limit))
        gone = self.withdrawn([row.id for row in rows], as_of)
        return [row for row in rows if row.id not in gone]

    def _entities(self, where: Any, as_of: datetime | None, limit: int | None = None) -> list[Entity]:
        query = sa.select(tables.entity).where(where).order_by(_ENTITY.seq).limit(limit)
        return [as_entity(row) for row in self._db.rows(known_at(query, tables.entity, as_of))]

    def _known(self, table: sa.Table, ids: Iterable[str]) -> set[str]:
        return {
            found
            for chunk in _chunks(ids)
            for (found,) in self._db.rows(sa.select(table.c.id).where(table.c.id.in_(chunk)))
        }


def edge_between(kind: EdgeKind, a: str, b: str, **said: Any) -> dict[str, Any]:
    """The row of an edge; where both directions mean the same, always written the same way round."""
    if kind in SYMMETRIC and b < a:
        a, b = b, a
    return edge_row(kind, a, b, **said)


def _chunks(ids: Iterable[Any]) -> Iterator[list[Any]]:
    wanted = list(dict.fromkeys(ids))
    for at in range(0, len(wanted), _AT_ONCE):
        yield wanted[at : at + _AT_ONCE]
