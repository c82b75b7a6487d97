"""Change events: what was built, reroofed or torn down, and what people said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from siteline.model.dates import DateInterval
from siteline.model.quantity import Quantity
from siteline.model.radar import Agreement, Witnesses


class Kind(StrEnum):
    """What kind of change."""

    CONSTRUCTION = "construction"
    DEMOLITION = "demolition"
    ROOF_CHANGE = "roof_change"
    CLEARING = "clearing"
    SURFACE_CHANGE = "surface_change"

    @property
    def words(self) -> str:
        """As it is published."""
        return _PUBLISHED[self]


class Stage(StrEnum):
    """How far a construction has come, at the end of the series."""

    CLEARED = "cleared"
    FOUNDATION = "foundation"
    STRUCTURE = "structure"
    ROOFED = "roofed"

    @property
    def words(self) -> str:
        """As it is published."""
        return _PUBLISHED[self]


class Method(StrEnum):
    """Who found it."""

    DETECTED = "detected"
    DRAWN = "drawn"

    @property
    def words(self) -> str:
        """As it is published."""
        return _PUBLISHED[self]


_PUBLISHED: Mapping[StrEnum, str] = {
    Kind.CONSTRUCTION: "new building",
    Kind.DEMOLITION: "building removed",
    Kind.ROOF_CHANGE: "roof replaced",
    Kind.CLEARING: "ground cleared",
    Kind.SURFACE_CHANGE: "ground changed, cause unknown",
    Stage.CLEARED: "ground cleared",
    Stage.FOUNDATION: "foundation",
    Stage.STRUCTURE: "walls or frame",
    Stage.ROOFED: "roof on",
    Method.DETECTED: "found by comparison of images",
    Method.DRAWN: "seen by the analyst",
}
"""The words that stand for a code wherever a reader sees it."""


class State(StrEnum):
    """What one look says of one event."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_OBSERVABLE = "not_observable"


class Status(StrEnum):
    """What people said of an event."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look says of one event."""

    scene_id: str
    state: State
    reason: str | None = None
    """For `not_observable`: cloud, snow, shadow, no image, misregistered."""


@dataclass(frozen=True, slots=True)
class Proposer:
    """A user's own model that proposed an event: which one, exactly, and how it was asked."""

    name: str
    """As its card says."""

    version: str
    sha256: str
    """Of the model's file."""

    card_sha256: str
    """Of the card that says how it is asked."""

    licence: str
    credit: str
    runtime: str
    """What ran it: "onnxruntime 1.32.0"."""

    run: str
    """Recipe of the run."""

    label: str
    """Its own word for what it found."""

    tells_probability: bool = True
    """False for a model that says yes or no: the event's probability is then no more than a coin's."""

    @property
    def words(self) -> str:
        """Whose proposal it is: "the user's model Halls (sha256 3f9a01c2…)"."""
        return f"the user's model {self.name} (sha256 {self.sha256[:8]}…)"


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One dated change on the ground, as one survey saw it or one person drew it."""

    outline: BaseGeometry
    """Roof outline of the changed structure, or the changed ground; in `crs`, or pixels."""

    crs: str | None
    """CRS of the outline (the grid's); None for an image frame."""

    kind: Kind
    stage: Stage | None
    method: Method
    probability: float
    """That the event is real, 0–1."""

    calibrated: bool
    onset: DateInterval
    """First visible change."""

    finished: DateInterval | None
    """Roof on (construction), or completed (demolition, roof change); None if not, or not known."""

    last_without: str | None
    """Id of the last usable scene before the change."""

    first_with: str
    """Id of the first usable scene with it."""

    observations: tuple[Observation, ...]
    """One for each look, in time order."""

    height: Quantity | None = None
    """From the seasonal shadow, m; None if the shadow could not tell."""

    other_kind: Kind | None = None
    """The runner-up where the shadow could not tell; both are named in text."""

    remarks: tuple[str, ...] = ()
    """What the reader must be told with this event."""

    label: str = ""
    """Given by a person, or the label of the site's structure it lies on."""

    proposer: Proposer | None = None
    """The user's own model that proposed it; None for what our own comparison or a person found."""

    witnesses: Witnesses | None = None
    """What images of light and radar each saw alone; None where no radar was searched."""

    @property
    def by_radar_alone(self) -> bool:
        """Whether no image of light shows it: then nothing is said of what it is."""
        return self.witnesses is not None and self.witnesses.agreement is Agreement.RADAR_ONLY

    @property
    def provisional(self) -> bool:
        """Whether a single look shows it so far; what a person drew does not wait for a second one."""
        return self.method is Method.DETECTED and sum(o.state is State.CHANGED for o in self.observations) < 2


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one preset lists of the candidates of a site, and what it is expected to get wrong."""

    preset: str
    least: float
    """Detection probability from which it lists an event, 0–1."""

    listed: int
    false: float
    """Expected number of listed events that are not real."""

    left_out: int
    """Candidates that it does not list."""

    missed: float
    """Expected number of real changes among these."""

    kept_from: float
    """Detection probability below which nothing is kept as a candidate, and nothing is counted here."""

    calibrated: bool
    """Whether the probabilities behind the expected numbers are."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person said of one version of an event."""

    event_id: str
    version: int
    status: Status
    who: str
    when: datetime
    why: str
