"""Competing hypotheses, fed from claims and statements; told, exported and drawn as one reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from siteline.claims.relation import RelationKind
from siteline.model.claim import Statement
from siteline.model.errors import BadInput, BadSetting, NotForYou, NotFound
from siteline.model.hypotheses import Cell, Evidence, Fit, Hypothesis, Matrix, Question, Sheet, Weight
from siteline.store.sheets import write_sheet
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import find_claim, sight_of, signed
from siteline.workbench.claims.pixels.stale import why_stale
from siteline.workbench.claims.question import ask as stands
from siteline.workbench.claims.question import say_claim
from siteline.workbench.files import write_derived

WITHHELD = "(rests on an exhibit that is restricted to its readers)"
FORMATS = ("csv", "html")
_MATRIX = (
    "evidence", "refers_to", "text", "credibility", "relevance", "hypothesis", "reading", "analyst", "fit", "why", "at",
)  # fmt: skip
_TAKEN_BACK = {
    RelationKind.SUPERSEDES: "superseded by",
    RelationKind.CORRECTS: "corrected by",
    RelationKind.RETRACTS: "retracted by",
}


def ask(case: Case, text: str, hypotheses: Sequence[str]) -> Question:
    """A new matrix."""
    signed(case)
    return case.questions.ask(text, hypotheses)


def suppose(case: Case, matrix: str, text: str, label: str = "") -> Hypothesis:
    """One more hypothesis; every row has to be rated for it."""
    signed(case)
    return case.questions.suppose(case.questions.get(matrix).id, text, label)


def bring(case: Case, matrix: str, said: str, credibility: str, relevance: str, why: str) -> Evidence:
    """A claim or statement as a row, or weighed anew; `unknown` where nobody can say, which is never nothing."""
    signed(case)
    question = case.questions.get(matrix)
    weights = [_weight(credibility, "--credibility"), _weight(relevance, "--relevance")]
    kind, refers_to, text = refer(case, said)
    return case.questions.bring(question.id, kind, refers_to, text, weights[0], weights[1], why)


def refer(case: Case, said: str) -> tuple[str, str, str]:
    """What a row refers to: kind, id and text; raises NotFound, or NotForYou for what is restricted to others."""
    kind, refers_to, text, is_restricted = _read(case, said)
    if is_restricted:
        raise NotForYou(f"{kind} {refers_to} rests on an exhibit that is restricted to its readers")
    return kind, refers_to, text


def take_out(case: Case, matrix: str, label: str, why: str) -> Evidence:
    """A row that no longer counts; it stays on record."""
    signed(case)
    return case.questions.withdraw(case.questions.get(matrix).id, label, why)


def rate(case: Case, matrix: str, row: str, ratings: Sequence[str], why: str) -> list[Cell]:
    """The signer's word on one row: "H1=CC", "H2=I", ...; all or none."""
    signed(case)
    question = case.questions.get(matrix)
    label = _row_of(case, question.id, row)
    read = [_rating(said) for said in ratings]
    if not read:
        raise BadInput("nothing was rated", "Rate cells as HYPOTHESIS=FIT, such as H1=CC H2=I.")
    columns = [column.lower() for column, _ in read]
    if len(set(columns)) < len(columns):
        raise BadInput("one hypothesis is rated twice in one breath", "Give each hypothesis once.")
    return case.questions.rate(question.id, [(label, column, fit) for column, fit in read], why)


def matrix_of(case: Case, said: str, as_of: datetime | None = None) -> Matrix:
    """A matrix as whoever reads may see it, with what has become of its evidence."""
    matrix = case.questions.matrix(said, sight_of(case), as_of)
    hidden, remarks = case.exhibits.hidden(), list[tuple[str, str]]()

    def open_form(row: Evidence) -> Evidence:
        return replace(row, text=WITHHELD) if _is_withheld(case, row, hidden, as_of) else row

    for row in matrix.evidence:
        remarks += [(row.label, said) for said in _fate(case, row, as_of)]
    return replace(
        matrix,
        evidence=tuple(map(open_form, matrix.evidence)),
        withdrawn=tuple(map(open_form, matrix.withdrawn)),
        weighings=tuple(map(open_form, matrix.weighings)),
        remarks=tuple(remarks),
    )


