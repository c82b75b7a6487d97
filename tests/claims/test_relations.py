"""Contradiction is told from difference of scope, denial from silence, echo from support."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.claims.drift import changes_between, sureness, trace
from siteline.claims.relation import RelationKind as Kind
from siteline.claims.rules import relate
from siteline.claims.standing import Evidence
from siteline.model.claim import Attribution, ClaimKind, Hedge, Stance, Statement
from siteline.model.interval import Interval
from tests.claims.factory import make_claim, make_statement

DAY = "2025-04-24"


def pairs(statements: list[Statement], evidence: Evidence | None = None) -> set[tuple[str, str, str | None]]:
    return {(r.kind.value, r.a, r.b) for r in relate(statements, evidence)}


def two(
    first: dict[str, Any], second: dict[str, Any], one_lineage: bool = False
) -> set[tuple[str, str, str | None]]:
    """The relations between A and B, of two lineages and speakers."""
    a = make_statement("A", **{"speaker": "Police", "lineage": "L1", **first})
    b = make_statement("B", **{"speaker": "Hospital", "lineage": "L1" if one_lineage else "L2", **second})
    return pairs([a, b])


def test_at_least_14_and_24_do_not_contradict() -> None:
    assert two({"low": 14, "period": DAY}, {"low": 24, "high": 24, "period": DAY}) == {
        ("corroborates", "A", "B"),
        ("narrows", "B", "A"),
    }


def test_three_and_five_dead_of_one_day_and_place_do() -> None:
    same = {"period": DAY, "place": "Kyiv"}
    assert two({"low": 3, "high": 3, **same}, {"low": 5, "high": 5, **same}) == {("contradicts", "A", "B")}


def test_of_two_days_they_do_not() -> None:
    assert two({"low": 3, "high": 3, "period": DAY}, {"low": 5, "high": 5, "period": "2025-04-25"}) == set()


def test_of_two_places_nobody_can_tell_and_that_is_said() -> None:
    first = {"low": 3, "high": 3, "period": DAY, "place": "Kharkiv"}
    second = {"low": 5, "high": 5, "period": DAY, "place": "Kharkiv region"}
    assert two(first, second) == {("may_contradict", "A", "B")}


def test_a_part_may_be_less_than_the_whole_and_not_more() -> None:
    whole = {"period": "2023-12-30/2024-02-07"}
    part = {"period": "2024-01-02"}
    assert two({"low": 14, "high": 14, **whole}, {"low": 3, "high": 3, **part}) == {("narrows", "B", "A")}
    assert two({"low": 2, "high": 2, **whole}, {"low": 3, "high": 3, **part}) == {("contradicts", "A", "B")}


def test_shares_of_other_periods_do_not_contradict() -> None:
    share = {"value_type": "share", "unit": "fraction"}
    first = {"low": 0.3, "high": 0.35, "period": "2024-01-01/2024-11-23", **share}
    second = {"low": 0.6, "high": 0.65, "period": "2024-07-01/2024-12-31", **share}
    assert two(first, second) == set()
    assert ("contradicts", "A", "B") in two(first, {**second, "period": "2024-01-01/2024-11-23"})


def test_a_size_holds_whenever_it_is_looked_at() -> None:
    size = {"value_type": "ratio", "unit": "ratio"}
    assert two({"low": 0.6, "high": 0.7, **size}, {"low": 1.6, "high": 1.7, **size}) == {
        ("contradicts", "A", "B")
    }
    assert two({"low": 0.6, "high": 0.7, **size}, {"low": 0.65, "high": 0.65, **size}) == {
        ("corroborates", "A", "B"),
        ("narrows", "B", "A"),
    }


def test_two_parents_contradict_and_one_under_two_phrases_does_not() -> None:
    def parent(words: str) -> dict[str, Any]:
        return {"claim": make_claim("parent", value_text=words, value_type="entity")}

    part = parent("part of the Ryongsong Machine Complex")
    assert two(part, parent("subordinate to the Rakwon Machine Complex")) == {("contradicts", "A", "B")}
    assert ("contradicts", "A", "B") not in two(part, parent("Subordinate to Ryongsong Machine Complex"))


def test_that_it_is_so_and_that_it_is_not_contradict() -> None:
    assert two({}, {"more": {"is_negated": True}}) == {("contradicts", "A", "B")}


def test_inside_one_lineage_it_is_an_error_of_transmission() -> None:
    size = {"value_type": "ratio", "unit": "ratio"}
    found = two({"low": 0.6, "high": 0.7, **size}, {"low": 1.6, "high": 1.7, **size}, one_lineage=True)
    assert found == {("transmission_conflict", "A", "B")}


def test_a_judgement_is_not_corroborated_by_a_fact() -> None:
    reading = {"kind": ClaimKind.JUDGEMENT}
    assert two({"low": 14}, {"low": 14, **reading}) == set()


def test_a_condition_claims_nothing_about_the_present() -> None:
    assert two({"low": 3, "high": 3}, {"low": 5, "high": 5, "condition": "if it rains"}) == set()


def test_the_same_source_supersedes_itself_on_a_later_day_only() -> None:
    first = make_statement("A", low=8, high=8, speaker="Police", lineage="L1", said="2025-04-24", period=DAY)
    later = make_statement(
        "B", low=12, high=12, speaker="police", lineage="L2", said="2025-04-25", period=DAY
    )
    assert pairs([first, later]) == {("supersedes", "B", "A")}
    other = make_statement("B", low=12, high=12, speaker="Mayor", lineage="L2", said="2025-04-25", period=DAY)
    assert pairs([first, other]) == {("contradicts", "A", "B")}


def test_two_sources_without_a_name_are_not_one() -> None:
    nobody = {"more": {"attribution": (Attribution("a military source", is_anonymous=True),)}}
    first = make_statement("A", low=8, high=8, lineage="L1", said="2025-04-24", period=DAY, **nobody)
    later = make_statement("B", low=12, high=12, lineage="L2", said="2025-04-25", period=DAY, **nobody)
    assert pairs([first, later]) == {("contradicts", "A", "B")}


def test_a_toll_that_rose_on_one_day_supersedes_and_an_exact_one_does_not() -> None:
    def toll(name: str, low: float, high: float | None, said: str = DAY) -> Statement:
        return make_statement(name, low=low, high=high, speaker=name, lineage="L", said=said, period=DAY)

    assert ("supersedes", "B", "A") in pairs([toll("A", 8, None), toll("B", 12, None)])
    assert pairs([toll("A", 8, 8), toll("B", 12, 12)]) == {("transmission_conflict", "A", "B")}
    chain = pairs([toll("A", 8, None), toll("B", 12, None), toll("C", 15, None)])
    assert {("supersedes", "B", "A"), ("supersedes", "C", "B"), ("supersedes", "C", "A")} <= chain


def test_what_was_superseded_contradicts_nobody() -> None:
    first = make_statement("A", low=8, high=8, speaker="Police", lineage="L1", said="2025-04-24", period=DAY)
    later = make_statement(
        "B", low=12, high=12, speaker="Police", lineage="L1", said="2025-04-25", period=DAY
    )
    other = make_statement("C", low=12, high=12, speaker="Mayor", lineage="L2", said="2025-04-25", period=DAY)
    found = pairs([first, later, other])
    assert ("corroborates", "B", "C") in found
    assert not [pair for pair in found if pair[0] == "contradicts"]


def test_a_correction_and_a_retraction_name_what_they_take_back() -> None:
    first = make_statement("A", low=8, high=8, said="2025-04-24")
    for stance, kind in ((Stance.CORRECTS, "corrects"), (Stance.RETRACTS, "retracts")):
        later = make_statement("B", low=6, high=6, said="2025-04-25", stance=stance, lineage="own:A")
        assert (kind, "B", "A") in pairs([first, later])
    alone = make_statement("B", stance=Stance.RETRACTS)
    assert pairs([alone]) == {("retracts", "B", None)}


def test_what_was_retracted_elsewhere_corroborates_nobody() -> None:
    first = make_statement("A", low=8, high=8, speaker="Police", lineage="L1", said="2025-04-24")
    other = make_statement("B", low=8, high=8, speaker="Mayor", lineage="L2", said="2025-04-24")
    back = make_statement("C", speaker="Police", lineage="L3", said="2025-04-25", stance=Stance.RETRACTS)
    assert ("corroborates", "A", "B") in pairs([first, other])
    assert pairs([first, other, back]) == {("retracts", "C", "A")}


def test_a_correction_in_its_lineage_is_no_error_of_transmission() -> None:
    first = make_statement("A", low=8, high=8, lineage="L", speaker="")
    fixed = make_statement("B", low=6, high=6, lineage="L", speaker="", stance=Stance.CORRECTS)
    other = make_statement("C", low=6, high=6, lineage="M")
    assert pairs([first, fixed, other]) == {("corrects", "B", "A"), ("corroborates", "B", "C")}


@pytest.mark.parametrize(
    ("stance", "kind"),
    [(Stance.DENIES, "denies"), (Stance.NO_POSITION, "no_position"), (Stance.NONRESPONSE, "nonresponse")],
)
def test_denial_no_position_and_silence_are_three_things(stance: Stance, kind: str) -> None:
    claimed = make_statement("A", "transfer")
    other = make_statement("B", "transfer", speaker="Ministry", stance=stance)
    found = relate([claimed, other])
    assert [(r.kind.value, r.a, r.b) for r in found] == [(kind, "B", "A")]
    assert ("no evidence given" in found[0].basis) == (stance is Stance.DENIES)
    [alone] = relate([other])
    assert (alone.kind.value, alone.b) == (kind, None)


def test_a_denial_lowers_nothing() -> None:
    claimed = [make_statement("A", low=3, lineage="L1"), make_statement("B", low=3, lineage="L2")]
    denial = make_statement("C", speaker="Ministry", stance=Stance.DENIES)
    assert ("corroborates", "A", "B") in pairs([*claimed, denial])


def test_a_denial_of_something_broader_is_marked_so() -> None:
    claimed = make_statement("A", "missiles_fired", low=24, period=DAY)
    denial = make_statement("D", "transfer", speaker="Ministry", stance=Stance.DENIES)
    [found] = relate(
        [claimed], Evidence(broader=[(denial, "missiles_fired entails transfer (they had to come)")])
    )
    assert (found.kind, found.a, found.b, found.by) == (Kind.DENIES, "D", "A", "entailment")
    assert found.basis.startswith("by entailment")
    wide = make_statement(
        "W", "missiles_fired", period="2025-01-01/2025-12-31", stance=Stance.DENIES, speaker="M"
    )
    [found] = relate([claimed, wide])
    assert (found.kind, found.by) == (Kind.DENIES, "entailment")


def test_not_reported_is_never_a_denial() -> None:
    """Nothing that somebody leaves unsaid makes a relation: only statements have any."""
    assert pairs([make_statement("A", low=24)]) == set()


numbers = st.one_of(st.none(), st.integers(0, 6).map(float))
periods = st.sampled_from(["", DAY, "2025-04-01/2025-04-30", "2025-04-20/2025-05-20", "2024"])


@st.composite
def some_statements(draw: st.DrawFn) -> list[Statement]:
    count = draw(st.integers(2, 6))
    made = []
    for number in range(count):
        low, high = sorted((draw(st.integers(0, 6)), draw(st.integers(0, 6))))
        value = draw(st.sampled_from([None, Interval(low, high), Interval(low, None)]))
        claim = make_claim(
            value=value,
            value_type=draw(st.sampled_from(["count", "ratio"])),
            period=draw(periods),
            place=draw(st.sampled_from(["", "Kyiv", "Kyiv, Podil", "Kharkiv"])),
            subject=draw(st.sampled_from(["", "KN-23", "KN-23/24"])),
        )
        made.append(
            make_statement(
                f"S{number}",
                claim=claim,
                speaker=draw(st.sampled_from(["", "Police", "Mayor"])),
                lineage=draw(st.sampled_from(["", "L1", "L2"])),
                said=draw(st.sampled_from(["", "2025-04-24", "2025-04-25"])),
                stance=draw(st.sampled_from(list(Stance))),
            )
        )
    return made


@given(some_statements(), st.randoms())
def test_relations_do_not_depend_on_the_order_of_statements(statements: list[Statement], random: Any) -> None:
    """Rows in any order say the same."""
    mixed = statements[:]
    random.shuffle(mixed)
    assert relate(mixed) == relate(statements)


@given(some_statements())
def test_mutual_relations_are_told_once_and_with_their_ends_in_order(statements: list[Statement]) -> None:
    """What is mutual is told once; what has a direction is not told both ways."""
    found = relate(statements)
    for relation in found:
        if relation.kind.is_mutual:
            assert relation.b is not None
            assert relation.a < relation.b
        else:
            assert (relation.b, relation.a, relation.kind) not in {r.pair for r in found}


@given(some_statements())
def test_a_page_tells_of_a_lineage_what_the_whole_list_tells(statements: list[Statement]) -> None:
    """Relations told for one statement's lineage are exactly those of the whole list that concern it."""
    focus = statements[0]
    mine = {s.id for s in statements if s.lineage_name == focus.lineage_name}
    whole = [r for r in relate(statements) if r.a in mine or r.b in mine]
    assert relate(statements, focus=focus.id) == whole


