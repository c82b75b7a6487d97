"""The locator map: what lies where, over a muted picture of the place."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from PIL import Image
from shapely import distance, points, prepare, union_all
from shapely.affinity import affine_transform
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from siteline.model.change import Kind
from siteline.model.place import Role
from siteline.raster.grid import bounds_of, metres_per_pixel, onto_grid, to_pixels
from siteline.report.days import say_acquired
from siteline.report.figure import (
    KIND_COLOUR,
    Figure,
    Scenery,
    burn_across,
    encode,
    nice_length,
    picture_of,
    say_length,
)
from siteline.report.rights import rights_of
from siteline.report.rules import Stamp
from siteline.report.signs import sign
from siteline.report.stretch import Window
from siteline.report.svg import Attributes, data_uri, drawing, element, group, path_of

Box = tuple[float, float, float, float]

WIDE, NARROW = 920.0, 360.0
"""Widths for which the map is laid out; letters keep their size."""

_LETTER = 12.5

CROWDED = 20
"""More changes than this lie over one another: ground is drawn below roofs, and fills give way to lines."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One numbered change on the map."""

    number: str
    kind: Kind
    outline: BaseGeometry
    """In the grid's coordinates."""

    what: str = ""
    """What changed, in words; "" for those of its kind."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The muted picture under a map."""

    figure: Figure
    window: Window


def paint_backdrop(
    scenery: Scenery, placed: Sequence[Placed], width: int = 920, quality: int = 74
) -> Backdrop | None:
    """The latest clear look, muted, cut to what the map has to show; None if there is no picture at all."""
    usable = [look for look in scenery.looks if look.used and scenery.has(look.scene_id)]
    if not usable:
        return None
    best = max(look.usable for look in usable)
    look = [look for look in usable if look.usable >= min(0.98, best)][-1]
    window = map_window(scenery, [one.outline for one in placed])
    picture = picture_of(scenery, look.scene_id, window, width)
    pixels = np.asarray(picture, dtype=np.float64)
    grey = pixels.mean(axis=-1, keepdims=True)
    muted = (0.35 * pixels + 0.65 * grey) * 0.62 + 0.38 * 250
    picture = Image.fromarray(muted.round().astype(np.uint8))
    if Stamp.SIMULATED in scenery.stamps:
        burn_across(picture, Stamp.SIMULATED.value)
    scene = scenery.scenes.get(look.scene_id)
    rights = rights_of([scene] if scene else [])
    day = say_acquired(look.acquired)
    figure = Figure(
        name="backdrop",
        media_type="image/jpeg",
        data=encode(picture, "image/jpeg", rights, quality),
        size=picture.size,
        alt=f"Muted {'simulated ' if scenery.site.simulated else ''}image of {day} under the map",
        caption=f"Background: image of {day}",
        **rights,
        scene_ids=(look.scene_id,),
    )
    return Backdrop(figure, window)


