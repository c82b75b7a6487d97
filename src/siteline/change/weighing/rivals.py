"""Stories weighed against each other: of a building, its halves, its yard and its shadow, one is the building."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from siteline.change.scene import Scene
from siteline.change.series.patches import AROUND, Patch
from siteline.change.stories.kinds import NO_SHADOW, PLAIN_SHADOW, SURE_SHADOW, is_foundation, probability_of
from siteline.change.stories.places import Place
from siteline.change.stories.roofs import NESTED
from siteline.change.stories.story import JOINED_YEARS, ROOFING_YEARS, Context, Story, tell_alone
from siteline.change.weighing.odds import kind_by_odds, odds_among, odds_of, stage_by_odds
from siteline.model.change import Kind, Stage

RECENT_YEARS = 0.5
"""Foundations are built over within about this. Tuning districts hold too few to learn them: the general model weighs them."""

SHADOWLESS = 0.6
"""How much less a story counts beside others if it has no shadow."""

SAME_GROUND, SAME_TIME = 0.3, 0.25
"""Stories that share so much of the smaller one's ground, within so many years, are of one change."""

WITHIN = 0.8
"""Share of an outline that lies in another one if it is within it."""

HALTED_YEARS = 2.5
"""A frame may wait so long for its roof."""

NEAR_PX = 5
"""Ground as near as this to a building is disturbed by its works."""

MOSTLY = 0.6
"""Share of some ground that must lie there to be explained by it."""

SURE = 0.8
"""Stories at least as probable may stand beside others, if their shadow is plain."""

OPPOSITE = {Kind.CONSTRUCTION: Kind.DEMOLITION, Kind.DEMOLITION: Kind.CONSTRUCTION}
"""What must happen to a place before the same can happen again."""

LIKELY = 0.3
"""Stories at least as probable explain what happens beside them."""


def weigh_up(lived: Sequence[Story], rest: Sequence[Place], scene: Scene) -> list[Story]:
    """The stories that stand, with their probabilities: the likeliest of each place, and changes that none of them explains."""
    told = settle(hold_to_word(weigh_among(lived, scene)), scene)
    other = [tell_alone(p) for p in leave_unexplained(rest, told, scene)]
    return told + [replace(s, probability=odds_of(s)) for s in other]


def weigh_among(stories: Sequence[Story], scene: Scene) -> list[Story]:
    """
    Stories with their probabilities, each seen among its rivals: others of about the same ground and time.

    Which of them stands is for `settle` to say; here they count as witnesses, since what is real is outlined many times.
    """
    if not stories:
        return []
    years = scene.natural.years
    alone = np.array([odds_of(s) for s in stories])
    spans = np.array([_span(s, years) for s in stories])
    box = np.array(
        [(s.patch.rows.start, s.patch.rows.stop, s.patch.cols.start, s.patch.cols.stop) for s in stories]
    )
    weighed = []
    for i, story in enumerate(stories):
        top, bottom, left, right = box[i]
        near = (box[:, 0] < bottom + NEAR_PX) & (box[:, 1] > top - NEAR_PX)
        near &= (box[:, 2] < right + NEAR_PX) & (box[:, 3] > left - NEAR_PX)
        near &= (spans[:, 0] <= spans[i, 1] + SAME_TIME) & (spans[:, 1] >= spans[i, 0] - SAME_TIME)
        near[i] = False
        rivals = [int(k) for k in np.flatnonzero(near)]
        rivals = [k for k in rivals if stories[k].patch.mask is not story.patch.mask]
        best = max(rivals, key=lambda k: alone[k], default=None)
        within = (k for k in rivals if _lies_within(stories[k].patch, story.patch))
        context = Context(
            alone=float(alone[i]),
            rival=float(alone[best]) if best is not None else 0.0,
            rivals=len(rivals),
            size=1.0 if best is None else story.patch.area / stories[best].patch.area,
            shared=0.0 if best is None else story.patch.overlap(stories[best].patch),
            inner=max((float(alone[k]) for k in within), default=0.0),
        )
        probability = odds_among(story, context)
        if is_foundation(story.evidence) and story.evidence.lasted < RECENT_YEARS:
            probability = max(probability, probability_of(story.evidence))
        weighed.append(replace(story, probability=probability, context=context))
    return weighed


