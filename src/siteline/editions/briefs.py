"""Briefs that were built: which page, of which findings, draft or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from ulid import ULID

from siteline.store import tables
from siteline.store.db import Database, known_at


@dataclass(frozen=True, slots=True)
class BuiltBrief:
    """One build of a brief."""

    id: str
    sha256: str
    """Digest of the page; its bytes are among the blobs."""

    is_draft: bool
    cites: tuple[tuple[str, int], ...]
    """(event id, version) of every finding in it."""

    created_at: datetime
    created_by: str


class Briefs:
    """The briefs of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, sha256: str, is_draft: bool, cites: Sequence[tuple[str, int]]) -> str:
        """File a build; returns its id."""
        brief_id = str(ULID())
        row = {"id": brief_id, "sha256": sha256, "is_draft": is_draft, "cites": json.dumps(list(cites))}
        self._db.append(tables.brief, row)
        return brief_id

    def all(self, as_of: datetime | None = None) -> list[BuiltBrief]:
        """Every build, oldest first."""
        table = tables.brief.c
        query = sa.select(
            table.id, table.sha256, table.is_draft, table.cites, table.created_at, table.created_by
        ).order_by(table.id)
        return [
            BuiltBrief(
                i, sha, draft, tuple((e, v) for e, v in json.loads(cites)), datetime.fromisoformat(at), by
            )
            for i, sha, draft, cites, at, by in self._db.rows(known_at(query, tables.brief, as_of))
        ]
