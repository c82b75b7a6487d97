"""
What one sharp image tells of every place where an edge of an outline could lie.

A few figures tell how much a place looks like the rim of a roof: a step of colour that keeps its sign over the whole
length, ground of other colours beyond it, roof within. Their weights were learned (`python -m bench.roofs tune`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates
from shapely import contains_xy
from shapely.affinity import scale
from shapely.geometry import Polygon

from siteline.measure.blur import Array
from siteline.measure.sharp.edges import Edges, outward_of, turn_by
from siteline.measure.sharp.hurry import TURNS, reach_of

Mask = npt.NDArray[np.bool_]

STEP_PX = 0.5
"""Distance of the places that are tried for an edge."""

NEAR_PX, FAR_PX = 2.0, 4.0
"""Widths of the strips on either side of an edge that are compared, pixels."""

PAD = int(FAR_PX / STEP_PX) + 2
"""So many places more on both sides are read, for the strips beside the outermost ones."""

SOFTEN_PX = 0.35
"""Blur against single-pixel noise before anything is read off, pixels."""

FIGURES = (
    "step, narrow",
    "step, wide",
    "step in hue",
    "step of either sign",
    "narrow step against the strongest nearby",
    "wide step against the strongest nearby",
    "share of the length with a crest here",
    "darker beyond",
    "roof colours within, not beyond",
    "roof colours all the way out to here",
    "roof colours beyond",
)
"""What is told of every place of an edge."""

WEIGHTS: Array = np.array([1.24, -0.78, 2.25, 1.48, 0.74, -1.12, 4.37, 0.84, 3.29, 0.56, 0.41])
"""One for each of FIGURES, learned on the tuning half of `bench.roofs`."""


def read_edges(values: Array, usable: Mask, outline: Polygon, edges: Edges) -> tuple[Array, Array, Mask]:
    """
    What the image tells of every place where an edge could lie.

    Returns places (places,), offsets along the normal, px; figures (turns, edges, places, FIGURES); and which
    of the places are possible at all (turns, edges, places).
    """
    reach = reach_of(edges)
    count = int(np.ceil(reach.max() / STEP_PX))
    places: Array = np.linspace(-count * STEP_PX, count * STEP_PX, 2 * count + 1)
    layers, unit = _layers(values, usable, outline)
    layers = np.concatenate([layers, usable[..., None]], axis=2)
    shape = (len(TURNS), len(edges.length), len(places))
    figures, possible = np.zeros((*shape, len(FIGURES))), np.zeros(shape, dtype=bool)
    for i in range(len(edges.length)):
        allowed = (np.abs(places) <= reach[i] + 1e-9) & (places >= -0.7 * abs(edges.distance[i]))
        strip, seen = strip_beside(layers, edges, i, count)
        figures[:, i] = _figures(strip[..., :-1], unit, allowed, count, float(reach[i]))
        seen = np.minimum(
            seen, strip[..., PAD:-PAD, -1].mean(axis=1)
        )  # gaps are filled in for the figures only
        possible[:, i] = allowed & (seen > 0.6)
    return places, figures, possible


def seen_beside(usable: Mask, edges: Edges, within_px: Array) -> Array:
    """(edges,): share of the pixels within so many of each edge, to either side, of which the image shows anything."""
    shown = usable[..., None].astype(np.float64)
    shares = np.ones(len(edges.length))
    for i in range(len(edges.length)):
        count = max(1, int(np.ceil(within_px[i] / STEP_PX)))
        strip, _ = strip_beside(shown, edges, i, count, np.zeros(1))
        shares[i] = strip[0, :, PAD:-PAD, 0].mean()
    return shares


def gain(length: Array) -> Array:
    """How much an edge has to say: pixels beside each other say much the same, and a long edge repeats itself."""
    told: Array = np.sqrt(np.clip(length, 1, 40) / 20)
    return told


def strip_beside(
    layers: Array, edges: Edges, i: int, count: int, turns: Array = TURNS
) -> tuple[Array, Array]:
    """
    What lies beside an edge's middle four fifths, for every turn of it.

    layers: (y, x, layers); count: places to either side. Returns (turns, along, across, layers), across from the
    inside outward and PAD places further than asked for; and (turns, places), the share that lies in the image.
    """
    along = int(np.clip(np.ceil(0.8 * edges.length[i]), 3, 80))
    at = ((np.arange(along) + 0.5) / along - 0.5) * 0.8 * edges.length[i]
    across = np.arange(-count - PAD, count + PAD + 1) * STEP_PX
    angle = edges.angle[i] + turns
    middle = edges.centre + turn_by(edges.middle[i] - edges.centre, turns)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    where = (
        middle[:, None, None]
        + direction[:, None, None] * at[None, :, None, None]
        + outward_of(angle)[:, None, None] * across[None, None, :, None]
    )
    places = np.stack([where[..., 1] - 0.5, where[..., 0] - 0.5])
    read = np.stack(
        [
            map_coordinates(layers[..., k], places, order=1, mode="nearest", output=np.float64)
            for k in range(layers.shape[2])
        ],
        axis=-1,
    )
    rows, cols = layers.shape[:2]
    in_image = (places[0] > -0.5) & (places[0] < rows - 0.5) & (places[1] > -0.5) & (places[1] < cols - 0.5)
    return read, in_image.mean(axis=1)[:, PAD:-PAD]


def crests_in(step: Array, reach: int, unit: float = 1.0) -> Mask:
    """Where a step is about the largest among so many neighbours to either side on the last axis, and no mere noise."""
    largest = step.copy()
    for k in range(1, reach + 1):
        largest[..., k:] = np.maximum(largest[..., k:], step[..., :-k])
        largest[..., :-k] = np.maximum(largest[..., :-k], step[..., k:])
    crest: Mask = (step >= 0.92 * largest) & (step > 0.15 * unit)
    return crest


def softened(values: Array, sigma_px: float = SOFTEN_PX) -> Array:
    """(y, x, band): every band blurred."""
    soft: Array = gaussian_filter(values, (sigma_px, sigma_px, 0), mode="nearest")
    return soft


def pixels_in(outline: Polygon, shape: tuple[int, ...]) -> Mask:
    """(y, x): pixels of an image of this shape whose middles lie in the outline."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    within: Mask = contains_xy(outline, x, y)
    return within


