"""From how many independent origins a claim is reported: what its digit 1 is computed from."""

from __future__ import annotations

from datetime import datetime

from siteline.claims.standing import what_agrees
from siteline.model.claim import Statement
from siteline.workbench.case import Case
from siteline.workbench.claims.question import ask

MOST = 300
"""Groups of statements on the question that are looked at, the earliest first."""


def independent_origins(case: Case, claim_id: str, as_of: datetime | None = None) -> tuple[str, ...]:
    """
    Lineages with access of their own that stand by the claim, by name; those that seem to be one count once.

    Another lineage stands by it too where it says the same of the same scope and its value lies within the claim's: "24"
    bears out "14 or more", not the other way round.
    """
    claim = case.statements.claim(claim_id, as_of)
    question = ask(case, claim.key, as_of, most=MOST)
    heads = [(line, head) for line in question.lines if line.has_primary for head in line.heads]
    own = [head for _, head in heads if head.claim.id == claim_id]
    names = {
        question.lines_if_proposed.name(line.name)
        for line, head in heads
        if any(head.claim.id == claim_id or _bears_out(head, mine) for mine in own)
    }
    return tuple(sorted(names))


def _bears_out(other: Statement, mine: Statement) -> bool:
    if what_agrees(other, mine) is None:
        return False
    value, within = other.claim.value, mine.claim.value
    return value is None or within is None or value.lies_in(within)
