"""
Tables of claims as CSV: read cell by cell, refused by line, column and code; written so that a spreadsheet runs nothing.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, and loses it when it is read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from siteline.model.cells import CellFault, CellRefused, unguarded
from siteline.model.errors import BadTable
from siteline.store.sheets import Sheet, read_bytes, read_sheet, refuse_unfit, write_sheet

LONGEST_CELL = 100_000
LARGEST = 1 << 30
"""Bytes of a table."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
T = TypeVar("T")


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
            raise CellRefused(column, "bad_number", f"{said[:60]!r} is no number")
        return float(said)


@dataclass(slots=True)
class Table:
    """A CSV file: its columns, and its rows as they are asked for."""

    path: Path
    columns: tuple[str, ...]
    sheet: Sheet
    faults: list[CellFault] = field(default_factory=list)
    """Of lines that are no rows; complete once `rows` was read through."""

    raw: dict[int, list[str]] = field(default_factory=dict)
    """Cells of those lines as they were read."""

    def rows(self) -> Iterator[Row]:
        """Each row that has cells; lines that are no rows go to `faults`."""
        self.faults.clear()
        self.raw.clear()
        for line in self.sheet.lines():
            cells = list(line.cells)
            try:
                refuse_unfit(line, self.columns)
                named = dict(zip(self.columns, (read_cell(cell) for cell in cells), strict=False))
                for column, value in named.items():
                    _refuse_unfit(column, value)
            except CellRefused as refused:
                self.faults.append(refused.on(line.number))
                self.raw[line.number] = cells
                continue
            yield Row(line.number, named, cells)


def open_table(path: Path, required: Sequence[str]) -> Table:
    """
    A CSV file in UTF-8 (or UTF-16 with its mark), its cells parted by commas, semicolons or tabs.

    Raises BadTable where it cannot be a table with these columns.
    """
    sheet = read_sheet(read_bytes(path, LARGEST, BadTable), path.name, BadTable)
    columns = sheet.heads
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
    return Table(path, columns, sheet)


def read_cell(cell: str) -> str:
    """A cell as it was before it was guarded: words are quoted exactly. Another's cell comes without outer blanks."""
    bare = unguarded(cell)
    return bare if bare != cell else cell.strip()


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV text."""
    return "".join(write_sheet(columns, ([row.get(column, "") for column in columns] for row in rows)))


def refuse_rows(path: Path, faults: Sequence[CellFault]) -> BadTable:
    """The refusal of a whole file for its bad rows; `faults` are its argument."""
    first = "; ".join(str(fault) for fault in faults[:3])
    more = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""
    rows = "row" if len(faults) == 1 else "rows"
    return BadTable(f"{path.name}: {len(faults)} {rows} refused: {first}{more}")


def rejects_of(table: Table, faults: Sequence[CellFault], rows: Mapping[int, Row]) -> str:
    """The refused rows as CSV text, with why in front."""
    raw = {**table.raw, **{line: row.raw for line, row in rows.items()}}
    told = (
        (fault.line, fault.column, fault.code, fault.said, *map(unguarded, raw.get(fault.line, [])))
        for fault in faults
    )
    return "".join(write_sheet(("line", "column", "code", "why", *table.columns), told))


def _refuse_unfit(column: str, value: str) -> None:
    if len(value) > LONGEST_CELL:
        raise CellRefused(column, "too_long", f"{len(value)} characters; {LONGEST_CELL} are the most")
    if found := _CONTROL.search(value):
        raise CellRefused(column, "control_character", f"character U+{ord(found[0]):04X} is no text")
