"""What follows a release: corrections, and where each edition was delivered."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from ulid import ULID

from siteline.model.errors import BadInput
from siteline.model.release import Correction, Delivery
from siteline.store import tables
from siteline.store.db import Database, known_at

LONGEST = 4000
"""Characters of a reason."""

_C, _D = tables.correction.c, tables.delivery.c


class Aftermath:
    """Corrections and deliveries of one case, none ever edited."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def correct(self, edition_id: str, sentence: str, why: str, now: str = "") -> str:
        """Add a correction; returns its id."""
        correction_id = str(ULID())
        said = {"why": _filled(why, "why"), "now": " ".join(now.split())[:LONGEST]}
        self._db.append(
            tables.correction,
            {"id": correction_id, "edition_id": edition_id, "sentence": sentence, **said},
        )
        return correction_id

    def deliver(self, edition_id: str, to: str, how: str, on: date) -> str:
        """Add a delivery; returns its id."""
        delivery_id = str(ULID())
        said = {"recipient": _filled(to, "to"), "how": _filled(how, "how"), "day": on.isoformat()}
        self._db.append(tables.delivery, {"id": delivery_id, "edition_id": edition_id, **said})
        return delivery_id

    def corrections(self, as_of: datetime | None = None) -> list[Correction]:
        """Every correction, oldest first."""
        query = sa.select(
            _C.id, _C.edition_id, _C.sentence, _C.why, _C.now, _C.created_by, _C.created_at
        ).order_by(_C.seq)
        return [
            Correction(name, edition, sentence, why, now, who, datetime.fromisoformat(at))
            for name, edition, sentence, why, now, who, at in self._db.rows(
                known_at(query, tables.correction, as_of)
            )
        ]

    def deliveries(self, as_of: datetime | None = None) -> list[Delivery]:
        """Every delivery, oldest first."""
        query = sa.select(
            _D.id, _D.edition_id, _D.recipient, _D.how, _D.day, _D.created_by, _D.created_at
        ).order_by(_D.seq)
        return [
            Delivery(name, edition, to, how, day, who, datetime.fromisoformat(at))
            for name, edition, to, how, day, who, at in self._db.rows(known_at(query, tables.delivery, as_of))
        ]


def _filled(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise BadInput(f"--{what} is empty", "Say it in a few words; it is printed.")
    if len(said) > LONGEST:
        raise BadInput(f"--{what} has {len(said):,} characters; {LONGEST:,} is the most")
    return said
