"""Events that a user's own model proposes; no survey continues or ends them, and they none of a survey's."""

from __future__ import annotations

from collections.abc import Sequence

from siteline.model.change import ChangeEvent, Proposer
from siteline.sites.events.rows import EventRows
from siteline.sites.events.sameness import match, tells_the_same
from siteline.store.codec import digest
from siteline.store.db import Database


class Proposed:
    """The events of one case that models of its users proposed."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rows = EventRows(db)

    def record(
        self, site_id: str, proposer: Proposer, scenes: tuple[str | None, str], found: Sequence[ChangeEvent]
    ) -> list[tuple[str, int, bool]]:
        """
        File what a user's model proposed; returns (id, version, whether anything is new) of each, in order.

        scenes: (before or None, after) that it was asked of. Events that the same model, asked in the same way of the
        same scenes, proposed before are continued; those it proposes no more get a version that says so.
        """
        with self._db.appending():
            known = [e for e in self._rows.all(site_id) if _is_by(e.current.event, proposer, scenes)]
            partner = match([e.current.event for e in known], found)
            filed = []
            for ordinal, event in enumerate(found):
                if ordinal not in partner:
                    event_id = digest(site_id, proposer.run, str(ordinal), str(len(known)))[:12]
                    self._rows.add(event_id, site_id, event)
                    filed.append((event_id, 1, True))
                    continue
                old = known[partner[ordinal]]
                if tells_the_same(old.current.unnamed, event) and old.current.reproduced:
                    filed.append((old.id, old.current.number, False))
                    continue
                filed.append((old.id, self._rows.follow(old, event), True))
            for index in set(range(len(known))) - set(partner.values()):
                if known[index].current.reproduced:
                    self._rows.lose(known[index])
        return filed


def _is_by(event: ChangeEvent, proposer: Proposer, scenes: tuple[str | None, str]) -> bool:
    """Whether the same model proposed it, asked in the same way of the same scenes."""
    return (
        event.proposer is not None
        and (event.proposer.sha256, event.proposer.card_sha256) == (proposer.sha256, proposer.card_sha256)
        and (event.last_without, event.first_with) == scenes
    )
