"""What may be chosen about the search for changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from siteline.model.change import Foreseen


class Preset(StrEnum):
    """How sure a change must be before it is reported."""

    WIDE = "wide"
    BALANCED = "balanced"
    STRICT = "strict"


REPORTED_FROM = {Preset.WIDE: 0.2, Preset.BALANCED: 0.5, Preset.STRICT: 0.8}
"""Least probability of a reported change."""


CANDIDATES_FROM = 0.05
"""Changes less probable than this are not weighed further, nor kept as candidates."""


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """What may be chosen about the search for changes."""

    preset: Preset = Preset.BALANCED
    """`wide` misses least and is wrong most often; `strict` the other way round."""

    least_area_m2: float = 60.0
    """Smallest changed ground that is looked at, m², where the pixel size is known; never below `least_px`."""

    least_px: int = 6
    """Smallest changed ground that is looked at, pixels."""


def foresee(preset: Preset, probabilities: Iterable[float], *, calibrated: bool) -> Foreseen:
    """
    What a preset lists of some candidates, and how much of it is expected to be wrong and missed.

    probabilities: of all candidates, 0–1, those below every threshold too; calibrated: whether they are. Each candidate counts
    as real with its own probability, so that a site where little happens is told a larger share of false events.
    """
    least, all_ = REPORTED_FROM[preset], list(probabilities)
    listed, left = [p for p in all_ if p >= least], [p for p in all_ if p < least]
    return Foreseen(
        preset=preset.value,
        least=least,
        listed=len(listed),
        false=sum(1 - p for p in listed),
        left_out=len(left),
        missed=sum(left),
        kept_from=CANDIDATES_FROM,
        calibrated=calibrated,
    )
