"""From the states of a place to its changes: built, reroofed, torn down, one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siteline.change.outlines.marks import read_marks
from siteline.change.scene import Scene
from siteline.change.series.features import SCALES
from siteline.change.series.timeline import Turn, date_arrival
from siteline.change.stories.kinds import NO_SHADOW, PLAIN_SHADOW, SURE_SHADOW, probability_of
from siteline.change.stories.life import TEXTURE_UNIT, Controls, Life, State, follow_life
from siteline.change.stories.places import Place, weigh_evidence
from siteline.change.stories.roofs import OVERLAP, Roof, choose_roofs, outline_known
from siteline.change.stories.story import ROOFING_YEARS, Story
from siteline.model.change import Kind
from siteline.model.place import Role, Structure

Array = NDArray[np.float32]

SAME = 1.5
"""States whose levels differ by less, in noticeable units, are alike."""

NEW_ROOF = 2.0
"""A standing building whose level steps by more has another roof."""

WORTH_A_LOOK = 0.1
"""Changes less probable than this do not seed outlines."""

WORKS_YEARS = 0.75
"""Works pause for less than this between two of their steps."""

STANDS_OUT = 1.5
"""Noticeable units by which works make ground stand out more than before."""

BARED = 3.5
"""Works that change the ground by less, in noticeable units, have not plainly begun; it may be the season."""

LEAVING_YEARS = 0.3
"""What is torn down leaves by steps that follow each other within this."""

BARE_GREEN, BARE_LIGHT = 0.05, 0.12
"""Loss of NDVI, or gain of log brightness, of ground that is cleared."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the life of a place, by the numbers of its states."""

    before: int
    """Last state that is plainly before it."""

    first: int
    """First state that shows it."""

    after: int
    """State in which it has ended."""

    kind: Kind | None
    reached: int | None = None
    """First state in which the building stands, if it changes further before it is complete."""


def live_through(places: Sequence[Place], known: Sequence[Structure], scene: Scene) -> list[Story]:
    """Every change in the life of every outline that may be a building; not yet weighed against each other."""
    drawn = [(s.label, outline_known(s, scene)) for s in known if s.role is Role.BUILDING]
    mine = [(label, roof) for label, roof in drawn if roof is not None]
    seeds = [p for p in places if p.probability >= WORTH_A_LOOK and p.patch.area <= scene.largest_building_px]
    roofs = [r for r in choose_roofs(seeds, scene) if not any(_shares(r, k) for _, k in mine)]
    return [s for label, roof in mine for s in tell_lives([roof], scene, label)] + tell_lives(roofs, scene)


def _shares(a: Roof, b: Roof) -> bool:
    return a.patch(0).overlap(b.patch(0)) > OVERLAP


def tell_lives(roofs: Sequence[Roof], scene: Scene, label: str = "") -> list[Story]:
    """What happened at each outline, as stories."""
    controls = Controls.of(scene)
    told = []
    for roof in roofs:
        life = follow_life(roof.patch(0), scene, controls)
        stands = who_stands(life, scene)
        changes = name_changes(life, stands, scene)
        for number, change in enumerate(changes):
            since = changes[number - 1].after if number else 0
            until = changes[number + 1].first if number + 1 < len(changes) else len(life.states)
            told.append(replace(_tell(life, roof, change, (since, until), scene), label=label))
    return told


def who_stands(life: Life, scene: Scene) -> list[bool | None]:
    """Whether something stands in each state: by its shadow, else by likeness to a state whose shadow tells; else unknown."""
    known = [_by_shadow(s) for s in life.states]
    said = list(known)
    for i, state in enumerate(life.states):
        if known[i] is None:
            near = [
                (_distance(state, life.states[j], scene), j)
                for j in range(len(known))
                if known[j] is not None
            ]
            if near and min(near)[0] < SAME:
                said[i] = known[min(near)[1]]
    return said


def _by_shadow(state: State) -> bool | None:
    if state.shadow is None:
        return None
    if state.shadow.log_bayes >= (SURE_SHADOW if state.contrast >= 1 else PLAIN_SHADOW):
        return True
    return False if state.shadow.log_bayes <= NO_SHADOW else None


def _distance(a: State, b: State, scene: Scene) -> float:
    unit = np.array([*(SCALES[name] for name in scene.plain.names), TEXTURE_UNIT], np.float32)
    return float(np.linalg.norm(np.nan_to_num(a.level - b.level) / unit))


def name_changes(life: Life, stands: Sequence[bool | None], scene: Scene) -> list[Change]:
    """
    The changes of one place, in order.

    Between two states of which it is known whether something stands, what lies between belongs to the change, and so does what a
    new roof turns into within `ROOFING_YEARS`. Changes that lead to each other are one.
    """
    states = life.states
    anchors = [i for i, s in enumerate(stands) if s is not None]
    if not anchors:
        if len(states) == 1:
            return []
        jumps = [_distance(a, b, scene) for a, b in itertools.pairwise(states)]
        largest = int(np.argmax(jumps))
        return [Change(largest, largest + 1, largest + 1, None)]
    return _in_order(_between_anchors(anchors, stands, life, scene), stands, life, scene)


