"""Sites that never were: their land, their roads, and buildings that rise on known days."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from shapely import LineString, Polygon
from shapely.affinity import rotate, translate
from shapely.geometry import box

from siteline.model.change import Kind, Stage

BANDS = ("blue", "green", "red", "nir")
Spectrum = tuple[float, float, float, float]
"""Reflectance 0–1 in blue, green, red and near infrared."""

GROUNDS: dict[str, Spectrum] = {
    "soil": (0.095, 0.135, 0.180, 0.255),
    "cleared": (0.135, 0.185, 0.235, 0.300),
    "gravel": (0.155, 0.185, 0.210, 0.245),
    "yard": (0.170, 0.205, 0.235, 0.270),
    "asphalt": (0.085, 0.095, 0.100, 0.115),
    "old asphalt": (0.120, 0.133, 0.140, 0.155),
    "concrete": (0.230, 0.265, 0.290, 0.325),
    "fresh concrete": (0.275, 0.310, 0.335, 0.370),
    "track": (0.130, 0.165, 0.200, 0.260),
    "ballast": (0.110, 0.120, 0.128, 0.145),
    "spoil": (0.180, 0.240, 0.300, 0.360),
    "coal": (0.045, 0.047, 0.050, 0.060),
    "grass": (0.032, 0.070, 0.045, 0.420),
    "dry grass": (0.085, 0.120, 0.150, 0.280),
    "stubble": (0.115, 0.160, 0.205, 0.320),
    "water": (0.045, 0.050, 0.035, 0.020),
}
ROOFS: dict[str, Spectrum] = {
    "light metal": (0.340, 0.360, 0.370, 0.385),
    "grey metal": (0.215, 0.225, 0.230, 0.240),
    "weathered cement": (0.185, 0.198, 0.208, 0.232),
    "bitumen": (0.070, 0.073, 0.076, 0.085),
    "red tile": (0.075, 0.105, 0.205, 0.285),
    "blue steel": (0.235, 0.215, 0.150, 0.215),
    "rust": (0.090, 0.115, 0.170, 0.240),
    "white membrane": (0.480, 0.510, 0.520, 0.510),
    "green sheet": (0.105, 0.175, 0.125, 0.235),
}
FRAME: Spectrum = (0.290, 0.312, 0.330, 0.352)
"""Decked bays of a frame without a roof; open ones are much darker."""


@dataclass(frozen=True, slots=True)
class Works:
    """The days on which a building comes into being."""

    cleared: date
    foundation: date
    structure: date | None = None
    """First wall or column; None: it does not get there."""

    topped: date | None = None
    """Walls at full height, over the whole footprint."""

    roofed: date | None = None
    """Roof closed; None: still open at the end."""


@dataclass(frozen=True, slots=True)
class Building:
    """One building and all that happens to it."""

    label: str
    outline: Polygon
    """Its base, local metres (x east, y north); the roof outline is the same."""

    turn: float
    """Direction of its long axis, degrees counter-clockwise from east."""

    height_m: float
    roof: str
    """A key of `ROOFS`."""

    pitch: float = 0.0
    """Slope of the roof, at the eaves if it is arched, degrees; 0 for a flat one. Only for rectangles."""

    built: Works | None = None
    """None: it stood there before the first look."""

    removed: tuple[date, date] | None = None
    """First and last day of a demolition."""

    reroofed: tuple[date, date, str] | None = None
    """First and last day of a roof replacement, and the new roof."""

    yard: Polygon | None = None
    """Ground that is cleared for the works, or left over by a demolition."""

    yard_after: str = "gravel"
    """What covers the yard when all is done."""

    looks_like: str = ""

    form: str = "gable"
    """What a pitched roof is: `gable` (two slopes), `hip` (four) or `arch`."""

    @property
    def kind(self) -> Kind | None:
        """What kind of change it shows; None if it just stands there."""
        if self.built:
            return Kind.CONSTRUCTION
        if self.removed:
            return Kind.DEMOLITION
        return Kind.ROOF_CHANGE if self.reroofed else None

    def stage_on(self, day: date) -> Stage | None:
        """How far it has come on a day; None before the works, and for one that was always there."""
        works = self.built
        if works is None or day < works.cleared:
            return None
        if works.roofed and day >= works.roofed:
            return Stage.ROOFED
        if works.structure and day >= works.structure:
            return Stage.STRUCTURE
        return Stage.FOUNDATION if day >= works.foundation else Stage.CLEARED


@dataclass(frozen=True, slots=True)
class Patch:
    """Ground that changes without a building: paving, clearing, a heap. What fools a detector."""

    label: str
    outline: Polygon
    ground: str
    """A key of `GROUNDS`."""

    start: date
    finish: date
    """It spreads between these days."""

    kind: Kind | None = None
    """`clearing` or `surface_change`; None for what was there before the first look."""

    what: str = ""
    """In words: "parking lot", "heap of spoil"."""

    height_m: float = 0.0
    """Of a heap; it casts a shadow."""

    regrows: date | None = None
    """From here on grass takes it back, within a year."""


@dataclass(frozen=True, slots=True)
class Parked:
    """What stands somewhere for weeks or months and leaves again: a rake of wagons, a stack of containers."""

    label: str
    outline: Polygon
    height_m: float
    tone: str
    """A key of `ROOFS`."""

    stays: tuple[tuple[date, date], ...]
    """First and last day of each stay."""


@dataclass(frozen=True, slots=True)
class Field:
    """Farmland with one crop a year: green slowly, bare in a day."""

    outline: Polygon
    turn: float
    """Direction of the rows, degrees."""

    green_up: int
    """Day of the year at which the crop is half grown."""

    harvest: int
    plough: int
    richness: float = 0.9
    """Largest share of ground that the crop covers."""


@dataclass(frozen=True, slots=True)
class Road:
    """A strip of road, track or rail."""

    line: LineString
    width_m: float
    ground: str
    traffic: float = 0.0
    """Vehicles per 100 m, on average."""


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """One pass of the satellite: when, from where, and in what weather."""

    when: datetime
    """UTC."""

    weather: str = "clear"
    """`clear`, `scattered`, `thin` or `overcast`."""

    snow: float = 0.0
    """Depth of snow, 0 (none) – 1 (everything white)."""

    moisture: float = 0.3
    """Of the ground, 0 dry – 1 soaked."""

    view_off_nadir: float = 0.0
    """Degrees."""

    view_azimuth: float = 0.0
    """Degrees clockwise from north, from the satellite to the site (as in STAC): roofs lean that way."""


@dataclass(frozen=True, slots=True)
class SimulatedSite:
    """An invented place with all that happens there; lengths in local metres, x east, y north."""

    id: str
    name: str
    size_m: float
    """Side of the square frame; its lower left corner is (0, 0)."""

    looks: tuple[PlannedLook, ...]
    buildings: tuple[Building, ...] = ()
    patches: tuple[Patch, ...] = ()
    parked: tuple[Parked, ...] = ()
    fields: tuple[Field, ...] = ()
    roads: tuple[Road, ...] = ()
    woods: tuple[Polygon, ...] = ()
    perimeter: Polygon | None = None
    lawns: tuple[Polygon, ...] = ()
    """Kept grass; the rest of the open ground is rough."""

    known: tuple[str, ...] = ()
    """Labels of the buildings that the site file draws."""

    latitude: float = 42.0
    """Degrees north: sets the sun. The false place lies at the same latitude, in open ocean."""

    gsd_m: float = 3.0
    fine_m: float = 1.0
    """Cell of the world from which pixels are integrated, m."""

    psf_px: float = 0.75
    """Sigma of the optics, pixels; the integration over the pixel comes on top."""

    shift_px: tuple[float, float] = (0.15, 1.0)
    """Least and largest misregistration of a look, pixels."""

    wander_px: int = 0
    """How many whole pixels the frame of a look may lie off the first one's."""

    gain_sigma: float = 0.08
    trees_per_ha: float = 4.0
    """Single trees outside woods."""

    notes: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What else the truth should say of it."""


def draw_rectangle(x: float, y: float, length: float, width: float, turn: float = 0.0) -> Polygon:
    """A rectangle around (x, y), its length along `turn` degrees counter-clockwise from east; metres."""
    shape = box(-length / 2, -width / 2, length / 2, width / 2)
    return translate(rotate(shape, turn, origin=(0, 0)), x, y)


def draw_l(x: float, y: float, length: float, width: float, cut: tuple[float, float], turn: float) -> Polygon:
    """An L: a rectangle around (x, y) less its upper right corner of `cut` = (length, width) metres."""
    a, b = length / 2, width / 2
    corners = [(-a, -b), (a, -b), (a, b - cut[1]), (a - cut[0], b - cut[1]), (a - cut[0], b), (-a, b)]
    return translate(rotate(Polygon(corners), turn, origin=(0, 0)), x, y)


def along(turn: float) -> tuple[float, float]:
    """Unit vector (east, north) of a direction given in degrees counter-clockwise from east."""
    return math.cos(math.radians(turn)), math.sin(math.radians(turn))
