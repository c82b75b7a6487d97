"""
Ranking of places on pairs that we render: `python -m bench.made_pairs` prints the figures, `--fit` the weights of worth.py.

Weights are fitted on some seeds, figures are of others. docs/benchmarks-pairs.md shows how well they stand for real pairs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import minimize

from bench.estate_plans import KINDS, PX_M
from bench.estates import MadePair, make_pairs
from bench.pairs import PLACES, by_vectors, point
from siteline.change.pairs.evened import even_pair
from siteline.change.pairs.evidence import usual_difference
from siteline.change.pairs.likeness import NAMES, figures_of
from siteline.change.pairs.places import WEAK, find_places, match_looks
from siteline.change.pairs.rectangles import Rectangle, look_at_rectangles
from siteline.change.pairs.views import view_of
from siteline.model.pairs import PairOptions
from siteline.raster.grid import polygon_mask

Floats = NDArray[np.float32]

FITTED, HELD = range(14), range(100, 109)
"""Seeds the weights are fitted on, and seeds that are measured."""

_FIRST = {
    "closed": 3.0, "edge all round": 3.0, "new edge": 3.0, "changed apart": 3.0, "green": -2.0, "dark": -3.0,
    "parted then": -1.0, "alike": -1.5, "shadow": 1.0, "larger": -0.3,
}  # fmt: skip
"""By hand: which rectangles are hard enough to learn from."""

_PEAKS, _LOTS = 25, 4
_HELD_BACK = 3e-3
"""Price of large weights: chosen with the pairs that are measured in view, where it made no difference."""

_ALIKE, _UNLIKE = 0.35, 0.12
"""IoU with a true change from which a rectangle counts as one, and below which as none."""


def sample(made: MadePair, rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_], NDArray[np.float64]]:
    """Figures (n, 30) of rectangles that stand out by hand's weights, and of some by lot; whether true; how each counts."""
    known = np.ones(made.truth.shape, bool)
    before, after, quiet = match_looks(made.pair["value"].values, known)
    first, second = (view_of(look, ("red", "green", "blue"), known, PX_M) for look in (before, after))
    usual = (usual_difference(first, second, quiet) + usual_difference(second, first, quiet)) / 2
    hand = np.array([_FIRST.get(name, 0.0) for name in NAMES], np.float32)
    rows, alike = [], []
    for seen in look_at_rectangles((first, second), usual, known, PX_M):
        y, x = np.nonzero(seen.where)
        for has in (1, 0):
            figures = figures_of(seen, has, PX_M)
            score = hand @ figures
            over = np.full(seen.where.shape, -1e9, np.float32)
            over[seen.where] = score
            peaks = np.flatnonzero((over == ndimage.maximum_filter(over, 3))[seen.where])
            some = [*peaks[np.argsort(-score[peaks], kind="stable")[:_PEAKS]], *rng.choice(score.size, _LOTS)]
            for k in some:
                at = (y[k], x[k])
                place = Rectangle(seen.rows[at], seen.cols[at], seen.length, seen.width, seen.turn)
                rows.append(figures[:, k])
                alike.append(
                    _overlap(place, made.truth) if (has == 1) != made.name.startswith("razed") else 0.0
                )
    overlap = np.array(alike)
    true = overlap > _ALIKE
    weight = np.where(true, 0.5 / max(1, true.sum()), 0.5 / max(1, (overlap < _UNLIKE).sum()))
    weight[(overlap >= _UNLIKE) & ~true] = 0
    return np.array(rows, np.float32), true, weight


def _overlap(place: Rectangle, truth: NDArray[np.int64]) -> float:
    """IoU with the true change it covers most of."""
    mask, rows, cols = place.mask(truth.shape)
    within = np.bincount(truth[rows, cols][mask], minlength=int(truth.max()) + 1)
    within[0] = 0
    k = int(np.argmax(within))
    return (
        float(within[k] / max(mask.sum() + np.count_nonzero(truth == k) - within[k], 1)) if within[k] else 0.0
    )


def fit(
    samples: list[tuple[Floats, NDArray[np.bool_], NDArray[np.float64]]],
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic regression; each pair counts alike, its true and its other rectangles half each."""
    figures, true, weight = (np.concatenate(part).astype(np.float64) for part in zip(*samples, strict=True))
    middle, spread = figures.mean(axis=0), figures.std(axis=0) + 1e-6
    scaled, weight = (figures - middle) / spread, weight / weight.sum()

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = scaled @ at[:-1] + at[-1]
        error = weight * (1 / (1 + np.exp(-score)) - true)
        cost = float(weight @ (np.logaddexp(0, score) - true * score)) + _HELD_BACK * float(at[:-1] @ at[:-1])
        return cost, np.append(scaled.T @ error + 2 * _HELD_BACK * at[:-1], error.sum())

    best = minimize(loss, np.zeros(figures.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = best[:-1] / spread
    return weights, float(best[-1] - middle @ weights)


def measure(made: Iterator[MadePair]) -> Iterator[str]:
    """Of the true changes, how many the first ten places point to, by kind of pair and method."""
    tally: dict[tuple[str, str], list[int]] = {}
    strongest: list[float] = []
    seconds, pairs = 0.0, 0
    for one in made:
        kind = one.name.split("-")[0]
        start = time.process_time()
        found = find_places(one.pair, PairOptions(places=PLACES)).places
        seconds, pairs = seconds + time.process_time() - start, pairs + 1
        if not one.truth.any():
            strongest.append(max((place.worth for place in found), default=0.0))
            continue
        grid = one.pair.attrs["grid"]
        lists = {
            "Siteline": [polygon_mask(place.outline, grid) for place in found],
            "CVA": by_vectors(one.pair),
            "CVA, coloured as ours": by_vectors(even_pair(one.pair)),
        }
        for method, places in lists.items():
            row = tally.setdefault((kind, method), [0, 0, 0, 0])
            hit, right = point(places, one.truth)
            for at, value in enumerate((hit, int(one.truth.max()), right, len(places))):
                row[at] += value
    for (kind, method), (hit, true, right, listed) in tally.items():
        yield f"{kind:8} {method:22} {hit / true:.2f} ({hit} of {true}); of the places, right {right / max(listed, 1):.2f}"
    if strongest:
        yield f"strongest place of pairs without a change: {', '.join(f'{w:.2f}' for w in sorted(strongest))} (weak below {WEAK})"
    yield f"{seconds / max(pairs, 1):.1f} s of processor a pair"


def _fitted() -> Iterator[MadePair]:
    """Two pairs of a seed, and of one seed in four one without a change and one in which houses go."""
    for seed in FITTED:
        yield from make_pairs(range(seed, seed + 1), KINDS if seed % 4 == 1 else ("estate", "village"))


def main(argv: list[str]) -> None:
    """Measure, or fit."""
    if "--fit" in argv:
        rng = np.random.default_rng(5)
        weights, bias = fit([sample(made, rng) for made in _fitted()])
        for name, weight in zip(NAMES, weights, strict=True):
            print(f'    "{name}": {weight:.2f},')
        print(f"BIAS = {bias:.2f}")
        return
    for line in measure(make_pairs(HELD)):
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
