"""Ground overlays of KML: pictures that say by their corners where they lie, and when they were taken, if they do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from siteline.catalog.placing import fit, through
from siteline.catalog.screenshot import utm_of
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadInput
from siteline.model.place import Site
from siteline.model.placing import Model, Placement
from siteline.raster.grid import WGS84

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST = 200
_STRAIGHT_PX = 0.25
"""A corner may lie so far off a parallelogram before the picture counts as seen at a slant."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Overlay:
    """One ground overlay, as its KML describes it; nothing was opened yet."""

    name: str
    picture: str
    """Path of its picture beside or inside the file, as written; never an address."""

    corners: tuple[tuple[float, float], ...]
    """Longitude and latitude of the picture's top left, top right, bottom right and bottom left corner."""

    acquired: str
    """When its author says that it was taken, as `acquired` is written; "" if nothing is said."""

    is_box: bool


def read_overlays(root: Element, name: str) -> tuple[Overlay, ...]:
    """
    The ground overlays of a KML document, in file order.

    Raises BadInput for one whose picture is elsewhere on the network, or whose corners make no sense.
    """
    found = [element for element in root.iter() if _local(element) == "GroundOverlay"]
    if not found:
        raise BadInput(f"{name}: no ground overlay in it", "An outline is added with: siteline site add FILE")
    if len(found) > _MOST:
        raise BadInput(
            f"{name}: {len(found)} ground overlays",
            "It is a picture cut into tiles: export it as one, or as GeoTIFF.",
        )
    return tuple(_read(element, number, name) for number, element in enumerate(found, 1))


def _read(element: Element, number: int, name: str) -> Overlay:
    title = "".join(c for c in _text(element, "name") if c.isprintable())[:120] or f"overlay {number}"
    where = f"{name}, {title}"
    corners, is_box = _corners(element, where)
    return Overlay(title, _picture(element, where), corners, _time(element, where), is_box)


def _picture(element: Element, where: str) -> str:
    icon = _child(element, "Icon")
    href = _text(icon, "href") if icon is not None else ""
    if not href:
        raise BadInput(f"{where}: names no picture", "Save it as KMZ with its picture inside.")
    if re.match(r"[a-z][a-z0-9+.-]*:|//|\\\\", href, re.IGNORECASE):
        raise BadInput(
            f"{where}: its picture is not in the file but at an address",
            "Nothing is fetched from there. Save the overlay as KMZ, with its picture inside.",
        )
    path = unquote(href.partition("#")[0]).replace("\\", "/")
    if path.startswith("/") or ".." in PurePosixPath(path).parts or not path.isprintable():
        raise BadInput(
            f"{where}: its picture lies outside the file", "Save the overlay as KMZ, with its picture inside."
        )
    return path


def _corners(element: Element, where: str) -> tuple[tuple[tuple[float, float], ...], bool]:
    quad, box = _child(element, "LatLonQuad"), _child(element, "LatLonBox")
    corners: tuple[tuple[float, float], ...]
    if quad is not None:
        pairs = _text(quad, "coordinates").split()
        if len(pairs) != 4:
            raise BadInput(
                f"{where}: its LatLonQuad has {len(pairs)} corners, not 4", "Lay the overlay again."
            )
        left_low, right_low, right_high, left_high = (_pair(pair, where) for pair in pairs)
        corners, is_box = (left_high, right_high, right_low, left_low), False
    elif box is not None:
        corners, is_box = _box_corners(box, where), True
    else:
        raise BadInput(f"{where}: has neither LatLonBox nor LatLonQuad", "Lay the overlay again.")
    ring = np.array(corners)
    if np.ptp(ring[:, 0]) > 180 or np.any(np.abs(ring[:, 0]) > 180) or np.any(np.abs(ring[:, 1]) > 85):
        raise BadInput(
            f"{where}: crosses the 180th meridian or reaches a pole",
            "Cut it to the part that shows the site.",
        )
    across = np.roll(ring, -1, axis=0) - ring
    turns = across[:, 0] * np.roll(across[:, 1], -1) - across[:, 1] * np.roll(across[:, 0], -1)
    if not np.all(turns < 0):  # clockwise from the top left, seen from above
        mirrored = bool(np.all(turns > 0))
        raise BadInput(
            f"{where}: its corners {'lie mirrored' if mirrored else 'cross or enclose nothing'}",
            "KML counts a LatLonQuad from the lower left corner, against the clock.",
        )
    return corners, is_box


