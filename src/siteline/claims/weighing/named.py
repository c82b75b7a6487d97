"""Claims found by the start of their id."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from siteline.claims.rows import read_claim
from siteline.model.claim import Claim
from siteline.store import tables
from siteline.store.db import Database, known_at

_C = tables.claim.c
_ENOUGH = 50


def claims_like(db: Database, start: str, as_of: datetime | None = None) -> list[Claim]:
    """Claims whose id begins so, fifty at most."""
    query = sa.select(_C.noun).where(_C.id >= start, _C.id < start + "\uffff").order_by(_C.id).limit(_ENOUGH)
    return [read_claim(noun) for (noun,) in db.rows(known_at(query, tables.claim, as_of))]
