"""The shifts of a whole series: each look against what all of them show together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siteline.cube.coregister import Shift, find_shift, high_pass, moved, refine_shift, trust_pixels
from siteline.cube.native import Pixels
from siteline.cube.screen import LEAST_CONTRAST, correlate, share_alike
from siteline.model.imagery import WhyNot
from siteline.raster.compiled import each
from siteline.raster.nodata import fill_from_neighbours
from siteline.raster.order import median_over_time
from siteline.raster.resample import Mapping, resample

Floats = NDArray[np.float32]
Masks = NDArray[np.bool_]

_PASSES = 2
_ROUGHLY = 0.03
"""Pixels; good enough to begin with."""

_TRUSTWORTHY_LOOKS = 6
_LIKE_NEIGHBOURS = 0.5
"""Of the usual likeness, for a look that is judged by its neighbours in time."""

_DARK = 0.02


def colours_of(pixels: Pixels, mapping: Mapping) -> list[Floats]:
    """
    Colours of a look that hardly change where a shadow falls, (y, x) each, on the grid; none for grey looks.

    With near infrared: NDVI, and red over blue. Without: red over blue, and green over red; both log.
    """
    seen = pixels.why_not != WhyNot.NO_IMAGE

    def ratio(over: str, under: str) -> Floats:
        above, below = (np.maximum(pixels.light(band), 0) + np.float32(_DARK) for band in (over, under))
        return np.nan_to_num(resample(np.log(above / below), seen, mapping), nan=0.0)

    def ndvi() -> Floats:
        red, nir = pixels.light("red"), pixels.light("nir")
        index = (nir - red) / np.maximum(nir + red + np.float32(_DARK), np.float32(_DARK))
        return np.nan_to_num(resample(index, seen, mapping), nan=0.0)

    has = set(pixels.bands)
    colours = []
    if {"nir", "red"} <= has:
        colours.append(ndvi())
    if {"red", "blue"} <= has:
        colours.append(ratio("red", "blue"))
    if not colours[1:] and {"green", "red"} <= has:
        colours.append(ratio("green", "red"))
    return colours


def patterns_of(layers: Sequence[Floats], valid: Masks) -> Floats:
    """Layers of one look (y, x), high-passed together: (layer, y, x)."""
    if valid.all():
        return np.stack([high_pass(layer, None) for layer in layers])
    filled = fill_from_neighbours(np.stack(layers), valid)
    return np.stack([high_pass(layer, valid, whole) for layer, whole in zip(layers, filled, strict=True)])


def estimate_shifts(patterns: Floats, valid: Masks, max_shift: float) -> list[Shift | None]:
    """
    The shift of each look against the others, in their order.

    patterns: (look, pattern, y, x), light first; valid: (look, y, x). First by light alone; then, from there, by
    light and colours at once against the sharper reference of the aligned looks, trusting what stays in place.
    """
    light = patterns[:, 0]
    if len(light) < 4:  # a median of so few is a blur of them: hold on to one of them instead
        anchor = int(
            np.argmax([p[v].std() * v.mean() if v.any() else 0 for p, v in zip(light, valid, strict=True)])
        )
        return [
            find_shift(light[anchor], look, ok & valid[anchor], max_shift)
            for look, ok in zip(light, valid, strict=True)
        ]
    reference = _middle(light, valid)
    alike = [correlate(look, reference, ok) for look, ok in zip(light, valid, strict=True)]
    good = [at for at, corr in enumerate(alike) if corr > 0.5 * max(alike)]
    if len(good) >= 3:
        reference = _middle(light[good], valid[good])
    shifts = each(
        lambda at: find_shift(reference, light[at], valid[at], max_shift, _ROUGHLY), range(len(light))
    )
    for _ in range(_PASSES):
        best = max((shift.corr for shift in shifts if shift), default=0.0)
        kept = {at: s for at, s in enumerate(shifts) if s is not None and s.corr > 0.5 * best}
        if len(kept) < 3:
            break
        right, down = np.median([(s.right, s.down) for s in kept.values()], axis=0)
        starts = {at: (s.right - float(right), s.down - float(down)) for at, s in kept.items()}
        shifts = _refine_all(patterns, valid, starts, max_shift)
    return shifts


def _refine_all(
    patterns: Floats, valid: Masks, starts: dict[int, tuple[float, float]], max_shift: float
) -> list[Shift | None]:
    """All looks against the median of those that are aligned by `starts`."""
    references, trust = _sharpen(patterns, valid, starts)

    def refine(at: int) -> Shift | None:
        found = None
        if at in starts:
            found = refine_shift(references, patterns[at], valid[at], trust, starts[at], max_shift)
        return found or find_shift(references[0], patterns[at, 0], valid[at], max_shift)

    return each(refine, range(len(patterns)))


def _sharpen(
    patterns: Floats, valid: Masks, starts: dict[int, tuple[float, float]]
) -> tuple[Floats, Floats | None]:
    """Median patterns of the aligned looks, and how far each of their pixels can be trusted; (pattern, y, x)."""
    references, trust = [], []
    for layer in range(patterns.shape[1]):
        aligned = np.stack(each(lambda at: moved(patterns[at, layer], *starts[at]), starts))  # noqa: B023
        seen = valid[list(starts)] & np.isfinite(aligned)
        aligned = np.nan_to_num(aligned, copy=False, nan=0.0)
        references.append(_middle(aligned, seen))
        if len(starts) >= _TRUSTWORTHY_LOOKS:
            trust.append(trust_pixels(aligned, seen, references[-1]))
    return np.stack(references), np.stack(trust) if trust else None


def _middle(patterns: Floats, valid: Masks) -> Floats:
    return np.nan_to_num(median_over_time(patterns, valid), nan=0.0)


def pardon_rebuilt(
    reasons: list[str | None],
    shifts: list[Shift | None],
    patterns: Floats,
    valid: NDArray[np.bool_],
    max_shift: float,
) -> None:
    """
    Take back the verdict on looks that are unlike the series because the site itself became so.

    Such a look is like the clear looks just before it, or those just after it. Where there are none on one side,
    half of its blocks must still be as they were: a cloud lies on all of a site sooner than a builder does.
    reasons, shifts: changed in place; patterns, valid: (look, y, x), of light, not yet moved.
    """
    clear = [at for at, reason in enumerate(reasons) if reason is None]
    usual = [shift for at in clear if (shift := shifts[at]) is not None]
    if len(usual) < 3:
        return
    least_corr = _LIKE_NEIGHBOURS * float(np.median([shift.corr for shift in usual]))
    least_slope = LEAST_CONTRAST * float(np.median([shift.slope for shift in usual]))
    for at in (number for number, reason in enumerate(reasons) if reason is not None):
        sides = [[near for near in clear if near < at][-3:], [near for near in clear if near > at][:3]]
        references = [
            np.median([_laid(patterns[near], shifts[near]) for near in side], axis=0)
            for side in sides
            if side
        ]
        for reference in references:
            found = find_shift(reference, patterns[at], valid[at], max_shift)
            if found is None or found.slope < least_slope:
                continue
            if found.corr > least_corr or (
                len(references) == 1
                and share_alike(reference, _laid(patterns[at], found), valid[at], least_corr) >= 0.5
            ):
                reasons[at], shifts[at] = None, found
                break


def _laid(pattern: Floats, shift: Shift | None) -> Floats:
    """A pattern where it belongs; 0 where it ends."""
    if shift is None:
        return pattern
    return np.nan_to_num(moved(pattern, shift.right, shift.down), nan=0.0)
