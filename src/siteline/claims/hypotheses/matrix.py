"""
The matrix of competing hypotheses, scored (R. J. Heuer, Psychology of Intelligence Analysis, 1999, chapter 8).

A score is weighted *inconsistency* and nothing else: evidence that fits several hypotheses speaks for none of them. It is no
probability, is never made into one, and no sum over hypotheses is taken (docs/decisions/0026-judgements.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import pvariance

from siteline.model.hypotheses import (
    Cell,
    Difference,
    Evidence,
    Fit,
    Hypothesis,
    RowWorth,
    Scored,
    Sheet,
    Weight,
)

AGAINST = {Fit.I: 1.0, Fit.II: 2.0}
"""What a cell adds to a score; all others add nothing."""

_PLACE = {Fit.CC: 2.0, Fit.C: 1.0, Fit.N: 0.0, Fit.I: -1.0, Fit.II: -2.0}

_FACTOR = {Weight.LOW: math.sqrt(0.5), Weight.MEDIUM: 1.0, Weight.HIGH: math.sqrt(2.0)}
"""Low on both grounds halves a row, high on both doubles it."""


def factor(weight: Weight) -> tuple[float, float]:
    """By how much a weight multiplies, from and to; an unknown one may be anything from low to high."""
    if weight is Weight.UNKNOWN:
        return _FACTOR[Weight.LOW], _FACTOR[Weight.HIGH]
    return _FACTOR[weight], _FACTOR[weight]


def last_words(cells: Iterable[Cell], key: dict[str, str]) -> dict[tuple[str, str, str], Cell]:
    """The cells in force, by evidence, hypothesis and analyst; `cells` oldest first, `key` one name per analyst."""
    return {(cell.evidence, cell.hypothesis, key[cell.analyst]): cell for cell in cells}


def fill(
    analyst: str, cells: Sequence[Cell], hypotheses: Sequence[Hypothesis], evidence: Sequence[Evidence]
) -> Sheet:
    """One analyst's sheet from their cells in force."""
    by_place = {(cell.evidence, cell.hypothesis): cell for cell in cells}
    scores, rows = list[Scored](), list[RowWorth]()
    for hypothesis in hypotheses:
        said = [by_place.get((row.label, hypothesis.label)) for row in evidence]
        parts = [_against(row, cell) for row, cell in zip(evidence, said, strict=True) if cell is not None]
        low, high = (round(math.fsum(part[end] for part in parts), 9) for end in (0, 1))
        scores.append(Scored(hypothesis.label, (low, high), said.count(None)))
    for row in evidence:
        along = [by_place.get((row.label, hypothesis.label)) for hypothesis in hypotheses]
        rows.append(_worth(row, [cell.fit if cell else None for cell in along]))
    kept = tuple(cell for cell in cells if any(row.label == cell.evidence for row in evidence))
    return Sheet(analyst, kept, tuple(scores), tuple(rows))


def differences(sheets: Sequence[Sheet]) -> tuple[Difference, ...]:
    """Cells that analysts rate otherwise, side by side."""
    said: dict[tuple[str, str], list[tuple[str, Fit]]] = {}
    for sheet in sheets:
        for cell in sheet.cells:
            said.setdefault((cell.evidence, cell.hypothesis), []).append((sheet.analyst, cell.fit))
    return tuple(
        Difference(row, column, tuple(sorted(ratings)))
        for (row, column), ratings in said.items()
        if len({fit for _, fit in ratings}) > 1
    )


def _against(row: Evidence, cell: Cell) -> tuple[float, float]:
    value = AGAINST.get(cell.fit, 0.0)
    credibility, relevance = factor(row.credibility), factor(row.relevance)
    return value * credibility[0] * relevance[0], value * credibility[1] * relevance[1]


def _worth(row: Evidence, fits: Sequence[Fit | None]) -> RowWorth:
    places = [_PLACE[fit] for fit in fits if fit is not None and fit in _PLACE]
    variance = pvariance(places) if len(places) > 1 else None
    is_same = len(fits) > 1 and None not in fits and len(set(fits)) == 1
    return RowWorth(row.label, variance, is_same)
