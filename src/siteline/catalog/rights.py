"""
Whom to credit, under which licence, and what may be done with an offered scene, by its provider's terms.

Sentinel: Legal notice on the use of Copernicus Sentinel Data and Service Information (European Commission): free, full
and open; who changes the data says "Contains modified Copernicus Sentinel data [Year]".
Landsat: USGS, Landsat data policy: no restrictions, a credit is asked for ("courtesy of the U.S. Geological Survey").
NAIP: USDA Farm Service Agency / APFO: public domain, credit asked for.
Planet: proprietary unless the item or its collection carries a Creative Commons licence.
Anyone else: what item or collection say under `license` and `providers`; an open licence lets publish, one with
conditions that a person must weigh (non-commercial, no derivatives, proprietary) stays `unknown`, which blocks release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from siteline.catalog.bands import platform_of
from siteline.catalog.passes import is_derived
from siteline.model.imagery import Use

SENTINEL_TERMS = "Copernicus Sentinel data terms (free, full and open)"
_OPEN = re.compile(
    r"(?i)(CC0|CC-BY|CC-PDDC|PDDL|ODC-BY|ODbL|OGL|OGL-UK|etalab|DL-DE-BY|public[- ]domain)(\b|-)"
)
_WEIGHED = re.compile(r"(?i)(^|-)(NC|ND)(-|$)")
_USGS_LANDSAT = re.compile(r"L[COTEM]0[1-9]_L[12]")


class Rights(NamedTuple):
    """What goes on record of a scene's rights."""

    credit: str
    licence: str
    use: Use


def needs_collection(item_id: str, collection: str, properties: Mapping[str, Any]) -> bool:
    """Whether the rights of an item can only be told by what its collection says."""
    is_known = _known_terms(item_id, collection, properties, 0) is not None and not is_derived(
        item_id, collection
    )
    return not is_known and not _text(properties.get("license"))


def rights_of(
    item_id: str,
    collection: str,
    properties: Mapping[str, Any],
    described: Mapping[str, Any] | None,
    year: int,
) -> Rights:
    """
    The rights of one item.

    described: the item's collection as its catalog describes it, if that was read. year: of acquisition.
    """
    licence = _text(properties.get("license")) or _text((described or {}).get("license"))
    providers = _providers(properties) or _providers(described or {})
    known = _known_terms(item_id, collection, properties, year)
    if licence and _OPEN.match(licence):
        first = [known.credit] if known is not None and known.credit != "Planet" else []
        credit = "; ".join([*first, *providers][:6]) or (known.credit if known else "unknown")
        return Rights(credit, licence, Use.UNKNOWN if _WEIGHED.search(licence) else Use.PUBLISH)
    if known is not None and is_derived(item_id, collection):  # whoever corrected it has a say in it
        credit = "; ".join([known.credit, *providers][:6])
        return Rights(credit, licence or "unknown", Use.UNKNOWN)
    if known is not None:
        return known
    return Rights("; ".join(providers[:6]) or "unknown", licence or "unknown", Use.UNKNOWN)


def _known_terms(item_id: str, collection: str, properties: Mapping[str, Any], year: int) -> Rights | None:
    """Terms of the missions that we know; None for others."""
    platform, name = platform_of(properties), collection.lower()
    constellation = str(properties.get("constellation") or "").lower()
    if any(key.startswith("pl:") for key in properties) or constellation in (
        "planetscope",
        "skysat",
        "rapideye",
    ):
        return Rights("Planet", "proprietary (Planet)", Use.ANALYSE)
    if re.match(r"sentinel-?[123]", platform) or re.match(r"S[12][A-D]_", item_id):
        return Rights(f"Contains modified Copernicus Sentinel data {year}", SENTINEL_TERMS, Use.PUBLISH)
    if _USGS_LANDSAT.match(item_id):
        return Rights(
            "Landsat data courtesy of the U.S. Geological Survey", "public domain (USGS)", Use.PUBLISH
        )
    if name == "naip" or "naip:state" in properties:
        return Rights("USDA National Agriculture Imagery Program", "public domain (USDA)", Use.PUBLISH)
    return None


def _providers(described: Mapping[str, Any]) -> list[str]:
    """Names of those who made it or license it, in the order given."""
    listed = described.get("providers")
    found: dict[str, None] = {}
    for one in listed[:20] if isinstance(listed, list) else ():
        roles = one.get("roles") if isinstance(one, Mapping) else None
        if isinstance(roles, list) and {"producer", "licensor"} & {str(role) for role in roles}:
            name = _text(one.get("name"))
            if name:
                found[name] = None
    return list(found)


def _text(value: Any) -> str:
    """Short printable text, or nothing."""
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value).strip()[:200]
