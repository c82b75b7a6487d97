"""Sizes that people ask for: of one thing, and of one against another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from siteline.findings.draft import draft_comparison
from siteline.measure.drawn import measure_drawn
from siteline.measure.ratio import ratio
from siteline.model.change import Kind, Stage
from siteline.model.dates import say_day
from siteline.model.errors import BadInput, NotFound, NotMeasured
from siteline.model.finding import Comparison
from siteline.model.measurement import Measurement
from siteline.model.place import Role, Site
from siteline.raster.grid import onto_grid
from siteline.sites.events import WatchedEvent
from siteline.sites.exchange.outline import read_outline
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
from siteline.workbench.survey import site_grid, survey_site


def area_of(case: Case, site_id: str, what: str, progress: Progress) -> dict[str, Any]:
    """The area of an event or a labelled structure, with its budget."""
    return _tell(measured_area(case, site_id, what, progress))


def area_of_drawn(case: Case, site_id: str, on: str, geometry: Path) -> dict[str, Any]:
    """The area of an outline that a person drew on a scene."""
    site = case.register.get(site_id)
    scene = case.scenes.get(site_id, on)
    grid = site_grid(Bench(case), site)
    outline = onto_grid(read_outline(geometry, site.frame), grid)
    for size in measure_drawn(outline, grid, scene):
        if size.what == "area":
            return _tell(size)
    raise BadInput(f"{geometry.name} encloses no area")


def ratio_of(case: Case, site_id: str, a: str, b: str, progress: Progress) -> dict[str, Any]:
    """How large A is against B, with the sentences that the interval supports."""
    found = ratio(measured_area(case, site_id, a, progress), measured_area(case, site_id, b, progress), a, b)
    return {
        "ratio": found.quantity.as_dict(),
        "supported": list(found.supported),
        "not_supported": list(found.not_supported),
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
        if name != label and size.quantity.value >= largest.quantity.value / 3:
            compared.append(draft_comparison(name, label, "area", ratio(size, largest, name, label)))
    return tuple(compared)


def measured_area(case: Case, site_id: str, what: str, progress: Progress) -> Measurement:
    """The area on file; surveys first if the site never was. Raises NotMeasured with the reason."""
    site = case.register.get(site_id)
    if case.surveys.newest(site_id) is None:
        survey_site(case, site_id, progress=progress)
    size = _on_file(case, site, what)
    if size is None or size.quantity is None:
        reason = size.refused if size else "it has no area on file"
        raise NotMeasured(f"{what} was not measured: {reason}")
    return size


def _on_file(case: Case, site: Site, what: str) -> Measurement | None:
    if any(structure.label == what for structure in site.having(Role.BUILDING)):
        return case.measurements.of(site.id, what).get("area")
    try:
        watched = case.events.get(site.id, what)
    except NotFound as error:
        labels = ", ".join(structure.label for structure in site.having(Role.BUILDING)) or "none"
        raise NotFound(
            f"{what!r} is no event and no building of {site.id}",
            f"Buildings: {labels}. Events: siteline events list",
        ) from error
    return case.measurements.of(site.id, watched.id, watched.current.number).get("area")


def _tell(size: Measurement) -> dict[str, Any]:
    if size.quantity is None:
        raise NotMeasured(f"no area: {size.refused}")
    return {
        **size.quantity.as_dict(),
        "unit": size.quantity.unit,
        "text": str(size.quantity),
        "method": size.method,
        "budget": [
            {"name": line.name, "sigma": line.sigma, "unit": size.quantity.unit, "shared": line.shared}
            for line in size.budget
        ],
        "scenes": list(size.scene_ids),
    }
