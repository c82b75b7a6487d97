"""One survey of one site: what was looked at, with what result, by which runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shapely.geometry.base import BaseGeometry

from siteline.model.imagery import Gap, Grid, Look
from siteline.model.place import Role
from siteline.model.quantity import Quantity
from siteline.model.radar import RadarSurvey
from siteline.model.remark import Remark


@dataclass(frozen=True, slots=True)
class Watch:
    """How well one survey saw one part of a site: what makes "nothing changed" worth saying."""

    label: str
    """Of the structure, zone or perimeter; "" for all that is watched."""

    role: Role
    outline: BaseGeometry
    """On the survey's grid."""

    seen: tuple[date, ...]
    """Day of each look that shows it, in time order."""

    unseen: Mapping[str, int]
    """How many looks did not show it, by reason."""

    gap: Gap | None
    """The longest time in which no look showed it; None where two looks do not enclose one."""

    hidden: float
    """Share of its ground that hardly any look shows, 0–1."""

    smallest: Quantity | None
    """Ground area of the smallest new roof that would have been seen there, m² or px²; None if too little of it was seen."""

    contrast: float
    """How much that roof is brighter or darker than its ground, log; a fainter one must be larger."""

    faintest: float | None = None
    """Of a building: by how much a new roof must be brighter or darker than the old one to be told from it, log."""

    stood: bool | None = None
    """Of a building: whether its shadow, or its likeness to a time with one, says that it stood at the first looks."""

    stands: bool | None = None
    """The same of the last looks."""

    burnt_out: int = 0
    """Of a building: looks on which its roof is too bright for the sensor, so that no change of it can be seen."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a survey saw and what it could not see."""

    id: str
    """Its recipe: the same site, scenes, options and code give the same id."""

    site_id: str
    preset: str
    until: date | None
    """No scene after this day was used; None if all were."""

    grid: Grid
    looks: tuple[Look, ...]
    smallest_visible: Quantity | None
    """The smallest new building that could have been seen, m² or px²."""

    remarks: tuple[Remark, ...]
    recipes: Mapping[str, str]
    """Recipe of each stage run behind it, by stage name."""

    seconds: Mapping[str, float]
    """What each stage took when it ran first."""

    watched: tuple[Watch, ...] = ()
    """All that was watched, and each zone and building of the site: how well it was seen."""

    radar: RadarSurvey | None = None
    """What was seen by radar; None where no radar scene is on record."""
