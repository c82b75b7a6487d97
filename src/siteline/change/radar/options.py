"""What may be chosen about the search of a radar series."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RadarOptions:
    """What may be chosen about the search of a radar series."""

    rate: float = 0.01
    """Share of quiet pixels that may exceed the threshold by chance, of each track, 0–1."""

    seed_rate: float = 1e-4
    """The same of the one pixel that each place must have at least."""

    least_pixels: int = 3
    least_looks: int = 16
    """Of a track; with fewer it says nothing."""

    least_gain: float = 12.0
    """Log likelihood of a change over none below which it is not told."""


REACH_M = 15.0
"""How far what radar sees may lie from an outline: layover and one and a half pixels."""

TESTED_PIXEL_M = (8.0, 12.0)
TESTED_LOOKS = (40, 240)
"""Of a track; the probabilities were fitted on series of such lengths, of two polarisations."""
