"""Date codes: read only as documented, or in every way they can be meant; a bound from below, with its share."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.ledger.components.datecodes import is_code, looks_like_date_code, readings, span_of
from siteline.ledger.components.dating import date_wrecks, implied
from siteline.ledger.components.others import read_tallies
from siteline.ledger.components.reconciling import reconcile
from siteline.ledger.components.tables import read_table
from siteline.model.component import Flag, Tally
from siteline.model.errors import BadComponents
from tests.ledger.components.invented import make_part, table

KHARKIV = "one missile, Kharkiv 2024-01-02"


@pytest.mark.parametrize(
    ("code", "scheme", "found"),
    [
        ("2318", "yyww", [("2023-04-30", "2023-05-08")]),
        ("2318", "wwyy", [("2018-06-03", "2018-06-11")]),
        ("2318", "", [("2018-06-03", "2018-06-11"), ("2023-04-30", "2023-05-08")]),
        ("9945", "", [("1999-11-07", "1999-11-15")]),
        ("202118", "", [("2021-05-02", "2021-05-10")]),
        ("6100", "", []),
        ("2353", "yyww", []),
        ("2053", "yyww", [("2020-12-27", "2021-01-04")]),
        ("K18", "", []),
        ("K18", "letter-week:K=2022", [("2022-05-01", "2022-05-09")]),
        ("K03", "letter-month:K=2022", [("2022-03-01", "2022-03-31")]),
        ("K", "letter-year:K=2022", [("2022-01-01", "2022-12-31")]),
        ("L03", "letter-month:K=2022", []),
        ("K13", "letter-month:K=2022", []),
    ],
)
def test_a_code_is_read_as_its_source_documents(code: str, scheme: str, found: list[tuple[str, str]]) -> None:
    """A letter means a year only where the source says which; without a scheme both common ones are tried."""
    assert [(r.days.first.isoformat(), r.days.last.isoformat()) for r in readings(code, scheme)] == found


def test_a_reading_after_the_recovery_is_ruled_out() -> None:
    """A part that was in hand in January 2024 was not made in 2031."""
    assert [r.scheme for r in readings("3118", "", date(2024, 1, 2))] == ["wwyy"]
    assert len(readings("3118", "")) == 2


def test_part_numbers_are_no_codes_and_codes_are_no_part_numbers() -> None:
    """The bare number of a famous regulator is not taken for a week."""
    assert looks_like_date_code("2318")
    assert not looks_like_date_code("7805")
    assert not looks_like_date_code("AB2318")
    assert not is_code("STM32F405")


@given(st.integers(1990, 2030), st.integers(1, 53))
def test_every_week_lies_within_its_reading(year: int, week: int) -> None:
    """The interval holds the whole ISO week, and is nine days long."""
    found = readings(f"{year % 100:02d}{week:02d}", "yyww")
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        assert found == ()
        return
    span = span_of(found)
    assert span is not None
    assert span.first < monday <= span.last
    assert (span.last - span.first).days == 8


def test_a_weapon_is_no_older_than_its_newest_part() -> None:
    """The bound is the earliest day of the newest code; how much hangs on that part is said."""
    parts = [
        make_part(tag="1", date_code="2209", scheme="yyww"),
        make_part(tag="2", date_code="2310", scheme="yyww"),
        make_part(tag="3"),
        make_part(tag="4", date_code="2340", scheme="yyww", flags=(Flag.COUNTERFEIT,)),
        make_part(tag="5", date_code="Q7"),
    ]
    [dating] = date_wrecks(parts)
    assert dating.not_before == date(2023, 3, 5)
    assert dating.rests_on == ("item 2, code 2310",)
    assert dating.without_them == date(2022, 2, 27)
    assert (str(dating.coded), str(dating.examined)) == ("2", "5")
    assert (dating.left_out, dating.unread) == (1, 1)


def test_an_ambiguous_code_bounds_by_its_earliest_reading() -> None:
    """2318 may be 2018: it proves no more than that, and its year has a range."""
    [dating] = date_wrecks([make_part(date_code="2318")])
    assert dating.not_before == date(2018, 6, 3)
    assert dating.ambiguous == 1
    assert [(year, str(span)) for year, span in dating.by_year] == [(2018, "0–1"), (2023, "0–1")]


def gold(shared: Path) -> tuple[Tally, ...]:
    file = shared / "data/records/gold/nk_missile_public_claims.csv"
    return read_tallies(read_table(file.read_bytes(), file.name))


def test_the_published_inference_is_worked_with_its_shares(shared: Path) -> None:
    """C026–C028: more than 290 parts, half with codes, over three quarters of those from 2021–23: not before March 2023."""
    tallies = gold(shared)
    assert [t.claim for t in tallies] == ["C026", "C027", "C028"]
    assert {t.wreck for t in tallies} == {KHARKIV}
    assert (tallies[0].low, tallies[0].high) == (291, None)
    [dating] = date_wrecks([], tallies)
    [stated] = dating.stated
    assert stated.not_before == date(2023, 3, 1)
    assert stated.with_code == pytest.approx((0.475, 0.525))
    assert stated.within == (0.75, 1.0)
    assert stated.years == (2021, 2023)
    assert stated.of_all == pytest.approx((0.35625, 0.525))
    assert implied(stated) == 138
    assert "within the years" in stated.agrees
    assert "source's word alone" in stated.agrees


def test_parts_on_record_are_held_against_the_stated_bound(shared: Path) -> None:
    """A later code on record raises the bound; an earlier one leaves it to the source."""
    for code, said in (("2330", "can be raised"), ("2201", "source's word")):
        part = make_part(wreck=KHARKIV, date_code=code, scheme="yyww")
        [dating] = date_wrecks([part], gold(shared))
        assert said in dating.stated[0].agrees


def test_a_rounding_conflict_goes_to_the_primary_source(shared: Path) -> None:
    """75 and 75.5 % of one lineage: the relay rounded; one of another wreck is no conflict at all."""
    first = next(t for t in gold(shared) if t.claim == "C027")
    copy = Tally(
        **{
            **_fields(first),
            "low": 0.75,
            "high": 0.75,
            "source": "Broadcaster, citing CAR",
            "claim": "X1",
            "relays": True,
        }
    )
    [pair] = reconcile([first, copy])
    assert pair.verdict == "rounding"
    assert pair.prefer.startswith("75.5 %")
    primary = Tally(**{**_fields(first), "source": "CAR", "relays": False})
    [pair] = reconcile([copy, primary])
    assert (pair.verdict, pair.prefer.split(" (")[1]) == ("rounding", "CAR, 2024-02-21)")
    elsewhere = Tally(**{**_fields(copy), "wreck": "another"})
    assert [p.verdict for p in reconcile([first, elsewhere])] == ["other_wreck"]
    wrong = Tally(**{**_fields(copy), "low": 0.57, "high": 0.57})
    assert [p.verdict for p in reconcile([first, wrong])] == ["differ"]


def _fields(tally: Tally) -> dict[str, object]:
    return {name: getattr(tally, name) for name in Tally.__dataclass_fields__}


def test_a_stated_share_is_held_against_the_parts_on_record(shared: Path) -> None:
    """Three of four by seat is 75 %: it does not fit 75.5 of one hundred, and the sentence says of how many."""
    parts = [make_part(wreck=KHARKIV, tag=str(i), seat=("US",) if i < 3 else ("DE",)) for i in range(4)]
    found = {p.key: p for p in reconcile(gold(shared), parts, "E")}
    assert found["component_share_us"].b.endswith("(3 of 4 examined)")
    assert found["components"].verdict == "differ"


def test_claims_without_parts_are_refused() -> None:
    """A table of casualties has nothing for this ledger."""
    data = table({"id": "C1", "lineage": "L", "claim_key": "killed", "subject": "x", "claimant": "y"})
    with pytest.raises(BadComponents, match="no claim about parts"):
        read_tallies(read_table(data, "claims.csv"))
