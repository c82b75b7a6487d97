"""Which statements were made from what we measured ourselves, and of which state of it, so that a later change is noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at

_P = tables.pixel_claim.c


class Origin(StrEnum):
    """What a statement was made from."""

    EVENT = "event"
    SIZE = "size"
    FUNCTION = "function"
    """What a building may be for: a person's judgement, on the site's drawing."""

    ABSENCE = "absence"


@dataclass(frozen=True, slots=True)
class Source:
    """The state of the thing that a statement was made from."""

    origin: Origin
    site_id: str
    object_id: str
    """Of the event, the filed size or the structure; of an absence the label of the part of the site, "" for all of it."""

    what: str
    """`change`, `area`, `length`, `width`, `height`, `ratio`, `function`, `absence`, ..."""

    version: int | None
    """The version of the event that was judged."""

    told: str
    """What makes it the same finding, in one line; another line now means that the claim needs review."""

    survey_id: str | None = None
    accepted_by: str = ""
    accepted_at: str = ""
    why: str = ""
    method: str = ""
    """How it was found or measured, in words."""

    scenes: tuple[tuple[str, str, str], ...] = ()
    """Id of each scene that it rests on, its SHA-256, and the exhibit that it is."""


@dataclass(frozen=True, slots=True)
class PixelClaim:
    """One statement that was made from images."""

    statement_id: str
    source: Source
    at: datetime
    by: str


class PixelClaims:
    """The statements of one case that were made from images."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, statement_id: str, source: Source) -> None:
        """File what a statement was made from; inside the boundary in which the statement is filed."""
        self._db.append(
            tables.pixel_claim,
            {
                "statement_id": statement_id,
                "site_id": source.site_id,
                "origin": source.origin.value,
                "object_id": source.object_id,
                "noun": to_json(source),
            },
        )

    def all(self, site_id: str | None = None, as_of: datetime | None = None) -> list[PixelClaim]:
        """Every one, of a site or of all, oldest first."""
        query = sa.select(_P.statement_id, _P.noun, _P.created_at, _P.created_by).order_by(_P.seq)
        if site_id is not None:
            query = query.where(_P.site_id == site_id)
        return [
            PixelClaim(statement, from_json(Source, noun), datetime.fromisoformat(at), by)
            for statement, noun, at, by in self._db.rows(known_at(query, tables.pixel_claim, as_of))
        ]

    def of(self, statement_id: str, as_of: datetime | None = None) -> PixelClaim | None:
        """What one statement was made from; None for one that was not made from images."""
        query = sa.select(_P.noun, _P.created_at, _P.created_by).where(_P.statement_id == statement_id)
        for noun, at, by in self._db.rows(known_at(query, tables.pixel_claim, as_of)):
            return PixelClaim(statement_id, from_json(Source, noun), datetime.fromisoformat(at), by)
        return None
