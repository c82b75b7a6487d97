"""Comparisons of two looks as the case keeps them, and the places that a person made events of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from siteline.model.errors import BadInput, NotFound
from siteline.model.pairs import Comparison, Place
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


@dataclass(frozen=True, slots=True)
class KeptComparison:
    """One comparison on file."""

    comparison: Comparison
    created_at: datetime
    created_by: str
    taken: dict[int, str] = field(default_factory=dict)
    """Event that a person made of a place, by the place's number."""

    def place(self, number: int) -> Place:
        """The place of that number; raises NotFound."""
        found = next((p for p in self.comparison.places if p.number == number), None)
        if found is None:
            raise NotFound(
                f"comparison {self.comparison.id[:12]} has no place {number}",
                f"It has {len(self.comparison.places)}: siteline events compared {self.comparison.site_id}",
            )
        return found


class Comparisons:
    """The comparisons of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, comparison: Comparison) -> None:
        """File a comparison; one that is on file already adds nothing."""
        with self._db.appending():
            t = tables.comparison.c
            there = sa.select(t.seq).where(t.id == comparison.id, t.site_id == comparison.site_id)
            if not self._db.rows(there):
                row = {"id": comparison.id, "site_id": comparison.site_id, "noun": to_json(comparison)}
                self._db.append(tables.comparison, row)

    def take(self, comparison_id: str, place: int, event_id: str) -> None:
        """File that a person made an event of a place; raises BadInput where somebody did already."""
        with self._db.appending():
            taken = self._taken(comparison_id, None)
            if place in taken:
                raise BadInput(
                    f"place {place} is event {taken[place]} already",
                    "Judge that event, or draw another outline.",
                )
            self._db.append(
                tables.place_taken, {"comparison_id": comparison_id, "place": place, "event_id": event_id}
            )

    def all(self, site_id: str, as_of: datetime | None = None) -> tuple[KeptComparison, ...]:
        """The comparisons of a site, oldest first."""
        t = tables.comparison.c
        query = sa.select(t.noun, t.created_at, t.created_by).where(t.site_id == site_id)
        rows = self._db.rows(known_at(query, tables.comparison, as_of).order_by(t.seq))
        found = []
        for noun, at, by in rows:
            comparison = from_json(Comparison, noun)
            when = datetime.fromisoformat(at)
            found.append(KeptComparison(comparison, when, by, self._taken(comparison.id, as_of)))
        return tuple(found)

    def get(self, site_id: str, start: str | None = None, as_of: datetime | None = None) -> KeptComparison:
        """The comparison whose id starts like this, or the newest; raises NotFound or BadInput."""
        kept = self.all(site_id, as_of)
        if not kept:
            raise NotFound(
                f"no two looks of {site_id!r} were compared yet",
                f"Compare two: siteline events compare {site_id} --before SCENE --after SCENE",
            )
        if start is None:
            return kept[-1]
        near = [k for k in kept if k.comparison.id.startswith(start)]
        if len(near) > 1:
            raise BadInput(f"{start!r} fits {len(near)} comparisons", "Give more of the id.")
        if not near:
            raise NotFound(
                f"no comparison {start!r} at {site_id!r}", f"See: siteline events compared {site_id}"
            )
        return near[0]

    def _taken(self, comparison_id: str, as_of: datetime | None) -> dict[int, str]:
        t = tables.place_taken.c
        query = sa.select(t.place, t.event_id).where(t.comparison_id == comparison_id)
        return dict(self._db.rows(known_at(query, tables.place_taken, as_of).order_by(t.seq)))
