"""Two exhibits held against each other: hashes first, then local features; what comes out is a pair for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ulid import ULID

from siteline.evidence.likeness.frames import Framed
from siteline.evidence.likeness.pairs import DEEP, HASHES, MATCH, NO_MATCH, Pair
from siteline.evidence.likeness.sweep import Met, shares, sweep
from siteline.evidence.media.footage import Footage
from siteline.evidence.media.match import VIEWS, Frames, Match, Still, find_still
from siteline.evidence.media.pdq import ALIKE
from siteline.model.errors import BadInput
from siteline.model.exhibit import Exhibit
from siteline.workbench.case import Case
from siteline.workbench.evidence.framing import pictures_of

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_STILLS = 8
"""Frames of a video that are looked for in another, if no hash is near."""


class Comparer:
    """Holds exhibits of one case against each other; the last few decoded ones are kept at hand."""

    def __init__(self, case: Case, framed: Mapping[str, Framed]) -> None:
        self._framed = framed
        self._footage: Callable[[Exhibit], Footage] = lru_cache(4)(
            lambda exhibit: pictures_of(case, exhibit, framed[exhibit.sha256])
        )
        self._frames: Callable[[Exhibit], Frames] = lru_cache(4)(lambda e: Frames(self._footage(e)))

    def at_hashes(self, a: Exhibit, b: Exhibit, met: Met) -> Pair:
        """What the nearest hashes of two blobs amount to, with a closer look where they are near and not alike."""
        share_a, share_b = shares(met, self._framed)
        nearest = met.near[0]
        if nearest.distance <= ALIKE:
            return self._pair(
                a, b, MATCH, "pdq", HASHES,
                distance=nearest.distance, view=VIEWS[nearest.view], place_a=nearest.a, place_b=nearest.b,
                share_a=share_a, share_b=share_b,
            )  # fmt: skip
        found: Match | None = None
        for place in dict.fromkeys(near.a for near in met.near):
            others = [near.b for near in met.near if near.a == place]
            still = self._still(a, place)
            match = find_still(still, Frames(_only(self._footage(b), others)))
            if found is None or match.verdict == MATCH or match.inliers > found.inliers:
                found, nearest = match, next(near for near in met.near if near.a == place)
            if match.verdict == MATCH:
                break
        assert found is not None
        return self._said(a, b, found, HASHES, nearest.a, (share_a, share_b), fallback_b=nearest.b)

    def deep(self, a: Exhibit, b: Exhibit) -> Pair:
        """A look with local features whatever the hashes say; slow, and for two exhibits that somebody named."""
        met = next(
            iter(sweep([self._framed[a.sha256]], [self._framed[a.sha256], self._framed[b.sha256]])), None
        )
        part = shares(met, self._framed) if met else (0.0, 0.0)
        if met and met.near[0].distance <= ALIKE:
            return replace(self.at_hashes(a, b, met), looked=DEEP)
        frames = self._framed[a.sha256].frames
        step = max(1, -(-len(frames) // _MOST_STILLS))
        found: tuple[Match, int] | None = None
        for place in range(0, len(frames), step):
            match = find_still(self._still(a, place), self._frames(b))
            if found is None or match.verdict == MATCH or match.inliers > found[0].inliers:
                found = (match, place)
            if match.verdict == MATCH:
                break
        if found is None:
            raise BadInput(f"{a.name} has no frame to compare", "See: siteline evidence match")
        return self._said(a, b, found[0], DEEP, found[1], part)

    def _still(self, exhibit: Exhibit, place: int) -> Still:
        import numpy as np

        return Still(exhibit.name, self._footage(exhibit).pictures[place].astype(np.float32))

    def _said(
        self,
        a: Exhibit,
        b: Exhibit,
        match: Match,
        looked: str,
        place_a: int,
        part: tuple[float, float],
        fallback_b: int = 0,
    ) -> Pair:
        times = [frame.t or 0.0 for frame in self._framed[b.sha256].frames]
        place_b = times.index(match.t) if match.t in times else fallback_b
        is_match = match.verdict == MATCH
        return self._pair(
            a, b, MATCH if is_match else NO_MATCH, match.method, looked,
            distance=match.distance, view=match.view, place_a=place_a, place_b=place_b,
            share_a=part[0], share_b=part[1], inliers=match.inliers, spread=match.spread,
        )  # fmt: skip

    def _pair(
        self,
        a: Exhibit,
        b: Exhibit,
        verdict: str,
        method: str,
        looked: str,
        *,
        distance: int | None,
        view: str,
        place_a: int,
        place_b: int,
        share_a: float,
        share_b: float,
        inliers: int = 0,
        spread: float = 0.0,
    ) -> Pair:
        t_a, t_b = (self._framed[e.sha256].frames[p].t for e, p in ((a, place_a), (b, place_b)))
        pair = Pair(
            id=str(ULID()),
            a=a.id,
            b=b.id,
            a_sha256=a.sha256,
            b_sha256=b.sha256,
            verdict=verdict,
            method=method,
            looked=looked,
            distance=distance,
            view=view,
            inliers=inliers,
            spread=spread,
            t_a=t_a if verdict == MATCH else None,
            t_b=t_b if verdict == MATCH else None,
            share_a=share_a if a.kind == "video" else None,
            share_b=share_b if b.kind == "video" else None,
            means="",
        )
        return replace(pair, means=_means(a, b, pair))


def same_bytes(a: Exhibit, b: Exhibit) -> Pair:
    """Two exhibits of one blob."""
    means = f"{a.name} and {b.name} are the same bytes, taken in twice under different descriptions."
    return Pair(
        str(ULID()), a.id, b.id, a.sha256, b.sha256, MATCH, "bytes", DEEP, 0, VIEWS[0], 0, 0.0, None, None, None,
        None, means,
    )  # fmt: skip


def in_order(a: Exhibit, b: Exhibit) -> tuple[Exhibit, Exhibit]:
    """A still before footage, else the older before the younger."""
    return (a, b) if (a.kind != "image", a.id) <= (b.kind != "image", b.id) else (b, a)


def _only(footage: Footage, places: Sequence[int]) -> Footage:
    chosen = sorted(set(places))
    return replace(
        footage,
        frames=tuple(footage.frames[place] for place in chosen),
        pictures=tuple(footage.pictures[place] for place in chosen),
    )


def _means(a: Exhibit, b: Exhibit, pair: Pair) -> str:
    if pair.verdict != MATCH:
        return f"{a.name} was not found in {b.name}; that does not show that it is not in it."
    where = [f"{e.name} at {t:.2f} s" if t is not None else e.name for e, t in ((a, pair.t_a), (b, pair.t_b))]
    turned = "" if pair.view == VIEWS[0] else f", {pair.view}"
    if pair.method == "pdq":
        how = f"{pair.distance} of 256 bits differ{turned}"
    else:
        how = f"{pair.inliers} places agree, over {pair.spread:.0%} of the picture{turned}"
    whole = [
        f"{share:.0%} of the frames of {e.name}"
        for e, share in ((a, pair.share_a), (b, pair.share_b))
        if share
    ]
    also = f" Alike: {' and '.join(whole)}." if pair.t_a is not None and whole else ""
    return f"{where[0]} is alike to {where[1]} ({how}).{also} Look at the pair."
