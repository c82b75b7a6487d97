"""Was it there, is it still, has it changed: what can be answered of each part of a site, and how well it was seen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from siteline.findings import wording
from siteline.model.change import ChangeEvent, Kind, Stage, State
from siteline.model.dates import say_count, say_day, say_span
from siteline.model.finding import Answer
from siteline.model.imagery import BLIND_DAYS, Grid, Scene
from siteline.model.place import Role
from siteline.model.survey import Survey, Watch
from siteline.raster.grid import metres_per_pixel

SAME_BUILDING = 0.3
"""Share of a building that a change must cover to be one of that building, where its label does not say so."""

WITHIN = 0.5
"""Share of an event that must lie in a zone to be one of that zone."""

STOOD = (Kind.DEMOLITION, Kind.ROOF_CHANGE)
"""What can only happen to something that stands."""


def answer_all(
    survey: Survey, events: Sequence[tuple[str, ChangeEvent]], scenes: Sequence[Scene]
) -> tuple[Answer, ...]:
    """
    One answer for all that was watched, and one for each zone, perimeter and building of the site.

    events: with their ids, those that stand (reported or drawn, and not rejected).
    """
    by_id = {scene.id: scene for scene in scenes}
    here = [(i, e) for i, e in events if e.crs == survey.grid.crs]
    return tuple(_answer(watch, here, survey.grid, by_id) for watch in survey.watched)


def say_parts(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The whole site in full where nothing changed, zones by their first sentence, and how many buildings changed."""
    said = []
    for answer in answers:
        if answer.watch.role is Role.AOI and answer.state is not State.CHANGED:
            said.append(" ".join(answer.sentences))
        elif answer.watch.role in (Role.PERIMETER, Role.ZONE):
            said.append(answer.sentences[0])
    buildings = [a for a in answers if a.watch.role is Role.BUILDING]
    counted = [
        (words, [a.watch.label for a in buildings if a.state is state])
        for state, words in (
            (State.UNCHANGED, "no change visible"),
            (State.CHANGED, "changed"),
            (State.NOT_OBSERVABLE, "could not tell"),
        )
    ]
    told = "; ".join(f"{words} {len(labels)} ({', '.join(labels)})" for words, labels in counted if labels)
    return (*said, f"Known buildings: {told}.") if told else tuple(said)


def _answer(
    watch: Watch, events: Sequence[tuple[str, ChangeEvent]], grid: Grid, scenes: Mapping[str, Scene]
) -> Answer:
    of_it = sorted(((i, e) for i, e in events if _belongs(e, watch)), key=lambda pair: pair[1].onset.by)
    changes = [event for _, event in of_it if not event.by_radar_alone]
    by_radar = len(of_it) - len(changes)
    could_see = watch.smallest is not None if watch.role is not Role.BUILDING else watch.faintest is not None
    state = State.CHANGED if changes else State.UNCHANGED if could_see else State.NOT_OBSERVABLE
    ids = tuple(event_id for event_id, _ in of_it)
    if watch.role is not Role.BUILDING:
        told = (*_say(watch, state, changes, grid, scenes), *_say_radar(by_radar))
        return Answer(watch, state, ids, told)
    was, is_ = _stands(watch, changes)
    new_roof = any(e.kind is Kind.ROOF_CHANGE for e in changes)
    roof = new_roof if new_roof or could_see else None
    said = (*_say_building(watch, state, changes, grid, scenes), *_say_radar(by_radar))
    return Answer(watch, state, ids, said, was, is_, roof)


def _say_radar(number: int) -> Iterator[str]:
    """How many places radar alone sees changed; nothing where it sees none."""
    if number:
        places = "one place" if number == 1 else f"{say_count(number)} places"
        yield f"Radar alone sees the ground changed at {places} there, cause unknown."


def _belongs(event: ChangeEvent, watch: Watch) -> bool:
    if watch.role is Role.BUILDING and event.label == watch.label:
        return True
    if not event.outline.intersects(watch.outline):
        return False
    shared = event.outline.intersection(watch.outline).area
    if watch.role is Role.BUILDING:
        return bool(shared >= SAME_BUILDING * watch.outline.area)
    return bool(shared >= WITHIN * event.outline.area)


def _stands(watch: Watch, changes: Sequence[ChangeEvent]) -> tuple[bool | None, bool | None]:
    """
    Whether a building stood at first and stands at last; None where nothing tells, or witnesses contradict each other.

    What happened to it tells, unless its kind is unsure or its shadow says otherwise. Without an event a shadow can bear out
    that it stands; that none is seen does not outweigh the person who drew a building there.
    """
    built = [e for e in changes if e.kind in (Kind.CONSTRUCTION, *STOOD)]
    if not built:
        return watch.stood or None, watch.stands or None
    before = {kind in STOOD for kind in _possible(built[0])}
    after = {kind is not Kind.DEMOLITION for kind in _possible(built[-1])}
    return _agreed(before, watch.stood), _agreed(after, watch.stands)


