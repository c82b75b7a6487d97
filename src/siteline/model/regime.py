"""Sanction regimes: who or what is listed, by which act, from when. A listing says nothing of what anybody did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Listing:
    """One entry of a list: a company, or a kind of goods."""

    programme: str
    """Key of the regime, such as `EU-RUS`."""

    legal_act: str
    """As it is cited: "Regulation (EU) No 833/2014, annex IV (CELEX 32014R0833)"."""

    measure: str
    since: date | None = None
    """First day of the listing; None where the list does not say."""

    until: date | None = None
    """First day on which it no longer holds; None: no end is on record."""

    names: tuple[str, ...] = ()
    """The first is the one under which it is listed; empty for goods."""

    weak_names: tuple[str, ...] = ()
    goods_code: str = ""
    """For goods: a customs code, which covers all codes that begin with it."""

    countries: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    record: str = ""
    """Number of the entry in its list."""

    reason: str = ""
    """Why it was listed, as the act says it."""

    url: str = ""
    amended_by: tuple[str, ...] = ()
    key: str = ""
    """Digest of what is said; "" until it is filed."""

    @property
    def name(self) -> str:
        """The name under which it is listed, or the goods code."""
        return self.names[0] if self.names else self.goods_code


@dataclass(frozen=True, slots=True)
class RegimeEdition:
    """One state of one list."""

    id: str
    name: str
    format: str
    as_of: date
    """Day of which the list tells."""

    programmes: tuple[str, ...]
    keys: tuple[str, ...] = ()
    """Its listings."""

    left_out: tuple[tuple[str, int], ...] = ()
    """Entries that were not loaded, by kind: persons and vessels make no parts."""

    def __str__(self) -> str:
        return f"{self.name} of {self.as_of}"


@dataclass(frozen=True, slots=True)
class Programme:
    """What a regime is called, and where it is explained."""

    key: str
    title: str
    issuer: str = ""
    url: str = ""
    acts: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()


class Order(StrEnum):
    """How two times stand to each other."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"
    """They overlap: it cannot be told which came first."""

    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """A person's word on whether two names are one company."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Match:
    """A maker that may be a listed company: proposed by its name, until a person confirms it."""

    maker: str
    listing: Listing
    matched: str
    """The listed name that fits best."""

    score: float
    """0–100, of spelling alone."""

    reasons: tuple[str, ...]
    verdict: Verdict | None = None
    """None: nobody has looked yet."""

    why: str = ""
    who: str = ""
