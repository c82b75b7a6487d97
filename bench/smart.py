"""
IARPA SMART: what its annotations at hand say of durations, and how our export of sites that never were scores by its rules.

    python -m bench.smart [SEED …]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from statistics import quantiles

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.change import Kind
from siteline.model.smart import LABELLED, POSITIVE, Part, Phase, RegionModel, SmartObservation, SmartSite
from siteline.simulate.truth import TrueStructure, Truth
from siteline.sites.smart.grounds import one_polygon
from siteline.sites.smart.names import square_of
from siteline.sites.smart.read import read_smart
from siteline.sites.smart.scoring.stack import stack_of

SEEDS = (11, 12, 13)
LOOKS, SIZE_M, BUILDINGS = 36, 400.0, 10


def annotate(truth: Truth, region_id: str = "XX_R000") -> tuple[RegionModel, list[SmartSite]]:
    """What SMART's annotators would have written of a rendered series: constructions in phases, other change as negative."""
    days = sorted(look.acquired.date() for look in truth.looks)
    left, top = truth.transform[2], truth.transform[5]
    rows, columns = truth.shape
    frame = shapely.box(left, top - rows * truth.gsd_m, left + columns * truth.gsd_m, top)
    sites = []
    for number, one in enumerate(truth.changes):
        if one.kind is Kind.CONSTRUCTION and one.onset is not None and one.onset <= days[-1]:
            ground = shapely.union_all([part for part in (one.outline, one.yard) if part is not None])
            sites.append(
                _construction(
                    one, _on_earth(one_polygon(ground), truth.crs), days, f"{region_id}_{number:04d}"
                )
            )
        elif one.kind is Kind.DEMOLITION and one.onset is not None:
            outline = _on_earth(one_polygon(one.outline), truth.crs)
            sites.append(_other(outline, one.onset, one.finished or days[-1], f"{region_id}_{number:04d}"))
    for number, ground in enumerate(truth.grounds):
        if ground.kind is not None and ground.onset is not None and ground.onset <= days[-1]:
            outline = _on_earth(one_polygon(ground.outline), truth.crs)
            end = ground.finished or days[-1]
            sites.append(_other(outline, ground.onset, end, f"{region_id}_{5000 + number:04d}"))
    outline = _on_earth(frame, truth.crs)
    region = RegionModel(
        region_id, days[0], days[-1], outline, "2.0.0", square_of(outline), "annotation", "te"
    )
    return region, sites


def phase_of(one: TrueStructure, day: date) -> Phase:
    """What an annotator would call a construction on a day."""
    assert one.onset is not None
    if day < one.onset:
        return Phase.NO_ACTIVITY
    if one.finished is not None and day >= one.finished:
        return Phase.POST_CONSTRUCTION
    if one.foundation is not None and day < one.foundation:
        return Phase.SITE_PREPARATION
    return Phase.ACTIVE_CONSTRUCTION


def _construction(one: TrueStructure, outline: Polygon, days: Sequence[date], name: str) -> SmartSite:
    looks = tuple(
        SmartObservation(day, None, None, (Part(outline, phase_of(one, day), False, True),)) for day in days
    )
    status = (
        "positive_annotated" if one.finished is not None and one.finished <= days[-1] else "positive_partial"
    )
    return _site(name, status, days[0], days[-1], outline, looks)


def _other(outline: Polygon, start: date, end: date, name: str) -> SmartSite:
    looks = tuple(
        SmartObservation(day, None, None, (Part(outline, None, None, True),)) for day in (start, end)
    )
    return _site(name, "negative", start, max(start, end), outline, looks)


def _site(
    name: str, status: str, start: date, end: date, outline: Polygon, looks: tuple[SmartObservation, ...]
) -> SmartSite:
    return SmartSite(
        name,
        name[:7],
        status,
        start,
        end,
        outline,
        "2.0.0",
        square_of(outline),
        "annotation",
        "te",
        observations=looks,
    )


