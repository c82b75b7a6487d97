"""What may be chosen about the search for changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Preset(StrEnum):
    """How sure a change must be before it is reported."""

    WIDE = "wide"
    BALANCED = "balanced"
    STRICT = "strict"


REPORTED_FROM = {Preset.WIDE: 0.2, Preset.BALANCED: 0.5, Preset.STRICT: 0.8}
"""Least probability of a reported change."""


@dataclass(frozen=True, slots=True)
class ChangeOptions:
    """What may be chosen about the search for changes."""

    preset: Preset = Preset.BALANCED
    """`wide` misses least and is wrong most often; `strict` the other way round."""

    least_area_m2: float = 60.0
    """Smallest changed ground that is looked at, m², where the pixel size is known; never below `least_px`."""

    least_px: int = 6
    """Smallest changed ground that is looked at, pixels."""
