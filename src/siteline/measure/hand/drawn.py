"""Sizes of an outline or a line that a person drew on one scene, once or several times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from shapely.geometry import LineString, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from siteline.measure.area import unit_area
from siteline.measure.budget import EDGE, OFF_NADIR, REGISTRATION, SCALE, relative_scale, total
from siteline.measure.hand.extent import Extent, extent_of
from siteline.measure.hand.placement import PLACEMENT, position_error, scale_error
from siteline.measure.hand.repeats import check_same, combine, say_drawings
from siteline.measure.length import unit_length
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import pixel_m, to_pixels
from siteline.model.errors import BadGeometry, BadInput
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import BudgetLine, Measurement, Tracing
from siteline.model.place import Footprint
from siteline.model.quantity import Z95, Quantity
from siteline.raster.grid import reproject, units_per_pixel

VERTEX_PX = 0.6
"""One-sigma error with which a person places a vertex, per axis, pixels of the scene."""

HABIT_PX = 0.3
"""One-sigma error of all edges together, pixels of the scene: some draw outside the edge, some inside."""

UNPLACED_PX, PLACED_PX = 0.7, 0.15
"""One-sigma shift of a scene against others, per axis, its pixels: where they were never compared, and at the best."""


class OutlineOf(StrEnum):
    """Which outline of a building was drawn: seen aslant, they lie apart."""

    ROOF = "roof"
    BASE = "base"


def measure_drawn(
    outline: BaseGeometry,
    grid: Grid,
    scene: Scene,
    vertex_sigma: float | None = None,
    options: MeasureOptions | None = None,
) -> tuple[Measurement, ...]:
    """
    Area, length and width of a polygon drawn by hand, with the errors of a hand.

    outline: grid coordinates; vertex_sigma: one-sigma error of a vertex, grid units, per axis; None: 0.6
    pixels of the scene. Raises BadGeometry for an outline that crosses itself, encloses nothing or
    leaves the images.
    """
    rows, cols = grid.shape
    if not outline.is_empty and not to_pixels(outline, grid).within(box(0, 0, cols, rows).buffer(0.5)):
        raise BadGeometry("the outline reaches beyond the images")
    return measure_tracings((Tracing(outline),), grid, scene, None, vertex_sigma, options)


def measure_tracings(
    tracings: Sequence[Tracing],
    grid: Grid,
    scene: Scene,
    of: OutlineOf | None = None,
    vertex_sigma: float | None = None,
    options: MeasureOptions | None = None,
) -> tuple[Measurement, ...]:
    """
    Area, length and width of one thing whose outline was drawn by hand, once or several times.

    tracings: polygons, grid coordinates; of: which outline it is; the rest as in `measure_drawn`. The pixel of
    the scene that was drawn on sets the error of the hand. Refused, each with its reason, where it is narrower
    than three of these pixels.
    """
    options = options or MeasureOptions()
    scene_px = scene_pixel(scene, grid)
    for tracing in tracings:
        check_drawn(tracing.geometry, grid, scene, Polygon, MultiPolygon)
    check_same(tracings)
    shapes = [to_pixels(tracing.geometry, grid) for tracing in tracings]
    vertex = VERTEX_PX * scene_px if vertex_sigma is None else vertex_sigma / units_per_pixel(grid)
    extents = [extent_of(shape, vertex) for shape in shapes]
    method = f"{_outline(of)} drawn by hand on {scene.id}{say_drawings(tracings)}"
    if min(extent.width for extent in extents) < options.min_side_px * scene_px:
        why = f"it is narrower than {options.min_side_px:g} pixels of {scene.id}"
        return tuple(
            Measurement(what, None, (), method, (scene.id,), refused=why)
            for what in ("area", "length", "width")
        )
    hidden = 0.0
    if of is OutlineOf.BASE:
        hidden = hidden_strip(scene, grid, options)
        method += "" if hidden else "; the view angle is not known, so no hidden edge is counted"
    hand = _Hand(
        tuple(tracing.analyst for tracing in tracings),
        vertex,
        HABIT_PX / VERTEX_PX * vertex,
        hidden,
        scale_error(scene),
    )
    area = _area(shapes, extents, hand, grid, options)
    nearest = int(np.argmin([abs(shape.area - area.value) for shape in shapes]))
    footprint = footprint_of(tracings[nearest].geometry, grid, vertex * units_per_pixel(grid), scene)
    lengths = _side([e.length for e in extents], [e.pull_length for e in extents], hand, grid, options)
    widths = _side([e.width for e in extents], [e.pull_width for e in extents], hand, grid, options)
    return (
        replace(area.measurement("area", unit_area(grid), method, scene), footprint=footprint),
        lengths.measurement("length", unit_length(grid), method, scene),
        widths.measurement("width", unit_length(grid), method, scene),
    )


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who drew, and how each of them errs; pixels of the grid, one sigma."""

    analysts: tuple[str, ...]
    vertex: float
    habit: float
    hidden: float
    """Of the far edge of a base that is hidden behind its building."""

    placement: float
    """Relative, of lengths on a picture that was placed by control points."""


