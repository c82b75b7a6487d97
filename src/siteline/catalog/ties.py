"""Tie points: how far a look must be moved so that what is seen in it lies where it belongs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyproj
from numpy.typing import NDArray

from siteline.catalog.controls import Tie
from siteline.model.errors import BadInput
from siteline.model.imagery import Scene
from siteline.model.nudge import Nudge, Tied
from siteline.raster.grid import WGS84

MAX_ERROR_PX = 3.0
_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def nudge_by(scene: Scene, right: float, down: float, why: str) -> Nudge:
    """A shift that somebody typed, in pixels of the scene; raises BadInput for one that leaves the picture."""
    rows, cols = scene.shape
    if not (abs(right) < cols and abs(down) < rows):
        raise BadInput(
            f"a shift of ({right:g}, {down:g}) px moves scene {scene.id} out of its own {cols} x {rows} pixels",
            "Shifts are in pixels of the scene, right and down.",
        )
    return Nudge("", scene.id, (right, down), why)


def nudge_by_ties(scene: Scene, ties: Sequence[Tie], reference: Scene | None, why: str) -> Nudge:
    """
    The shift that brings tie points of a scene onto their places, or onto the same things in a reference scene.

    The mean of what the points say, on native pixels of the scene: a nudge moves a look and neither turns nor
    stretches it. Raises BadInput where points lie outside, or do not agree to 3 px.
    """
    _check(scene, ties, reference)
    at = np.array([(tie.x, tie.y) for tie in ties])
    if reference is None:
        ground = np.array([tie.place for tie in ties])
        there = _to_pixels(scene, ground, WGS84)
    else:
        seen = np.array([tie.reference for tie in ties])
        ground = _through(reference.transform or _IDENTITY, seen)
        there = _to_pixels(scene, ground, reference.crs)
    if not np.isfinite(there).all():
        raise BadInput("some tie points have no place in the scene's CRS", "Check their coordinates.")
    away = there - at
    right, down = away.mean(axis=0)
    off = np.hypot(*(away - (right, down)).T)
    rms = float(np.sqrt(np.mean(off**2)))
    if rms > MAX_ERROR_PX:
        worst = int(np.argmax(np.hypot(*(away - np.median(away, axis=0)).T)))
        raise BadInput(
            f"the tie points do not agree to {MAX_ERROR_PX:g} px ({rms:.1f} px); {ties[worst].label} lies farthest off",
            "Check that point. If the look is turned or stretched, a nudge cannot mend it: add the picture again with "
            "--control-points.",
        )
    found = nudge_by(scene, float(right), float(down), why)
    return Nudge(
        found.id,
        scene.id,
        found.shift_px,
        why,
        follows=reference.id if reference else None,
        ties=tuple(
            Tied(
                tie.label,
                tie.x,
                tie.y,
                tie.reference or tie.place or (math.nan, math.nan),
                round(float(d), 4),
            )
            for tie, d in zip(ties, off, strict=True)
        ),
        residual_px=rms if len(ties) > 1 else None,
    )


def _check(scene: Scene, ties: Sequence[Tie], reference: Scene | None) -> None:
    rows, cols = scene.shape
    in_reference = ties[0].reference is not None
    if in_reference and reference is None:
        raise BadInput("the tie points are pixels of a reference scene", "Name it: --to SCENE")
    if reference is not None and not in_reference:
        raise BadInput(f"the tie points lie on the ground, not in scene {reference.id}", "Leave --to out.")
    if scene.crs is None and not in_reference:
        raise BadInput(
            f"scene {scene.id} is an image frame without a place on Earth", "Give ref_x,ref_y and --to SCENE."
        )
    if reference is not None and (reference.crs is None) != (scene.crs is None):
        raise BadInput(
            f"scenes {scene.id} and {reference.id} cannot be laid on each other", "Choose another --to."
        )
    for tie in ties:
        if not (0 <= tie.x <= cols and 0 <= tie.y <= rows):
            raise BadInput(
                f"{tie.label} lies at ({tie.x:g}, {tie.y:g}), outside the {cols} x {rows} pixels of scene {scene.id}",
                "x goes right and y down from the top left corner.",
            )
        if reference is not None and tie.reference is not None:
            x, y = tie.reference
            high, wide = reference.shape
            if not (0 <= x <= wide and 0 <= y <= high):
                raise BadInput(
                    f"{tie.label} lies at ({x:g}, {y:g}), outside the {wide} x {high} pixels of scene {reference.id}",
                    "ref_x goes right and ref_y down from the top left corner.",
                )


def _through(transform: tuple[float, ...], points: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c, d, e, f = transform
    x, y = points.T
    return np.column_stack([a * x + b * y + c, d * x + e * y + f])


def _to_pixels(scene: Scene, ground: NDArray[np.float64], crs: str | None) -> NDArray[np.float64]:
    """Where a scene's file puts places on the ground, its pixels."""
    if crs is not None and scene.crs is not None and crs != scene.crs:
        moved = pyproj.Transformer.from_crs(crs, scene.crs, always_xy=True).transform(*ground.T)
        ground = np.column_stack(moved)
    a, b, c, d, e, f = scene.transform or _IDENTITY
    inverse = np.linalg.inv(np.array([[a, b], [d, e]]))
    return np.asarray((ground - (c, f)) @ inverse.T, np.float64)
