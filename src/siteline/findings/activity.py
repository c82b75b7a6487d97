"""
Counts over time: one series for each sort of thing and place, gaps with their reasons, and what the ranges let us say.

A look on which the ground could not be seen is a gap, never a nought. Of two counts, "more" is said only where the ranges
do not overlap; counters who disagree widen the range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from siteline.findings.wording import say_when
from siteline.model.activity import (
    Count,
    CountChange,
    CountedLook,
    CountRange,
    CountSeries,
    FiledCount,
    LookKind,
    Verdict,
)
from siteline.model.change import Status
from siteline.model.imagery import Look, Scene
from siteline.model.shown import plain

SAME_GROUND = 0.9
"""Intersection over union from which two outlines enclose the same ground."""

SAME_PIXELS = 1.25
"""Pixel sizes that differ by less than this factor show the same things."""

SURVEY = "survey"
"""Who says of a gap that nobody told of."""


def make_series(
    counts: Iterable[FiledCount], scenes: Mapping[str, Scene], looks: Sequence[Look] = ()
) -> tuple[CountSeries, ...]:
    """
    All series of one site, by what was counted and where.

    scenes: by id. looks: of the newest survey; those that it left out between the first and the last count are gaps.
    """
    groups: dict[tuple[str, str], list[FiledCount]] = {}
    for one in counts:
        if one.stands and one.count.scene_id in scenes:
            groups.setdefault((one.count.what.casefold(), one.count.place.casefold()), []).append(one)
    return tuple(_series(group, scenes, looks) for _, group in sorted(groups.items()))


def _series(group: Sequence[FiledCount], scenes: Mapping[str, Scene], looks: Sequence[Look]) -> CountSeries:
    by_scene: dict[str, list[FiledCount]] = {}
    for one in group:
        by_scene.setdefault(one.count.scene_id, []).append(one)
    told = [_look(scenes[name], ones) for name, ones in by_scene.items()]
    first = min(look.acquired.middle for look in told)
    last = max(look.acquired.middle for look in told)
    between = [
        look for look in looks if look.scene_id not in by_scene and first < look.acquired.middle < last
    ]
    for look in between:
        if not look.used and (scene := scenes.get(look.scene_id)) is not None:
            why = look.reason or "left out"
            told.append(CountedLook(scene.id, scene.acquired, scene.gsd_m, scene.sensor, None, why, SURVEY))
    ordered = tuple(sorted(told, key=lambda look: (look.acquired.middle, look.scene_id)))
    counted = [look for look in ordered if look.kind is LookKind.COUNTED]
    pairs = list(pairwise(counted))
    if len(counted) > 2:
        pairs.append((counted[0], counted[-1]))
    newest = group[-1].count
    return CountSeries(
        newest.site_id,
        newest.what,
        newest.place,
        ordered,
        tuple(compare(newest.what, a, b) for a, b in pairs),
        sum(look.used for look in between),
    )


def _look(scene: Scene, counts: Sequence[FiledCount]) -> CountedLook:
    """One image, of which accepted counts speak before others, and counts before who could not see it."""
    accepted = [one for one in counts if one.status is Status.ACCEPTED]
    speaking = accepted or list(counts)
    ranges = [one.count.counted for one in speaking if one.count.counted is not None]
    if ranges:
        whole = CountRange(min(r.low for r in ranges), max(r.high for r in ranges))
        return CountedLook(scene.id, scene.acquired, scene.gsd_m, scene.sensor, whole, counts=tuple(speaking))
    reason = "; ".join(dict.fromkeys(one.count.not_seen for one in speaking))
    who = ", ".join(dict.fromkeys(one.counter for one in speaking))
    return CountedLook(
        scene.id, scene.acquired, scene.gsd_m, scene.sensor, None, reason, who, tuple(speaking)
    )


def compare(what: str, earlier: CountedLook, later: CountedLook) -> CountChange:
    """What the ranges of two images of one series support."""
    assert earlier.counted is not None
    assert later.counted is not None
    was, now = earlier.counted, later.counted
    when = f"{say_when(later.acquired)} ({now}) than {say_when(earlier.acquired)} ({was})"
    if not _is_same_ground(earlier, later):
        verdict = Verdict.NOT_COMPARED
        said = f"{what}: not compared, because not the same ground was counted"
    elif now.low > was.high:
        verdict, said = Verdict.MORE, f"more {what} {when}"
    elif now.high < was.low:
        verdict, said = Verdict.FEWER, f"fewer {what} {when}"
    else:
        verdict = Verdict.NOT_SUPPORTED
        said = (
            f"{what}: {was} {say_when(earlier.acquired)} and {now} {say_when(later.acquired)} overlap; "
            "neither more nor fewer can be said"
        )
    return CountChange(earlier, later, verdict, said, tuple(_caveats(earlier, later)))


def _is_same_ground(a: CountedLook, b: CountedLook) -> bool:
    """Whether all counts of both images were made within the same outline."""
    counts = [one.count for look in (a, b) for one in look.counts]
    return all(is_one_ground(counts[0], other) for other in counts[1:])


def is_one_ground(a: Count, b: Count) -> bool:
    """Whether two counts were made within the same outline, but for how it was drawn."""
    if a.crs != b.crs:
        return False
    union = a.outline.union(b.outline).area
    return bool(union) and a.outline.intersection(b.outline).area / union >= SAME_GROUND


def _caveats(a: CountedLook, b: CountedLook) -> Iterable[str]:
    if a.gsd_m is None or b.gsd_m is None:
        yield "the pixel size of one of the two images is not known: what can be told apart on them may differ"
    elif max(a.gsd_m, b.gsd_m) > SAME_PIXELS * min(a.gsd_m, b.gsd_m):
        yield (
            f"pixels of {a.gsd_m:g} m and {b.gsd_m:g} m: on the sharper image more can be told apart, "
            "so the number may differ where the ground does not"
        )
    if a.sensor and b.sensor and a.sensor != b.sensor:
        yield f"two sensors, {a.sensor} and {b.sensor}"
    for look in (a, b):
        if not look.agreed:
            yield f"counters disagree on {look.scene_id}: {say_counters(look)}"


def say_counters(look: CountedLook) -> str:
    """Each counter's own number: "A. Analyst 12–15, B. Analyst 18–20"."""
    return ", ".join(
        f"{plain(one.counter, 80)} {one.count.counted if one.count.counted is not None else 'could not see it'}"
        for one in look.counts
    )