def _on_earth(outline: BaseGeometry, crs: str) -> Polygon:
    to_earth = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(np.column_stack(to_earth.transform(xy[:, 0], xy[:, 1])), 7)

    moved = shapely.transform(outline, back)
    assert isinstance(moved, Polygon)
    return moved


def durations(folder: Path) -> list[tuple[str, list[int]]]:
    """Days of phases at the sites whose looks are labelled, and from before to after at all positive sites of the regions."""
    prepared, built, active, whole = [], [], [], []
    for path in sorted(folder.glob("site_models/*.geojson")):
        site, _ = read_smart(path)
        assert isinstance(site, SmartSite)
        stack = stack_of(site, RegionModel("", date.min, date.max, site.outline))
        first: dict[Phase, date] = {}
        for one in stack.slices:
            for phase in one.phases:
                first.setdefault(phase, one.day)
        begun, works = first.get(Phase.SITE_PREPARATION), first.get(Phase.ACTIVE_CONSTRUCTION)
        if begun and works and begun < works:
            prepared.append((works - begun).days)
        if works and stack.finished:
            built.append((stack.finished - works).days)
        if stack.latest_start and stack.finished:
            active.append((stack.finished - stack.latest_start).days)
    for path in sorted(folder.glob("region_models/*.geojson")):
        region, _ = read_smart(path)
        assert isinstance(region, RegionModel)
        whole += [
            (site.end - site.start).days
            for site in region.sites
            if site.status in POSITIVE - LABELLED and site.start and site.end
        ]
    return [
        ("Site Preparation, first look to first of Active Construction", prepared),
        ("Active Construction, first look to first of Post Construction", built),
        ("activity, first look to first finished one", active),
        ("pending sites, last look before to first look after", whole),
    ]


def say_quartiles(days: Iterable[int]) -> str:
    """Lower quartile, median, upper quartile of days."""
    found = sorted(days)
    if len(found) < 2:
        return f"{found} (n = {len(found)})"
    low, middle, high = quantiles(found, n=4, method="inclusive")
    return f"{low:.0f} | {middle:.0f} | {high:.0f} days (n = {len(found)})"


def score_story(seed: int, folder: Path) -> None:
    """Render a site by lot, survey it, export it, score the export against the story."""
    from siteline.simulate.render import render_story
    from siteline.simulate.story import random_story
    from siteline.simulate.truth import read_truth
    from siteline.sites.smart.scoring.rules import ScoreOptions
    from siteline.sites.smart.scoring.score import describe_score, score
    from siteline.workbench.case import make_case
    from siteline.workbench.images import add_manifest
    from siteline.workbench.places import add_site
    from siteline.workbench.smart.exporting import SmartOptions, propose_site
    from siteline.workbench.smart.telling import tell_score
    from siteline.workbench.survey import survey_site

    rendered = folder / "rendered"
    render_story(rendered, random_story(seed, looks=LOOKS, size_m=SIZE_M, buildings=BUILDINGS), seed)
    case = make_case(folder / "case")
    try:
        site, _ = add_site(case, rendered / "site.geojson", ())
        add_manifest(case, site.id, rendered / "scenes.csv")
        survey_site(case, site.id)
        ours = propose_site(case, site.id, SmartOptions(smallest_m2=0))
    finally:
        case.close()
    region, sites = annotate(read_truth(rendered / "truth.json"))
    told = describe_score(score(sites, ours.sites, region, ScoreOptions(small_site_threshold=0)))
    print(
        f"site by lot {seed}: {len(ours.sites)} site models, {len(ours.left_out)} events outside SMART's scope"
    )
    for line in tell_score(told):
        print(f"  {line}")


def main(seeds: Sequence[int]) -> None:
    """Print it all."""
    shared = Path(os.environ.get("SITELINE_SHARED", Path(__file__).parents[2] / "shared"))
    folder = shared / "data/imagery/smart"
    if folder.is_dir():
        print("SMART's annotations at hand, lower quartile | median | upper quartile:")
        for what, days in durations(folder):
            print(f"  {what}: {say_quartiles(days)}")
    for seed in seeds:
        with tempfile.TemporaryDirectory() as name:
            score_story(seed, Path(name))


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or SEEDS)
