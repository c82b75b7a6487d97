"""The change engine on frozen rendered districts, beside its rivals and the ceiling: `make bench-change`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from shapely.ops import unary_union

from bench.districts import FROZEN, District, TrueChange, district
from bench.judging import EXACT, Judged, Match, holds, judge
from bench.rivals.footprints import (
    cluster_matching,
    elsewhere,
    mask_of,
    matched_score,
    onset_by_clusters,
)
from bench.rivals.monitors import MONITORS, find_by_monitor, load_monitor
from bench.rivals.two_dates import find_by_composites
from siteline.change.find import ChangeOptions, find_changes
from siteline.model.change import Kind
from siteline.model.dates import DateInterval

PAGE = Path(__file__).parents[1] / "docs/benchmarks-change.md"

LEAST_PX = 7
"""Rivals drop smaller objects, as we do."""

BUILT = (Kind.CONSTRUCTION, Kind.ROOF_CHANGE, Kind.DEMOLITION)
CANDIDATE = 0.05
"""Candidates less probable than this are not held to their probability."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One district, searched by us and by the others."""

    seed: int
    looks: int
    loose: Judged
    exact: Judged
    odds: tuple[tuple[float, bool], ...]
    """(stated probability, real) of each candidate."""

    seconds: float
    rivals: dict[str, tuple[Judged, Judged]]
    ceiling: tuple[tuple[TrueChange, bool, bool], ...]
    """(truth, found, dated) by a matched filter that knows the footprint."""

    clusters: tuple[tuple[TrueChange, bool], ...]
    """(truth, dated) by Temporal Cluster Matching with the true footprint."""


def try_district(seed: int, looks: int, gsd_m: float = 3.0, *, others: bool = True) -> Tried:
    """Search one district."""
    place = district(seed, looks, gsd_m)
    started = time.process_time()
    found = find_changes(place.cube, place.looks, (), ChangeOptions())
    seconds = time.process_time() - started
    loose = judge(found.events, place)
    weighed = judge(found.candidates, place)
    wrong, neither = ({id(e) for e in some} for some in (weighed.false, weighed.neutral))
    odds = tuple((e.probability, id(e) not in wrong) for e in found.candidates if id(e) not in neither)
    rivals = {}
    if others:
        for name, find in _rivals():
            events = find(place.cube, place.looks, LEAST_PX)
            rivals[name] = (judge(events, place), judge(events, place, EXACT))
    known = _known(place) if others else ((), ())
    return Tried(seed, looks, loose, judge(found.events, place, EXACT), odds, seconds, rivals, *known)


def _rivals() -> Iterator[tuple[str, Callable[..., list[object]]]]:
    for name, title in (("cva", "CVA"), ("irmad", "IR-MAD"), ("kmeans", "PCA-KMeans")):
        yield title, partial(find_by_composites, name)  # type: ignore[misc]
    for name in MONITORS:
        if load_monitor(name) is not None:
            yield f"nrt {name}", partial(find_by_monitor, name)  # type: ignore[misc]


def _known(
    place: District,
) -> tuple[tuple[tuple[TrueChange, bool, bool], ...], tuple[tuple[TrueChange, bool], ...]]:
    """The ceiling, and Temporal Cluster Matching: both are given the true footprints of what counts."""
    counted = [t for t in place.changes if t.building and t.counts]
    disturbed = unary_union([t.yard or t.outline for t in place.changes] + list(place.passing))
    quiet = [
        mask_of(o, place.cube)
        for o in elsewhere([t.outline for t in counted], disturbed, place.cube, place.seed)
    ]
    if len(quiet) < 10:
        return (), ()
    days = [look.acquired for look in place.looks if look.used]
    limit = float(np.quantile([matched_score(m, place.cube)[0] for m in quiet], 0.98))
    noise = [np.nanmedian(cluster_matching(m, place.cube)) for m in quiet[:20]]
    threshold = float(np.nanquantile(noise, 0.95))
    ceiling, clusters = [], []
    for truth in counted:
        mask = mask_of(truth.outline, place.cube)
        score, at = matched_score(mask, place.cube)
        ceiling.append((truth, score > limit, score > limit and _dated(at, days, truth)))
        turned = onset_by_clusters(cluster_matching(mask, place.cube), threshold)
        clusters.append((truth, turned is not None and _dated(turned, days, truth)))
    return tuple(ceiling), tuple(clusters)


