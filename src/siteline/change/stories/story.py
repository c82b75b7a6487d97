"""Several changes of one place, told as one: cleared, founded, walls up, roof on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine

from siteline.change.scene import Cut, Scene
from siteline.change.series.features import SCALES, typical_level
from siteline.change.series.patches import Mask, Patch, join_patches
from siteline.change.series.steps import partition
from siteline.change.series.timeline import Turn, level_between
from siteline.change.stories.kinds import Evidence, probability_of
from siteline.change.stories.places import Place, cast_shadows, look_late
from siteline.model.change import Kind
from siteline.model.place import Role, Structure

Array = NDArray[np.float32]

JOINED_YEARS = 0.75
"""Works that pause for longer than this are told as two changes."""

ROOFING_YEARS = 1.25
"""What a new building looks like may change for so long before it is another roof."""

GROWTH_YEARS = 0.25
"""Parts of one growing change follow each other within this."""

BEGINNING = 0.08
"""Share of a growing change that counts as its beginning; smaller specks before it may be anything."""

ROAD_M = 60.0
"""Blocks of one works lie no further apart than this."""

FRINGE_PX = 2
"""So far beyond a changed ground neighbours that share its evidence seem to step with it."""

MOST_GROWTH = 4.0
"""A thing that seems to reach further than this, over its seed, is left as it is."""

HALF = 0.5
"""Of the way from one level to the other, from which a pixel belongs to what changed: where a blurred edge lies."""

ALIKE = 3.0
"""Ground whose levels differ by less than this, in noticeable units, is of one kind."""

FEW_LOOKS = 16
"""Up to as many looks, dates are too coarse to see anything grow."""

MEMBER = 0.3
"""Least probability with which a change may become part of a story."""

TOLD = 0.5
"""Least probability with which a later change of the same ground ends what an earlier one left there."""

MOST = 0.5
"""Share of a place that a change must cover to be a change of that place."""


@dataclass(frozen=True, slots=True)
class Context:
    """A story among its rivals: other stories of about the same ground and time."""

    alone: float
    """Its probability by itself."""

    rival: float
    """That of the likeliest rival; 0 without one."""

    rivals: int
    size: float
    """Its ground over that rival's."""

    shared: float
    """Share of the smaller one's ground that both tell of."""

    inner: float = 0.0
    """Probability of the likeliest rival that lies well within it, as a building does within its yard; 0 without one."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is told as one event."""

    patch: Patch
    seen: Array
    """(time,) share of its pixels that are usable."""

    turn: Turn
    at: int
    """Look up to which it stood as before."""

    settled: int
    """Look from which it is taken to stand as it is."""

    evidence: Evidence
    probability: float
    label: str
    kind: Kind | None = None
    """Where the states of its place tell it; None if the evidence must."""

    context: Context | None = None


def join_growth(places: Sequence[Place], scene: Scene) -> list[Place]:
    """
    Join what grew: ground that turns into the same, bit by bit, side by side.

    A ring of walls closed over four months, or a wood felled from the north, is one change that was first visible where it
    began. Series of few looks are left alone: there, what is built in different years stays apart.
    """
    if len(scene.natural.years) <= FEW_LOOKS:
        return join_works(places, scene)
    able = _spread_out([p for p in places if p.probability >= MEMBER], scene)
    levels = [_levels_of(p, scene) for p in able]
    group = list(range(len(able)))
    order = sorted(range(len(able)), key=lambda i: (able[i].at, i))
    for n, i in enumerate(order):
        for j in order[:n]:
            pause = scene.natural.years[able[i].at] - scene.natural.years[able[j].at]
            if pause > GROWTH_YEARS or group[i] == group[j] or not able[i].patch.touches(able[j].patch):
                continue
            if _is_alike(levels[i][1], levels[j][1]) and (
                _is_alike(levels[i][0], levels[j][0]) or not (_fell(able[i]) or _fell(able[j]))
            ):
                old, new = group[i], group[j]
                group = [new if g == old else g for g in group]
    joined = [p for p in places if p.probability < MEMBER]
    for number in sorted(set(group)):
        members = [able[i] for i in order if group[i] == number]
        joined.append(members[0] if len(members) == 1 else _join(members))
    return joined


