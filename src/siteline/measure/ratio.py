"""
One size over another, and the sentences that the interval supports.

"60–70 % of", "larger by 60–70 %" and "smaller by 60–70 %" are three different numbers, and one has been
printed for another. So each is computed, and those that do not hold are named too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log, sqrt

from siteline.model.errors import BadInput, NotMeasured
from siteline.model.measurement import Measurement, Ratio
from siteline.model.quantity import Z95, Quantity

SLACK = 0.005
""""L–U %" is supported if the 95 % interval lies within [L − 0.5, U + 0.5] %."""

NOUN = {
    "area": "footprint",
    "length": "length",
    "width": "width",
    "height": "height",
    "distance_to_perimeter": "distance to the perimeter",
    "distance": "distance",
}

MORE, AS = {"area": "larger"}, {"area": "large"}
"""Of a footprint one says larger and as large as; of lengths greater and as great as."""

FRACTIONS: tuple[tuple[float, str], ...] = (
    (0.1, "a tenth"),
    (0.2, "a fifth"),
    (0.25, "a quarter"),
    (1 / 3, "a third"),
    (0.4, "two-fifths"),
    (0.5, "half"),
    (0.6, "three-fifths"),
    (2 / 3, "two-thirds"),
    (0.75, "three-quarters"),
    (0.8, "four-fifths"),
    (0.9, "nine-tenths"),
    (1.0, "all"),
)

ABOUT = 0.1
""""About two-thirds" is supported if the 95 % interval lies within a tenth of two thirds."""


def ratio(a: Measurement, b: Measurement, name_a: str, name_b: str, noun: str | None = None) -> Ratio:
    """
    How large A is against B, with a log-normal 95 % interval and sentences that name what is compared.

    What is wrong with both alike (pixel size, PSF) cancels as far as it is alike, if they were measured on
    the same images. noun: what the sentences call the size; by default that of a building. Raises NotMeasured if
    either was refused or may be nothing at all, BadInput if the two cannot be compared.
    """
    if a.what != b.what:
        raise BadInput(f"a ratio of {a.what} to {b.what} means nothing", "Compare the same size of both.")
    for size, name in ((a, name_a), (b, name_b)):
        if size.quantity is None:
            raise NotMeasured(f"the {NOUN.get(size.what, size.what)} of {name} was refused: {size.refused}")
    assert a.quantity is not None
    assert b.quantity is not None
    if a.quantity.unit != b.quantity.unit:
        raise BadInput(
            f"{name_a} is in {a.quantity.unit}, {name_b} in {b.quantity.unit}", "Give the pixel size (gsd_m)."
        )
    if a.quantity.value <= 0 or b.quantity.value <= 0:
        raise BadInput("a ratio needs two sizes above zero", "Compare other sizes.")
    for size, name in ((a, name_a), (b, name_b)):
        if size.quantity is not None and size.quantity.low95 <= 0:
            raise NotMeasured(
                f"the {NOUN.get(size.what, size.what)} of {name} may be nothing at all ({size.quantity}): no ratio holds"
            )
    value = a.quantity.value / b.quantity.value
    spread = 0.0 if a == b else _relative_sigma(a, b)
    bounds = (value * exp(-Z95 * spread), value * exp(Z95 * spread))
    supported, not_supported = _sentences(bounds, a.what, name_a, name_b, noun)
    return Ratio(Quantity(value, value * spread, "", bounds), supported, not_supported)


def _relative_sigma(a: Measurement, b: Measurement) -> float:
    """Of the ratio: parts add, less what is shared, as far as both were measured on the same images."""
    assert a.quantity is not None
    assert b.quantity is not None
    own, shared = 0.0, dict[str, list[float]]()
    for size in (a, b):
        assert size.quantity is not None
        listed = 0.0
        for line in size.budget:
            relative = line.sigma / size.quantity.value
            listed += line.sigma**2
            own += relative**2
            if line.shared:
                shared.setdefault(line.name, []).append(-relative if line.falls else relative)
        own += (
            max(size.quantity.sigma**2 - listed, 0.0) / size.quantity.value**2
        )  # what the lines do not explain
    common = set(a.scene_ids) & set(b.scene_ids)  # on unknown images, nothing cancels
    alike = len(common) / sqrt(max(len(set(a.scene_ids)) * len(set(b.scene_ids)), 1))
    cancels = sum(2 * alike * parts[0] * parts[1] for parts in shared.values() if len(parts) == 2)
    return sqrt(max(own - cancels, 0.0))


@dataclass(slots=True)
class _Judged:
    """Sentences that the interval supports, and those that are tempting but wrong."""

    supported: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def judge(self, holds: bool, sentence: str) -> None:
        """File a sentence."""
        (self.supported if holds else self.refused).append(sentence)

    def told(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Each sentence once; what is supported is not refused."""
        supported = tuple(dict.fromkeys(self.supported))
        return supported, tuple(s for s in dict.fromkeys(self.refused) if s not in supported)


