"""Each kind of bad cell has its own code, with line and column; nothing is half imported, nothing is lost."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.ledger.incidents.cells import Row
from siteline.model.cells import CellFault
from siteline.model.errors import BadInput, BadLedgerFile
from siteline.model.shown import plain
from tests.ledger.incidents.making import filed, night, open_ledger, read, table

PLAIN = (
    "id", "start", "end", "weapon", "category", "launched", "launched_lo", "launched_hi", "intercepted", "breakdown", "lat",
    "lon", "killed", "note", "victims", "basis",
)  # fmt: skip


def codes(content: bytes, form: str = "ua-airforce") -> list[tuple[int, str, str]]:
    """(line, column, code) of what refuses a file."""
    with pytest.raises(BadLedgerFile) as refused:
        read(content, form)
    return [(f.line, f.column, f.code) for f in refused.value.faults if isinstance(f, CellFault)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ({"time_start": "2024-05-02", "time_end": "2024-05-01"}, "time_end", "end_before_start"),
        ({"launched": -3}, "launched", "negative_number"),
        ({"launched": 3, "destroyed": 4}, "destroyed", "intercepted_more_than_launched"),
        ({"launched": "10-15"}, "launched", "range_in_number"),
        ({"launched": "{'KN-23': 3}"}, "launched", "python_literal"),
        ({"launched": "12.5"}, "launched", "not_whole"),
        ({"launched": "1,200"}, "launched", "not_a_number"),
        ({"launched": "٣"}, "launched", "not_a_number"),
        ({"launched": "9" * 400}, "launched", "number_too_large"),
        ({"time_start": "yesterday"}, "time_start", "bad_time"),
        ({"time_start": "2024-02-30"}, "time_start", "bad_time"),
        ({"time_start": "2024-02-03 25:00"}, "time_start", "bad_time"),
        ({"time_start": ""}, "time_start", "no_time"),
        ({"launched_details": "__import__('os').system('true')"}, "launched_details", "bad_literal"),
        ({"launched_details": "{'KN-23': 5}", "launched": 3}, "launched_details", "breakdown_exceeds_total"),
        ({"launched_details": "{'KN-23': -1}"}, "launched_details", "negative_number"),
        ({"launched_details": "[" * 5000}, "launched_details", "bad_literal"),
        ({"model": "['KN-23']"}, "model", "python_literal"),
        ({"model": ""}, "model", "no_class"),
    ],
)
def test_each_bad_cell_is_named(row: dict[str, object], column: str, code: str) -> None:
    rows = [night("2024-05-01", "KN-23"), {**night("2024-05-01", "KN-23"), **row}]
    assert codes(table(rows)) == [(3, column, code)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ({"launched_lo": 5, "launched_hi": 3}, "launched_lo", "low_above_high"),
        ({"launched": 9, "launched_lo": 1, "launched_hi": 3}, "launched", "outside_its_bounds"),
        ({"breakdown": "{'KN-23': 3}", "launched": 3}, "breakdown", "python_literal"),
        ({"breakdown": "KN-23", "launched": 3}, "breakdown", "bad_breakdown"),
        ({"lat": "91", "lon": "3"}, "lat", "out_of_range"),
        ({"lat": "nan", "lon": "3"}, "lat", "half_a_point"),
        ({"victims": "sheep"}, "victims", "not_one_of"),
        ({"basis": "rumour"}, "basis", "not_one_of"),
        ({"intercepted": 4, "launched_hi": 3}, "intercepted", "intercepted_more_than_launched"),
        ({"note": "{'a': 1}"}, "note", "python_literal"),
    ],
)
def test_each_bad_cell_of_the_plain_csv_is_named(row: dict[str, object], column: str, code: str) -> None:
    content = table([{"start": "2024-05-01", "weapon": "KN-23", **row}], PLAIN)
    assert codes(content, "csv") == [(2, column, code)]


def test_an_id_that_stands_twice_is_refused() -> None:
    rows = [{"id": "a", "start": "2024-05-01", "weapon": "KN-23", "launched": n} for n in (1, 2)]
    assert codes(table(rows, PLAIN), "csv") == [(3, "id", "id_twice")]


def test_hours_without_zero_and_odd_categories_are_read_and_named() -> None:
    found = read(table([night("2023-05-16 3:30", "KN-23", time_end="2023-05-16 07:00")]))
    [(_, report)] = found.reports
    assert [f.code for f in found.notices] == ["hour_without_zero"]
    assert report.window.start.isoformat() == "2023-05-16T00:30:00+00:00"
    odd = [
        {"start": "2024-05-01", "weapon": "X-47 Kinzhal and Iskander-M/KN-23", "category": "cruise missile"}
    ]
    assert [f.code for f in read(table(odd, PLAIN), "csv").notices] == ["category_against_class"]


def test_a_refused_file_leaves_no_row(tmp_path: Path) -> None:
    _, incidents = open_ledger(tmp_path)
    with pytest.raises(BadLedgerFile):
        filed(incidents, table([night("2024-05-01", "KN-23"), night("2024-05-02", "KN-23", -1)]))
    assert incidents.editions() == []


def test_lenient_takes_the_good_rows_and_keeps_the_cells_of_the_others() -> None:
    content = table([night("2024-05-01", "KN-23"), night("2024-05-02", "KN-23", "10-15")]) + b"a,b\r\n"
    found = read(content, lenient=True)
    assert len(found.reports) == 1
    assert [f.code for f in found.rejects] == ["range_in_number", "cells_in_row"]
    assert found.rejected_rows[0][5] == "10-15"
    assert found.rejected_rows[1] == ("a", "b")


def test_an_encoding_is_told_and_never_guessed() -> None:
    content = table([night("2024-05-01", "Калібр")])
    other = content.decode().encode("cp1251")
    with pytest.raises(BadLedgerFile, match="not UTF-8") as refused:
        read(other)
    assert "--encoding cp1251" in refused.value.hint
    [(_, report)] = read(other, encoding="cp1251").reports
    assert report.class_text == "Калібр"
    with pytest.raises(BadLedgerFile, match="no encoding"):
        read(content, encoding="klingon")
    with pytest.raises(BadLedgerFile, match="zero bytes"):
        read(content.decode().encode("utf-16-le"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\r\n1,2\r\n", "column_missing"),
        (b"time_start,time_start\r\n", "column_twice"),
        (b"time_strat,time_end,model,launched,destroyed\r\n", "column_missing"),
        (b'time_start,time_end,model,launched,destroyed\r\n2024-05-01,,"KN', "not_csv"),
        (gzip.compress(b"a,b", mtime=0)[:-4], "cut off"),
    ],
)
def test_files_that_are_no_tables_are_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(BadLedgerFile, match=said):
        read(content)


def test_a_missing_column_says_which_was_meant() -> None:
    with pytest.raises(BadLedgerFile) as refused:
        read(b"time_strat,time_end,model,launched,destroyed\r\n")
    assert "'time_strat'" in refused.value.hint


def test_what_comes_from_outside_is_shown_without_its_tricks() -> None:
    assert plain("a\x1b[31m\u202eb\u200b") == "a\\u001b[31m\\u202eb\\u200b"
    assert len(plain("x" * 10_000, 40)) == 40
    shown = str(CellFault(2, "col\x1b]0;x\x07", "code", "said"))
    assert "\x1b" not in shown


def test_the_error_can_be_pickled_with_its_faults() -> None:
    error = BadLedgerFile("m", "h", (CellFault(1, "c", "code", "said"),))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 our own
    assert (str(again), again.hint, again.faults) == ("m", "h", error.faults)
    assert isinstance(again, BadInput)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_cell_crashes_the_reader(cell: str) -> None:
    """A cell is read, or its row is refused; nothing else comes out of it."""
    content = table([night("2024-05-01", "KN-23"), night("2024-05-02", cell, cell, launched_details=cell)])
    try:
        found = read(content, lenient=True)
    except BadLedgerFile as refused:
        assert refused.hint  # noqa: PT017
        return
    assert (
        len(found.reports) + len(found.rejects) + len([f for f in found.notices if f.code == "duplicate_row"])
        >= 1
    )


@given(st.integers(0, 10_000_000), st.sampled_from(["{}", "{}.0", " {} ", "{}."]))
def test_a_count_is_read_as_it_is(number: int, form: str) -> None:
    assert Row(2, {"n": form.format(number)}).whole("n") == number
