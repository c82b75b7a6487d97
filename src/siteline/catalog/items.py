"""Items of STAC catalogs, of any version, to `FoundScene`s; what cannot be one says why, what is odd in one is noted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

from siteline.catalog.bands import RADAR, USUAL, Meant, meaning_of, platform_of
from siteline.catalog.box import outline_of
from siteline.catalog.numbers import Numbers, baseline_of, numbers_of
from siteline.catalog.remote.address import origin_of, without_secrets
from siteline.catalog.rights import rights_of
from siteline.catalog.source import Source
from siteline.model.dates import Acquired, parse_acquired
from siteline.model.errors import BadInput, BadItem, ForbiddenAddress
from siteline.model.found import Asset, FoundScene
from siteline.model.imagery import BANDS

MAX_ID = 190
_MAX_ASSETS = 2000
_MOSAIC = timedelta(hours=1)
"""What was taken over a longer time than this is a mosaic, not one look."""

_S2_COARSE = {
    "coastal": 60.0,
    **dict.fromkeys(("rededge1", "rededge2", "rededge3", "nir08", "swir16", "swir22"), 20.0),
}
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


@dataclass(frozen=True, slots=True)
class Offered:
    """One entry as a catalog gave it."""

    raw: Any
    base: str
    """Address or path of the document that it was in; its relative links start there."""

    described: Mapping[str, Any] | None = None
    """Its collection, as far as that was read."""

    root: str = ""
    """Of a catalog on this machine: the folder that its files may not leave; "" for that of the entry itself."""


def read_item(
    offered: Offered, source: Source, wanted: Sequence[str] = ()
) -> tuple[FoundScene, tuple[str, ...]]:
    """
    The scene that an entry offers, and what of it made no sense and was left out.

    wanted: bands to take, names of BANDS; empty: the usual ones. Raises BadItem if it does not say what it is or when
    it was taken. An entry that is whole but of no use to us (radar, no file with a known band) has a `fault`.
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


def _read(
    item_id: str, properties: Mapping[str, Any], offered: Offered, source: Source, wanted: tuple[str, ...]
) -> tuple[FoundScene, tuple[str, ...]]:
    raw, odd = offered.raw, _Odd()
    collection = (
        _word(raw.get("collection"))
        or _word(properties.get("collection"))
        or _word((offered.described or {}).get("id"))
    )
    acquired, mosaic, said = _acquired(item_id, collection, properties)
    notes = {"time": said} if said else {}
    assets, mask, fault = _assets(item_id, collection, offered, acquired, wanted, odd, notes)
    signing = "s3" if any(a.href.startswith("s3://") for a in assets) else source.signing
    rights = rights_of(item_id, collection, properties, offered.described, acquired.end.year)
    cloud = odd.number(properties, ("eo:cloud_cover",), 0, 100)
    zenith = odd.number(properties, ("s2:mean_solar_zenith", "view:sun_zenith"), 0, 180)
    elevation = odd.number(properties, ("view:sun_elevation", "eo:sun_elevation"), -90, 90)
    notes |= _noted(properties)
    if (baseline := baseline_of(item_id, properties)) is not None:
        notes["baseline"] = f"{baseline[0]:02}.{baseline[1]:02}"
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
        sensor=_sensor(properties, collection),
        outline_wkt=outline_of(raw.get("geometry"), raw.get("bbox")),
        crs=_crs(properties, raw.get("assets"), assets),
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
    )
    return found, tuple(odd.said)


