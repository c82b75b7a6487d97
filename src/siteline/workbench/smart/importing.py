"""Annotations of IARPA SMART: a region as a site, its annotated sites beside our events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.model.errors import BadSiteFile, BadSmartFile
from siteline.model.place import Frame, Role, Site
from siteline.model.remark import Remark
from siteline.model.smart import RegionModel, SmartSite
from siteline.sites.exchange.intake import decode, parse_json, read_bytes, sniff
from siteline.sites.smart.read import looks_like_smart, parse_smart, smart_of
from siteline.sites.smart.regions import site_of
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.smart.beside import lay_beside

MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in."""

    files: int
    sites: int
    """Annotated sites in them."""

    new: int
    """Of these, not on record just so already."""

    by_status: tuple[tuple[str, int], ...]
    remarks: tuple[Remark, ...]


def region_in(data: bytes, name: str) -> tuple[RegionModel, tuple[Remark, ...]] | None:
    """The region model in a site file, if it is one. Raises BadSmartFile for a site model, which is no place to watch."""
    if sniff(data, name) != "geojson":
        return None
    said = parse_json(decode(data, name), name)
    kind = looks_like_smart(said)
    if kind is None:
        return None
    found, remarks = smart_of(said, name)
    if isinstance(found, SmartSite):
        raise BadSmartFile(
            f"{name}: is a SMART site model of {found.id}, one annotated construction and no place to watch",
            "Add its region model first (siteline site add), then: siteline events import SITE FILE",
        )
    return found, remarks


def add_region(
    case: Case, data: bytes, name: str, region: RegionModel, remarks: tuple[Remark, ...]
) -> tuple[Site, tuple[Remark, ...]]:
    """Record the site that a region model draws, and its summaries as annotations; all or nothing."""
    site, told = site_of(region, name)
    remarks = (*remarks, *told)
    if site.id in case.register.ids():
        _refuse_to_undraw(case.register.get(site.id), name)
    case.log.append(())
    digest = case.blobs.keep(data)
    with case.db.appending():
        note_bytes(case, [(digest, f"SMART region model of {site.id}")], "site add")
        is_fresh = case.register.record(site, digest)
        new = case.annotations.record(site.id, [(one, digest) for one in region.sites])
    if not is_fresh and not new:
        return site, (*remarks, Remark(site.id, "stands just so already; nothing was added"))
    if region.sites:
        counts = ", ".join(f"{count} {status}" for status, count in region.counts())
        remarks = (
            *remarks,
            Remark(
                site.id,
                f"its {len(region.sites)} annotated sites are kept beside our events: {counts}",
                f"siteline events imported {site.id}",
            ),
        )
    return site, remarks


def _refuse_to_undraw(there: Site, name: str) -> None:
    """A region draws an area only; it takes nobody's buildings away."""
    drawn = [s.label for s in there.structures if s.role is not Role.AOI]
    if drawn:
        raise BadSiteFile(
            f"{name}: there is a site {there.id} already, with {len(drawn)} structures drawn ({', '.join(drawn[:3])})",
            f"To keep its annotations beside the events there: siteline events import {there.id} FILE",
        )


def import_annotations(case: Case, site_id: str, files: Sequence[Path]) -> Imported:
    """
    Keep annotated sites of region models and site models beside a site's events; all files or none.

    files: files, or folders of them. Raises BadSmartFile naming file, feature and property, or where a file lies elsewhere.
    """
    site = case.register.get(site_id)
    if site.frame is Frame.IMAGE:
        raise BadSmartFile(
            f"{site_id} is drawn in pixels, and SMART's annotations in longitude and latitude",
            "Import them at a georeferenced site.",
        )
    paths = find_models(files)
    read: list[tuple[bytes, str, list[SmartSite]]] = []
    remarks: list[Remark] = []
    for path in paths:
        data = read_bytes(path)
        found, told = parse_smart(data, path.name)
        remarks += told
        sites = list(found.sites) if isinstance(found, RegionModel) else [found]
        _refuse_elsewhere(site, found, path.name)
        read.append((data, path.name, sites))
    case.log.append(())
    kept = [(case.blobs.keep(data), name, sites) for data, name, sites in read]
    with case.db.appending():
        note_bytes(case, [(digest, f"SMART annotations {name}") for digest, name, _ in kept], "events import")
        annotated = [(one, digest) for digest, _, sites in kept for one in sites]
        new = case.annotations.record(site_id, annotated)
    status = Counter(one.status for one, _ in annotated)
    if not new:
        remarks.append(Remark(site_id, "all of it stands just so already; nothing was added"))
    by_status = tuple(sorted(status.items(), key=lambda item: (-item[1], item[0])))
    return Imported(len(paths), len(annotated), new, by_status, tuple(remarks))


def find_models(paths: Sequence[Path]) -> list[Path]:
    """The files named, and every .geojson in the folders named, each once, in order of names."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".geojson" and p.is_file())
        if not inside:
            raise BadSmartFile(f"{path}: holds no .geojson files", "Name a folder of region or site models.")
        found |= dict.fromkeys(inside)
    if len(found) > MOST_FILES:
        raise BadSmartFile(f"{len(found)} files, more than {MOST_FILES}", "Name the region's own folder.")
    return list(found)


def _refuse_elsewhere(site: Site, found: RegionModel | SmartSite, name: str) -> None:
    if site.aoi is not None and not found.outline.envelope.intersects(site.aoi):
        raise BadSmartFile(
            f"{name}: {found.id} lies elsewhere, not in the area of interest of {site.id}",
            f"Name only the files that belong here, such as {site.id}_*.geojson, or the site of the others.",
        )


def list_annotations(case: Case, site_id: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """The annotated sites of a place, each beside the event of ours that is most like it."""
    site = case.register.get(site_id, as_of)
    annotated = case.annotations.all(site_id, as_of)
    beside = lay_beside(case, site, [one.site for one in annotated], as_of)
    told = []
    for one, near in zip(annotated, beside, strict=True):
        noun = one.site
        phases: Counter[str] = Counter(
            part.phase.value for look in noun.observations for part in look.parts if part.phase
        )
        told.append(
            {
                "id": noun.id,
                "status": noun.status,
                "start_date": noun.start.isoformat() if noun.start else None,
                "end_date": noun.end.isoformat() if noun.end else None,
                "version": noun.version,
                "observations": len(noun.observations),
                "phases": dict(phases),
                "activity": near.activity,
                "area_m2": round(near.area_m2, 1),
                "event": near.event,
                "source_sha256": one.source_sha256,
                "imported_at": one.created_at.isoformat(),
                "imported_by": one.created_by,
            }
        )
    return told