def _box_corners(box: Element, where: str) -> tuple[tuple[float, float], ...]:
    """
    Corners of a LatLonBox, turned about its middle against the clock.

    It is turned on the ground: a square stays one, as Google Earth draws it.
    """
    north, south, east, west = (_number(box, side, where) for side in ("north", "south", "east", "west"))
    turn = math.radians(_number(box, "rotation", where, 0.0))
    if north <= south or east <= west:
        raise BadInput(
            f"{where}: its box has no extent, or crosses the 180th meridian", "Lay the overlay again."
        )
    lon, lat = (east + west) / 2, (north + south) / 2
    shrink = math.cos(math.radians(lat))
    half_x, half_y = (east - west) / 2 * shrink, (north - south) / 2
    return tuple(
        (
            lon + (x * math.cos(turn) - y * math.sin(turn)) / shrink,
            lat + x * math.sin(turn) + y * math.cos(turn),
        )
        for x, y in ((-half_x, half_y), (half_x, half_y), (half_x, -half_y), (-half_x, -half_y))
    )


def _number(element: Element, name: str, where: str, default: float | None = None) -> float:
    text = _text(element, name)
    if not text and default is not None:
        return default
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not (math.isfinite(value) and abs(value) <= 540):
        raise BadInput(f"{where}: {name} is {text[:40]!r}, not degrees", "Lay the overlay again.")
    return value


def _pair(text: str, where: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) not in (2, 3) or not all(_NUMBER.fullmatch(part) for part in parts):
        raise BadInput(f"{where}: {text[:40]!r} is not longitude,latitude", "Lay the overlay again.")
    return float(parts[0]), float(parts[1])


def _time(element: Element, where: str) -> str:
    """TimeStamp, or a TimeSpan with both ends, as `acquired` is written; a year is all its days."""
    stamp, span = _child(element, "TimeStamp"), _child(element, "TimeSpan")
    if stamp is not None and _text(stamp, "when"):
        first = last = _text(stamp, "when")
    elif span is not None and _text(span, "begin") and _text(span, "end"):
        first, last = _text(span, "begin"), _text(span, "end")
    else:
        return ""
    if _YEAR.fullmatch(first):
        first = f"{first}-01-01"
    if _YEAR.fullmatch(last):
        last = f"{last}-12-31"
    said = first if first == last else f"{first}/{last}"
    try:
        parse_acquired(said)
    except BadInput as error:
        raise BadInput(f"{where}: its time is {error}", "Say --acquired.") from error
    return said


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _local(child) == name), None)


def _text(element: Element, name: str) -> str:
    found = _child(element, name)
    return (found.text or "").strip() if found is not None else ""


def place_overlay(
    overlay: Overlay,
    shape: tuple[int, int],
    site: Site,
    original_sha256: str,
    source: str,
    source_sha256: str,
) -> Placement:
    """
    Where an overlay's picture of `shape` (rows, columns) lies.

    A box is a plain stretch of longitude and latitude, and so its pixels stay as they are; so do those of a quad that is a
    parallelogram. Any other quad is a picture seen at a slant.
    """
    import pyproj

    rows, cols = shape
    picture = np.array([(0, 0), (cols, 0), (cols, rows), (0, rows)], float)
    crs, corners = WGS84, np.array(overlay.corners)
    if not overlay.is_box:
        crs = utm_of(site, overlay.corners)
        corners = np.column_stack(
            pyproj.Transformer.from_crs(WGS84, crs, always_xy=True).transform(corners[:, 0], corners[:, 1])
        )
        if not np.isfinite(corners).all():
            raise BadInput(f"{source}, {overlay.name}: lies far from the site", "Is it of this site?")
    model, matrix = Model.AFFINE, fit(Model.AFFINE, picture, corners)
    if not overlay.is_box and _off(matrix, picture, corners) > _STRAIGHT_PX:
        model, matrix = Model.PROJECTIVE, fit(Model.PROJECTIVE, picture, corners)
    a, b, c, d, e, f, g, h, i = (float(v) for v in matrix.ravel())
    return Placement(
        original_sha256=original_sha256,
        source=f"{source}, {overlay.name}",
        source_sha256=source_sha256,
        model=model,
        crs=crs,
        matrix=(a, b, c, d, e, f, g, h, i),
        warped=model is Model.PROJECTIVE,
        chosen="by the corners of the overlay",
    )


def _off(matrix: NDArray[np.float64], picture: NDArray[np.float64], corners: NDArray[np.float64]) -> float:
    """How far the corners are off, pixels."""
    inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    return float(np.hypot(*(through(inverse, corners) - picture).T).max())


def ids_of(overlays: tuple[Overlay, ...], stem: str) -> Iterator[str]:
    """A scene id for each overlay: the file's name if it is the only one, else its own name, made unique."""
    if len(overlays) == 1:
        yield stem
        return
    used: set[str] = set()
    for number, overlay in enumerate(overlays, 1):
        plain = (
            re.sub(r"[^\w.-]+", "-", PurePosixPath(overlay.name).stem).strip("-.")[:60] or f"overlay-{number}"
        )
        chosen = f"{stem}-{plain}"
        if chosen in used:
            chosen = f"{chosen}-{number}"
        used.add(chosen)
        yield chosen
