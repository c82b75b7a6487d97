"""Matrices as the case knows them: questions, hypotheses, evidence and every rating ever given, none edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from ulid import ULID

from siteline.claims.hypotheses.matrix import differences, fill, last_words
from siteline.claims.weighing.blind import Sight, analyst_key
from siteline.model.errors import BadInput, NotFound
from siteline.model.hypotheses import Cell, Evidence, Fit, Hypothesis, Matrix, Question, Weight
from siteline.store import tables
from siteline.store.db import Database, known_at

Labelled = TypeVar("Labelled", Evidence, Hypothesis)

LONGEST_TEXT = 2000
MOST = 200
"""Hypotheses, and rows, of one matrix."""

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}", re.ASCII)
_Q, _H, _E, _X = tables.question.c, tables.hypothesis.c, tables.ach_evidence.c, tables.ach_cell.c


class Questions:
    """The matrices of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def ask(self, text: str, hypotheses: Sequence[str]) -> Question:
        """A new matrix with its first hypotheses; two at least, for one alone competes with nothing."""
        if len(hypotheses) < 2:
            raise BadInput(
                "one hypothesis competes with nothing" if hypotheses else "no hypothesis was given",
                "Give two or more, the null hypothesis among them: --hypothesis TEXT --hypothesis TEXT",
            )
        asked = _text(text, "question")
        with self._db.appending():
            question_id = str(ULID())
            self._db.append(tables.question, {"id": question_id, "text": asked})
            for said in hypotheses:
                self.suppose(question_id, said)
            return self.get(question_id)

    def ask_as(self, question_id: str, text: str) -> None:
        """A matrix under the id that it has elsewhere; its hypotheses follow. Raises BadInput where it asks another thing."""
        asked = _text(text, "question")
        with self._db.appending():
            there = [question for question in self.all() if question.id == question_id]
            if there:
                raise BadInput(
                    f"matrix {question_id} asks another question here: {there[0].text[:80]!r}",
                    "Import it into another case.",
                )
            self._db.append(tables.question, {"id": question_id, "text": asked})

    def all(self, as_of: datetime | None = None) -> list[Question]:
        """Every matrix, oldest first."""
        query = sa.select(_Q.id, _Q.text, _Q.created_by, _Q.created_at).order_by(_Q.seq)
        return [
            Question(i, text, who, datetime.fromisoformat(at))
            for i, text, who, at in self._db.rows(known_at(query, tables.question, as_of))
        ]

    def get(self, said: str, as_of: datetime | None = None) -> Question:
        """One by its id, or by as much of its start or end as fits no other; raises NotFound or BadInput."""
        wanted = said.strip().upper()
        found = [q for q in self.all(as_of) if q.id == wanted]
        if not found and len(wanted) >= 4:
            found = [q for q in self.all(as_of) if q.id.startswith(wanted) or q.id.endswith(wanted)]
        if not found:
            raise NotFound(f"no matrix {said!r}", "See: siteline claims hypotheses list")
        if len(found) > 1:
            raise BadInput(f"{said!r} fits {len(found)} matrices", "Give the whole id.")
        return found[0]

    def suppose(self, question_id: str, text: str, label: str = "") -> Hypothesis:
        """Add a hypothesis; labelled H1, H2, ... unless it is given a label."""
        with self._db.appending():
            self._db.only_writer(tables.hypothesis)
            there = self.hypotheses(question_id)
            said = _text(text, "hypothesis")
            if any(h.text == said for h in there):
                raise BadInput(
                    f"this hypothesis is there already: {said[:80]!r}",
                    "See it: siteline claims hypotheses show",
                )
            name = _label(label, [h.label for h in there], "H")
            self._db.append(
                tables.hypothesis,
                {"id": str(ULID()), "question_id": question_id, "label": name, "text": said},
            )
            return next(h for h in self.hypotheses(question_id) if h.label == name)

    def hypotheses(self, question_id: str, as_of: datetime | None = None) -> list[Hypothesis]:
        """Its hypotheses, in the order in which they were added."""
        query = sa.select(_H.id, _H.label, _H.text, _H.created_by, _H.created_at).where(
            _H.question_id == question_id
        )
        rows = self._db.rows(known_at(query.order_by(_H.seq), tables.hypothesis, as_of))
        return [
            Hypothesis(i, label, text, who, datetime.fromisoformat(at)) for i, label, text, who, at in rows
        ]

    def bring(
        self,
        question_id: str,
        kind: str,
        refers_to: str,
        text: str,
        credibility: Weight,
        relevance: Weight,
        why: str,
    ) -> Evidence:
        """Add a row, or weigh one anew that refers to the same thing; either needs a reason."""
        with self._db.appending():
            self._db.only_writer(tables.ach_evidence)
            there = self.evidence(question_id)
            known = next((e for e in there if (e.kind, e.refers_to) == (kind, refers_to)), None)
            label = known.label if known else _label("", [e.label for e in there], "E")
            self._append_row(
                question_id, label, kind, refers_to, text, credibility, relevance, why, withdrawn=False
            )
            return next(e for e in self.evidence(question_id) if e.label == label)

    def weigh_as(
        self,
        question_id: str,
        label: str,
        kind: str,
        refers_to: str,
        text: str,
        weights: tuple[Weight, Weight],
        why: str,
        *,
        withdrawn: bool,
    ) -> None:
        """A form of a row under the label that it has elsewhere; raises BadInput where that label is another thing here."""
        with self._db.appending():
            self._db.only_writer(tables.ach_evidence)
            for row in self.evidence(question_id):
                is_it = (row.kind, row.refers_to) == (kind, refers_to)
                if is_it != (row.label == label):
                    raise BadInput(
                        f"{row.label} is {row.kind} {row.refers_to} here", "Import it into another case."
                    )
            if label not in (row.label for row in self.evidence(question_id)):
                _label(label, [], "E")
            self._append_row(question_id, label, kind, refers_to, text, *weights, why, withdrawn=withdrawn)

    def withdraw(self, question_id: str, label: str, why: str) -> Evidence:
        """Take a row out of what is counted; it stays on record with the reason."""
        with self._db.appending():
            row = _by_label(self.evidence(question_id), label, "row of evidence")
            self._append_row(
                question_id, row.label, row.kind, row.refers_to, row.text, row.credibility, row.relevance, why,
                withdrawn=True,
            )  # fmt: skip
            return next(e for e in self.evidence(question_id) if e.label == row.label)

    def evidence(self, question_id: str, as_of: datetime | None = None) -> list[Evidence]:
        """Its rows as they are weighed now, those taken out too, in the order in which they were added."""
        return list({row.label: row for row in self.weighings(question_id, as_of)}.values())

    def weighings(self, question_id: str, as_of: datetime | None = None) -> list[Evidence]:
        """Every form that every row has had, oldest first."""
        query = sa.select(
            _E.id, _E.label, _E.kind, _E.refers_to, _E.text, _E.credibility, _E.relevance, _E.why,
            _E.created_by, _E.created_at, _E.withdrawn,
        ).where(_E.question_id == question_id)  # fmt: skip
        rows = self._db.rows(known_at(query.order_by(_E.seq), tables.ach_evidence, as_of))
        return [
            Evidence(
                i,
                label,
                kind,
                ref,
                text,
                Weight(c),
                Weight(r),
                why,
                who,
                datetime.fromisoformat(at),
                bool(out),
            )
            for i, label, kind, ref, text, c, r, why, who, at, out in rows
        ]

    def rate(self, question_id: str, ratings: Sequence[tuple[str, str, Fit]], why: str) -> list[Cell]:
        """File the signer's ratings of cells (row, hypothesis, fit), all or none; a reason is required."""
        reason = _text(why, "reason")
        with self._db.appending():
            hypotheses, rows = self.hypotheses(question_id), self.evidence(question_id)
            filed = []
            for row, column, fit in ratings:
                evidence = _by_label(rows, row, "row of evidence")
                if evidence.withdrawn:
                    raise BadInput(f"{evidence.label} was taken out", "Add it again before you rate it.")
                hypothesis = _by_label(hypotheses, column, "hypothesis")
                filed.append((evidence.label, hypothesis.label))
                self._db.append(
                    tables.ach_cell,
                    {
                        "question_id": question_id,
                        "evidence": evidence.label,
                        "hypothesis": hypothesis.label,
                        "fit": fit.value,
                        "why": reason,
                    },
                )
            return self.cells(question_id)[-len(filed) :] if filed else []

    def cells(self, question_id: str, as_of: datetime | None = None) -> list[Cell]:
        """Every rating ever given, oldest first; for whom they are open is not asked here."""
        query = sa.select(_X.evidence, _X.hypothesis, _X.fit, _X.why, _X.created_by, _X.created_at).where(
            _X.question_id == question_id
        )
        rows = self._db.rows(known_at(query.order_by(_X.seq), tables.ach_cell, as_of))
        return [
            Cell(e, h, Fit(fit), why, who, datetime.fromisoformat(at)) for e, h, fit, why, who, at in rows
        ]

    def matrix(self, said: str, sight: Sight, as_of: datetime | None = None) -> Matrix:
        """A matrix as this reader may see it: others' cells only once a second analyst has rated the same cell."""
        question = self.get(said, as_of)
        rows, hypotheses = self.evidence(question.id, as_of), self.hypotheses(question.id, as_of)
        now = [((c.evidence, c.hypothesis), c.analyst) for c in self.cells(question.id)]
        trail, kept = sight.open_ones(
            self.cells(question.id, as_of), now, lambda c: (c.evidence, c.hypothesis), lambda c: c.analyst
        )
        standing = [row for row in rows if not row.withdrawn]
        keys = {cell.analyst: analyst_key(cell.analyst) for cell in (*trail, *kept)}
        mine: dict[str, list[Cell]] = {}
        for (_, _, key), cell in last_words(trail, keys).items():
            mine.setdefault(key, []).append(cell)
        waiting = last_words(kept, keys)
        own = analyst_key(sight.viewer)
        names = {keys[cell.analyst]: cell.analyst for cell in trail}
        sheets = []
        for key in sorted(mine, key=lambda k: (k != own, k)):
            sheet = fill(names[key], mine[key], hypotheses, standing)
            whole = not any(analyst == key for _, _, analyst in waiting)
            sheets.append(sheet if whole else replace(sheet, scores=(), rows=()))
        return Matrix(
            question=question,
            hypotheses=tuple(hypotheses),
            evidence=tuple(standing),
            withdrawn=tuple(row for row in rows if row.withdrawn),
            sheets=tuple(sheets),
            differences=differences(sheets),
            kept_back=len(waiting),
            trail=tuple(trail),
            weighings=tuple(self.weighings(question.id, as_of)),
        )

    def _append_row(
        self,
        question_id: str,
        label: str,
        kind: str,
        refers_to: str,
        text: str,
        credibility: Weight,
        relevance: Weight,
        why: str,
        *,
        withdrawn: bool,
    ) -> None:
        self._db.append(
            tables.ach_evidence,
            {
                "id": str(ULID()),
                "question_id": question_id,
                "label": label,
                "kind": kind,
                "refers_to": refers_to,
                "text": text[:LONGEST_TEXT],
                "credibility": credibility.value,
                "relevance": relevance.value,
                "withdrawn": withdrawn,
                "why": _text(why, "reason"),
            },
        )


def _by_label(things: Sequence[Labelled], said: str, what: str) -> Labelled:
    for thing in things:
        if thing.label.lower() == said.strip().lower():
            return thing
    there = ", ".join(thing.label for thing in things) or "none yet"
    raise NotFound(f"no {what} {said!r} in this matrix", f"There are: {there}.")


def _label(said: str, taken: Sequence[str], letter: str) -> str:
    if len(taken) >= MOST:
        raise BadInput(
            f"a matrix holds {MOST} of these at most", "Ask a narrower question in another matrix."
        )
    if not said:
        number = len(taken) + 1
        while f"{letter}{number}" in taken:
            number += 1
        return f"{letter}{number}"
    if not _LABEL.fullmatch(said) or said.upper() in {t.upper() for t in taken}:
        raise BadInput(f"{said!r} is no label, or is taken", "Use letters and digits, such as H2.")
    return said


def _text(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise BadInput(f"the {what} is empty", "Say it in words.")
    if len(said) > LONGEST_TEXT:
        raise BadInput(
            f"the {what} has {len(said):,} characters; {LONGEST_TEXT:,} are the most", "Shorten it."
        )
    return said
