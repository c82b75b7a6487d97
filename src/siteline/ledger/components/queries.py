"""Every number is a question that was kept: asked again of each edition, and stale where the answer has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.ledger.components.counting import Asked
from siteline.store import tables
from siteline.store.codec import digest, from_json, to_json
from siteline.store.db import Database, known_at


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of the ledger."""

    kind: str
    """`count`, `share` or `dating`."""

    asked: Asked
    value: str = ""
    of: str = ""
    """Of a share: whose, and of what."""

    @property
    def id(self) -> str:
        """The same question always has the same id."""
        return f"parts-{digest(to_json(self))[:12]}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A question with its answers."""

    id: str
    question: Question
    asked_at: str
    asked_by: str
    first: tuple[str, Any]
    """Edition and numbers when it was first asked."""

    last: tuple[str, Any]
    """Of the last time."""


class Queries:
    """The questions that a case has asked of its ledger of parts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, question: Question, edition: str, value: Any) -> str:
        """Record a question and its answer, once for each edition; returns its id."""
        row, said = tables.part_answer.c, to_json(value)
        with self._db.appending():
            known = self._db.rows(
                sa.select(tables.part_query.c.id).where(tables.part_query.c.id == question.id)
            )
            if not known:
                self._db.append(
                    tables.part_query, {"id": question.id, "kind": question.kind, "asked": to_json(question)}
                )
            query = sa.select(row.edition, row.value).where(row.query_id == question.id).order_by(row.seq)
            answers = self._db.rows(query)
            if not answers or tuple(answers[-1]) != (edition, said):
                self._db.append(
                    tables.part_answer, {"query_id": question.id, "edition": edition, "value": said}
                )
        return question.id

    def all(self, as_of: datetime | None = None) -> list[Kept]:
        """Every question, oldest first, with its first and its last answer."""
        asked, answer = tables.part_query.c, tables.part_answer.c
        query = sa.select(answer.query_id, answer.edition, answer.value).order_by(answer.seq)
        answers: dict[str, list[tuple[str, Any]]] = {}
        for query_id, edition, value in self._db.rows(known_at(query, tables.part_answer, as_of)):
            answers.setdefault(query_id, []).append((edition, from_json(Any, value)))
        questions = sa.select(asked.id, asked.asked, asked.created_at, asked.created_by).order_by(asked.seq)
        return [
            Kept(name, from_json(Question, said), at, by, answers[name][0], answers[name][-1])
            for name, said, at, by in self._db.rows(known_at(questions, tables.part_query, as_of))
            if name in answers
        ]


def is_stale(kept: Kept, answer: Callable[[Question], Any]) -> tuple[bool, Any]:
    """Whether a question has another answer now than it had last, and that answer."""
    now = from_json(Any, to_json(answer(kept.question)))
    return now != kept.last[1], now
