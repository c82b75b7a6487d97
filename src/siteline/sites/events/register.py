"""The events of a case: what came in by each of three ways, found again, named and judged."""

from __future__ import annotations

from datetime import datetime

from ulid import ULID

from siteline.model.change import Status
from siteline.model.errors import BadInput, NotFound
from siteline.sites.events.detected import Detected
from siteline.sites.events.drawn import Drawn
from siteline.sites.events.life import WatchedEvent
from siteline.sites.events.proposed import Proposed
from siteline.sites.events.rows import EventRows
from siteline.store import tables
from siteline.store.db import Database


class Events:
    """The events of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rows = EventRows(db)
        self.detected = Detected(db)
        self.proposed = Proposed(db)
        self.drawn = Drawn(db)

    def all(self, site_id: str, every: bool = False, as_of: datetime | None = None) -> list[WatchedEvent]:
        """
        Events of a site by onset; `every` adds candidates below the threshold and what was not found again.

        An accepted event is listed even when a later survey no longer finds it: it needs review.
        """
        return [
            e
            for e in self._rows.all(site_id, as_of)
            if every or e.current.reported or e.judgement is not None
        ]

    def get(self, site_id: str, event_id: str, as_of: datetime | None = None) -> WatchedEvent:
        """One event by its id, the start of its id, or its label; raises NotFound or BadInput."""
        events = self.all(site_id, every=True, as_of=as_of)
        exact = [e for e in events if e.id == event_id]
        near = exact or [e for e in events if e.id.startswith(event_id) or e.current.event.label == event_id]
        if len(near) > 1:
            raise BadInput(f"{event_id!r} fits {len(near)} events", "Give more of the id.")
        if not near:
            raise NotFound(
                f"no event {event_id!r} at site {site_id!r}", f"See: siteline events list {site_id} --all"
            )
        return near[0]

    def name(self, event_id: str, label: str) -> None:
        """Give an event a label; it keeps it through later surveys, whatever label these would give it."""
        with self._db.appending():
            if self._rows.current(event_id).event.label != label:
                self._db.append(tables.event_name, {"event_id": event_id, "label": label})

    def judge(self, event_id: str, status: Status, why: str) -> None:
        """Add a person's word on the event's current version; a reason is required."""
        if not why.strip():
            raise BadInput("a judgement needs a reason", 'Say why: --why "seen on three looks"')
        with self._db.appending():
            self._db.append(
                tables.judgement,
                {
                    "id": str(ULID()),
                    "event_id": event_id,
                    "version": self._rows.current(event_id).number,
                    "status": status.value,
                    "why": why.strip(),
                },
            )
