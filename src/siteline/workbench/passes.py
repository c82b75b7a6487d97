"""Radar passes in a search: how many there are of each orbit, and what a user must know of them before they are fetched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from siteline.change.radar.options import RadarOptions
from siteline.model.dates import say_count
from siteline.model.found import FoundScene
from siteline.model.radar import LEAST_SHOWN, RadarTake
from siteline.model.remark import Remark


def describe_take(radar: RadarTake) -> dict[str, Any]:
    """How a radar scene was taken, in interchange form."""
    return {"orbit": radar.orbit.value, "relative_orbit": radar.relative_orbit, "units": radar.units.value}


def count_tracks(scenes: Sequence[FoundScene]) -> list[dict[str, Any]]:
    """Usable passes of each orbit, in interchange form."""
    counts = Counter(scene.radar.track for scene in _usable(scenes) if scene.radar is not None)
    return [{"track": track, "passes": counts[track]} for track in sorted(counts)]


def tell_passes(fresh: Sequence[FoundScene], known: Sequence[FoundScene], mixed: int) -> tuple[Remark, ...]:
    """
    What is to be known of the passes of a search.

    known: found before; with the fresh ones they make the series. mixed: fresh ones with other polarisations than most.
    """
    told = []
    if mixed:
        told.append(
            Remark(
                "radar",
                f"{say_count(mixed)} of its passes {'has' if mixed == 1 else 'have'} other polarisations than most, "
                "and cannot be compared with them",
                "Search for what all have with --bands, such as: --bands vv",
            )
        )
    tracks: dict[str, dict[str, list[FoundScene]]] = defaultdict(lambda: defaultdict(list))
    asked = {scene.radar.track for scene in _usable(fresh) if scene.radar is not None}
    for scene in _usable({s.id: s for s in (*known, *fresh)}.values()):
        if scene.radar is not None and scene.radar.track in asked:
            orbit = scene.notes.get("absolute orbit") or scene.acquired.first_day.isoformat()
            tracks[scene.radar.track][orbit].append(scene)
    least = RadarOptions().least_looks
    for track, passes in sorted(tracks.items()):
        shown = [max(map(_share, pieces)) for pieces in passes.values()]
        cut = sum(share < LEAST_SHOWN for share in shown)
        if cut:
            told.append(
                Remark(
                    f"radar, {track}",
                    f"{say_count(cut)} of {len(shown)} passes show less than {LEAST_SHOWN:.0%} of the site, where their "
                    "swath or file ends; these are not used",
                    "Draw a smaller aoi, or rely on the other orbits.",
                )
            )
        if 0 < len(shown) - cut < least:
            told.append(
                Remark(
                    f"radar, {track}",
                    f"{say_count(len(shown) - cut)} {'pass' if len(shown) - cut == 1 else 'passes'} of this orbit, and fewer "
                    f"than {least} say nothing",
                    "Search a longer time: 40 are better.",
                )
            )
    return tuple(told)


def _usable(scenes: Iterable[FoundScene]) -> list[FoundScene]:
    return [scene for scene in scenes if scene.radar is not None and scene.fault is None]


def _share(scene: FoundScene) -> float:
    """Share of the site that it shows by its outline; all of it where nobody says."""
    try:
        return float(scene.notes.get("share of site", "1"))
    except ValueError:
        return 1.0