def draw_map(
    scenery: Scenery,
    placed: Sequence[Placed],
    backdrop: Backdrop | None,
    *,
    width: float = WIDE,
    name: str = "map",
    with_picture: bool = True,
) -> Markup:
    """
    The map as SVG, laid out for a width: outlines, labels that do not overlap, scale, north.

    with_picture: embed the backdrop; a page that lays two maps over one picture leaves it out.
    """
    window = backdrop.window if backdrop else map_window(scenery, [one.outline for one in placed])
    scale = width / window.shape[1]
    height = window.shape[0] * scale

    def on_map(outline: BaseGeometry) -> BaseGeometry:
        pixels = to_pixels(outline, scenery.grid)
        return affine_transform(pixels, [scale, 0, 0, scale, -window.col0 * scale, -window.row0 * scale])

    parts: list[Markup] = []
    if with_picture and backdrop is not None:
        href = data_uri(backdrop.figure.media_type, backdrop.figure.data)
        parts.append(
            element("image", href=href, x=0, y=0, width=width, height=height, preserveAspectRatio="none")
        )
    taken: list[Box] = []
    frame = box(0, 0, width, height)
    shapes = [(one, on_map(one.outline).intersection(frame)) for one in placed]
    shapes = [(one, frame.exterior.interpolate(0) if s.is_empty else s) for one, s in shapes]
    buildings = [on_map(onto_grid(s.geometry, scenery.grid)) for s in scenery.site.having(Role.BUILDING)]
    furniture = _draw_stamps(scenery, width, height, taken)
    furniture += _draw_scale_and_north(
        scenery, 1 / scale, height, width, taken, [*(shape for _, shape in shapes), *buildings]
    )
    labels: list[tuple[str, BaseGeometry]] = []
    for structure in scenery.site.structures:
        shape = on_map(onto_grid(structure.geometry, scenery.grid)).intersection(frame)
        if shape.is_empty:
            continue
        parts.append(_draw_structure(structure.role, shape))
        if structure.role in (Role.BUILDING, Role.ZONE, Role.GATE, Role.POINT) and structure.label:
            labels.append((structure.label, shape))
    signs, leaders = [], []
    is_crowded = len(placed) > CROWDED
    for one, shape in sorted(shapes, key=_from_ground_up) if is_crowded else shapes:
        parts += _draw_change(one.kind, path_of(shape), is_crowded)
    radius = 9.5 if width > 500 or not is_crowded else 6.5  # many on a phone
    side = (2.4 * radius, 2.4 * radius)
    avoid = [_grow(shape.bounds, 1) for _, shape in shapes]
    for one, shape in sorted(shapes, key=lambda pair: pair[1].area) if is_crowded else shapes:
        at = None
        if is_crowded:
            others = [other for _, other in shapes if other is not shape]
            at = _on_own_line(shape, others, side, (width, height), taken)
        at = at or _find_room(shape.bounds, side, (width, height), taken, avoid)
        at = at or _held_inside(shape.bounds, side, (width, height))
        taken.append(_box_at(at, side))
        anchor, here = nearest_points(shape, Point(at))
        if anchor.distance(here) > 18:
            for colour, thick in (("#ffffff", 3.0), (KIND_COLOUR[one.kind], 1.4)):
                leaders.append(
                    element(
                        "line",
                        x1=at[0],
                        y1=at[1],
                        x2=anchor.x,
                        y2=anchor.y,
                        stroke=colour,
                        stroke_width=thick,
                    )
                )
        signs.append(sign(one.kind, one.number, at[0], at[1], radius))
    words = []
    for text, shape in labels:
        said = text if len(text) <= 18 else text[:17] + "…"
        size = (_LETTER * 0.62 * sum(2 if ord(c) > 0x1100 else 1 for c in said) + 6, _LETTER * 1.3)
        own = _grow(shape.bounds, -1)
        room = _find_room(shape.bounds, size, (width, height), taken, [*avoid, own], farthest=60)
        if room is None:
            continue  # the list beside the map names it
        taken.append(_box_at(room, size))
        words.append(
            element(
                "text",
                said,
                x=room[0],
                y=room[1] + _LETTER * 0.35,
                font_size=_LETTER,
                font_weight=600,
                text_anchor="middle",
                fill="#16181b",
                stroke="#ffffff",
                stroke_width=3.2,
                stroke_linejoin="round",
                paint_order="stroke",
            )
        )
    parts += [group(leaders), group(words), group(furniture), group(signs)]
    return drawing(
        width,
        height,
        parts,
        name=name,
        title=f"Map of {scenery.site.name}",
        desc=describe_map(scenery, placed, backdrop),
        class_="map-drawing",
    )


def map_figure(scenery: Scenery, placed: Sequence[Placed], width: float = WIDE) -> Figure:
    """The map as one SVG file to be saved."""
    backdrop = paint_backdrop(scenery, placed)
    drawn = draw_map(scenery, placed, backdrop, width=width)
    rows, cols = (backdrop.window if backdrop else map_window(scenery, [one.outline for one in placed])).shape
    return Figure(
        name="map",
        media_type="image/svg+xml",
        data=str(drawn).encode(),
        size=(round(width), round(width * rows / cols)),
        alt=describe_map(scenery, placed, backdrop),
        caption=" ".join(
            filter(None, [say_perimeter(scenery), backdrop.figure.caption + "." if backdrop else ""])
        ),
        credit=backdrop.figure.credit if backdrop else "",
        licence=backdrop.figure.licence if backdrop else "",
        use=backdrop.figure.use if backdrop else "",
        scene_ids=backdrop.figure.scene_ids if backdrop else (),
    )


