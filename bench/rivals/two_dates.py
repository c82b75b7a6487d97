"""What one would do without a series: compare two dates, or two composites."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label
from skimage.filters import threshold_otsu

from siteline.change.pairs.irmad import alteration
from siteline.change.series.patches import outline_of
from siteline.model.change import ChangeEvent, Kind, Method
from siteline.model.dates import DateInterval
from siteline.model.imagery import Look

Pair = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]
"""(band, y, x) before, (band, y, x) after, (y, x) where both are known."""

COMPOSITE_DAYS = 200


def find_by_two_dates(cube: xr.Dataset, looks: tuple[Look, ...], least_px: int) -> list[ChangeEvent]:
    """Change vector analysis of the first and the last clear look: standardised bands, Otsu's threshold, connected pixels."""
    usable = cube["why_not"].values == 0
    clear = np.flatnonzero(usable.mean(axis=(1, 2)) >= 0.9)
    first, last = (int(clear[0]), int(clear[-1])) if clear.size > 1 else (0, len(usable) - 1)
    value = cube["value"].values
    pair = value[first].astype(np.float64), value[last].astype(np.float64), usable[first] & usable[last]
    return to_events(_above_otsu(change_vectors(pair), pair[2]), cube, looks, (first, last), least_px)


def find_by_composites(
    method: str, cube: xr.Dataset, looks: tuple[Look, ...], least_px: int
) -> list[ChangeEvent]:
    """
    Compare medians of the first and the last 200 days: `cva`, `irmad` or `kmeans`.

    Its events can only be dated to the whole span.
    """
    pair, span = composites(cube)
    if method == "kmeans":
        changed = cluster_differences(pair)
    else:
        score = change_vectors(pair) if method == "cva" else alteration(*pair)[0]
        changed = _above_otsu(score, pair[2])
    return to_events(changed, cube, looks, span, least_px)


def composites(cube: xr.Dataset) -> tuple[Pair, tuple[int, int]]:
    """Medians of the clear pixels of both ends, and the looks between which everything must have happened."""
    days = cube["time"].values.astype("datetime64[D]").astype(np.int64)
    usable = cube["why_not"].values == 0
    n = np.arange(len(days))
    early, late = days - days[0] <= COMPOSITE_DAYS, days[-1] - days <= COMPOSITE_DAYS
    if early.sum() < 3 or late.sum() < 3 or (early & late).any():
        early, late = n < len(n) // 3, n >= len(n) - len(n) // 3
    value = np.where(usable[:, None], cube["value"].values, np.nan)
    with np.errstate(all="ignore"):
        before, after = np.nanmedian(value[early], axis=0), np.nanmedian(value[late], axis=0)
    known = np.isfinite(before).all(axis=0) & np.isfinite(after).all(axis=0)
    pair = np.nan_to_num(before).astype(np.float64), np.nan_to_num(after).astype(np.float64), known
    return pair, (int(np.flatnonzero(early)[0]), int(np.flatnonzero(late)[-1]))


def change_vectors(pair: Pair) -> NDArray[np.float64]:
    """Length of the difference of standardised bands."""
    before, after, known = pair

    def standard(image: NDArray[np.float64]) -> NDArray[np.float64]:
        mean, spread = image[:, known].mean(axis=1), image[:, known].std(axis=1)
        return (image - mean[:, None, None]) / np.maximum(spread, 1e-9)[:, None, None]

    return np.asarray(np.linalg.norm(standard(after) - standard(before), axis=0))


def cluster_differences(pair: Pair, block: int = 4, components: int = 3) -> NDArray[np.bool_]:
    """Celik's PCA-KMeans: difference blocks on principal components, two clusters; the one that differs more is change."""
    difference = change_vectors(pair)
    rows, cols = difference.shape
    padded = np.pad(difference, ((block // 2, block - 1 - block // 2),) * 2, mode="reflect")
    patches = np.lib.stride_tricks.sliding_window_view(padded, (block, block)).reshape(rows * cols, -1)
    known = pair[2].ravel()
    centred = patches - patches[known].mean(axis=0)
    _, _, axes = np.linalg.svd(centred[known][:: max(1, known.sum() // 20000)], full_matrices=False)
    features = centred @ axes[:components].T
    order = np.argsort(difference.ravel()[known])
    centres = np.stack(
        [features[known][order[:100]].mean(axis=0), features[known][order[-100:]].mean(axis=0)]
    )
    changed = np.zeros(rows * cols, bool)
    for _ in range(50):
        distance = np.linalg.norm(features[:, None] - centres[None], axis=2)
        fresh = distance[:, 1] < distance[:, 0]
        if (fresh == changed).all():
            break
        changed = fresh
        centres = np.stack([features[known & ~changed].mean(axis=0), features[known & changed].mean(axis=0)])
    return np.asarray((changed & known).reshape(rows, cols))


def _above_otsu(score: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray((score > threshold_otsu(score[known])) & known)


def to_events(
    changed: NDArray[np.bool_],
    cube: xr.Dataset,
    looks: tuple[Look, ...],
    span: tuple[int, int],
    least_px: int,
    since: NDArray[np.int64] | None = None,
) -> list[ChangeEvent]:
    """
    Connected pixels as events, dated to a span of looks.

    since: (y, x) look at which a monitor called each pixel changed; the event then lies before its median.
    """
    labels, _ = label(changed, np.ones((3, 3)))
    by_id = {look.scene_id: look for look in looks}
    ids = [str(s) for s in cube["scene"].values]
    found = []
    for k, where in enumerate(find_objects(labels), start=1):
        mask = labels[where] == k
        if mask.sum() < least_px:
            continue
        first, last = span
        if since is not None:
            last = max(int(np.median(since[where][mask])), 1)
            first = last - 1
        onset = DateInterval(by_id[ids[first]].acquired.first_day, by_id[ids[last]].acquired.last_day)
        outline = outline_of(mask, where[0].start, where[1].start, cube.attrs["grid"].transform)
        found.append(
            ChangeEvent(
                outline,
                cube.attrs["grid"].crs,
                Kind.CONSTRUCTION,
                None,
                Method.DETECTED,
                0.5,
                False,
                onset,
                None,
                ids[first],
                ids[last],
                (),
            )
        )
    return found
