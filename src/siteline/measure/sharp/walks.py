"""
Random walks over the places of all edges of an outline, which stay longest where image and drawing agree.

What they pass through are the outlines that fit; how far they spread is how little the image says.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from siteline.measure.blur import Array
from siteline.measure.sharp.edges import Edges
from siteline.measure.sharp.hurry import SCALE_SPREAD, TILT_SPREAD, TURN_SPREAD, TURNS, prior_of
from siteline.measure.sharp.rims import STEP_PX, Mask

CHAINS, SWEEPS, FORGOTTEN = 48, 60, 20
"""Random walks over the places of all edges, their length, and how many first steps do not count."""


def walk(told: Array, possible: Mask, places: Array, edges: Edges) -> tuple[npt.NDArray[np.intp], Array]:
    """
    Random walks over turns and places of all edges (Gibbs sampling), which stay longest where all fits.

    told: (turns, edges, places), how likely the image makes each, logarithm; possible: the same shape; places:
    (places,), px. Returns (sweeps, chains, edges) indices into TURNS and offsets, px. Chains start at sizes in order,
    from small to large. The same input gives the same walk.
    """
    rng = np.random.default_rng(20)
    turns, count, spots = told.shape
    told = np.where(possible, told, -30.0)
    precision = np.linalg.inv(prior_of(edges))
    sizes = np.sort(rng.normal(0, SCALE_SPREAD, CHAINS))
    offset = sizes[:, None] * edges.distance + rng.normal(0, 1, (CHAINS, count))
    offset = np.clip(offset, places[0], places[-1])
    tilt_prior = -0.5 * ((TURNS[:, None] - TURNS[None]) / TILT_SPREAD) ** 2
    turn_prior = -0.5 * (TURNS / TURN_SPREAD) ** 2
    whole = rng.choice(turns, CHAINS, p=np.exp(turn_prior) / np.exp(turn_prior).sum())
    turn = np.repeat(whole[:, None], count, axis=1)

    def fit_of(at: Array, heed: float) -> Array:
        spot = np.clip(np.round((at - places[0]) / STEP_PX).astype(int), 0, spots - 1)
        heard = told[turn, np.arange(count), spot].sum(axis=1)
        result: Array = heed * heard - 0.5 * np.einsum("ci,ij,cj->c", at, precision, at)
        return result

    kept_turns, kept_offsets = [], []
    for sweep in range(SWEEPS):
        heed = min(1.0, 0.35 + 0.65 * sweep / (0.7 * FORGOTTEN))  # the image counts little at first
        for i in range(count):
            variance = 1 / precision[i, i]
            mean = offset[:, i] - (offset @ precision[i]) * variance
            by_place = -0.5 * (places - mean[:, None]) ** 2 / variance
            table = heed * told[None, :, i] + by_place[:, None] + tilt_prior[:, whole].T[:, :, None]
            drawn = _draw(table.reshape(CHAINS, -1), rng)
            turn[:, i], offset[:, i] = drawn // spots, places[drawn % spots]
        whole = _draw(turn_prior + tilt_prior[turn].sum(axis=1), rng)
        for jump in (0.03, 0.08):
            moved = np.round(rng.normal(0, jump, CHAINS)[:, None] * edges.distance / STEP_PX) * STEP_PX
            better = fit_of(offset + moved, heed) - fit_of(offset, heed)
            taken = np.log(rng.random(CHAINS)) < better
            taken &= (np.abs(offset + moved) <= places[-1]).all(axis=1)
            offset = np.where(taken[:, None], offset + moved, offset)
        if sweep >= FORGOTTEN:
            kept_turns.append(turn.copy())
            kept_offsets.append(offset.copy())
    return np.stack(kept_turns), np.stack(kept_offsets)


def _draw(logs: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """One column for each row, with the probability whose logarithm it holds, up to a constant."""
    summed = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
    at = rng.random(len(logs)) * summed[:, -1]
    column: npt.NDArray[np.intp] = np.minimum((summed < at[:, None]).sum(axis=1), logs.shape[1] - 1)
    return column
