"""
Refit an outline that a person drew in a hurry to the edges of one sharp image.

Every edge of the outline may move along its normal and turn a little. What the image tells of each place is weighed
with how people err (`rims`, `hurry`). The outline is the mean over all places weighted by both, its error their
spread (`walks`); so a second edge that would do as well widens the error, and one that would do too well is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely.affinity import translate
from shapely.geometry import Polygon

from siteline.measure.area import unit_area
from siteline.measure.blur import Array
from siteline.measure.budget import EDGE, FLOOR, PSF, SCALE, relative_scale, total
from siteline.measure.fitted.ground import box_of
from siteline.measure.hand.drawn import footprint_of
from siteline.measure.length import unit_length
from siteline.measure.options import MeasureOptions
from siteline.measure.sharp.crests import border_of, settle
from siteline.measure.sharp.edges import (
    DEGREE,
    Edges,
    corners_of,
    edges_of,
    right_angled,
    rings_of,
    signed_area,
    slant_of,
)
from siteline.measure.sharp.hurry import TURNS, reach_of
from siteline.measure.sharp.rims import NEAR_PX, WEIGHTS, Mask, gain, pixels_in, read_edges, seen_beside
from siteline.measure.sharp.walks import walk
from siteline.measure.stack import from_pixels, to_pixels
from siteline.model.errors import BadGeometry, BadSetting, NotMeasured
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.place import Footprint
from siteline.model.quantity import Quantity
from siteline.raster.grid import units_per_pixel

_REMEDY = "Draw the outline more closely, use another image, or measure it as drawn."


@dataclass(frozen=True, slots=True)
class RefineOptions:
    """When a refitted outline is refused, and the floor of its error."""

    min_side_px: float = 5.0
    """A narrower outline cannot be refitted."""

    min_area_px: float = 60.0
    min_usable: float = 0.75
    """Share of the pixels in and around the outline that the image must show."""

    min_seen_beside: float = 0.75
    """The same of the pixels beside each edge, where it is drawn and where it is found; an edge in a gap is not seen."""

    min_contrast: float = 0.02
    """Step of colour across the border, in units of the image (0–1), median over its length, best band."""

    min_support: float = 0.30
    """Share of the border that must lie on a step of colour."""

    max_spread: float = 0.14
    """Relative one-sigma spread of the area over all places that fit, beyond which it is refused."""

    max_disagreement: float = 0.10
    """Relative difference between searches that start from a small and from a large outline."""

    spread_factor: float = 1.0
    """By how much the spread is widened: edges of one roof are not wholly independent of each other."""

    floor: float = 0.07
    """
    Relative one-sigma error of an area that remains: what of eaves, annexes and lean counts as roof. Such that 95 %
    intervals hold the outlines of a map, whose own error is within it.
    """

    floor_edge_px: float = 0.1
    """The same as a shift of all edges together, pixels."""

    psf_edge_px: float = 0.05
    """Shift of all edges by an unknown blur, pixels; the same in all measurements on an image."""

    def __post_init__(self) -> None:
        if min(self.min_side_px, self.min_area_px, self.max_spread, self.spread_factor) <= 0:
            raise BadSetting(
                "min_side_px, min_area_px, max_spread and spread_factor must be above zero",
                "Leave them out of RefineOptions(...) to measure with what it comes with.",
            )


@dataclass(frozen=True, slots=True)
class Refined:
    """An outline refitted to the edges of one image, and how far to trust it."""

    outline_px: Polygon
    edge_sigma_px: tuple[float, ...]
    """One-sigma error of each edge along its normal, in the order of the outline's vertices, pixels."""

    area_sigma_px: float
    """One-sigma spread of the area over all places that fit, px²; without floor, blur and scale."""

    sides_px: tuple[float, float]
    """Length and width of the smallest rectangle around it, pixels."""

    sides_sigma_px: tuple[float, float]
    support: float
    """Share of the border that lies on a step of colour, 0–1."""

    contrast: float
    """Step of colour across the border, median over its length, best band; units of the image."""

    disagreement: float
    """Relative difference of area between searches that start small and large."""


