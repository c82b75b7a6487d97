"""How well judgements came true: Brier score and reliability table, from twenty resolved judgements on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from siteline.claims.weighing.blind import analyst_key
from siteline.model.assessment import Assessment, Came, Outcome
from siteline.model.likelihood import BANDS, Band
from siteline.model.quantity import Z95, Quantity

ENOUGH = 20
"""Resolved judgements below which nothing is shown: a score of a handful is luck."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One judgement that was in force when its claim was resolved."""

    claim_id: str
    analyst: str
    percent: float
    """As it was given, 1–99."""

    judged_at: datetime
    came_true: bool
    resolved_on: date


@dataclass(frozen=True, slots=True)
class BandRow:
    """One line of a reliability table."""

    band: Band
    count: int
    mean: float | None
    """Of the numbers given, per cent; None for an empty band."""

    came_true: int
    share: tuple[float, float, float] | None
    """Per cent that came true, with Wilson's 95 % bounds; None for an empty band."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well the judgements of one analyst, or of one source's claims, came true."""

    name: str
    count: int
    """Resolved judgements."""

    brier: Quantity | None
    """Mean squared error of the numbers as probabilities, 0 best, 0.25 for always saying 50 %; None below twenty."""

    base_brier: float | None
    """The score of somebody who had always said the share that came true."""

    rows: tuple[BandRow, ...]
    """Empty below twenty."""

    @property
    def lacking(self) -> int:
        """How many resolved judgements are wanting before anything is shown."""
        return max(0, ENOUGH - self.count)


def in_force(assessments: Iterable[Assessment], outcome: Outcome) -> list[Scored]:
    """
    Each analyst's last judgement with a number from before the outcome could be known.

    Nothing for a void outcome. What was filed on that day or later, or after somebody had recorded the outcome, is hindsight.
    """
    if outcome.came is Came.VOID:
        return []
    until = min(datetime.combine(outcome.on, time.min, UTC), outcome.at)
    last: dict[str, Assessment] = {}
    for judged in sorted(assessments, key=lambda a: (a.at, a.id)):
        if judged.claim_id == outcome.claim_id and judged.likelihood is not None and judged.at < until:
            last[analyst_key(judged.analyst)] = judged
    return [
        Scored(
            outcome.claim_id,
            judged.analyst,
            judged.likelihood.percent,
            judged.at,
            outcome.came is Came.TRUE,
            outcome.on,
        )
        for judged in last.values()
        if judged.likelihood is not None
    ]


def brier(percents: Sequence[float], came_true: Sequence[bool]) -> Quantity:
    """Brier score of at least two judgements with its standard error (G. W. Brier, Monthly Weather Review 78, 1950)."""
    errors = [(p / 100 - int(true)) ** 2 for p, true in zip(percents, came_true, strict=True)]
    mean = math.fsum(errors) / len(errors)
    spread = math.sqrt(math.fsum((e - mean) ** 2 for e in errors) / (len(errors) - 1))
    sigma = spread / math.sqrt(len(errors))
    return Quantity(mean, sigma, "", (max(0.0, mean - Z95 * sigma), min(1.0, mean + Z95 * sigma)))


def wilson(hits: int, count: int) -> tuple[float, float, float]:
    """A share and its 95 % bounds, 0–1 (E. B. Wilson, Journal of the American Statistical Association 22, 1927)."""
    share, squared = hits / count, Z95**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    half = Z95 / (1 + squared / count) * math.sqrt(share * (1 - share) / count + squared / (4 * count**2))
    low = 0.0 if hits == 0 else middle - half
    return share, low, 1.0 if hits == count else middle + half


def calibrate(name: str, scored: Sequence[Scored]) -> Calibration:
    """The record of these judgements; its numbers only where there are twenty."""
    if len(scored) < ENOUGH:
        return Calibration(name, len(scored), None, None, ())
    came = [one.came_true for one in scored]
    base = sum(came) / len(came)
    return Calibration(
        name,
        len(scored),
        brier([one.percent for one in scored], came),
        base * (1 - base),
        tuple(_row(band, [one for one in scored if band.holds(one.percent)]) for band in BANDS),
    )


def _row(band: Band, of_it: Sequence[Scored]) -> BandRow:
    if not of_it:
        return BandRow(band, 0, None, 0, None)
    hits = sum(one.came_true for one in of_it)
    share, low, high = (100 * part for part in wilson(hits, len(of_it)))
    mean = math.fsum(one.percent for one in of_it) / len(of_it)
    return BandRow(band, len(of_it), mean, hits, (share, low, high))
