"""
Radar passes that a catalog offers: Sentinel-1 only, and only where terrain was corrected for.

What says that it was is the collection, the product's id or its files, not `sar:product_type`: the Planetary Computer's
corrected items still call themselves GRD, after what they were made from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from siteline.catalog.assets import href_of, make_asset, rank_of
from siteline.catalog.bands import Meant, is_image, platform_of, polarisations_of
from siteline.catalog.numbers import Numbers, declared_of, finite, nodata_of
from siteline.catalog.offered import Odd, Offered, word
from siteline.catalog.radar import punches_holes
from siteline.model.errors import BadSetting
from siteline.model.found import Asset, FoundScene
from siteline.model.radar import RADAR_BANDS, Flight, RadarTake, Units

UNCORRECTED = "not corrected for terrain"
"""How the fault of a pass begins that cannot be laid over others."""

_TRACKS = 175
"""Relative orbits of Sentinel-1 are counted from 1 to this."""

_CORRECTED = re.compile(r"(?i)(^|[^a-z])(rtc|nrb)([^a-z]|$)")
_SAID_CORRECTED = re.compile(r"(?i)terrain[- ]corrected gamma|radiometric(ally)? terrain")
_SENTINEL_1 = re.compile(r"(?i)sentinel-?(s)?1([^0-9]|$)")
_PRODUCT = re.compile(r"S1[A-D]_")
_SAYS_DB = re.compile(r"(?i)(^|[^a-z])(db|decibels?)([^a-z]|$)")
_MOST_FILES = 200


class Take(NamedTuple):
    """What of an offered pass can be fetched."""

    assets: tuple[Asset, ...]
    """One file for each polarisation, in the order of RADAR_BANDS."""

    radar: RadarTake | None
    fault: str | None
    """Why it cannot be used; then the others are empty."""


def is_pass(item_id: str, collection: str, properties: Mapping[str, Any]) -> bool:
    """Whether an item is of Sentinel-1."""
    told = (platform_of(properties), str(properties.get("constellation") or ""), collection)
    return any(_SENTINEL_1.match(text) for text in told) or bool(_PRODUCT.match(item_id))


def is_derived(item_id: str, collection: str) -> bool:
    """Whether somebody made terrain-corrected radar of the mission's own products: under terms of their own."""
    return bool(_CORRECTED.search(collection) or _CORRECTED.search(item_id))


def take_pass(
    item_id: str,
    collection: str,
    offered: Offered,
    wanted: Sequence[str],
    odd: Odd,
    notes: dict[str, str],
) -> Take:
    """
    The files of a pass and how it was taken, or why it is of no use.

    wanted: polarisations to take; names of other bands do not count, and without one all are taken.
    """
    properties, listed = offered.raw["properties"], offered.raw.get("assets")
    files = listed if isinstance(listed, Mapping) else {}
    found, held = _files_of(files, offered, odd)
    notes |= _noted(properties, held)
    product = word(properties.get("sar:product_type"))
    if not _is_corrected(item_id, collection, product, files):
        return _fault(UNCORRECTED + (f" ({product})" if product else ""))
    mode = word(properties.get("sar:instrument_mode"))
    if mode and mode != "IW":
        return _fault(f"radar in mode {mode}, and only IW is read")
    flight, number = _flight(properties), _number(properties, odd)
    if flight is None:
        return _fault("its catalog does not say in which direction the satellite flew")
    if number is None:
        return _fault("its catalog does not say its relative orbit")
    said = [name for name in polarisations_of(properties) if name in RADAR_BANDS]
    asked = [name for name in RADAR_BANDS if name in wanted] or said or [n for n in RADAR_BANDS if n in found]
    if lacks := [name for name in asked if name not in found]:
        named = f"its catalog says {' '.join(said)}, and " if lacks[0] in said else ""
        return _fault(
            f"{named}no file for {', '.join(lacks)}" + (f", only {', '.join(held)}" if held else "")
        )
    if not asked:
        return _fault("the catalog lists no file of a polarisation for it")
    chosen = [found[name] for name in RADAR_BANDS if name in asked]
    units = {each.units for each in chosen}
    if len(units) > 1:
        return _fault("its files are in different units")
    if fault := next((each.fault for each in chosen if each.fault), None):
        return _fault(fault)
    return Take(tuple(each.asset for each in chosen), RadarTake(flight, number, units.pop()), None)


def _fault(text: str) -> Take:
    return Take((), None, text)


class _File(NamedTuple):
    asset: Asset
    units: Units
    fault: str | None


def _files_of(
    listed: Mapping[str, Any], offered: Offered, odd: Odd
) -> tuple[dict[str, _File], tuple[str, ...]]:
    """The best file of each polarisation, and the polarisations that there are files of."""
    found: dict[str, _File] = {}
    for key, raw in list(listed.items())[:_MOST_FILES]:
        name = _polarisation(str(key), raw) if isinstance(raw, Mapping) else None
        if name is None:
            continue
        href = href_of(raw.get("href"), offered)
        if href is None:
            odd.said.append(f"asset {str(key)[:40]}: no usable address")
            continue
        file = _file(str(key)[:200], href, name, raw, offered.raw["properties"], odd)
        if name not in found or _worth(file) < _worth(found[name]):
            found[name] = file
    return found, tuple(name for name in RADAR_BANDS if name in found)


def _worth(file: _File) -> tuple[object, ...]:
    return file.fault is not None, file.units is not Units.LINEAR, rank_of(file.asset)


