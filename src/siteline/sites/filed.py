"""
Sizes that people asked for, kept so that they can be cited: drawn by hand, compared, assumed.

The id of one is the hash of its content: the same question with the same answer is filed once, whoever asks again, and
a row that was tampered with no longer has its id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from siteline.model.errors import BadInput, BrokenCustody, NotFound
from siteline.model.measurement import FiledSize
from siteline.store import tables
from siteline.store.codec import digest, from_json, to_json
from siteline.store.db import Database, known_at

MARK = "m-"
"""Ids of filed sizes begin so, that nobody takes them for those of events."""

_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class FiledRow:
    """One filed size, with who filed it, when, from which files and with which code."""

    id: str
    sha256: str
    """Of its content; the id is its beginning."""

    filed: FiledSize
    files: tuple[str, ...]
    """SHA-256 of each file that was handed in; its bytes are among the blobs."""

    versions: str
    """JSON: versions of Siteline and of the numeric libraries, and the hash of the source that measured."""

    created_at: datetime
    created_by: str
    problem: str | None
    """Why its content no longer matches its id; None if it does."""


class FiledSizes:
    """The filed sizes of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, filed: FiledSize, files: Sequence[str], versions: str) -> FiledRow:
        """File a size, or find it on file already; returns it as it is on file."""
        sha256 = _content(filed.site_id, filed.what, to_json(filed))
        table = tables.filed_size.c
        with self._db.appending():
            if not self._db.rows(sa.select(table.id).where(table.id == sha256)):
                self._db.append(
                    tables.filed_size,
                    {
                        "id": sha256,
                        "site_id": filed.site_id,
                        "what": filed.what,
                        "noun": to_json(filed),
                        "files": json.dumps(list(files)),
                        "versions": versions,
                    },
                )
            return next(row for row in self.all(filed.site_id) if row.sha256 == sha256)

    def all(self, site_id: str, as_of: datetime | None = None) -> tuple[FiledRow, ...]:
        """Every filed size of a site, oldest first."""
        t = tables.filed_size.c
        query = sa.select(
            t.id, t.site_id, t.what, t.noun, t.files, t.versions, t.created_at, t.created_by
        ).where(t.site_id == site_id)
        rows = self._db.rows(known_at(query, tables.filed_size, as_of).order_by(t.created_at, t.id))
        return tuple(
            FiledRow(
                MARK + sha256[:_ID_DIGITS],
                sha256,
                from_json(FiledSize, noun),
                tuple(json.loads(files)),
                versions,
                datetime.fromisoformat(at),
                by,
                None if _content(site, what, noun) == sha256 else "its content no longer matches its id",
            )
            for sha256, site, what, noun, files, versions, at, by in rows
        )

    def get(self, site_id: str, said: str) -> FiledRow:
        """One by its id or the start of it; raises NotFound, BadInput or BrokenCustody."""
        fitting = [row for row in self.all(site_id) if row.id.startswith(said)]
        if not fitting:
            raise NotFound(
                f"no filed size {said!r} at site {site_id!r}", f"See: siteline measure list {site_id}"
            )
        if len(fitting) > 1:
            raise BadInput(f"{said!r} fits {len(fitting)} filed sizes", "Give more of the id.")
        [row] = fitting
        if row.problem is not None:
            raise BrokenCustody(f"filed size {row.id}: {row.problem}")
        return row


def _content(site_id: str, what: str, noun: str) -> str:
    return digest(site_id, what, noun)
