"""Two looks of a site compared: laid on one another, searched, kept; and a place that a person makes an event of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from siteline.change.pairs.evened import even_pair
from siteline.change.pairs.ground import LEAST_BANDS, find_ground
from siteline.change.pairs.places import find_places
from siteline.change.pairs.reasons import doubt_pair
from siteline.cube.load import CubeOptions, plan_grid, read_native
from siteline.cube.pairing import lay_pair, pair_grid
from siteline.model.change import Kind
from siteline.model.errors import BadInput, BadSetting
from siteline.model.imagery import Scene
from siteline.model.pairs import Comparison, PairMode, PairOptions
from siteline.model.place import Frame, Site
from siteline.model.remark import Remark
from siteline.raster.grid import off_grid
from siteline.report.contact import draw_contact_sheet
from siteline.sites.comparisons import KeptComparison
from siteline.sites.events.drawn import onset_between
from siteline.sites.exchange.places import describe_places
from siteline.store.codec import digest
from siteline.workbench.bench import Bench, Progress, say_nothing
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.findings import add_drawn
from siteline.workbench.images import check_custody, resolved

GROUND_FROM_M = 5.0
"""Pixels from which four bands or more are compared as ground."""

MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison, with its sheet."""

    kept: KeptComparison
    sheet: Path | None


def compare_looks(
    case: Case,
    site_id: str,
    before: str,
    after: str,
    *,
    mode: str | None = None,
    places: int = 10,
    as_they_lie: bool = False,
    sheet: Path | None = None,
    progress: Progress = say_nothing,
) -> Compared:
    """
    Compare two looks, keep the list of places, and draw their contact sheet; the same twice does no work twice.

    sheet: where to write it; None: the case's out/ folder. No place is an event: `add_place` makes one of it.
    """
    if not 1 <= places <= MOST_PLACES:
        raise BadSetting(f"--places {places}: from 1 to {MOST_PLACES}", "Most people look at ten.")
    site = case.register.get(site_id)
    scenes = _two(case, site, before, after)
    options = PairOptions(_mode(mode, scenes), places, as_they_lie)
    bench = Bench(case, progress)
    grid = bench.run(plan_grid, scenes, site)
    scales = [scene.gsd_m for scene in scenes if scene.gsd_m is not None]
    grid = pair_grid(grid, max(scales, default=None) if site.frame is Frame.EARTH else None)
    check = partial(check_custody, case)
    natives = bench.each(read_native, scenes, site, grid, CubeOptions(), check=check)
    laid = bench.run(lay_pair, natives[0], natives[1], grid, as_they_lie)
    stage = find_ground if options.mode is PairMode.GROUND else find_places
    found = bench.run(stage, laid.pair, options)
    comparison = Comparison(
        id=digest(site_id, before, after, bench.recipes["lay_pair"], bench.recipes[stage.__name__]),
        site_id=site_id,
        before=before,
        after=after,
        interval=onset_between(scenes[0], scenes[1]),
        fit=laid.fit,
        found=found,
        options=options,
        remarks=(*doubt_pair(*scenes, laid.fit), *_nudged(case, site_id, scenes)),
    )
    shown = bench.run(even_pair, laid.pair)
    drawn = draw_contact_sheet(shown, comparison, scenes, simulated=site.simulated)
    case.comparisons.record(comparison)
    written = write_derived(case, sheet, f"{site_id}-pair-{comparison.id[:12]}.png", drawn.data)
    return Compared(case.comparisons.get(site_id, comparison.id), written)


