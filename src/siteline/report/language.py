"""
How a text speaks of likelihood and confidence: never both in one sentence, never two sets of words in one text.

ICD 203 has two columns of words for the same bands; a brief uses one. A likelihood says how probable a thing is, a
confidence how good the grounds are; in one sentence the reader multiplies them. What stands in quotation marks is somebody
else's hedge and is left alone. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from siteline.model.likelihood import TermSet

MIXED = "mixed"
"""The gate's code for both faults of mixing."""

CONFIRMED = "confirmed"
"""The gate's code for a credibility of 1 that somebody typed."""

AVERAGED = "averaged"
"""A class of the Admiralty system used as a number."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a sentence must not say so."""

    sentence: int
    """Its place in the text, from 0."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one sentence says of likelihood and confidence, as it says it."""

    likelihoods: tuple[tuple[str, TermSet | None], ...]
    """Words, and whose column they are of; None for a percentage or a bare "chance"."""

    confidences: tuple[str, ...]
    beyond: tuple[str, ...] = ()
    """Likelihoods that are in no table: 0 and 100 %."""


_A = r"almost\s+no\s+chance|very\s+(?:un)?likely|unlikely|likely|roughly\s+even\s+chances?|almost\s+certain(?:ly)?"
_B = (
    r"highly\s+(?:im)?probabl[ey]|improbabl[ey]|probabl[ey]|roughly\s+even\s+odds|nearly\s+certain(?:ly)?"
    r"|remote(?=\s+(?:chance|possibility|likelihood|probability|odds))|(?<=chance is )remote|(?<=odds are )remote"
)
_SHARE = r"(?<![\d.,])\d{1,3}(?:\.\d+)?(?:\s*(?:–|-|to)\s*\d{1,3}(?:\.\d+)?)?\s*(?:%|per\s*cent|percent)"
_OF = r"(?:chance|likelihood|probability|odds|likely|certain)"
_NUMBERED = rf"{_SHARE}\s+(?:{_OF})\b|\b{_OF}(?:\s+(?:of|is|at|about|around|roughly|that)){{1,3}}\s+{_SHARE}"
_LIKELIHOOD = re.compile(rf"\b(?P<a>{_A})\b|\b(?P<b>{_B})\b|(?P<n>{_NUMBERED})", re.IGNORECASE)
_DETECTION = re.compile(r"\bdetection\s+probability\b[^.;]*", re.IGNORECASE)
_CONFIDENCE = re.compile(
    r"(?<!spoke in )(?<!vote of )(?<!vote of no )\bconfidence\b(?!\s+(?:interval|limits?|bounds?|region|band)|-|\s+vote)"
    r"|\bconfident(?:ly)?\b",
    re.IGNORECASE,
)
_STATISTICS = re.compile(rf"{_SHARE}\s+confidence\b", re.IGNORECASE)
_TYPED_ONE = re.compile(
    r"\b(?:rated|graded|assessed\s+as|admiralty(?:\s+(?:code|grade|rating|system))?)\W{1,3}(?:as\s+)?[A-F]-?1\b"
    r"|\b(?:information\s+)?credibility(?:\s+(?:of|is|as|rating))?\W{1,3}1\b(?![.,]?\d|\s*%)",
    re.IGNORECASE,
)
_MEAN = re.compile(
    r"\b(?:average|averaged|mean|median|sum\s+of)\b[^.;]{0,60}\b(?:reliability|credibility|admiralty)\b"
    r"|\b(?:reliability|credibility|admiralty)\b[^.;]{0,40}\b(?:averages?|averaged|on\s+average)\b"
    r"|\bcredibility(?:\s+(?:of|is))?\s+\d\.\d",
    re.IGNORECASE,
)
_EXTREME = re.compile(r"^(?:0(?:\.0+)?|100(?:\.0+)?)\s*(?:%|per)", re.IGNORECASE)
_QUOTED = re.compile(
    r"“[^”]{0,2000}”|„[^“”]{0,2000}[“”]|«[^»]{0,2000}»|‹[^›]{0,2000}›|「[^」]{0,2000}」|『[^』]{0,2000}』|《[^》]{0,2000}》"
    r"|\"[^\"]{0,2000}\""
)
_LONGEST = 4000
"""Characters of a sentence that are read; none is longer."""

