"""
All figures on the real, labelled images, beside two-date differencing.

`python -m bench.real [solar] [naip] [ring] [feni] [forest] [demo]` prints those that are named, or all.

Nothing here is tuned by name of a data set. Roofs of the first seeds were looked at while the engine was built; those of the
frozen seeds never were.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from bench.cases import (
    Case,
    build,
    clear_frames,
    naip_field,
    planet_feni,
    ring_campus,
    s2_forest,
    solar_farm,
)
from bench.rivals.two_dates import find_by_two_dates
from bench.scoring import Score, Truth, is_dated, score
from siteline.change.find import ChangeOptions, find_changes
from siteline.model.change import ChangeEvent, Kind
from siteline.simulate.render import render_story
from siteline.simulate.story import DEMO_SEED, tell_demo
from siteline.simulate.truth import read_truth
from siteline.sites.exchange.sites import read_site

SEEDS_IN_VIEW = (1, 2, 3)
"""Of roofs pasted into naip_field that were looked at, several times, while the engine was built."""

FROZEN_SEEDS = (11, 12, 13)
"""The same, added when the engine stood: for reporting only, nothing is ever tuned on them."""

REMOVAL = ("campus_north_cleared", "campus_south_cleared")
RING = ("ring_earthworks", "ring_structure")
"""Truths of ring_campus: the old campus goes, the ring comes."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one data set, ours beside those of two-date differencing."""

    name: str
    about: str
    """What is shown, in a sentence."""

    bar: str
    """What was promised."""

    seconds: float
    """Of processor time in the change stage."""

    figures: tuple[tuple[str, str, str], ...]
    """What, ours, two dates'."""

    details: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """For the terminal."""
        yield f"{self.name}  [{self.bar}]  change stage {self.seconds:.1f} s"
        for what, ours, theirs in self.figures:
            yield f"  {what:<28} {ours:<18} two dates {theirs}"
        for detail in self.details:
            yield f"  {detail}"


@dataclass(frozen=True, slots=True)
class Seen:
    """How one truth was found by events whose date fits it."""

    truth: Truth
    covered: float
    """Share of its ground."""

    event: ChangeEvent
    """The largest of them."""

    def __str__(self) -> str:
        said, t = self.event.onset, self.truth
        return (
            f"{t.id}: {self.covered:.0%} of it, first seen after {said.after} and by {said.by};"
            f" in truth after {t.last_absent} and by {t.first_present}"
        )


def search(case: Case) -> tuple[tuple[ChangeEvent, ...], float]:
    """Events of the balanced preset, and the processor seconds it took."""
    started = time.process_time()
    changes = find_changes(case.cube, case.looks, (), ChangeOptions())
    return changes.events, time.process_time() - started


def judge_solar(events: Sequence[ChangeEvent], case: Case) -> Score:
    """The rules of the first issue."""
    return score(events, case.truths, case.controls, least_truth=400, least_event=200, growth=6)


def judge_ring(events: Sequence[ChangeEvent], case: Case) -> Score:
    """The rules of the change engine's issue: several changes in a row at one place, one clear frame of slack."""
    return score(
        events, case.truths, case.controls, least_truth=12, least_event=0, growth=1.5, same_date_only=True
    )


def compare(ours: Score, theirs: Score) -> tuple[tuple[str, str, str], ...]:
    """Rows of a table: the figures of two scores."""

    def of(s: Score) -> tuple[str, ...]:
        return (
            f"{s.recall:.2f} ({s.found} of {s.truths})",
            f"{s.one_to_one:.2f} ({s.alone} of {s.merged})",
            f"{s.precision:.2f} ({s.right} of {s.events})",
            f"{s.date_rate:.2f} ({s.dated} of {s.found})",
            f"{len(s.controls)}",
        )

    names = (
        "changes found",
        "found one to one",
        "events that are right",
        "of the found, dated right",
        "controls that fired",
    )
    return tuple(zip(names, of(ours), of(theirs), strict=True))


