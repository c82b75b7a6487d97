"""An accepted event as claims: that it is there, since when, and how large; and what a building may be for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from siteline.claims.weighing.pixels import Origin, Source
from siteline.findings.draft import draft_finding
from siteline.findings.sizes import say_measured
from siteline.model.change import ChangeEvent, Judgement, Kind, Stage, Status
from siteline.model.claim import Claim, ClaimKind, Hedge, Stance
from siteline.model.errors import BadInput, NotAccepted, NotFound
from siteline.model.interval import Period
from siteline.model.measurement import Measurement
from siteline.model.place import Role, Site, Structure
from siteline.sites.events.life import WatchedEvent
from siteline.workbench.bench import Bench
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import signed
from siteline.workbench.claims.pixels.filing import (
    Draft,
    Made,
    file_drafts,
    joined,
    scope_of,
    today,
    value_of,
)
from siteline.workbench.findings import zone_of
from siteline.workbench.survey import site_grid

HEDGES = {"possible": "possibly", "probable": "probably"}
"""The only two words under which a building's function is ever said."""


def claims_from_event(case: Case, site_id: str, said: str) -> list[Made]:
    """
    An accepted event as claims: the change with its onset, then each size that was measured with its 95 % interval.

    Raises NotAccepted, with the reason, unless the last word on it is an acceptance and nothing material changed since.
    """
    signed(case)
    site = case.register.get(site_id)
    watched = case.events.get(site_id, said)
    judged = accepted(case, site_id, watched)
    sizes = case.measurements.of(site_id, watched.id, watched.current.number)
    drafts = [_change(case, site, watched, judged)]
    drafts += [_size(site, watched, judged, size) for size in sizes.values() if size.quantity is not None]
    return file_drafts(case, site, drafts)


def claim_from_function(case: Case, site_id: str, label: str) -> Made:
    """What a person holds a building to be for, as a judgement: with its basis, and never without possible or probable."""
    signed(case)
    site = case.register.get(site_id)
    structure = structure_of(site, label)
    function = structure.function
    if function is None:
        raise NotFound(
            f"nobody has said what {label} may be for",
            "Give its function, qualifier, basis and who in the site file, then add the file again: siteline site add FILE",
        )
    lacks = [
        name
        for name, said in (("text", function.text), ("basis", function.basis), ("who", function.who))
        if not said.strip()
    ]
    if function.qualifier not in HEDGES or lacks:
        what = (
            f"lacks its {' and '.join(lacks)}" if lacks else f"is said to be {function.qualifier or 'so'!r}"
        )
        raise BadInput(
            f"the function of {label} {what}: it is a person's judgement, possible or probable, with its basis and whose it is",
            "Complete it in the site file, then add the file again: siteline site add FILE",
        )
    looks = f"{label}: {structure.looks_like.strip()}, " if structure.looks_like.strip() else f"{label}: "
    hedge = HEDGES[function.qualifier]
    quote = f"{looks}{hedge} {function.text} ({function.basis}, {function.who})."
    shown = shown_structure(case, site, label)
    draft = Draft(
        claim=Claim(
            key=f"{site_id}/{label}/function"[:200],
            subject=label,
            predicate="function",
            value_text=function.text,
            value_type="text",
            qualifier=function.qualifier,
            kind=ClaimKind.JUDGEMENT,
            scope=scope_of(site, _known_from(structure)),
            definition=f"basis: {function.basis}",
        ),
        quote=quote,
        source=Source(
            Origin.FUNCTION,
            site_id,
            label,
            "function",
            None,
            tell_function(structure),
            accepted_by=function.who,
            why=function.basis,
            method="a person's judgement; not read from pixels",
        ),
        scene_ids=shown,
        who=function.who,
        said=today(),
        stance=Stance.HEDGES,
        hedges=(Hedge(hedge),),
    )
    [made] = file_drafts(case, site, [draft])
    return made


def accepted(case: Case, site_id: str, watched: WatchedEvent) -> Judgement:
    """The word by which an event is accepted; raises NotAccepted with the reason."""
    name = watched.current.event.label or watched.id
    judged = watched.judgement
    judge = f'siteline events judge {site_id} {watched.id} accept --why "..."'
    if judged is None:
        raise NotAccepted(
            f"event {name} is proposed: nobody has accepted it, and a draft is no claim",
            f"Look at it, then: {judge}",
        )
    if judged.status is not Status.ACCEPTED:
        told = {Status.REJECTED: "rejected", Status.UNSURE: "left unsure"}.get(
            judged.status, judged.status.value
        )
        raise NotAccepted(
            f"event {name} was {told} by {judged.who} on {judged.when.date()}: {judged.why}",
            f"If that no longer holds: {judge}",
        )
    if watched.needs_review:
        raise NotAccepted(
            f"event {name} has changed since {judged.who} accepted version {judged.version}; it is version "
            f"{watched.current.number} now",
            f"Look at it again, then: {judge}",
        )
    return judged


