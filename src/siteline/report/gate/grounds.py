"""Whether a sentence rests on anything, and whether that still stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from siteline.model.edition import (
    CitedAssessment,
    CitedClaim,
    CitedEvent,
    CitedExhibit,
    CitedRemoval,
    CitedSurvey,
    SentenceKind,
    Support,
)
from siteline.report.gate.said import Around, Fault, Said


def evidence(said: Said, _: Around) -> Iterator[Fault]:
    """`no-evidence`: a fact that cites nothing, or something that is not there, or that cannot carry it now."""
    kind, sentence = said.sentence.kind, said.sentence
    if kind in (SentenceKind.FACT, SentenceKind.JUDGEMENT) and not sentence.citations:
        hint = "; the mark editorial is for context, method and caveats" if sentence.is_editorial else ""
        yield "no-evidence", f"it cites nothing{hint}"
    if kind in (SentenceKind.CONTEXT, SentenceKind.METHOD, SentenceKind.CAVEAT) and not (
        sentence.citations or sentence.is_editorial
    ):
        yield "no-evidence", "it needs a source, or the mark editorial"
    for citation in said.missing:
        yield "no-evidence", f"{citation} is not in this case, or not open to you"
    if said.is_heading:
        return
    for support in said.supports:
        for why in support.broken:
            yield "no-evidence", f"{support.title}: {why}"
    yield from _quotations(said)


def _quotations(said: Said) -> Iterator[Fault]:
    """What stands in quotation marks must be the words of something cited."""
    known = [words for support in said.supports for words in _words_of(support)]
    if not known:
        return
    for quotation in said.quotations:
        if not all(any(piece in words for words in known) for piece in _pieces(quotation)):
            yield "no-evidence", f'"{quotation[:80]}" is not in the words of what it cites'


def _words_of(support: Support) -> Iterator[str]:
    if isinstance(support, CitedClaim):
        yield from (_folded(words) for words in (support.quote, *support.translations) if words)
    if isinstance(support, CitedExhibit) and support.text:
        yield _folded(support.text)


_LEFT_OUT = re.compile(r"\[[^\]]*\]|…|\.\.\.")


def _pieces(quotation: str) -> list[str]:
    """What of a quotation is quoted: what was put in brackets or left out divides it."""
    pieces = (_folded(piece).strip(" .,;:!?") for piece in _LEFT_OUT.split(quotation))
    return [piece for piece in pieces if piece]


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKC", words).translate(str.maketrans("‘’“”„«»–—", '\'\'"""""--'))
    return " ".join(plain.casefold().split())


def assessment(said: Said, _: Around) -> Iterator[Fault]:
    """`no-assessment`: our own judgement, and nobody has put down on what grounds."""
    if said.sentence.kind is not SentenceKind.JUDGEMENT:
        return
    if not said.of(CitedAssessment) and not any(claim.assessments for claim in said.claims):
        yield (
            "no-assessment",
            "it is a judgement, and nothing it cites has been assessed: siteline claims judge",
        )


_CONFIRMED = re.compile(
    r"\b(?:confirm(?:s|ed|ing|ation|ations)?|verif(?:y|ies|ied|ication)|prov(?:e|es|ed|en)|corroborat(?:e|es|ed|ion))\b",
    re.IGNORECASE,
)
_UNCONFIRMED = re.compile(
    r"\b(?:neither\s+confirm\w*\s+nor|(?:not|never|cannot|nobody|without|un|yet to be|did\s+not|could\s+not\s+be)"
    r"(?:\s+(?:be|been|independently|yet|able\s+to))*\s+(?:confirm|verif|prov|corroborat)\w*)",
    re.IGNORECASE,
)


def confirmed(said: Said, _: Around) -> Iterator[Fault]:
    """`confirmed`: said of what fewer than two independent lineages carry."""
    word = _CONFIRMED.search(_UNCONFIRMED.sub(" ", said.own))
    if word is None or said.sentence.kind is SentenceKind.METHOD:
        return
    lineages = max((claim.lineages for claim in said.claims), default=0)
    if lineages < 2:
        carried = f"{lineages} independent lineage carries it" if lineages else "it cites no statement"
        yield "confirmed", f'"{word[0]}" needs two independent lineages; {carried}'


def stale(said: Said, _: Around) -> Iterator[Fault]:
    """`stale`: what it rests on was superseded, corrected, retracted, withdrawn, or counted anew."""
    if said.is_heading:
        return
    for support in said.supports:
        for why in support.stale:
            yield "stale", f"{support.title}: {why}"


def reviewed(said: Said, _: Around) -> Iterator[Fault]:
    """`unreviewed`: a finding that nobody accepted, or that has changed since."""
    if said.is_heading:
        return
    for support in said.supports:
        match support:
            case CitedEvent(is_accepted=False):
                yield "unreviewed", f"{support.title}: nobody has accepted it: siteline events judge"
            case CitedEvent(needs_review=True):
                yield "unreviewed", f"{support.title}: it has changed since it was accepted"
            case CitedRemoval(is_confirmed=False):
                yield "unreviewed", f"{support.title}: nobody has confirmed it: siteline evidence confirm"
            case CitedSurvey(is_accepted=False) if said.is_told_of_the_place:
                yield (
                    "unreviewed",
                    f"{support.title}: nobody has accepted what it says: siteline claims from-absence",
                )


def denial(said: Said, around: Around) -> Iterator[Fault]:
    """`denial`: somebody denies it, and the brief does not say so anywhere."""
    if said.is_heading:
        return
    for claim in said.claims:
        for denied in claim.denials:
            if denied not in around.told and _first_to_cite(claim, around) is said:
                yield "denial", f"{claim.title}: statement {denied} denies it, and the brief leaves that out"


def _first_to_cite(claim: CitedClaim, around: Around) -> Said | None:
    return next((s for s in around.said if not s.is_heading and claim in s.supports), None)


def translation(said: Said, around: Around) -> Iterator[Fault]:
    """`translation`: a quotation in words that the source never used, which no person has checked."""
    home = around.brief.language.split("-")[0].lower()
    for claim in said.claims:
        foreign = claim.language.split("-")[0].lower()
        if foreign in ("und", home) or claim.is_translation_checked:
            continue
        own = _folded(claim.quote)
        if any(piece not in own for quotation in said.quotations for piece in _pieces(quotation)):
            yield "translation", f"{claim.title}: no person has checked the translation that it quotes"
