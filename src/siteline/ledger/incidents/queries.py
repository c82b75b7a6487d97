"""Stored queries: what was asked keeps one id for good; each answer says from which edition, when, and by which code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.model.errors import BadInput, NotFound
from siteline.model.shown import plain
from siteline.store import tables
from siteline.store.codec import digest
from siteline.store.db import Database, known_at

_QUERY, _ANSWER = tables.ledger_query.c, tables.ledger_answer.c


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a stored query."""

    edition: int
    """`known` of the edition that it came from."""

    as_of: str
    """What the case was asked to know: a moment, or "" for all that it knew then."""

    value: dict[str, Any]
    """Its numbers alone."""

    answer: dict[str, Any]
    """The whole of it, as it was printed."""

    version: str
    """Version of Siteline."""

    at: str
    who: str


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """A query and its answers, oldest first."""

    id: str
    kind: str
    """count, share, casualties or reconcile."""

    asked: dict[str, Any]
    """All that was asked, without the edition."""

    answers: tuple[Answer, ...]


class Queries:
    """The stored queries of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(
        self, kind: str, asked: Mapping[str, Any], edition: int, as_of: str, value: Mapping[str, Any],
        answer: Mapping[str, Any], version: str,
    ) -> str:  # fmt: skip
        """File an answer, and the query if it is new; returns the query's id. The same answer again adds nothing."""
        name = query_id(kind, asked)
        said = _canonical(value)
        with self._db.appending():
            known = self._db.rows(sa.select(_QUERY.id).where(_QUERY.id == name))
            if not known:
                self._db.append(tables.ledger_query, {"id": name, "kind": kind, "asked": _canonical(asked)})
            query = (
                sa.select(_ANSWER.value)
                .where(_ANSWER.query_id == name, _ANSWER.edition == edition, _ANSWER.as_of == as_of)
                .order_by(_ANSWER.seq.desc())
                .limit(1)
            )
            last = self._db.rows(query)
            if not last or last[0][0] != said:
                row = {
                    "query_id": name, "edition": edition, "as_of": as_of, "value": said,
                    "answer": _canonical({**answer, "query": name}), "version": version,
                }  # fmt: skip
                self._db.append(tables.ledger_answer, row)
        return name

    def all(self, as_of: datetime | None = None) -> list[StoredQuery]:
        """Every query that has an answer, in the order in which they were first asked."""
        columns = (
            _ANSWER.query_id, _ANSWER.edition, _ANSWER.as_of, _ANSWER.value, _ANSWER.answer, _ANSWER.version,
            _ANSWER.created_at, _ANSWER.created_by,
        )  # fmt: skip
        answers: dict[str, list[Answer]] = {}
        told = known_at(sa.select(*columns).order_by(_ANSWER.seq), tables.ledger_answer, as_of)
        for name, edition, moment, value, answer, version, at, who in self._db.rows(told):
            one = Answer(edition, moment, json.loads(value), json.loads(answer), version, at, who)
            answers.setdefault(name, []).append(one)
        query = known_at(
            sa.select(_QUERY.id, _QUERY.kind, _QUERY.asked).order_by(_QUERY.seq), tables.ledger_query, as_of
        )
        return [
            StoredQuery(name, kind, json.loads(asked), tuple(answers[name]))
            for name, kind, asked in self._db.rows(query)
            if name in answers
        ]

    def get(self, said: str, as_of: datetime | None = None) -> StoredQuery:
        """A query by its id or the start of it; raises NotFound or BadInput."""
        fitting = [one for one in self.all(as_of) if len(said) >= 4 and one.id.startswith(said.lower())]
        if not fitting:
            raise NotFound(f"no query {plain(said, 40)!r}", "See: siteline ledger incidents queries list")
        if len(fitting) > 1:
            raise BadInput(f"{plain(said, 40)!r} fits {len(fitting)} queries", "Give the whole id.")
        return fitting[0]


def query_id(kind: str, asked: Mapping[str, Any]) -> str:
    """The id of what was asked: the same question always has the same one, in every case."""
    return "q" + digest(kind, _canonical(asked))[:15]


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
