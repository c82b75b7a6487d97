"""Which kind of hedge some words are."""

from __future__ import annotations

import re

from siteline.claims.amount import Bound, bound_of
from siteline.model.claim import HedgeKind

_KINDS = (
    (HedgeKind.CONDITIONAL, r"if|unless|provided that|in case"),
    (HedgeKind.LIMIT, r"only known|so far|as yet|to date"),
    (HedgeKind.EVIDENTIAL, r"report(?:ed|edly)?|apparent\w*|alleged\w*|purported\w*|said to|preliminary|claimed|identif\w*"),
    (HedgeKind.EPISTEMIC, (r"may|might|could|possib\w*|probabl\w*|likely|unlikely|appear\w*|seem\w*|suggest\w*|believ\w*|"
     r"thought|presumabl\w*|potential\w*")),
)  # fmt: skip
_WORDS = tuple((kind, re.compile(rf"\b(?:{words})\b", re.I)) for kind, words in _KINDS)


def kind_of(words: str) -> HedgeKind:
    """The kind of a hedge; epistemic where its words do not say."""
    found = next((kind for kind, pattern in _WORDS if pattern.search(words)), None)
    if found is not None:
        return found
    return HedgeKind.EPISTEMIC if bound_of(words) is Bound.EXACT else HedgeKind.APPROXIMATOR
