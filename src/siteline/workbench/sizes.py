"""Sizes that people ask for of what is on file: of one thing, of one against another, and what it may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.findings.draft import draft_comparison
from siteline.findings.sizes import say_apart, say_capacity, say_measured, say_placing
from siteline.findings.wording import say_line
from siteline.measure.capacity import infer_capacity
from siteline.measure.measure import GROUND
from siteline.measure.ratio import ratio
from siteline.measure.zone import distance_between, place_against, reach_across
from siteline.model.change import Kind, Stage
from siteline.model.dates import say_day
from siteline.model.errors import BadInput, BadSetting, NotFound, NotMeasured
from siteline.model.finding import Comparison
from siteline.model.imagery import Grid
from siteline.model.measurement import Assumed, FiledSize, Measurement, Rested, Tracing
from siteline.model.place import Role, Site, Structure
from siteline.raster.grid import onto_grid
from siteline.sites.events.life import WatchedEvent
from siteline.sites.filed import MARK
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
from siteline.workbench.filing import file_size, find_filed, shown_on, tell, tell_capacity, tell_ratio
from siteline.workbench.outlines import event_outline, fitted_outline
from siteline.workbench.survey import site_grid, survey_site

BY_HAND = {
    "height": (
        "Draw a line along its shadow: siteline measure height {site} --on SCENE --geometry FILE "
        "(FILE: the line from its foot to the shadow's tip)."
    ),
    "length": "Draw its outline, or a line: siteline measure length {site} --on SCENE --geometry FILE",
}
"""What to do where a size is not on file; else its outline is drawn."""


def size_of(
    case: Case, site_id: str, what: str, name: str, progress: Progress, units: str | None = None
) -> dict[str, Any]:
    """Area, length, width or height (`what`) of an event or a labelled structure, with its budget."""
    part = measured(case, site_id, what, name, progress)
    assert part.size is not None
    noun = _noun(case, site_id, what, part.id)
    return tell(part.size, say_measured(part.name, part.size, units, noun), units)


def distance_of(
    case: Case, site_id: str, name: str, other: str | None, progress: Progress, units: str | None = None
) -> dict[str, Any]:
    """How far one thing lies from the perimeter, signed, or from another thing, edge to edge; filed."""
    site = _surveyed(case, site_id, progress)
    grid = site_grid(Bench(case), site)
    here = subject_of(case, site, name)
    outline, sigma, scene_ids = outline_of(case, site, grid, here.id)
    if other is not None:
        there = subject_of(case, site, other)
        refuse_same(here, there)
        that_outline, sigma_there, more = outline_of(case, site, grid, there.id)
        apart = distance_between(outline, that_outline, grid, sigma, sigma_there)
        apart = replace(apart, scene_ids=tuple(dict.fromkeys((*scene_ids, *more))))
        told = tell(apart, say_apart(here.name, there.name, apart, units), units)
        said = say_apart(here.name, there.name, apart)
        return {**told, **_file_distance(case, site, apart, said, here, there)}
    perimeter = perimeter_of(site)
    line = onto_grid(perimeter.geometry, grid)
    zone, distance = place_against(outline, line, grid, sigma)
    reach = reach_across(outline, line, grid)
    distance = replace(distance, scene_ids=scene_ids)
    told = tell(distance, say_placing(here.name, zone, distance, perimeter, units, reach), units)
    said = say_placing(here.name, zone, distance, perimeter, None, reach)
    fence = Rested(say_line(perimeter), perimeter.label)
    return {**told, "zone": zone.value, **_file_distance(case, site, distance, said, here, fence)}


def _file_distance(case: Case, site: Site, size: Measurement, said: str, *ends: Rested) -> dict[str, str]:
    return file_size(
        case,
        FiledSize(
            site_id=site.id,
            what=size.what,
            name=" to ".join(end.name for end in ends) if size.what == "distance" else ends[0].name,
            size=size,
            ratio=None,
            capacity=None,
            said=(said,),
            rests_on=ends,
            scenes=shown_on(case.scenes.all(site.id), *size.scene_ids),
        ),
    )


def ratio_of(
    case: Case, site_id: str, a: str, b: str, progress: Progress, what: str | None = None
) -> dict[str, Any]:
    """
    How large A is against B, with the sentences that the interval supports; filed.

    a, b: an event, a structure or a filed size; what: the size that is compared; None: that of a filed size that
    was named, else the area.
    """
    what = sort_to_compare(case, site_id, what, a, b)
    first, second = (measured(case, site_id, what, name, progress) for name in (a, b))
    refuse_same(first, second)
    noun = next(filter(None, (_noun(case, site_id, what, part.id) for part in (first, second))), None)
    return compare(case, site_id, first, second, noun)


def compare(
    case: Case,
    site_id: str,
    first: Rested,
    second: Rested,
    noun: str | None = None,
    drawings: Sequence[Tracing] = (),
    files: Sequence[tuple[Path, str]] = (),
    options: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The ratio of two sizes, told and filed."""
    assert first.size is not None
    assert second.size is not None
    found = ratio(first.size, second.size, first.name, second.name, noun)
    filed = FiledSize(
        site_id=site_id,
        what="ratio",
        name=f"{first.size.what} of {first.name} / {second.name}",
        size=None,
        ratio=found,
        capacity=None,
        said=found.supported,
        not_said=found.not_supported,
        drawings=tuple(drawings),
        rests_on=(first, second),
        scenes=shown_on(case.scenes.all(site_id), *first.size.scene_ids, *second.size.scene_ids),
        options=options,
    )
    told = tell_ratio(found, (first.name, first.size), (second.name, second.size))
    return {**told, **file_size(case, filed, files)}


