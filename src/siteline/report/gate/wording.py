"""What a sentence may not say in such words: stronger than its source, or more than images can show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from siteline.model.edition import (
    CitedAssessment,
    CitedClaim,
    CitedRemoval,
    CitedSurvey,
    SentenceKind,
)
from siteline.report.gate.said import Around, Fault, Said
from siteline.report.language import lint_sentences

_POSSIBLE, _PROBABLE, _ASSERTED = 1, 2, 3
_STRENGTH = {
    _POSSIBLE: re.compile(
        r"\b(?:may|might|could|possibl[ey]|potential(?:ly)?|perhaps|suggest\w*|conceivabl[ey]|cannot be ruled out|unclear"
        r"|rumou?r\w*|unconfirmed)\b",
        re.IGNORECASE,
    ),
    _PROBABLE: re.compile(
        r"\b(?:likely|probabl[ey]|appear\w*|seem\w*|believ\w+|thought|think\w*|presum\w+|apparent(?:ly)?|reportedly|reported to"
        r"|alleg\w+|purport\w+|said to|estimat\w+|assess\w*|expect\w*|suspect\w*|consistent with|preliminary|indicat\w+)\b",
        re.IGNORECASE,
    ),
}
_DOUBTS = ("epistemic", "evidential")


def hedge(said: Said, _: Around) -> Iterator[Fault]:
    """`hedge`: a source's doubt dropped or made less; only an assessment of ours may do that."""
    claims = [claim for claim in said.claims if claim.stance in ("asserts", "hedges", "corrects")]
    yield from _taken_for_denial(said)
    if (
        not claims
        or said.of(CitedAssessment)
        or (said.sentence.kind is SentenceKind.JUDGEMENT and any(claim.assessments for claim in claims))
    ):
        return
    surest = max(claims, key=_strength_of)
    allowed, used = _strength_of(surest), _strength(said.sentence.text)
    if used > allowed and not said.is_heading:
        words = f'"{surest.hedges[0]}"' if surest.hedges else "a hedge"
        what = "drops" if used == _ASSERTED else "strengthens"
        yield "hedge", f"{surest.title}: the source says {words}; the sentence {what} it"
    for claim in claims:
        if claim.condition and not _IF.search(said.sentence.text) and not said.is_heading:
            yield "hedge", f'{claim.title}: the source says it only "{claim.condition}"'
        yield from _rounded_off(said, claim)


_IF = re.compile(r"\b(?:if|unless|provided|should|would|in case|once|whether)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial)|reject(?:s|ed)?|dismiss(?:es|ed)?|refut\w+)\b", re.IGNORECASE
)
_NEITHER = re.compile(r"\bneither\b[^.;]{0,200}\bnor\b[^.;]{0,200}", re.IGNORECASE)


def _taken_for_denial(said: Said) -> Iterator[Fault]:
    for claim in said.claims:
        if claim.stance in ("no_position", "nonresponse") and not any(
            c.stance == "denies" for c in said.claims
        ):
            word = _DENIED.search(_NEITHER.sub(" ", said.own))
            if word:
                kept = "took no position" if claim.stance == "no_position" else "did not answer"
                yield "hedge", f'{claim.title}: the source {kept}, which is no denial ("{word[0]}")'


def _strength_of(claim: CitedClaim) -> int:
    found = _strength(" ".join(claim.hedges)) if claim.hedges else _ASSERTED
    return min(found, _PROBABLE) if claim.stance == "hedges" else found


def _strength(words: str) -> int:
    return next((level for level, form in _STRENGTH.items() if form.search(words)), _ASSERTED)


def _rounded_off(said: Said, claim: CitedClaim) -> Iterator[Fault]:
    """ "At least 24" told as "24"."""
    value = claim.value
    if value is None or value.is_exact:
        return
    for quantity in said.quantities:
        is_bare = quantity.low is not None and quantity.low == quantity.high
        if is_bare and quantity.low in (value.low, value.high) and (value.low is None or value.high is None):
            yield (
                "hedge",
                f'{claim.title}: the source says {value}; the sentence says "{quantity.span.words}"',
            )


def mixed(said: Said, around: Around) -> Iterator[Fault]:
    """`mixed`: likelihood and confidence in one sentence, or words of both columns of ICD 203 in one brief."""
    if (
        "mixtures" not in around.worked_out
    ):  # the whole brief is read for it, so once and not for each sentence
        told: dict[str, list[str]] = {}
        for place, message in _mixtures(around):
            told.setdefault(around.said[place].sentence.id, []).append(message)
        around.worked_out["mixtures"] = told
    for message in around.worked_out["mixtures"].get(said.sentence.id, ()):
        yield "mixed", message


def _mixtures(around: Around) -> list[tuple[int, str]]:
    texts = [one.sentence.text for one in around.said]
    functions = [n for n, one in enumerate(around.said) if purpose(one)]
    return [
        (f.sentence, f.message) for f in lint_sentences(texts, terms=around.brief.terms, functions=functions)
    ]


_BEGAN = re.compile(
    r"\b(?:began|begun|begins?|beginning|start(?:s|ed|ing)?|commenc\w+|broke ground|breaking ground|got under way)\b",
    re.IGNORECASE,
)


def began(said: Said, _: Around) -> Iterator[Fault]:
    """`began`: when work began is not in an image; when something is first visible is."""
    word = _BEGAN.search(said.own)
    if word is None or not said.is_told_of_the_place or not said.is_seen:
        return
    stem = word[0].lower()[:5]
    if any(stem in claim.quote.lower() for claim in said.claims):
        return
    yield "began", f'"{word[0]}": images show when something is first visible, not when it began'


