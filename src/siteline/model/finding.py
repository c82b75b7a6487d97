"""What can be said of one change, in published English, and of a whole site."""

from __future__ import annotations

from dataclasses import dataclass

from siteline.model.change import Kind, Stage, State, Status
from siteline.model.measurement import Ratio
from siteline.model.place import Zone
from siteline.model.survey import Watch


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the table under a finding."""

    name: str
    """In words: "Area", "First visible", "Detection probability"."""

    text: str
    """In words and numbers, with the error: "about 4,300 m² (95 %: 4,070–4,550)"."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One change event, said in sentences that may be printed."""

    event_id: str
    version: int
    """The version of the event that it speaks of."""

    label: str
    """"A-2", or "" where nobody has given one."""

    title: str
    """A heading: "A-2: new building, inside the perimeter"."""

    headline: str
    """One sentence: what, where, not visible when, first visible when, how large."""

    sentences: tuple[str, ...]
    """What else can be said: stage, sizes and their refusals, detection probability, looks."""

    facts: tuple[Fact, ...]
    """The table under the finding, in the order to print."""

    kind: Kind
    stage: Stage | None
    zone: Zone | None
    """None if the site has no perimeter."""

    status: Status
    remarks: tuple[str, ...] = ()
    """What the reader must be told with it: doubts, runner-up kind, refused sizes."""

    last_without: str | None = None
    """Scene id for the "before" picture; None if no usable look precedes."""

    first_with: str = ""
    """Scene id for the "after" picture."""

    what: str = ""
    """What changed, in words: "new building", "new foundation", "ground cleared"."""

    onset: str = ""
    """When, as its kind says it: "not visible on 3 April, first visible on 19 April 2024"."""

    @property
    def is_reviewed(self) -> bool:
        """Whether a person has accepted it: all else makes the brief a draft."""
        return self.status is Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class Comparison:
    """The size of one thing over that of another, and what may be said of it."""

    label: str
    """What is measured: "A-2"."""

    against: str
    """What it is held against: "A-1"."""

    what: str
    """`area` or `length`."""

    ratio: Ratio
    sentence: str
    """The sentence to print: the narrowest that the interval supports."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one part of a site changed, and how far that can be said at all."""

    watch: Watch
    state: State
    """`unchanged` only where a change could have been seen."""

    event_ids: tuple[str, ...]
    """What changed there, in order of time."""

    sentences: tuple[str, ...]
    was_there: bool | None = None
    """Of a building: whether it stood at the first looks; None if nothing tells."""

    is_there: bool | None = None
    """Whether it stands at the last ones."""

    roof_changed: bool | None = None
    """Whether it got another roof in between; None if that could not have been seen."""


@dataclass(frozen=True, slots=True)
class SiteFindings:
    """All that one survey lets us say of one site."""

    site_id: str
    findings: tuple[Finding, ...]
    """The gravest first: new buildings, then removals, roofs, ground."""

    comparisons: tuple[Comparison, ...]
    summary: tuple[str, ...]
    """A few sentences for the top of the page: how many of what, inside and outside."""

    seeing: tuple[str, ...]
    """What could be seen at all: "nothing smaller than about 150 m² could have been seen; …"."""

    smallest: str = ""
    """The smallest new building that could have been seen: "about 150 m²"; "" if not known."""
