"""
Two looks compared, on labelled real pairs: `python -m bench.pairs` prints the figures and writes docs/benchmarks-pairs.md.

Sub-metre pairs: of the true changes, how many the first ten places point to; beside them change vector analysis, the same on
pairs laid and coloured as ours are, and as many places of the same form thrown at random. A true change is a connected object of
the reference mask (8 neighbours) of at least 10 m². A place points to it if the two outlines overlap by IoU ≥ 0.1, or if it
covers the object's centre and is no more than ten times as large: a place that covers everything points to nothing.
Multispectral pairs: F1 at the automatic threshold.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import rasterio
import xarray as xr
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu

from bench.cases import shared
from bench.rivals.two_dates import change_vectors
from siteline.catalog.local import read_manifest
from siteline.change.pairs.evened import even_pair
from siteline.change.pairs.ground import changed_ground
from siteline.change.pairs.places import WEAK, find_places
from siteline.cube.load import CubeOptions, plan_grid, read_native
from siteline.cube.pairing import lay_pair, pair_grid
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid
from siteline.model.pairs import PairOptions
from siteline.model.place import Frame, Site
from siteline.raster.grid import polygon_mask
from siteline.raster.resample import map_grid, resample

PAGE = Path(__file__).parents[1] / "docs/benchmarks-pairs.md"
Mask = NDArray[np.bool_]
Labels = NDArray[np.int64]

PLACES = 10
LEAST_M2 = 10.0
IOU = 0.1
TIMES = 10
THROWS = 50
LEVIR_M = 0.5

HISTORY = """The real pairs were evaluated four times. fotbcd and levir gave 0.62 and 0.14 (parts ranked alone), 0.62 and
0.21 (parts joined), 0.46 and 0.22 (quiet ground sets what is usual, halves of a roof joined), and 0.23 and 0.38 (as it is:
rectangles weighed by how much they look like a building at one date and like none at the other). Each form was chosen
without the real pairs, this one by rendered pairs that are kept in `bench/estates.py`: on twelve that had no part in its
weights, but were in view while details were chosen, it pointed to 0.45 of the true changes (34 of 75), the form before it
to 0.32 (24), CVA to 0.28 (21).

**The bar of twice CVA's is met on levir and missed on fotbcd**, where this form points to half as many as CVA and as the
form before it, and does no better than chance: 3 changes of 13 where they had 6. In dense new housing the list is better
than chance; among scattered houses it is not. The rendered villages promised otherwise (5 of 9, CVA 1): they are too little
like these. The form was not changed after that was seen. A chip of 256 x 256 pixels takes 1.3 s of processor, before 1.5 s.
"""


@dataclass(slots=True)
class Tally:
    """Over the pairs of one set."""

    truths: int = 0
    pairs: int = 0
    still: int = 0
    """Pairs without a change."""

    still_weak: int = 0
    """Of these, those in which no place stands out."""

    moving_weak: int = 0
    """Pairs with a change in which no place stands out."""

    refused: int = 0
    """Pairs that could not be laid on one another by what they show, and were compared as they lie."""

    found: dict[str, float] = field(default_factory=dict)
    """True changes pointed to, by method."""

    right: dict[str, float] = field(default_factory=dict)
    """Places that point to one, by method."""

    listed: dict[str, int] = field(default_factory=dict)

    def add(self, method: str, places: list[Mask], truth: Labels, times: float = 1.0) -> None:
        """Count the places of one method on one pair."""
        hit, right = point(places, truth)
        self.found[method] = self.found.get(method, 0) + hit * times
        self.right[method] = self.right.get(method, 0) + right * times
        self.listed[method] = self.listed.get(method, 0) + round(len(places) * times * THROWS)


def point(places: list[Mask], truth: Labels) -> tuple[int, int]:
    """How many true changes the places point to, and how many places point to one."""
    number = int(truth.max())
    sizes = np.bincount(truth.ravel(), minlength=number + 1)
    centres = {k: _centre(truth == k) for k in range(1, number + 1)}
    hit: set[int] = set()
    right = 0
    for place in places:
        area = int(np.count_nonzero(place))
        shared_px = np.bincount(truth[place], minlength=number + 1)
        here = {
            k
            for k in centres
            if shared_px[k] / max(area + sizes[k] - shared_px[k], 1) >= IOU
            or (place[centres[k]] and area <= TIMES * sizes[k])
        }
        hit |= here
        right += bool(here)
    return len(hit), right


def _centre(mask: Mask) -> tuple[int, int]:
    """The pixel of an object nearest to its centre of mass."""
    rows, cols = np.nonzero(mask)
    at = int(np.argmin((rows - rows.mean()) ** 2 + (cols - cols.mean()) ** 2))
    return int(rows[at]), int(cols[at])


def by_vectors(pair: xr.Dataset) -> list[Mask]:
    """Places of change vector analysis: standardised bands, Otsu's threshold, connected pixels, ranked by size times strength."""
    known = (pair["why_not"].values == 0).all(axis=0)
    value = np.nan_to_num(pair["value"].values.astype(np.float64))
    length = change_vectors((value[0], value[1], known))
    labels, count = ndimage.label((length > threshold_otsu(length[known])) & known, np.ones((3, 3)))
    if not count:
        return []
    strength = ndimage.sum_labels(length, labels, np.arange(1, count + 1))
    return [labels == k + 1 for k in np.argsort(-strength, kind="stable")[:PLACES]]