def _dated(at: int, days: Sequence[object], truth: TrueChange) -> bool:
    if at < 1:
        return False
    said = DateInterval(days[at - 1].first_day, days[at].last_day)  # type: ignore[attr-defined]
    return holds(said, truth.onset, truth.finished or truth.visible)


def counted(judged: Sequence[Judged], kind: Kind | None = None) -> list[Match]:
    """Building changes that the bars count."""
    return [m for j in judged for m in j.matches if m.truth.counts and kind in (None, m.truth.kind)]


def f1(judged: Sequence[Judged]) -> float:
    """Object F1 of the building changes that count; what tells of others is neither right nor wrong."""
    all_of_them = counted(judged)
    right, wrong = sum(m.found for m in all_of_them), sum(len(j.false) for j in judged)
    return 2 * right / max(right + wrong + len(all_of_them), 1)


def recall(matches: Sequence[Match]) -> float:
    """Share of the matches that have an event; NaN for none."""
    return float(np.mean([m.found for m in matches])) if matches else float("nan")


def rate(said: Sequence[bool | None]) -> float:
    """Share of the answers that are yes, of those that are answers."""
    known = [s for s in said if s is not None]
    return float(np.mean(known)) if known else float("nan")


def bootstrap(judged: Sequence[Judged], figure: Callable[[Sequence[Judged]], float]) -> tuple[float, float]:
    """95 % of the figure when districts are drawn anew."""
    rng = np.random.default_rng(5)
    drawn = [figure([judged[i] for i in rng.integers(len(judged), size=len(judged))]) for _ in range(400)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def calibration(odds: Sequence[tuple[float, bool]]) -> tuple[int, float, float]:
    """How many candidates, expected calibration error in ten bins, Brier skill over the base rate."""
    said = np.array([p for p, _ in odds if p >= CANDIDATE])
    real = np.array([float(y) for p, y in odds if p >= CANDIDATE])
    bins = np.minimum((said * 10).astype(int), 9)
    error = sum(
        abs(said[bins == b].mean() - real[bins == b].mean()) * (bins == b).sum() for b in np.unique(bins)
    )
    base = float(real.mean())
    return (
        len(said),
        float(error / len(said)),
        1 - float(np.square(said - real).mean()) / max(base * (1 - base), 1e-9),
    )


def lines_of(tried: Sequence[Tried]) -> Iterator[str]:
    """The tables of one set."""
    loose, exact = [t.loose for t in tried], [t.exact for t in tried]
    area = sum(j.area_km2 for j in loose)
    found = [m for m in counted(loose) if m.found]
    low, high = bootstrap(loose, f1)
    worst = min(tried, key=lambda t: f1([t.loose]))
    yield f"{len(tried)} districts, {area:.1f} km², {len(counted(loose))} building changes that count,"
    yield f"{sum(len(j.matches) for j in loose) - len(counted(loose))} that do not,"
    yield f"{sum(len(j.ground) for j in loose)} decoys of ground, {np.mean([t.seconds for t in tried]):.1f} s each."
    yield ""
    yield "| figure | |"
    yield "|---|---|"
    last = f"worst district {f1([worst.loose]):.2f} (seed {worst.seed})"
    yield f"| F1 at IoU ≥ 0.25 | {f1(loose):.3f} ({low:.3f}–{high:.3f}); {last} |"
    low, high = bootstrap(exact, f1)
    yield f"| F1 at IoU ≥ 0.5 | {f1(exact):.3f} ({low:.3f}–{high:.3f}) |"
    for kind in BUILT:
        matches = counted(loose, kind)
        right = rate([m.kind_right for m in matches if m.found])
        yield f"| recall, {kind.value.replace('_', ' ')} | {recall(matches):.3f} of {len(matches)}; kind right {right:.2f} |"
    yield f"| kind right | {rate([m.kind_right for m in found]):.3f} |"
    yield f"| false alarms | {sum(len(j.false) for j in loose) / area:.2f} per km² |"
    yield (
        f"| onset in its interval | {rate([m.onset_right for m in found]):.3f}; width"
        f" {np.median([m.onset_width / m.truth.gap_days for m in found]):.2f}, distance of the middle"
        f" {np.median([m.onset_off / m.truth.gap_days for m in found]):.2f} gaps between looks (median);"
        f" {rate([m.works_right for m in found]):.3f} if works that do not show count as visible |"
    )
    finished = [m.roof_right for m in found]
    yield f"| completion in its interval | {rate(finished):.3f} of {sum(f is not None for f in finished)} |"
    yield f"| stage at the end | {rate([m.stage_right for m in found]):.3f} of {sum(m.stage_right is not None for m in found)} |"
    n, error, skill = calibration([o for t in tried for o in t.odds])
    yield f"| probability | {n} candidates: calibration error {error:.3f}, Brier skill {skill:.2f} |"
    rest = [m for j in loose for m in j.matches if not m.truth.counts]
    yield f"| changes that do not count (few looks, faint) | found {recall(rest):.2f} of {len(rest)} |"
    ground = [m for j in loose for m in j.ground if m.truth.counts]
    as_built = rate([m.event.kind in BUILT for m in ground if m.event])
    yield f"| paving, clearing, heaps | found {recall(ground):.2f} of {len(ground)}; called a building {as_built:.2f} |"
    yield ""
    yield "| method | F1, IoU ≥ 0.25 | F1, IoU ≥ 0.5 | recall | false per km² | onset in interval |"
    yield "|---|---|---|---|---|---|"
    rows = {"Siteline": (loose, exact)}
    for name in tried[0].rivals:
        rows[name] = ([t.rivals[name][0] for t in tried], [t.rivals[name][1] for t in tried])
    for name, (rough, fine) in rows.items():
        matches = counted(rough)
        dated = (
            "–"
            if name in ("CVA", "IR-MAD", "PCA-KMeans")
            else f"{rate([m.onset_right for m in matches if m.found]):.2f}"
        )
        wrong = sum(len(j.false) for j in rough) / area
        yield f"| {name} | {f1(rough):.2f} | {f1(fine):.2f} | {recall(matches):.2f} | {wrong:.1f} | {dated} |"
    known = [c for t in tried for c in t.ceiling]
    if known:
        yield (
            f"| ceiling: matched filter on the true footprint, 2 % of quiet places above it | | |"
            f" {np.mean([found for _, found, _ in known]):.2f} | | {np.mean([d for _, f, d in known if f]):.2f} |"
        )
        dated = np.mean([d for t in tried for _, d in t.clusters])
        yield f"| Temporal Cluster Matching with the true footprint | | | | | {dated:.2f} |"


INTRODUCTION = """# The change engine on rendered districts

Districts drawn by lot (`siteline.simulate.district`): 0.36 km² each, pixels of 3 m, four bands, with buildings that rise, fall,
get new roofs or make way for others, and with decoys: paving, clearing, heaps, parked trains, containers, fields, ponds, snow.
Latitude, climate, revisit, sharpness, haze, tilt, soils and pace differ from seed to seed. They go the product's own road, from
files over alignment to events. What was rendered is no evidence about real images: see `benchmarks.md` for those.

A building change *counts* if its place was clear four times before and four times after, and its reflectance changed by 0.05.
Events and truths are paired one to one, best overlap first. An event without a partner is *false*, also if it is a second event
for one change; only an event that calls disturbed ground a change of ground is not. A date is right if the stated interval
holds a day between the first change and its first being visible: the day on which 30 % of its first step was done, or, later, the
day before the first clear look in which any band differs by 0.03 from what the place was beside the ground around it.

Rivals: CVA, IR-MAD and PCA-KMeans on medians of the first and last 200 days (Otsu's threshold, connected pixels); monitors of
nrt on log brightness, 40 % of the looks as history. `nrt` is installed apart (`pip install nrt`); without it those rows
are missing, and the run says so.

The seeds of these sets are frozen: no weight and no threshold was chosen on them.

## How to repeat

    make bench-change
"""


def main(wanted: Sequence[str]) -> None:
    """Run the frozen sets, print, and write the page; or only the named numbers of looks, printed."""
    if load_monitor(MONITORS[0]) is None:
        print(
            "nrt is not installed: its monitors are MISSING from the tables (pip install nrt)",
            file=sys.stderr,
        )
    text = [INTRODUCTION]
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    with ProcessPoolExecutor(workers) as pool:
        for looks, seeds in FROZEN.items():
            if wanted and str(looks) not in wanted:
                continue
            tried = list(pool.map(partial(try_district, looks=looks), seeds))
            text += [f"## {looks} looks\n", *lines_of(tried), ""]
            print(*text[-20:], sep="\n", flush=True)
    if not wanted:
        PAGE.write_text("\n".join(text).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
