"""
One scene on its own pixels: what `read_native` returns, whatever road the pixels came by.

    value    (band, y, x), numbers as in the file
    why_not  (y, x) uint8; `WhyNot` codes from nodata and the supplied mask
    band     names of `BANDS`
    attrs    scene, acquired, crs, transform (of this window), scale, offset, sun_azimuth, sun_elevation,
             view_off_nadir, view_azimuth, masked (whether a mask was supplied), mask_kind, fault (why there are no pixels,
             or None)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siteline.model.imagery import Scene, WhyNot
from siteline.raster.grid import Transform
from siteline.raster.nodata import missing_pixels

VISIBLE = ("blue", "green", "red", "grey")


def make_native(
    scene: Scene,
    numbers: NDArray[np.generic],
    bands: Sequence[str],
    transform: Transform,
    seen: NDArray[np.bool_],
    masked: NDArray[np.uint8] | None,
) -> xr.Dataset:
    """
    A native dataset from decoded numbers (band, y, x), pixels that hold an image (y, x), mask codes (y, x).
    """
    why_not = np.zeros(numbers.shape[1:], np.uint8) if masked is None else masked.copy()
    missing = missing_pixels(numbers, scene.nodata) | ~seen
    if scene.crs is not None and numbers.dtype.kind in "ui" and numbers.dtype.itemsize > 1:
        missing |= np.asarray(numbers == 0).all(
            axis=0
        )  # an undeclared border: no ground reflects exactly nothing
    why_not[missing] = WhyNot.NO_IMAGE
    if numbers.dtype.kind == "f":
        numbers = np.nan_to_num(numbers.astype(np.float32), copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    elif numbers.dtype.itemsize > 2:
        numbers = numbers.astype(np.float32)
    return xr.Dataset(
        {"value": (("band", "y", "x"), numbers), "why_not": (("y", "x"), why_not)},
        coords={"band": list(bands)},
        attrs=_attributes(scene, transform) | {"masked": masked is not None, "fault": None},
    )


def without_pixels(scene: Scene, fault: str) -> xr.Dataset:
    """A native dataset of a scene that could not be read, with the reason."""
    return xr.Dataset(
        {
            "value": (("band", "y", "x"), np.zeros((1, 1, 1), np.uint8)),
            "why_not": (("y", "x"), np.full((1, 1), WhyNot.NO_IMAGE, np.uint8)),
        },
        coords={"band": ["grey"]},
        attrs=_attributes(scene, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)) | {"masked": False, "fault": fault},
    )


def _attributes(scene: Scene, transform: Transform) -> dict[str, object]:
    return {
        "scene": scene.id,
        "acquired": scene.acquired.text,
        "crs": scene.crs,
        "transform": tuple(transform),
        "scale": scene.scale,
        "offset": scene.offset,
        "sun_azimuth": scene.sun_azimuth,
        "sun_elevation": scene.sun_elevation,
        "view_off_nadir": scene.view_off_nadir,
        "view_azimuth": scene.view_azimuth,
        "mask_kind": scene.mask_kind,
    }


def bands_of(native: xr.Dataset) -> tuple[str, ...]:
    """Names of its bands."""
    return tuple(str(name) for name in native["band"].values)


def is_reflectance(native: xr.Dataset) -> bool:
    """Whether its numbers can be turned into reflectance."""
    return native.attrs["scale"] is not None


@dataclass(frozen=True, slots=True)
class Pixels:
    """A native dataset's numbers, ready to be turned into light."""

    numbers: NDArray[np.generic]
    """(band, y, x)."""

    why_not: NDArray[np.uint8]
    """(y, x)."""

    bands: tuple[str, ...]
    gain: float
    offset: float

    def light(self, band: str) -> NDArray[np.float32]:
        """One band as reflectance, or relative to the series' white; (y, x) float32."""
        return self._to_light(self.numbers[self.bands.index(band)])

    def light_at(
        self, bands: Sequence[str], rows: NDArray[np.int64], cols: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Bands at a few pixels, (band, pixel); NaN outside the image."""
        _, height, width = self.numbers.shape
        inside = (rows >= 0) & (cols >= 0) & (rows < height) & (cols < width)
        light = np.full((len(bands), len(rows)), np.nan, np.float32)
        which = np.array([self.bands.index(band) for band in bands], np.intp)
        light[:, inside] = self._to_light(self.numbers[which[:, None], rows[inside], cols[inside]])
        return light

    def _to_light(self, numbers: NDArray[np.generic]) -> NDArray[np.float32]:
        light: NDArray[np.float32] = numbers.astype(np.float32)
        light *= np.float32(self.gain)
        light += np.float32(self.offset)
        return light


def pixels_of(native: xr.Dataset, white: float) -> Pixels:
    """The numbers of a native dataset, with `white` as the 1 of scenes without a scale."""
    scale = native.attrs["scale"]
    return Pixels(
        native["value"].values,
        native["why_not"].values,
        bands_of(native),
        1 / white if scale is None else scale,
        0.0 if scale is None else native.attrs["offset"],
    )


def white_of(natives: Sequence[xr.Dataset]) -> float:
    """
    The number that counts as 1 in scenes without a scale.

    255 for 8-bit display images. Else the median over scenes of the 99.5th percentile, a quarter above it, so
    that one cloud does not set the scale of the series.
    """
    relative = [n for n in natives if not is_reflectance(n) and n.attrs["fault"] is None]
    if not relative or all(native["value"].dtype == np.uint8 for native in relative):
        return 255.0
    tops = []
    for native in relative:
        numbers = native["value"].values[:, native["why_not"].values != WhyNot.NO_IMAGE]
        if numbers.size:
            tops.append(float(np.percentile(numbers[:, :: max(1, numbers.shape[1] // 20_000)], 99.5)))
    top = 1.25 * float(np.median(tops)) if tops else 1.0
    return top if top > 0 else 1.0
