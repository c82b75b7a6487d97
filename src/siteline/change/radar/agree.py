"""Two witnesses, one story: what images of light and radar each saw alone, and what both together allow to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shapely.geometry.base import BaseGeometry

from siteline.change.options import REPORTED_FROM, Preset
from siteline.change.radar.dating import LONGEST_WORKS
from siteline.change.radar.odds import LARGE_M2, raised
from siteline.change.radar.within import Asked
from siteline.model.change import ChangeEvent, Kind, Method, Observation, State
from siteline.model.dates import DateInterval, say_day
from siteline.model.radar import (
    Agreement,
    OpticalSight,
    RadarChanges,
    RadarEvent,
    RadarLook,
    TrackSight,
    Witnesses,
)
from siteline.raster.grid import reproject

ASKED_FROM = 0.1
"""Candidates of images of light that are less likely are not asked about."""

ALONE = (
    "seen by radar only: no image of light shows what changed; earthworks, water, stacked goods and a building can all look "
    "like this to a radar"
)
LATER = "radar shows a change there only from {} on: what came first was too faint for it"
AT_ODDS = "the two witnesses do not agree on when: images of light say {}, radar says {}; both are kept, neither is preferred"


@dataclass(frozen=True, slots=True)
class Joined:
    """All events after both witnesses were heard."""

    events: tuple[ChangeEvent, ...]
    """Those above the reporting threshold, most probable first."""

    candidates: tuple[ChangeEvent, ...]
    """All, most probable first."""


def ask_about(candidates: tuple[ChangeEvent, ...], crs: str) -> tuple[Asked, ...]:
    """The places, in radar's CRS, about which radar is asked: of candidates that are not hopeless, in their order."""
    return tuple(
        Asked(e.outline if e.crs in (None, crs) else reproject(e.outline, e.crs, crs), e.kind, e.onset)
        for e in candidates
        if e.probability >= ASKED_FROM
    )


def join_witnesses(
    candidates: tuple[ChangeEvent, ...],
    radar: RadarChanges,
    crs: str | None,
    area_scale: float,
    preset: Preset,
) -> Joined:
    """
    Candidates of images of light, each with what radar says of it, and what radar alone sees.

    Agreement raises the probability (`odds.raised`) and narrows the onset: to the days on which radar puts the first works among
    those that images of light allow (`within.date_within`), else to the days that both allow. Where they contradict,
    onset and probability stay those of the images of light, and it is said. What radar alone sees is ground that changed, cause
    unknown. crs: of the candidates' outlines; area_scale: ground area per grid area.
    """
    least = REPORTED_FROM[preset]
    asked = iter(radar.answers)
    told, unheard = [], []
    for event in candidates:
        answer = next(asked) if event.probability >= ASKED_FROM else None
        both = _hear(event, answer, radar, area_scale)
        told.append(both)
        if answer is not None and both.probability < least and answer.probability >= least:
            unheard.append(answer)  # radar is surer than images of light that something changed there
    alone = [_tell_alone(e, _onto(e, crs), crs, radar) for e in (*radar.events, *unheard)]
    every = sorted([*told, *alone], key=lambda e: (-e.probability, -e.outline.area, e.outline.bounds))
    return Joined(tuple(e for e in every if e.probability >= least), tuple(every))


def _onto(event: RadarEvent, crs: str | None) -> BaseGeometry:
    return event.outline if crs is None or crs == event.crs else reproject(event.outline, event.crs, crs)


def _days_apart(a: DateInterval, b: DateInterval) -> int:
    """Days between two intervals (after, by]; 0 where some day is in both."""
    low = max(x.after or date.min for x in (a, b))
    high = min(a.by, b.by)
    return max(0, (low - high).days + 1)


def narrow(a: DateInterval, b: DateInterval) -> DateInterval | None:
    """The days that both intervals allow; None where there is none."""
    if _days_apart(a, b) > 0:
        return None
    starts = [x.after for x in (a, b) if x.after is not None]
    return DateInterval(max(starts) if starts else None, min(a.by, b.by))


