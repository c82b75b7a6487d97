"""What rests on an exhibit that is restricted to others shows through no road; and what is seen is still all told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siteline.claims.relation import RelationKind
from siteline.model.claim import Anchor, AnchorKind, Stance, Statement
from siteline.model.errors import BadStatement, NotForYou, NotFound, SitelineError
from siteline.workbench.case import Case
from siteline.workbench.claims.adding import add_statement
from siteline.workbench.claims.exporting import export_claims
from siteline.workbench.claims.judging import find_claim, judge_claim
from siteline.workbench.claims.question import trace_drift
from siteline.workbench.claims.saying import say_page, say_question
from siteline.workbench.claims.seen import find_seen
from siteline.workbench.claims.telling import is_question, tell_list, tell_page, tell_question
from siteline.workbench.claims.words_said import (
    give_evidence,
    list_proposals,
    list_relations,
    say_lineage,
    say_relation,
    withdraw,
)
from siteline.workbench.evidence.custody import Description, Kept, take_files
from tests.claims.factory import make_statement
from tests.workbench.claims.cases import A, B, as_analyst, made_case

TOLD = "the informant told us of 12 dead"


def taken(case: Case, name: str, text: str, restricted: bool = False) -> Any:
    file = case.folder.parent / name
    file.write_text(text, encoding="utf-8")
    said = Description(
        restricted="a source at risk" if restricted else "", readers=(A,) if restricted else ()
    )
    [kept] = list(take_files(case, [file], said))
    assert isinstance(kept, Kept)
    return kept.exhibit


def quoting(exhibit: Any, statement: Statement, words: str) -> Statement:
    anchor = Anchor(AnchorKind.WORDS, exhibit.id, exhibit.sha256, 0, len(words), "text/1:x")
    return replace(statement, anchor=anchor, quote=words)


@pytest.fixture
def secret(tmp_path: Path) -> Any:
    """The case of its reader, with an open statement, one that quotes a restricted exhibit, and words on both."""
    case = made_case(tmp_path / "case")
    exhibit = taken(case, "secret.txt", TOLD, restricted=True)
    hidden = make_statement(
        "SECRET1", low=12.0, high=12.0, speaker="Informant", lineage="INFORMANT", said="2024-01-01"
    )
    open_one = make_statement(
        "OPEN1", low=12.0, high=12.0, speaker="Service", lineage="SERVICE", said="2024-01-02"
    )
    inferred = make_statement("OPEN2", "order", lineage="DESK", more={"supports": ("SECRET1", "OPEN1")})
    denial = make_statement("DENIAL", stance=Stance.DENIES, lineage="MINISTRY")
    case.statements.add([quoting(exhibit, hidden, TOLD), open_one, inferred, denial])
    say_lineage(case, "INFORMANT", "SERVICE", False, "the informant is no Service man")
    say_relation(case, "SECRET1", "supports", "OPEN1", "informant saw it")
    give_evidence(case, "DENIAL", exhibit.id, "shown to us only")
    return case, exhibit, as_analyst(case.folder, B)


def test_no_list_page_or_table_names_it(secret: Any, tmp_path: Path) -> None:
    """Its id, speaker, lineage, exhibit and the words on it are in nothing that a colleague reads."""
    _, exhibit, other = secret
    said = [
        json.dumps(tell_list(other)),
        json.dumps(trace_drift(other)),
        json.dumps(list_relations(other)),
        json.dumps(list_proposals(other)),
        *(json.dumps(tell_page(other, name)) for name in ("OPEN1", "OPEN2", "DENIAL")),
        *(line for name in ("OPEN1", "OPEN2", "DENIAL") for line in say_page(other, name)),
        *say_question(other, "killed"),
        *(file.read_text() for file in export_claims(other, tmp_path / "out")),
    ]
    for text in said:
        for word in ("SECRET1", "INFORMANT", "nformant", exhibit.id, exhibit.sha256):
            assert word not in text


def test_nobody_else_says_a_word_on_it_or_learns_that_it_is_there(secret: Any) -> None:
    """Refused as one that is not there, whatever is tried, and by the start of its id as well."""
    _, _, other = secret
    for attempt in (
        lambda: withdraw(other, "SECR", "x"),
        lambda: withdraw(other, "SECRET1", "x"),
        lambda: say_relation(other, "SECRET1", "supports", "OPEN1", "x"),
        lambda: say_relation(other, "OPEN1", "supports", "SECR", "x"),
        lambda: say_lineage(other, "INFORMANT", "SERVICE", True, "x"),
        lambda: find_claim(other, "SECRET1"),
        lambda: judge_claim(other, "SECRET1", "x", credibility="2"),
        lambda: add_statement(
            other,
            {"claim_key": "k", "url": "https://example.org/a", "kind": "judgement", "supports": "SECRET1"},
        ),
    ):
        with pytest.raises(SitelineError) as refused:
            attempt()
        assert "SECRET1 quotes" not in str(refused.value)
    assert not is_question(other, "nothing")


def test_a_claim_is_told_by_a_statement_that_may_be_seen(secret: Any) -> None:
    """The earliest statement of this claim is restricted: its page is that of the next one, not a refusal."""
    case, _, other = secret
    claim = case.statements.get("OPEN1").statement.claim.id
    assert find_seen(case, claim).id == "SECRET1"
    assert find_seen(other, claim).id == "OPEN1"
    assert find_seen(other, claim[:8]).id == "OPEN1"
    with pytest.raises(NotForYou):
        find_seen(other, "SECRET1")


def test_a_statement_that_rests_on_a_restricted_image_is_exported_without_it(
    secret: Any, tmp_path: Path
) -> None:
    """One that shows an image restricted to others does not stop everybody's export."""
    case, exhibit, other = secret
    case.statements.add(
        [
            make_statement(
                "IMAGE", low=1.0, high=1.0, more={"imagery": (exhibit.id,), "evidence": (exhibit.id,)}
            )
        ]
    )
    statements, *_ = export_claims(other, tmp_path / "out2")
    assert "IMAGE" in statements.read_text()
    assert exhibit.sha256 not in statements.read_text()
    [told] = [t for t in tell_list(other) if t["id"] == "IMAGE"]
    assert (told["imagery"], told["evidence"]) == ([], [])
    assert (tell_page(case, "IMAGE")["statement"]["imagery"]) == [exhibit.id]


