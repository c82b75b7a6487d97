"""The files of an offered scene: which of them to take, where they are, how large their pixels are."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from siteline.catalog.bands import USUAL, Meant, meaning_of, platform_of
from siteline.catalog.numbers import Numbers, numbers_of
from siteline.catalog.offered import Odd, Offered, word
from siteline.catalog.remote.address import origin_of, without_secrets
from siteline.model.dates import Acquired
from siteline.model.errors import ForbiddenAddress
from siteline.model.found import Asset
from siteline.model.imagery import BANDS

_MAX_ASSETS = 2000
_S2_COARSE = {
    "coastal": 60.0,
    **dict.fromkeys(("rededge1", "rededge2", "rededge3", "nir08", "swir16", "swir22"), 20.0),
}


def take_assets(
    item_id: str,
    collection: str,
    offered: Offered,
    acquired: Acquired,
    wanted: tuple[str, ...],
    odd: Odd,
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
        href = href_of(asset.get("href"), offered)
        if href is None:
            odd.said.append(f"asset {str(key)[:40]}: no usable address")
            continue
        said = numbers_of(meant, asset, item_id, collection, properties, acquired.start)
        made = make_asset(str(key)[:200], href, meant, asset, properties, said, odd)
        if meant.mask_kind:
            masks.append((meant.mask_kind, made))
        elif meant.bands:
            candidates.append((meant, made))
            if said.doubt:
                notes["numbers"] = said.doubt
    if seen_radar and not candidates:
        return (), None, "radar; of catalogs only that of Sentinel-1 is read"
    chosen = _choose(candidates, wanted)
    if not chosen:
        held = sorted({name for meant, _ in candidates for name in meant.bands if name})
        if held:
            return (), None, f"no file with a band that was asked for, only {', '.join(held)}"
        keys = ", ".join(sorted(str(key)[:30] for key in listed)[:8])
        return (), None, f"no file whose bands we know among {keys}"
    best = min(masks, key=lambda m: (m[0] == "nonzero_bad", rank_of(m[1])), default=None)
    return chosen, best, None


def _choose(candidates: Sequence[tuple[Meant, Asset]], wanted: tuple[str, ...]) -> tuple[Asset, ...]:
    """One file for each band that is wanted: one band a file where there is such, else the file with most of them."""
    single: dict[str, Asset] = {}
    for meant, asset in candidates:
        name = meant.bands[0]
        if len(meant.bands) > 1 or name not in wanted:
            continue
        if name not in single or rank_of(asset) < rank_of(single[name]):
            single[name] = asset
    if wanted == USUAL and "nir" in single:
        single.pop("nir08", None)  # beside the broad one of the same scene it adds little for this purpose
    several = [(m, a) for m, a in candidates if len(m.bands) > 1 and set(m.bands) & set(wanted)]
    if several:
        meant, best = min(
            several,
            key=lambda one: (one[0].is_picture, -len(set(one[0].bands) & set(wanted)), rank_of(one[1])),
        )
        if len(set(meant.bands) & set(wanted)) > len(single):
            return (replace(best, bands=tuple(n if n in wanted else "" for n in best.bands)),)
    return tuple(single[name] for name in BANDS if name in single)


def rank_of(asset: Asset) -> tuple[int, float, str]:
    """How well a file can be read in part: cloud-optimised first, then TIFF, then what must be fetched whole."""
    kind, place = asset.media_type.lower(), asset.href.lower().split("?")[0]
    if "cloud-optimized" in kind:
        order = 0
    elif "tiff" in kind or place.endswith((".tif", ".tiff")):
        order = 1
    else:
        order = 2
    return order, asset.gsd_m or math.inf, asset.key


def make_asset(
    key: str,
    href: str,
    meant: Meant,
    asset: Mapping[str, Any],
    properties: Mapping[str, Any],
    numbers: Numbers,
    odd: Odd,
) -> Asset:
    """One file as it goes on record."""
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
        media_type=word(asset.get("type")),
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


def crs_of(properties: Mapping[str, Any], listed: Any, chosen: Sequence[Asset]) -> str | None:
    """EPSG code of the item, or of the first file that was chosen."""
    first = listed.get(chosen[0].key) if chosen and isinstance(listed, Mapping) else None
    for described in (first, properties):
        if isinstance(described, Mapping):
            code = described.get("proj:epsg") or _code(described)
            if isinstance(code, int) and not isinstance(code, bool) and 1024 <= code <= 999_999:
                return f"EPSG:{code}"
    return None


def href_of(value: Any, offered: Offered) -> str | None:
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
