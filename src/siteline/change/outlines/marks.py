"""What the images before and after a change show at one outline: was it there, is it there, and where does the change end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from siteline.change.outlines.blocks import RIM_PX, measure_block
from siteline.change.outlines.views import best_view
from siteline.change.scene import Scene
from siteline.change.series.features import SCALES
from siteline.change.series.patches import AROUND, Patch

Array = NDArray[np.float32]
Span = tuple[int, int]

MARGIN_PX = RIM_PX + 3
"""Ground around an outline that is compared with it."""

SLOPE_LOOKS = 6
"""Fewer looks show no slope."""


@dataclass(frozen=True, slots=True)
class Marks:
    """One outline in two images, all in noticeable units."""

    rim_before: float
    """Contrast with the ground two pixels outside before the change, at the fainter quarter of its edge."""

    rim_after: float
    rim_change: float
    """The same in the image of what changed: large if the change ends at the outline."""

    patchy: float
    """How unevenly the inside changed."""

    within: float
    """How much the inside changed."""

    beside: float
    """How much the ground beside the outline changed."""

    slope: float
    """Drift of the place within a year, while it stands as the change left it."""


def read_marks(patch: Patch, line: Array, scene: Scene, before: Span, after: Span) -> Marks | None:
    """
    Marks of a change at an outline; None if either side shows no image of it.

    line: (feature, time) of the place in noticeable units, NaN where not seen; before, after: looks of the states on both sides,
    first and one past the last.
    """
    rows, cols, mask = patch.grown(MARGIN_PX, scene.natural.usable.shape[1:])
    views = [best_view(scene, rows, cols, looks) for looks in (before, after)]
    unit = np.array([SCALES[name] for name in scene.natural.names], np.float32)[:, None, None]
    old, new = (None if v is None else v / unit for v in views)
    if old is None or new is None:
        return None
    top, left = patch.rows.start - rows.start, patch.cols.start - cols.start
    changed = new - old
    rims = [measure_block(patch.mask, top, left, image)[0] for image in (old, new)]
    rim_change, patchy, went = measure_block(patch.mask, top, left, changed)
    beside = binary_dilation(mask, AROUND, MARGIN_PX) & ~binary_dilation(mask, AROUND, RIM_PX)
    aside = np.median(changed[:, beside], axis=1) if beside.any() else np.zeros(len(changed), np.float32)
    rims = [float(np.nan_to_num(r)) for r in (*rims, rim_change)]
    return Marks(
        rims[0],
        rims[1],
        rims[2],
        patchy,
        float(np.linalg.norm(went)),
        float(np.linalg.norm(aside)),
        _slope(line[:, after[0] : after[1]], scene.natural.years[after[0] : after[1]]),
    )


def _slope(line: Array, years: NDArray[np.float64]) -> float:
    """Length of the drift of a (feature, time) line within a year, by least squares; 0 with too few looks."""
    seen = np.isfinite(line).all(axis=0)
    if seen.sum() < SLOPE_LOOKS:
        return 0.0
    time = years[seen] - years[seen].mean()
    slope = (line[:, seen] @ time) / max(float(time @ time), 1e-6)
    return float(np.linalg.norm(slope)) * min(float(np.ptp(time)), 1.0)
