"""Cells of a table to numbers, times and breakdowns; what cannot be read is named, never guessed."""

from __future__ import annotations

import ast
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NoReturn
from zoneinfo import ZoneInfo

from siteline.model.cells import CellFault, CellRefused
from siteline.model.errors import BadSetting
from siteline.model.incident import Window
from siteline.model.shown import plain

LARGEST = 10_000_000
"""No number of missiles or people in one report is larger."""

FIRST_YEAR, LAST_YEAR = 1000, 9000
"""Years that a table or a question can be about; others are slips of the pen."""

_EMPTY = {"", "nan", "none", "null", "n/a", "na", "-", "—"}
_WHOLE = re.compile(r"[+-]?[0-9]+(\.0*)?")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_RANGE = re.compile(r"[0-9]+\s*(-|–|—|\.\.|to)\s*[0-9]+")
_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})"
    r"([T ]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?)?"
)
_LITERAL = re.compile(r"\s*[\[{(].*[\]})]\s*", re.S)
_LONGEST_LITERAL = 4000
_NOT_COUNTS = "not a dict of names and counts"


@dataclass
class Row:
    """One row of a table while it is read: its cells, and what was noticed in them."""

    line: int
    cells: Mapping[str, str]
    notices: list[CellFault] = field(default_factory=list)

    def text(self, column: str) -> str:
        """A cell without spaces at its ends; "" if the table has no such column."""
        return self.cells.get(column, "").strip()

    def refuse(self, column: str, code: str, said: str, remedy: str = "") -> NoReturn:
        """This row cannot be read."""
        raise CellRefused(column, code, said, remedy)

    def notice(self, column: str, code: str, said: str, remedy: str = "") -> None:
        """This row is read, and this is named."""
        self.notices.append(CellFault(self.line, column, code, said, remedy))

    def whole(self, column: str) -> int | None:
        """A count; None if the cell is empty. "123.0" is 123."""
        said = self.text(column)
        if said.casefold() in _EMPTY:
            return None
        if _RANGE.fullmatch(said):
            self.refuse(
                column,
                "range_in_number",
                f"{plain(said, 40)!r} is a range where one number belongs",
                "Write the ends into two columns, such as launched_lo and launched_hi.",
            )
        if _LITERAL.fullmatch(said):
            self._refuse_literal(column, said)
        if not _WHOLE.fullmatch(said):
            code = "not_whole" if _NUMBER.fullmatch(said) else "not_a_number"
            self.refuse(column, code, f"{plain(said, 40)!r} is no whole number", "Write digits only.")
        found = int(said.split(".")[0]) if len(said) <= 20 else LARGEST + 1
        if found < 0:
            self.refuse(
                column, "negative_number", f"a count cannot be {found}", "Leave the cell empty if unknown."
            )
        if found > LARGEST:
            self.refuse(column, "number_too_large", f"{plain(said, 40)} is more than {LARGEST:,}")
        return found

    def decimal(self, column: str, low: float, high: float) -> float | None:
        """A number between two ends; None if the cell is empty."""
        said = self.text(column)
        if said.casefold() in _EMPTY:
            return None
        if not _NUMBER.fullmatch(said) or not low <= float(said) <= high:
            self.refuse(column, "out_of_range", f"{plain(said, 40)!r} is not between {low:g} and {high:g}")
        return float(said)

    def no_literal(self, column: str) -> str:
        """A cell of words; a Python list or dict in it is refused."""
        said = self.text(column)
        if _LITERAL.fullmatch(said) and said[:1] in "[{":
            self._refuse_literal(column, said)
        return said

    def _refuse_literal(self, column: str, said: str) -> NoReturn:
        self.refuse(
            column,
            "python_literal",
            f"{plain(said, 60)!r} is a Python literal, not a value",
            "Write a breakdown as: NAME=3; NAME=4",
        )

    def parts(self, column: str) -> dict[str, int | None]:
        """A breakdown written as a Python dict of counts; NaN is unknown. Read as data, never evaluated."""
        said = self.text(column)
        if said.casefold() in _EMPTY or said in ("{}", "[]"):
            return {}
        try:
            found = _literal(said)
        except (ValueError, SyntaxError, OverflowError, RecursionError, MemoryError):
            self.refuse(column, "bad_literal", f"{plain(said, 60)!r} is no dict of names and counts")
        for name, count in found.items():
            if count is not None and not 0 <= count <= LARGEST:
                self.refuse(column, "negative_number", f"{plain(name, 40)}: a count cannot be {count}")
        return found

    def window(self, start: str, end: str, zone: str) -> Window:
        """The window between two cells; an empty end means that of the start. `zone`: for what names none."""
        first = self._moment(start, zone)
        last = self._moment(end, zone) if self.text(end) else first
        if last.end < first.end and last.end <= first.start:
            self.refuse(
                end,
                "end_before_start",
                f"it ends ({plain(self.text(end), 30)}) before it starts ({plain(self.text(start), 30)})",
                "Swap or mend the two times.",
            )
        text = f"{self.text(start)}/{self.text(end)}"
        return Window(first.start, max(first.end, last.end), first.day, first.has_hour, zone, text)

    def _moment(self, column: str, zone: str) -> _Span:
        said = self.text(column)
        if not said:
            self.refuse(column, "no_time", "no time is given", "Write YYYY-MM-DD or YYYY-MM-DD HH:MM.")
        found = _MOMENT.fullmatch(said)
        try:
            if found is None:
                raise ValueError
            span = _span(said, zone)
        except (ValueError, OverflowError):
            self.refuse(
                column, "bad_time", f"{plain(said, 40)!r} is no time", "Write YYYY-MM-DD or YYYY-MM-DD HH:MM."
            )
        if span.is_unclear:
            self.notice(
                column,
                "hour_unclear",
                f"{plain(said, 40)!r} is twice or never on the clocks of {zone}; both readings lie in the window",
                "Write it in UTC, or with its offset: 2024-10-27 03:30+02:00",
            )
        if found["hour"] and len(found["hour"]) == 1:
            self.notice(
                column,
                "hour_without_zero",
                f"{plain(said, 40)!r} was read as {found['hour'].zfill(2)}:{found['minute']}",
            )
        return span


