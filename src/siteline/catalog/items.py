"""Items of STAC catalogs, of any version, to `FoundScene`s; what cannot be one says why, what is odd in one is noted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from siteline.catalog.assets import crs_of, take_assets
from siteline.catalog.bands import USUAL, platform_of
from siteline.catalog.box import outline_of
from siteline.catalog.numbers import baseline_of
from siteline.catalog.offered import Odd, Offered, word
from siteline.catalog.passes import is_pass, take_pass
from siteline.catalog.rights import rights_of
from siteline.catalog.source import Source
from siteline.model.dates import Acquired, parse_acquired
from siteline.model.errors import BadInput, BadItem
from siteline.model.found import FoundScene

MAX_ID = 190
_MOSAIC = timedelta(hours=1)
"""What was taken over a longer time than this is a mosaic, not one look."""

_NOTED = {
    "platform": ("platform", "eo:platform"),
    "tile": ("grid:code", "s2:mgrs_tile", "landsat:scene_id"),
    "orbit": ("sat:relative_orbit", "landsat:wrs_path"),
    "tier": ("landsat:collection_category",),
    "product": ("s2:product_uri", "sentinel:product_id", "landsat:product_id", "landsat:landsat_product_id"),
    "processed": (
        "s2:generation_time", "landsat:product_generated", "processing:datetime", "odc:processing_datetime",
    ),
}  # fmt: skip


def read_item(
    offered: Offered, source: Source, wanted: Sequence[str] = ()
) -> tuple[FoundScene, tuple[str, ...]]:
    """
    The scene that an entry offers, and what of it made no sense and was left out.

    wanted: bands to take, names of BANDS; empty: the usual ones. Raises BadItem if it does not say what it is or when
    it was taken. An entry that is whole but of no use to us (uncorrected radar, no file with a known band) has a `fault`.
    """
    raw = offered.raw
    if not isinstance(raw, Mapping):
        raise BadItem("an entry that is no item")
    item_id = raw.get("id")
    if (
        not isinstance(item_id, str)
        or not item_id.strip()
        or len(item_id) > MAX_ID
        or not item_id.isprintable()
    ):
        raise BadItem(f"an item without a usable id: {str(item_id)[:60]!r}")
    item_id = item_id.strip()
    properties = raw.get("properties")
    if not isinstance(properties, Mapping):
        raise BadItem(f"item {item_id}: no properties")
    try:
        return _read(item_id, properties, offered, source, tuple(wanted) or USUAL)
    except BadItem:
        raise
    except BadInput as error:
        raise BadItem(f"item {item_id}: {error}") from error
    except RecursionError as error:
        raise BadItem(f"item {item_id}: lists within lists without end") from error


def _read(
    item_id: str, properties: Mapping[str, Any], offered: Offered, source: Source, wanted: tuple[str, ...]
) -> tuple[FoundScene, tuple[str, ...]]:
    raw, odd = offered.raw, Odd()
    collection = (
        word(raw.get("collection"))
        or word(properties.get("collection"))
        or word((offered.described or {}).get("id"))
    )
    acquired, mosaic, said = _acquired(item_id, collection, properties)
    notes = {"time": said} if said else {}
    mask, radar = None, None
    if is_pass(item_id, collection, properties):
        assets, radar, fault = take_pass(item_id, collection, offered, wanted, odd, notes)
    else:
        assets, mask, fault = take_assets(item_id, collection, offered, acquired, wanted, odd, notes)
    signing = "s3" if any(a.href.startswith("s3://") for a in assets) else source.signing
    rights = rights_of(item_id, collection, properties, offered.described, acquired.end.year)
    cloud = odd.number(properties, ("eo:cloud_cover",), 0, 100)
    zenith = odd.number(properties, ("s2:mean_solar_zenith", "view:sun_zenith"), 0, 180)
    elevation = odd.number(properties, ("view:sun_elevation", "eo:sun_elevation"), -90, 90)
    notes |= _noted(properties)
    if (baseline := baseline_of(item_id, properties)) is not None:
        notes["baseline"] = f"{baseline[0]:02}.{baseline[1]:02}"
    if any("_MSIL1C_" in text for text in (item_id, notes.get("product", ""))):
        notes["level"] = "as seen above the atmosphere (L1C)"
    if odd.said:
        notes["left out"] = "; ".join(odd.said)[:2000]
    found = FoundScene(
        id=item_id,
        source=source.name,
        collection=collection,
        acquired=acquired,
        assets=assets,
        mask=mask[1] if mask else None,
        mask_kind=mask[0] if mask else "nonzero_bad",
        sensor=_sensor(properties, collection, radar is not None),
        outline_wkt=outline_of(raw.get("geometry"), raw.get("bbox")),
        crs=crs_of(properties, raw.get("assets"), assets),
        cloud=None if cloud is None else cloud / 100,
        sun_azimuth=odd.number(
            properties, ("view:sun_azimuth", "eo:sun_azimuth", "s2:mean_solar_azimuth"), -180, 360
        ),
        sun_elevation=elevation if elevation is not None or zenith is None else 90 - zenith,
        view_off_nadir=odd.number(properties, ("view:off_nadir", "eo:off_nadir"), -90, 90),
        view_azimuth=odd.number(properties, ("view:azimuth",), -180, 360),
        published=_day(properties, ("published", "created"), odd),
        mosaic=mosaic,
        credit=rights.credit,
        licence=rights.licence,
        use=rights.use,
        signing=signing,
        notes=MappingProxyType(notes),
        fault=fault,
        radar=radar,
    )
    return found, tuple(odd.said)


def _acquired(
    item_id: str, collection: str, properties: Mapping[str, Any]
) -> tuple[Acquired, tuple[date, date] | None, str]:
    """When it was taken, of a mosaic its range, and what must be said of it."""
    start, end = _moment(properties, "start_datetime"), _moment(properties, "end_datetime")
    moment = _moment(properties, "datetime")
    if start is not None and end is not None and end < start:
        raise BadItem(f"item {item_id}: it ends ({end.isoformat()}) before it begins ({start.isoformat()})")
    if start is not None and end is not None and (moment is None or end - start > _MOSAIC):
        taken = parse_acquired(f"{_iso(start)}/{_iso(end)}") if end > start else parse_acquired(_iso(start))
        if end - start > _MOSAIC:
            return (
                taken,
                (taken.first_day, taken.last_day),
                "a mosaic: when in its range each part was taken is unknown",
            )
        return taken, None, ""
    if moment is None:
        raise BadItem(f"item {item_id}: it does not say when it was taken")
    if collection.lower() == "naip" or "naip:state" in properties:
        return parse_acquired(moment.date().isoformat()), None, "NAIP gives the day only; its hour is nominal"
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return (
            parse_acquired(moment.date().isoformat()),
            None,
            "midnight sharp stands for a day of unknown hour",
        )
    return parse_acquired(_iso(moment)), None, ""


def _moment(properties: Mapping[str, Any], key: str) -> datetime | None:
    value = properties.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 64:
        raise BadInput(f"{key}: not a date: {str(value)[:40]!r}")
    return parse_acquired(value if len(value) > 10 else value.strip() + "T00:00:00Z").start


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(properties: Mapping[str, Any], keys: Iterable[str], odd: Odd) -> date | None:
    for key in keys:
        value = properties.get(key)
        if value is None:
            continue
        try:
            return datetime.fromisoformat(str(value)[:64].replace("Z", "+00:00")).astimezone(UTC).date()
        except (ValueError, OverflowError):
            odd.said.append(f"{key}: {str(value)[:40]!r}")
    return None


def _sensor(properties: Mapping[str, Any], collection: str, is_radar: bool) -> str:
    """The kind of camera, one name for satellites that carry the same: series of them are of one sensor."""
    platform = platform_of(properties)
    if is_radar:
        return "Sentinel-1 RTC"
    if match := re.match(r"sentinel-?(\d)", platform):
        return f"Sentinel-{match[1]}"
    landsat = {"4": "TM", "5": "TM", "7": "ETM+", "8": "OLI", "9": "OLI"}
    if match := re.fullmatch(r"landsat-(\d)", platform):
        return f"Landsat {landsat.get(match[1], 'MSS')}"
    constellation = word(properties.get("constellation"))
    if constellation:
        return constellation
    return "NAIP" if collection.lower() == "naip" else word(properties.get("platform"))


def _noted(properties: Mapping[str, Any]) -> dict[str, str]:
    """What else a reader may want to know."""
    found = {}
    for name, keys in _NOTED.items():
        value = next((properties[k] for k in keys if isinstance(properties.get(k), (str, int))), None)
        if value is not None and (text := word(str(value))):
            found[name] = text
    if "tile" not in found:
        parts = [properties.get(f"{p}{k}") for p in ("mgrs:", "sentinel:") for k in _MGRS]
        text = "".join(str(p) for p in parts if isinstance(p, (str, int)))
        if text.isalnum() and len(text) < 10:
            found["tile"] = text
    return found


_MGRS = ("utm_zone", "latitude_band", "grid_square")
