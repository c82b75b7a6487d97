"""Sizes that people ask for of what is on file: of one thing, of one against another, and what it may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.findings.draft import draft_comparison
from siteline.findings.sizes import say_apart, say_capacity, say_measured, say_placing
from siteline.measure.capacity import infer_capacity
from siteline.measure.measure import GROUND
from siteline.measure.ratio import ratio
from siteline.measure.zone import distance_between, place_against, reach_across
from siteline.model.change import Kind, Stage
from siteline.model.dates import say_day
from siteline.model.errors import BadInput, NotFound, NotMeasured
from siteline.model.finding import Comparison
from siteline.model.imagery import Grid
from siteline.model.measurement import Assumed, Measurement, Ratio
from siteline.model.place import Role, Site, Structure
from siteline.model.quantity import round_to, rounding_step
from siteline.raster.grid import onto_grid
from siteline.sites.events import WatchedEvent
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
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
    size = measured(case, site_id, what, name, progress)
    return tell(size, say_measured(name, size, units, _noun(case, site_id, what, name)))


def distance_of(
    case: Case, site_id: str, name: str, other: str | None, progress: Progress, units: str | None = None
) -> dict[str, Any]:
    """How far one thing lies from the perimeter, signed, or from another thing, edge to edge."""
    site = _surveyed(case, site_id, progress)
    grid = site_grid(Bench(case), site)
    outline, sigma, scene_ids = outline_of(case, site, grid, name)
    if other is not None:
        there, sigma_there, more = outline_of(case, site, grid, other)
        apart = distance_between(outline, there, grid, sigma, sigma_there)
        apart = replace(apart, scene_ids=tuple(dict.fromkeys((*scene_ids, *more))))
        return tell(apart, say_apart(name, other, apart, units))
    perimeter = perimeter_of(site)
    line = onto_grid(perimeter.geometry, grid)
    zone, distance = place_against(outline, line, grid, sigma)
    reach = reach_across(outline, line, grid)
    distance = replace(distance, scene_ids=scene_ids)
    return {**tell(distance, say_placing(name, zone, distance, perimeter, units, reach)), "zone": zone.value}


def ratio_of(
    case: Case, site_id: str, a: str, b: str, progress: Progress, what: str = "area"
) -> dict[str, Any]:
    """How large A is against B, with the sentences that the interval supports."""
    first, second = (measured(case, site_id, what, name, progress) for name in (a, b))
    noun = next(filter(None, (_noun(case, site_id, what, name) for name in (a, b))), None)
    return tell_ratio(ratio(first, second, a, b, noun), (a, first), (b, second))


def tell_ratio(found: Ratio, *sizes: tuple[str, Measurement]) -> dict[str, Any]:
    """A ratio in its interchange form, with the two sizes by their names."""
    return {
        "ratio": found.quantity.as_dict(),
        "supported": list(found.supported),
        "not_supported": list(found.not_supported),
        "of": sizes[0][1].what,
        "sizes": {name: tell(size, say_measured(name, size)) for name, size in sizes},
    }


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
) -> dict[str, Any]:
    """What a thing may hold if the signer's assumptions are right: ranges only, and whose they are."""
    area = measured(case, site_id, "area", name, progress)
    if _noun(case, site_id, "area", name) is not None:
        raise BadInput(
            f"{name} is ground, no building: nothing has floors there", "Name a building or a new one."
        )
    assumed = Assumed(floors, case.settings.signer(), why, dwelling_m2, worker_m2)
    found = infer_capacity(area, assumed)

    def ends(pair: tuple[float, float] | None) -> dict[str, float] | None:
        return None if pair is None else {"low": pair[0], "high": pair[1]}

    return {
        "said": say_capacity(name, found, units),
        "judgement": True,
        "who": assumed.who,
        "why": assumed.why,
        "assumed": {
            "floors": ends(floors),
            "floor_area_per_dwelling_m2": ends(dwelling_m2),
            "floor_area_per_worker_m2": ends(worker_m2),
        },
        "floor_area_m2": ends(found.floor_m2),
        "dwellings": ends(found.dwellings),
        "workers": ends(found.workers),
        "footprint": tell(area, say_measured(name, area, units)),
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


def measured(case: Case, site_id: str, what: str, name: str, progress: Progress) -> Measurement:
    """A size on file; surveys first if the site never was. Raises NotMeasured with the reason and what to do."""
    site = _surveyed(case, site_id, progress)
    size = _on_file(case, site, name).get(what)
    if size is None or size.quantity is None:
        reason = size.refused if size else f"it has no {what} on file"
        hint = BY_HAND.get(what)
        raise NotMeasured(f"{name} was not measured: {reason}", hint and hint.format(site=site_id))
    return size


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


def tell(size: Measurement, said: str) -> dict[str, Any]:
    """A size in its interchange form, with the sentence it supports; raises NotMeasured where it was refused."""
    if size.quantity is None:
        raise NotMeasured(f"no {size.what.replace('_', ' ')}: {size.refused}")
    unit, step = size.quantity.unit, rounding_step(size.quantity.sigma)
    return {
        **size.quantity.as_dict(),
        "unit": unit,
        "what": size.what,
        "said": said,
        "text": str(size.quantity),
        "method": size.method,
        "budget": [
            {"name": line.name, "sigma": round_to(line.sigma, step), "unit": unit, "shared": line.shared}
            for line in size.budget
        ],
        "scenes": list(size.scene_ids),
    }


def _surveyed(case: Case, site_id: str, progress: Progress) -> Site:
    site = case.register.get(site_id)
    if case.surveys.newest(site_id) is None:
        survey_site(case, site_id, progress=progress)
    return site


def _on_file(case: Case, site: Site, name: str) -> dict[str, Measurement]:
    if any(structure.label == name for structure in site.having(Role.BUILDING)):
        return case.measurements.of(site.id, name)
    watched = _event(case, site, name)
    return case.measurements.of(site.id, watched.id, watched.current.number)


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
    if what != "area" or any(structure.label == name for structure in site.having(Role.BUILDING)):
        return None
    event = _event(case, site, name).current.event
    return "area" if event.kind in GROUND or event.stage is Stage.CLEARED else None
