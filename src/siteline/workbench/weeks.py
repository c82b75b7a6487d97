"""The calendar of a site: by the week, in numbers and as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.findings.wording import say_rough
from siteline.model.errors import BadSetting, CannotTell
from siteline.model.imagery import Look, longest_gap
from siteline.model.weeks import is_wide, weeks_of
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.images import blind_intervals
from siteline.workbench.radar import describe_radar


def calendar_of(case: Case, site_id: str, as_of: datetime | None = None) -> dict[str, Any]:
    """When the site could be seen: what `blind_intervals` says, with its weeks and the longest time without a look."""
    told = blind_intervals(case, site_id, as_of)
    looks = _looks(case, site_id, as_of)
    longest = longest_gap(looks) if told["surveyed"] else None
    told["longest"] = (
        None
        if longest is None or longest.days <= 0
        else {"from": longest.last.isoformat(), "to": longest.next.isoformat(), "days": longest.days}
    )
    told["weeks"] = [
        {"week": week.name, "from": week.monday.isoformat(), "usable": week.usable, "looks": week.looks}
        for week in weeks_of(looks)
    ]
    told["wide"] = [
        {
            "scene": look.scene_id,
            "from": look.acquired.first_day.isoformat(),
            "to": look.acquired.last_day.isoformat(),
            "used": look.used,
        }
        for look in looks
        if is_wide(look)
    ]
    radar = describe_radar(case, site_id, as_of)
    if radar is not None:
        told["radar"] = radar
    return told


def _looks(case: Case, site_id: str, as_of: datetime | None) -> tuple[Look, ...]:
    """The looks of the newest survey, and the scenes that it did not know, as looks that are not used yet."""
    survey = case.surveys.newest(site_id, as_of)
    known = {look.scene_id: look for look in survey.looks} if survey else {}
    return tuple(
        known.get(scene.id)
        or Look(scene.id, scene.acquired, 0.0, False, scene.fault or "not surveyed yet", None, None)
        for scene in case.scenes.all(site_id, as_of)
        if scene.radar is None
    )


@dataclass(frozen=True, slots=True)
class Pictured:
    """A calendar that was drawn."""

    path: Path
    alt: str


def picture_calendar(case: Case, site_id: str, out: Path, as_of: datetime | None = None) -> Pictured:
    """Draw the calendar of the newest survey into a PNG or SVG; raises CannotTell before there is one."""
    from siteline.report.calendar import draw_calendar, suffix_of
    from siteline.report.rules import stamps_of

    suffix = suffix_of(out)
    if suffix is None:
        raise BadSetting(f"{out.name}: not a picture that can be drawn", "Name it .png or .svg.")
    site = case.register.get(site_id, as_of)
    survey = case.surveys.newest(site_id, as_of)
    if survey is None or not survey.looks:
        raise CannotTell(f"{site_id} was not surveyed yet", f"Run: siteline survey {site_id}")
    seen = {look.scene_id for look in survey.looks}
    scenes = [scene for scene in case.scenes.all(site_id, as_of) if scene.id in seen]
    smallest = say_rough(survey.smallest_visible) if survey.smallest_visible else ""
    figure = draw_calendar(
        site, survey.looks, scenes, smallest, stamps_of((), scenes, site.simulated), suffix
    )
    return Pictured(write_derived(case, out, out.name, figure.data), figure.alt)
