"""Radar passes for tests: made here, of no real pass, in the shape of the Planetary Computer's `sentinel-1-rtc` items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

START = datetime(2023, 10, 3, 9, 31, 57, 814190, tzinfo=UTC)
RTC = "sentinel-1-rtc"
COLLECTION = {
    "type": "Collection",
    "id": RTC,
    "license": "CC-BY-4.0",
    "providers": [
        {"name": "Catalyst", "roles": ["processor"]},
        {"name": "Microsoft", "roles": ["host", "licensor"]},
    ],
}


def rtc_item(
    hrefs: Mapping[str, str],
    ring: list[list[float]],
    number: int = 0,
    orbit: tuple[str, int] = ("ascending", 58),
    **changed: Any,
) -> dict[str, Any]:
    """
    One item: the pass `number` of an orbit, twelve days after the one before. hrefs: of its files, by polarisation.

    changed: properties; None takes one out. As on the real ones, `sar:product_type` says GRD, and the times of start and
    end are written with a space.
    """
    flight, relative = orbit
    began = START + timedelta(days=12 * number + (5 if flight == "descending" else 0))
    middle, ended = began + timedelta(seconds=12.5), began + timedelta(seconds=25)
    absolute = 50_000 + 175 * number + relative
    properties: dict[str, Any] = {
        "constellation": "Sentinel-1",
        "platform": "SENTINEL-1A",
        "datetime": middle.isoformat().replace("+00:00", "Z"),
        "start_datetime": str(began),
        "end_datetime": str(ended),
        "proj:epsg": 32652,
        "s1:processing_level": "1",
        "s1:orbit_source": "RESORB",
        "sar:instrument_mode": "IW",
        "sar:frequency_band": "C",
        "sar:polarizations": [name.upper() for name in hrefs],
        "sar:product_type": "GRD",
        "sar:looks_equivalent_number": 4.4,
        "sat:orbit_state": flight,
        "sat:absolute_orbit": absolute,
        "sat:relative_orbit": relative,
        **changed,
    }
    times = f"{began:%Y%m%dT%H%M%S}_{ended:%Y%m%dT%H%M%S}"
    west, north = (f(axis) for f, axis in zip((min, max), zip(*ring, strict=True), strict=True))
    east, south = (f(axis) for f, axis in zip((max, min), zip(*ring, strict=True), strict=True))
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"S1A_IW_GRDH_1SDV_{times}_{absolute:06d}_0A{number:04X}_rtc",
        "collection": RTC,
        "bbox": [west, south, east, north],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {key: value for key, value in properties.items() if value is not None},
        "links": [],
        "assets": {
            **{name: rtc_asset(href, name) for name, href in hrefs.items()},
            "rendered_preview": {
                "href": "https://h.example/p.png",
                "type": "image/png",
                "roles": ["overview"],
            },
        },
    }


def rtc_asset(href: str, name: str, **band: Any) -> dict[str, Any]:
    """One file of such an item; band: of its raster:bands."""
    return {
        "href": href,
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "roles": ["data"],
        "title": f"{name.upper()}: sent and received",
        "description": "Terrain-corrected gamma naught values of signal transmitted and received.",
        "raster:bands": [{"nodata": -32768, "data_type": "float32", "spatial_resolution": 10.0, **band}],
    }


def grd_item(hrefs: Mapping[str, str], ring: list[list[float]], number: int = 0) -> dict[str, Any]:
    """The uncorrected product of the same pass: no projection, and nothing that says what its numbers are."""
    item = rtc_item(hrefs, ring, number, **{"proj:epsg": None})
    files = {
        name: {
            "href": href,
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "roles": ["data"],
        }
        for name, href in hrefs.items()
    }
    return {**item, "id": item["id"].removesuffix("_rtc"), "collection": "sentinel-1-grd", "assets": files}


def write_pass(
    path: Path,
    numbers: NDArray[Any],
    corner: tuple[float, float],
    crs: str = "EPSG:32652",
    nodata: float | None = -32768.0,
    block: int = 64,
) -> Path:
    """A tiled GeoTIFF of one polarisation, 10 m; corner: left and top edge, metres."""
    rows, cols = numbers.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=1, dtype=numbers.dtype, crs=crs, nodata=nodata,
        transform=Affine(10, 0, corner[0], 0, -10, corner[1]), tiled=True, blockxsize=block, blockysize=block,
    ) as image:  # fmt: skip
        image.write(numbers, 1)
    return path


def speckled(mean_db: NDArray[Any] | float, shape: tuple[int, int], seed: int) -> NDArray[np.float32]:
    """Linear intensity about a mean, as 4.4 looks scatter it."""
    mean = 10 ** (np.broadcast_to(np.asarray(mean_db, float), shape) / 10)
    return np.asarray(np.random.default_rng(seed).gamma(4.4, 1 / 4.4, shape) * mean, np.float32)
