"""Everything that a brief cites, from whichever record keeps it, as the gate needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time

from siteline.model.edition import BriefText, Citation, Support
from siteline.model.errors import NotForYou, NotFound
from siteline.workbench.briefs import counts, custody, ledger, places, statements
from siteline.workbench.briefs.around import Around
from siteline.workbench.case import Case

_HOW: dict[str, Callable[[Around, Citation], Support | None]] = {
    "claim": statements.cited_claim,
    "statement": statements.cited_statement,
    "assessment": statements.cited_assessment,
    "event": places.cited_event,
    "size": places.cited_size,
    "count": counts.cited_count,
    "survey": places.cited_survey,
    "query": ledger.cited_query,
    "exhibit": custody.cited_exhibit,
    "finding": custody.cited_finding,
}


def gather(case: Case, brief: BriefText, as_of: datetime | None = None) -> dict[tuple[str, str], Support]:
    """Of each citation that is in the case and open to the reader, what it carries now, or at the earlier of two moments."""
    moments = [datetime.combine(brief.as_of, time.max, UTC)] if brief.as_of else []
    moments += [as_of] if as_of is not None else []
    return gather_all(Around(case, min(moments, default=None)), brief.citations)


def gather_all(around: Around, citations: Iterable[Citation]) -> dict[tuple[str, str], Support]:
    """The same of any citations."""
    found = {}
    for citation in citations:
        try:
            support = _HOW[citation.kind](around, citation)
        except (NotFound, NotForYou):
            continue
        if support is not None:
            found[citation.kind, citation.ref] = support
    return found