def report_solar() -> Iterator[Report]:
    case = solar_farm()
    events, seconds = search(case)
    yield Report(
        "solar_farm",
        "Twelve yearly frames, at no known scale, of a desert that becomes a solar plant.",
        "recall ≥ 0.90, one-to-one ≥ 0.70, precision ≥ 0.85, dated ≥ 0.90, ≤ 1 control",
        seconds,
        compare(judge_solar(events, case), judge_solar(find_by_two_dates(case.cube, case.looks, 12), case)),
    )


def report_ring() -> Iterator[Report]:
    case = ring_campus()
    author = clear_frames()
    used = {look.scene_id: look.used for look in case.looks}
    agree = sum(author[Path(scene).stem] == is_used for scene, is_used in used.items()) / len(used)
    events, seconds = search(case)
    rival = find_by_two_dates(case.cube, case.looks, 6)
    told = []
    for name, ids in (("removal", REMOVAL), ("ring", RING)):
        for truth in (t for t in case.truths if t.id in ids):
            told.append(f"{name}, {first_seen(events, truth) or f'{truth.id}: not found in time'}")
    yield Report(
        "ring_campus/landsat",
        "Ninety Landsat frames of a campus that is torn down and rebuilt as a ring.",
        "recall ≥ 0.80, precision ≥ 0.70, dated ≥ 0.80, ≤ 1 control; removal and ring at most one clear frame late;"
        " clear frames ≥ 0.92",
        seconds,
        (
            ("agreement on clear frames", f"{agree:.2f}", "–"),
            *compare(judge_ring(events, case), judge_ring(rival, case)),
        ),
        tuple(told),
    )


def first_seen(events: Sequence[ChangeEvent], truth: Truth) -> Seen | None:
    """How events with a fitting date cover a truth; None if none does."""
    fitting = [e for e in events if is_dated(e, truth) and e.outline.intersects(truth.outline)]
    if not fitting:
        return None
    union = unary_union([e.outline for e in fitting])
    main = max(fitting, key=lambda e: e.outline.intersection(truth.outline).area)
    return Seen(truth, union.intersection(truth.outline).area / truth.outline.area, main)


def report_naip() -> Iterator[Report]:
    with tempfile.TemporaryDirectory() as folder:
        for seed in (*SEEDS_IN_VIEW, *FROZEN_SEEDS):
            case = naip_field(seed, Path(folder) / str(seed))
            events, seconds = search(case)
            ours, other = count_roofs(events, case)
            theirs, more = count_roofs(find_by_two_dates(case.cube, case.looks, 6), case)
            yield Report(
                f"naip_field, roofs of seed {seed}{' (frozen)' if seed in FROZEN_SEEDS else ''}",
                "Ten aerial images of fields and lakes, with 20 rendered roofs pasted into the last four;"
                f" {'never looked at' if seed in FROZEN_SEEDS else 'looked at'} while the engine was built.",
                "≥ 17 of 20 found, ≤ 1 other event",
                seconds,
                (
                    ("roofs found", f"{ours} of 20", f"{theirs} of 20"),
                    ("other events", str(other), str(more)),
                ),
            )


def count_roofs(events: Sequence[ChangeEvent], case: Case) -> tuple[int, int]:
    """Pasted roofs that one event fits by IoU ≥ 0.25, and events that touch no roof or its shadow."""
    found = sum(any(iou(e, truth.outline) >= 0.25 for e in events) for truth in case.truths)
    near = unary_union([t.outline.buffer(15) for t in case.truths])
    other = sum(e.outline.intersection(near).area < 0.5 * e.outline.area for e in events)
    return found, other