def _hear(
    event: ChangeEvent, other: RadarEvent | None, radar: RadarChanges, area_scale: float
) -> ChangeEvent:
    """An event of images of light with what radar says of it."""
    own = OpticalSight(event.probability, event.calibrated, event.onset, event.last_without, event.first_with)
    area = event.outline.area * area_scale
    if other is None:
        why = _why_not(event, radar, area)
        return replace(event, witnesses=Witnesses(Agreement.OPTICAL_ONLY, own, (), None, None, why))
    both = narrow(event.onset, other.onset)
    witnesses = Witnesses(Agreement.AGREE, own, other.tracks, other.onset, other.probability)
    if both is None and not _is_later(event, other):
        told = AT_ODDS.format(_say(event.onset), _say(other.onset))
        return replace(
            event,
            witnesses=replace(witnesses, agreement=Agreement.CONTRADICT),
            remarks=(*event.remarks, told),
        )
    began = other.began if both else None
    remarks = event.remarks
    if both is None and other.onset.after is not None:
        remarks = (*remarks, LATER.format(say_day(other.onset.after + timedelta(days=1))))
    return replace(
        event,
        probability=round(raised(event.probability, event.kind), 3),
        calibrated=event.calibrated and radar.calibrated,
        onset=began or both or event.onset,
        witnesses=replace(witnesses, began=began),
        remarks=remarks,
    )


def _is_later(event: ChangeEvent, other: RadarEvent) -> bool:
    """Whether radar shows a later step of the same works."""
    if other.onset.after is None or other.onset.after < event.onset.by:
        return False
    last = event.finished.by if event.finished else event.onset.by + timedelta(days=LONGEST_WORKS)
    return other.onset.after <= last


def _why_not(event: ChangeEvent, radar: RadarChanges, area_m2: float) -> str:
    days = [look.day for look in radar.looks if look.used]
    if not days or not radar.states:
        return "too few radar looks"
    margin = timedelta(days=60)
    if event.onset.by < min(days) + margin or (event.onset.after or event.onset.by) > max(days) - margin:
        return "no radar looks enough before or after it"
    if area_m2 < LARGE_M2:
        return f"radar saw no change there; it hardly sees one of less than {LARGE_M2:.0f} m²"
    return "radar saw no change there"


def _say(onset: DateInterval) -> str:
    return (
        f"after {say_day(onset.after)} and by {say_day(onset.by)}"
        if onset.after
        else f"by {say_day(onset.by)}"
    )


def _tell_alone(
    event: RadarEvent, outline: BaseGeometry, crs: str | None, radar: RadarChanges
) -> ChangeEvent:
    """What radar alone sees, as an event: ground that changed, cause unknown."""
    seen = [t for t in event.tracks if t.last_without and t.first_with] or list(event.tracks)
    best = max(seen, key=lambda t: (t.seen, t.exceeds))
    return ChangeEvent(
        outline=outline,
        crs=crs or event.crs,
        kind=Kind.SURFACE_CHANGE,
        stage=None,
        method=Method.DETECTED,
        probability=event.probability,
        calibrated=False,  # nothing was there to calibrate it with: see odds.py
        onset=event.onset,
        finished=None,
        last_without=best.last_without,
        first_with=best.first_with or best.last_without or "",
        observations=tuple(_observe(look, event, event.tracks) for look in radar.looks),
        remarks=(ALONE,),
        witnesses=Witnesses(Agreement.RADAR_ONLY, None, event.tracks, event.onset, event.probability),
    )


def _observe(look: RadarLook, event: RadarEvent, tracks: Sequence[TrackSight]) -> Observation:
    """What one radar look says of one event."""
    if not look.used:
        return Observation(look.scene_id, State.NOT_OBSERVABLE, look.reason)
    if not any(t.track == look.track and t.seen for t in tracks):
        return Observation(look.scene_id, State.NOT_OBSERVABLE, "not seen from this side")
    if event.onset.after is not None and look.day <= event.onset.after:
        return Observation(look.scene_id, State.UNCHANGED)
    if look.day < event.onset.by:
        return Observation(look.scene_id, State.NOT_OBSERVABLE, "speckle")
    return Observation(look.scene_id, State.CHANGED)
