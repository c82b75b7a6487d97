"""Outlines of what may be a building, in the images before and after a change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_closing,
    binary_dilation,
    binary_erosion,
    find_objects,
    zoom,
)
from skimage.segmentation import felzenszwalb

from siteline.change.outlines.blocks import find_block
from siteline.change.outlines.hull import solidity
from siteline.change.outlines.views import best_view
from siteline.change.scene import Scene
from siteline.change.series.features import SCALES
from siteline.change.series.patches import AROUND, Mask, Patch, split_in_two
from siteline.change.stories.places import Place, cast_shadows
from siteline.change.stories.story import mask_of
from siteline.model.place import Structure

Array = NDArray[np.float32]

MARGIN_PX = 4
"""Ground around a changed patch that is segmented with it."""

COARSENESS = (1.0, 4.0, 12.0)
"""Scales of the segmentation: larger ones make larger segments."""

ENLARGED = 2
"""Images are enlarged so many times, so that edges lie between pixels."""

CHANGED = 0.6
"""Share of a segment that must have changed."""

LEAST_SOLIDITY = 0.72

LEAST_RIM = 0.8
"""Outlines that stand out less, in noticeable units, are not tried."""

MOST_TRIED = 5
"""Outlines of one change, on one of its sides, whose shadow is looked for."""

OVERLAP = 0.4
"""Outlines that share more than this of the smaller one are of one building."""

INNER, INNER_RIM, INNER_SOLID = (0.06, 0.75), 3.0, 0.8
"""Size of a building against its yard, and how plainly it must stand out within it."""

DEMOTED = 3.0

NESTED = 0.5
"""An outline so much smaller than the one around it is weighed beside it, not instead of it."""

YARD_RIM_PX = 2
"""Width of the rim of a yard that shows its bare ground."""

SEPARATION = 0.6
"""Least share of the variance that two kinds of ground must explain."""

MOST_UNEVEN = 1.5
"""Frames are more uneven than this; it is not held against them."""

KNOWN_RIM = 5.0
"""Somebody who drew a building saw it stand out."""


@dataclass(frozen=True, slots=True)
class Roof:
    """An outline that stands out from its surroundings over some looks."""

    rows: slice
    cols: slice
    mask: Mask
    """(y, x) within rows and cols."""

    rim: float
    """Contrast with the ground two pixels outside, at the fainter quarter of its edge; noticeable units."""

    solid: float

    uneven: float
    """Spread of what is inside, noticeable units."""

    green: float
    """NDVI inside; 0 where unknown."""

    @property
    def area(self) -> int:
        """Pixels."""
        return int(self.mask.sum())

    def patch(self, at: int) -> Patch:
        """As a patch that changed at one look."""
        return Patch(self.rows, self.cols, self.mask, at, np.full(self.area, at, np.int16))


def choose_roofs(places: Sequence[Place], scene: Scene) -> list[Roof]:
    """
    Outlines of what may have stood before or after any of some changes; where several overlap, the likeliest.

    A cleared yard has a sharp outline too, but no shadow of its own: what stands out within it is preferred.
    """
    return _choose([t for place in places for t in _try(place, scene)])


def _choose(tried: Sequence[_Tried]) -> list[Roof]:
    """Of outlines of the same ground the likeliest."""
    merit = np.array([t.merit for t in tried])
    yards = _yards(tried)
    merit[yards] -= DEMOTED
    kept: list[_Tried] = []
    for i in np.argsort(-merit, kind="stable"):
        if not any(_is_one_building(tried[i], k, yard=i in yards) for k in kept):
            kept.append(tried[i])
    return [t.roof for t in kept]


def _is_one_building(a: _Tried, b: _Tried, *, yard: bool) -> bool:
    """
    Whether two outlines are to be taken for the same thing.

    A plain one well within another is weighed beside it: it may be a building in its yard, or a part of a roof. yard: whether
    the first is known to be the yard of an outline that is likelier.
    """
    if yard or a.patch.overlap(b.patch) <= OVERLAP:
        return a.patch.overlap(b.patch) > OVERLAP
    small, large = sorted((a, b), key=lambda t: t.roof.area)
    plain = small.roof.rim >= INNER_RIM and small.roof.solid >= INNER_SOLID
    return not (plain and small.roof.area < NESTED * large.roof.area)


def outline_known(structure: Structure, scene: Scene) -> Roof | None:
    """A structure of the site as an outline; None if fewer than four pixels of it lie on the grid."""
    mask = mask_of(structure, scene)
    if mask is None:
        return None
    y, x = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    rows, cols = slice(int(y[0]), int(y[-1]) + 1), slice(int(x[0]), int(x[-1]) + 1)
    return Roof(rows, cols, mask[rows, cols], KNOWN_RIM, solidity(mask[rows, cols]), 0.5, 0.0)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A roof with what speaks for it."""

    roof: Roof
    patch: Patch
    at: int
    before: bool
    """Whether it is said to have stood before the change."""

    shadow: float
    """Log Bayes factor while it is said to stand."""

    merit: float


def _try(place: Place, scene: Scene) -> list[_Tried]:
    """The best outlines at both sides of a change."""
    tried = []
    for before, looks in ((True, (place.start, place.at)), (False, (place.at, place.stop))):
        roofs = [r for r in find_roofs(place.patch, scene, looks) if r.rim >= LEAST_RIM]
        roofs = sorted(roofs, key=lambda r: -merit_of(r, 0.0))[:MOST_TRIED]
        for roof in roofs:
            patch = roof.patch(place.at)
            shadow = cast_shadows(patch, scene, looks, looks).before
            said = 0.0 if shadow is None else shadow.log_bayes
            tried.append(_Tried(roof, patch, place.at, before, said, merit_of(roof, said)))
    return tried


