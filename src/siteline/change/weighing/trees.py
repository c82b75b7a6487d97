"""Boosted trees, walked: a sum of small decision trees over named terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Node = tuple[int, float, int, int]
"""Number of a term, its limit, and the nodes to go to at or below it and above it; a leaf has term -1 and its worth as limit."""


@dataclass(frozen=True, slots=True)
class Trees:
    """A model whose score is a sum over small trees (gradient boosting, Friedman 2001); `bench.fitting` grows them."""

    names: tuple[str, ...]
    """Of the terms that it asks for."""

    start: float
    trees: tuple[tuple[Node, ...], ...]

    def score(self, terms: Mapping[str, float]) -> float:
        """Log odds. Raises KeyError if a term is missing."""
        values = [terms[name] for name in self.names]
        return self.start + sum(_walk(tree, values) for tree in self.trees)


def _walk(tree: Sequence[Node], values: Sequence[float]) -> float:
    term, limit, below, above = tree[0]
    while term >= 0:
        term, limit, below, above = tree[below if values[term] <= limit else above]
    return limit
