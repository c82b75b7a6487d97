"""People who draw in a hurry err with the whole outline, more than with one edge of it."""

from __future__ import annotations

import numpy as np
from shapely.geometry import box

from siteline.measure.sharp.edges import corners_of, edges_of, right_angled
from siteline.measure.sharp.hurry import prior_of


def test_prior_lets_the_whole_outline_breathe() -> None:
    """Opposite edges move apart together more easily than against each other."""
    edges = edges_of(right_angled(corners_of(box(0, 0, 60, 40))))
    covariance = prior_of(edges)
    assert np.all(np.linalg.eigvalsh(covariance) > 0)
    opposite = covariance[0, 2] / covariance[0, 0]
    assert opposite > 0.3