_PAGE = re.compile(
    r"\b(?:pages?|videos?|footage|clips?|posts?|articles?|photo(?:s|graphs?)?|broadcasts?|films?|websites?|web|online|internet"
    r"|links?|address|urls?|channels?|uploads?|reports?|stor(?:y|ies)|recordings?)\b",
    re.IGNORECASE,
)
_RUNGS = (
    (3, re.compile(
        r"\b(?:deleted?|taken down|took down|scrubbed|purged|pulled|erased|wiped|since been removed|remov(?:ed|al)"
        r"(?! from (?:that|its|the original|this|the) address))\b", re.IGNORECASE)),
    (2, re.compile(r"\bremov(?:ed|al) from (?:that|its|the original|this|the) address", re.IGNORECASE)),
    (1, re.compile(
        r"\bno longer (?:available|found|there|online|reachable)\b|\b(?:is|was|were|are) not found at\b|\bdisappeared\b",
        re.IGNORECASE)),
)  # fmt: skip
_LADDER = (
    "nothing",
    "not found at the original address",
    "removed from that address",
    "removed from the site",
)


def removed(said: Said, _: Around) -> Iterator[Fault]:
    """`removed`: that a page is gone, without a finding that says so, or in stronger words than the finding allows."""
    if not (said.of(CitedRemoval) or _PAGE.search(said.own)) or said.sentence.kind is SentenceKind.METHOD:
        return
    told = next(((rung, found[0]) for rung, form in _RUNGS if (found := form.search(said.own))), None)
    if told is None:
        return
    rung, word = told
    allowed = max((found.rung for found in said.of(CitedRemoval)), default=0)
    if rung > allowed:
        ground = f'the finding carries "{_LADDER[allowed]}"' if allowed else "no removal finding is cited"
        yield "removed", f'"{word}" says "{_LADDER[rung]}"; {ground}'


_NOTHING = re.compile(
    r"\bno(?:\s+(?:visible|new|other|further|apparent|major|significant))*\s+(?:changes?|construction|buildings?|activity|works?)\b"
    r"|\bnothing\b|\bunchanged\b(?![^.;]{0,60}\bfirst seen changed)|\b(?:did|has|have|had) not changed?\b|\bno signs? of\b",
    re.IGNORECASE,
)
_SMALLEST = re.compile(r"\d[\d,.\s]*\s*(?:m²|m2|square\s+met|hectares?|ha\b|square\s+pixels)", re.IGNORECASE)
_GAPS = re.compile(
    r"\bwithout (?:a |any )?(?:usable|clear) images?\b|\bgaps?\b|\b(?:days?|weeks?|months?)\b[^.]{0,200}\b(?:no|without)\b"
    r"|\bcould not be seen (?:for|between|from)\b|\blongest\b",
    re.IGNORECASE,
)


def absence(said: Said, _: Around) -> Iterator[Fault]:
    """`absence`: that nothing changed, without the smallest thing that could have been seen, and the gaps."""
    word = _NOTHING.search(said.own)
    if word is None or not said.is_told_of_the_place or not said.is_seen or said.is_heading:
        return
    lacks = [
        what
        for what, is_told in (
            ("the smallest thing that could have been seen", _SMALLEST.search(said.block)),
            ("the time without a usable image", _GAPS.search(said.block)),
            ("a survey", said.of(CitedSurvey)),
        )
        if not is_told
    ]
    if lacks:
        yield "absence", f'"{word[0]}" needs {_listed(lacks)} beside it'


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


_FOR = re.compile(
    r"\b(?:used|intended|designed|meant|serv(?:es?|ed|ing))\s+(?:as|for)\b|\bbuilt\s+for\b"
    r"|\b(?:used|intended|designed|meant)\s+to\s+(?:assembl|produc|manufactur|stor|hous|test|repair|train|make)\w*"
    r"|\bfor\s+(?:the\s+)?(?:[a-z]+\s+)?(?:assembl|produc|manufactur|stor(?:age|ing)|hous|test|repair|maint|train|enrich|launch)\w*",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:assembly|production|manufacturing|storage|residential|workers?'?|test(?:ing)?|training)\s+"
    r"(?:halls?|buildings?|blocks?|shops?|lines?|facilit\w+|areas?|sites?|plants?|housing|quarters|stands?)\b"
    r"|\b(?:barracks|warehouses?|workshops?|dormitor\w+|apartment\s+(?:blocks?|buildings?)|laborator\w+|hangars?|depots?"
    r"|housing|factor(?:y|ies)|bunkers?|magazines?)\b"
)
_QUALIFIED = re.compile(r"\b(?:possibl[ey]|probabl[ey])\b", re.IGNORECASE)


def purpose(said: Said) -> str:
    """The words by which a sentence says what a building is for; "" if it does not."""
    found = _FOR.search(said.own) or (_NAMED.search(said.own) if said.is_seen else None)
    if found is None and any(claim.function for claim in said.claims):
        found = _NAMED.search(said.own)
    return found[0] if found else ""


def function(said: Said, _: Around) -> Iterator[Fault]:
    """`function`: what a building is for is never seen in an image: possible or probable, on a named basis."""
    word = purpose(said)
    if not word or not said.is_told_of_the_place:
        return
    if not _QUALIFIED.search(said.own):
        yield "function", f'"{word}" says what a building is for: add possibly or probably'
    elif not said.claims and not said.of(CitedAssessment) and not said.is_heading:
        yield "function", f'"{word}" says what a building is for, and cites nobody who judged that'
