"""
Providers' masks held against the history of the ground they mask.

A scene classifier judges one image at a time, by brightness and colour: it calls a white roof cloud, and dark water its
shadow, on every image. A place that is masked on most clear images, and looks the same on all of them, is a surface.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.model.imagery import WhyNot

Floats = NDArray[np.float32]
Masks = NDArray[np.bool_]

PROVIDERS = ("scl", "udm2", "qa_pixel")
"""Masks that a program made, image by image; one that a person drew is not put to the vote."""

_CLEAR = 0.5
"""Of a look that may vote: as much of the site is unmasked."""

_LEAST_LOOKS = 5
_WINDOW = 7
_MOST = 0.6
_STEADY = 0.12
"""One sigma from look to look, log: no cloud is as steady as that."""

_FLOOR, _OUTLIER = 0.05, 2.7
_AROUND_PX = 31
_SAMPLE = 20_000
_YEAR = 300


def call_surfaces(light: Floats, codes: NDArray[np.uint8], days: NDArray[np.float64], votes: Masks) -> Masks:
    """
    The masked pixels that show the ground and no cloud, (look, y, x).

    light: (look, y, x) log light, in order of time; codes: of the provider's masks, the same shape; days: (look,); votes:
    (look,) whether its mask is put to the vote. A pixel is one of them where, within seven mostly clear looks in a row,
    it is masked as cloud or shadow on 60 %; where its light is steady (0.12 log) and the look does not leave its own
    history before or after; and where the ground around it is not masked too. Snow comes and goes with the
    season, and so it is a surface only if most clear looks of a year call it so.
    """
    surfaces = np.zeros(codes.shape, bool)
    called = (codes == WhyNot.CLOUD) | (codes == WhyNot.CLOUD_SHADOW)
    image = codes != WhyNot.NO_IMAGE
    masked = np.count_nonzero(called | (codes == WhyNot.SNOW), axis=(1, 2))
    seen = np.maximum(np.count_nonzero(image, axis=(1, 2)), 1)
    clear = np.flatnonzero(votes & (masked < (1 - _CLEAR) * seen) & (seen > 0.2 * codes[0].size))
    if len(clear) < _LEAST_LOOKS:
        return surfaces
    called, image = called[clear], image[clear]
    if days[clear[-1]] - days[clear[0]] >= _YEAR:
        snow = codes[clear] == WhyNot.SNOW
        called |= snow & (np.count_nonzero(snow | called, axis=0) > _MOST * len(clear))
    rows, cols = np.nonzero(np.count_nonzero(called, axis=0) >= _MOST * _LEAST_LOOKS)
    if not len(rows):
        return surfaces
    mostly = _mostly(called[:, rows, cols], image[:, rows, cols])
    some = mostly.any(axis=0)
    rows, cols, mostly = rows[some], cols[some], mostly[:, some]
    if not len(rows):
        return surfaces
    plain = np.where(image[:, rows, cols], _of(light, clear, rows, cols), np.nan).astype(np.float32)
    levels = _levels(light, clear, ~called & image)
    levelled = plain - levels[:, None]
    flickers, unsteady = _flicker(levelled), _flicker(plain)
    better = (
        flickers < unsteady
    )  # one level for all misleads where dark woods set it, and the place is a bright roof
    series = np.where(better, levelled, plain)
    found = called[:, rows, cols] & mostly & _keeps_its_history(series, np.where(better, flickers, unsteady))
    suspects = np.zeros(called.shape, bool)
    suspects[:, rows, cols] = mostly
    for at, look in enumerate(clear):
        if found[at].any():
            beside = _masked_around(called[at], image[at] & ~suspects[at])
            surfaces[look, rows, cols] = found[at] & (beside[rows, cols] < _CLEAR)
    return surfaces


def _mostly(called: Masks, image: Masks) -> Masks:
    """Whether a pixel is masked on most of seven looks in a row that begin, end or have their middle here; (look, pixel)."""
    zero = np.zeros((1, called.shape[1]), np.int32)
    masked = np.concatenate([zero, np.cumsum(called & image, axis=0, dtype=np.int32)])
    seen = np.concatenate([zero, np.cumsum(image, axis=0, dtype=np.int32)])
    count, out = len(called), np.zeros(called.shape, bool)
    here = np.arange(count)
    for back in (0, _WINDOW // 2, _WINDOW - 1):
        first = np.clip(here - back, 0, max(0, count - _WINDOW))
        last = np.minimum(first + _WINDOW, count)
        total, marked = seen[last] - seen[first], masked[last] - masked[first]
        out |= (total >= min(_LEAST_LOOKS, count)) & (marked >= _MOST * total)
    return out


def _levels(light: Floats, looks: NDArray[np.int64], clear: Masks) -> Floats:
    """Each look's overall brightness over the others', log, from a sample of pixels that most looks show."""
    down, across = np.nonzero(np.count_nonzero(clear, axis=0) * 2 >= len(clear))
    if not len(down):
        return np.zeros(len(clear), np.float32)
    step = max(1, len(down) // _SAMPLE)
    down, across = down[::step], across[::step]
    some = np.where(clear[:, down, across], _of(light, looks, down, across), np.nan).astype(np.float32)
    away = some - _middle(some)
    return np.nan_to_num(_middle(np.ascontiguousarray(away.T)))


def _flicker(series: Floats) -> Floats:
    """One robust sigma of each pixel from look to look, (pixel,); at least the least that is believed."""
    sigma = 1.4826 / np.sqrt(2) * _middle(np.abs(np.diff(series, axis=0)))
    return np.asarray(np.maximum(np.nan_to_num(sigma, nan=np.inf), _FLOOR), np.float32)


def _of(light: Floats, looks: NDArray[np.int64], rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Floats:
    return np.stack([light[look][rows, cols] for look in looks])


def _keeps_its_history(series: Floats, sigma: Floats) -> Masks:
    """
    Whether each pixel of each look is as it was just before, or as it is just after, (look, pixel).

    series: NaN where there is no image; sigma: (pixel,). The three looks on either side are compared; a pixel that is never
    steady has no history to keep.
    """
    near = _OUTLIER * sigma
    keeps = np.zeros(series.shape, bool)
    for at in range(len(series)):
        for side in (series[max(0, at - 3) : at], series[at + 1 : at + 4]):
            if len(side):
                keeps[at] |= np.abs(series[at] - _middle(side)) <= near
    return np.asarray(keeps & (sigma <= _STEADY))


def _middle(values: Floats) -> Floats:
    """Median over the first axis of what is not NaN; NaN where everything is."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.count_nonzero(np.isfinite(values), axis=0)[None]
    low, high = (
        np.take_along_axis(ordered, at, axis=0)[0]
        for at in (np.maximum(count - 1, 0) // 2, count // 2 * (count > 0))
    )
    return np.asarray((low + np.where(count[0] % 2, low, high)) / 2, np.float32)


def _masked_around(called: Masks, ground: Masks) -> Floats:
    """Share of the ground around each pixel that is masked, (y, x); ground: pixels that are not themselves in doubt."""
    size = min(_AROUND_PX, *called.shape)
    total = ndimage.uniform_filter(ground.astype(np.float32), size, mode="constant")
    masked = ndimage.uniform_filter((called & ground).astype(np.float32), size, mode="constant")
    return np.asarray(np.where(total > 1e-4, masked / np.maximum(total, 1e-4), 0.0), np.float32)
