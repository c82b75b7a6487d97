"""A matrix is fed from what is on record, keeps its history, and tells what became of its evidence."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest

from siteline.evidence.custody.taking import Taking
from siteline.model.claim import Stance
from siteline.model.errors import BadInput, BadSetting, BadTable, NotForYou, NotFound
from siteline.workbench.case import Case
from siteline.workbench.claims.exporting import export_claims
from siteline.workbench.claims.hypotheses import (
    WITHHELD,
    ask,
    bring,
    export_matrix,
    list_questions,
    matrix_of,
    rate,
    suppose,
    take_out,
    tell_matrix,
    write_csv,
)
from siteline.workbench.claims.importing import import_claims
from siteline.workbench.claims.words_in import import_words
from tests.claims.factory import make_claim, make_statement
from tests.conftest import ROOT
from tests.workbench.claims.cases import A, B, as_analyst, made_case

NAMED, JUCHE = "A plant named for 11 February", "The year Juche 112"


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = made_case(tmp_path / "case")
    reading = {"value_type": "text", "unit": ""}
    made.statements.add(
        [
            make_statement("M1", claim=make_claim("name", value_text="11 February", **reading), speaker="Survey"),
            make_statement(
                "M2", claim=make_claim("year", value_text="112", **reading), speaker="Almanac",
                more={"paraphrase": "=HYPERLINK(\"x\")<script>alert(1)</script>\u202e"},
            ),
        ]
    )  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def matrix(case: Case) -> str:
    asked = ask(case, "What does the marking 112 stand for?", [NAMED, JUCHE]).id
    bring(case, asked, "M1", "medium", "high", "a public account of the name")
    bring(case, asked, "M2", "unknown", "low", "=1+1")
    return asked


def test_both_readings_stay_open(case: Case, matrix: str) -> None:
    """N, both readings possible, counts against neither; nothing in the document is a probability."""
    rate(case, matrix, "E1", ["H1=N", "H2=N"], "the name fits, and so does the year")
    told = tell_matrix(matrix_of(case, matrix))
    [sheet] = told["sheets"]
    assert [s["inconsistency"] for s in sheet["scores"]] == [[0.0, 0.0], [0.0, 0.0]]
    assert sheet["rows"][0]["not_diagnostic"]
    keys = set(re.findall(r'"(\w+)":', json.dumps(told)))
    assert not {k for k in keys if "prob" in k or "rank" in k}
    assert "no probability" in told["means"]


def test_rows_refer_to_what_is_on_record(case: Case, matrix: str) -> None:
    claim = case.statements.get("M1").statement.claim.id
    row = bring(case, matrix, claim, "low", "low", "the claim itself")
    assert (row.kind, row.refers_to, row.label) == ("claim", claim, "E3")
    again = bring(case, matrix, claim, "high", "low", "weighed anew")
    assert again.label == "E3"
    assert [r.label for r in matrix_of(case, matrix).evidence] == ["E1", "E2", "E3"]
    with pytest.raises(NotFound):
        bring(case, matrix, "nothing", "low", "low", "x")


@pytest.mark.parametrize("ratings", [["H1"], ["H1=X"], ["H9=C"], ["H1=C", "h1=I"], [], ["H1=C", "H9=C"]])
def test_a_bad_rating_files_nothing(case: Case, matrix: str, ratings: list[str]) -> None:
    with pytest.raises((BadInput, NotFound)):
        rate(case, matrix, "E1", ratings, "x")
    assert matrix_of(case, matrix).trail == ()


@pytest.mark.parametrize(
    ("text", "hypotheses"), [("Q", ["one"]), ("", ["a", "b"]), ("Q", ["a", "a"]), ("Q", ["a", " "])]
)
def test_a_question_has_two_readings_at_least(case: Case, text: str, hypotheses: list[str]) -> None:
    with pytest.raises(BadInput):
        ask(case, text, hypotheses)
    assert list_questions(case) == []


@pytest.mark.parametrize(
    ("credibility", "relevance", "why"), [("none", "low", "x"), ("low", "0", "x"), ("low", "low", "")]
)
def test_a_row_is_weighed_with_a_reason(
    case: Case, matrix: str, credibility: str, relevance: str, why: str
) -> None:
    with pytest.raises((BadSetting, BadInput)):
        bring(case, matrix, "M1", credibility, relevance, why)


def test_the_trail_keeps_every_word_and_knows_no_tomorrow(case: Case, matrix: str) -> None:
    """As of then the old rating, weight, row and hypothesis are there, and nothing that came later."""
    [first] = rate(case, matrix, "E1", ["H1=I"], "first thought")
    rate(case, matrix, "E1", ["H1=C"], "second thought")
    bring(case, matrix, "M1", "low", "low", "less than it seemed")
    take_out(case, matrix, "E2", "says nothing")
    suppose(case, matrix, "A batch number")
    then, now = matrix_of(case, matrix, first.at), matrix_of(case, matrix)
    assert [c.fit.value for c in then.sheets[0].cells] == ["I"]
    assert [c.fit.value for c in now.sheets[0].cells] == ["C"]
    assert [c.why for c in now.trail] == ["first thought", "second thought"]
    assert [e.relevance.value for e in then.evidence] == ["high", "low"]
    assert [e.label for e in now.evidence] == ["E1"]
    assert [(w.label, w.why) for w in now.withdrawn] == [("E2", "says nothing")]
    assert len(now.weighings) == 4
    assert (len(then.hypotheses), len(now.hypotheses)) == (2, 3)
    assert [s.blank for s in now.sheets[0].scores] == [0, 1, 1]


def test_a_row_that_was_taken_out_is_not_rated(case: Case, matrix: str) -> None:
    take_out(case, matrix, "E2", "says nothing")
    with pytest.raises(BadInput, match="taken out"):
        rate(case, matrix, "E2", ["H1=C"], "x")


def test_a_sheet_is_scored_for_others_only_once_all_of_it_is_open(case: Case, matrix: str) -> None:
    """A partly open sheet shows the open cells and no score that would tell the rest."""
    rate(case, matrix, "E1", ["H1=C", "H2=II"], "x")
    second = as_analyst(case.folder, B)
    assert matrix_of(second, matrix).sheets == ()
    assert matrix_of(second, matrix).kept_back == 2
    rate(second, matrix, "E1", ["H1=I"], "y")
    mine, other = matrix_of(second, matrix).sheets
    assert (mine.analyst, other.analyst) == (B, A)
    assert [c.fit.value for c in other.cells] == ["C"]
    assert other.scores == ()
    rate(second, matrix, "E1", ["H2=II"], "y")
    assert matrix_of(second, matrix).sheets[1].scores != ()
    assert [(d.evidence, d.hypothesis) for d in matrix_of(second, matrix).differences] == [("E1", "H1")]


def test_what_became_of_the_evidence_is_told(case: Case, matrix: str) -> None:
    """Withdrawn, corrected and retracted rows say so; their ratings stay."""
    case.statements.withdraw("M1", "filed under the wrong name")
    case.statements.add(
        [
            make_statement(
                "M3",
                "year",
                speaker="Almanac",
                stance=Stance.RETRACTS,
                said="2024-12-01",
                unit="",
                value_type="text",
            )
        ]
    )
    remarks = dict(matrix_of(case, matrix).remarks)
    assert remarks["E1"] == "withdrawn since"
    assert remarks["E2"] == "retracted by M3"


def test_rows_of_restricted_exhibits_are_for_their_readers(case: Case) -> None:
    case.exhibits.admit([Taking("a" * 64, 9, "x.txt", "text", "text/plain")], "evidence add")
    exhibit = case.exhibits.get("a" * 64)
    from dataclasses import replace

    from siteline.model.claim import Anchor, AnchorKind

    said = make_statement(
        "R1", claim=make_claim("name", value_text="whisper", value_type="text", unit=""), speaker="Insider"
    )
    anchor = Anchor(AnchorKind.WORDS, exhibit.id, exhibit.sha256, 0, 7, "text/1:x")
    case.statements.add([replace(said, anchor=anchor, quote="whisper")])
    case.exhibits.restrict(exhibit.id, "at risk", [A])
    asked = ask(case, "Q", ["a", "b"]).id
    bring(case, asked, "R1", "low", "low", "x")
    other = as_analyst(case.folder, B)
    assert "whisper" in json.dumps(tell_matrix(matrix_of(case, asked)))
    for told in (
        json.dumps(tell_matrix(matrix_of(other, asked))),
        export_matrix(other, asked, "html", None).read_text(),
    ):
        assert "whisper" not in told
        assert WITHHELD in told
    with pytest.raises(NotForYou):
        bring(other, asked, "R1", "high", "low", "x")


def test_a_spreadsheet_runs_nothing(case: Case, matrix: str) -> None:
    rate(case, matrix, "E2", ["H1=C"], "@SUM(1)")
    line = write_csv(matrix_of(case, matrix)).decode("utf-8-sig").splitlines()[1]
    assert "'@SUM(1)" in line
    assert not re.search(r'(^|,)"?[=+@-]', line)


def test_the_page_loads_and_runs_nothing(case: Case, matrix: str) -> None:
    """Its policy allows one stylesheet by its hash; markup from a source is text; nothing turns a line around."""
    rate(case, matrix, "E2", ["H1=C", "H2=II"], "<img src=x onerror=alert(1)>")
    page = export_matrix(case, matrix, "html", None).read_text(encoding="utf-8")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "style=" not in page
    assert "\u202e" not in page
    assert not re.search(r"<[^>]*\b(?:src|href)=", page)


def test_the_same_matrix_gives_the_same_page(case: Case, matrix: str) -> None:
    from siteline.report.matrix import draw_matrix

    rate(case, matrix, "E1", ["H1=C"], "x")
    at = datetime.fromisoformat("2025-01-01T00:00:00+00:00")
    assert draw_matrix(matrix_of(case, matrix), at) == draw_matrix(matrix_of(case, matrix), at)


def test_the_document_keeps_to_its_schema(case: Case, matrix: str) -> None:
    """Scored, withheld, withdrawn and differing parts are all there once."""
    schema = json.loads(
        (ROOT / "docs/reference/schemas/hypotheses-1.schema.json").read_text(encoding="utf-8")
    )
    rate(case, matrix, "E1", ["H1=I", "H2=C"], "x")
    rate(case, matrix, "E2", ["H1=N"], "x")
    second = as_analyst(case.folder, B)
    rate(second, matrix, "E1", ["H1=CC"], "y")
    take_out(case, matrix, "E2", "x")
    for reader in (case, second):
        told = tell_matrix(matrix_of(reader, matrix))
        jsonschema.validate(told, schema)
        assert told["differences"]
    told["sheets"][0]["cells"][0]["fit"] = "maybe"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, schema)


def test_every_table_of_a_matrix_comes_back_from_csv(case: Case, matrix: str, tmp_path: Path) -> None:
    """Question, hypotheses, every form of every row and every rating, under their own ids; twice adds nothing."""
    suppose(case, matrix, "=1+1, or neither", "NULL")
    bring(case, matrix, "M2", "unknown", "low", "a second look")
    rate(case, matrix, "E1", ["H1=CC", "NULL=I"], "says so in words")
    rate(case, matrix, "E1", ["H1=C"], "on reflection")
    take_out(case, matrix, "E2", "not of this plant")
    files = export_claims(case, tmp_path / "out")
    other = made_case(tmp_path / "other")
    for file in files:
        if file.stem == "statements":
            import_claims(other, file)
        elif file.stem in ("questions", "hypotheses", "evidence", "cells"):
            assert import_words(other, file).added > 0, file.stem
    told, there = tell_matrix(matrix_of(case, matrix)), tell_matrix(matrix_of(other, matrix))
    for one in (told, there):
        _without_times(one)
    assert there == told
    for file in files:
        if file.stem in ("questions", "hypotheses", "evidence", "cells"):
            assert import_words(other, file).added == 0, file.stem
    again = export_claims(other, tmp_path / "again")
    for name in ("questions", "hypotheses", "evidence"):
        assert (tmp_path / "again" / f"{name}.csv").read_bytes() == (
            tmp_path / "out" / f"{name}.csv"
        ).read_bytes()
    assert len(again) == len(files)
    other.close()


def _without_times(told: object) -> None:
    if isinstance(told, dict):
        for name in [n for n in told if n in ("at", "asked_at")]:
            del told[name]
        for value in told.values():
            _without_times(value)
    elif isinstance(told, list):
        for value in told:
            _without_times(value)


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("questions", "{m},Another question", "asks another question"),
        ("questions", "m1,What?", "no id of a matrix"),
        ("hypotheses", "{m},H1,Another reading", "is taken"),
        ("evidence", "{m},E9,statement,M1,,high,high,no,why", "E1 is statement M1"),
        ("evidence", "{m},E1,statement,M1,,loud,high,no,why", "credibility"),
        ("evidence", "{m},E1,statement,M9,,high,high,no,why", "no claim and no statement"),
        ("cells", "{m},E1,H1,XX,why,{who},", "fit"),
        ("cells", "{m},E7,H1,CC,why,{who},", "no row of evidence"),
    ],
)
def test_a_table_of_a_matrix_that_says_otherwise_is_refused_whole(
    case: Case, matrix: str, tmp_path: Path, table: str, line: str, said: str
) -> None:
    before = tell_matrix(matrix_of(case, matrix))
    [file] = [f for f in export_claims(case, tmp_path / "out") if f.stem == table]
    head = file.read_text(encoding="utf-8").splitlines()[0]
    file.write_text(f"{head}\n{line.format(m=matrix, who=case.db.who)}\n", encoding="utf-8")
    with pytest.raises(BadTable, match=said):
        import_words(case, file)
    assert tell_matrix(matrix_of(case, matrix)) == before


def test_nobody_brings_the_ratings_of_somebody_else(case: Case, matrix: str, tmp_path: Path) -> None:
    rate(case, matrix, "E1", ["H1=CC", "H2=I"], "says so in words")
    [file] = [f for f in export_claims(case, tmp_path / "out") if f.stem == "cells"]
    case.db.who = B
    taken = import_words(case, file)
    assert (taken.added, taken.of_others) == (0, 2)
