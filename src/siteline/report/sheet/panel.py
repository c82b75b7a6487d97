"""One look on a sheet: its picture, outlines, labels with leaders, day, scale and north."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shapely.affinity import affine_transform
from shapely.geometry import box as box_of
from shapely.geometry.base import BaseGeometry

from siteline.model.change import Kind
from siteline.model.place import Role
from siteline.raster.grid import metres_per_pixel, onto_grid, to_pixels
from siteline.report.days import say_acquired
from siteline.report.figure import Scenery, burn_across, ink_on, lines_of, nice_length, picture_of, say_length
from siteline.report.rules import Stamp
from siteline.report.sheet.house import House
from siteline.report.sheet.labels import Room
from siteline.report.sheet.letters import can_spell, cut, width_of
from siteline.report.sheet.marks import (
    DARK,
    PAPER,
    Box,
    Line,
    Mark,
    Picture,
    Plate,
    Point,
    Shape,
    Words,
    cased,
)
from siteline.report.sheet.presets import Preset
from siteline.report.signs import SHAPES, outline_of
from siteline.report.stretch import Window

PERIMETER_DASH = (12.0, 5.5, 2.2, 5.5)
INFERRED_DASH = (7.0, 6.5)
_LABELLED = (Role.BUILDING, Role.GATE, Role.POINT, Role.ZONE)
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Outlined:
    """One thing to outline."""

    outline: BaseGeometry
    """In the grid's coordinates."""

    colour: str
    is_inferred: bool = False
    """Not seen on this look: its place is known from another one; dashed."""

    label: str = ""
    fallback: str = ""
    """Written instead where no font can spell the label."""

    corners_only: bool = False
    sign: Kind | None = None
    """Its label is a number, drawn as the sign of a kind of change."""


@dataclass(frozen=True)
class Panel:
    """What was drawn, and where labels and furniture lie."""

    marks: list[Mark]
    taken: list[Box]


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands on a panel beside outlines."""

    heading: str = ""
    has_scale: bool = True
    has_north: bool = True
    names_structures: bool = True
    below_day: str = ""
    """A second line under the day."""

    below: str = ""
    """A line under the picture, on the paper."""

    short_day: bool = False
    picture: Picture | None = None
    """Shown instead of the look as it is."""


def fit(window: Window, box: Box, limit_px: int | None, preset: Preset) -> Box:
    """The largest box of the window's shape at the top of another, no larger than a licence allows."""
    rows, cols = window.shape
    wide, tall = box[2] - box[0], box[3] - box[1]
    scale = min(wide / cols, tall / rows)
    if limit_px is not None:
        scale = min(scale, math.floor(limit_px) / preset.pixels_per_unit / max(rows, cols))
    own = cols * scale, rows * scale
    left, top = box[0] + (wide - own[0]) / 2, box[1]
    return left, top, left + own[0], top + own[1]


def draw_panel(
    scenery: Scenery,
    scene_id: str,
    window: Window,
    box: Box,
    preset: Preset,
    house: House,
    outlined: Sequence[Outlined],
    furniture: Furniture,
) -> Panel:
    """One look in a box of its window's shape."""
    frame = box_of(*box)
    marks: list[Mark] = [furniture.picture or picture_mark(scenery, scene_id, window, box, preset)]
    letter = max(preset.smallest, preset.letter * 0.92)

    def placed(outline: BaseGeometry) -> BaseGeometry:
        return onto_sheet(outline, scenery, window, box)

    if scenery.perimeter is not None:
        shown = placed(scenery.perimeter.boundary).intersection(frame)
        for line in (line for line in lines_of(shown) if len(line) > 1):
            marks += cased(line, house.perimeter, letter * 0.14, _scaled(PERIMETER_DASH, letter))
    room = Room(box)
    day = say_acquired(scenery.acquired(scene_id), short=furniture.short_day)
    head = f"{furniture.heading}: {day}" if furniture.heading else day
    chip = _chip(head, furniture.below_day, box, letter, preset, house, room)
    if furniture.has_scale:
        chip += _scale_bar(scenery, window, box, letter, house, room)
    if furniture.has_north:
        chip += _north(scenery.north, box, letter, house, room)
    shapes = [(one, placed(one.outline)) for one in outlined]
    for one, shape in shapes:
        marks += _outline(one, shape, frame, letter)
    avoid = [_bounds(shape, 1.5) for _, shape in shapes]
    signs: list[Mark] = []
    for one, shape in shapes:
        text = one.label if can_spell(one.label, house.faces) else one.fallback
        if text and one.sign is not None:
            signs += _sign(text, shape, one.sign, one.colour, preset.smallest / 0.95, room, avoid)
        elif text:
            signs += _label(text, shape, one.colour, letter, box, house, room, avoid)
    if furniture.names_structures:
        signs += _names(scenery, placed, frame, letter, box, house, room, avoid, [o.label for o in outlined])
    if furniture.below:
        size = preset.smallest
        said = cut(furniture.below, size, box[2] - box[0], house.faces)
        signs.append(Words(said, box[0], box[3] + size * 0.85, size, DARK))
    return Panel(marks + chip + signs, room.taken)  # these lie over outlines: they must be read


