"""A Korean sentence as a draft: speakers by particles, stance by endings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from siteline.claims.draft.clauses import Clause, asks_of
from siteline.claims.draft.dates import find_dates
from siteline.claims.draft.intervals import Widths
from siteline.claims.draft.korean import ACCORDING, HEDGES, SPEAKER, STANCES
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.quantities import find_quantities
from siteline.claims.draft.sentences import Sentence
from siteline.claims.draft.speakers import anonymity
from siteline.claims.draft.tokens import Tokens
from siteline.model.draft import Draft, Hedge, Span, Voice

_BY_CUE = {"no_position": "no_position", "no_answer": "nonresponse", "denial": "denies", "correction": "corrects",
           "retraction": "retracts"}  # fmt: skip
_REPORTS = re.compile(r"고\s*(?:보도했|전했|밝혔|말했)")
_JOINERS = ("그러나 ", "하지만 ", "그리고 ", "또한 ", "또 ", "한편 ", "이에 ", "이날 ")


def read_korean(
    text: str,
    tokens: Tokens,
    sentence: Sentence,
    number: int,
    lexicon: Lexicon,
    quoted: Sequence[bool],
    widths: Widths,
) -> Clause:
    """One sentence; what is quoted is not searched for speakers."""
    said = "".join(
        "\u0001" if inside else c
        for c, inside in zip(
            text[sentence.start : sentence.end], _inside(tokens, quoted, sentence), strict=True
        )
    )
    cue, stance = _cue(text, said, sentence.start)
    source, according = _source(text, said, sentence.start, needs_verb=cue is None)
    if cue is None and according is not None:
        cue, stance = according, "neutral"
    hedges = _hedges(text, sentence)
    dates, taken = find_dates(tokens, lexicon)
    quantities = find_quantities(tokens, lexicon, taken, widths)
    chain: tuple[Voice, ...] = ()
    reasons: list[str] = []
    if source is not None:
        group = _tokens_of(tokens, source)
        hidden, words = anonymity(tokens, group, lexicon) if group else ("", "")
        inner = _inner(text, said, sentence.start, source, cue) if according is None and cue else None
        if inner is not None:
            reasons.append(f"“{source.words}” passed it on")
            chain = (Voice(inner, "primary", "", None, ""), Voice(source, "relay", "", None, ""))
            source, hidden = inner, ""
        else:
            chain = (Voice(source, "primary", hidden, None, ""),)
        reasons.append(
            f"“{source.words}”: the subject of “{cue.words}”" if cue else f"“{source.words}”: a subject"
        )
        if hidden:
            reasons.append(f"no name is given: “{words}”")
    else:
        reasons.append("nobody is named as its speaker: the text itself says it")
    is_conditional = any(h.kind == "conditional" for h in hedges) and stance not in _BY_CUE
    read = _BY_CUE.get(stance) or ("hedges" if hedges and not is_conditional else "asserts")
    first = f"“{cue.words}”: {stance}" if cue and stance in _BY_CUE else (
        "hedged: " + ", ".join(f"“{h.span.words}”" for h in hedges) if hedges else "no hedge found"
    )  # fmt: skip
    draft = Draft(
        sentence.start, sentence.end, text[sentence.start : sentence.end], number, "ko",
        sentence.kind if sentence.kind in ("headline", "list") else "sentence", read, chain, cue, stance if cue else "",
        tuple(hedges), tuple(quantities), tuple(dates), (),
        next((h.span for h in hedges if h.kind == "conditional"), None) if is_conditional else None, (), (first, *reasons),
        tuple(asks_of(chain, stance, quantities, dates, ())),
    )  # fmt: skip
    inside = [q for q, n in zip(quoted, tokens.norms, strict=True) if n[0].isalnum()]
    speaks = not chain and bool(inside) and sum(inside) >= 0.8 * len(inside)
    return Clause(draft, sentence.paragraph, speaks)


def _inside(tokens: Tokens, quoted: Sequence[bool], sentence: Sentence) -> list[bool]:
    inside = [False] * (sentence.end - sentence.start)
    for k in range(len(tokens)):
        if quoted[k]:
            for place in range(tokens.starts[k], tokens.ends[k]):
                inside[place - sentence.start] = True
    return inside


def _cue(text: str, said: str, start: int) -> tuple[Span | None, str]:
    for stance, pattern in STANCES:
        hits = list(pattern.finditer(said))
        hit = hits[-1] if hits else None  # the last decides: the verb stands at the end
        if hit is not None:
            a, b = start + hit.start(), start + hit.end()
            return Span(a, b, text[a:b]), stance
    return None, ""


def _source(text: str, said: str, start: int, *, needs_verb: bool) -> tuple[Span | None, Span | None]:
    """(who says it, the formula): `…에 따르면`, else the first subject of a sentence that has a verb of speech."""
    hit = ACCORDING.search(said)
    if hit is not None:
        a, b = _trim(said, hit.start("who"), hit.end("who"))
        formula = Span(
            start + hit.end("who"), start + hit.end(), text[start + hit.end("who") : start + hit.end()]
        )
        return Span(start + a, start + b, text[start + a : start + b]), formula
    if needs_verb:
        return None, None
    hit = SPEAKER.search(said)
    if hit is None or "\u0001" in hit["who"]:
        hit = next((h for h in SPEAKER.finditer(said) if "\u0001" not in h["who"]), None)
    if hit is None:
        return None, None
    a, b = _trim(said, hit.start("who"), hit.end("who"))
    return (Span(start + a, start + b, text[start + a : start + b]), None) if b > a else (None, None)


def _inner(text: str, said: str, start: int, outer: Span, cue: Span) -> Span | None:
    """Of `A는 B가 논평을 거부했다고 보도했다` B: the subject nearest before a verb that another verb of speech reports."""
    if not _REPORTS.search(said, cue.end - start):
        return None
    found = list(SPEAKER.finditer(said, outer.end - start + 1, cue.start - start))
    if not found:
        return None
    a, b = _trim(said, found[-1].start("who"), found[-1].end("who"))
    return Span(start + a, start + b, text[start + a : start + b]) if b > a else None


def _trim(said: str, a: int, b: int) -> tuple[int, int]:
    for joiner in _JOINERS:
        if said.startswith(joiner, a):
            a += len(joiner)
    while a < b and (said[a].isspace() or said[a] == "\u0001"):
        a += 1
    return a, b


def _hedges(text: str, sentence: Sentence) -> list[Hedge]:
    found = []
    for kind, pattern in HEDGES:
        for hit in pattern.finditer(text, sentence.start, sentence.end):
            a, b = hit.span()
            while a < b and text[a].isspace():
                a += 1
            found.append(Hedge(Span(a, b, text[a:b]), kind))
    return sorted(found, key=lambda h: h.span.start)


def _tokens_of(tokens: Tokens, span: Span) -> tuple[int, int] | None:
    inside = [i for i in range(len(tokens)) if tokens.starts[i] < span.end and tokens.ends[i] > span.start]
    return (inside[0], inside[-1] + 1) if inside else None
