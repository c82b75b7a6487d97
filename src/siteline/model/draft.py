"""What a reading of an article proposes: drafts with their words, places and reasons, never facts."""

from __future__ import annotations

from dataclasses import dataclass

STANCES = ("asserts", "hedges", "denies", "no_position", "nonresponse", "corrects", "retracts")
"""What a speaker does with what is said; silence is never a denial."""

HEDGE_KINDS = ("epistemic", "evidential", "approximator", "conditional", "limit")
"""How a hedge weakens: by doubt, by hearsay, by rounding, by a condition, by what is known so far."""

CUE_STANCES = ("neutral", "doubt", "denial", "no_position", "no_answer", "correction", "retraction")
"""What the verb or formula of an attribution says of what follows."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words at their place: `text[start:end] == words` holds in the text that was read."""

    start: int
    """Characters (code points) from the beginning of the text."""

    end: int
    """One past the last."""

    words: str


@dataclass(frozen=True, slots=True)
class Hedge:
    """Words by which the source itself says less."""

    span: Span
    kind: str
    """One of HEDGE_KINDS."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Words that a reader should look at, and why; no hedge."""

    span: Span
    kind: str
    """frequency, vague_source, removal, image, medium."""


@dataclass(frozen=True, slots=True)
class SaidQuantity:
    """A number as it was said, and the interval that it can mean."""

    span: Span
    """Number, unit and what bounds it."""

    kind: str
    """count, share, ratio, factor, measure, money."""

    low: float | None
    """Least value; None: no lower end was said."""

    high: float | None
    """Greatest value; None: no upper end was said."""

    low_open: bool
    """Whether `low` itself is excluded."""

    high_open: bool
    unit: str
    """What is counted ("missiles", "killed civilians"), or a unit ("m", "USD"); "" where none was said."""

    direction: str
    """Of a ratio: of, larger, smaller; else ""."""

    other: str
    """Of a ratio or share, what it is held against, as it was said; "" where nothing was."""

    width: str
    """The rule by which the words became an interval, with its width."""

    stated: tuple[float, float] | None = None
    """The number itself, before its words were read: (50, 50) of "about 50"; None of ratios and of "dozens"."""


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A day, month or year as it was said."""

    span: Span
    first: str
    """ISO 8601; a year that was not said is left out: `--02-03`."""

    last: str
    """The same as `first` unless a range was said."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One step of the way by which words came: who said or passed them on."""

    span: Span
    role: str
    """primary, or relay."""

    anonymity: str
    """"": named; `unnamed`: a kind of person, no name; `asked`: asked not to be named."""

    refers_to: Span | None
    """The fuller name for which a pronoun or "the centre" seems to stand."""

    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement proposed to a person: a sentence or clause, who says it, how surely, with reasons."""

    start: int
    end: int
    quote: str
    """The text between them, unchanged."""

    sentence: int
    """Number of the sentence in the text, from 0."""

    lang: str
    """en, uk, ru, ko; `und`: not understood."""

    kind: str
    """sentence, headline, list, caption."""

    stance: str
    """One of STANCES."""

    chain: tuple[Voice, ...]
    """From the first speaker to the last relay; empty: the article itself says it."""

    cue: Span | None
    """The verb or formula by which it is attributed."""

    cue_stance: str
    """One of CUE_STANCES; "" without a cue."""

    hedges: tuple[Hedge, ...]
    quantities: tuple[SaidQuantity, ...]
    dates: tuple[SaidDate, ...]
    negations: tuple[Span, ...]
    condition: Span | None
    """The clause without which nothing is claimed about the present."""

    flags: tuple[Flag, ...]
    reasons: tuple[str, ...]
    """Why it was read so."""

    asks: tuple[str, ...]
    """What a person should settle before accepting it."""

    outlet: Span | None = None
    """The agency in whose story it stands, by its dateline."""

    @property
    def source(self) -> Span | None:
        """The words that name who said it first."""
        return self.chain[0].span if self.chain else None


@dataclass(frozen=True, slots=True)
class Drafts:
    """All that was drafted from one text, and what was not."""

    drafts: tuple[Draft, ...]
    lang: str
    sentences: int
    left_out: tuple[tuple[str, int], ...]
    """Why sentences were not drafted, with how many."""

    notes: tuple[str, ...]
    """What a person must know of this text."""
