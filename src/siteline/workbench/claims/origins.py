"""From how many independent origins a claim is reported."""

from __future__ import annotations

from datetime import datetime

from siteline.model.claim import Access
from siteline.workbench.case import Case


def independent_origins(case: Case, claim_id: str, as_of: datetime | None = None) -> tuple[str, ...]:
    """Lineages that put the claim forward with access of their own, by name."""
    there = [
        filed.statement
        for filed in case.statements.find(claim_id=claim_id, as_of=as_of)
        if filed.statement.takes_side and not filed.statement.is_negated
    ]
    return tuple(
        sorted(
            {
                s.lineage_name
                for s in there
                if any(hand.role is Access.PRIMARY for hand in s.attribution) and not s.is_relay
            }
        )
    )
