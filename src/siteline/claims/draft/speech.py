"""Quoted words without a speaker of their own borrow the nearest: of the same quotation, else one sentence before or after."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from siteline.claims.draft.clauses import Clause
from siteline.claims.draft.quotations import Quotation
from siteline.model.draft import Draft

_WORDS = 4
"""From so many words on, quoted words are speech; fewer may be a name."""


def is_speech(text: str, quotation: Quotation) -> bool:
    """Whether a quotation is somebody's words, and no name or turn of phrase."""
    inner = text[quotation.start + 1 : min(quotation.end - 1, quotation.start + 400)].strip()
    if not inner:
        return False
    if text[quotation.start] in "《〈":
        return False  # titles
    if inner[-1] in ".,!?…。！？" or quotation.end - quotation.start > 400 or len(inner.split()) >= _WORDS:
        return True
    behind = text[quotation.end : quotation.end + 2]
    if behind.startswith(","):  # “No”, he said; but not: the agency “Dawn”, which
        return text[max(0, quotation.start - 3) : quotation.start].rstrip()[-1:] in (
            "",
            ",",
            ":",
            "—",
            "–",
            ".",
            "!",
            "?",
        )
    return behind.startswith(("라고", "고 ")) and len(inner) > 2


def lend_speakers(text: str, clauses: Sequence[Clause], quotations: Sequence[Quotation]) -> list[Draft]:
    """The drafts, those that are all quotation with a speaker lent to them, and why."""
    starts = [q.start for q in quotations]
    holders = [_quotations_of(clause.draft, quotations, starts) for clause in clauses]
    by_quotation: dict[int, Draft] = {}
    for clause, held in zip(clauses, holders, strict=True):
        if clause.draft.chain and not clause.speaks:
            for q in held:
                by_quotation.setdefault(q, clause.draft)
    drafts: list[Draft] = []
    for k, clause in enumerate(clauses):
        lender, why = None, ""
        if clause.speaks:
            lender, why = _lender(text, clauses, drafts, k, holders[k], by_quotation)
        drafts.append(clause.draft if not clause.speaks else _lent(clause.draft, lender, why))
    return drafts


def _lender(
    text: str,
    clauses: Sequence[Clause],
    earlier: Sequence[Draft],
    k: int,
    held: range,
    by_quotation: dict[int, Draft],
) -> tuple[Draft | None, str]:
    for q in held:
        if q in by_quotation:
            return by_quotation[q], "the speaker of the same quotation"
    own = clauses[k]
    if k > 0 and earlier[k - 1].chain:
        before = earlier[k - 1]
        is_near = clauses[k - 1].paragraph == own.paragraph
        leads = before.quote.rstrip().endswith(":")
        if leads or (is_near and before.sentence >= own.draft.sentence - 1):
            return before, "the nearest speaker, one sentence before"
    if k + 1 < len(clauses) and clauses[k + 1].draft.chain and clauses[k + 1].paragraph <= own.paragraph + 1:
        after = clauses[k + 1].draft
        if after.sentence <= own.draft.sentence + 1 and after.cue is not None:
            return after, "the nearest speaker, one sentence after"
    return None, ""


def _lent(draft: Draft, lender: Draft | None, why: str) -> Draft:
    if lender is None:
        return replace(draft, asks=(*draft.asks, "Who is quoted? Nobody is named nearby."))
    named = lender.chain[0].span.words
    return replace(
        draft,
        chain=lender.chain,
        reasons=(
            *(r for r in draft.reasons if not r.startswith("nobody is named")),
            f"quoted words, “{named}”: {why}",
        ),
        asks=(*draft.asks, *(ask for ask in lender.asks if ask.startswith("Who is"))),
    )


def _quotations_of(draft: Draft, quotations: Sequence[Quotation], starts: Sequence[int]) -> range:
    """The quotations that a draft shares words with."""
    first = max(0, bisect_right(starts, draft.start) - 1)
    if first < len(quotations) and quotations[first].end <= draft.start:
        first += 1
    return range(first, max(first, bisect_left(starts, draft.end)))
