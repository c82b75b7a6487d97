"""The fewest things that lists of them can mean, where some surely differ: a lower bound that holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def fewest(weights: Mapping[int, int], cliques: Sequence[frozenset[int]]) -> int:
    """Where nobody said more: the heaviest set of things of which each surely differs from each."""
    return max((sum(weights[one] for one in clique) for clique in cliques), default=0)


def fewest_of_two(
    weights: Mapping[int, int],
    a: frozenset[int],
    b: frozenset[int],
    differ: Callable[[int, int], bool],
) -> int:
    """
    The fewest things that two such sets can be together: all of both, less the most of them that can be the same.

    Exact for two sets: what can be the same is a matching between them (König), here with weights as capacities.
    """
    left, right = sorted(a - b), sorted(b - a)
    total = sum(weights[one] for one in a | b)
    room = {one: weights[one] for one in (*left, *right)}
    free = {one: [other for other in right if not differ(one, other)] for one in left}
    flow: dict[tuple[int, int], int] = {}
    matched = 0
    for one in left:
        while room[one] and _augment(one, free, room, flow, set()):
            room[one] -= 1
            matched += 1
    return total - matched


def _augment(
    one: int,
    free: Mapping[int, Sequence[int]],
    room: dict[int, int],
    flow: dict[tuple[int, int], int],
    seen: set[int],
) -> bool:
    """Find room for one more unit of `one`, moving others aside where that helps."""
    for other in free[one]:
        if other in seen:
            continue
        seen.add(other)
        if room[other]:
            room[other] -= 1
            flow[one, other] = flow.get((one, other), 0) + 1
            return True
        for holder, held in list(flow):
            if (
                held == other
                and flow[holder, held]
                and holder != one
                and _augment(holder, free, room, flow, seen)
            ):
                flow[holder, held] -= 1
                flow[one, other] = flow.get((one, other), 0) + 1
                return True
    return False