class _Odd:
    """What made no sense in an item and was left out of it."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def number(
        self, properties: Mapping[str, Any], keys: Iterable[str], least: float, most: float
    ) -> float | None:
        """The first of these properties that is there, if it is a number in range; else None, and said if it is odd."""
        for key in keys:
            value = properties.get(key)
            if value is None:
                continue
            if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
                return float(value)
            self.said.append(f"{key}: {str(value)[:40]!r}")
        return None


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


def _day(properties: Mapping[str, Any], keys: Iterable[str], odd: _Odd) -> date | None:
    for key in keys:
        value = properties.get(key)
        if value is None:
            continue
        try:
            return datetime.fromisoformat(str(value)[:64].replace("Z", "+00:00")).astimezone(UTC).date()
        except (ValueError, OverflowError):
            odd.said.append(f"{key}: {str(value)[:40]!r}")
    return None


def _assets(
    item_id: str,
    collection: str,
    offered: Offered,
    acquired: Acquired,
    wanted: tuple[str, ...],
    odd: _Odd,
    notes: dict[str, str],
) -> tuple[tuple[Asset, ...], tuple[str, Asset] | None, str | None]:
    """The files to take, the mask with its kind, and why none can be taken if so."""
    raw, properties = offered.raw, offered.raw["properties"]
    listed = raw.get("assets")
    if not isinstance(listed, Mapping) or not listed:
        return (), None, "the catalog lists no files for it"
    candidates: list[tuple[Meant, Asset]] = []
    masks: list[tuple[str, Asset]] = []
    seen_radar = False
    for key, asset in list(listed.items())[:_MAX_ASSETS]:
        if not isinstance(asset, Mapping):
            odd.said.append(f"asset {str(key)[:40]!r}")
            continue
        meant = meaning_of(str(key), asset, properties)
        if meant is None:
            continue
        seen_radar = seen_radar or meant.is_radar
        href = _href(asset.get("href"), offered)
        if href is None:
            odd.said.append(f"asset {str(key)[:40]}: no usable address")
            continue
        said = numbers_of(meant, asset, item_id, collection, properties, acquired.start)
        made = _asset(str(key)[:200], href, meant, asset, properties, said, odd)
        if meant.mask_kind:
            masks.append((meant.mask_kind, made))
        elif meant.bands:
            candidates.append((meant, made))
            if said.doubt:
                notes["numbers"] = said.doubt
    if str(collection).lower().startswith("sentinel-1") or (seen_radar and not candidates):
        notes["radar"] = " ".join(sorted(str(k).lower() for k in listed if str(k).lower() in RADAR))
        return (), None, "radar is not read yet"
    chosen = _choose(candidates, wanted)
    if not chosen:
        held = sorted({name for meant, _ in candidates for name in meant.bands if name})
        if held:
            return (), None, f"no file with a band that was asked for, only {', '.join(held)}"
        keys = ", ".join(sorted(str(key)[:30] for key in listed)[:8])
        return (), None, f"no file whose bands we know among {keys}"
    best = min(masks, key=lambda m: (m[0] == "nonzero_bad", _rank(m[1])), default=None)
    return chosen, best, None


def _choose(candidates: Sequence[tuple[Meant, Asset]], wanted: tuple[str, ...]) -> tuple[Asset, ...]:
    """One file for each band that is wanted: one band a file where there is such, else the file with most of them."""
    single: dict[str, Asset] = {}
    for meant, asset in candidates:
        name = meant.bands[0]
        if len(meant.bands) > 1 or name not in wanted:
            continue
        if name not in single or _rank(asset) < _rank(single[name]):
            single[name] = asset
    if wanted == USUAL and "nir" in single:
        single.pop("nir08", None)  # beside the broad one of the same scene it adds little for this purpose
    several = [(m, a) for m, a in candidates if len(m.bands) > 1 and set(m.bands) & set(wanted)]
    if several:
        meant, best = min(
            several, key=lambda one: (one[0].is_picture, -len(set(one[0].bands) & set(wanted)), _rank(one[1]))
        )
        if len(set(meant.bands) & set(wanted)) > len(single):
            return (replace(best, bands=tuple(n if n in wanted else "" for n in best.bands)),)
    return tuple(single[name] for name in BANDS if name in single)


def _rank(asset: Asset) -> tuple[int, float, str]:
    """How well a file can be read in part: cloud-optimised first, then TIFF, then what must be fetched whole."""
    kind, place = asset.media_type.lower(), asset.href.lower().split("?")[0]
    if "cloud-optimized" in kind:
        order = 0
    elif "tiff" in kind or place.endswith((".tif", ".tiff")):
        order = 1
    else:
        order = 2
    return order, asset.gsd_m or math.inf, asset.key


def _asset(
    key: str,
    href: str,
    meant: Meant,
    asset: Mapping[str, Any],
    properties: Mapping[str, Any],
    numbers: Numbers,
    odd: _Odd,
) -> Asset:
    size = odd.number(asset, ("file:size",), 0, 2**53)
    return Asset(
        href=href,
        bands=meant.bands,
        key=key,
        gsd_m=_gsd(key, asset, meant, properties),
        scale=None if meant.mask_kind else numbers.scale,
        offset=0.0 if meant.mask_kind else numbers.offset,
        nodata=numbers.nodata,
        dtype=numbers.dtype or ("uint8" if meant.mask_kind in ("scl", "udm2", "nonzero_bad") else ""),
        size=None if size is None else int(size),
        media_type=_word(asset.get("type")),
    )


def _gsd(key: str, asset: Mapping[str, Any], meant: Meant, properties: Mapping[str, Any]) -> float | None:
    """Metres per pixel: as the file says, else as its grid says, else as the sensor's bands are, else as the item says."""
    first = next(
        (b[0] for f in ("raster:bands", "bands", "eo:bands") if isinstance(b := asset.get(f), list) and b),
        None,
    )
    said = [asset.get("gsd"), asset.get("raster:spatial_resolution")]
    if isinstance(first, Mapping):
        said += [first.get("spatial_resolution"), first.get("raster:spatial_resolution"), first.get("gsd")]
    if match := re.search(r"_(\d{1,3})m$", key):
        said.append(float(match[1]))
    said.append(_pixel(asset, properties))
    if platform_of(properties).startswith("sentinel-2"):
        if meant.mask_kind:
            said.append(20.0)
        elif len(meant.bands) == 1:
            said.append(_S2_COARSE.get(meant.bands[0], 10.0))
    said += [_pixel(properties, properties), properties.get("gsd"), properties.get("eo:gsd")]
    for value in said:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 100_000:
            return float(value)
    return None


