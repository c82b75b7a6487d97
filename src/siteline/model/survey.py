"""One survey of one site: what was looked at, with what result, by which runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from siteline.model.imagery import Grid, Look
from siteline.model.quantity import Quantity
from siteline.model.remark import Remark


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
