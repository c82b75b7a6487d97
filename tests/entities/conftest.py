"""An empty register of things, and its index of names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siteline.entities.index import NameIndex
from siteline.entities.register import Entities
from siteline.store.db import Database


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty case's rows."""
    made = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    made.upgrade()
    yield made
    made.close()


@pytest.fixture
def entities(db: Database) -> Entities:
    """An empty register."""
    return Entities(db)


@pytest.fixture
def index(tmp_path: Path) -> NameIndex:
    """An empty index."""
    return NameIndex(tmp_path / "names.db", "a case")
