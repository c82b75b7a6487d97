"""How likely something is, in the bands of ICD 203: the number is kept, the words are derived from it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from siteline.model.errors import BadInput


class TermSet(StrEnum):
    """Which of the two columns of words; one brief uses one of them."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Band:
    """One row of the table: half-open [low, high); the last one holds its end, for there is no next."""

    low: int
    """Per cent, included."""

    high: int
    """Per cent, excluded but for the last band."""

    term_a: str
    term_b: str

    def term(self, terms: TermSet) -> str:
        """Its words."""
        return self.term_a if terms is TermSet.A else self.term_b

    def holds(self, percent: float) -> bool:
        """Whether the number lies in it."""
        return self.low <= percent < self.high or percent == self.high == BANDS[-1].high

    def __str__(self) -> str:
        closing = "]" if self.high == BANDS[-1].high else ")"
        return f"[{self.low}, {self.high}{closing} %"


BANDS = (
    Band(1, 5, "almost no chance", "remote"),
    Band(5, 20, "very unlikely", "highly improbable"),
    Band(20, 45, "unlikely", "improbable"),
    Band(45, 55, "roughly even chance", "roughly even odds"),
    Band(55, 80, "likely", "probable"),
    Band(80, 95, "very likely", "highly probable"),
    Band(95, 99, "almost certain", "nearly certain"),
)
"""Intelligence Community Directive 203 (2015), section D.6.e(2)(a). A boundary belongs to two bins there; here to the upper."""

_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A person's number, and the column of words it is said in."""

    percent: float
    """1 to 99; 0 and 100 are not in the table."""

    terms: TermSet

    def __post_init__(self) -> None:
        if not (math.isfinite(self.percent) and BANDS[0].low <= self.percent <= BANDS[-1].high):
            raise BadInput(
                f"a likelihood of {self.percent:g} % is not in the table, which runs from 1 to 99 %",
                "Nothing is judged as impossible or certain: say 1 or 99, or state it as a fact with its evidence.",
            )

    @property
    def band(self) -> Band:
        """The row of the table that holds the number."""
        return next(band for band in BANDS if band.holds(self.percent))

    @property
    def term(self) -> str:
        """The number in words."""
        return self.band.term(self.terms)

    def __str__(self) -> str:
        return f"{self.term} ({self.percent:g} %, band {self.band})"


def parse_likelihood(text: str, terms: TermSet) -> Likelihood:
    """
    "65" or "65 %" as a likelihood.

    Raises BadInput for a word (the number behind it is wanted), a fraction, 0, 100 and what is no number.
    """
    said = " ".join(text.split())
    for band in BANDS:
        if said.lower() in (band.term_a, band.term_b, "almost certainly"):
            raise BadInput(
                f"{said!r} is a band, {band}: the number behind it is not known",
                "Give the number in per cent; the words are derived from it.",
            )
    match = _NUMBER.fullmatch(said)
    if match is None:
        raise BadInput(f"not a likelihood in per cent: {text!r}", "Give a number from 1 to 99, such as 65.")
    percent = float(match[1])
    if 0 < percent < 1:
        raise BadInput(
            f"{said} % is less than the table holds", f"If you mean {percent:.0%}, say {100 * percent:g}."
        )
    return Likelihood(percent, terms)