def thrown(places: list[Mask], rng: np.random.Generator) -> list[Mask]:
    """The same places, each somewhere else."""
    return [
        np.roll(place, (int(rng.integers(place.shape[0])), int(rng.integers(place.shape[1]))), (0, 1))
        for place in places
    ]


def fotbcd(folder: Path) -> Iterator[tuple[str, xr.Dataset, xr.Dataset, Labels, bool]]:
    """The aerial pairs, on the product's own road."""
    source = shared() / "data/imagery/fotbcd"
    for row in csv.DictReader((source / "pairs.csv").read_text().splitlines()):
        name = f"{row['id']}.tif"
        yield _pair(
            row["id"],
            Site("fotbcd", "fotbcd", ()),
            *(source / d / name for d in ("before", "after", "label")),
            folder,
        )


def levir(folder: Path) -> Iterator[tuple[str, xr.Dataset, xr.Dataset, Labels, bool]]:
    """The unreferenced pairs."""
    source = shared() / "data/imagery/levir"
    for file in sorted((source / "A").glob("*.png")):
        site = Site("levir", "levir", (), Frame.IMAGE, LEVIR_M)
        yield _pair(file.stem, site, file, source / "B" / file.name, source / "label" / file.name, folder)


def _pair(
    name: str, site: Site, before: Path, after: Path, label: Path, folder: Path
) -> tuple[str, xr.Dataset, xr.Dataset, Labels, bool]:
    """Name, the pair as it came, the pair laid, its true changes, and whether it could be laid; all on one grid."""
    here = folder / site.id / name
    here.mkdir(parents=True, exist_ok=True)
    rows = []
    for date, file in (("2001-01-01", before), ("2002-01-01", after)):
        copy = here / f"{date}{file.suffix}"
        copy.write_bytes(file.read_bytes())
        rows.append(f"{copy.name},{date},red green blue")
    manifest = here / "scenes.csv"
    manifest.write_text("file,acquired,bands\n" + "\n".join(rows) + "\n")
    scenes, _ = read_manifest(manifest, site)
    planned = plan_grid(tuple(scenes), site)
    grid = pair_grid(planned, None)
    natives = [read_native(scene, site, grid, CubeOptions()) for scene in scenes]
    plain = lay_pair(natives[0], natives[1], grid, True).pair
    try:
        laid, could = lay_pair(natives[0], natives[1], grid, False).pair, True
    except CannotTell:
        laid, could = plain, False
    return name, plain, laid, _truth(label, planned, grid), could


