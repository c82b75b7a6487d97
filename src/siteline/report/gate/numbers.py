"""Numbers and dates: each must be carried by something cited, and say no more than that does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from siteline.model.dates import DateInterval
from siteline.model.draft import SaidDate, SaidQuantity
from siteline.model.edition import (
    Carried,
    CitedEvent,
    CitedExhibit,
    CitedQuery,
    CitedSize,
    SentenceKind,
)
from siteline.model.errors import BadInput
from siteline.model.interval import Period
from siteline.report.gate.said import Around, Fault, Said

_NUMERAL = re.compile(
    r"(?<![\w.,/-])(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<percent>\s*(?:%|per\s?cent\b))?(?![\w/]|-\w|[.,]\d)"
)
_LEVEL = re.compile(
    r"\b95\s*(?:%|per\s?cent)\s*(?::|bounds?|intervals?|confidence intervals?)|\(95\s*%", re.IGNORECASE
)
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|some|nearly|approximately|up to|at least|more than|over)\s*$", re.IGNORECASE
)
BOUND = "95 % bound"
"""How the words of a bound begin."""

_RANGE = re.compile(r"(?P<low>\d[\d,.]*)\s*(?P<mark>%?)\s*(?:–|-|—|to|and)\s*(?P<high>\d)")


@dataclass(frozen=True, slots=True)
class _Printed:
    """A number as it is printed."""

    value: float
    step: float
    """Of its last digit that is not a rounding nought."""

    is_percent: bool
    words: str
    is_rounded: bool
    """Whether it says itself that it is rounded."""

    start: int
    end: int


def number(said: Said, _: Around) -> Iterator[Fault]:
    """`number`: one that nothing cited carries, or a size without its bounds."""
    if "±" in said.own:
        yield "number", "a bare ± says nothing of what it holds: print the 95 % bounds"
    carried = [one for support in said.supports for one in support.numbers]
    quoted = " ".join(claim.quote for claim in said.claims) + " ".join(e.text for e in said.of(CitedExhibit))
    ratios = [q.span for q in said.quantities if q.kind in _OF_ANOTHER] if _is_of_ratio(said) else []
    for printed in _printed(said):
        if any(span.start <= printed.start and printed.end <= span.end for span in ratios):
            continue  # `wording` holds it against the interval
        if not any(_is_same(printed, one) for one in carried) and not _stands_in(printed, quoted):
            near = _nearest(printed, carried)
            yield "number", f'nothing it cites says "{printed.words}"' + (f"; {near}" if near else "")
    for words in _spelled(said):
        if (
            not any(_matches(words.low, one) for one in carried)
            and words.span.words.lower() not in quoted.lower()
        ):
            yield "number", f'nothing it cites says "{words.span.words}"'
    yield from _unbounded(said)


_OF_ANOTHER = ("ratio", "factor", "share")
"""Kinds of quantities by which one size is told in terms of another."""


def _is_of_ratio(said: Said) -> bool:
    return any(size.is_ratio for size in said.of(CitedSize))


def _printed(said: Said) -> list[_Printed]:
    """Numbers in figures, less those of dates and of the words "95 %" that name an interval."""
    text = said.own
    for span in [day.span for day in said.dates] + [
        _Range(found.start(), found.end()) for found in _LEVEL.finditer(text)
    ]:
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    shared = {found.start("low") for found in _RANGE.finditer(text) if _percent_follows(text, found.end())}
    return [_read(found, text, found.start() in shared) for found in _NUMERAL.finditer(text)]


@dataclass(frozen=True, slots=True)
class _Range:
    start: int
    end: int


def _percent_follows(text: str, at: int) -> bool:
    """Whether the second number of a range has a sign of per cent, which is then the first one's too."""
    return re.match(r"[\d,.]*\s*(?:%|per\s?cent\b)", text[at:]) is not None


def _read(found: re.Match[str], text: str, is_shared: bool) -> _Printed:
    digits = re.sub(r"[,\u00a0\u202f]", "", found["digits"])
    value = float(digits)
    if "." in digits:
        step = 10.0 ** -len(digits.split(".")[1])
    else:
        noughts = len(digits) - len(digits.rstrip("0")) if value else 0
        step = 10.0**noughts
    before = text[: found.start()]
    is_rounded = _ABOUT.search(before[-24:]) is not None
    return _Printed(
        value,
        step,
        bool(found["percent"]) or is_shared,
        found[0].strip(),
        is_rounded,
        found.start(),
        found.end(),
    )


