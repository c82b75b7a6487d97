"""Sizes on file: of an event's version, or of a labelled structure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from siteline.model.measurement import Measurement
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class Measurements:
    """The measurements of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site_id: str, subject: str, version: int | None, sizes: Iterable[Measurement]) -> None:
        """File sizes of `subject` (an event id or a structure's label); the same size twice is filed once."""
        with self._db.appending():
            there = self.of(site_id, subject, version)
            self._db.append(
                tables.measurement,
                *(
                    {
                        "site_id": site_id,
                        "subject": subject,
                        "version": version,
                        "what": size.what,
                        "noun": to_json(size),
                    }
                    for size in sizes
                    if there.get(size.what) != size
                ),
            )

    def carry(self, site_id: str, subject: str, old: int, new: int) -> None:
        """Let the sizes of one version stand for the next, whose outline is the same."""
        self.record(site_id, subject, new, self.of(site_id, subject, old).values())

    def of(
        self, site_id: str, subject: str, version: int | None = None, as_of: datetime | None = None
    ) -> dict[str, Measurement]:
        """The newest size of each sort by its name; of one version, or of whichever is newest."""
        table = tables.measurement.c
        query = sa.select(table.what, table.noun).where(table.site_id == site_id, table.subject == subject)
        if version is not None:
            query = query.where(table.version == version)
        rows = self._db.rows(known_at(query, tables.measurement, as_of).order_by(table.seq))
        return {what: from_json(Measurement, noun) for what, noun in rows}
