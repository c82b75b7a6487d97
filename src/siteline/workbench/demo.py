"""The demo: a site that never was, rendered, surveyed, and told in a brief."""

from __future__ import annotations

import hashlib
import shlex
import shutil
from pathlib import Path

from siteline.model.change import Kind
from siteline.model.errors import BadSetting
from siteline.model.place import Zone
from siteline.simulate.render import render_story
from siteline.simulate.story import DEMO_SEED, tell_demo
from siteline.workbench.bench import Progress, source_of
from siteline.workbench.briefs.standard import build_brief
from siteline.workbench.case import SETTINGS_FILE, Case, make_case, open_case
from siteline.workbench.findings import records_of
from siteline.workbench.images import add_manifest
from siteline.workbench.places import add_site
from siteline.workbench.survey import survey_site

DEMO_SITE = "tidewater"

SECOND_HALL = "A-2"
"""What an analyst would call the new hall beside A-1."""


def run_demo(folder: Path, progress: Progress) -> Path:
    """Render, survey, build; what was done before is not done again. Returns the brief's path."""
    if folder.exists() and any(folder.iterdir()) and not (folder / SETTINGS_FILE).exists():
        raise BadSetting(f"{folder} is not empty and no case", "Name an empty folder: siteline demo DIR")
    case = open_case(folder) if (folder / SETTINGS_FILE).exists() else make_case(folder)
    try:
        rendered = _render(case, folder, progress)
        add_site(case, rendered / "site.geojson", ())
        add_manifest(case, DEMO_SITE, rendered / "scenes.csv")
        survey_site(case, DEMO_SITE, progress=progress)
        _name_second_hall(case)
        return build_brief(case, None, progress).path
    finally:
        case.close()


def _render(case: Case, folder: Path, progress: Progress) -> Path:
    """
    Render the scenes once for each form of the renderer; returns their folder.

    Scenes on record are never replaced: raises BadSetting where the renderer would now draw others.
    """
    rendered, aside = case.folder / "rendered", case.folder / "rendered.part"
    renderer = source_of("siteline.simulate")
    made_by = rendered / ".made-by"
    if made_by.exists() and made_by.read_text(encoding="utf-8") == renderer:
        return rendered
    progress("render_story", 0, 1)
    shutil.rmtree(aside, ignore_errors=True)
    render_story(aside, tell_demo(), DEMO_SEED)
    (aside / ".made-by").write_text(renderer, encoding="utf-8")
    progress("render_story", 1, 1)
    on_record = {scene.id: scene.sha256 for scene in case.scenes.all(DEMO_SITE)}
    drawn = {f.stem: hashlib.sha256(f.read_bytes()).hexdigest() for f in aside.glob("scenes/*.tif")}
    if on_record and on_record != drawn:
        shutil.rmtree(aside)
        raise BadSetting(
            f"{folder} holds the demo of another version of Siteline, with other pictures",
            f"Remove it (rm -r {shlex.quote(str(folder))}) and run the demo again, or leave it and name a new "
            "folder: siteline demo DIR",
        )
    shutil.rmtree(rendered, ignore_errors=True)
    aside.replace(rendered)
    return rendered


def _name_second_hall(case: Case) -> None:
    """Name the largest new building inside the perimeter, as an analyst would on seeing it; once."""
    if any(e.current.event.label == SECOND_HALL for e in case.events.all(DEMO_SITE, every=True)):
        return
    new = [
        (size.value, record.id)
        for record in records_of(case, case.register.get(DEMO_SITE))
        if record.event.kind is Kind.CONSTRUCTION and record.zone is Zone.INSIDE
        if (size := record.measurements.get("area")) is not None
    ]
    if new:
        case.events.name(max(new)[1], SECOND_HALL)
