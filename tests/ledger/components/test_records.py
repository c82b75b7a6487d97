"""The rows of the ledger of parts: told once, never edited, read as of any moment; and who may be named."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from siteline.ledger.components.companies import company_key
from siteline.ledger.components.counting import Asked, count
from siteline.ledger.components.exporting import write_parts
from siteline.ledger.components.publishing import WITHHELD, public_count, public_part, who_is_named
from siteline.ledger.components.queries import Queries, Question, is_stale
from siteline.ledger.components.regimes.lists import Regimes
from siteline.ledger.components.register import Components
from siteline.model.component import CompanyState, Part, Reply, Trace
from siteline.model.errors import BadInput, NotFound
from siteline.model.regime import Listing, RegimeEdition, Verdict
from siteline.store import tables
from siteline.store.db import Database
from tests.ledger.components.invented import PAPER, make_part


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    made.upgrade()
    return made


def moment() -> datetime:
    """Now; the next row is later."""
    now = datetime.now(UTC)
    time.sleep(0.002)
    return now


def test_what_is_told_twice_is_on_record_once(db: Database) -> None:
    """Another file that says the same adds nothing, and the edition keeps its name."""
    ledger = Components(db)
    parts = [make_part(), make_part(tag="2")]
    assert ledger.file_parts("f1", "a.csv", parts) == 2
    edition = ledger.edition()
    assert ledger.file_parts("f2", "b.csv", reversed(parts)) == 0
    assert ledger.edition() == edition
    assert len(ledger.parts()) == 2


def test_a_correction_by_the_same_list_replaces_what_it_said_and_keeps_it(db: Database) -> None:
    """The last word of one list on one item counts; before that moment, the earlier one does."""
    ledger = Components(db)
    ledger.file_parts("f1", "a.csv", [make_part()])
    then = moment()
    ledger.file_parts("f2", "b.csv", [make_part(manufacturer=("Bolt",)), make_part(name=PAPER)])
    makers = {p.source.name: p.made.manufacturer for p in ledger.parts()}
    assert makers == {"Institute A": ("Bolt",), PAPER: ("Acme",)}
    [was] = ledger.parts(then)
    assert was.made.manufacturer == ("Acme",)


def test_a_withdrawn_part_leaves_the_counts_and_stays_on_record(db: Database) -> None:
    """From that moment on; a reason is required."""
    ledger = Components(db)
    ledger.file_parts("f1", "a.csv", [make_part(), make_part(tag="2")])
    key, then = ledger.parts()[0].key, moment()
    with pytest.raises(BadInput, match="reason"):
        ledger.withdraw(key, " ")
    with pytest.raises(NotFound):
        ledger.withdraw("abc", "why")
    ledger.withdraw(key[:10], "of another wreck")
    assert len(ledger.parts()) == 1
    assert len(ledger.parts(then)) == 2
    assert ledger.withdrawn() == {key: "of another wreck"}


@pytest.mark.parametrize(
    "table", [t.name for t in (tables.part_item, tables.listing, tables.maker_reply, tables.part_answer)]
)
def test_no_row_is_ever_changed(db: Database, table: str) -> None:
    """The database itself refuses."""
    ledger = Components(db)
    ledger.file_parts("f1", "a.csv", [make_part()])
    ledger.file_reply("acme", Reply("Acme", date(2024, 1, 1), "mail"))
    Regimes(db).file(
        RegimeEdition("e1", "list", "csv", date(2024, 1, 1), ("X",)),
        [Listing("X", "Act", "freeze", names=("A",))],
    )
    Queries(db).keep(Question("count", Asked()), "E", {"n": 1})
    with pytest.raises(sa.exc.DatabaseError, match="never changed"), db.engine.begin() as connection:
        connection.execute(sa.delete(tables.metadata.tables[table]))


def test_a_trace_and_a_company_come_back_as_filed(db: Database) -> None:
    """Every noun goes round."""
    ledger = Components(db)
    part = replace(make_part(), trace=Trace(date(2024, 3, 1), "sold in 2019", "a trader", "answered"))
    ledger.file_parts("f1", "a.csv", [part])
    assert ledger.parts()[0].trace == part.trace
    state = CompanyState("Acme", date(2000, 1, 1), None, "US", "Bolt", "", "register")
    assert ledger.file_companies("f2", [state, state]) == 1
    assert ledger.companies() == [state]


def test_a_question_is_kept_and_grows_stale(db: Database) -> None:
    """The same question has one id; when the ledger answers otherwise, it says so."""
    queries, question = Queries(db), Question("count", Asked(by="seat"))
    name = queries.keep(question, "E1", {"n": 1})
    assert queries.keep(Question("count", Asked(by="seat")), "E1", {"n": 1}) == name
    then = moment()
    [kept] = queries.all()
    assert is_stale(kept, lambda _: {"n": 1}) == (False, {"n": 1})
    assert is_stale(kept, lambda _: {"n": 2}) == (True, {"n": 2})
    queries.keep(question, "E2", {"n": 2})
    [kept] = queries.all()
    assert (kept.first, kept.last) == (("E1", {"n": 1}), ("E2", {"n": 2}))
    assert queries.all(then)[0].last == ("E1", {"n": 1})


def test_an_entry_that_a_newer_edition_lacks_has_ended_by_then(db: Database) -> None:
    """Delisted at some time before the day of the newer edition; listed again, it goes on."""
    regimes = Regimes(db)
    one, other = (Listing("X", "Act", "freeze", date(2022, 1, 1), names=(name,)) for name in ("A", "B"))
    editions = [RegimeEdition(f"e{n}", "list", "csv", date(2023 + n, 1, 1), ("X",)) for n in range(3)]
    regimes.file(editions[0], [one, other])
    assert regimes.file(editions[1], [one]) == 0
    ends = {entry.name: entry.until for entry in regimes.listings()}
    assert ends == {"A": None, "B": date(2024, 1, 1)}
    regimes.file(editions[2], [one, other])
    assert {entry.until for entry in regimes.listings()} == {None}


def test_a_judgement_needs_a_reason_and_is_never_overwritten(db: Database) -> None:
    """The last one counts; the first is there as of then."""
    regimes = Regimes(db)
    with pytest.raises(BadInput, match="reason"):
        regimes.judge("acme", "k", Verdict.SAME, "")
    regimes.judge("acme", "k", Verdict.SAME, "name")
    then = moment()
    regimes.judge("acme", "k", Verdict.DIFFERENT, "number")
    assert regimes.judgements()["acme", "k"][0] is Verdict.DIFFERENT
    assert regimes.judgements(then)["acme", "k"][0] is Verdict.SAME


ASKED = Reply("Acme", date(2024, 5, 1), "e-mail")


def test_a_company_is_named_only_when_it_has_had_its_say() -> None:
    """Asked is not enough; an answer is, and so is the end of the time."""
    parts = [make_part(), make_part(tag="2", manufacturer=("Bolt",))]
    for reply, named in (
        (None, False),
        (ASKED, False),
        (replace(ASKED, answer="We sold none."), True),
        (replace(ASKED, closed_at=date(2024, 5, 20)), True),
    ):
        shown = who_is_named(parts, {"acme": reply} if reply else {}, "E")
        assert (shown.name("Acme") == "Acme") is named
        assert shown.name("Bolt").startswith("Maker ")


def test_one_that_answers_does_not_renumber_the_rest() -> None:
    """Nor does the order of the rows; who has no number on record is numbered by the edition's secret."""
    parts = [make_part(tag=str(i), manufacturer=(f"Company {i}",)) for i in range(9)]
    before = who_is_named(parts, {}, "E")
    after = who_is_named(list(reversed(parts)), {"company 3": replace(ASKED, answer="yes")}, "E")
    assert after.name("Company 3") == "Company 3"
    assert all(before.name(f"Company {i}") == after.name(f"Company {i}") for i in range(9) if i != 3)
    assert {before.names[key] for key in before.names} == {f"Maker {n}" for n in range(1, 10)}
    assert before.names != who_is_named(parts, {}, "F").names


