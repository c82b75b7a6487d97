"""
What it takes to publish a brief, and what follows: questions with answers, holds, editions, corrections, deliveries.

A release is a decision by a person who did not write the text. Nothing of it is ever edited: a changed mind is another row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Asked(StrEnum):
    """What whoever releases must answer, under the name by which the answer is kept."""

    HURT = "hurt"
    RECENT = "recent"
    PRECISE = "precise"
    PEOPLE = "people"
    EMBARGO = "embargo"
    REPLY = "reply"

    @property
    def question(self) -> str:
        """As it is put to a person."""
        return _QUESTIONS[self]


_QUESTIONS = {
    Asked.HURT: "Who could be hurt by this, and what was done about it?",
    Asked.RECENT: "How recent are the images and sources, and could their being recent endanger anyone?",
    Asked.PRECISE: "Is the precise location needed? Begin with yes or no.",
    Asked.PEOPLE: "Are people visible, or can they be recognised? Begin with yes or no.",
    Asked.EMBARGO: "Is there an embargo: none, or until when (2026-12-01, or 2026-12-01T06:00Z)?",
    Asked.REPLY: "Right of reply: who was asked, when, by which channel, and what did they answer?",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """Right of reply, given to one whom the brief names."""

    entity: str
    asked_at: str
    """Day, ISO 8601; "" where nobody was asked."""

    channel: str
    answer: str
    """ "none" where none came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it stands on record."""

    key: str
    """Of `Asked`; of a reply, `reply` with the entity in `reply`."""

    text: str
    reply: Reply | None = None
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holds:
    """What is taken out of everything that is published of one edition."""

    round_km: float | None = None
    """Locations are snapped to a net of so many kilometres; None: as they are."""

    is_location_withheld: bool = False
    sentences: Mapping[str, str] = field(default_factory=dict)
    """Redacted sentences, by id, with the reason that is printed in their place."""

    figures: Mapping[str, str] = field(default_factory=dict)
    """Figures that are not shown, by id, with the reason."""

    @property
    def is_location_held(self) -> bool:
        """Whether no exact place may go out."""
        return self.is_location_withheld or self.round_km is not None


@dataclass(frozen=True, slots=True)
class Output:
    """One file of an edition."""

    name: str
    """Its path in a bundle."""

    sha256: str
    bytes: int
    what: str
    """In words: "the page", "figure 2, panel 1"."""


@dataclass(frozen=True, slots=True)
class Rested:
    """One thing that a sentence rested on when it was released, as far as a later reader can compare it."""

    cites: str
    """ "query:ab12"."""

    title: str
    state: str
    """What it said then, in one line: the number, the version, the words."""

    digest: str
    """Of all that it carried."""


@dataclass(frozen=True, slots=True)
class ReleasedSentence:
    """One sentence of an edition."""

    id: str
    text: str
    """"" where it was redacted."""

    kind: str
    rests_on: tuple[Rested, ...] = ()
    redacted: str = ""
    """The reason; "" where it is printed."""


@dataclass(frozen=True, slots=True)
class EditionNoun:
    """One release: what was published, by whom, and what stood behind it. Written once."""

    id: str
    brief: str
    """By which its editions are counted: the name of its file, without the ending."""

    number: int
    title: str
    language: str
    day: str
    version: str
    """Of Siteline."""

    source_sha256: str
    page_sha256: str
    outputs: tuple[Output, ...]
    answers: tuple[Answer, ...]
    holds: Holds
    sentences: tuple[ReleasedSentence, ...]
    figures: tuple[tuple[str, str], ...]
    """(id, caption)."""

    checked: tuple[int, int]
    """Sentences and figures that the gate held; there was no objection, or there would be no edition."""

    writers: tuple[str, ...]
    salt: str
    """By which digests of what is confidential are salted; it never leaves the case."""

    corrections: tuple[str, ...] = ()
    """As printed in it."""

    exhibits: tuple[str, ...] = ()
    """Ids of the exhibits it rests on."""

    shared: tuple[str, ...] = ()
    """Those of them whose bytes may go out with it."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A release as it stands on record."""

    noun: EditionNoun
    who: str
    at: datetime
    log_seq: int
    """Row of the custody log by which it went out."""

    @property
    def name(self) -> str:
        """As a person calls it: "hall/2"."""
        return f"{self.noun.brief}/{self.noun.number}"


@dataclass(frozen=True, slots=True)
class Correction:
    """What an edition got wrong."""

    id: str
    edition_id: str
    sentence: str
    """Its id in that edition."""

    why: str
    now: str
    """What should have been said; "" where nobody said."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """To whom an edition went."""

    id: str
    edition_id: str
    to: str
    how: str
    on: str
    """Day, ISO 8601."""

    who: str
    at: datetime
