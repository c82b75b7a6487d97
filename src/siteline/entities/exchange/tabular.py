"""CSV that opens safely in a spreadsheet and comes back as it was; lines of foreign CSV with their numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from siteline.entities.hazards import shown
from siteline.model.errors import BadEntityFile

LARGEST = 256 << 20
"""Bytes of one CSV file."""

_LONGEST_CELL = 100_000
_TRIGGERS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What makes a spreadsheet compute a cell."""


def read_rows(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The columns of a CSV, and its rows each with the number of its first line; refuses what is no table."""
    file = _opened(path)
    first = file.readline(_LONGEST_CELL)
    if "\0" in first or not first.strip():
        file.close()
        raise BadEntityFile(f"{path.name}: no line of column names", "Give a CSV with a header.")
    delimiter = max(",;\t", key=first.count)
    file.seek(0)
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(file, delimiter=delimiter, strict=True)
    names = _next(lines, path)
    _refuse_bytes(path, 1, names)
    columns = [column.strip().lstrip("\ufeff").casefold() for column in names]
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise BadEntityFile(
            f"{path.name}, line 1: column {shown(twice[0])!r} stands there twice", "Name it otherwise."
        )
    return columns, _rows(path, file, lines, columns)


def _rows(
    path: Path, file: TextIO, lines: Iterator[list[str]], columns: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    with file:
        while True:
            number = lines.line_num + 1  # type: ignore[attr-defined]
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                raise BadEntityFile(f"{path.name}, line {number}: {error}") from error
            if not any(cell.strip() for cell in cells):
                continue
            _refuse_bytes(path, number, cells)
            if len(cells) > len(columns):
                extra = shown(cells[len(columns)])
                raise BadEntityFile(
                    f"{path.name}, line {number}: {len(cells)} cells for {len(columns)} columns; the first too many is {extra!r}",
                    "Put quotation marks round cells that hold the separator.",
                )
            cells += [""] * (len(columns) - len(cells))
            yield number, {column: unguarded(cell) for column, cell in zip(columns, cells, strict=True)}


def _refuse_bytes(path: Path, number: int, cells: list[str]) -> None:
    """Bytes that were no text came in as lone surrogates, so that their line is known."""
    if any("\udc80" <= letter <= "\udcff" for cell in cells for letter in cell):
        raise BadEntityFile(
            f"{path.name}, line {number}: bytes that are not UTF-8", "Save the file as UTF-8."
        )


def _opened(path: Path) -> TextIO:
    if not path.is_file():
        raise BadEntityFile(f"{path} is not a file", "Name a CSV or FollowTheMoney file.")
    if path.stat().st_size > LARGEST:
        raise BadEntityFile(f"{path.name} is larger than {LARGEST >> 20} MiB", "Cut it into several files.")
    start = _head(path)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")):
        raise BadEntityFile(f"{path.name} is not text", "Save the sheet as CSV (UTF-8).")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return path.open(encoding="utf-16", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _next(lines: Iterator[list[str]], path: Path) -> list[str]:
    try:
        return next(lines)
    except csv.Error as error:
        raise BadEntityFile(f"{path.name}, line 1: {error}") from error


def guarded(cell: str) -> str:
    """A cell that no spreadsheet computes; `unguarded` gives it back."""
    bare = cell.lstrip("'")
    return f"'{cell}" if bare.startswith(_TRIGGERS) else cell


def unguarded(cell: str) -> str:
    """A cell as it was before `guarded`; foreign cells stay as they are."""
    bare = cell.lstrip("'")
    return cell[1:] if cell.startswith("'") and bare.startswith(_TRIGGERS) else cell


def write_rows(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a CSV (RFC 4180); returns the number of rows."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        count += 1
    return count
