"""
Who said what, in which words, how surely, and from whom they had it.

A `Statement` is one utterance by somebody, in the words of one document. What it says is its `Claim`: a proposition about
one thing, with a scope. Two statements of one proposition share a claim (`claim_id`); statements of different propositions
about one question share a claim *key*. Nothing here is a truth: what is held true is somebody's assessment, elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum

from siteline.model.errors import BadStatement
from siteline.model.interval import Interval, Period


class Stance(StrEnum):
    """How the speaker stands to the claim; DESIGN's list."""

    ASSERTS = "asserts"
    HEDGES = "hedges"
    DENIES = "denies"
    NO_POSITION = "no_position"
    """ "Neither confirmed nor denied", "declined to comment": a word was given, and it takes no side."""

    NONRESPONSE = "nonresponse"
    """Asked, and did not answer. Never a denial. "X does not report it" is not even this: it is no statement."""

    CORRECTS = "corrects"
    """The source takes its words back and puts these in their place."""

    RETRACTS = "retracts"
    """The source takes its words back and leaves nothing in their place."""


class ClaimKind(StrEnum):
    """What sort of thing is claimed."""

    FACT = "fact"
    JUDGEMENT = "judgement"
    """An inference, such as a workforce from housing; its support is other claims."""


class AnchorKind(StrEnum):
    """What a statement hangs on."""

    WORDS = "words"
    """Exact words in an exhibit's text; checked when it was filed."""

    URL = "url"
    """An address only: the words are not in custody."""

    OBSERVED = "observed"
    """What we saw ourselves in exhibits, such as images; the quote is our own wording."""


class Access(StrEnum):
    """From where the speaker has it."""

    PRIMARY = "primary"
    """Saw, counted, measured or holds it."""

    RELAY = "relay"
    """Has it from somebody else."""

    UNKNOWN = "unknown"


class HedgeKind(StrEnum):
    """What a hedge does; RECORDS 5.2."""

    EPISTEMIC = "epistemic"
    EVIDENTIAL = "evidential"
    APPROXIMATOR = "approximator"
    CONDITIONAL = "conditional"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the words of a statement are."""

    kind: AnchorKind
    exhibit_id: str = ""
    """The exhibit that has the words; of several images, the first (the others are in `Statement.imagery`)."""

    sha256: str = ""
    """Of the exhibit's bytes."""

    start: int | None = None
    """First code point of the quote in the exhibit's text rendition, from 0; that text is never normalised."""

    end: int | None = None
    """One past the last code point."""

    rendition: str = ""
    """How the text was made of the bytes, and its own SHA-256: "text/1:9f86…"."""

    url: str = ""
    """Where it was published; "" if that is not known."""

    def __post_init__(self) -> None:
        if self.kind is AnchorKind.WORDS:
            if not self.exhibit_id or self.start is None or self.end is None:
                raise BadStatement("words in an exhibit need the exhibit and where they start and end in it")
            if self.start < 0 or self.end <= self.start:
                raise BadStatement(f"no words lie between characters {self.start} and {self.end}")
        if self.kind is AnchorKind.URL and not self.url:
            raise BadStatement("a statement whose words are not in custody needs the address that has them")
        if self.kind is AnchorKind.OBSERVED and not self.exhibit_id:
            raise BadStatement("an observation needs the exhibit that shows it")

    @property
    def is_in_custody(self) -> bool:
        """Whether the case has the bytes."""
        return bool(self.exhibit_id)


@dataclass(frozen=True, slots=True)
class Hedge:
    """A word by which the source kept a distance from what it said: the source's, never ours."""

    text: str
    kind: HedgeKind = HedgeKind.EPISTEMIC
    start: int | None = None
    """First code point in the exhibit's text; None where the words are not in custody."""

    end: int | None = None

    def __post_init__(self) -> None:
        if not self.text:
            raise BadStatement("a hedge needs its words")


@dataclass(frozen=True, slots=True)
class Attribution:
    """One hand through which a statement came; the chain begins with the speaker and ends at the document we have."""

    name: str
    """As it was given: "Prosecutor General A. Kostin", "a military source"."""

    level: str = "speaker"
    """`speaker`, `outlet` (who published it), `relay` (who passed it on)."""

    role: Access = Access.UNKNOWN
    entity_id: str = ""
    """Once somebody said which entity this is; "" until then."""

    title: str = ""
    """The role in which they spoke, such as "spokesperson"; "" if not said."""

    is_anonymous: bool = False
    """Whether the document keeps the name to itself ("a Ukrainian military source")."""

    def __post_init__(self) -> None:
        if not self.name:
            raise BadStatement(
                "somebody in a chain of attribution has no name; write how the document calls them"
            )


@dataclass(frozen=True, slots=True)
class Translation:
    """The quote in another language; the quote itself stays as it is."""

    text: str
    language: str = "und"
    """BCP 47 tag of `text`."""

    translator: str = "unknown"
    """Who, or which program and version."""

    is_machine: bool = False
    checked_by: str = ""
    """Who read both; "" if nobody did. A later check is a word on the statement, not an edit."""


