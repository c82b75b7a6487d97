"""Events as people meet them: listed, told, drawn by eye, judged, exported."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.findings import wording
from siteline.findings.draft import draft_finding
from siteline.findings.witnesses import as_seen
from siteline.measure.hand.drawn import measure_drawn
from siteline.measure.zone import place_against
from siteline.model.change import ChangeEvent, Judgement, Kind, Method, Observation, Stage, State, Status
from siteline.model.dates import say_day
from siteline.model.errors import BadGeometry, BadInput, BadSetting
from siteline.model.finding import Finding
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import Measurement
from siteline.model.place import Site, Zone
from siteline.model.radar import Agreement
from siteline.model.remark import Remark
from siteline.model.shown import plain
from siteline.raster.grid import bounds_of, onto_grid
from siteline.sites.events.drawn import onset_between
from siteline.sites.events.life import Version, WatchedEvent
from siteline.sites.exchange.events import (
    FORMATS,
    EventRecord,
    describe_events,
    describe_proposer,
    write_events,
)
from siteline.sites.exchange.outline import read_outline
from siteline.sites.exchange.witnesses import describe_witnesses
from siteline.workbench.bench import Bench
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.outlines import event_outline
from siteline.workbench.survey import answer_site, site_grid

VERDICTS = {"accept": Status.ACCEPTED, "reject": Status.REJECTED, "unsure": Status.UNSURE}


def records_of(
    case: Case, site: Site, *, every: bool = False, as_of: datetime | None = None
) -> list[EventRecord]:
    """Events of a site with their sizes, zone and judgement, by onset."""
    events = case.events.all(site.id, every=every, as_of=as_of)
    grid = site_grid(Bench(case), site) if events else None
    records = []
    for watched in events:
        now = watched.current
        sizes = case.measurements.of(site.id, watched.id, now.number, as_of)
        zone, distance = zone_of(site, now.event, sizes, grid)
        records.append(
            EventRecord(
                id=watched.id,
                version=now.number,
                event=now.event,
                status=watched.status,
                measurements={what: size.quantity for what, size in sizes.items()},
                zone=zone,
                distance_to_perimeter=distance.quantity if distance else None,
                judgement=watched.judgement,
                needs_review=watched.needs_review,
                reproduced=now.reproduced,
            )
        )
    return records


def list_events(
    case: Case, site_id: str, *, every: bool, looks: bool, as_of: datetime | None = None
) -> dict[str, Any]:
    """The interchange document of a site's events, as plain JSON."""
    site = case.register.get(site_id, as_of)
    answers = answer_site(case, site_id, as_of)
    records = records_of(case, site, every=every, as_of=as_of)
    document = describe_events(records, site, looks=looks, answers=answers)
    told: dict[str, Any] = json.loads(write_events(document, "geojson"))
    return told


def export_events(case: Case, site_id: str, format_: str, out: Path | None, *, every: bool = False) -> Path:
    """Write the events of a site that nobody rejected, or `every` one, for other programs; returns where."""
    if format_ not in FORMATS:
        raise BadSetting(f"no event format {format_!r}", f"There are: {', '.join(FORMATS)}, smart.")
    site = case.register.get(site_id)
    records = records_of(case, site, every=every)
    standing = [r for r in records if every or r.status is not Status.REJECTED]
    answers = answer_site(case, site_id)
    content = write_events(describe_events(standing, site, answers=answers), format_)
    return write_derived(case, out, f"{site_id}-events.{format_}", content)


def findings_of(
    case: Case, site: Site, grid: Grid, scenes: Sequence[Scene], *, as_of: datetime | None = None
) -> list[tuple[WatchedEvent, Finding]]:
    """What can be said of each event that is not rejected, in published words."""
    said = []
    for watched in case.events.all(site.id, as_of=as_of):
        if watched.status is not Status.REJECTED:
            said.append((watched, _finding(case, site, grid, scenes, watched, as_of)))
    return said


def tell_events(
    case: Case, site_id: str, *, every: bool, as_of: datetime | None = None
) -> list[tuple[str, ...]]:
    """One line of words for each event."""
    site = case.register.get(site_id, as_of)
    events = case.events.all(site_id, every=every, as_of=as_of)
    if not events:
        return []
    grid, scenes = site_grid(Bench(case), site), case.scenes.all(site_id, as_of)
    by_id = {scene.id: scene for scene in scenes}
    lines: list[tuple[str, ...]] = []
    for watched in events:
        finding = _finding(case, site, grid, scenes, watched, as_of)
        facts = {fact.name: fact.text for fact in finding.facts}
        without, with_it = wording.say_bracket(as_seen(watched.current.event), by_id)
        by = watched.current.event.proposer
        status = watched.status.value + (
            f" by {by.words}, not checked" if by and not watched.judgements else ""
        )
        status += ", needs review" if watched.needs_review else ""
        status += ", provisional" if watched.current.event.provisional else ""
        status += _say_radar(watched.current.event)
        if not watched.current.reproduced:
            status += ", not found again"
        lines.append(
            (
                watched.id,
                finding.title,
                without,
                with_it,
                facts.get("Area", ""),
                finding.zone.value if finding.zone else "",
                status,
            )
        )
    return lines