def refine_outline(
    values: Array, usable: Mask, outline_px: Polygon, options: RefineOptions | None = None
) -> Refined:
    """
    The true outline of the roof that a hurried outline means.

    values: (y, x, band), reflectance or relative 0–1; usable: (y, x); outline_px: pixels, corner of the first
    one at (0, 0). It may be too large or small by a fifth, off by some pixels, and turned by five degrees; its
    corners are kept, and right angles stay right. Raises NotMeasured where the image does not say.
    """
    options = options or RefineOptions()
    values, usable, outline_px, corner = _window(values, usable, outline_px)
    _check(usable, outline_px, options)
    drawn = edges_of(right_angled(corners_of(outline_px)))
    _check_edges(usable, drawn, reach_of(drawn) / 2, options)
    places, figures, possible = read_edges(values, usable, outline_px, drawn)
    told = figures @ WEIGHTS * gain(drawn.length)[:, None]
    turns, offsets = walk(told, possible, places, drawn)
    return _conclude(values, usable, drawn, turns, offsets, corner, options)


def measure_refined(
    values: Array,
    usable: Mask,
    outline: Polygon,
    grid: Grid,
    scene: Scene,
    options: MeasureOptions | None = None,
    refine: RefineOptions | None = None,
) -> tuple[Measurement, ...]:
    """
    Area, length and width of the roof that a hurried outline means, refitted to the edges of one scene.

    values: (y, x, band) of the scene on `grid`; usable: (y, x); outline: grid coordinates.
    Raises NotMeasured where the image does not tell the roof's edges.
    """
    options, refine = options or MeasureOptions(), refine or RefineOptions()
    found = refine_outline(values, usable, _polygon(to_pixels(outline, grid)), refine)
    method = f"outline drawn by hand on {scene.id}, refitted to its edges"
    area_px, border = float(found.outline_px.area), float(found.outline_px.length)
    metre, square = unit_length(grid), unit_area(grid)

    def sized(
        what: str, size: float, unit: tuple[float, str], parts: tuple[float, float, float], power: int
    ) -> Measurement:
        per_px, name = unit
        lines = (
            BudgetLine(EDGE, refine.spread_factor * parts[0] * per_px, False),
            BudgetLine(FLOOR, parts[1] * per_px, False),
            BudgetLine(PSF, parts[2] * per_px, True),
            BudgetLine(SCALE, power * relative_scale(grid, options) * size * per_px, True),
        )
        quantity = Quantity(size * per_px, total(lines), name)
        footprint = _footprint(found, grid, scene, total(lines[:3]) / per_px) if what == "area" else None
        return Measurement(what, quantity, lines, method, (scene.id,), footprint=footprint)

    floor = float(np.hypot(refine.floor * area_px, refine.floor_edge_px * border))
    sides = [
        (side, sigma, float(np.hypot(refine.floor * side / 2, 2 * refine.floor_edge_px)))
        for side, sigma in zip(found.sides_px, found.sides_sigma_px, strict=True)
    ]
    blur = 2 * refine.psf_edge_px
    return (
        sized("area", area_px, square, (found.area_sigma_px, floor, refine.psf_edge_px * border), 2),
        *(
            sized(what, side, metre, (sigma, least, blur), 1)
            for what, (side, sigma, least) in zip(("length", "width"), sides, strict=True)
        ),
    )


def _window(values: Array, usable: Mask, outline: Polygon) -> tuple[Array, Mask, Polygon, tuple[int, int]]:
    """The part of the image around the outline, floats, and the outline in it."""
    if values.ndim != 3 or usable.shape != values.shape[:2]:
        raise BadGeometry("an image of (y, x, band) and a mask of (y, x) are needed")
    if not outline.is_valid or not outline.area > 0:
        raise BadGeometry("the outline crosses itself or encloses nothing")
    left, top, right, bottom = outline.buffer(0.45 * np.sqrt(outline.area) + 14).bounds
    rows = slice(max(0, int(top)), max(0, int(np.ceil(bottom))))
    cols = slice(max(0, int(left)), max(0, int(np.ceil(right))))
    cut, seen = values[rows, cols].astype(np.float64), usable[rows, cols]
    seen = seen & np.isfinite(cut).all(axis=2)
    return cut, seen, translate(outline, -cols.start, -rows.start), (cols.start, rows.start)


def _check(usable: Mask, outline: Polygon, options: RefineOptions) -> None:
    width = box_of(outline)[-1]
    if width < options.min_side_px or outline.area < options.min_area_px:
        raise NotMeasured(
            f"the outline is {width:.1f} pixels wide and {outline.area:.0f} in all: too small to be refitted",
            "Use a sharper image, or measure the outline as drawn.",
        )
    if usable.size == 0:
        raise NotMeasured("the outline lies off the image", "Check the outline's coordinates.")
    around = outline.buffer(2.0)
    shown = np.count_nonzero(pixels_in(around, usable.shape) & usable) / around.area
    if shown < options.min_usable:
        raise NotMeasured(
            f"the image shows only {shown:.0%} of the outline and the ground beside it", "Use another image."
        )


