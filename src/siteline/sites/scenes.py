"""Scenes of a site and how they were acquired: added, superseded by a later row, never edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from siteline.model.errors import BadInput, NotFound
from siteline.model.imagery import Scene
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class Scenes:
    """The scenes of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site_id: str, scenes: Iterable[Scene]) -> list[Scene]:
        """
        File scenes; returns those that were not there just so.

        The same pixels on the same date under another id are the same scene and are not filed again; on another
        date they are filed as a scene that cannot be used. Raises BadInput if an id is taken by other pixels.
        """
        fresh: list[Scene] = []
        with self._db.appending():
            there = {scene.id: scene for scene in self.all(site_id)}
            for scene in scenes:
                old, twin = there.get(scene.id), _twin(scene, there.values())
                if old is not None and old.fault is None and _pixels_of(old) != _pixels_of(scene):
                    raise BadInput(
                        f"scene id {scene.id!r} is taken by other pixels (acquired {old.acquired.text})",
                        "Give the new scene an id of its own in the manifest's id column.",
                    )
                filed = scene
                if twin is not None and twin.acquired.text != scene.acquired.text:
                    filed = replace(
                        scene, fault=f"same pixels as {twin.id}, which is of {twin.acquired.text}"
                    )
                if old == filed or (old is None and twin is not None and filed.fault is None):
                    continue
                fresh.append(filed)
                there[scene.id] = filed
            self._db.append(tables.scene, *(_row(site_id, scene) for scene in fresh))
        return fresh

    def all(self, site_id: str, as_of: datetime | None = None) -> tuple[Scene, ...]:
        """Scenes of a site in order of time; of each id the newest row."""
        query = sa.select(tables.scene.c.scene_id, tables.scene.c.noun).where(
            tables.scene.c.site_id == site_id
        )
        rows = self._db.rows(known_at(query, tables.scene, as_of).order_by(tables.scene.c.seq))
        newest: dict[str, str] = dict(rows)
        scenes = [from_json(Scene, noun) for noun in newest.values()]
        return tuple(sorted(scenes, key=lambda s: (s.acquired.middle, s.id)))

    def get(self, site_id: str, scene_id: str) -> Scene:
        """One scene; raises NotFound."""
        for scene in self.all(site_id):
            if scene.id == scene_id:
                return scene
        raise NotFound(f"no scene {scene_id!r} at site {site_id!r}", f"See: siteline scenes list {site_id}")


def _twin(scene: Scene, others: Iterable[Scene]) -> Scene | None:
    """Another usable scene of the same bytes."""
    pixels = _pixels_of(scene)
    same = (s for s in others if s.fault is None and _pixels_of(s) == pixels and s.id != scene.id)
    return next(same, None) if scene.fault is None else None


def _pixels_of(scene: Scene) -> str:
    """Digest of its pixels; of a picture that somebody placed by points, that of the picture, however it was placed."""
    return scene.placed.original_sha256 if scene.placed and scene.placed.points else scene.sha256


def _row(site_id: str, scene: Scene) -> dict[str, object]:
    return {
        "site_id": site_id,
        "scene_id": scene.id,
        "acquired_start": scene.acquired.start.astimezone(UTC).isoformat(),
        "sha256": scene.sha256,
        "noun": to_json(scene),
    }
