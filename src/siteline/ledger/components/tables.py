"""Tables of parts, companies and listings: lines within limits, cells under their columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from siteline.model.cells import CellRefused, unguarded
from siteline.model.errors import BadComponents
from siteline.store import sheets
from siteline.store.sheets import Line

LARGEST = 256 * 2**20
MOST_ROWS = 1_000_000
LONGEST_CELL = 20_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text, nothing understood yet."""

    name: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]


def read_bytes(path: Path) -> bytes:
    """A file within the limits; raises BadComponents."""
    return sheets.read_bytes(path, LARGEST, BadComponents)


def read_table(data: bytes, name: str, encoding: str = "") -> Table:
    """Lines that hold anything; commas, semicolons or tabs. Raises BadComponents, naming the line."""
    sheet = sheets.read_sheet(data, name, BadComponents, encoding)
    header = list(sheet.heads)
    while header and not header[-1]:
        header.pop()
    lines = list[Line]()
    for line in sheet.lines():
        lines.append(line)
        if len(lines) > MOST_ROWS:
            raise BadComponents(f"{name}: more than {MOST_ROWS:,} lines", "Split it.")
    return Table(name, tuple(header), tuple(lines))


def cells_of(line: Line, columns: list[str]) -> dict[str, str]:
    """
    Cells by column, trimmed, without the apostrophe that guards a formula; empty ones left out. Raises CellRefused.
    """
    sheets.refuse_unfit(line, columns)
    said = {}
    for column, cell in zip(columns, line.cells, strict=False):
        if len(cell) > LONGEST_CELL:
            raise CellRefused(column, "long", f"more than {LONGEST_CELL:,} characters in one cell")
        if column and cell.strip():
            said[column] = unguarded(cell.strip())
    return said
