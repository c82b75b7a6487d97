"""
The tables of a new case: migrated once in each process that runs tests, copied into every case after that.

A migration from nothing takes a fifth of a second of one core, and thousands of tests begin with a new case.
"""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from siteline.store.db import Database

MIGRATE = Database.upgrade
"""What Siteline itself does, for tests of just that."""


def copy_tables() -> None:
    """From now on, a new SQLite file is a copy of one that was migrated; all others are migrated as ever."""
    Database.upgrade = _upgrade  # type: ignore[method-assign]


def _upgrade(database: Database, to: str = "head") -> None:
    name = sa.make_url(database.url).database if database.url.startswith("sqlite") else None
    if name and to == "head" and not Path(name).exists():
        with contextlib.suppress(OSError):  # no room, no folder, no right to write: said by what follows
            Path(name).write_bytes(migrated())
    MIGRATE(database, to)


@cache
def migrated() -> bytes:
    """The file of a database without rows."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "case.db"
        made = Database(f"sqlite:///{file}", "nobody")
        MIGRATE(made)
        made.close()
        return file.read_bytes()
