"""Judging, hypotheses and provenance as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import siteline


@pytest.fixture
def claims(case: Path, shared: Path) -> Path:
    """A case with the public claims on one plant."""
    table = shared / "data/records/gold/feb11_plant_public_claims.csv"
    done = siteline("claims", "import", table, cwd=case)
    assert done.code == 0, done.err
    return case


def test_a_second_analyst_judges_blind(claims: Path) -> None:
    """Judged, hidden from the second, opened by the second's own word; --json and --as-of on the way."""
    first = siteline(
        "claims", "judge", "P01", "--credibility", "2", "--likelihood", "70", "--why", "zanzibar", cwd=claims
    )
    assert "likely (70 %, band [55, 80) %)" in first.out
    second = {"SITELINE_WHO": "B. Second"}
    for words in (("claims", "assessments"), ("claims", "assessments", "P01", "--json"), ("claims", "show", "P01"),
                  ("claims", "show", "P01", "--json"), ("claims", "prov", "--json")):  # fmt: skip
        assert "zanzibar" in siteline(*words, cwd=claims).out, words
        told = siteline(*words, cwd=claims, environ=second)
        assert told.code == 0, told.err
        assert "zanzibar" not in told.out, words
    siteline("claims", "judge", "P01", "--credibility", "5", "--why", "my own", cwd=claims, environ=second)
    both = siteline("claims", "assessments", "P01", cwd=claims, environ=second).out
    assert "zanzibar" in both
    assert "they differ in credibility (content): A. Analyst 2; B. Second 5" in both
    early = siteline("claims", "assessments", "--json", "--as-of", "2024-01-01", cwd=claims)
    assert json.loads(early.out)["claims"] == []


def test_what_is_typed_wrong_is_refused_in_two_lines(claims: Path) -> None:
    for words in (
        ("judge", "P01", "--credibility", "1", "--why", "x"),
        ("judge", "P01", "--credibility", "B2", "--why", "x"),
        ("judge", "P01", "--likelihood", "100", "--why", "x"),
        ("judge", "nope", "--credibility", "2", "--why", "x"),
        ("judge", "P01", "--credibility", "2", "--why", " "),
        ("resolve-outcome", "P01", "perhaps", "--on", "2024-11-25", "--basis", "x"),
        ("resolve-outcome", "P01", "true", "--on", "soon", "--basis", "x"),
        ("hypotheses", "show", "nope"),
        ("from-event", "nope", "E"),
        ("claimreview", "P01", "--url", "https://desk.example/x"),
    ):
        done = siteline("claims", *words, cwd=claims)
        assert done.code == 1, (words, done.out)
    assert siteline("claims", "judge", "P01", "--credibility", "2", cwd=claims).code == 2


def test_calibration_says_how_many_are_lacking(claims: Path) -> None:
    assert "nothing to score yet" in siteline("claims", "calibration", cwd=claims).out
    siteline("claims", "resolve-outcome", "P01", "true", "--on", "2024-12-01", "--basis", "seen", cwd=claims)
    told = json.loads(siteline("claims", "calibration", "--json", cwd=claims).out)
    assert told == {"analysts": [], "sources": [], "kept_back": 0}


def test_a_matrix_from_question_to_page(claims: Path) -> None:
    asked = siteline(
        "claims", "hypotheses", "new", "What does the marking 112 stand for?", "--hypothesis", "A plant named for 11 February",
        "--hypothesis", "The year Juche 112", "--json", cwd=claims,
    )  # fmt: skip
    matrix = json.loads(asked.out)["id"]
    hypotheses = ("claims", "hypotheses")
    siteline(*hypotheses, "add", matrix, "--evidence", "P01", "--credibility", "medium", "--relevance", "high",
             "--why", "w", cwd=claims)  # fmt: skip
    assert (
        siteline(*hypotheses, "rate", matrix, "E1", "H1=N", "H2=N", "--why", "says neither", cwd=claims).code
        == 0
    )
    shown = siteline(*hypotheses, "show", matrix[-6:], cwd=claims).out
    assert "not diagnostic" in shown
    assert "no probability" in shown
    page = siteline(*hypotheses, "show", matrix, "--format", "html", cwd=claims).out.strip()
    assert Path(claims / page).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert siteline(*hypotheses, "show", matrix, "--format", "pdf", cwd=claims).code == 1
    assert len(json.loads(siteline(*hypotheses, "list", "--json", cwd=claims).out)) == 1
