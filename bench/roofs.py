"""
Hurried outlines of real roofs, refitted to sub-metre images: `python -m bench.roofs`.

`python -m bench.roofs tune` learns the weights of `siteline.measure.sharp.rims` anew, on the tuning half alone.

Buildings are those of oam_buildings that lie whole inside a tile; each is seen on the sharpest tile that
holds it. Footprints with even numbers are the tuning half, those with odd numbers the frozen half: nothing was
fitted to them. EXCLUDED was written from contact sheets of images and outlines, before the first result.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.features
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize
from shapely.affinity import scale
from shapely.geometry import Polygon, box, shape

from bench.buildings import SCALE, SHIFT_PX, TURN, hurry
from siteline.measure.sharp.edges import corners_of, edges_of, outward_of, right_angled, turn_by, wrapped
from siteline.measure.sharp.hurry import TURN_SPREAD, TURNS, prior_of
from siteline.measure.sharp.refine import measure_refined
from siteline.measure.sharp.rims import FIGURES, gain, read_edges
from siteline.measure.stack import from_pixels
from siteline.model.dates import parse_acquired
from siteline.model.errors import NotMeasured
from siteline.model.imagery import Grid, Scene

Array = NDArray[np.float64]

SHARED = Path(os.environ.get("SITELINE_SHARED", Path(__file__).parents[2] / "shared")) / "data/imagery"
TRACINGS = Path(__file__).parent / "tracings.json"

TREE = "a tree hides part of its border"
ELSEWHERE = "the outline does not follow a roof that can be seen"
EXCLUDED = {
    ("OAM-309612-261633-19.png", 26): TREE,
    ("OAM-309614-261633-19.png", 51): TREE,
    ("OAM-309614-261632-19.png", 77): TREE,
    ("OAM-309614-261632-19.png", 78): TREE,
    ("OAM-309613-261633-19.png", 36): TREE,
    ("OAM-309613-261633-19.png", 43): TREE,
    ("OAM-309614-261632-19.png", 112): TREE,
    ("OAM-1238453-1046535-21.png", 38): TREE,
    ("OAM-619228-523265-20.png", 62): TREE,
    ("OAM-619228-523265-20.png", 81): TREE,
    ("OAM-619229-523265-20.png", 86): TREE,
    ("OAM-619229-523265-20.png", 101): TREE,
    ("OAM-619228-523265-20.png", 89): ELSEWHERE,
    ("OAM-1238427-1046547-21.png", 152): ELSEWHERE,
    ("OAM-309606-261636-19.png", 202): ELSEWHERE,
}
"""(tile, number of the footprint): why it is no whole, unoccluded building. Decided before any result was seen."""

RESOLUTIONS = ("native", "0.3 m", "0.6 m")
LEAST_PX, MARGIN_PX = 100.0, 3.0
DRAWS = 2
"""Hurried outlines of each building and resolution."""

SAME_OVERLAP = 0.8
"""Intersection over union from which on two people drew the same building."""


@dataclass(frozen=True, slots=True)
class Roof:
    """One building at one resolution, with an outline drawn in a hurry."""

    name: str
    number: int
    resolution: str
    values: Array
    usable: NDArray[np.bool_]
    truth: Polygon
    """Pixels."""

    hurried: Polygon
    grid: Grid


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it."""

    roof: Roof
    error: float
    """Relative error of the area; NaN if refused."""

    sigma: float
    """Relative one-sigma error that was stated."""

    untouched: float
    """Relative error of the hurried outline as it was drawn."""

    seconds: float
    refused: str = ""

    @property
    def holds(self) -> bool:
        """Whether the 95 % interval contains the truth."""
        return abs(self.error) <= 1.96 * self.sigma


