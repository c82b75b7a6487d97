"""
Local features: whether two pictures show one surface, seen from elsewhere, cropped, covered in part.

ORB keypoints, a ratio test both ways, then the homography that most pairs agree on (RANSAC). Pairs that sit in one
corner prove a shared logo, not a shared scene, and are told apart by the part of the picture they cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_SIDE = 480
_KEYPOINTS = 600
_KEYPOINTS_CLOSER = 1800
_THRESHOLDS = (0.05, 0.02)
"""Contrast of a corner; the second is for blurred and plain pictures."""

_OCTAVES = 6
_DOWNSCALE = 1.25
_EDGE = 16
"""Pixels at the edge that a descriptor would reach beyond."""

_FEWEST_PAIRS = 14
PROMISING = 7
"""So many places that agree are more than strangers ever have (6 in our bench), and worth a closer look."""

_RATIO = 0.85
_TRIES = (600, 2000)
"""Rounds; the second is for pictures that look promising after the first."""

_TOLERANCE = 4.0
"""Pixels, at the size that is compared."""

_LEAST_OVERLAP = 0.2
_REST_CORRELATION = 0.8
_SMALLEST_SCALE, _LARGEST_SCALE = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Features:
    """Keypoints of one picture."""

    points: NDArray[np.float64]
    """(n, 2) x and y."""

    bits: NDArray[np.uint64]
    """(n, 4): the 256 bits of each."""

    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two pictures agree on one homography."""

    inliers: int
    pairs: int
    spread: float
    """Part of the smaller picture's area that the inliers enclose."""

    matrix: NDArray[np.float64] | None


NOTHING = Agreement(0, 0, 0.0, None)


def features(luma: NDArray[np.float32], *, closer: bool = False) -> Features:
    """ORB features of a picture, made at most 480 pixels long; three times as many for a closer look."""
    import numpy as np
    from skimage.feature import ORB

    small = fit(luma, LONGEST_SIDE)
    low, high = np.percentile(small, (1, 99))
    picture = np.clip((small - low) / max(float(high - low), 1.0), 0.0, 1.0).astype(np.float32)
    empty = Features(np.zeros((0, 2)), np.zeros((0, 4), np.uint64), picture.shape)
    if min(picture.shape) < 40:
        return empty
    most = _KEYPOINTS_CLOSER if closer else _KEYPOINTS
    for threshold in _THRESHOLDS:
        corners, scales, turns = _corners(picture, most, threshold)
        if len(corners) >= most / 2:
            break
    if len(corners) < _FEWEST_PAIRS:
        return empty
    orb = ORB(n_scales=_OCTAVES, downscale=_DOWNSCALE)
    orb.extract(picture, corners, scales, turns.astype(np.float32))
    bits = np.packbits(np.asarray(orb.descriptors, dtype=bool), axis=1).view(np.uint64)
    return Features(corners[orb.mask_, ::-1].astype(np.float64), bits, picture.shape)


