"""Events and sizes as draft findings: sentences that a person may accept, with what they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from siteline.findings import wording
from siteline.findings.witnesses import ALONE, as_seen, say_narrowed, say_witnesses
from siteline.model.change import ChangeEvent, Kind, Method, Stage, Status
from siteline.model.dates import say_count
from siteline.model.finding import Comparison, Fact, Finding, SiteFindings
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import Measurement, Ratio
from siteline.model.place import Role, Site, Structure, Zone
from siteline.model.survey import Survey

GRAVITY = (Kind.CONSTRUCTION, Kind.DEMOLITION, Kind.ROOF_CHANGE, Kind.CLEARING, Kind.SURFACE_CHANGE)

_STAGE = {
    Stage.CLEARED: "the ground is cleared and nothing stands on it.",
    Stage.FOUNDATION: "a foundation is visible, no walls.",
    Stage.STRUCTURE: "walls or a frame are visible, no complete roof.",
    Stage.ROOFED: "the roof is on.",
}


def draft_finding(
    event_id: str,
    version: int,
    event: ChangeEvent,
    status: Status,
    sizes: Sequence[Measurement],
    zone: Zone | None,
    distance: Measurement | None,
    site: Site,
    grid: Grid,
    scenes: Sequence[Scene],
) -> Finding:
    """One event in published words: a headline, what else can be said, a table, and what goes with it."""
    by_id = {scene.id: scene for scene in scenes}
    measured = {size.what: size for size in sizes}
    structure = _structure(site, event.label)
    onset = _onset(event, by_id)
    return Finding(
        event_id=event_id,
        version=version,
        label=event.label,
        title=_title(event, zone),
        headline=_headline(event, measured, zone, site, onset),
        sentences=tuple(_sentences(event, measured, zone, distance, structure, by_id, status)),
        facts=tuple(_facts(event, measured, zone, distance, site, onset, status)),
        kind=event.kind,
        stage=event.stage,
        zone=zone,
        status=status,
        remarks=tuple(_remarks(event, measured, grid)),
        last_without=event.last_without,
        first_with=event.first_with,
        what=_what(event),
        onset=onset,
    )


def _onset(event: ChangeEvent, scenes: Mapping[str, Scene]) -> str:
    """When it came into sight, and what radar makes of that."""
    seen = wording.say_onset(as_seen(event), scenes)
    narrowed = say_narrowed(event)
    return f"by radar, {seen}" if event.by_radar_alone else f"{seen}; {narrowed}" if narrowed else seen


def draft_comparison(label: str, against: str, what: str, found: Ratio) -> Comparison:
    """The size of one thing over another's, as the narrowest sentence that the interval supports."""
    sentence = found.supported[0]
    return Comparison(label, against, what, found, f"{sentence[0].upper()}{sentence[1:]}.")


def draft_site(
    site_id: str,
    findings: Sequence[Finding],
    comparisons: Sequence[Comparison],
    survey: Survey,
    site: Site,
) -> SiteFindings:
    """All that a survey lets us say of a site, the gravest first."""
    ranked = sorted(
        findings,
        key=lambda f: (
            f.status is Status.UNSURE,
            GRAVITY.index(wording.told_kind(f.kind, f.stage)),
            f.label or "~",
        ),
    )
    return SiteFindings(
        site_id=site_id,
        findings=tuple(ranked),
        comparisons=tuple(comparisons),
        summary=tuple(_summary(ranked, comparisons, site)),
        seeing=wording.say_seeing(survey),
        smallest=wording.say_rough(survey.smallest_visible) if survey.smallest_visible else "",
    )


def _what(event: ChangeEvent) -> str:
    return wording.say_what(event.kind, event.stage)


def _title(event: ChangeEvent, zone: Zone | None) -> str:
    what = _what(event)
    if event.kind is Kind.CONSTRUCTION and event.stage is Stage.STRUCTURE:
        what += f", {event.stage.words}"
    where = {
        None: "",
        Zone.INSIDE: ", inside the perimeter",
        Zone.OUTSIDE: ", outside the perimeter",
        Zone.STRADDLES: ", across the perimeter",
    }[zone]
    said = f"{what}{f', {ALONE}' if event.by_radar_alone else ''}{where}"
    return f"{event.label}: {said}" if event.label else said[0].upper() + said[1:]


