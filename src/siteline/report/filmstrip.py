"""A filmstrip: a few looks around a change, in time order, so that a reader can follow it."""

from __future__ import annotations

from collections.abc import Sequence

from siteline.model.change import ChangeEvent, State
from siteline.model.finding import Finding
from siteline.report.days import say_acquired
from siteline.report.figure import (
    KIND_COLOUR,
    Drawn,
    Figure,
    Scenery,
    draw_panel,
    encode,
    window_around,
)
from siteline.report.pair import join
from siteline.report.rights import rights_of
from siteline.report.stretch import usable_share

_SAYS = {State.CHANGED: "change visible", State.UNCHANGED: "no change visible"}


def choose_looks(event: ChangeEvent, order: Sequence[str], count: int = 8) -> tuple[str, ...]:
    """
    Ids of at most `count` looks that tell the story: the two around the change, and some before and after.

    order: ids of usable looks, in time order. Looks on which the change could not be seen are passed over.
    Nearer the change they stand closer; the first and the last usable look are among them.
    """
    told = {o.scene_id for o in event.observations if o.state is not State.NOT_OBSERVABLE}
    seen = [s for s in order if s in told or s in (event.last_without, event.first_with)]
    if event.first_with not in seen:
        return tuple(seen[:: max(1, len(seen) // count)][:count])
    turn = seen.index(event.first_with)
    before, after = seen[:turn][::-1], seen[turn:]
    for_before = min(len(before), max(count * 3 // 8, count - len(after)))
    chosen = {*_thinning(before, for_before), *_thinning(after, count - for_before)}
    return tuple(s for s in seen if s in chosen)


def draw_frames(
    scenery: Scenery,
    finding: Finding,
    event: ChangeEvent,
    *,
    number: int = 1,
    count: int = 8,
    width: int = 240,
    media_type: str = "image/jpeg",
    quality: int = 80,
) -> tuple[Figure, ...]:
    """Small pictures of the chosen looks, corner ticks around the place, each a figure of its own."""
    usable = [look.scene_id for look in scenery.looks if look.used and scenery.has(look.scene_id)]
    says = {o.scene_id: _SAYS.get(o.state, "") for o in event.observations}
    window = window_around(event.outline, scenery.grid, aspect=1.0, context=2.2, smallest=36)
    needed = (event.last_without, event.first_with)
    clear = [s for s in usable if s in needed or usable_share(scenery.cube, s, window) >= 0.9]
    frames: list[Figure] = []
    for scene_id in choose_looks(event, clear, count):
        mark = Drawn(event.outline, KIND_COLOUR[event.kind], corners_only=True)
        picture = draw_panel(scenery, scene_id, window, width, [mark], compact=True)
        scene = scenery.scenes.get(scene_id)
        rights = rights_of([scene] if scene else [])
        day, said = say_acquired(scenery.acquired(scene_id)), says.get(scene_id, "")
        frames.append(
            Figure(
                name=f"frame-{number}-{len(frames) + 1}",
                media_type=media_type,
                data=encode(picture, media_type, rights, quality),
                size=picture.size,
                alt=f"{day}: {said}" if said else day,
                caption=said,
                **rights,
                scene_ids=(scene_id,),
            )
        )
    return tuple(frames)


def join_frames(
    scenery: Scenery, finding: Finding, event: ChangeEvent, *, number: int = 1, count: int = 8
) -> Figure:
    """The filmstrip as one PNG to be saved."""
    frames = draw_frames(
        scenery, finding, event, number=number, count=count, width=360, media_type="image/png"
    )
    return join(list(frames), f"filmstrip-{number}", finding.headline, columns=4)


def _thinning(ids: Sequence[str], count: int) -> list[str]:
    """`count` of the ids, dense at the start and thinner towards the end; first and last included."""
    if count <= 0:
        return []
    if len(ids) <= count:
        return list(ids)
    places = {round((step / max(1, count - 1)) ** 1.7 * (len(ids) - 1)) for step in range(count)}
    spare = (place for place in range(len(ids)) if place not in places)
    while len(places) < count:
        places.add(next(spare))
    return [ids[place] for place in sorted(places)]