def test_a_page_of_thousands_still_tells_of_the_open_ones(secret: Any) -> None:
    """Where a lineage says one thing a thousand times, the first of them restricted, it is not lost with it."""
    case, exhibit, other = secret
    first = make_statement("W0", "big", 1.0, 1.0, lineage="WIRE", said="2020-01-01")
    rest = [
        make_statement(f"W{i}", "big", 1.0, 1.0, lineage="WIRE", said="2024-01-01") for i in range(1, 400)
    ]
    case.statements.add([quoting(exhibit, first, TOLD), *rest])
    assert [r["statements"][0] for r in trace_drift(other, "big")] == ["W1"]
    assert tell_page(other, "W5")["lineage"]["corroboration"] == 1
    assert tell_question(other, "big")["lineages"]


def test_a_list_of_three_has_three(secret: Any) -> None:
    """What is withdrawn or restricted takes no place in a list that was limited; C2 comes before C10."""
    case, _, other = secret
    case.statements.add([make_statement(f"C{i}", "listed", 1.0, 1.0) for i in range(1, 21)])
    for name in ("C1", "C10", "C11"):
        withdraw(case, name, "wrong row")
    assert [t["id"] for t in tell_list(other, key="listed", limit=3)] == ["C2", "C3", "C4"]
    assert [t["id"] for t in tell_list(other, key="killed", limit=2)] == ["DENIAL", "OPEN1"]


def test_what_was_withdrawn_supports_nothing(secret: Any) -> None:
    case, _, _ = secret
    kinds = {(r["kind"], r["a"]) for r in list_relations(case, "order")}
    assert kinds == {("supports", "OPEN1"), ("supports", "SECRET1")}
    withdraw(case, "OPEN1", "wrong row")
    assert {(r["kind"], r["a"]) for r in list_relations(case, "order")} == {("supports", "SECRET1")}


def test_a_judgement_rests_on_what_is_there(secret: Any) -> None:
    """A typo in what it rests on is refused, and nothing is filed."""
    case, _, _ = secret
    cells = {"claim_key": "k", "url": "https://example.org/a", "kind": "judgement", "supports": "OPNE1"}
    with pytest.raises((NotFound, BadStatement), match="OPNE1"):
        add_statement(case, cells)


def test_a_person_rejects_in_the_kinds_that_are_listed(secret: Any) -> None:
    case, _, _ = secret
    assert say_relation(case, "OPEN1", RelationKind.MAY_CONTRADICT.value, "DENIAL", "x")


def test_yesterday_nobody_had_judged(secret: Any) -> None:
    """A page as of yesterday does not show that somebody has judged the claim since."""
    from datetime import UTC, datetime

    case, _, other = secret
    before = datetime.now(UTC)
    judge_claim(case, "OPEN1", "seen", credibility="2")
    assert tell_page(other, "OPEN1")["assessments"]
    assert tell_page(other, "OPEN1", before)["assessments"] == []
