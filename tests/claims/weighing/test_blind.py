"""Nobody sees the first judgement before a second analyst has filed theirs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from siteline.claims.weighing.blind import Sight, analyst_key

Row = tuple[str, str]
NAMES = st.sampled_from(["A. Analyst", "a. analyst", "B. Second", "C. Third"])
ROWS = st.lists(st.tuples(st.sampled_from("xyz"), NAMES), max_size=12)


def seen(rows: list[Row], viewer: str, lookers: tuple[str, ...] = ()) -> list[Row]:
    return Sight(viewer, lookers).open_ones(rows, rows, lambda row: row[0], lambda row: row[1])[0]


@given(ROWS, NAMES)
def test_what_one_analyst_filed_alone_is_for_that_analyst(rows: list[Row], viewer: str) -> None:
    for thing, who in seen(rows, viewer):
        authors = {analyst_key(name) for about, name in rows if about == thing}
        assert analyst_key(who) == analyst_key(viewer) or len(authors) >= 2


@given(ROWS, NAMES)
def test_own_files_are_always_visible_and_nothing_is_lost(rows: list[Row], viewer: str) -> None:
    shown, kept = Sight(viewer).open_ones(rows, rows, lambda row: row[0], lambda row: row[1])
    assert sorted(shown + kept) == sorted(rows)
    assert all(analyst_key(who) != analyst_key(viewer) for _, who in kept)


@given(ROWS, ROWS, NAMES)
def test_what_is_open_stays_open(rows: list[Row], later: list[Row], viewer: str) -> None:
    assert set(seen(rows, viewer)) <= set(seen(rows + later, viewer))


def test_one_person_under_two_spellings_is_no_second_analyst() -> None:
    rows = [("x", "A. Analyst"), ("x", "ａ.  ANALYST"), ("x", "A.\u200b Analyst")]
    assert seen(rows, "B. Second") == []
    assert len(seen(rows, "A. Analyst")) == 3


def test_whom_the_settings_name_may_look() -> None:
    assert seen([("x", "A. Analyst")], "E. Editor", ("e. editor",)) == [("x", "A. Analyst")]
