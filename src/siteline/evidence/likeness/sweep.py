"""
All frames against all frames by their hashes: every turning and mirroring, with and without uniform borders.

Pairs within 31 of 256 bits are alike; those within 60 are worth a look with local features. What is too plain
(quality below 50) takes no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siteline.evidence.likeness.frames import Framed, View
from siteline.evidence.media.match import TO_CHECK
from siteline.evidence.media.pdq import ALIKE, LOWEST_QUALITY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_AT_A_TIME = 256
"""Hashes that are held against all others at a time."""

_CANDIDATES = 12
"""Frames of a pair that are looked at more closely, the nearest first."""


@dataclass(frozen=True, slots=True)
class Near:
    """Two frames that are near each other by their hashes."""

    distance: int
    view: int
    """Which of the eight views of the first frame it is."""

    a: int
    """Place of the frame among those of its blob."""

    b: int


@dataclass(frozen=True, slots=True)
class Met:
    """Two blobs with frames near each other."""

    a: str
    b: str
    near: tuple[Near, ...]
    """The nearest first."""

    alike_a: int
    """Frames of `a` that have one within 31 bits in `b`."""

    alike_b: int


@dataclass(frozen=True, slots=True)
class _Table:
    """Usable hashes of many blobs."""

    bits: NDArray[np.uint64]
    """(n, 4)"""

    blob: NDArray[np.int64]
    frame: NDArray[np.int64]
    view: NDArray[np.int64]


def usable(framed: Framed) -> int:
    """Frames that have enough in them for their hash to mean something."""
    return sum(any(view.quality >= LOWEST_QUALITY for view in frame.views) for frame in framed.frames)


def sweep(fresh: Sequence[Framed], all_: Sequence[Framed]) -> Iterator[Met]:
    """
    Every pair of a fresh blob and any other that has frames within 60 bits, each pair once.

    fresh: blobs that were not compared yet; all_: every blob, the fresh ones too.
    """
    import numpy as np

    names = [framed.sha256 for framed in all_]
    place = {name: index for index, name in enumerate(names)}
    is_fresh = np.zeros(len(names), bool)
    is_fresh[[place[framed.sha256] for framed in fresh]] = True
    asking = _table([(place[framed.sha256], framed) for framed in fresh], range(8))
    standing = _table(list(enumerate(all_)), range(1))
    met: dict[tuple[int, int], list[Near]] = {}
    for start in range(0, len(asking.bits), _AT_A_TIME):
        bits = asking.bits[start : start + _AT_A_TIME]
        differing = np.zeros((len(bits), len(standing.bits)), np.uint16)
        for word in range(4):
            differing += np.bitwise_count(bits[:, word, None] ^ standing.bits[None, :, word])
        for row, column in np.argwhere(differing <= TO_CHECK):
            one, other = int(asking.blob[start + row]), int(standing.blob[column])
            if one == other or (is_fresh[other] and other < one):
                continue  # itself; or met from the other side
            near = Near(
                int(differing[row, column]),
                int(asking.view[start + row]),
                int(asking.frame[start + row]),
                int(standing.frame[column]),
            )
            met.setdefault((one, other), []).append(near)
    for (one, other), all_near in met.items():
        yield _met(names[one], names[other], all_near)


def _met(a: str, b: str, near: list[Near]) -> Met:
    best: dict[tuple[int, int], Near] = {}
    for one in near:
        known = best.get((one.a, one.b))
        if known is None or (one.distance, one.view) < (known.distance, known.view):
            best[one.a, one.b] = one
    ranked = sorted(best.values(), key=lambda one: (one.distance, one.a, one.b, one.view))
    alike = [one for one in ranked if one.distance <= ALIKE]
    return Met(
        a, b, tuple(ranked[:_CANDIDATES]), len({one.a for one in alike}), len({one.b for one in alike})
    )


def _table(blobs: Sequence[tuple[int, Framed]], views: range) -> _Table:
    import numpy as np

    hexes, blob, frame, turned = list[str](), list[int](), list[int](), list[int]()
    for index, framed in blobs:
        for place, one in enumerate(framed.frames):
            for view in _usable_views(one.views):
                for turn in views:
                    hexes.append(view.hexes[turn])
                    blob.append(index)
                    frame.append(place)
                    turned.append(turn)
    raw = np.frombuffer(bytes.fromhex("".join(hexes)), dtype=np.uint64).reshape(-1, 4)
    return _Table(raw, np.array(blob, np.int64), np.array(frame, np.int64), np.array(turned, np.int64))


def _usable_views(views: Sequence[View]) -> list[View]:
    return [view for view in views if view.quality >= LOWEST_QUALITY]


def shares(met: Met, framed: Mapping[str, Framed]) -> tuple[float, float]:
    """Part of the usable frames of each that the other has too."""
    return tuple(  # type: ignore[return-value]
        round(count / max(usable(framed[name]), 1), 3)
        for count, name in ((met.alike_a, met.a), (met.alike_b, met.b))
    )