def _corners(
    picture: NDArray[np.float32], most: int, threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """
    The strongest corners over all sizes: (row, column), scale and direction.

    FAST corners, strongest first by Harris, as ORB has it; the search for local peaks is our own, for it took most of
    the time.
    """
    import numpy as np
    from scipy.ndimage import maximum_filter
    from skimage.feature import corner_fast, corner_harris, corner_orientations
    from skimage.feature.orb import OFAST_MASK
    from skimage.transform import pyramid_gaussian

    found = []
    for octave, level in enumerate(pyramid_gaussian(picture, _OCTAVES - 1, _DOWNSCALE, channel_axis=None)):
        if min(level.shape) < 2 * _EDGE + 2:
            break
        level = np.ascontiguousarray(level, dtype=np.float64)
        response = corner_fast(level, 9, threshold)
        peak = (response > 0) & (response == maximum_filter(response, 3))
        inner = np.zeros_like(peak)
        inner[_EDGE:-_EDGE, _EDGE:-_EDGE] = True
        here = np.argwhere(peak & inner)
        if not len(here):
            continue
        strength = corner_harris(level, method="k", k=0.04)[here[:, 0], here[:, 1]]
        best = np.argsort(-strength, kind="stable")[:most]
        here, strength = here[best], strength[best]
        scale = _DOWNSCALE**octave
        turns = corner_orientations(level, here, OFAST_MASK)
        found.append(np.column_stack([here * scale, np.full(len(here), scale), turns, strength]))
    if not found:
        return np.zeros((0, 2)), np.zeros(0), np.zeros(0)
    rows = np.concatenate(found)
    rows = rows[np.argsort(-rows[:, 4], kind="stable")[:most]]
    rows = rows[np.argsort(rows[:, 2], kind="stable")]  # the extractor answers octave by octave
    return rows[:, :2], rows[:, 2] * (1 + 1e-9), rows[:, 3]


def fit(luma: NDArray[np.float32], longest: int) -> NDArray[np.float32]:
    """The picture at most `longest` pixels long."""
    import numpy as np
    from PIL import Image

    if max(luma.shape) <= longest:
        return luma
    scale = longest / max(luma.shape)
    size = (max(2, round(luma.shape[1] * scale)), max(2, round(luma.shape[0] * scale)))
    small = Image.fromarray(luma.astype(np.float32)).resize(size, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def agree(a: Features, b: Features, seed: int = 0) -> Agreement:
    """The homography that most pairs of two pictures' features agree on."""
    import numpy as np

    if len(a.points) < _FEWEST_PAIRS or len(b.points) < _FEWEST_PAIRS:
        return NOTHING
    left, right = _pairs(a, b)
    if len(left) < _FEWEST_PAIRS:
        return Agreement(0, len(left), 0.0, None)
    source, target = a.points[left], b.points[right]
    matrix, count = _best(source, target, np.random.default_rng(seed))
    if count < PROMISING:
        return Agreement(count, len(left), 0.0, None)
    for _ in range(3):  # on all that agree
        inside = _inside(matrix[None], source, target)[0]
        finer = _least_squares(source[inside], target[inside])
        if finer is None or _inside(finer[None], source, target)[0].sum() < inside.sum():
            break
        matrix = finer
    inside = _inside(matrix[None], source, target)[0]
    if not _is_view(matrix, a.shape):
        return Agreement(0, len(left), 0.0, None)
    spread = min(_hull_share(source[inside], a.shape), _hull_share(target[inside], b.shape) * 4)
    return Agreement(_distinct(source[inside], target[inside]), len(left), spread, matrix)


def _pairs(a: Features, b: Features) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Mutual nearest neighbours that are clearly nearer than the second nearest."""
    import numpy as np

    differing = np.bitwise_count(a.bits[:, None, :] ^ b.bits[None, :, :]).sum(axis=2).astype(np.int32)
    forth = differing.argmin(axis=1)
    back = differing.argmin(axis=0)
    here = np.arange(len(a.bits))
    two = np.partition(differing, 1, axis=1)[:, :2]
    clear = (two[:, 0] < _RATIO * two[:, 1]) & (back[forth] == here) & (two[:, 0] <= 80)
    return here[clear], forth[clear]


def _best(
    source: NDArray[np.float64], target: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], int]:
    """The homography that most pairs agree on; a few tries tell pictures that have nothing to do with each other."""
    import numpy as np

    best: tuple[NDArray[np.float64], int] = (np.eye(3), 0)
    for tries in _TRIES:
        picks = np.argpartition(rng.random((tries, len(source))), 4, axis=1)[:, :4]
        matrices, usable = _homographies(source[picks], target[picks])
        counts = np.where(usable, _inside(matrices, source, target).sum(axis=1), 0)
        at = int(np.argmax(counts))
        if counts[at] > best[1]:
            best = (matrices[at], int(counts[at]))
        if best[1] < PROMISING or best[1] > len(source) / 2:
            break
    return best


def _homographies(
    source: NDArray[np.float64], target: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n, 3, 3) from (n, 4, 2) pairs, and which of them could be solved."""
    import numpy as np

    n = len(source)
    x, y = source[..., 0], source[..., 1]
    u, v = target[..., 0], target[..., 1]
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1),
        ],
        axis=1,
    )
    usable = np.abs(np.linalg.det(rows)) > 1e-3
    rows[~usable] = np.eye(8)
    solved = np.linalg.solve(rows, np.concatenate([u, v], axis=1)[..., None])[..., 0]
    matrices = np.concatenate([solved, np.ones((n, 1))], axis=1).reshape(n, 3, 3)
    return matrices, usable


