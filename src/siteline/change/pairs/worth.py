"""One figure for how much a rectangle is worth a look: like a building at one date, and unlike one at the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.change.pairs.likeness import NAMES

Floats = NDArray[np.float32]

WEIGHTS = {
    "closed": 1.39,
    "parted": -5.13,
    "parted then": 1.77,
    "edge all round": 1.16,
    "edge": 7.03,
    "edge then": -4.41,
    "new edge all round": -2.56,
    "new edge": 4.94,
    "changed": 2.69,
    "ground changed": -0.21,
    "changed apart": 0.81,
    "green": -0.66,
    "green then": 0.16,
    "light": -3.54,
    "dark": -2.61,
    "dark then": 1.06,
    "rough": -0.73,
    "rougher": 0.82,
    "alike": 0.76,
    "shadow": 0.59,
    "shadow beyond": 0.64,
    "large": 0.48,
    "larger": -0.28,
    "slender": 0.44,
    "lines inside": -6.57,
    "lines inside then": 1.82,
    "green beside": -0.05,
    "greener beside": 1.17,
    "darker than beside": 0.14,
    "at the brim": -1.30,
}
"""Of a logistic regression on rectangles of rendered pairs (`python -m bench.made_pairs --fit`), in the order of NAMES; no
photograph had a part in them."""

BIAS = 0.88


def worth_of(figures: Floats) -> Floats:
    """0 to 1: worth more, look there sooner. No probability: how often such a place is right differs from pair to pair."""
    weights = np.array([WEIGHTS[name] for name in NAMES], np.float32)
    score = np.tensordot(weights, figures, 1) + np.float32(BIAS)
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -50, 50))), np.float32)