def picture_mark(scenery: Scenery, scene_id: str, window: Window, box: Box, preset: Preset) -> Picture:
    """The pixels of one look, with the mark of a simulation burned in."""
    image = picture_of(scenery, scene_id, window, max(1, round((box[2] - box[0]) * preset.pixels_per_unit)))
    if Stamp.SIMULATED in scenery.stamps:
        burn_across(image, Stamp.SIMULATED.value)
    return Picture(image, box)


def onto_sheet(outline: BaseGeometry, scenery: Scenery, window: Window, box: Box) -> BaseGeometry:
    """An outline in the grid's coordinates as it lies in a box of the sheet."""
    scale = (box[2] - box[0]) / window.shape[1]
    left, top = box[0] - window.col0 * scale, box[1] - window.row0 * scale
    return affine_transform(to_pixels(outline, scenery.grid), [scale, 0, 0, scale, left, top])


def corner_ticks(bounds: Box, reach: float, gap: float) -> list[list[Point]]:
    """Four corners around a thing, so that nothing of it is covered."""
    x0, y0, x1, y1 = bounds[0] - gap, bounds[1] - gap, bounds[2] + gap, bounds[3] + gap
    reach = min(reach, (x1 - x0) / 2.6, (y1 - y0) / 2.6)
    corners = ((x0, y0, 1, 1), (x1, y0, -1, 1), (x1, y1, -1, -1), (x0, y1, 1, -1))
    return [[(x + dx * reach, y), (x, y), (x, y + dy * reach)] for x, y, dx, dy in corners]


def arrow(x: float, y: float, size: float, north: float) -> list[Mark]:
    """An arrow to true north, its middle at (x, y), dark on a light plate."""
    turn = math.radians(north)
    outline = [(0.0, -0.95), (0.46, 0.62), (0.0, 0.3), (-0.46, 0.62)]
    points = tuple(
        (
            x + size * (px * math.cos(turn) - py * math.sin(turn)),
            y + size * (px * math.sin(turn) + py * math.cos(turn)),
        )
        for px, py in outline
    )
    return [Shape(points, DARK)]


def _scaled(dash: Sequence[float], letter: float) -> tuple[float, ...]:
    return tuple(part * letter / 13 for part in dash)


def _bounds(shape: BaseGeometry, by: float) -> Box:
    x0, y0, x1, y1 = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    return x0 - by, y0 - by, x1 + by, y1 + by


def _outline(one: Outlined, shape: BaseGeometry, frame: BaseGeometry, letter: float) -> list[Mark]:
    width = letter * 0.15
    if one.corners_only:
        ticks = corner_ticks(_bounds(shape, 0), letter * 0.8, letter * 0.35)
        return [mark for tick in ticks for mark in cased(tick, one.colour, width)]
    around = shape.buffer(width * 1.3, join_style="mitre") if shape.geom_type.endswith("Polygon") else shape
    seen = (
        around.boundary.intersection(frame)
        if around.geom_type.endswith("Polygon")
        else around.intersection(frame)
    )
    rings = lines_of(around) if frame.contains(around) else lines_of(_merged(seen))
    dash = _scaled(INFERRED_DASH, letter) if one.is_inferred else ()
    return [mark for ring in rings if len(ring) > 1 for mark in cased(ring, one.colour, width, dash)]


def _merged(lines: BaseGeometry) -> BaseGeometry:
    from shapely import line_merge

    return line_merge(lines) if lines.geom_type == "MultiLineString" else lines


