"""A text in sentences: paragraphs, headlines, lists and datelines told apart; one pass, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import CLOSING

LONGEST = 5000
"""Characters of the longest sentence that is read; nobody quotes a longer one."""

_BREAK = re.compile(r"\r?\n[^\S\n]*\n\s*|\r\n?|\n|\u2028|\u2029")
_STOP = re.compile(
    rf"[.!?…]{{1,12}}[{re.escape(CLOSING)}\]]{{0,6}}(?=\s|$)|[。！？｡]{{1,12}}[{re.escape(CLOSING)}\]]{{0,6}}|(?<=[가-힣]다)\.(?=[^\s\d.])"
)
_BULLET = re.compile(r"\s*(?:[-*•–—·▪◦●‣]|\(?(?:\d{1,2}|[a-z])[.)])\s+")
_DATELINE = re.compile(
    r"(?P<place>[A-ZА-ЯІЇЄҐ][A-ZА-ЯІЇЄҐ .'’-]{2,40})(?:,\s?(?P<day>[^\n()—–]{1,40}?))?\s*(?:\((?P<outlet>[^()\n]{2,40})\))?\s?"
    r"(?:[—–]|-{1,2})\s+"
)
_DATELINE_OUTLET = re.compile(
    r"(?P<place>[A-ZА-Я][\w .'’-]{1,40})(?:,\s?(?P<day>[^\n()—–]{1,40}?))?\s*\((?P<outlet>[^()\n]{2,40})\)\s?(?:[—–]|-{1,2})\s+"
)
_BRACKETED = re.compile(r"[\[(](?P<place>[^\[\]()\n]{2,30}?)[=(](?P<outlet>[^\[\]()\n]{2,30})\)?[\])]\s*")
_LAST_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[.](?=[^\W\d_])){0,19}$")
_NEXT_WORD = re.compile(r"[\s\"“„«『「(\[']*([^\W_][\w’']*)")
_SPEAKS = re.compile(
    r"\s+(?:[A-ZА-ЯІЇЄҐ][\w.’'-]*\s+){1,4}(?:said|says|asked|told|wrote|added|replied|warned|stated|claimed|concluded)\b"
)
_WRAPPED = 45
"""A shorter line was not broken for want of room."""


@dataclass(frozen=True, slots=True)
class Dateline:
    """Place, day and agency that stand before the first sentence."""

    start: int
    end: int
    place: str
    day: str
    outlet: str
    outlet_start: int
    """-1 without an outlet."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, without the space around it."""

    start: int
    end: int
    paragraph: int
    kind: str
    """sentence, headline, list, question, overlong."""


def split(text: str, lexicons: tuple[Lexicon, ...]) -> tuple[tuple[Sentence, ...], tuple[Dateline, ...]]:
    """Sentences in order, and the datelines that were left out of them."""
    abbreviations = frozenset().union(*(lexicon.abbreviations for lexicon in lexicons))
    endings = frozenset().union(*(lexicon.endings for lexicon in lexicons))
    starters = frozenset().union(*(lexicon.starters for lexicon in lexicons))
    rules = _Rules(abbreviations, endings, starters)
    found: list[Sentence] = []
    datelines: list[Dateline] = []
    for number, (start, end) in enumerate(_paragraphs(text)):
        bullet = _BULLET.match(text, start, end)
        kind = "list" if bullet and bullet.end() < end else "sentence"
        if bullet and bullet.end() < end:
            start = bullet.end()
        elif dateline := _dateline(text, start, end):
            datelines.append(dateline)
            start = dateline.end
        places = list(_cut(text, start, end, rules))
        if (
            kind == "sentence"
            and len(places) == 1
            and not _is_stopped(text, end)
            and _is_short(text, start, end)
        ):
            kind = "headline"
        for a, b in places:
            found.append(Sentence(a, b, number, _kind(text, a, b, kind)))
    return tuple(found), tuple(datelines)


