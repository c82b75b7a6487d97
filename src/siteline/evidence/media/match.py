"""
A still and its footage: does this picture come out of that video, and when.

First the hash (fast, blind to overlays and padding), then local features (slow, made for both). What comes out is a
pair for a person to look at; one hash alone never says "same".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteline.evidence.media.features import (
    NOTHING,
    PROMISING,
    Agreement,
    Features,
    agree,
    features,
    rest_agrees,
)
from siteline.evidence.media.pdq import ALIKE, LOWEST_QUALITY, Pdq, distance, pdq, pdq_dihedral

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from siteline.evidence.media.footage import Footage, Frame

TO_CHECK = 60
"""Hashes this close are looked at more closely in any case."""

FEWEST_INLIERS = 20
_SMALLEST_SPREAD = 0.08
_MOST_CHECKED = 60
_MOST_CLOSER = 3
_UNIFORM = 5.0
_LEAST_LEFT = 0.2
_TURNS = ("as it is", "turned 90°", "turned 180°", "turned 270°")
VIEWS = (*_TURNS, "mirrored", "mirrored, turned 90°", "mirrored, turned 180°", "mirrored, turned 270°")
_MIRRORED = 4


@dataclass(frozen=True, slots=True)
class Match:
    """The best pair of a still and a video."""

    verdict: str
    """`match`, or `no_match`; a person confirms either."""

    method: str
    """`pdq` or `features`."""

    footage: str
    t: float | None
    """When the frame is shown, seconds."""

    distance: int | None
    """PDQ bits between still and frame; None where either is too plain for a hash."""

    view: str
    """How the still must be turned to lie on the frame."""

    inliers: int
    spread: float
    checked: int
    """Frames that were looked at with local features."""

    means: str


class Still:
    """A picture prepared for comparison with many videos."""

    def __init__(self, name: str, luma: NDArray[np.float32]) -> None:
        self.name = name
        self.cropped = crop_borders(luma)
        self.hashes = pdq_dihedral(luma)
        """Eight views of the picture, then eight of it without uniform borders."""
        if self.cropped.shape != luma.shape:
            self.hashes += pdq_dihedral(self.cropped)
        self._features: dict[bool, Features] = {}

    def picture(self, *, mirrored: bool) -> NDArray[np.float32]:
        """The picture without its borders, as it is or mirrored."""
        import numpy as np

        return np.ascontiguousarray(np.fliplr(self.cropped)) if mirrored else self.cropped

    def features(self, *, mirrored: bool) -> Features:
        """Local features, as it is or mirrored: they bear turning, not mirroring."""
        if mirrored not in self._features:
            self._features[mirrored] = features(self.picture(mirrored=mirrored))
        return self._features[mirrored]


def crop_borders(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture without uniform bars at its edges (letter box, pillar box, passe-partout)."""
    import numpy as np

    rows, columns = luma.shape
    top, bottom = _bars(luma)
    left, right = _bars(np.ascontiguousarray(luma[top : rows - bottom].T))
    inner = luma[top : rows - bottom, left : columns - right]
    if inner.size < _LEAST_LEFT * luma.size or min(inner.shape) < 16:
        return luma
    return np.ascontiguousarray(inner)


def _bars(luma: NDArray[np.float32]) -> tuple[int, int]:
    """How many rows at the top and the bottom are of one tone, and of the same tone as the edge."""
    import numpy as np

    low, high = np.percentile(luma, (5, 95), axis=1)
    middle = np.median(luma, axis=1)
    flat = (high - low) < 2 * _UNIFORM
    counts = []
    for ordered, tone in ((flat, middle), (flat[::-1], middle[::-1])):
        bar = ordered & (np.abs(tone - tone[0]) < 2 * _UNIFORM)
        counts.append(int(np.argmin(bar)) if not bar.all() else 0)
    # one more row each: the edge of a bar is blurred
    return tuple(count + 1 if count else 0 for count in counts)  # type: ignore[return-value]


class Frames:
    """The frames of a video, prepared as they are asked for."""

    def __init__(self, footage: Footage) -> None:
        import numpy as np

        self.name = footage.name
        self.frames: Sequence[Frame] = footage.frames
        self._pictures = [crop_borders(picture.astype(np.float32)) for picture in footage.pictures]
        self.hashes = [
            (frame.pdq, pdq(inner)) for frame, inner in zip(footage.frames, self._pictures, strict=True)
        ]
        self._features: dict[int, Features] = {}

    def picture(self, index: int) -> NDArray[np.float32]:
        """One frame without its borders."""
        return self._pictures[index]

    def features(self, index: int) -> Features:
        """Local features of one frame."""
        if index not in self._features:
            self._features[index] = features(self._pictures[index])
        return self._features[index]


