"""The camera: blur, pixels, noise, and a frame that never lies quite where it says."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

from siteline.simulate.coverage import Doubles, Floats

Operator: TypeAlias = "sparse.csr_matrix"


def make_operator(centres: Doubles, cells: int, sigma: float, pixel: float) -> Operator:
    """
    The exact weights by which pixels of one axis see the cells of the fine grid.

    centres: of the pixels, in cells. sigma, pixel: of the optics and side of a pixel, in cells. A pixel sees
    a Gaussian integrated over its own width; a cell is flat, so its weight is an integral in closed form.
    Returns (pixels, cells), rows summing to 1 away from the border.
    """
    reach = int(np.ceil(pixel / 2 + 4 * sigma)) + 1
    first = np.floor(centres).astype(np.int64) - reach
    taps = first[:, None] + np.arange(2 * reach + 2)
    edge = taps - centres[:, None]

    def ramp(x: Doubles) -> Doubles:
        z = x / sigma
        return np.asarray(x * ndtr(z) + sigma * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))

    def summed(x: Doubles) -> Doubles:
        return (ramp(x + pixel / 2) - ramp(x - pixel / 2)) / pixel

    weights = summed(edge + 1) - summed(edge)
    inside = (taps >= 0) & (taps < cells)
    row = np.repeat(np.arange(len(centres)), taps.shape[1]).reshape(taps.shape)
    return sparse.csr_matrix(
        (weights[inside].astype(np.float32), (row[inside], taps[inside])), shape=(len(centres), cells)
    )


def see_pixels(fine: Floats, down: Operator, right: Operator) -> Floats:
    """The pixels of one band from the fine grid: (rows, columns)."""
    return np.asarray(right @ np.ascontiguousarray((down @ fine).T)).T


def twist(image: Floats, turn: float) -> Floats:
    """
    Turn an image about its middle by a very small angle, radians (content clockwise if positive).

    First order in the angle: meant for turns that move a corner by a tenth of a pixel.
    """
    rows, columns = image.shape
    y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2)[:, None]
    x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2)[None, :]
    along_y, along_x = np.gradient(image)
    return np.asarray(image + np.float32(turn) * (y * along_x - x * along_y), np.float32)


def add_noise(image: Floats, rng: np.random.Generator) -> Floats:
    """Noise that grows with the signal: a floor of 0.0012 and shot noise, per pixel and band."""
    sigma = np.sqrt(0.0012**2 + (0.011**2) * np.clip(image, 0, None) * 0.12)
    return np.asarray(image + sigma * rng.standard_normal(image.shape, dtype=np.float32), np.float32)


def count(image: Floats) -> NDArray[np.uint16]:
    """Reflectance to whole numbers, x 10,000; 0 is kept for "no pixel"."""
    return np.clip(np.rint(image * 10_000), 1, 16_000).astype(np.uint16)


def lose_edges(counts: NDArray[np.uint16], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Where the swath of some looks ends inside the frame: (rows, columns) True without a pixel."""
    rows, columns = counts.shape[1:]
    lost = np.zeros((rows, columns), bool)
    if rng.random() < 0.82:
        return lost
    slope = rng.normal(0, 0.12)
    depth = rng.uniform(0.02, 0.14) * columns
    border = depth + slope * (np.arange(rows) - rows / 2)
    strip = np.arange(columns)[None, :] < border[:, None]
    turns = int(rng.integers(0, 4))
    strip = np.rot90(strip, turns) if rows == columns else (strip[:, ::-1] if turns % 2 else strip)
    return np.asarray(strip)
