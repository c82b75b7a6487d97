"""Counts are kept as they were made, and what is said of them is added."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from shapely.geometry import box

from siteline.model.activity import Count, CountRange
from siteline.model.change import Status
from siteline.model.errors import BadInput, NotFound
from siteline.sites.activity import Counts
from siteline.store.db import Database
from tests.factory import CRS

YARD = Count("s", "S1", "0" * 64, "rail wagons", "yard", box(0, 0, 10, 10), CRS, CountRange(12, 15))


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'case.db'}"
    Database(found, "A").upgrade()
    return found


def counts(url: str, who: str = "A") -> Counts:
    return Counts(Database(url, who))


def test_the_same_count_by_the_same_person_is_filed_once(url: str) -> None:
    """A repeated command adds nothing; the same number from another person does."""
    first, is_new = counts(url).record(YARD)
    assert is_new
    assert counts(url).record(YARD) == (first, False)
    assert counts(url, "B").record(YARD)[1]
    assert len(counts(url).all("s")) == 2


def test_who_counts_again_replaces_only_the_own_count(url: str) -> None:
    """The former one stays on record, and an earlier moment still tells it."""
    first, _ = counts(url).record(YARD)
    other, _ = counts(url, "B").record(
        Count("s", "S1", "0" * 64, "rail wagons", "yard", box(0, 0, 10, 10), CRS, CountRange(18, 20))
    )
    then = datetime.now(UTC)
    again, _ = counts(url).record(
        Count("s", "S1", "0" * 64, "rail wagons", "yard", box(0, 0, 10, 10), CRS, CountRange(13, 14))
    )
    now = {one.id: one for one in counts(url).all("s")}
    assert now[first.id].replaced_by == again.id
    assert now[other.id].stands
    assert [one.stands for one in counts(url).all("s", then)] == [True, True]
    back, is_new = counts(url).record(YARD)
    assert is_new
    assert back.id != first.id


def test_a_judgement_needs_a_reason_and_a_count(url: str) -> None:
    """A rejected count stands no more; the word of whom it rejected is kept."""
    filed, _ = counts(url).record(YARD)
    with pytest.raises(BadInput):
        counts(url, "B").judge(filed.id, Status.REJECTED, " ")
    counts(url, "B").judge(filed.id, Status.REJECTED, "those are containers")
    found = counts(url).get("s", filed.id[:6])
    assert (found.stands, found.words[0].who) == (False, "B")
    with pytest.raises(NotFound):
        counts(url).get("s", "c-zz")
