"""Sun angles that cannot be true: a shadow looked for on the wrong side finds buildings where there are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from shapely.geometry import box

from siteline.model.imagery import Grid, Look
from siteline.model.remark import Remark
from siteline.model.sun import sun_apart
from siteline.raster.grid import bounds_of, off_grid

APART = 15.0
"""Degrees by which the sun may be from where a file says it was: an hour of its way, as hours without minutes leave it."""

OPPOSITE = 20.0
"""Degrees within which it stands where the turned azimuth says, if the azimuth is that of the shadow."""


def doubt_sun(cube: xr.Dataset, looks: Sequence[Look]) -> tuple[xr.Dataset, tuple[Remark, ...]]:
    """
    The cube without sun angles that no moment of its look allows at that place, and what must be told of them.

    Either the angles are wrong or the time is: which of the two is not guessed. Frames without a place are left as they are.
    """
    grid: Grid = cube.attrs["grid"]
    if grid.crs is None:
        return cube, ()
    place = off_grid(box(*bounds_of(grid)), grid).centroid
    spans = {look.scene_id: (look.acquired.start, look.acquired.end) for look in looks}
    azimuth, elevation = cube["sun_azimuth"].values.copy(), cube["sun_elevation"].values.copy()
    wrong, turned = [], 0
    for t, scene in enumerate(map(str, cube["scene"].values)):
        if not np.isfinite([azimuth[t], elevation[t]]).all():
            continue
        angles = float(azimuth[t]), float(elevation[t])
        if sun_apart(*angles, spans[scene], place.x, place.y) <= APART:
            continue
        wrong.append(t)
        turned += sun_apart(angles[0] + 180, angles[1], spans[scene], place.x, place.y) <= OPPOSITE
    if not wrong:
        return cube, ()
    azimuth[wrong] = elevation[wrong] = np.nan
    is_turned = turned > 0.5 * len(wrong)
    told = Remark(
        "survey",
        f"the sun was not where the sun angles of {len(wrong)} of {len(azimuth)} images say, at that place and time"
        + (": their azimuths are turned by 180 degrees" if is_turned else "")
        + "; no shadow of theirs was used",
        "Correct sun_azimuth: it is the direction in which the sun stands, clockwise from north."
        if is_turned
        else "Correct sun_azimuth and sun_elevation, or the time (no zone means UTC).",
    )
    return cube.assign(
        sun_azimuth=cube["sun_azimuth"].copy(data=azimuth),
        sun_elevation=cube["sun_elevation"].copy(data=elevation),
    ), (told,)