def copy_of(origin: Statement, **about: Any) -> Statement:
    return make_statement("B", lineage="L", speaker="Daily", **about)


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"low": 24}, []),
        ({"low": 24, "high": 24}, ["value"]),
        ({"low": 24, "unit": "attacks"}, ["unit"]),
        ({"low": 24, "more": {"is_negated": True}}, ["negation"]),
        ({"low": 24, "stance": Stance.DENIES}, ["negation"]),
        ({"low": 24, "period": "2025-04-25"}, ["date"]),
        ({"low": 24, "period": ""}, ["date"]),
        ({"low": 24, "more": {"hedges": ()}}, ["hedge_dropped"]),
        ({"low": 24, "more": {"hedges": (Hedge("very likely"),)}}, ["hedge_strengthened"]),
        ({"low": 24, "more": {"hedges": (Hedge("possibly"),)}}, ["hedge_weakened"]),
    ],
)
def test_each_change_on_the_way_has_a_name(changed: dict[str, Any], kinds: list[str]) -> None:
    hedges = (Hedge("likely"),)
    origin = make_statement("A", low=24, lineage="L", period=DAY, more={"hedges": hedges})
    copy = copy_of(origin, **{"period": DAY, "more": {"hedges": hedges, **changed.get("more", {})}, **{
        key: value for key, value in changed.items() if key != "more"
    }})  # fmt: skip
    if changed.get("more", {}).get("is_negated"):
        copy = copy_of(origin, low=24, period=DAY, more={"hedges": hedges, "is_negated": True})
    assert [change.kind for change in changes_between(origin, copy)] == kinds
    [_, told] = trace([copy, origin])
    assert told.origin == origin


