"""Numbers that somebody worked out by other means, reproduced exactly from the real tallies and public claims."""

from __future__ import annotations

import gzip
import json
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.casualties import reckon
from siteline.ledger.incidents.comparing import compare
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.definitions import denominator
from siteline.ledger.incidents.reconcile import reconcile
from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.incidents.shares import Share, share
from siteline.ledger.incidents.weapons import built_in
from siteline.ledger.incidents.words import read_phrase
from siteline.model.casualty import NumberClaim, Scope
from siteline.model.incident import Edition
from siteline.store.db import Database
from tests.ledger.incidents.making import filed, open_ledger, read, table

EDITIONS = ("2026-02-28", "2026-04-05")
NORTH_KOREAN = frozenset({"KN-23", "KN-24"})


@pytest.fixture(scope="module")
def tallies(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Database, Incidents, dict[str, Edition]]:
    """Both editions of the tallies, filed."""
    db, incidents = open_ledger(tmp_path_factory.mktemp("tallies"))
    folder = shared / "data/records/missile_attacks"
    made = {
        name: filed(incidents, (folder / f"missile_attacks_daily.{name}.csv.gz").read_bytes(), name)
        for name in EDITIONS
    }
    return db, incidents, made


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((shared / "data/records/gold/missile_ledger_expected.json").read_text())
    return said


@pytest.fixture(scope="module")
def claims(shared: Path) -> tuple[NumberClaim, ...]:
    return read((shared / "data/records/gold/nk_missile_public_claims.csv").read_bytes(), "claims").claims


def asked(start: str, until: str, unit: str = "missile") -> Asked:
    return Asked("KN-23", frozenset({"KN-23"}), date.fromisoformat(start), date.fromisoformat(until), unit)


@pytest.mark.parametrize("name", ["2024-H1", "2024-H2", "2024-08"])
def test_every_window_has_the_expected_lower_and_upper(tallies: Any, expected: Any, name: str) -> None:
    db, incidents, editions = tallies
    counting = Counting(db, incidents, built_in())
    window = expected["windows"][name]
    found = counting.count(editions["2026-04-05"], asked(window["lo"], window["hi"]))
    assert (found.lower, found.upper) == (window["kn23_min"], window["kn23_max"])
    assert found.unknown == window.get("unknown_rows", 0)
    rows = counting.count(editions["2026-04-05"], asked(window["lo"], window["hi"], "report"))
    assert rows.upper == window["rows"]


@pytest.mark.parametrize("name", ["2024-H1", "2024-H2"])
def test_every_denominator_is_exact_to_the_row(tallies: Any, expected: Any, name: str) -> None:
    window = expected["windows"][name]
    icbm = 1 if name == "2024-H2" else 0  # the gold file leaves that row in, once, in this half-year
    for of, key in (
        ("ballistic-group", "iskander_m_plus_kn"),
        ("ballistic-group+kinzhal", "plus_kinzhal"),
        ("all-missiles", "all_missiles_excl_uav"),
    ):
        assert share_of(tallies, of, window["lo"], window["hi"]).denominator == (window[key],) * 2
    group = share_of(tallies, "ballistic-group", window["lo"], window["hi"])
    assert dict(group.holds).get("Intercontinental Ballistic Missile", 0) == icbm


def share_of(
    tallies: Any, of: str, start: str = "2024-07-01", until: str = "2025-01-01", phrase: str = ""
) -> Share:
    db, incidents, editions = tallies
    counting = Counting(db, incidents, built_in())
    return share(
        counting, editions["2026-04-05"], asked(start, until), denominator(of), built_in(), read_phrase(phrase)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("of", "total", "numerator", "low", "high", "fits"),
    [
        ("ballistic-group", 196, (8, 74), 0.041, 0.378, {"lower": False, "upper": True}),
        ("ballistic-group+kinzhal", 229, (8, 74), 0.035, 0.323, {"lower": False, "upper": True}),
        ("all-missiles", 1110, (8, 74), 0.007, 0.067, {"lower": False, "upper": False}),
        ("reports", 106, (3, 21), 0.028, 0.198, {"lower": False, "upper": False}),
    ],
)
def test_about_a_third_is_answered_under_four_denominators(
    tallies: Any,
    of: str,
    total: int,
    numerator: tuple[int, int],
    low: float,
    high: float,
    fits: dict[str, bool],
) -> None:
    found = share_of(tallies, of, phrase="about a third")
    assert (found.denominator, found.numerator) == ((total, total), numerator)
    assert (round(found.low or 0, 3), round(found.high or 0, 3)) == (low, high)
    assert found.fits == fits


def test_two_editions_differ_by_listed_rows_and_columns(tallies: Any) -> None:
    _, incidents, editions = tallies
    old, new = (editions[name] for name in EDITIONS)
    found = compare(old, new, incidents.reports(old), incidents.reports(new))
    assert (found.same, len(found.added), len(found.removed), len(found.changed)) == (3461, 117, 0, 7)
    assert found.same + len(found.changed) + len(found.added) == new.rows
    assert {column for one in found.changed for column in one.columns} == {"destroyed_details"}
    assert all(kept.report.window.day >= "2026-02-28" for kept in found.added)


