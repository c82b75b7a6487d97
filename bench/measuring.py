"""Sizes of rendered and real buildings beside their truth, printed and written: `python -m bench.measuring`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from bench import roofs
from bench.buildings import PITCHED, ROUNDED, SETTINGS, Setting, estates
from bench.sized import (
    ENOUGH_PX,
    PLAIN,
    Compared,
    Sized,
    compared,
    distances,
    heights,
    ratios,
    row,
    seconds,
    size_all,
)

TUNING, FROZEN = range(1, 76), range(1001, 1046)
"""Seeds that were looked at while the fit was built, and those that were not."""

HEAD = ("", "n", "refused", "median error", "p90", "95 % intervals that hold", "bar")


def table(seeds: range) -> list[tuple[str, ...]]:
    """All rows for a set of estates."""
    sized: list[Sized] = []
    over: list[Compared] = []
    apart: list[Compared] = []
    for estate in estates(seeds):
        here = size_all(estate)
        sized += here
        over += ratios(here)
        apart += distances(estate, here)
    plain = [s for s in sized if s.is_plain]
    large = [s for s in sized if s.known.pixels >= ENOUGH_PX]
    angular = [s for s in plain if s.known.shape in ("L", "T")]
    hollow = [s for s in plain if s.known.shape == "U"]
    small = [s for s in sized if s.known.pixels < ENOUGH_PX and s.known.contrast >= PLAIN]
    return [
        row("area, ≥ 100 px, contrast ≥ 0.06", plain, "median ≤ 2 %, p90 ≤ 8 %, refused ≤ 20 %, 92–98 %"),
        row("area, ≥ 100 px, all contrasts", large, "p90 ≤ 12 %"),
        row("area, rectangles", [s for s in plain if s.known.shape == "rectangle"], "–"),
        row("area, L and T", angular, "median ≤ 4 %"),
        row("area, U", hollow, "–"),
        row("area, < 100 px, contrast ≥ 0.06", small, "–"),
        row("length", plain, "92–98 %", "length"),
        row("width", plain, "–", "width"),
        heights(plain, "median ≤ 0.5 m"),
        compared("ratio of two areas", over, "median ≤ 2.5 %, 92–98 %"),
        compared("distance to a line", apart, "92–98 %"),
        seconds(sized, "≤ 0.03 s"),
    ]


def other_pixels(name: str, setting: Setting, seeds: range) -> list[tuple[str, ...]]:
    """Rows for estates seen with other pixels, or aslant; buildings of all contrasts."""
    sized: list[Sized] = []
    apart: list[Compared] = []
    for estate in estates(seeds, setting):
        here = size_all(estate)
        sized += here
        apart += distances(estate, here)
    large = [s for s in sized if s.known.pixels >= ENOUGH_PX]
    small = [s for s in sized if s.known.pixels < ENOUGH_PX]
    rows = [row("area, ≥ 100 px", large, "–"), *([row("area, < 100 px", small, "–")] if small else [])]
    rows += [heights(large, "–"), compared("distance to a line", apart, "–"), seconds(sized, "–")]
    return [(f"{name}: {first}", *rest) for first, *rest in rows]


def round_ones(seeds: range) -> list[tuple[str, ...]]:
    """Rows for round buildings, at 3 m; of all contrasts."""
    sized = [s for estate in estates(seeds, ROUNDED) for s in size_all(estate)]
    found = [s for s in sized if s.known.shape in ("circle", "ends")]
    told = [s for s in found if s.quantity("area")]
    named = sum("circle" in (m := s.sizes["area"].method) or "round ends" in m for s in told)
    head = f"area, round ({named} of {len(told)} called round)"
    return [row(head, found, "–"), row("length or diameter, round", found, "–", "length")]


def pitched_ones(form: str, seeds: range) -> list[tuple[str, ...]]:
    """A row for halls under roofs of one form, a key of `PITCHED`, at 3 m; of all contrasts."""
    sized = [s for estate in estates(seeds, PITCHED[form]) for s in size_all(estate)]
    halls = [s for s in sized if s.known.shape == form]
    told = [m.footprint.roof for s in halls if (m := s.sizes["area"]).quantity and m.footprint]
    said = ", ".join(f"{told.count(word)} {word}" for word in sorted(set(told) - {""})) or "none"
    errors = [e for s in halls if (e := s.error()) is not None]
    bias = f"{100 * float(np.mean(errors)):+.1f} %" if errors else "–"
    return [row(f"area, {form} roofs (mean error {bias}; said of {len(told)}: {said})", halls, "–")]


PAGE = Path(__file__).parents[1] / "docs/benchmarks-measure.md"

INTRODUCTION = """# Benchmarks: sizes

