"""One look's colours fitted to the series, kept only where it makes stable bright objects more stable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from siteline.model.dates import say_day
from siteline.model.remark import Remark
from siteline.raster.order import median_over_time
from siteline.raster.step import plainest_step

Floats = NDArray[np.float32]
Lines = NDArray[np.float64]

_SAMPLE = 30_000
_LEAST_LOOKS = 5
_FIRST_SHARE, _SHARE = 0.03, 0.02
_LEAST_PIXELS = 150
_ROUNDS = 3
_MUST_FALL = 0.98
"""A correction is kept if the spread falls below this share of what it was."""

_OTHER_SENSOR = 0.08
"""A lasting step in the light of steady ground, log, from which another sensor is named."""


def harmonise(
    value: Floats, why_not: NDArray[np.uint8], bands: list[str], days: Sequence[date] = ()
) -> tuple[Remark, ...]:
    """
    Fit each look's colours to the temporal median, band by band, in place; returns what the user must know.

    value: (time, band, y, x), changed in place; why_not: (time, y, x); days: of the looks, for what is told. One line
    (gain, offset) per look and band, by Deming regression on the pixels that keep their colour best: first the 3 % whose
    band ratios vary least over time, then, three times over, the 2 % whose corrected values do. That finds roofs and
    paving, and not the fields, which vary together and would drag every look along with the season (SCIENCE 2.2
    measured what an ungated fit to ground does). Gate: a look's line is kept only if pixels that it never saw come
    closer to their median; a band's lines only if the most stable bright pixels become more stable.

    On rendered scenes the spread of known roofs fell from 6 % to 0.7 %, the true gains and offsets give 0.7 %.
    """
    if len(value) < _LEAST_LOOKS or len(bands) < 2:  # without colour a roof cannot be told from a field
        return ()
    rows, cols = _sample(why_not)
    if len(rows) < 4 * _LEAST_PIXELS:
        return ()
    written_over = _is_written_over(value[:, :, rows, cols])
    rows, cols = rows[~written_over], cols[~written_over]
    clear = why_not[:, rows, cols] == 0
    numbers = np.ascontiguousarray(value[:, :, rows, cols])  # (time, band, sample)
    seen = np.broadcast_to(clear[:, None], numbers.shape)
    lines = _gate(numbers, seen, *_fit(numbers, seen))
    changed = np.any(lines != (1.0, 0.0), axis=-1)
    for at, layer in np.argwhere(changed):
        value[at, layer] -= np.float32(lines[at, layer, 1])
        value[at, layer] /= np.float32(lines[at, layer, 0])
    if not changed.any():
        return ()
    told = ", ".join(f"{band} {count}" for band, count in zip(bands, changed.sum(axis=0), strict=True))
    matched = Remark("colours", f"matched to those of the other looks in so many of {len(value)}: {told}")
    return (matched, *_tell_other_sensor(lines, median_over_time(numbers, seen), days))


def _tell_other_sensor(lines: Lines, middle: Floats, days: Sequence[date]) -> tuple[Remark, ...]:
    """That from one day on the lines are others; lines: (time, band, 2); middle: (band, sample) usual light."""
    usual = np.maximum(np.median(middle, axis=1), 1e-3)
    light = np.log(np.maximum(lines[..., 0] + lines[..., 1] / usual, 1e-3)).mean(axis=1)
    size, at = plainest_step(light)
    if abs(size) < _OTHER_SENSOR or not days:
        return ()
    return (
        Remark(
            "colours",
            f"from {say_day(days[at])} on the images are about {100 * abs(np.expm1(size)):.0f} % "
            f"{'brighter' if size > 0 else 'darker'} than before on ground that stays as it is: another sensor or "
            "processing, which was matched to the rest",
            "Give scale and offset of each sensor, and look at events of that date with care.",
        ),
    )


def _sample(why_not: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """An even sample of pixels that most looks see: rows and columns."""
    rows, cols = np.nonzero(np.count_nonzero(why_not == 0, axis=0) >= 0.5 * len(why_not))
    step = max(1, round(len(rows) / _SAMPLE))
    return rows[::step], cols[::step]


def _is_written_over(numbers: Floats) -> NDArray[np.bool_]:
    """Pixels that are pure white or black in most looks, as logos and credit lines are; (sample,)."""
    extreme = (numbers >= 0.98).all(axis=1) | (numbers <= 0.02).all(axis=1)
    return np.asarray(np.mean(extreme, axis=0) > 0.5)


def _fit(numbers: Floats, seen: NDArray[np.bool_]) -> tuple[Lines, NDArray[np.bool_]]:
    """Gain and offset (time, band, 2) of each look, and the sampled pixels on which they rest."""
    firm = _steadiest(_colour_spread(numbers, seen), _FIRST_SHARE)
    settled = numbers
    for _ in range(_ROUNDS):
        middle = median_over_time(settled, seen)
        gains = _gains(numbers, seen, middle, firm)
        settled = numbers / gains[..., None]
        firm = _steadiest(_spread(np.log(np.maximum(settled, 0) + np.float32(0.01)), seen), _SHARE)
    middle = median_over_time(settled, seen)
    fitted = firm & (np.arange(len(firm)) % 2 == 0)  # the other half judges
    lines = np.tile([1.0, 0.0], (*numbers.shape[:2], 1))
    for at, layer in np.ndindex(numbers.shape[:2]):
        use = fitted & seen[at, layer]
        line = _deming(middle[layer, use].astype(np.float64), numbers[at, layer, use].astype(np.float64))
        if line is not None:
            lines[at, layer] = line
    return lines, firm & ~fitted


def _colour_spread(numbers: Floats, seen: NDArray[np.bool_]) -> Floats:
    """How much each pixel's colour varies over time, whatever the brightness of the look; (sample,)."""
    log = np.log(np.maximum(numbers, 0) + np.float32(0.01))
    ratios = np.diff(log, axis=1)
    return _spread(ratios, seen[:, 1:])


