"""Opening image files that strangers made: known formats only, nothing beside them, nothing remote."""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasterio
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
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
    if driver == "PNG":
        _refuse_broken_png(path)
    try:
        with reading_env(), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # that is for us to judge
            with rasterio.open(path, driver=driver, sharing=False) as image:
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


def place_of(
    image: DatasetReader,
) -> tuple[str | None, tuple[float, float, float, float, float, float] | None]:
    """CRS ("EPSG:…", else WKT) and transform of an open image; None for what it does not say."""
    if image.transform.is_identity or image.transform.is_degenerate:
        if image.gcps[0]:
            raise BadImage("it is placed by ground control points only", "Rectify it first.")
        return None, None
    t = image.transform
    transform = (t.a, t.b, t.c, t.d, t.e, t.f)
    if not all(map(math.isfinite, transform)):
        raise BadImage("its transform holds numbers that are not finite")
    if image.crs is None:
        return None, transform
    try:
        code = image.crs.to_epsg()
        return f"EPSG:{code}" if code else image.crs.to_wkt(), transform
    except CRSError as error:
        raise BadImage("its CRS cannot be understood") from error


def _refuse_broken_png(path: Path) -> None:
    """Walk the chunks of a PNG to its end: GDAL itself fills what is missing with black, and says nothing."""
    with path.open("rb") as stream:
        stream.seek(8)
        while True:
            head = stream.read(8)
            if len(head) < 8:
                raise BadImage("it is truncated: the end of the image is missing")
            length, name = int.from_bytes(head[:4], "big"), head[4:]
            body, check = stream.read(length), stream.read(4)
            if len(body) < length or len(check) < 4:
                raise BadImage("it is truncated: the end of the image is missing")
            if zlib.crc32(name + body) != int.from_bytes(check, "big"):
                raise BadImage("it is damaged: a checksum inside it is wrong")
            if name == b"IEND":
                return


def _first_line(error: Exception) -> str:
    """GDAL's complaint without paths of this machine."""
    said = str(error.__cause__ or error).splitlines()[0] if str(error) else type(error).__name__
    return said.split("/")[-1] if said.startswith("/") or "'/" in said else said
