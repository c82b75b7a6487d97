"""What a hostile reader tries on the ledger of parts: tables that take for ever, and cells that give a name away."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from siteline.ledger.components.counting import Asked, count, share
from siteline.ledger.components.publishing import WITHHELD, public_part, who_is_named
from siteline.ledger.components.register import Components
from siteline.model.component import UNKNOWN
from siteline.model.errors import BadInput, NotFound
from siteline.store.db import Database
from tests.ledger.components.invented import make_part, read, row


def test_two_thousand_lists_of_one_wreck_are_counted_in_seconds() -> None:
    parts = [
        make_part(tag="", label=f"part {i}", list=f"list {i}", manufacturer=(f"Maker {i % 90}",))
        for i in range(2000)
    ]
    start = time.perf_counter()
    found = count(parts, Asked(by="manufacturer"), "e")
    assert found.examined.upper == 2000
    assert time.perf_counter() - start < 10


def test_what_is_not_identified_has_no_share_of_what_is() -> None:
    counted = count([make_part(), make_part(tag="2", seat=())], Asked(by="seat"), "e")
    with pytest.raises(BadInput, match="is not identified"):
        share(counted, UNKNOWN, "identified")
    assert share(counted, UNKNOWN, "examined").high == 0.5


def test_a_weapon_or_source_that_no_wreck_has_is_refused_and_not_counted_as_none() -> None:
    with pytest.raises(BadInput, match="no wreck is of a weapon 'KN-32'") as refused:
        count([make_part()], Asked(weapon="KN-32"), "e")
    assert "KN-23" in str(refused.value.hint)
    with pytest.raises(BadInput, match="no source 'Institute Q'"):
        count([make_part()], Asked(source="Institute Q"), "e")


@pytest.mark.parametrize("weapon", ["kn-23", "KN23", "KN-23/24", "KN-24 | KN-23"])
def test_a_weapon_is_asked_for_as_it_is_written_and_as_a_set(weapon: str) -> None:
    parts = [make_part(weapons=("KN-23", "KN-24"))]
    spans = {w: count(parts, Asked(weapon=w), "e").examined for w in (weapon, "KN-24")}
    several = len(weapon) > 5
    assert (spans[weapon].lower, spans[weapon].upper) == ((1, 1) if several else (0, 1))
    assert (spans["KN-24"].lower, spans["KN-24"].upper) == (0, 1)


def test_a_plant_or_a_photograph_that_spells_a_withheld_name_is_withheld_too() -> None:
    named = make_part(manufacturer=("Northwind Devices",))
    other = make_part(
        tag="2", manufacturer=(), plant="Northwind Devices, hall 2", photo="northwind-devices.jpg"
    )
    shown = who_is_named([named, other], {}, "e")
    public = public_part(other, shown)
    assert (public.made.plant, public.item.photo) == (WITHHELD, WITHHELD)


def test_a_withdrawal_takes_no_wildcard(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    db.upgrade()
    components = Components(db)
    components.file_parts("e" * 64, "parts.csv", [make_part()])
    for start in ("______", "%%%%%%"):
        with pytest.raises(NotFound):
            components.withdraw(start, "no reason")
    assert len(components.parts()) == 1


@pytest.mark.parametrize("cell", ["1_0", "٣", "1e309", "nan", "inf", "0x1"])
def test_a_number_is_written_in_digits(cell: str) -> None:
    assert [fault.code for fault in read(row(lat=cell, lon="30")).faults] == ["number"]


def test_numbers_of_makers_do_not_follow_from_what_is_printed() -> None:
    """Whoever guesses a name cannot work out its number: the seal behind an edition's name is never printed."""
    parts = [make_part(tag=str(i), manufacturer=(f"Company {i}",)) for i in range(30)]
    orders = {tuple(sorted(who_is_named(parts, {}, seal).names.items())) for seal in ("one", "two")}
    assert len(orders) == 2
