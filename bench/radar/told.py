"""What one part of the benchmark tells: lines of the page, bars, and what figures are fitted to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure and what was asked of it."""

    what: str
    low: float
    high: float | None
    value: float

    def row(self) -> str:
        """A row of the page's table; it says itself whether the bar was met."""
        asked = f"≥ {self.low:g}" if self.high is None else f"{self.low:g}–{self.high:g}"
        met = self.low <= self.value and (self.high is None or self.value <= self.high)
        return f"| {self.what} | {asked} | {self.value:.3f} | {'met' if met else '**missed**'} |"


@dataclass(slots=True)
class Told:
    """What one part tells."""

    lines: list[str]
    bars: list[Bar]
    labelled: list[tuple[bool, dict[str, float]]] = field(default_factory=list)
    """Of every radar change: whether it is real, and its terms."""

    rates: dict[str, list[tuple[bool, bool]]] = field(default_factory=dict)
    """By kind, of each candidate: whether it is real, and whether radar agrees."""


def timed(part: Callable[[list[int]], Told], seeds: list[int]) -> tuple[Told, float]:
    """What a part told, and its seconds of processor time."""
    before = process_time()
    return part(seeds), process_time() - before
