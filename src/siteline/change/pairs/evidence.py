"""What speaks for one outline being a thing that stands at one date and not at the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.pairs.views import COLOURS_COUNT, View, new_edges

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

_SHADOW_M = np.array((1.5, 3.0))
_AROUND = np.array([(math.sin(a), math.cos(a)) for a in np.arange(8) * math.pi / 4])
_TURNS = np.arange(30) * math.pi / 60


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of the comparison: what `has` shows and `lacks` does not."""

    has: View
    lacks: View
    usual: Floats
    """(y, x) difference of colour that is usual on ground of this colour, in this pair."""

    edges: Mask
    """(y, x) edges that only `has` shows, one pixel wide on either side."""

    layers: Floats
    """(17, y, x): light, two colours, log of red, green and blue, roughness and darkness of either date; what is usual."""

    px_m: float

    @classmethod
    def of(cls, has: View, lacks: View, usual: Floats, px_m: float) -> Side:
        """Both dates, and what they usually differ by."""
        edges = ndimage.binary_dilation(new_edges(has, lacks))
        layers = [
            layer
            for view in (has, lacks)
            for layer in (*view.layers, *view.log_rgb, view.rough, view.dark.astype(np.float32))
        ]
        return cls(has, lacks, usual, edges, np.stack([*layers, usual]), px_m)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures of one outline; shares are 0–1."""

    area_m2: float
    change: float
    """Difference of colour over what is usual on such ground in this pair."""

    edges: float
    """Share of its outline along which a new edge runs."""

    slender: float
    """Length over width of its smallest enclosing rectangle."""

    right_angles: float
    """How much the edges along its outline keep to two directions at right angles."""

    shadow: float
    """Share of the ground beside it, on its most shaded side, that is dark at one date only."""

    smoother: float
    """Log of the texture that it lost."""

    green: float
    """Green minus the mean of red and blue, where it stands."""

    shade: float
    """How much it may itself be a shadow, 0–1."""

    lit: float
    """How much of it was dark at the other date, 0–1."""

    brighter: float
    """Log light against the other date."""


def usual_difference(a: View, b: View, quiet: Mask) -> Floats:
    """
    What two dates differ by where the ground of `b` is of a given colour, (y, x), by the pair's quiet ground.

    The median over pixels alike in light and green, held to that of the whole pair where there are few.
    """
    apart = np.sqrt(np.square((a.layers - b.layers) * COLOURS_COUNT[:, None, None]).sum(axis=0))
    whole = float(np.median(apart[quiet])) + 1e-3
    kind = np.clip(b.layers[0] * 6, 0, 5).astype(int) * 5 + np.clip((b.layers[2] + 0.1) * 25, 0, 4).astype(
        int
    )
    usual = np.full(30, whole)
    for value in np.unique(kind[quiet]):
        some = apart[quiet & (kind == value)]
        usual[value] = (float(np.median(some)) * some.size + whole * 2000) / (some.size + 2000)
    return np.asarray(usual[kind], np.float32)


def weigh(mask: Mask, rows: slice, cols: slice, side: Side) -> Evidence:
    """The figures of one outline; mask: (y, x) within rows and cols, which leave room around it."""
    y, x = np.nonzero(mask)
    has, lacks, usual = np.split(side.layers[:, rows, cols][:, y, x].mean(axis=1), (8, 16))
    change = float(np.linalg.norm((has - lacks)[:3] * COLOURS_COUNT)) / max(float(usual[0]), 1e-6)
    y, x = np.nonzero(rim_of(mask))
    steep, angle = side.has.slope[rows, cols][y, x], side.has.angle[rows, cols][y, x]
    fourfold = float(np.abs(np.sum(steep * np.exp(4j * angle))) / (steep.sum() + 1e-6))
    ratio = (has - lacks)[3:6].astype(np.float64)
    return Evidence(
        area_m2=float(np.count_nonzero(mask)) * side.px_m**2,
        change=change,
        edges=float(side.edges[rows, cols][y, x].mean()),
        slender=slenderness(y, x),
        right_angles=fourfold,
        shadow=_shadow_beside(mask, y, x, rows, cols, side),
        smoother=math.log((float(lacks[6]) + 0.01) / (float(has[6]) + 0.01)),
        green=float(has[2]),
        shade=max(_ramp(float(has[7]), 0.3, 0.7), _shade(ratio)),
        lit=_ramp(float(lacks[7]), 0.3, 0.7),
        brighter=float(ratio.mean()),
    )


def rim_of(mask: Mask) -> Mask:
    """Pixels of a mask with a neighbour outside it."""
    inner = np.zeros_like(mask)
    inner[1:-1, 1:-1] = mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    return np.asarray(mask & ~inner)


def _shade(ratio: NDArray[np.float64]) -> float:
    """How much a darkening is that of a shadow: all bands alike, blue a little less (the sky lights it), 0–1."""
    blue_less = float(ratio[2] - ratio[0])
    deep = 1 / (1 + math.exp(min((float(ratio.mean()) + 0.45) / 0.07, 50)))
    return deep * math.exp(-(((blue_less - 0.08) / 0.2) ** 2))


def _shadow_beside(
    mask: Mask, y: NDArray[np.intp], x: NDArray[np.intp], rows: slice, cols: slice, side: Side
) -> float:
    """Share of the strip beside an outline that is dark at one date only, on its most shaded side."""
    only_here = side.has.dark[rows, cols].astype(np.float32) - side.lacks.dark[rows, cols]
    down, right = (np.round(part[:, None] * _SHADOW_M / side.px_m).astype(int) for part in _AROUND.T)
    at_y = np.clip(y + down[..., None], 0, mask.shape[0] - 1)  # (direction, distance, pixel of the rim)
    at_x = np.clip(x + right[..., None], 0, mask.shape[1] - 1)
    beside = ~mask[at_y, at_x]
    number = np.count_nonzero(beside, axis=(1, 2))
    shaded = (only_here[at_y, at_x] * beside).sum(axis=(1, 2)) / np.maximum(number, 1)
    return float(max(0.0, shaded.max()))


def _ramp(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)


def slenderness(y: NDArray[np.intp], x: NDArray[np.intp]) -> float:
    """Length over width of the smallest rectangle that encloses a thing; from its rim's pixels."""
    along = np.stack([y, x], axis=1) @ np.stack([np.sin(_TURNS), np.cos(_TURNS)])
    across = np.stack([y, x], axis=1) @ np.stack([np.cos(_TURNS), -np.sin(_TURNS)])
    wide, high = np.ptp(along, axis=0) + 1, np.ptp(across, axis=0) + 1
    at = int(np.argmin(wide * high))
    return float(max(wide[at], high[at]) / min(wide[at], high[at]))
