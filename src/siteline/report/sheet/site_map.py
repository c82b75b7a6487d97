"""The map of a site in one file: numbered changes over a muted image, with a key."""

from __future__ import annotations

from collections.abc import Sequence

from siteline.model.errors import CannotTell, NotFound
from siteline.report.days import say_acquired, say_short
from siteline.report.figure import Scenery
from siteline.report.locator import say_perimeter
from siteline.report.sheet.inset import muted
from siteline.report.sheet.letters import can_spell, cut, width_of
from siteline.report.sheet.marks import INK, Box, Mark, Picture, Words
from siteline.report.sheet.page import Body, Text, lay_out
from siteline.report.sheet.panel import (
    Furniture,
    Outlined,
    draw_panel,
    fit,
    picture_mark,
    sign_marks,
    sign_radius,
)
from siteline.report.sheet.presets import Preset
from siteline.report.sheet.subject import Made, Numbered, Subject, most_pixels
from siteline.report.sheet.words import join, kind_of_image, say_credit, say_limit
from siteline.report.stretch import Window


def compose_map(subject: Subject, preset: Preset, *, on: str | None = None) -> Made:
    """The site with all that changed, numbered; `on`: the scene to draw it over. Raises NotFound or CannotTell."""
    scenery = subject.scenery
    ground = _ground(scenery, on)
    day = say_acquired(scenery.acquired(ground))
    scene = scenery.scenes.get(ground)
    limit = most_pixels([scene] if scene else [])
    drawn_by, kept_small = say_perimeter(scenery), say_limit(scenery, [ground])
    background = f"Background: {kind_of_image(scenery).lower()} of {day}, muted."
    listed = [f"{one.number}: {one.what}, {one.finding.onset}" for one in subject.shown]
    alt = join(f"Map of {scenery.site.name}. {background}", *(f"{line}." for line in listed))
    text = Text(
        title=scenery.site.name,
        dek=subject.dek if subject.is_whole else subject.shown[0].finding.headline,
        notes=tuple(filter(None, (join(background, drawn_by), kept_small))),
        credit=say_credit(scenery, [ground]),
        stamps=tuple(stamp.value for stamp in scenery.stamps),
        alt=alt,
    )
    row = preset.letter * 1.6
    left_out: list[int] = []

    def draw(box: Box) -> Body:
        columns = _columns(subject, box[2] - box[0], preset)
        rows = -(-len(subject.shown) // columns)
        key_height = min(rows * row, (box[3] - box[1]) * 0.5)
        here = (box[0], box[1], box[2], box[3] - key_height - preset.letter * 0.5)
        window = subject.window((here[2] - here[0]) / (here[3] - here[1]), context=5, smallest=80)
        own = fit(window, here, limit, preset)
        plain = picture_mark_muted(scenery, ground, window, own, preset)
        outlined = [
            Outlined(
                one.event.outline, subject.colour(one.finding.kind), label=one.number, sign=one.finding.kind
            )
            for one in subject.shown
        ]
        panel = draw_panel(
            scenery,
            ground,
            window,
            own,
            preset,
            subject.house,
            outlined,
            Furniture(heading="Image", picture=plain),
        )
        top = own[3] + preset.letter * 0.5
        key, missing = _key(subject, (box[0], top, box[2], top + key_height), columns, row, preset)
        left_out[:] = [missing]
        return Body([*panel.marks, *key], panel.taken, top + key_height)

    sheet = lay_out(preset, subject.house, text, 1.25 if preset.height is None else None, draw)
    caption = join(
        f"{scenery.site.name}.", *(f"{line}." for line in listed), background, drawn_by, kept_small
    )
    missing = (
        f"{left_out[0]} changes are in the caption only: there is no room in the key." if left_out[0] else ""
    )
    return Made(
        sheet,
        scenery.site.name,
        caption,
        alt,
        ((ground, "background"),),
        why=background,
        notes=tuple(filter(None, (missing, kept_small))),
    )


def picture_mark_muted(scenery: Scenery, scene_id: str, window: Window, box: Box, preset: Preset) -> Picture:
    """A look as the ground of a map."""
    mark = picture_mark(scenery, scene_id, window, box, preset)
    return Picture(muted(mark.image), box)


def _ground(scenery: Scenery, on: str | None) -> str:
    """The look to draw on: the one named, else the latest clear one."""
    if on is not None:
        if on not in {look.scene_id for look in scenery.looks}:
            raise NotFound(
                f"no scene {on} at {scenery.site.id}", f"See: siteline scenes list {scenery.site.id}"
            )
        if not scenery.has(on):
            raise CannotTell(f"scene {on} cannot be shown: it has no picture")
        return on
    usable = [look for look in scenery.looks if look.used and scenery.has(look.scene_id)]
    if not usable:
        raise CannotTell("there is no usable look to draw the map on", "Name one: --on SCENE")
    best = max(look.usable for look in usable)
    return [look for look in usable if look.usable >= min(0.98, best)][-1].scene_id


def _key(subject: Subject, box: Box, columns: int, row: float, preset: Preset) -> tuple[list[Mark], int]:
    """Signs and what they stand for, column by column; and how many have no room."""
    rows = max(0, int((box[3] - box[1]) / row + 1e-6))
    shown: Sequence[Numbered] = subject.shown[: rows * columns]
    gap = preset.letter
    wide = (box[2] - box[0] - gap * (columns - 1)) / columns
    used_rows = -(-len(shown) // columns) if shown else 0
    marks: list[Mark] = []
    radius = sign_radius("00", preset.smallest)
    size = max(preset.smallest, preset.letter * 0.92)
    room = wide - radius * 3.4
    if any(width_of(_say(one, 1e9, size, subject), size, subject.house.faces) > room for one in shown):
        size = preset.smallest
    for n, one in enumerate(shown):
        x, y = box[0] + n // used_rows * (wide + gap), box[1] + (n % used_rows + 0.5) * row
        marks += sign_marks(
            one.finding.kind,
            subject.colour(one.finding.kind),
            one.number,
            (x + radius * 1.3, y),
            sign_radius(one.number, preset.smallest),
        )
        said = _say(one, room, size, subject)
        marks.append(Words(said, x + radius * 3.2, y, size, INK))
    return marks, len(subject.shown) - len(shown)


def _say(one: Numbered, room: float, size: float, subject: Subject) -> str:
    """What changed and by when, the day whole."""
    faces, when = subject.house.faces, f", by {say_short(one.event.onset.by)}"
    if not can_spell(one.what, faces):
        return cut(f"see the caption{when}", size, room, faces)
    return cut(one.what, size, room - width_of(when, size, faces), faces) + when


def _columns(subject: Subject, width: float, preset: Preset) -> int:
    """As many columns, of at most three, as take every line of the key whole; two at least where there are many."""
    size = max(preset.smallest, preset.letter * 0.92)
    whole = max(
        (width_of(_say(one, 1e9, size, subject), size, subject.house.faces) for one in subject.shown),
        default=0,
    )
    fitting = int((width + preset.letter) / (whole + preset.letter * 3.4))
    return min(3, max(fitting, 2 if len(subject.shown) > 6 else 1))