def _headline(
    event: ChangeEvent,
    measured: Mapping[str, Measurement],
    zone: Zone | None,
    site: Site,
    onset: str,
) -> str:
    """What, where, when, how large: one sentence."""
    what = _what(event)
    subject = what[0].upper() + what[1:] + (f" ({event.label})" if event.label else "")
    where = "" if zone is None else f" {wording.say_zone(zone, site.perimeter)}"
    parts = [f"{subject}{where}: {onset}"]
    area = measured.get("area")
    if area is not None and area.quantity is not None:
        size = wording.say_size(area)
        parts.append(size if _has_roof(event) else size.replace("footprint", "area", 1))
    return "; ".join(parts) + "."


def _has_roof(event: ChangeEvent) -> bool:
    return (
        event.kind in (Kind.CONSTRUCTION, Kind.DEMOLITION, Kind.ROOF_CHANGE)
        and event.stage is not Stage.CLEARED
    )


def _sentences(
    event: ChangeEvent,
    measured: Mapping[str, Measurement],
    zone: Zone | None,
    distance: Measurement | None,
    structure: Structure | None,
    scenes: Mapping[str, Scene],
    status: Status,
) -> list[str]:
    said = []
    if event.proposer is not None:
        told = wording.say_found(event, status)
        said.append(f"{told[0].upper()}{told[1:]}.")
    if structure is not None:
        said += _of_structure(structure)
    if event.kind is Kind.CONSTRUCTION and event.stage is not None:
        when = "at the last look"
        is_of_one = event.method is Method.DRAWN or event.proposer is not None
        if is_of_one and event.first_with in scenes:
            when = wording.say_when(scenes[event.first_with].acquired)
        said.append(f"{when[0].upper()}{when[1:]} {_STAGE[event.stage]}")
    finished = wording.say_finished(event)
    if finished is not None:
        said.append(finished)
    sides = [measured[what] for what in ("length", "width", "height") if what in measured]
    sides = [size for size in sides if size.quantity is not None]
    if sides:
        told = "; ".join(wording.say_size(size).removesuffix(f"; {wording.NO_SCALE}") for size in sides)
        said.append(f"{told[0].upper()}{told[1:]}.")
    area = measured.get("area")
    if area is not None and area.quantity is not None:
        said.append(f"Area measured from: {area.method}.")
    if zone is not None and distance is not None and distance.quantity is not None:
        told = wording.say_distance(zone, distance.quantity)
        said.append(f"{told[0].upper()}{told[1:]}.")
    said += say_witnesses(event)
    seen = wording.say_observations(event)
    said.append(f"By radar: {seen}." if event.by_radar_alone else f"{seen[0].upper()}{seen[1:]}.")
    return said


def _of_structure(structure: Structure) -> list[str]:
    """What is seen, and what a person holds it to be for, with the basis; never one without "possible"."""
    looks = structure.looks_like.strip()
    if structure.function is None:
        return [f"{structure.label}: {looks}."] if looks else []
    function = structure.function
    hedge = {"possible": "possibly", "probable": "probably"}.get(function.qualifier, "possibly")
    basis = ", ".join(part for part in (function.basis, function.who) if part)
    told = f"{hedge} {function.text}" + (f" ({basis})" if basis else "")
    return [f"{structure.label}: {looks}, {told}." if looks else f"{structure.label}: {told}."]


