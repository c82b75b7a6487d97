"""Bytes of a CSV file to rows, each with the line on which it starts; encodings are told or certain, never guessed."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from siteline.ledger.incidents.cells import Row
from siteline.model.cells import CellFault, CellRefused
from siteline.model.errors import BadLedgerFile
from siteline.model.shown import plain
from siteline.store.sheets import read_sheet, refuse_unfit

LARGEST_BYTES = 2 << 30
SMALL_BYTES = 64 << 20
MOST_PACKED = 100
"""Times its own size to which a gzip file may unpack, once it is larger than SMALL_BYTES: tables pack 5 to 20 times."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    broken: tuple[CellFault, ...]
    """Rows that are no rows: too many or too few cells, or zero bytes in them."""

    raw: dict[int, list[str]]
    """Cells of the broken ones by line, to be written back."""

    encoding: str
    notices: tuple[CellFault, ...] = ()


def read_table(content: bytes, name: str, needed: Sequence[str], encoding: str | None = None) -> Table:
    """
    The rows of a CSV file (also gzipped); exact repetitions of a row are left out, and named.

    needed: columns without which it is not this kind of file. encoding: as told; None: UTF-8, or UTF-16/32 with its mark.
    """
    sheet = read_sheet(_unzip(content, name), name, BadLedgerFile, encoding or "")
    heads = _heads(sheet.heads, name, needed)
    rows, broken, raw, notices = list[Row](), list[CellFault](), dict[int, list[str]](), list[CellFault]()
    seen: dict[tuple[str, ...], int] = {}
    order = sorted(range(len(heads)), key=lambda i: heads[i])
    for each in sheet.lines():
        line, cells = each.number, list(each.cells)
        if len(cells) != len(heads):
            said = f"{len(cells)} cells where the header has {len(heads)}"
            broken.append(CellFault(line, "", "cells_in_row", said, "Quote cells that hold commas."))
            raw[line] = cells
            continue
        try:
            refuse_unfit(each, heads)
        except CellRefused as refused:
            broken.append(refused.on(line))
            raw[line] = cells
            continue
        content_of = tuple(cells[i].strip() for i in order)
        if content_of in seen:
            said = f"the same as line {seen[content_of]}; counted once"
            notices.append(CellFault(line, "", "duplicate_row", said))
            continue
        seen[content_of] = line
        rows.append(Row(line, dict(zip(heads, cells, strict=True))))
    return Table(heads, tuple(rows), tuple(broken), raw, sheet.encoding, tuple(notices))


def _heads(heads: tuple[str, ...], name: str, needed: Sequence[str]) -> tuple[str, ...]:
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