def test_rows_in_any_order_doubled_and_in_other_bytes_give_the_same_numbers(
    shared: Path, tmp_path: Path
) -> None:
    """Reordered rows and columns, each row twice, UTF-16, a BOM and CRLF: the same count and the same denominators."""
    packed = shared / "data/records/missile_attacks/missile_attacks_daily.2026-04-05.csv.gz"
    text = gzip.decompress(packed.read_bytes()).decode()
    found = read(text.encode())
    cells = [dict(report.cells) for _, report in found.reports]
    heads = sorted(cells[0], reverse=True)
    shuffled = table([*reversed(cells), *cells], heads).decode()
    variants = [
        text.encode(),
        shuffled.encode("utf-16"),
        b"\xef\xbb\xbf" + shuffled.replace("\r\n", "\n").encode(),
        gzip.compress(shuffled.encode()),
    ]
    db, incidents = open_ledger(tmp_path)
    counting = Counting(db, incidents, built_in())
    answers = set()
    for number, content in enumerate(variants):
        edition = filed(incidents, content, f"e{number}")
        counts = [
            (a.lower, a.upper, a.unknown)
            for unit in ("missile", "report", "attack", "day")
            for a in [counting.count(edition, asked("2022-01-01", "2027-01-01", unit))]
        ]
        rows = sorted(
            (text, *astuple(kind))
            for text, kind in counting.rows_of(edition, date(2024, 7, 1), date(2025, 1, 1))
        )
        answers.add((tuple(counts), tuple(rows)))
    assert len(answers) == 1


def test_ucdp_warns_of_thirteen_rows_and_drops_none(shared: Path) -> None:
    found = read((shared / "data/records/ucdp/ucdpged_sample_1000.csv.gz").read_bytes(), "ucdp-ged")
    codes = [fault.code for fault in found.notices]
    assert (codes.count("low_above_best"), codes.count("high_below_best"), len(codes)) == (8, 5, 13)
    assert len(found.reports) == 1000
    tolls = [report.tolls[0] for _, report in found.reports]
    assert [sum(getattr(t, bound) for t in tolls) for bound in ("low", "best", "high")] == [6224, 9561, 22017]
    assert sum(report.sources is None for _, report in found.reports) == 326


def test_casualties_to_february_2024_are_24_and_not_a_sum(claims: Any) -> None:
    found = reckon(claims, "killed", whole("2024-02-27"))
    assert [least.total for least in found.least["every_source"]] == [24]
    assert [least.total for least in found.least["highest_source"]] == [24]
    assert ("C010", "said again by", "C012") not in found.superseded
    assert ("C012", "said again by", "C010") in found.superseded


def test_casualties_to_april_2025_are_36_on_a_condition_else_24(claims: Any) -> None:
    found = reckon(claims, "killed", whole("2025-04-24"))
    firm, more = found.least["every_source"]
    assert (firm.total, firm.conditions, more.total) == (24, (), 36)
    assert "weapon attribution of C014" in more.conditions[0]
    assert ("C013", "superseded by", "C014") in found.superseded


def test_injured_are_115_and_the_whole_attack_is_not_this_missile(claims: Any) -> None:
    found = reckon(claims, "injured", whole("2025-04-24"))
    assert [least.total for least in found.least["every_source"]] == [115]
    assert dict(found.left_out) == dict.fromkeys(
        ("C015", "C016"), "its scope is the whole attack, not these weapons"
    )


def whole(end: str) -> Scope:
    return Scope(date(2023, 12, 30), date.fromisoformat(end), (), NORTH_KOREAN, "people")


def test_an_upper_bound_comes_only_from_a_stated_total(claims: Any) -> None:
    inside = Scope(date(2023, 12, 30), date(2024, 2, 27), ("ukraine",), frozenset({"KN-23"}), "people")
    assert reckon(claims, "killed", inside).upper == 24
    assert reckon(claims, "killed", whole("2024-02-27")).upper is None


RUNNING = """\
id,lineage,claim_key,subject,value_low,value_high,unit,qualifier,period_start,period_end,scope,claimant,published,note
A,PGO,missiles_fired,KN-23,24,,missiles,at least,2023-12-30,2024-02-07,Ukraine,prosecutors,2024-02-16,
A2,PGO,attacks,KN-23,12,,attacks,at least,2023-12-30,2024-02-07,Ukraine,prosecutors,2024-02-16,
B,SBU,missiles_fired,KN-23,20,,missiles,over,2023-12-30,2024-02-22,Ukraine,security service,2024-02-22,
C,PGO2,missiles_fired,KN-23,50,50,missiles,around,2023-12-30,2024-02-27,Ukraine,prosecutors,2024-05-07,debris of 21 examined
D,MIL,missiles_fired,KN-23,60,60,missiles,about,2024-01-01,2024-11-23,Ukraine,unnamed source,2024-11-23,
E,NEWS,missiles_fired,KN-23,8,8,missiles,,2024-01-01,2024-06-30,Ukraine,analysis of public tallies,2025-01-01,
"""


def test_running_totals_are_reconciled_as_in_the_worked_example() -> None:
    found = reconcile(read(RUNNING.encode(), "claims").claims)
    ranges = {c.id: (c.low, c.high) for c in found.claims}
    assert ranges == {
        "A": (24, None), "A2": (12, None), "B": (21, None), "C": (45, 55), "D": (54, 66), "E": (8, 8),
    }  # fmt: skip
    said = {(p.a, p.b): p for p in found.pairs}
    said |= {(p.b, p.a): p for p in found.pairs}
    assert (said["A", "C"].relation, said["A", "C"].verdict) == ("chained", "holds")
    assert {said["B", other].verdict for other in "ACDE"} <= {
        "holds",
        "only_if",
    }  # "over 20" contradicts nothing
    assert said["A", "A2"].relation == "not_comparable"
    assert (said["C", "D"].relation, said["C", "D"].verdict) == ("compared", "holds")
    assert "2 days later" in said["C", "D"].reason
    assert (said["C", "E"].relation, said["C", "E"].verdict) == ("compared", "contradiction")
    assert "public tallies" in said["C", "E"].reason
    assert "debris" in said["C", "E"].reason
    assert [f.claims for f in found.findings if f.code == "contradiction"] == [("C", "E")]