@dataclass(frozen=True, slots=True)
class Asked:
    """For `nonresponse` and `no_position`: who asked, when, how."""

    by: str = ""
    when: Period | None = None
    how: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what the claim holds: when, where, of which thing. What is not said is left empty, and is not known to be disjoint."""

    time: Period | None = None
    place: str = ""
    """From the narrow to the wide, with commas: "Sviatoshynskyi, Kyiv" (either order is understood)."""

    place_id: str = ""
    """Entity of the place; "" if nobody said."""

    thing: str = ""
    """A narrower thing than the subject: "one wreck", "of those examined"."""


def _float(end: float | None) -> float | None:
    """24 and 24.0 are one value, and have one spelling."""
    return None if end is None else float(end)


@dataclass(frozen=True, slots=True)
class Claim:
    """One proposition: subject, predicate, and a value, with its scope."""

    key: str
    """The question it answers, shared by all that answer it: `killed`, `new_building_size`."""

    subject: str = ""
    """As it was named; "" where the key says it all."""

    predicate: str = ""
    """What is said of the subject: `fired_total`; "" means the key."""

    value: Interval | None = None
    """A quantity, as the words are read: "at least 24" is 24 or more, "around 50" is 45 to 55."""

    value_text: str = ""
    """What is claimed where it is no quantity: a name, a list; "" otherwise."""

    value_type: str = ""
    """`count`, `ratio`, `share`, `number`, `date`, `entity`, `alias`, `list`, `text`; "" for none."""

    unit: str = ""
    """As it was given: "missiles", "fraction", "m²"; "" for a bare number."""

    qualifier: str = ""
    """The words at the number: "at least", "around"."""

    stated: Interval | None = None
    """The number itself, before its words were read: 50 for "around 50". None: as `value`."""

    kind: ClaimKind = ClaimKind.FACT
    scope: Scope = field(default_factory=Scope)
    condition: str = ""
    """"If …": then it claims nothing about the present."""

    subject_ids: tuple[str, ...] = ()
    """Entities of the subject; several mean "one of these", as in KN-23/24; () until somebody said."""

    value_ids: tuple[str, ...] = ()
    """Entities of `value_text`; several mean "one of these"."""

    definition: str = ""
    """What is counted, of what: a denominator, who counts as injured."""

    @property
    def id(self) -> str:
        """The same for the same proposition, whoever states it: 16 hex digits."""
        scope = self.scope
        value = self.value
        told = [
            *(self.key, self.subject, self.predicate, self.value_text, self.unit, self.kind.value),
            *(self.condition, self.definition, scope.place, scope.place_id, scope.thing),
            *((str(end) for end in (scope.time.first, scope.time.last)) if scope.time else ()),
            [*map(_float, value.ends()), value.excludes_low, value.excludes_high] if value else None,
            sorted(self.subject_ids),
            sorted(self.value_ids),
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def says(self) -> str:
        """The predicate; the key where none is given."""
        return self.predicate or self.key


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's words, in one document. What we know of it later (checks, evidence, a withdrawal) are words on it."""

    id: str
    """A ULID, or the id that a table gave it."""

    anchor: Anchor
    claim: Claim
    stance: Stance
    quote: str = ""
    """The exact words, code point by code point as in the exhibit; "" where only a paraphrase is known."""

    paraphrase: str = ""
    """Somebody's summary of the words; never to be quoted."""

    language: str = "und"
    """BCP 47 tag of the words; "und" if that is not known."""

    translation: Translation | None = None
    hedges: tuple[Hedge, ...] = ()
    """As said, in order."""

    is_negated: bool = False
    """Whether the words assert that the claim does *not* hold; a denial of somebody else's claim is a stance instead."""

    attribution: tuple[Attribution, ...] = ()
    """Speaker first, then each hand through which it came to us."""

    said: Period | None = None
    """When it was said or published; None if that is not known."""

    lineage: str = ""
    """The line of transmission that it was filed under, such as "REUTERS-2024-11-25"; "": one of its own."""

    cites: str = ""
    """On whom it says it rests: "PGO", "Reuters"; "" if it does not say."""

    wire: str = ""
    """The agency whose text it is, if it says so."""

    dataset: str = ""
    """The dataset its number comes from, if any."""

    imagery: tuple[str, ...] = ()
    """Exhibits of the images it rests on."""

    evidence: tuple[str, ...] = ()
    """Exhibits that the speaker offered in support; a denial has none until some is given."""

    supports: tuple[str, ...] = ()
    """For a judgement: ids of the statements that it rests on."""

    asked: Asked | None = None
    note: str = ""
    """Of whoever filed it."""

    def __post_init__(self) -> None:
        if not self.id:
            raise BadStatement("a statement needs an id")
        if not self.claim.key:
            raise BadStatement("a statement needs the key of its claim: which question does it answer?")
        if self.anchor.kind is not AnchorKind.URL and not self.quote:
            raise BadStatement("a statement that is in custody needs its exact words")
        if self.anchor.kind is AnchorKind.WORDS:
            assert self.anchor.start is not None
            assert self.anchor.end is not None
            if self.anchor.end - self.anchor.start != len(self.quote):
                raise BadStatement(
                    f"the quote has {len(self.quote)} characters, its place has {self.anchor.end - self.anchor.start}"
                )

    @property
    def lineage_name(self) -> str:
        """Its lineage; one of its own, named after it, if it was filed under none."""
        return self.lineage or f"own:{self.id}"

    @property
    def speaker(self) -> str:
        """Who said it, as named; "" if nobody is named."""
        return self.attribution[0].name if self.attribution else ""

    @property
    def is_relay(self) -> bool:
        """Whether it says itself that it has its words from somebody else."""
        return bool(self.cites or self.wire) or any(
            hand.level == "relay" or hand.role is Access.RELAY for hand in self.attribution
        )

    @property
    def takes_side(self) -> bool:
        """Whether it puts a value forward: an assertion, hedged or not, or a correction."""
        return self.stance in (Stance.ASSERTS, Stance.HEDGES, Stance.CORRECTS) and not self.claim.condition
