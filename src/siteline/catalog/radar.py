"""What a manifest must say of a radar image, and what its numbers must bear out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from siteline.model.errors import BadManifest
from siteline.model.radar import RADAR_BANDS, Flight, RadarTake, Units
from siteline.raster.files import open_image

RADAR_COLUMNS = ("orbit", "relative_orbit", "units")
"""Columns that are read of a radar image; of another they are notes."""

_FLIGHTS = {
    "ascending": Flight.ASCENDING, "asc": Flight.ASCENDING, "a": Flight.ASCENDING,
    "descending": Flight.DESCENDING, "desc": Flight.DESCENDING, "d": Flight.DESCENDING,
}  # fmt: skip
_UNITS = {
    "linear": Units.LINEAR,
    "power": Units.LINEAR,
    "intensity": Units.LINEAR,
    "db": Units.DB,
    "decibel": Units.DB,
}
_SAYS_DB = re.compile(r"(?i)\b(db|decibels?)\b")
_SAYS_LINEAR = re.compile(r"(?i)\b(rtc|linear|power)\b")
_MOST_ORBITS = 1000
_SAMPLE_PX = 512
_MOST_INTENSITY = 1e6
"""Linear; a number beyond, such as the largest float, may stand for no data."""


def is_radar(bands: tuple[str, ...]) -> bool:
    """Whether any of these bands is a polarisation."""
    return any(band in RADAR_BANDS for band in bands)


def read_take(said: Mapping[str, str], bands: tuple[str, ...], where: str) -> RadarTake:
    """
    How a radar image was taken, from its cells; refuses what cannot be known.

    Raises BadManifest naming the column.
    """
    if odd := [band for band in bands if band and band not in RADAR_BANDS]:
        raise BadManifest(
            f"{where}, column bands: {odd[0]} is light and {next(b for b in bands if b in RADAR_BANDS)} is radar",
            "List radar images and images of light as files of their own.",
        )
    for column in ("mask", "scale", "offset"):
        if column in said:
            raise BadManifest(
                f"{where}, column {column}: a radar image takes none",
                "Leave it empty; write calibrated intensities, and nodata where nothing was seen.",
            )
    flight = _FLIGHTS.get(said.get("orbit", "").strip().casefold())
    if flight is None:
        told = f"{said['orbit']!r} is no direction of flight" if "orbit" in said else "missing"
        raise BadManifest(
            f"{where}, column orbit: {told}, and radar images of different sides cannot be compared",
            "Write ascending or descending (a manifest has a column orbit for it).",
        )
    number = said.get("relative_orbit")
    if number is not None and not (
        number.isascii() and number.isdigit() and 0 < int(number[:9]) < _MOST_ORBITS
    ):
        raise BadManifest(
            f"{where}, column relative_orbit: {number!r} is no number from 1 to {_MOST_ORBITS - 1}",
            "Write the number of the track, such as 58, or leave it empty.",
        )
    return RadarTake(flight, int(number) if number else None, _units(said, where))


def _units(said: Mapping[str, str], where: str) -> Units:
    """From the column, else from what the sensor is called."""
    if "units" in said:
        found = _UNITS.get(said["units"].strip().casefold())
        if found is None:
            raise BadManifest(
                f"{where}, column units: {said['units']!r}",
                "Write linear (intensity, sigma or gamma nought) or db; amplitudes must be calibrated first.",
            )
        return found
    sensor = said.get("sensor", "")
    if _SAYS_DB.search(sensor):
        return Units.DB
    if _SAYS_LINEAR.search(sensor):
        return Units.LINEAR
    raise BadManifest(
        f"{where}, column units: missing, and the sensor does not tell whether these are intensities or decibels",
        "Write linear or db.",
    )


def doubt_numbers(file: Path, window: Window, units: Units, nodata: float | None) -> str | None:
    """Why a file's numbers cannot be in these units; None if they may be."""
    shrink = max(1.0, max(window.width, window.height) / _SAMPLE_PX)
    with open_image(file) as image:
        shape = (image.count, max(1, int(window.height / shrink)), max(1, int(window.width / shrink)))
        numbers = image.read(window=window, out_shape=shape).astype(np.float64)
    values = numbers[np.isfinite(numbers)]
    return doubt_values(values if nodata is None else values[values != nodata], units)


def punches_holes(nodata: float | None, units: Units) -> bool:
    """Whether a number that is said to mean no data may be an intensity: ground that sends back just that would be lost."""
    return units is Units.LINEAR and nodata is not None and 0 < nodata < _MOST_INTENSITY


def doubt_values(values: NDArray[np.float64], units: Units) -> str | None:
    """Why numbers, those of no data left out, cannot be in these units; None if they may be."""
    if values.size == 0:
        return None
    if units is Units.LINEAR and (values < 0).mean() > 0.01:
        return "it has negative numbers, which no intensity is: are they decibels (units db)?"
    if units is Units.LINEAR and np.median(values) > 50:
        return "its numbers are too large for calibrated intensities: are they uncalibrated amplitudes?"
    if units is Units.DB and (values.min() >= 0 or np.median(np.abs(values)) > 60):
        return "its numbers are no decibels of ground: are they intensities (units linear)?"
    return None
