"""Tables of parts: what is taken, what is refused with line, column and code, and what its owner is told."""

from __future__ import annotations

import contextlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.ledger.components.counting import Asked, count
from siteline.ledger.components.exporting import write_parts
from siteline.ledger.components.intake import read_parts
from siteline.ledger.components.tables import read_table
from siteline.model.component import NOT_IDENTIFIED, Flag
from siteline.model.errors import BadComponents
from tests.ledger.components.invented import read, row, table


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"marking": "2318"}, "marking", "date-code-as-marking"),
        ({"marking": "AB-2318", "date_code": "AB2318"}, "marking", "date-code-as-marking"),
        ({"date_code": "STM32F405"}, "date_code", "part-number-as-date-code"),
        ({"quantity": "10-15"}, "quantity", "number"),
        ({"quantity": "-3"}, "quantity", "number"),
        ({"probability": "nan"}, "probability", "number"),
        ({"recovered": "2.1.2024"}, "recovered", "date"),
        ({"recovered": "2024-02-01/2024-01-01"}, "recovered", "date-order"),
        ({"made_in": "Ruritania"}, "made_in", "country"),
        ({"manufacturer": "['Acme', 'Bolt']"}, "manufacturer", "literal"),
        (
            {"label": "a part that takes the signal from one side and makes another of it"},
            "label",
            "label-long",
        ),
        ({"lat": "50"}, "lon", "half-place"),
        ({"lat": "95", "lon": "1"}, "lat", "number"),
        ({"flags": "stolen"}, "flags", "word"),
        ({"basis": "guess"}, "basis", "word"),
        ({"date_scheme": "by feeling"}, "date_scheme", "scheme"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "url"),
        ({"source": ""}, "source", "empty"),
        ({"manufacturer": "A" * 181}, "manufacturer", "long"),
    ],
)
def test_a_bad_cell_is_named_by_line_column_and_code(cells: dict[str, str], column: str, code: str) -> None:
    """The good line is untouched; the bad one says where and why."""
    taken = read(row(), row(item="2", **cells))
    [fault] = taken.faults
    assert (fault.line, fault.column, fault.code) == (3, column, code)
    assert len(taken.parts) == 1
    assert len(taken.rejected) == 1


def test_repeated_ids_are_reported_with_their_number_and_count_once() -> None:
    """Three times the same line is one part; the owner is told which, and how often."""
    taken = read(row(), row(), row(item="2"), row())
    assert len(taken.parts) == 2
    assert taken.repeated == 2
    assert "W1 / 1 ×3" in " ".join(map(str, taken.remarks))


def test_one_id_that_says_two_things_is_refused() -> None:
    """Whichever line is right, we do not choose."""
    [fault] = read(row(), row(manufacturer="Bolt")).faults
    assert (fault.code, fault.line) == ("id-repeated", 3)


def test_what_a_part_does_is_never_imported() -> None:
    """Columns that say how something works are left out and named; no field could hold them."""
    taken = read(row(function="guides", Description="long", colour="red"))
    said = " ".join(map(str, taken.remarks))
    assert "function, Description" in said
    assert "never what it does" in said
    assert "colour" in said
    assert "guides" not in repr(taken.parts)


def test_a_column_named_country_is_refused_because_it_means_two_things() -> None:
    """Seat of the maker, or plant: brand's country where plant was meant is the usual error."""
    with pytest.raises(BadComponents, match="column-ambiguous") as refused:
        read(row(country="US"))
    assert "seat_country" in refused.value.hint


def test_a_blank_country_is_unknown_and_no_country() -> None:
    """So is a dash."""
    [part] = read(row(seat_country="", made_in="–")).parts
    assert (part.made.seat, part.made.made_in) == ((), ())


def test_names_in_other_scripts_are_kept() -> None:
    """Korean, Cyrillic, Chinese and Persian with its joiners."""
    names = ["한빛전자 주식회사", "АО «Эталон»", "红兔矢量实业（深圳）有限公司", "شرکت می‌سازد"]
    taken = read(*(row(item=str(i), manufacturer=name) for i, name in enumerate(names)))
    assert [part.made.manufacturer[0] for part in taken.parts] == names


def test_hidden_characters_do_not_make_another_name() -> None:
    """Direction marks and zero-width spaces go; a composed and a decomposed letter are one."""
    taken = read(row(manufacturer="Ac\u200bme\u202e"), row(manufacturer="Acme"))
    assert len(taken.parts) == 1


def test_html_in_notes_is_stripped_and_told() -> None:
    """The words stay; a script leaves nothing."""
    taken = read(row(notes="<p>seen on <b>two</b> photos &amp; a film<script>x()</script></p>"))
    assert taken.parts[0].item.notes == "seen on two photos & a film"
    assert "HTML was taken out" in " ".join(map(str, taken.remarks))