def _polarisation(key: str, asset: Mapping[str, Any]) -> str | None:
    """Which polarisation a file holds; None for metadata, angles, masks and files of several."""
    if not is_image(key, asset):
        return None
    said = {name for name in polarisations_of(asset) if name in RADAR_BANDS}
    said = said or {part for part in re.split(r"[^a-z]+", key.lower()) if part in RADAR_BANDS}
    return said.pop() if len(said) == 1 else None


def _file(
    key: str, href: str, name: str, asset: Mapping[str, Any], properties: Mapping[str, Any], odd: Odd
) -> _File:
    declared, shown = declared_of(asset), word(key)
    nodata, dtype = nodata_of(declared.get("nodata")), word(declared.get("data_type"))[:20]
    texts = (declared.get("unit"), asset.get("raster:unit"), asset.get("title"), key)
    units = Units.DB if any(_SAYS_DB.search(str(text or "")[:200]) for text in texts) else Units.LINEAR
    made = make_asset(key, href, Meant((name,)), asset, properties, Numbers(None, 0.0, nodata, dtype), odd)
    scale, offset = finite(declared.get("scale")), finite(declared.get("offset"))
    fault = None
    if scale not in (None, 1.0) or offset not in (None, 0.0):
        fault = f"{shown}: its numbers are scaled, and radar is read as it is only"
    elif dtype and not dtype.startswith("float"):
        fault = f"{shown}: its numbers are {dtype}: amplitudes, not intensities"
    elif punches_holes(nodata, units):
        fault = f"{shown}: its catalog says that {nodata:g} means no data, and that is an intensity"
    return _File(made, units, fault)


def _is_corrected(item_id: str, collection: str, product: str, listed: Mapping[str, Any]) -> bool:
    """Whether anything says that terrain was corrected for."""
    if is_derived(item_id, collection) or _CORRECTED.search(product):
        return True
    texts = [
        str(asset.get(field) or "")[:2000]
        for asset in list(listed.values())[:_MOST_FILES]
        if isinstance(asset, Mapping)
        for field in ("title", "description")
    ]
    return any(_SAID_CORRECTED.search(text) for text in texts)


def _flight(properties: Mapping[str, Any]) -> Flight | None:
    said = str(properties.get("sat:orbit_state") or properties.get("sar:pass_direction") or "").lower()
    return Flight(said) if said in set(Flight) else None


def _number(properties: Mapping[str, Any], odd: Odd) -> int | None:
    number = odd.number(properties, ("sat:relative_orbit", "sar:relative_orbit"), 1, _TRACKS)
    return int(number) if number is not None and number == int(number) else None


def _noted(properties: Mapping[str, Any], held: Sequence[str]) -> dict[str, str]:
    noted = {"polarisations": " ".join(held)} if held else {}
    absolute = properties.get("sat:absolute_orbit")
    if isinstance(absolute, int) and not isinstance(absolute, bool):
        noted["absolute orbit"] = str(absolute)
    return noted


@dataclass(frozen=True, slots=True)
class OrbitWish:
    """Which passes a user wants; None where it does not matter."""

    flight: Flight | None
    number: int | None

    def holds(self, radar: RadarTake) -> bool:
        """Whether a pass is one of these."""
        return self.flight in (None, radar.orbit) and self.number in (None, radar.relative_orbit)


def parse_orbit(text: str) -> OrbitWish:
    """`ascending`, `58` or `ascending 58`; raises BadSetting for anything else."""
    match = re.fullmatch(r"(?i)\s*(asc(?:ending)?|desc(?:ending)?)?[\s,]*(\d{1,3})?\s*", text)
    number = int(match[2]) if match and match[2] else None
    if match is None or not (match[1] or match[2]) or (number is not None and not 1 <= number <= _TRACKS):
        raise BadSetting(
            f"--orbit: no orbit of Sentinel-1: {text!r}",
            f'Write ascending, descending, a relative orbit from 1 to {_TRACKS}, or both: "ascending 58".',
        )
    flight = None
    if match[1]:
        flight = Flight.ASCENDING if match[1].lower().startswith("asc") else Flight.DESCENDING
    return OrbitWish(flight, number)


def part_mixed(
    fresh: Sequence[FoundScene], known: Sequence[FoundScene] = ()
) -> tuple[tuple[FoundScene, ...], int]:
    """
    Passes with those marked that lack a polarisation that most have, and how many these are.

    A series is read in what all of its passes have; one that lacks vh would take it from all. known: on record before;
    they count, and of as many they weigh more. What a pass has by the new search counts, but one that would be marked and
    is on record with what most have stays as it is there.
    """
    on_record = {_name(s): s for s in known if _is_usable(s)}
    usable = {**on_record, **{_name(s): s for s in fresh if _is_usable(s)}}
    if not usable:
        return tuple(fresh), 0
    usual = Counter(map(_held, usable.values())).most_common(1)[0][0]
    parted, count = [], 0
    for scene in fresh:
        if _is_usable(scene) and not set(usual) <= set(_held(scene)):
            before = on_record.get(_name(scene))
            if before is not None and set(usual) <= set(_held(before)):
                parted.append(before)
                continue
            count += 1
            fault = f"it has {' '.join(_held(scene))}, most passes have {' '.join(usual)}"
            scene = replace(scene, assets=(), fault=fault)
        parted.append(scene)
    return tuple(parted), count


def _is_usable(scene: FoundScene) -> bool:
    return scene.radar is not None and scene.fault is None


def _name(scene: FoundScene) -> tuple[str, str, str]:
    return scene.id, scene.source, scene.collection


def _held(scene: FoundScene) -> tuple[str, ...]:
    return tuple(name for asset in scene.assets for name in asset.bands)