def of_companies(*numbers: int) -> list[Part]:
    return [make_part(tag=str(n), manufacturer=(f"Company {n}",)) for n in numbers]


def test_a_number_stays_with_its_company_whatever_is_filed_later(db: Database) -> None:
    """Imports, words and withdrawals renumber nobody; who comes later is numbered after those that were there."""
    ledger = Components(db)
    ledger.file_parts("f1", "a.csv", of_companies(*range(9)))
    first, then, parts = ledger.numbers(), moment(), ledger.parts()
    assert sorted(first.values()) == list(range(1, 10))
    assert sorted(first, key=first.__getitem__) != sorted(first)
    ledger.file_parts("f2", "b.csv", of_companies(*range(100, 120)))
    ledger.file_companies("f3", [CompanyState("Company 3", parent="Aardvark Holding")])
    ledger.judge("not_same", [parts[0].key, parts[1].key], "two boards")
    ledger.withdraw(parts[5].key, "of another wreck")
    later = ledger.numbers()
    assert {key: later[key] for key in first} == first
    assert sorted(later.values()) == list(range(1, 31))
    assert later["aardvark holding"] == 30
    assert ledger.numbers(then) == first


def test_what_was_numbered_by_its_edition_keeps_that_number(db: Database) -> None:
    """A case of before numbers were kept: whatever is filed next, what it has published holds."""
    ledger = Components(db)
    ledger.file_parts("f1", "a.csv", of_companies(*range(9)))
    with db.appending() as boundary:
        boundary.exec_driver_sql("DROP TRIGGER maker_number_no_delete")
        boundary.exec_driver_sql("DELETE FROM maker_number")
    published = who_is_named(ledger.parts(), {}, ledger.seal()).names
    ledger.withdraw(ledger.parts()[0].key, "of another wreck")
    ledger.file_parts("f2", "b.csv", of_companies(*range(100, 120)))
    now = who_is_named(ledger.parts(), {}, ledger.seal(), given=ledger.numbers()).names
    assert {key: name for key, name in now.items() if key in published} == {
        key: name for key, name in published.items() if key != "company 0"
    }


