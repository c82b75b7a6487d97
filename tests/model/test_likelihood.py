"""The number is kept; the band is half-open; nothing is impossible or certain; a letter and a digit are no numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.admiralty import Credibility, Reliability, parse_credibility, parse_reliability
from siteline.model.errors import BadInput
from siteline.model.likelihood import BANDS, Likelihood, TermSet, parse_likelihood


def test_the_bands_are_those_of_icd_203() -> None:
    """Seven bands that meet, from 1 to 99 %, each with a word of either set."""
    assert [(b.low, b.high) for b in BANDS] == [
        (1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99),
    ]  # fmt: skip
    assert BANDS[4].term(TermSet.A) == "likely"
    assert BANDS[4].term(TermSet.B) == "probable"


@pytest.mark.parametrize(
    ("percent", "term"),
    [
        (1, "almost no chance"),
        (5, "very unlikely"),
        (20, "unlikely"),
        (45, "roughly even chance"),
        (55, "likely"),
        (79.99, "likely"),
        (80, "very likely"),
        (95, "almost certain"),
        (99, "almost certain"),
    ],
)
def test_a_boundary_belongs_to_the_upper_band(percent: float, term: str) -> None:
    assert Likelihood(percent, TermSet.A).term == term


@given(st.floats(min_value=1, max_value=99))
def test_every_number_of_the_table_lies_in_one_band(percent: float) -> None:
    assert sum(band.holds(percent) for band in BANDS) == 1


@pytest.mark.parametrize(
    "text", ["0", "100", "0.0", "100 %", "101", "-5", "nan", "inf", "1e1", "", "٦٥", "65 67"]
)
def test_what_is_not_in_the_table_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_likelihood(text, TermSet.A)
    assert refused.value.hint


def test_the_number_is_kept_as_it_was_given() -> None:
    assert parse_likelihood(" 62.5 % ", TermSet.B) == Likelihood(62.5, TermSet.B)
    assert "62.5" in str(parse_likelihood("62.5", TermSet.B))


def test_a_word_without_its_number_is_refused_with_its_range() -> None:
    with pytest.raises(BadInput, match=r"\[55, 80\)"):
        parse_likelihood("Likely", TermSet.A)


def test_a_fraction_is_taken_for_what_it_may_mean() -> None:
    with pytest.raises(BadInput) as refused:
        parse_likelihood("0.65", TermSet.A)
    assert "say 65" in refused.value.hint


def test_one_is_computed_and_never_typed() -> None:
    with pytest.raises(BadInput, match="computed and never typed"):
        parse_credibility("1")
    assert [parse_credibility(digit).value for digit in "23456"] == list("23456")


@pytest.mark.parametrize("said", ["B2", "b2", "F6"])
def test_a_letter_and_a_digit_sit_on_two_objects(said: str) -> None:
    for parse in (parse_credibility, parse_reliability):
        with pytest.raises(BadInput, match="two things at once") as refused:
            parse(said)
        assert "--reliability" in refused.value.hint


def test_a_cyrillic_letter_is_named_and_refused() -> None:
    with pytest.raises(BadInput, match="cyrillic capital letter ve"):
        parse_reliability("В")
    with pytest.raises(BadInput):
        parse_credibility("²")


@pytest.mark.parametrize("rating", [Reliability.F, Credibility.UNKNOWN, Reliability.A, Credibility.PROBABLE])
def test_a_rating_is_never_a_number(rating: Reliability | Credibility) -> None:
    """Neither F nor 6 is worst: there is no order, no number and no sum to be had."""
    for wrong in (int, float, lambda r: r < r, lambda r: r + r, lambda r: sum([r, r])):
        with pytest.raises(TypeError):
            wrong(rating)  # type: ignore[operator]
    assert Reliability.F.is_known is False
    assert Credibility.UNKNOWN.is_known is False
