"""A text, read: every sentence or clause that says something becomes a draft, with its speaker, stance and reasons."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from siteline.claims.draft.clauses import Clause, clauses_of
from siteline.claims.draft.hangul import read_korean
from siteline.claims.draft.intervals import Widths
from siteline.claims.draft.language import UNKNOWN, guess, lexicon_of
from siteline.claims.draft.quotations import Quotation, find_quotations, outer
from siteline.claims.draft.sentences import Dateline, Sentence, split
from siteline.claims.draft.speakers import Memory
from siteline.claims.draft.speech import is_speech, lend_speakers
from siteline.claims.draft.tokens import INVISIBLE, tokenize
from siteline.model.draft import Draft, Drafts, Span

MAKER = "rules/1"
"""Name and version of what drafts without a model."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BOILERPLATE = re.compile(
    r"(?i)(?:read (?:more|also|next)|related(?: (?:stories|articles))?|advertisement|sponsored|subscribe|sign up"
    r"|follow us|share this"
    r"|click here|most read|newsletter|log in|sign in|menu|search|terms of (?:use|service)|privacy policy|skip"
    r" to|photo(?: credit)?:"
    r"|image credit|читайте також|читайте также|підписуйтесь|подписывайтесь|реклама)"
)
_ALWAYS_BOILERPLATE = re.compile(
    r"(?i)(?:©|\(c\) (?:19|20)\d\d|copyright (?:©|\(c\)|(?:19|20)\d\d)|all rights reserved|(?:this site|we)"
    r" uses? cookies|read more:"
    r"|subscribe to our|sign up (?:for|to) our|follow us on|усі права захищено|все права защищены|무단\s?전재)"
)
_BYLINE = re.compile(r"(?:By|Text by|Reporting by|Photos? by|Edited by)\s+[A-Z][^.!?]{1,60}$")
_SHORT_BOILERPLATE = 140


@dataclass(frozen=True, slots=True)
class DraftOptions:
    """How a text is read."""

    widths: Widths = field(default_factory=Widths)
    most: int = 5000
    """Drafts at most; a longer text is read in parts, and that is said."""


def draft_text(text: str, options: DraftOptions | None = None) -> Drafts:
    """
    Drafts from a text, in order; the same text always gives the same drafts.

    Whatever the text says, it is read and never obeyed. `text[d.start:d.end] == d.quote` holds for every draft, as it does
    for every span in it.
    """
    options = options or DraftOptions()
    lang = guess(text)
    lexicon = lexicon_of(lang)
    languages = tuple(found for code in ("en", lang) if (found := lexicon_of(code)) is not None)
    sentences, datelines = split(text, languages if lexicon else languages[:1])
    quotations = outer(find_quotations(text))
    reader = _Reader(text, lang, quotations, options)
    reader.outlets = frozenset(word for line in datelines for word in line.outlet.lower().split())
    for number, sentence in enumerate(sentences):
        if len(reader.clauses) >= options.most:
            reader.skip("beyond the most that is drafted at a time", len(sentences) - number)
            break
        reader.read(number, sentence)
    drafts = lend_speakers(text, reader.clauses, quotations)
    drafts = [_with_outlet(draft, datelines) for draft in drafts]
    return Drafts(
        tuple(drafts),
        lang,
        len(sentences),
        tuple(sorted(reader.left_out.items())),
        tuple(_notes(text, lang, reader, datelines)),
    )


