"""Every try to fetch a scene, as it ended: how what is in custody was acquired, and why the rest is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from siteline.model.fetched import FetchTry
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class Fetches:
    """The tries of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site_id: str, tries: Iterable[FetchTry]) -> None:
        """File tries; each gets the next number of its scene, whatever it said."""
        with self._db.appending():
            for said in tries:
                t = tables.fetch_try.c
                before = (t.site_id == site_id) & (t.scene_id == said.scene_id)
                [[count]] = self._db.rows(sa.select(sa.func.count()).where(before))
                self._db.append(
                    tables.fetch_try,
                    {
                        "site_id": site_id,
                        "scene_id": said.scene_id,
                        "number": count + 1,
                        "outcome": said.outcome.value,
                        "noun": to_json(said),
                        "sha256": said.chip_sha256,
                    },
                )

    def all(self, site_id: str, as_of: datetime | None = None) -> tuple[FetchTry, ...]:
        """All tries of a site, oldest first."""
        t = tables.fetch_try.c
        query = sa.select(t.noun, t.number).where(t.site_id == site_id).order_by(t.seq)
        rows = self._db.rows(known_at(query, tables.fetch_try, as_of))
        return tuple(replace(from_json(FetchTry, noun), number=number) for noun, number in rows)

    def newest(self, site_id: str, as_of: datetime | None = None) -> dict[str, FetchTry]:
        """The last try of each scene that was tried, by its id."""
        return {said.scene_id: said for said in self.all(site_id, as_of)}