def describe_map(scenery: Scenery, placed: Sequence[Placed], backdrop: Backdrop | None) -> str:
    """What the map shows, in a sentence."""
    counts = Counter(one.what or one.kind.words for one in placed)
    counted = ", ".join(f"{what}: {count}" for what, count in counts.items()) or "no change"
    ground = (
        f" over an image of {say_acquired(scenery.acquired(backdrop.figure.scene_ids[0]))}"
        if backdrop
        else ""
    )
    return f"Map of {scenery.site.name}{ground}. Numbered changes: {counted}."


def say_perimeter(scenery: Scenery) -> str:
    """Who drew the perimeter, from what; "" if there is none."""
    perimeter = scenery.site.perimeter
    if perimeter is None:
        return ""
    source = perimeter.source.strip().rstrip(".")
    if not source:
        return "Perimeter: by whom the line was drawn is not recorded."
    says_how = source.split(maxsplit=1)[0].lower() in (
        "drawn",
        "traced",
        "digitised",
        "digitized",
        "taken",
        "from",
    )
    return f"Perimeter: line {source}." if says_how else f"Perimeter: line drawn by {source}."


def map_window(scenery: Scenery, outlines: Sequence[BaseGeometry]) -> Window:
    """The part of the grid that holds the perimeter, the structures and the changes, with a margin."""
    rows, cols = scenery.grid.shape
    whole = box(*bounds_of(scenery.grid))
    of_site = [
        onto_grid(s.geometry, scenery.grid)
        for s in scenery.site.structures
        if s.role in (Role.PERIMETER, Role.BUILDING, Role.ZONE)
    ]
    things = [*of_site, *outlines]
    shown = union_all(things).intersection(whole) if things else whole
    if shown.is_empty or not of_site:
        return Window(0, rows, 0, cols)
    col0, row0, col1, row1 = to_pixels(shown, scenery.grid).bounds
    margin = 0.1 * max(col1 - col0, row1 - row0) + 3
    col0, row0, col1, row1 = col0 - margin, row0 - margin, col1 + margin, row1 + margin
    wide, tall = col1 - col0, row1 - row0
    grow_wide, grow_tall = max(0.0, tall * 1.2 - wide) / 2, max(0.0, wide * 0.62 - tall) / 2
    return Window(
        max(0, math.floor(row0 - grow_tall)),
        min(rows, math.ceil(row1 + grow_tall)),
        max(0, math.floor(col0 - grow_wide)),
        min(cols, math.ceil(col1 + grow_wide)),
    )


def _from_ground_up(pair: tuple[Placed, BaseGeometry]) -> tuple[bool, float]:
    """Drawing order where changes lie over one another: ground below roofs, large below small."""
    one, shape = pair
    return one.kind not in (Kind.CLEARING, Kind.SURFACE_CHANGE), -shape.area


def _draw_change(kind: Kind, path: str, is_crowded: bool) -> list[Markup]:
    """An outline on a white edge; among many, changes of the ground have no fill and a thinner line."""
    colour, is_ground = KIND_COLOUR[kind], kind in (Kind.CLEARING, Kind.SURFACE_CHANGE)
    line = 2.0 if not is_crowded else 1.2 if is_ground else 1.7
    filled = 0.25 if not is_crowded else 0.0 if is_ground else 0.16
    edge = element(
        "path", d=path, fill="none", stroke="#ffffff", stroke_width=line + 1.6, stroke_linejoin="round"
    )
    outline = element(
        "path",
        d=path,
        fill=colour,
        fill_opacity=filled,
        stroke=colour,
        stroke_width=line,
        stroke_linejoin="round",
    )
    return [edge, outline]