def tell_matrix(matrix: Matrix) -> dict[str, Any]:
    """Interchange form."""
    return {
        "siteline": "hypotheses/1",
        "id": matrix.question.id,
        "question": matrix.question.text,
        "asked_by": matrix.question.who,
        "asked_at": matrix.question.at.isoformat(),
        "hypotheses": [
            {"label": h.label, "text": h.text, "by": h.who, "at": h.at.isoformat()} for h in matrix.hypotheses
        ],
        "evidence": [_tell_row(row, matrix) for row in matrix.evidence],
        "withdrawn": [_tell_row(row, matrix) for row in matrix.withdrawn],
        "sheets": [_tell_sheet(sheet) for sheet in matrix.sheets],
        "differences": [
            {
                "evidence": found.evidence,
                "hypothesis": found.hypothesis,
                "said": [{"analyst": who, "fit": fit.value} for who, fit in found.said],
            }
            for found in matrix.differences
        ],
        "kept_back": matrix.kept_back,
        "trail": [_tell_cell(cell) for cell in matrix.trail],
        "weighings": [{**_tell_row(row, matrix), "withdrawn": row.withdrawn} for row in matrix.weighings],
        "means": "A score adds up weighted inconsistency. It is no probability.",
    }


def list_questions(case: Case, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every matrix, oldest first, with how large it is."""
    return [
        {
            "id": question.id,
            "question": question.text,
            "by": question.who,
            "at": question.at.isoformat(),
            "hypotheses": len(case.questions.hypotheses(question.id, as_of)),
            "evidence": sum(not row.withdrawn for row in case.questions.evidence(question.id, as_of)),
        }
        for question in case.questions.all(as_of)
    ]


def export_matrix(
    case: Case, said: str, format_: str, out: Path | None, as_of: datetime | None = None
) -> Path:
    """A matrix as a table for a spreadsheet or as one self-contained page; returns where."""
    if format_ not in FORMATS:
        raise BadSetting(f"no format {format_!r} for a matrix", f"There are: {', '.join(FORMATS)}.")
    matrix = matrix_of(case, said, as_of)
    if format_ == "csv":
        content = write_csv(matrix)
    else:
        from siteline.report.matrix import draw_matrix

        content = draw_matrix(matrix, as_of or datetime.now(UTC))
    return write_derived(case, out, f"hypotheses-{matrix.question.id}.{format_}", content)


def write_csv(matrix: Matrix) -> bytes:
    """One line for each row, hypothesis and analyst; cells that would be formulas in a spreadsheet are quoted."""
    rows = {row.label: row for row in matrix.evidence}
    texts = {h.label: h.text for h in matrix.hypotheses}
    told = []
    for sheet in matrix.sheets:
        for cell in sorted(
            sheet.cells, key=lambda c: (_order(rows, c.evidence), _order(texts, c.hypothesis))
        ):
            row = rows[cell.evidence]
            told.append(
                (
                    row.label, f"{row.kind} {row.refers_to}", row.text, row.credibility.value, row.relevance.value,
                    cell.hypothesis, texts[cell.hypothesis], cell.analyst, cell.fit.value, cell.why, cell.at.isoformat(),
                )
            )  # fmt: skip
    return "".join(write_sheet(_MATRIX, told)).encode("utf-8-sig")


def _order(there: dict[str, Any], label: str) -> int:
    return list(there).index(label)


def _read(case: Case, said: str) -> tuple[str, str, str, bool]:
    """Of a statement's or claim's id: which it is, its whole id, what it says, and whether that is restricted to others."""
    hidden = case.exhibits.hidden()
    try:
        claim = find_claim(case, said)
    except NotFound:
        claim = None
    try:
        filed = case.statements.get(said.strip())
    except NotFound:
        filed = None
    if filed is not None and (claim is None or not claim.id.startswith(said.strip().lower())):
        statement = filed.statement
        text = statement.quote or statement.paraphrase or say_claim(statement.claim)
        who = f"{statement.speaker}: " if statement.speaker else ""
        return "statement", statement.id, f"{who}{text}", bool(_hung_on(statement) & hidden)
    if claim is None:
        raise NotFound(f"no claim and no statement {said!r}", "See: siteline claims list")
    return "claim", claim.id, say_claim(claim), False


def _is_withheld(case: Case, row: Evidence, hidden: set[str], as_of: datetime | None) -> bool:
    """Whether all that a row refers to rests on exhibits that are restricted to others."""
    if not hidden:
        return False
    if row.kind == "statement":
        filed = [case.statements.get(row.refers_to, as_of)]
    else:
        filed = case.statements.find(claim_id=row.refers_to, as_of=as_of, with_withdrawn=True)
    return bool(filed) and all(_hung_on(one.statement) & hidden for one in filed)


def _hung_on(statement: Statement) -> set[str]:
    return {i for i in (statement.anchor.exhibit_id, *statement.imagery) if i}


def _fate(case: Case, row: Evidence, as_of: datetime | None) -> list[str]:
    """What has become of what a row refers to, as far as a reader must be told."""
    if row.kind == "statement":
        filed = [case.statements.get(row.refers_to, as_of)]
    else:
        filed = case.statements.find(claim_id=row.refers_to, as_of=as_of, with_withdrawn=True)
    said = []
    if filed and all(one.is_withdrawn for one in filed):
        said.append("withdrawn since")
    ids = {one.id for one in filed if not one.is_withdrawn}
    for key in sorted({one.statement.claim.key for one in filed}):
        for relation in stands(case, key, as_of).relations:
            if relation.b in ids and relation.kind in _TAKEN_BACK:
                said.append(f"{_TAKEN_BACK[relation.kind]} {relation.a}")
    for claim in case.pixel_claims.all(as_of=as_of):
        if claim.statement_id in ids and why_stale(case, claim, as_of):
            said.append("stale: its finding has moved on")
            break
    return said


def _row_of(case: Case, question_id: str, said: str) -> str:
    """The label of a row by its label, or by what it refers to."""
    rows = case.questions.evidence(question_id)
    for row in rows:
        if said.strip().lower() == row.label.lower() or (
            len(said.strip()) >= 4 and row.refers_to.lower().startswith(said.strip().lower())
        ):
            return row.label
    return said


def _rating(said: str) -> tuple[str, Fit]:
    column, equals, fit = said.partition("=")
    if not equals:
        raise BadInput(f"not a rating: {said!r}", "Write HYPOTHESIS=FIT, such as H1=CC.")
    try:
        return column.strip(), Fit(fit.strip().upper())
    except ValueError as error:
        raise BadInput(
            f"no rating {fit.strip()!r}", f"There are: {', '.join(Fit)}; N: both readings are possible."
        ) from error


def _weight(said: str, option: str) -> Weight:
    try:
        return Weight(said.strip().lower())
    except ValueError as error:
        raise BadSetting(f"{option}: no {said!r}", f"There are: {', '.join(Weight)}.") from error


def _tell_row(row: Evidence, matrix: Matrix) -> dict[str, Any]:
    return {
        "label": row.label,
        "kind": row.kind,
        "refers_to": row.refers_to,
        "text": row.text,
        "credibility": row.credibility.value,
        "relevance": row.relevance.value,
        "why": row.why,
        "by": row.who,
        "at": row.at.isoformat(),
        "remarks": [said for label, said in matrix.remarks if label == row.label],
    }


def _tell_sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "analyst": sheet.analyst,
        "cells": [_tell_cell(cell) for cell in sheet.cells],
        "scores": [
            {
                "hypothesis": score.hypothesis,
                "inconsistency": [round(end, 4) for end in score.inconsistency],
                "not_rated": score.blank,
            }
            for score in sheet.scores
        ],
        "rows": [
            {
                "evidence": row.evidence,
                "diagnosticity": None if row.diagnosticity is None else round(row.diagnosticity, 4),
                "not_diagnostic": row.not_diagnostic,
            }
            for row in sheet.rows
        ],
    }


def _tell_cell(cell: Cell) -> dict[str, Any]:
    return {
        "evidence": cell.evidence,
        "hypothesis": cell.hypothesis,
        "fit": cell.fit.value,
        "why": cell.why,
        "analyst": cell.analyst,
        "at": cell.at.isoformat(),
    }
