"""Control points and tie points: what a person found both in a picture and elsewhere, from CSV, GeoJSON or QGIS."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siteline.catalog.manifest import meant_by
from siteline.model.errors import BadInput

_MAX_BYTES = 4 * 2**20
_MAX_POINTS = 2_000
_LONGEST = 200
_PLACES = ("lon", "lat", "easting", "northing", "crs", "ref_x", "ref_y")
_KNOWN = ("x", "y", "label", *_PLACES)
_MEANT = {
    "longitude": "lon", "lng": "lon", "long": "lon", "latitude": "lat", "east": "easting", "north": "northing",
    "e": "easting", "n": "northing", "epsg": "crs", "name": "label", "id": "label", "col": "x", "column": "x",
    "row": "y", "line": "y", "pixel_x": "x", "pixel_y": "y", "px": "x", "py": "y", "reference_x": "ref_x",
    "reference_y": "ref_y", "x_ref": "ref_x", "y_ref": "ref_y",
}  # fmt: skip
_HOW = "Columns: x,y,lon,lat or x,y,easting,northing,crs; label if you like."
_QGIS_CRS = re.compile(r"#\s*CRS:\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tie:
    """One point of a picture and where it is elsewhere."""

    label: str
    x: float
    """Pixels from the picture's left edge."""

    y: float
    """Pixels down from its top edge."""

    place: tuple[float, float] | None
    """Longitude and latitude; None for a point of a reference scene."""

    reference: tuple[float, float] | None = None
    """Pixels right and down in the reference scene; None for a place on the ground."""


def read_points(path: Path) -> tuple[Tie, ...]:
    """
    The points of a file, each with its place on the ground or in a reference scene; in file order.

    Raises BadInput naming file, line or feature, and remedy.
    """
    text = _text_of(path)
    if text.lstrip()[:1] in ("{", "["):
        ties = _from_geojson(text, path.name)
    elif path.suffix.lower() == ".points" or re.search(r"^\s*mapX\s*[,;\t]", text, re.MULTILINE):
        ties = _from_qgis(text, path.name)
    else:
        ties = _from_csv(text, path.name)
    if not ties:
        raise BadInput(f"{path.name}: no point in it", _HOW)
    if len(ties) > _MAX_POINTS:
        raise BadInput(f"{path.name}: more than {_MAX_POINTS} points", "A dozen good ones are enough.")
    _refuse_doubles(ties, path.name)
    if len({tie.place is None for tie in ties}) > 1:
        raise BadInput(
            f"{path.name}: some points lie on the ground and some in a reference scene",
            "Use one or the other for all of them.",
        )
    return tuple(ties)


def _text_of(path: Path) -> str:
    try:
        if not path.is_file():
            raise BadInput(f"no such file of points: {path}", "Check the path.")
        with path.open("rb") as stream:
            raw = stream.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{path.name}: cannot be read ({error})", "Check the path and its permissions."
        ) from error
    if len(raw) > _MAX_BYTES:
        raise BadInput(f"{path.name}: too large for a list of points", "A dozen good ones are enough.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name}: not UTF-8 text", "Save it as CSV UTF-8.") from error
    if "\0" in text:
        raise BadInput(f"{path.name}: holds zero bytes, not text", "Save it as CSV UTF-8.")
    return text


