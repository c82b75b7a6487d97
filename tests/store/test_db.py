"""Rows are added, never changed; a commit is all or nothing; the schema is what migrations make."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from siteline.model.errors import BrokenCustody, NewerCase
from siteline.store import tables
from siteline.store.db import Database
from siteline.store.runs import Runs, StageRun
from tests.schema import MIGRATE


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    made.upgrade()
    return made


def add_site(db: Database, name: str) -> None:
    db.append(tables.site, {"site_id": name, "noun": "{}", "source_sha256": None})


def site_ids(db: Database) -> list[str]:
    return [row[0] for row in db.rows(sa.select(tables.site.c.site_id).order_by(tables.site.c.seq))]


def plausible(table: sa.Table) -> dict[str, object]:
    """A row of any table: something in each column that must have it."""
    some: dict[type, object] = {bool: True, int: 1, float: 0.5, str: "{}", bytes: b"x"}
    wanted = (c for c in table.columns if not c.nullable and not c.name.startswith("created_"))
    return {
        c.name: some[c.type.python_type] for c in wanted if not (c.primary_key and c.autoincrement is True)
    }


def test_migrations_make_the_tables_that_the_code_speaks_of(tmp_path: Path) -> None:
    """The migrated schema and the declared tables do not differ."""
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    MIGRATE(db)
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


@pytest.mark.parametrize("name", [t.name for t in tables.metadata.sorted_tables])
@pytest.mark.parametrize("verb", ["UPDATE {} SET created_by = 'someone else'", "DELETE FROM {}"])
def test_no_row_can_be_changed_or_deleted(db: Database, name: str, verb: str) -> None:
    """The database itself refuses to edit or delete, whoever asks."""
    table = tables.metadata.tables[name]
    for key in table.foreign_keys:
        db.append(key.column.table, plausible(key.column.table))
    db.append(table, plausible(table))
    with pytest.raises(sa.exc.IntegrityError, match="never changed"), db.appending() as connection:
        connection.execute(sa.text(verb.format(name)))


def test_a_new_case_of_a_test_is_what_migrations_make(db: Database, tmp_path: Path) -> None:
    """The tables that tests copy are those that are made from nothing, with their indexes and triggers."""
    made = Database(f"sqlite:///{tmp_path / 'made.db'}", "A. Analyst")
    MIGRATE(made)
    whole = sa.text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    version = sa.text("SELECT version_num FROM alembic_version")
    for query in (whole, version):
        with db.engine.connect() as copied, made.engine.connect() as migrated:
            assert copied.execute(query).all() == migrated.execute(query).all() != []


def test_on_postgresql_the_tables_are_the_same_and_no_row_can_be_changed(postgres: str) -> None:
    """Every migration runs on a server as well, and it too refuses to edit or delete."""
    db = Database(postgres, "A. Analyst")
    db.upgrade()
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    for table in tables.metadata.sorted_tables:  # what a row points to comes first
        db.append(table, plausible(table))
        for verb in ("UPDATE {} SET created_by = 'someone else'", "DELETE FROM {}"):
            with pytest.raises(sa.exc.DBAPIError, match="never changed"), db.appending() as connection:
                connection.execute(sa.text(verb.format(table.name)))
    db.engine.dispose()


def test_a_boundary_commits_all_or_nothing(db: Database) -> None:
    """If the second of two records fails, the first is not there either."""
    with pytest.raises(RuntimeError), db.appending():  # noqa: PT012
        add_site(db, "first")
        assert site_ids(db) == ["first"]
        raise RuntimeError
    assert site_ids(db) == []


def _append_many(url: str, name: str) -> None:
    db = Database(url, name)
    for number in range(25):
        add_site(db, f"{name}{number}")


def test_two_processes_add_rows_to_one_case(db: Database) -> None:
    """Writers wait for each other; no row is lost and none is refused."""
    workers = [
        multiprocessing.get_context("spawn").Process(target=_append_many, args=(db.url, n)) for n in "ab"
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert sorted(site_ids(db)) == sorted(f"{n}{i}" for n in "ab" for i in range(25))


def test_a_reader_does_not_wait_for_a_writer(db: Database) -> None:
    """While one process is in mid-append, another reads what was committed before."""
    other = Database(db.url, "reader")
    with db.appending():
        add_site(db, "unfinished")
        assert site_ids(other) == []


def test_postgresql_is_named_as_people_name_it(postgres: str) -> None:
    """An address without a driver takes the one that we bring."""
    for scheme in ("postgres", "postgresql"):
        plain = Database(scheme + postgres[postgres.index("://") :], "me")
        assert plain.engine.dialect.driver == "psycopg"
        with plain.engine.connect() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar() == 1
        plain.close()


def test_a_newer_case_is_refused(db: Database, tmp_path: Path) -> None:
    """A case of a later Siteline is left alone."""
    raw = sqlite3.connect(tmp_path / "case.db")
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    with pytest.raises(NewerCase, match="9999"):
        Database(db.url, "me").upgrade()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A damaged case says so, with the way back."""
    (tmp_path / "case.db").write_bytes(b"not a database" * 100)
    with pytest.raises(BrokenCustody, match="damaged"):
        Database(f"sqlite:///{tmp_path / 'case.db'}", "me").upgrade()


def test_a_run_is_found_by_its_recipe(db: Database) -> None:
    """What a stage made is found again by its recipe; filing it twice keeps one row."""
    runs = Runs(db)
    made = StageRun("r" * 64, "siteline.change.find.find_changes", "[]", "{}", 1.5, "{}")
    runs.record(made)
    runs.record(made)
    assert runs.find("r" * 64) == made
    assert runs.find("q" * 64) is None


def test_a_case_of_the_first_schema_is_brought_up_with_its_rows(tmp_path: Path) -> None:
    """A case made before people could name events keeps its rows and gets the tables that came later."""
    old = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    old.upgrade("0001")
    add_site(old, "s")
    new = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    new.upgrade()
    assert site_ids(new) == ["s"]
    assert new.rows(sa.select(tables.event_name)) == new.rows(sa.select(tables.filed_size)) == []
