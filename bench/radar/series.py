"""Radar alone: false alarms on quiet ground, constructions found and dated, beside two simpler methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage
from shapely import unary_union
from shapely.geometry.base import BaseGeometry

from bench.radar.told import Bar, Told
from siteline.change.radar.find import ready_tracks, tell_changes
from siteline.change.radar.odds import terms_of
from siteline.change.radar.options import RadarOptions
from siteline.change.radar.pwtt import weigh_event
from siteline.change.radar.quiet import safe_threshold_at, threshold_at
from siteline.change.radar.tracks import SMOOTHING_PX, Ready
from siteline.model.imagery import Grid
from siteline.model.radar import RadarEvent
from siteline.simulate.coverage import Raster, cover
from siteline.simulate.district import random_district
from siteline.simulate.radar.render import render_radar
from siteline.simulate.site import Building, SimulatedSite

SIZE_M, PLOTS, LEAST_M2, AROUND_DAYS = 900.0, 40, 400.0, 100

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Truth:
    """One construction, and all changes of its plot: first day and the day by which it must show."""

    label: str
    outline: BaseGeometry
    days: tuple[tuple[date, date], ...]


@dataclass(slots=True)
class Tally:
    """What one method did, over all series."""

    found: int = 0
    dated: int = 0
    widths: list[int] | None = None
    false: int = 0


def series_of(seed: int) -> tuple[SimulatedSite, xr.Dataset]:
    """A radar series as the stage reads it, in local metres."""
    site = random_district(seed, looks=60, size_m=SIZE_M, plots=PLOTS)
    looks = list(render_radar(site, seed))
    pixels = looks[0].intensity.shape[1]
    cube = xr.Dataset(
        {"value": (("time", "band", "y", "x"), np.stack([look.intensity for look in looks]))},
        coords={
            "time": np.array([look.seen.when.replace(tzinfo=None) for look in looks], "datetime64[ns]"),
            "band": ["vv", "vh"],
            "scene": ("time", [look.scene_id for look in looks]),
            "track": ("time", [f"{look.seen.orbit.name} {look.seen.orbit.relative_orbit}" for look in looks]),
        },
        attrs={"grid": Grid("EPSG:32624", (10.0, 0.0, 0.0, 0.0, -10.0, SIZE_M), (pixels, pixels), 10.0)},
    )
    return site, cube


def truths_of(site: SimulatedSite, cube: xr.Dataset) -> list[Truth]:
    """Constructions of at least 400 m² with looks enough before the first works and after the last."""
    days = cube["time"].values.astype("datetime64[D]").astype(object)
    margin, told = timedelta(days=AROUND_DAYS), []
    for building in site.buildings:
        works = building.built
        if works is None or building.outline.area < LEAST_M2:
            continue
        if works.cleared - days[0] < margin or days[-1] - (works.structure or works.cleared) < margin:
            continue
        plot = building.label.split("/")[0]
        same = [b for b in site.buildings if b.label.split("/")[0] == plot]
        told.append(Truth(building.label, building.outline, tuple(d for b in same for d in _days_of(b))))
    return told


def _days_of(building: Building) -> Iterator[tuple[date, date]]:
    if works := building.built:
        spread = min(14, max(2, (works.foundation - works.cleared).days))
        yield works.cleared, works.cleared + timedelta(days=round(0.3 * spread))
    if gone := building.removed:
        yield gone[0], gone[0] + timedelta(days=round(0.3 * (gone[1] - gone[0]).days))


def disturbed_of(site: SimulatedSite, metres: float) -> Mask:
    """Pixels within so many metres of anything that ever changes, or stands there for a while."""
    shapes = [(b.yard or b.outline).buffer(metres) for b in site.buildings if b.kind]
    shapes += [p.outline.buffer(metres) for p in site.patches if p.kind]
    shapes += [p.outline.buffer(metres) for p in site.parked]
    pixels = round(SIZE_M / 10)
    return np.asarray(cover(unary_union(shapes), Raster(0.0, SIZE_M, 10.0, (pixels, pixels))) > 0)


def off_by(event_after: date | None, event_by: date, days: Sequence[tuple[date, date]]) -> int:
    """Days between an interval and the nearest change of a plot; 0 where it holds one."""
    return min(
        0
        if event_by >= first and (event_after is None or event_after <= last)
        else min(abs((event_by - first).days), abs(((event_after or event_by) - last).days))
        for first, last in days
    )


def tells_of(event: RadarEvent, truth: Truth) -> bool:
    return bool(event.outline.buffer(10).intersection(truth.outline).area >= 0.25 * truth.outline.area)


def held_out_rates(ready: Sequence[Ready], undisturbed: Mask) -> list[float]:
    """Share of quiet pixels over the threshold in one half of the site, counted on the quiet area of the other half."""
    west = np.zeros_like(undisturbed)
    west[:, : west.shape[1] // 2] = True
    rates = []
    for track in ready:
        for half in (west, ~west):
            limit = safe_threshold_at(track.statistic, track.quiet & half, track.state.rate)
            rates.append(float((track.statistic > limit)[undisturbed & ~half].mean()))
    return rates


def own_rates(ready: Sequence[Ready], undisturbed: Mask) -> list[float]:
    """Share of undisturbed pixels over the threshold that the search counted on the quiet area it chose itself."""
    return [float((track.statistic > track.state.threshold)[undisturbed].mean()) for track in ready]


def rivals(ready: Sequence[Ready], rate: float) -> dict[str, list[tuple[Mask, NDArray[np.integer] | None]]]:
    """Found pixels of two simpler methods with thresholds counted on the same quiet area; PWTT with its best day, ordinal."""
    found: dict[str, list[tuple[Mask, NDArray[np.integer] | None]]] = {"log ratio of means": [], "PWTT": []}
    for track in ready:
        smoothed = np.log(ndimage.gaussian_filter(track.raw, (0, 0, SMOOTHING_PX, SMOOTHING_PX)))
        third = len(smoothed) // 3
        ratio = np.abs(np.log(np.exp(smoothed[-third:]).mean(0) / np.exp(smoothed[:third]).mean(0))).max(0)
        found["log ratio of means"].append((_grouped(ratio, track, rate), None))
        logs, days = track.lee_logs(), np.array([d.toordinal() for d in track.days])
        asked = list(range(days[0] + 180, days[-1] - 60, 30))
        t = np.stack([np.nan_to_num(weigh_event(logs, days, day)) for day in asked])
        best = np.array(asked)[t.argmax(axis=0)]
        found["PWTT"].append((_grouped(t.max(axis=0), track, rate), best))
    return found


def _grouped(value: NDArray[np.floating], track: Ready, rate: float) -> Mask:
    """Pixels over the threshold in pieces of at least three that hold one over the seed threshold."""
    options = RadarOptions()
    over = value > threshold_at(value, track.quiet, rate)
    seeds = value > threshold_at(value, track.quiet, options.seed_rate)
    pieces, count = ndimage.label(over, np.ones((3, 3)))
    index = np.arange(1, count + 1)
    keep = (ndimage.sum_labels(over, pieces, index) >= options.least_pixels) & (
        ndimage.maximum(seeds, pieces, index).astype(bool) if count else np.zeros(0, bool)
    )
    return np.isin(pieces, 1 + np.flatnonzero(keep))


def run_series(seeds: Sequence[int]) -> Told:
    """The part on radar alone, with labelled terms of every change for the fit."""
    ours, others = Tally(widths=[]), {"log ratio of means": Tally(), "PWTT": Tally()}
    rates: list[list[float]] = []
    own: list[list[float]] = []
    total, area, labelled = 0, 0.0, []
    for seed in seeds:
        site, cube = series_of(seed)
        options = RadarOptions()
        ready, _ = ready_tracks(cube, options)
        told = tell_changes(ready, cube, (), (), options)
        truths = truths_of(site, cube)
        undisturbed, near = ~disturbed_of(site, 40.0), disturbed_of(site, 30.0)
        rates.append(held_out_rates(ready, undisturbed))
        own.append(own_rates(ready, undisturbed))
        area += float((~near).sum()) / 1e4
        total += len(truths)
        listed = [e for e in told.events if e.probability >= 0.5]
        for event in told.events:
            inside = _mask_of(event.outline, cube.attrs["grid"])
            real = bool((inside & near).any())
            labelled.append((real, terms_of(event.gain, event.pixels, len(event.seen_by))))
            ours.false += not real and event in listed
        for truth in truths:
            mine = [e for e in listed if tells_of(e, truth)]
            if mine:
                ours.found += 1
                best = min(mine, key=lambda e: off_by(e.onset.after, e.onset.by, truth.days))
                ours.dated += off_by(best.onset.after, best.onset.by, truth.days) == 0
                assert ours.widths is not None
                ours.widths.append((best.onset.by - (best.onset.after or best.onset.by)).days)
        for name, maps in rivals(ready, options.rate).items():
            _count_rival(others[name], maps, truths, near, cube.attrs["grid"])
    ratio, chosen = (np.array([np.mean(r) for r in some]) / RadarOptions().rate for some in (rates, own))
    lines = [
        "| | |",
        "|---|---|",
        f"| series | {len(rates)} of {SIZE_M / 1000:g} x {SIZE_M / 1000:g} km, two orbits, 12 days each |",
        *_rate_lines(chosen, ratio),
        f"| constructions of ≥ {LEAST_M2:.0f} m² | {total} |",
        "",
        "| method | found | false places per km² of quiet ground | onset in its interval | width, days (median) |",
        "|---|---|---|---|---|",
        (
            f"| **omnibus test, dated** | {ours.found / max(total, 1):.2f} ({ours.found}) |"
            f" {ours.false / area:.2f} ({ours.false}) |"
            f" {ours.dated / max(ours.found, 1):.2f} ({ours.dated}/{ours.found}) | {np.median(ours.widths or [0]):.0f} |"
        ),
    ]
    for name, tally in others.items():
        dated = "–" if name != "PWTT" else f"{tally.dated / max(tally.found, 1):.2f} (± 45 days of its best)"
        lines.append(
            f"| {name} | {tally.found / max(total, 1):.2f} ({tally.found}) | {tally.false / area:.2f} ({tally.false}) |"
            f" {dated} | {'–' if name != 'PWTT' else '90'} |"
        )
    bars = [
        Bar("false alarms on quiet ground over the stated rate", 0.8, 1.2, float(chosen.mean())),
        Bar("the same, threshold counted on the other half of the site", 0.8, 1.2, float(ratio.mean())),
        Bar("radar alone: constructions found", 0.85, None, ours.found / max(total, 1)),
        Bar("radar alone: of these, onset in its interval", 0.9, None, ours.dated / max(ours.found, 1)),
    ]
    return Told(lines, bars, labelled=labelled)


def _rate_lines(own: NDArray[np.floating], held_out: NDArray[np.floating]) -> list[str]:
    """False alarms over the stated rate, of ground where nothing changed within 40 m."""
    return [
        (
            f"| false alarms on quiet ground over the stated rate of 1 %: threshold of the search | **{own.mean():.2f}**;"
            f" single series {own.min():.2f}–{own.max():.2f} |"
        ),
        (
            f"| the same in one half of each site, threshold counted in the other half | {held_out.mean():.2f};"
            f" single series {held_out.min():.2f}–{held_out.max():.2f} |"
        ),
    ]


def _count_rival(
    tally: Tally,
    maps: list[tuple[Mask, NDArray[np.integer] | None]],
    truths: Sequence[Truth],
    near: Mask,
    grid: Grid,
) -> None:
    union = np.any([found for found, _ in maps], axis=0)
    pieces, count = ndimage.label(union, np.ones((3, 3)))
    tally.false += sum(not (near & (pieces == n)).any() for n in range(1, count + 1))
    grown = ndimage.binary_dilation(union)
    for truth in truths:
        inside = _mask_of(truth.outline, grid)
        if not inside.any() or (grown & inside).sum() < 0.25 * inside.sum():
            continue
        tally.found += 1
        days = [int(np.median(best[found & ndimage.binary_dilation(inside)])) for found, best in maps
                if best is not None and (found & ndimage.binary_dilation(inside)).any()]  # fmt: skip
        spans = [(date.fromordinal(d - 45), date.fromordinal(d + 45)) for d in days]
        tally.dated += any(off_by(a, b, truth.days) == 0 for a, b in spans)


def _mask_of(outline: BaseGeometry, grid: Grid) -> Mask:
    left, top, step = grid.transform[2], grid.transform[5], grid.transform[0]
    return np.asarray(cover(outline, Raster(left, top, step, grid.shape)) > 0.2)
