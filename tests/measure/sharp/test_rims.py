"""What is read beside the edges of an outline."""

from __future__ import annotations

import numpy as np
from shapely.geometry import box

from siteline.measure.sharp.rims import crests_in, pixels_in


def test_crest_is_the_largest_nearby_and_no_noise() -> None:
    """A second crest counts if it lies far enough from the first, a weak one only where the unit is small."""
    step = np.array([0.1, 0.2, 1.0, 0.3, 0.2, 0.5, 0.1, 0.0, 0.12, 0.0])
    assert np.flatnonzero(crests_in(step, 2)).tolist() == [2, 5]
    assert np.flatnonzero(crests_in(step, 3)).tolist() == [2]
    assert np.flatnonzero(crests_in(step, 2, unit=0.5)).tolist() == [2, 5, 8]


def test_pixels_in_are_those_with_their_middle_inside() -> None:
    """Rows are y; a pixel half covered does not count."""
    assert np.argwhere(pixels_in(box(0.6, 0, 3, 1), (2, 4))).tolist() == [[0, 1], [0, 2]]
