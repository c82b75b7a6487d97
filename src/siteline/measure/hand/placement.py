"""What the control points of a published picture leave unknown: how long its pixels are, and where it lies."""

from __future__ import annotations

import numpy as np

from siteline.model.imagery import Scene
from siteline.model.placing import Model

PLACEMENT = "placement"

OVERLAY = 0.02
"""One-sigma relative error of lengths on an overlay that somebody laid by eye."""

UNKNOWN_PX = 1.5
"""One-sigma error of a control point, per axis, where there are too few to tell."""

_FREE = {Model.SIMILARITY: 4, Model.AFFINE: 6, Model.PROJECTIVE: 8}


def point_error(scene: Scene) -> float:
    """One-sigma error of a control point per axis, pixels of the picture, from what the fit left; 0 without points."""
    placed = scene.placed
    if placed is None or not placed.points:
        return 0.0
    left = 2 * len(placed.points) - _FREE[placed.model]
    if placed.rms_px is None or left <= 0:
        return UNKNOWN_PX
    return float(placed.rms_px * np.sqrt(len(placed.points) / left))


def scale_error(scene: Scene) -> float:
    """
    One-sigma relative error of a length on a placed picture; 0 for a scene that says itself where it lies.

    First order: the error of a point over the spread of all of them; for a model that may stretch, over that along
    the direction in which they are spread least.
    """
    placed = scene.placed
    if placed is None:
        return 0.0
    if not placed.points:
        return OVERLAY
    at = np.array([(point.x, point.y) for point in placed.points])
    scatter = np.cov(at.T, bias=True) * len(at)
    spread = np.trace(scatter) if placed.model is Model.SIMILARITY else np.linalg.eigvalsh(scatter)[0]
    return float(point_error(scene) / np.sqrt(spread))


def position_error(scene: Scene) -> float:
    """One-sigma error per axis with which a place between the points is known, pixels of the picture; 0 without points."""
    placed = scene.placed
    if placed is None or placed.left_out_px is None:
        return point_error(scene)
    return float(placed.left_out_px / np.sqrt(2))
