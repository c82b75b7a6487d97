"""Several drawings of the same thing: one value, and what their spread says of its error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import t as student

from siteline.model.errors import BadGeometry, BadInput
from siteline.model.measurement import BudgetLine, Tracing
from siteline.model.quantity import Z95

REPEATS, BETWEEN, HABIT = "analyst repeats", "between analysts", "drawing habit"

PRIOR = 2.0
"""The error that any hand is given counts as much as so many drawings: two or three alone know little of their spread."""

SAME = 0.3
"""Two outlines with less in common than this (intersection over union) are not of one thing."""


def combine(
    values: Sequence[float], analysts: Sequence[str], own: float, habit: float, name: str
) -> tuple[float, tuple[BudgetLine, ...]]:
    """
    One value for several drawings, and the errors of the hands that made them.

    values: one for each drawing; analysts: who drew it; own: one-sigma error that one drawing is given, called
    `name`; habit: what all drawings of one person share. The value is the mean over people, each counted once.

    A habit is its owner's: its line bears the name of the one person who drew, and is shared by whatever else that
    person drew; the habit of somebody unnamed is nobody else's.

    With one drawing of each person the given errors stand. Repeats replace `own` by their spread about each
    person's mean, several people replace `habit` by the spread between their means, beyond what repeats explain.
    Both are pooled with the given error (weight PRIOR) and widened by Student's t, so that 1.96 sigma holds 95 %.
    """
    if len(set(analysts)) > 1 and not all(analysts):
        raise BadInput(
            f"drawing {list(analysts).index('') + 1} does not say who drew it, others do",
            "Name the analyst of every drawing, or of none.",
        )
    people = [
        np.array([v for v, a in zip(values, analysts, strict=True) if a == who]) for who in _once(analysts)
    ]
    means = np.array([mine.mean() for mine in people])
    count = len(people)
    again = len(values) - count
    apart = sum(float(np.sum((mine - mine.mean()) ** 2)) for mine in people)
    within = (PRIOR * own**2 + apart) / (PRIOR + again)
    share = float(np.mean([1 / len(mine) for mine in people]))  # of the variance, left in a person's mean
    scatter = np.sqrt(within * share / count)
    lines = [
        BudgetLine(REPEATS, float(scatter * _widening(again)), False)
        if again
        else BudgetLine(name, float(scatter), False)
    ]
    if count == 1:
        who = analysts[0]
        lines.append(BudgetLine(f"{HABIT} ({who})" if who else HABIT, habit, bool(who)))
    else:
        beyond = max(float(np.var(means, ddof=1)) - within * share, 0.0)
        between = (PRIOR * habit**2 + (count - 1) * beyond) / (PRIOR + count - 1)
        lines.append(BudgetLine(BETWEEN, float(np.sqrt(between / count)) * _widening(count - 1), False))
    return float(means.mean()), tuple(lines)


def say_drawings(tracings: Sequence[Tracing]) -> str:
    """How often and by how many: "", ", 3 times", ", 4 times by 2 analysts"."""
    people = len(_once([tracing.analyst for tracing in tracings]))
    if len(tracings) == 1:
        return ""
    return f", {len(tracings)} times" + (f" by {people} analysts" if people > 1 else "")


def check_same(tracings: Sequence[Tracing]) -> None:
    """Raise BadGeometry if the drawings are not all of one thing: repeats are of the same thing, or no repeats."""
    first = tracings[0].geometry
    for number, tracing in enumerate(tracings[1:], 2):
        other = tracing.geometry
        if first.area > 0 and other.area > 0:
            is_same = first.intersection(other).area >= SAME * first.union(other).area
        else:
            longest = max(first.length, other.length)
            is_same = first.hausdorff_distance(other) <= (1 - SAME) / 2 * longest
        if not is_same:
            raise BadGeometry(
                f"drawings 1 and {number} do not show the same thing",
                "Several drawings are taken for repeats of one: measure different things one by one.",
            )


def _widening(freedom: int) -> float:
    return float(student.ppf(0.975, PRIOR + freedom)) / Z95


def _once(analysts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(analysts))