def _say_radar(event: ChangeEvent) -> str:
    """What radar makes of it, in a few words; "" where it was not searched."""
    told = event.witnesses
    if told is None or told.agreement is Agreement.RADAR_ONLY:
        return ""
    if told.agreement is Agreement.OPTICAL_ONLY:
        return ", not seen by radar"
    assert told.radar_onset is not None
    verb = "radar agrees" if told.agreement is Agreement.AGREE else "radar says otherwise"
    after = told.radar_onset.after.isoformat() if told.radar_onset.after else "…"
    return f", {verb}: after {after}, by {told.radar_onset.by}"


def describe_event(case: Case, site_id: str, event_id: str, as_of: datetime | None = None) -> dict[str, Any]:
    """One event with what can be said of it, its versions and its judgements."""
    site = case.register.get(site_id, as_of)
    watched = case.events.get(site_id, event_id, as_of)
    grid, scenes = site_grid(Bench(case), site), case.scenes.all(site_id, as_of)
    finding = _finding(case, site, grid, scenes, watched, as_of)
    told: dict[str, Any] = {
        "id": watched.id,
        "version": watched.current.number,
        "title": finding.title,
        "status": watched.status.value,
        "needs_review": watched.needs_review,
        "provisional": watched.current.event.provisional,
        "proposer": describe_proposer(watched.current.event),
        "sentences": [finding.headline, *finding.sentences, *finding.remarks],
        "facts": {fact.name: fact.text for fact in finding.facts},
        "versions": [_tell_version(version) for version in watched.versions],
        "judgements": [
            {
                "status": judged.status.value,
                "who": judged.who,
                "when": judged.when.date().isoformat(),
                "version": judged.version,
                "why": judged.why,
            }
            for judged in watched.judgements
        ],
    }
    if watched.current.event.witnesses is not None:
        told["witnesses"] = describe_witnesses(watched.current.event.witnesses)
    return told


def add_drawn(
    case: Case,
    site_id: str,
    on: str,
    geometry: Path | BaseGeometry,
    kind: str,
    stage: str | None,
    last_without: str | None,
    label: str,
    proposed_by: str = "",
) -> tuple[str, tuple[Remark, ...]]:
    """
    Record a change that a person saw: dated by the two scenes, sized from the outline.

    geometry: a file, or an outline in longitude and latitude, or pixels of a frame. proposed_by: what proposed the
    outline where no hand drew it; nobody knows the error of its edges, so it is not measured.
    """
    site = case.register.get(site_id)
    what = _one_of(Kind, kind, "--kind")
    if stage is not None and what is not Kind.CONSTRUCTION:
        raise BadSetting(f"only a construction has a stage, not a {what.value}", "Leave --stage out.")
    if stage is None and what is Kind.CONSTRUCTION:
        raise BadSetting(
            "how far had the construction come?",
            f"Say --stage: {', '.join(Stage)} (on the scene you drew on).",
        )
    reached = None if stage is None else _one_of(Stage, stage, "--stage")
    _check_label(case, site, label)
    seen = _usable(case, site_id, on)
    before = None if last_without is None else _usable(case, site_id, last_without)
    _check_order(case, site_id, seen, before)
    grid = site_grid(Bench(case), site)
    drawn = read_outline(geometry, site.frame) if isinstance(geometry, Path) else geometry
    outline = onto_grid(drawn, grid)
    west, south, east, north = bounds_of(grid)
    left, low, right, high = outline.bounds
    if left > east or right < west or low > north or high < south:
        name = f"{geometry.name}: " if isinstance(geometry, Path) else ""
        raise BadGeometry(f"{name}the outline lies outside the images of {site_id}")
    observations = (
        *((Observation(before.id, State.UNCHANGED),) if before else ()),
        Observation(seen.id, State.CHANGED),
    )
    event = ChangeEvent(
        outline=outline,
        crs=grid.crs,
        kind=what,
        stage=reached,
        method=Method.DRAWN,
        probability=1.0,
        calibrated=False,
        onset=onset_between(before, seen),
        finished=None,
        last_without=before.id if before else None,
        first_with=seen.id,
        observations=observations,
        label=label,
    )
    sizes = _unmeasured(proposed_by, seen) if proposed_by else measure_drawn(outline, grid, seen)
    with case.db.appending():
        event_id = case.events.drawn.record(site_id, event)
        case.measurements.record(site_id, event_id, 1, sizes)
    refused = dict.fromkeys(size.refused for size in sizes if size.refused)
    return event_id, tuple(Remark(label or event_id, f"not measured: {why}") for why in refused)


def _unmeasured(proposed_by: str, seen: Scene) -> tuple[Measurement, ...]:
    why = f"its outline was proposed by {proposed_by}, and no hand drew it"
    method = f"outline proposed by {proposed_by}"
    return tuple(
        Measurement(what, None, (), method, (seen.id,), refused=why) for what in ("area", "length", "width")
    )


