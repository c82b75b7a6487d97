"""How likely a radar change is real, and how much it raises what images of light say: figures from tuning seeds only."""

from __future__ import annotations

import math

from siteline.model.change import Kind

WEIGHTS = {"constant": 0.5, "gain": 1.0, "pixels": 0.3, "tracks": 0.5}
"""
Of a change: log of its gain over 20, log of its pixels over 4, and tracks that see it beyond one.

Chosen, not fitted: of 129 changes in the tuning series none lay where nothing had happened, so that there was nothing to fit.
"""

MOST_ALONE = 0.95
"""Radar alone makes no change more likely than this: what was rendered has not all that real ground does."""

AGREES = {"stands or fell": (0.85, 0.35), "other": (0.19, 0.20)}
"""
How often radar agrees with a change in images of light, where it is real and where it is not; by kind. `bench.radar --fit`.

From 18 and 18, and 35 and 3 candidates of the tuning districts: of roofs and ground, agreement tells nothing. What is not real is
often a wrong outline on ground that did change: there radar agrees too, so that agreement is no proof.
"""

STANDS = (Kind.CONSTRUCTION, Kind.DEMOLITION)
"""Kinds that change what stands there: radar sees these best."""

LARGE_M2 = 400.0
"""Of smaller changes radar hardly ever tells."""

MOST = 0.99
"""No two witnesses make a change more likely than this."""


def odds_of(gain: float, pixels: int, tracks: int) -> float:
    """Probability, 0–1, that a radar change is real and lasting."""
    total = WEIGHTS["constant"] + sum(
        WEIGHTS[name] * value for name, value in terms_of(gain, pixels, tracks).items()
    )
    return min(MOST_ALONE, 1 / (1 + math.exp(-max(min(total, 8.0), -8.0))))


def terms_of(gain: float, pixels: int, tracks: int) -> dict[str, float]:
    """What `odds_of` weighs, by name."""
    return {
        "gain": math.log(max(gain, 1.0) / 20),
        "pixels": math.log(max(pixels, 1) / 4),
        "tracks": float(max(tracks, 1) - 1),
    }


def raised(probability: float, kind: Kind) -> float:
    """
    Probability of a change in images of light that radar agrees with.

    By Bayes' rule for independent witnesses: the odds times how much more often radar agrees with a real change of that kind
    than with a false one. Never lowered, and never above `MOST` unless it was.
    """
    when_real, when_false = AGREES["stands or fell" if kind in STANDS else "other"]
    p = min(max(probability, 0.001), 0.999)
    odds = p / (1 - p) * when_real / when_false
    return max(probability, min(odds / (1 + odds), MOST))
