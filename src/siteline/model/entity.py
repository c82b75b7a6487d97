"""Things that are spoken of, their names, what binds them, and who judged which of them to be one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class EntityType(StrEnum):
    """What sort of thing it is; things of two sorts are never one."""

    FACILITY = "facility"
    BUILDING = "building"
    COMPLEX = "complex"
    ORGANISATION = "organisation"
    PERSON = "person"
    PLACE = "place"
    PRODUCT = "product"
    PRODUCT_FAMILY = "product_family"
    COMPONENT_TYPE = "component_type"
    VESSEL = "vessel"
    OUTLET = "outlet"
    RECORD = "record"
    """A row of another model that is kept for its sake: an address, a payment, a sanction."""


class NameKind(StrEnum):
    """What sort of name it is."""

    OFFICIAL = "official"
    LOCAL = "local"
    TRANSLIT = "translit"
    TRANSLATION = "translation"
    CODENAME = "codename"
    DESIGNATION = "designation"
    ABBREVIATION = "abbreviation"
    FORMER = "former"
    TYPO = "typo"
    ALIAS = "alias"
    """Another name, of a kind that its source does not say."""


class Strength(StrEnum):
    """What a name can do by itself."""

    STRONG = "strong"
    """Names the thing (a person needs more)."""

    WEAK = "weak"
    """Counts only with a second property that agrees."""

    NEVER_AUTO = "never_auto"
    """Is shown to a person and decides nothing: typos, cover names."""


class EdgeKind(StrEnum):
    """How one thing is bound to another, read from the first to the second."""

    PART_OF = "part_of"
    LOCATED_IN = "located_in"
    OPERATES = "operates"
    PRODUCES = "produces"
    MEMBER_OF_FAMILY = "member_of_family"
    SUCCESSOR_OF = "successor_of"
    SUBORDINATE_TO = "subordinate_to"
    SAME_AS = "same_as"
    NOT_SAME_AS = "not_same_as"


class IdentityVerdict(StrEnum):
    """What a judgement says of two entities; the last word on a pair holds."""

    SAME = "same"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who added a row, and when."""

    by: str
    at: datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing as one source, or one person here, speaks of it."""

    id: str
    type: EntityType
    dataset: str
    """Which import, or `case` for what was made here."""

    signed: Signed


@dataclass(frozen=True, slots=True)
class Name:
    """One name of an entity, with where it stands."""

    id: str
    entity: str
    text: str
    lang: str
    """BCP 47 or ISO 639; "" where it is not known."""

    script: str
    """ISO 15924, as found in the text."""

    kind: NameKind
    strength: Strength
    system: str
    """How it was romanised: RR, MR, DPRK-1992, BGN, press; "" if it was not, or nobody said."""

    valid_from: date | None
    """First day on which it was the name; None: not known."""

    valid_to: date | None
    """Last day; None: not known, or still."""

    source: str
    note: str
    dataset: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class Edge:
    """What a source says binds two things; two sources that differ are two edges."""

    id: str
    kind: EdgeKind
    a: str
    b: str
    valid_from: date | None
    valid_to: date | None
    source: str
    probability: float | None
    """That it holds, 0–1, as its author judges; None: not judged."""

    note: str
    dataset: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class Property:
    """One statement row: one value of one property, with its origin."""

    id: str
    entity: str
    schema: str
    prop: str
    prop_type: str
    value: str
    original_value: str
    """As the source had it, where `value` was cleaned; else ""."""

    lang: str
    dataset: str
    origin: str
    first_seen: str
    last_seen: str
    external: bool
    """Whether it came with enrichment and is not confirmed as of this entity."""

    signed: Signed


@dataclass(frozen=True, slots=True)
class IdentityJudgement:
    """A person's word on whether two entities are one."""

    id: str
    a: str
    b: str
    verdict: IdentityVerdict
    why: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class Match:
    """An entity that a text may name."""

    id: str
    """Of the thing as a whole: the canonical id."""

    name: str
    """The name that fits best."""

    type: EntityType
    score: float
    """0–1, for ranking."""

    reasons: tuple[str, ...]
    is_auto: bool
    """Whether this may be taken without asking a person."""
