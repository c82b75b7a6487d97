"""CSV of things, names and edges: cells by column, each line with its number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from siteline.entities.hazards import shown
from siteline.model.cells import CellRefused, unguarded
from siteline.model.errors import BadEntityFile
from siteline.store.sheets import Line, Sheet, read_bytes, read_sheet, refuse_unfit, write_sheet

LARGEST = 256 << 20
"""Bytes of one CSV file."""

_LONGEST_CELL = 100_000


def read_rows(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The columns of a CSV, and its rows each with the number of its first line; refuses what is no table."""
    sheet = read_sheet(read_bytes(path, LARGEST, BadEntityFile), path.name, BadEntityFile)
    columns = [head.casefold() for head in sheet.heads]
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise BadEntityFile(
            f"{path.name}, line 1: column {shown(twice[0])!r} stands there twice", "Name it otherwise."
        )
    return columns, _rows(sheet, columns)


def _rows(sheet: Sheet, columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for line in sheet.lines():
        try:
            yield line.number, _cells(line, columns)
        except CellRefused as refused:
            raise BadEntityFile(
                f"{sheet.name}, {refused.on(line.number)}", refused.remedy or None
            ) from refused


def _cells(line: Line, columns: list[str]) -> dict[str, str]:
    refuse_unfit(line, columns)
    cells = [*line.cells, *[""] * (len(columns) - len(line.cells))]
    said = {}
    for column, cell in zip(columns, cells, strict=False):
        if len(cell) > _LONGEST_CELL:
            raise CellRefused(column, "long", f"more than {_LONGEST_CELL:,} characters in one cell")
        said[column] = unguarded(cell)
    return said


def write_rows(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a CSV in which nothing runs; returns the number of rows."""
    lines = write_sheet(columns, rows)
    out.write(next(lines))
    count = 0
    for line in lines:
        out.write(line)
        count += 1
    return count
