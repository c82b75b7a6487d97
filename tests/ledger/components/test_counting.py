"""Counts of parts: identified of examined, each part once, five fields never mixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.ledger.components.companies import company_key, folded, may_be_one, state_on
from siteline.ledger.components.counting import Asked, count, share
from siteline.ledger.components.merging import wrecks_of
from siteline.model.component import CompanyState, Days, Flag, Part
from siteline.model.errors import BadInput
from siteline.model.tallied import PartsCount, Span
from tests.ledger.components.invented import PAPER, make_part


def counts(counted: PartsCount) -> dict[str, tuple[int, int]]:
    return {b.value: (b.count.lower, b.count.upper) for b in counted.bins}


def test_two_sources_on_one_wreck_share_it_and_its_parts_count_once() -> None:
    """They use the examiners' numbers: three parts, though four lines tell of them."""
    parts = [
        make_part(tag="1"),
        make_part(tag="2"),
        make_part(tag="1", name=PAPER),
        make_part(tag="3", name=PAPER),
    ]
    counted = count(parts, Asked(), "E")
    assert counts(counted) == {"Acme": (3, 3)}
    assert {one.wreck for one in counted.stands_on} == {"W1"}
    assert {one.source for one in counted.stands_on} == {"Institute A", PAPER}


def test_two_lists_without_common_numbers_give_a_range() -> None:
    """At least what the longer list says, at most what both say together; never a silent sum."""
    parts = [
        make_part(tag=""),
        make_part(tag="", label="memory"),
        make_part(tag="", name=PAPER, label="bearing"),
    ]
    parts = [replace(p, key=str(i)) for i, p in enumerate(parts)]
    counted = count(parts, Asked(), "E")
    assert counts(counted) == {"Acme": (2, 3)}
    assert (counted.examined.lower, counted.examined.upper) == (2, 3)


def test_lists_that_number_differently_are_told_and_not_merged() -> None:
    """Item 1 has two markings: these are two numberings."""
    parts = [make_part(marking="AB1"), make_part(marking="ZZ9", name=PAPER)]
    [wreck] = wrecks_of(parts)
    assert len(wreck.groups) == 2
    assert "number parts differently" in str(wreck.remarks[0])


def test_different_wrecks_add_up() -> None:
    """Two wrecks are two sets of parts."""
    counted = count([make_part(), make_part(wreck="W2")], Asked(), "E")
    assert counts(counted) == {"Acme": (2, 2)}


def test_the_five_fields_are_never_mixed() -> None:
    """Each count sees its own field and no other, even where that is empty."""
    part = make_part(
        brand=("Brand",), manufacturer=("Maker",), seat=("US",), made_in=("TW",), exporter=("Trader",)
    )
    found = {
        by: list(counts(count([part], Asked(by=by), "E")))
        for by in ("brand", "manufacturer", "seat", "made_in", "exporter")
    }
    assert found == {
        "brand": ["Brand"], "manufacturer": ["Maker"], "seat": ["United States"], "made_in": ["Taiwan"],
        "exporter": ["Trader"],
    }  # fmt: skip
    bare = make_part(brand=("Brand",), manufacturer=(), seat=("US",), made_in=(), exporter=())
    assert counts(count([bare], Asked(by="manufacturer"), "E")) == {"Not identified": (1, 1)}
    assert counts(count([bare], Asked(by="made_in"), "E")) == {"unknown": (1, 1)}


def test_a_composite_counts_once_as_one_or_the_other() -> None:
    """It is in neither country's own line, and at the upper end of either's share."""
    parts = [make_part(seat=("JP", "US")), make_part(tag="2", seat=("US",)), make_part(tag="3", seat=())]
    counted = count(parts, Asked(by="seat"), "E")
    assert counts(counted) == {"Japan or United States": (1, 1), "United States": (1, 1), "unknown": (1, 1)}
    assert (str(counted.identified), str(counted.examined), str(counted.distinct)) == ("2", "3", "1–2")
    found = share(counted, "US", "examined")
    assert (round(found.low, 3), round(found.high, 3)) == (0.333, 0.667)