def hold_to_word(stories: Sequence[Story]) -> list[Story]:
    """
    What was built and is plainly there no more was torn down: that is at least as likely as that it was built.

    A site that tells of the one and is silent about the other contradicts itself, though what leaves within a year is more often
    a parked thing than a building.
    """
    held = []
    for story in stories:
        if _is_plainly_gone(story):
            same = [s for s in stories if s.patch.mask is story.patch.mask and s.at < story.at]
            last = max(same, key=lambda s: s.at, default=None)
            if last is not None and last.kind is Kind.CONSTRUCTION:
                story = replace(story, probability=max(story.probability, last.probability))
        held.append(story)
    return held


def _is_plainly_gone(story: Story) -> bool:
    before, after = story.evidence.shadow_before, story.evidence.shadow_after
    if story.kind is not Kind.DEMOLITION or before is None or after is None:
        return False
    return before.log_bayes > PLAIN_SHADOW and after.log_bayes < NO_SHADOW


def _lies_within(small: Patch, large: Patch) -> bool:
    """Whether one outline lies well within another."""
    return small.area < NESTED * large.area and small.overlap(large) > WITHIN


def settle(stories: Sequence[Story], scene: Scene) -> list[Story]:
    """
    Of stories that tell the same change of the same ground, the likeliest.

    What happens in the yard or the shadow of a likelier building while that is built or torn down is part of it, unless it
    plainly stands by itself.
    """
    years = scene.natural.years
    kept: list[Story] = []
    for story in sorted(
        stories, key=lambda s: (-_weight(s), -s.patch.area, s.patch.rows.start, s.patch.cols.start)
    ):
        first, last = _span(story, years)
        if not any(
            (
                k.patch.mask is not story.patch.mask  # one life tells its changes apart by itself
                and k.patch.overlap(story.patch) > SAME_GROUND
                and _span(k, years)[0] <= last + SAME_TIME
                and _span(k, years)[1] >= first - SAME_TIME
            )
            or (
                k.probability >= LIKELY
                and not _stands_apart(story)
                and _explains(k, story.patch, story.at, scene)
            )
            for k in kept
        ):
            kept.append(story)
    return _alternate(kept, years)


def _gets_roof(house: Story, roof: Story, years: NDArray[np.float64]) -> bool:
    """Whether a roof is the completion of a building: soon after that rose, or later if it stood as a frame till then."""
    if not years[house.at] <= years[roof.at] or house.patch.overlap(roof.patch) <= MOSTLY:
        return False
    if house.patch.mask is not roof.patch.mask and years[roof.at] < years[house.settled] + ROOFING_YEARS:
        return True
    waits = years[roof.at] < years[house.settled] + HALTED_YEARS
    return bool(waits) and stage_by_odds(house) is not Stage.ROOFED


def _complete(house: Story, roof: Story) -> Story:
    """A building with the roof that its own life gives it."""
    late = roof.evidence
    turn = replace(
        house.turn, complete=roof.turn.complete, until=roof.turn.until, unfinished=roof.turn.last_without
    )
    evidence = replace(
        house.evidence,
        contrast_after=late.contrast_after,
        green_after=late.green_after,
        brightening=late.brightening,
        warming=late.warming,
        texture=late.texture,
        looks_after=late.looks_after,
        shadow_after=late.shadow_after,
        lasted=late.lasted,
    )
    return replace(house, turn=turn, settled=roof.settled, evidence=evidence)


def _alternate(stories: Sequence[Story], years: NDArray[np.float64]) -> list[Story]:
    """
    Without what contradicts a likelier story: what stands is not built again before it is torn down, nor torn down twice.

    Neighbours' shadows and works that pause make one building rise twice, by two outlines of the same ground; and the roof that
    it gets is no new roof.
    """
    kinds = {id(s): kind_by_odds(s)[0] for s in stories}
    kept: list[Story] = []
    roofs = [s for s in stories if kinds[id(s)] is Kind.ROOF_CHANGE]
    rest = [s for s in stories if kinds[id(s)] is not Kind.ROOF_CHANGE]
    for story in sorted(rest, key=lambda s: -s.probability):
        other = OPPOSITE.get(kinds[id(story)])
        twins = [
            k
            for k in kept
            if other
            and kinds[id(k)] is kinds[id(story)]
            and k.patch.mask is not story.patch.mask
            and min(k.patch.covers(story.patch), story.patch.covers(k.patch)) > SAME_GROUND
        ]
        between = [s for s in stories if kinds[id(s)] is other and s.patch.overlap(story.patch) > SAME_GROUND]
        if all(
            any(s.probability >= LIKELY and min(k.at, story.at) < s.at < max(k.at, story.at) for s in between)
            for k in twins
        ):
            kept.append(story)
    built = [s for s in kept if kinds[id(s)] is Kind.CONSTRUCTION and s.probability >= LIKELY]
    roofed: dict[int, Story] = {}
    for roof in sorted(roofs, key=lambda s: -s.probability):
        under = [b for b in built if _gets_roof(b, roof, years)]
        for house in under:
            if house.patch.mask is roof.patch.mask:
                roofed.setdefault(id(house), _complete(house, roof))
        if not under:
            kept.append(roof)
    return [roofed.get(id(s), s) for s in stories if any(s is k for k in kept)]