def _is_same(printed: _Printed, carried: Carried) -> bool:
    value = _as_printed(carried, printed.is_percent)
    if value is None:
        return False
    # the noughts of a round number are digits only where nothing says that it is rounded, and no bounds stand beside it
    step = (
        printed.step
        if printed.is_rounded or carried.unit in ("m", "m²", "px", "px²", "%")
        else min(printed.step, 1.0)
    )
    # bounds are rounded outwards, by up to a whole step
    allowed = step if carried.words.startswith(BOUND) else step / 2
    return abs(printed.value - value) <= allowed * (1 + 1e-9)


def _as_printed(carried: Carried, is_percent: bool) -> float | None:
    if is_percent:
        return (
            carried.value
            if carried.unit == "%"
            else 100 * carried.value
            if carried.unit in ("fraction", "ratio")
            else None
        )
    return None if carried.unit == "%" else carried.value


def _matches(value: float | None, carried: Carried) -> bool:
    return value is not None and abs(value - carried.value) <= 1e-6 * max(1.0, abs(value))


def _stands_in(printed: _Printed, quoted: str) -> bool:
    """Whether the very digits stand in the words that are cited."""
    return any(
        abs(float(re.sub(r"[,\u00a0\u202f]", "", found["digits"])) - printed.value) < 1e-9
        for found in _NUMERAL.finditer(quoted)
    )


def _nearest(printed: _Printed, carried: Sequence[Carried]) -> str:
    known = [(v, one) for one in carried if (v := _as_printed(one, printed.is_percent)) is not None]
    if not known:
        return ""
    value, one = min(known, key=lambda pair: abs(pair[0] - printed.value))
    return f"the {one.words} is {value:,.10g}{' %' if printed.is_percent else ''}"


def _spelled(said: Said) -> list[SaidQuantity]:
    """Counts in words: "nine makers"; one is no count."""
    return [
        q
        for q in said.quantities
        if q.kind in ("count", "factor")
        and not any(c.isdigit() for c in q.span.words)
        and q.low == q.high
        and (q.low or 0) > 1
    ]


def _unbounded(said: Said) -> Iterator[Fault]:
    """A size or a ratio in print has both its bounds beside it."""
    for size in said.of(CitedSize):
        if size.low95 is None or size.high95 is None or said.is_heading:
            continue
        printed = _printed(said)
        own = [p for p in printed if size.numbers and _is_same(p, size.numbers[0])]
        bounds = (
            [Carried(end, BOUND, size.numbers[0].unit) for end in (size.low95, size.high95)] if own else []
        )
        if own and not all(any(_is_same(p, bound) for p in printed) for bound in bounds):
            yield "number", f'{size.title}: "{own[0].words}" stands without its 95 % bounds'


