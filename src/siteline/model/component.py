"""
Parts found in wrecks: who made them, where, when, and who says so.

There is no field for what a part does. Each noun is what one source says; two sources on one wreck are two rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

UNKNOWN = "unknown"
"""Of a country: nobody said. It is a category, never a country."""

NOT_IDENTIFIED = "Not identified"
"""Of a maker, a brand or a label: examined, and nobody could tell."""


class Basis(StrEnum):
    """On what an attribution to a maker stands."""

    MARKING = "marking"
    PACKAGE = "package"
    TRACE_REPLY = "trace_reply"
    SOURCE_SAYS = "source_says"


class Flag(StrEnum):
    """What keeps a part out of some totals; never out of the ledger."""

    COUNTERFEIT = "counterfeit"
    CLONE = "clone"


class Precision(StrEnum):
    """How exactly a place is known."""

    EXACT = "exact"
    VICINITY = "vicinity"
    LOCALITY = "locality"
    PROVINCE = "province"
    COUNTRY = "country"
    UNKNOWN = "unknown"


PRECISION_M: dict[Precision, float | None] = {
    Precision.EXACT: 10.0,
    Precision.VICINITY: 100.0,
    Precision.LOCALITY: 1_000.0,
    Precision.PROVINCE: 50_000.0,
    Precision.COUNTRY: 250_000.0,
    Precision.UNKNOWN: None,
}
"""Radius in which the place lies, metres; None where nobody said."""

PROVIDES = ("place", "date", "custody", "confidence")
"""What a source can say of where its parts come from; what it does not say is on record as absent."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"days that end before they begin: {self.first} to {self.last}")

    def __str__(self) -> str:
        return self.first.isoformat() if self.first == self.last else f"{self.first}/{self.last}"

    def as_dict(self) -> dict[str, str]:
        """Interchange form."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


@dataclass(frozen=True, slots=True)
class LedgerSource:
    """Who says so, in which list."""

    name: str
    list: str = ""
    """Title or edition of the list of parts, where one source has several."""

    url: str = ""
    published: date | None = None
    provides: tuple[str, ...] = ()
    """Of PROVIDES; what is not in it, the source does not say."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What of the provenance this source does not give."""
        return tuple(what for what in PROVIDES if what not in self.provides)


@dataclass(frozen=True, slots=True)
class Recovery:
    """One wreck, as one source tells of it."""

    wreck: str
    """Its key: sources that tell of one wreck share it."""

    incident: str = ""
    weapons: tuple[str, ...] = ()
    """A set: more than one where the source cannot tell which."""

    weapon_country: str = ""
    """Where the weapon was made, ISO 3166 code; "" if not said."""

    place: str = ""
    precision: Precision = Precision.UNKNOWN
    lon: float | None = None
    lat: float | None = None
    """Degrees, WGS 84; both or neither."""

    days: Days | None = None
    recovered_by: str = ""
    custody: str = ""
    examined: int | None = None
    """Parts that the source says were examined; may be more than it lists. None: it does not say."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part, or several that one line counts."""

    tag: str = ""
    """The examiners' own number within the wreck; "" if they gave none."""

    label: str = NOT_IDENTIFIED
    """What kind of part it is, in a few words, as on the list."""

    marking_raw: str = ""
    marking: str = ""
    """Normalised for comparison: NFKC, upper case, without spaces and hyphens."""

    date_code: str = ""
    scheme: str = ""
    """How the source says its date code is read; "" if it does not."""

    photo: str = ""
    """The exhibit that shows it: an id or a SHA-256."""

    condition: str = ""
    flags: tuple[Flag, ...] = ()
    quantity: int = 1
    goods_code: str = ""
    """Customs code under which such goods are listed, as the source gives it."""

    notes: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who made a part: five fields that are never one another. Each is a set, for what is one or the other."""

    brand: tuple[str, ...] = ()
    manufacturer: tuple[str, ...] = ()
    seat: tuple[str, ...] = ()
    """Countries of the manufacturer's headquarters, ISO 3166 codes."""

    made_in: tuple[str, ...] = ()
    """Countries of the plant, ISO 3166 codes."""

    exporter: tuple[str, ...] = ()
    plant: str = ""
    """The plant's name or town, where it is known."""

    basis: Basis = Basis.SOURCE_SAYS
    probability: float | None = None
    """That the attribution is right, 0–1, where the source gives one."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A question to a maker about one part, and what came back."""

    requested: date | None = None
    reply: str = ""
    diversion_point: str = ""
    status: str = ""
    """`requested`, `answered`, `no_reply` or `refused`."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part as one source tells of it."""

    source: LedgerSource
    recovery: Recovery
    item: Item
    made: Attribution
    trace: Trace | None = None
    key: str = ""
    """Digest of what is said; "" until it is filed."""


@dataclass(frozen=True, slots=True)
class CompanyState:
    """What a company was in a time: where its seat was, whose it was, what it became."""

    company: str
    since: date | None = None
    until: date | None = None
    """First day on which it no longer holds; None: still so."""

    seat: str = ""
    parent: str = ""
    succeeded_by: str = ""
    source: str = ""

    def holds(self, day: date) -> bool:
        """Whether this was so on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Tally:
    """A figure that a source states of a wreck, without naming the parts."""

    wreck: str
    key: str
    """The figure's own name, such as `components` or `component_share_us`."""

    says: str
    """Predicate, in the source's words."""

    low: float | None
    high: float | None
    """None: open at that end."""

    unit: str
    of: str = ""
    """Its denominator, in the source's words."""

    not_before: date | None = None
    """The stated lower bound of assembly, where that is what is stated."""

    source: str = ""
    lineage: str = ""
    relays: bool = False
    """Whether the source passes on what another said."""

    published: date | None = None
    url: str = ""
    note: str = ""
    claim: str = ""
    """Its id in the file it came from."""


@dataclass(frozen=True, slots=True)
class Reply:
    """That a company was asked about its parts, and what it said."""

    company: str
    asked_at: date
    channel: str
    answer: str | None = None
    """None while nothing has come."""

    closed_at: date | None = None
    """The day on which it was held that no answer would come; None while one may."""

    @property
    def on_record(self) -> bool:
        """Whether the company has had its say: it answered, or it let the time pass."""
        return self.answer is not None or self.closed_at is not None