def _spread_out(places: Sequence[Place], scene: Scene) -> list[Place]:
    """Things out to where pixels went half of their way; where that makes one of two, the likelier one stays."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: -p.probability):
        patch = place.patch.spread(_stepped_like(place, scene, margin=max(place.patch.mask.shape)), 0)
        if patch.area <= MOST_GROWTH * place.patch.area:
            place = replace(place, patch=patch)
        if not any(_is_twin(place, k) for k in kept):
            kept.append(place)
    return kept


def _is_twin(a: Place, b: Place) -> bool:
    """Whether they are of about the same ground and look."""
    return abs(a.at - b.at) <= 1 and min(a.patch.covers(b.patch), b.patch.covers(a.patch)) > MOST


def join_works(places: Sequence[Place], scene: Scene) -> list[Place]:
    """
    Join the blocks of one works: ground that turned into the same at the same look, with no more than roads between.

    Only around ground larger than any building, where the pixel size is known: a solar plant is one event, and what lies within
    it is part of it; houses along a road stay apart.
    """
    gsd, left = scene.grid.gsd_m, list(places)
    if gsd is None or 2 * gsd > ROAD_M:
        return left
    for seed in sorted(places, key=lambda p: -p.patch.area):
        large = seed.patch.area >= scene.largest_building_px and seed.probability >= MEMBER
        if not large or not any(p is seed for p in left):
            continue
        margin = 3 * max(seed.patch.mask.shape)
        patch = seed.patch.spread(_stepped_like(seed, scene, margin), int(ROAD_M / gsd / 2))
        ground = patch.widened(FRINGE_PX, scene.natural.usable.shape[1:])
        within = [p for p in left if p.at == seed.at and ground.covers(p.patch) >= MOST]
        if patch.area > seed.patch.area:
            works = replace(_join(sorted(within, key=lambda p: p.turn.first_with)), patch=patch)
            left = [p for p in left if all(p is not w for w in within)] + [works]
    return left


def _stepped_like(place: Place, scene: Scene, margin: int) -> Mask:
    """(y, x) pixels within `margin` of it that went half of its way, and little astray, between the looks of its two levels."""
    series = scene.plain
    rows, cols, _ = place.patch.grown(margin, series.usable.shape[1:])
    scale = np.array([SCALES[name] for name in series.names], np.float32)[:, None, None]
    spans = (slice(place.start, place.at), slice(place.at, place.stop))
    before, after = (
        typical_level(series.values[:, s, rows, cols], series.usable[s, rows, cols]) / scale for s in spans
    )
    old, new = _levels_of(place, scene)
    way = np.nan_to_num(new - old)[:, None, None]
    length = max(float(np.square(way).sum()), 1e-6)
    went = ((after - before) * way).sum(axis=0) / length
    astray = np.square(after - before - went * way).sum(axis=0)
    alike = np.zeros(series.usable.shape[1:], bool)
    alike[rows, cols] = (went > HALF) & (astray < HALF * length)
    return alike


def _levels_of(place: Place, scene: Scene) -> tuple[Array, Array]:
    """Levels before and after, in noticeable units."""
    scale = np.array([SCALES[name] for name in scene.natural.names], np.float32)
    line = place.history.inside
    before, after = (level_between(line, a, b) for a, b in ((place.start, place.at), (place.at, place.stop)))
    return before / scale, after / scale


def _is_alike(a: Array, b: Array) -> bool:
    return bool(np.linalg.norm(np.nan_to_num(a - b)) < ALIKE)


def _fell(place: Place) -> bool:
    """Whether it stood out before and no longer does: a removed building keeps its own event within a clearing."""
    evidence = place.evidence
    return evidence.contrast_before > ALIKE and evidence.contrast_before > 1.6 * evidence.contrast_after


def _join(members: list[Place]) -> Place:
    """One place of several, first seen where it began. `members` are in order of date."""
    main = max(members, key=lambda p: p.patch.area)
    patch = join_patches([p.patch for p in members])
    evidence = replace(main.evidence, area_px=patch.area)
    first = next(p for p in members if p.patch.area >= BEGINNING * patch.area)
    last = members[-1]
    turn = replace(first.turn, complete=_completed(last, first), until=main.turn.until)
    probability = max(probability_of(evidence), max(p.probability for p in members))
    return replace(
        main,
        patch=patch,
        start=first.start,
        at=first.at,
        turn=turn,
        evidence=evidence,
        probability=probability,
    )


def tell_stories(places: Sequence[Place], scene: Scene) -> list[Story]:
    """Tell each change alone, up to where the next change of its ground begins."""
    told = [tell_alone(p) for p in places]
    return [_ended(story, told, scene) for story in told]


def _ended(story: Story, told: Sequence[Story], scene: Scene) -> Story:
    """
    A story up to where the next change of its ground begins.

    What came after is not what it left there: neither its looks nor its shadow say anything of it.
    """
    turn = story.turn
    later = [
        o.turn.first_with
        for o in told
        if o.probability >= TOLD
        and o.turn.first_with > turn.first_with
        and o.patch.covers(story.patch) >= MOST
    ]
    until = min([turn.until, *later])
    if until == turn.until:
        return story
    complete = turn.complete if turn.complete is not None and turn.complete < until else None
    before, after = (turn.since, story.at), (min(story.settled, until - 1), until)
    evidence = look_late(story.evidence, story.patch, scene, before, after)
    evidence = replace(evidence, shadow_after=cast_shadows(story.patch, scene, before, after).after)
    return replace(story, turn=replace(turn, complete=complete, until=until), evidence=evidence)


def tell_alone(place: Place) -> Story:
    """One change as a story of its own."""
    return Story(
        place.patch,
        place.history.seen,
        place.turn,
        place.at,
        place.at,
        place.evidence,
        place.probability,
        place.label,
    )


def _completed(last: Place, first: Place) -> int | None:
    """The look from which all of a change that took its time is complete; None if no look shows that."""
    complete = last.turn.complete
    return None if complete is None else max(complete, first.turn.first_with)


def follow_known(known: Sequence[Structure], scene: Scene) -> list[Place]:
    """
    Was it there, is it still, has its roof changed: the outlines of known buildings are candidates for free.

    The mean series within each outline is cut into levels; each cut is a candidate with that outline.
    """
    places = []
    cut = scene.cuts[0]
    for structure in known:
        if structure.role is not Role.BUILDING:
            continue
        mask = mask_of(structure, scene)
        if mask is None:
            continue
        places += [
            Place.of(patch, known_cut, scene, structure.label) for patch, known_cut in _cut_known(mask, cut)
        ]
    return places


def mask_of(structure: Structure, scene: Scene) -> Mask | None:
    """(y, x) pixels of a known outline; None if fewer than four lie on the grid."""
    shape = scene.natural.usable.shape[1:]
    a, b, c, d, e, f = scene.grid.transform
    try:
        mask = rasterize([(structure.geometry, 1)], shape, transform=Affine(a, b, c, d, e, f)).astype(bool)
    except ValueError:  # nothing of it lies on the grid
        return None
    return mask if mask.sum() >= 4 else None


def _cut_known(mask: Mask, cut: Cut) -> list[tuple[Patch, Cut]]:
    """Patches of a known outline, one for each cut of its mean series, each with the cut in which it is to be weighed."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    window = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1))
    inside = mask[window]
    usable = cut.series.usable[:, window[0], window[1]][:, inside]
    share = usable.mean(axis=1)
    mean = (cut.series.values[:, :, window[0], window[1]][:, :, inside] * usable).sum(axis=2)
    mean = mean / np.maximum(usable.sum(axis=1), 1)
    seen = (share >= 0.5)[:, None, None]
    sigma = np.median(cut.sigma[:, window[0], window[1]][:, inside], axis=1)[:, None, None]
    values = np.where(seen[None], mean[:, :, None, None], 0).astype(np.float32)
    starts = partition(values, seen, sigma, cut.price, 2 if len(share) > 16 else 1, cut.weight)[:, 0, 0]
    patches = []
    for at in np.flatnonzero(starts):
        when = np.full(int(inside.sum()), at, np.int16)
        patches.append(Patch(window[0], window[1], inside, int(at), when))
    whole = cut.starts.copy() if patches else cut.starts
    if patches:
        whole[:, mask] = starts[:, None]
    return [(p, replace(cut, starts=whole)) for p in patches]