def _chip(
    head: str, below: str, box: Box, letter: float, preset: Preset, house: House, room: Room
) -> list[Mark]:
    """The day, top left, on a dark plate."""
    size, pad = letter, letter * 0.5
    wide = box[2] - box[0] - 2 * pad
    while width_of(head, size, house.faces, bold=True) > wide and size > preset.smallest:
        size = max(preset.smallest, size * 0.94)
    lines = [(cut(head, size, wide, house.faces, bold=True), True)]
    if below:
        lines.append((cut(below, preset.smallest, wide, house.faces), False))
    across = max(width_of(text, size if bold else preset.smallest, house.faces, bold) for text, bold in lines)
    deep = size * 1.75 + (preset.smallest * 1.35 if below else 0)
    plate = (box[0], box[1], min(box[2], box[0] + across + 2 * pad), box[1] + deep)
    room.take(plate)
    marks: list[Mark] = [Plate(plate, DARK, 0.84)]
    marks.append(Words(lines[0][0], box[0] + pad, box[1] + size * 0.88, size, PAPER, bold=True))
    if below:
        y = box[1] + size * 1.6 + preset.smallest * 0.55
        marks.append(Words(lines[1][0], box[0] + pad, y, preset.smallest, PAPER))
    return marks


def _scale_bar(
    scenery: Scenery, window: Window, box: Box, letter: float, house: House, room: Room
) -> list[Mark]:
    """A scale bar, bottom left; or the words that the scale is not known."""
    metres = metres_per_pixel(scenery.grid)
    pad, foot = letter * 0.5, box[3]
    if metres is None:
        return _note("Scale not known", (box[0], foot - letter * 1.6), letter, house, room)
    per_unit = metres * window.shape[1] / (box[2] - box[0])
    length = nice_length(per_unit * (box[2] - box[0]) * 0.36)
    long = length / per_unit
    text = say_length(length)
    wide = max(long, width_of(text, letter, house.faces)) + 2 * pad
    plate = (box[0], foot - letter * 2.1, box[0] + wide, foot)
    room.take(plate)
    left, y = box[0] + (wide - long) / 2, foot - letter * 0.45
    bar = ((left, y - letter * 0.35), (left, y), (left + long, y), (left + long, y - letter * 0.35))
    return [
        Plate(plate, PAPER, 0.88),
        Line(bar, DARK, letter * 0.12),
        Words(text, box[0] + wide / 2, foot - letter * 1.35, letter, DARK, bold=True, anchor="middle"),
    ]


def _north(north: float | None, box: Box, letter: float, house: House, room: Room) -> list[Mark]:
    """An arrow to true north, top right under the day's line if need be; or the words that north is not known."""
    if north is None:
        wide = width_of("North not known", letter, house.faces) + letter
        return _note("North not known", (box[2] - wide, box[3] - letter * 1.6), letter, house, room)
    side = letter * 2.5
    top = box[1]
    if any(taken[2] > box[2] - side and taken[1] < top + side for taken in room.taken):
        top = max(taken[3] for taken in room.taken if taken[2] > box[2] - side)
    plate = (box[2] - side * 0.72, top, box[2], top + side)
    room.take(plate)
    x = (plate[0] + plate[2]) / 2
    return [
        Plate(plate, PAPER, 0.88),
        *arrow(x, top + side * 0.34, letter * 0.75, north),
        Words("N", x, top + side * 0.78, letter * 0.95, DARK, bold=True, anchor="middle"),
    ]


def _note(text: str, corner: Point, letter: float, house: House, room: Room) -> list[Mark]:
    left, top = corner
    if any(t[0] < left + 1 and left < t[2] and t[1] < top + letter and top < t[3] for t in room.taken):
        top -= letter * 1.7
    plate = (left, top, left + width_of(text, letter, house.faces) + letter, top + letter * 1.6)
    if not room.is_free(plate):
        plate = (plate[0], plate[1] - letter * 1.7, plate[2], plate[3] - letter * 1.7)
    room.take(plate)
    return [
        Plate(plate, PAPER, 0.88),
        Words(text, plate[0] + letter / 2, (plate[1] + plate[3]) / 2, letter, DARK),
    ]


