"""The massing of a site: which buildings stand in it, as high as they were measured, and the file that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.measure.measure import GROUND
from siteline.model.change import ChangeEvent, Kind, Stage, Status
from siteline.model.errors import BadInput, BadSetting, NotMeasured
from siteline.model.imagery import Grid
from siteline.model.massing import Block, Massing
from siteline.model.measurement import Measurement
from siteline.model.place import Frame, Role, Site
from siteline.model.quantity import Quantity
from siteline.model.remark import Remark
from siteline.raster.grid import off_grid
from siteline.sites.exchange.kml import zip_kmz
from siteline.sites.exchange.massing.extruded import write_massing_kml
from siteline.sites.exchange.massing.saying import describe_block, describe_massing
from siteline.sites.exchange.massing.solid import write_glb
from siteline.workbench.bench import Bench
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.findings import records_of
from siteline.workbench.outlines import event_outline, fitted_outline
from siteline.workbench.sizes import subject_of
from siteline.workbench.survey import site_grid

FORMATS = ("kml", "kmz", "glb")

SAME = 0.3
"""Two outlines that share so much of what both cover are one building (as between surveys)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file that was written, what is in it, and what must be said."""

    path: Path
    told: dict[str, Any]
    remarks: tuple[Remark, ...]


def export_massing(
    case: Case,
    site_id: str,
    names: Sequence[str],
    format_: str,
    out: Path | None,
    *,
    every: bool = False,
    as_of: datetime | None = None,
) -> Drawn:
    """
    Write the buildings of a site as blocks; all that stand there, or those that are named.

    As in an export of events, what somebody rejected is left out unless `every` asks for it. Raises BadInput for a site
    in pixels of an image: its blocks would stand nowhere.
    """
    if format_ not in FORMATS:
        raise BadSetting(f"no massing format {format_!r}", f"There are: {', '.join(FORMATS)}.")
    site = case.register.get(site_id, as_of)
    if site.frame is Frame.IMAGE:
        raise BadInput(
            f"{site_id} is drawn in pixels of its images, and a massing needs a place on Earth",
            "Place its images first: siteline scenes add SITE --manifest FILE --control-points FILE",
        )
    grid = site_grid(Bench(case), site)
    blocks, remarks = _gather(case, site, grid, names, every, as_of)
    if not blocks:
        raise NotMeasured(
            f"{site_id} has no building to draw", f"Draw one, or survey first: siteline survey {site_id}"
        )
    shown = {scene.id: scene.simulated for scene in case.scenes.all(site_id, as_of)}
    massing = Massing(site.id, site.name, tuple(blocks), site.simulated or any(shown.values()))
    if format_ == "glb":
        content = write_glb(massing)
    else:
        kml = write_massing_kml(massing)
        content = zip_kmz(kml) if format_ == "kmz" else kml
    path = write_derived(case, out, f"{site_id}-massing.{format_}", content)
    told = describe_massing(massing) | {
        "file": str(path),
        "format": format_,
        "blocks": [describe_block(block) for block in blocks],
    }
    return Drawn(path, told, (*remarks, *_flat_ones(blocks)))


def _flat_ones(blocks: Iterable[Block]) -> list[Remark]:
    return [
        Remark(b.name, f"drawn as a flat outline, its height is unknown: {b.why_flat}")
        for b in blocks
        if b.height is None
    ]


def _gather(
    case: Case, site: Site, grid: Grid, names: Sequence[str], every: bool, as_of: datetime | None
) -> tuple[list[Block], list[Remark]]:
    """Structures first, then events; one building once."""
    wanted = {subject_of(case, site, name).id for name in names}
    blocks, remarks = [], []
    for structure in site.having(Role.BUILDING):
        if not wanted or structure.label in wanted:
            sizes = case.measurements.of(site.id, structure.label, as_of=as_of)
            fitted = fitted_outline(sizes, grid)
            outline = off_grid(fitted[0], grid) if fitted else structure.geometry
            said: dict[str, Any] = {
                "function": _function(structure.function),
                "looks_like": structure.looks_like or None,
            }
            blocks.append(_block(structure.label, structure.label, "building", outline, sizes, said))
    for record in records_of(case, site, every=every or bool(wanted), as_of=as_of):
        event = record.event
        name = event.label or record.id
        if wanted and record.id not in wanted:
            continue
        if not wanted and not _stands(event, record.status, every):
            continue
        sizes = case.measurements.of(site.id, record.id, record.version, as_of)
        outline = off_grid(event_outline(event, sizes, grid)[0], grid)
        said = {
            "status": record.status.value,
            "version": record.version,
            "probability": round(event.probability, 3),
            "calibrated": event.calibrated,
            "onset": event.onset.as_dict(),
        }
        there = next((b for b in blocks if b.name == name or _is_same(b.outline, outline)), None)
        if there is not None and not wanted:
            remarks.append(Remark(name, f"drawn once, as {there.name}: their outlines cover one another"))
            continue
        blocks.append(_block(record.id, name, _words(event), outline, sizes, said, event))
    return blocks, remarks


def _stands(event: ChangeEvent, status: Status, every: bool) -> bool:
    """Whether a building is there at the end, so far as the event says."""
    if status is Status.REJECTED and not every:
        return False
    return event.kind not in (*GROUND, Kind.DEMOLITION) and event.stage is not Stage.CLEARED


def _block(
    id_: str,
    name: str,
    what: str,
    outline: BaseGeometry,
    sizes: Mapping[str, Measurement],
    said: Mapping[str, Any],
    event: ChangeEvent | None = None,
) -> Block:
    area, height = sizes.get("area"), sizes.get("height")
    footprint = area.footprint if area is not None else None
    placed = "as it was drawn or found; its walls were not fitted"
    if footprint is not None:
        placed = (
            "fitted to the images, at its base"
            if footprint.is_base
            else "fitted to the images, as it is seen"
        )
    tall = height.quantity if height is not None else None
    return Block(
        id=id_,
        name=name,
        what=what,
        outline=outline,
        height=tall if tall is not None and tall.unit == "m" and tall.value > 0 else None,
        why_flat="" if tall else _why_flat(height, sizes, event),
        area=_in_metres(area),
        roof=footprint.roof if footprint is not None else "",
        placed=placed,
        said={key: value for key, value in said.items() if value is not None},
    )


def _why_flat(height: Measurement | None, sizes: Mapping[str, Measurement], event: ChangeEvent | None) -> str:
    if height is not None and height.refused:
        return height.refused
    if event is not None and event.stage is Stage.FOUNDATION:
        return "a foundation, nothing stands up yet"
    if event is not None and (event.kind in GROUND or event.stage is Stage.CLEARED):
        return "ground, no building"
    if "area" in sizes and sizes["area"].refused:
        return f"it was not measured: {sizes['area'].refused}"
    return "no image tells it" if sizes else "it was not measured"


def _in_metres(area: Measurement | None) -> Quantity | None:
    quantity = area.quantity if area is not None else None
    return quantity if quantity is not None and quantity.unit == "m²" else None


def _words(event: ChangeEvent) -> str:
    stage = f", {event.stage.words}" if event.stage else ""
    return f"{event.kind.words}{stage}"


def _function(function: Any) -> str | None:
    """Never without its qualifier and whose word it is."""
    return f"{function.qualifier} {function.text} ({function.who}: {function.basis})" if function else None


def _is_same(a: BaseGeometry, b: BaseGeometry) -> bool:
    both = a.intersection(b).area
    return bool(both > SAME * (a.area + b.area - both))
