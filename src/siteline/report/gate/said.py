"""What the rules look at: one sentence, as it was read, with what it rests on; and the brief around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from siteline.model.draft import Hedge, SaidDate, SaidQuantity
from siteline.model.edition import (
    BriefFigure,
    BriefText,
    Citation,
    CitedClaim,
    CitedCount,
    CitedEvent,
    CitedRemoval,
    CitedSize,
    CitedSurvey,
    Reading,
    Sentence,
    SentenceKind,
    Support,
)

S = TypeVar("S", bound=Support)

QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|‹[^›]*›|「[^」]*」|『[^』]*』|《[^》]*》|\"[^\"]*\"")
"""Words in quotation marks: somebody else's."""

Fault = tuple[str, str]
"""(code, message) of one rule that a sentence breaks."""


@dataclass(frozen=True)
class Said:
    """One sentence, as it was read, with what it rests on."""

    sentence: Sentence
    reading: Reading
    """The same words, read by the draft extractor: hedges, quantities, dates."""

    supports: tuple[Support, ...]
    """Of each citation that is in the case; of a heading, all of its section's."""

    missing: tuple[Citation, ...]
    """Citations of what is not in the case."""

    block: str
    """The paragraph that it stands in."""

    @cached_property
    def own(self) -> str:
        """The sentence in its own words: quotations blanked, character for character."""
        return QUOTED.sub(lambda found: " " * len(found[0]), self.sentence.text)

    @property
    def is_heading(self) -> bool:
        """Whether it stands for a section."""
        return self.sentence.kind is SentenceKind.HEADING

    @property
    def is_told_of_the_place(self) -> bool:
        """Whether it speaks of the matter, rather than of how we work."""
        return self.sentence.kind in (SentenceKind.FACT, SentenceKind.JUDGEMENT, SentenceKind.HEADING)

    @property
    def hedges(self) -> tuple[Hedge, ...]:
        """The sentence's own, and those within what it quotes."""
        return self.reading.hedges

    @property
    def quantities(self) -> tuple[SaidQuantity, ...]:
        """In its own words; what stands in quotation marks is held against the words cited instead."""
        return tuple(q for q in self.reading.quantities if self.own[q.span.start : q.span.end].strip())

    @property
    def dates(self) -> tuple[SaidDate, ...]:
        """In its own words."""
        return tuple(day for day in self.reading.dates if self.own[day.span.start : day.span.end].strip())

    @property
    def quotations(self) -> tuple[str, ...]:
        """What it puts in quotation marks, without them."""
        return tuple(found[0][1:-1].strip() for found in QUOTED.finditer(self.sentence.text))

    def of(self, kind: type[S]) -> tuple[S, ...]:
        """What it rests on, of one kind."""
        return tuple(support for support in self.supports if isinstance(support, kind))

    @property
    def claims(self) -> tuple[CitedClaim, ...]:
        """Statements that it rests on."""
        return self.of(CitedClaim)

    @property
    def is_seen(self) -> bool:
        """Whether it rests on images of a place, or on no statement at all."""
        if any(
            isinstance(support, (CitedEvent, CitedSize, CitedSurvey, CitedCount)) for support in self.supports
        ):
            return True
        return not any(isinstance(support, (CitedClaim, CitedRemoval)) for support in self.supports)


@dataclass(frozen=True)
class Around:
    """The brief around a sentence."""

    brief: BriefText
    said: tuple[Said, ...]
    pictured: tuple[tuple[BriefFigure, Support | None], ...]
    """Each figure, with what it shows; None where that is not in the case."""

    told: frozenset[str]
    """Ids of the statements that are cited anywhere."""

    worked_out: dict[str, Any] = field(default_factory=dict, compare=False)
    """What a rule works out once for the whole brief."""


def gather_said(
    brief: BriefText, supports: Mapping[tuple[str, str], Support], readings: Mapping[str, Reading]
) -> Around:
    """
    Each sentence with what it rests on.

    supports: by (kind, id), of what is in the case. readings: by sentence id.
    """
    blocks: dict[int, list[str]] = {}
    for sentence in brief.sentences:
        blocks.setdefault(sentence.block, []).append(sentence.text)
    said = []
    for place, sentence in enumerate(brief.sentences):
        cited = _section(brief, place) if sentence.kind is SentenceKind.HEADING else sentence.citations
        found = [supports.get((c.kind, c.ref)) for c in cited]
        missing = tuple(c for c, s in zip(cited, found, strict=True) if s is None)
        own = () if sentence.kind is SentenceKind.HEADING else missing
        held = tuple(s for s in found if s is not None)
        said.append(Said(sentence, readings[sentence.id], held, own, " ".join(blocks[sentence.block])))
    pictured = tuple((f, supports.get((f.cites.kind, f.cites.ref))) for f in brief.figures)
    told = frozenset(
        s for support in supports.values() if isinstance(support, CitedClaim) for s in support.members
    )
    return Around(brief, tuple(said), pictured, told)


def _section(brief: BriefText, place: int) -> tuple[Citation, ...]:
    """What is cited below a heading, up to the next of its rank."""
    depths = {block.number: block.depth for block in brief.blocks if block.shape == "heading"}
    rank = depths[brief.sentences[place].block]
    return tuple(
        {
            (c.kind, c.ref): c
            for s in _until(brief.sentences[place + 1 :], depths, rank)
            for c in s.citations
        }.values()
    )


def _until(sentences: Iterable[Sentence], depths: Mapping[int, int], rank: int) -> Iterator[Sentence]:
    for sentence in sentences:
        if sentence.kind is SentenceKind.HEADING and depths[sentence.block] <= rank:
            return
        yield sentence
