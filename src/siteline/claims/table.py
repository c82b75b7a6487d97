"""
Tables of claims as CSV: read cell by cell, refused by line, column and code; written so that a spreadsheet runs nothing.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, and loses it when it is read again.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from siteline.model.errors import BadTable

LONGEST_CELL = 100_000
LARGEST = 1 << 30
"""Bytes of a table."""

_RISKY = "=+-@\t\r\n＝＋－＠"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was refused."""

    line: int
    """Of the file, from 1; of a row of several lines, the last."""

    column: str
    code: str
    """Short and stable, such as `bad_number`."""

    text: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.code}: {self.text}"


class Refused(Exception):
    """A row that cannot be read, while it is read."""

    def __init__(self, column: str, code: str, text: str) -> None:
        super().__init__(column, code, text)
        self.column, self.code, self.text = column, code, text


@dataclass(slots=True)
class Row:
    """One line of a table: cells by column, without the blanks around them."""

    line: int
    cells: dict[str, str]
    raw: list[str] = field(default_factory=list)
    """As it was read, for the file of rejects."""

    def text(self, column: str) -> str:
        """A cell; "" where the table has no such column."""
        return self.cells.get(column, "")

    def number(self, column: str) -> float | None:
        """A finite number; None for an empty cell."""
        said = self.text(column)
        if not said:
            return None
        if not _NUMBER.fullmatch(said) or abs(float(said)) > 1e300:
            raise Refused(column, "bad_number", f"{said[:60]!r} is no number")
        return float(said)


@dataclass(slots=True)
class Table:
    """A CSV file: its columns, and its rows as they are asked for."""

    path: Path
    columns: tuple[str, ...]
    text: str
    delimiter: str = ","
    faults: list[RowFault] = field(default_factory=list)
    """Of lines that are no rows; complete once `rows` was read through."""

    def rows(self) -> Iterator[Row]:
        """Each row that has cells; lines that are no rows go to `faults`."""
        self.faults.clear()
        reader = csv.reader(io.StringIO(self.text, newline=""), strict=True, delimiter=self.delimiter)
        next(reader)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.faults.append(RowFault(reader.line_num, "", "not_csv", str(error)))
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(self.columns) and any(cell.strip() for cell in cells[len(self.columns) :]):
                text = f"{len(cells)} cells under {len(self.columns)} columns"
                self.faults.append(RowFault(reader.line_num, "", "too_many_cells", text))
                continue
            named = dict(zip(self.columns, (read_cell(cell) for cell in cells), strict=False))
            bad = next(((c, _fault_of(v)) for c, v in named.items() if _fault_of(v)), None)
            if bad is not None:
                self.faults.append(RowFault(reader.line_num, bad[0], *bad[1]))  # type: ignore[misc]
                continue
            yield Row(reader.line_num, named, cells)


def open_table(path: Path, required: Sequence[str]) -> Table:
    """
    A CSV file in UTF-8 (or UTF-16 with its mark), its cells parted by commas, semicolons or tabs.

    Raises BadTable where it cannot be a table with these columns.
    """
    text = _decode(path)
    delimiter = _delimiter(text)
    try:
        heads = next(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter), [])
    except csv.Error as error:
        raise BadTable(f"{path.name}, line 1: not_csv: {error}") from error
    columns = tuple(head.strip() for head in heads)
    if not any(columns):
        raise BadTable(
            f"{path.name}, line 1: no_columns: the file is empty",
            f"The first line names the columns, such as {', '.join(required or ('id', 'claim_key', 'url'))}.",
        )
    for column in columns:
        if columns.count(column) > 1:
            raise BadTable(f"{path.name}, line 1, column {column or '(no name)'}: column_twice: named twice")
        if column and not column.isprintable():
            raise BadTable(
                f"{path.name}, line 1: bad_column: {column!a} has characters that cannot be printed"
            )
    for column in required:
        if column not in columns:
            raise BadTable(
                f"{path.name}, line 1, column {column}: no_column: the table has no such column",
                f"It has: {', '.join(columns)[:300]}",
            )
    return Table(path, columns, text, delimiter)


def read_cell(cell: str) -> str:
    """A cell without the apostrophe that kept a spreadsheet from running it; else without blanks around it."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and _needs_guard(cell[1:]) else cell.strip()


def write_cell(value: str) -> str:
    """A cell that a spreadsheet shows and does not run; `read_cell` gives the value back."""
    return f"'{value}" if _needs_guard(value) else value


def _needs_guard(value: str) -> bool:
    if not value or _NUMBER.fullmatch(value):
        return False
    return value[0] in _RISKY or value[0] == "'" or value[0].isspace() or value[-1].isspace()


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV text, lines ended by a line feed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([write_cell(row.get(column, "")) for column in columns])
    return out.getvalue()


def refuse_rows(path: Path, faults: Sequence[RowFault]) -> BadTable:
    """The refusal of a whole file for its bad rows; `faults` are its argument."""
    first = "; ".join(str(fault) for fault in faults[:3])
    more = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""
    rows = "row" if len(faults) == 1 else "rows"
    return BadTable(f"{path.name}: {len(faults)} {rows} refused: {first}{more}")


def rejects_of(table: Table, faults: Sequence[RowFault], rows: Mapping[int, Row]) -> str:
    """The refused rows as CSV text, with why in front."""
    columns = ("line", "column", "code", "why", *table.columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for fault in faults:
        raw = (
            [c if c.startswith("'") else write_cell(c) for c in rows[fault.line].raw]
            if fault.line in rows
            else []
        )
        writer.writerow([fault.line, write_cell(fault.column), fault.code, write_cell(fault.text), *raw])
    return out.getvalue()


def _fault_of(value: str) -> tuple[str, str] | None:
    if len(value) > LONGEST_CELL:
        return "too_long", f"{len(value)} characters; {LONGEST_CELL} are the most"
    if found := _CONTROL.search(value):
        return "control_character", f"character U+{ord(found[0]):04X} is no text"
    return None


def _delimiter(text: str) -> str:
    """What parts the names of the columns; spreadsheets of some countries write semicolons."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _decode(path: Path) -> str:
    csv.field_size_limit(4 * LONGEST_CELL)
    if path.stat().st_size > LARGEST:
        raise BadTable(f"{path.name}: too_large: more than {LARGEST >> 20} MiB", "Split the table.")
    raw = path.read_bytes()
    name = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadTable(
            f"{path.name}, line {line}: encoding: byte {raw[error.start]:#04x} is not {name.removesuffix('-sig').upper()}",
            "Save the table as CSV in UTF-8.",
        ) from error
