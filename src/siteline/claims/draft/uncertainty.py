"""
Whether a sentence is uncertain by its own words: it doubts, hears say, or leaves open who, how many or how often.

The kinds are those of the literature on hedges and weasel words: doubt and hearsay (Lakoff 1973; Prince, Frader & Bosk 1982),
and groups, numbers and adverbs that commit the writer to nothing (Ganter & Strube 2009).
"""

from __future__ import annotations

from siteline.claims.draft.english import ENGLISH
from siteline.claims.draft.hedges import find_flags, find_hedges
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import tokenize

_UNSURE = frozenset(("epistemic", "evidential", "limit"))
_VAGUE = frozenset(("vague_source", "vague_count", "frequency", "degree"))


def is_uncertain(sentence: str, lexicon: Lexicon = ENGLISH) -> bool:
    """Whether what a sentence says is uncertain by its own words; rounding and conditions make it no less so."""
    tokens = tokenize(sentence)
    return any(hedge.kind in _UNSURE for hedge in find_hedges(tokens, lexicon)) or any(
        flag.kind in _VAGUE for flag in find_flags(tokens, lexicon)
    )
