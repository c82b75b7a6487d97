"""Sizes that people asked for stay on file: once each, whole, and known by their content."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from shapely.geometry import box

from siteline.measure.capacity import infer_capacity
from siteline.measure.ratio import ratio
from siteline.model.errors import BadInput, BrokenCustody, NotFound
from siteline.model.measurement import Assumed, FiledSize, Rested, Tracing
from siteline.sites.filed import FiledSizes
from siteline.store.db import Database
from tests.factory import make_area


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    made.upgrade()
    return made


DRAWN = FiledSize(
    site_id="s",
    what="area",
    name="the outline drawn",
    size=make_area(),
    ratio=None,
    capacity=None,
    said=("The footprint is about 1,800 m².",),
    drawings=(Tracing(box(3.1, 0.1, 3.2, 0.2), "J. Doe"),),
    scenes=(("S2", "a" * 64),),
    options=MappingProxyType({"on": "S2", "outline": "roof"}),
)
COMPARED = replace(
    DRAWN,
    what="ratio",
    size=None,
    ratio=ratio(make_area(), make_area(3600), "A-2", "A-1"),
    rests_on=(Rested("A-2", "0123456789ab", 3, make_area()), Rested("A-1", "A-1", None, make_area(3600))),
)
ASSUMED = replace(
    DRAWN,
    what="capacity",
    size=None,
    capacity=infer_capacity(make_area(), Assumed((1, 2), "J. Doe", "a photo", None, (20.0, 50.0))),
)


@pytest.mark.parametrize("filed", [DRAWN, COMPARED, ASSUMED], ids=lambda filed: filed.what)
def test_a_filed_size_comes_back_whole(db: Database, filed: FiledSize) -> None:
    """Numbers, drawings, images, options and sentences are read back equal, with who filed them and from what."""
    row = FiledSizes(db).record(filed, ("b" * 64,), "{}")
    [again] = FiledSizes(db).all("s")
    assert again == row
    assert (row.filed, row.files, row.created_by, row.problem) == (filed, ("b" * 64,), "A. Analyst", None)
    assert FiledSizes(db).all("elsewhere") == ()


def test_the_same_is_filed_once_and_what_differs_is_filed_beside_it(db: Database) -> None:
    """Asked again by anyone, with any code, the same answer is the same row; another analyst's is not."""
    filed = FiledSizes(db)
    first = filed.record(DRAWN, ("b" * 64,), "{}")
    assert filed.record(DRAWN, ("c" * 64,), '{"siteline":"later"}') == first
    other = filed.record(replace(DRAWN, drawings=(Tracing(box(3.1, 0.1, 3.2, 0.2), "R. Roe"),)), (), "{}")
    assert other.id != first.id
    assert len(filed.all("s")) == 2


def test_it_is_found_by_the_start_of_its_id(db: Database) -> None:
    """The whole id or enough of it; what fits several, or none, is refused."""
    filed = FiledSizes(db)
    rows = [filed.record(replace(DRAWN, name=f"hall {n}"), (), "{}") for n in range(2)]
    for row in rows:
        assert filed.get("s", row.id) == row == filed.get("s", row.id[:10])
    with pytest.raises(BadInput, match="fits 2"):
        filed.get("s", "m-")
    with pytest.raises(NotFound, match="m-none"):
        filed.get("s", "m-none")


def test_a_row_that_was_tampered_with_cannot_be_cited(db: Database, tmp_path: Path) -> None:
    """Somebody who gets past the triggers still cannot change a number and keep its id."""
    filed = FiledSizes(db)
    row = filed.record(DRAWN, (), "{}")
    raw = sqlite3.connect(tmp_path / "case.db")
    raw.execute("DROP TRIGGER filed_size_no_update")
    raw.execute("UPDATE filed_size SET noun = replace(noun, '1800.0', '2800.0')")
    raw.commit()
    raw.close()
    assert filed.all("s")[0].problem is not None
    with pytest.raises(BrokenCustody, match="no longer matches"):
        filed.get("s", row.id)
