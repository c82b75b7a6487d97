"""What a picture says of itself: EXIF, read with limits, and flagged where it could put somebody at risk."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.evidence.media.pictures import open_picture
from siteline.model.errors import BadMedia
from siteline.model.verdict import Fault, Inspection

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST = 500
_MOST_TAGS = 500
_SUB_TABLES = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop"}
_PERSONAL = {
    "Artist": "a name",
    "Copyright": "a name",
    "CameraOwnerName": "the camera's owner",
    "OwnerName": "the camera's owner",
    "BodySerialNumber": "the camera's serial number",
    "CameraSerialNumber": "the camera's serial number",
    "LensSerialNumber": "the lens's serial number",
    "ImageUniqueID": "an id of the very picture",
    "HostComputer": "the name of a device",
    "UserComment": "a comment",
    "XPAuthor": "a name",
    "ImageDescription": "a description",
}
_TIMES = {"DateTimeOriginal": "taken", "DateTimeDigitized": "digitised", "DateTime": "changed"}


def inspect_exif(path: Path) -> Inspection:
    """
    The EXIF of a picture.

    Verdicts: no_exif, exif, exif_sensitive (place, serial numbers or names are in it), not_decoded.
    """
    try:
        with open_picture(path) as picture:
            facts: dict[str, Any] = {
                "format": picture.format,
                "width": picture.width,
                "height": picture.height,
            }
            tags, faults = _tags(picture)
    except BadMedia as error:
        fault = Fault("not_decoded", path.name, str(error))
        return Inspection("image", "not_decoded", "Its bytes can be kept; it was not decoded.", (fault,))
    if not tags:
        means = "No EXIF in it. Most platforms strip it; that says nothing of the picture."
        return Inspection("image", "no_exif", means, tuple(faults), facts)
    facts["tags"] = {name: value for name, value in tags.items() if not name.startswith("GPS")}
    facts["times"] = {what: tags[name] for name, what in _TIMES.items() if name in tags}
    for name, what in _PERSONAL.items():
        if tags.get(name):
            faults.append(
                Fault("personal", name, f"it holds {what}; take it out of what is given away", grave=False)
            )
    place = _place(tags)
    if any(name.startswith("GPS") for name in tags):
        facts["gps"] = place or "there, but not readable as a place"
        faults.append(
            Fault(
                "gps",
                "GPS",
                "it holds a place: sensitive, for it may be where the person with the camera stood",
                grave=False,
            )
        )
    sensitive = any(fault.code in ("gps", "personal") for fault in faults)
    means = "EXIF is in it; anybody can write it, so it is a lead and no proof."
    if sensitive:
        means += " It holds what could put somebody at risk."
    return Inspection("image", "exif_sensitive" if sensitive else "exif", means, tuple(faults), facts)


def _tags(picture: Image) -> tuple[dict[str, Any], list[Fault]]:
    from PIL import ExifTags

    found: dict[str, Any] = {}
    try:
        exif = picture.getexif()
        tables = [("", dict(exif.items()))]
        tables += [(name, dict(exif.get_ifd(tag))) for tag, name in _SUB_TABLES.items() if tag in exif]
    except Exception as error:  # noqa: BLE001 - a table made to break its reader is a fact, not an end
        return {}, [Fault("exif_broken", "EXIF", f"it cannot be read ({type(error).__name__})", grave=False)]
    for table, tags in tables:
        names = ExifTags.GPSTAGS if table == "GPS" else ExifTags.TAGS
        for tag, value in list(tags.items())[:_MOST_TAGS]:
            if tag in _SUB_TABLES or tag == 0x927C:  # tables themselves, and the maker's own format
                continue
            name = names.get(tag, f"{'GPS' if table == 'GPS' else ''}0x{tag:04x}")
            found[name] = _plain(value)
    return found, []


def _plain(value: Any) -> Any:
    """A value that JSON can hold, of bounded length."""
    if isinstance(value, bytes):
        text = value[:_LONGEST].rstrip(b"\0")
        return (
            text.decode("ascii") if text.isascii() and text.decode("ascii").isprintable() else text[:64].hex()
        )
    if isinstance(value, str):
        return "".join(letter for letter in value[:_LONGEST] if letter.isprintable()).strip()
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value[:64]]
    if isinstance(value, bool) or value is None:
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return str(value)[:_LONGEST]
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _place(tags: dict[str, Any]) -> dict[str, float] | None:
    """Latitude and longitude in degrees, if they are whole and on earth."""
    found = {}
    for name, reference, negative, most in (("Latitude", "N", "S", 90.0), ("Longitude", "E", "W", 180.0)):
        parts = tags.get(f"GPS{name}")
        side = str(tags.get(f"GPS{name}Ref", "")).upper()[:1]
        if not isinstance(parts, list) or len(parts) != 3 or side not in (reference, negative):
            return None
        if not all(isinstance(part, (int, float)) for part in parts):
            return None
        degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
        if not 0 <= degrees <= most:
            return None
        found[name.lower()] = -degrees if side == negative else degrees
    return found
