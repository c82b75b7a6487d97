"""
The domain on which the detection probability was fitted; beyond it nobody has tested how often it is right.

The models of `odds` were fitted on the tuning districts of `bench/districts.py`, drawn by `simulate/district.py`: rendered
ground, no real images. Each limit here is one of the lots from which these districts are drawn, or what their looks came to.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import box

from siteline.change.scene import Scene
from siteline.raster.grid import bounds_of, off_grid

PIXEL_M = (2.7, 3.3)
"""All districts have pixels of 3 m; a tenth more or less is the same camera a little higher or lower."""

USED_LOOKS = (9, 120)
"""Districts have 12, 60 or 120 looks; of 12, the cloudiest left 9 that could be used."""

YEARS = (0.7, 6.8)
"""Districts are watched for so long; the shorter end leaves room for a first and a last look lost to cloud."""

LATITUDES = (18.0, 60.0)
"""North or south; with them come the heights of the sun."""

LARGEST_TILT = 5.0
"""Degrees off nadir of the most slanting look; roofs lean no further in the districts."""

SUNLIT = 0.9
"""Share of looks whose sun must be known; in the districts it is known for all."""


def leave_domain(scene: Scene, tilt: NDArray[np.float64]) -> Iterator[str]:
    """
    In what a scene leaves the domain, as clauses; nothing if it lies within.

    tilt: (time,) degrees off nadir of each look; NaN if unknown.
    """
    gsd = scene.grid.gsd_m
    if gsd is None:
        yield "the pixel size is not known"
    elif not PIXEL_M[0] <= gsd <= PIXEL_M[1]:
        yield f"pixels of {gsd:.2g} m, fitted on 3 m"
    if not scene.reflectance:
        yield "no reflectance"
    if np.isfinite(scene.elevation).mean() < SUNLIT:
        yield "sun angles are missing"
    yield from _of_time(scene)
    if _is_elsewhere(scene):
        yield f"the latitude, fitted between {LATITUDES[0]:.0f} and {LATITUDES[1]:.0f} degrees"
    tilt = tilt[np.isfinite(tilt)]
    if tilt.size and tilt.max() > LARGEST_TILT + 0.5:
        yield f"looks up to {tilt.max():.0f} degrees off nadir, fitted up to {LARGEST_TILT:.0f}"


def _of_time(scene: Scene) -> Iterator[str]:
    looks, years = len(scene.acquired), scene.natural.years
    if not USED_LOOKS[0] <= looks <= USED_LOOKS[1]:
        yield f"{looks} usable images, fitted on {USED_LOOKS[0]} to {USED_LOOKS[1]}"
    span = float(years[-1] - years[0])
    if not YEARS[0] <= span <= YEARS[1]:
        yield f"{span:.1f} years of images, fitted on one to seven"
    if within_one_season({a.middle.month for a in scene.acquired}):
        yield "images of one season only"


def _is_elsewhere(scene: Scene) -> bool:
    if scene.grid.crs is None:
        return False
    _, south, _, north = off_grid(box(*bounds_of(scene.grid)), scene.grid).bounds
    return not LATITUDES[0] <= abs(south + north) / 2 <= LATITUDES[1]


def within_one_season(months: set[int]) -> bool:
    """Whether all months lie within some four consecutive ones."""
    return any(all((m - first) % 12 < 4 for m in months) for first in range(1, 13))