def _between_anchors(
    anchors: Sequence[int], stands: Sequence[bool | None], life: Life, scene: Scene
) -> list[Change]:
    """Changes between states of which it is known whether something stands, and before and after all of them."""
    states, years = life.states, scene.natural.years
    named = _stepped(0, anchors[0], None, life, scene)
    for a, b in itertools.pairwise(anchors):
        if stands[a] == stands[b]:
            more = _stepped(a, b, Kind.ROOF_CHANGE if stands[a] else None, life, scene)
            if more and stands[a] and named and named[-1].kind is Kind.CONSTRUCTION:
                pause = years[states[more[0].first].start] - years[states[named[-1].after].start]
                if pause < ROOFING_YEARS:  # a frame gets its roof
                    named[-1] = replace(named[-1], after=b, reached=named[-1].reached or named[-1].after)
                    continue
            named += more
            continue
        named.append(Change(a, a + 1, b, Kind.CONSTRUCTION if stands[b] else Kind.DEMOLITION))
    return named + _stepped(anchors[-1], len(states) - 1, None, life, scene)


def _in_order(
    changes: Sequence[Change], stands: Sequence[bool | None], life: Life, scene: Scene
) -> list[Change]:
    """Changes that lead to each other, told as one: ground made ready is built upon, and what is torn down leaves by steps."""
    told: list[Change] = []
    for change in changes:
        if told and (one := _as_one(told[-1], change, stands, life, scene)):
            told[-1] = one
        else:
            told.append(change)
    return told


def _as_one(
    old: Change, new: Change, stands: Sequence[bool | None], life: Life, scene: Scene
) -> Change | None:
    """Two changes that follow each other as one; None if they are two."""
    states, years = life.states, scene.natural.years
    if new.before != old.after:
        return None
    pause = years[states[new.first].start] - years[states[old.after].start]
    was, is_now, then = states[old.before], states[old.after], states[new.after]
    if old.kind in (Kind.ROOF_CHANGE, Kind.DEMOLITION):
        leaving = new.kind is Kind.DEMOLITION if old.kind is Kind.ROOF_CHANGE else new.kind is None
        if leaving and pause < LEAVING_YEARS:
            return Change(old.before, old.first, new.after if new.kind else old.after, Kind.DEMOLITION)
        return None
    goes_on = new.kind in (None, Kind.CONSTRUCTION) and pause < WORKS_YEARS
    rises = is_now.contrast > was.contrast + STANDS_OUT
    turning = rises or _is_laid_bare(was, is_now)
    if stands[old.before] or not goes_on or not turning or _distance(was, then, scene) < NEW_ROOF:
        return None
    if old.kind is Kind.CONSTRUCTION:
        return replace(old, after=new.after, reached=old.reached or old.after)
    if not rises and _distance(was, is_now, scene) < BARED:
        return new
    return Change(old.before, old.first, new.after, new.kind, new.reached)


def _is_laid_bare(old: State, new: State) -> bool:
    """Whether ground lost its green or became plainly lighter, as a building site does."""
    return new.green < old.green - BARE_GREEN or new.lighter > old.lighter + BARE_LIGHT


def _stepped(a: int, b: int, kind: Kind | None, life: Life, scene: Scene) -> list[Change]:
    """One change between two states that differ plainly; none if they do not."""
    if a == b or _distance(life.states[a], life.states[b], scene) < NEW_ROOF:
        return []
    return [Change(a, a + 1, b, kind)]


def _date(life: Life, number: int) -> tuple[int | None, int]:
    """Last look that may still show the state before one of a life's states, and first that may show it."""
    old, new = life.states[number - 1], life.states[number]
    return date_arrival(life.bare, life.bare_sigma, (old.start, new.start), (new.start, new.stop))


def _tell(life: Life, roof: Roof, change: Change, span: tuple[int, int], scene: Scene) -> Story:
    states, patch = life.states, life.patch
    old, new = states[change.before], states[change.after]
    at, settled = states[change.first].start, new.start
    since = states[span[0]].start
    until = states[span[1]].start if span[1] < len(states) else len(life.history.seen)
    last, first = _date(life, change.first)
    unfinished, complete = last, first
    if change.after != change.first:
        unfinished, complete = _date(life, change.after)
        if change.kind is Kind.DEMOLITION:  # rubble does not tell how much of it still stood
            unfinished = last
    if change.reached is not None:
        unfinished = _date(life, change.reached)[0]
    turn = Turn(last, first, max(complete, first), since, until, unfinished)
    moved = replace(patch, first=at, when=np.full(patch.area, at, np.int16))
    evidence = weigh_evidence(
        moved,
        life.history,
        scene.cuts[0],
        scene,
        ((old.start, at), (settled, new.stop)),
        (since, until),
        thorough=True,
    )
    unit = np.array([SCALES[name] for name in scene.plain.names], np.float32)[:, None]
    sides = (old.start, at), (settled, new.stop)
    evidence = replace(evidence, rim=roof.rim, marks=read_marks(patch, life.bare / unit, scene, *sides))
    return Story(
        moved, life.history.seen, turn, at, settled, evidence, probability_of(evidence), "", change.kind
    )