def _draw_structure(role: Role, shape: BaseGeometry) -> Markup:
    path = path_of(shape)
    if role is Role.AOI:
        return element(
            "path", d=path, fill="none", stroke="#4a4f57", stroke_width=0.8, stroke_dasharray="1.5 3.5"
        )
    if role is Role.PERIMETER:
        under = element("path", d=path, fill="none", stroke="#ffffff", stroke_width=4.2, stroke_opacity=0.85)
        over = element(
            "path", d=path, fill="none", stroke="#16181b", stroke_width=1.7, stroke_dasharray="8 3 1.5 3"
        )
        return Markup("").join([under, over])
    if role is Role.BUILDING:
        return element(
            "path",
            d=path,
            fill="#ffffff",
            fill_opacity=0.35,
            stroke="#16181b",
            stroke_width=1.1,
            stroke_linejoin="round",
        )
    if role is Role.ZONE:
        return element(
            "path", d=path, fill="none", stroke="#4a4f57", stroke_width=1.1, stroke_dasharray="4 3"
        )
    if path:
        return element("path", d=path, fill="none", stroke="#16181b", stroke_width=2.4)
    at = shape.centroid
    return element("circle", cx=at.x, cy=at.y, r=3.4, fill="#16181b", stroke="#ffffff", stroke_width=1.4)


def _draw_scale_and_north(
    scenery: Scenery,
    pixels_per_unit: float,
    height: float,
    width: float,
    taken: list[Box],
    shown: Sequence[BaseGeometry],
) -> list[Markup]:
    """Scale bar and north, each in the corner where it covers least of what is `shown`."""
    scale = metres_per_pixel(scenery.grid)
    foot = min([height, *(t[1] for t in taken)]) - 6
    words: Attributes = {"font_size": 12, "fill": "#16181b", "font_weight": 600}
    plate: Attributes = {"fill": "#ffffff", "fill_opacity": 0.82}
    parts = []

    def corner(wide: float, tall: float, corners: str) -> Box:
        left, right, above, below = 8.0, width - 8 - wide, 8.0, foot - tall
        at = {"sw": (left, below), "se": (right, below), "nw": (left, above), "ne": (right, above)}
        boxes = [(x, y, x + wide, y + tall) for x, y in (at[name] for name in corners.split())]
        free = [b for b in boxes if not any(_overlap(b, t) for t in taken)] or boxes
        found = min(free, key=lambda b: sum(box(*b).intersection(s).area for s in shown))
        taken.append(found)
        return found

    if scale is None:
        x, y, *_ = corner(138, 21, "sw se nw ne")
        parts.append(element("rect", x=x, y=y, width=138, height=21, **plate))
        parts.append(element("text", "Scale not known", x=x + 7, y=y + 15, **words))
    else:
        length = nice_length(scale * pixels_per_unit * width * 0.24)
        reach = length / (scale * pixels_per_unit)
        x, y, *_ = corner(reach + 20, 32, "sw se nw ne")
        parts.append(element("rect", x=x, y=y, width=reach + 20, height=32, **plate))
        bar = f"M{x + 10:.1f} {y + 20:.1f}v5h{reach:.1f}v-5"
        parts.append(element("path", d=bar, fill="none", stroke="#16181b", stroke_width=2))
        middle = x + 10 + reach / 2
        parts.append(element("text", say_length(length), x=middle, y=y + 15, text_anchor="middle", **words))
    if scenery.north is None:
        x, y, *_ = corner(138, 21, "ne nw se sw")
        parts.append(element("rect", x=x, y=y, width=138, height=21, **plate))
        parts.append(element("text", "North not known", x=x + 7, y=y + 15, **words))
    else:
        x, y, *_ = corner(36, 36, "ne nw se sw")
        x, y = x + 18, y + 18
        parts.append(element("circle", cx=x, cy=y, r=18, **plate))
        turn = f"rotate({scenery.north:.2f} {x:.1f} {y:.1f})"
        arrow = element(
            "path", d=f"M{x} {y - 13}L{x + 5.5} {y + 5}L{x} {y + 1}L{x - 5.5} {y + 5}Z", fill="#16181b"
        )
        parts.append(group([arrow], transform=turn))
        letter = (x - 3.9, y + 14.5)
        parts.append(
            element("text", "N", x=letter[0], y=letter[1], font_size=10.5, font_weight=700, fill="#16181b")
        )
    return parts


