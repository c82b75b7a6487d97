"""Corroboration counts lineages; echoes are proposed as one, and people decide."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.claims.lineage import Lineages, Lines, last_words, propose
from siteline.claims.standing import Evidence, count_corroboration, draw_lines
from siteline.model.claim import Access, Attribution, Statement
from siteline.model.errors import BadStatement
from siteline.store.db import Database
from tests.claims.factory import make_statement

WORDS = "a second assembly hall was going up beside the first one in the spring"


def corroboration_of(statements: list[Statement], lines: Lines | None = None) -> list[int]:
    """The corroboration of each lineage, in alphabetical order of lineages."""
    lines = lines or Lines()
    drawn = draw_lines(statements, Evidence(lines))
    proposed = lines.with_proposed(propose(statements))
    return [count_corroboration(line, drawn, proposed) for line in drawn]


def test_many_outlets_of_one_lineage_are_one_source() -> None:
    copies = [make_statement(f"S{i}", low=14, lineage="WIRE") for i in range(9)]
    assert corroboration_of(copies) == [1]
    assert corroboration_of([*copies, make_statement("T1", low=14, speaker="Hospital")]) == [2, 2]


def test_who_only_relays_and_names_nobody_corroborates_nothing() -> None:
    own = make_statement("S1", low=14, lineage="A")
    relay = make_statement("S2", low=14, speaker="", lineage="B", more={"cites": "somebody else"})
    assert corroboration_of([own, relay]) == [1, 1]
    hand = (Attribution("Daily", "relay", Access.RELAY),)
    relay = make_statement("S2", low=14, speaker="", lineage="B", more={"attribution": hand})
    assert corroboration_of([own, relay]) == [1, 1]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("same_dataset", {"dataset": "CSIS data"}, {"dataset": "csis  data"}),
        ("same_imagery", {"imagery": ("X",)}, {"imagery": ("Y", "X")}),
        ("citing", {}, {"cites": "Rescue Service"}),
        ("same_wire", {"wire": "Reuters"}, {"cites": "REUTERS"}),
    ],
)
def test_an_echo_is_proposed_with_what_shows_it(
    kind: str, first: dict[str, object], second: dict[str, object]
) -> None:
    one = make_statement("S1", low=14, lineage="A", said="2024-05-07", more=first)
    speaker = "" if kind == "same_wire" else "Hospital"
    other = make_statement("S2", low=14, speaker=speaker, lineage="B", said="2024-05-08", more=second)
    [proposal] = propose([other, one])
    assert (proposal.a, proposal.b, proposal.kind) == ("A", "B", kind)
    assert set(proposal.statements) == {"S1", "S2"}
    assert corroboration_of([one, other]) == [1, 1]


def test_initials_are_a_name_by_which_one_is_cited() -> None:
    one = make_statement("S1", low=24, speaker="Prosecutor General Office", lineage="A")
    other = make_statement("S2", low=24, speaker="PGO", lineage="B", more={"cites": "PGO"})
    assert [p.kind for p in propose([one, other])] == ["citing"]


def test_eight_words_in_a_row_are_one_quote_and_seven_are_not() -> None:
    def quoting(name: str, words: str) -> Statement:
        return make_statement(name, low=1, lineage=name, more={"quote": words})

    words = WORDS.split()
    whole = quoting("A", WORDS)
    assert [p.kind for p in propose([whole, quoting("B", "He said: " + " ".join(words[:8]).upper())])] == [
        "same_quote"
    ]
    assert propose([whole, quoting("B", "He said: " + " ".join(words[:7]))]) == []
    korean = "두 번째 조립 건물이 첫 번째 건물 옆에 세워지고 있었다고 그는 말했다"
    assert propose([quoting("A", korean), quoting("B", f"“{korean}”")]) != []


def test_texts_of_one_agency_a_month_apart_are_two_reports() -> None:
    one = make_statement("S1", low=14, lineage="A", said="2024-05-07", more={"wire": "AFP"})
    other = make_statement("S2", low=14, lineage="B", said="2024-06-08", more={"wire": "AFP"})
    undated = make_statement("S3", low=14, lineage="C", more={"wire": "AFP"})
    assert propose([one, other, undated]) == []


def test_an_agency_that_quotes_two_speakers_is_not_one_report() -> None:
    one = make_statement("S1", low=14, lineage="A", said="2024-05-07", more={"wire": "AFP"})
    other = make_statement(
        "S2", low=14, speaker="Hospital", lineage="B", said="2024-05-07", more={"wire": "AFP"}
    )
    assert propose([one, other]) == []


@pytest.fixture
def lineages(tmp_path: Path) -> Lineages:
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    return Lineages(db)


def test_a_person_joins_lineages_and_takes_it_back(lineages: Lineages) -> None:
    one = make_statement("S1", low=14, lineage="A", more={"dataset": "D"})
    other = make_statement("S2", low=14, lineage="B", more={"dataset": "D"}, speaker="Hospital")
    lineages.say("B", "A", True, "the hospital reads from the rescue service's sheet")
    assert (lineages.lines().name("B"), lineages.lines().names_of("B")) == ("A", ["A", "B"])
    [line] = draw_lines([one, other], Evidence(lineages.lines()))
    assert [copy.statement.id for copy in line.copies] == ["S1", "S2"]  # merging keeps statements
    lineages.say("A", "B", False, "it does not: they called")
    assert lineages.lines().name("B") == "B"
    assert propose([one, other], last_words(lineages.words())) == []  # rejected: not proposed again
    with pytest.raises(BadStatement, match="reason"):
        lineages.say("A", "B", True, "")


@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEF")), max_size=8), st.randoms())
def test_joining_does_not_depend_on_the_order_of_words(pairs: list[tuple[str, str]], random: object) -> None:
    """Whoever is one with whom, and by which name, is the same however the words came."""
    joined = [pair for pair in pairs if pair[0] != pair[1]]
    mixed = joined[:]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = Lines(joined), Lines(mixed)
    assert [one.name(x) for x in "ABCDEF"] == [other.name(x) for x in "ABCDEF"]
