"""
Maximum-weight independent sets, exactly: branch and bound for small graphs, integer programming (HiGHS) for large ones.

Both are given cliques: of nodes that are all joined at most one can be taken. For scopes in one place the graph is one of
intervals, whose cliques make the linear relaxation whole already.
"""

from __future__ import annotations

from collections.abc import Sequence

STEPS = 4_000
"""Branches that are looked at before the graph is handed to HiGHS."""

SECONDS = 20.0
"""What HiGHS may take for one connected part."""


def solve(
    weights: Sequence[int], joined: Sequence[int], part: int, steps: int = STEPS, seconds: float = SECONDS
) -> tuple[int, list[int], bool]:
    """
    (weight, nodes, whether nothing heavier exists) of one connected part of a graph.

    weights: positive, falling. joined: for each node the bit set of its neighbours. part: bit set of nodes.
    """
    search = _Search(weights, joined, steps)
    search.run(part)
    if not search.cut_off:
        return search.best, search.chosen, True
    nodes, is_proven = _by_programming(weights, joined, part, seconds)
    found = sum(weights[i] for i in nodes)
    if found < search.best:
        return search.best, search.chosen, False
    return found, nodes, is_proven


def _by_programming(
    weights: Sequence[int], joined: Sequence[int], part: int, seconds: float
) -> tuple[list[int], bool]:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    nodes = [i for i in range(len(weights)) if part >> i & 1]
    place = {node: n for n, node in enumerate(nodes)}
    cliques = _cliques(joined, part)
    rows = [row for row, clique in enumerate(cliques) for _ in clique]
    columns = [place[i] for clique in cliques for i in clique]
    table = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(cliques), len(nodes)))
    said = milp(
        -np.array([weights[i] for i in nodes], dtype=float),
        integrality=np.ones(len(nodes)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(table, ub=1),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if said.x is None:
        return [], False
    taken = [node for node, x in zip(nodes, said.x, strict=True) if x > 0.5]
    if any(joined[i] >> j & 1 for i in taken for j in taken):  # never trust a solver with what is published
        return [], False
    return taken, bool(said.status == 0)


def _cliques(joined: Sequence[int], part: int) -> list[list[int]]:
    """Maximal cliques that together hold every edge."""
    found = list[list[int]]()
    open_edges = {i: joined[i] & part for i in range(len(joined)) if part >> i & 1}
    for i in open_edges:
        while open_edges[i]:
            j = (open_edges[i] & -open_edges[i]).bit_length() - 1
            clique, common = [i, j], joined[i] & joined[j] & part
            while common:
                fresh = common & open_edges[i] or common
                k = (fresh & -fresh).bit_length() - 1
                clique.append(k)
                common &= joined[k]
            for a in clique:
                for b in clique:
                    if a != b:
                        open_edges[a] &= ~(1 << b)
            found.append(clique)
    return found


def components(joined: Sequence[int]) -> list[int]:
    """Connected parts of the graph, as bit sets."""
    found, left = [], (1 << len(joined)) - 1
    while left:
        part = frontier = left & -left
        while frontier:
            i = (frontier & -frontier).bit_length() - 1
            frontier &= frontier - 1
            new = joined[i] & ~part
            part |= new
            frontier |= new
        found.append(part)
        left &= ~part
    return found


class _Search:
    """Branch and bound over one part of the graph; nodes are numbered by falling weight."""

    def __init__(self, weights: Sequence[int], joined: Sequence[int], steps: int) -> None:
        self.weights, self.joined, self.left = weights, joined, steps
        self.best = 0
        self.chosen: list[int] = []
        self.cut_off = False

    def run(self, candidates: int) -> None:
        """Greedy first, for a bound at once; then all that could beat it."""
        rest, picked, total = candidates, list[int](), 0
        while rest:
            i = (rest & -rest).bit_length() - 1
            picked.append(i)
            total += self.weights[i]
            rest &= ~(self.joined[i] | 1 << i)
        self.best, self.chosen = total, picked
        stack: list[tuple[int, int, tuple[int, ...]]] = [(candidates, 0, ())]
        while stack:
            if self.left <= 0:
                self.cut_off = True
                return
            self.left -= 1
            candidates, total, taken = stack.pop()
            if total > self.best:
                self.best, self.chosen = total, list(taken)
            if not candidates or total + self._bound(candidates) <= self.best:
                continue
            i = self._branch(candidates)
            without = candidates & ~(1 << i)
            stack.append((without, total, taken))
            stack.append((without & ~self.joined[i], total + self.weights[i], (*taken, i)))

    def _branch(self, candidates: int) -> int:
        """The node with most neighbours left: deciding it leaves the smallest parts."""
        best, most, rest = -1, -1, candidates
        while rest:
            i = (rest & -rest).bit_length() - 1
            rest &= rest - 1
            degree = (self.joined[i] & candidates).bit_count()
            if degree > most:
                best, most = i, degree
        return best

    def _bound(self, candidates: int) -> int:
        """At most one of each clique can be taken: the sum of the heaviest of each, over a greedy cover by cliques."""
        total = 0
        while candidates:
            i = (candidates & -candidates).bit_length() - 1
            total += self.weights[i]
            clique, common = 1 << i, self.joined[i] & candidates
            while common:
                j = (common & -common).bit_length() - 1
                clique |= 1 << j
                common &= self.joined[j]
            candidates &= ~clique
        return total
