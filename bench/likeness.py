"""How well stills are found in footage: python -m bench.likeness [stills]."""

from __future__ import annotations

import sys
import time
from collections import defaultdict

import numpy as np
from tests.evidence.stills import EASY, HARD, as_sent, grab

from bench.cases import shared
from siteline.evidence.media.footage import read_footage
from siteline.evidence.media.match import Frames, Still, find_still

PATTERNS = ("pattern-hd-no-bar", "pattern-sd-with-small-logo-bar", "pattern-sd-with-large-logo-bar")


def main(count: int) -> None:
    """Every edit of every scene against every video: found where it is, and where it is not."""
    folder = shared() / "data/evidence/video"
    videos = {path.stem: Frames(read_footage(path)) for path in sorted(folder.glob("*.mp4"))}
    shares = list(np.linspace(0.03, 0.97, count))
    edits = {"as it is": lambda picture: picture} | EASY | HARD
    found: dict[str, list[bool]] = defaultdict(list)
    usable: dict[str, list[bool]] = defaultdict(list)
    false: list[str] = []
    inliers: list[int] = []
    started, looks = time.perf_counter(), 0
    for source in ("pattern-hd-no-bar", "doorknob-hd-no-bar"):
        stills = grab(folder / f"{source}.mp4", shares)
        for name, edit in edits.items():
            for share, picture in zip(shares, stills, strict=True):
                still = Still(name, as_sent(edit(picture)))
                has_enough = still.hashes[0].usable
                for video, frames in videos.items():
                    match = find_still(still, frames)
                    looks += 1
                    same = (source in PATTERNS) == (video in PATTERNS)
                    if same:
                        found[name].append(match.verdict == "match")
                        if has_enough:
                            usable[name].append(match.verdict == "match")
                    else:
                        inliers.append(match.inliers)
                        if match.verdict == "match":
                            false.append(f"{source} at {share:.2f}, {name}, in {video}")
    seconds = time.perf_counter() - started
    print(f"{'edit':28} found (all)   found (quality of the still at least 50)")
    for name in edits:
        print(
            f"{name:28} {np.mean(found[name]):8.1%}      {np.mean(usable[name]):8.1%}   of {len(usable[name])}"
        )
    print(
        f"false among strangers: {len(false)} of {len(inliers)}; most places that agreed: {max(inliers)} (20 are needed)"
    )
    print("\n".join(false))
    print(
        f"{seconds / looks:.2f} s a still and video of {np.mean([len(one.frames) for one in videos.values()]):.0f} frames"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