def test_no_withheld_name_leaves_the_case_in_any_cell() -> None:
    """Not as maker, brand or exporter, nor in a marking, an address, a note, a reply or a place."""
    part = make_part(
        manufacturer=("Acme Semiconductor, Inc.",), brand=("Acme",), exporter=("Acme Trading",), plant="Acmeville",
        marking_raw="ACME AB-12", marking="ACMEAB12", notes="as acme semiconductor said", place="Acme road",
        url="https://example.org/acme-semiconductor-chips", custody="Acme Semiconductor Inc. lab", photo="acme.jpg",
    )  # fmt: skip
    part = replace(part, trace=Trace(None, "Acme sold it", "Acme Trading, Tallinn", "answered"))
    text = write_parts([public_part(part, who_is_named([part], {}, "E"))])
    assert "acme" not in text.casefold()
    assert WITHHELD in text
    assert "US" in text
    assert "microcontroller" in text


@given(
    st.lists(
        st.sampled_from(["Acme", "Bolt AG", "Корунд", "한빛전자", "Ö"]), min_size=1, max_size=4, unique=True
    ),
    st.text(max_size=20),
)
def test_a_public_table_never_spells_a_withheld_name(names: list[str], words: str) -> None:
    """Whatever stands around it in a note."""
    parts = [
        make_part(tag=str(i), manufacturer=(n,), notes=f"{words} {n} {words}") for i, n in enumerate(names)
    ]
    shown = who_is_named(parts, {}, "E")
    text = write_parts([public_part(part, shown) for part in parts])
    assert all(f"{n}," not in text and f" {n} " not in text for n in names)


def test_a_public_count_has_the_numbers_and_not_the_names() -> None:
    """Notes that name somebody are left out with the names."""
    parts = [
        make_part(),
        make_part(tag="2", manufacturer=("Acme, Inc.",)),
        make_part(tag="3", manufacturer=("Bolt",)),
    ]
    counted = count(parts, Asked(), "E")
    shown = who_is_named(parts, {"bolt": replace(ASKED, company="Bolt", answer="ok")}, "E")
    public = public_count(counted, shown)
    assert "Acme" in repr(counted)
    assert "acme" not in repr(public).casefold()
    assert "Bolt" in {b.value for b in public.bins}
    assert public.examined == counted.examined
    assert company_key("Acme, Inc.") in shown.withheld
