"""One statement filed by hand: its words looked up, its cells read by the same rules as a table's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ulid import ULID

from siteline.claims.intake import disagreement, read_row
from siteline.claims.table import Row
from siteline.model.cells import CellRefused
from siteline.model.errors import BadInput, BadStatement, NotFound
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.claims.filing import anchor_words, file_statements
from siteline.workbench.claims.question import ask
from siteline.workbench.claims.seen import find_own

_OPTIONS = {
    "value_low": "--low", "value_high": "--high", "value_text": "--value", "period_start": "--period", "period_end": "--period",
    "published": "--said", "attribution": "--by", "exhibit": "--in", "claim_key": "KEY", "negated": "--not",
    "hedges": "--hedge",
}  # fmt: skip


def add_statement(case: Case, cells: Mapping[str, str], start: int | None = None) -> tuple[str, list[Remark]]:
    """
    File one statement given by the cells of `intake.COLUMNS`; returns its id and what its author must know.

    `exhibit` with `quote`: the words must be there, letter by letter, at `start` if that is given. Without an id it gets a
    ULID. Raises NotThere, BadStatement.
    """
    told = {name: value for name, value in cells.items() if value}
    told.setdefault("id", str(ULID()))
    if "supports" in told:
        told["supports"] = " ".join(find_own(case, name).id for name in told["supports"].split())
    if exhibit := told.get("exhibit"):
        if not told.get("quote"):
            raise BadStatement(
                "which words of the exhibit? a statement in custody quotes them",
                'Give them letter by letter: --quote "..."',
            )
        anchor = anchor_words(case, exhibit, told["quote"], start)
        told |= {"exhibit": anchor.sha256, "start": str(anchor.start), "end": str(anchor.end)}
        told |= {"rendition": anchor.rendition, "url": told.get("url") or anchor.url}
    try:
        statement = read_row(Row(1, told), lambda said: _exhibit(case, said))
    except CellRefused as refused:
        option = _OPTIONS.get(
            refused.column, f"--{refused.column.replace('_', '-')}" if refused.column else ""
        )
        raise BadStatement(f"{option}: {refused.said}" if option else refused.said) from refused
    remarks = []
    if told_otherwise := disagreement(statement):
        remarks.append(Remark(statement.id, told_otherwise, "Check which is meant."))
    if not file_statements(case, [statement]):
        remarks.append(Remark(statement.id, "it was there already"))
    return statement.id, remarks


def relations_of_new(case: Case, statement_id: str) -> Sequence[str]:
    """What a statement that was just filed does to others on its question, in one line each."""
    filed = case.statements.get(statement_id)
    question = ask(case, filed.statement.claim.key, focus=filed.statement, most=300)
    return [
        f"{r.a} {r.kind.value.replace('_', ' ')} {r.b or '(nothing on record)'}: {r.basis}"
        for r in question.relations
        if statement_id in (r.a, r.b)
    ]


def _exhibit(case: Case, said: str) -> tuple[str, str]:
    try:
        exhibit = case.exhibits.get(said)
    except (NotFound, BadInput) as error:
        raise KeyError(said) from error
    return exhibit.id, exhibit.sha256
