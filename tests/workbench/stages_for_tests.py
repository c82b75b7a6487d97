"""Two small stages with arrays, to try the bench on."""

from __future__ import annotations

import numpy as np
import xarray as xr

from siteline.model.imagery import Grid
from siteline.model.quantity import Quantity

CALLS: list[str] = []


def make_cube(size: Quantity) -> xr.Dataset:
    """A cube of two looks whose every pixel is `size`."""
    CALLS.append("make_cube")
    time = np.array(["2024-01-01", "2024-02-01"], dtype="datetime64[ns]")
    value = np.full((2, 1, 4, 5), size.value, np.float32)
    return xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), value),
            "why_not": (("time", "y", "x"), np.zeros((2, 4, 5), np.uint8)),
        },
        coords={
            "time": time,
            "band": ["grey"],
            "y": np.arange(4) + 0.5,
            "x": np.arange(5) + 0.5,
            "scene": ("time", ["a", "b"]),
            "sun_azimuth": ("time", [np.nan, np.nan]),
            "sun_elevation": ("time", [np.nan, np.nan]),
        },
        attrs={"grid": Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (4, 5), None), "units": "relative"},
    )


def brightest(cube: xr.Dataset) -> Quantity:
    """The brightest pixel."""
    CALLS.append("brightest")
    return Quantity(float(cube["value"].max()), 0.0, "")
