"""Numbers with their words are intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.claims.amount import Direction, direction_between, read_amount, read_ratio
from siteline.model.errors import BadStatement
from siteline.model.interval import Interval, Period


@pytest.mark.parametrize(
    ("number", "qualifier", "unit", "ends"),
    [
        (24, "at least", "missiles", [24, None]),
        (70, "more than", "civilians", [71, None]),
        (20, "over", "missiles", [21, None]),
        (20, "up to", "missiles", [0, 20]),
        (20, "fewer than", "people", [0, 19]),
        (50, "around", "missiles", [45, 55]),
        (60, "about", "missiles", [54, 66]),
        (8, "", "missiles", [8, 8]),
        (0.33, "roughly one third", "fraction", [0.28, 0.38]),
        (9, "either..or", "manufacturers", [9, 9]),
    ],
)
def test_words_at_a_number_open_its_ends(
    number: float, qualifier: str, unit: str, ends: list[float | None]
) -> None:
    read = read_amount(number, None if qualifier else number, qualifier, unit)
    if qualifier == "either..or":
        read = read_amount(number, number, qualifier, unit)
    assert read is not None
    assert read.ends() == ends


def test_more_than_a_third_leaves_a_third_out() -> None:
    read = read_amount(1 / 3, None, "more than", "fraction")
    assert read is not None
    assert read.excludes_low
    assert not Interval.exactly(1 / 3).meets(read)
    nearly = read_amount(1 / 3, None, "nearly", "fraction")
    assert nearly is not None
    assert not nearly.meets(Interval.exactly(1 / 3))


def test_at_least_cannot_stand_at_two_numbers() -> None:
    with pytest.raises(BadStatement, match="one number"):
        read_amount(3, 5, "at least", "people")


@pytest.mark.parametrize(
    ("words", "direction", "value"),
    [
        ("60-70% the size of the existing assembly hall", Direction.OF, [0.6, 0.7]),
        ("60-70% larger than the previous building", Direction.LARGER, [1.6, 1.7]),
        ("60–70 % smaller", Direction.SMALLER, [0.3, 0.4]),
        ("60 to 70 percent as large as", Direction.OF, [0.6, 0.7]),
        ("twice the size of the previous one", Direction.OF, [2.0, 2.0]),
    ],
)
def test_of_larger_and_smaller_are_three_ratios(words: str, direction: Direction, value: list[float]) -> None:
    ratio = read_ratio(words)
    assert ratio is not None
    assert (ratio.direction, ratio.value.ends()) == (direction, value)


def test_a_changed_direction_is_seen_in_the_numbers_alone() -> None:
    origin = Interval(0.6, 0.7)
    assert direction_between(origin, Interval(1.6, 1.7)) == (Direction.OF, Direction.LARGER)
    assert direction_between(origin, Interval(0.3, 0.4)) == (Direction.OF, Direction.SMALLER)
    assert direction_between(origin, Interval(2, 2)) is None


def ends() -> st.SearchStrategy[Interval]:
    number = st.none() | st.integers(-20, 20).map(float)
    return st.tuples(number, number, st.booleans(), st.booleans()).filter(_is_one).map(lambda i: Interval(*i))


def _is_one(parts: tuple[float | None, float | None, bool, bool]) -> bool:
    low, high, no_low, no_high = parts
    return low is None or high is None or low < high or (low == high and not (no_low or no_high))


@given(ends(), ends())
def test_intervals_meet_each_other_or_do_not(one: Interval, other: Interval) -> None:
    """Meeting is mutual, and what lies in another (and is not empty of it) meets it."""
    assert one.meets(other) == other.meets(one)
    if one.lies_in(other):
        assert one.meets(other)
    assert one.lies_in(one)


@given(st.dates(), st.integers(0, 400), st.dates(), st.integers(0, 400))
def test_periods_agree_with_their_days(first: object, span: int, second: object, length: int) -> None:
    from datetime import timedelta

    one = Period(first, first + min(timedelta(span), first.max - first))  # type: ignore[operator,attr-defined,arg-type]
    two = Period(second, second + min(timedelta(length), second.max - second))  # type: ignore[operator,attr-defined,arg-type]
    common = one.days_in(two)
    assert common is not None
    assert (common > 0) == one.meets(two) == two.meets(one)
    assert one.lies_in(two) == (common == one.days)


def test_a_period_says_what_is_wrong_with_it() -> None:
    for said in ("2024-13", "2024-02-30", "yesterday", "2024-02-03/2024-02-01", ""):
        with pytest.raises(Exception, match=r"date|day|ends"):
            Period.parse(said)
    assert Period.parse("2024-02").days == 29
    assert str(Period.parse("../2024-02-07")) == "until 2024-02-07"


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("more or less", [45.0, 55.0]),
        ("just under", [45.0, 49.0]),
        ("not fewer than", [50.0, None]),
        ("no more than", [0.0, 50.0]),
        ("not over", [0.0, 50.0]),
    ],
)
def test_words_that_hold_other_words(words: str, ends: list[float | None]) -> None:
    """ "More or less 50" is about 50, "just under 50" is nearly 50, and "not fewer than 50" is 50 or more."""
    read = read_amount(50, None, words, "people")
    assert read is not None
    assert read.ends() == ends