def _possible(event: ChangeEvent) -> Iterator[Kind]:
    """The kinds that an event may be, of those that say whether something stands."""
    yield event.kind
    if event.other_kind in (Kind.CONSTRUCTION, *STOOD):
        yield event.other_kind


def _agreed(said: set[bool], by_shadow: bool | None) -> bool | None:
    """What all witnesses say; None if they differ."""
    said = said if by_shadow is None else said | {by_shadow}
    return said.pop() if len(said) == 1 else None


# --- sentences ------------------------------------------------------------------------------------------


def _say(
    watch: Watch, state: State, changes: Sequence[ChangeEvent], grid: Grid, scenes: Mapping[str, Scene]
) -> Iterator[str]:
    """Of ground: what was seen there, how small a thing, and what could not be seen."""
    name = {Role.AOI: "All that is watched", Role.PERIMETER: "Inside the perimeter"}.get(
        watch.role, f"Zone {watch.label}"
    )
    yield from _say_state(name, watch, state, changes, grid, scenes)
    if watch.smallest is not None:
        yield (
            f"No new roof smaller than {wording.say_rough(watch.smallest)} could have been seen there (one that is "
            f"{_percent(watch.contrast)} % brighter or darker than its ground; a fainter one must be larger)."
        )
    if watch.hidden >= 0.005:
        yield f"{round(100 * watch.hidden)} % of its ground is hardly ever seen: nothing is said of that."
    yield from _say_unseen(watch)


def _say_building(
    watch: Watch, state: State, changes: Sequence[ChangeEvent], grid: Grid, scenes: Mapping[str, Scene]
) -> Iterator[str]:
    yield from _say_state(watch.label, watch, state, changes, grid, scenes)
    was, is_ = _stands(watch, changes)
    if not changes and watch.seen:
        yield _say_stands(watch, was, is_)
    elif changes and None in (was, is_) and changes[-1].stage not in (Stage.CLEARED, Stage.FOUNDATION):
        yield f"Whether it {'stood at first' if was is None else 'stands now'} the images do not settle: look at them."
    if watch.faintest is not None and is_ is not False:
        yield (
            f"A new roof less than {_percent(watch.faintest)} % brighter or darker than the old one could not have been told "
            "from it."
        )
    if watch.burnt_out:
        yield (
            f"On {_looks(watch.burnt_out)} its roof is too bright for the sensor: a new one could not have been seen there."
        )
    yield from _say_unseen(watch)


def _say_state(
    name: str,
    watch: Watch,
    state: State,
    changes: Sequence[ChangeEvent],
    grid: Grid,
    scenes: Mapping[str, Scene],
) -> Iterator[str]:
    size = metres_per_pixel(grid)
    at = f" at {size:.2g} m" if size else ""
    if state is State.NOT_OBSERVABLE:
        yield f"{name}: could not tell, seen on {_looks(len(watch.seen))} only."
    elif state is State.UNCHANGED:
        yield f"{name}: no change visible{at}, seen {_times(watch)}."
    elif watch.role is Role.BUILDING:
        for event in changes:
            what = wording.say_what(event.kind, event.stage)
            yield f"{name}: {what}, {wording.say_onset(event, scenes)}."
        yield f"It was seen {_times(watch)}."
    else:
        number = f"{say_count(len(changes))} change" + ("" if len(changes) == 1 else "s")
        yield f"{name}: {number} found{at}, seen {_times(watch)}."


def _say_stands(watch: Watch, was: bool | None, is_: bool | None) -> str:
    if was and is_:
        return "It stood on the first of these looks and stands on the last: its shadow says so."
    if {watch.stood, watch.stands} == {True, False}:
        return "Its shadow does not say the same at the first looks and at the last, and no change is reported: look at them."
    if False in (watch.stood, watch.stands):
        return (
            "It has no shadow that can be seen: it may be low, and it looks at the last as it did at first."
        )
    return "Its shadow does not tell whether anything stands there; it looks at the last as it did at first."


def _say_unseen(watch: Watch) -> Iterator[str]:
    gap = watch.gap
    if gap is not None and gap.days > BLIND_DAYS:
        start = say_day(gap.last, gap.last.year != gap.next.year)
        yield f"Longest time unseen: {say_span(gap.days)}, {start} to {say_day(gap.next)}."
    if watch.unseen and watch.seen:
        number = sum(watch.unseen.values())
        why = ", ".join(f"{reason} ({n})" for reason, n in watch.unseen.items())
        yield f"{_looks(number).capitalize()} did not show it: {why}."
    elif watch.unseen:
        yield f"No look showed it: {', '.join(watch.unseen)}."


def _times(watch: Watch) -> str:
    first, last = watch.seen[0], watch.seen[-1]
    count = len(watch.seen)
    times = "once" if count == 1 else "twice" if count == 2 else f"{say_count(count)} times"
    return f"{times} from {say_day(first)} to {say_day(last)}"


def _looks(number: int) -> str:
    return f"{say_count(number)} look" + ("" if number == 1 else "s")


def _percent(log: float) -> int:
    """A contrast in logs as a percentage."""
    return round(100 * math.expm1(log))