def _layers(values: Array, usable: Mask, outline: Polygon) -> tuple[Array, float]:
    """(y, x, layers): brightness, what each band differs from it, likeness to the roof; and the unit of a step."""
    if not usable.all():
        nearest = distance_transform_edt(~usable, return_distances=False, return_indices=True)
        values = values[nearest[0], nearest[1]]
    soft = softened(values)
    bright = soft.mean(axis=2)
    like = gaussian_filter(_likeness(soft, usable, outline), 0.7)
    left, top, right, bottom = outline.buffer(0.2 * np.sqrt(outline.area) + 4).bounds
    near = (slice(max(0, int(top)), int(bottom) + 1), slice(max(0, int(left)), int(right) + 1))
    seen = bright[near][usable[near]]
    unit = float(seen.std()) + 1e-9
    return np.concatenate([bright[..., None], soft - bright[..., None], like[..., None]], axis=2), unit


def _likeness(values: Array, usable: Mask, outline: Polygon) -> Array:
    """(y, x): logarithm of how much likelier a pixel's colour is on the roof than around it, within ±3."""
    size = float(np.sqrt(outline.area))
    margin = 0.13 * size + 2
    within = pixels_in(scale(outline, 0.72, 0.72, origin="centroid"), usable.shape) & usable
    around = pixels_in(outline.buffer(margin + max(6.0, 0.3 * size)), usable.shape) & usable
    around &= ~pixels_in(outline.buffer(margin), usable.shape)
    if within.sum() < 10 or around.sum() < 10:
        return np.zeros(usable.shape)
    both = np.concatenate([values[within], values[around]])
    mean = both.mean(axis=0)
    axes = np.linalg.svd(both - mean, full_matrices=False)[2][:3]
    low, high = np.percentile((both - mean) @ axes.T, (1, 99), axis=0)
    cell = max(float((high - low).max()) / 14, 1e-9)
    shape = np.clip(np.ceil((high - low) / cell).astype(int) + 1, 1, 15)

    def cells(colours: Array) -> tuple[npt.NDArray[np.intp], ...]:
        at = np.clip(((colours - mean) @ axes.T - low) / cell, 0, shape - 1)
        return tuple(at.astype(np.intp).T)

    def share(colours: Array) -> Array:
        counts = np.zeros(shape)
        np.add.at(counts, cells(colours), 1.0)
        smooth: Array = gaussian_filter(counts, 0.8, mode="nearest") / len(colours)
        return smooth

    rest = 0.25 / float(np.prod(shape)) + 1e-3
    ratio = np.log((share(values[within]) + rest) / (share(values[around]) + rest))
    likeness: Array = np.clip(ratio[cells(values.reshape(-1, values.shape[2]))].reshape(usable.shape), -3, 3)
    return likeness


def _figures(strip: Array, unit: float, allowed: Mask, count: int, reach: float) -> Array:
    """(turns, places, FIGURES) from the strip beside an edge."""
    middle = np.arange(PAD, strip.shape[2] - PAD)
    summed = np.concatenate([np.zeros_like(strip[:, :, :1]), np.cumsum(strip, axis=2)], axis=2)

    def sides(width: float) -> tuple[Array, Array]:
        k = int(width / STEP_PX)
        beyond = (summed[:, :, middle + k + 1] - summed[:, :, middle + 1]) / k
        within = (summed[:, :, middle] - summed[:, :, middle - k]) / k
        return beyond, within

    beyond, within = sides(NEAR_PX)
    far_beyond, far_within = sides(FAR_PX)
    near, far = beyond - within, far_beyond - far_within
    bright, hue = near[..., 0], near[..., 1:-1]
    hue_step = np.sqrt((hue.mean(axis=1) ** 2).mean(axis=-1)) / unit
    step = np.hypot(bright.mean(axis=1) / unit, hue_step)
    far_hue = (far[..., 1:-1].mean(axis=1) ** 2).mean(axis=-1)
    far_step = np.sqrt(far[..., 0].mean(axis=1) ** 2 + far_hue) / unit
    each = np.sqrt(bright**2 + (hue**2).mean(axis=-1)) / unit
    crest = crests_in(each, 3)
    roof = np.cumsum(strip[..., -1].mean(axis=1), axis=1)[:, middle] * STEP_PX
    return np.stack(
        [
            np.log1p(2 * step),
            np.log1p(2 * far_step),
            np.log1p(2 * hue_step),
            np.log1p(2 * each.mean(axis=1)),
            step / max(float(step[:, allowed].max()), 0.05),
            far_step / max(float(far_step[:, allowed].max()), 0.05),
            crest.mean(axis=1),
            np.clip(-bright.mean(axis=1) / unit, -1.5, 1.5),
            (within[..., -1] - beyond[..., -1]).mean(axis=1) / 3,
            (roof - roof[:, count : count + 1]) / max(reach, 3.0) / 3,
            np.clip(far_beyond[..., -1].mean(axis=1), -2, 2) / 2,
        ],
        axis=-1,
    )
