"""One sentence that we wrote ourselves, read as an article's would be: for whoever must hold it against its sources."""

from __future__ import annotations

from siteline.claims.draft.dates import find_dates
from siteline.claims.draft.hedges import find_hedges
from siteline.claims.draft.intervals import Widths
from siteline.claims.draft.language import guess, lexicon_of
from siteline.claims.draft.quantities import find_quantities
from siteline.claims.draft.sentences import split
from siteline.claims.draft.tokens import tokenize
from siteline.model.edition import Reading

_ENGLISH = "en"


def sentence_spans(text: str, language: str = _ENGLISH) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a paragraph lie: (first character, one past the last)."""
    lexicons = tuple(found for code in dict.fromkeys((_ENGLISH, language)) if (found := lexicon_of(code)))
    sentences, _ = split(text, lexicons)
    return tuple((sentence.start, sentence.end) for sentence in sentences)


def read_sentence(text: str, language: str = _ENGLISH) -> Reading:
    """Hedges, quantities and dates of one sentence; of a language that is not read, as if it were English."""
    lexicon = lexicon_of(guess(text, language)) or lexicon_of(_ENGLISH)
    assert lexicon is not None
    tokens = tokenize(text, 0, len(text))
    if not len(tokens):
        return Reading()
    dates, taken = find_dates(tokens, lexicon)
    quantities = find_quantities(tokens, lexicon, taken, Widths())
    return Reading(tuple(find_hedges(tokens, lexicon)), tuple(quantities), tuple(dates))
