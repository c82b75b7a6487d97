"""Cells understood: dates, numbers, countries, sets of names. Whatever is not what it says is refused."""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from siteline.ledger.components.countries import codes_of
from siteline.ledger.components.markings import cleaned
from siteline.model.cells import CellRefused
from siteline.model.component import Days

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"(\d{4})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_NAME = 180
_LITERAL = re.compile(r"\[.*\]|\{.*\}|\(.*,.*\)|None|nan|NaN|NULL", re.DOTALL)
_SUFFIXED = re.compile(r"(.*?)(\d+[A-Za-z]?)")


def text_in(said: Mapping[str, str], column: str, longest: int = 500) -> str:
    """A cell of plain text; a cell that a program printed is refused."""
    cell = said.get(column, "")
    if _LITERAL.fullmatch(cell):
        raise CellRefused(
            column,
            "literal",
            f"{cell[:40]!r} is what a program prints, not what a person writes; write A | B",
        )
    text = cleaned(cell)
    if len(text) > longest:
        raise CellRefused(column, "long", f"{len(text):,} characters; {longest} at most")
    return text


def names_in(said: Mapping[str, str], column: str) -> tuple[str, ...]:
    """One name, or several with " | " between them where it is one or the other; sorted."""
    parts = (part.strip() for part in text_in(said, column, 1000).split("|"))
    found = sorted({part for part in parts if part and not is_nobody(part)})
    if wrong := next((name for name in found if len(name) > _LONGEST_NAME), None):
        raise CellRefused(column, "long", f"a name of {len(wrong)} characters; {_LONGEST_NAME} at most")
    return tuple(found)


def weapons_in(said: Mapping[str, str], column: str) -> tuple[str, ...]:
    """A set of weapons: "KN-23/24" is KN-23 or KN-24."""
    return weapons_of(text_in(said, column))


def weapon_key(name: str) -> str:
    """A weapon as it is compared: case, hyphens and spaces make no difference."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def weapons_of(text: str) -> tuple[str, ...]:
    """The weapons of which a text names one."""
    found: list[str] = []
    for part in re.split(r"[|;/]", text):
        name = part.strip()
        before = _SUFFIXED.fullmatch(found[-1]) if found else None
        if name and re.fullmatch(r"\d+[A-Za-z]?", name) and before is not None:
            name = before[1] + name
        if name and not is_nobody(name):
            found.append(name)
    return tuple(sorted(set(found)))


def countries_in(said: Mapping[str, str], column: str) -> tuple[str, ...]:
    """Codes of countries; () for a blank: nobody said."""
    codes = codes_of(text_in(said, column))
    if codes is None:
        raise CellRefused(
            column,
            "country",
            f"{said[column][:60]!r} is not a country we know; write its ISO code, as US or KP",
        )
    return codes


def is_nobody(name: str) -> bool:
    """Whether a name says that nobody knows."""
    return name.casefold() in ("unknown", "n/a", "-", "–", "?", "not identified", "unidentified", "none")


def whole_in(said: Mapping[str, str], column: str) -> int | None:
    """A count of one or more; None if empty."""
    cell = said.get(column)
    if cell is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", cell) or int(cell) < 1:
        raise CellRefused(column, "number", f"{cell[:30]!r} is not a whole number of 1 or more")
    return int(cell)


def number_in(said: Mapping[str, str], column: str, least: float, most: float) -> float | None:
    """A number within bounds; None if empty."""
    cell = said.get(column)
    if cell is None:
        return None
    value = number_of(cell)
    if not least <= value <= most:
        raise CellRefused(column, "number", f"{cell[:30]!r} is not a number from {least:g} to {most:g}")
    return value


def number_of(cell: str) -> float:
    """A number in digits, as people write it; NaN for anything else, such as 1_0."""
    return float(cell) if _NUMBER.fullmatch(cell) else math.nan


def day_in(said: Mapping[str, str], column: str) -> date | None:
    """One day; None if empty."""
    days = days_in(said, column)
    if days is None:
        return None
    if days.first != days.last:
        raise CellRefused(column, "date", f"{said[column][:30]!r} is not one day; write 2024-01-02")
    return days.first


def days_in(said: Mapping[str, str], column: str) -> Days | None:
    """A day, a month, a year, or FIRST/LAST; None if empty."""
    cell = said.get(column)
    if cell is None or is_nobody(cell):
        return None
    try:
        parts = [_days(part.strip()) for part in cell.split("/")]
        if len(parts) > 2:
            raise ValueError
        if parts[0].first > parts[-1].last:
            raise CellRefused(column, "date-order", f"{cell[:40]!r} ends before it begins")
        return Days(parts[0].first, parts[-1].last)
    except ValueError as error:
        raise CellRefused(
            column,
            "date",
            f"{cell[:40]!r} is not a date; write 2024-01-02, 2024-01, or 2024-01-02/2024-01-05",
        ) from error


def _days(text: str) -> Days:
    if match := _DAY.fullmatch(text):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        days = Days(day, day)
    elif match := _MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        if not 1 <= month <= 12:
            raise ValueError(text)
        days = Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    elif match := _YEAR.fullmatch(text):
        days = Days(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31))
    else:
        raise ValueError(text)
    if not 1900 <= days.first.year <= 2100:
        raise ValueError(text)
    return days
