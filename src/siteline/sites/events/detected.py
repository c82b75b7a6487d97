"""
Events that surveys find.

A survey never overwrites. What it finds again otherwise becomes a new version of the event it matches; what it
finds as it was adds what the newer looks say of it; what it no longer finds becomes a version that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from ulid import ULID

from siteline.model.change import ChangeEvent, Method
from siteline.sites.events.rows import EventRows
from siteline.sites.events.sameness import match, tells_the_same
from siteline.store import tables
from siteline.store.codec import digest
from siteline.store.db import Database


class Detected:
    """The events of one case that surveys found."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rows = EventRows(db)

    def record(
        self,
        site_id: str,
        survey_id: str,
        found: Sequence[tuple[ChangeEvent, bool]],
        until: date | None = None,
    ) -> list[tuple[str, int]]:
        """
        File what a survey found, each with whether it is reported; returns (id, version) of each, in order.

        until: the last day whose scenes the survey used; it says nothing of events that came into sight later.

        A form of which a reader would be told the same adds no version, only what the looks say of it now. Known
        events that were not found again get a version that says so.
        """
        with self._db.appending():
            known = [
                e
                for e in self._rows.all(site_id)
                if e.current.event.method is Method.DETECTED and e.current.event.proposer is None
            ]
            partner = match([e.current.event for e in known], [event for event, _ in found])
            filed = []
            for ordinal, (event, is_reported) in enumerate(found):
                if ordinal not in partner:
                    event_id = self._new_id(site_id, survey_id, ordinal)
                    self._rows.add(event_id, site_id, event, survey_id, reported=is_reported)
                    filed.append((event_id, 1))
                    continue
                old = known[partner[ordinal]]
                now, was = old.current, old.current.unnamed
                is_same = tells_the_same(was, event)
                if is_same and now.reproduced and now.reported == is_reported:
                    if was.observations != event.observations:
                        self._rows.add_sighting(old.id, now.number, survey_id, event)
                    filed.append((old.id, now.number))
                    continue
                number = self._rows.follow(old, event, survey_id, reported=is_reported, same_outline=is_same)
                filed.append((old.id, number))
            for index in set(range(len(known))) - set(partner.values()):
                now = known[index].current
                if now.reproduced and (until is None or now.event.onset.by <= until):
                    self._rows.lose(known[index], survey_id)
        return filed

    def _new_id(self, site_id: str, survey_id: str, ordinal: int) -> str:
        event_id = digest(site_id, survey_id, str(ordinal))[:12]
        taken = self._db.rows(sa.select(tables.event.c.id).where(tables.event.c.id == event_id))
        if taken:  # the same survey came back after another one: its events may have moved on
            return digest(site_id, survey_id, str(ordinal), str(ULID()))[:12]
        return event_id
