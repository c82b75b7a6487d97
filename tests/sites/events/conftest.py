"""The events of an empty case."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.sites.events.register import Events
from siteline.store.db import Database


@pytest.fixture
def events(tmp_path: Path) -> Events:
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    return Events(db)
