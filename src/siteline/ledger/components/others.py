"""Other tables: what companies were by date, goods on lists, and figures that a source states of a wreck."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from siteline.ledger.components.cells import countries_in, day_in, number_of, text_in
from siteline.ledger.components.columns import COMPANY_COLUMNS, GOODS_COLUMNS, columns_of
from siteline.ledger.components.tables import Table, cells_of
from siteline.model.cells import CellFault, CellRefused
from siteline.model.component import CompanyState, Tally
from siteline.model.errors import BadComponents
from siteline.model.regime import Listing
from siteline.model.remark import Remark
from siteline.store.sheets import Line

T = TypeVar("T")
_FIGURES = ("components", "component_", "assembly_date", "makers", "maker_", "parts", "date_code")
_WRECK = re.compile(r"\b(?:same (?:missile|wreck|weapon)|this (?:missile|wreck))\b", re.IGNORECASE)


def read_companies(
    table: Table,
) -> tuple[tuple[CompanyState, ...], tuple[CellFault, ...], tuple[Line, ...], tuple[Remark, ...]]:
    """What companies were, each in its time; faults and the lines they are on."""
    columns, remarks = columns_of(list(table.header), table.name, COMPANY_COLUMNS, ("company", "source"))
    return (*_each(table, columns, _company), remarks)


def read_goods(
    table: Table,
) -> tuple[tuple[Listing, ...], tuple[CellFault, ...], tuple[Line, ...], tuple[Remark, ...]]:
    """Goods on lists, by customs code; faults and the lines they are on."""
    required = ("goods_code", "regime", "legal_act", "measure")
    columns, remarks = columns_of(list(table.header), table.name, GOODS_COLUMNS, required)
    return (*_each(table, columns, _goods), remarks)


def read_tallies(table: Table, wreck: str = "") -> tuple[Tally, ...]:
    """
    The figures about parts in a table of public claims (columns as `siteline claims import` has them).

    wreck: the key to file them under, where the table's subject is not to be it. Other claims are passed over.
    "same missile" is the subject of the line before. Raises BadComponents, naming the line.
    """
    header = [title.strip().casefold() for title in table.header]
    for column in ("id", "lineage", "claim_key", "subject", "claimant"):
        if column not in header:
            raise BadComponents(f"{table.name}, line 1: [column-missing] no column {column!r}")
    found, last = list[Tally](), ""
    for line in table.lines:
        try:
            said = cells_of(line, header)
            if not said.get("claim_key", "").startswith(_FIGURES):
                continue
            subject = text_in(said, "subject", 200)
            last = last if _WRECK.search(subject) and last else subject
            found.append(_tally(said, wreck or last))
        except CellRefused as refused:
            fault = refused.on(line.number)
            raise BadComponents(f"{table.name}, {fault}") from refused
    if not found:
        raise BadComponents(
            f"{table.name}: no claim about parts in it",
            "Claim keys such as components or component_share_us are read.",
        )
    return tuple(dict.fromkeys(found))


def _tally(said: Mapping[str, str], wreck: str) -> Tally:
    low, high = (_figure(said, column) for column in ("value_low", "value_high"))
    qualifier = said.get("qualifier", "").casefold()
    unit = said.get("unit", "")
    if low is not None and qualifier in ("over", "more than") and unit != "fraction":
        low, high = low + 1, None
    elif low is not None and qualifier in ("at least", "no fewer than"):
        high = None
    elif low is not None and high is None and not qualifier:
        high = low
    claimant = text_in(said, "claimant", 200)
    return Tally(
        wreck=wreck,
        key=text_in(said, "claim_key", 80),
        says=text_in(said, "predicate", 120),
        low=low,
        high=high,
        unit=unit,
        of=text_in(said, "scope", 120),
        not_before=day_in(said, "period_start") if unit == "date" else None,
        source=claimant,
        lineage=text_in(said, "lineage", 120),
        relays=bool(re.search(r"\b(?:via|citing|quoted by)\b", claimant)),
        published=day_in(said, "published"),
        url=text_in(said, "url", 2000),
        note=text_in(said, "note", 2000),
        claim=text_in(said, "id", 40),
    )


def _figure(said: Mapping[str, str], column: str) -> float | None:
    if column not in said:
        return None
    value = number_of(said[column])
    if not 0 <= value < 1e12:
        raise CellRefused(column, "number", f"{said[column][:30]!r} is not a number")
    return value


def _company(said: Mapping[str, str]) -> CompanyState:
    since, until = day_in(said, "since"), day_in(said, "until")
    if since and until and until <= since:
        raise CellRefused("until", "date-order", f"{until} is not after {since}")
    name, seats = text_in(said, "company", 200), countries_in(said, "seat_country")
    if not name:
        raise CellRefused("company", "empty", "every line names a company")
    if len(seats) > 1:
        raise CellRefused("seat_country", "country", "one seat a line")
    return CompanyState(
        name, since, until, seats[0] if seats else "", text_in(said, "parent", 200), text_in(said, "succeeded_by", 200),
        text_in(said, "source", 200),
    )  # fmt: skip


def _goods(said: Mapping[str, str]) -> Listing:
    since, until = day_in(said, "since"), day_in(said, "until")
    if since and until and until <= since:
        raise CellRefused("until", "date-order", f"{until} is not after {since}")
    code = "".join(letter for letter in text_in(said, "goods_code", 40) if letter.isalnum()).upper()
    if not code:
        raise CellRefused("goods_code", "empty", "every line names a code")
    return Listing(
        programme=text_in(said, "regime", 80),
        legal_act=text_in(said, "legal_act", 200),
        measure=text_in(said, "measure", 120),
        since=since,
        until=until,
        goods_code=code,
        url=text_in(said, "url", 2000),
        amended_by=tuple(a.strip() for a in text_in(said, "amended_by").split("|") if a.strip()),
    )


def _each(
    table: Table, columns: list[str], read: Callable[[Mapping[str, str]], T]
) -> tuple[tuple[T, ...], tuple[CellFault, ...], tuple[Line, ...]]:
    found, faults, rejected = list[T](), list[CellFault](), list[Line]()
    for line in table.lines:
        try:
            found.append(read(cells_of(line, columns)))
        except CellRefused as refused:
            faults.append(refused.on(line.number))
            rejected.append(line)
    return tuple(dict.fromkeys(found)), tuple(faults), tuple(rejected)
