"""Sizes of rendered and real buildings beside their truth, printed and written: `python -m bench.measuring`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry import Polygon

from bench import roofs
from bench.buildings import Estate, Known, estates
from siteline.measure.measure import MeasureOptions, measure_outline
from siteline.measure.ratio import ratio
from siteline.measure.zone import place_against
from siteline.model.errors import BadInput, NotMeasured
from siteline.model.measurement import Measurement
from siteline.model.quantity import Quantity

TUNING, FROZEN = range(1, 76), range(1001, 1046)
"""Seeds that were looked at while the fit was built, and those that were not."""

LOOKS, ENOUGH_PX, PLAIN = 5, 100, 0.06


@dataclass(frozen=True, slots=True)
class Sized:
    """One building, its sizes, and what they should be."""

    known: Known
    sizes: dict[str, Measurement]
    seconds: float
    """Of the fit."""

    looks: int

    @property
    def is_plain(self) -> bool:
        """Large and clear enough for the first bar."""
        return self.known.pixels >= ENOUGH_PX and self.known.contrast >= PLAIN

    def quantity(self, what: str) -> Quantity | None:
        """A size, or None if it was refused."""
        size = self.sizes.get(what)
        return size.quantity if size else None

    def error(self, what: str = "area") -> float | None:
        """Measured over true less one; None if refused."""
        found, true = self.quantity(what), getattr(self.known, what)
        return found.value / true - 1 if found and true else None


@dataclass(frozen=True, slots=True)
class Compared:
    """A derived figure: its value, its interval, its truth."""

    found: Quantity
    true: float

    @property
    def error(self) -> float:
        """Found less true, relative to the truth."""
        return self.found.value / self.true - 1

    @property
    def holds(self) -> bool:
        """Whether the 95 % interval contains the truth."""
        return self.found.low95 <= self.true <= self.found.high95


def size_all(estate: Estate, looks: int = LOOKS) -> list[Sized]:
    """All buildings of an estate, each from its hurried outline, its neighbours known."""
    done = []
    for known in estate.buildings:
        start = time.process_time()
        sizes = measure_outline(
            known.hurried, estate.cube, MeasureOptions(max_looks=looks), keep_clear=known.neighbours
        )
        spent = time.process_time() - start
        done.append(Sized(known, {s.what: s for s in sizes}, spent, max(len(s.scene_ids) for s in sizes)))
    return done


def ratios(sized: Sequence[Sized]) -> Iterator[Compared]:
    """Each building of an estate over the next one, where both are large and clear enough."""
    plain = [s for s in sized if s.is_plain and s.quantity("area")]
    for a, b in pairwise(plain):
        try:
            found = ratio(a.sizes["area"], b.sizes["area"], "A", "B")
        except (BadInput, NotMeasured):
            continue
        yield Compared(found.quantity, a.known.area / b.known.area)


def distances(estate: Estate, sized: Sequence[Sized]) -> Iterator[Compared]:
    """
    From each fitted outline to a line around the next building, drawn without error on the same images.

    These may all be a little off the ground together: the line is moved by as much as buildings are at the median.
    """
    grid = estate.cube.attrs["grid"]
    fitted = {s.known.name: Polygon(f.ring) for s in sized if (f := s.sizes["area"].footprint) is not None}
    if not fitted:
        return
    true = {s.known.name: s.known.outline.centroid for s in sized}
    off = np.median([(o.centroid.x - true[n].x, o.centroid.y - true[n].y) for n, o in fitted.items()], axis=0)
    for a, b in pairwise(sized):
        footprint, line = a.sizes["area"].footprint, b.known.outline.buffer(5.0, join_style="mitre")
        if not a.is_plain or footprint is None or line.intersects(a.known.outline):
            continue
        moved = translate(line, *off)
        _, found = place_against(fitted[a.known.name], moved, grid, footprint.sigma, line_sigma=0.0)
        assert found.quantity is not None
        yield Compared(found.quantity, float(a.known.outline.distance(line)) * grid.area_scale**0.5)


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _errors(of: Iterable[Sized], what: str) -> NDArray[np.float64]:
    found = [s.error(what) for s in of]
    return np.abs(np.array([e for e in found if e is not None]))


def _row(name: str, of: Sequence[Sized], bar: str, what: str = "area") -> tuple[str, ...]:
    errors = _errors(of, what)
    refused = 1 - len(errors) / max(len(of), 1)
    return (
        name, f"{len(of)}", _percent(refused), _percent(float(np.median(errors))),
        _percent(float(np.quantile(errors, 0.9))), _covered(of, what), bar,
    )  # fmt: skip


def _covered(of: Iterable[Sized], what: str) -> str:
    held, wide = [], []
    for sized in of:
        quantity, true = sized.quantity(what), getattr(sized.known, what)
        if quantity and true:
            held.append(quantity.low95 <= true <= quantity.high95)
            wide.append((quantity.high95 - quantity.low95) / true)
    return f"{_percent(float(np.mean(held)))} of {len(held)} ({_percent(float(np.median(wide)))} wide)"


def _compared(name: str, all_: Sequence[Compared], bar: str) -> tuple[str, ...]:
    errors = np.abs([c.error for c in all_])
    wide = np.median([(c.found.high95 - c.found.low95) / abs(c.true) for c in all_])
    held = np.mean([c.holds for c in all_])
    return (
        name, f"{len(all_)}", "", _percent(float(np.median(errors))), _percent(float(np.quantile(errors, 0.9))),
        f"{_percent(float(held))} ({_percent(float(wide))} wide)", bar,
    )  # fmt: skip


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
    seconds = np.median([s.seconds / max(s.looks, 1) for s in sized])
    return [
        _row("area, ≥ 100 px, contrast ≥ 0.06", plain, "median ≤ 2 %, p90 ≤ 8 %, refused ≤ 20 %, 92–98 %"),
        _row("area, ≥ 100 px, all contrasts", large, "p90 ≤ 12 %"),
        _row("area, rectangles", [s for s in plain if s.known.shape == "rectangle"], "–"),
        _row("area, L and T", angular, "median ≤ 4 %"),
        _row("area, U", hollow, "–"),
        _row("area, < 100 px, contrast ≥ 0.06", small, "–"),
        _row("length", plain, "92–98 %", "length"),
        _row("width", plain, "–", "width"),
        _heights(plain),
        _compared("ratio of two areas", over, "median ≤ 2.5 %, 92–98 %"),
        _compared("distance to a line", apart, "92–98 %"),
        (
            "processor seconds per building and look",
            f"{len(sized)}",
            "",
            f"{seconds:.3f} s",
            "",
            "",
            "≤ 0.03 s",
        ),
    ]


def _heights(of: Sequence[Sized]) -> tuple[str, ...]:
    off = [abs(q.value - s.known.height) for s in of if (q := s.quantity("height")) and s.known.height]
    refused = _percent(1 - len(off) / len(of))
    middle, far = f"{np.median(off):.2f} m", f"{np.quantile(off, 0.9):.2f} m"
    return "height from the fit", f"{len(of)}", refused, middle, far, _covered(of, "height"), "median ≤ 0.5 m"


PAGE = Path(__file__).parents[1] / "docs/benchmarks-measure.md"

INTRODUCTION = """# Benchmarks: sizes

