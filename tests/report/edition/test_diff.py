"""A difference says of each sentence what moved it; and it says nothing of two that are the same."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from siteline.model.release import ReleasedSentence, Rested
from siteline.report.edition.diff import Side, build_diff, compare, pieces

QUERY = Rested("query:q1", "missiles counted", "12–15 missile; edition one", "a")
AGAIN = Rested("query:q1", "missiles counted", "13–16 missile; edition two", "b")
CLAIM = Rested("claim:C1", "the ministry", "“it stands”", "c")
SUPERSEDED = Rested("claim:C1", "the ministry", "“it stands”; superseded by C2: corrected", "d")


def sentence(name: str, text: str, *rests: Rested, redacted: str = "") -> ReleasedSentence:
    return ReleasedSentence(name, text, "fact", rests, redacted)


def side(*sentences: ReleasedSentence, name: str = "hall/1", title: str = "The hall") -> Side:
    return Side(name, title, "2026-11-26", sentences, ())


def changes(a: Side, b: Side) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = compare(a, b).as_dict()["changes"]
    return found


def test_a_number_moved_because_its_query_was_answered_anew() -> None:
    a = side(sentence("s1", "Between 12 and 15 missiles were fired.", QUERY))
    b = side(sentence("s1", "Between 13 and 16 missiles were fired.", AGAIN))
    [change] = changes(a, b)
    assert change["kind"] == "number"
    assert change["because"] == [
        "query:q1 was answered anew: 12–15 missile; edition one → 13–16 missile; edition two"
    ]


def test_a_superseded_claim_is_named_though_not_a_word_changed() -> None:
    a, b = side(sentence("s1", "It stands.", CLAIM)), side(sentence("s1", "It stands.", SUPERSEDED))
    [change] = changes(a, b)
    assert change["kind"] == "rests"
    assert "superseded by C2" in change["because"][0]


def test_other_words_on_the_same_ground_are_wording_only() -> None:
    a = side(sentence("s1", "The hall was first visible on 19 April.", CLAIM))
    b = side(sentence("s1", "The hall could first be seen on 19 April.", CLAIM))
    assert [(c["kind"], c["because"]) for c in changes(a, b)] == [("wording", [])]


def test_a_day_that_moved_is_never_called_mere_wording() -> None:
    """June instead of May cites the same report and says something else: the page judges neither, and keeps the two apart."""
    a = side(sentence("s1", "It was lit in May.", CLAIM), title="The furnace")
    page = build_diff(compare(a, side(sentence("s1", "It was lit in June.", CLAIM), title="Furnaces")))
    assert "other words on the same ground" in page
    assert "only" not in page.split("<main")[1]
    assert "<del>May.</del><ins>June.</ins>" in page
    assert "del + ins { margin-left" in page
    assert "Its title was “<bdi>The furnace</bdi>”." in page


def test_another_citation_is_named() -> None:
    a = side(sentence("s1", "The hall stands by the river.", CLAIM))
    b = side(sentence("s1", "The hall stands by the river now.", QUERY))
    [change] = changes(a, b)
    assert change["kind"] == "sources"
    assert [line.split(" (")[0] for line in change["because"]] == [
        "now also cites query:q1",
        "no longer cites claim:C1",
    ]


def test_what_was_added_removed_and_moved() -> None:
    one, two, three = (
        sentence(f"s{n}", f"Sentence number {w} is here.") for n, w in ((1, "one"), (2, "two"), (3, "three"))
    )
    assert changes(side(one, two, three), side(three, one, two)) == []
    told = changes(side(one, two), side(one, sentence("s2", "Quite another thing altogether.")))
    assert sorted(c["kind"] for c in told) == ["added", "removed"]


def test_what_is_redacted_is_never_quoted() -> None:
    a = side(sentence("s1", "", redacted="safety"), sentence("s2", "It is so."))
    b = side(sentence("s1", "", redacted="safety"), sentence("s2", "It was so."))
    assert [c["kind"] for c in changes(a, b)] == ["wording"]
    [change] = changes(
        side(sentence("s1", "The guard said so.")), side(sentence("s1", "", redacted="safety"))
    )
    assert (change["kind"], change["b"]["text"]) == ("redacted", None)


def test_a_hostile_sentence_is_inert_on_the_page_and_its_policy_is_strict() -> None:
    a = side(sentence("s1", "It is <script>alert(1)</script>."))
    b = side(sentence("s1", "It is <img src=x onerror=alert(1)> \u202e."), title="<b>x</b>")
    page = build_diff(compare(a, b))
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe-inline" not in policy[1]


TEXT = st.lists(
    st.sampled_from(["hall", "gate", "river", "12", "15", "stands", "fell", "was", "is"]),
    min_size=1,
    max_size=8,
).map(" ".join)
SENTENCES = st.lists(TEXT, max_size=8).map(lambda t: tuple(sentence(f"s{n}", x) for n, x in enumerate(t, 1)))


@given(a=SENTENCES)
def test_a_brief_does_not_differ_from_itself(a: tuple[ReleasedSentence, ...]) -> None:
    assert changes(side(*a), side(*a)) == []


@given(a=SENTENCES, b=SENTENCES)
def test_every_sentence_of_both_is_accounted_for(
    a: tuple[ReleasedSentence, ...], b: tuple[ReleasedSentence, ...]
) -> None:
    told = compare(side(*a), side(*b))
    told_b = [c.after.text for c in told.changes if c.after is not None]
    assert len(told_b) + told.same == len(b)
    assert {s.text for s in b} - {s.text for s in a} <= set(told_b)
    gone = {c.before.text for c in told.changes if c.before is not None}
    assert {s.text for s in a} - {s.text for s in b} <= gone


@given(a=TEXT, b=TEXT)
def test_the_pieces_of_a_sentence_give_both_versions(a: str, b: str) -> None:
    told = pieces(a, b)
    assert "".join(t for kind, t in told if kind != "gone") == b
    assert "".join(t for kind, t in told if kind != "new") == a
