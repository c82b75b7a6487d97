"""One figure for how much a place is worth a look: change first, then how much it looks like a thing."""

from __future__ import annotations

import math

from siteline.change.pairs.evidence import Evidence

_EDGES, _SQUARE, _ANGLES, _SHADOW, _SMOOTHER, _ALONE = 1.6, 0.8, 0.5, 0.8, 0.3, 0.2
"""Set by hand, by what a person looks for in such pictures; fitted to nothing."""


def worth_of(e: Evidence) -> float:
    """
    0 to about 4: worth more, look there sooner. No probability.

    What does not differ from the pair's own usual differences is worth nothing, however square it is; what may be a shadow, or
    is green, is worth little.
    """
    changed = _rise(e.change, 2.2, 0.7)
    form = (
        _ALONE
        + _EDGES * e.edges
        + _SQUARE * min(max((e.square - 0.5) / 0.35, 0.0), 1.0) * (1.0 if e.slender < 4.5 else 0.2)
        + _ANGLES * min(e.right_angles / 0.4, 1.0)
        + _SHADOW * min(max(e.shadow, 0.0) / 0.6, 1.0)
        + _SMOOTHER * min(max(e.smoother, -0.5), 1.0)
    )
    doubt = (1 - 0.9 * min(max((e.green - 0.02) / 0.05, 0.0), 1.0)) * (1 - 0.8 * e.shade) * (1 - 0.6 * e.lit)
    size = _rise(math.log(e.area_m2), math.log(40), 0.35) * _rise(-math.log(e.area_m2), -math.log(5000), 0.4)
    return changed * max(form, 0.0) * doubt * size


def _rise(value: float, middle: float, width: float) -> float:
    return 1 / (1 + math.exp(min(-(value - middle) / width, 50.0)))