@dataclass(frozen=True, slots=True)
class _Rules:
    abbreviations: frozenset[str]
    endings: frozenset[str]
    starters: frozenset[str]


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Stretches without a break; a line that was only wrapped goes on in the next."""
    start = 0
    for hit in _BREAK.finditer(text):
        if _is_soft(text, start, hit):
            continue
        yield from _trimmed(text, start, hit.start())
        start = hit.end()
    yield from _trimmed(text, start, len(text))


def _is_soft(text: str, start: int, hit: re.Match[str]) -> bool:
    if hit.group().count("\n") + hit.group().count("\r") > 1 and hit.group() != "\r\n":
        return False
    line = max(start, text.rfind("\n", start, hit.start()) + 1)
    if hit.start() - line < _WRAPPED or hit.group() in "\u2028\u2029":
        return False
    after = text[hit.end() : hit.end() + 60]
    if not after.strip() or _BULLET.match(after):
        return False
    last = text[hit.start() - 1]
    follows = text.find("\n", hit.end(), hit.end() + 400)
    is_long = hit.start() - line > 130 or (follows < 0 and len(text) - hit.end() > 400)
    return not (is_long and (last in ".!?…:" or last in CLOSING))  # one paragraph to a line


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _cut(text: str, start: int, end: int, rules: _Rules) -> Iterator[tuple[int, int]]:
    begin = start
    for hit in _STOP.finditer(text, start, end):
        if hit.end() < end and not _ends(text, hit, end, rules):
            continue
        yield from _trimmed(text, begin, hit.end())
        begin = hit.end()
    yield from _trimmed(text, begin, end)


def _ends(text: str, hit: re.Match[str], end: int, rules: _Rules) -> bool:
    """Whether a sentence ends at this stop, inside a paragraph."""
    mark = hit.group()
    if mark[0] in "。！？｡" or text[hit.start() - 1 : hit.start()] == "다":
        return True
    after = _NEXT_WORD.match(text, hit.end(), min(end, hit.end() + 60))
    following = after[1] if after else ""
    if following[:1].islower():
        return False
    is_closed = len(mark.rstrip(CLOSING + "]")) < len(mark)
    if is_closed and _SPEAKS.match(text, hit.end(), min(end, hit.end() + 120)):
        return False  # "... !" Weir said.
    if mark != ".":
        return True
    before = _LAST_WORD.search(text, max(0, hit.start() - 20), hit.start())
    word = before.group() if before else ""
    at = hit.start() - len(word)
    if len(word) == 1 and word.isupper() and (at == 0 or text[at - 1] not in "'’"):
        return following.lower() in rules.starters and text[at - 1 : at] == "."
    low = word.lower()
    if low == "no":
        return not following[:1].isdigit()
    if low in rules.abbreviations:
        return False
    if low in rules.endings or ("." in low and all(len(part) == 1 for part in low.split("."))):
        return following.lower() in rules.starters
    return not (len(word) <= 2 and following[:1].isdigit() and low in ("p", "т", "м", "с", "р", "п", "ст"))


def _dateline(text: str, start: int, end: int) -> Dateline | None:
    for pattern in (_DATELINE, _DATELINE_OUTLET, _BRACKETED):
        if (hit := pattern.match(text, start, min(end, start + 160))) and hit.end() < end:
            said = hit.groupdict()
            outlet = (said["outlet"] or "").strip()
            where = text.index(outlet, hit.start("outlet")) if outlet else -1
            return Dateline(
                start, hit.end(), said["place"].strip(), (said.get("day") or "").strip(), outlet, where
            )
    return None


def _is_stopped(text: str, end: int) -> bool:
    return text[max(0, end - 4) : end].rstrip(CLOSING + "]")[-1:] in (*".!?…。！？:;", "")


def _is_short(text: str, start: int, end: int) -> bool:
    return end - start <= 200 and len(text[start:end].split()) <= 25


def _kind(text: str, start: int, end: int, kind: str) -> str:
    if end - start > LONGEST:
        return "overlong"
    is_question = text[max(start, end - 3) : end].rstrip(CLOSING)[-1:] in ("?", "？")
    return "question" if is_question and kind != "list" else kind
