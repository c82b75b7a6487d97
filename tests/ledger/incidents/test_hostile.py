"""What a hostile reader tries on the incident ledger: bounds that do not hold, files that are not what they say."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.casualties import reckon
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.definitions import DENOMINATORS
from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.incidents.shares import Share, share
from siteline.ledger.incidents.table import read_table
from siteline.ledger.incidents.weapons import built_in
from siteline.ledger.judged import contradicted
from siteline.model.casualty import Scope
from siteline.model.errors import BadLedgerFile, BadSetting
from siteline.model.incident import Edition, Judged
from siteline.store.db import Database
from tests.ledger.incidents.making import AIRFORCE, filed, night, open_ledger, read, table

PLAIN = ("id", "start", "end", "zone", "weapon", "launched", "launched_lo", "launched_hi", "place")
CLAIM = (
    "id", "lineage", "claim_key", "subject", "value_low", "value_high", "unit", "qualifier", "period_start", "period_end",
    "scope", "polarity",
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> tuple[Database, Incidents]:
    return open_ledger(tmp_path)


def january(unit: str = "missile", *, period: str = "start", weapon: str = "KN-23") -> Asked:
    return Asked(weapon, frozenset({weapon}), date(2024, 1, 1), date(2024, 2, 1), unit, "", period)


def share_of(
    ledger: tuple[Database, Incidents], edition: Edition, of: str, judged: tuple[Judged, ...] = ()
) -> Share:
    db, incidents = ledger
    counting = Counting(db, incidents, built_in())
    return share(counting, edition, january(), DENOMINATORS[of], built_in(), None, judged)


def said(verdict: str, *reports: str) -> Judged:
    return Judged("j", verdict, tuple(sorted(reports)), "seen", "A. Analyst", "2024-01-02T00:00:00+00:00")


def test_a_share_counts_merged_reports_once_above_and_below_the_line(
    ledger: tuple[Database, Incidents],
) -> None:
    """Two reports of one salvo of ten are all there was: the share reaches 100 %, not 50 %."""
    rows = [night("2024-01-02", "KN-23", 10, source="a"), night("2024-01-02", "KN-23", 10, source="b")]
    edition = filed(ledger[1], table(rows))
    ids = [kept.id for kept in ledger[1].reports(edition)]
    found = share_of(ledger, edition, "all-missiles", (said("same", *ids),))
    assert (found.numerator, found.denominator, found.high) == ((10, 10), (10, 10), 1.0)


def test_a_share_of_reports_that_give_bounds_alone_has_them_in_its_denominator(
    ledger: tuple[Database, Incidents],
) -> None:
    rows = [
        {"id": "1", "start": "2024-01-02", "weapon": "KN-23", "launched_lo": 2, "launched_hi": 5},
        {"id": "2", "start": "2024-01-03", "weapon": "Kh-101", "launched": 10},
    ]
    edition = filed(ledger[1], table(rows, PLAIN), form="csv")
    found = share_of(ledger, edition, "all-missiles")
    assert (found.numerator, found.denominator) == ((2, 5), (12, 15))
    assert (found.low, found.high) == (2 / 15, 5 / 12)


def test_a_number_or_more_leaves_the_share_open_to_all_of_it(ledger: tuple[Database, Incidents]) -> None:
    rows = [
        {"id": "1", "start": "2024-01-02", "weapon": "KN-23", "launched_lo": 2},
        {"id": "2", "start": "2024-01-03", "weapon": "Kh-101", "launched": 10},
    ]
    edition = filed(ledger[1], table(rows, PLAIN), form="csv")
    found = share_of(ledger, edition, "all-missiles")
    assert found.numerator == (2, None)
    assert found.denominator == (12, None)
    assert (found.low, found.high) == (0.0, 1.0)


def test_reports_put_together_that_an_end_of_the_window_cuts_count_nothing_below_and_once_above(
    ledger: tuple[Database, Incidents],
) -> None:
    rows = [
        night("2024-01-31 23:00", "KN-23", 5, time_end="2024-02-01 02:00", source=source) for source in "ab"
    ]
    edition = filed(ledger[1], table(rows))
    ids = [kept.id for kept in ledger[1].reports(edition)]
    counting = Counting(*ledger, built_in())
    found = counting.count(edition, january(period="split"), (said("same", *ids),))
    assert (found.lower, found.upper) == (0, 5)
    found = counting.count(edition, january("report", period="split"), (said("same", *ids),))
    assert (found.lower, found.upper) == (0, 1)


def test_a_day_is_that_of_the_edition_whatever_zone_a_row_is_written_in() -> None:
    row = {"id": "1", "start": "2024-01-01 23:00", "zone": "America/New_York", "weapon": "KN-23"}
    [(_, report)] = read(table([row], PLAIN), "csv").reports
    assert report.window.day == "2024-01-02"
    [(_, report)] = read(table([{**row, "start": "2024-01-01"}], PLAIN), "csv").reports
    assert report.window.day == "2024-01-01"


def test_an_hour_that_clocks_show_twice_is_named_and_lies_in_the_window_both_times() -> None:
    found = read(table([night("2024-10-27 03:30", "KN-23")]))
    [(_, report)] = found.reports
    assert [fault.code for fault in found.notices] == ["hour_unclear", "hour_unclear"]
    assert report.window.start.isoformat() == "2024-10-27T00:30:00+00:00"
    assert report.window.end.isoformat() == "2024-10-27T01:31:00+00:00"


@pytest.mark.parametrize("day", ["0000-01-01", "0001-01-01", "0204-01-01", "9999-12-31"])
@pytest.mark.parametrize("form", ["ua-airforce", "acled", "claims"])
def test_a_year_that_no_attack_was_in_is_a_fault_of_its_row(form: str, day: str) -> None:
    rows = {
        "ua-airforce": table([night(day, "KN-23")]),
        "acled": table(
            [{"event_id_cnty": "X", "event_date": day, "fatalities": 1, "time_precision": 3}],
            ("event_id_cnty", "event_date", "event_type", "country", "fatalities", "time_precision"),
        ),
        "claims": table([{"id": "1", "claim_key": "killed", "value_low": 1, "period_end": day}], CLAIM),
    }[form]
    with pytest.raises(BadLedgerFile, match="bad_time"):
        read(rows, form)


def test_a_question_about_the_year_one_is_refused_and_no_traceback() -> None:
    with pytest.raises(BadSetting, match="longer than any data"):
        Asked("", None, date.min, date.max, "missile", "Europe/Kyiv", "split")


@pytest.mark.parametrize(
    "cell", ["{'KN-23': 1" + "0" * 400 + "}", "{'KN-23': 1e999}", "{**x}", "{'KN-23': [1]}", "(" * 3000]
)
def test_a_breakdown_that_is_none_is_named(cell: str) -> None:
    with pytest.raises(BadLedgerFile, match="bad_literal"):
        read(table([night("2024-01-02", "KN-23", launched_details=cell)]))


def test_every_member_of_a_gzip_file_is_read() -> None:
    whole = table([night("2024-01-02", "KN-23"), night("2024-01-03", "KN-23")])
    packed = gzip.compress(whole[:60]) + gzip.compress(whole[60:])
    assert len(read(packed).reports) == 2


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(b"time_start\n" + b"0" * (128 << 20))
    with pytest.raises(BadLedgerFile, match="unpacks to more than 64 MiB"):
        read_table(bomb, "bomb.csv.gz", AIRFORCE)


def test_a_number_that_is_denied_proves_nothing() -> None:
    row = {
        "id": "1", "lineage": "A", "claim_key": "killed", "value_low": 24, "unit": "people", "period_start": "2024-01-02",
        "period_end": "2024-01-03", "scope": "Ukraine", "polarity": "deny",
    }  # fmt: skip
    [one] = read(table([row], CLAIM), "claims").claims
    found = reckon([one], "killed", Scope(date(2024, 1, 1), date(2024, 2, 1), (), frozenset(), "people"))
    assert found.least["highest_source"][0].total == 0
    assert found.upper is None
    assert "denies" in one.words


def test_two_reports_that_stay_one_through_a_third_are_not_split_unseen() -> None:
    one = [said("same", "a", "b", "c")]
    assert "through c" in contradicted(one, "not_same", ["a", "b"])
    assert contradicted(one, "not_same", ["a", "b", "c"]) == ""


def test_a_merge_does_not_undo_a_split_unseen() -> None:
    before = [said("not_same", "a", "b"), said("same", "a", "c")]
    assert "A. Analyst said that they are not" in contradicted(before, "same", ["c", "b"])
    assert contradicted(before, "same", ["a", "b"]) == ""