def _label(
    text: str,
    shape: BaseGeometry,
    colour: str,
    letter: float,
    box: Box,
    house: House,
    room: Room,
    avoid: Sequence[Box],
) -> list[Mark]:
    said = cut(text, letter, min(letter * 13, (box[2] - box[0]) * 0.45), house.faces, bold=True)
    wide = width_of(said, letter, house.faces, bold=True) + letter
    seat = room.seat(shape, (wide, letter * 1.6), avoid)
    if seat is None or not said:
        return []
    marks: list[Mark] = [] if seat.leader is None else cased(seat.leader, colour, letter * 0.1)
    middle = (seat.box[1] + seat.box[3]) / 2
    return [
        *marks,
        Plate(seat.box, colour, stroke=PAPER, stroke_width=letter * 0.08),
        Words(
            said, (seat.box[0] + seat.box[2]) / 2, middle, letter, ink_on(colour), bold=True, anchor="middle"
        ),
    ]


_RADIUS = {1: 0.76, 2: 0.82, 3: 1.2}
"""Of a sign, in letters, by how many digits it holds."""


def sign_radius(text: str, letter: float) -> float:
    """How large a sign must be for its number to be lettered at a size."""
    return letter * _RADIUS[min(3, max(1, len(text)))]


def sign_marks(kind: Kind, colour: str, text: str, at: Point, radius: float) -> list[Mark]:
    """The sign of one change with its number: a shape of its own for each kind, for readers without colours."""
    corners = outline_of(SHAPES[kind])
    rim, body = (
        tuple((at[0] + x * radius * grown, at[1] + y * radius * grown) for x, y in corners)
        for grown in (1.12, 1.0)
    )
    drop = 0.2 if SHAPES[kind] == "house" else 0.0
    size = radius / _RADIUS[min(3, max(1, len(text)))]
    return [
        Shape(rim, PAPER),
        Shape(body, colour),
        Words(text, at[0], at[1] + radius * drop, size, ink_on(colour), bold=True, anchor="middle"),
    ]


_SIGN_ROOM = ((2.8, 400.0), (2.1, 400.0), (2.1, 1200.0))
"""Width that a sign takes, radii, and how far away it may lie: on a full sheet closer to others, then further from its own."""


def _sign(
    text: str,
    shape: BaseGeometry,
    kind: Kind,
    colour: str,
    letter: float,
    room: Room,
    avoid: Sequence[Box],
) -> list[Mark]:
    radius = sign_radius(text, letter * 0.95)
    found = (
        room.seat(shape, (wide * radius, wide * radius), avoid, farthest) for wide, farthest in _SIGN_ROOM
    )
    seat = next((seat for seat in found if seat is not None), None)
    if seat is None:
        return []
    at = (seat.box[0] + seat.box[2]) / 2, (seat.box[1] + seat.box[3]) / 2
    marks = [] if seat.leader is None else cased((at, seat.leader[1]), colour, letter * 0.09)
    return [*marks, *sign_marks(kind, colour, text, at, radius)]


def _names(
    scenery: Scenery,
    placed: Callable[[BaseGeometry], BaseGeometry],
    frame: BaseGeometry,
    letter: float,
    box: Box,
    house: House,
    room: Room,
    avoid: Sequence[Box],
    said_already: Sequence[str],
) -> list[Mark]:
    """Labels of the site's own structures in the view, in its file's order."""
    marks: list[Mark] = []
    count = 0
    for structure in scenery.site.structures:
        if structure.role not in _LABELLED or not structure.label or structure.label in said_already:
            continue
        shape = placed(onto_grid(structure.geometry, scenery.grid))
        if not can_spell(structure.label, house.faces) or not frame.intersects(shape.centroid):
            continue
        said = cut(structure.label, letter, letter * 10, house.faces)
        size = width_of(said, letter, house.faces) + letter * 0.7, letter * 1.4
        seat = room.seat(shape, size, [*avoid, _bounds(shape, -1)], farthest=60)
        if seat is None or count == _MOST_NAMED:
            continue
        count += 1
        if seat.leader is not None:
            marks += [Line(seat.leader, PAPER, letter * 0.24), Line(seat.leader, DARK, letter * 0.1)]
        middle = (seat.box[0] + seat.box[2]) / 2, (seat.box[1] + seat.box[3]) / 2
        marks += [Plate(seat.box, PAPER, 0.88), Words(said, *middle, letter, DARK, anchor="middle")]
    return marks
