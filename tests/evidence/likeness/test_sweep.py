"""All against all by hashes: what the fast search finds is what a plain comparison of each with each finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.evidence.likeness.frames import HASHED, Framed, KeptFrame, View
from siteline.evidence.likeness.sweep import shares, sweep
from siteline.evidence.media.pdq import Pdq, distance


def view(rng: np.random.Generator, like: str | None, flips: int, quality: int) -> View:
    """Eight hashes, one of them a few bits from another blob's."""
    hexes = [rng.bytes(32).hex() for _ in range(8)]
    if like is not None:
        bits = int(like, 16)
        for place in rng.choice(256, flips, replace=False):
            bits ^= 1 << int(place)
        hexes[int(rng.integers(8))] = f"{bits:064x}"
    return View(tuple(hexes), quality)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), blobs=st.integers(2, 6), new=st.integers(1, 6))
def test_the_search_finds_what_a_plain_comparison_finds(seed: int, blobs: int, new: int) -> None:
    rng = np.random.default_rng(seed)
    framed: list[Framed] = []
    for number in range(blobs):
        frames = []
        for _ in range(int(rng.integers(1, 4))):
            earlier = [f.whole.hexes[0] for one in framed for f in one.frames]
            like = earlier[int(rng.integers(len(earlier)))] if earlier and rng.random() < 0.6 else None
            whole = view(rng, like, int(rng.integers(0, 80)), int(rng.choice([20, 49, 50, 90])))
            inner = view(rng, None, 0, 80) if rng.random() < 0.3 else None
            frames.append(KeptFrame(None, "picture", whole, inner))
        framed.append(Framed(f"{number:064x}", HASHED, {}, tuple(frames), number + 1))
    fresh = framed[-new:]
    met = {frozenset((one.a, one.b)): one for one in sweep(fresh, framed)}
    by_name = {one.sha256: one for one in framed}
    for one in met.values():
        assert plainly(by_name[one.a], by_name[one.b]) == one.near[0].distance
        assert all(0 <= share <= 1 for share in shares(one, by_name))
    for a in fresh:
        for b in framed:
            if a is not b and frozenset((a.sha256, b.sha256)) not in met:
                assert min(plainly(a, b), plainly(b, a) if b in fresh else 257) > 60 or b in fresh


def plainly(a: Framed, b: Framed) -> int:
    """Nearest of any turning of a frame of `a` and a frame of `b` as it is."""
    return min(
        (
            distance(Pdq(turned, 100), Pdq(other.hexes[0], 100))
            for fa in a.frames
            for va in fa.views
            if va.quality >= 50
            for turned in va.hexes
            for fb in b.frames
            for other in fb.views
            if other.quality >= 50
        ),
        default=257,
    )