How far measured sizes are from true ones, and how often the stated 95 % intervals hold the truth. Every measurement starts from
a hurried outline: all of it larger or smaller by up to a fifth, off by up to two pixels, turned by up to five degrees.

## Rendered buildings, 3 m, five looks

Rectangles, L, T and U shapes with flat and gabled roofs of nine materials and 2.5 to 28 m, on all sorts of ground, half of them
with paving on some sides, neighbours as near as four metres (known by hurried outlines too); clouds, haze, shifts, lean and blur
as the simulator has them. Eight looks are rendered, the best five of those that are clear are used. Seeds 1 to 75 were looked at
while the fit was built; the figures are of seeds 1001 to 1045. These were run five times: the first time two bars on ratios were
missed (median 2.8 %, intervals 89.5 %), the second and the third time one (median 2.6 %); what was changed in between was chosen
on seeds 1 to 75 alone. On seeds 1 to 38 that median fell from 2.1 to 1.7 % with the last change. *Refused* is the share for
which the fit says that it should not be believed. Contrast is roof against ground in the best band, from the true outline.
What was rendered is no evidence about real images: see below.
"""

PIXELS = """## Rendered buildings, other pixels and other views

The same at 0.5 and 1 m, where buildings are 15 to 66 m and 24 to 110 m long, and at 3 m, all seen 15 to 25 degrees off nadir
from all around; and at 10 m, where buildings are three times as large as at 3 m. Fewer estates each; tuned on seeds from 1,
reported on seeds from 1001. Buildings of all contrasts.
"""

ROUND = """## Rendered round buildings, 3 m, five looks

Tanks and halls with round ends, which stand in place of the rectangles of the first four of these estates; buildings of all
sizes and contrasts.
"""

ROOFS = """## Rendered pitched roofs, 3 m, five looks

Gabled (8 to 30 degrees), hipped (12 to 32) and arched roofs (20 to 50 at the eaves) on all rectangles of the first four of these
estates. What is said of a roof is told with the words that a footprint carries.
"""

REPEAT = """## How to repeat

    make bench-measure

prints these tables and writes this page. The real images are looked for in `SITELINE_SHARED` (by default `../shared`).
"""


def _all_pixels(first: int) -> Iterator[tuple[str, ...]]:
    for name, setting in SETTINGS.items():
        yield from other_pixels(name, setting, range(first, first + setting.estates))


def _all_roofs(first: int) -> Iterator[tuple[str, ...]]:
    for form, setting in PITCHED.items():
        yield from pitched_ones(form, range(first, first + setting.estates))


def _lines(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table, row by row as it is found."""
    for number, cells in enumerate(rows):
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield "|" + "---|" * len(HEAD)


def page() -> Iterator[str]:
    """Lines of the page, as they are found."""
    yield INTRODUCTION
    yield from _lines((HEAD, *table(FROZEN)))
    yield ""
    yield PIXELS
    yield from _lines((HEAD, *_all_pixels(FROZEN.start)))
    yield ""
    yield ROUND
    yield from _lines((HEAD, *round_ones(range(FROZEN.start, FROZEN.start + ROUNDED.estates))))
    yield ""
    yield ROOFS
    yield from _lines((HEAD, *_all_roofs(FROZEN.start)))
    yield ""
    yield from roofs.report()
    yield REPEAT


def main() -> None:
    """Print as it comes, and write the page at the end; with `tuning`, only print the set that may be looked at."""
    if "tuning" in sys.argv[1:]:
        rounds = round_ones(range(TUNING.start, TUNING.start + ROUNDED.estates))
        for cells in (HEAD, *table(TUNING), *_all_pixels(TUNING.start), *rounds, *_all_roofs(TUNING.start)):
            print(" | ".join(cells), flush=True)
        return
    lines = []
    for line in page():
        print(line, flush=True)
        lines.append(line)
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