def _refuse_doubles(ties: Sequence[Tie], name: str) -> None:
    """The same spot of the picture twice says nothing new, or two things at once."""
    seen: dict[tuple[float, float], Tie] = {}
    for tie in ties:
        if (tie.x, tie.y) in seen:
            raise BadInput(
                f"{name}: {seen[tie.x, tie.y].label} and {tie.label} are the same pixel ({tie.x:g}, {tie.y:g})",
                "Keep one of them.",
            )
        seen[tie.x, tie.y] = tie


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Cells of each line that holds any, with its number."""
    header = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    separator = max((",", ";", "\t"), key=header.count)
    lines = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput(f"{name}, line {lines.line_num}: not a table ({error})", _HOW) from error
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            yield lines.line_num, [cell.strip() for cell in cells]


def _from_csv(text: str, name: str) -> list[Tie]:
    rows = _rows(text, name)
    _, header = next(rows, (1, []))
    columns = [_column(cell) for cell in header]
    for needed in ("x", "y"):
        if needed not in columns:
            raise BadInput(f"{name}: no column {needed!r}", _HOW)
    for column in columns:
        if column in _KNOWN and columns.count(column) > 1:
            raise BadInput(f"{name}: column {column!r} appears twice", "Keep one of them.")
    known = [column for column in columns if column in _PLACES]
    for given, kinds in (("lon", ("lat",)), ("lat", ("lon",)), ("ref_x", ("ref_y",)), ("ref_y", ("ref_x",)),
                         ("easting", ("northing", "crs")), ("northing", ("easting", "crs"))):  # fmt: skip
        lacking = [kind for kind in kinds if given in known and kind not in known]
        if lacking:
            raise BadInput(f"{name}: column {given!r} without {lacking[0]!r}", _HOW)
    if sum(pair in known for pair in ("lon", "easting", "ref_x")) != 1:
        near = next((n for c in columns if c not in _KNOWN and (n := meant_by(c, _PLACES))), None)
        raise BadInput(
            f"{name}: its columns do not say, in one way, where the points are",
            _HOW + (f" Did you mean {near}?" if near else ""),
        )
    ties: list[Tie] = []
    for line, cells in rows:
        where = f"{name}, line {line}"
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            raise BadInput(
                f"{where}: {len(cells)} cells under {len(columns)} columns", "Write decimals with a point."
            )
        said = dict(zip(columns, cells, strict=False))
        label = said.get("label") or f"point {len(ties) + 1}"
        ties.append(_tie(label, said, where))
    return ties


def _column(cell: str) -> str:
    plain = cell.strip().casefold().replace(" ", "_").replace("-", "_")
    return _MEANT.get(plain, plain)


def _tie(label: str, said: Mapping[str, Any], where: str) -> Tie:
    """A point from what is said of it: x, y, and one of lon and lat, easting, northing and crs, ref_x and ref_y."""
    x, y = _number(said, "x", where), _number(said, "y", where)
    label = _short(label)
    if "ref_x" in said:
        return Tie(label, x, y, None, (_number(said, "ref_x", where), _number(said, "ref_y", where)))
    if "easting" in said:
        move = _to_degrees(str(said.get("crs", "")), where)
        return Tie(
            label,
            x,
            y,
            _on_earth(*move(_number(said, "easting", where), _number(said, "northing", where)), where),
        )
    return Tie(label, x, y, _on_earth(_number(said, "lon", where), _number(said, "lat", where), where))


def _short(label: str) -> str:
    plain = "".join(letter for letter in str(label) if letter.isprintable()).strip()
    return plain[:_LONGEST] or "a point"


def _number(said: Mapping[str, Any], column: str, where: str) -> float:
    value = said.get(column)
    try:
        if isinstance(value, bool) or value is None:
            raise ValueError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not (math.isfinite(number) and abs(number) < 1e9):
        said_so = "empty" if value in (None, "") else f"{str(value)[:40]!r} is not a number"
        raise BadInput(f"{where}, {column}: {said_so}", "Write it with a decimal point and without a unit.")
    return number


def _on_earth(lon: float, lat: float, where: str) -> tuple[float, float]:
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        swapped = -180 <= lat <= 180 and -90 <= lon <= 90
        raise BadInput(
            f"{where}: longitude {lon:g}, latitude {lat:g} is no place on Earth",
            "Longitude and latitude are exchanged." if swapped else "Check the numbers and their CRS.",
        )
    return lon, lat


def _to_degrees(crs: str, where: str) -> Callable[[float, float], tuple[float, float]]:
    """What turns coordinates of a CRS (east first) into longitude and latitude."""
    import pyproj

    said = crs.strip()
    if not said:
        raise BadInput(f"{where}, crs: empty", "Name it, such as EPSG:32652; nothing is guessed.")
    try:
        found = pyproj.CRS.from_user_input(f"EPSG:{said}" if said.isascii() and said.isdigit() else said)
        transform = pyproj.Transformer.from_crs(found, "EPSG:4326", always_xy=True).transform
    except pyproj.exceptions.ProjError as error:
        raise BadInput(f"{where}, crs: {said[:40]!r} is not known", "Write it as EPSG:32652.") from error
    return lambda east, north: transform(east, north)


def _from_geojson(text: str, name: str) -> list[Tie]:
    def refuse(constant: str) -> float:
        raise ValueError(f"{constant} is not a number")

    try:
        whole = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: not GeoJSON ({error})", "Export it again from your map program.") from error
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list):
        raise BadInput(f"{name}: not a FeatureCollection of points", "Export the points as GeoJSON.")
    if "crs" in whole and not re.search(r"CRS84|EPSG:+4326\b", str(whole["crs"])):
        raise BadInput(
            f"{name}: its coordinates are not longitude and latitude", "Export it in WGS 84 (EPSG:4326)."
        )
    ties = []
    for number, feature in enumerate(features, 1):
        where = f"{name}, feature {number}"
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        place = geometry.get("coordinates") if isinstance(geometry, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") != "Point" or not isinstance(place, list):
            raise BadInput(f"{where}: not a point", "Keep only points in the file.")
        if len(place) < 2:
            raise BadInput(f"{where}: a point without coordinates", "Draw it again.")
        said = feature.get("properties")
        if not isinstance(said, dict) or not {"x", "y"} <= set(said):
            raise BadInput(
                f"{where}: no properties x and y",
                "Give each point the pixel of the picture where it is seen.",
            )
        label = said.get("label") or said.get("name") or f"point {number}"
        ties.append(_tie(str(label), {**said, "lon": place[0], "lat": place[1]}
                         if "ref_x" not in said else said, where))  # fmt: skip
    return ties


def _from_qgis(text: str, name: str) -> list[Tie]:
    """Points of the QGIS georeferencer: map coordinates in its CRS, pixels with y counted upwards from the top edge."""
    named = next((found for line in text.splitlines() if (found := _QGIS_CRS.match(line.strip()))), None)
    if named is None:
        raise BadInput(
            f"{name}: does not say in which CRS its map coordinates are",
            "Begin it with a line such as: #CRS: EPSG:4326 (newer QGIS writes one).",
        )
    move = _to_degrees(named[1], name)
    rows = _rows(text, name)
    _, header = next(rows, (1, []))
    columns = [{"pixelx": "sourcex", "pixely": "sourcey"}.get(c.casefold(), c.casefold()) for c in header]
    if not {"mapx", "mapy", "sourcex", "sourcey"} <= set(columns):
        raise BadInput(
            f"{name}: not a list of points of QGIS", "It has columns mapX, mapY, sourceX and sourceY."
        )
    ties = []
    for number, (line, cells) in enumerate(rows, 1):
        said, where = dict(zip(columns, cells, strict=False)), f"{name}, line {line}"
        if said.get("enable", "1") in ("0", "false"):
            continue
        east, north = _number(said, "mapx", where), _number(said, "mapy", where)
        place = _on_earth(*move(east, north), where)
        ties.append(
            Tie(f"point {number}", _number(said, "sourcex", where), -_number(said, "sourcey", where), place)
        )
    return ties