def _pixel(described: Mapping[str, Any], properties: Mapping[str, Any]) -> Any:
    """Side of a pixel by the grid, where that is in metres."""
    grid = described.get("proj:transform")
    code = described.get("proj:epsg") or properties.get("proj:epsg") or _code(described) or _code(properties)
    if not isinstance(grid, list) or len(grid) < 6 or code is None or code == 4326:
        return None
    return abs(grid[0]) if isinstance(grid[0], (int, float)) else None


def _code(described: Mapping[str, Any]) -> int | None:
    match = re.fullmatch(r"EPSG:(\d{4,6})", str(described.get("proj:code") or ""))
    return int(match[1]) if match else None


def _crs(properties: Mapping[str, Any], listed: Any, chosen: Sequence[Asset]) -> str | None:
    """EPSG code of the item, or of the first file that was chosen."""
    first = listed.get(chosen[0].key) if chosen and isinstance(listed, Mapping) else None
    for described in (first, properties):
        if isinstance(described, Mapping):
            code = described.get("proj:epsg") or _code(described)
            if isinstance(code, int) and not isinstance(code, bool) and 1024 <= code <= 999_999:
                return f"EPSG:{code}"
    return None


def _href(value: Any, offered: Offered) -> str | None:
    """Where a file is, absolute and without keys; None if that is nowhere we would go."""
    base = offered.base
    if not isinstance(value, str) or not value.strip() or len(value) > 4000 or not value.isprintable():
        return None
    value = value.strip()
    if value.startswith("s3://"):
        return without_secrets(value) if re.match(r"s3://[a-z0-9][a-z0-9.-]{1,62}/.", value) else None
    if "://" in base:
        there = urljoin(base, value)
        try:
            origin_of(there)
        except ForbiddenAddress:
            return None
        return without_secrets(there)
    if re.match(r"(?i)https?://", value):
        try:
            origin_of(value)
        except ForbiddenAddress:
            return None
        return without_secrets(value)
    if "://" in value or value.startswith(("data:", "file:")):
        return None
    folder = Path(base).parent.resolve()
    root = Path(offered.root).resolve() if offered.root else folder
    there_path = (folder / value).resolve()
    return str(there_path) if there_path.is_relative_to(root) else None


def _sensor(properties: Mapping[str, Any], collection: str) -> str:
    """The kind of camera, one name for satellites that carry the same: series of them are of one sensor."""
    platform = platform_of(properties)
    if match := re.match(r"sentinel-?(\d)", platform):
        return f"Sentinel-{match[1]}"
    landsat = {"4": "TM", "5": "TM", "7": "ETM+", "8": "OLI", "9": "OLI"}
    if match := re.fullmatch(r"landsat-(\d)", platform):
        return f"Landsat {landsat.get(match[1], 'MSS')}"
    constellation = _word(properties.get("constellation"))
    if constellation:
        return constellation
    return "NAIP" if collection.lower() == "naip" else _word(properties.get("platform"))


def _noted(properties: Mapping[str, Any]) -> dict[str, str]:
    """What else a reader may want to know."""
    found = {}
    for name, keys in _NOTED.items():
        value = next((properties[k] for k in keys if isinstance(properties.get(k), (str, int))), None)
        if value is not None and (text := _word(str(value))):
            found[name] = text
    if "tile" not in found:
        parts = [properties.get(f"{p}{k}") for p in ("mgrs:", "sentinel:") for k in _MGRS]
        text = "".join(str(p) for p in parts if isinstance(p, (str, int)))
        if text.isalnum() and len(text) < 10:
            found["tile"] = text
    return found


_MGRS = ("utm_zone", "latitude_band", "grid_square")


def _word(value: Any) -> str:
    """One line of printable text, or nothing."""
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value).strip()[:200]
