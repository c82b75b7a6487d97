"""SMART models for tests: squares on a plane that is nearly one, each changed by keyword."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shapely.geometry import Polygon, box

from siteline.model.smart import Part, Phase, RegionModel, SmartObservation, SmartSite

NA, SP, AC, PC, UN = (
    Phase.NO_ACTIVITY,
    Phase.SITE_PREPARATION,
    Phase.ACTIVE_CONSTRUCTION,
    Phase.POST_CONSTRUCTION,
    Phase.UNKNOWN,
)
DEGREE_M = 111_194.9
"""About, at the equator; tests compare shares, not metres."""


def square(x: float = 0.0, y: float = 0.0, side: float = 200.0, height: float | None = None) -> Polygon:
    """A square of metres at the equator, its lower left corner at (x, y)."""
    return box(
        x / DEGREE_M,
        y / DEGREE_M,
        (x + side) / DEGREE_M,
        (y + (side if height is None else height)) / DEGREE_M,
    )


def day(text: str) -> date:
    return date.fromisoformat(text)


def look(
    when: str, phase: Phase | None = None, outline: Polygon | None = None, **more: Any
) -> SmartObservation:
    """One observation of one polygon."""
    source = more.pop("source", None)
    part = Part(outline or square(), phase, more.pop("occluded", False), True)
    return SmartObservation(day(when), source, None, (part,), **more)


LIFE = (
    ("2018-01-10", NA),
    ("2018-03-01", SP),
    ("2018-06-01", AC),
    ("2018-12-01", AC),
    ("2019-02-01", PC),
)
"""Looks at one construction."""


def make_truth(
    site_id: str = "KR_R001_0001",
    outline: Polygon | None = None,
    life: Sequence[tuple[str, Phase | None]] = LIFE,
    status: str = "positive_annotated",
    **changed: Any,
) -> SmartSite:
    """An annotated construction."""
    outline = outline or square()
    looks = tuple(look(when, phase, outline) for when, phase in life)
    noun: dict[str, Any] = {
        "id": site_id,
        "region_id": "KR_R001",
        "status": status,
        "start": looks[0].day,
        "end": looks[-1].day,
        "outline": outline,
        "version": "2.0.0",
        "mgrs": "31NEA",
        "content": "annotation",
        "originator": "te",
        "observations": looks,
    }
    return SmartSite(**{**noun, **changed})


def make_proposal(site_id: str = "KR_R001_7001", outline: Polygon | None = None, **changed: Any) -> SmartSite:
    """A proposal that says the same as the truth, under a name of its own."""
    return make_truth(
        site_id,
        outline,
        **{"status": "system_confirmed", "content": "proposed", "originator": "test", **changed},
    )


def make_region(**changed: Any) -> RegionModel:
    """Ten kilometres square, searched from 2014 to 2021."""
    noun: dict[str, Any] = {
        "id": "KR_R001",
        "start": day("2014-01-01"),
        "end": day("2021-08-31"),
        "outline": square(-5000, -5000, 10_000),
        "version": "2.0.0",
        "mgrs": "31NEA",
        "content": "annotation",
        "originator": "te",
    }
    return RegionModel(**{**noun, **changed})
