"""Judgements on reports follow to a new edition of the same data set where the row is unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.ledger.incidents.carrying import carry
from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.judged import together
from siteline.model.incident import Edition
from siteline.store.db import Database
from tests.ledger.incidents.making import filed, night, open_ledger, table


@pytest.fixture
def ledger(tmp_path: Path) -> tuple[Database, Incidents]:
    return open_ledger(tmp_path)


def ids(incidents: Incidents, edition: Edition) -> list[str]:
    return [kept.id for kept in incidents.reports(edition)]


ROWS = [night("2024-01-02", "KN-23", 10, source="a"), night("2024-01-02", "KN-23", 10, source="b")]


def test_a_word_on_unchanged_rows_follows_to_the_new_edition(ledger: tuple[Database, Incidents]) -> None:
    db, incidents = ledger
    first = filed(incidents, table(ROWS), "one")
    incidents.judge("same", ids(incidents, first), "one salvo")
    second = filed(incidents, table([night("2024-01-01", "Kh-101"), *ROWS]), "two")
    carried = carry(db, incidents, [second])
    [group] = together(carried.judged)
    assert group == frozenset(ids(incidents, second)[1:])
    assert carried.changed == {}
    assert together(carry(db, incidents, [first]).judged) == [frozenset(ids(incidents, first))]


def test_a_word_on_a_changed_row_does_not_follow_and_is_named(ledger: tuple[Database, Incidents]) -> None:
    db, incidents = ledger
    first = filed(incidents, table(ROWS), "one")
    before = ids(incidents, first)
    name = incidents.judge("same", before, "one salvo")
    second = filed(incidents, table([ROWS[0], {**ROWS[1], "launched": 9}]), "two")
    carried = carry(db, incidents, [second])
    assert not any(group <= set(ids(incidents, second)) for group in together(carried.judged))
    assert carried.changed[name] in ((before[0],), (before[1],))


def test_of_equal_rows_each_follows_to_its_own_place(ledger: tuple[Database, Incidents]) -> None:
    """Rows that differ in their line alone cannot be told apart by what they say, but by their order."""
    db, incidents = ledger
    first = filed(incidents, table(ROWS), "one")
    incidents.judge("not_same", ids(incidents, first), "two salvos")
    second = filed(incidents, table([ROWS[1], ROWS[0]]), "two")
    [one] = carry(db, incidents, [second]).judged
    assert set(one.reports) == set(ids(incidents, second))


def test_a_word_that_was_taken_back_asks_for_no_second_look(ledger: tuple[Database, Incidents]) -> None:
    db, incidents = ledger
    first = filed(incidents, table(ROWS), "one")
    before = ids(incidents, first)
    old = incidents.judge("same", before, "one salvo")
    new = incidents.judge("not_same", before, "no: two")
    second = filed(incidents, table([night("2024-01-05", "KN-23")]), "two")
    changed = carry(db, incidents, [second]).changed
    assert old not in changed
    assert set(changed[new]) == set(before)


def test_another_data_set_keeps_its_own_words(ledger: tuple[Database, Incidents]) -> None:
    db, incidents = ledger
    first = filed(incidents, table(ROWS), "one")
    incidents.judge("same", ids(incidents, first), "one salvo")
    plain = table([{"id": "1", "start": "2024-01-02", "weapon": "KN-23"}], ("id", "start", "weapon"))
    other = filed(incidents, plain, "two", form="csv")
    carried = carry(db, incidents, [other])
    assert carried.changed == {}
    assert carried.judged[0].reports == tuple(sorted(ids(incidents, first)))