def find_still(still: Still, video: Frames) -> Match:
    """Whether a still shows what a frame of the video shows."""
    ranked = sorted((*_closest(still.hashes, hashes), index) for index, hashes in enumerate(video.hashes))
    best_bits, view, index = ranked[0]
    if best_bits <= ALIKE:
        return _said(still, video, "pdq", index, best_bits, view, NOTHING, 0)
    best = (NOTHING, index, best_bits, view)
    promising: list[tuple[int, int, int, bool]] = []
    checked = 0
    for mirrored in (False, True):
        own, sure = still.features(mirrored=mirrored), (NOTHING, 0, 0)
        for bits, _, index in ranked[:_MOST_CHECKED]:
            checked += 1
            found = agree(own, video.features(index))
            if found.inliers > best[0].inliers:
                best = (found, index, bits, _MIRRORED if mirrored else 0)
            if found.inliers > sure[0].inliers and _convinces(found, still, mirrored, video, index):
                sure = (
                    found,
                    index,
                    bits,
                )  # a slow scene convinces in many frames: the best one tells the time
            if found.inliers >= PROMISING:
                promising.append((found.inliers, index, bits, mirrored))
        if sure[0].inliers:
            found, index, bits = sure
            return _said(still, video, "features", index, bits, _MIRRORED if mirrored else 0, found, checked)
    for _, index, bits, mirrored in sorted(promising, reverse=True)[:_MOST_CLOSER]:
        found = agree(
            features(still.picture(mirrored=mirrored), closer=True),
            features(video.picture(index), closer=True),
        )
        if found.inliers >= FEWEST_INLIERS and _rest_agrees(found, still, mirrored, video, index):
            return _said(still, video, "features", index, bits, _MIRRORED if mirrored else 0, found, checked)
    found, index, bits, view = best
    return _said(still, video, "", index, bits, view, found, checked)


def _convinces(found: Agreement, still: Still, mirrored: bool, video: Frames, index: int) -> bool:
    """Enough places agree, and they are not all in one corner, as a shared logo would be."""
    if found.inliers < FEWEST_INLIERS:
        return False
    return found.spread >= _SMALLEST_SPREAD or _rest_agrees(found, still, mirrored, video, index)


def _rest_agrees(found: Agreement, still: Still, mirrored: bool, video: Frames, index: int) -> bool:
    """Whether the pictures agree as a whole, too: many weak features alone are not enough."""
    shapes = (still.features(mirrored=mirrored).shape, video.features(index).shape)
    return rest_agrees(still.picture(mirrored=mirrored), video.picture(index), found, shapes)


def _closest(still: Sequence[Pdq], frame: Sequence[Pdq]) -> tuple[int, int]:
    """(bits, view) of the closest usable pair; beyond all bits if there is none."""
    best = (257, 0)
    for view, a in enumerate(still):
        if a.quality < LOWEST_QUALITY:
            continue
        for b in frame:
            if b.quality >= LOWEST_QUALITY:
                best = min(best, (distance(a, b), view % 8))
    return best


def _said(
    still: Still, video: Frames, method: str, index: int, bits: int, view: int, found: Agreement, checked: int
) -> Match:
    t = video.frames[index].t
    told = None if bits > 256 else bits
    if method == "pdq":
        means = f"{still.name} is alike to {video.name} at {t:.2f} s ({bits} of 256 bits, {VIEWS[view]}); look at the pair."
    elif method:
        means = (
            f"{still.name} shows what {video.name} shows at {t:.2f} s ({found.inliers} places agree, "
            f"over {found.spread:.0%} of the picture); look at the pair."
        )
    elif not still.hashes[0].usable:
        means = f"{still.name} is too plain to be found in anything (quality {still.hashes[0].quality})."
    else:
        means = f"{still.name} was not found in {video.name}; that does not show that it is not in it."
    return Match(
        "match" if method else "no_match",
        method or "features",
        video.name,
        t if method else None,
        told,
        VIEWS[view],
        found.inliers,
        round(found.spread, 3),
        checked,
        means,
    )
