"""Spans of bytes in a file: united, subtracted, joined into requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]
"""First byte, and one after the last."""

ALWAYS_JOINED = 4 << 10
"""Bytes that are read along rather than asked around."""

_MOST_JOINED = 256 << 10
_WASTE = 0.25
"""Of the bytes on either side, what may be read along to save a request."""


def unite(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same bytes as spans in order that neither touch nor overlap."""
    united: list[Span] = []
    for start, stop in sorted(span for span in spans if span[0] < span[1]):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(stop, united[-1][1]))
        else:
            united.append((start, stop))
    return tuple(united)


def subtract(wanted: Iterable[Span], have: Iterable[Span]) -> tuple[Span, ...]:
    """What is wanted and not there."""
    there = unite(have)
    left: list[Span] = []
    at = 0
    for start, stop in unite(wanted):
        while at < len(there) and there[at][1] <= start:
            at += 1
        look = at
        while start < stop and look < len(there) and there[look][0] < stop:
            if there[look][0] > start:
                left.append((start, there[look][0]))
            start = max(start, there[look][1])
            look += 1
        if start < stop:
            left.append((start, stop))
    return tuple(left)


def total(spans: Iterable[Span]) -> int:
    """How many bytes."""
    return sum(stop - start for start, stop in unite(spans))


def requests(wanted: Iterable[Span], have: Sequence[Span], most: int) -> tuple[Span, ...]:
    """
    What to ask for, so that all that is wanted will be there: near spans as one, long ones in pieces of `most` bytes.

    Never a byte of `have` again: a gap that holds one is not read along.
    """
    joined: list[Span] = []
    for start, stop in subtract(wanted, have):
        if joined:
            before = joined[-1]
            gap = start - before[1]
            sides = (before[1] - before[0]) + (stop - start)
            near = gap <= max(ALWAYS_JOINED, min(_MOST_JOINED, int(_WASTE * sides)))
            if near and subtract([(before[1], start)], have) == ((before[1], start),):
                joined[-1] = (before[0], stop)
                continue
        joined.append((start, stop))
    return tuple((at, min(at + most, stop)) for start, stop in joined for at in range(start, stop, most))
