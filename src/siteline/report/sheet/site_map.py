"""The map of a site in one file: numbered changes over a muted image, with a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

_ROW = 1.65
"""From one line of the key to the next, letters."""


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
        dek=subject.deks,
        notes=tuple(filter(None, (join(background, drawn_by), kept_small))),
        credit=say_credit(scenery, [ground]),
        stamps=tuple(stamp.value for stamp in scenery.stamps),
        alt=alt,
    )
    left_out: list[int] = []

    def draw(box: Box) -> Body:
        here, key_box, key = _arrange(subject, box, preset)
        window = _view(subject, here)
        own = fit(window, here, limit, preset)
        plain = picture_mark_muted(scenery, ground, window, own, preset)
        outlined = [
            Outlined(
                one.event.outline, subject.colour(one.finding.kind), label=one.number, sign=one.finding.kind
            )
            for one in subject.shown
        ]
        furniture = Furniture(heading="Image", picture=plain)
        panel = draw_panel(scenery, ground, window, own, preset, subject.house, outlined, furniture)
        top = own[3] + preset.letter * 0.5 if key_box[0] == box[0] else box[1]
        marks, missing = _key(subject, (key_box[0], top, key_box[2], top + key.height), key, preset)
        left_out[:] = [missing]
        return Body([*panel.marks, *marks], panel.taken, max(own[3], top + key.height))

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


@dataclass(frozen=True, slots=True)
class _Key:
    """How the key is set: its columns and rows, and whether it says when."""

    columns: int
    rows: int
    height: float
    says_when: bool


def _arrange(subject: Subject, box: Box, preset: Preset) -> tuple[Box, Box, _Key]:
    """Boxes for the map and its key, under or beside it: whichever leaves the map larger."""
    gap, row, count = preset.letter * 0.6, preset.letter * _ROW, len(subject.shown)
    wide, tall = box[2] - box[0], box[3] - box[1]
    whole, short = _widths(subject, preset)
    columns = max((n for n in (1, 2, 3) if n * (whole + gap) <= wide + gap), default=0)
    says_when = columns > 0 and -(-count // columns) * row <= tall * 0.45
    if not says_when:
        columns = max((n for n in (1, 2, 3) if n * (short + gap) <= wide + gap), default=1)
    rows = min(-(-count // columns), int(tall * 0.5 / row))
    under = _Key(columns, rows, rows * row, says_when)
    map_under = (box[0], box[1], box[2], box[3] - under.height - gap)
    choices = [(map_under, box, under)]
    if preset.height is not None and count > 6:
        across = min(short, wide * 0.4)
        beside = _Key(1, min(count, int(tall / row)), min(count, int(tall / row)) * row, says_when=False)
        left = box[2] - across
        choices.append(((box[0], box[1], left - gap, box[3]), (left, box[1], box[2], box[3]), beside))
    return max(choices, key=lambda choice: _scale(subject, choice[0]))


def _scale(subject: Subject, here: Box) -> float:
    rows, cols = _view(subject, here).shape
    return min((here[2] - here[0]) / cols, (here[3] - here[1]) / rows)


def _view(subject: Subject, here: Box) -> Window:
    return subject.window((here[2] - here[0]) / (here[3] - here[1]), context=5, smallest=80)


def _widths(subject: Subject, preset: Preset) -> tuple[float, float]:
    """How wide the widest line of the key is, with the day and without."""
    size, sign = _letter(preset), sign_radius("00", preset.smallest) * 3.2
    found = [
        [width_of(_say(one, when), size, subject.house.faces) for one in subject.shown]
        for when in (True, False)
    ]
    return sign + max(found[0], default=0.0), sign + max(found[1], default=0.0)


def _letter(preset: Preset) -> float:
    return max(preset.smallest, preset.letter * 0.88)


def _say(one: Numbered, says_when: bool) -> str:
    return f"{one.what}, by {say_short(one.event.onset.by)}" if says_when else one.what


def _key(subject: Subject, box: Box, key: _Key, preset: Preset) -> tuple[list[Mark], int]:
    """Signs and what they stand for, column by column; and how many have no room."""
    faces, gap, row = subject.house.faces, preset.letter * 0.6, preset.letter * _ROW
    shown: Sequence[Numbered] = subject.shown[: key.rows * key.columns]
    wide = (box[2] - box[0] - gap * (key.columns - 1)) / key.columns
    rows = -(-len(shown) // key.columns) if shown else 0
    marks: list[Mark] = []
    radius, size = sign_radius("00", preset.smallest), _letter(preset)
    for n, one in enumerate(shown):
        x, y = box[0] + n // rows * (wide + gap), box[1] + (n % rows + 0.5) * row
        kind, own = one.finding.kind, sign_radius(one.number, preset.smallest)
        marks += sign_marks(kind, subject.colour(kind), one.number, (x + radius * 1.3, y), own)
        said = _say(one, key.says_when) if can_spell(one.what, faces) else "see the caption"
        room = wide - radius * 3.1
        if width_of(said, size, faces) > room and said == one.what:
            said = one.briefly
        marks.append(Words(cut(said, size, room, faces), x + radius * 3.0, y, size, INK))
    return marks, len(subject.shown) - len(shown)
