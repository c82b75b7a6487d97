"""Events that a person saw and drew: filed as they are, and dated anew where a scene's date is put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ulid import ULID

from siteline.model.change import ChangeEvent, Method, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput
from siteline.model.imagery import Scene
from siteline.sites.events.rows import EventRows
from siteline.store.db import Database


class Drawn:
    """The events of one case that people drew."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rows = EventRows(db)

    def record(self, site_id: str, event: ChangeEvent) -> str:
        """File an event that a person saw; returns its id."""
        event_id = str(ULID())
        with self._db.appending():
            self._rows.add(event_id, site_id, event)
        return event_id

    def redate(self, site_id: str, scenes: Mapping[str, Scene]) -> list[str]:
        """
        Give drawn events the dates that their scenes have now; returns the ids of those that moved.

        Raises BadInput, naming the event, where its two scenes have changed places.
        """
        moved = []
        for drawn in self._rows.all(site_id):
            now = drawn.current
            if now.event.method is not Method.DRAWN or drawn.status is Status.REJECTED:
                continue
            before, seen = scenes.get(now.event.last_without or ""), scenes[now.event.first_with]
            if before is not None and before.acquired.first_day > seen.acquired.last_day:
                raise BadInput(
                    f"as dated now, {before.id} is no longer before {seen.id}, but event {drawn.id} was seen on "
                    f"{seen.id} and not yet on {before.id}",
                    f'If the dates are right: siteline events judge {site_id} {drawn.id} reject --why "wrong dates"',
                )
            onset = onset_between(before, seen)
            if onset == now.event.onset:
                continue
            with self._db.appending():
                self._rows.follow(drawn, replace(now.unnamed, onset=onset), same_outline=True)
            moved.append(drawn.id)
        return moved


def onset_between(before: Scene | None, seen: Scene) -> DateInterval:
    """When a change came into sight that `before` does not show and `seen` does."""
    return DateInterval(before.acquired.first_day if before else None, seen.acquired.last_day)
