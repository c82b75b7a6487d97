"""One figure made: the site opened, the figure laid out, stamped, written with its sidecars."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from siteline import __version__
from siteline.model.change import Status
from siteline.model.errors import CannotTell, NotFound
from siteline.model.imagery import Scene
from siteline.model.remark import Remark
from siteline.report.page import SiteSection, scenery_of
from siteline.report.rights import credit_of, licence_of, use_of
from siteline.report.rules import Stamp, refuse_mixture, stamps_of
from siteline.report.sheet.house import House
from siteline.report.sheet.lapse import Lapse, compose_lapse
from siteline.report.sheet.pairs import compose_pair
from siteline.report.sheet.site_map import compose_map
from siteline.report.sheet.strip import compose_strip
from siteline.report.sheet.subject import Made, Numbered, Subject
from siteline.report.sheet.times import compose_times
from siteline.report.sheet.write import write_moving, write_still
from siteline.report.sheet.xmp import Provenance, SceneSource, packet
from siteline.store.codec import digest
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.briefs.standard import section_of
from siteline.workbench.case import Case
from siteline.workbench.figures.files import Written, format_of, preset_of, say_caption, tell_figure, to_bytes
from siteline.workbench.files import write_derived
from siteline.workbench.style import house_of
from siteline.workbench.survey import renew_survey

SHAPES = ("pair", "filmstrip", "timelapse", "map", "timeline")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    shape: str
    site_id: str
    event: str | None = None
    format: str | None = None
    preset: str = "web"
    on: str | None = None
    before: str | None = None
    after: str | None = None


def make_figure(case: Case, asked: Asked, out: Path | None, progress: Progress) -> Written:
    """
    Make one figure and write it, with FILE.json (provenance) and FILE.txt (caption) beside it.

    Drafts are always made, and stamped. Raises NotFound, CannotTell, BadInput or BadSetting.
    """
    preset, kind = preset_of(asked.preset), format_of(asked.shape, asked.format, out)
    house = house_of(case.settings.style, case.folder)
    bench = Bench(case, progress)
    survey, sight, told = renew_survey(bench, asked.site_id)
    section = section_of(case, sight, survey)
    refuse_mixture([(section.site.simulated, section.scenes)])
    subject = _subject(section, asked.event, house)
    drawn = _stamped(section, subject, asked, preset)
    made = drawn.made if isinstance(drawn, Lapse) else drawn
    scenes = _scenes(section, made)
    event = None if subject.is_whole else subject.shown[0].finding
    recipe = digest(
        asked.shape, preset.name, kind, made.caption, made.alt, __version__,
        *(f"{stage}={known}" for stage, known in sorted(survey.recipes.items())),
        *(f"{scene.id}={scene.sha256}" for scene in scenes),
        *(f"{one.finding.event_id}/{one.finding.version}" for one in subject.shown),
        json.dumps(case.settings.style.model_dump(), sort_keys=True),
    )  # fmt: skip
    images = [scene for scene in scenes if asked.shape != "timeline"]
    provenance = Provenance(
        title=made.title,
        caption=made.caption,
        alt=made.alt,
        credit=credit_of(images) if images else "",
        licence=licence_of(images) if images else "",
        use=use_of(images) if images else "",
        desk=house.desk,
        stamps=tuple(stamp.value for stamp in _final_stamps(section, subject, made, asked)),
        simulated=section.site.simulated,
        shape=asked.shape,
        site_id=section.site.id,
        event_id=event.event_id if event else "",
        scenes=tuple(
            SceneSource(scene.id, scene.acquired.text, scene.sha256, dict(made.scenes)[scene.id])
            for scene in scenes
        ),
        recipe=recipe,
        version=__version__,
    )
    if isinstance(drawn, Lapse):
        content, size = write_moving(drawn, kind, house, packet(provenance))
    else:
        content, size = write_still(drawn.sheet, kind, house, packet(provenance))
    name = "-".join(
        filter(None, [asked.shape, section.site.id, event.event_id[:12] if event else "", preset.name])
    )
    path = write_derived(case, out, f"{name}.{kind.value}", content)
    told_of = tell_figure(
        provenance, made, event.version if event else None, path.name, content, kind, size, preset.name
    )
    sidecar = write_derived(case, path.with_name(path.name + ".json"), "", to_bytes(told_of))
    write_derived(case, path.with_name(path.name + ".txt"), "", say_caption(provenance, made).encode())
    return Written(path, sidecar, told_of, (*told, *(Remark(asked.shape, note) for note in made.notes)))


def _subject(section: SiteSection, event: str | None, house: House) -> Subject:
    """The change asked for, by its id, the start of it or its label; or the whole site."""
    judged = {one.id: one for one in section.events}
    stale = {one.id for one in section.events if one.needs_review}
    numbered = tuple(
        Numbered(
            str(n), replace(f, status=Status.PROPOSED) if f.event_id in stale else f, judged[f.event_id].event
        )
        for n, f in enumerate(section.shown, 1)
        if f.event_id in judged
    )
    scenery = scenery_of(section, ())
    if event is None:
        return Subject(scenery, numbered, True, house)
    fitting = [
        one
        for one in numbered
        if event in (one.finding.event_id, one.finding.label)
        or (len(event) >= 4 and one.finding.event_id.startswith(event))
    ]
    if len(fitting) == 1:
        return Subject(scenery, tuple(fitting), False, house)
    see = f"See: siteline events list {section.site.id}"
    rejected = [
        f for f in section.findings.findings if f.status is Status.REJECTED and f.event_id.startswith(event)
    ]
    if rejected:
        raise CannotTell(f"event {event} was rejected", see)
    raise NotFound(
        f"{len(fitting)} changes at {section.site.id} are called {event}"
        if fitting
        else f"no change {event} at {section.site.id}",
        see,
    )


def _stamped(section: SiteSection, subject: Subject, asked: Asked, preset: Any) -> Made | Lapse:
    """The figure with the stamps that its findings and the images chosen for it call for."""
    every = _stamps(section, subject, section.used)
    first = _compose(_with(subject, every), asked, preset)
    made = first.made if isinstance(first, Lapse) else first
    needed = _final_stamps(section, subject, made, asked)
    return first if needed == every else _compose(_with(subject, needed), asked, preset)


def _final_stamps(section: SiteSection, subject: Subject, made: Made, asked: Asked) -> tuple[Stamp, ...]:
    return _stamps(section, subject, () if asked.shape == "timeline" else _scenes(section, made))


def _stamps(section: SiteSection, subject: Subject, scenes: Sequence[Scene]) -> tuple[Stamp, ...]:
    return stamps_of((one.finding for one in subject.shown), scenes, section.site.simulated)


def _with(subject: Subject, stamps: tuple[Stamp, ...]) -> Subject:
    return replace(subject, scenery=replace(subject.scenery, stamps=stamps))


def _compose(subject: Subject, asked: Asked, preset: Any) -> Made | Lapse:
    if asked.shape == "pair":
        return compose_pair(subject, preset, before=asked.before, after=asked.after)
    if asked.shape == "filmstrip":
        return compose_strip(subject, preset)
    if asked.shape == "timelapse":
        return compose_lapse(subject, preset)
    if asked.shape == "map":
        return compose_map(subject, preset, on=asked.on)
    return compose_times(subject, preset)


def _scenes(section: SiteSection, made: Made) -> list[Scene]:
    """The scenes of a figure, in time order."""
    shown = {name for name, _ in made.scenes}
    found = [scene for scene in section.scenes if scene.id in shown]
    return sorted(found, key=lambda scene: (scene.acquired.middle, scene.id))
