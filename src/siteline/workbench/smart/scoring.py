"""A site's events, or anybody's proposals, against annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from siteline.model.errors import BadInput, BadSmartFile, NotFound
from siteline.model.place import Site
from siteline.model.remark import Remark
from siteline.model.smart import RegionModel, SmartSite
from siteline.sites.exchange.intake import decode, parse_json, read_bytes
from siteline.sites.smart.names import kept_region
from siteline.sites.smart.read import read_smart
from siteline.sites.smart.regions import region_of
from siteline.sites.smart.scope import describe_left_out, tell_left_out
from siteline.sites.smart.scoring.points import points_of, score_points
from siteline.sites.smart.scoring.rules import ScoreOptions
from siteline.sites.smart.scoring.score import describe_score, score
from siteline.workbench.case import Case
from siteline.workbench.smart.exporting import SmartOptions, propose_site
from siteline.workbench.smart.importing import find_models


@dataclass(slots=True)
class _Models:
    """What a few files and folders hold."""

    regions: list[RegionModel] = field(default_factory=list)
    sites: dict[str, SmartSite] = field(default_factory=dict)
    """Site models by id."""

    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scored:
    """Figures, what they do not cover, and what the user must know."""

    told: dict[str, Any]
    remarks: tuple[Remark, ...]


def score_site(
    case: Case,
    site_id: str,
    truth: Sequence[Path],
    proposals: Sequence[Path],
    options: ScoreOptions,
    export: SmartOptions,
    as_of: datetime | None = None,
    points: Path | None = None,
) -> Scored:
    """
    Score a site's events against annotations, by SMART's rules and by ours.

    truth: files or folders of region and site models; none: those imported at the site. proposals: the same, of proposals; none:
    our own events as we would export them. points: truth that is a point and a day each, scored beside.
    """
    site = case.register.get(site_id, as_of)
    marked = [] if points is None else points_of(_parsed(points), points.name)
    remarks: list[Remark] = []
    region, annotated = _truth(case, site, truth, as_of, remarks)
    left: dict[str, Any] | None = None
    if proposals:
        models = _read(proposals)
        remarks += models.remarks
        proposed = list(models.sites.values()) or [one for r in models.regions for one in r.sites]
    else:
        ours = propose_site(case, site_id, export, as_of)
        proposed = list(ours.sites)
        left = describe_left_out(site_id, ours.exported, ours.left_out)
        remarks += tell_left_out(site_id, ours.left_out, export.smallest_m2)
    scored = score(annotated, proposed, region, options)
    told = describe_score(scored)
    if points is not None:
        told["smart"]["points"] = score_points(marked, proposed, region, options)
    if left is not None:
        told["left_out"] = left
        told["ours"]["refusals"]["left_out_of_smart"] = len(left["left_out"])
    return Scored(told, (*remarks, *scored.remarks))


def _parsed(path: Path) -> Any:
    return parse_json(decode(read_bytes(path), path.name), path.name)


def _truth(
    case: Case, site: Site, paths: Sequence[Path], as_of: datetime | None, remarks: list[Remark]
) -> tuple[RegionModel, list[SmartSite]]:
    if not paths:
        annotated = [one.site for one in case.annotations.all(site.id, as_of)]
        if not annotated:
            raise NotFound(
                f"{site.id} has no annotations to score against",
                f"Import them (siteline events import {site.id} FILE…), or name them: --truth FOLDER",
            )
        return _own_region(case, site, annotated, as_of, remarks), annotated
    models = _read(paths)
    remarks += models.remarks
    fitting = [r for r in models.regions if _is_of(r, site)]
    if len(fitting) > 1:
        named = ", ".join(r.id for r in fitting)
        raise BadInput(
            f"{len(fitting)} regions fit {site.id}: {named}", "Name the files of one: --truth FILE"
        )
    if models.regions and not fitting:
        named = ", ".join(r.id for r in models.regions[:5])
        raise BadSmartFile(f"none of the regions ({named}) lies at {site.id}", "Name the truth of this site.")
    if not fitting:
        annotated = list(models.sites.values())
        return _own_region(case, site, annotated, as_of, remarks), annotated
    [region] = fitting
    if not region.sites:
        return region, list(models.sites.values())
    return region, [models.sites.get(one.id, one) for one in region.sites]


def _is_of(region: RegionModel, site: Site) -> bool:
    known = kept_region(site).get("region_id")
    if known:
        return bool(region.id == known)
    return site.aoi is None or region.outline.intersects(site.aoi)


def _own_region(
    case: Case, site: Site, annotated: Sequence[SmartSite], as_of: datetime | None, remarks: list[Remark]
) -> RegionModel:
    """The site as a region: by its own region model, else from its first scene or annotation to its last."""
    days: list[date] = [day for one in annotated for day in (one.start, one.end) if day is not None]
    days += [look.day for one in annotated for look in one.observations if look.day is not None]
    for scene in case.scenes.all(site.id, as_of):
        days += [scene.acquired.first_day, scene.acquired.last_day]
    region = region_of(site, min(days, default=None), max(days, default=None))
    if region is None:
        raise BadInput(
            f"{site.id} has no area of interest to score in",
            "Draw it (role aoi) and add the site again, or name a region model: --truth FILE",
        )
    if not kept_region(site).get("start_date"):
        remarks.append(
            Remark(
                site.id,
                f"no region model says from when to when it was searched; {region.start} to {region.end} is taken",
                "--truth with a region model says it",
            )
        )
    return region


def _read(paths: Sequence[Path]) -> _Models:
    models = _Models()
    for path in find_models(paths):
        found, told = read_smart(path)
        models.remarks += told
        if isinstance(found, RegionModel):
            models.regions.append(found)
            continue
        if found.id in models.sites:
            raise BadSmartFile(f"{path.name}: {found.id} was in another file already", "Keep one of the two.")
        models.sites[found.id] = found
    return models


__all__ = ["ScoreOptions", "Scored", "score_site"]
