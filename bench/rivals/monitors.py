"""Monitors of the nrt package, pixel by pixel, on one index; each run on the same aligned cube."""

from __future__ import annotations

import datetime
import warnings

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bench.rivals.two_dates import to_events
from siteline.model.change import ChangeEvent
from siteline.model.imagery import Look

MONITORS = ("EWMA", "CuSum", "MoSum", "IQR")

HISTORY = 0.4
"""Share of the looks that teach a monitor what is usual."""


def load_monitor(name: str) -> type | None:
    """A monitor's class; None where nrt is not installed (`pip install nrt`)."""
    try:
        from nrt.monitor import cusum, ewma, iqr, mosum
    except ImportError:
        return None
    return {"EWMA": ewma.EWMA, "CuSum": cusum.CuSum, "MoSum": mosum.MoSum, "IQR": iqr.IQR}[name]


def watch(
    name: str, index: NDArray[np.float32], days: NDArray[np.datetime64], history: int
) -> NDArray[np.int64]:
    """(y, x) look at which a monitor confirmed a break, -1 where it did not; index: (time, y, x), NaN where not usable."""
    kind = load_monitor(name)
    assert kind is not None
    span = (days[history - 1] - days[0]) / np.timedelta64(1, "D")
    # a yearly wave cannot be learnt from less than a year
    monitor = kind(trend=False, harmonic_order=1 if span > 400 else 0)
    past = xr.DataArray(
        index[:history], dims=("time", "y", "x"), coords={"time": days[:history].astype("datetime64[ns]")}
    )
    when = np.full(index.shape[1:], -1, np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            monitor.fit(dataarray=past)
        except ZeroDivisionError:  # too few looks for its search of a stable history: it finds nothing
            return when
        for t in range(history, len(index)):
            day = datetime.datetime.combine(days[t].astype("datetime64[D]").astype(object), datetime.time())
            monitor.monitor(array=index[t].astype(np.float64), date=day)
            when[(monitor.mask == 3) & (when < 0)] = t
    return when


def find_by_monitor(name: str, cube: xr.Dataset, looks: tuple[Look, ...], least_px: int) -> list[ChangeEvent]:
    """Breaks of log brightness, joined to objects, each dated to the look that confirmed it."""
    value, usable = cube["value"].values, cube["why_not"].values == 0
    light = np.log(np.maximum(value[:, :3].mean(axis=1), 0) + 0.02)
    index = np.where(usable, light, np.nan).astype(np.float32)
    days = cube["time"].values.astype("datetime64[D]")
    history = max(4, round(HISTORY * len(days)))
    when = watch(name, index, days, history)
    return to_events(when >= 0, cube, looks, (history, len(days) - 1), least_px, since=when)
