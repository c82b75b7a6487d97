"""Scenes moved by hand: each nudge is a row, the newest row of a scene counts, and taking one back is a row too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from ulid import ULID

from siteline.model.errors import BadInput
from siteline.model.nudge import Nudge
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


@dataclass(frozen=True, slots=True)
class NudgeRow:
    """One nudge on file, with who made it and when."""

    nudge: Nudge
    created_at: datetime
    created_by: str


class Nudges:
    """The nudges of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site_id: str, nudge: Nudge) -> Nudge:
        """
        File a nudge, which takes the place of the scene's former one; returns it with its id.

        Raises BadInput where scenes would hold to each other in a circle, or nothing is there to be undone.
        """
        filed = replace(nudge, id=str(ULID()))
        with self._db.appending():
            there = {scene: row.nudge for scene, row in self.standing(site_id).items()}
            if nudge.undone and nudge.scene_id not in there:
                raise BadInput(
                    f"scene {nudge.scene_id} is not nudged", f"See: siteline scenes list {site_id}"
                )
            _refuse_circle({**there, nudge.scene_id: nudge}, nudge.scene_id)
            row = {"site_id": site_id, "scene_id": nudge.scene_id, "noun": to_json(filed)}
            self._db.append(tables.nudge, {"id": filed.id, **row})
        return filed

    def standing(self, site_id: str, as_of: datetime | None = None) -> dict[str, NudgeRow]:
        """The nudges that count, by scene."""
        newest = {row.nudge.scene_id: row for row in self.all(site_id, as_of)}
        return {scene: row for scene, row in newest.items() if not row.nudge.undone}

    def all(self, site_id: str, as_of: datetime | None = None) -> tuple[NudgeRow, ...]:
        """Every nudge of a site, oldest first, with those that were undone or replaced."""
        t = tables.nudge.c
        query = sa.select(t.noun, t.created_at, t.created_by).where(t.site_id == site_id)
        rows = self._db.rows(known_at(query, tables.nudge, as_of).order_by(t.seq))
        return tuple(
            NudgeRow(from_json(Nudge, noun), datetime.fromisoformat(at), by) for noun, at, by in rows
        )


def _refuse_circle(nudges: dict[str, Nudge], start: str) -> None:
    follows: Callable[[str], str | None] = lambda s: nudges[s].follows if s in nudges else None  # noqa: E731
    seen, at = [start], follows(start)
    while at is not None:
        if at in seen:
            raise BadInput(
                f"scenes {' and '.join(dict.fromkeys(seen))} would hold to each other",
                "Hold one of them to the ground (lon,lat), or to another scene.",
            )
        seen.append(at)
        at = follows(at)
