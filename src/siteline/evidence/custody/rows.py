"""Rows of the custody log: how each is written as text, and how each is chained to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from siteline.store import tables
from siteline.store.db import Database

FIRST = "0" * 64
"""What the first row says came before it."""

COLUMNS = tuple(column.name for column in tables.custody_event.columns)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)
_RENAMED = {"created_at": "recorded_at", "created_by": "actor"}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done, to be written into the log."""

    action: str
    """opened, imported, added, derived, restricted, marked, decided, read, exported, released, verified, explained,
    key-made, key-joined, key-rotated or key-vouched."""

    object: str = ""
    """SHA-256 of the bytes it was done to; of a key, its fingerprint."""

    exhibit_id: str = ""
    tool: str = ""
    """The command, or the program beside Siteline that did it."""

    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    started_at: datetime | None = None
    """UTC; None: when it is recorded."""

    ended_at: datetime | None = None


def line_of(row: Mapping[str, Any]) -> str:
    """A row as the one line of text that is hashed: all columns but its own hash, keys sorted."""
    told = {_RENAMED.get(name, name): row[name] for name in COLUMNS if name != "row_hash"}
    return canonical(told)


def hash_line(line: str) -> str:
    """What the next row will say came before it: `printf %s LINE | sha256sum`."""
    return hash_bytes(line.encode("utf-8", "surrogatepass"))


def hash_bytes(line: bytes) -> str:
    """The same, of a line as it stands in a file."""
    return hashlib.sha256(line).hexdigest()


def leaf(row_hash: str) -> bytes:
    """What a row is in the Merkle tree: its hash, as bytes."""
    try:
        raw = bytes.fromhex(row_hash)
    except (ValueError, TypeError):
        raw = b""
    return raw if len(raw) == 32 else b"not a hash: " + repr(row_hash).encode()


def canonical(value: Any) -> str:
    """JSON text, the same for equal values; of what is no JSON, as in a row that was tampered with, its look."""
    return _ENCODER.encode(value)


def digest_of(value: Any) -> str:
    """SHA-256 of a value's canonical text."""
    return hash_line(canonical(value))


def select_rows() -> sa.Select[Any]:
    """All rows of the log, in order."""
    return sa.select(*(tables.custody_event.c[name] for name in COLUMNS)).order_by(tables.custody_event.c.seq)


def read_records(db: Database, table: sa.Table, *names: str) -> list[dict[str, Any]]:
    """Records that came with rows of the log: the named columns, and which row, when and by whom."""
    names = (*names, "log_seq", "created_at", "created_by")
    query = sa.select(*(table.c[name] for name in names)).order_by(table.c.seq)
    return [dict(zip(names, row, strict=True)) for row in db.rows(query)]