def sort_to_compare(case: Case, site_id: str, what: str | None, *names: str) -> str:
    """Which size a ratio is of: the one that was asked for, that of the filed sizes named, else the area."""
    sorts = {row.id: row.filed.what for n in names if (row := find_filed(case, site_id, n)) is not None}
    kinds = sorted(set(sorts.values()))
    told = " and ".join(f"{name} is {_a(sort)}" for name, sort in sorts.items())
    if len(kinds) > 1:
        raise BadInput(f"{told}: a ratio of the two means nothing", "Compare two sizes of the same sort.")
    if kinds and kinds[0] in ("ratio", "capacity", "distance_to_perimeter"):
        raise BadInput(
            f"{told}: no ratio is taken of that", "Compare two areas, lengths, widths, heights or distances."
        )
    if kinds and what is not None and kinds[0] != what:
        raise BadInput(
            f"{told}, and --of asks for the {what}", f"Leave --of out, or name {_a(what)} that was filed."
        )
    return what or (kinds[0] if kinds else "area")


def _a(sort: str) -> str:
    return f"{'an' if sort[0] in 'aeiou' else 'a'} {sort.replace('_', ' ')}"


def capacity_of(
    case: Case,
    site_id: str,
    name: str,
    floors: tuple[float, float],
    why: str,
    dwelling_m2: tuple[float, float] | None,
    worker_m2: tuple[float, float] | None,
    progress: Progress,
    units: str | None = None,
    who: str | None = None,
) -> dict[str, Any]:
    """What a thing may hold if a person's assumptions are right: ranges only, whose they are, filed as a judgement."""
    signed = who or case.settings.signer()
    if signed == "unknown":
        raise BadSetting(
            "a capacity is a person's judgement, and nobody has signed this one",
            "Say whose it is: --analyst NAME, or case.who in siteline.toml.",
        )
    part = measured(case, site_id, "area", name, progress)
    assert part.size is not None
    if _noun(case, site_id, "area", part.id) is not None:
        raise BadInput(
            f"{part.name} is ground, no building: nothing has floors there", "Name a building or a new one."
        )
    found = infer_capacity(part.size, Assumed(floors, signed, why, dwelling_m2, worker_m2))
    filed = FiledSize(
        site_id=site_id,
        what="capacity",
        name=part.name,
        size=None,
        ratio=None,
        capacity=found,
        said=(say_capacity(part.name, found),),
        rests_on=(part,),
        scenes=shown_on(case.scenes.all(site_id), *part.size.scene_ids),
    )
    return {
        "said": say_capacity(part.name, found, units),
        **tell_capacity(found),
        "footprint": tell(part.size, say_measured(part.name, part.size, units), units),
        **file_size(case, filed),
    }


def compare_halls(case: Case, site: Site, events: Sequence[WatchedEvent]) -> tuple[Comparison, ...]:
    """
    Each new building that is at least a third as large as the largest known building of the site, against it.

    What was not measured is not compared.
    """
    known = [
        (size.quantity.value, structure.label, size)
        for structure in site.having(Role.BUILDING)
        if (size := case.measurements.of(site.id, structure.label).get("area")) and size.quantity
    ]
    if not known:
        return ()
    _, label, largest = max(known, key=lambda one: one[:2])
    compared = []
    for watched in events:
        now = watched.current
        size = case.measurements.of(site.id, watched.id, now.number).get("area")
        is_building = now.event.kind is Kind.CONSTRUCTION and now.event.stage in (
            Stage.STRUCTURE,
            Stage.ROOFED,
        )
        if not is_building or size is None or size.quantity is None or largest.quantity is None:
            continue
        name = now.event.label or f"the new building first visible on {say_day(now.event.onset.by)}"
        is_known = min(size.quantity.low95, largest.quantity.low95) > 0
        if name != label and is_known and size.quantity.value >= largest.quantity.value / 3:
            compared.append(draft_comparison(name, label, "area", ratio(size, largest, name, label)))
    return tuple(compared)


