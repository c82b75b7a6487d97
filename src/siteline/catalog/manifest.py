"""Scene manifests: a table of files and dates, read line by line, refused by line and column."""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from siteline.catalog.published import MOSAIC, read_dates
from siteline.catalog.radar import RADAR_COLUMNS, is_radar, read_take
from siteline.model.dates import Acquired
from siteline.model.errors import BadManifest
from siteline.model.imagery import BANDS, Use
from siteline.model.radar import RADAR_BANDS, RadarTake
from siteline.model.remark import Remark

REQUIRED = ("file", "acquired")
OPTIONAL = (
    "id", "sensor", "gsd_m", "bands", "scale", "offset", "nodata", "mask", "mask_kind", "sun_azimuth",
    "sun_elevation", "view_off_nadir", "view_azimuth", "credit", "licence", "use", "published", "mosaic_from",
    "mosaic_to",
)  # fmt: skip
COLUMNS = REQUIRED + OPTIONAL
MASK_KINDS = ("nonzero_bad", "udm2", "scl", "qa_pixel")

_MAX_BYTES = 32 * 2**20
_MAX_ROWS = 100_000
_MAX_CELL = 4_000
_NOT_A_BAND = ("alpha", "unused", "-")
_MEANT = {
    "date": "acquired", "datetime": "acquired", "date_time": "acquired", "time": "acquired",
    "timestamp": "acquired", "acquisition_date": "acquired", "when": "acquired",
    "filename": "file", "file_name": "file", "path": "file", "href": "file", "image": "file",
    "filepath": "file", "file_path": "file", "license": "licence", "gsd": "gsd_m", "resolution": "gsd_m",
    "release_date": "published", "released": "published", "publication_date": "published",
    "mosaic_start": "mosaic_from", "mosaic_end": "mosaic_to",
    "copyright": "credit", "attribution": "credit", "udm": "mask", "name": "id", "scene_id": "id",
    "gray": "grey", "pan": "grey", "b": "blue", "g": "green", "r": "red", "n": "nir", "swir1": "swir16",
    "swir2": "swir22", "near_infrared": "nir", "infrared": "nir", "red_edge": "rededge1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What a manifest says of one scene, checked cell by cell; nothing was opened yet."""

    where: str
    """Manifest and line, to begin a refusal with."""

    file: str
    acquired: Acquired
    id: str | None = None
    sensor: str = ""
    gsd_m: float | None = None
    bands: tuple[str, ...] | None = None
    """Names in file order, "" for a band that is not used; None if the column is absent or empty."""

    scale: float | None = None
    offset: float = 0.0
    nodata: float | None = None
    mask: str | None = None
    mask_kind: str = "nonzero_bad"
    sun_azimuth: float | None = None
    sun_elevation: float | None = None
    view_off_nadir: float | None = None
    view_azimuth: float | None = None
    credit: str = "unknown"
    licence: str = "unknown"
    use: Use = Use.UNKNOWN
    publish_max_px: int | None = None
    published: date | None = None
    mosaic: tuple[date, date] | None = None
    radar: RadarTake | None = None
    notes: tuple[tuple[str, str], ...] = ()


def read_rows(path: Path) -> tuple[tuple[Row, ...], tuple[Remark, ...]]:
    """
    The rows of a manifest, in file order, and what its reader must be told.

    Commas, semicolons or tabs; UTF-8 with or without a byte-order mark. Raises BadManifest naming file, line
    and column.
    """
    lines = csv.reader(io.StringIO(_text_of(path)), delimiter=_delimiter(path), strict=True)
    numbered = _numbered(lines, path.name)
    first, header = next(numbered, (1, []))
    columns = _columns(header, f"{path.name}, line {first}")
    rows = []
    for number, cells in numbered:
        where = f"{path.name}, line {number}"
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            raise BadManifest(
                f"{where}: {len(cells)} cells under {len(columns)} columns",
                'Put text that holds the separator between double quotes ("…").',
            )
        rows.append(parse_row(dict(zip(columns, (c.strip() for c in cells), strict=False)), where))
        if len(rows) > _MAX_ROWS:
            raise BadManifest(f"{path.name}: more than {_MAX_ROWS} scenes", "Split the manifest.")
    if not rows:
        raise BadManifest(f"{path.name}: no scene in it", "Write one line per image under the header.")
    has_radar = any(row.radar is not None for row in rows)
    of_notes = [c for c in columns if c not in RADAR_COLUMNS] if has_radar else columns
    return tuple(rows), _tell_of_notes(of_notes, path.name)


def parse_row(cells: Mapping[str, str], where: str) -> Row:
    """One checked row from its cells by column name; an empty cell is as good as none."""
    said = {column: cell for column, cell in cells.items() if cell != ""}
    for column, cell in said.items():
        if len(cell) > _MAX_CELL or (column in COLUMNS and not cell.isprintable()):
            raise BadManifest(
                f"{where}, column {column}: unprintable or endless text", "Write plain, short text."
            )
    if "file" not in said:
        raise BadManifest(f"{where}, column file: empty", "Every line names one image file.")
    acquired, published, mosaic = read_dates(said, where)
    use, publish_max_px = _parse_use(said.get("use"), where)
    mask_kind = said.get("mask_kind", "nonzero_bad")
    if mask_kind not in MASK_KINDS:
        raise BadManifest(f"{where}, column mask_kind: {mask_kind!r}", f"Known are: {', '.join(MASK_KINDS)}.")
    bands = _parse_bands(said["bands"], where) if "bands" in said else None
    radar = read_take(said, bands, where) if bands is not None and is_radar(bands) else None
    if radar is not None and mosaic is not None:
        raise BadManifest(
            f"{where}, column mosaic_from: a radar image of several days cannot be dated",
            "List single passes.",
        )
    read = COLUMNS + RADAR_COLUMNS if radar is not None else COLUMNS
    return Row(
        where=where,
        file=said["file"],
        acquired=acquired,
        id=said.get("id"),
        sensor=said.get("sensor", ""),
        gsd_m=_number(said, "gsd_m", where, above=0, most=100_000),
        bands=bands,
        scale=_number(said, "scale", where, above=0),
        offset=_number(said, "offset", where) or 0.0,
        nodata=_parse_nodata(said, where),
        mask=said.get("mask"),
        mask_kind=mask_kind,
        sun_azimuth=_number(said, "sun_azimuth", where, least=-180, most=360),
        sun_elevation=_number(said, "sun_elevation", where, least=-90, most=90),
        view_off_nadir=_number(said, "view_off_nadir", where, least=-90, most=90),
        view_azimuth=_number(said, "view_azimuth", where, least=-180, most=360),
        credit=said.get("credit", "unknown"),
        licence=said.get("licence", "unknown"),
        use=use,
        publish_max_px=publish_max_px,
        published=published,
        mosaic=mosaic,
        radar=radar,
        notes=tuple((column, cell) for column, cell in said.items() if column not in read),
    )


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= _MAX_BYTES else b""
    except OSError as error:
        raise BadManifest(
            f"cannot read the manifest {path.name}: {error.strerror}", "Check the path and its permissions."
        ) from error
    if size > _MAX_BYTES:
        raise BadManifest(f"{path.name} is too large for a manifest ({size} bytes)", "Split it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadManifest(
            f"{path.name}, line {line}: not UTF-8", "Save it as CSV UTF-8 and add it again."
        ) from error
    if "\0" in text:
        raise BadManifest(f"{path.name}: holds zero bytes, not a text table", "Save it as CSV UTF-8.")
    return text


def _delimiter(path: Path) -> str:
    """The separator of the header line; a comma unless semicolons or tabs outnumber commas there."""
    header = next((line for line in _text_of(path).splitlines() if line.strip()), "")
    return max((",", ";", "\t"), key=header.count)


def _numbered(lines: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold anything, with their numbers."""
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            at = getattr(lines, "line_num", 0)
            raise BadManifest(
                f"{name}, line {at}: not a table ({error})", 'Close every double quote ("…").'
            ) from error
        if any(cell.strip() for cell in cells):
            yield getattr(lines, "line_num", 0), cells


def _columns(header: list[str], where: str) -> list[str]:
    columns = [name.strip().casefold() for name in header]
    while columns and columns[-1] == "":
        columns.pop()
    for name in columns:
        if columns.count(name) > 1:
            raise BadManifest(f"{where}: column {name!r} appears twice", "Keep one of them.")
    if "" in columns:
        raise BadManifest(f"{where}: a column without a name", "Name it or delete it.")
    for required in REQUIRED:
        if required not in columns and not (required == "acquired" and set(MOSAIC) <= set(columns)):
            near = [name for name in columns if name not in COLUMNS and meant_by(name, COLUMNS) == required]
            raise BadManifest(
                f"{where}: no column {required!r}" + (f"; did you mean it by {near[0]!r}?" if near else ""),
                f"Rename {near[0]!r} to {required!r}."
                if near
                else "A release date does not say when it was taken: add acquired, or mosaic_from and mosaic_to."
                if "published" in columns
                else "The header needs: file,acquired",
            )
    return columns


def meant_by(said: str, known: tuple[str, ...]) -> str | None:
    """The known word that somebody probably meant."""
    plain = said.strip().casefold().replace(" ", "_").replace("-", "_")
    if _MEANT.get(plain) in known:
        return _MEANT[plain]
    close = difflib.get_close_matches(plain, known, n=1, cutoff=0.75)
    return close[0] if close else None


def _tell_of_notes(columns: list[str], name: str) -> tuple[Remark, ...]:
    """One warning for all columns that we do not read."""
    unknown = [column for column in columns if column not in COLUMNS]
    if not unknown:
        return ()
    told = []
    for column in unknown:
        near = meant_by(column, COLUMNS)
        told.append(f"{column} (did you mean {near}?)" if near and near not in columns else column)
    return (
        Remark(
            name, f"kept as notes, not read: {', '.join(told)}", "Rename a column if it was meant to count."
        ),
    )


def _number(
    said: Mapping[str, str],
    column: str,
    where: str,
    least: float = -math.inf,
    most: float = math.inf,
    above: float = -math.inf,
) -> float | None:
    if column not in said:
        return None
    try:
        value = float(said[column])
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and least <= value <= most and value > above):
        bounds = f" from {least:g} to {most:g}" if math.isfinite(least) else " above 0" if above == 0 else ""
        raise BadManifest(
            f"{where}, column {column}: {said[column]!r} is not a number{bounds}",
            "Write it with a decimal point and without a unit, or leave it empty.",
        )
    return value


def _parse_nodata(said: Mapping[str, str], where: str) -> float | None:
    if said.get("nodata", "").casefold() == "nan":
        return math.nan
    return _number(said, "nodata", where)


def _parse_bands(text: str, where: str) -> tuple[str, ...]:
    names = text.casefold().replace(",", " ").replace("/", " ").split()
    known = BANDS + RADAR_BANDS
    for name in names:
        if name not in known and name not in _NOT_A_BAND:
            near = meant_by(name, BANDS)
            raise BadManifest(
                f"{where}, column bands: no band is called {name!r}"
                + (f"; did you mean {near}?" if near else ""),
                f"Known are: {' '.join(BANDS)}; alpha or - for one that is not used.",
            )
    used = [name for name in names if name in known]
    if not used or len(set(used)) != len(used):
        raise BadManifest(
            f"{where}, column bands: {text!r} names no band, or one twice", "Name each band of the file once."
        )
    return tuple(name if name in known else "" for name in names)


def _parse_use(text: str | None, where: str) -> tuple[Use, int | None]:
    if text is None:
        return Use.UNKNOWN, None
    name, _, limit = text.casefold().replace(" ", "").partition("=")
    if name == Use.PUBLISH_MAX_PX and limit.isascii() and limit.isdigit() and int(limit[:9]) > 0:
        return Use.PUBLISH_MAX_PX, int(limit[:9])
    if name in (Use.PUBLISH, Use.ANALYSE, Use.NONE, Use.UNKNOWN) and not limit:
        return Use(name), None
    raise BadManifest(
        f"{where}, column use: {text!r}", "Write publish, publish_max_px=N, analyse, none or unknown."
    )