def _inside(
    matrices: NDArray[np.float64], source: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(n, pairs): which pairs each homography brings together."""
    import numpy as np

    lifted = np.concatenate([source, np.ones((len(source), 1))], axis=1)
    seen = matrices @ lifted.T  # (n, 3, pairs)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x = seen[:, 0] / seen[:, 2] - target[:, 0]
        y = seen[:, 1] / seen[:, 2] - target[:, 1]
        ok: NDArray[np.bool_] = (x * x + y * y < _TOLERANCE**2) & (seen[:, 2] > 0)
    return ok


def _least_squares(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64] | None:
    import numpy as np
    from skimage.transform import ProjectiveTransform

    fitted = ProjectiveTransform.from_estimate(source, target)
    if not fitted:
        return None
    matrix = np.asarray(fitted.params, dtype=np.float64)
    return matrix if np.all(np.isfinite(matrix)) else None


def _is_view(matrix: NDArray[np.float64], shape: tuple[int, int]) -> bool:
    """Whether it is how a camera could see a surface: not folded, not squeezed to a line, not a speck."""
    import numpy as np

    rows, columns = shape
    corners = np.array([[0, 0, 1], [columns, 0, 1], [columns, rows, 1], [0, rows, 1]], dtype=np.float64)
    seen = corners @ matrix.T
    if np.any(seen[:, 2] <= 1e-6):
        return False
    flat = seen[:, :2] / seen[:, 2:]
    sides = np.roll(flat, -1, axis=0) - flat
    after = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    if not (np.all(turns > 0) or np.all(turns < 0)):
        return False
    lengths = np.hypot(sides[:, 0], sides[:, 1]) / np.array([columns, rows, columns, rows])
    return bool(
        lengths.min() > _SMALLEST_SCALE
        and lengths.max() < _LARGEST_SCALE
        and lengths.max() < 4 * lengths.min()
    )


def _hull_share(points: NDArray[np.float64], shape: tuple[int, int]) -> float:
    from scipy.spatial import ConvexHull, QhullError

    try:
        return float(ConvexHull(points).volume) / (shape[0] * shape[1])
    except (QhullError, ValueError):
        return 0.0


def _distinct(source: NDArray[np.float64], target: NDArray[np.float64]) -> int:
    """Inliers at different places: ORB finds one corner at several scales, and it must not count several times."""
    import numpy as np

    cells = np.round(np.concatenate([source, target], axis=1) / 3.0).astype(np.int64)
    return min(len(np.unique(cells[:, :2], axis=0)), len(np.unique(cells[:, 2:], axis=0)))


def rest_agrees(
    a: NDArray[np.float32],
    b: NDArray[np.float32],
    found: Agreement,
    shapes: tuple[tuple[int, int], tuple[int, int]],
) -> bool:
    """
    Whether two pictures also agree where no features are, once one is laid on the other.

    A scene with one small object in it does; a logo that two scenes share does not. a, b: luminance of both; shapes:
    the sizes at which their features were found.
    """
    import numpy as np
    from scipy.ndimage import gaussian_filter
    from skimage.transform import ProjectiveTransform, warp

    if found.matrix is None:
        return False
    small = [gaussian_filter(fit(one, LONGEST_SIDE), 4.0) for one in (a, b)]
    if (small[0].shape, small[1].shape) != shapes:
        return False
    back = ProjectiveTransform(np.linalg.inv(found.matrix))
    laid = warp(small[0], back, output_shape=small[1].shape, order=1, cval=np.nan)
    both = np.isfinite(laid)
    if both.mean() < _LEAST_OVERLAP:
        return False
    left, right = laid[both], small[1][both]
    spread = min(float(left.std()), float(right.std()))
    return spread > 1.0 and float(np.corrcoef(left, right)[0, 1]) > _REST_CORRELATION
