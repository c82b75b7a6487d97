"""Places: sites, what stands on them, and outlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadGeometry


class Frame(StrEnum):
    """In what coordinates a site's outlines are drawn."""

    EARTH = "earth"
    """Longitude and latitude, EPSG:4326."""

    IMAGE = "image"
    """Pixels, x right, y down, origin at the top-left corner of the top-left pixel."""


class Role(StrEnum):
    """What a feature of a site file is."""

    AOI = "aoi"
    PERIMETER = "perimeter"
    BUILDING = "building"
    ZONE = "zone"
    GATE = "gate"
    POINT = "point"


class Zone(StrEnum):
    """Where something lies, seen from the perimeter."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    STRADDLES = "straddles"


@dataclass(frozen=True, slots=True)
class Function:
    """What a building may be for: a person's judgement, never read from pixels."""

    text: str
    """Such as "final assembly"."""

    qualifier: str
    """"possible" or "probable"."""

    basis: str
    """On what grounds."""

    who: str
    """Who judged."""


@dataclass(frozen=True, slots=True)
class Structure:
    """One feature of a site: an outline with a role and a label."""

    role: Role
    label: str
    """Short, such as "A-1"; unique within the site and role."""

    geometry: BaseGeometry
    """EPSG:4326 (lon, lat) for Frame.EARTH, else pixels."""

    name: str = ""
    looks_like: str = ""
    """What is seen: "long hall with rail access"."""

    function: Function | None = None
    since: date | None = None
    until: date | None = None
    source: str = ""
    """Who drew it, from what."""

    kept: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Whatever else the file said of it (KML folder, style, description), to be written back."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place under watch."""

    id: str
    name: str
    structures: tuple[Structure, ...]
    frame: Frame = Frame.EARTH
    gsd_m: float | None = None
    """Metres per pixel of an image frame, if known."""

    names: tuple[Mapping[str, str], ...] = ()
    """Other names: {"text", "lang", "kind"}."""

    parent: str | None = None
    simulated: bool = False
    """True for a place that never was; its images must say so."""

    kept: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Whatever else the file said (KML styles), to be written back."""

    def having(self, role: Role) -> Iterator[Structure]:
        """Its structures of one role, in file order."""
        return (s for s in self.structures if s.role is role)

    @property
    def aoi(self) -> BaseGeometry | None:
        """The area under watch: the `aoi` feature; None if the file drew none."""
        return next((s.geometry for s in self.having(Role.AOI)), None)

    @property
    def perimeter(self) -> Structure | None:
        """The security perimeter, if one was drawn."""
        return next(self.having(Role.PERIMETER), None)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Outline of one structure, traced on one scene or fitted to several."""

    ring: tuple[tuple[float, float], ...]
    """Vertices (x, y), metres in `crs` (pixels if None); first one not repeated, either winding."""

    crs: str | None
    """Projected CRS of the ring, such as "EPSG:32639"; None for image frames."""

    sigma: float
    """One-sigma position error of a vertex, per axis, in the ring's unit."""

    scene_id: str
    """The scene it was traced on."""

    is_base: bool = False
    """Whether the ring is where it stands; else it is where the roof is seen, beside its base by the lean."""

    roof: str = ""
    """Form of the roof on it as the fit says: "two slopes", "four slopes" or "arched"; "" if flat, or not known."""

    def __post_init__(self) -> None:
        if len(self.ring) < 3:
            raise BadGeometry(f"a footprint needs 3 vertices, got {len(self.ring)}")
