"""Words around a number, as an interval: the rules and their widths, which are options, and are shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from siteline.claims.draft.numbers import Number


@dataclass(frozen=True, slots=True)
class Widths:
    """How far words reach."""

    about: float = 0.10
    """"about n": so much of n to either side."""

    third: float = 0.025
    """"a third", as it is said: so far to either side. Halves and quarters are taken as said."""

    about_part: float = 0.05
    """"about a third": so far to either side."""

    nearly_part: float = 0.05
    """"nearly a third": so far below."""

    more_part: float = 0.10
    """"more than a third": so far above."""

    dozens: float = 24.0
    """The least that "dozens" is; 12 as ACLED codes it."""


@dataclass(frozen=True, slots=True)
class Said:
    """An interval and the rule that made it."""

    low: float | None
    high: float | None
    low_open: bool = False
    high_open: bool = False
    width: str = "as said"
    stated: tuple[float, float] | None = None
    """The number itself."""


def interval(number: Number, bound: str, *, counted: bool, widths: Widths) -> Said:
    """
    The interval of one number with the word that bounds it.

    bound: least, more, most, fewer, about, nearly, or "". counted: whether it counts whole things.
    """
    said = _interval(number, bound, counted=counted, widths=widths)
    return said if number.at_least else replace(said, stated=(number.value, number.value))


def _interval(number: Number, bound: str, *, counted: bool, widths: Widths) -> Said:
    n = number.value
    if n == 0 and bound in ("nearly", "fewer"):
        return Said(0.0, 0.0)
    whole = counted and n == int(n)
    if number.at_least and bound in ("", "least", "about", "nearly"):
        return Said(n, None, width=f"a vague plural: {n:g} or more")
    if number.is_fraction:
        return _part(n, bound, widths)
    if bound == "least":
        return Said(n, None, width="at least")
    if bound == "more":
        return (
            Said(n + 1, None, width="more than, of whole things")
            if whole
            else Said(n, None, True, width="more than")
        )
    if bound == "most":
        return Said(0.0, n, width="up to")
    if bound == "fewer":
        return (
            Said(0.0, max(0.0, n - 1), width="fewer than, of whole things")
            if whole
            else Said(0.0, n, False, True, "less than")
        )
    if bound == "about":
        return Said(
            _tidy(n * (1 - widths.about)),
            _tidy(n * (1 + widths.about)),
            width=f"about: ± {widths.about * 100:g} %",
        )
    if bound == "nearly":
        return Said(_tidy(n * (1 - widths.about)), n, False, True, f"nearly: − {widths.about * 100:g} %")
    return Said(n, n)


def between(low: float, high: float, bound: str) -> Said:
    """The interval of two numbers with a range between them."""
    low, high = min(low, high), max(low, high)
    return replace(_between(low, high, bound), stated=(low, high))


def _between(low: float, high: float, bound: str) -> Said:
    if bound == "least":
        return Said(low, None, width="a range, at least")
    if bound == "more":
        return Said(low, None, True, width="a range, more than")
    if bound == "most":
        return Said(0.0, high, width="a range, up to")
    return Said(low, high, width="a range, as said" + (", roughly" if bound in ("about", "nearly") else ""))


def _part(n: float, bound: str, widths: Widths) -> Said:
    if bound == "about":
        return Said(
            _tidy(n - widths.about_part),
            _tidy(n + widths.about_part),
            width=f"about: ± {widths.about_part * 100:g} points",
        )
    if bound == "nearly":
        return Said(
            _tidy(n - widths.nearly_part), n, False, True, f"nearly: − {widths.nearly_part * 100:g} points"
        )
    if bound == "more":
        return Said(
            n, _tidy(n + widths.more_part), True, False, f"more than: + {widths.more_part * 100:g} points"
        )
    if bound == "least":
        return Said(n, None, width="at least")
    if bound in ("most", "fewer"):
        return Said(0.0, n, False, bound == "fewer", "up to" if bound == "most" else "less than")
    if abs(n * 3 - round(n * 3)) < 1e-9:
        return Said(
            _tidy(n - widths.third),
            _tidy(n + widths.third),
            width=f"a third: ± {widths.third * 100:g} points",
        )
    return Said(n, n)


def _tidy(value: float) -> float:
    return round(value, 10)
