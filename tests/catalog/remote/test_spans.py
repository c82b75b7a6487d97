"""Spans of bytes: what is asked for covers what is missing, and never what is there."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from siteline.catalog.remote.spans import Span, requests, subtract, total, unite

SPANS = st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 9_000)).map(lambda p: (p[0], p[0] + p[1])))


def as_set(spans: list[Span] | tuple[Span, ...]) -> set[int]:
    return {byte for start, stop in spans for byte in range(start, stop)}


@given(SPANS, SPANS)
def test_sums_and_differences_are_those_of_sets(some: list[Span], others: list[Span]) -> None:
    """United and subtracted spans hold the bytes that sets of bytes would."""
    assert as_set(unite(some)) == as_set(some)
    assert as_set(subtract(some, others)) == as_set(some) - as_set(others)
    assert total(some) == len(as_set(some))
    united = unite(some)
    assert all(a[1] < b[0] for a, b in pairwise(united))


@given(SPANS, SPANS, st.integers(1, 20_000))
def test_requests_fetch_all_that_is_missing_and_nothing_that_is_there(
    wanted: list[Span], have: list[Span], most: int
) -> None:
    """Each byte once, no piece too long, little beside what is wanted."""
    asked = requests(wanted, have, most)
    assert as_set(wanted) - as_set(have) <= as_set(asked)
    assert not as_set(asked) & as_set(have)
    assert total(asked) == sum(stop - start for start, stop in asked)
    assert all(stop - start <= most for start, stop in asked)


def test_near_spans_are_one_request_and_far_ones_are_two() -> None:
    """A small gap costs less than a request; a large one does not."""
    assert requests([(0, 100), (200, 300)], (), 1 << 20) == ((0, 300),)
    assert requests([(0, 100_000), (120_000, 300_000)], (), 1 << 20) == ((0, 300_000),)
    assert requests([(0, 100_000), (300_000, 400_000)], (), 1 << 20) == ((0, 100_000), (300_000, 400_000))
    assert requests([(0, 100), (200, 300)], [(150, 160)], 1 << 20) == ((0, 100), (200, 300))
