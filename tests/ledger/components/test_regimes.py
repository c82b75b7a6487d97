"""Makers against sanction lists: proposed by name, with dates in their order, and never an accusation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from siteline.ledger.components.regimes.eu import cite, read_eu
from siteline.ledger.components.regimes.ftm import read_ftm
from siteline.ledger.components.regimes.matching import WEAK, Index
from siteline.ledger.components.regimes.ordering import order_dates
from siteline.ledger.components.regimes.programmes import read_programme
from siteline.ledger.components.register import key_of
from siteline.ledger.components.tables import read_table
from siteline.model.component import Days
from siteline.model.errors import BadComponents
from siteline.model.regime import Listing, Order, Verdict
from tests.ledger.components.invented import table

LISTED = date(2024, 12, 16)


def listing(*names: str, **changed: object) -> Listing:
    entry = Listing("EU-X", "Regulation (EU) 2030/1", "Asset freeze", LISTED, None, names, **changed)  # type: ignore[arg-type]
    return replace(entry, key=key_of(entry))


def eu(shared: Path, name: str) -> tuple[Listing, ...]:
    file = shared / "data/records/sanctions_eu" / name
    listings, faults, _, _ = read_eu(read_table(file.read_bytes(), file.name))
    assert faults == ()
    return tuple(replace(entry, key=key_of(entry)) for entry in listings)


@pytest.mark.parametrize(
    ("file", "companies", "left"),
    [
        ("32014R0269.selected_rows.csv", 21, {"Person": 11}),
        ("32014R0833.csv", 1113, {"Vessel": 633}),
        ("32017R1509.csv", 94, {"Person": 157, "Vessel": 75}),
    ],
)
def test_every_row_of_the_journal_is_loaded_or_counted(
    shared: Path, file: str, companies: int, left: dict[str, int]
) -> None:
    """Persons and vessels make no parts; all others are there, each with act and measure."""
    path = shared / "data/records/sanctions_eu" / file
    listings, faults, counted, _ = read_eu(read_table(path.read_bytes(), file))
    assert faults == ()
    assert (len(listings), dict(counted)) == (companies, left)
    assert all(entry.legal_act.startswith("Regulation (EU)") and entry.measure for entry in listings)


def test_pdf_debris_is_no_name(shared: Path) -> None:
    """ "Text of image" and "Chinese:" go; the names behind them stay, brackets inside a name too."""
    names = {name for entry in eu(shared, "32014R0269.selected_rows.csv") for name in entry.names}
    assert "巨航航空科技（深圳）有限公司" in names
    assert "Chinaoil (Hong Kong) Corporation Limited" in names
    assert not any("text of image" in name.casefold() or name.endswith(":") for name in names)


def test_an_act_is_cited_as_lawyers_do() -> None:
    """The order of number and year changed in 2015."""
    assert cite("32014R0833", "IV") == "Regulation (EU) No 833/2014, annex IV (CELEX 32014R0833)"
    assert cite("32017R1509", "") == "Regulation (EU) 2017/1509 (CELEX 32017R1509)"


def test_a_listed_company_is_found_under_any_of_its_names_with_its_dates(shared: Path) -> None:
    """By case, legal form, alias, Hangul, Han, Cyrillic or its Latin spelling."""
    listings = [
        e
        for name in ("32014R0269.selected_rows.csv", "32014R0833.csv", "32017R1509.csv")
        for e in eu(shared, name)
    ]
    index = Index(listings)
    for maker, record, since in (
        ("XIAMEN LIMBACH AIRCRAFT ENGINE", "505", "2024-12-16"),
        ("红兔矢量实业（深圳）有限公司", "504", "2024-12-16"),
        ("합장강무역회사", "7", "2024-05-31"),
        ("АО «ВНИИ «Эталон»", "141", "2022-06-03"),
        ("VNII Etalon", "141", "2022-06-03"),
        ("Alfacomponent", "576", "2023-12-18"),
    ):
        best = index.find(maker)[0]
        assert (best.listing.record, str(best.listing.since)) == (record, since), maker
        assert best.score == 100
        assert best.reasons
        assert best.verdict is None


@pytest.mark.parametrize(
    "maker",
    [
        "Invented Semiconductors Inc",
        "Shenzhen Jinhai Technology Co Ltd",
        "Texas Instruments",
        "Acme",
        "AEG",
        "Mikro Electronics Trading LLC",
    ],
)
def test_an_unlisted_maker_is_not_found(shared: Path, maker: str) -> None:
    """What cities and trades have in common makes no match."""
    index = Index(
        e
        for name in ("32014R0269.selected_rows.csv", "32014R0833.csv", "32017R1509.csv")
        for e in eu(shared, name)
    )
    assert index.find(maker) == []


def test_a_misspelt_name_is_proposed_with_its_score() -> None:
    """Below a hundred, with why; further off it is not proposed at all."""
    index = Index([listing("Northern Circuits Ltd"), listing("Southern Circuits Ltd")])
    [match] = index.find("Northen Circuits")
    assert match.listing.name == "Northern Circuits Ltd"
    assert 86 <= match.score < 100
    assert "rarest word" in match.reasons[0]
    assert index.find("Eastern Circuits") == []


def test_a_company_that_a_person_found_under_another_name_stays_found() -> None:
    """No spelling would have led there; the word of a person does."""
    entry = listing("Northern Circuits Ltd")
    judged = {("comet", entry.key): (Verdict.SAME, "same registration number", "A. Analyst")}
    [match] = Index([entry]).find("Comet", (), judged, "comet")
    assert (match.verdict, match.score) == (Verdict.SAME, 0.0)
    assert "person's word" in match.reasons[0]


def test_short_names_match_only_themselves() -> None:
    """AEE is not AEG."""
    index = Index([listing("AEE")])
    assert index.find("AEG") == []
    assert index.find("aee")[0].score == 100


def test_a_weak_alias_never_matches_strongly() -> None:
    """It is shown to a person, under what a strong one earns."""
    [match] = Index([listing("Long Official Name", weak_names=("Comet",))]).find("Comet")
    assert match.score == WEAK
    assert "weak" in " ".join(match.reasons)


def test_a_persons_word_goes_with_the_match() -> None:
    """What was judged to be another company stays visible, and comes last."""
    one, other = listing("Comet Ltd"), listing("Comet LLC", record="2")
    judged = {("comet", one.key): (Verdict.DIFFERENT, "another registration number", "A. Analyst")}
    found = Index([one, other]).find("Comet", (), judged, "comet")
    assert [m.verdict for m in found] == [None, Verdict.DIFFERENT]
    assert found[1].why == "another registration number"


@pytest.mark.parametrize(
    ("production", "recovery", "expected"),
    [
        ((date(2021, 5, 1), date(2021, 5, 9)), date(2024, 1, 2), (Order.BEFORE, Order.BEFORE, Order.BEFORE)),
        (
            (date(2024, 12, 10), date(2024, 12, 20)),
            date(2025, 1, 2),
            (Order.EITHER, Order.AFTER, Order.BEFORE),
        ),
        ((date(2025, 1, 1), date(2025, 1, 9)), date(2025, 1, 5), (Order.AFTER, Order.AFTER, Order.EITHER)),
        (None, None, (Order.UNKNOWN, Order.UNKNOWN, Order.UNKNOWN)),
    ],
)
def test_dates_are_put_in_order_and_nothing_is_called_a_breach(
    production: tuple[date, date] | None, recovery: date | None, expected: tuple[Order, Order, Order]
) -> None:
    """Whatever the order, the words say when, and never that a rule was broken."""
    made = Days(*production) if production else None
    found = Days(recovery, recovery) if recovery else None
    ordered = order_dates(made, found, listing("Comet"))
    assert (ordered.production_listing, ordered.recovery_listing, ordered.production_recovery) == expected
    for word in ("breach", "violat", "illegal", "evad", "circumvent", "smuggl"):
        assert word not in ordered.said.casefold()


def test_a_listing_without_a_day_has_no_order() -> None:
    """The first annexes of 833/2014 give none."""
    undated = replace(listing("Comet"), since=None)
    days = Days(date(2021, 1, 1), date(2021, 1, 1))
    ordered = order_dates(days, days, undated)
    assert ordered.production_listing is Order.UNKNOWN
    assert "no order can be told" in ordered.said


def dump(tmp_path: Path, *entities: object) -> Path:
    file = tmp_path / "dump.ftm.json"
    file.write_text(
        "\n".join(e if isinstance(e, str) else json.dumps(e) for e in entities) + "\n", encoding="utf-8"
    )
    return file


SANCTION = {
    "id": "s1", "schema": "Sanction",
    "properties": {
        "entity": ["c1"], "programId": ["XX-1"], "listingDate": ["2022-06-03"], "endDate": ["2024-01-01"],
        "provisions": ["Act 7"], "reason": ["supplies"], "sourceUrl": ["https://example.org"],
    },
}  # fmt: skip
COMPANY = {
    "id": "c1",
    "schema": "Company",
    "properties": {"name": ["Comet Ltd"], "alias": ["Комета"], "weakAlias": ["CMT"], "country": ["ru"]},
}


def test_a_dump_is_read_flat_and_nested(tmp_path: Path) -> None:
    """Both shapes give the same listing; the sanction may stand before or after its target."""
    nested = {**COMPANY, "properties": {**COMPANY["properties"], "sanctions": [SANCTION]}}
    for entities in ([COMPANY, SANCTION], [SANCTION, COMPANY], [nested]):
        listings, faults, _, _ = read_ftm(dump(tmp_path, *entities))
        [entry] = listings
        assert faults == ()
        assert (entry.names, entry.weak_names) == (("Comet Ltd", "Комета"), ("CMT",))
        assert (entry.programme, entry.legal_act) == ("XX-1", "Act 7")
        assert (entry.since, entry.until) == (date(2022, 6, 3), date(2024, 1, 1))
        assert entry.countries == ("RU",)


def test_a_dump_without_sanctions_lists_nobody(tmp_path: Path, shared: Path) -> None:
    """A company that is only marked as sanctioned has no act and no day, and that is told."""
    marked = {"id": "c2", "schema": "Company", "properties": {"name": ["Orbit"], "topics": ["sanction"]}}
    listings, _, _, remarks = read_ftm(dump(tmp_path, marked))
    assert listings == ()
    assert "no sanction with an act" in str(remarks[0])
    assert read_ftm(shared / "data/records/ftm/donations.ijson")[0] == ()


def test_a_broken_line_of_a_dump_is_named(tmp_path: Path) -> None:
    """The others are read; a file without any entity is refused."""
    _, faults, _, _ = read_ftm(dump(tmp_path, COMPANY, "{not json", '["a list"]', SANCTION))
    assert [fault.line for fault in faults] == [2, 3]
    with pytest.raises(BadComponents, match="no line of it is an entity"):
        read_ftm(dump(tmp_path, "<html>"))


def test_programmes_say_what_a_regime_is_called(shared: Path, tmp_path: Path) -> None:
    """All of them are read; one without a key is refused, and a bomb is not expanded."""
    files = sorted((shared / "data/records/sanctions_eu/programs").glob("*.yml"))
    keys = {read_programme(file).key for file in files}
    assert len(keys) == len(files)
    assert {"EU-PRK", "EU-RUS"} <= keys
    (tmp_path / "a.yml").write_text("title: x\n")
    with pytest.raises(BadComponents, match="a key and a title"):
        read_programme(tmp_path / "a.yml")
    (tmp_path / "b.yml").write_text("key: [\n")
    with pytest.raises(BadComponents, match="not YAML"):
        read_programme(tmp_path / "b.yml")


def test_a_table_that_is_no_journal_is_refused() -> None:
    """With the other formats named."""
    with pytest.raises(BadComponents, match="no table of journal rows") as refused:
        read_eu(read_table(table({"name": "x"}), "x.csv"))
    assert "ftm" in refused.value.hint


def test_names_of_the_lists_propose_few_others_and_survive_a_lost_letter(shared: Path) -> None:
    """Of 1,228 listed names few propose another entry; with one letter lost, most are still found."""
    files = ("32014R0269.selected_rows.csv", "32014R0833.csv", "32017R1509.csv")
    listings = [entry for name in files for entry in eu(shared, name)]
    index, chance = Index(listings), Random(1)
    asked = chance.sample(listings, 300)
    others = [m for e in asked for m in index.find(e.names[0]) if m.listing.key != e.key and m.score < 98]
    assert len(others) <= 8
    names = [(e, e.names[0]) for e in asked if len(e.names[0]) >= 8]
    cuts = [(e, name, chance.randrange(1, len(name) - 1)) for e, name in names]
    found = sum(
        any(m.listing.key == e.key for m in index.find(name[:i] + name[i + 1 :])) for e, name, i in cuts
    )
    assert found / len(cuts) >= 0.75