@dataclass(frozen=True, slots=True)
class _Sized:
    """A size in pixels or px², with its budget."""

    value: float
    lines: tuple[BudgetLine, ...]

    def measurement(self, what: str, unit: tuple[float, str], method: str, scene: Scene) -> Measurement:
        """The same in the unit of the ground: how many of it a pixel has, and its name."""
        per_px, name = unit
        lines = tuple(replace(line, sigma=line.sigma * per_px) for line in self.lines)
        quantity = Quantity(self.value * per_px, total(lines), name)
        return Measurement(what, quantity, lines, method, (scene.id,))


def _area(
    shapes: Sequence[BaseGeometry],
    extents: Sequence[Extent],
    hand: _Hand,
    grid: Grid,
    options: MeasureOptions,
) -> _Sized:
    """Area: a vertex pulls on its two edges, a habit on all edges, the hidden strip on one side."""
    own = float(np.mean([_spread_of_area(shape, hand.vertex) for shape in shapes]))
    around = float(np.mean([shape.length for shape in shapes]))
    across = float(np.mean([(extent.length + extent.width) / 2 for extent in extents]))
    values = [float(shape.area) for shape in shapes]
    value, lines = combine(values, hand.analysts, own, hand.habit * around, "vertices")
    return _Sized(value, (*lines, *_common(hand, across, 2 * value, grid, options)))


def _side(
    values: Sequence[float], pulls: Sequence[float], hand: _Hand, grid: Grid, options: MeasureOptions
) -> _Sized:
    """Length or width: a habit pulls on both ends, the hidden strip on one."""
    own = float(np.mean(pulls)) * hand.vertex
    value, lines = combine(values, hand.analysts, own, 2 * hand.habit, "vertices")
    return _Sized(value, (*lines, *_common(hand, 1.0, value, grid, options)))


def _common(
    hand: _Hand, hidden_by: float, scaled: float, grid: Grid, options: MeasureOptions
) -> list[BudgetLine]:
    """What no hand is to blame for; hidden_by, scaled: what the hidden edge and an error of the scale are multiplied with."""
    aslant = [BudgetLine(OFF_NADIR, hand.hidden * hidden_by, False)] if hand.hidden else []
    placed = [BudgetLine(PLACEMENT, hand.placement * scaled, True)] if hand.placement else []
    return [*aslant, *placed, BudgetLine(SCALE, relative_scale(grid, options) * scaled, True)]


def measure_line(
    tracings: Sequence[Tracing],
    grid: Grid,
    scene: Scene,
    what: str = "length",
    options: MeasureOptions | None = None,
) -> Measurement:
    """
    Length of a line that a person drew, once or several times, along all its bends.

    tracings: lines, grid coordinates. Refused where it is shorter than three pixels of the scene.
    """
    options = options or MeasureOptions()
    scene_px = scene_pixel(scene, grid)
    for tracing in tracings:
        check_drawn(tracing.geometry, grid, scene, LineString)
    check_same(tracings)
    shapes = [to_pixels(tracing.geometry, grid) for tracing in tracings]
    method = f"line drawn by hand on {scene.id}{say_drawings(tracings)}"
    if min(shape.length for shape in shapes) < options.min_side_px * scene_px:
        why = f"it is shorter than {options.min_side_px:g} pixels of {scene.id}"
        return Measurement(what, None, (), method, (scene.id,), refused=why)
    own = float(np.mean([_spread_of_length(shape, VERTEX_PX * scene_px) for shape in shapes]))
    value, hands = combine(
        [float(shape.length) for shape in shapes],
        [tracing.analyst for tracing in tracings],
        own,
        2 * HABIT_PX * scene_px,
        "endpoints",
    )
    per_px, unit = unit_length(grid)
    stretched = scale_error(scene)
    lines = (
        *(replace(line, sigma=line.sigma * per_px) for line in hands),
        *([BudgetLine(PLACEMENT, stretched * value * per_px, True)] if stretched else []),
        BudgetLine(SCALE, relative_scale(grid, options) * value * per_px, True),
    )
    return Measurement(what, Quantity(value * per_px, total(lines), unit), lines, method, (scene.id,))