_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|St|No|Nos|Fig|approx|ca|c|vs|etc|al|i\.e|e\.g|U\.S|U\.N|U\.K"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|(?<!\w)[A-Z])\.$"
)
_LONGEST_WORD = 12
_STOP = re.compile(r"[.!?…]+[”\"»’)\]]*\s+(?=[\"“„«(\[]*[^\Wa-z_])|\n\s*\n")


def sentences_of(text: str) -> list[str]:
    """The sentences of plain English prose; a semicolon does not end one."""
    found, start = list[str](), 0
    for stop in _STOP.finditer(text):
        tail = text[max(start, stop.start() - _LONGEST_WORD) : stop.end()].strip()
        if _ABBREVIATION.search(tail) and "\n" not in stop.group().strip(" "):
            continue
        found.append(text[start : stop.end()].strip())
        start = stop.end()
    return [said for said in (*found, text[start:].strip()) if said]


def spoken(sentence: str) -> Spoken:
    """What a sentence says in its own words, quotations left out."""
    own = _DETECTION.sub(" ", _QUOTED.sub(" ", sentence[:_LONGEST]))
    likelihoods, beyond = list[tuple[str, TermSet | None]](), list[str]()
    for match in _LIKELIHOOD.finditer(own):
        words = " ".join(match.group().split())
        if match["n"] is None:
            likelihoods.append((words, TermSet.A if match["a"] else TermSet.B))
            continue
        likelihoods.append((words, None))
        share = re.search(_SHARE, words, re.IGNORECASE)
        if share and _EXTREME.match(share.group()):
            beyond.append(words)
    bare = _STATISTICS.sub(" ", own)
    return Spoken(
        tuple(likelihoods), tuple(match.group() for match in _CONFIDENCE.finditer(bare)), tuple(beyond)
    )


def lint_sentences(
    sentences: Sequence[str], *, terms: TermSet | None = None, functions: Iterable[int] = ()
) -> list[Fault]:
    """
    What is wrong with how these sentences speak of likelihood and confidence, in their order.

    terms: the column that the text is to use; None: whichever it uses first. functions: places of sentences that say what
    a building is for, whose "probably" is no likelihood of the table.
    """
    faults, exempt = list[Fault](), set(functions)
    for place, sentence in enumerate(sentences):
        said = spoken(sentence)
        if place in exempt:
            kept = tuple(one for one in said.likelihoods if one[0].lower() not in ("probably", "probable"))
            said = Spoken(kept, said.confidences, said.beyond)
        if said.likelihoods and said.confidences:
            words = f'"{said.likelihoods[0][0]}" and "{said.confidences[0]}"'
            faults.append(
                Fault(
                    place,
                    MIXED,
                    f"a likelihood and a confidence in one sentence ({words}): make it two sentences",
                )
            )
        for words, of in said.likelihoods:
            if of is None:
                continue
            terms = terms or of
            if of is not terms:
                faults.append(
                    Fault(
                        place,
                        MIXED,
                        f'"{words}" is of the words {of.value}, the text uses the words {terms.value}',
                    )
                )
        faults += [
            Fault(place, MIXED, f'"{words}": 0 and 100 % are in no set of likelihood words')
            for words in said.beyond
        ]
    return faults


def lint_ratings(sentences: Sequence[str], *, has_two_origins: bool = False) -> list[Fault]:
    """
    Where sentences type a credibility of 1, or add up or average Admiralty classes.

    has_two_origins: whether all claims that the sentences cite are computed as 1. Only words that name a rating are looked at:
    "B1" alone may be a building.
    """
    faults = list[Fault]()
    for place, sentence in enumerate(sentences):
        own = _QUOTED.sub(" ", sentence[:_LONGEST])
        if (typed := _TYPED_ONE.search(own)) and not has_two_origins:
            words = " ".join(typed.group().split())
            faults.append(
                Fault(
                    place,
                    CONFIRMED,
                    f'"{words}": 1 is computed from two independent lineages and never typed',
                )
            )
        if mean := _MEAN.search(own):
            words = " ".join(mean.group().split())
            faults.append(
                Fault(place, AVERAGED, f'"{words}": a letter or digit of the Admiralty system is no number')
            )
    return faults


def lint_text(text: str, *, terms: TermSet | None = None) -> list[Fault]:
    """The same of running text."""
    return lint_sentences(sentences_of(text), terms=terms)
