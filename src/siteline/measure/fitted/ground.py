"""The ground around a building: a plane, and a step for each of its sides; and the blocks in which its texture is counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from siteline.measure.blur import Array
from siteline.measure.stack import Stack

BLOCK_PX = 4
"""Texture closer together than this is taken as one accident, pixels."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Smooth functions that describe the ground: a plane, and a step for each side of the building."""

    basis: Array
    """(pixels, functions)."""

    slope: Array
    """(pixels, 2): the plane's x and y alone, for the roof."""

    ridge: Array
    """(functions,): how tightly each is held to zero, in units of the noise."""

    @classmethod
    def around(cls, outline_px: BaseGeometry, stack: Stack) -> Ground:
        """Sides are those of the smallest rectangle around the outline."""
        cx, cy, angle, length, width = box_of(outline_px)
        away = stack.pixels - (cx, cy)
        along, across = (np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))
        u, v = away @ along, away @ across
        scale = 0.5 * max(length, width) + 3
        beyond_u, beyond_v = np.abs(u) - length / 2, np.abs(v) - width / 2
        end = _soft(beyond_u - beyond_v)
        east, south = _soft(u), _soft(v)
        sides = np.stack([end * east, end * (1 - east), (1 - end) * south, (1 - end) * (1 - south)], axis=1)
        plane = np.concatenate([np.ones((len(u), 1)), away / scale], axis=1)
        ridge = np.array([1e-6, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05])
        return cls(np.concatenate([plane, sides], axis=1), away / scale, ridge)

    def at(self, kept: npt.NDArray[np.bool_]) -> Ground:
        """The same ground on some of the pixels."""
        return Ground(self.basis[kept], self.slope[kept], self.ridge)


def _soft(x: Array) -> Array:
    """From 0 to 1 over a few pixels."""
    result: Array = 0.5 * (1 + np.tanh(x / 1.5))
    return result


def blocks_of(pixels: Array) -> npt.NDArray[np.intp]:
    """Number of the block of ground that each pixel lies in."""
    rough = np.floor(pixels / BLOCK_PX).astype(int)
    rough -= rough.min(axis=0)
    numbers: npt.NDArray[np.intp] = rough[:, 0] * (rough[:, 1].max() + 1) + rough[:, 1]
    return numbers


def box_of(outline: BaseGeometry) -> tuple[float, float, float, float, float]:
    """Centre, angle, length and width of the smallest rectangle around an outline, px."""
    ring = np.asarray(outline.minimum_rotated_rectangle.exterior.coords)[:4]
    first, second = ring[1] - ring[0], ring[2] - ring[1]
    if np.hypot(*first) < np.hypot(*second):
        first, second = second, first
    centre = ring.mean(axis=0)
    angle = float(np.arctan2(first[1], first[0]))
    return float(centre[0]), float(centre[1]), angle, float(np.hypot(*first)), float(np.hypot(*second))
