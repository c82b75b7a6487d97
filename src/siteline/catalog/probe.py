"""What an image file says of itself, found without trusting it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import CRSError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from siteline.model.errors import BadImage
from siteline.raster.files import open_image, place_of

MAX_WINDOW_BYTES = 2**30
"""Of one scene over one site; more would not fit beside its series."""

_MAX_BLOCK_BYTES = 2**28
_DECODED_WHOLE_BYTES = 2**26
_COLOURS = {
    ColorInterp.red: "red",
    ColorInterp.green: "green",
    ColorInterp.blue: "blue",
    ColorInterp.gray: "grey",
    ColorInterp.alpha: "",
}


@dataclass(frozen=True, slots=True)
class Header:
    """What an image file declares."""

    driver: str
    shape: tuple[int, int]
    """Rows, columns."""

    count: int
    dtype: str
    crs: str | None
    transform: tuple[float, float, float, float, float, float] | None
    """None without georeference."""

    gsd_m: float | None
    """Metres per pixel at the image's middle; None without georeference."""

    nodata: float | None
    descriptions: tuple[str, ...]
    colours: tuple[str | None, ...]
    """Band names by colour interpretation; None where it says nothing."""

    palette: bool
    simulated: bool
    block_bytes: int
    has_own_mask: bool
    """Whether it has an alpha band or a mask of its own."""


def probe_header(path: Path) -> Header:
    """
    Read an image's header.

    Raises BadImage in words that can follow the file's name.
    """
    with open_image(path) as image:
        return _describe(image)


def _describe(image: DatasetReader) -> Header:
    if len(set(image.dtypes)) != 1:
        raise BadImage(f"its bands have different number types ({', '.join(sorted(set(image.dtypes)))})")
    dtype = image.dtypes[0]
    if np.dtype(dtype).kind not in "uif":
        raise BadImage(f"its numbers are of type {dtype}, which is not an image of light")
    crs, transform = place_of(image)
    palette = image.count == 1 and image.colorinterp[0] is ColorInterp.palette
    rows, cols = image.block_shapes[0]
    flags = {flag for of_band in image.mask_flag_enums for flag in of_band}
    return Header(
        driver=image.driver,
        shape=(image.height, image.width),
        count=image.count,
        dtype=dtype,
        crs=crs,
        transform=transform,
        gsd_m=_ground_distance(crs, transform, image.height, image.width),
        nodata=None if image.nodata is None else float(image.nodata),
        descriptions=tuple((text or "").strip().casefold() for text in image.descriptions),
        colours=tuple(_COLOURS.get(colour) for colour in image.colorinterp),
        palette=palette,
        simulated=image.tags().get("SITELINE_SIMULATED", "") == "1",
        block_bytes=rows * cols * np.dtype(dtype).itemsize * image.count,
        has_own_mask=MaskFlags.alpha in flags
        or (MaskFlags.per_dataset in flags and MaskFlags.all_valid not in flags),
    )


def _ground_distance(
    crs: str | None,
    transform: tuple[float, float, float, float, float, float] | None,
    height: int,
    width: int,
) -> float | None:
    """Metres per pixel; degrees are turned into metres at the image's middle latitude."""
    if crs is None or transform is None:
        return None
    a, b, _, d, e, f = transform
    across, down = math.hypot(a, d), math.hypot(b, e)
    found = rasterio.crs.CRS.from_user_input(crs)
    if found.is_geographic:
        latitude = f + d * width / 2 + e * height / 2
        down, across = down * 111_195, across * 111_195 * max(0.01, math.cos(math.radians(latitude)))
    else:
        try:
            metres = found.linear_units_factor[1]
        except CRSError:
            return None
        across, down = across * metres, down * metres
    return math.sqrt(across * down)


def look_at_pixels(path: Path, header: Header, window: Window, nodata: float | None) -> str | None:
    """
    Why an image's pixels over the site cannot be used; None if nothing speaks against them.

    Small windows are decoded whole, so that a truncated file is found out now; larger ones are sampled, and
    their faults come to light when they are read for the survey.
    """
    if header.block_bytes > _MAX_BLOCK_BYTES:
        return f"one block of it takes {header.block_bytes / 2**20:.0f} MiB in memory"
    needed = window.width * window.height * header.count * np.dtype(header.dtype).itemsize
    if header.driver in ("PNG", "JPEG"):  # these are decoded from the top, whatever the window
        rows, cols = header.shape
        needed = rows * cols * header.count * np.dtype(header.dtype).itemsize
    if needed > MAX_WINDOW_BYTES:
        return (
            f"it would take {needed / 2**30:.1f} GiB in memory, more than {MAX_WINDOW_BYTES / 2**30:.0f} GiB"
        )
    try:
        with open_image(path) as image:
            shrink = max(1.0, math.sqrt(needed / _DECODED_WHOLE_BYTES))
            shape = (max(1, int(window.height / shrink)), max(1, int(window.width / shrink)))
            pixels = image.read(window=window, out_shape=(header.count, *shape))
    except BadImage as error:
        return f"broken or truncated: {error}"
    return say_if_empty(pixels, nodata)


def say_if_empty(pixels: NDArray[np.generic], nodata: float | None) -> str | None:
    """Why nothing can be seen in these pixels, (band, y, x); None if something can."""
    if pixels.dtype.kind == "f":
        finite = np.isfinite(pixels)
        if not finite.any():
            return "every pixel over the site is NaN"
        pixels = pixels[finite]
    if nodata is not None and not math.isnan(nodata) and bool((pixels == nodata).all()):
        return "every pixel over the site is nodata"
    if bool((pixels == pixels.reshape(-1)[0]).all()):
        return "blank: every pixel over the site has the same value"
    return None