def test_markings_are_normalised_beside_the_raw_ones() -> None:
    """Spaces, hyphens, case and full-width letters make no difference for comparison."""
    raw = ["ab-1234 x", "AB1234X", "ＡＢ１２３４Ｘ"]
    parts = read(*(row(item=str(i), marking=mark) for i, mark in enumerate(raw))).parts
    assert [p.item.marking_raw for p in parts] == raw
    assert {p.item.marking for p in parts} == {"AB1234X"}


def test_composites_stay_sets() -> None:
    """KN-23/24 is one or the other, and so are two countries in one cell."""
    [part] = read(
        row(weapon="KN-23/24", made_in="Japan or USA", label="memory | logic", flags="counterfeit; clone")
    ).parts
    assert part.recovery.weapons == ("KN-23", "KN-24")
    assert part.made.made_in == ("JP", "US")
    assert part.item.label == "logic | memory"
    assert part.item.flags == (Flag.CLONE, Flag.COUNTERFEIT)


def test_the_absence_of_provenance_is_on_record() -> None:
    """A source that gives no place and no custody is said not to."""
    [part] = read(row()).parts
    assert part.source.provides == ("date",)
    assert part.source.lacks == ("place", "custody", "confidence")


def test_a_near_miss_of_a_required_column_is_named() -> None:
    """The header is refused whole."""
    with pytest.raises(BadComponents, match="no column 'wreck'") as refused:
        read_parts(read_table(b"wrek,source\nW1,A\n", "parts.csv"))
    assert "wrek" in refused.value.hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_re_encoded_table_says_the_same(encoding: str, separator: str) -> None:
    """Byte-order marks, UTF-16 and other separators change nothing."""
    text = table(row(manufacturer="Завод"), row(item="2")).decode().replace(",", separator)
    assert (
        read_parts(read_table(text.encode(encoding), "x.csv")).parts
        == read(row(manufacturer="Завод"), row(item="2")).parts
    )


def test_a_wrong_encoding_is_refused_with_its_line() -> None:
    """Nothing is guessed; the option that says it is named."""
    data = table(row(), row(item="2", manufacturer="Завод")).decode().encode("cp1251")
    with pytest.raises(BadComponents, match="line 3") as refused:
        read_table(data, "x.csv")
    assert "--encoding" in refused.value.hint
    assert read_parts(read_table(data, "x.csv", "cp1251")).parts[1].made.manufacturer == ("Завод",)


def test_an_export_reads_back_without_loss() -> None:
    """All columns, in all scripts, with formulas and quotes in them."""
    rows = [
        row(
            item="=1+1",
            notes='say "so", then',
            manufacturer="+Plus | Minus",
            place="@home",
            lat="-5",
            lon="12.5",
        ),
        row(
            item="2",
            label="",
            date_code="2318",
            date_scheme="letter-week:K=2022|yyww",
            quantity="3",
            flags="clone",
        ),
        row(
            item="3",
            trace_requested="2024-03-01",
            trace_reply="sold in 2019",
            trace_status="answered",
            examined="40",
        ),
        row(item="4", manufacturer="", seat_country="", made_in="", probability="0.25", basis="trace reply"),
    ]
    parts = read(*rows).parts
    assert len(parts) == 4
    text = write_parts(parts)
    assert set(read_parts(read_table(text.encode(), "back.csv")).parts) == set(parts)
    assert "'=1+1" in text
    assert read(row(label="not identified")).parts[0].item.label == NOT_IDENTIFIED


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    """Never another error."""
    with contextlib.suppress(BadComponents):
        taken = read_parts(read_table(data, "any.csv"))
        assert len(taken.faults) == len(taken.rejected)


_ROWS = st.lists(
    st.builds(
        row,
        wreck=st.sampled_from(["W1", "W2"]),
        item=st.sampled_from(["1", "2", "3", ""]),
        source=st.sampled_from(["Institute A", "Newspaper B"]),
        manufacturer=st.sampled_from(["Acme", "Acme | Bolt", "한빛전자", ""]),
        seat_country=st.sampled_from(["US", "Japan / USA", ""]),
        quantity=st.sampled_from(["", "2"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda cells: (cells["wreck"], cells["item"], cells["source"]),
)


@given(_ROWS, st.randoms(use_true_random=False), st.sampled_from(["utf-8", "utf-16"]))
def test_a_shuffled_repeated_and_re_encoded_table_gives_the_same_numbers(
    rows: list[dict[str, str]], chance: Random, encoding: str
) -> None:
    """In any order, each line said again any number of times, in another encoding."""
    mixed = [cells for cells in rows for _ in range(chance.randint(1, 3))]
    chance.shuffle(mixed)
    again = read_parts(read_table(table(*mixed).decode().encode(encoding), "x.csv"))
    once = read(*rows)
    assert set(again.parts) == set(once.parts)
    assert again.repeated == len(mixed) - len(rows)
    for by in ("manufacturer", "seat", "label"):
        assert count(again.parts, Asked(by=by), "E") == count(once.parts, Asked(by=by), "E")