@dataclass(frozen=True, slots=True)
class _Span:
    start: datetime
    end: datetime
    day: str
    has_hour: bool
    is_unclear: bool = False
    """Whether clocks were put back or forward over it."""


@lru_cache(maxsize=50_000)
def _span(said: str, zone: str) -> _Span:
    found = _MOMENT.fullmatch(said)
    assert found is not None
    here = zone_of(zone)
    year, month = int(found["year"]), int(found["month"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(said)
    if found["day"] is None:
        first = date(year, month, 1)
        return _days(first, first.replace(day=monthrange(year, month)[1]), here)
    day = date(year, month, int(found["day"]))
    if found["hour"] is None:
        return _days(day, day, here)
    at = time(int(found["hour"]), int(found["minute"]))
    own = found["zone"]
    tz = here if own is None else UTC if own == "Z" else datetime.strptime(own.replace(":", ""), "%z").tzinfo
    readings = [datetime.combine(day, at.replace(fold=fold), tz).astimezone(UTC) for fold in (0, 1)]
    first, last = min(readings), max(readings)
    own_day = first.astimezone(here).date().isoformat()
    return _Span(first, last + timedelta(minutes=1), own_day, True, first != last)


def _days(first: date, last: date, zone: ZoneInfo) -> _Span:
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    return _Span(start, end, first.isoformat(), False)


@lru_cache(maxsize=100)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name in the IANA list."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadSetting(
            f"no time zone {plain(name, 60)!r}", "Name one of the IANA list, such as Europe/Kyiv or UTC."
        ) from error


def _literal(said: str) -> dict[str, int | None]:
    """A Python dict of names and whole numbers, as data; raises ValueError or SyntaxError."""
    if len(said) > _LONGEST_LITERAL:
        raise ValueError
    tree = ast.parse(said, mode="eval").body
    if not isinstance(tree, ast.Dict):
        raise ValueError(_NOT_COUNTS)
    found: dict[str, int | None] = {}
    for key, value in zip(tree.keys, tree.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise ValueError(_NOT_COUNTS)
        found[key.value] = _count(value)
    return found


def _count(node: ast.expr) -> int | None:
    if isinstance(node, ast.Name) and node.id.casefold() in ("nan", "none"):
        return None
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node, sign = node.operand, -1
    if isinstance(node, ast.Constant):
        if node.value is None:
            return None
        if isinstance(node.value, (int, float)) and float(node.value).is_integer():
            return sign * int(node.value)
    raise ValueError(_NOT_COUNTS)


def written_parts(row: Row, column: str) -> dict[str, int | None]:
    """A breakdown as the plain CSV writes it: NAME=3; NAME=4."""
    said = row.no_literal(column)
    found: dict[str, int | None] = {}
    for part in filter(None, (p.strip() for p in said.split(";"))):
        name, equals, count = part.rpartition("=")
        if not equals or not name.strip():
            row.refuse(
                column, "bad_breakdown", f"{plain(part, 40)!r} is no NAME=COUNT", "Write: NAME=3; NAME=4"
            )
        inner = Row(row.line, {column: count})
        found[name.strip()] = inner.whole(column)
    return found