_SHARE = re.compile(
    r"\d\s*(?:%|per\s?cent\b)|\b(?:an?|one|two|three|four)[\s-](?:third|quarter|half|fifth|sixth|tenth)s?\b|\bhalf of\b"
    r"|\bone in (?:two|three|four|five|six|ten|\d+)\b|\bmajority\b",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(
    r"\b(?:of|among|in)\s+(?:all\s+|the\s+|its\s+|their\s+|every\s+)*[^\W\d_]{3,}", re.IGNORECASE
)


def denominator(said: Said, _: Around) -> Iterator[Fault]:
    """`denominator`: a share, and not of what."""
    text = _LEVEL.sub(" ", said.own)
    if not _SHARE.search(text):
        return
    for query in said.of(CitedQuery):
        if query.is_share and not _names(query.denominator, text):
            yield "denominator", f'it is a share of "{query.denominator}", and the sentence does not say so'
    if any(isinstance(support, (CitedQuery, CitedSize)) for support in said.supports):
        return
    if any(claim.value_type == "share" for claim in said.claims) and not _OF_WHAT.search(text):
        yield "denominator", "it says a share, and not of what"


def _names(denominator: str, text: str) -> bool:
    wanted = {word[:6] for word in re.findall(r"[^\W\d_]{4,}", denominator.lower())}
    told = {word[:6] for word in re.findall(r"[^\W\d_]{4,}", text.lower())}
    return not wanted or bool(wanted & told)


_MARGIN = 0.005
"""A ratio's bounds may lie so far outside the words for it: half a per cent."""


def ratio_wording(said: Said, _: Around) -> Iterator[Fault]:
    """`wording`: words for a ratio that its interval does not support."""
    for size in said.of(CitedSize):
        if not size.is_ratio or size.low95 is None or size.high95 is None:
            continue
        for quantity in said.quantities:
            if quantity.kind not in _OF_ANOTHER or _LEVEL.match(said.own, quantity.span.start):
                continue
            if quantity.direction == "larger" and size.high95 < 1:
                yield (
                    "wording",
                    f'{size.title}: "{quantity.span.words}" is said of what is smaller: say "the size of"',
                )
            elif not _supports(size, quantity) and not _is_the_value(size, quantity):
                interval = f"{100 * size.low95:.0f}–{100 * size.high95:.0f} %"
                yield (
                    "wording",
                    f'{size.title}: "{quantity.span.words}" is narrower than its 95 % interval, {interval}',
                )


def _supports(size: CitedSize, quantity: SaidQuantity) -> bool:
    assert size.low95 is not None
    assert size.high95 is not None
    low_holds = quantity.low is None or size.low95 >= quantity.low - _MARGIN
    return low_holds and (quantity.high is None or size.high95 <= quantity.high + _MARGIN)


def _is_the_value(size: CitedSize, quantity: SaidQuantity) -> bool:
    """Whether it is the value itself, or one of its bounds, as `number` demands them."""
    ends = {quantity.low, quantity.high} - {None}
    known = [size.low95, size.high95, *(n.value for n in size.numbers)]
    return all(
        any(abs(end - one) <= _MARGIN for one in known if one is not None) for end in ends if end is not None
    )


# --- dates --------------------------------------------------------------------------------------------


_SEEN = re.compile(
    r"\b(?:visible|seen|shows?|image[sd]?|scenes?|not yet|cleared|gone|absent|present|stood|standing|taken|between|by|since"
    r"|before)\b",
    re.IGNORECASE,
)


def dates(said: Said, _: Around) -> Iterator[Fault]:
    """`date`: one that is tighter than the interval it rests on, or that nothing cited carries."""
    events, claims = said.of(CitedEvent), said.claims
    if (
        said.sentence.kind is SentenceKind.METHOD
        or not (events or claims)
        or (said.is_heading and not events)
    ):
        return
    held = [span for event in events for span in (event.onset, *event.later) if span is not None]
    looks = [look for event in events for look in event.bracket if look is not None]
    spoken = [p for claim in claims for p in (claim.period, claim.said) if p is not None]
    known = " ".join(claim.quote for claim in claims)
    for day in said.dates:
        period = _days(day, [*looks, *spoken, *(_span(h) for h in held)])
        if period is None or day.span.words.lower() in known.lower():
            continue
        if any(_covers(period, span) for span in held) or any(_touches(period, p) for p in spoken):
            continue
        if any(period.meets(look) for look in looks):
            if not _SEEN.search(said.own):
                yield (
                    "date",
                    f'"{day.span.words}" is the day of an image: say that it was visible, or not, on it',
                )
            continue
        if held:
            yield "date", f'"{day.span.words}" is tighter than what it rests on: {_say(held[0])}'
        elif spoken:
            yield "date", f'nothing it cites says "{day.span.words}"'


def _days(day: SaidDate, known: Sequence[Period]) -> Period | None:
    """The days that are meant; a year that was not said is taken from what is cited."""
    if not day.first.startswith("--"):
        return Period.parse(day.first if day.first == day.last else f"{day.first}/{day.last}")
    years = {end.year for period in known for end in (period.first, period.last) if end is not None}
    candidates = [c for year in sorted(years) if (c := _in_year(day, year)) is not None]
    return next(
        (c for c in candidates if any(c.meets(p) for p in known)), candidates[0] if candidates else None
    )


def _in_year(day: SaidDate, year: int) -> Period | None:
    try:
        first, last = (f"{year}-{end.removeprefix('--')}" for end in (day.first, day.last))
        return Period.parse(first if first == last else f"{first}/{last}")
    except BadInput:  # 29 February of another year
        return None


def _span(held: DateInterval) -> Period:
    return Period(held.after, held.by)


def _covers(period: Period, held: DateInterval) -> bool:
    """Whether the days said hold the whole interval; "by" and "since" are for the writer to choose."""
    return held.after is not None and _span(held).lies_in(period)


def _touches(period: Period, said: Period) -> bool:
    return period.meets(said)


def _say(held: DateInterval) -> str:
    return f"after {held.after} and by {held.by}" if held.after else f"by {held.by}"