def leave_unexplained(places: Sequence[Place], told: Sequence[Story], scene: Scene) -> list[Place]:
    """Changes that no story of a building explains: neither its ground, nor its yard, nor its shadow."""
    sure = [s for s in told if s.probability >= LIKELY]
    return [p for p in places if not any(_explains(s, p.patch, p.at, scene) for s in sure)]


def _weight(story: Story) -> float:
    """
    Which of several outlines of one change stands: the likelier one by itself, and of what is built the one that changed evenly.

    What stands within an outline makes that likelier among its rivals, but not better drawn: a yard changes unevenly. Less counts
    what has no shadow of its own to say that something stands or stood there.
    """
    alone = story.context.alone if story.context else story.probability
    shown = 1.0 if max(story.evidence.shadows, default=0.0) > SURE_SHADOW else SHADOWLESS
    marks = story.evidence.marks
    if story.kind not in (None, Kind.CONSTRUCTION) or marks is None:
        return alone * shown
    return alone * shown / math.sqrt(max(marks.patchy, 1.0))


def _span(story: Story, years: NDArray[np.float64]) -> tuple[float, float]:
    """From the last look without a change to the first with all of it, as years."""
    turn = story.turn
    start = turn.last_without if turn.last_without is not None else story.at
    end = turn.complete if turn.complete is not None else story.settled
    return float(years[min(start, story.at)]), float(years[min(max(end, story.settled), len(years) - 1)])


def _stands_apart(story: Story) -> bool:
    """Whether a story is plainly one of a building of its own."""
    return story.probability >= SURE and max(story.evidence.shadows, default=0.0) > PLAIN_SHADOW


def _explains(story: Story, patch: Patch, at: int, scene: Scene) -> bool:
    """Whether a change of some ground at some look is part of a building's works."""
    years = scene.natural.years
    begin, end = _span(story, years)
    if not begin - SAME_TIME <= years[at] <= end + JOINED_YEARS:
        return False
    if story.patch.overlap(patch) > SAME_GROUND:
        return True
    rows, cols, wide = story.patch.grown(NEAR_PX + 1, scene.natural.usable.shape[1:])
    near = Patch(rows, cols, binary_dilation(wide, AROUND, NEAR_PX), story.at, np.zeros(0, np.int16))
    if near.covers(patch) > MOSTLY:
        return True
    return _in_shadow(story, patch, scene)


def _in_shadow(story: Story, patch: Patch, scene: Scene) -> bool:
    """Whether a change lies where the building throws its shadow in the looks at hand."""
    height, gsd = story.evidence.shadow_after or story.evidence.shadow_before, scene.grid.gsd_m
    if height is None or gsd is None or not np.isfinite(scene.elevation).any():
        return False
    low = float(np.nanquantile(scene.elevation, 0.15))
    azimuth = np.radians(float(np.nanmedian(scene.azimuth)))
    reach = max(height.height, 4.0) / np.tan(np.radians(max(low, 10.0))) / gsd
    dy, dx = np.cos(azimuth) * reach, -np.sin(azimuth) * reach
    mine_y, mine_x = (
        (story.patch.rows.start + story.patch.rows.stop) / 2,
        (story.patch.cols.start + story.patch.cols.stop) / 2,
    )
    span_y, span_x = np.sort([0, dy]), np.sort([0, dx])
    half_y = (story.patch.rows.stop - story.patch.rows.start) / 2 + 2
    half_x = (story.patch.cols.stop - story.patch.cols.start) / 2 + 2
    return bool(
        patch.rows.start >= mine_y + span_y[0] - half_y
        and patch.rows.stop <= mine_y + span_y[1] + half_y
        and patch.cols.start >= mine_x + span_x[0] - half_x
        and patch.cols.stop <= mine_x + span_x[1] + half_x
    )
