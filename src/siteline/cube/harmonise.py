"""One look's colours fitted to the series, kept only where it makes stable bright objects more stable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.model.remark import Remark

Floats = NDArray[np.float32]

_SAMPLE = 24_000
_BINS = 6
_STABLE_SHARE = 0.3
_LEAST_LOOKS = 5
_LEAST_GAIN = 0.98
"""The spread must fall below this share of what it was."""


def harmonise(value: Floats, why_not: NDArray[np.uint8], bands: list[str]) -> tuple[Remark, ...]:
    """
    Fit each look's colours to the temporal median, band by band, in place; returns what the user must know.

    value: (time, band, y, x), changed in place; why_not: (time, y, x). A Deming line per look, on the pixels
    that vary least over time within each of 6 brightness bins, so that bright and dark ones are both kept. Gate:
    a line is kept only if stable bright objects (roofs, paving), half of which it never saw, then lie closer to
    their median; and all of a band's lines only if these objects' spread over time falls. An ungated fit
    follows seasonal ground (SCIENCE 2.2).
    """
    if len(value) < _LEAST_LOOKS:
        return ()
    rows, cols = _sample(why_not)
    clear = why_not[:, rows, cols] == 0
    kept_of = {}
    for layer, band in enumerate(bands):
        numbers = np.where(clear, value[:, layer, rows, cols], np.nan).astype(np.float64)
        lines = _gated_lines(numbers)
        if lines is None:
            continue
        for at, (gain, offset) in enumerate(lines):
            if gain != 1.0 or offset != 0.0:
                value[at, layer] -= np.float32(offset)
                value[at, layer] /= np.float32(gain)
        kept_of[band] = int(np.count_nonzero(lines[:, 0] != 1.0))
    if not kept_of:
        return ()
    told = ", ".join(f"{band} {kept}" for band, kept in kept_of.items())
    return (Remark("cube", f"colours fitted to the series in this many of {len(value)} looks: {told}"),)


def _sample(why_not: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """An even sample of pixels that most looks see: rows and columns."""
    often = np.count_nonzero(why_not == 0, axis=0) >= 0.5 * len(why_not)
    rows, cols = np.nonzero(often)
    step = max(1, round(len(rows) / _SAMPLE))
    return rows[::step], cols[::step]


def _gated_lines(numbers: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Gain and offset per look (time, 2), (1, 0) where the gate keeps shut; None if it does for all."""
    if numbers.shape[1] < 200:
        return None
    middle, spread = _middle_and_spread(numbers)
    stable = _stable_pixels(middle, spread)
    if np.count_nonzero(stable) < 100:
        return None
    half = np.arange(len(middle)) % 2 == 0
    fitted = stable & half
    bright = stable & ~half & (middle >= np.nanquantile(middle[stable], 0.75))
    if np.count_nonzero(bright) < 20:
        return None
    lines = np.tile([1.0, 0.0], (len(numbers), 1))
    for at, look in enumerate(numbers):
        line = _deming(middle[fitted], look[fitted])
        if line is None:
            continue
        before = np.nanmedian(np.abs(look[bright] - middle[bright]))
        after = np.nanmedian(np.abs((look[bright] - line[1]) / line[0] - middle[bright]))
        if after < _LEAST_GAIN * before:
            lines[at] = line
    if (lines[:, 0] == 1.0).all():
        return None
    settled = (numbers[:, bright] - lines[:, 1:]) / lines[:, :1]
    before = np.nanmedian(_middle_and_spread(numbers[:, bright])[1])
    after = np.nanmedian(_middle_and_spread(settled)[1])
    return lines if after < _LEAST_GAIN * before else None


def _middle_and_spread(numbers: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with np.errstate(all="ignore"):
        middle = np.nanmedian(numbers, axis=0)
        return middle, np.nanmedian(np.abs(numbers - middle), axis=0)


def _stable_pixels(middle: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The 30 % of pixels that vary least, in each of 6 bins of brightness from dark to bright."""
    known = np.isfinite(middle) & np.isfinite(spread)
    low, high = np.quantile(middle[known], [0.01, 0.99])
    bin_of = np.clip(((middle - low) / max(high - low, 1e-9) * _BINS).astype(int), 0, _BINS - 1)
    stable = np.zeros(len(middle), bool)
    for number in range(_BINS):
        here = known & (bin_of == number)
        if here.any():
            stable |= here & (spread <= np.quantile(spread[here], _STABLE_SHARE))
    return stable


def _deming(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float] | None:
    """
    Gain and offset of y on x, both with the same error; what lies beyond 3 robust sigmas is dropped, 4 times.

    None where it would stretch by more than a factor of 2.5, or rests on fewer than 60 pixels.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    gain, offset = 1.0, 0.0
    for _ in range(4):
        if len(x) < 60:
            return None
        xx, yy = float(np.var(x)), float(np.var(y))
        xy = float(np.mean((x - x.mean()) * (y - y.mean())))
        if xy <= 0:
            return None
        gain = (yy - xx + np.hypot(yy - xx, 2 * xy)) / (2 * xy)
        offset = float(y.mean() - gain * x.mean())
        error = (y - offset - gain * x) / np.hypot(1, gain)
        sigma = 1.4826 * float(np.median(np.abs(error - np.median(error)))) + 1e-9
        near = np.abs(error) < 3 * sigma
        x, y = x[near], y[near]
    return (float(gain), offset) if 0.4 < gain < 2.5 else None