class _Reader:
    """One pass over the sentences; remembers who was named."""

    def __init__(self, text: str, lang: str, quotations: Sequence[Quotation], options: DraftOptions) -> None:
        self.text, self.lang, self.quotations, self.options = text, lang, quotations, options
        self.memory = Memory()
        self.clauses: list[Clause] = []
        self.left_out: Counter[str] = Counter()
        self.outlets: frozenset[str] = frozenset()
        """Words of the agencies that datelines name."""

        self._begins = [q.start for q in quotations]
        self._kinds = [is_speech(text, q) for q in quotations]

    def skip(self, why: str, how_many: int = 1) -> None:
        """Count sentences that were not drafted."""
        self.left_out[why] += how_many

    def read(self, number: int, sentence: Sentence) -> None:
        """Add what a sentence says."""
        if sentence.kind == "overlong":
            return self.skip("too long to be a sentence")
        said = self.text[sentence.start : sentence.end]
        if len(said) <= _SHORT_BOILERPLATE and _is_boilerplate(said, sentence.kind):
            return self.skip("boilerplate")
        if not any(c.isalpha() for c in said) or sum(map(str.isalnum, said)) < 4:
            return self.skip("no words")
        if (
            sentence.kind in ("headline", "list")
            and said[-1] not in ".!?"
            and (_BYLINE.match(said) or len(said.split()) < 3)
            and said.isascii()
        ):
            return self.skip("a heading or byline")
        lang = guess(said, self.lang)
        lexicon = lexicon_of(lang)
        if lexicon is None:
            self.clauses.append(Clause(_unread(number, sentence, said), sentence.paragraph, speaks=False))
            return None
        tokens = tokenize(self.text, sentence.start, sentence.end)
        if not len(tokens):
            return self.skip("no words")
        if lang == "ko":
            quoted = self._mark(tokens.starts, tokens.norms)
            made = [read_korean(self.text, tokens, sentence, number, lexicon, quoted, self.options.widths)]
        else:
            quoted = self._mark(tokens.starts, tokens.norms)
            if self.outlets:
                lexicon = replace(lexicon, relays=lexicon.relays | self.outlets)
            made = clauses_of(tokens, quoted, sentence, number, lexicon, self.memory, self.options.widths)
        if sentence.kind == "question" and all(not clause.draft.chain for clause in made):
            return self.skip("a question")
        self.clauses += made
        return None

    def _mark(self, starts: Sequence[int], norms: list[str]) -> list[bool]:
        """Which tokens are somebody's quoted words; marks round a mere name are made plain."""
        quoted = []
        for k, start in enumerate(starts):
            at = bisect_right(self._begins, start) - 1
            inside = at >= 0 and start < self.quotations[at].end
            if (
                inside
                and not self._kinds[at]
                and start in (self.quotations[at].start, self.quotations[at].end - 1)
            ):
                norms[k] = "·"
            quoted.append(inside and self._kinds[at])
        return quoted


def _is_boilerplate(said: str, kind: str) -> bool:
    """Whether a short stretch belongs to the page, not to the article; whole sentences only where nothing else can be meant."""
    return bool(_ALWAYS_BOILERPLATE.match(said)) or (
        kind in ("headline", "list") and bool(_BOILERPLATE.match(said))
    )


def _unread(number: int, sentence: Sentence, said: str) -> Draft:
    return Draft(
        sentence.start, sentence.end, said, number, UNKNOWN, _kind(sentence), "", (), None, "", (), (), (), (), None, (),
        ("language not understood: sentence only",), ("Read it: who says it, and how surely?",),
    )  # fmt: skip


def _kind(sentence: Sentence) -> str:
    return sentence.kind if sentence.kind in ("headline", "list") else "sentence"


def _with_outlet(draft: Draft, datelines: Sequence[Dateline]) -> Draft:
    """The draft, with the agency whose story it stands in."""
    place = bisect_right(datelines, draft.start, key=lambda line: line.start) - 1
    if place < 0 or not (line := datelines[place]).outlet:
        return draft
    outlet = Span(line.outlet_start, line.outlet_start + len(line.outlet), line.outlet)
    return replace(
        draft, outlet=outlet, reasons=(*draft.reasons, f"in a story of {line.outlet}, by its dateline")
    )


def _notes(text: str, lang: str, reader: _Reader, datelines: Sequence[Dateline]) -> list[str]:
    notes = []
    if lang == UNKNOWN:
        notes.append("language not understood: sentences only")
    if hidden := len(_INVISIBLE.findall(text)):
        turning = len(_TURNING.findall(text))
        notes.append(
            f"{hidden:,} invisible characters"
            + (f", {turning:,} of which turn text around" if turning else "")
        )
    if control := len(_CONTROL.findall(text)):
        notes.append(f"{control:,} control characters")
    if "\ufffd" in text:
        notes.append("some bytes could not be decoded; they read as \ufffd")
    notes += [
        f"by its dateline a story of {line.outlet}, {line.place}" for line in datelines[:3] if line.outlet
    ]
    return notes


def spans_of(draft: Draft) -> list[Span]:
    """Every span of a draft, its quote first."""
    found = [Span(draft.start, draft.end, draft.quote), *(v.span for v in draft.chain), *draft.negations]
    found += [v.refers_to for v in draft.chain if v.refers_to]
    found += (
        [h.span for h in draft.hedges] + [q.span for q in draft.quantities] + [d.span for d in draft.dates]
    )
    found += [f.span for f in draft.flags] + [s for s in (draft.cue, draft.condition, draft.outlet) if s]
    return found