def footprints() -> dict[int, tuple[int, str, Polygon, float]]:
    """Number: zoom, tile, outline in pixels of the tile, ground metres per pixel; on the sharpest tile that holds it."""
    folder = SHARED / "oam_buildings"
    features = json.loads((folder / "footprints.geojson").read_text(encoding="utf-8"))["features"]
    found: dict[int, tuple[int, str, Polygon, float]] = {}
    with (folder / "tiles.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    frame = box(MARGIN_PX, MARGIN_PX, 256 - MARGIN_PX, 256 - MARGIN_PX)
    for row in rows:
        zoom = int(row["zoom"])
        world = 256 * 2**zoom
        for number, feature in enumerate(features):
            lon, lat = np.array(feature["geometry"]["coordinates"][0]).T
            x = (lon + 180) / 360 * world - 256 * int(row["tile_x"])
            y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * world - 256 * int(row["tile_y"])
            outline = Polygon(np.stack([x, y], axis=1))
            if not outline.is_valid or outline.area < LEAST_PX or not outline.within(frame):
                continue
            if number not in found or zoom > found[number][0]:
                ground = (
                    40075016.686 / world * float(np.cos(np.radians(lat.mean())))
                )  # mercator stretches by 1/cos
                found[number] = (zoom, row["file"], outline, ground)
    return found


def coarser(values: Array, usable: NDArray[np.bool_], factor: int) -> tuple[Array, NDArray[np.bool_]]:
    """As a camera with pixels so many times larger sees it: blurred by half its pixel, then averaged over it."""
    if factor == 1:
        return values, usable
    rows, cols = (n // factor * factor for n in usable.shape)
    weight = gaussian_filter(usable.astype(float), factor / 2)
    light = gaussian_filter(values * usable[..., None], (factor / 2, factor / 2, 0))

    def averaged(picture: Array) -> Array:
        cells: Array = picture[:rows, :cols].reshape(rows // factor, factor, cols // factor, factor, -1)
        mean: Array = cells.mean(axis=(1, 3))
        return mean

    seen = averaged(weight)[..., 0]
    return averaged(light) / np.maximum(seen, 1e-6)[..., None], seen > 0.5


def oam(draws: int = DRAWS, resolutions: Sequence[str] = RESOLUTIONS) -> Iterator[Roof]:
    """All whole, unoccluded buildings of at least 100 pixels, resolution by resolution."""
    known = footprints()
    for resolution in resolutions:
        for number, (zoom, tile, outline, ground) in sorted(known.items()):
            if (tile, number) in EXCLUDED:
                continue
            factor = {"native": 1, "0.3 m": 2 ** (zoom - 19), "0.6 m": 2 ** (zoom - 18)}[resolution]
            truth = scale(outline, 1 / factor, 1 / factor, origin=(0, 0))
            side = 256 // factor
            frame = box(MARGIN_PX, MARGIN_PX, side - MARGIN_PX, side - MARGIN_PX)
            if truth.area < LEAST_PX or not truth.within(frame):
                continue
            values, usable = coarser(*read_tile(tile), factor)
            grid = _grid(usable.shape, ground * factor)
            for draw in range(draws):
                hurried = _hurried(truth, number, RESOLUTIONS.index(resolution), draw, 41)
                yield Roof(f"{tile}/{number}", number, resolution, values, usable, truth, hurried, grid)


def read_tile(tile: str) -> tuple[Array, NDArray[np.bool_]]:
    """Values 0–1 and which pixels are opaque."""
    with Image.open(SHARED / "oam_buildings/tiles" / tile) as image:
        pixels = np.asarray(image.convert("RGBA"), dtype=np.float64) / 255
    return pixels[..., :3], pixels[..., 3] > 0.5


def fotbcd(factor: int, draws: int = 4) -> Iterator[Roof]:
    """New buildings of fotbcd, on the image after: at 0.2 m, or so many times coarser."""
    folder = SHARED / "fotbcd"
    resolution = f"{0.2 * factor:.1f} m"
    for path in sorted((folder / "label").glob("*.tif")):
        with rasterio.open(path) as file:
            label = file.read(1) > 0
            edge = box(MARGIN_PX, MARGIN_PX, file.width - MARGIN_PX, file.height - MARGIN_PX)
        with rasterio.open(folder / "after" / path.name) as file:
            values = np.moveaxis(file.read([1, 2, 3]).astype(np.float64) / 255, 0, -1)
        coarse, usable = coarser(values, np.ones(label.shape, dtype=bool), factor)
        outlines = rasterio.features.shapes(label.astype(np.uint8), mask=label, connectivity=8)
        for number, (geometry, _) in enumerate(outlines):
            truth = Polygon(shape(geometry).exterior).simplify(1.5)
            if not truth.within(edge) or truth.area / factor**2 < LEAST_PX:
                continue
            truth = scale(truth, 1 / factor, 1 / factor, origin=(0, 0))
            grid, name = _grid(usable.shape, 0.2 * factor), f"{path.stem}/{number}"
            for draw in range(draws):
                hurried = _hurried(truth, number, factor, draw, 43)
                yield Roof(name, number, resolution, coarse, usable, truth, hurried, grid)


@dataclass(frozen=True, slots=True)
class Traced:
    """One building that two people traced."""

    tile: str
    footprint: int
    one: Polygon
    two: Polygon
    """Pixels of the tile."""

    @property
    def difference(self) -> float:
        """Relative to the mean of both areas."""
        return float(2 * abs(self.one.area - self.two.area) / (self.one.area + self.two.area))

    @property
    def overlap(self) -> float:
        """Intersection over union."""
        return _overlap(self.one, self.two)

    @property
    def is_same(self) -> bool:
        """Whether both drew the same building."""
        return self.overlap >= SAME_OVERLAP


def tracings() -> list[Traced]:
    """What two people drew, independently, at native resolution; empty if they did not."""
    if not TRACINGS.exists():
        return []
    kept = json.loads(TRACINGS.read_text(encoding="utf-8"))["buildings"]
    return [Traced(b["tile"], b["footprint"], Polygon(b["one"]), Polygon(b["two"])) for b in kept]


def traced_roofs(draws: int = 4) -> Iterator[Roof]:
    """The traced buildings, the first tracing as truth; those on which both drew the same building."""
    known = footprints()
    for traced in tracings():
        if not traced.is_same or traced.one.area < LEAST_PX:
            continue
        zoom = int(traced.tile.split("-")[-1].removesuffix(".png"))
        ground = next(g * 2.0 ** (z - zoom) for z, _, _, g in known.values())
        values, usable = read_tile(traced.tile)
        grid, name = _grid(usable.shape, ground), f"{traced.tile}/{traced.footprint}"
        for draw in range(draws):
            hurried = _hurried(traced.one, traced.footprint, draw, 47)
            yield Roof(name, traced.footprint, "native", values, usable, traced.one, hurried, grid)


def measure(roof: Roof) -> Result:
    """Through the product's own door."""
    untouched = float(roof.hurried.area / roof.truth.area - 1)
    started = time.process_time()
    try:
        area = measure_refined(
            roof.values, roof.usable, from_pixels(roof.hurried, roof.grid), roof.grid, _SCENE
        )[0].quantity
    except NotMeasured as refusal:
        return Result(roof, np.nan, np.nan, untouched, time.process_time() - started, str(refusal))
    spent = time.process_time() - started
    assert area is not None
    assert roof.grid.gsd_m is not None
    truth = roof.truth.area * roof.grid.gsd_m**2
    return Result(roof, area.value / truth - 1, area.sigma / truth, untouched, spent)


HEAD = (
    "", "roofs", "drawn", "refused", "median", "p90", "as drawn", "held", "±", "s",
    "≤ ½ of as drawn", "≤ 1.5 × tracings", "≤ 25 % refused",
)  # fmt: skip


def row(name: str, results: Sequence[Result], tracing: float | None = None) -> tuple[str, ...]:
    """One line of the table; tracing: the relative difference of two tracings, if the bars are to be held against it."""
    done = [r for r in results if not r.refused]
    roofs, refused = f"{len({r.roof.name for r in results})}", 1 - len(done) / max(len(results), 1)
    begin = (name, roofs, f"{len(results)}", _percent(refused))
    if not done:
        return begin + ("–",) * (len(HEAD) - len(begin) - 1) + ("" if tracing is None else "**not met**",)
    size, drawn = np.abs([r.error for r in done]), np.abs([r.untouched for r in done])
    median, untouched = float(np.median(size)), float(np.median(drawn))
    return (
        *begin,
        _percent(median),
        _percent(np.quantile(size, 0.9)),
        _percent(untouched),
        f"{np.mean([r.holds for r in done]):.0%}".replace("%", " %"),
        _percent(np.median([1.96 * r.sigma for r in done])),
        f"{sum(r.seconds for r in results) / len(done):.2f}",
        *(("",) * 3 if tracing is None else _bars(median, untouched, tracing, refused)),
    )


def halves(name: str, results: Sequence[Result], tracing: float | None) -> Iterator[tuple[str, ...]]:
    """One line for the half that was tuned on, one for the frozen one."""
    for half, odd in (("tuning", 0), ("frozen", 1)):
        yield row(f"{name}, {half}", [r for r in results if r.roof.number % 2 == odd], tracing)


ABOUT = """## Real roofs, sub-metre, one image each

`oam`: open aerial images of a town in Uganda (OpenAerialMap, CC BY 4.0) with outlines of a map (OpenStreetMap);
buildings that lie whole in a tile and are not hidden by trees. Footprints with even numbers were tuned on, those
with odd numbers (*frozen*) were not. *Tracings*: the same images, with a careful tracing of ours as the truth instead of the
map. `fotbcd`: new buildings on aerial images of France, 0.2 m and made coarser to 1 m; neither tuned on nor held
against bars. At 1 m more than half is refused, and should be: all roofs but one cover fewer than 230 pixels, beside
shadows and terraces that look like roof, and a forced fit comes hardly nearer to the truth than the hurried outline.

*Drawn* counts hurried outlines. *As drawn* is the median error of the hurried outline left untouched; it, the errors,
*held* (share of 95 % intervals that hold the truth) and *±* (their median half-width) are over the same outlines:
those that were not refused. *s*: processor seconds of all outlines, the refused ones too, for each that was fitted.
The last three columns are the bars for the median error and the share refused: half of *as drawn*; 1.5 times the
median difference of two tracings of one building at native resolution; a quarter.
"""


def report() -> Iterator[str]:
    """All that is found, line by line, for a page."""
    yield ABOUT
    yield _line(HEAD)
    yield "|---" + "|--:" * 9 + "|---" * 3 + "|"
    tracing = _tracing_difference()
    every = [measure(roof) for roof in oam()]
    for resolution in RESOLUTIONS:
        results = [r for r in every if r.roof.resolution == resolution]
        yield from map(_line, halves(f"oam, {resolution}", results, tracing))
    traced = [measure(roof) for roof in traced_roofs()]
    if traced:
        yield from map(_line, halves("tracings, native", traced, tracing))
    for factor in (1, 5):
        yield _line(row(f"fotbcd, {0.2 * factor:.1f} m", [measure(roof) for roof in fotbcd(factor)]))
    yield ""
    yield from _of_tracings()
    yield from _refusals(every)
    yield ""


def main() -> None:
    """Print all rows; with `tune`, learn the weights anew."""
    if sys.argv[1:] == ["tune"]:
        print(", ".join(f"{w:.2f}" for w in learn()))
        return
    for line in report():
        print(line, flush=True)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _bars(median: float, untouched: float, tracing: float, refused: float) -> Iterator[str]:
    """What each bar is here, and whether it is met."""
    for found, bar in ((median, untouched / 2), (median, 1.5 * tracing), (refused, 0.25)):
        yield f"{_percent(bar)}: {'met' if found <= bar else '**not met**'}"


def _hurried(outline: Polygon, *seed: int) -> Polygon:
    return hurry(outline, 1.0, np.random.default_rng(seed))


def _overlap(one: Polygon, two: Polygon) -> float:
    return float(one.intersection(two).area / one.union(two).area)


def _tracing_difference() -> float | None:
    """Median relative difference of two tracings of the same building; None if there are none."""
    same = [t.difference for t in tracings() if t.is_same]
    return float(np.median(same)) if same else None


def _of_tracings() -> Iterator[str]:
    pairs, known = tracings(), footprints()
    differences = [t.difference for t in pairs if t.is_same]
    if not differences:
        yield "- No building was traced by hand, so that no bars can be given."
        return
    yield (
        f"- Two tracings of {len(differences)} buildings: areas differ by {_percent(np.median(differences))} in the median,"
        f" {_percent(np.quantile(differences, 0.9))} at p90. Of {len(pairs) - len(differences)} more, two people drew"
        " different outlines (overlap below 0.8)."
    )
    lost = [f"{t.tile}/{t.footprint}" for t in pairs if t.footprint not in known]
    if lost:
        yield f"- Skipped, for the map has no such building any more: {', '.join(lost)}."
    off = []
    for t in pairs:
        _, tile, outline, _ = known.get(t.footprint, (0, "", Polygon(), 0.0))
        if tile == t.tile and t.is_same and _overlap(t.one, outline) > 0.7:
            off += [abs(drawn.area / outline.area - 1) for drawn in (t.one, t.two)]
    if off:
        yield (
            f"- A tracing against the map's outline of the same building: {_percent(np.median(off))} in the median"
            f" of {len(off)}: so far off is the map itself, or the hand."
        )


def _refusals(results: Sequence[Result]) -> Iterator[str]:
    """Why oam outlines were refused, and how many of each half."""
    why = [
        (re.sub(r"only \d+%", "too little", r.refused.split(":")[0].split(" (")[0]), r.roof.number % 2)
        for r in results
        if r.refused
    ]
    for reason in sorted({reason for reason, _ in why}):
        tuning, frozen = (sum(w == (reason, odd) for w in why) for odd in (0, 1))
        yield f"- Refused, {tuning} tuning and {frozen} frozen: {reason}."


@dataclass(slots=True)
class _Lesson:
    """One roof of the tuning half: what is told of every place of its edges, and where they are."""

    figures: Array
    """(edges, turns · places, FIGURES)"""

    prior: Array
    """(edges, turns · places)"""

    places: Array
    offset: Array
    turn: Array
    outward: Array
    size: float
    target: Array


def learn(draws: int = 2) -> Array:
    """
    Weights of FIGURES: those under which the true places of edges are likeliest (conditional logit).

    The outlines of the map lie beside the images by up to some pixels, each by its own shift, which is found
    along with the weights.
    """
    lessons = [_lesson(roof, draw) for roof in oam(1) if roof.number % 2 == 0 for draw in range(draws)]
    weights = np.zeros(len(FIGURES))
    weights[0] = weights[4] = 1.0
    for _ in range(4):
        for lesson in lessons:
            lesson.target = _aligned(lesson, weights)
        weights = minimize(_loss, weights, (lessons,), method="L-BFGS-B", jac=True, options={"maxiter": 60}).x
    return weights


def _lesson(roof: Roof, draw: int) -> _Lesson:
    rng = np.random.default_rng((roof.number, RESOLUTIONS.index(roof.resolution), draw, 7))
    factor, turn = 1 + rng.uniform(-SCALE, SCALE), float(np.radians(rng.uniform(-TURN, TURN)))
    move = rng.uniform(-SHIFT_PX, SHIFT_PX, 2)
    centre = np.asarray(roof.truth.centroid.coords[0])
    ring = np.asarray(roof.truth.exterior.coords)[:-1]
    hurried = Polygon(centre + move + factor * turn_by(ring - centre, np.array(turn)))
    corners = corners_of(hurried)
    rough, edges = edges_of(corners), edges_of(right_angled(corners))
    places, figures, possible = read_edges(roof.values, roof.usable, hurried, edges)
    middle = centre + turn_by((rough.middle - centre - move) / factor, np.array(-turn))
    angle = rough.angle - turn
    by = wrapped(angle - edges.angle, 2 * np.pi)
    away = middle - edges.centre - turn_by(edges.middle - edges.centre, by)
    told = np.moveaxis(figures * gain(edges.length)[:, None, None], 1, 0)
    spread = np.sqrt(np.diag(prior_of(edges)))
    prior = -0.5 * (places / spread[:, None]) ** 2
    by_turn = -0.5 * (TURNS / (1.1 * TURN_SPREAD)) ** 2
    table = np.where(np.moveaxis(possible, 1, 0), by_turn[:, None] + prior[:, None], -1e3)
    count = len(edges.length)
    return _Lesson(
        told.reshape(count, -1, len(FIGURES)),
        table.reshape(count, -1),
        places,
        np.sum(outward_of(angle) * away, axis=1),
        by,
        outward_of(angle),
        float(np.sqrt(roof.truth.area)),
        np.zeros(0),
    )


def _target(lesson: _Lesson, shift: Array) -> Array:
    """Logarithm of how likely the reference outline is, were the edge at each place."""
    sigma = 0.7 + 0.008 * lesson.size
    off = (lesson.places - (lesson.offset + lesson.outward @ shift)[:, None]) / sigma
    by_place = np.logaddexp(-0.5 * off**2 - np.log(sigma), np.log(0.002))
    by_turn = -0.5 * ((TURNS - lesson.turn[:, None]) / np.radians(2)) ** 2
    target: Array = (by_turn[:, :, None] + by_place[:, None]).reshape(len(off), -1)
    return target


def _log_sum(logs: Array) -> Array:
    most = logs.max(axis=1, keepdims=True)
    summed: Array = most + np.log(np.exp(logs - most).sum(axis=1, keepdims=True))
    return summed


def _aligned(lesson: _Lesson, weights: Array) -> Array:
    """The target under the shift of the whole reference outline that fits best."""
    most = 1.0 + 0.03 * lesson.size
    score = lesson.figures @ weights + np.where(lesson.prior > -500, 0.0, -1e3)
    score -= _log_sum(score)
    steps = np.linspace(-most, most, 9)
    targets = [_target(lesson, np.array([dx, dy])) for dx in steps for dy in steps]
    against = [0.5 * (dx**2 + dy**2) / (most / 2) ** 2 for dx in steps for dy in steps]
    worth = [float(_log_sum(score + t).sum()) - a for t, a in zip(targets, against, strict=True)]
    return targets[int(np.argmax(worth))]


def _loss(weights: Array, lessons: Sequence[_Lesson]) -> tuple[float, Array]:
    loss, slope = 2.0 * float(weights @ weights), 4.0 * weights
    for lesson in lessons:
        score = lesson.figures @ weights + lesson.prior
        every, right = _log_sum(score), _log_sum(score + lesson.target)
        loss -= float((right - every).sum())
        excess = np.exp(score - every) - np.exp(score + lesson.target - right)
        slope = slope + np.einsum("ep,epf->f", excess, lesson.figures)
    return loss, slope


def _grid(shape_px: tuple[int, ...], ground: float) -> Grid:
    """A frame of known pixel size: metres on the ground, mercator's stretch already taken out."""
    rows, cols = shape_px
    return Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (rows, cols), ground)


_SCENE = Scene(
    id="tile",
    href="tile.png",
    acquired=parse_acquired("2020-01-01"),
    bands=("red", "green", "blue"),
    shape=(256, 256),
    crs=None,
    transform=None,
    gsd_m=None,
    dtype="uint8",
    sha256="",
)


if __name__ == "__main__":
    main()
