"""A brief in reading order, for whatever lays it out: each block with its sentences, their note numbers and what is withheld."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from siteline.model.edition import Block, BriefFigure, BriefText, Citation, Sentence, SentenceKind
from siteline.report.edition.material import EditionMaterial


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence as a copy prints it."""

    sentence: Sentence
    number: int | None
    """Of its note; None where it has none."""

    withheld: str | None
    """The reason that is printed in its place; None where the sentence is."""

    @property
    def text(self) -> str:
        """What is printed."""
        return self.sentence.text if self.withheld is None else f"[{self.withheld}]"


@dataclass(frozen=True, slots=True)
class Part:
    """One block as a copy prints it."""

    block: Block
    said: tuple[Said, ...]
    figure: BriefFigure | None = None
    order: int = 0
    """Number of the figure, from 1."""

    @property
    def is_withheld(self) -> bool:
        """Whether something of it is left out: then neither its cells nor its picture are printed."""
        return any(one.withheld is not None for one in self.said)

    @property
    def cells(self) -> tuple[str, ...]:
        """Of a table row."""
        if self.is_withheld:
            return tuple(one.text for one in self.said)
        return tuple(self.block.text.split("\t"))


def traced(material: EditionMaterial) -> list[Sentence]:
    """Sentences with something to walk back to: note 1 is the first one's."""
    return [
        s
        for s in material.brief.sentences
        if s.kind is not SentenceKind.HEADING
        and s.id not in material.withheld
        and (s.citations or s.is_editorial)
    ]


def flow(material: EditionMaterial) -> Iterator[Part]:
    """The blocks of an edition, in reading order."""
    numbers = {s.id: n for n, s in enumerate(traced(material), 1)}
    told: dict[int, list[Said]] = defaultdict(list)
    for s in material.brief.sentences:
        told[s.block].append(Said(s, numbers.get(s.id), material.withheld.get(s.id)))
    figures = {figure.block: (figure, n) for n, figure in enumerate(material.brief.figures, 1)}
    for block in material.brief.blocks:
        figure, order = figures.get(block.number, (None, 0))
        yield Part(block, tuple(told[block.number]), figure, order)


def handles(brief: BriefText) -> Mapping[tuple[str, str], str]:
    """
    A short name for each thing cited, by (kind, id), that tells nothing of it: "source-3".

    Made from the text alone, so that whoever has the text can find again what a mark in a copy stands for.
    """
    return {(c.kind, c.ref): f"source-{n}" for n, c in enumerate(brief.citations, 1)}


def mark_of(sentence: Sentence, named: Mapping[tuple[str, str], str]) -> str:
    """The citations and marks of a sentence in square brackets; "" where it has none."""
    said = [f"@{named[c.kind, c.ref]}" for c in sentence.citations]
    if sentence.kind not in (SentenceKind.FACT, SentenceKind.HEADING):
        said.append(sentence.kind.value)
    said += ["editorial"] if sentence.is_editorial else []
    return f"[{'; '.join(said)}]" if said else ""


def shown_names(material: EditionMaterial) -> Mapping[tuple[str, str], str]:
    """What marks in a copy are called: as the writer calls them, but for what is restricted or has no name."""
    own = {(c.kind, c.ref): name for name, c in reversed(material.brief.names)}
    told = {}
    for key, handle in handles(material.brief).items():
        support = material.supports.get(key)
        told[key] = handle if support is None or support.is_restricted else own.get(key, handle)
    return told


def cited_as(citation: Citation, brief: BriefText) -> str:
    """A citation as a writer would write it: "@hall", or "@event:7f3a"."""
    own = next((name for name, c in brief.names if (c.kind, c.ref) == (citation.kind, citation.ref)), "")
    return f"@{own or citation}"
