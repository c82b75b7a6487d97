"""
Bytes of a CSV to lines of cells, and back: one reader and one writer for every table that people hand in or take away.

Encodings are told or certain, never guessed; what is no table is refused by line. What the cells mean is for others.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from siteline.model.cells import CellRefused, guarded
from siteline.model.errors import BadInput
from siteline.model.shown import plain

LONGEST_CELL = 1 << 20
MOST_COLUMNS = 500
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")
"""Beginnings of workbooks, packed files and PDFs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    number: int
    """Line of the file on which it starts, counted from 1."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text: the names of its columns, and its rows as they are asked for."""

    name: str
    heads: tuple[str, ...]
    """Without the blanks around them; a name may be empty, and may stand there twice."""

    encoding: str
    text: str
    separator: str
    refusal: type[BadInput]

    def lines(self) -> Iterator[Line]:
        """Every row that holds anything, after the header. Raises `refusal`, naming the line."""
        rows = _rows(self.text, self.separator, self.name, self.refusal)
        next(rows)
        return rows


def read_bytes(path: Path, largest: int, refusal: type[BadInput]) -> bytes:
    """A file of at most `largest` bytes; raises `refusal`."""
    try:
        if not path.is_file():
            raise refusal(
                f"{path.name} is not a file" if path.exists() else f"no file {path}", "Check the path."
            )
        if path.stat().st_size > largest:
            raise refusal(f"{path.name} is larger than {largest >> 20} MiB", "Split it.")
        return path.read_bytes()
    except OSError as error:
        raise refusal(
            f"cannot read {path.name}: {(error.strerror or str(error)).lower()}",
            "Check the path and its permissions.",
        ) from error


def read_sheet(data: bytes, name: str, refusal: type[BadInput], encoding: str = "") -> Sheet:
    """
    A table parted by commas, semicolons or tabs, whichever its first line has most of.

    encoding: as told; else as the byte-order mark says, else UTF-8. Raises `refusal` for what is no table.
    """
    text, used = text_of(data, name, refusal, encoding)
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    if "\0" in first:
        raise refusal(
            f"{name}, line 1: zero bytes in the names of the columns [encoding]",
            "Save it as CSV UTF-8; where there is an option for it, name its encoding: --encoding utf-16-le",
        )
    separator = max(",;\t", key=first.count)
    top = next(_rows(text, separator, name, refusal), None)
    if top is None:
        raise refusal(
            f"{name}, line 1: it is empty [empty]", "The first line names the columns; rows follow it."
        )
    if len(top.cells) > MOST_COLUMNS:
        raise refusal(f"{name} has {len(top.cells)} columns", f"A table has 1 to {MOST_COLUMNS} columns.")
    return Sheet(name, tuple(head.strip() for head in top.cells), used, text, separator, refusal)


def text_of(data: bytes, name: str, refusal: type[BadInput], encoding: str = "") -> tuple[str, str]:
    """Bytes as text, and by which encoding; raises `refusal` for what is no text in it."""
    if data.startswith(_NO_TEXT):
        raise refusal(f"{name} is not text [encoding]", "Save the sheet as CSV (UTF-8).")
    wanted = encoding or next((kind for mark, kind in _MARKS if data.startswith(mark)), "utf-8")
    try:
        wanted = codecs.lookup(wanted).name
        text = data.decode(wanted)
    except LookupError as error:
        raise refusal(
            f"no encoding {plain(wanted, 40)!r}", "Name one such as utf-8, utf-16, cp1252 or cp1251."
        ) from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refusal(
            f"{name}, line {line}: byte {error.start} is not {wanted.upper()} [encoding]",
            "Save it as CSV UTF-8; where there is an option for it, name its encoding: --encoding cp1251",
        ) from error
    return text.removeprefix("\ufeff"), wanted


def refuse_unfit(line: Line, columns: Sequence[str]) -> None:
    """Raises CellRefused where something stands beyond the last column, or a zero byte in a cell."""
    beyond = [cell for cell in line.cells[len(columns) :] if cell.strip()]
    if beyond:
        said = f"{len(line.cells)} cells under {len(columns)} columns; the first too many is {plain(beyond[0], 60)!r}"
        raise CellRefused("", "cells_in_row", said, 'Put cells that hold the separator between quotes ("…").')
    for column, cell in zip(columns, line.cells, strict=False):
        if "\0" in cell:
            raise CellRefused(column, "control_character", "a zero byte is no text", "Type the cell anew.")


def write_sheet(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a CSV (RFC 4180) in which nothing runs; texts are guarded, numbers stay numbers, None is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")

    def line(cells: Iterable[object]) -> str:
        writer.writerow(
            [guarded(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in cells]
        )
        said = out.getvalue()
        out.seek(0)
        out.truncate()
        return said

    yield line(heads)
    for row in rows:
        yield line(row)


def _rows(text: str, separator: str, name: str, refusal: type[BadInput]) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_CELL)  # one limit for the process: each room has a lower one of its own
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refusal(
                f"{name}, line {number}: not a table: {error} [not_csv]",
                "A cell that opens with a quote must close with one, and quotes inside are doubled.",
            ) from error
        if any(cell.strip() for cell in cells):
            yield Line(number, tuple(cells))
