"""All rules of the gate over one brief. Drafts are built whatever this says; nothing is released against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from siteline.model.edition import BriefText, Objection, Reading, Support
from siteline.report.gate import counted, grounds, numbers, pictures, wording
from siteline.report.gate.said import Around, Fault, Said, gather_said

Rule = Callable[[Said, Around], Iterator[Fault]]

RULES: tuple[Rule, ...] = (
    grounds.evidence,
    grounds.assessment,
    grounds.confirmed,
    grounds.stale,
    grounds.reviewed,
    grounds.denial,
    grounds.translation,
    wording.hedge,
    wording.mixed,
    wording.began,
    wording.removed,
    wording.absence,
    wording.function,
    numbers.number,
    numbers.denominator,
    numbers.ratio_wording,
    numbers.dates,
    counted.counted,
    pictures.personal,
)
"""What every sentence is held against, in the order in which it is told."""

CODES = (
    "no-evidence", "no-assessment", "hedge", "number", "denominator", "confirmed", "mixed", "removed", "stale", "denial",
    "rights", "person", "unreviewed", "began", "absence", "function", "wording", "date", "synthetic", "translation",
)  # fmt: skip
"""Every code that an objection can have."""


ENGLISH_ONLY = ("confirmed", "mixed", "removed", "began", "absence", "function", "wording")
"""Rules on words, of which only English ones are known."""

READ = ("en", "uk", "ru", "ko")
"""Languages whose hedges and dates are read."""


def not_held(language: str) -> tuple[str, ...]:
    """Codes of rules that say nothing of sentences in a language, because their words are not known in it."""
    primary = language.lower().partition("-")[0]
    if primary == "en":
        return ()
    return ENGLISH_ONLY if primary in READ else ("hedge", "date", *ENGLISH_ONLY)


def hold(
    brief: BriefText, supports: Mapping[tuple[str, str], Support], readings: Mapping[str, Reading]
) -> tuple[Objection, ...]:
    """
    Every rule that every sentence and figure breaks, in reading order; () for a brief that may go out.

    supports: by (kind, id), of all that is cited and in the case. readings: each sentence's words, read by the draft
    extractor, by sentence id.
    """
    around = gather_said(brief, supports, readings)
    found = [
        Objection(said.sentence.id, code, message, said.sentence.text, said.sentence.line)
        for said in around.said
        for rule in RULES
        for code, message in dict.fromkeys(rule(said, around))
    ]
    found += [
        Objection(figure.id, code, message, figure.caption, figure.line)
        for figure, support in around.pictured
        for code, message in pictures.figure_faults(figure, support)
    ]
    return (*found, *pictures.synthetic(around))
