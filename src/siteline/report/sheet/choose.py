"""Which two looks to set side by side: alike in sun, view and season, clear, and near the change; and why these."""

from __future__ import annotations

import math
from dataclasses import dataclass

from siteline.model.change import Kind, State
from siteline.model.errors import BadInput, CannotTell, NotFound
from siteline.report.days import say_acquired
from siteline.report.figure import Scenery
from siteline.report.sheet.subject import Numbered, Subject
from siteline.report.stretch import Window, scene_order, usable_share

_SUN, _VIEW, _SEASON, _AGE = 20.0, 15.0, 45.0, 400.0
"""Differences that weigh one point each: degrees between suns and between views, days between seasons, days from the change."""

_UNKNOWN_VIEW = 0.5
_UNFINISHED = 0.6
_CLOUD = 10.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two looks are."""

    sun: float | None
    """Degrees between the two suns; None if one is not known."""

    view: float | None
    """Degrees between the two lines of sight; None if one is not known."""

    season: float
    """Days between their days of the year, 0–183."""

    clear: float
    """The smaller of the two shares of the view that can be seen, 0–1."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pair of looks."""

    before: str
    after: str
    why: str


def choose_pair(
    subject: Subject, window: Window, before: str | None = None, after: str | None = None
) -> Chosen:
    """
    The pair to show in a window; `before`, `after`: scenes that a person has named.

    Each point of cost is a difference that an eye could take for a change: 20 degrees of sun, 15 of view, 45 days of
    season; clouds cost most, distance from the change a little. Raises NotFound, BadInput or CannotTell.
    """
    for name in filter(None, (before, after)):
        _refuse_unseen(subject.scenery, name)
    change = None if subject.is_whole else subject.shown[0]
    befores = [before] if before else _befores(subject, window, change)
    afters = [after] if after else _afters(subject, window, change)
    when = {look.scene_id: look.acquired for look in subject.scenery.looks}
    pairs = [
        (b, a) for b in befores for a in afters if b in when and a in when and when[b].middle < when[a].middle
    ]
    if before and after and not pairs:
        raise BadInput(f"{before} is not earlier than {after}", "Name the earlier one with --before.")
    if not pairs:
        raise CannotTell(
            "there is no pair of clear looks before and after it",
            "Name two scenes yourself: --before SCENE --after SCENE (siteline scenes list says which there are).",
        )
    best = min(pairs, key=lambda pair: (round(_cost(subject, window, pair, change), 6), pair))
    return Chosen(*best, _say_why(subject, window, best, (len(befores), len(afters)), change, before, after))


def likeness(scenery: Scenery, window: Window, before: str, after: str) -> Likeness:
    """How alike two looks at a window are."""
    suns = [
        _direction(scenery, name, "sun_azimuth", "sun_elevation", upright=True) for name in (before, after)
    ]
    views = [
        _direction(scenery, name, "view_azimuth", "view_off_nadir", upright=False) for name in (before, after)
    ]
    days = [scenery.acquired(name).middle.timetuple().tm_yday for name in (before, after)]
    apart = abs(days[0] - days[1])
    return Likeness(
        _between(suns[0], suns[1]),
        _between(views[0], views[1]),
        min(apart, 365 - apart) if apart <= 365 else 0,
        min(usable_share(scenery.cube, name, window) for name in (before, after)),
    )


