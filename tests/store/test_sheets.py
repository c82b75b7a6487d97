"""Tables from outside: whatever their bytes, they are read as they are or refused by line; written, they come back."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.model.cells import CellRefused, unguarded
from siteline.model.errors import BadTable
from siteline.store.sheets import LONGEST_CELL, Line, read_bytes, read_sheet, refuse_unfit, write_sheet

TEXT = "name;note\r\nХвасон;화성\r\n"


def rows_of(data: bytes, encoding: str = "") -> list[tuple[int, tuple[str, ...]]]:
    return [(line.number, line.cells) for line in read_sheet(data, "t.csv", BadTable, encoding).lines()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_mark_of_unicode_is_read(encoding: str) -> None:
    data = TEXT.encode(encoding)
    sheet = read_sheet(data, "t.csv", BadTable)
    assert sheet.heads == ("name", "note")
    assert rows_of(data) == [(2, ("Хвасон", "화성"))]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp1251"])
def test_an_encoding_without_mark_is_told_and_never_guessed(encoding: str) -> None:
    data = "name\r\nХвасон\r\n".encode(encoding)
    with pytest.raises(BadTable, match="encoding"):
        rows_of(data)
    assert rows_of(data, encoding) == [(2, ("Хвасон",))]


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(BadTable, match=r"t\.csv, line 3: byte 9 is not UTF-8"):
        rows_of(b"name\nhi\nh\xff\n")


@pytest.mark.parametrize("data", [b"PK\x03\x04more", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"\x1f\x8b\x08"])
def test_workbooks_and_packed_files_are_named_as_no_text(data: bytes) -> None:
    with pytest.raises(BadTable, match="not text"):
        rows_of(data)


def test_zero_bytes_in_the_header_refuse_the_file_and_in_a_cell_its_row() -> None:
    with pytest.raises(BadTable, match="line 1: zero bytes"):
        rows_of(b"na\0me\nhi\n")
    with pytest.raises(CellRefused, match="control_character"):
        refuse_unfit(Line(2, ("h\0i",)), ["name"])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf\n", b" , ,\n"])
def test_a_table_of_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(BadTable, match="empty"):
        rows_of(data)


def test_a_quote_that_does_not_close_refuses_the_file_by_the_line_on_which_it_opens() -> None:
    with pytest.raises(BadTable, match="line 3"):
        rows_of(b'name,note\na,b\n"c,d\ne,f\n')


def test_a_row_is_known_by_the_line_on_which_it_starts() -> None:
    assert rows_of(b'\nname,note\n\n"a\nb",c\nd,e\n') == [(4, ("a\nb", "c")), (6, ("d", "e"))]


def test_a_huge_cell_is_refused() -> None:
    with pytest.raises(BadTable, match="line 2"):
        rows_of(b"name\n" + b"x" * (LONGEST_CELL + 1) + b"\n")


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(BadTable, match="columns"):
        rows_of(b",".join(b"c" for _ in range(501)) + b"\n")


def test_what_stands_beyond_the_last_column_is_refused_and_blanks_there_are_not() -> None:
    refuse_unfit(Line(2, ("a", "b", " ", "")), ["x", "y"])
    with pytest.raises(CellRefused, match="cells_in_row"):
        refuse_unfit(Line(2, ("a", "b", "", "c")), ["x", "y"])


def test_a_folder_and_a_missing_and_a_large_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "big.csv").write_bytes(b"x" * 100)
    for path in (tmp_path, tmp_path / "none.csv", tmp_path / "big.csv"):
        with pytest.raises(BadTable):
            read_bytes(path, 10, BadTable)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            *[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)] * 2
        ),
        max_size=5,
    )
)
def test_a_table_comes_back_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    """Apart from rows of empty cells alone, which hold nothing."""
    text = "".join(write_sheet(("a", "b"), rows))
    back = [tuple(unguarded(cell) for cell in cells) for _, cells in rows_of(text.encode())]
    assert back == [row for row in rows if any(row)]


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadTable):
        assert all(line.number >= 1 for line in read_sheet(data, "t.csv", BadTable).lines())


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    [_, line] = write_sheet(("a", "b", "c"), [(-1.5, None, "=1")])
    assert next(csv.reader(io.StringIO(line))) == ["-1.5", "", "'=1"]
