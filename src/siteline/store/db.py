"""One engine, one commit boundary, and a schema that only migrations change."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from siteline.model.errors import (
    BadSetting,
    BrokenCustody,
    CaseBusy,
    CaseTrouble,
    DiskFull,
    MissingExtra,
    NewerCase,
)

BUSY_SECONDS = 30
"""How long an append waits for another process."""

_WIDE = 512 << 20
"""Bytes of memory that SQLite may take while millions of rows are added."""

_MIGRATIONS = Path(__file__).parent / "migrations"

_ADDRESSES = (
    "Write it as postgresql://USER@HOST/NAME, or leave it out: then it is case.db in the case folder."
)

_ROOM = 1 << 20
"""Bytes that SQLite's side files may need."""


class Database:
    """The rows of one case. Reads see committed rows; every append is one transaction."""

    def __init__(self, url: str, who: str) -> None:
        """`url`: SQLAlchemy's, of SQLite or PostgreSQL, else BadSetting; `who` signs the rows that are added."""
        self.url = _spelt_out(url)
        self.who = who
        self.engine = _engine(self.url)
        self._writer = self.engine.execution_options(is_writer=True)
        self._appending: sa.Connection | None = None
        self._afterwards: list[Callable[[], None]] = []

    def upgrade(self, to: str = "head") -> None:
        """Bring the schema to this version, or to an older one on the way; refuses a case written by a later one."""
        with _plain_words(self.url), self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        known, newest = _revisions()
        if current is not None and current not in known:
            raise NewerCase(f"this case has schema {current}, which this Siteline does not know")
        if current != newest:
            with _plain_words(self.url), self._writer.begin() as connection:
                config = _alembic(self.url)
                config.attributes["connection"] = connection
                command.upgrade(config, to)

    @contextmanager
    def appending(self) -> Iterator[sa.Connection]:
        """
        One transaction; nothing is recorded unless all of it is.

        Records called inside an open boundary join it, so that several of them commit together.
        """
        if self._appending is not None:
            yield self._appending
            return
        with _plain_words(self.url), self._writer.begin() as connection:
            self._appending = connection
            try:
                yield connection
            except BaseException:
                self._afterwards.clear()
                raise
            finally:
                self._appending = None
        pending, self._afterwards = self._afterwards, []
        for what in pending:
            what()

    def afterwards(self, what: Callable[[], None]) -> None:
        """Do this once the open boundary has been committed; never if it is not."""
        self._afterwards.append(what)

    def only_writer(self, table: sa.Table) -> None:
        """Inside a boundary: wait until nobody else appends to `table`. SQLite has one writer anyway."""
        assert self._appending is not None
        if self.engine.dialect.name == "postgresql":
            self._appending.exec_driver_sql(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE")

    def widen(self) -> None:
        """Inside a boundary: memory for millions of rows, so that their indexes are not written over and over."""
        assert self._appending is not None
        if self.engine.dialect.name == "sqlite":
            self._appending.exec_driver_sql(f"PRAGMA cache_size = -{_WIDE >> 10}")

    def append(self, table: sa.Table, *rows: dict[str, Any]) -> None:
        """Add rows, signed and timed."""
        signed = {"created_at": datetime.now(UTC).isoformat(timespec="microseconds"), "created_by": self.who}
        with self.appending() as connection:
            if rows:
                connection.execute(table.insert(), [{**signed, **row} for row in rows])

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        """All rows of a query, in its order; inside a boundary, its own rows too."""
        if self._appending is not None:
            return list(self._appending.execute(query).all())
        with _plain_words(self.url), self.engine.connect() as connection:
            return list(connection.execute(query).all())

    def texts(self, query: sa.Select[Any]) -> list[str]:
        """One column of text, without an object per row: a hundred thousand in a tenth of a second."""
        with _plain_words(self.url), self.engine.connect() as connection:
            cursor = connection.execute(query).cursor
            assert cursor is not None
            return [text for (text,) in cursor.fetchall()]

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


def known_at(query: sa.Select[Any], table: sa.Table, as_of: datetime | None) -> sa.Select[Any]:
    """The query, as it would have been answered at `as_of` (None: now)."""
    if as_of is None:
        return query
    return query.where(table.c.created_at <= as_of.astimezone(UTC).isoformat(timespec="microseconds"))


def _spelt_out(url: str) -> str:
    """
    The address with the driver that we bring for PostgreSQL, where it names none: SQLAlchemy would take another one.

    A refusal never repeats the address: there may be a password in it.
    """
    try:
        told = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise BadSetting("case.database is no address of a database", _ADDRESSES) from error
    if told.drivername in ("postgres", "postgresql"):
        return told.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if told.get_backend_name() not in ("postgresql", "sqlite"):
        raise BadSetting(f"case.database names {told.drivername!r}, which is not supported", _ADDRESSES)
    return url


def _engine(url: str) -> sa.Engine:
    try:
        engine = sa.create_engine(url, future=True)
    except ModuleNotFoundError as error:
        if error.name == "psycopg":
            raise MissingExtra.of("psycopg", "postgres") from error
        raise BadSetting(f"case.database wants {error.name}, which is not installed", _ADDRESSES) from error
    except sa.exc.ArgumentError as error:
        raise BadSetting("case.database names a driver that does not exist", _ADDRESSES) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _take_write_lock)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; see _take_write_lock
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _take_write_lock(connection: sa.Connection) -> None:
    """Writers queue at BEGIN; a deferred lock could fail in mid-transaction instead. Readers never wait."""
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


@cache
def _revisions() -> tuple[frozenset[str], str | None]:
    """All versions of the schema, and the newest; read once, since it loads every migration."""
    scripts = ScriptDirectory(str(_MIGRATIONS))
    return frozenset(script.revision for script in scripts.walk_revisions()), scripts.get_current_head()


def _alembic(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _is_full(file: str) -> bool:
    """Whether SQLite's "disk I/O error" is the want of room for its side files."""
    folder = Path(file).parent
    return folder.is_dir() and shutil.disk_usage(folder).free < _ROOM


@contextmanager
def _plain_words(url: str) -> Iterator[None]:
    """The database's refusals in our words."""
    name = sa.make_url(url).database or "the database"
    try:
        yield
    except sa.exc.OperationalError as error:
        said = str(error.orig)
        if "full" in said or ("disk I/O" in said and _is_full(name)):
            raise DiskFull(f"no room left on the disk that holds {name}") from error
        if "locked" in said or "busy" in said:
            raise CaseBusy(f"another process has held {name} for {BUSY_SECONDS} s") from error
        if "unable to open" in said or "readonly" in said or "disk I/O" in said:
            raise CaseBusy(
                f"cannot write {name}: {said}",
                "Check the folder's permissions and the disk, then run it again.",
            ) from error
        if not url.startswith("sqlite"):
            raise CaseTrouble(
                f"the database of this case refused, or does not answer: {said.splitlines()[0] if said else 'no reason given'}",
                "Check case.database in siteline.toml, and that its server runs; what was finished is kept.",
            ) from error
        raise
    except sa.exc.DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise BrokenCustody(
                f"{name} is damaged: {error.orig}",
                "Restore the case folder from a copy.",
            ) from error
        raise