def test_the_condition_that_was_dropped_is_named() -> None:
    origin = make_statement("A", low=24, lineage="L", condition="if confirmed")
    assert [c.kind for c in changes_between(origin, copy_of(origin, low=24))] == ["condition"]


def test_of_became_larger_by() -> None:
    size = {"value_type": "ratio", "unit": "ratio"}
    origin = make_statement("A", low=0.6, high=0.7, more={"paraphrase": "60-70% the size of it"}, **size)
    for words, low, high, kinds in (
        ("60-70% larger", 1.6, 1.7, ["direction"]),
        ("", 1.6, 1.7, ["direction"]),
        ("60-70% smaller", 0.3, 0.4, ["direction"]),
        ("twice the size", 2, 2, ["value"]),
        ("about two thirds of it", 0.65, 0.65, ["value"]),
    ):
        copy = make_statement("B", low=low, high=high, more={"paraphrase": words}, **size)
        assert [c.kind for c in changes_between(origin, copy)] == kinds


def test_sureness_has_an_order() -> None:
    said = ["possibly", "likely", "very likely", "almost certainly"]
    levels = [sureness([Hedge(words)]) for words in said]
    assert levels == sorted(levels)
    assert sureness([]) > levels[-1]
    assert sureness([Hedge("about")]) == sureness([])
