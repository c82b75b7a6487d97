"""Several bands, two dates: ground that changed, cause unknown, by IR-MAD and a threshold of its own."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr
from scipy import ndimage

from siteline.change.pairs.irmad import Doubles, Mask, alteration, smoothed
from siteline.change.series.patches import outline_of
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid
from siteline.model.pairs import PairMode, PairOptions, Place, Places
from siteline.model.remark import Remark

LEAST_BANDS = 4
_LEAST_PIXELS = 500
_LEAST_OBJECT_PX = 4
_NO_TWO_SORTS = 3.0
"""√Z of pure noise in few bands goes up to about this; a threshold below it parts noise from noise."""

_MUCH = 0.4
"""Share of the ground above which what changed can no longer be told from what did not."""


def find_ground(pair: xr.Dataset, options: PairOptions) -> Places:
    """
    Where the ground changed between two looks, ranked by how far and how widely it stands out.

    pair: two looks as `model/imagery.py` describes a cube, four bands or more, any units. √Z of IR-MAD, blurred by a pixel, is
    parted by Otsu's threshold (SCIENCE 9: never by p-values). Raises CannotTell with fewer bands, or too little common ground.
    """
    from skimage.filters import threshold_otsu

    bands, grid = [str(band) for band in pair["band"].values], pair.attrs["grid"]
    known = (pair["why_not"].values == 0).all(axis=0)
    if len(bands) < LEAST_BANDS:
        raise CannotTell(
            f"ground that changed is sought in {LEAST_BANDS} bands or more; these scenes share {len(bands)}: "
            f"{', '.join(bands)}",
            "Compare them as places: --mode places.",
        )
    if np.count_nonzero(known) < _LEAST_PIXELS:
        raise CannotTell(
            f"both scenes show only {np.count_nonzero(known)} pixels of common ground", "Choose another pair."
        )
    value = pair["value"].values
    root, _ = alteration(value[0], value[1], known)
    root = smoothed(root, known)
    threshold = float(threshold_otsu(root[known]))  # type: ignore[no-untyped-call]
    changed = (root > threshold) & known
    labels, count = ndimage.label(changed, np.ones((3, 3)))
    strength = ndimage.sum_labels(root - threshold, labels, np.arange(1, count + 1))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    boxes = ndimage.find_objects(labels)
    order = [k for k in np.argsort(-strength, kind="stable") if sizes[k] >= _LEAST_OBJECT_PX]
    places = []
    for number, k in enumerate(order[: options.places], start=1):
        rows, cols = boxes[k]
        mask = labels[rows, cols] == k + 1
        over = float(root[rows, cols][mask].mean() / threshold)
        places.append(
            Place(
                number=number,
                outline=outline_of(mask, rows.start, cols.start, grid.transform),
                worth=over,
                appeared=None,
                area=float(sizes[k]) * _px_area(grid),
                reasons=(_explain(over, int(sizes[k])),),
                doubts=(),
            )
        )
    share = float(np.count_nonzero(changed) / np.count_nonzero(known))
    return Places(
        PairMode.GROUND,
        tuple(places),
        threshold,
        share,
        tuple(_remarks(share, threshold, len(order), options)),
    )


def _explain(over: float, pixels: int) -> str:
    return (
        f"the bands together changed {over:.1f} times as much as the threshold of this pair ({pixels} pixels)"
    )


def changed_ground(before: Doubles, after: Doubles, known: Mask) -> Mask:
    """The pixels that are called changed, (y, x), of two looks (band, y, x): the same road, without outlines."""
    from skimage.filters import threshold_otsu

    root = smoothed(alteration(before, after, known)[0], known)
    threshold = threshold_otsu(root[known])  # type: ignore[no-untyped-call]
    return np.asarray((root > threshold) & known)


def _px_area(grid: Grid) -> float:
    a, b, _, d, e, _ = grid.transform
    if grid.crs is not None:
        return abs(a * e - b * d) * grid.area_scale
    return abs(a * e - b * d) * (grid.gsd_m / math.sqrt(abs(a * e)) if grid.gsd_m else 1.0) ** 2


def _remarks(share: float, threshold: float, number: int, options: PairOptions) -> list[Remark]:
    told = [
        Remark(
            "pair",
            "crops, water, snow and moisture change as building does: each place says only that the ground is other than "
            "it was",
            "Compare two dates of one season, and look at the images before anything is said.",
        )
    ]
    if share > _MUCH:
        told.append(
            Remark(
                "pair",
                f"{100 * share:.0f} % of the ground is called changed: seasons or haze differ too much for this comparison",
                "Choose two dates of one season.",
            )
        )
    if threshold < _NO_TWO_SORTS:
        told.append(
            Remark(
                "pair",
                "no part of the ground stands out from the rest: what is listed may be noise",
            )
        )
    if number > options.places:
        told.append(
            Remark("pair", f"{number} patches of ground changed; the {options.places} largest are listed")
        )
    return told
