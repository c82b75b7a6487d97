"""Every build of a brief is on record, with what it cites."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from siteline.editions.briefs import Briefs
from siteline.store.db import Database


def test_builds_are_listed_in_order_and_as_of_a_moment(tmp_path: Path) -> None:
    """Each build keeps its digest, its stamp and the versions it cites; an earlier moment shows earlier builds."""
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    briefs = Briefs(db)
    briefs.record("a" * 64, True, [("event", 1)])
    between = datetime.now(UTC)
    briefs.record("b" * 64, False, [("event", 2), ("other", 1)])
    first, second = briefs.all()
    assert (first.is_draft, first.cites, first.created_by) == (True, (("event", 1),), "A. Analyst")
    assert second.cites == (("event", 2), ("other", 1))
    assert briefs.all(as_of=between) == [first]
