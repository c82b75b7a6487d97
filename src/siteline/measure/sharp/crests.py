"""The crest of colour change beside each edge of an outline: where it lies, and how much of the border has one."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.ndimage import uniform_filter1d

from siteline.measure.blur import Array
from siteline.measure.sharp.edges import Edges, edges_of, rings_of
from siteline.measure.sharp.rims import NEAR_PX, PAD, STEP_PX, Mask, crests_in, softened, strip_beside

CREST_PX, CREST_REACH_PX, CREST_WEIGHT = 0.5, 1.5, 2.0
"""Blur before crests of colour change are located, how far from the mean they may lie, and what their height weighs."""

UNTURNED: Array = np.zeros(1)


def settle(values: Array, ring: Array, sigma: Array) -> Array:
    """
    The ring with each edge moved onto the crest of colour change beside it, to a fraction of a pixel.

    values: (y, x, band); ring: (edges, 2), px, of positive area; sigma: (edges,), how far each may be off, px. The
    mean of a walk is drawn to whatever has a second crest; within what it leaves open, the nearest crest rules.
    """
    edges = edges_of(ring)
    soft = softened(values, CREST_PX)
    count = 2 * int(np.ceil(CREST_REACH_PX / STEP_PX))
    inner = slice(PAD - 1, -PAD + 1)
    fine = np.linspace(-CREST_REACH_PX, CREST_REACH_PX, 61)
    moved = np.zeros(len(ring))
    for i in range(len(ring)):
        if edges.length[i] < 4:
            continue
        strip = strip_beside(soft, edges, i, count, UNTURNED)[0][0]
        window = max(1, int(5 * len(strip) / max(0.8 * edges.length[i], 1)))
        slope = np.gradient(uniform_filter1d(strip, window, axis=0, mode="nearest"), STEP_PX, axis=1)[
            :, inner
        ]
        height = np.sqrt((slope**2).sum(axis=2).mean(axis=0)) + 1e-12
        at = (np.arange(len(height)) - len(height) // 2) * STEP_PX
        height = make_interp_spline(at, np.log(height), k=3)(fine)
        near = float(np.clip(sigma[i], 0.3, 0.6))
        worth = CREST_WEIGHT * height - 0.5 * (fine / near) ** 2
        moved[i] = fine[int(np.argmax(worth))]
    return rings_of(edges, np.zeros(len(ring)), moved)


def border_of(values: Array, usable: Mask, edges: Edges) -> tuple[float, float]:
    """
    Share of the border that lies on a step of colour, and the median step over its length in the best band.

    values: (y, x, band), the step in its units; usable: (y, x).
    """
    soft = np.where(usable[..., None], softened(values), np.nan)
    flat = np.nanstd(soft.reshape(-1, soft.shape[2]), axis=0).max() + 1e-9
    lengths, supported, steps = [], [], []
    reach = 6
    for i in range(len(edges.length)):
        strip = strip_beside(soft, edges, i, reach, UNTURNED)[0][0]  # (along, across, bands)
        k = int(NEAR_PX / STEP_PX)
        middle = np.arange(k, strip.shape[1] - k)
        beyond = np.stack([strip[:, m + 1 : m + 1 + k].mean(axis=1) for m in middle], axis=1)
        within = np.stack([strip[:, m - k : m].mean(axis=1) for m in middle], axis=1)
        step = np.nan_to_num(beyond - within)
        size = np.sqrt((step**2).mean(axis=2))
        here = size.shape[1] // 2
        close = slice(here - 2, here + 3)
        crest = crests_in(size, 6, flat)
        lengths.append(edges.length[i])
        supported.append(crest[:, close].any(axis=1).mean())
        steps.append(np.abs(step[:, close].mean(axis=0)).max(axis=0))
    weight = np.array(lengths) / np.sum(lengths)
    return float(weight @ np.array(supported)), float((weight @ np.array(steps)).max())
