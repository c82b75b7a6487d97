"""
How people err who draw an outline in a hurry: all of it too large or small, stretched, shifted, turned.

It ties the edges of an outline together: where one has to move, the others are likely to move with it.
"""

from __future__ import annotations

import numpy as np

from siteline.measure.blur import Array
from siteline.measure.sharp.edges import DEGREE, Edges, direction_of, outward_of

SCALE_SPREAD, STRETCH_SPREAD = 0.12, 0.04
"""One-sigma errors of a hurried outline: of its size as a whole, and of length against width."""

SHIFT_PX, SHIFT_SHARE = 1.2, 0.02
"""One-sigma shift per axis: pixels, plus a share of the outline's size."""

EDGE_PX, EDGE_SHARE = 0.5, 0.01
"""The same for one edge by itself."""

TURN_SPREAD, TILT_SPREAD = 3.0 * DEGREE, 1.0 * DEGREE
"""One-sigma turn of the whole outline, and of one edge against it."""

TURNS: Array = np.linspace(-8 * DEGREE, 8 * DEGREE, 17)
"""Angles by which an edge may have to be turned."""


def reach_of(edges: Edges) -> Array:
    """(edges,): how far each may have to move, pixels."""
    reach: Array = 0.22 * np.abs(edges.distance) + 3.5 + 0.02 * np.sqrt(edges.area)
    return reach


def prior_of(edges: Edges) -> Array:
    """(edges, edges): covariance of the edges' offsets, px², for an outline drawn in a hurry."""
    size, away, outward = np.sqrt(edges.area), edges.distance, outward_of(edges.angle)
    stretched = away * np.cos(2 * (edges.angle - direction_of(edges)))
    own = np.full(len(away), (EDGE_PX + EDGE_SHARE * size) ** 2)
    covariance: Array = (
        SCALE_SPREAD**2 * np.outer(away, away)
        + STRETCH_SPREAD**2 * np.outer(stretched, stretched)
        + (SHIFT_PX + SHIFT_SHARE * size) ** 2 * (outward @ outward.T)
        + np.diag(own)
    )
    return covariance
