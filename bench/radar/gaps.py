"""Both witnesses: images of light with a gap of 120 days, in which everything begins, and radar."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from shapely import unary_union

from bench.cases import build
from bench.districts import District, changes_of
from bench.judging import Match, judge
from bench.radar.series import LEAST_M2, off_by
from bench.radar.told import Bar, Told
from siteline.catalog.local import read_manifest
from siteline.change.find import ChangeOptions, Preset, find_changes
from siteline.change.radar.agree import Joined, ask_about, join_witnesses
from siteline.change.radar.find import find_radar_changes
from siteline.change.radar.odds import STANDS
from siteline.change.radar.options import RadarOptions
from siteline.cube.radar import build_radar, plan_radar
from siteline.model.change import Kind
from siteline.model.imagery import Grid
from siteline.model.place import Site
from siteline.model.radar import Agreement
from siteline.simulate.district import random_district
from siteline.simulate.place import place
from siteline.simulate.radar.render import render_radar_story
from siteline.simulate.render import render_story
from siteline.simulate.site import Building, SimulatedSite, Works
from siteline.simulate.story import plan_looks

GAP_DAYS, GAP_LOOKS = 120, 32
NEAR_LOOKS, NEAR_DAYS = 8, 8
"""Clear looks on either side of the gap and the days from one to the next: so that nobody is blind for longer than the gap."""


def with_gap(seed: int) -> tuple[SimulatedSite, date, date]:
    """A district without an image of light for 120 days, in which all its constructions and demolitions begin."""
    site = random_district(seed, looks=GAP_LOOKS, size_m=600.0)
    rng = np.random.default_rng((seed, 71))
    first, last = site.looks[0].when.date(), site.looks[-1].when.date()
    start = first + (last - first) * 0.5
    end = start + timedelta(days=GAP_DAYS)
    buildings = tuple(
        _begin_within(b, start, rng) for b in site.buildings if "/" not in b.label and "brief" not in b.label
    )
    reach = timedelta(days=NEAR_LOOKS * NEAR_DAYS)
    far = [look for look in site.looks if not start - reach <= look.when.date() <= end + reach]
    near = [start - timedelta(days=NEAR_DAYS * n) for n in range(NEAR_LOOKS)]
    near += [end + timedelta(days=NEAR_DAYS * n) for n in range(NEAR_LOOKS)]
    clear = plan_looks(
        [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in near],
        rng,
        latitude=site.latitude,
        cloudiness=0.0,
    )
    looks = tuple(sorted((*far, *clear), key=lambda look: look.when))
    return replace(site, buildings=buildings, looks=looks), start, end


def _begin_within(building: Building, start: date, rng: np.random.Generator) -> Building:
    day = start + timedelta(days=int(rng.uniform(8, GAP_DAYS - 8)))
    if works := building.built:
        moved = day - works.cleared
        return replace(building, built=Works(*(d + moved if d else None for d in _marks(works))))  # type: ignore[arg-type]
    if gone := building.removed:
        return replace(building, removed=(day, day + (gone[1] - gone[0])))
    return building


def _marks(works: Works) -> tuple[date | None, ...]:
    return works.cleared, works.foundation, works.structure, works.topped, works.roofed


def hear_both(seed: int) -> tuple[Joined, District]:
    """One district with a gap: images of light on the product's own road, then radar."""
    story, _, _ = with_gap(seed)
    site = Site(story.id, story.id, ())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        render_story(folder, story, seed)
        render_radar_story(folder, story, seed)
        cube, looks = build(folder / "scenes.csv", site)
        scenes = tuple(s for s in read_manifest(folder / "radar.csv", site)[0] if s.fault is None)
        changes = find_changes(cube.load(), looks, (), ChangeOptions())
        grid = plan_radar(scenes, site)
        built = build_radar(scenes, grid)
    assert grid.crs is not None
    asked = ask_about(changes.candidates, grid.crs)
    told = find_radar_changes(built.cube, built.looks, asked, RadarOptions())
    of_light: Grid = cube.attrs["grid"]
    joined = join_witnesses(changes.candidates, told, of_light.crs, of_light.area_scale, Preset.BALANCED)
    passing = tuple(place(story, p.outline) for p in story.parked)
    return joined, District(seed, cube, looks, tuple(changes_of(story, cube)), passing, 0.36)


@dataclass(slots=True)
class Narrowed:
    """Of one event in the gap: days before and after radar was heard, and whether they hold the truth."""

    area_m2: float
    agreement: Agreement
    alone_days: int
    both_days: int
    alone_right: bool
    both_right: bool

    @property
    def narrows(self) -> float:
        return self.alone_days / max(self.both_days, 1)


