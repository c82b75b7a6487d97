"""Sizes, each with the budget of its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shapely.geometry.base import BaseGeometry

from siteline.model.place import Footprint
from siteline.model.quantity import Quantity


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One named part of an error."""

    name: str
    """Such as "edge", "PSF", "scale", "model floor"."""

    sigma: float
    """In the unit of the quantity."""

    shared: bool
    """True if the same in every measurement on the same images, so that it cancels in a ratio."""

    falls: bool = False
    """Whether the value falls where what is shared rises; two that do not agree in this add up."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured size, or the reason why it was refused."""

    what: str
    """`area`, `length`, `width`, `height`, `distance_to_perimeter`, `distance`."""

    quantity: Quantity | None
    """None if refused."""

    budget: tuple[BudgetLine, ...]
    method: str
    """In words: "footprint fitted to 8 looks", "outline drawn by hand on S12"."""

    scene_ids: tuple[str, ...]
    refused: str | None = None
    """Why there is no number."""

    footprint: Footprint | None = None
    """The fitted outline, for an area."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One size over another."""

    quantity: Quantity
    """A / B, unitless, with 95 % bounds."""

    supported: tuple[str, ...]
    """Sentences that the interval supports."""

    not_supported: tuple[str, ...]
    """Tempting sentences that it does not."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """One drawing of a thing, made by hand on one scene."""

    geometry: BaseGeometry
    """A polygon or a line, in the coordinates of whoever handed it over."""

    analyst: str = ""
    """Who drew it; "" where nobody said."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a person assumes about a building in order to say what it may hold; images show none of it."""

    floors: tuple[float, float]
    """From, to."""

    who: str
    why: str
    """On what grounds."""

    dwelling_m2: tuple[float, float] | None = None
    """Floor area that one dwelling takes, from, to."""

    worker_m2: tuple[float, float] | None = None
    """Floor area that one worker takes, from, to."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a building may hold if some assumptions are right: only ever from one number to another."""

    footprint: Quantity
    assumed: Assumed
    floor_m2: tuple[float, float]
    dwellings: tuple[int, int] | None
    workers: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Rested:
    """Something on file that a size was taken from, as it was then."""

    name: str
    """As sentences call it."""

    id: str
    """Of an event or of a filed size; of a structure its label."""

    version: int | None = None
    """Of an event."""

    size: Measurement | None = None
    """None where only its outline was used."""


@dataclass(frozen=True, slots=True)
class FiledSize:
    """A size, a ratio or a capacity that somebody asked for, with all that it rests on, so that it can be cited."""

    site_id: str
    what: str
    """As `Measurement.what`; or `ratio`, `capacity`."""

    name: str
    """What was measured, as sentences call it: "the outline drawn", "area of A-2 / A-1"."""

    size: Measurement | None
    """None for a ratio and for a capacity."""

    ratio: Ratio | None
    capacity: Capacity | None
    """A person's judgement, with its assumption and whose it is."""

    said: tuple[str, ...]
    """Sentences that it supports, in metres."""

    not_said: tuple[str, ...] = ()
    """Tempting sentences that it does not."""

    drawings: tuple[Tracing, ...] = ()
    """As they were handed in, in the coordinates of the site's frame."""

    rests_on: tuple[Rested, ...] = ()
    scenes: tuple[tuple[str, str], ...] = ()
    """Id and SHA-256 of every image that it was measured on."""

    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What was asked for beside that, by the name of the option."""