def report_feni() -> Iterator[Report]:
    case, plant = planet_feni()
    events, seconds = search(case)
    rival = find_by_two_dates(case.cube, case.looks, 12)
    on, off = ([e for e in events if e.outline.intersects(plant) is within] for within in (True, False))
    told = tuple(
        f"{_say(e.kind, e.stage)}, IoU {iou(e, plant):.2f}, first seen after {e.onset.after} and by {e.onset.by};"
        " in truth cleared first in 2023, panels first in 2024"
        for e in on
    )
    yield Report(
        "planet_feni",
        "Eleven yearly frames, colours stretched anew each year, of river land that becomes a solar plant.",
        "the plant found once, dated 2023 to 2024",
        seconds,
        (
            ("events on the plant", str(len(on)), str(sum(e.outline.intersects(plant) for e in rival))),
            ("events elsewhere", str(len(off)), str(sum(not e.outline.intersects(plant) for e in rival))),
        ),
        told,
    )


def report_forest() -> Iterator[Report]:
    case = s2_forest()
    events, seconds = search(case)
    rival = find_by_two_dates(case.cube, case.looks, 12)
    yield Report(
        "s2_forest",
        "Seven monthly syntheses of forest and fields where nothing was built.",
        "no event",
        seconds,
        (("events", str(len(events)), str(len(rival))),),
    )


def report_demo() -> Iterator[Report]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "demo"
        render_story(folder, tell_demo(), DEMO_SEED)
        site, _ = read_site(folder / "site.geojson", None)
        truth = read_truth(folder / "truth.json")
        cube, looks = build(folder / "scenes.csv", site)
    events, seconds = search(Case(cube, looks, (), {}))
    rival = find_by_two_dates(cube, looks, 7)
    explained, told, found, theirs = [], [], 0, 0
    for thing in (*truth.structures, *truth.grounds):
        if thing.kind is None:
            continue
        yard = getattr(thing, "yard", None)
        explained.append((thing.outline if yard is None else thing.outline.union(yard)).buffer(6))
        theirs += any(iou(e, thing.outline) >= 0.15 for e in rival)
        best = max(events, key=lambda e: iou(e, thing.outline), default=None)
        if best is None or iou(best, thing.outline) < 0.15:
            told.append(f"{thing.label}: missed")
            continue
        found += 1
        stage = getattr(thing, "stage", None)
        told.append(
            f"{thing.label}: {_say(best.kind, best.stage)}, IoU {iou(best, thing.outline):.2f}, first seen after"
            f" {best.onset.after} and by {best.onset.by}; in truth {_say(thing.kind, stage)}, {thing.onset}"
        )
    known = unary_union(explained)
    false, wrong = (
        [e for e in some if e.outline.intersection(known).area < 0.3 * e.outline.area]
        for some in (events, rival)
    )
    built = sum(e.kind is Kind.CONSTRUCTION for e in false)
    yield Report(
        "demo site (simulated)",
        "A rendered site, five years of images of 3 m, with everything known; not evidence about real images.",
        "A-2, three roofs and ≥ 5 of 6 foundations found",
        seconds,
        (
            ("changes found", f"{found} of {len(explained)}", f"{theirs} of {len(explained)}"),
            ("events where nothing changed", str(len(false)), str(len(wrong))),
            ("of them called construction", str(built), "–"),
        ),
        tuple(told),
    )


def _say(kind: object, stage: object) -> str:
    return f"{kind} ({stage})".replace("_", " ") if stage else f"{kind}".replace("_", " ")


def iou(event: ChangeEvent, outline: BaseGeometry) -> float:
    """Intersection over union of an event and an outline."""
    return float(event.outline.intersection(outline).area / event.outline.union(outline).area)


REPORTS = {
    "solar": report_solar,
    "naip": report_naip,
    "ring": report_ring,
    "feni": report_feni,
    "forest": report_forest,
    "demo": report_demo,
}


def report(wanted: Sequence[str] = ()) -> Iterator[Report]:
    """The reports of the wanted data sets, of all if none is named."""
    for name, make in REPORTS.items():
        if not wanted or name in wanted:
            yield from make()


def main(wanted: Sequence[str]) -> None:
    for each in report(wanted):
        print(*each.lines(), sep="\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
