"""
Numbers with their words, as intervals: "at least 24" is 24 or more, "more than 70" people are 71 or more.

The widths of "about" are options, and every reading keeps the words and the bare number beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from siteline.model.errors import BadStatement
from siteline.model.interval import Interval


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How wide loose words are read."""

    about: float = 0.10
    """ "About n" is n within this share of n."""

    about_share: float = 0.05
    """ "About a third" is a third within this much, as a fraction of one."""

    nearly_share: float = 0.05
    """ "Nearly a third" reaches this far down, and does not include a third."""


class Bound(StrEnum):
    """What the words at a number do to it."""

    EXACT = "exact"
    AT_LEAST = "at least"
    MORE_THAN = "more than"
    AT_MOST = "at most"
    LESS_THAN = "less than"
    ABOUT = "about"
    NEARLY = "nearly"


_WORDS: tuple[tuple[Bound, str], ...] = (
    (Bound.AT_LEAST, r"at least|no fewer than|no less than|not less than|a minimum of|minimum|>=|≥|or more|and more"),
    (Bound.AT_MOST, r"at most|up to|no more than|not more than|a maximum of|maximum|as many as|<=|≤|or fewer|or less"),
    (Bound.MORE_THAN, r"more than|over|above|in excess of|exceed(?:s|ing)?|upwards of|>"),
    (Bound.LESS_THAN, r"less than|fewer than|under|below|<"),
    (Bound.NEARLY, r"nearly|almost|close to|just under"),
    (Bound.ABOUT, r"about|around|roughly|approximately|approx\.?|some|circa|ca\.?|an estimated|estimated|~|≈|±"),
)  # fmt: skip
_BOUNDS = tuple((bound, re.compile(rf"(?<!\w)(?:{words})(?![a-z])", re.I)) for bound, words in _WORDS)
_SHARES = {"fraction", "share", "%", "percent", "per cent", "percentage", "proportion"}
_CONTINUOUS = re.compile(
    r"(?:ratio|fraction|share|%|per ?cent\w*|proportion|date|days?|hours?|years?|[kcm]?m[²³23]?|km|ha|hectares?|"
    r"(?:square |cubic )?(?:kilo)?met(?:er|re)s?|feet|ft|miles?|tons?|tonnes?|t|kg|usd|eur|dollars?|euros?|€|\$|"
    r"kt|mt|°|degrees?|km/h|m/s)",
    re.I,
)


def bound_of(qualifier: str) -> Bound:
    """What the words at a number say of it; words that say nothing of it leave it exact."""
    return next((bound for bound, words in _BOUNDS if words.search(qualifier)), Bound.EXACT)


def is_count(unit: str, *ends: float | None) -> bool:
    """Whether a number of this unit is counted: whole, and of things such as missiles or people."""
    return (
        bool(unit)
        and not _CONTINUOUS.fullmatch(unit.strip())
        and all(end is None or end == int(end) for end in ends)
    )


def is_share(unit: str) -> bool:
    """Whether a unit is a part of one."""
    return unit.strip().lower() in _SHARES


def read_amount(
    low: float | None,
    high: float | None,
    qualifier: str = "",
    unit: str = "",
    options: ReadingOptions | None = None,
) -> Interval | None:
    """
    The values that a number and the words at it allow; None where there is no number.

    low, high: as given; without words an end that is not given is open, with words the one that is given is the number.
    Raises BadStatement where words and numbers cannot both be so.
    """
    options = options or ReadingOptions()
    if low is None and high is None:
        return None
    bound = bound_of(qualifier)
    counted = is_count(unit, low, high)
    if bound is Bound.EXACT:
        return Interval(low, high)
    if low is not None and high is not None and low != high:
        if bound in (Bound.ABOUT, Bound.NEARLY):
            return _around(low, high, unit, counted, options)
        raise BadStatement(
            f"{qualifier!r} goes with one number, not with {low:g} to {high:g}",
            "Leave the qualifier empty, or one of the two numbers.",
        )
    number = low if low is not None else high
    assert number is not None
    floor = 0.0 if number >= 0 else None
    read = {
        Bound.AT_LEAST: lambda: Interval(number, None),
        Bound.MORE_THAN: lambda: _more_than(number, unit, options),
        Bound.AT_MOST: lambda: Interval(floor, number),
        Bound.LESS_THAN: lambda: Interval(floor, number, excludes_high=True),
        Bound.NEARLY: lambda: _nearly(number, unit, options),
        Bound.ABOUT: lambda: _around(number, number, unit, counted, options),
    }[bound]()
    return read.of_whole_numbers() if counted else read


def _more_than(number: float, unit: str, options: ReadingOptions) -> Interval:
    if unit.strip().lower() in ("fraction", "share", "proportion"):
        return Interval(number, min(1.0, number + 2 * options.about_share), excludes_low=True)
    return Interval(number, None, excludes_low=True)


