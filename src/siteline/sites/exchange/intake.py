"""Bytes from outside, before anybody believes them: sizes, encodings, JSON that means one thing only."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from siteline.model.errors import BadSiteFile

MAX_BYTES = 16 * 2**20
"""Largest file (or KML inside a KMZ) we read: a site has dozens of outlines, not millions."""

MAX_FEATURES = 5_000
"""Most features that one site may have."""

_DEEPEST = 100
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that no name needs and that XML cannot carry."""

_OTHERS = (
    (b"SQLite format 3\x00", "a GeoPackage or database"),
    (b"\x00\x00\x27\x0a", "a Shapefile"),
    (b"%PDF", "a PDF"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)


def read_bytes(path: Path) -> bytes:
    """All bytes of a drawing somebody made; refused if it is no plain file, empty or far too large."""
    try:
        if not path.exists():
            raise BadSiteFile(f"{path}: no such file", "Check the path.")
        if not path.is_file():
            raise BadSiteFile(f"{path}: not a file", "Name a GeoJSON, KML or KMZ file.")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadSiteFile(
            f"{path.name}: cannot be read ({error})", "Check the path and its permissions."
        ) from error
    if len(data) > MAX_BYTES:
        raise BadSiteFile(
            f"{path.name}: larger than {MAX_BYTES // 2**20} MiB",
            "A site file holds one site: cut out its features and save them alone.",
        )
    if not data.strip():
        raise BadSiteFile(f"{path.name}: the file is empty", "Export it again.")
    return data


def sniff(data: bytes, name: str) -> str:
    """What the bytes are, whatever the file is called: "geojson", "kml" or "kmz"."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "kmz"
    for magic, what in _OTHERS:
        if data.startswith(magic):
            raise BadSiteFile(
                f"{name}: this is {what}, not GeoJSON, KML or KMZ",
                "Convert it, for instance: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES site.geojson FILE",
            )
    head = data[:200].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"<"):
        return "kml"
    if head.startswith((b"{", b"[")):
        return "geojson"
    raise BadSiteFile(
        f"{name}: neither GeoJSON, KML nor KMZ",
        "Save the drawing as GeoJSON (EPSG:4326) or as KML, and add that file.",
    )


def decode(data: bytes, name: str) -> str:
    """Text of a JSON file: UTF-8, with or without a byte-order mark, or UTF-16 with one."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadSiteFile(
            f"{name}: not {encoding.removesuffix('-sig').upper()} at byte {error.start}",
            "Save it again as UTF-8.",
        ) from error


def parse_json(text: str, name: str) -> Any:
    """JSON that means one thing only: finite numbers, each key once, no characters that XML cannot carry."""

    def refuse_constant(constant: str) -> Any:
        raise BadSiteFile(
            f"{name}: {constant} is not a number", "Remove the feature or give its coordinates."
        )

    def refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            twin = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise BadSiteFile(f"{name}: {twin[:60]!r} is given twice in one object", "Keep one of the two.")
        return made

    try:
        parsed = json.loads(
            text,
            parse_constant=refuse_constant,
            parse_float=finite,
            parse_int=short,
            object_pairs_hook=refuse_twins,
        )
        _refuse_unfit(parsed, name, 0)
    except json.JSONDecodeError as error:
        raise BadSiteFile(
            f"{name}: not JSON in line {error.lineno}, column {error.colno} ({error.msg})",
            "Was it cut off while copying? Export it again.",
        ) from error
    except RecursionError as error:
        raise BadSiteFile(f"{name}: nested too deeply", "Export it again from your map program.") from error
    except ValueError as error:  # a number without end
        raise BadSiteFile(f"{name}: not JSON ({error})", "Export it again.") from error
    return parsed


def parse_value(text: str) -> Any:
    """One JSON value of finite numbers, not nested deeply. Raises ValueError."""

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        parsed = json.loads(text, parse_constant=refuse, parse_float=finite, parse_int=short)
        _refuse_unfit(parsed, "", 0)
    except (RecursionError, BadSiteFile) as error:
        raise ValueError("not a plain value") from error
    return parsed


def finite(number: str) -> float:
    """A JSON number that a computer can hold. Raises ValueError."""
    if math.isinf(value := float(number)):
        raise ValueError(f"{number[:40]} is not a number")
    return value


def short(number: str) -> int:
    """A whole JSON number of at most 18 digits. Raises ValueError."""
    if len(number) > 19:
        raise ValueError(f"{number[:40]} is too large a number")
    return int(number)


def fit_text(text: str) -> str:
    """`text` with what XML cannot carry replaced by U+FFFD."""
    return _UNFIT.sub("\ufffd", text)


def fit_value(value: Any) -> Any:
    """A JSON value with all its texts made fit."""
    if isinstance(value, str):
        return fit_text(value)
    if isinstance(value, Mapping):
        return {fit_text(key): fit_value(item) for key, item in value.items()}
    return [fit_value(item) for item in value] if isinstance(value, list | tuple) else value


def dump_collection(members: Mapping[str, Any], features: list[dict[str, Any]]) -> bytes:
    """A GeoJSON FeatureCollection, one feature a line, so that two versions can be compared line by line."""
    encode = partial(json.dumps, ensure_ascii=False, allow_nan=False)
    head = encode({"type": "FeatureCollection", **fit_value(members)}, indent=1)
    lines = ",\n".join(encode(fit_value(feature)) for feature in features)
    return f'{head[:-2]},\n "features": [\n{lines}\n]}}\n'.encode("utf-8", "replace")


def _refuse_unfit(value: Any, name: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        if found := _UNFIT.search(value):
            raise BadSiteFile(
                f"{name}: a text holds the character U+{ord(found[0]):04X}", "Remove it; it cannot be shown."
            )
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unfit(key, name, depth)
            _refuse_unfit(item, name, depth + 1)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str | list | dict):
                _refuse_unfit(item, name, depth + 1)