def _facts(
    event: ChangeEvent,
    measured: Mapping[str, Measurement],
    zone: Zone | None,
    distance: Measurement | None,
    site: Site,
    onset: str,
    status: Status,
) -> list[Fact]:
    facts = [Fact("Change", _what(event)), Fact("When", onset)]
    if event.kind is Kind.CONSTRUCTION and event.stage is not None:
        is_drawn = event.method is Method.DRAWN or event.proposer is not None
        facts.append(Fact("Stage on that image" if is_drawn else "Stage at the last look", event.stage.words))
    for what, name in (("area", "Area"), ("length", "Length"), ("width", "Width"), ("height", "Height")):
        size = measured.get(what)
        if size is not None:
            how_large = wording.say_extent if what == "area" else wording.say_quantity
            told = how_large(size.quantity) if size.quantity else f"not measured: {size.refused}"
            facts.append(Fact(name, told))
    if zone is not None:
        facts.append(Fact("Where", wording.say_zone(zone, site.perimeter)))
        if distance is not None and distance.quantity is not None:
            facts.append(Fact("Distance to the perimeter", wording.say_distance(zone, distance.quantity)))
    how = (
        "found by comparison of radar images only"
        if event.by_radar_alone
        else wording.say_found(event, status)
    )
    facts.append(Fact("How it was found", how))
    facts += [Fact("Two witnesses", told) for told in say_witnesses(event)]
    probability = wording.say_probability(event)
    if probability is not None:
        facts.append(Fact("Detection probability", probability))
    facts.append(Fact("Looks", wording.say_observations(event)))
    return facts


def _remarks(event: ChangeEvent, measured: Mapping[str, Measurement], grid: Grid) -> list[str]:
    said = [f"{r[:1].upper()}{r[1:].rstrip('.')}." for r in map(wording.without_codes, event.remarks)]
    if event.other_kind is not None and event.other_kind.words != _what(event):
        said.append(
            f"The images do not settle what kind of change it is: {_what(event)} is likelier, "
            f"{event.other_kind.words} is possible."
        )
    refused = Counter(size.refused for size in measured.values() if size.refused)
    for reason in refused:
        names = [wording.SIZE.get(s.what, s.what) for s in measured.values() if s.refused == reason]
        said.append(f"Not measured ({', '.join(names)}): {reason}. It can be drawn by hand and measured.")
    if grid.crs is None and grid.gsd_m is None:
        said.append(f"Sizes are in pixels; {wording.NO_SCALE}.")
    if event.provisional:
        said.append("Provisional: a single image shows it so far, a second one must confirm it.")
    return list(dict.fromkeys(said))


def _structure(site: Site, label: str) -> Structure | None:
    return next((s for s in site.having(Role.BUILDING) if label and s.label == label), None)


def _summary(findings: Sequence[Finding], comparisons: Sequence[Comparison], site: Site) -> list[str]:
    """How many of what, inside and outside, each kind one sentence."""
    said = []
    for kind in GRAVITY:
        of_kind = [f for f in findings if wording.told_kind(f.kind, f.stage) is kind]
        if not of_kind:
            continue
        count = len(of_kind)
        told = f"{say_count(count).capitalize()} {wording.MANY[kind][0 if count == 1 else 1]}"
        bare = sum(f.stage is Stage.FOUNDATION for f in of_kind)
        if bare:
            told += (
                f", {say_count(bare)} of them only a foundation so far"
                if count > 1
                else ", so far a foundation"
            )
        zones = Counter(f.zone for f in of_kind if f.zone is not None)
        if zones:
            said.append(f"{told}: {_where(zones, count)}.")
        else:
            said.append(f"{told}.")
    if not said:
        said.append("The search found no change; what it could not have seen is told with it.")
    elif any(f.zone is not None for f in findings):
        said.append(f"Inside and outside refer to {wording.say_line(site.perimeter)}.")
    return [*said, *(comparison.sentence for comparison in comparisons)]


def _where(zones: Counter[Zone], count: int) -> str:
    words = {
        Zone.INSIDE: "inside the perimeter",
        Zone.OUTSIDE: "outside the perimeter",
        Zone.STRADDLES: "across the perimeter",
    }
    there = [(zone, zones[zone]) for zone in words if zones[zone]]
    if len(there) == 1 and there[0][1] == count:
        prefix = "" if count == 1 else "both " if count == 2 else "all "
        return f"{prefix}{words[there[0][0]]}"
    return ", ".join(f"{say_count(n)} {words[zone]}" for zone, n in there)