def _draw_stamps(scenery: Scenery, width: float, height: float, taken: list[Box]) -> list[Markup]:
    words = [stamp.value for stamp in scenery.stamps if stamp is not Stamp.SIMULATED]
    if not words:
        return []
    size = 13.0 if width > 500 else 10.5
    deep = len(words) * size * 1.6 + 4
    parts = [element("rect", x=0, y=height - deep, width=width, height=deep, fill="#7a1020")]
    for index, word in enumerate(words):
        parts.append(
            element(
                "text",
                word,
                x=width / 2,
                y=height - deep + 2 + size * 1.6 * (index + 0.5) + size * 0.35,
                font_size=size,
                font_weight=700,
                text_anchor="middle",
                fill="#ffffff",
            )
        )
    taken.append((0, height - deep, width, height))
    return parts


def _find_room(
    bounds: Box,
    size: tuple[float, float],
    frame: tuple[float, float],
    taken: Sequence[Box],
    avoid: Sequence[Box],
    farthest: float = 150,
) -> tuple[float, float] | None:
    """
    A free place for a label of some size near a thing, nearest first; None if there is none.

    Never on `taken` nor outside the frame; off what is in `avoid` if it can be.
    """
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    half = (bounds[2] - bounds[0]) / 2 + size[0] / 2, (bounds[3] - bounds[1]) / 2 + size[1] / 2
    away = -math.pi / 4
    for obstacles in ((*taken, *avoid), tuple(taken)):
        reach = 2.0
        while reach <= farthest:
            for step in range(24):
                angle = away + math.pi / 12 * (step // 2 + 1) * (-1) ** step
                at = (
                    middle[0] + math.cos(angle) * (half[0] + reach),
                    middle[1] + math.sin(angle) * (half[1] + reach),
                )
                own = _box_at(at, size)
                inside = own[0] >= 2 and own[1] >= 2 and own[2] <= frame[0] - 2 and own[3] <= frame[1] - 2
                if inside and not any(_overlap(own, other) for other in obstacles):
                    return at
            reach += 7
    return None


def _on_own_line(
    shape: BaseGeometry,
    others: Sequence[BaseGeometry],
    size: tuple[float, float],
    frame: tuple[float, float],
    taken: Sequence[Box],
) -> tuple[float, float] | None:
    """
    A free place for a sign on the outline of a thing, as far as can be from the outlines of others.

    None where there is none, and for things that the sign would hide.
    """
    west, north, east, south = shape.bounds
    if min(east - west, south - north) < 1.6 * size[0]:
        return None
    line = shape.boundary
    spots = [line.interpolate(step * size[0] / 3) for step in range(int(3 * line.length / size[0]) + 1)]
    free = []
    for spot in spots:
        own = _box_at((spot.x, spot.y), size)
        inside = own[0] >= 2 and own[1] >= 2 and own[2] <= frame[0] - 2 and own[3] <= frame[1] - 2
        if inside and not any(_overlap(own, other) for other in taken):
            free.append((spot.x, spot.y))
    if not free:
        return None
    lines = union_all([other.boundary for other in others])
    prepare(lines)
    apart = distance(points(free), lines)
    return free[int(np.argmax(np.minimum(apart, 2 * size[0])))]


def _held_inside(bounds: Box, size: tuple[float, float], frame: tuple[float, float]) -> tuple[float, float]:
    """The middle of a thing, moved so that its label stays on the map."""
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    half_x, half_y = size[0] / 2 + 2, size[1] / 2 + 2
    return (
        min(max(middle[0], half_x), frame[0] - half_x),
        min(max(middle[1], half_y), frame[1] - half_y),
    )


def _box_at(at: tuple[float, float], size: tuple[float, float]) -> Box:
    return at[0] - size[0] / 2, at[1] - size[1] / 2, at[0] + size[0] / 2, at[1] + size[1] / 2


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _grow(bounds: Box, by: float) -> Box:
    return bounds[0] - by, bounds[1] - by, bounds[2] + by, bounds[3] + by