def _nearly(number: float, unit: str, options: ReadingOptions) -> Interval:
    width = _points(unit) * options.nearly_share if is_share(unit) else abs(number) * options.about
    return Interval(number - width, number, excludes_high=True)


def _around(low: float, high: float, unit: str, counted: bool, options: ReadingOptions) -> Interval:
    if is_share(unit):
        width = _points(unit) * options.about_share
        return Interval(_round(low - width), _round(high + width))
    read = Interval(_round(low - abs(low) * options.about), _round(high + abs(high) * options.about))
    return read.of_whole_numbers() if counted and read.low != read.high else read


def _points(unit: str) -> float:
    """What one is in this unit."""
    return 100.0 if unit.strip().lower() in ("%", "percent", "per cent", "percentage") else 1.0


def _round(number: float) -> float:
    return float(f"{number:.12g}")


class Direction(StrEnum):
    """What a ratio is a ratio of."""

    OF = "of"
    """ "60 % the size of": 0.6."""

    LARGER = "larger"
    """ "60 % larger than": 1.6."""

    SMALLER = "smaller"
    """ "60 % smaller than": 0.4."""


_NUMBER = r"\d+(?:[.,]\d+)?"
_PERCENT = rf"(?P<low>{_NUMBER})\s*(?:%|percent|per cent)?\s*(?:(?:-|–|—|to|and)\s*(?P<high>{_NUMBER}))?\s*(?:%|percent|per cent)"
_LARGER = r"(?:larger|bigger|greater|longer|wider|taller|higher|more)\b"
_SMALLER = r"(?:smaller|shorter|narrower|lower|less|fewer)\b"
_MEASURED = r"(?:size|length|area|width|height|number)"
_OF = rf"(?:as (?:large|big|long|wide|tall|much|many)|(?:of )?(?:the|its|their) {_MEASURED}|of)\b"
_RATIO = re.compile(rf"{_PERCENT}\s*(?P<way>{_LARGER}|{_SMALLER}|{_OF})", re.I)
_TIMES = {"half": 0.5, "twice": 2.0, "double": 2.0, "three times": 3.0, "triple": 3.0, "four times": 4.0}
_MULTIPLE = re.compile(rf"\b({'|'.join(_TIMES)})\b(?:\s+(?:as|the|its)\b)?", re.I)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio as said: its direction, the number in the words, and what it comes to."""

    direction: Direction
    stated: Interval
    """0.6 to 0.7 for "60-70 %"."""

    value: Interval


def read_ratio(words: str) -> Ratio | None:
    """The first ratio in some words; None if there is none that can be read."""
    if found := _RATIO.search(words):
        low = float(found["low"].replace(",", ".")) / 100
        high = float(found["high"].replace(",", ".")) / 100 if found["high"] else low
        if low > high:
            return None
        way = found["way"].lower()
        direction = (
            Direction.LARGER
            if re.fullmatch(_LARGER, way)
            else Direction.SMALLER
            if re.fullmatch(_SMALLER, way)
            else Direction.OF
        )
        stated = Interval(_round(low), _round(high))
        return Ratio(direction, stated, turned(stated, direction))
    if found := _MULTIPLE.search(words):
        stated = Interval.exactly(_TIMES[found[1].lower()])
        return Ratio(Direction.OF, stated, stated)
    return None


def turned(stated: Interval, direction: Direction) -> Interval:
    """What a stated share comes to as a ratio: 0.6 *larger* is 1.6, 0.6 *smaller* is 0.4."""
    assert stated.low is not None
    assert stated.high is not None
    if direction is Direction.LARGER:
        return Interval(_round(1 + stated.low), _round(1 + stated.high))
    if direction is Direction.SMALLER:
        return Interval(_round(1 - stated.high), _round(1 - stated.low))
    return stated


def direction_between(origin: Interval, copy: Interval) -> tuple[Direction, Direction] | None:
    """
    The directions under which two ratios come from the same number: (of, larger) for 0.6 to 0.7 and 1.6 to 1.7.

    None where no change of direction alone makes one out of the other.
    """
    if None in (origin.low, origin.high, copy.low, copy.high):
        return None
    for was in Direction:
        stated = _stated(origin, was)
        if stated is None:
            continue
        for is_now in Direction:
            if is_now is not was and _is_near(turned(stated, is_now), copy):
                return was, is_now
    return None


def _stated(value: Interval, direction: Direction) -> Interval | None:
    """The number behind a ratio; None where it would not be one that people say."""
    assert value.low is not None
    assert value.high is not None
    if direction is Direction.LARGER:
        low, high = value.low - 1, value.high - 1
    elif direction is Direction.SMALLER:
        low, high = 1 - value.high, 1 - value.low
    else:
        low, high = value.low, value.high
    return Interval(_round(low), _round(high)) if low > 0 else None


def _is_near(one: Interval, other: Interval) -> bool:
    ends = ((one.low, other.low), (one.high, other.high))
    return all(a is not None and b is not None and abs(a - b) < 0.005 for a, b in ends)
