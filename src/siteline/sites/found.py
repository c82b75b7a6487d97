"""Scenes that catalogs offer of a site: found, told otherwise by a later row, never edited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from siteline.model.errors import NotFound
from siteline.model.found import FoundScene
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class _Row(NamedTuple):
    seq: int
    noun: str


class FoundScenes:
    """The found scenes of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site_id: str, scenes: Iterable[FoundScene]) -> tuple[FoundScene, ...]:
        """File found scenes; returns those that were not there just so."""
        with self._db.appending():
            there = self._newest(site_id, None)
            fresh = [s for s in scenes if s.id not in there or there[s.id].noun != to_json(s)]
            self._db.append(tables.found_scene, *(_row(site_id, scene) for scene in fresh))
        return tuple(fresh)

    def all(self, site_id: str, as_of: datetime | None = None) -> tuple[FoundScene, ...]:
        """Found scenes of a site in order of time; of each id the newest row, without those that a later one replaced."""
        standing: list[FoundScene] = []
        replaced: set[str] = set()
        for row in sorted(self._newest(site_id, as_of).values(), key=lambda row: -row.seq):
            scene = from_json(FoundScene, row.noun)
            if scene.id not in replaced:
                standing.append(scene)
                replaced.update(scene.instead_of)
        return tuple(sorted(standing, key=lambda s: (s.acquired.middle, s.id)))

    def get(self, site_id: str, scene_id: str) -> FoundScene:
        """One found scene, also one that another stands for; raises NotFound."""
        row = self._newest(site_id, None).get(scene_id)
        if row is None:
            raise NotFound(
                f"no scene {scene_id!r} was found for site {site_id!r}",
                f"See: siteline scenes list {site_id}",
            )
        return from_json(FoundScene, row.noun)

    def _newest(self, site_id: str, as_of: datetime | None) -> dict[str, _Row]:
        """The newest row of each id."""
        t = tables.found_scene.c
        query = sa.select(t.scene_id, t.seq, t.noun).where(t.site_id == site_id)
        rows = self._db.rows(known_at(query, tables.found_scene, as_of).order_by(t.seq))
        return {name: _Row(seq, noun) for name, seq, noun in rows}


def _row(site_id: str, scene: FoundScene) -> dict[str, object]:
    return {
        "site_id": site_id,
        "scene_id": scene.id,
        "source": scene.source,
        "acquired_start": scene.acquired.start.astimezone(UTC).isoformat(),
        "noun": to_json(scene),
    }
