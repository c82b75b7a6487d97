"""Numbers as they are said, and the intervals that they can mean."""

from __future__ import annotations

import pytest

from siteline.claims.draft.article import DraftOptions, draft_text
from siteline.claims.draft.intervals import Widths
from siteline.model.draft import SaidQuantity

THIRD = 1 / 3


def one(text: str, options: DraftOptions | None = None) -> SaidQuantity:
    """The only quantity of a sentence."""
    found = [q for d in draft_text(text, options).drafts for q in d.quantities]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("at least 24 missiles", 24, None),
        ("no fewer than 24 missiles", 24, None),
        ("more than 290 missiles", 291, None),
        ("over 20 missiles", 21, None),
        ("20 or more missiles", 20, None),
        ("up to 12 missiles", 0, 12),
        ("no more than 12 missiles", 0, 12),
        ("fewer than 12 missiles", 0, 11),
        ("two dozen missiles", 24, 24),
        ("half a dozen missiles", 6, 6),
        ("dozens of missiles", 24, None),
        ("hundreds of missiles", 100, None),
        ("tens of missiles", 10, None),
        ("tens of thousands of missiles", 10_000, None),
        ("about 50 missiles", 45, 55),
        ("around 60 missiles", 54, 66),
        ("some 60 missiles", 54, 66),
        ("nearly 60 missiles", 54, 60),
        ("1,200 missiles", 1200, 1200),
        ("1.5 million missiles", 1.5e6, 1.5e6),
        ("twenty-four missiles", 24, 24),
        ("one hundred and twelve missiles", 112, 112),
        ("three thousand missiles", 3000, 3000),
        ("a hundred missiles", 100, 100),
        ("between 20 and 30 missiles", 20, 30),
        ("20 to 30 missiles", 20, 30),
        ("20–30 missiles", 20, 30),
        ("20-30 missiles", 20, 30),
        ("two or three missiles", 2, 3),
    ],
)
def test_counts(words: str, low: float, high: float | None) -> None:
    said = one(f"The army fired {words} at the port.")
    assert (said.kind, said.low, said.high) == (
        "count",
        pytest.approx(low),
        high if high is None else pytest.approx(high),
    )
    assert said.unit == "missiles"


@pytest.mark.parametrize(
    ("words", "low", "high", "opens"),
    [
        ("A third", THIRD - 0.025, THIRD + 0.025, (False, False)),
        ("About a third", THIRD - 0.05, THIRD + 0.05, (False, False)),
        ("Roughly a third", THIRD - 0.05, THIRD + 0.05, (False, False)),
        ("Nearly a third", THIRD - 0.05, THIRD, (False, True)),
        ("More than a third", THIRD, THIRD + 0.10, (True, False)),
        ("Two thirds", 2 * THIRD - 0.025, 2 * THIRD + 0.025, (False, False)),
        ("Half", 0.5, 0.5, (False, False)),
        ("Three quarters", 0.75, 0.75, (False, False)),
        ("One in five", 0.2, 0.2, (False, False)),
        ("75 percent", 0.75, 0.75, (False, False)),
        ("75.5 %", 0.755, 0.755, (False, False)),
        ("60 to 70 per cent", 0.6, 0.7, (False, False)),
    ],
)
def test_shares_with_the_widths_of_their_words(
    words: str, low: float, high: float, opens: tuple[bool, bool]
) -> None:
    said = one(f"{words} of the missiles failed.")
    assert said.kind == "share"
    assert (said.low, said.high) == (pytest.approx(low), pytest.approx(high))
    assert (said.low_open, said.high_open) == opens
    assert said.other == "the missiles"
    assert said.width


