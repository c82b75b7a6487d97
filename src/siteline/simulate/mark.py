"""The word SIMULATED, burned across every picture, so that none can pass for a real one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, unary_union
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from siteline.simulate.coverage import Floats, Raster, cover

WORD = "SIMULATED"
STRENGTH = 0.30
"""How much darker the letters are in the pixels of a scene: a factor, equal in every band and look."""

_ADVANCE = 0.80  # from letter to letter, in letter heights
_STROKE = 0.10  # width of a stroke, in letter heights


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> list[tuple[float, float]]:
    turns = np.radians(np.linspace(start, end, 13))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in turns]


_LETTERS: dict[str, list[list[tuple[float, float]]]] = {
    "S": [_arc(0.28, 0.75, 0.26, 0.25, 30, 270) + _arc(0.28, 0.25, 0.26, 0.25, 90, -150)],
    "I": [[(0.28, 0), (0.28, 1)]],
    "M": [[(0, 0), (0.02, 1), (0.28, 0.35), (0.54, 1), (0.56, 0)]],
    "U": [[(0.02, 1), (0.02, 0.28), *_arc(0.28, 0.28, 0.26, 0.28, 180, 360), (0.54, 1)]],
    "L": [[(0.05, 1), (0.05, 0), (0.5, 0)]],
    "A": [[(0, 0), (0.28, 1), (0.56, 0)], [(0.11, 0.38), (0.45, 0.38)]],
    "T": [[(0, 1), (0.56, 1)], [(0.28, 0), (0.28, 1)]],
    "E": [[(0.52, 1), (0.04, 1), (0.04, 0), (0.52, 0)], [(0.04, 0.53), (0.44, 0.53)]],
    "D": [[(0.04, 0), (0.04, 1), (0.22, 1), *_arc(0.22, 0.5, 0.32, 0.5, 90, -90), (0.04, 0)]],
}
"""Pen strokes of the letters, in letter heights; own strokes, so that no font need be there."""


def letter_mark(width: float, height: float) -> BaseGeometry:
    """
    The word as an outline, rising along the diagonal of a frame from its lower left to its upper right.

    width, height: of the frame, any unit, origin at its lower left corner, y up.
    """
    diagonal = math.hypot(width, height)
    span = (len(WORD) - 1) * _ADVANCE + 0.56
    size = 0.86 * diagonal / span
    size = min(size, 0.45 * min(width, height))
    strokes = [
        LineString([(x + place * _ADVANCE - span / 2, y - 0.5) for x, y in stroke]).buffer(_STROKE / 2, 4)
        for place, letter in enumerate(WORD)
        for stroke in _LETTERS[letter]
    ]
    cos, sin = width / diagonal, height / diagonal
    return affine_transform(
        unary_union(strokes), [size * cos, -size * sin, size * sin, size * cos, width / 2, height / 2]
    )


def burn_mark(rgb: NDArray[np.uint8], strength: float = 0.55) -> NDArray[np.uint8]:
    """
    A picture with SIMULATED across it, strong enough to survive a thumbnail.

    rgb: (rows, columns, 3) 0–255. Returns a new array. The letters are light with a dark rim: they show on
    snow and on forest alike.
    """
    rows, columns = rgb.shape[:2]
    letters = letter_mark(columns, rows)
    raster = Raster(0.0, float(rows), 1.0, (rows, columns))
    body = cover(letters, raster)[..., None]
    rim = cover(letters.buffer(max(1.0, min(rows, columns) / 250)), raster)[..., None] - body
    shown = rgb.astype(np.float32)
    shown *= 1 - strength * np.clip(rim, 0, 1)
    shown += strength * body * (255 - shown)
    return np.clip(np.rint(shown), 0, 255).astype(np.uint8)


def mark_ground(
    width: float, height: float, raster: Raster | None = None, strength: float = STRENGTH
) -> Floats:
    """
    The factor by which the mark darkens every cell of the ground, (rows, columns), 1 where no letter is.

    It lies on the ground, not on the sensor: it moves with a misregistered look and is the same in all looks.
    width, height: of the frame, in the units of the raster; without one, cells of size 1.
    """
    raster = raster or Raster(0.0, height, 1.0, (round(height), round(width)))
    return np.asarray(1 - np.float32(strength) * cover(letter_mark(width, height), raster), np.float32)
