"""Outlines into pixels with their exact share of every cell, so that no building grows when it is drawn."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry import GeometryCollection
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def trace_edges(geometry: BaseGeometry) -> Doubles:
    """
    The edges of an outline, so directed that its inside counts as positive.

    Returns (n, 4): x0, y0, x1, y1 in the outline's own coordinates. Holes run the other way round; lines and
    points enclose nothing and give no edges.
    """
    rings = [_directed(ring, hole) for polygon in _polygons(geometry) for ring, hole in _rings(polygon)]
    if not rings:
        return np.zeros((0, 4))
    return np.concatenate([np.concatenate([ring[:-1], ring[1:]], axis=1) for ring in rings])


def paint_edges(edges: Doubles, weights: Doubles, shape: tuple[int, int]) -> Floats:
    """
    Sum of outlines on a grid, each counted by the exact area it has in every cell.

    edges: (n, 4) x0, y0, x1, y1 in cells, x right, y down, from `trace_edges` by way of `Raster.edges`.
    weights: (n, c), one row for each edge, equal within an outline.
    Returns (c, rows, columns): sum of weight x share of the cell. Exact for straight edges: each is cut at
    every cell border, and within one cell the area beside a straight piece is that of a trapezoid.
    """
    rows, columns = shape
    channels = weights.shape[1]
    if len(edges) == 0:
        return np.zeros((channels, rows, columns), np.float32)
    piece, x0, y0, x1, y1 = _cut_at_cells(edges)
    drop = y1 - y0
    x_mid, y_mid = (x0 + x1) / 2, (y0 + y1) / 2
    row = np.floor(y_mid).astype(np.int64)
    column = np.clip(np.floor(x_mid), 0, columns).astype(np.int64)
    right_of = np.clip(x_mid - column, 0.0, 1.0)
    inside = (row >= 0) & (row < rows) & (drop != 0)
    piece, row, column, drop, right_of = (a[inside] for a in (piece, row, column, drop, right_of))
    cell = row * (columns + 2) + column
    near, far = drop * (1 - right_of), drop * right_of
    size = rows * (columns + 2)
    painted = np.empty((channels, rows, columns), np.float32)
    for channel in range(channels):
        weight = weights[piece, channel]
        sums = np.bincount(cell, near * weight, size) + np.bincount(cell + 1, far * weight, size)
        painted[channel] = np.cumsum(sums.reshape(rows, columns + 2), axis=1)[:, :columns]
    return painted


def cover(geometry: BaseGeometry, raster: Raster) -> Floats:
    """The share of every cell that an outline covers, (rows, columns), 0–1, exact."""
    edges = raster.edges(trace_edges(geometry))
    return np.asarray(paint_edges(edges, np.ones((len(edges), 1)), raster.shape)[0])


class Raster:
    """A grid over local metres (x east, y north): where they fall in cells (x right, y down)."""

    __slots__ = ("left", "shape", "step", "top")

    def __init__(self, left: float, top: float, step: float, shape: tuple[int, int]) -> None:
        self.left = left
        """x of the left border, m."""
        self.top = top
        """y of the upper border, m."""
        self.step = step
        """Side of a cell, m."""
        self.shape = shape
        """Rows, columns."""

    def edges(self, edges: Doubles) -> Doubles:
        """Edges in cells, y turned over."""
        x0, y0, x1, y1 = edges.T
        return np.stack(
            [
                (x0 - self.left) / self.step,
                (self.top - y0) / self.step,
                (x1 - self.left) / self.step,
                (self.top - y1) / self.step,
            ],
            axis=1,
        )

    def centres(self) -> tuple[Doubles, Doubles]:
        """x of the columns and y of the rows, at the middle of the cells, m."""
        rows, columns = self.shape
        return (
            self.left + (np.arange(columns, dtype=np.float64) + 0.5) * self.step,
            self.top - (np.arange(rows, dtype=np.float64) + 0.5) * self.step,
        )

    def window(self, geometry: BaseGeometry) -> tuple[slice, slice, Raster] | None:
        """Rows and columns that an outline touches, as slices and as a grid of its own; None if outside."""
        west, south, east, north = geometry.bounds
        rows, columns = self.shape
        first_col = max(0, int(np.floor((west - self.left) / self.step)))
        last_col = min(columns, int(np.ceil((east - self.left) / self.step)))
        first_row = max(0, int(np.floor((self.top - north) / self.step)))
        last_row = min(rows, int(np.ceil((self.top - south) / self.step)))
        if first_col >= last_col or first_row >= last_row:
            return None
        part = Raster(
            self.left + first_col * self.step,
            self.top - first_row * self.step,
            self.step,
            (last_row - first_row, last_col - first_col),
        )
        return slice(first_row, last_row), slice(first_col, last_col), part


def _polygons(geometry: BaseGeometry) -> Iterable[Polygon]:
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    if isinstance(geometry, MultiPolygon | GeometryCollection):
        return [polygon for part in geometry.geoms for polygon in _polygons(part)]
    return []


def _rings(polygon: Polygon) -> list[tuple[Doubles, bool]]:
    rings = [(np.asarray(polygon.exterior.coords)[:, :2], False)]
    return rings + [(np.asarray(hole.coords)[:, :2], True) for hole in polygon.interiors]


def _directed(ring: Doubles, is_hole: bool) -> Doubles:
    """Outer rings counter-clockwise (y up), holes the other way: with y down that sums to a positive area."""
    x, y = ring[:, 0], ring[:, 1]
    counter_clockwise = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0
    return ring if counter_clockwise != is_hole else ring[::-1]


def _cut_at_cells(edges: Doubles) -> tuple[NDArray[np.int64], Doubles, Doubles, Doubles, Doubles]:
    """Every edge cut where it crosses a cell border: (edge number, x0, y0, x1, y1) of the pieces."""
    x0, y0, x1, y1 = edges.T
    numbers, where = [], []
    everyone = np.arange(len(edges))
    for start, end in ((x0, x1), (y0, y1)):
        low, high = np.minimum(start, end), np.maximum(start, end)
        first = np.floor(low).astype(np.int64) + 1
        count = np.maximum(np.ceil(high).astype(np.int64) - first, 0)
        number = np.repeat(everyone, count)
        border = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
        numbers.append(number)
        where.append((border - start[number]) / (end[number] - start[number]))
    number = np.concatenate([everyone, everyone, *numbers])
    t = np.concatenate([np.zeros(len(edges)), np.ones(len(edges)), *where])
    order = np.lexsort((t, number))
    number, t = number[order], t[order]
    same = number[1:] == number[:-1]
    edge, begin, finish = number[:-1][same], t[:-1][same], t[1:][same]
    dx, dy = (x1 - x0)[edge], (y1 - y0)[edge]
    return (
        edge,
        x0[edge] + begin * dx,
        y0[edge] + begin * dy,
        x0[edge] + finish * dx,
        y0[edge] + finish * dy,
    )
