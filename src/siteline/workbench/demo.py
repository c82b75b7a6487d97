"""The demo: a site that never was, rendered, surveyed, and told in a brief."""

from __future__ import annotations

from pathlib import Path

from siteline.model.change import Kind
from siteline.model.errors import BadSetting
from siteline.model.place import Zone
from siteline.simulate.render import render_story
from siteline.simulate.story import DEMO_SEED, tell_demo
from siteline.workbench.bench import Progress, source_of
from siteline.workbench.brief import build_brief
from siteline.workbench.case import SETTINGS_FILE, Case, make_case, open_case
from siteline.workbench.findings import records_of
from siteline.workbench.images import add_manifest
from siteline.workbench.places import add_site
from siteline.workbench.survey import survey_site

SECOND_HALL = "A-2"
"""What an analyst would call the new hall beside A-1."""


def run_demo(folder: Path, progress: Progress) -> Path:
    """Render, survey, build; what was done before is not done again. Returns the brief's path."""
    if folder.exists() and any(folder.iterdir()) and not (folder / SETTINGS_FILE).exists():
        raise BadSetting(f"{folder} is not empty and no case", "Name an empty folder: siteline demo DIR")
    case = open_case(folder) if (folder / SETTINGS_FILE).exists() else make_case(folder)
    try:
        site_id = _set_up(case, progress)
        survey_site(case, site_id, progress=progress)
        _name_second_hall(case, site_id)
        return build_brief(case, None, progress).path
    finally:
        case.close()


def _set_up(case: Case, progress: Progress) -> str:
    """Render the scenes once for each form of the renderer, and add site and scenes."""
    rendered = case.folder / "rendered"
    made_by = rendered / ".made-by"
    renderer = source_of("siteline.simulate")
    if not made_by.exists() or made_by.read_text(encoding="utf-8") != renderer:
        progress("render_story", 0, 1)
        render_story(rendered, tell_demo(), DEMO_SEED)
        made_by.write_text(renderer, encoding="utf-8")
        progress("render_story", 1, 1)
    site, _ = add_site(case, rendered / "site.geojson", ())
    add_manifest(case, site.id, rendered / "scenes.csv")
    return site.id


def _name_second_hall(case: Case, site_id: str) -> None:
    """Name the largest new building inside the perimeter, as an analyst would on seeing it."""
    new = [
        (size.value, record.id)
        for record in records_of(case, case.register.get(site_id))
        if record.event.kind is Kind.CONSTRUCTION and record.zone is Zone.INSIDE
        if (size := record.measurements.get("area")) is not None
    ]
    if new:
        case.events.name(max(new)[1], SECOND_HALL)
