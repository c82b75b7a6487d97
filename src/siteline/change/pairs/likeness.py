"""How much a rectangle looks like a building at one date and like none at the other."""

from __future__ import annotations

import math

import numpy as np

from siteline.change.pairs.rectangles import Floats, Seen
from siteline.change.pairs.views import COLOURS_COUNT

NAMES = (
    "closed",
    "parted",
    "parted then",
    "edge all round",
    "edge",
    "edge then",
    "new edge all round",
    "new edge",
    "changed",
    "ground changed",
    "changed apart",
    "green",
    "green then",
    "light",
    "dark",
    "dark then",
    "rough",
    "rougher",
    "alike",
    "shadow",
    "shadow beyond",
    "large",
    "larger",
    "slender",
    "lines inside",
    "lines inside then",
    "green beside",
    "greener beside",
    "darker than beside",
    "at the brim",
)
"""Of the figures, in order; `then` is the date that lacks it."""


def figures_of(seen: Seen, has: int, px_m: float) -> Floats:
    """
    (30, n) what speaks for and against a building that only date `has` shows, each bounded, in the order of NAMES.

    A side counts by its weakest: what runs on beyond one end is a road, a field, or half a roof.
    """
    lacks = 1 - has
    count = COLOURS_COUNT[:, None]
    inside = [seen.inside[1 + 3 * date : 4 + 3 * date] for date in (0, 1)]
    beside = [seen.strips[:, 1 + 3 * date : 4 + 3 * date] for date in (0, 1)]
    there = np.where(
        seen.strips[:, 0] > 0.3, np.float32(1), np.float32(np.nan)
    )  # a side that lies outside says nothing
    apart = [np.linalg.norm((inside[d] - beside[d]) * count, axis=1) * there for d in (0, 1)]
    usual = np.maximum(seen.inside[11], 1e-3)
    changed = np.linalg.norm((inside[has] - inside[lacks]) * count, axis=0) / usual
    moved = beside[has] - beside[lacks]
    ground = np.linalg.norm(moved * count, axis=1) / usual * there
    parted = np.linalg.norm((inside[has] - inside[lacks] - moved) * count, axis=1) / usual * there
    lines = seen.lines
    green, green_beside = inside[has][2], _mean(beside[has][:, 2] * there)
    dark = seen.inside[7:9]
    shadow = (seen.strips[:, 7 + has] - seen.strips[:, 7 + lacks]) * there
    ordered = np.sort(np.nan_to_num(shadow, nan=-1.0), axis=0)
    both = seen.inside[12] / np.sqrt(seen.inside[13] * seen.inside[14] + 1e-8)
    area = seen.length * seen.width * px_m**2
    rough, rough_then = seen.inside[9 + has], seen.inside[9 + lacks]
    within = [(seen.inside[15 + d] + seen.inside[19 + d]) / 2 for d in (0, 1)]
    full = np.ones_like(usual)
    return np.stack(
        [
            _up_to(_least(apart[has]), 0.06),
            _up_to(_mean(apart[has]), 0.12),
            _up_to(_mean(apart[lacks]), 0.12),
            _least(lines[:, has] * there),
            _mean(lines[:, has] * there),
            _mean(lines[:, lacks] * there),
            _least(lines[:, 2 + has] * there),
            _mean(lines[:, 2 + has] * there),
            _up_to(changed, 2.0),
            _up_to(_mean(ground), 2.0),
            _up_to(_least(parted), 1.5),
            _between(green, -0.03, 0.08),
            _between(inside[lacks][2], -0.03, 0.08),
            np.clip(inside[has][0], 0, 1),
            dark[has],
            dark[lacks],
            _up_to(rough, 0.08),
            np.clip(np.log((rough + 0.01) / (rough_then + 0.01)), -1.5, 1.5),
            np.clip(both, -0.5, 1),
            np.clip(ordered[-1], 0, 1),
            np.clip(ordered[-2], 0, 1),
            full * math.log(area / 200),
            full * math.log(area / 200) ** 2,
            full * math.log(seen.length / seen.width),
            within[has],
            within[lacks],
            _between(green_beside, -0.03, 0.08),
            np.clip((green_beside - green) / 0.06, -1, 1),
            np.clip(_mean(beside[has][:, 0] * there) - inside[has][0], -0.4, 0.4),
            1 - seen.known,
        ]
    )


def _up_to(value: Floats, half: float) -> Floats:
    return np.asarray(value / (value + half))


def _between(value: Floats, low: float, high: float) -> Floats:
    return np.asarray(np.clip((value - low) / (high - low), 0, 1))


def _least(sides: Floats) -> Floats:
    """The weakest side, (n,)."""
    return np.asarray(np.nan_to_num(np.fmin.reduce(sides, axis=0)))


def _mean(sides: Floats) -> Floats:
    number = np.isfinite(sides).sum(axis=0)
    return np.asarray(np.nansum(sides, axis=0) / np.maximum(number, 1))