def _check_edges(usable: Mask, edges: Edges, within_px: Array, options: RefineOptions) -> None:
    """Refuse an outline of which an edge lies in a gap of the image: what is filled in there has no edges."""
    hidden = np.count_nonzero(seen_beside(usable, edges, within_px) < options.min_seen_beside)
    if hidden:
        raise NotMeasured(
            f"{hidden} of the {len(edges.length)} edges of the outline lie{'s' if hidden == 1 else ''} where the image "
            "has no data, or none that can be used",
            "Use another image, or measure the outline as drawn.",
        )


def _conclude(
    values: Array,
    usable: Mask,
    drawn: Edges,
    turns: npt.NDArray[np.intp],
    offsets: Array,
    corner: tuple[int, int],
    options: RefineOptions,
) -> Refined:
    """The mean outline of all walks, gated by what they agree on and by what lies on its border."""
    rings = rings_of(drawn, TURNS[turns], offsets)
    areas = signed_area(rings)
    ring = rings_of(drawn, _common_turn(drawn, TURNS[turns]), offsets.mean(axis=(0, 1)))
    ring = settle(values, ring, offsets.std(axis=(0, 1)))
    outline = Polygon(ring)
    if not outline.is_valid or not signed_area(ring) > 0:
        raise NotMeasured("the edges that the image shows do not close to one outline", _REMEDY)
    by_chain = areas.mean(axis=0)
    half = len(by_chain) // 2
    disagreement = float(abs(by_chain[half:].mean() - by_chain[:half].mean()) / areas.mean())
    spread = float(areas.std())
    if spread > options.max_spread * outline.area or disagreement > options.max_disagreement:
        raise NotMeasured(
            f"more than one outline fits the image: areas differ by {max(spread / outline.area, disagreement):.0%}",
            _REMEDY,
        )
    found = edges_of(ring)
    _check_edges(usable, found, np.full(len(ring), NEAR_PX), options)
    support, contrast = border_of(values, usable, found)
    if support < options.min_support or contrast < options.min_contrast:
        raise NotMeasured(
            f"only {support:.0%} of the border lies on an edge of the image (contrast {contrast:.3f})",
            _REMEDY,
        )
    return Refined(
        outline_px=translate(outline, *corner),
        edge_sigma_px=tuple(float(s) for s in offsets.std(axis=(0, 1))),
        area_sigma_px=spread,
        sides_px=box_of(outline)[-2:],
        sides_sigma_px=_spread_of_sides(rings, outline),
        support=support,
        contrast=contrast,
        disagreement=disagreement,
    )


def _common_turn(edges: Edges, turns: Array) -> Array:
    """(edges,): each edge's mean turn; right angles of the drawn outline stay right."""
    each: Array = turns.mean(axis=(0, 1))
    right = np.abs(slant_of(edges)) < 0.1 * DEGREE
    if right.sum() < 2:
        return each
    weight = edges.length**1.5 * right
    common: Array = np.where(right, float(np.sum(weight * each) / weight.sum()), each)
    return common


def _spread_of_sides(rings: Array, outline: Polygon) -> tuple[float, float]:
    """One-sigma spread of length and width, px."""
    corners = np.asarray(outline.minimum_rotated_rectangle.exterior.coords)[:3, :2]
    axes = np.diff(corners, axis=0)
    spans = np.hypot(*axes.T)
    along = rings.reshape(-1, *rings.shape[-2:]) @ (axes / spans[:, None]).T
    spread = (along.max(axis=1) - along.min(axis=1)).std(axis=0)
    longer = int(np.argmax(spans))
    return float(spread[longer]), float(spread[1 - longer])


def _polygon(shape: object) -> Polygon:
    if not isinstance(shape, Polygon) or shape.interiors:
        raise BadGeometry("refitting needs one polygon without holes")
    return shape


def _footprint(found: Refined, grid: Grid, scene: Scene, area_sigma_px: float) -> Footprint | None:
    sigma_px = area_sigma_px / max(float(found.outline_px.length), 1e-9)
    return footprint_of(from_pixels(found.outline_px, grid), grid, sigma_px * units_per_pixel(grid), scene)
