"""What a language needs so that its sentences can be read: verbs, formulae, hedges, and the small words between."""

from __future__ import annotations

from dataclasses import dataclass, field

from siteline.claims.draft.tokens import Phrases


@dataclass(frozen=True)
class Lexicon:
    """Word lists of one language; everything in lower case."""

    code: str
    verbs: Phrases[str]
    """Verbs and formulae with a subject → cue stance."""

    told: Phrases[str]
    """Formulae that take their source after them: "according to", "as reported by"."""

    bare: Phrases[str]
    """Formulae without a subject that settle a stance: "no comment", "an earlier version of this article"."""

    hedges: Phrases[str]
    """Phrase → kind of hedge."""

    flags: Phrases[str]
    """Phrase → kind of flag."""

    negators: frozenset[str]
    conditions: Phrases[str]
    """What opens a condition."""

    breakers: frozenset[str]
    """Words at which a subject cannot go on to the left."""

    joiners: frozenset[str]
    """Words that may stand before a subject: but, and, on."""

    fillers: frozenset[str]
    """Adverbs and auxiliaries between a subject and its verb."""

    relatives: frozenset[str]
    pronouns: frozenset[str]
    determiners: frozenset[str]
    passive: frozenset[str]
    """Forms of to be, after which a verb has its doer elsewhere."""

    by: frozenset[str]
    """What names the doer of a passive."""

    finite: frozenset[str]
    """Common finite verbs: a group of words with one is no mere name."""

    own: frozenset[str]
    """We, I, our: of whom the speaker speaks."""

    before: Phrases[str]
    """Words before a number → least, more, most, fewer, about, nearly."""

    after: Phrases[str]
    """Words after a number → the same."""

    multipliers: dict[str, float]
    months: dict[str, int]
    weekdays: frozenset[str]
    percent: Phrases[str]
    range_words: frozenset[str]
    """Between two numbers: to, and, until."""

    number_words: dict[str, float] = field(default_factory=dict)
    vague_counts: Phrases[float] | None = None
    """dozens, hundreds → the least they can be."""

    false_words: frozenset[str] = frozenset()
    """False, baseless: a speaker's word for what others said."""

    perceives: frozenset[str] = frozenset()
    """Verbs of knowing; "we have not seen" denies nothing."""

    starters: frozenset[str] = frozenset()
    """Words that often begin a sentence, after an abbreviation that may end one."""

    abbreviations: frozenset[str] = frozenset()
    """Without their last dot; never the end of a sentence."""

    endings: frozenset[str] = frozenset()
    """Abbreviations that may end a sentence: p.m, u.s, inc."""

    anonymous: Phrases[str] | None = None
    persons: frozenset[str] = frozenset()
    """Nouns for people: official, source, spokesman."""

    relays: frozenset[str] = frozenset()
    """Nouns for outlets: agency, newspaper, television."""
