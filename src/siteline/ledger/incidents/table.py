"""Bytes of a CSV file to rows, each with the line on which it starts; encodings are told or certain, never guessed."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from siteline.ledger.incidents.cells import Row
from siteline.ledger.incidents.faults import Fault
from siteline.model.errors import BadLedgerFile
from siteline.model.shown import plain

LARGEST_BYTES = 2 << 30
LONGEST_CELL = 1 << 20
MOST_COLUMNS = 500
SMALL_BYTES = 64 << 20
MOST_PACKED = 100
"""Times its own size to which a gzip file may unpack, once it is larger than SMALL_BYTES: tables pack 5 to 20 times."""

_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    broken: tuple[Fault, ...]
    """Rows that are no rows: too many or too few cells."""

    raw: dict[int, list[str]]
    """Cells of the broken ones by line, to be written back."""

    encoding: str
    notices: tuple[Fault, ...] = ()


def read_table(content: bytes, name: str, needed: Sequence[str], encoding: str | None = None) -> Table:
    """
    The rows of a CSV file (also gzipped); exact repetitions of a row are left out, and named.

    needed: columns without which it is not this kind of file. encoding: as told; None: UTF-8, or UTF-16/32 with its mark.
    """
    text, used = _decode(_unzip(content, name), name, encoding)
    if "\0" in text:
        raise BadLedgerFile(
            f"{name} has zero bytes in its text", "Name its encoding, such as --encoding utf-16-le."
        )
    csv.field_size_limit(LONGEST_CELL)
    first = text.split("\n", 1)[0].rstrip("\r")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first), strict=True)
    heads = _heads(reader, name, needed)
    rows, broken, raw, notices = list[Row](), list[Fault](), dict[int, list[str]](), list[Fault]()
    seen: dict[tuple[str, ...], int] = {}
    order = sorted(range(len(heads)), key=lambda i: heads[i])
    for line, cells in _lines(reader, name):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heads):
            said = f"{len(cells)} cells where the header has {len(heads)}"
            broken.append(Fault(line, "", "cells_in_row", said, "Quote cells that hold commas."))
            raw[line] = cells
            continue
        content_of = tuple(cells[i].strip() for i in order)
        if content_of in seen:
            said = f"the same as line {seen[content_of]}; counted once"
            notices.append(Fault(line, "", "duplicate_row", said))
            continue
        seen[content_of] = line
        rows.append(Row(line, dict(zip(heads, cells, strict=True))))
    return Table(heads, tuple(rows), tuple(broken), raw, used, tuple(notices))


def _lines(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each starts."""
    while True:
        line = reader.line_num + 1  # type: ignore[attr-defined]
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadLedgerFile(
                f"{name}, line {line}: {error} [broken_quotes]",
                "A cell that opens with a quote must close with one, and quotes inside are doubled.",
            ) from error
        yield line, cells


def _heads(reader: Iterator[list[str]], name: str, needed: Sequence[str]) -> tuple[str, ...]:
    try:
        heads = tuple(head.strip() for head in next(reader))
    except StopIteration:
        heads = ()
    except csv.Error as error:
        raise BadLedgerFile(f"{name}, line 1: {error} [broken_quotes]") from error
    if not heads or len(heads) > MOST_COLUMNS:
        raise BadLedgerFile(f"{name} has {len(heads)} columns", f"A table has 1 to {MOST_COLUMNS} columns.")
    twice = [head for i, head in enumerate(heads) if head in heads[:i]]
    if twice:
        raise BadLedgerFile(
            f"{name}, line 1: column {plain(twice[0], 60)!r} stands there twice [column_twice]",
            "Rename or drop one of them.",
        )
    lacking = [column for column in needed if column not in heads]
    if lacking:
        near = get_close_matches(lacking[0], heads, 1, 0.7)
        meant = f" Did you mean {plain(near[0], 60)!r}?" if near else ""
        raise BadLedgerFile(
            f"{name}, line 1: no column {lacking[0]!r} [column_missing]",
            f"Needed: {', '.join(needed)}.{meant} Is --format right?",
        )
    return heads


def _delimiter(first: str) -> str:
    return max(",;\t", key=first.count)


def _unzip(content: bytes, name: str) -> bytes:
    """What gzip packed: every member of the file, within limits, so that a bomb is refused and no part is lost."""
    if content[:2] != _GZIP:
        return content
    most = min(LARGEST_BYTES, max(SMALL_BYTES, len(content) * MOST_PACKED))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            whole = packed.read(most + 1)
    except EOFError as error:
        raise BadLedgerFile(f"{name} is cut off: the gzip file does not end", "Fetch it again.") from error
    except (OSError, zlib.error) as error:
        raise BadLedgerFile(f"{name} is no whole gzip file: {error}", "Fetch it again.") from error
    if len(whole) > most:
        raise BadLedgerFile(
            f"{name} unpacks to more than {most >> 20} MiB", "Unpack it yourself, and look at what it holds."
        )
    return whole


def _decode(content: bytes, name: str, told: str | None) -> tuple[str, str]:
    marked = next((encoding for bom, encoding in _BOMS if content.startswith(bom)), None)
    wanted = told or marked or "utf-8"
    try:
        wanted = codecs.lookup(wanted).name
        text = content.decode(wanted)
    except LookupError as error:
        raise BadLedgerFile(
            f"no encoding {plain(wanted, 40)!r}", "Name one such as utf-8, utf-16 or cp1251."
        ) from error
    except UnicodeDecodeError as error:
        raise BadLedgerFile(
            f"{name}, byte {error.start}: not {wanted} [encoding]",
            "Name its encoding, such as --encoding cp1251; it is never guessed.",
        ) from error
    return text.removeprefix("\ufeff"), wanted
