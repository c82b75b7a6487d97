"""What a preset is expected to get wrong at one site, from the probabilities of that site's candidates."""

from __future__ import annotations

from collections.abc import Iterable

from siteline.change.options import REPORTED_FROM, Preset
from siteline.change.stories.places import HOPELESS
from siteline.model.change import Foreseen


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
        kept_from=HOPELESS,
        calibrated=calibrated,
    )
