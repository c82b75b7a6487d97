"""What a catalog's asset is: which of our bands it holds, a mask, or nothing that we read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from siteline.model.imagery import BANDS
from siteline.model.radar import RADAR_BANDS

USUAL = ("blue", "green", "red", "nir", "nir08")
"""Bands that are taken unless others are asked for: the visible and the near infrared, whichever name it has."""

_SENTINEL_2 = {
    "b01": "coastal", "b02": "blue", "b03": "green", "b04": "red", "b05": "rededge1", "b06": "rededge2",
    "b07": "rededge3", "b08": "nir", "b8a": "nir08", "b11": "swir16", "b12": "swir22", "b09": "", "b10": "",
}  # fmt: skip
_LANDSAT_OLI = {
    "b1": "coastal",
    "b2": "blue",
    "b3": "green",
    "b4": "red",
    "b5": "nir08",
    "b6": "swir16",
    "b7": "swir22",
}
_LANDSAT_TM = {"b1": "blue", "b2": "green", "b3": "red", "b4": "nir08", "b5": "swir16", "b7": "swir22"}
_MEANT = {
    "coastalaerosol": "coastal", "aerosol": "coastal", "nearinfrared": "nir", "nir1": "nir", "swir1": "swir16",
    "swir2": "swir22", "pan": "grey", "panchromatic": "grey", "gray": "grey", "grey": "grey", "nir8": "nir08",
}  # fmt: skip
_MASKS = {
    "scl": "scl", "qapixel": "qa_pixel", "bqa": "qa_pixel", "udm2": "udm2", "orthoudm2": "udm2", "udm": "nonzero_bad",
}  # fmt: skip
_NOT_DATA = frozenset({"thumbnail", "overview", "metadata", "tiles", "date", "graphic"})
_READABLE = re.compile(r"(?i)\.(tiff?|jp2|vrt)$")
_PLANET = {
    ("psscene4band", "analytic"): ("blue", "green", "red", "nir"),
    ("psscene3band", "analytic"): ("red", "green", "blue"),
}


class Meant(NamedTuple):
    """What an asset is, as far as the catalog says."""

    bands: tuple[str, ...]
    """In file order, "" for one that is not used; empty for a mask."""

    mask_kind: str = ""
    is_radar: bool = False
    is_picture: bool = False
    """Made to be looked at (8 bits, stretched): its numbers are no reflectance."""


def meaning_of(key: str, asset: Mapping[str, Any], properties: Mapping[str, Any]) -> Meant | None:
    """What one asset of an item holds; None for anything that is not read: thumbnails, metadata, unknown bands."""
    if not is_image(key, asset):
        return None
    flat = re.sub(r"(_\d+m|[.](tiff?|jp2))$", "", key.lower())
    squashed = _squash(flat)
    for ending, kind in _MASKS.items():
        if squashed == ending or squashed.endswith("ortho" + ending):
            return Meant((), kind)
    roles = _texts(asset.get("roles"))
    if {"data-mask", "cloud", "snow-ice", "cloud-shadow", "water-mask", "saturation", "udm"} & roles:
        return Meant((), _MASKS.get(squashed, "nonzero_bad")) if "udm" in roles else None
    if flat in RADAR_BANDS or any(name in RADAR_BANDS for name in polarisations_of(asset)):
        return Meant((), is_radar=True)
    is_picture = "visual" in roles or "visual" in flat or flat in ("tci", "true-color", "truecolor")
    described = _described(asset, properties)
    names = [_band_name(d, flat if len(described) == 1 else "", properties) for d in described]
    if not names:
        names = list(_undescribed(flat, asset, properties, is_picture))
    if not any(names):
        return None
    return Meant(tuple(names), is_picture=is_picture)


def is_image(key: str, asset: Mapping[str, Any]) -> bool:
    """Whether an asset is an image that could be read: no thumbnail, no metadata."""
    kind, href = str(asset.get("type") or "").lower(), str(asset.get("href") or "").split("?")[0]
    if _texts(asset.get("roles")) & _NOT_DATA or key.lower() in ("thumbnail", "overview", "preview"):
        return False
    if kind:
        return "tiff" in kind or "jp2" in kind or "geotiff" in kind
    return bool(_READABLE.search(href) or _READABLE.search(key))


def _described(asset: Mapping[str, Any], properties: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The asset's own list of bands, of whatever STAC version; numbers in it point into the item's list."""
    shared = properties.get("eo:bands") or properties.get("bands")
    shared = shared if isinstance(shared, list) else []
    for field in ("bands", "eo:bands"):
        own = asset.get(field)
        if not isinstance(own, list) or not own or len(own) > 200:
            continue
        found: list[Mapping[str, Any]] = []
        for one in own:
            if isinstance(one, int) and not isinstance(one, bool) and 0 <= one < len(shared):
                one = shared[one]
            found.append(one if isinstance(one, Mapping) else {})
        return found
    return []


def _band_name(described: Mapping[str, Any], key: str, properties: Mapping[str, Any]) -> str:
    """Our name for one band: by the sensor's own number, which never lies, else by its common name, else by its name."""
    name = str(described.get("name") or "")
    numbered = _numbered(name, properties) or _numbered(key, properties)
    if numbered is not None:
        return numbered
    common = described.get("eo:common_name") or described.get("common_name") or ""
    return _plain(str(common)) or _plain(name) or _plain(key)


def _numbered(text: str, properties: Mapping[str, Any]) -> str | None:
    """The band that a sensor's own number means; None where it is no such number."""
    match = re.fullmatch(r"(?:sr_|oli_|etm_|tm_)?(b\d{1,2}a?)", text.strip().lower())
    if match is None:
        return None
    told = platform_of(properties)
    if told.startswith("sentinel-2"):
        return _SENTINEL_2.get(match[1] if len(match[1]) > 2 else f"b0{match[1][1:]}")
    if told in ("landsat-8", "landsat-9"):
        return _LANDSAT_OLI.get(match[1], "")
    if told in ("landsat-4", "landsat-5", "landsat-7"):
        return _LANDSAT_TM.get(match[1], "")
    return None


def _plain(text: str) -> str:
    squashed = _squash(re.sub(r"^nbart?_|^sr_", "", text.lower()))
    if squashed in BANDS:
        return squashed
    return _MEANT.get(squashed, "")


def _undescribed(
    key: str, asset: Mapping[str, Any], properties: Mapping[str, Any], is_picture: bool
) -> Sequence[str]:
    """Bands of an asset without a list of them, by its key."""
    numbered = _numbered(key, properties)
    if numbered is not None:
        return (numbered,)
    if is_picture:
        return ("red", "green", "blue")
    item_type = str(properties.get("pl:item_type") or "").lower()
    if (item_type, key) in _PLANET:
        return _PLANET[item_type, key]
    return (_plain(key),)


def platform_of(properties: Mapping[str, Any]) -> str:
    """The satellite, spelled one way: `sentinel-2a`, `landsat-8`; "" if the catalog does not say."""
    said = properties.get("platform") or properties.get("eo:platform") or ""
    return re.sub(r"[\s_]+", "-", str(said).strip().lower())[:100]


def polarisations_of(described: Mapping[str, Any]) -> list[str]:
    """The polarisations that an asset or item says it has, in small letters."""
    said = described.get("sar:polarizations")
    return [str(s).lower() for s in said] if isinstance(said, list) else []


def _squash(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _texts(value: Any) -> set[str]:
    return {str(v).lower() for v in value} if isinstance(value, list) else set()
