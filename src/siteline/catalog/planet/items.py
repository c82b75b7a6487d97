"""
Items of Planet's Data API to found scenes.

Files of a scene, as Planet's page on PSScene describes them: surface reflectance (`…_sr`) is reflectance × 10,000; the others
are radiance, whose reflectance needs coefficients that come with each scene, and stay relative. Nodata is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from siteline.catalog.bands import USUAL
from siteline.catalog.box import outline_of
from siteline.catalog.items import MAX_ID
from siteline.catalog.offered import Odd, Offered, word
from siteline.catalog.source import Source
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadInput, BadItem
from siteline.model.found import Asset, FoundScene
from siteline.model.imagery import Use

ITEM_TYPE = "PSScene"
MASK = "ortho_udm2"
LICENCE = "Planet, as your contract says"
_FOUR = ("blue", "green", "red", "nir")
_EIGHT = ("coastal", "blue", "", "green", "", "red", "rededge1", "nir")
"""In file order; green I and yellow have no name of ours."""


class Product(NamedTuple):
    """What can be ordered of a scene."""

    bundle: str
    """What the Orders API calls it together with its mask."""

    bands: tuple[str, ...]
    scale: float | None


PRODUCTS: Mapping[str, Product] = {
    "ortho_analytic_4b_sr": Product("analytic_sr_udm2", _FOUR, 1e-4),
    "ortho_analytic_8b_sr": Product("analytic_8b_sr_udm2", _EIGHT, 1e-4),
    "ortho_analytic_4b": Product("analytic_udm2", _FOUR, None),
    "ortho_analytic_8b": Product("analytic_8b_udm2", _EIGHT, None),
}
"""By asset type, best first where the usual bands are wanted."""

_NOTED = (
    "instrument", "quality_category", "publishing_stage", "strip_id", "clear_percent", "clear_confidence_percent",
    "anomalous_pixels",
)  # fmt: skip


def read_planet_item(
    offered: Offered, source: Source, wanted: Sequence[str] = ()
) -> tuple[FoundScene, tuple[str, ...]]:
    """
    The scene that an item of the Data API offers, and what of it made no sense and was left out.

    wanted: bands to take; empty: the usual ones. Raises BadItem if it does not say what it is or when it was taken.
    """
    raw = offered.raw
    item_id, properties = raw.get("id"), raw.get("properties")
    if (
        not isinstance(item_id, str)
        or not item_id.isprintable()
        or not 0 < len(item_id) <= MAX_ID
        or "/" in item_id
    ):
        raise BadItem(f"an item without a usable id: {str(item_id)[:60]!r}")
    if not isinstance(properties, Mapping):
        raise BadItem(f"item {item_id}: no properties")
    try:
        acquired = parse_acquired(str(properties.get("acquired")))
    except BadInput as error:
        raise BadItem(f"item {item_id}: it does not say when it was acquired") from error
    odd = Odd()
    name, fault = _product(raw, tuple(wanted) or USUAL)
    gsd = odd.number(properties, ("pixel_resolution", "gsd"), 0.1, 100)
    found = FoundScene(
        id=item_id,
        source=source.name,
        collection=ITEM_TYPE,
        acquired=acquired,
        assets=_assets(offered.base, item_id, name, tuple(wanted) or USUAL, gsd) if name else (),
        mask=Asset(_place(offered.base, item_id), (), MASK, gsd_m=gsd, dtype="uint8") if name else None,
        mask_kind="udm2",
        sensor=f"PlanetScope {word(properties.get('instrument'))}".strip(),
        outline_wkt=outline_of(raw.get("geometry"), None),
        cloud=odd.number(properties, ("cloud_cover",), 0, 1),
        sun_azimuth=odd.number(properties, ("sun_azimuth",), -360, 360),
        sun_elevation=odd.number(properties, ("sun_elevation",), -90, 90),
        view_off_nadir=_size(odd.number(properties, ("view_angle",), -90, 90)),
        view_azimuth=_turned(odd.number(properties, ("satellite_azimuth",), -360, 360)),
        published=_day(properties.get("published")),
        credit=f"Image © {acquired.end.year} Planet Labs PBC",
        licence=LICENCE,
        use=Use.ANALYSE,
        signing="planet",
        notes=MappingProxyType(_notes(properties, name, odd)),
        fault=fault,
    )
    return found, tuple(odd.said)


def _product(raw: Mapping[str, Any], wanted: tuple[str, ...]) -> tuple[str, str | None]:
    """What to order of an item; or "" and why nothing can be."""
    listed, allowed = raw.get("assets"), raw.get("_permissions")
    there = {name for name in PRODUCTS if isinstance(listed, list) and name in listed}
    if not there:
        return "", "Planet has no file of it whose bands we know"
    if MASK not in listed:  # type: ignore[operator]
        return "", f"Planet has no mask of its clouds ({MASK}), without which it is not ordered"
    may = {name for name in there if _may(name, allowed)}
    if not may or not _may(MASK, allowed):
        return (
            "",
            "your Planet account may not download it; ask Planet which area and time your contract holds",
        )

    def worth(name: str) -> tuple[bool, int, int]:
        shows = len(set(PRODUCTS[name].bands) & set(wanted))
        return PRODUCTS[name].scale is None, -shows, list(PRODUCTS).index(name)

    best = min(may, key=worth)
    if not set(PRODUCTS[best].bands) & set(wanted):
        return (
            "",
            f"no file with a band that was asked for, only {', '.join(filter(None, PRODUCTS[best].bands))}",
        )
    return best, None


def _may(name: str, allowed: Any) -> bool:
    return isinstance(allowed, list) and f"assets.{name}:download" in allowed


def _assets(
    base: str, item_id: str, name: str, wanted: tuple[str, ...], gsd: float | None
) -> tuple[Asset, ...]:
    product = PRODUCTS[name]
    bands = tuple(band if band in wanted else "" for band in product.bands)
    return (
        Asset(_place(base, item_id), bands, name, gsd_m=gsd, scale=product.scale, nodata=0.0, dtype="uint16"),
    )


def _place(base: str, item_id: str) -> str:
    """Where Planet lists the files of an item: they have no address of their own before they are ordered."""
    return f"{base}item-types/{ITEM_TYPE}/items/{item_id}/assets/"


def _notes(properties: Mapping[str, Any], name: str, odd: Odd) -> dict[str, str]:
    notes = {}
    for key in _NOTED:
        value = properties.get(key)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            notes[key.replace("_", " ")] = word(str(value))
    notes["platform"] = word(str(properties.get("satellite_id") or ""))
    notes["processed"] = word(properties.get("updated")) or word(properties.get("published"))
    if properties.get("quality_category") == "test":
        notes["quality"] = "Planet calls it test quality: it may lie off, be noisy or have gaps"
    if properties.get("ground_control") is False:
        notes["position"] = "placed without ground control: it may lie tens of metres off"
    if properties.get("publishing_stage") == "preview":
        notes["stage"] = "a preview: Planet will process it again within hours"
    if name and PRODUCTS[name].scale is None:
        notes["numbers"] = "radiance, not reflectance: its numbers are taken as relative"
    if odd.said:
        notes["left out"] = "; ".join(odd.said)[:2000]
    return {key: text for key, text in notes.items() if text}


def _size(angle: float | None) -> float | None:
    """Planet counts angles to the west as negative."""
    return None if angle is None else abs(angle)


def _turned(azimuth: float | None) -> float | None:
    """Planet says in which direction the satellite stands; we, in which it looks."""
    return None if azimuth is None else (azimuth + 180) % 360


def _day(text: Any) -> Any:
    try:
        return parse_acquired(str(text)).first_day
    except BadInput:
        return None
