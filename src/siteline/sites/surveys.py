"""Surveys of a site: what was looked at and what could not be seen, kept with its runs."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from siteline.model.survey import Survey
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class Surveys:
    """The surveys of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, survey: Survey) -> None:
        """File a survey; it becomes its site's newest one, even if an older row has its id."""
        self._db.append(tables.survey, {"id": survey.id, "site_id": survey.site_id, "noun": to_json(survey)})

    def newest(self, site_id: str, as_of: datetime | None = None) -> Survey | None:
        """The latest survey of a site, if there was one."""
        query = (
            sa.select(tables.survey.c.noun)
            .where(tables.survey.c.site_id == site_id)
            .order_by(tables.survey.c.seq.desc())
            .limit(1)
        )
        rows = self._db.rows(known_at(query, tables.survey, as_of))
        return from_json(Survey, rows[0][0]) if rows else None
