"""Counts of parts, with all that a number must carry: of what, in which wrecks, by whose list, as of when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from siteline.model.component import Days


@dataclass(frozen=True, slots=True)
class Span:
    """A count that sources leave open: from `lower` to `upper`."""

    lower: int
    upper: int

    def __add__(self, other: Span) -> Span:
        return Span(self.lower + other.lower, self.upper + other.upper)

    def __str__(self) -> str:
        return f"{self.lower:,}" if self.lower == self.upper else f"{self.lower:,}–{self.upper:,}"

    def as_dict(self) -> dict[str, int]:
        """Interchange form."""
        return {"lower": self.lower, "upper": self.upper}


@dataclass(frozen=True, slots=True)
class Bin:
    """One category of a count."""

    value: str
    """As it is printed; of what is one or the other: "A or B"."""

    codes: tuple[str, ...]
    """Country codes or keys behind it."""

    count: Span
    known: bool
    """False for `Not identified`, `unknown` and `Counterfeit`: categories, but no maker and no country."""


@dataclass(frozen=True, slots=True)
class OnList:
    """On what a count stands: one wreck in one list."""

    wreck: str
    source: str
    list: str
    published: date | None
    recovered: Days | None
    parts: int
    examined: int
    lacks: tuple[str, ...] = ()
    """What of the parts' provenance the source does not give."""


@dataclass(frozen=True, slots=True)
class PartsCount:
    """Parts by one field."""

    by: str
    bins: tuple[Bin, ...]
    identified: Span
    examined: Span
    distinct: Span
    """How many makers, countries or labels; at least, with names that may be one taken as one."""

    definition: str
    edition: str
    stands_on: tuple[OnList, ...]
    counterfeit: Span = Span(0, 0)
    """Left out of country totals, and in `examined`."""

    own_country: Span = Span(0, 0)
    """Made in the weapon's own country: left out of what is called foreign-made."""

    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class PartsShare:
    """The part of a count that one value has; never without what is above and below the line."""

    value: str
    low: float
    high: float
    """0–1."""

    numerator: Span
    denominator: Span
    of: str
    """`identified` or `examined`."""

    counted: PartsCount

    def __str__(self) -> str:
        low, high = (f"{100 * end:.1f}" for end in (self.low, self.high))
        percent = f"{low} %" if low == high else f"{low}–{high} %"
        return f"{self.value}: {percent} ({self.numerator} of {self.denominator} {self.of})"


@dataclass(frozen=True, slots=True)
class StatedDating:
    """What a source infers from date codes, with the shares it gives; worked as far as they go."""

    not_before: date
    source: str
    claim: str
    components: tuple[float, float | None] | None
    """How many parts there were, by the same source; None: it does not say."""

    with_code: tuple[float, float] | None
    """Share of the parts that carried a code, 0–1."""

    within: tuple[float, float] | None
    """Share of those from `years`, 0–1."""

    years: tuple[int, int] | None
    of_all: tuple[float, float] | None
    """Share of all parts that carried a code from `years`: the product of the two."""

    agrees: str
    """Whether its own figures bear the bound, and whether the parts on record do, in words."""


@dataclass(frozen=True, slots=True)
class Dating:
    """The earliest that a weapon can have been put together, by the date codes of its parts."""

    wreck: str
    not_before: date | None
    """The first day that the newest code can mean; None without a code that can be read."""

    rests_on: tuple[str, ...]
    """The parts that give this bound."""

    without_them: date | None
    """The bound if they were left out: how much hangs on them."""

    coded: Span
    """Parts with a code that can be read."""

    examined: Span
    ambiguous: int
    """Codes that can be read in more than one way; the earliest is taken."""

    unread: int
    """Codes that no documented scheme reads."""

    left_out: int
    """Counterfeits and clones with a code: their codes bound nothing."""

    by_year: tuple[tuple[int, Span], ...]
    """Codes by year: surely of it, and perhaps of it."""

    stated: tuple[StatedDating, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Two figures held against each other."""

    wreck: str
    key: str
    a: str
    b: str
    """Each with its source."""

    verdict: str
    """`agree`, `rounding`, `differ`, `other_wreck`, `incomparable`."""

    prefer: str
    """Which to quote; "" if neither goes before the other."""

    why: str
