"""
What an offered file's numbers mean: reflectance = scale · number + offset, by what the catalog says and what is known.

Sentinel-2: since processing baseline 04.00 (25 January 2022) numbers are 1000 higher (BOA_ADD_OFFSET); Collection 1
reprocesses older scenes with baseline 05.xx, so the date of acquisition does not tell. Earth Search took the 1000 off
in its collection sentinel-2-l2a and says so in `earthsearch:boa_offset_applied`, while the offset in its raster:bands
stays (Element84/earth-search issues 66 and 71 tell of scenes where the flag is wrong: then we say that it is in doubt).
Landsat Collection 2 Level 2: USGS, 0.0000275 and -0.2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from siteline.catalog.bands import Meant, platform_of

S2_SCALE, S2_OFFSET = 1e-4, -0.1
_S2_SHIFTED = (4, 0)
_S2_SHIFTED_SINCE = datetime(2022, 1, 25, tzinfo=UTC)
LANDSAT_SCALE, LANDSAT_OFFSET = 2.75e-5, -0.2
_LANDSAT_C2_L2 = re.compile(
    r"L[COET]0[4-9]_L2S[PR]_\d{6}_\d{8}_\d{8}_02_|L[COET]0[4-9]_L2S[PR]_\d{6}_\d{8}_02_"
)


class Numbers(NamedTuple):
    """What a file's numbers mean."""

    scale: float | None
    """None: relative units."""

    offset: float
    nodata: float | None
    dtype: str
    doubt: str = ""
    """What is not certain about it; "" if nothing."""


def numbers_of(
    meant: Meant,
    asset: Mapping[str, Any],
    item_id: str,
    collection: str,
    properties: Mapping[str, Any],
    taken: datetime,
) -> Numbers:
    """What the numbers of one asset mean; refuses to guess: unknown stays relative, and the doubt is said."""
    declared = declared_of(asset)
    nodata, dtype = nodata_of(declared.get("nodata")), str(declared.get("data_type") or "")[:20]
    if meant.is_picture:
        return Numbers(None, 0.0, nodata, dtype or "uint8")
    scale, offset = finite(declared.get("scale")), finite(declared.get("offset"))
    platform = platform_of(properties)
    if platform.startswith("sentinel-2"):
        zero = 0.0 if nodata is None else nodata
        return _sentinel_2(scale, offset, zero, dtype or "uint16", item_id, properties, taken)
    if scale is not None and 0 < scale < 1 and -10 <= (offset or 0.0) <= 10:
        return Numbers(scale, offset or 0.0, nodata, dtype)
    if _LANDSAT_C2_L2.match(item_id) or (
        platform.startswith("landsat") and _is_c2_l2(collection, properties)
    ):
        return Numbers(LANDSAT_SCALE, LANDSAT_OFFSET, 0.0 if nodata is None else nodata, dtype or "uint16")
    return Numbers(None, 0.0, nodata, dtype or ("uint8" if collection.lower() == "naip" else ""))


def _sentinel_2(
    scale: float | None,
    offset: float | None,
    nodata: float,
    dtype: str,
    item_id: str,
    properties: Mapping[str, Any],
    taken: datetime,
) -> Numbers:
    if (
        properties.get("earthsearch:boa_offset_applied") is True
        or properties.get("sentinel:boa_offset_applied") is True
    ):
        return Numbers(S2_SCALE, 0.0, nodata, dtype)
    baseline = baseline_of(item_id, properties)
    if baseline is not None:
        right = S2_OFFSET if baseline >= _S2_SHIFTED else 0.0
        doubt = ""
        if right and properties.get("earthsearch:boa_offset_applied") is False:
            doubt = "Earth Search says that the offset was not applied; of some such scenes that is wrong"
        elif offset is not None and not math.isclose(offset, right, abs_tol=1e-6):
            doubt = f"the catalog gives an offset of {offset:g}, its processing baseline means {right:g}"
        return Numbers(S2_SCALE, right, nodata, dtype, doubt)
    if scale is not None and math.isclose(scale, S2_SCALE) and offset is not None:
        return Numbers(S2_SCALE, offset, nodata, dtype)
    if taken >= _S2_SHIFTED_SINCE:
        return Numbers(S2_SCALE, S2_OFFSET, nodata, dtype)
    return Numbers(
        None, 0.0, nodata, dtype, "its processing baseline is not known, so its numbers are taken as relative"
    )


def baseline_of(item_id: str, properties: Mapping[str, Any]) -> tuple[int, int] | None:
    """Sentinel-2's processing baseline, such as (5, 9); None if nobody says."""
    for key in ("s2:processing_baseline", "sentinel:processing_baseline", "processing:version"):
        match = re.fullmatch(r"N?(\d{2})[.]?(\d{2})", str(properties.get(key) or "").strip())
        if match:
            return int(match[1]), int(match[2])
    for text in (
        item_id,
        *(properties.get(k) for k in ("s2:product_uri", "sentinel:product_id", "s2:granule_id")),
    ):
        match = re.search(r"_N(\d{2})[.]?(\d{2})(?:_|$)", str(text or "")[:300])
        if match:
            return int(match[1]), int(match[2])
    return None


def _is_c2_l2(collection: str, properties: Mapping[str, Any]) -> bool:
    flat = re.sub(r"[^a-z0-9]", "", collection.lower())
    return "c2l2" in flat or (
        str(properties.get("landsat:collection_number")) == "02"
        and str(properties.get("landsat:correction")) in ("L2SP", "L2SR")
    )


def declared_of(asset: Mapping[str, Any]) -> Mapping[str, Any]:
    """Scale, offset, nodata and data type as the asset says them, of whatever STAC version."""
    found: dict[str, Any] = {}
    for field in ("raster:bands", "bands"):
        listed = asset.get(field)
        if isinstance(listed, list) and listed and isinstance(listed[0], Mapping):
            if len({_numbers_said(band) for band in listed if isinstance(band, Mapping)}) > 1:
                continue  # bands that differ have no one scale
            found.update({k.removeprefix("raster:"): v for k, v in listed[0].items()})
    found.update({k.removeprefix("raster:"): v for k, v in asset.items() if k in _OWN})
    return found


_OWN = ("raster:scale", "raster:offset", "nodata", "data_type")


def _numbers_said(band: Mapping[str, Any]) -> str:
    return str([band.get(p + k) for p in ("", "raster:") for k in ("scale", "offset")])


def finite(value: Any) -> float | None:
    """A number that a catalog gave, if it is one and finite; else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def nodata_of(value: Any) -> float | None:
    """The number that stands for no data, NaN too; None if the catalog gives none."""
    return math.nan if value in ("nan", "NaN") else finite(value)
