"""Buildings measured from their hurried outlines, held against their truth, and said in rows of a table."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry import Polygon

from bench.buildings import Estate, Known
from siteline.measure.measure import MeasureOptions, measure_outline
from siteline.measure.ratio import ratio
from siteline.measure.zone import place_against
from siteline.model.errors import BadInput, NotMeasured
from siteline.model.measurement import Measurement
from siteline.model.quantity import Quantity

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
    errors: NDArray[np.float64] = np.abs(np.array([e for e in found if e is not None]))
    return errors


def row(name: str, of: Sequence[Sized], bar: str, what: str = "area") -> tuple[str, ...]:
    """Errors of one size: how many, refused, median, p90, intervals that hold, bar."""
    errors = _errors(of, what)
    refused = 1 - len(errors) / max(len(of), 1)
    if not len(errors):
        return name, f"{len(of)}", _percent(refused), "–", "–", "–", bar
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


def compared(name: str, all_: Sequence[Compared], bar: str) -> tuple[str, ...]:
    """The same of a derived figure."""
    if not all_:
        return name, "0", "", "–", "–", "–", bar
    errors = np.abs([c.error for c in all_])
    wide = np.median([(c.found.high95 - c.found.low95) / abs(c.true) for c in all_])
    held = np.mean([c.holds for c in all_])
    return (
        name, f"{len(all_)}", "", _percent(float(np.median(errors))), _percent(float(np.quantile(errors, 0.9))),
        f"{_percent(float(held))} ({_percent(float(wide))} wide)", bar,
    )  # fmt: skip


def heights(of: Sequence[Sized], bar: str) -> tuple[str, ...]:
    """The same of heights, in metres."""
    off = [abs(q.value - s.known.height) for s in of if (q := s.quantity("height")) and s.known.height]
    if not off:
        return "height", f"{len(of)}", "100 %", "–", "–", "–", bar
    refused = _percent(1 - len(off) / len(of))
    middle, far = f"{np.median(off):.2f} m", f"{np.quantile(off, 0.9):.2f} m"
    return "height", f"{len(of)}", refused, middle, far, _covered(of, "height"), bar


def seconds(of: Sequence[Sized], bar: str) -> tuple[str, ...]:
    """What a building costs."""
    spent = np.median([s.seconds / max(s.looks, 1) for s in of])
    return "processor seconds per building and look", f"{len(of)}", "", f"{spent:.3f} s", "", "", bar