@pytest.mark.parametrize(
    ("words", "low", "high", "direction"),
    [
        ("60 to 70 percent the size of", 0.6, 0.7, "of"),
        ("60–70 % larger than", 1.6, 1.7, "larger"),
        ("60 to 70 percent smaller than", 0.3, 0.4, "smaller"),
        ("twice the size of", 2, 2, "of"),
        ("half the length of", 0.5, 0.5, "of"),
        ("three times as large as", 3, 3, "of"),
        ("three times larger than", 3, 4, "larger"),
    ],
)
def test_of_larger_and_smaller_are_three_different_ratios(
    words: str, low: float, high: float, direction: str
) -> None:
    """RECORDS 9.1: the same numbers, four incompatible sizes."""
    said = one(f"The new hall is {words} the old hall.")
    assert (said.kind, said.direction, said.other) == ("ratio", direction, "the old hall")
    assert (said.low, said.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    ("words", "low", "high", "direction", "other"),
    [
        ("larger by 20–50 %", 1.2, 1.5, "larger", ""),
        ("larger than the old hall by 20–50 %", 1.2, 1.5, "larger", "the old hall"),
        ("smaller by 20 to 30 percent", 0.7, 0.8, "smaller", ""),
    ],
)
def test_larger_by_is_what_larger_is(words: str, low: float, high: float, direction: str, other: str) -> None:
    """The very words in which a measured ratio is told."""
    said = one(f"The new hall is {words}.")
    assert (said.kind, said.direction, said.other) == ("ratio", direction, other)
    assert (said.low, said.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("The hall is 80 metres long.", "m", 80),
        ("It lies 2.5 km away.", "km", 2.5),
        ("The floor has 4,300 square metres.", "m²", 4300),
        ("It weighed 12 tonnes.", "t", 12),
        ("The deal was worth $1.2bn.", "USD", 1.2e9),
        ("The deal was worth 3 million euros.", "EUR", 3e6),
        ("Це коштувало 3 млн гривень, і це відомо всім у цій країні.", "UAH", 3e6),
    ],
)
def test_units_and_money(text: str, unit: str, value: float) -> None:
    said = one(text)
    assert (said.unit, said.low, said.high) == (unit, pytest.approx(value), pytest.approx(value))


@pytest.mark.parametrize(
    "text",
    [
        "The Sokol-7 was shown at the Orlen 14 Works.",
        "The KN-23 was seen again.",
        "A marking of 112 was found on it.",
        "The plan was shown in Figure 3 on page 12.",
        "It was fired at 03:30 in the morning.",
        "It left at 5 p.m. and came back.",
        "It was built in 2019 and closed on 3 February 2024.",
        "He is a 34-year-old engineer.",
        "The new one is like the old one.",
    ],
)
def test_names_times_and_dates_count_nothing(text: str) -> None:
    assert [q.span.words for d in draft_text(text).drafts for q in d.quantities] == []


def test_killed_wounded_and_people_are_told_apart() -> None:
    found = [
        (q.unit, q.low, q.high)
        for d in draft_text(
            "The strike killed 14 civilians, wounded more than seventy and left 3 people missing."
        ).drafts
        for q in d.quantities
    ]
    assert found == [("killed civilians", 14, 14), ("wounded", 71, None), ("missing people", 3, 3)]


def test_the_widths_are_options() -> None:
    wide = DraftOptions(Widths(about=0.2, dozens=12.0))
    assert (one("About 50 missiles fell.", wide).low, one("Dozens of missiles fell.", wide).low) == (40, 12)
    assert "± 20 %" in one("About 50 missiles fell.", wide).width


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("It fell on 3 February.", "--02-03", "--02-03"),
        ("It fell on February 3, 2024.", "2024-02-03", "2024-02-03"),
        ("It fell on Feb. 3.", "--02-03", "--02-03"),
        ("It fell in March 2024.", "2024-03", "2024-03"),
        ("It fell between 30 December and 7 February.", "--12-30", "--02-07"),
        ("It fell between 3 and 19 April 2024.", "2024-04-03", "2024-04-19"),
        ("It fell on 2024-11-24.", "2024-11-24", "2024-11-24"),
        ("It has stood since 2020.", "2020", "2020"),
        ("Це сталося 24 листопада 2024 року біля заводу.", "2024-11-24", "2024-11-24"),
        ("그 일은 2024년 11월 24일에 있었다.", "2024-11-24", "2024-11-24"),
    ],
)
def test_dates_are_as_precise_as_they_were_said(text: str, first: str, last: str) -> None:
    """A year that was not said is not guessed."""
    assert [(d.first, d.last) for draft in draft_text(text).drafts for d in draft.dates] == [(first, last)]


def test_a_day_that_does_not_exist_is_no_date() -> None:
    assert [d.dates for d in draft_text("It fell on 2024-02-31, they said of it.").drafts] == [()]