def held_by_hand(
    each: Sequence[Measurement],
    tracings: Sequence[Tracing],
    grid: Grid,
    scene: Scene,
    shift_px: tuple[float, float] | None,
    of: OutlineOf | None = None,
    height_m: tuple[float, float] | None = None,
) -> Measurement:
    """
    One distance from those of each drawing to something that was not drawn on this scene.

    each: as many as tracings, with no error of the drawn edge in them: that of the hands is put in here, and that
    of where the scene lies. shift_px: by which the scene was found to lie off the others, its pixels; None: it
    was not compared with them. of: which outline was drawn; height_m: how high it is with one sigma, if that was
    measured: seen aslant, a roof leans away from where it stands, and a base is hidden in part.
    """
    first = each[0]
    assert first.quantity is not None
    scene_m = scene_pixel(scene, grid) * unit_length(grid)[0]
    value, hands = combine(
        [size.quantity.value for size in each if size.quantity is not None],
        [tracing.analyst for tracing in tracings],
        VERTEX_PX * scene_m,
        HABIT_PX * scene_m,
        "vertices",
    )
    off = max(float(np.hypot(*shift_px) / np.sqrt(2)), PLACED_PX) if shift_px else UNPLACED_PX
    if shift_px is None:
        off = max(off, position_error(scene))
    others = _means_of([size.budget for size in each])
    lean = _lean(scene, grid, of, height_m)
    aslant = [BudgetLine(OFF_NADIR, lean, False)] if lean else []
    lines = (*hands, BudgetLine(REGISTRATION, off * scene_m, True), *aslant, *others)
    sigma = total(lines)
    method = f"{first.method}, {_outline(of)} drawn by hand on {scene.id}{say_drawings(tracings)}"
    return replace(
        first,
        quantity=Quantity(value, sigma, first.quantity.unit, unsigned(value, sigma, first.quantity)),
        budget=lines,
        method=method + _say_lean(scene, of, lean),
        scene_ids=(scene.id,),
    )


def unsigned(value: float, sigma: float, like: Quantity) -> tuple[float, float] | None:
    """95 % bounds of a distance that cannot fall below zero, if `like` has such; else None."""
    return None if like.bounds is None else (max(value - Z95 * sigma, 0.0), value + Z95 * sigma)


def _means_of(budgets: Sequence[Sequence[BudgetLine]]) -> list[BudgetLine]:
    """Lines that all budgets have in the same order, each with its mean; an edge without error is left out."""
    means = [
        replace(lines[0], sigma=float(np.mean([line.sigma for line in lines])))
        for lines in zip(*budgets, strict=True)
    ]
    return [line for line in means if line.name != EDGE or line.sigma > 0]


def _lean(scene: Scene, grid: Grid, of: OutlineOf | None, height_m: tuple[float, float] | None) -> float:
    """
    One-sigma error of a distance because the scene was seen aslant, m; 0 where that is not known or not said.

    A roof may lean either way along the distance, and of a base any edge may be the hidden one.
    """
    options = MeasureOptions()
    if of is None or scene.view_off_nadir is None or pixel_m(grid) is None:
        return 0.0
    if of is OutlineOf.BASE:
        return hidden_strip(scene, grid, options) * unit_length(grid)[0]
    lean = np.hypot(*(height_m or options.height_m)) * abs(np.tan(np.radians(scene.view_off_nadir)))
    return float(lean / np.sqrt(2))


def _say_lean(scene: Scene, of: OutlineOf | None, lean: float) -> str:
    if of is not None and scene.view_off_nadir is None:
        return "; the view angle is not known, so no lean is counted"
    if not scene.view_off_nadir:
        return ""
    seen = f"; seen {abs(scene.view_off_nadir):.0f}° off nadir"
    return seen if lean else f"{seen}, which is not counted: {_why_no_lean(of)}"


def _why_no_lean(of: OutlineOf | None) -> str:
    return "nobody said whether a roof or a base was drawn" if of is None else "the scale is not known"


