"""Values that sources give, and spans of days: intervals, either end of which may be open."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from siteline.model.errors import BadInput

_PRECISIONS = (
    (re.compile(r"\d{4}"), "year"),
    (re.compile(r"\d{4}-\d{2}"), "month"),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "day"),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """All values that a statement allows: [low, high], unless an end is excluded or open."""

    low: float | None = None
    """None: open below."""

    high: float | None = None
    """None: open above."""

    excludes_low: bool = False
    """Whether `low` itself is not allowed, as in "more than a third"."""

    excludes_high: bool = False

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            if end is not None and not math.isfinite(end):
                raise BadInput(
                    f"{end} is no end of an interval", "Leave an end empty to say that it is open."
                )
        if self.low is not None and self.high is not None:
            if self.low > self.high:
                raise BadInput(f"an interval that ends before it starts: {self.low:g} to {self.high:g}")
            if self.low == self.high and (self.excludes_low or self.excludes_high):
                raise BadInput(f"an interval without a value: {self.low:g} is excluded")

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """One value."""
        return cls(value, value)

    @property
    def is_exact(self) -> bool:
        """Whether it allows one value only."""
        return self.low is not None and self.low == self.high

    def of_whole_numbers(self) -> Interval:
        """The same for things that are counted: "more than 70" is 71 or more, "fewer than 70" is 69 or fewer."""
        low, high = self.low, self.high
        if low is not None:
            low = math.floor(low) + 1 if self.excludes_low else math.ceil(low)
        if high is not None:
            high = math.ceil(high) - 1 if self.excludes_high else math.floor(high)
        if low is not None and high is not None and low > high:
            raise BadInput(f"no whole number lies in {self}")
        return Interval(
            None if low is None else float(low),
            None if high is None else float(high),
        )

    def meets(self, other: Interval) -> bool:
        """Whether some value is allowed by both."""
        return not (self.is_below(other) or other.is_below(self))

    def is_below(self, other: Interval) -> bool:
        """Whether every value of this one is smaller than every value of the other."""
        if self.high is None or other.low is None:
            return False
        return self.high < other.low or (
            self.high == other.low and (self.excludes_high or other.excludes_low)
        )

    def lies_in(self, other: Interval) -> bool:
        """Whether the other allows every value of this one."""
        if other.low is not None and (
            self.low is None
            or self.low < other.low
            or (self.low == other.low and other.excludes_low and not self.excludes_low)
        ):
            return False
        return not (
            other.high is not None
            and (
                self.high is None
                or self.high > other.high
                or (self.high == other.high and other.excludes_high and not self.excludes_high)
            )
        )

    def ends(self) -> list[float | None]:
        """Interchange form: [low, high], null where open."""
        return [self.low, self.high]

    def __str__(self) -> str:
        """Such as "24 or more", "60 to 70", "more than 0.33", "12"."""
        low, high = (None if end is None else f"{end:.10g}" for end in (self.low, self.high))
        if low is None and high is None:
            return "any number"
        if self.is_exact:
            return str(low)
        if high is None:
            return f"more than {low}" if self.excludes_low else f"{low} or more"
        if low is None:
            return f"less than {high}" if self.excludes_high else f"{high} or less"
        return (
            f"{low}{' (not included)' if self.excludes_low else ''} to "
            f"{high}{' (not included)' if self.excludes_high else ''}"
        )


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both ends included; an end that is not known is None."""

    first: date | None = None
    last: date | None = None
    text: str = ""
    """As it was given; "" if it was never written down."""

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise BadInput(
                f"it ends before it begins: {self.first} to {self.last}", "Write the earlier first."
            )

    @classmethod
    def parse(cls, text: str) -> Period:
        """
        A day, month or year ("2024-02-16", "2024-02", "2024"), or two of them as START/END; ".." is an open end.

        Raises BadInput for anything else.
        """
        said = text.strip()
        begins, slash, ends = said.partition("/")
        if slash and "/" not in ends:
            first = cls(None, None) if begins.strip() == ".." else cls.parse(begins)
            last = cls(None, None) if ends.strip() == ".." else cls.parse(ends)
            return cls(first.first, last.last, said)
        try:
            kind = next((name for form, name in _PRECISIONS if form.fullmatch(said)), None)
            if kind == "day":
                return cls(date.fromisoformat(said), date.fromisoformat(said), said)
            if kind == "month":
                year, month = int(said[:4]), int(said[5:])
                return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]), said)
            if kind == "year":
                return cls(date(int(said), 1, 1), date(int(said), 12, 31), said)
        except ValueError as error:
            raise BadInput(f"there is no such day: {text!r}", "Check the year, month and day.") from error
        raise BadInput(f"not a date: {text!r}", "Write 2024-04-19, 2024-04 for a month, or START/END.")

    @property
    def days(self) -> int | None:
        """How many days; None where an end is open."""
        return None if self.first is None or self.last is None else (self.last - self.first).days + 1

    def meets(self, other: Period) -> bool:
        """Whether some day may lie in both; an open end may reach anywhere."""
        return not (_ends_before(self, other) or _ends_before(other, self))

    def lies_in(self, other: Period) -> bool:
        """Whether every day of it surely lies in the other."""
        return (other.first is None or (self.first is not None and self.first >= other.first)) and (
            other.last is None or (self.last is not None and self.last <= other.last)
        )

    def is_same(self, other: Period) -> bool:
        """Whether both mean the same days, however they were written."""
        return (self.first, self.last) == (other.first, other.last)

    def days_in(self, other: Period) -> int | None:
        """How many of its days lie in the other; None where an end is open."""
        if self.days is None or other.days is None:
            return None
        assert self.first is not None
        assert self.last is not None
        assert other.first is not None
        assert other.last is not None
        return max(0, (min(self.last, other.last) - max(self.first, other.first)).days + 1)

    def bare(self) -> Period:
        """The same days without the text."""
        return replace(self, text="")

    def __str__(self) -> str:
        """Such as "2024-04-19", "2023-12-30 to 2024-02-07", "until 2024-02-07"."""
        if self.first is None and self.last is None:
            return "at a time not said"
        if self.first == self.last:
            return str(self.first)
        if self.first is None:
            return f"until {self.last}"
        if self.last is None:
            return f"from {self.first}"
        return f"{self.first} to {self.last}"


def _ends_before(one: Period, other: Period) -> bool:
    return one.last is not None and other.first is not None and one.last < other.first
