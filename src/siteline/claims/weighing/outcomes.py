"""How claims turned out: recorded with a day and a basis, corrected by a later record, never edited."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from ulid import ULID

from siteline.model.assessment import Came, Outcome
from siteline.model.errors import BadInput
from siteline.store import tables
from siteline.store.db import Database, known_at

_O = tables.outcome.c


class Outcomes:
    """The outcomes of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, claim_id: str, came: Came, on: date, basis: str) -> Outcome:
        """Record how a claim turned out; raises BadInput for a day to come and where no basis is given."""
        if not basis.strip():
            raise BadInput("an outcome needs its basis", 'Say how it is known: --basis "..."')
        if on > datetime.now(UTC).date():
            raise BadInput(f"{on} is still to come", "An outcome is recorded once it can be known.")
        with self._db.appending():
            outcome_id = str(ULID())
            self._db.append(
                tables.outcome,
                {
                    "id": outcome_id,
                    "claim_id": claim_id,
                    "came": came.value,
                    "known_on": on.isoformat(),
                    "basis": basis.strip(),
                },
            )
            return next(one for one in self.history(claim_id) if one.id == outcome_id)

    def history(self, claim_id: str | None = None, as_of: datetime | None = None) -> list[Outcome]:
        """Every outcome that was recorded, of one claim or of all, oldest first."""
        query = sa.select(_O.id, _O.claim_id, _O.came, _O.known_on, _O.basis, _O.created_by, _O.created_at)
        if claim_id is not None:
            query = query.where(_O.claim_id == claim_id)
        rows = self._db.rows(known_at(query.order_by(_O.seq), tables.outcome, as_of))
        return [
            Outcome(i, claim, Came(came), date.fromisoformat(on), basis, who, datetime.fromisoformat(at))
            for i, claim, came, on, basis, who, at in rows
        ]

    def standing(self, as_of: datetime | None = None) -> dict[str, Outcome]:
        """The last outcome of each claim."""
        return {outcome.claim_id: outcome for outcome in self.history(as_of=as_of)}
