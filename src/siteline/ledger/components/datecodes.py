"""
Date codes: digits stamped on a part that tell in which week or year it was made.

A code is read only by a scheme that is documented, or else in every way it can be meant: `2318` is the 18th week of
2023 or the 23rd week of 2018, and stays both until something rules one out.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from siteline.model.component import Days

_PLAIN = re.compile(r"\d{4}")
_LONG = re.compile(r"(?:19|20)\d{4}")
_LETTERED = re.compile(r"([A-Z])(\d{0,2})")
_LETTERS = re.compile(r"letter-(year|month|week):([A-Z])=((?:19|20)\d\d)")
_CENTURY = 70
"""Two-digit years from here on are of the last century; earlier electronics carry no such codes."""

SCHEMES = ("yyww", "wwyy", "yyyyww")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a code."""

    days: Days
    scheme: str


def looks_like_date_code(text: str) -> bool:
    """Whether a marking is nothing but a date code: four digits that name a week of a likely year, or six."""
    said = text.strip()
    if _PLAIN.fullmatch(said):
        return any(1990 <= r.days.last.year <= 2049 for r in readings(said))
    return bool(_LONG.fullmatch(said)) and bool(readings(said, "yyyyww"))


def is_code(text: str) -> bool:
    """Whether a text has the form of a date code at all; a part number has not."""
    said = text.strip().upper()
    return bool(_PLAIN.fullmatch(said) or _LONG.fullmatch(said) or _LETTERED.fullmatch(said))


def is_scheme(text: str) -> bool:
    """Whether a documented scheme is one that can be applied."""
    return all(part in SCHEMES or _LETTERS.fullmatch(part) for part in schemes_of(text))


def schemes_of(text: str) -> list[str]:
    """The schemes of a cell; several where the source cannot tell which."""
    parts = [part.strip() for part in re.split(r"[|;]", text) if part.strip()]
    return [_scheme(part) for part in parts]


def readings(code: str, scheme: str = "", not_after: date | None = None) -> tuple[Reading, ...]:
    """
    Every way to read a code, earliest first; () if there is none.

    scheme: as the source documents it; "" tries the two common ones. not_after: a day on which the part was already
    in hand, or told of: a reading that begins later is ruled out.
    """
    said = code.strip().upper()
    tried = schemes_of(scheme) or (["yyyyww"] if len(said) == 6 else ["yyww", "wwyy"])
    found: dict[Days, str] = {}
    for way in tried:
        days = _read(said, way)
        if days is not None and (not_after is None or days.first <= not_after):
            found.setdefault(days, way)
    return tuple(Reading(days, way) for days, way in sorted(found.items(), key=lambda kept: kept[0].first))


def span_of(found: tuple[Reading, ...]) -> Days | None:
    """From the earliest to the latest day that any reading can mean."""
    if not found:
        return None
    return Days(min(r.days.first for r in found), max(r.days.last for r in found))


def _scheme(text: str) -> str:
    kind, colon, mapping = text.partition(":")
    return f"{kind.lower()}{colon}{mapping.upper()}"


def _read(said: str, way: str) -> Days | None:
    if way == "yyww" and _PLAIN.fullmatch(said):
        return _week(_year(said[:2]), int(said[2:]))
    if way == "wwyy" and _PLAIN.fullmatch(said):
        return _week(_year(said[2:]), int(said[:2]))
    if way == "yyyyww" and _LONG.fullmatch(said):
        return _week(int(said[:4]), int(said[4:]))
    letters, code = _LETTERS.fullmatch(way), _LETTERED.fullmatch(said)
    if letters is None or code is None or letters[2] != code[1]:
        return None
    year, rest = int(letters[3]), code[2]
    if letters[1] == "year":
        return Days(date(year, 1, 1), date(year, 12, 31))
    if not rest:
        return None
    if letters[1] == "week":
        return _week(year, int(rest))
    month = int(rest)
    if not 1 <= month <= 12:
        return None
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _year(two: str) -> int:
    number = int(two)
    return (1900 if number >= _CENTURY else 2000) + number


def _week(year: int, week: int) -> Days | None:
    """An ISO week; makers count weeks in their own ways, so a day is allowed for at either end."""
    if not 1 <= week <= 53:
        return None
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:  # the 53rd of a year that has 52
        return None
    return Days(monday - timedelta(days=1), monday + timedelta(days=7))
