"""Claims on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import siteline

HALLS = """id,lineage,claim_key,paraphrase,value_type,value_low,value_high,claimant,published,url
A1,AGENCY,hall_size,60-70% the size of the first hall,ratio,0.6,0.7,an analyst to Agency,2024-11-25,https://example.org/a
A2,AGENCY,hall_size,60-70% larger than the first,ratio,1.6,1.7,Daily citing Agency,2024-11-26,https://example.org/d
B1,SURVEY,hall_size,less than the first,ratio,0.65,0.65,a surveyor,2024-12-02,https://example.org/s
"""


@pytest.fixture
def halls(case: Path) -> Path:
    (case / "halls.csv").write_text(HALLS, encoding="utf-8")
    return case


def told(*words: str | Path, cwd: Path) -> Any:
    return json.loads(siteline("claims", *words, "--json", cwd=cwd).out)


def test_one_number_two_readings(halls: Path) -> None:
    """What is imported is listed, told, compared and exported; the shapes are those that others read."""
    rows = told("import", "halls.csv", cwd=halls)
    assert rows == told("drift", cwd=halls)
    agency = next(row for row in rows if row["lineage"] == "AGENCY")
    assert {k: agency[k] for k in ("claim_key", "statements", "values", "verdict", "corroboration")} == {
        "claim_key": "hall_size",
        "statements": ["A1", "A2"],
        "values": [[0.6, 0.7], [1.6, 1.7]],
        "verdict": "transmission_conflict",
        "corroboration": 2,
    }
    again = siteline("claims", "import", "halls.csv", cwd=halls).out
    assert again.startswith("0 statements added, 3 were there")
    relations = told("relate", "--list", cwd=halls)
    assert {(r["a"], r["kind"], r["b"]) for r in relations} == {
        ("A1", "transmission_conflict", "A2"),
        ("A1", "corroborates", "B1"),
        ("B1", "narrows", "A1"),
    }
    assert {"a", "b", "kind", "basis"} <= set(relations[0])
    shown = siteline("claims", "show", "A2", cwd=halls).out
    for words in (
        "Agency -> Daily",
        "words not in custody",
        "larger by",
        "transmission conflict",
        "2024-11-26",
    ):
        assert words in shown
    assert told("show", "A2", cwd=halls)["statement"]["id"] == "A2"
    assert len(told("show", "hall_size", cwd=halls)["lineages"]) == 2
    assert told("list", "--as-of", "2024-11-25", cwd=halls) == []
    assert siteline("claims", "show", "A2", "--as-of", "2024-11-25", cwd=halls).code == 1
    out = siteline("claims", "export", "out", cwd=halls).out
    assert "statements.csv" in out
    assert siteline("claims", "export", "out", cwd=halls).code == 1


def test_people_have_the_last_word(halls: Path) -> None:
    """A relation is rejected, lineages are joined and parted, a statement is withdrawn and taken in again; each with a reason."""
    siteline("claims", "import", "halls.csv", cwd=halls)
    reject = ("claims", "relate", "A1", "corroborates", "B1", "--reject")
    assert siteline(*reject, cwd=halls).code == 1  # no reason
    assert siteline(*reject, "--why", "one measured roofs", cwd=halls).code == 0
    assert "corroborates" not in siteline("claims", "relate", "--list", cwd=halls).out
    assert [row["corroboration"] for row in told("drift", cwd=halls)] == [1, 1]
    assert "one measured roofs" in siteline("claims", "show", "A1", cwd=halls).out
    join = ("claims", "lineage", "AGENCY", "SURVEY")
    assert siteline(*join, "--one", "--why", "he is their analyst", cwd=halls).code == 0
    [row] = told("drift", cwd=halls)
    assert (row["lineage"], row["corroboration"], len(row["statements"])) == ("AGENCY", 1, 3)
    assert siteline(*join, "--apart", "--why", "he is not", cwd=halls).code == 0
    assert len(told("drift", cwd=halls)) == 2
    assert [p["state"] for p in told("lineage", cwd=halls)] == ["one", "apart"]
    assert siteline("claims", "withdraw", "A2", "--why", "wrong row", cwd=halls).code == 0
    assert [t["id"] for t in told("list", cwd=halls)] == ["A1", "B1"]
    assert "WITHDRAWN" in siteline("claims", "show", "A2", cwd=halls).out
    assert siteline("claims", "withdraw", "A2", "--why", "again", cwd=halls).code == 1
    assert siteline("claims", "withdraw", "A2", "--undo", "--why", "it was right", cwd=halls).code == 0
    assert len(told("list", cwd=halls)) == 3


def test_words_in_custody_are_quoted_letter_by_letter(case: Path) -> None:
    """The nearest place is shown for words that are not there; a denial gets its evidence later."""
    (case / "page.html").write_text(
        "<html><body><p>The ministry <b>denied</b> that 12 people were killed.</p></body></html>",
        encoding="utf-8",
    )
    siteline("evidence", "add", "page.html", cwd=case)
    [exhibit] = json.loads(siteline("evidence", "list", "--json", cwd=case).out)
    add = (
        "claims",
        "add",
        "killed",
        "--in",
        exhibit["id"],
        "--stance",
        "denies",
        "--by",
        "the ministry",
        "--quote",
    )
    refused = siteline(*add, "the Ministry denied", cwd=case)
    assert refused.code == 1
    assert "The ministry denied" in refused.err
    added = json.loads(
        siteline(*add, "12 people were killed", "--low", "12", "--unit", "people", "--json", cwd=case).out
    )
    assert [r.split(":")[0].split(" ", 1)[1] for r in added["relations"]] == ["denies (nothing on record)"]
    assert "evidence given: none" in siteline("claims", "show", added["id"], cwd=case).out
    given = siteline("claims", "evidence", added["id"], exhibit["id"], "--why", "a list was shown", cwd=case)
    assert given.code == 0
    assert told("show", added["id"], cwd=case)["statement"]["evidence"] == [exhibit["id"]]
    asserted = (
        "claims",
        "add",
        "deaths",
        "--low",
        "12",
        "--unit",
        "people",
        "--url",
        "https://example.org/x",
    )
    siteline(*asserted, "--id", "D1", cwd=case)
    siteline("claims", "entail", "deaths", "killed", "--why", "the dead were killed", cwd=case)
    [denial] = told("relate", "--list", "--key", "deaths", cwd=case)
    assert (denial["kind"], denial["b"], denial["by"]) == ("denies", "D1", "entailment")


def test_a_bad_table_is_refused_by_line_and_column(halls: Path) -> None:
    """Nothing of a bad table comes in; --lenient takes the good rows and leaves the others beside it."""
    with (halls / "halls.csv").open("a", encoding="utf-8") as file:
        file.write('B2,X,hall_size,,ratio,"=1+1",,,,https://example.org/b\n')
    refused = siteline("claims", "import", "halls.csv", cwd=halls)
    assert refused.code == 1
    assert "line 5, column value_low: '=1+1' is no number [bad_number]" in refused.err
    assert told("list", cwd=halls) == []
    taken = siteline("claims", "import", "halls.csv", "--lenient", cwd=halls)
    assert taken.out.startswith("3 statements added, 0 were there, 1 refused")
    assert "bad_number" in (halls / "halls.csv.rejects.csv").read_text(encoding="utf-8")
    for words in (("import", "nothing.csv"), ("show", "nothing"), ("drift", "--key", "nothing"), ("relate",)):
        assert siteline("claims", *words, cwd=halls).code == 1
    assert siteline("claims", "list", "--nonsense", cwd=halls).code == 2