def verdict_of(said: str) -> Status:
    """The status that a verdict means; raises BadSetting."""
    status = VERDICTS.get(said.removesuffix("ed") if said != "unsure" else said)
    if status is None:
        raise BadSetting(f"no verdict {said!r}", f"There are: {', '.join(VERDICTS)}.")
    return status


def judge_event(case: Case, site_id: str, event_id: str, verdict: str, why: str) -> Judgement:
    """Add a person's word on an event."""
    status = verdict_of(verdict)
    watched = case.events.get(site_id, event_id)
    case.events.judge(watched.id, status, why)
    judged = case.events.get(site_id, watched.id).judgement
    assert judged is not None
    return judged


LONGEST_LABEL = 80


def name_event(case: Case, site_id: str, event_id: str, label: str) -> str:
    """Give an event a label of one line, which no other thing of the site has; returns the event's id."""
    site, watched = case.register.get(site_id), case.events.get(site_id, event_id)
    said = label.strip()
    if not said or len(said) > LONGEST_LABEL or not said.isprintable():
        raise BadInput(f"no short label: {plain(label, 40)!r}", 'Give it one short line, such as "A-2".')
    if said != watched.current.event.label:
        _check_label(case, site, said, "Choose another label.")
        case.events.name(watched.id, said)
    return watched.id


def _finding(
    case: Case, site: Site, grid: Grid, scenes: Sequence[Scene], watched: WatchedEvent, as_of: datetime | None
) -> Finding:
    now = watched.current
    sizes = case.measurements.of(site.id, watched.id, now.number, as_of)
    zone, distance = zone_of(site, now.event, sizes, grid)
    return draft_finding(
        watched.id,
        now.number,
        now.event,
        watched.status,
        tuple(sizes.values()),
        zone,
        distance,
        site,
        grid,
        scenes,
    )


def zone_of(
    site: Site, event: ChangeEvent, sizes: Mapping[str, Measurement], grid: Grid | None
) -> tuple[Zone | None, Measurement | None]:
    """Where an event lies against the perimeter as it is drawn now."""
    if site.perimeter is None or grid is None:
        return None, None
    outline, sigma = event_outline(event, sizes, grid)
    return place_against(outline, onto_grid(site.perimeter.geometry, grid), grid, sigma)


def say_version(version: Version) -> str:
    """One form of an event in a line: what it is, and when it came into sight."""
    event = version.event
    stage = f", {event.stage.words}" if event.stage else ""
    since = f"not visible on {say_day(event.onset.after)}, " if event.onset.after else ""
    said = f"{event.kind.words}{stage}; {since}first visible on {say_day(event.onset.by)}"
    return said if version.reproduced else f"not found again; was {said}"


def _tell_version(version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "at": version.created_at.isoformat(),
        "by": version.created_by,
        "survey": version.survey_id,
        "reproduced": version.reproduced,
        "said": say_version(version),
    }


def _one_of(words: Any, said: str, option: str) -> Any:
    try:
        return words(said)
    except ValueError as error:
        raise BadSetting(f"{option}: no {said!r}", f"There are: {', '.join(words)}.") from error


def _usable(case: Case, site_id: str, scene_id: str) -> Scene:
    scene = case.scenes.get(site_id, scene_id)
    if scene.fault is not None:
        raise BadInput(f"scene {scene_id} cannot be used: {scene.fault}", "Name another scene.")
    if scene.radar is not None:
        raise BadInput(
            f"scene {scene_id} is a radar image, and what a person sees is drawn on images of light",
            f"siteline scenes list {site_id} says which are.",
        )
    return scene


def _check_label(case: Case, site: Site, label: str, hint: str = "Choose another --label.") -> None:
    """A label names one thing of a site."""
    taken = {structure.label: "a structure" for structure in site.structures}
    taken |= {e.current.event.label: f"event {e.id}" for e in case.events.all(site.id, every=True)}
    if label and label in taken:
        raise BadInput(f"{label!r} is already the label of {taken[label]}", hint)


def _check_order(case: Case, site_id: str, seen: Scene, before: Scene | None) -> None:
    """`after` may be left open only where no usable look precedes."""
    if before is not None:
        if before.acquired.first_day > seen.acquired.last_day or before.id == seen.id:
            raise BadInput(
                f"--last-without {before.id} ({before.acquired.text}) is not before --on {seen.id} "
                f"({seen.acquired.text})",
                "Exchange the two, or name an earlier scene.",
            )
        return
    survey = case.surveys.newest(site_id)
    unused = {look.scene_id for look in survey.looks if not look.used} if survey else set()
    earlier = [
        s
        for s in case.scenes.all(site_id)
        if s.radar is None
        and s.fault is None
        and s.id not in unused
        and s.acquired.middle < seen.acquired.middle
    ]
    if earlier:
        raise BadInput(
            f"{len(earlier)} earlier scenes show the site before {seen.id}",
            f"Name the last one without it: --last-without {earlier[-1].id}",
        )
