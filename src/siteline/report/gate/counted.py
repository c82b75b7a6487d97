"""Counts by a person: both ends printed, the thing named, a gap never told as none, comparisons only where ranges allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from siteline.model.edition import CitedClaim, CitedCount, CitedEvent, CitedQuery, CitedSize
from siteline.model.errors import BadInput
from siteline.model.interval import Period
from siteline.report.gate.said import Around, Fault, Said

_NUMERAL = re.compile(
    r"(?<![\w.,/-])\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?![\w/])|(?<![\w.,/-])\d+(?![\w/]|[.,]\d)"
)
_AT_LEAST = re.compile(
    r"\b(?:at\s+least|no\s+fewer\s+than|not\s+fewer\s+than|a\s+minimum\s+of)\s*$", re.IGNORECASE
)
_AT_MOST = re.compile(
    r"\b(?:at\s+most|up\s+to|no\s+more\s+than|not\s+more\s+than|a\s+maximum\s+of)\s*$", re.IGNORECASE
)
_NONE = re.compile(r"\b(?:no|none|zero|empty|without|nothing)\b", re.IGNORECASE)
_BOUNDS = re.compile(
    r"\b(?:(?:no|not)\s+)?(?:more|fewer|less)\s+than\s+(?:about\s+)?\d|\bor\s+(?:more|fewer)\b"
    r"|\b(?:no|not)\s+(?:more|fewer|less)\s+than\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:neither|nor|not|cannot|can\s+not|whether|if|no)\b[^.;:]{0,60}?"
    r"\b(?:more|fewer|less|rose|risen|increas\w*|grew|grown|fell|fallen|decreas\w*|dropp\w*|declin\w*|change\w*)\b",
    re.IGNORECASE,
)
_RISE = re.compile(
    r"\b(?:rose|risen|rising|increas(?:e|es|ed|ing)|grew|grown|growth|climbed|up\s+from|doubled|tripled)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(?:fell|fallen|falling|decreas(?:e|es|ed|ing)|dropped|declin(?:e|ed|ing)|shrank|down\s+from|halved)\b",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\b(?:more|fewer|less|busier|quieter)\b", re.IGNORECASE)
_FACTOR = {"doubled": 2.0, "tripled": 3.0, "halved": 0.5}
_NEAR = 0.15
"""A factor in words may be off by so much of itself."""


@dataclass(frozen=True, slots=True)
class _Number:
    value: int
    start: int


def counted(said: Said, _: Around) -> Iterator[Fault]:
    """`number`, `date`, `absence`, `wording`, `unreviewed`: what a count by a person cannot carry."""
    counts = said.of(CitedCount)
    if not counts or said.is_heading:
        return
    numbers = _numbers(said)
    for count in counts:
        yield from _ends(count, counts, numbers, said)
        yield from _disputed(count, counts)
        if count.low is None and (_NONE.search(said.own) or any(n.value == 0 for n in numbers)):
            yield (
                "absence",
                f"{count.title}: it could not be seen ({count.not_seen}); that is a gap, and not none",
            )
    yield from _days(said, counts)
    yield from _compared(said, counts)


def _numbers(said: Said) -> list[_Number]:
    """Numbers in figures and in words, less those of dates."""
    text = said.own
    for day in said.dates:
        text = text[: day.span.start] + " " * (day.span.end - day.span.start) + text[day.span.end :]
    found = [_Number(int(re.sub(r"\D", "", n[0])), n.start()) for n in _NUMERAL.finditer(text)]
    for quantity in said.quantities:
        if any(letter.isdigit() for letter in quantity.span.words):
            continue
        for end in {quantity.low, quantity.high} - {None}:
            if end is not None and float(end).is_integer():
                found.append(_Number(int(end), quantity.span.start))
    return found


def _ends(
    count: CitedCount, counts: tuple[CitedCount, ...], numbers: list[_Number], said: Said
) -> Iterator[Fault]:
    if count.low is None or count.high is None:
        return
    low = [n for n in numbers if n.value == count.low]
    high = [n for n in numbers if n.value == count.high]
    if (low or high) and not _names(count.what, said.own):
        yield "number", f'{count.title}: it counts "{count.what}", and the sentence does not say so'
    if count.low == count.high:
        return
    others = {end for other in counts if other is not count for end in (other.low, other.high)}
    for mine, other, words, end in ((low, high, _AT_LEAST, count.low), (high, low, _AT_MOST, count.high)):
        if (
            mine
            and not other
            and end not in others
            and not all(words.search(said.own[: n.start]) for n in mine)
        ):
            yield (
                "number",
                f"{count.title}: {end:,} stands without the other end of {count.low:,}–{count.high:,}",
            )


def _names(what: str, text: str) -> bool:
    wanted = {word[:5] for word in re.findall(r"[^\W\d_]{3,}", what.casefold())}
    told = {word[:5] for word in re.findall(r"[^\W\d_]{3,}", text.casefold())}
    return not wanted or bool(wanted & told)


def _disputed(count: CitedCount, counts: tuple[CitedCount, ...]) -> Iterator[Fault]:
    cited = {other.count_id for other in counts}
    for other_id, words in count.disputed:
        if other_id not in cited:
            remedy = f"cite count:{other_id} too, or let a person decide: siteline events judge"
            yield "unreviewed", f"{count.title}: {words} on the same image: {remedy}"


def _days(said: Said, counts: tuple[CitedCount, ...]) -> Iterator[Fault]:
    """A day must be that of an image on which it was counted; other things cited have days of their own."""
    if any(isinstance(support, (CitedClaim, CitedEvent, CitedQuery)) for support in said.supports):
        return
    days = [count.day for count in counts if count.day is not None]
    years = sorted({end.year for day in days for end in (day.first, day.last) if end is not None})
    for told in said.dates:
        spans = [f"{year}-{told.first[2:]}/{year}-{told.last[2:]}" for year in years]
        texts = spans if told.first.startswith("--") else [f"{told.first}/{told.last}"]
        if not any(period.meets(day) for text in texts if (period := _period(text)) for day in days):
            yield "date", f'"{told.span.words}" is not the day of an image on which it was counted'


def _period(text: str) -> Period | None:
    first, last = text.split("/")
    try:
        return Period.parse(first if first == last else text)
    except BadInput:
        return None


def _compared(said: Said, counts: tuple[CitedCount, ...]) -> Iterator[Fault]:
    text = _BOUNDS.sub(lambda found: " " * len(found[0]), said.own)
    text = _DENIED.sub(lambda found: " " * len(found[0]), text)
    rise, fall, either = _RISE.search(text), _FALL.search(text), _EITHER.search(text)
    word = rise or fall or either
    if word is None:
        return
    known = sorted(
        (c for c in counts if c.low is not None and c.day is not None and c.day.first is not None),
        key=lambda c: (str(c.day.first) if c.day else "", c.count_id),
    )
    if len({c.day for c in known}) < 2:
        if not any(isinstance(support, (CitedClaim, CitedSize, CitedQuery)) for support in said.supports):
            yield "wording", f'"{word[0]}" compares, and it cites no two counts of different days'
        return
    was, now = known[0], known[-1]
    assert was.low is not None
    assert was.high is not None
    assert now.low is not None
    assert now.high is not None
    ranges = f"{was.low:,}–{was.high:,} and {now.low:,}–{now.high:,}"
    if was.what.casefold() != now.what.casefold() or was.ground != now.ground:
        yield "wording", f'"{word[0]}": {was.title} and {now.title} are not counts of one thing on one ground'
        return
    is_more, is_fewer = now.low > was.high, now.high < was.low
    if (rise and not is_more) or (fall and not is_fewer) or not (is_more or is_fewer):
        yield "wording", f'"{word[0]}" is not supported: {ranges}, in order of time'
        return
    factor = _FACTOR.get(word[0].lower())
    if factor is not None:
        low = now.low / was.high if was.high else float("inf")
        high = now.high / was.low if was.low else float("inf")
        if low < factor * (1 - _NEAR) or high > factor * (1 + _NEAR):
            yield "wording", f'"{word[0]}" is narrower than the ranges allow: {ranges}'
