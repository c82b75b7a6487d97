"""
When an event of ours was in which of SMART's phases, and what each look shows of it.

Ours → theirs: not yet there → No Activity; `cleared` → Site Preparation; `foundation`, `structure` → Active Construction;
`roofed` → Post Construction. Between two different phases nobody looked, or could see: Unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from siteline.model.change import ChangeEvent, Observation, Stage, State
from siteline.model.dates import DateInterval
from siteline.model.imagery import Scene
from siteline.model.smart import Phase

PHASE_OF: Mapping[Stage, Phase] = {
    Stage.CLEARED: Phase.SITE_PREPARATION,
    Stage.FOUNDATION: Phase.ACTIVE_CONSTRUCTION,
    Stage.STRUCTURE: Phase.ACTIVE_CONSTRUCTION,
    Stage.ROOFED: Phase.POST_CONSTRUCTION,
}
_HIDES = ("cloud", "shadow", "snow")
"""Reasons for which a look has the site in it and does not show it; others have nothing of it to label."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look shows of one event, in SMART's words."""

    day: date
    scene_id: str
    phase: Phase
    is_occluded: bool
    observation: Observation


def sights_of(
    versions: Sequence[ChangeEvent], scenes: Mapping[str, Scene], cleared: DateInterval | None = None
) -> tuple[Sight, ...]:
    """
    The looks of one event that SMART asks for, in order of days, each with its phase.

    versions: forms of the event, oldest first; what an earlier one said of its stage dates that stage. cleared: when the ground
    was cleared for it, if that was seen as an event of its own; from then on it is prepared. The looks run from the last without
    it to the first finished one. A look through cloud, shadow or snow between two equal phases has that phase and is occluded;
    between two different ones it is Unknown. Unknown stands nowhere else.
    """
    event = versions[-1]
    seen = []
    for one in event.observations:
        scene = scenes.get(one.scene_id)
        if scene is None or not _has_it(one):
            continue
        is_before = event.onset.after is not None and scene.acquired.first_day <= event.onset.after
        day = scene.acquired.first_day if is_before else scene.acquired.last_day
        seen.append((day, one))
    seen.sort(key=lambda s: s[0])
    works = _Works.of(versions, scenes, cleared)
    sights = [
        Sight(day, one.scene_id, works.phase_on(day), one.state is State.NOT_OBSERVABLE, one)
        for day, one in seen
    ]
    return tuple(_settle(_needed(sights)))


def _has_it(one: Observation) -> bool:
    return one.state is not State.NOT_OBSERVABLE or any(word in (one.reason or "") for word in _HIDES)


@dataclass(frozen=True, slots=True)
class _Works:
    """Days from which each phase is on record."""

    event: ChangeEvent
    prepared_until: date | None
    """Last day on which it is known to be cleared only."""

    built_from: date | None
    """First day on which it is known to be more than cleared."""

    roofed_from: date | None
    cleared: DateInterval | None = None

    @classmethod
    def of(
        cls, versions: Sequence[ChangeEvent], scenes: Mapping[str, Scene], cleared: DateInterval | None
    ) -> _Works:
        event = versions[-1]
        prepared, built, roofed = None, None, event.finished.by if event.finished else None
        for form in versions:
            day = _last_look(form, scenes)
            if form.stage is None or day is None or day < event.onset.by:
                continue
            phase = PHASE_OF[form.stage]
            if phase is Phase.SITE_PREPARATION:
                prepared = day
            elif phase is Phase.ACTIVE_CONSTRUCTION:
                built = day if built is None else built
            elif roofed is None:
                roofed = day
        if prepared is None or (built is not None and built <= prepared):
            prepared, built = (None, event.onset.by) if event.stage is not Stage.CLEARED else (prepared, None)
        return cls(event, prepared, built, roofed, cleared)

    def phase_on(self, day: date) -> Phase:
        """What the event is known to be on a day; Unknown in the gaps."""
        event = self.event
        if event.onset.after is not None and day <= event.onset.after:
            return self._before(day)
        if day < event.onset.by:
            return Phase.UNKNOWN
        if self.roofed_from is not None and day >= self.roofed_from:
            return Phase.POST_CONSTRUCTION
        if event.finished is not None and event.finished.after is not None and day > event.finished.after:
            return Phase.UNKNOWN
        if event.stage is Stage.CLEARED:
            return Phase.SITE_PREPARATION
        if self.prepared_until is not None and day <= self.prepared_until:
            return Phase.SITE_PREPARATION
        if self.built_from is None or day < self.built_from:
            return Phase.UNKNOWN
        return Phase.ACTIVE_CONSTRUCTION

    def _before(self, day: date) -> Phase:
        """What it is before the building itself shows: untouched, or cleared for it."""
        if self.cleared is None or (self.cleared.after is not None and day <= self.cleared.after):
            return Phase.NO_ACTIVITY
        return Phase.SITE_PREPARATION if day >= self.cleared.by else Phase.UNKNOWN


def _last_look(form: ChangeEvent, scenes: Mapping[str, Scene]) -> date | None:
    """The last day on which one form of an event was seen."""
    days = [
        scenes[one.scene_id].acquired.last_day
        for one in form.observations
        if one.state is State.CHANGED and one.scene_id in scenes
    ]
    return max(days, default=None)


def _needed(sights: Sequence[Sight]) -> list[Sight]:
    """From the last look without it to the first finished one; earlier and later ones add nothing that SMART asks for."""
    clear = [s for s in sights if not s.is_occluded]
    before = [s.day for s in clear if s.phase is Phase.NO_ACTIVITY]
    after = [s.day for s in clear if s.phase is Phase.POST_CONSTRUCTION]
    first = max(before) if before else None
    last = min(after) if after else None
    return [s for s in sights if (first is None or s.day >= first) and (last is None or s.day <= last)]


def _settle(sights: Sequence[Sight]) -> Iterable[Sight]:
    """Unknown stands between two different phases only; at the ends a look that shows nothing is left out."""
    known = [i for i, s in enumerate(sights) if s.phase is not Phase.UNKNOWN and not s.is_occluded]
    if not known:
        return
    for i, sight in enumerate(sights):
        if i in known:
            yield sight
            continue
        before = [k for k in known if k < i]
        after = [k for k in known if k > i]
        if not before or not after:
            continue
        left, right = sights[before[-1]].phase, sights[after[0]].phase
        yield replace(sight, phase=left if left is right else Phase.UNKNOWN)