def _truth(label: Path, planned: Grid, grid: Grid) -> Labels:
    with rasterio.open(label) as image:
        mask = image.read(1) > 127
    share = resample(mask.astype(np.float32), None, map_grid(grid, planned.crs, planned.transform))
    labels, count = ndimage.label(np.nan_to_num(share) > 0.5, np.ones((3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    least = LEAST_M2 / (grid.gsd_m or LEVIR_M) ** 2
    kept = [k for k in range(1, count + 1) if sizes[k] >= least]
    truth = np.zeros(labels.shape, np.int64)
    for number, k in enumerate(kept, start=1):
        truth[labels == k] = number
    return truth


Pairs = Callable[[Path], Iterator[tuple[str, xr.Dataset, xr.Dataset, Labels, bool]]]


def measure(pairs: Pairs, folder: Path, seed: int = 7) -> Tally:
    """All methods on all pairs of one set."""
    tally, rng = Tally(), np.random.default_rng(seed)
    for _, plain, laid, truth, could in pairs(folder):
        found = find_places(laid, PairOptions(places=PLACES))
        grid = laid.attrs["grid"]
        ours = [polygon_mask(place.outline, grid) for place in found.places]
        tally.refused += not could
        tally.pairs += 1
        stands_out = any(place.worth >= WEAK for place in found.places)
        if not truth.any():
            tally.still += 1
            tally.still_weak += not stands_out
            continue
        tally.moving_weak += not stands_out
        tally.truths += int(truth.max())
        tally.add("Siteline", ours, truth)
        tally.add("CVA", by_vectors(plain), truth)
        tally.add("CVA, laid and coloured as ours", by_vectors(even_pair(laid)), truth)
        for _ in range(THROWS):
            tally.add("chance: our places thrown at random", thrown(ours, rng), truth, 1 / THROWS)
    return tally


def taizhou() -> tuple[float, int, int, int]:
    """F1, and pixels rightly, wrongly and not called changed, of landsat_taizhou at the automatic threshold."""
    source = shared() / "data/imagery/landsat_taizhou"
    looks = []
    for name in ("2000TM", "2003TM"):
        with rasterio.open(source / name) as image:
            looks.append(image.read().astype(np.float64))
    changed, same = (
        np.asarray(Image.open(source / f"{name}.bmp").convert("L")) > 0 for name in ("change", "unchanged")
    )
    called = changed_ground(looks[0], looks[1], np.ones(looks[0].shape[1:], bool))
    hit, false, missed = (
        int(np.count_nonzero(m)) for m in (called & changed, called & same, ~called & changed)
    )
    return 2 * hit / (2 * hit + false + missed), hit, false, missed


def lines(sets: dict[str, Tally], ground: tuple[float, int, int, int]) -> Iterator[str]:
    """The page."""
    yield "# Benchmarks: two looks compared\n"
    yield (__doc__ or "").split("\n\n", 1)[1].strip() + "\n"
    yield (
        "Bars: the first ten places point to at least twice as many true changes as CVA's; F1 ≥ 0.95 on landsat_taizhou.\n\n"
        "What these figures cannot say: the sets are small, their references hold buildings only (a new road or yard that is\n"
        "listed counts as wrong), and no date, sun or lean is known. The method was designed on pairs that we render ourselves\n"
        "(housing with other sun, lean and season); no picture of the real pairs was looked at.\n\n" + HISTORY
    )
    yield "## How to repeat\n\n    make bench-pairs\n"
    yield "The images are looked for in `SITELINE_SHARED` (by default `../shared`).\n"
    for name, tally in sets.items():
        yield f"## {name}\n"
        yield (
            f"{tally.pairs} pairs, {tally.still} of them without a change; {tally.truths} true changes; "
            f"{tally.refused} pairs could not be laid by what they show and were compared as they lie.\n"
        )
        yield "| | true changes among the first ten places | of the places, right |\n|---|---|---|"
        for method, found in tally.found.items():
            number = tally.listed[method] / THROWS
            yield (
                f"| {method} | {found / tally.truths:.2f} ({found:.1f} of {tally.truths}) "
                f"| {tally.right[method] / max(number, 1):.2f} ({tally.right[method]:.1f} of {number:.0f}) |"
            )
        ratio = tally.found["Siteline"] / max(tally.found["CVA"], 1e-9)
        fair = tally.found["Siteline"] / max(tally.found["CVA, laid and coloured as ours"], 1e-9)
        yield f"\nOver CVA: {ratio:.2f} times; over CVA on pairs laid and coloured as ours: {fair:.2f} times.\n"
        yield (
            f"No place stands out in {tally.still_weak} of {tally.still} pairs without a change, and in {tally.moving_weak} of "
            f"{tally.pairs - tally.still} with one.\n"
        )
    f1, hit, false, missed = ground
    yield "## landsat_taizhou\n"
    yield f"IR-MAD, √Z blurred by a pixel, Otsu's threshold: F1 {f1:.3f} ({hit} pixels right, {false} wrong, {missed} missed).\n"


def main() -> None:
    """Measure, print, write the page."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        sets = {
            "fotbcd (aerial, 0.2 m)": measure(fotbcd, Path(folder)),
            "levir (0.5 m, unreferenced)": measure(levir, Path(folder)),
        }
    text = "\n".join(lines(sets, taizhou())).rstrip() + "\n"
    print(text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
