"""Matrices of hypotheses as tables: out, and in again under the same ids; ratings are each analyst's own to bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from siteline.claims.table import Row
from siteline.claims.weighing.blind import analyst_key
from siteline.model.errors import BadInput
from siteline.model.hypotheses import Evidence, Fit, Matrix, Weight
from siteline.workbench.case import Case
from siteline.workbench.claims.hypotheses import WITHHELD, matrix_of, refer
from siteline.workbench.claims.judging import signed

QUESTIONS = ("matrix", "question")
HYPOTHESES = ("matrix", "hypothesis", "reading")
EVIDENCE = (
    "matrix", "evidence", "kind", "refers_to", "text", "credibility", "relevance", "withdrawn", "why",
)  # fmt: skip
CELLS = ("matrix", "evidence", "hypothesis", "fit", "why", "analyst", "at")

What = tuple[object, ...]
Cells = Mapping[str, str]


def tables_of(
    case: Case, as_of: datetime | None = None
) -> tuple[list[Cells], list[Cells], list[Cells], list[Cells]]:
    """Questions, hypotheses, every form of every row, every rating that whoever exports may see; restricted rows are left out."""
    found = [matrix_of(case, question.id, as_of) for question in case.questions.all(as_of)]
    questions: list[Cells] = [{"matrix": m.question.id, "question": m.question.text} for m in found]
    hypotheses: list[Cells] = [
        {"matrix": m.question.id, "hypothesis": h.label, "reading": h.text}
        for m in found
        for h in m.hypotheses
    ]
    evidence: list[Cells] = [
        {
            "matrix": m.question.id,
            "evidence": row.label,
            "kind": row.kind,
            "refers_to": row.refers_to,
            "text": row.text,
            "credibility": row.credibility.value,
            "relevance": row.relevance.value,
            "withdrawn": "yes" if row.withdrawn else "no",
            "why": row.why,
        }
        for m in found
        for row in m.weighings
        if row.label not in _closed(m)
    ]
    cells: list[Cells] = [
        {
            "matrix": m.question.id,
            "evidence": cell.evidence,
            "hypothesis": cell.hypothesis,
            "fit": cell.fit.value,
            "why": cell.why,
            "analyst": cell.analyst,
            "at": cell.at.isoformat(),
        }
        for m in found
        for cell in m.trail
        if cell.evidence not in _closed(m)
    ]
    return questions, hypotheses, evidence, cells


def _closed(matrix: Matrix) -> set[str]:
    return {row.label for row in matrix.weighings if row.text == WITHHELD}


def questions_known(case: Case, _: Iterable[Row]) -> Counter[What]:
    """What the case has already."""
    return Counter((q.id, q.text) for q in case.questions.all())


def hypotheses_known(case: Case, _: Iterable[Row]) -> Counter[What]:
    """What the case has already."""
    return Counter(
        (q.id, h.label, h.text) for q in case.questions.all() for h in case.questions.hypotheses(q.id)
    )


def evidence_known(case: Case, _: Iterable[Row]) -> Counter[What]:
    """What the case has already, each form as often."""
    return Counter(_what(q.id, e) for q in case.questions.all() for e in case.questions.weighings(q.id))


def cells_known(case: Case, _: Iterable[Row]) -> Counter[What]:
    """Ratings of whoever imports, each as often."""
    return Counter(
        (q.id, c.evidence, c.hypothesis, c.fit, c.why)
        for q in case.questions.all()
        for c in case.questions.cells(q.id)
        if analyst_key(c.analyst) == analyst_key(case.db.who)
    )


def _what(matrix: str, row: Evidence) -> What:
    return (
        matrix, row.label, row.kind, row.refers_to, row.credibility, row.relevance, row.withdrawn, row.why,
    )  # fmt: skip


def read_question(case: Case, row: Row) -> tuple[What, Callable[[], object]]:
    """A matrix, under its own id."""
    name, text = _matrix(row), " ".join(row.text("question").split())
    return (name, text), lambda: case.questions.ask_as(name, text)


def read_hypothesis(case: Case, row: Row) -> tuple[What, Callable[[], object]]:
    """A hypothesis, under its own label."""
    name, label, text = _matrix(row), row.text("hypothesis"), " ".join(row.text("reading").split())
    return (name, label, text), lambda: case.questions.suppose(case.questions.get(name).id, text, label)


def read_evidence(case: Case, row: Row) -> tuple[What, Callable[[], object]]:
    """A row of evidence, or a form of one, under its own label; what it refers to must be in the case."""
    kind, refers_to, text = refer(case, row.text("refers_to"))
    if kind != row.text("kind"):
        raise BadInput(f"column kind: {row.text('refers_to')[:64]!r} is a {kind} here")
    try:
        weights = Weight(row.text("credibility")), Weight(row.text("relevance"))
    except ValueError as error:
        raise BadInput(f"columns credibility, relevance: one of {', '.join(Weight)}") from error
    said = row.text("withdrawn")
    if said not in ("yes", "no"):
        raise BadInput(f"column withdrawn: {said[:40]!a} is neither yes nor no")
    name, label, why = _matrix(row), row.text("evidence"), row.text("why")
    what = (name, label, kind, refers_to, *weights, said == "yes", " ".join(why.split()))
    return what, lambda: case.questions.weigh_as(
        case.questions.get(name).id, label, kind, refers_to, text, weights, why, withdrawn=said == "yes"
    )


def read_cell(case: Case, row: Row) -> tuple[What, Callable[[], object]]:
    """One rating; the caller has seen that it is the importer's own."""
    signed(case)
    try:
        fit = Fit(row.text("fit"))
    except ValueError as error:
        raise BadInput(f"column fit: {row.text('fit')[:40]!a} is none of {', '.join(Fit)}") from error
    name, why = _matrix(row), " ".join(row.text("why").split())
    ends = row.text("evidence"), row.text("hypothesis")
    return (name, *ends, fit, why), lambda: case.questions.rate(
        case.questions.get(name).id, [(*ends, fit)], why
    )


def _matrix(row: Row) -> str:
    name = row.text("matrix")
    if len(name) != 26 or not (name.isascii() and name.isalnum() and name.isupper()):
        raise BadInput(f"column matrix: {name[:40]!a} is no id of a matrix")
    return name