How far measured sizes are from true ones, and how often the stated 95 % intervals hold the truth. Every measurement starts from
a hurried outline: all of it larger or smaller by up to a fifth, off by up to two pixels, turned by up to five degrees.

## Rendered buildings, 3 m, five looks

Rectangles, L, T and U shapes with flat and gabled roofs of nine materials and 2.5 to 28 m, on all sorts of ground, half of them
with paving on some sides, neighbours as near as four metres (known by hurried outlines too); clouds, haze, shifts, lean and blur
as the simulator has them. Eight looks are rendered, the best five of those that are clear are used. Seeds 1 to 75 were looked at
while the fit was built; the figures are of seeds 1001 to 1045. These were run twice: the first time two bars on ratios were
missed (median 2.8 %, intervals 89.5 %); what was changed since was chosen on seeds 1 to 75 alone. *Refused* is the share for
which the fit says that it should not be believed. Contrast is roof against ground in the best band, from the true outline.
What was rendered is no evidence about real images: see below.
"""

REPEAT = """## How to repeat

    make bench-measure

prints these tables and writes this page. The real images are looked for in `SITELINE_SHARED` (by default `../shared`).
"""


def page() -> Iterator[str]:
    """Lines of the page, as they are found."""
    yield INTRODUCTION
    for number, row in enumerate((HEAD, *table(FROZEN))):
        yield f"| {' | '.join(row)} |"
        if number == 0:
            yield "|" + "---|" * len(HEAD)
    yield ""
    yield from roofs.report()
    yield REPEAT


def main() -> None:
    """Print as it comes, and write the page at the end; with `tuning`, only print the set that may be looked at."""
    if "tuning" in sys.argv[1:]:
        for row in (HEAD, *table(TUNING)):
            print(" | ".join(row), flush=True)
        return
    lines = []
    for line in page():
        print(line, flush=True)
        lines.append(line)
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