def _befores(subject: Subject, window: Window, change: Numbered | None) -> list[str]:
    clear = subject.usable(window)
    if change is None:
        return clear[: max(1, len(clear) // 3)]
    found = [s for s in clear if subject.state(s, change.event) is State.UNCHANGED]
    last = change.event.last_without
    found = [s for s in found if _is_by(subject.scenery, s, last)]
    return found or [s for s in (last,) if s and subject.scenery.has(s)]


def _is_by(scenery: Scenery, scene_id: str, last: str | None) -> bool:
    return last is None or scenery.acquired(scene_id).middle <= scenery.acquired(last).middle


def _afters(subject: Subject, window: Window, change: Numbered | None) -> list[str]:
    clear = subject.usable(window)
    if change is None:
        return clear[-max(1, len(clear) // 3) :]
    found = [s for s in clear if subject.state(s, change.event) is State.CHANGED]
    return found or [s for s in (change.event.first_with,) if subject.scenery.has(s)]


def _cost(subject: Subject, window: Window, pair: tuple[str, str], change: Numbered | None) -> float:
    alike = likeness(subject.scenery, window, *pair)
    cost = alike.season / _SEASON + _CLOUD * (1 - alike.clear)
    cost += _UNKNOWN_VIEW if alike.sun is None else alike.sun / _SUN
    cost += _UNKNOWN_VIEW if alike.view is None else alike.view / _VIEW
    if change is None:
        span = (subject.scenery.acquired(pair[1]).middle - subject.scenery.acquired(pair[0]).middle).days
        return cost - span / _AGE
    event, when = change.event, [subject.scenery.acquired(name).first_day for name in pair]
    after = event.onset.after or event.onset.by
    cost += max(0, (after - when[0]).days) / _AGE + max(0, (when[1] - event.onset.by).days) / _AGE
    if event.kind is Kind.CONSTRUCTION and event.finished is not None and when[1] < event.finished.by:
        cost += _UNFINISHED
    return cost


def _say_why(
    subject: Subject,
    window: Window,
    pair: tuple[str, str],
    tried: tuple[int, int],
    change: Numbered | None,
    before: str | None,
    after: str | None,
) -> str:
    scenery = subject.scenery
    alike = likeness(scenery, window, *pair)
    days = [say_acquired(scenery.acquired(name)) for name in pair]
    by_hand = {
        (True, True): "Both images were chosen by hand",
        (True, False): f"The image before was chosen by hand, the one after from {tried[1]} clear looks",
        (False, True): f"The image after was chosen by hand, the one before from {tried[0]} clear looks",
        (False, False): f"Chosen from {tried[0]} clear looks before and {tried[1]} after as most alike",
    }[before is not None, after is not None]
    said = [
        "the sun of one is not known" if alike.sun is None else f"suns {alike.sun:.0f}° apart",
        "view angle not known" if alike.view is None else f"views {alike.view:.0f}° apart",
        f"{alike.season:.0f} days apart in the year",
        "no cloud in the view"
        if alike.clear >= 0.995
        else f"{100 * alike.clear:.0f} % of the view can be seen",
    ]
    told = f"{by_hand}: {days[0]} and {days[1]}: {', '.join(said)}."
    if change is None:
        return told
    ends = (change.event.last_without, change.event.first_with)
    if ends != pair and ends[0] is not None and all(scenery.has(name) for name in ends):
        other = likeness(scenery, window, ends[0], ends[1])
        sun = "" if other.sun is None else f" (suns {other.sun:.0f}°, seasons {other.season:.0f} days apart)"
        told += (
            f" The change came between {say_acquired(scenery.acquired(ends[0]))} and "
            f"{say_acquired(scenery.acquired(ends[1]))}{sun}."
        )
    for name, wrong in ((pair[0], State.CHANGED), (pair[1], State.UNCHANGED)):
        if subject.state(name, change.event) is wrong:
            seen = "is visible already" if wrong is State.CHANGED else "is not visible"
            told += f" On {say_acquired(scenery.acquired(name))} the change {seen}."
    return told


def _refuse_unseen(scenery: Scenery, scene_id: str) -> None:
    look = next((look for look in scenery.looks if look.scene_id == scene_id), None)
    if look is None:
        raise NotFound(
            f"no scene {scene_id} at {scenery.site.id}", f"See: siteline scenes list {scenery.site.id}"
        )
    if not scenery.has(scene_id):
        raise CannotTell(f"scene {scene_id} cannot be shown: {look.reason or 'it has no picture'}")


def _direction(
    scenery: Scenery, scene_id: str, azimuth: str, angle: str, *, upright: bool
) -> tuple[float, float, float] | None:
    """A unit vector to the sun or the satellite; None if the scene does not say. An angle near nadir needs no azimuth."""
    cube = scenery.cube
    if angle not in cube.coords or azimuth not in cube.coords:
        return None
    index = scene_order(cube)[scene_id]
    turn, tilt = float(cube[azimuth].values[index]), float(cube[angle].values[index])
    if math.isnan(tilt) or (math.isnan(turn) and tilt > 1):
        return None
    turn = 0.0 if math.isnan(turn) else turn
    up = math.radians(tilt if upright else 90 - tilt)
    flat = math.cos(up)
    return flat * math.sin(math.radians(turn)), flat * math.cos(math.radians(turn)), math.sin(up)


def _between(a: tuple[float, float, float] | None, b: tuple[float, float, float] | None) -> float | None:
    """Degrees between two directions."""
    if a is None or b is None:
        return None
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return math.degrees(math.acos(max(-1.0, min(1.0, dot))))