def test_a_percentage_always_says_of_how_many() -> None:
    """Identified and examined are two denominators, and each is named."""
    parts = [
        make_part(),
        make_part(tag="2"),
        make_part(tag="3", manufacturer=(), seat=()),
        make_part(tag="4", seat=("DE",)),
    ]
    counted = count(parts, Asked(by="seat"), "E")
    assert str(share(counted, "United States", "identified")) == "United States: 66.7 % (2 of 3 identified)"
    assert str(share(counted, "USA", "examined")) == "United States: 50.0 % (2 of 4 examined)"
    assert str(share(counted, "France", "examined")) == "France: 0.0 % (0 of 4 examined)"
    with pytest.raises(BadInput, match="a share of what"):
        share(counted, "US", "")
    with pytest.raises(BadInput, match="no part has"):
        share(counted, "Ruritania", "examined")


def test_what_was_examined_may_be_more_than_what_is_listed() -> None:
    """The list names two of 290; that is said."""
    counted = count([make_part(examined=290), make_part(tag="2", examined=290)], Asked(), "E")
    assert (counted.identified.lower, counted.examined.lower) == (2, 290)
    assert "W1 2 of 290" in " ".join(counted.notes)


def test_counterfeits_leave_the_totals_and_stay_in_the_ledger() -> None:
    """They are a category, and no country's and no maker's; as parts they are counted."""
    parts = [
        make_part(),
        make_part(tag="2", flags=(Flag.COUNTERFEIT,)),
        make_part(tag="3", flags=(Flag.CLONE,)),
    ]
    assert counts(count(parts, Asked(by="seat"), "E")) == {"United States": (2, 2), "Counterfeit": (1, 1)}
    assert counts(count(parts, Asked(), "E")) == {"Acme": (2, 2), "Counterfeit": (1, 1)}
    assert counts(count(parts, Asked(by="label"), "E")) == {"microcontroller": (3, 3)}
    assert count(parts, Asked(by="seat"), "E").examined == Span(3, 3)


def test_parts_of_the_weapons_own_country_are_not_foreign() -> None:
    """They stay in the ledger; where the plant is unknown, a part may be foreign, and counts at the upper end."""
    parts = [
        make_part(),
        make_part(tag="2", made_in=("KP",)),
        make_part(tag="3", made_in=()),
        make_part(tag="4", made_in=("CN", "KP")),
    ]
    counted = count(parts, Asked(by="made_in", foreign=True), "E")
    assert counts(counted) == {"Taiwan": (1, 1), "China or North Korea": (0, 1), "unknown": (0, 1)}
    assert counted.own_country == Span(1, 3)
    assert counted.examined == Span(1, 3)
    assert counts(count(parts, Asked(by="made_in"), "E"))["North Korea"] == (1, 1)


def test_foreign_needs_to_know_where_home_is() -> None:
    """It is not guessed from the weapon's name."""
    parts = [make_part(weapon_country="")]
    with pytest.raises(BadInput, match="not known"):
        count(parts, Asked(by="made_in", foreign=True), "E")
    assert counts(count(parts, Asked(by="made_in", foreign=True, home="KP"), "E")) == {"Taiwan": (1, 1)}


def test_a_wreck_of_one_weapon_or_another_counts_at_the_upper_end() -> None:
    """So does one without a date, where dates are asked for."""
    both = [make_part(weapons=("KN-23", "KN-24")), make_part(wreck="W2")]
    assert counts(count(both, Asked(weapon="KN-23"), "E")) == {"Acme": (1, 2)}
    undated = [make_part(days=None), make_part(wreck="W2")]
    asked = Asked(since=date(2024, 1, 1), until=date(2025, 1, 1))
    assert counts(count(undated, asked, "E")) == {"Acme": (1, 2)}
    month = [make_part(days=Days(date(2024, 1, 1), date(2024, 1, 31)))]
    assert counts(count(month, Asked(until=date(2024, 1, 10)), "E")) == {"Acme": (0, 1)}


def test_lists_that_differ_on_a_maker_make_it_one_or_the_other() -> None:
    """Neither source is preferred behind the reader's back."""
    parts = [make_part(), make_part(name=PAPER, manufacturer=("Bolt",))]
    assert counts(count(parts, Asked(), "E")) == {"Acme or Bolt": (1, 1)}