def measured(case: Case, site_id: str, what: str, name: str, progress: Progress) -> Rested:
    """
    A size on file: of an event, of a structure, or one that was filed; surveys first if the site never was.

    Raises NotMeasured with the reason and what to do.
    """
    row = find_filed(case, site_id, name)
    if row is not None:
        if row.filed.size is None or row.filed.what != what:
            raise BadInput(f"{row.id} is {_a(row.filed.what)}, no {what}", f"Name {_a(what)} that was filed.")
        return Rested(f"{row.filed.name} ({row.id})", row.id, None, row.filed.size)
    site = _surveyed(case, site_id, progress)
    part = subject_of(case, site, name)
    sizes = case.measurements.of(site.id, part.id, part.version)
    size = sizes.get(what)
    if size is None or size.quantity is None:
        reason = size.refused if size else _why_none(case, site_id, what, sizes)
        hint = BY_HAND.get(what)
        raise NotMeasured(f"{part.name} was not measured: {reason}", hint and hint.format(site=site_id))
    return replace(part, size=size)


def _why_none(case: Case, site_id: str, what: str, sizes: Mapping[str, Measurement]) -> str:
    """Why a size is not on file; of a height, that no image of the thing tells where the sun stood."""
    shown = sizes["area"].scene_ids if "area" in sizes else ()
    looks = [scene for scene in case.scenes.all(site_id) if scene.id in shown]
    if what == "height" and looks and all(scene.sun_elevation is None for scene in looks):
        return "none of the images it was measured on has sun angles, or a time that is known well enough to compute them"
    return f"it has no {what} on file"


def subject_of(case: Case, site: Site, said: str) -> Rested:
    """The structure or event that a person means; called by its label, else by its whole id."""
    if any(structure.label == said for structure in site.structures):
        return Rested(said, said)
    watched = _event(case, site, said)
    return Rested(watched.current.event.label or watched.id, watched.id, watched.current.number)


def refuse_same(a: Rested, b: Rested) -> None:
    """Raise BadInput where both are one thing."""
    if a.id == b.id:
        raise BadInput(f"{a.name} is held against itself", "Name two different things.")


def outline_of(
    case: Case, site: Site, grid: Grid, name: str
) -> tuple[BaseGeometry, float | None, tuple[str, ...]]:
    """
    The outline of an event or structure on the grid, its error if that is known, and the scenes it is from.

    Of a building that was measured the outline that was fitted, else the one that was drawn or found.
    """
    structure = next((s for s in site.structures if s.label == name), None)
    if structure is None:
        watched = _event(case, site, name)
        now = watched.current
        sizes = case.measurements.of(site.id, watched.id, now.number)
        scenes = sizes["area"].scene_ids if fitted_outline(sizes, grid) else (now.event.first_with,)
        return *event_outline(now.event, sizes, grid), scenes
    sizes = case.measurements.of(site.id, name) if structure.role is Role.BUILDING else {}
    fitted = fitted_outline(sizes, grid)
    if fitted is not None:
        return *fitted, sizes["area"].scene_ids
    return onto_grid(structure.geometry, grid), None, ()


def perimeter_of(site: Site) -> Structure:
    """The site's perimeter; raises NotFound if none was drawn."""
    if site.perimeter is None:
        raise NotFound(
            f"{site.id} has no perimeter",
            "Draw one with the role perimeter and add the drawing again: siteline site add FILE",
        )
    return site.perimeter


def _surveyed(case: Case, site_id: str, progress: Progress) -> Site:
    site = case.register.get(site_id)
    if case.surveys.newest(site_id) is None:
        survey_site(case, site_id, progress=progress)
    return site


def _event(case: Case, site: Site, name: str) -> WatchedEvent:
    try:
        return case.events.get(site.id, name)
    except NotFound as error:
        labels = ", ".join(structure.label for structure in site.having(Role.BUILDING)) or "none"
        named = [w.current.event.label for w in case.events.all(site.id) if w.current.event.label]
        near = get_close_matches(name.lower(), (label.lower() for label in named), 1, 0.5)
        meant = next((label for label in named if near and label.lower() == near[0]), None)
        raise NotFound(
            f"{name!r} is no event and no building of {site.id}"
            + (f"; did you mean {meant}?" if meant else ""),
            f"Buildings: {labels}. Events: siteline events list {site.id}",
        ) from error


def _noun(case: Case, site_id: str, what: str, name: str) -> str | None:
    """Cleared ground has an area, no footprint."""
    site = case.register.get(site_id)
    is_known = name.startswith(MARK) or any(s.label == name for s in site.structures)
    if what != "area" or is_known:
        return None
    event = _event(case, site, name).current.event
    return "area" if event.kind in GROUND or event.stage is Stage.CLEARED else None
