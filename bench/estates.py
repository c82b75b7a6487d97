"""
Pairs of fine images that we render: housing on open land between two dates, with its truth, for developing `events compare`.

Nothing in them comes from a photograph. Two dates differ in sun, season, lean, sharpness, colour and compression; between
them houses come and, beside them, all that fools a comparison: cars, crops, bare soil, paving, graded lots, trees, pools.
`estate`: rows of lots along streets; `village`: one to three new houses among many old; `still`: a village where nothing was
built; `razed`: an estate seen backwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from bench.estate_pictures import downsize, paint, photograph
from bench.estate_plans import (
    FINE_M,
    KINDS,
    LEAST_PX,
    PIXELS,
    PX_M,
    SIDE,
    Labels,
    draw_land,
    plan_estate,
    plan_village,
    plant_trees,
    standing,
)
from siteline.model.imagery import Grid


@dataclass(frozen=True, slots=True)
class MadePair:
    """Two looks as the stages take them, and what truly came (or went)."""

    name: str
    pair: xr.Dataset
    truth: Labels


def make_pairs(seeds: range, kinds: tuple[str, ...] = KINDS) -> Iterator[MadePair]:
    """One pair of each kind for each seed; the same seed, the same pair."""
    for seed in seeds:
        for kind in kinds:
            yield make_pair(kind, seed)


def make_pair(kind: str, seed: int) -> MadePair:
    """A pair drawn by lot."""
    rng = np.random.default_rng((seed, 61, KINDS.index(kind)))
    turn = float(rng.uniform(0, math.pi))
    land = draw_land(rng, turn)
    if kind in ("estate", "razed"):
        houses, streets = plan_estate(rng, turn)
    else:
        houses, streets = plan_village(rng, turn, int(rng.choice([1, 1, 2, 3])) if kind == "village" else 0)
    houses = [house for house in houses if all(4 < at < SIDE * FINE_M - 4 for at in house.wings[0][:2])]
    trees = plant_trees(rng, houses, kind)
    looks, roofs = [], []
    for date in (0, 1):
        picture = paint(rng, date, land, houses, streets, trees)
        looks.append(photograph(rng, picture))
        roofs.append(picture.roofs)
    came = [roof for house, roof in zip(standing(houses, 1), roofs[1], strict=True) if not house.dates[0]]
    truth = np.zeros((PIXELS, PIXELS), np.int64)
    for roof in came:
        seen = downsize(roof[None].astype(np.float32))[0] > 0.5
        if np.count_nonzero(seen) >= LEAST_PX:
            truth[seen] = truth.max() + 1
    if kind == "razed":
        looks.reverse()
    grid = Grid("EPSG:32631", (PX_M, 0.0, 500_000.0, 0.0, -PX_M, 4_400_000.0), (PIXELS, PIXELS), PX_M)
    pair = xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), np.stack(looks)),
            "why_not": (("time", "y", "x"), np.zeros((2, PIXELS, PIXELS), np.uint8)),
        },
        coords={"band": ["red", "green", "blue"], "scene": ("time", np.array(["S1", "S2"]))},
        attrs={"grid": grid, "units": "relative"},
    )
    return MadePair(f"{kind}-{seed}", pair, truth)