def _outline(of: OutlineOf | None) -> str:
    return "outline" if of is None else f"{of.value} outline"


def check_drawn(outline: BaseGeometry, grid: Grid, scene: Scene, *kinds: type[BaseGeometry]) -> None:
    """
    Raise BadGeometry unless a drawing is of the kinds wanted, whole, and on the scene it was drawn on.

    outline: grid coordinates.
    """
    if not isinstance(outline, kinds):
        wanted = "line" if LineString in kinds else "polygon"
        raise BadGeometry(f"a size needs a {wanted}, not a {outline.geom_type}", f"Draw a {wanted}.")
    if outline.is_empty:
        raise BadGeometry("the outline encloses nothing")
    if isinstance(outline, LineString):
        if not outline.length > 0:
            raise BadGeometry("the line has no length", "Draw it from one end to the other.")
    elif not outline.is_valid:
        raise BadGeometry("the outline crosses itself")
    elif not outline.area > 0:
        raise BadGeometry("the outline encloses nothing")
    rows, cols = scene.shape
    there = outline
    if grid.crs is not None and scene.crs is not None and scene.transform is not None:
        own = replace(grid, crs=scene.crs, transform=scene.transform)
        there = to_pixels(reproject(outline, grid.crs, scene.crs), own)
    if not there.within(box(0, 0, cols, rows).buffer(0.5)):
        raise BadGeometry(
            f"the drawing reaches beyond scene {scene.id}",
            "Name the scene that it was drawn on; in a file longitude comes first, then latitude.",
        )


def scene_pixel(scene: Scene, grid: Grid) -> float:
    """Size of the scene's own pixel in pixels of the grid; the frames of a viewport are the grid."""
    for size, where in ((scene.gsd_m, f"scene {scene.id}"), (grid.gsd_m, "the grid of the site")):
        if size is not None and not size > 0:
            raise BadInput(
                f"{where} has a pixel size of {size:g} m", "Give gsd_m above zero, and add it again."
            )
    if grid.crs is None or not scene.gsd_m or not grid.gsd_m:
        return 1.0
    return float(scene.gsd_m / grid.gsd_m)


def hidden_strip(scene: Scene, grid: Grid, options: MeasureOptions) -> float:
    """
    One-sigma error of the far edge of a base that the building itself hides, pixels of the grid.

    The edge lies anywhere within the lean of a building of usual height; 0 where the view is not known.
    """
    metre, _ = unit_length(grid)
    if scene.view_off_nadir is None or grid.gsd_m is None:
        return 0.0
    lean = float(np.hypot(*options.height_m)) * abs(np.tan(np.radians(scene.view_off_nadir)))
    return float(lean / np.sqrt(12) / metre)


def _spread_of_area(shape: BaseGeometry, vertex: float) -> float:
    """One sigma of the area if each vertex errs by itself: half of it times the root of squared chords."""
    squares = 0.0
    for piece in shape.geoms if isinstance(shape, MultiPolygon) else [shape]:
        for ring in (piece.exterior, *piece.interiors):
            here = np.asarray(ring.coords)[:-1, :2]
            squares += float(np.sum((np.roll(here, -1, axis=0) - np.roll(here, 1, axis=0)) ** 2))
    return vertex * float(np.sqrt(squares)) / 2


def _spread_of_length(shape: BaseGeometry, vertex: float) -> float:
    """One sigma of a line's length if each vertex errs by itself: at a bend, by how far it turns."""
    steps = np.diff(np.asarray(shape.coords)[:, :2], axis=0)
    steps = steps[np.hypot(*steps.T) > 0]
    along = steps / np.hypot(*steps.T)[:, None]
    pulls = np.concatenate([along[:1], np.diff(along, axis=0), along[-1:]])
    return vertex * float(np.sqrt(np.sum(pulls**2)))


def footprint_of(outline: BaseGeometry, grid: Grid, sigma: float, scene: Scene) -> Footprint | None:
    """
    An outline and the one-sigma error of its vertices, grid units, as a footprint.

    None unless it is one polygon without courtyards: a footprint is one ring.
    """
    if not isinstance(outline, Polygon) or outline.interiors:
        return None
    ring = tuple((float(x), float(y)) for x, y, *_ in outline.exterior.coords[:-1])
    return Footprint(ring, grid.crs, sigma, scene.id)