def _spread(log: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Temporal MAD of each pixel, over all bands together; (sample,), infinite where unknown."""
    away = np.abs(log - median_over_time(log, seen))
    total: Floats = np.sqrt(np.square(median_over_time(away, seen)).sum(axis=0))
    return np.nan_to_num(total, nan=np.inf)


def _steadiest(spread: Floats, share: float) -> NDArray[np.bool_]:
    count = min(len(spread) - 1, max(_LEAST_PIXELS, round(share * len(spread))))
    return np.asarray(spread < np.partition(spread, count)[count])


def _gains(numbers: Floats, seen: NDArray[np.bool_], middle: Floats, firm: NDArray[np.bool_]) -> Floats:
    """The median ratio of each look to the middle, (time, band)."""
    gains = np.ones(numbers.shape[:2], np.float32)
    for at, layer in np.ndindex(numbers.shape[:2]):
        use = firm & seen[at, layer] & (middle[layer] > 0) & (numbers[at, layer] > 0)
        if np.count_nonzero(use) >= 30:
            gains[at, layer] = np.clip(np.median(numbers[at, layer, use] / middle[layer, use]), 0.2, 5.0)
    return gains


def _gate(numbers: Floats, seen: NDArray[np.bool_], lines: Lines, judges: NDArray[np.bool_]) -> Lines:
    """Only those lines that help: look by look on pixels that no line saw, band by band on bright stable ones."""
    settled = _apply(numbers, lines)
    middle = median_over_time(settled, seen)
    before = median_over_time(numbers, seen)
    for at, layer in np.ndindex(numbers.shape[:2]):
        use = judges & seen[at, layer]
        if np.count_nonzero(use) < 30:
            lines[at, layer] = (1.0, 0.0)
            continue
        was = np.median(np.abs(numbers[at, layer, use] - before[layer, use]))
        now = np.median(np.abs(settled[at, layer, use] - middle[layer, use]))
        if not now < _MUST_FALL * was:
            lines[at, layer] = (1.0, 0.0)
    settled = _apply(numbers, lines)
    for layer in range(numbers.shape[1]):
        was, now = (_steadiness(stack[:, layer], seen[:, layer]) for stack in (numbers, settled))
        if not now < _MUST_FALL * was:
            lines[:, layer] = (1.0, 0.0)
    return lines


def _apply(numbers: Floats, lines: Lines) -> Floats:
    corrected = (numbers - lines[..., 1][..., None]) / lines[..., 0][..., None]
    return corrected.astype(np.float32)


def _steadiness(stack: Floats, seen: NDArray[np.bool_]) -> float:
    """Relative temporal MAD of the steadiest twentieth of the brighter pixels; (time, sample)."""
    middle = median_over_time(stack, seen)
    spread = median_over_time(np.abs(stack - middle), seen) / np.maximum(middle, 1e-3)
    bright = middle >= np.nanquantile(middle, 0.7)
    return float(np.nanquantile(spread[bright], 0.05))


def _deming(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float] | None:
    """
    Gain and offset of y on x, both with the same error; what lies beyond 3 robust sigmas is dropped, 4 times.

    None where it would stretch by more than a factor of 2.5, or rests on fewer than 50 pixels.
    """
    gain, offset = 1.0, 0.0
    for _ in range(4):
        if len(x) < 50:
            return None
        xx, yy = float(np.var(x)), float(np.var(y))
        xy = float(np.mean((x - x.mean()) * (y - y.mean())))
        if xy <= 0:
            return None
        gain = float((yy - xx + np.hypot(yy - xx, 2 * xy)) / (2 * xy))
        offset = float(y.mean() - gain * x.mean())
        error = (y - offset - gain * x) / np.hypot(1, gain)
        sigma = 1.4826 * float(np.median(np.abs(error - np.median(error)))) + 1e-9
        near = np.abs(error) < 3 * sigma
        x, y = x[near], y[near]
    return (gain, offset) if 0.4 < gain < 2.5 else None
