"""From one pixel grid to another, in one step, without letting missing pixels bleed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage, sparse

from siteline.model.imagery import Grid
from siteline.raster.grid import apply
from siteline.raster.nodata import fill_from_neighbours

_LOBES = 3
"""Of the Lanczos kernel: six taps for equal pixels, wider when pixels get coarser."""

_MESH_PX = 16
"""CRS transforms are computed on a mesh this wide and interpolated between: exact to well below 0.01 px."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a mapping: source position of an output pixel's centre is `start + step * index`."""

    step: float
    """Source pixels per output pixel."""

    start: float
    """Source index (pixel centres at 0, 1, …) of output index 0."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where each pixel of a grid lies in a source image."""

    shape: tuple[int, int]
    """Rows, columns of the output."""

    axes: tuple[Axis, Axis] | None
    """y and x, if they do not depend on each other."""

    positions: NDArray[np.float64] | None
    """Otherwise (2, rows, cols): source row and column index of each output pixel."""

    @property
    def is_copy(self) -> bool:
        """Whether pixels fall on pixels, so that nothing has to be interpolated."""
        return self.axes is not None and all(
            abs(axis.step - 1) < 1e-6 and abs(axis.start - round(axis.start)) < 1e-3 for axis in self.axes
        )

    def moved(self, down: float, right: float) -> Mapping:
        """The mapping that reads `down` and `right` source pixels further."""
        if self.axes is not None:
            y, x = self.axes
            return Mapping(self.shape, (Axis(y.step, y.start + down), Axis(x.step, x.start + right)), None)
        assert self.positions is not None
        return Mapping(self.shape, None, self.positions + np.array([down, right])[:, None, None])

    def part(self, rows: slice, cols: slice) -> Mapping:
        """The mapping of a part of the grid."""
        row0, row1, _ = rows.indices(self.shape[0])
        col0, col1, _ = cols.indices(self.shape[1])
        shape = (row1 - row0, col1 - col0)
        if self.axes is not None:
            y, x = self.axes
            return Mapping(
                shape, (Axis(y.step, y.start + y.step * row0), Axis(x.step, x.start + x.step * col0)), None
            )
        assert self.positions is not None
        return Mapping(shape, None, self.positions[:, rows, cols])

    def source_per_pixel(self) -> tuple[float, float]:
        """Source pixels per output pixel, down and right, at the middle of the grid."""
        if self.axes is not None:
            return abs(self.axes[0].step), abs(self.axes[1].step)
        assert self.positions is not None
        rows, cols = self.shape
        down = np.gradient(self.positions[0], axis=0)[rows // 2, cols // 2] if rows > 1 else 1.0
        right = np.gradient(self.positions[1], axis=1)[rows // 2, cols // 2] if cols > 1 else 1.0
        return abs(float(down)), abs(float(right))

    def steps(self) -> NDArray[np.float64]:
        """How the source position moves with the output pixel at the middle of the grid: ((y/y, y/x), (x/y, x/x))."""
        if self.axes is not None:
            return np.diag([self.axes[0].step, self.axes[1].step])
        assert self.positions is not None
        rows, cols = self.shape
        row, col = min(rows // 2, max(rows - 2, 0)), min(cols // 2, max(cols - 2, 0))
        here = self.positions[:, row, col]
        down = self.positions[:, row + 1, col] - here if rows > 1 else np.array([1.0, 0.0])
        right = self.positions[:, row, col + 1] - here if cols > 1 else np.array([0.0, 1.0])
        return np.column_stack([down, right])


def map_grid(target: Grid, crs: str | None, transform: tuple[float, ...]) -> Mapping:
    """
    Where the pixels of `target` lie in an image with the given CRS and transform.

    A CRS of None on both sides means image frames, whose unit is the pixel.
    """
    to_source = ~Affine(*transform)
    rows, cols = target.shape
    if crs == target.crs:
        through = _compose(to_source, Affine(*target.transform))
        if abs(through.b) * rows < 1e-3 and abs(through.d) * cols < 1e-3:
            return Mapping(
                target.shape,
                (
                    Axis(through.e, through.e * 0.5 + through.f - 0.5),
                    Axis(through.a, through.a * 0.5 + through.c - 0.5),
                ),
                None,
            )
        right, down = np.meshgrid(np.arange(cols) + 0.5, np.arange(rows) + 0.5)
        x, y = apply(through, right, down)
        return Mapping(target.shape, None, np.stack([y, x]) - 0.5)
    assert crs is not None
    assert target.crs is not None
    mesh_down = np.linspace(0.5, rows - 0.5, max(2, rows // _MESH_PX + 2))
    mesh_right = np.linspace(0.5, cols - 0.5, max(2, cols // _MESH_PX + 2))
    right, down = np.meshgrid(mesh_right, mesh_down)
    x, y = apply(Affine(*target.transform), right, down)
    there = pyproj.Transformer.from_crs(target.crs, crs, always_xy=True).transform(x, y)
    col, row = apply(to_source, np.asarray(there[0]), np.asarray(there[1]))
    at = np.meshgrid(
        np.linspace(0, len(mesh_down) - 1, rows), np.linspace(0, len(mesh_right) - 1, cols), indexing="ij"
    )
    positions = [ndimage.map_coordinates(part, at, order=1, mode="nearest") for part in (row, col)]
    return Mapping(target.shape, None, np.stack(positions) - 0.5)


def _compose(outer: Affine, inner: Affine) -> Affine:
    (x0, x1, x2), (y0, y1, y2) = apply(
        outer,
        np.array([inner.c, inner.c + inner.a, inner.c + inner.b]),
        np.array([inner.f, inner.f + inner.d, inner.f + inner.e]),
    )
    return Affine(x1 - x0, x2 - x0, x0, y1 - y0, y2 - y0, y0)


def resample(
    image: NDArray[np.float32], valid: NDArray[np.bool_] | None, mapping: Mapping
) -> NDArray[np.float32]:
    """
    An image on another grid, interpolated once (Lanczos, 3 lobes; averaging where pixels get coarser).

    image: (y, x) float32; valid: (y, x), None if all are. Returns NaN outside the image and where less than
    half of the weight falls on valid pixels; an invalid pixel adds nothing to its neighbours.
    """
    if mapping.axes is None:
        return _resample_anywhere(image, valid, mapping)
    across = [
        _weights(count, size, axis)
        for count, size, axis in zip(mapping.shape, image.shape, mapping.axes, strict=True)
    ]
    if mapping.is_copy:
        return _copy(image, valid, mapping)
    if valid is None or bool(valid.all()):
        out = _apply(across, image)
    else:
        weight = _apply(across, valid.astype(np.float32))
        out = _apply(across, np.where(valid, image, np.float32(0)))
        with np.errstate(divide="ignore", invalid="ignore"):
            out /= weight
        out[~(weight >= 0.5)] = np.nan
    outside = [np.asarray(matrix.sum(axis=1)).ravel() == 0 for matrix in across]
    out[outside[0]] = np.nan
    out[:, outside[1]] = np.nan
    return out


def nearest(codes: NDArray[np.uint8], mapping: Mapping, outside: int) -> NDArray[np.uint8]:
    """Codes on another grid, each from the nearest source pixel; `outside` where there is none."""
    if mapping.axes is not None:
        index = [
            np.floor(axis.start + axis.step * np.arange(count) + 0.5).astype(np.int64)
            for axis, count in zip(mapping.axes, mapping.shape, strict=True)
        ]
        inside = [(at >= 0) & (at < size) for at, size in zip(index, codes.shape, strict=True)]
        out = np.full(mapping.shape, outside, np.uint8)
        here = [at[within] for at, within in zip(index, inside, strict=True)]
        if not all(at.size for at in here):
            return out
        rows, cols = (_run(at) for at in here)
        picked = codes[rows][:, cols]
        there = [np.flatnonzero(within) for within in inside]  # one run: positions only grow, or only shrink
        out[there[0][0] : there[0][-1] + 1, there[1][0] : there[1][-1] + 1] = picked
        return out
    assert mapping.positions is not None
    row, col = np.floor(mapping.positions + 0.5).astype(np.int64)
    within = (row >= 0) & (row < codes.shape[0]) & (col >= 0) & (col < codes.shape[1])
    out = np.full(mapping.shape, outside, np.uint8)
    out[within] = codes[row[within], col[within]]
    return out


def _run(index: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """The same indices as a slice, where each is one more than the one before: copied many times faster."""
    if index[-1] - index[0] == index.size - 1 and bool(np.all(np.diff(index) == 1)):
        return slice(int(index[0]), int(index[-1]) + 1)
    return index


def nearest_index(
    mapping: Mapping, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the nearest source pixel of a few output pixels; may lie outside the source."""
    if mapping.axes is not None:
        y, x = mapping.axes
        row, col = y.start + y.step * rows, x.start + x.step * cols
    else:
        assert mapping.positions is not None
        row, col = mapping.positions[:, rows, cols]
    return np.floor(row + 0.5).astype(np.int64), np.floor(col + 0.5).astype(np.int64)


def _copy(
    image: NDArray[np.float32], valid: NDArray[np.bool_] | None, mapping: Mapping
) -> NDArray[np.float32]:
    assert mapping.axes is not None
    out = np.full(mapping.shape, np.nan, np.float32)
    source, target = [], []
    for axis, count, size in zip(mapping.axes, mapping.shape, image.shape, strict=True):
        start = round(axis.start)
        first, last = max(0, -start), min(count, size - start)
        target.append(slice(first, max(first, last)))
        source.append(slice(first + start, max(first, last) + start))
    part = image[source[0], source[1]]
    out[target[0], target[1]] = part if valid is None else np.where(valid[source[0], source[1]], part, np.nan)
    return out


def _apply(across: list[sparse.csr_matrix], image: NDArray[np.float32]) -> NDArray[np.float32]:
    down = across[0] @ image
    out: NDArray[np.float32] = np.ascontiguousarray((across[1] @ np.ascontiguousarray(down.T)).T)
    return out


@lru_cache(maxsize=64)
def _weights(count: int, size: int, axis: Axis) -> sparse.csr_matrix:
    """(count, size) weights of one axis; rows sum to 1, or are empty where the source ends."""
    stretch = max(1.0, abs(axis.step))
    reach = int(np.ceil(_LOBES * stretch))
    centre = axis.start + axis.step * np.arange(count)
    nearest_tap = np.floor(centre).astype(np.int64)
    taps = nearest_tap[:, None] + np.arange(-reach + 1, reach + 1)
    away = (taps - centre[:, None]) / stretch
    weight = np.where(np.abs(away) < _LOBES, np.sinc(away) * np.sinc(away / _LOBES), 0.0)
    weight[(taps < 0) | (taps >= size)] = 0.0
    total = weight.sum(axis=1)
    inside = (centre >= -0.5) & (centre <= size - 0.5) & (np.abs(total) > 0.1)
    weight[~inside] = 0.0
    weight[inside] /= total[inside, None]
    rows = np.repeat(np.arange(count), taps.shape[1])
    keep = weight.ravel() != 0
    return sparse.csr_matrix(
        (weight.ravel()[keep].astype(np.float32), (rows[keep], taps.ravel()[keep])), shape=(count, size)
    )


def _resample_anywhere(
    image: NDArray[np.float32], valid: NDArray[np.bool_] | None, mapping: Mapping
) -> NDArray[np.float32]:
    """Through positions that differ from pixel to pixel: cubic spline of the filled image."""
    assert mapping.positions is not None
    steps = mapping.source_per_pixel()
    filled = image if valid is None else fill_from_neighbours(image, valid)
    if max(steps) > 1.5:
        filled = ndimage.gaussian_filter(filled, [0.35 * step if step > 1.5 else 0 for step in steps])
    out: NDArray[np.float32] = ndimage.map_coordinates(
        filled, mapping.positions, order=3, mode="nearest", output=np.float32
    )
    row, col = mapping.positions
    outside = (row < -0.5) | (col < -0.5) | (row > image.shape[0] - 0.5) | (col > image.shape[1] - 0.5)
    out[outside] = np.nan
    if valid is not None:
        share = ndimage.map_coordinates(valid.astype(np.float32), mapping.positions, order=1, mode="nearest")
        out[share < 0.5] = np.nan
    return out
