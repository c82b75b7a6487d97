"""
Rows of events: versions one after another, what newer looks say of them, names and judgements; appended and read.

All that is appended here belongs to a larger step, whose caller holds the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from shapely import to_wkb

from siteline.model.change import ChangeEvent, Judgement, Observation, Status
from siteline.sites.events.life import Version, WatchedEvent
from siteline.sites.measurements import Measurements
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class EventRows:
    """The rows of one case's events."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._sizes = Measurements(db)

    def all(self, site_id: str, as_of: datetime | None = None) -> list[WatchedEvent]:
        """Every event of a site by onset, with candidates and what was not found again."""
        query = sa.select(tables.event.c.id).where(tables.event.c.site_id == site_id)
        ids = {row[0] for row in self._db.rows(known_at(query, tables.event, as_of))}
        return sorted(self._load(ids, as_of), key=lambda e: (e.current.event.onset.by, e.id))

    def current(self, event_id: str) -> Version:
        """The newest version of an event, by its whole id."""
        return self._load({event_id}, None)[0].current

    def add(
        self,
        event_id: str,
        site_id: str,
        event: ChangeEvent,
        survey_id: str | None = None,
        *,
        reported: bool = True,
    ) -> None:
        """File a new event with its first version."""
        self._db.append(tables.event, {"id": event_id, "site_id": site_id, "method": event.method.value})
        self._append_version(event_id, 1, survey_id, event, reported)

    def follow(
        self,
        old: WatchedEvent,
        event: ChangeEvent,
        survey_id: str | None = None,
        *,
        reported: bool = True,
        reproduced: bool = True,
        same_outline: bool = False,
    ) -> int:
        """File the next version of an event, which keeps its sizes if the outline is the same; returns its number."""
        number = old.current.number + 1
        self._append_version(old.id, number, survey_id, event, reported, reproduced=reproduced)
        if same_outline:
            self._sizes.carry(old.site_id, old.id, old.current.number, number)
        return number

    def lose(self, gone: WatchedEvent, survey_id: str | None = None) -> None:
        """File that an event was not found again: its last form, no longer reported."""
        last = gone.current.unnamed
        self.follow(gone, last, survey_id, reported=False, reproduced=False, same_outline=True)

    def add_sighting(self, event_id: str, number: int, survey_id: str, event: ChangeEvent) -> None:
        """File what the looks say now of a version that a survey found as it was."""
        self._db.append(
            tables.sighting,
            {
                "event_id": event_id,
                "version": number,
                "survey_id": survey_id,
                "noun": to_json(event.observations),
            },
        )

    def _append_version(
        self,
        event_id: str,
        number: int,
        survey_id: str | None,
        event: ChangeEvent,
        is_reported: bool,
        *,
        reproduced: bool = True,
    ) -> None:
        west, south, east, north = event.outline.bounds
        self._db.append(
            tables.event_version,
            {
                "event_id": event_id,
                "version": number,
                "survey_id": survey_id,
                "reproduced": reproduced,
                "reported": is_reported,
                "noun": to_json(event),
                "outline": to_wkb(event.outline),
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            },
        )

    def _load(self, ids: Iterable[str], as_of: datetime | None) -> list[WatchedEvent]:
        wanted = set(ids)
        if not wanted:
            return []
        event = tables.event.c
        sites = dict(self._db.rows(sa.select(event.id, event.site_id).where(event.id.in_(wanted))))
        versions = self._versions(wanted, as_of)
        judgements = self._judgements(wanted, as_of)
        return [
            WatchedEvent(i, sites[i], tuple(versions[i]), tuple(judgements.get(i, ())))
            for i in sorted(versions)
        ]

    def _versions(self, ids: set[str], as_of: datetime | None) -> dict[str, list[Version]]:
        """Versions of events, oldest first, each with the label that a person gave the event and its newest looks."""
        named, version = tables.event_name.c, tables.event_version.c
        names = dict(
            self._db.rows(
                known_at(
                    sa.select(named.event_id, named.label).where(named.event_id.in_(ids)),
                    tables.event_name,
                    as_of,
                ).order_by(named.seq)
            )
        )
        query = sa.select(
            version.event_id, version.version, version.noun, version.survey_id,
            version.reproduced, version.reported, version.created_at, version.created_by,
        ).where(version.event_id.in_(ids))  # fmt: skip
        rows = self._db.rows(
            known_at(query, tables.event_version, as_of).order_by(version.event_id, version.version)
        )
        sightings = self._sightings(ids, as_of)
        found: dict[str, list[Version]] = {}
        for event_id, number, noun, survey_id, reproduced, reported, at, by in rows:
            own = from_json(ChangeEvent, noun)
            own = replace(own, observations=sightings.get((event_id, number), own.observations))
            shown = replace(own, label=names.get(event_id, own.label))
            when = datetime.fromisoformat(at)
            found.setdefault(event_id, []).append(
                Version(number, shown, own.label, survey_id, reproduced, reported, when, by)
            )
        return found

    def _sightings(
        self, ids: set[str], as_of: datetime | None
    ) -> dict[tuple[str, int], tuple[Observation, ...]]:
        """What the looks said last, by event and version, where a survey found a version as it was."""
        seen = tables.sighting.c
        query = sa.select(seen.event_id, seen.version, seen.noun).where(seen.event_id.in_(ids))
        rows = self._db.rows(known_at(query, tables.sighting, as_of).order_by(seen.seq))
        return {
            (event_id, number): from_json(tuple[Observation, ...], noun) for event_id, number, noun in rows
        }

    def _judgements(self, ids: set[str], as_of: datetime | None) -> dict[str, list[Judgement]]:
        """Judgements of events, oldest first."""
        judged = tables.judgement.c
        query = sa.select(
            judged.event_id, judged.version, judged.status, judged.created_by, judged.created_at, judged.why
        ).where(judged.event_id.in_(ids))
        rows = self._db.rows(known_at(query, tables.judgement, as_of).order_by(judged.created_at, judged.id))
        found: dict[str, list[Judgement]] = {}
        for event_id, number, status, who, when, why in rows:
            found.setdefault(event_id, []).append(
                Judgement(event_id, number, Status(status), who, datetime.fromisoformat(when), why)
            )
        return found