def _sentences(
    bounds: tuple[float, float], what: str, name_a: str, name_b: str, noun: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be said of A against B, and what may not though it is tempting."""
    low, high = bounds
    says, turned = _Says(what, name_a, name_b, noun), _Says(what, name_b, name_a, noun)
    if low == high == 1:
        return (says.plain(says.alike),), (says.than("smaller"), says.than(says.more))
    judged = _Judged()
    _as_share(judged, bounds, says)
    if high < 1:
        _if_smaller(judged, bounds, says, turned)
    elif low > 1:
        _if_larger(judged, bounds, says, turned)
    else:
        _if_neither(judged, bounds, says)
    return judged.told()


def _as_share(judged: _Judged, bounds: tuple[float, float], says: _Says) -> None:
    """Shares in per cent, and everyday fractions."""
    low, high = bounds
    middle = sqrt(low * high)
    if middle < 2:
        first, last = _percent_range(low, high)
        judged.supported.append(says.share(first, last))
        tens = 10 * int(middle * 10 + 1e-9)
        if (tens, tens + 10) != (first, last):
            judged.judge(_within(low, high, tens / 100, tens / 100 + 0.1), says.share(tens, tens + 10))
    near, word = min(FRACTIONS, key=lambda f: abs(log(f[0] / middle)))
    if middle < 1.05:
        is_near = near * (1 - ABOUT) <= low and high <= near * (1 + ABOUT)
        judged.judge(is_near, says.plain(f"about {says.alike}" if near == 1.0 else f"about {word} of"))
        span = _fraction_span(low, high)
        if span is not None and not is_near:
            judged.supported.append(says.plain(f"roughly {span[0]} to {span[1]} of"))


def _if_smaller(judged: _Judged, bounds: tuple[float, float], says: _Says, turned: _Says) -> None:
    low, high = bounds
    first, last = _percent_range(low, high)
    less, most = _percent_range(1 - high, 1 - low)
    judged.supported += [says.than("smaller"), says.by("smaller", less, most)]
    judged.refused += [says.than(says.more), says.by(says.more, first, last)]
    if not _within(1 - high, 1 - low, first / 100, last / 100):
        judged.refused.append(says.by("smaller", first, last))
    if not _within(1 / high - 1, 1 / low - 1, less / 100, most / 100):
        judged.refused.append(turned.by(says.more, less, most))
    judged.judge(_within(low, high, 0.45, 0.55), says.plain(f"about half as {says.large} as"))
    judged.refused.append(says.plain(f"twice as {says.large} as"))


def _if_larger(judged: _Judged, bounds: tuple[float, float], says: _Says, turned: _Says) -> None:
    low, high = bounds
    first, last = _percent_range(low, high)
    times = says.plain(f"{_times(low, high)} times as {says.large} as")
    less, most = _percent_range(low - 1, high - 1)
    is_many = sqrt(low * high) >= 2
    judged.supported += [times, says.than(says.more)] if is_many else [says.than(says.more), times]
    judged.supported.append(says.by(says.more, less, most))
    judged.refused += [says.than("smaller"), says.by(says.more, first, last)]
    if most <= 100 and not _within(1 - 1 / low, 1 - 1 / high, less / 100, most / 100):
        judged.refused.append(turned.by("smaller", less, most))
    judged.judge(_within(low, high, 1.8, 2.2), says.plain(f"about twice as {says.large} as"))


def _if_neither(judged: _Judged, bounds: tuple[float, float], says: _Says) -> None:
    low, high = bounds
    judged.supported.append(f"no difference between {says.subject} and {says.other}'s can be told")
    most = max(1, _ceil(max(1 - low, high - 1), 1))
    judged.supported.append(f"{says.subject} differs from {says.other}'s by no more than {most} %")
    judged.refused += [
        says.than("smaller"),
        says.than(says.more),
        says.plain(f"twice as {says.large} as"),
    ]


class _Says:
    """Sentences about A and B that always name what is compared."""

    def __init__(self, what: str, name: str, other: str, noun: str | None) -> None:
        self.subject, self.other = f"the {noun or NOUN.get(what, what)} of {name}", other
        self.more, self.large = MORE.get(what, "greater"), AS.get(what, "great")
        self.alike = "the same size as" if what == "area" else "the same as"

    def share(self, low: int, high: int) -> str:
        return f"{self.subject} is {low}–{high} % of {self.other}'s"

    def by(self, word: str, low: int, high: int) -> str:
        return f"{self.subject} is {word} than {self.other}'s by {low}–{high} %"

    def than(self, word: str) -> str:
        return f"{self.subject} is {word} than {self.other}'s"

    def plain(self, words: str) -> str:
        return f"{self.subject} is {words} {self.other}'s"


def _within(low: float, high: float, first: float, last: float) -> bool:
    return first - SLACK <= low and high <= last + SLACK


def _percent_range(low: float, high: float) -> tuple[int, int]:
    """The roundest range "L–U %" that DESIGN's rule supports: steps of 10 if not too wide, else 5, 2, 1."""
    for step in (10, 5, 2, 1):
        first = step * int((low + SLACK) * 100 / step + 1e-9)
        last = _ceil(high, step)
        if last <= first:
            last = first + step
        if last - first <= max(10, 1.75 * (high - low) * 100) or step == 1:
            return first, last
    raise AssertionError


def _ceil(high: float, step: int) -> int:
    percent = (high - SLACK) * 100 / step
    whole = int(percent)
    return step * (whole if percent - whole < 1e-9 else whole + 1)


def _fraction_span(low: float, high: float) -> tuple[str, str] | None:
    """The narrowest pair of everyday fractions around the interval; None if there is none."""
    below = [f for f in FRACTIONS if f[0] <= low + SLACK]
    above = [f for f in FRACTIONS if f[0] >= high - SLACK]
    if not below or not above or below[-1] == above[0]:
        return None
    return below[-1][1], above[0][1]


def _times(low: float, high: float) -> str:
    """Such as "1.4–1.6"."""
    step = 0.1 if low < 3 else 0.5
    first = step * int((low + 0.05 * step) / step)
    last = step * -int(-(high - 0.05 * step) // step)
    return f"{first:.1f}–{max(last, first + step):.1f}"
