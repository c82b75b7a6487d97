"""The plainest step of a short line of numbers, such as the light of a whole scene from look to look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EACH_SIDE = 4
"""Numbers that a step must have on either side."""

STANDS_OUT = 4.0
"""A step is so many times the usual difference from its two levels; a seasonal wave stays below it."""


def plainest_step(line: NDArray[np.float64]) -> tuple[float, int]:
    """
    Size of the plainest single step of a line, and the place from which it holds; (0, 0) where none stands out.

    line: (time,), NaN where not known. The step is where two levels leave least over, by absolute values; the levels are
    medians, so that what differs for a few looks only is no step.
    """
    known = np.flatnonzero(np.isfinite(line))
    best, left = (0.0, 0), np.inf
    for n in range(EACH_SIDE, len(known) - EACH_SIDE + 1):
        sides = line[known[:n]], line[known[n:]]
        levels = [float(np.median(side)) for side in sides]
        rest = np.abs(np.concatenate([side - level for side, level in zip(sides, levels, strict=True)]))
        size = levels[1] - levels[0]
        if rest.sum() < left and abs(size) > STANDS_OUT * 1.4826 * float(np.median(rest)):
            best, left = (size, int(known[n])), float(rest.sum())
    return best
