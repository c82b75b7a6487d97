"""Opening image files that strangers made: known formats only, nothing beside them, nothing remote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from siteline.model.errors import BadImage

FORMATS = ("GTiff", "PNG", "JPEG", "JP2OpenJPEG")
"""GDAL drivers we read with: one file, self-contained. A VRT or a web service can point anywhere."""

_ENV = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # sidecars are not in custody, so they must not count
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_ERROR_ON_LIBJPEG_WARNING": "YES",  # else a truncated JPEG is silently filled with grey
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_CACHEMAX": "128",
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
    try:
        with reading_env(), rasterio.open(str(path), driver=list(FORMATS), sharing=False) as image:
            yield image
    except (RasterioError, rasterio.errors.RasterioIOError) as error:
        raise BadImage(f"cannot be read as an image: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """GDAL's complaint without paths of this machine."""
    said = str(error.__cause__ or error).splitlines()[0] if str(error) else type(error).__name__
    return said.split("/")[-1] if said.startswith("/") or "'/" in said else said
