"""Tables from outside: read line by line within limits, faults named by line, column and code."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from siteline.model.errors import BadComponents

LARGEST = 256 * 2**20
MOST_ROWS = 1_000_000
LONGEST_CELL = 20_000
_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one line cannot be taken."""

    line: int
    column: str
    code: str
    said: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{where}: [{self.code}] {self.said}"


class Refused(Exception):
    """One cell cannot be taken; caught by whoever reads the line."""

    def __init__(self, column: str, code: str, said: str) -> None:
        super().__init__(column, code, said)
        self.column, self.code, self.said = column, code, said


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table."""

    number: int
    """Of its last row of text, counted from 1."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text, nothing understood yet."""

    name: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]


def read_bytes(path: Path) -> bytes:
    """A file within the limits; raises BadComponents."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadComponents(f"{path.name} is larger than {LARGEST >> 20} MiB", "Split it.")
        return path.read_bytes()
    except OSError as error:
        raise BadComponents(
            f"cannot read {path.name}: {(error.strerror or str(error)).lower()}",
            "Check the path and its permissions.",
        ) from error


def text_of(data: bytes, name: str, encoding: str = "") -> str:
    """Bytes as text: as a byte-order mark says, else UTF-8, unless `encoding` names another. Raises BadComponents."""
    said = encoding or next((kind for mark, kind in _ENCODINGS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(said)
    except LookupError as error:
        raise BadComponents(f"no encoding {encoding!r}", "Try utf-8, utf-16, cp1252 or cp1251.") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadComponents(
            f"{name}, line {line}: [encoding] not {said}",
            "Save it as CSV UTF-8, or name its encoding: --encoding cp1251",
        ) from error
    if "\0" in text:
        raise BadComponents(f"{name}: [encoding] it holds zero bytes", "Save it as CSV UTF-8.")
    return text.removeprefix("\ufeff")


def read_table(data: bytes, name: str, encoding: str = "") -> Table:
    """Lines that hold anything; commas, semicolons or tabs. Raises BadComponents, naming the line."""
    text = text_of(data, name, encoding)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max((",", ";", "\t"), key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    numbered = _numbered(rows, name)
    found = next(numbered, None)
    if found is None:
        raise BadComponents(f"{name}: [empty] nothing in it", "Write one line per part under the header.")
    header = [cell.strip() for cell in found.cells]
    while header and not header[-1]:
        header.pop()
    lines = []
    for line in numbered:
        lines.append(line)
        if len(lines) > MOST_ROWS:
            raise BadComponents(f"{name}: more than {MOST_ROWS:,} lines", "Split it.")
    return Table(name, tuple(header), tuple(lines))


def cells_of(line: Line, columns: list[str]) -> dict[str, str]:
    """
    Cells by column, trimmed, without the apostrophe that guards a formula; empty ones left out. Raises Refused.
    """
    if len(line.cells) > len(columns) and any(cell.strip() for cell in line.cells[len(columns) :]):
        raise Refused("", "cells", f"{len(line.cells)} cells under {len(columns)} columns")
    said = {}
    for column, cell in zip(columns, line.cells, strict=False):
        if len(cell) > LONGEST_CELL:
            raise Refused(column, "long", f"more than {LONGEST_CELL:,} characters in one cell")
        if column and cell.strip():
            said[column] = unguarded(cell.strip())
    return said


def guarded(text: str) -> str:
    """The text as a spreadsheet may show it: what it would run as a formula begins with an apostrophe."""
    bare = text.lstrip(" '")
    risky = bare[:1] in tuple("=+-@＝＋－＠") or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if risky and bare else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _numbered(rows: Iterator[list[str]], name: str) -> Iterator[Line]:
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            at = getattr(rows, "line_num", 0)
            raise BadComponents(
                f"{name}, line {at}: [table] not a table ({error})", 'Close every double quote ("…").'
            ) from error
        if any(cell.strip() for cell in cells):
            yield Line(getattr(rows, "line_num", 0), tuple(cells))