def run_gaps(seeds: Sequence[int]) -> Told:
    """The part on both witnesses, with how often radar agrees with candidates that are real and not."""
    narrowed: list[Narrowed] = []
    rates: dict[str, list[tuple[bool, bool]]] = {"stands or fell": [], "other": []}
    brier: list[tuple[float, float, bool]] = []
    alone_false = alone_all = 0
    for seed in seeds:
        joined, district = hear_both(seed)
        _, start, end = with_gap(seed)
        of_light = [e for e in joined.candidates if not e.by_radar_alone]
        verdict = judge(of_light, district, 0.25)
        false = {id(e) for e in verdict.false}
        for event in of_light:
            own = event.witnesses.optical if event.witnesses else None
            if own is None or own.probability < 0.1:
                continue
            assert event.witnesses is not None
            group = "stands or fell" if event.kind in STANDS else "other"
            agrees = event.witnesses.agreement is Agreement.AGREE
            rates[group].append((id(event) not in false, agrees))
            brier.append((own.probability, event.probability, id(event) not in false))
        narrowed += list(
            _narrowed(judge([e for e in joined.events if not e.by_radar_alone], district).matches, start, end)
        )
        disturbed = unary_union(
            [t.outline.buffer(30) for t in district.changes]
            + [t.yard.buffer(30) for t in district.changes if t.yard is not None]
            + [p.buffer(30) for p in district.passing]
        )
        for event in joined.events:
            if event.by_radar_alone:
                alone_all += 1
                alone_false += not event.outline.intersects(disturbed)
    large = [n for n in narrowed if n.area_m2 >= LEAST_M2]
    bars = [
        Bar(
            "both witnesses, roof of ≥ 400 m²: narrows by (median)",
            2.0,
            None,
            float(np.median([n.narrows for n in large] or [0.0])),
        ),
        Bar(
            "the same: onset in its interval",
            0.9,
            None,
            float(np.mean([n.both_right for n in large] or [False])),
        ),
    ]
    return Told(_gap_lines(narrowed, brier, alone_all, alone_false, len(seeds)), bars, rates=rates)


def _narrowed(matches: Sequence[Match], start: date, end: date) -> Iterator[Narrowed]:
    for match in matches:
        truth, event = match.truth, match.event
        if (
            event is None
            or truth.kind not in (Kind.CONSTRUCTION, Kind.DEMOLITION)
            or not start <= truth.onset <= end
        ):
            continue
        if event.witnesses is None or event.witnesses.optical is None:
            continue
        own = event.witnesses.optical.onset
        days = ((truth.onset, truth.visible),)
        yield Narrowed(
            truth.outline.area,
            event.witnesses.agreement,
            (own.by - (own.after or own.by)).days,
            (event.onset.by - (event.onset.after or event.onset.by)).days,
            off_by(own.after, own.by, days) == 0,
            off_by(event.onset.after, event.onset.by, days) == 0,
        )


def _gap_lines(
    narrowed: list[Narrowed],
    brier: list[tuple[float, float, bool]],
    alone: int,
    alone_false: int,
    districts: int,
) -> list[str]:
    lines = [
        (
            f"{districts} districts of 0.36 km², {GAP_LOOKS} images of light over years and {NEAR_LOOKS} clear "
            f"ones, {NEAR_DAYS} days apart, before and after {GAP_DAYS} days without any, in which "
            "every construction and demolition begins."
        ),
        "",
        (
            "| events that begin in the gap, found by images of light | number | radar agrees / contradicts |"
            " days, alone → both (median) | narrows by (median) | right, alone | right, both | of those right alone |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    agreed = [n for n in narrowed if n.agreement is Agreement.AGREE]
    for name, some in (
        ("roof of ≥ 400 m²", [n for n in narrowed if n.area_m2 >= LEAST_M2]),
        ("of these, radar agrees", [n for n in agreed if n.area_m2 >= LEAST_M2]),
        ("all", narrowed),
        ("of these, radar agrees", agreed),
    ):
        if not some:
            continue
        ratio = np.median([n.narrows for n in some])
        agree = sum(n.agreement is Agreement.AGREE for n in some)
        against = sum(n.agreement is Agreement.CONTRADICT for n in some)
        lines.append(
            f"| {name} | {len(some)} | {agree} / {against} | {np.median([n.alone_days for n in some]):.0f} →"
            f" {np.median([n.both_days for n in some]):.0f} | **{ratio:.1f} ×** | {np.mean([n.alone_right for n in some]):.2f} |"
            f" **{np.mean([n.both_right for n in some]):.2f}** |"
            f" {np.mean([float(n.both_right) for n in some if n.alone_right] or [np.nan]):.2f} |"
        )
    before = np.mean([(p - real) ** 2 for p, _, real in brier]) if brier else 0.0
    after = np.mean([(q - real) ** 2 for _, q, real in brier]) if brier else 0.0
    lines += [
        "",
        (
            f"Probability of {len(brier)} candidates, Brier score: {before:.3f} alone, {after:.3f} with radar. Radar alone listed"
            f" {alone} changes more, {alone_false} of them where nothing happened."
        ),
    ]
    return lines