def tell_change(event: ChangeEvent, *, reproduced: bool) -> str:
    """What makes it the same finding, in one line."""
    after = event.onset.after.isoformat() if event.onset.after else ".."
    finished = ""
    if event.finished is not None:
        done = event.finished.after.isoformat() if event.finished.after else ".."
        finished = f", finished {done}/{event.finished.by}"
    stage = f" {event.stage.value}" if event.stage else ""
    return f"{event.kind.value}{stage}, onset {after}/{event.onset.by}{finished}" + (
        "" if reproduced else ", not found again"
    )


def tell_size(size: Measurement | None) -> str:
    """A size as one line; "" where there is none."""
    if size is None or size.quantity is None:
        return ""
    return f"{size.what} {size.quantity}"


def tell_function(structure: Structure) -> str:
    """A judgement of function as one line; "" where there is none."""
    function = structure.function
    return (
        "" if function is None else f"{function.qualifier} {function.text}; {function.basis}; {function.who}"
    )


def structure_of(site: Site, label: str) -> Structure:
    """A building of the site by its label; raises NotFound."""
    buildings = list(site.having(Role.BUILDING))
    for structure in buildings:
        if structure.label == label:
            return structure
    there = ", ".join(s.label for s in buildings) or "none"
    raise NotFound(f"no building {label!r} at {site.id}", f"There are: {there}.")


def shown_structure(case: Case, site: Site, label: str) -> tuple[str, ...]:
    """Scenes on which a building was measured; else the newest usable one of the site."""
    size = case.measurements.of(site.id, label).get("area")
    if size is not None and size.scene_ids:
        return size.scene_ids
    usable = [scene.id for scene in case.scenes.all(site.id) if scene.fault is None]
    if not usable:
        raise NotFound(
            f"no usable scene shows {label}", f"Add some: siteline scenes add {site.id} --manifest FILE"
        )
    return (usable[-1],)


def _change(case: Case, site: Site, watched: WatchedEvent, judged: Judgement) -> Draft:
    now = watched.current
    event, grid, scenes = now.event, site_grid(Bench(case), site), case.scenes.all(site.id)
    sizes = case.measurements.of(site.id, watched.id, now.number)
    zone, distance = zone_of(site, event, sizes, grid)
    # without sizes: each of those is a claim of its own
    finding = draft_finding(
        watched.id, now.number, event, watched.status, (), zone, distance, site, grid, scenes
    )
    return Draft(
        claim=Claim(
            key=f"{site.id}/{watched.id}/change"[:200],
            subject=_name(watched),
            predicate=event.kind.value,
            value_text=finding.what,
            value_type="text",
            scope=scope_of(site, Period(event.onset.after, event.onset.by)),
            definition=_seen_between(event),
        ),
        quote=finding.headline,
        source=Source(
            Origin.EVENT,
            site.id,
            watched.id,
            "change",
            judged.version,
            tell_change(event, reproduced=now.reproduced),
            now.survey_id,
            judged.who,
            judged.when.isoformat(),
            judged.why,
            event.method.words,
        ),
        scene_ids=tuple(s for s in (event.last_without, event.first_with) if s),
        who=judged.who,
        said=judged.when.date(),
        note=joined(finding.remarks),
    )


def _size(site: Site, watched: WatchedEvent, judged: Judgement, size: Measurement) -> Draft:
    assert size.quantity is not None
    now = watched.current
    interval, value = value_of(size.quantity, floor=0.0)
    is_ground = now.event.kind in (Kind.CLEARING, Kind.SURFACE_CHANGE) or now.event.stage is Stage.CLEARED
    noun = "area" if size.what == "area" and is_ground else None
    return Draft(
        claim=Claim(
            key=f"{site.id}/{watched.id}/{size.what}"[:200],
            subject=_name(watched),
            predicate=size.what,
            value=interval,
            value_type="number",
            unit=size.quantity.unit,
            qualifier="about",
            stated=value,
            scope=scope_of(site, Period(now.event.onset.by, None)),
            definition=f"95 % interval; {size.method}",
        ),
        quote=say_measured(_name(watched), size, noun=noun),
        source=Source(
            Origin.EVENT,
            site.id,
            watched.id,
            size.what,
            judged.version,
            tell_size(size),
            now.survey_id,
            judged.who,
            judged.when.isoformat(),
            judged.why,
            size.method,
        ),
        scene_ids=size.scene_ids or (now.event.first_with,),
        who=judged.who,
        said=judged.when.date(),
    )


def _name(watched: WatchedEvent) -> str:
    event = watched.current.event
    return event.label or f"event {watched.id}"


def _seen_between(event: ChangeEvent) -> str:
    after = "no usable look before" if event.onset.after is None else f"not visible on {event.onset.after}"
    return f"{event.method.words}; {after}, first visible on {event.onset.by}"


def _known_from(structure: Structure) -> Period | None:
    if structure.since is None and structure.until is None:
        return None
    return Period(structure.since, structure.until)


def current_sizes(case: Case, watched: WatchedEvent, as_of: datetime | None) -> Mapping[str, Measurement]:
    """Sizes of an event's current version."""
    return case.measurements.of(watched.site_id, watched.id, watched.current.number, as_of)