def list_comparisons(case: Case, site_id: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every comparison of a site in its interchange form, oldest first."""
    site = case.register.get(site_id, as_of)
    return [tell_comparison(site, kept) for kept in case.comparisons.all(site_id, as_of)]


def tell_comparison(site: Site, kept: KeptComparison) -> dict[str, Any]:
    """Interchange form."""
    return describe_places(kept, site, _outlines(kept))


def describe_compared(case: Case, site_id: str, kept: KeptComparison) -> dict[str, Any]:
    """Interchange form of a comparison that was just made."""
    return tell_comparison(case.register.get(site_id), kept)


def add_place(
    case: Case,
    site_id: str,
    number: int,
    *,
    comparison: str | None,
    kind: str,
    stage: str | None,
    label: str,
    geometry: Path | None = None,
) -> tuple[str, tuple[Remark, ...]]:
    """
    Make an event of a place: what a person saw there, dated by the two looks, `drawn` by who says so.

    comparison: start of its id; None: the newest. geometry: the person's own outline; None: the one that was proposed,
    which is not measured.
    """
    kept = case.comparisons.get(site_id, comparison)
    place, told = kept.place(number), kept.comparison
    if number in kept.taken:
        raise BadInput(
            f"place {number} is event {kept.taken[number]} already",
            "Judge that event, or name another place.",
        )
    if kind == Kind.CONSTRUCTION and place.appeared is False:
        raise BadInput(
            f"place {number} stands on the earlier look and not on the later one: no construction",
            "Say --kind demolition; or, if you see something new there, draw it: siteline events add "
            f"{site_id} --on {told.after} --last-without {told.before} --geometry FILE --kind construction --stage …",
        )
    outline = geometry if geometry is not None else off_grid(place.outline, told.fit.grid)
    proposed_by = "" if geometry is not None else f"a comparison of {told.before} with {told.after}"
    with case.db.appending():
        event_id, remarks = add_drawn(
            case, site_id, told.after, outline, kind, stage, told.before, label, proposed_by
        )
        case.comparisons.take(told.id, number, event_id)
    return event_id, remarks


def _outlines(kept: KeptComparison) -> list[BaseGeometry]:
    return [off_grid(place.outline, kept.comparison.fit.grid) for place in kept.comparison.places]


def _mode(said: str | None, scenes: Sequence[Scene]) -> PairMode:
    if said is not None:
        if said not in set(PairMode):
            raise BadSetting(f"--mode: no {said!r}", f"There are: {', '.join(PairMode)}.")
        return PairMode(said)
    bands = set.intersection(*({band for band in scene.bands if band} for scene in scenes))
    coarse = all(scene.gsd_m is not None and scene.gsd_m >= GROUND_FROM_M for scene in scenes)
    return PairMode.GROUND if len(bands) >= LEAST_BANDS and coarse else PairMode.PLACES


def _two(case: Case, site: Site, before: str, after: str) -> tuple[Scene, Scene]:
    """Both scenes, usable, in order, and not one and the same."""
    if before == after:
        raise BadInput(f"--before and --after are both {before}", "Name two scenes.")
    pair = [case.scenes.get(site.id, name) for name in (before, after)]
    for scene in pair:
        if scene.fault is not None:
            raise BadInput(f"scene {scene.id} cannot be used: {scene.fault}", "Name another scene.")
    first, second = (resolved(case, scene) for scene in pair)
    if first.sha256 == second.sha256:
        raise BadInput(
            f"{before} and {after} are one and the same file, added under two names",
            "Name two images of different days.",
        )
    if first.acquired.first_day > second.acquired.last_day:
        raise BadInput(
            f"--before {before} ({first.acquired.text}) is later than --after {after} ({second.acquired.text})",
            "Exchange the two.",
        )
    if site.frame is Frame.IMAGE and first.shape != second.shape:
        sizes = [f"{s.shape[1]} x {s.shape[0]}" for s in (first, second)]
        raise BadInput(
            f"{before} is {sizes[0]} pixels and {after} {sizes[1]}: frames without a place on Earth must be of one view",
            "Save both with one size and zoom, or lay them on the ground: siteline scenes add --control-points.",
        )
    return first, second


def _nudged(case: Case, site_id: str, scenes: Sequence[Scene]) -> tuple[Remark, ...]:
    standing = case.nudges.standing(site_id)
    return tuple(
        Remark(s.id, "its nudge is not used here: a pair is laid by what both images show")
        for s in scenes
        if s.id in standing
    )
