"""Opening image files that strangers made: known formats only, nothing beside them, nothing remote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from siteline.model.errors import BadImage

_SIGNATURES = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\0\0\0\x0cjP  ": "JP2OpenJPEG",
    b"\xff\x4f\xff\x51": "JP2OpenJPEG",
}
"""First bytes of the formats we read, with GDAL's driver. Each is one self-contained file; a VRT or a
description of a web service could point anywhere."""

_ENV: dict[str, str | int] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # sidecars are not in custody, so they must not count
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_ERROR_ON_LIBJPEG_WARNING": "YES",  # else a truncated JPEG is silently filled with grey
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_CACHEMAX": 128,
}


def reading_env() -> rasterio.Env:
    """The GDAL settings under which every image is read."""
    return rasterio.Env(**_ENV)


@contextmanager
def open_image(path: Path | str) -> Iterator[DatasetReader]:
    """
    An image file, open for reading.

    Raises BadImage if it is not one of our formats, or breaks while it is read.
    """
    path = Path(path)
    driver = format_of(path)
    try:
        with reading_env(), rasterio.open(path, driver=driver, sharing=False) as image:
            yield image
    except RasterioError as error:
        raise BadImage(f"cannot be read as an image: {_first_line(error)}") from error


def format_of(path: Path) -> str:
    """GDAL's driver for a file, by its first bytes; raises BadImage if it is not one of our formats."""
    try:
        with path.open("rb") as stream:
            start = stream.read(16)
    except OSError as error:
        raise BadImage(f"cannot be opened ({error.strerror})") from error
    if not start:
        raise BadImage("the file is empty (0 bytes)")
    for signature, driver in _SIGNATURES.items():
        if start.startswith(signature):
            return driver
    raise BadImage("it is not a GeoTIFF, PNG, JPEG or JPEG 2000 image", "Convert it to GeoTIFF.")


def _first_line(error: Exception) -> str:
    """GDAL's complaint without paths of this machine."""
    said = str(error.__cause__ or error).splitlines()[0] if str(error) else type(error).__name__
    return said.split("/")[-1] if said.startswith("/") or "'/" in said else said
