"""Statements: filed once, never edited, as they were known at any moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.claims.rows import pack, read_statement
from siteline.claims.statements import Statements, WordKind
from siteline.model.claim import Claim
from siteline.model.errors import BadStatement, NotFound
from siteline.model.interval import Interval
from siteline.store.db import Database
from tests.claims.factory import make_statement


@pytest.fixture
def statements(tmp_path: Path) -> Statements:
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    return Statements(db)


def test_a_statement_comes_back_as_it_was_filed(statements: Statements) -> None:
    said = make_statement("C001", low=24)
    assert statements.add([said]) == ["C001"]
    assert statements.get("C001").statement == said
    assert read_statement(pack(said)) == said
    assert statements.claim(said.claim.id) == said.claim


def test_filing_twice_adds_nothing(statements: Statements) -> None:
    said = [make_statement("C001", low=24), make_statement("C002", low=24)]
    assert statements.add(said) == ["C001", "C002"]
    assert statements.add([*said, *said]) == []


def test_an_id_is_never_given_to_other_words(statements: Statements) -> None:
    statements.add([make_statement("C001", low=24)])
    with pytest.raises(BadStatement, match="belongs to another"):
        statements.add([make_statement("C002", low=1), make_statement("C001", low=25)])
    with pytest.raises(NotFound):
        statements.get("C002")


def test_a_withdrawn_statement_counts_no_more_and_is_still_there(statements: Statements) -> None:
    statements.add([make_statement("C001", low=24)])
    statements.withdraw("C001", "read from the wrong table")
    assert statements.find() == []
    [gone] = statements.find(with_withdrawn=True)
    assert (gone.is_withdrawn, gone.words[0].why) == (True, "read from the wrong table")
    statements.say("C001", WordKind.RESTORED, "it was right")
    assert [f.id for f in statements.find()] == ["C001"]
    with pytest.raises(BadStatement, match="reason"):
        statements.withdraw("C001", " ")


def test_24_and_24_0_are_one_claim() -> None:
    whole, broken = (Claim("killed", value=Interval(end, end)) for end in (24, 24.0))
    assert whole.id == broken.id
