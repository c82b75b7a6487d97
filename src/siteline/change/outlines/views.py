"""What a place looked like over some looks: one image of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.change.scene import Scene
from siteline.change.series.features import typical_level

Array = NDArray[np.float32]

VIEW_LOOKS, HIGHEST_SUNS = 10, 5
"""Of so many looks nearest to a change, so many with the highest sun show the ground with the shortest shadows."""


def best_view(scene: Scene, rows: slice, cols: slice, looks: tuple[int, int]) -> Array | None:
    """(feature, y, x) median of those among the last looks of a span that have the highest sun; None if there is none."""
    usable = scene.natural.usable[looks[0] : looks[1], rows, cols].mean(axis=(1, 2))
    seen = looks[0] + np.flatnonzero(usable > 0.8)
    seen = seen[-VIEW_LOOKS:]
    if not seen.size:
        return None
    high = seen[np.argsort(-np.nan_to_num(scene.elevation[seen]), kind="stable")[:HIGHEST_SUNS]]
    values = scene.natural.values[:, np.sort(high), rows, cols]
    ok = scene.natural.usable[np.sort(high), rows, cols]
    return typical_level(values, ok)
