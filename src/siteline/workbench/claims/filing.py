"""Statements filed: what they quote is looked up in its exhibit first, letter by letter."""

from __future__ import annotations

from collections.abc import Sequence

from siteline.model.claim import Anchor, AnchorKind, Statement
from siteline.model.errors import BrokenCustody, NotThere
from siteline.workbench.case import Case
from siteline.workbench.claims.words import Rendition, find_quote, render_text


def file_statements(case: Case, statements: Sequence[Statement], batch: str = "") -> list[str]:
    """
    File statements, in one transaction; returns the ids of those that were new.

    Every quote must be in its exhibit where its anchor says (NotThere otherwise, nothing is recorded); hedges with a place
    too. Exhibits that a statement names must be in the case. This is how an accepted draft becomes a statement.
    """
    texts: dict[str, Rendition] = {}
    for statement in statements:
        check_words(case, statement, texts)
        for exhibit_id in (*statement.imagery, *statement.evidence):
            case.exhibits.get(exhibit_id)
    return case.statements.add(statements, batch)


def anchor_words(
    case: Case,
    exhibit_id: str,
    quote: str,
    start: int | None = None,
    texts: dict[str, Rendition] | None = None,
) -> Anchor:
    """
    The place of a quote in an exhibit; raises NotThere, with the nearest place, unless it is exactly there.

    texts: keeps what was read, for many quotes of few exhibits.
    """
    rendition = _text_of(case, exhibit_id, {} if texts is None else texts)
    first, end = find_quote(rendition, quote, start)
    exhibit = rendition.exhibit
    return Anchor(
        AnchorKind.WORDS, exhibit.id, exhibit.sha256, first, end, rendition.name, exhibit.source_url
    )


def check_words(case: Case, statement: Statement, texts: dict[str, Rendition]) -> None:
    """Whether a statement's words are in its exhibit; `texts` keeps what was read. Raises NotThere, BrokenCustody, NotFound."""
    anchor = statement.anchor
    if anchor.kind is AnchorKind.URL:
        return
    if anchor.kind is AnchorKind.OBSERVED:
        if case.exhibits.get(anchor.exhibit_id).sha256 != anchor.sha256:
            raise BrokenCustody(
                f"exhibit {anchor.exhibit_id} has other bytes than statement {statement.id} says"
            )
        return
    rendition = _text_of(case, anchor.exhibit_id, texts)
    if rendition.exhibit.sha256 != anchor.sha256:
        raise BrokenCustody(f"exhibit {anchor.exhibit_id} has other bytes than statement {statement.id} says")
    find_quote(rendition, statement.quote, anchor.start)
    for hedge in statement.hedges:
        if hedge.start is not None and rendition.text[hedge.start : hedge.end] != hedge.text:
            raise NotThere(
                f"the hedge {hedge.text!r} of statement {statement.id} is not at character {hedge.start} "
                f"of exhibit {anchor.exhibit_id}"
            )


def _text_of(case: Case, exhibit_id: str, texts: dict[str, Rendition]) -> Rendition:
    if exhibit_id not in texts:
        texts[exhibit_id] = render_text(case, exhibit_id)
    return texts[exhibit_id]