def _yards(tried: Sequence[_Tried]) -> list[int]:
    """
    Which outlines are rather yards: without a shadow of their own, around another outline that is plain.

    The inner one must stand as soon as the yard is there, or as long as it was.
    """
    area = np.array([t.roof.area for t in tried])
    plain = np.array([t.roof.rim >= INNER_RIM and t.roof.solid >= INNER_SOLID for t in tried], bool)
    before, at = np.array([t.before for t in tried], bool), np.array([t.at for t in tried])
    shadow = np.array([t.shadow for t in tried])
    found = []
    for i in np.flatnonzero(shadow < 0):
        size = area / area[i]
        timely = np.where(before, at <= at[i] + 1, at >= at[i] - 1)
        inner = (
            plain
            & timely
            & (before == before[i])
            & (size > INNER[0])
            & (size < INNER[1])
            & (shadow > shadow[i] - 0.5)
        )
        if any(tried[int(j)].patch.overlap(tried[int(i)].patch) >= 0.8 for j in np.flatnonzero(inner)):
            found.append(int(i))
    return found


def merit_of(roof: Roof, shadow: float) -> float:
    """
    How likely an outline is the right one, among others of the same place: sharp all round, solid, even, and with a shadow.

    shadow: log Bayes factor. Weights by conditional logit on tuning districts.
    """
    rim, uneven = min(roof.rim, 6.0), min(roof.uneven, MOST_UNEVEN)
    return (
        0.39 * rim
        + 3.5 * roof.solid
        + 0.43 * math.log(roof.area)
        + 0.06 * math.sqrt(min(max(shadow, 2.0), 30.0))
        + 0.08 * min(max(shadow, -3.0), 2.0)
        - 1.67 * uneven
        + 1.2 * math.log(max(uneven, 0.1))
        - 1.8 * max(roof.green, 0.0)
    )


def find_roofs(patch: Patch, scene: Scene, looks: tuple[int, int]) -> list[Roof]:
    """
    Outlines within and around a changed patch that may be buildings, at the end of a span of looks (first, one past the last).

    Segments of the image at three scales, and the patch itself.
    """
    shape = scene.natural.usable.shape[1:]
    rows, cols, changed = patch.grown(MARGIN_PX, shape)
    view = best_view(scene, rows, cols, looks)
    if view is None:
        return []
    wide = binary_dilation(changed)
    unit = np.array([SCALES[name] for name in scene.natural.names], np.float32)
    scaled = view / unit[:, None, None]
    least = scene.least_px
    ndvi = scene.natural.names.index("ndvi") if "ndvi" in scene.natural.names else None
    found = []
    for top, left, mask in _segments(scaled, wide, changed, least):
        block = find_block(mask, top, left, scaled, LEAST_SOLIDITY)
        if block is not None and block.area >= least and math.isfinite(block.rim):
            green = float(block.inside[ndvi]) * SCALES["ndvi"] if ndvi is not None else 0.0
            found.append(
                Roof(
                    slice(rows.start + block.rows.start, rows.start + block.rows.stop),
                    slice(cols.start + block.cols.start, cols.start + block.cols.stop),
                    block.mask,
                    block.rim,
                    block.solid,
                    block.uneven,
                    green,
                )
            )
    return found


def _segments(scaled: Array, wide: Mask, changed: Mask, least: int) -> Iterator[tuple[int, int, Mask]]:
    """
    Masks that lie mostly on changed ground: the whole patch, what differs from its rim, and segments.

    Each with the row and column at which it begins.
    """
    yield 0, 0, changed
    inner = _unlike_rim(scaled, changed)
    if inner is not None:
        yield 0, 0, inner
    big = np.stack(
        [zoom(band, ENLARGED, order=1, grid_mode=True, mode="nearest") for band in scaled], axis=-1
    )
    seen: set[tuple[int, int, bytes]] = set()
    for scale in COARSENESS:
        labels = felzenszwalb(
            big, scale=scale * ENLARGED**2, sigma=0.5, min_size=least * ENLARGED**2 // 2, channel_axis=-1
        )
        for k, where in enumerate(find_objects(labels + 1)):
            if where is None:
                continue
            top, left, small = _shrink(labels, k, where)
            here = wide[top : top + small.shape[0], left : left + small.shape[1]]
            size, key = int(small.sum()), (top, left, small.tobytes())
            if size < least or (small & here).sum() < CHANGED * size or key in seen:
                continue
            seen.add(key)
            yield top, left, small


def _shrink(labels: NDArray[np.intp], number: int, where: tuple[slice, slice]) -> tuple[int, int, Mask]:
    """Row, column and mask of one segment of an enlarged image, in pixels at least half of which are of it."""
    (top, bottom), (left, right) = ((s.start // ENLARGED, -(-s.stop // ENLARGED)) for s in where)
    part = labels[top * ENLARGED : bottom * ENLARGED, left * ENLARGED : right * ENLARGED] == number
    share = part.reshape(bottom - top, ENLARGED, right - left, ENLARGED).mean(axis=(1, 3))
    return top, left, share >= 0.5


def _unlike_rim(scaled: Array, changed: Mask) -> Mask | None:
    """What differs from the bare rim of a changed patch, be it darker or lighter: open frames have both."""
    core = binary_erosion(changed, AROUND, YARD_RIM_PX)
    if core.sum() < 12:
        return None
    soil = np.median(scaled[:, changed & ~core], axis=1)
    apart = np.linalg.norm(scaled - soil[:, None, None], axis=0)
    cut, explained, near, far = split_in_two(apart[changed])
    if explained < SEPARATION or far < 1.5 * near + 1:
        return None
    return np.asarray(binary_closing(changed & (apart > cut), AROUND))
