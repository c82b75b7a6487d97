"""Cells that a spreadsheet would run, and what is said of cells that cannot be taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.cells import CellFault, CellRefused, guarded, unguarded

SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫−"


@given(st.text(max_size=30) | st.text("=+-@' \tab1\r\n\u200b\ufeff＝", max_size=8))
def test_a_guarded_cell_comes_back_as_it_was_and_nothing_in_it_runs(text: str) -> None:
    """Whatever it holds: even the sign that guards, before a formula or before a word."""
    safe = guarded(text)
    assert unguarded(safe) == text
    assert safe == text or safe == f"'{text}"
    if safe[:1] in tuple(SIGNS):
        float(safe)  # nothing but a number begins with a sign


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r\n", "\u200b", "\ufeff", "\u202e", "''", "\x1f", "\u3000"]
)
def test_no_blank_and_no_unseen_character_hides_a_formula(sign: str, before: str) -> None:
    assert guarded(f"{before}{sign}HYPERLINK(A1)").startswith("'")


@pytest.mark.parametrize("number", ["-5", "-1.5e-3", "-.5", "12"])
def test_plain_numbers_stay_numbers(number: str) -> None:
    assert guarded(number) == number
    assert unguarded(f"'{number}") == (number if number[0] == "-" else f"'{number}")


@pytest.mark.parametrize("text", ["-5+1", "+850", "+38044 123", "-", "-5\n", "=1", " word", "word ", "\ttab"])
def test_what_only_looks_like_a_number_or_has_outer_blanks_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["'tis", "''twas", "'", "", "A-1", "1-2", "Hwasong-11"])
def test_cells_of_others_stay_as_they_are(text: str) -> None:
    assert unguarded(text) == text == guarded(text)


def test_a_refusal_becomes_a_fault_once_its_line_is_known() -> None:
    refused = CellRefused("when", "bad_date", "'soon' is no date", "Write 2024-01-02.")
    fault = refused.on(7)
    assert fault == CellFault(7, "when", "bad_date", "'soon' is no date", "Write 2024-01-02.")
    assert str(fault) == "line 7, column when: 'soon' is no date [bad_date]"
    assert str(CellRefused("", "long", "too much").on(2)) == "line 2: too much [long]"


def test_a_column_cannot_turn_the_line_of_a_terminal() -> None:
    assert "\u202e" not in str(CellFault(1, "na\u202eme", "x", "said"))
