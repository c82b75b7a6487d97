"""The heaviest set of provably disjoint scopes: never more than the truth, exact, and never moved by a nested claim."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.ledger.incidents.casualties import gather, heaviest, reckon
from siteline.ledger.incidents.heaviest import components, solve
from siteline.ledger.incidents.scopes import apart, outside, read_place
from siteline.model.casualty import NumberClaim, Scope
from tests.ledger.incidents.making import claim

WHOLE = Scope(date(2024, 1, 1), date(2024, 12, 31), (), frozenset(), "people")
PLACES = (
    (),
    ("ukraine",),
    ("ukraine", "kyiv"),
    ("ukraine", "kharkiv"),
    ("ukraine", "kyiv", "kyiv"),
    ("?", "somewhere"),
)
WEAPONS = ((), ("KN-23",), ("Kalibr",), ("KN-23", "Kalibr"))


def total(claims: list[NumberClaim], policy: str = "every_source", whole: Scope = WHOLE) -> int:
    return reckon(claims, "killed", whole).least[policy][-1].total


def test_scopes_apart_add_and_nested_ones_do_not() -> None:
    january = claim("a", 14)
    inside = claim("b", 3, "2024-01-02", "2024-01-02", place=("ukraine", "kharkiv"))
    march = claim("c", 5, "2024-03-01", "2024-03-31")
    assert total([january, inside]) == 14
    assert total([january, inside, march]) == 19


def test_what_may_overlap_is_not_added() -> None:
    """An unknown place, a place nobody lists, an open end, another class of the same people: none is proof."""
    kyiv = claim("a", 5, place=read_place("Kyiv"))
    assert total([kyiv, claim("b", 4)]) == 5
    assert total([kyiv, claim("b", 4, place=read_place("Sviatoshynskyi"))]) == 5
    assert total([kyiv, claim("b", 4, place=read_place("Kyiv oblast"))]) == 5
    assert total([kyiv, claim("b", 4, place=read_place("Kharkiv"))]) == 9
    assert total([claim("a", 5), claim("b", 4, victims="civilians")]) == 5
    assert total([claim("a", 5, victims="combatants"), claim("b", 4, victims="civilians")]) == 9
    assert total([claim("a", 5, weapons=["KN-23"]), claim("b", 4, weapons=["Kalibr"])]) == 9
    assert (
        total([claim("a", 5, weapons=["KN-23"]), claim("b", 4, weapons=["Kalibr"], whole_attack=True)]) == 5
    )


def test_each_lineage_counts_by_its_latest_and_sources_that_differ_are_both_shown() -> None:
    early, late = claim("a", 8, lineage="L", line=1), claim("b", 12, lineage="L", line=2)
    other = claim("c", 10)
    assert total([early, late]) == 12
    found = reckon([early, late, other], "killed", WHOLE)
    assert (found.least["every_source"][0].total, found.least["highest_source"][0].total) == (10, 12)
    assert found.superseded == (("a", "superseded by", "b"),)


def test_a_lower_later_number_of_one_lineage_replaces_the_higher() -> None:
    assert total([claim("a", 12, lineage="L"), claim("b", 8, lineage="L", published="2024-02-02")]) == 8


def test_killed_injured_and_missing_are_apart() -> None:
    claims = [claim("a", 5), claim("b", 70, key="injured"), claim("c", 2, key="missing")]
    assert [reckon(claims, kind, WHOLE).least["every_source"][0].total for kind in ("killed", "injured", "missing")] == [
        5, 70, 2,
    ]  # fmt: skip


def test_a_death_of_wounds_counts_on_the_day_of_the_attack() -> None:
    """A number that was raised in March is still about the attack of January."""
    risen = claim("b", 15, lineage="L", published="2024-03-20")
    until = Scope(date(2024, 1, 1), date(2024, 1, 31), (), frozenset(), "people")
    assert total([claim("a", 14, lineage="L"), risen], whole=until) == 15


def test_an_upper_bound_needs_a_total_for_the_whole_scope() -> None:
    whole = Scope(date(2024, 1, 1), date(2024, 1, 31), ("ukraine",), frozenset(), "people")
    assert reckon([claim("a", 14, place=("ukraine",))], "killed", whole).upper is None
    assert reckon([claim("a", 14, place=("ukraine",), high=14)], "killed", whole).upper == 14
    part = claim("a", 14, "2024-01-02", place=("ukraine",), high=14)
    assert reckon([part], "killed", whole).upper is None


def test_a_condition_is_kept_apart_and_named() -> None:
    doubtful = claim("b", 12, "2024-04-24", "2024-04-24", weapons=["KN-23"], conditions=("b is accepted",))
    firm = claim("a", 24, weapons=["KN-23"])
    whole = Scope(date(2024, 1, 1), date(2024, 12, 31), (), frozenset({"KN-23"}), "people")
    bounds = reckon([firm, doubtful], "killed", whole).least["every_source"]
    assert [(b.total, b.conditions) for b in bounds] == [(24, ()), (36, ("b is accepted",))]
    everything = reckon([firm, doubtful], "killed", WHOLE).least["every_source"]
    assert [b.total for b in everything] == [36]  # by whatever weapon, they were killed


SCOPES = st.builds(
    lambda first, length, place, weapons, victims, whole: Scope(
        date(2024, 1, 1) + timedelta(days=first),
        date(2024, 1, 1) + timedelta(days=first + length),
        place,
        frozenset(weapons),
        victims,
        whole,
    ),
    st.integers(0, 8),
    st.integers(0, 6),
    st.sampled_from(PLACES),
    st.sampled_from(WEAPONS),
    st.sampled_from(["people", "civilians", "combatants"]),
    st.booleans(),
)


def made_of(scopes: list[Scope], lows: list[int]) -> list[NumberClaim]:
    from dataclasses import replace

    return [
        replace(claim(f"c{i}", low), scope=scope, line=i)
        for i, (scope, low) in enumerate(zip(scopes, lows, strict=False))
    ]


@given(st.lists(st.tuples(SCOPES, st.integers(0, 50)), max_size=9))
@settings(max_examples=150, deadline=None)
def test_the_search_finds_what_trying_every_set_finds(pairs: list[tuple[Scope, int]]) -> None:
    sums = gather(made_of([s for s, _ in pairs], [n for _, n in pairs]))
    best = 0
    for size in range(len(sums) + 1):
        for chosen in itertools.combinations(sums, size):
            if all(apart(a.scope, b.scope) for a, b in itertools.combinations(chosen, 2)):
                best = max(best, sum(one.highest_source for one in chosen))
    found = heaviest(sums, "highest_source")
    assert (found.total, found.proven_heaviest) == (best, True)
    assert all(apart(a.scope, b.scope) for a, b in itertools.combinations(found.scopes, 2))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_total_is_ever_more_than_the_truth(data: st.DataObject) -> None:
    """People die on days, in places, by weapons; whatever true lower bounds are claimed, their total is true."""
    chance = random.Random(data.draw(st.integers(0, 10**6)))
    deaths = [
        (
            date(2024, 1, 1) + timedelta(days=chance.randrange(15)),
            chance.choice([("ukraine", "kyiv", "kyiv"), ("ukraine", "kharkiv"), ("ukraine", "odesa")]),
            chance.choice(["KN-23", "Kalibr"]),
            chance.choice(["civilians", "combatants"]),
        )
        for _ in range(chance.randrange(40))
    ]
    scopes = data.draw(st.lists(SCOPES, max_size=10))
    true = [sum(_holds(scope, *death) for death in deaths) for scope in scopes]
    claims = made_of(scopes, [chance.randint(0, n) for n in true])
    assert total(claims, "highest_source") <= len(deaths)


def _holds(scope: Scope, day: date, place: tuple[str, ...], weapon: str, victim: str) -> bool:
    """Whether a death is of a scope; of a scope whose place or weapon is not known, as much as can be."""
    known = not scope.place or scope.place[0] == "?" or place[: len(scope.place)] == scope.place
    weapons = scope.whole_attack or not scope.weapons or weapon in scope.weapons
    assert scope.start is not None
    assert scope.end is not None
    return scope.start <= day <= scope.end and known and weapons and scope.victims in ("people", victim)


@given(st.lists(st.tuples(SCOPES, st.integers(0, 50)), min_size=1, max_size=7), st.data())
@settings(max_examples=150, deadline=None)
def test_a_nested_claim_never_raises_a_total(pairs: list[tuple[Scope, int]], data: st.DataObject) -> None:
    """A claim inside the scope of a counted one, and no larger, takes part in no total beside it."""
    claims = made_of([s for s, _ in pairs], [n for _, n in pairs])
    found = heaviest(gather(claims), "highest_source")
    if not found.scopes:
        return
    parent = data.draw(st.sampled_from(found.scopes))
    inner = data.draw(SCOPES)
    if outside(inner, parent.scope) or apart(inner, parent.scope):
        return
    beside = heaviest(
        gather(
            made_of(
                [*(c.scope for c in claims), inner],
                [*(int(c.low or 0) for c in claims), parent.highest_source],
            )
        ),
        "highest_source",
    )
    only = sum(s.highest_source for s in beside.scopes if s.scope not in (inner, parent.scope))
    both = {inner, parent.scope} <= {s.scope for s in beside.scopes}
    assert not both or inner == parent.scope
    assert beside.total <= only + parent.highest_source


def test_integer_programming_and_branching_agree() -> None:
    chance = random.Random(4)
    for _ in range(40):
        size = chance.randrange(2, 14)
        weights = sorted((chance.randrange(1, 50) for _ in range(size)), reverse=True)
        joined = [0] * size
        for i, j in itertools.combinations(range(size), 2):
            if chance.random() < 0.4:
                joined[i] |= 1 << j
                joined[j] |= 1 << i
        for part in components(joined):
            best, _, is_proven = solve(weights, joined, part)
            other, nodes, too = solve(weights, joined, part, steps=0)
            assert (best, is_proven) == (other, too) == (other, True)
            assert sum(weights[i] for i in nodes) == other


def test_hundreds_of_claims_are_solved_exactly() -> None:
    chance = random.Random(3)
    claims = []
    for i in range(400):
        first = date(2024, 1, 1) + timedelta(days=chance.randrange(360))
        last = first + timedelta(days=chance.choice([0, 0, 0, 1, 6, 30, 90]))
        place = chance.choice(
            [("ukraine",), ("ukraine", "kyiv"), ("ukraine", "kharkiv"), ("ukraine", "odesa"), ()]
        )
        claims.append(
            claim(f"c{i}", chance.randrange(1, 60), first.isoformat(), last.isoformat(), place=place)
        )
    assert heaviest(gather(claims), "highest_source").proven_heaviest


def test_a_search_that_is_cut_off_says_so_and_its_bound_holds() -> None:
    chance = random.Random(5)
    claims = [
        claim(
            f"c{i}", chance.randrange(20, 30), place=chance.choice(PLACES[2:4]), weapons=[chance.choice("ABCDEFGHIJ")],
            victims=chance.choice(["civilians", "combatants"]),
            start=f"2024-01-{chance.randrange(1, 15):02d}", end=f"2024-01-{chance.randrange(15, 31):02d}",
        )
        for i in range(150)
    ]  # fmt: skip
    cut, whole = (
        heaviest(gather(claims), "highest_source", steps=3),
        heaviest(gather(claims), "highest_source"),
    )
    assert cut.total <= whole.total
    if not cut.proven_heaviest:
        assert all(
            apart(a.scope, b.scope) for a, b in itertools.combinations([s.scope for s in cut.scopes], 2)
        )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Ukraine", ("ukraine",)),
        ("Kharkiv", ("ukraine", "kharkiv", "kharkiv")),
        ("Kharkiv oblast", ("ukraine", "kharkiv")),
        ("Crimea", ("ukraine", "crimea")),
        ("Kyiv, Ukraine", ("ukraine", "kyiv", "kyiv")),
        ("Kyiv, Sviatoshynskyi", ("ukraine", "kyiv", "kyiv", "sviatoshynskyi")),
        ("Kyiv (whole attack)", ("ukraine", "kyiv", "kyiv")),
        ("Dnipro", ("ukraine", "dnipropetrovsk", "dnipro")),
        ("seven regions", ()),
        ("one remnant", ()),
        ("", ()),
        ("Atlantis", ("?", "atlantis")),
    ],
)
def test_places_are_read_from_the_country_inwards(text: str, place: tuple[str, ...]) -> None:
    assert read_place(text) == place
