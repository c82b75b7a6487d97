"""What words make of a number: "at least 24" is [24, ∞), "around 50" is [45, 55], "about a third" is a third ± 5 points."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide words are read; options, and shown with every answer that uses them."""

    about: float = 0.10
    """"about n" is n ± this share of it."""

    plain_points: float = 2.5
    """"a third" is 33.3 % ± so many points."""

    about_points: float = 5.0
    """"about a third"."""

    nearly_points: float = 5.0
    """"nearly a third" is below 33.3 %, by at most so many points."""

    more_points: float = 10.0
    """"more than a third" is above 33.3 %, by at most so many points."""


WIDTHS = Widths()
_ABOUT = ("about", "around", "roughly", "approximately", "some", "circa", "nearly", "almost", "close to")
_LEAST = ("at least", "no fewer than", "not less than", "minimum")
_MORE = ("more than", "over", "above")
_MOST = ("up to", "at most", "no more than")
_FEWER = ("fewer than", "less than", "under", "below")


def interval(
    low: int | None, high: int | None, qualifier: str, widths: Widths = WIDTHS
) -> tuple[int | None, int | None]:
    """Bounds of what words say about a count; None where they set none."""
    said = qualifier.casefold().strip()
    if low is None:
        return (0 if high is not None and _is(said, _MOST) else None), high
    if _is(said, _MORE):
        return low + 1, None
    if _is(said, _LEAST):
        return low, None
    top = low if high is None else high
    if _is(said, _MOST):
        return 0, top
    if _is(said, _FEWER):
        return 0, max(top - 1, 0)
    if _is(said, _ABOUT):
        return math.ceil(round(low * (1 - widths.about), 9)), math.floor(round(top * (1 + widths.about), 9))
    return low, top if high is not None or not said else None


def _is(said: str, words: tuple[str, ...]) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", said) for word in words)


_NAMED = {
    "half": Fraction(1, 2),
    "third": Fraction(1, 3),
    "quarter": Fraction(1, 4),
    "fourth": Fraction(1, 4),
    "fifth": Fraction(1, 5),
    "sixth": Fraction(1, 6),
    "tenth": Fraction(1, 10),
}
_TIMES = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_FRACTION = re.compile(
    r"\b(?:(a|an|one|two|three|four|[1-4])[ -])?(half|third|quarter|fourth|fifth|sixth|tenth)s?\b"
)
_ONE_IN = re.compile(r"\b(one|two|three|\d+) (?:in|out of) (two|three|four|five|six|ten|\d+)\b")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|per ?cent|percent)")
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a phrase about a share allows."""

    text: str
    low: float
    """Lowest share that fits, 0 to 1."""

    high: float
    low_open: bool
    """Whether `low` itself does not fit."""

    high_open: bool
    width: str
    """How it was read, for people."""

    def fits(self, share: float) -> bool:
        """Whether this share fits the phrase."""
        above = share > self.low if self.low_open else share >= self.low
        below = share < self.high if self.high_open else share <= self.high
        return above and below


def read_phrase(text: str, widths: Widths = WIDTHS) -> Phrase | None:
    """A phrase such as "about a third"; None if it names no share."""
    said = " ".join(text.casefold().split())
    centre = _centre(said)
    if centre is None:
        return None
    value, points = float(centre), 100.0
    if _is(said, ("nearly", "almost", "just under", "close to")):
        return Phrase(
            text,
            value - widths.nearly_points / points,
            value,
            False,
            True,
            f"below it, by at most {widths.nearly_points:g} points",
        )
    if _is(said, (*_MORE, "just over")):
        return Phrase(
            text,
            value,
            value + widths.more_points / points,
            True,
            False,
            f"above it, by at most {widths.more_points:g} points",
        )
    if _is(said, _LEAST):
        return Phrase(text, value, 1.0, False, False, "it or more")
    if _is(said, _MOST):
        return Phrase(text, 0.0, value, False, False, "it or less")
    if _is(said, _FEWER):
        return Phrase(text, 0.0, value, False, True, "less than it")
    width = widths.about_points if _is(said, _ABOUT) else widths.plain_points
    return Phrase(text, value - width / points, value + width / points, False, False, f"± {width:g} points")


def _centre(said: str) -> Fraction | None:
    if found := _PERCENT.search(said):
        return Fraction(found[1]) / 100
    if found := _ONE_IN.search(said):
        part, whole = (_NUMBERS.get(word) or int(word) for word in found.groups())
        return Fraction(part, whole) if whole and part <= whole else None
    if found := _FRACTION.search(said):
        return _TIMES.get(found[1] or "a", 1) * _NAMED[found[2]]
    return None
