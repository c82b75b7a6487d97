"""Two looks compared: how they were laid on one another, and the places that a person should judge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from siteline.model.dates import DateInterval
from siteline.model.imagery import Grid
from siteline.model.remark import Remark


class PairMode(StrEnum):
    """How two looks are compared."""

    PLACES = "places"
    """Fine pixels: places ranked for the eye."""

    GROUND = "ground"
    """Four bands or more: ground that changed, by IR-MAD."""


@dataclass(frozen=True, slots=True)
class PairOptions:
    """What can be chosen about a comparison of two looks."""

    mode: PairMode | None = None
    """None: ground with four bands or more and pixels of 5 m or coarser, else places."""

    places: int = 10
    """As many are listed at most."""

    as_they_lie: bool = False
    """Compare pixel with pixel, without laying the looks on one another by what they show."""


@dataclass(frozen=True, slots=True)
class PairFit:
    """How the later look was laid on the earlier one."""

    shift_px: tuple[float, float]
    """(right, down) by which its content was moved, pixels of `grid`."""

    local_px: float
    """Largest further move of a part of it (relief, lean, an oblique view), pixels of `grid`."""

    likeness: float
    """Correlation of the fine pattern of both, after that; -1 to 1."""

    likeness_of_strangers: float
    """The same with one of them turned over: what pictures of different ground would reach."""

    residual_px: float | None
    """What remains, pixels of `grid`; None if unknown, or nothing was moved."""

    common: float
    """Share of the site that both show, 0–1."""

    grid: Grid
    """On which they are compared."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to look: not an event until a person says so."""

    number: int
    """From 1, the one to look at first."""

    outline: BaseGeometry
    """In the coordinates of the grid, or pixels."""

    worth: float
    """What it was ranked by, no probability; for ground, how far it stands out over the threshold."""

    appeared: bool | None
    """Whether the later look shows a thing that the earlier one lacks; None if that cannot be said."""

    area: float
    """Ground area inside the outline, m², or px² without a scale."""

    reasons: tuple[str, ...]
    """Why it is listed, in words, the strongest first."""

    doubts: tuple[str, ...]
    """What may fool us here, in words."""


@dataclass(frozen=True, slots=True)
class Places:
    """All that one comparison of two looks proposes."""

    mode: PairMode
    places: tuple[Place, ...]
    threshold: float | None
    """Of √Z, for ground; None for places."""

    changed: float
    """Share of the common ground that the places cover, 0–1."""

    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of two looks of a site, as it is kept: the same looks, options and code give the same id."""

    id: str
    site_id: str
    before: str
    """Id of the earlier scene."""

    after: str
    interval: DateInterval
    """Within which whatever changed between the two looks came into sight."""

    fit: PairFit
    found: Places
    options: PairOptions
    remarks: tuple[Remark, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """What to look at, in order."""
        return self.found.places
