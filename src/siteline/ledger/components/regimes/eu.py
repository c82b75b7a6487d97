"""Lists from the Official Journal of the EU as tables: one row per entry, with act, annex, measure and day."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

from siteline.ledger.components.cells import text_in
from siteline.ledger.components.markings import cleaned
from siteline.ledger.components.tables import Table, cells_of
from siteline.model.cells import CellFault, CellRefused
from siteline.model.dates import MONTHS
from siteline.model.errors import BadComponents
from siteline.model.regime import Listing
from siteline.model.remark import Remark

MAKERS = frozenset({"LegalEntity", "Company", "Organization", "PublicBody", "Asset"})
"""Entries that can be makers of anything; persons and vessels are counted, and not loaded."""

_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_IN_WORDS = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})")
_CELEX = re.compile(r"3(\d{4})([RD])(\d{4})")
_DEBRIS = re.compile(r"^(?:text of image|(?:korean|chinese|russian|arabic|persian|farsi|japanese|belarusian|ukrainian|cyrillic)\s*:?)$", re.IGNORECASE)  # fmt: skip # noqa: E501
_LANGUAGE = re.compile(r"^(?:in\s+)?(?:korean|chinese|russian|arabic|persian|farsi|japanese|belarusian|ukrainian)\s*:\s*", re.IGNORECASE)  # fmt: skip # noqa: E501
_TRAILING = re.compile(r"(.+?)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*[–—-]?\s*")
_AKA = re.compile(
    r"^(?:a\.?k\.?a\.?|alias|also known as|formerly|f\.?k\.?a\.?|f/k/a|t/a)[:\s]+", re.IGNORECASE
)


def read_eu(
    table: Table,
) -> tuple[tuple[Listing, ...], tuple[CellFault, ...], tuple[tuple[str, int], ...], tuple[Remark, ...]]:
    """
    Listings, faults by line, what was not loaded by kind, and what the reader must be told.

    An entry is known by act, annex, number *and* name: numbers begin again in each annex, and repeat within some.
    Raises BadComponents where the table is not of this kind.
    """
    header = list(table.header)
    for column in ("celex", "programKey", "measure", "startDate", "schema", "name"):
        if column not in header:
            raise BadComponents(
                f"{table.name}, line 1: [column-missing] no column {column!r}; this is no table of journal rows",
                "Name its format: --format eu-journal, ftm, programmes or goods",
            )
    found, faults, left = list[Listing](), list[CellFault](), Counter[str]()
    undated, debris = 0, 0
    for line in table.lines:
        try:
            said = cells_of(line, header)
            schema = said.get("schema", "")
            if schema not in MAKERS:
                left[schema or "no schema"] += 1
                continue
            listing, dropped = _listing(said)
        except CellRefused as refused:
            faults.append(refused.on(line.number))
            continue
        undated += listing.since is None
        debris += dropped
        found.append(listing)
    unique = tuple(dict.fromkeys(found))
    told = []
    if len(unique) < len(found):
        told.append(Remark(table.name, f"{len(found) - len(unique)} entries stand there twice, counted once"))
    if undated:
        told.append(
            Remark(table.name, f"{undated} listings have no day; what is compared with it is `unknown`")
        )
    if debris:
        told.append(
            Remark(table.name, f'scraps of the PDF left out of {debris} names, such as "Text of image"')
        )
    return unique, tuple(faults), tuple(sorted(left.items())), tuple(told)


def cite(celex: str, annex: str) -> str:
    """An act as it is cited: "Regulation (EU) No 833/2014, annex IV (CELEX 32014R0833)"."""
    match = _CELEX.fullmatch(celex)
    if match is None:
        return f"{celex}, annex {annex}" if annex else celex
    year, kind, number = int(match[1]), match[2], int(match[3])
    if kind == "R":
        name = f"Regulation (EU) {year}/{number}" if year >= 2015 else f"Regulation (EU) No {number}/{year}"
    else:
        name = f"Decision (CFSP) {year}/{number}"
    return name + (f", annex {annex}" if annex else "") + f" (CELEX {celex})"


def _listing(said: Mapping[str, str]) -> tuple[Listing, int]:
    names, dropped = _names(said)
    celex = text_in(said, "celex", 40)
    weak, more = _split(text_in(said, "weakAlias", 4000))
    identifiers = tuple(
        f"{column} {value}"
        for column in ("registrationNumber", "taxNumber", "leiCode", "innCode", "ogrnCode", "idNumber")
        for value in (v.strip() for v in text_in(said, column, 2000).split(";"))
        if value
    )
    return (
        Listing(
            programme=text_in(said, "programKey", 40) or "unknown",
            legal_act=cite(celex, text_in(said, "annex", 40)),
            measure=text_in(said, "measure", 200),
            since=_day(said),
            names=names,
            weak_names=weak,
            countries=tuple(c.strip() for c in text_in(said, "country", 400).split(";") if c.strip()),
            identifiers=identifiers,
            record=text_in(said, "recordId", 40),
            reason=text_in(said, "reason", 10_000),
        ),
        dropped + more,
    )


def _names(said: Mapping[str, str]) -> tuple[tuple[str, ...], int]:
    first = cleaned(said.get("name", "")).rstrip(" –—-;,")
    if not first:
        raise CellRefused("name", "empty", "an entry without a name")
    found, dropped = [first], 0
    for column in ("name", "alias", "previousName"):
        names, more = _split(text_in(said, column, 8000))
        found += names
        dropped += more
    return tuple(dict.fromkeys(found)), dropped


def _split(cell: str) -> tuple[tuple[str, ...], int]:
    """Names of a cell, with what stands in brackets at the end of one as names too; and how many scraps were left out."""
    found, dropped = list[str](), 0
    for part in cell.split(";"):
        name = _AKA.sub("", _LANGUAGE.sub("", part.strip())).strip(" –—\"'“”‘’,")
        if not name:
            continue
        if _DEBRIS.fullmatch(name):
            dropped += 1
            continue
        found.append(name)
        if match := _TRAILING.fullmatch(name):
            found.append(match[1].strip())
            found += [inner.strip() for inner in match[2].split(",") if len(inner.strip()) > 2]
    return tuple(dict.fromkeys(found)), dropped


def _day(said: Mapping[str, str]) -> date | None:
    cell = said.get("startDate", "")
    if not cell:
        return None
    match = _DATE.fullmatch(cell)
    try:
        if match is not None:
            return date(int(match[3]), int(match[2]), int(match[1]))
        if words := _IN_WORDS.fullmatch(cell):
            return date(int(words[3]), 1 + MONTHS.index(words[2]), int(words[1]))
        return date.fromisoformat(cell)
    except ValueError as error:
        raise CellRefused("startDate", "date", f"{cell[:30]!r} is not a date such as 21.7.2022") from error
