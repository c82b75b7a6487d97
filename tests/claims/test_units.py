"""A share in per cent and as a fraction, a length in km and in m: one quantity, whatever it is written in."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from siteline.claims.drift import changes_between, trace
from siteline.claims.rules import relate
from siteline.claims.standing import Evidence
from siteline.model.claim import Stance
from tests.claims.factory import make_claim, make_statement
from tests.claims.test_relations import DAY, pairs, two


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        ("fraction", "%", 100),
        ("km", "m", 1000),
        ("ha", "m²", 10_000),
        ("km²", "ha", 100),
        ("square kilometres", "sq km", 1),
        ("tonnes", "kg", 1000),
        ("hall", "halls", 1),
        ("attack", "Attacks", 1),
        ("ratio", "fraction", 1),
    ],
)
def test_one_quantity_in_two_units_is_one(one: str, other: str, factor: float) -> None:
    """It is an echo in one lineage, agreement of two, and a contradiction only where the quantity is another."""
    first = {"low": 0.5, "high": 0.5, "unit": one, "value_type": "number", "period": DAY}
    same = {**first, "low": 0.5 * factor, "high": 0.5 * factor, "unit": other}
    if one in ("hall", "attack"):
        first, same = ({**said, "low": 3.0, "high": 3.0} for said in (first, same))
    assert two(first, same, one_lineage=True) == {("same_as", "A", "B")}
    assert two(first, same) == {("corroborates", "A", "B")}
    another = {**same, "low": 3 * same["low"], "high": 3 * same["high"]}
    assert two(first, another) == {("contradicts", "A", "B")}


def test_a_unit_that_is_another_thing_is_still_a_change() -> None:
    a = make_statement("A", low=24.0, high=24.0, unit="missiles")
    b = make_statement("B", low=24.0, high=24.0, unit="attacks")
    assert [c.kind for c in changes_between(a, b)] == ["unit"]


def test_a_change_of_value_is_told_in_the_units_of_both() -> None:
    a = make_statement("A", low=2.0, high=2.0, unit="km", value_type="number")
    b = make_statement("B", low=200.0, high=200.0, unit="m", value_type="number")
    [change] = changes_between(a, b)
    assert (change.kind, change.was, change.is_now) == ("value", "2 km", "200 m")


def test_a_denial_is_of_what_it_names() -> None:
    """A denial of who owns the plant says nothing of how large it is, though both are filed under one question."""
    denial = make_statement(
        "D", claim=make_claim("plant", predicate="owner", subject="plant"), stance=Stance.DENIES
    )
    size = make_statement("A", claim=make_claim("plant", 3.0, 3.0, predicate="halls", subject="plant"))
    assert pairs([denial, size]) == {("denies", "D", None)}
    owner = make_statement("B", claim=make_claim("plant", predicate="owner", value_text="X", subject="plant"))
    assert pairs([denial, size, owner]) == {("denies", "D", "B")}
    of_all = make_statement("E", claim=make_claim("plant", subject="plant"), stance=Stance.DENIES)
    assert pairs([of_all, size, owner]) == {("denies", "E", "A"), ("denies", "E", "B")}


def test_a_broader_denial_of_another_time_denies_nothing_now() -> None:
    """ "We sent none in 2015" is no denial of 2024."""
    fired = make_statement("A", "fired", 60.0, 60.0, period="2024")
    old = make_statement("D", "transfer", stance=Stance.DENIES, period="2015")
    now = make_statement("E", "transfer", stance=Stance.DENIES, period="2023/2024")
    evidence = Evidence(broader=[(old, "why"), (now, "why")])
    assert pairs([fired], evidence) == {("denies", "E", "A")}


def test_a_thousand_daily_reports_of_one_lineage_are_compared_in_time() -> None:
    first = date(2022, 1, 1)
    daily = [
        make_statement(
            f"S{i}", "downed", float(i), float(i), lineage="L", period=str(first + timedelta(i)),
            said=str(first + timedelta(i)),
        )
        for i in range(1000)
    ]  # fmt: skip
    began = time.process_time()
    assert relate(daily) == []
    assert len(trace(daily)) == 1000
    assert time.process_time() - began < 4.0


def test_a_draft_and_a_table_count_the_same_people() -> None:
    """Articles are read as "killed people", tables say "people" under the question "killed"; the injured are others."""
    killed, people, injured = (
        {"low": 12.0, "unit": unit} for unit in ("killed people", "people", "injured people")
    )
    assert two(killed, people) == {("corroborates", "A", "B")}
    assert two(killed, people, one_lineage=True) == {("same_as", "A", "B")}
    assert two(killed, injured) == set()
