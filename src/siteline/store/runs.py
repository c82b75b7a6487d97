"""Rows of stage runs: which stage made what, from which inputs, with which code, in what time."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from siteline.store import tables
from siteline.store.db import Database


@dataclass(frozen=True, slots=True)
class StageRun:
    """One stage that ran to its end."""

    recipe: str
    """SHA-256 over stage, its source, numeric versions, options, inputs and seed."""

    stage: str
    inputs: str
    """JSON: digests of what went in, and the options."""

    versions: str
    """JSON: versions of Siteline and of the numeric libraries, and the hash of the stage's source."""

    seconds: float
    output: str
    """JSON of the nouns that came out; arrays stand in it by recipe."""


class Runs:
    """What was computed before; a survey asks here first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, recipe: str) -> StageRun | None:
        """The run with this recipe, if there was one."""
        columns = (getattr(tables.run.c, name) for name in StageRun.__slots__)
        found = self._db.rows(sa.select(*columns).where(tables.run.c.recipe == recipe))
        return StageRun(*found[0]) if found else None

    def record(self, run: StageRun) -> None:
        """File a run; a run that another process filed meanwhile is the same run."""
        with self._db.appending():
            if self.find(run.recipe) is None:
                self._db.append(tables.run, {name: getattr(run, name) for name in StageRun.__slots__})
