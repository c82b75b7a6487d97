"""Looks that are unlike their series and like one another: the site changed for good, and no cloud did it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from siteline.cube.coregister import Shift, find_shift, moved, refine_shift
from siteline.cube.screen import LEAST_CONTRAST, correlate
from siteline.raster.nodata import gaussian

Floats = NDArray[np.float32]
Masks = NDArray[np.bool_]

_FELLOWS = 3
"""Looks further on in which a look may find its like."""

_APART_DAYS = 0.5
"""Two looks within minutes show the same clouds."""

_LIKE_FELLOWS = 0.6
"""Of the usual likeness to the reference. On Landsat, Sentinel-2 and Planet, clouded looks with the contrast of
clear ones had up to 0.3 of it with one another, clear looks next to each other mostly 0.8 and more."""

_LEAST_LIKENESS = 0.35
_MORE_LIKE = 0.1
"""By so much two looks must be more alike than either is like the series: hazy looks of the usual site are less."""

_LEAST_PATTERN = 0.15
"""Of the usual contrast: bare ground has little of that of the works which rise on it, a flat cloud has less."""

_ALIKE_HERE = 0.4
"""Correlation within about 15 px of a pixel from which the ground there is still the same; chance gives 0.1."""

_ALIKE_PX = 6.0
_LEAST_ALIKE = 0.05
"""Share of the site that must still be the same to lay the new site on the old."""

_HOLDS_PX = 0.3
"""Residual with which it may be laid on it."""


def pardon_lasting(
    reasons: list[str | None],
    shifts: list[Shift | None],
    patterns: Floats,
    valid: Masks,
    days: NDArray[np.float64],
    max_shift: float,
) -> None:
    """
    Take back the verdict on looks that support one another.

    Clouds are independent from look to look, a changed site is not. Looks between which the site was never seen
    as usual belong together if their patterns are about as alike as sound looks are. What was there for a while
    and went again, such as snow, does not count: the clear looks before and after are then alike.

    reasons, shifts: changed in place; patterns, valid: (look, y, x), of light, not yet moved; days: (look,).
    Such a look is laid on its fellows; together they are laid on the clear looks beside them where enough is
    left of the old site. Where nothing is, their middle keeps the place of the clear looks' middle, as that is
    all that is known, and the residual is NaN.
    """
    clear = [at for at, reason in enumerate(reasons) if reason is None]
    usual = {at: shift for at in clear if (shift := shifts[at]) is not None}
    if len(usual) < 3:
        return
    usual_corr = float(np.median([shift.corr for shift in usual.values()]))
    least_corr = max(_LEAST_LIKENESS, _LIKE_FELLOWS * usual_corr)
    contrast = [_contrast(pattern, ok) for pattern, ok in zip(patterns, valid, strict=True)]
    least_contrast = _LEAST_PATTERN * float(np.median([contrast[at] for at in clear]))
    needs = [max(least_corr, _MORE_LIKE + (shift.corr if shift else 0.0)) for shift in shifts]
    for before, after in pairwise([-1, *clear, len(reasons)]):
        members = [at for at in range(before + 1, after) if contrast[at] > least_contrast]
        if len(members) < 2:
            continue
        sides = [[at for at in usual if at <= before][-3:], [at for at in usual if at >= after][:3]]
        beside = [_together(patterns, {at: usual[at] for at in side}) for side in sides if side]
        if len(beside) == 2 and correlate(beside[0], beside[1], np.ones(beside[0].shape, bool)) > least_corr:
            continue
        for group in _groups(members, patterns, valid, days, max_shift, needs):
            for at, shift in _lay_group(group, patterns, valid, beside, usual, max_shift).items():
                reasons[at], shifts[at] = None, shift


def lay_where_alike(
    reference: Floats, look: Floats, valid: Masks, start: tuple[float, float], max_shift: float
) -> Shift | None:
    """
    The shift of a look by that ground alone which is still the same; None if too little is.

    reference, look: (y, x), of light; valid: (y, x); start: (right, down), within a pixel. The edges of what was
    built would pull the look along, and a robust fit does not help where they outweigh all the rest.
    """
    found: Shift | None = None
    for _ in range(2):
        here = moved(look, *start)
        seen = valid & np.isfinite(here)
        here = np.where(seen, here, np.float32(0))
        power = gaussian(reference * reference * seen, _ALIKE_PX) * gaussian(here * here, _ALIKE_PX)
        alike = gaussian(reference * here, _ALIKE_PX) > _ALIKE_HERE * np.sqrt(np.maximum(power, 1e-20))
        alike &= valid
        if np.count_nonzero(alike) < _LEAST_ALIKE * alike.size:
            return None
        found = refine_shift(reference[None], look[None], alike, None, start, max_shift)
        if found is None:
            return None
        start = (found.right, found.down)
    return found


def _contrast(pattern: Floats, valid: Masks) -> float:
    """Typical size of a pattern; the edge of a cloud does not count for much."""
    return float(np.median(np.abs(pattern[valid]))) if valid.any() else 0.0


def _groups(
    members: Sequence[int],
    patterns: Floats,
    valid: Masks,
    days: NDArray[np.float64],
    max_shift: float,
    needs: Sequence[float],
) -> list[list[int]]:
    """Members that are like one another, directly or through others; nobody is in a group of one. needs: likeness, by look."""
    group_of = {at: at for at in members}
    for number, one in enumerate(members):
        for other in members[number + 1 : number + 1 + _FELLOWS]:
            if group_of[one] == group_of[other] or abs(days[other] - days[one]) < _APART_DAYS:
                continue
            both = valid[one] & valid[other]
            found = find_shift(patterns[one], patterns[other], both, max_shift)
            if found is not None and found.corr > max(needs[one], needs[other]):
                old, new = group_of[other], group_of[one]
                group_of = {at: new if group == old else group for at, group in group_of.items()}
    groups = [[at for at in members if group_of[at] == group] for group in dict.fromkeys(group_of.values())]
    return [group for group in groups if len(group) > 1]


def _lay_group(
    group: Sequence[int],
    patterns: Floats,
    valid: Masks,
    beside: Sequence[Floats],
    usual: dict[int, Shift],
    max_shift: float,
) -> dict[int, Shift]:
    """Where each look of a group belongs; without those that do not lie on the others, or are too pale."""
    middle = group[len(group) // 2]
    rough = _lay_each(group, patterns, valid, patterns[middle], max_shift)
    found = _lay_each(list(rough), patterns, valid, _together(patterns, rough), max_shift)
    pale = LEAST_CONTRAST * float(np.median([shift.slope for shift in found.values()])) if found else 0.0
    found = {at: shift for at, shift in found.items() if shift.slope >= pale}
    if len(found) < 2:
        return {}
    fresh = _together(patterns, found)
    right, down = _place(usual.values()) - _place(found.values())
    remains = float("nan")
    start, everywhere = (float(right), float(down)), np.ones(fresh.shape, bool)
    bridges = [lay_where_alike(old, fresh, everywhere, start, max_shift) for old in beside]
    sound = [bridge for bridge in bridges if bridge is not None and bridge.residual < _HOLDS_PX]
    if sound:
        bridge = min(sound, key=lambda one: one.residual)
        right, down, remains = bridge.right, bridge.down, bridge.residual
    return {
        at: replace(
            shift,
            right=shift.right + float(right),
            down=shift.down + float(down),
            residual=float(np.hypot(shift.residual, remains)),
        )
        for at, shift in found.items()
    }


def _lay_each(
    group: Sequence[int], patterns: Floats, valid: Masks, reference: Floats, max_shift: float
) -> dict[int, Shift]:
    shifts = {at: find_shift(reference, patterns[at], valid[at], max_shift) for at in group}
    return {at: shift for at, shift in shifts.items() if shift is not None}


def _together(patterns: Floats, shifts: dict[int, Shift]) -> Floats:
    """Median of some looks, each moved to where it belongs; 0 where one ends."""
    laid = [np.nan_to_num(moved(patterns[at], s.right, s.down), nan=0.0) for at, s in shifts.items()]
    return np.asarray(np.median(laid, axis=0), np.float32)


def _place(shifts: Iterable[Shift]) -> NDArray[np.float64]:
    return np.asarray(np.median([(shift.right, shift.down) for shift in shifts], axis=0), np.float64)
