"""A case with a surveyed site, two scenes in custody and two events; and the same case through another analyst's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from shapely.geometry import box

from siteline.evidence.custody.taking import Taking
from siteline.model.change import ChangeEvent
from siteline.model.imagery import Gap, Grid
from siteline.model.place import Role, Site
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey, Watch
from siteline.workbench.case import Case, make_case
from siteline.workbench.settings import CaseSettings, JudgingSettings, Settings
from tests.factory import CRS, make_area, make_event, make_look, make_scene, make_site

GRID = Grid(CRS, (3.0, 0.0, 277_000.0, 0.0, -3.0, 2_000.0), (700, 700), 3.0)
A, B, C = "A. Analyst", "B. Second", "C. Third"


def as_analyst(folder: Path, who: str, may_look: tuple[str, ...] = ()) -> Case:
    """The case as somebody opens it."""
    return Case(folder, Settings(case=CaseSettings(who=who), judging=JudgingSettings(may_look=may_look)))


def made_case(folder: Path, who: str = A) -> Case:
    """A new case, opened by `who`."""
    make_case(folder).close()
    return as_analyst(folder, who)


def watched_case(folder: Path, events: Sequence[ChangeEvent] = (), **site: Any) -> Case:
    """Site "s", surveyed with S1 and S2; each event with an area."""
    case = made_case(folder)
    case.register.record(make_site("s", **site), None)
    scenes = [make_scene("S1"), make_scene("S2", "2024-04-19")]
    case.scenes.record("s", scenes)
    case.exhibits.admit(
        [Taking(scene.sha256, 9, f"{scene.id}.tif", "scene", "image/tiff") for scene in scenes], "scenes add"
    )
    survey_again(case, events or [make_event()], "one")
    return case


def survey_again(
    case: Case, events: Sequence[ChangeEvent], name: str, area: float = 1800.0, **changed: Any
) -> list[str]:
    """One more survey that found these events; returns their ids."""
    whole = Watch(
        "", Role.AOI, box(-1_000, -1_000, 279_000, 2_000), (date(2024, 4, 3), date(2024, 4, 19)), {},
        Gap(date(2024, 4, 3), date(2024, 4, 19)), 0.0, Quantity(150.0, 0.0, "m²"), 0.2,
    )  # fmt: skip
    looks = (make_look(), make_look("S2", "2024-04-19"))
    noun = Survey(name, "s", "balanced", None, GRID, looks, Quantity(150.0, 0.0, "m²"), (), {}, {}, (whole,))
    case.surveys.record(replace(noun, **changed))
    filed = case.events.detected.record("s", name, [(event, True) for event in events])
    for event_id, version in filed:
        case.measurements.record("s", event_id, version, (make_area(area),))
    return [event_id for event_id, _ in filed]


def site_of(case: Case) -> Site:
    """The site of a watched case."""
    return case.register.get("s")
