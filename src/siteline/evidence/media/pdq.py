"""
PDQ: a picture's likeness in 256 bits, with the quality that says whether it means anything.

Written from the published description (luminance, two passes of a box filter down to 64 × 64, a 16 × 16 corner of the
cosine transform, each coefficient against their median). Two pictures are alike up to 31 of 256 bits; a hash of
quality 49 or less is of a picture too plain to be told from others, and never matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from siteline.model.errors import BadInput
from siteline.model.verdict import Fault, Inspection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

ALIKE = 31
"""At most so many differing bits make two pictures alike."""

LOWEST_QUALITY = 50
_SIDE = 64
_CORNER = 16
_BITS = _CORNER * _CORNER


@dataclass(frozen=True, slots=True)
class Pdq:
    """One hash."""

    hex: str
    """Always 64 digits; never made through a number, which would lose leading zeros."""

    quality: int
    """0 to 100."""

    def __post_init__(self) -> None:
        if len(self.hex) != 64 or not set(self.hex) <= set("0123456789abcdef"):
            raise BadInput(f"a PDQ hash has 64 hex digits, not {self.hex[:80]!r}")

    @property
    def usable(self) -> bool:
        """Whether the picture has enough in it for its hash to mean something."""
        return self.quality >= LOWEST_QUALITY


def distance(a: Pdq, b: Pdq) -> int:
    """Differing bits, 0 to 256."""
    return (int(a.hex, 16) ^ int(b.hex, 16)).bit_count()


def alike(a: Pdq, b: Pdq) -> bool:
    """Whether both are good enough to compare, and close."""
    return a.usable and b.usable and distance(a, b) <= ALIKE


def pdq(luma: NDArray[np.float32]) -> Pdq:
    """
    The hash of one picture.

    luma: (rows, columns) luminance, 0 to 255, at least 2 × 2.
    """
    return _hash(_shrink(luma))


def pdq_dihedral(luma: NDArray[np.float32]) -> tuple[Pdq, ...]:
    """
    The hashes of a picture and its seven turnings and mirrorings, itself first.

    The order: as it is, turned by 90, 180, 270 degrees, then the same four mirrored left to right. All eight must be
    searched, for a hash does not say which of them it is. The 64 × 64 picture is turned, not the large one; that
    moves a hash by a few bits at most.
    """
    import numpy as np

    small = _shrink(luma)
    return tuple(
        _hash(np.ascontiguousarray(np.rot90(picture, turns)))
        for picture in (small, np.fliplr(small))
        for turns in range(4)
    )


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """(16, 64): the rows 1 to 16 of the cosine transform."""
    import numpy as np

    rows = np.arange(1, _CORNER + 1)[:, None]
    columns = np.arange(_SIDE)[None, :]
    wave: NDArray[np.float64] = np.sqrt(2 / _SIDE) * np.cos(np.pi / 2 / _SIDE * rows * (2 * columns + 1))
    return wave


def _shrink(luma: NDArray[np.float32]) -> NDArray[np.float64]:
    """64 × 64 by two box filters along each axis and a sample in the middle of each cell."""
    import numpy as np

    if luma.ndim != 2 or min(luma.shape) < 2:
        raise BadInput("a picture must be at least 2 × 2 pixels to be compared")
    smooth = np.asarray(luma, dtype=np.float64)
    for _ in range(2):
        for axis in (1, 0):
            smooth = _box(smooth, _window(smooth.shape[axis]), axis)
    rows = ((np.arange(_SIDE) + 0.5) * smooth.shape[0] / _SIDE).astype(int)
    columns = ((np.arange(_SIDE) + 0.5) * smooth.shape[1] / _SIDE).astype(int)
    small: NDArray[np.float64] = smooth[np.ix_(rows, columns)]
    return small


def _window(length: int) -> int:
    return (length + 2 * _SIDE - 1) // (2 * _SIDE)


def _box(picture: NDArray[np.float64], window: int, axis: int) -> NDArray[np.float64]:
    """Mean over `window` pixels, over fewer at the edges."""
    import numpy as np

    if window <= 1:
        return picture
    ahead = (window + 2) // 2
    behind = window - ahead
    length = picture.shape[axis]
    total = np.concatenate(
        [np.zeros_like(np.take(picture, [0], axis)), np.cumsum(picture, axis=axis)], axis=axis
    )
    here = np.arange(length)
    end = np.minimum(here + ahead, length)
    start = np.maximum(here - behind, 0)
    shape = [1, 1]
    shape[axis] = length
    mean: NDArray[np.float64] = (np.take(total, end, axis) - np.take(total, start, axis)) / (
        end - start
    ).reshape(shape)
    return mean


def _hash(small: NDArray[np.float64]) -> Pdq:
    import numpy as np

    wave = _cosines()
    corner = wave @ small @ wave.T
    bits = (corner > np.median(corner)).ravel()[::-1]  # the last coefficient is written first
    return Pdq(np.packbits(bits).tobytes().hex(), _quality(small))


def _quality(small: NDArray[np.float64]) -> int:
    """How much the picture changes from cell to cell."""
    import numpy as np

    steps = sum(int(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(100, steps // 90)


def nearest(hashes: Sequence[Pdq], among: Sequence[Pdq]) -> tuple[int, int, int] | None:
    """(distance, index in hashes, index in among) of the closest usable pair; None if there is none."""
    best = None
    for i, a in enumerate(hashes):
        if not a.usable:
            continue
        for j, b in enumerate(among):
            if b.usable and (best is None or distance(a, b) < best[0]):
                best = (distance(a, b), i, j)
    return best


def inspect_pdq(path: Path) -> Inspection:
    """Verdicts: hashed, too_plain (its hash is kept and never matches), not_decoded."""
    from siteline.evidence.media.pictures import read_luma

    try:
        own = pdq(read_luma(path))
    except BadInput as error:
        fault = Fault("not_decoded", path.name, str(error))
        return Inspection("pdq", "not_decoded", "Its bytes can be kept; it was not decoded.", (fault,))
    facts = {"pdq": own.hex, "quality": own.quality}
    if own.usable:
        return Inspection("pdq", "hashed", f"Hashed for likeness, quality {own.quality}.", (), facts)
    means = f"Too plain to be told from others (quality {own.quality}): its hash never matches anything."
    return Inspection("pdq", "too_plain", means, (), facts)