def test_names_that_may_be_one_company_are_proposed_and_not_merged() -> None:
    """Nine makers or eight? Both, until a person says."""
    parts = [
        make_part(),
        make_part(tag="2", manufacturer=("Acme, Inc.",)),
        make_part(tag="3", manufacturer=("ACME",)),
    ]
    counted = count(parts, Asked(), "E")
    assert counts(counted) == {"Acme": (2, 2), "Acme, Inc.": (1, 1)}
    assert str(counted.distinct) == "1–2"
    assert "may be one company" in counted.notes[0]


def test_folding_drops_legal_forms_and_scripts_and_nothing_else() -> None:
    """Two companies of one city are not one."""
    assert folded("ООО «Микрон»") == folded("Mikron LLC") == "mikron"
    assert folded("Limited Liability Company Alfacomponent") == folded("Alfacomponent, L.L.C.")
    assert folded("한빛전자 주식회사") == folded("(주)한빛전자")
    assert folded("巨航航空科技（深圳）有限公司") != folded("红兔矢量实业（深圳）有限公司")
    assert company_key("Acme, Inc.") == company_key("ACME INC") != company_key("Acme")
    assert may_be_one(["Acme GmbH", "Acme AG", "Bolt"]) == (("Acme AG", "Acme GmbH"),)


def test_the_seat_is_that_of_the_date_asked() -> None:
    """A chip maker bought by another: before, its own; after, the buyer's."""
    states = [
        CompanyState("Acme", until=date(2015, 3, 1), seat="NL", succeeded_by="Bolt", source="register"),
        CompanyState("Bolt", since=date(2000, 1, 1), seat="US", parent="Bolt Group", source="register"),
    ]
    was, now = (state_on(states, "ACME", day) for day in (date(2010, 1, 1), date(2024, 1, 1)))
    assert was is not None
    assert now is not None
    assert (was.seat, now.seat, now.parent) == ("NL", "US", "Bolt Group")
    parts = [make_part(seat=())]
    assert counts(count(parts, Asked(by="seat", state_at=date(2010, 1, 1)), "E", states)) == {
        "Netherlands": (1, 1)
    }
    assert counts(count(parts, Asked(by="parent", state_at=date(2024, 1, 1)), "E", states)) == {
        "Bolt Group": (1, 1)
    }
    round_trip = [
        CompanyState("A", until=date(2000, 1, 1), succeeded_by="B"),
        CompanyState("B", until=date(2001, 1, 1), succeeded_by="A"),
    ]
    assert state_on(round_trip, "A", date(2020, 1, 1)) is None


_PARTS = st.lists(
    st.builds(
        make_part,
        wreck=st.sampled_from(["W1", "W2"]),
        name=st.sampled_from(["Institute A", PAPER]),
        tag=st.sampled_from(["1", "2", "3"]),
        label=st.sampled_from(["memory", "bearing"]),
        manufacturer=st.sampled_from([("Acme",), ("Bolt",), ("Acme", "Bolt"), ()]),
        seat=st.sampled_from([("US",), ("DE", "US"), ()]),
        quantity=st.integers(1, 3),
    ),
    max_size=12,
    unique_by=lambda p: (p.recovery.wreck, p.source.name, p.item.tag),
)


@given(
    _PARTS, st.randoms(use_true_random=False), st.sampled_from(["manufacturer", "seat", "label", "made_in"])
)
def test_order_and_repetition_change_no_number(parts: list[Part], chance: object, by: str) -> None:
    """Any order gives the same count, and bounds hold: parts of the bins never exceed what was examined."""
    counted = count(parts, Asked(by=by), "E")
    mixed = list(parts)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert count(mixed, Asked(by=by), "E") == counted
    assert all(b.count.lower <= b.count.upper for b in counted.bins)
    assert counted.identified.lower <= counted.examined.lower
    assert counted.identified.upper <= counted.examined.upper
    assert max((b.count.lower for b in counted.bins), default=0) <= counted.examined.lower
    assert sum(b.count.upper for b in counted.bins) == counted.examined.upper
