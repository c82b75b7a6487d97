"""The incident ledger on the command line: editions, counts, queries that go stale, refusals that lose nothing."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import siteline
from tests.cli.nursery import Ended
from tests.ledger.components.invented import row as parts_row
from tests.ledger.components.invented import table as parts_table
from tests.ledger.incidents.making import night, table
from tests.ledger.incidents.test_gold import RUNNING

LEDGER = ("ledger", "incidents")
OLD = [night("2024-05-01", "KN-23", 2), night("2024-05-02", "Iskander-M/KN-23", 5, target="Odesa oblast")]
NEW = [
    night("2024-05-01", "KN-23", 2),
    night("2024-05-02", "Iskander-M/KN-23", 6, target="Odesa oblast"),
    night("2024-05-03", "Iskander-M", 3, target="Odesa oblast"),
]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    siteline("init", tmp_path / "case", cwd=tmp_path)
    (tmp_path / "old.csv").write_bytes(table(OLD))
    (tmp_path / "new.csv").write_bytes(table(NEW))
    return tmp_path / "case"


def run(case: Path, *words: str | Path) -> Ended:
    return siteline(*LEDGER, *words, cwd=case)


def told(case: Path, *words: str | Path) -> Any:
    done = run(case, *words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def take_in(case: Path, name: str, edition: str, form: str = "ua-airforce", *more: str) -> Any:
    return told(case, "import", case.parent / name, "--format", form, "--edition", edition, *more)


def rows(case: Path) -> int:
    with sqlite3.connect(case / "case.db") as db:
        names = (
            "dataset_edition",
            "incident_report",
            "day_sum",
            "attack_sum",
            "number_claim",
            "custody_event",
        )
        return sum(db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in names)  # noqa: S608 our own names


def test_a_number_is_a_query_that_goes_stale_when_a_newer_edition_says_otherwise(case: Path) -> None:
    assert take_in(case, "old.csv", "2024-05-02")["rows"] == 2
    window = ("--weapon", "KN-23", "--from", "2024-05-01", "--to", "2024-06-01")
    count = told(case, "count", *window)
    assert {k: count[k] for k in ("lower", "upper", "unit", "edition", "unknown")} == {
        "lower": 2, "upper": 7, "unit": "missile", "edition": "2024-05-02", "unknown": 0,
    }  # fmt: skip
    days = told(case, "count", *window, "--unit", "day")
    assert told(case, "queries", "list", "--stale") == []
    before = rows(case)
    again = take_in(case, "old.csv", "another name")
    assert again["already"]
    assert rows(case) == before
    take_in(case, "new.csv", "2024-05-03")
    [stale] = told(case, "queries", "list", "--stale")
    assert (stale["id"], stale["edition"], stale["newest_edition"]) == (
        count["query"],
        "2024-05-02",
        "2024-05-03",
    )
    assert (stale["value"]["upper"], stale["newest_value"]["upper"]) == (7, 8)
    assert days["query"] != count["query"]
    shown = run(case, "queries", "show", count["query"])
    assert "(stale)" in shown.out
    rerun = told(case, "queries", "rerun", count["query"])
    assert (rerun["upper"], rerun["query"]) == (8, count["query"])
    assert rerun["changed_from"]["edition"] == "2024-05-02"
    assert told(case, "queries", "list", "--stale") == []
    assert len(told(case, "queries", "list")) == 2
    old = told(case, "count", *window, "--edition", "2024-05-02")
    assert (old["upper"], old["query"]) == (7, count["query"])
    assert (
        told(case, "queries", "list", "--stale") == []
    )  # the newest edition's answer is the one that counts
    assert siteline("evidence", "verify", cwd=case).code == 0


def test_what_the_case_knew_before_an_import_can_still_be_asked(case: Path) -> None:
    take_in(case, "old.csv", "2024-05-02")
    at = told(case, "editions", "list")[0]["imported"]
    take_in(case, "new.csv", "2024-05-03")
    assert told(case, "count", "--weapon", "KN-23", "--as-of", at)["upper"] == 7
    assert told(case, "count", "--weapon", "KN-23")["upper"] == 8
    refused = run(case, "count", "--as-of", "2001-01-01")
    assert refused.code == 1


def test_two_editions_are_compared_row_by_row(case: Path) -> None:
    take_in(case, "old.csv", "2024-05-02")
    take_in(case, "new.csv", "2024-05-03")
    found = told(case, "editions", "diff", "2024-05-02", "2024-05-03")
    assert (found["same"], len(found["added"]), len(found["removed"])) == (1, 1, 0)
    assert found["changed"][0]["columns"] == {"launched": {"old": "5", "new": "6"}}
    assert (found["old"]["launched"], found["new"]["launched"]) == (7, 11)
    assert (
        "1 rows the same, 1 added, 0 removed, 1 changed"
        in run(case, "editions", "diff", "2024-05-02", "2024-05-03").out
    )


def test_a_bad_row_refuses_the_file_and_lenient_writes_it_beside(case: Path) -> None:
    bad = case.parent / "bad.csv"
    bad.write_bytes(table([*OLD, night("2024-05-03", "KN-23", "10-15", source="=1+1")]))
    before = rows(case)
    refused = run(case, "import", bad, "--format", "ua-airforce", "--edition", "bad")
    assert refused.code == 1
    assert "line 4, column launched" in refused.err
    assert "range_in_number" in refused.err
    assert rows(case) == before
    dry = take_in(case, "bad.csv", "bad", "ua-airforce", "--dry-run")
    assert (dry["rows"], len(dry["rejects"]), dry["dry_run"]) == (2, 1, True)
    assert rows(case) == before
    assert not list(case.parent.glob("*.rejects.csv"))
    done = take_in(case, "bad.csv", "bad", "ua-airforce", "--lenient")
    assert (done["rows"], done["rejects"][0]["code"]) == (2, "range_in_number")
    beside = (case.parent / "bad.csv.rejects.csv").read_text()
    assert "10-15" in beside
    assert "'=1+1" in beside


def test_rows_that_were_altered_behind_our_back_are_found(case: Path) -> None:
    (case.parent / "cp.csv").write_bytes(
        table([*NEW, night("2024-05-05", "Калібр", 2)]).decode().encode("cp1251")
    )
    take_in(case, "cp.csv", "one", "ua-airforce", "--encoding", "cp1251")
    assert told(case, "editions", "verify", "one")["ok"]
    with sqlite3.connect(case / "case.db") as db:
        db.execute("DROP TRIGGER day_sum_no_update")
        db.execute("UPDATE day_sum SET n_hi = 99 WHERE day = '2024-05-02'")
    found = run(case, "editions", "verify", "one", "--json")
    assert json.loads(found.out)["findings"] == ["the sums in day_sum are not those of the reports"]
    with sqlite3.connect(case / "case.db") as db:
        db.execute("DROP TRIGGER incident_report_no_update")
        db.execute("UPDATE incident_report SET noun = replace(noun, 'Ukraine', 'Kraine') WHERE line = 2")
    assert "line 2" in siteline(*LEDGER, "editions", "verify", "one", "--json", cwd=case).out


def test_shares_name_their_denominator_and_say_which_fit_a_phrase(case: Path) -> None:
    take_in(case, "new.csv", "2024-05-03")
    found = told(
        case, "share", "--weapon", "KN-23", "--of", "ballistic-group", "--phrase", "about two thirds"
    )
    assert (found["low"], round(found["high"], 3)) == (pytest.approx(2 / 11), round(8 / 11, 3))
    assert found["fits"] == {"lower": False, "upper": False}
    shown = run(case, "share", "--weapon", "KN-23", "--of", "ballistic-group", "--phrase", "about two thirds")
    assert "between lower and upper" in shown.out
    assert "Iskander-M" in found["definition"]
    every = told(case, "share", "--weapon", "KN-23", "--phrase", "at least half")
    assert "ballistic-group" in every["phrase"]["fits_upper"]
    assert len(every["shares"]) == 5
    for words in (
        ("--of", "boats"),
        ("--of", "ballistic-group", "--phrase", "many"),
        ("--from", "2024-06-01", "--to", "2024-05-01"),
    ):
        assert run(case, "share", "--weapon", "KN-23", *words).code == 1
    assert run(case, "share", "--weapon", "Kalibr", "--of", "ballistic-group").code == 1
    assert "Did you mean" in run(case, "share", "--weapon", "KN-32").err


def test_casualties_and_running_totals_come_from_public_numbers(case: Path) -> None:
    rows = RUNNING + (
        "K1,P,killed,KN-23,14,,people,at least,2024-01-02,2024-02-07,Ukraine,prosecutors,2024-02-16,\n"
        "K2,P,killed,KN-23,3,3,people,,2024-01-02,2024-01-02,Kharkiv,prosecutors,2024-02-16,\n"
        "K3,Q,killed,KN-23 (suspected),12,,people,at least,2024-04-24,2024-04-24,Kyiv,rescuers,2024-04-25,\n"
    )
    (case.parent / "claims.csv").write_text(rows)
    take_in(case, "claims.csv", "first", "claims")
    found = told(case, "casualties", "--weapon", "KN-23", "--kind", "killed")
    [killed] = found["casualties"]
    assert (killed["lower"], killed["conditional"][0]["lower"], killed["upper"]) == (14, 26, None)
    assert "if the weapon attribution of K3" in killed["wording"]
    assert "else ≥ 14" in run(case, "casualties", "--weapon", "KN-23").out
    pairs = {(p["a"], p["b"]): p["verdict"] for p in told(case, "reconcile", "--weapon", "KN-23")["pairs"]}
    assert pairs["C", "E"] == "contradiction"
    assert "finding contradiction (C, E)" in run(case, "reconcile", "--weapon", "KN-23").out
    assert run(case, "casualties", "--kind", "sheep").code == 1
    assert run(case, "casualties", "--place", "seven regions").code == 1


def test_the_export_is_safe_and_imports_back_to_the_same_numbers(case: Path) -> None:
    (case.parent / "odd.csv").write_bytes(table([*NEW, night("2024-05-04", "=KN-23", 2, source="@x")]))
    take_in(case, "odd.csv", "2024-05-04")
    out = case.parent / "out.csv"
    assert run(case, "export", "--out", out).code == 0
    assert not any(
        cell.startswith(("=", "@", "+")) for line in out.read_text().splitlines() for cell in line.split(",")
    )
    take_in(case, "out.csv", "back", "csv")
    window = ("--from", "2024-05-01", "--to", "2024-06-01")
    for unit in ("missile", "report", "attack", "day"):
        first, second = (
            told(case, "count", "--weapon", "KN-23", *window, "--unit", unit, "--edition", name)
            for name in ("2024-05-04", "back")
        )
        assert [first[k] for k in ("lower", "upper", "unknown")] == [
            second[k] for k in ("lower", "upper", "unknown")
        ]
    assert run(case, "export", "--original", "--edition", "2024-05-04").out.encode() == (
        case.parent / "odd.csv"
    ).read_bytes().replace(b"\r\n", b"\n")
    assert "2 data sets" in run(case, "count").err


def test_duplicates_are_proposed_and_only_a_person_merges(case: Path) -> None:
    take_in(case, "new.csv", "2024-05-03")
    found = told(case, "duplicates", "list")
    [pair] = found["candidates"]
    assert told(case, "count", "--weapon", "Iskander-M/KN-23")["upper"] == 11
    assert run(case, "duplicates", "merge", pair["a"], pair["b"], "--why", " ").code == 1
    assert run(case, "duplicates", "merge", pair["a"], pair["b"], "--why", "one wreck").code == 0
    assert told(case, "count", "--weapon", "Iskander-M/KN-23")["upper"] == 8
    assert told(case, "duplicates", "list")["candidates"] == []
    assert told(case, "show", pair["a"])["judgements"][0]["why"] == "one wreck"
    assert run(case, "duplicates", "split", pair["a"], pair["b"], "--why", "two").code == 0
    assert told(case, "count", "--weapon", "Iskander-M/KN-23")["upper"] == 11


def test_names_of_editions_may_be_shared_by_data_sets_of_other_kinds(case: Path) -> None:
    take_in(case, "new.csv", "first")
    (case.parent / "claims.csv").write_text(RUNNING)
    take_in(case, "claims.csv", "first", "claims")
    events = "id,date_start,date_end,best,high,low\n1,2024-05-01,2024-05-01,3,4,2\n"
    (case.parent / "events.csv").write_text(events)
    assert take_in(case, "events.csv", "first", "ucdp-ged")["tolls"]["killed"] == {
        "low": 2,
        "best": 3,
        "high": 4,
    }
    assert told(case, "count", "--weapon", "KN-23")["dataset"] == "ua-airforce"
    assert told(case, "reconcile", "--edition", "first")["dataset"] == "claims"
    assert "--dataset" in run(case, "count", "--edition", "first").err
    assert told(case, "count", "--edition", "first", "--weapon", "KN-23")["upper"] == 8
    [sums] = told(case, "casualties", "--dataset", "ucdp-ged")["sums"]
    assert (sums["low"], sums["best"], sums["high"]) == (2, 3, 4)


def test_listing_shows_what_is_behind_each_bound(case: Path) -> None:
    take_in(case, "new.csv", "2024-05-03")
    listed = told(case, "list", "--weapon", "KN-23")
    assert [(r["day"], r["in_lower"], r["launched"]) for r in listed] == [
        ("2024-05-01", True, 2),
        ("2024-05-02", False, 6),
    ]
    assert len(told(case, "list", "--place", "odesa")) == 2
    assert "cells" in told(case, "show", listed[0]["id"])
    series = told(case, "count", "--weapon", "KN-23", "--by", "day")["series"]["points"]
    assert [p["upper"] for p in series] == [2, 6, 0]


@pytest.mark.parametrize(
    "words",
    [
        ("import", "nowhere.csv", "--format", "csv", "--edition", "x"),
        ("import", ".", "--format", "csv", "--edition", "x"),
        ("import", "../old.csv", "--format", "boats", "--edition", "x"),
        ("import", "../old.csv", "--format", "ua-airforce", "--edition", "a\u202eb"),
        ("import", "../old.csv", "--format", "ua-airforce", "--edition", " "),
        ("import", "../old.csv", "--format", "ua-airforce", "--edition", "x", "--zone", "Mars/Base"),
        ("import", "../old.csv", "--format", "ua-airforce", "--edition", "x", "--data-as-of", "soon"),
        ("count",),
        ("show", "zzzz"),
        ("queries", "show", "qqqq"),
        ("editions", "diff", "a", "b"),
        ("reconcile",),
        ("export",),
    ],
)
def test_refusals_are_two_lines(case: Path, words: tuple[str, ...]) -> None:
    assert run(case, *words).code == 1


def test_a_recovery_that_names_a_report_is_shown_both_ways(case: Path) -> None:
    take_in(case, "old.csv", "2024-05-02")
    report = told(case, "list")[0]["id"]
    (case / "parts.csv").write_bytes(
        parts_table(parts_row(incident=report[:12]), parts_row(item="2", incident="X"))
    )
    assert siteline("ledger", "components", "import", "parts.csv", cwd=case).code == 0
    [wreck] = told(case, "show", report)["wrecks"]
    assert (wreck["wreck"], wreck["parts"]) == ("W1", 1)
    listed = json.loads(siteline("ledger", "components", "list", "--json", cwd=case).out)
    shown = [
        json.loads(siteline("ledger", "components", "show", one["id"], "--json", cwd=case).out)[
            "incident_report"
        ]
        for one in listed
    ]
    assert [one["id"] if one else None for one in shown] == [report, None]
    assert "wreck W1: 1 parts" in run(case, "show", report).out


def test_an_export_to_a_place_that_is_none_is_refused(case: Path) -> None:
    take_in(case, "old.csv", "2024-05-02")
    refused = run(case, "export", "--out", case.parent / "old.csv" / "x.csv")
    assert refused.code == 1
    assert refused.err.startswith("error: ")
