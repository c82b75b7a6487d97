"""Claims of a brief that somebody rated, as schema.org ClaimReview beside its provenance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from siteline.model.edition import CitedClaim
from siteline.model.errors import BadInput, NotFound
from siteline.report.edition.flow import traced
from siteline.report.edition.material import EditionMaterial
from siteline.workbench.case import Case
from siteline.workbench.claims.linked import check_address, claim_review


def reviews_of(case: Case, material: EditionMaterial, url: str) -> Iterator[dict[str, Any]]:
    """
    Nodes for the rated claims among those cited by sentences that are printed; none without an address.

    Raises BadInput where `url` is no address of a page.
    """
    if not url:
        return
    check_address(url)
    as_of = datetime.combine(material.brief.as_of, time.max, UTC) if material.brief.as_of else None
    claims = {
        support.members[0]: None
        for sentence in traced(material)
        for support in material.supports_of(sentence)
        if isinstance(support, CitedClaim) and support.members and support.assessments
    }
    for statement_id in claims:
        claim_id = case.statements.get(statement_id, as_of).statement.claim.id
        try:
            told = claim_review(case, claim_id, url, as_of)
        except (BadInput, NotFound):  # nobody whom we may name rated it
            continue
        yield from ({"@context": told["@context"], **node} for node in told["@graph"])
