"""
One figure: a picture with its date, scale, north, credit and stamps burned into the pixels.

A picture that somebody saves from a page must still say what it is, from when, by whom, and that it
is a draft.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr
from PIL import Image, ImageDraw
from pyproj import Transformer
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.change import Kind
from siteline.model.dates import Acquired
from siteline.model.imagery import Grid, Look, Scene
from siteline.model.place import Site
from siteline.raster.grid import WGS84, affine_of, metres_per_pixel, onto_grid, to_pixels
from siteline.report.days import say_acquired
from siteline.report.inert import inert
from siteline.report.lettering import broken, can_letter, draw_text, width_of
from siteline.report.rights import Rights, credit_of, note_in_file
from siteline.report.rules import Stamp
from siteline.report.stretch import Stretch, Window, colours, find_stretch

_SMOOTH = 3
"""Lines are drawn this much larger, then reduced."""

KIND_COLOUR: Mapping[Kind, str] = {
    Kind.CONSTRUCTION: "#d55e00",
    Kind.DEMOLITION: "#0b6fb0",
    Kind.ROOF_CHANGE: "#c25a9a",
    Kind.CLEARING: "#e0a100",
    Kind.SURFACE_CHANGE: "#12876a",
}
"""After Okabe and Ito: told apart by colour-blind eyes; in grey, the shape of the sign tells them apart."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, ready to be saved or embedded."""

    name: str
    """A file name without ending, such as "pair-3"."""

    media_type: str
    """`image/jpeg`, `image/png` or `image/svg+xml`."""

    data: bytes
    size: tuple[int, int]
    """Width, height, pixels."""

    alt: str
    """What it shows, for those who cannot see it."""

    caption: str
    """What to print beneath it; the credit is apart."""

    credit: str
    """From the scenes' metadata only."""

    scene_ids: tuple[str, ...] = ()
    licence: str = ""
    """Under which the images in it may be used; "" for a figure without any."""

    use: str = ""
    """What may be done with them, in words; "" for a figure without any."""

    told: Mapping[str, Any] | None = None
    """What its sidecar says of it, in the shape figure/1; None for a picture that was not laid out by us."""

    narrow: Narrow | None = None
    """The same, laid out for a narrow screen."""

    film: Film | None = None
    """What moves where this stands still."""

    painted: tuple[str, ...] = ()
    """Words of the case that stand in its pixels, where nothing can be taken out of them."""

    is_credited: bool = False
    """Whether credit and licence stand in its pixels, whole, so that nobody need repeat them beside it."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """A figure laid out anew for a narrow screen."""

    media_type: str
    data: bytes
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Film:
    """A time-lapse that lies beside a page."""

    media_type: str
    data: bytes
    told: Mapping[str, Any]
    """What its sidecar says of it, in the shape figure/1."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An outline to draw on a picture."""

    outline: BaseGeometry
    """In the grid's coordinates."""

    colour: str
    dashed: bool = False
    corners_only: bool = False
    """Four corner ticks around it, so that nothing of it is covered."""

    label: str = ""


@dataclass(frozen=True)
class Scenery:
    """All that the pictures of one site share: the images, one stretch, the credits, the stamps."""

    site: Site
    grid: Grid
    cube: xr.Dataset
    looks: tuple[Look, ...]
    """In time order."""

    scenes: Mapping[str, Scene]
    stretch: Stretch
    stamps: tuple[Stamp, ...]
    north: float | None
    """Degrees clockwise from "up" in the picture; None for a frame without georeference."""

    def has(self, scene_id: str | None) -> bool:
        """Whether there is a picture of this scene."""
        return scene_id is not None and scene_id in {str(s) for s in self.cube["scene"].values}

    def acquired(self, scene_id: str) -> Acquired:
        """When a scene was taken."""
        if scene_id in self.scenes:
            return self.scenes[scene_id].acquired
        return next(look.acquired for look in self.looks if look.scene_id == scene_id)

    @property
    def perimeter(self) -> BaseGeometry | None:
        """The site's perimeter in grid coordinates, if one was drawn."""
        return None if self.site.perimeter is None else onto_grid(self.site.perimeter.geometry, self.grid)


def set_scenery(
    site: Site,
    grid: Grid,
    cube: xr.Dataset,
    looks: Sequence[Look],
    scenes: Sequence[Scene],
    stamps: Sequence[Stamp] = (),
) -> Scenery:
    """Make ready what the pictures of one site share."""
    ordered = tuple(sorted(looks, key=lambda look: (look.acquired.middle, look.scene_id)))
    by_id = {scene.id: scene for scene in scenes}
    stretch = find_stretch(cube, ordered)
    return Scenery(site, grid, cube, ordered, by_id, stretch, tuple(stamps), north_of(grid))


def north_of(grid: Grid) -> float | None:
    """True north at a grid's middle, degrees clockwise from "up"; None without georeference."""
    if grid.crs is None:
        return None
    rows, cols = grid.shape
    x, y = affine_of(grid) * (cols / 2, rows / 2)
    to_earth = Transformer.from_crs(grid.crs, WGS84, always_xy=True)
    lon, lat = to_earth.transform(x, y)
    step = 1e-4 if lat < 89 else -1e-4
    there = to_earth.transform(lon, lat + step, direction="INVERSE")
    col, row = ~affine_of(grid) * there
    east, north = (col - cols / 2) * math.copysign(1, step), (rows / 2 - row) * math.copysign(1, step)
    return math.degrees(math.atan2(east, north))


def window_around(
    outline: BaseGeometry, grid: Grid, *, aspect: float = 4 / 3, context: float = 2.6, smallest: int = 44
) -> Window:
    """
    The part of the grid to show around an outline: `context` times as large, at least `smallest` rows.

    outline: in grid coordinates; aspect: width over height. Shifted, not cut, at the edges of the grid.
    """
    rows, cols = grid.shape
    col0, row0, col1, row1 = to_pixels(outline, grid).bounds if not outline.is_empty else (0, 0, cols, rows)
    height = max(smallest, context * (row1 - row0), context * (col1 - col0) / aspect)
    height = min(round(height), rows, round(cols / aspect))
    width = min(max(1, round(height * aspect)), cols)
    height = max(1, height)
    top = min(max(0, round((row0 + row1) / 2 - height / 2)), rows - height)
    left = min(max(0, round((col0 + col1) / 2 - width / 2)), cols - width)
    return Window(top, top + height, left, left + width)


def picture_of(scenery: Scenery, scene_id: str, window: Window, width: int) -> Image.Image:
    """One look through a window, `width` pixels wide (fewer if its licence says so), nothing drawn on it."""
    rows, cols = window.shape
    height = max(1, round(width * rows / cols))
    scene = scenery.scenes.get(scene_id)
    if scene is not None and scene.publish_max_px is not None and max(width, height) > scene.publish_max_px:
        width, height = (
            max(1, side * scene.publish_max_px // max(width, height)) for side in (width, height)
        )
    raw = Image.fromarray(colours(scenery.cube, scene_id, window, scenery.stretch))
    larger = width >= cols
    return raw.resize((width, height), Image.Resampling.BICUBIC if larger else Image.Resampling.BOX)


def draw_panel(
    scenery: Scenery,
    scene_id: str,
    window: Window,
    width: int,
    drawn: Sequence[Drawn] = (),
    *,
    heading: str = "",
    compact: bool = False,
) -> Image.Image:
    """
    One look with everything on it: outlines, date, scale bar, north arrow, credit, stamps.

    heading: a word before the date ("Before"); compact: small frames, without scale bar and north arrow.
    """
    picture = picture_of(scenery, scene_id, window, width)
    if Stamp.SIMULATED in scenery.stamps:
        burn_across(picture, Stamp.SIMULATED.value)
    for one in drawn:
        _draw_outline(picture, one, scenery.grid, window)
    bottom = burn_stamps(picture, scenery.stamps)
    size = max(9, round(picture.width / (22 if compact else 34)))
    scene = scenery.scenes.get(scene_id)
    bottom = _burn_credit(picture, credit_of([scene] if scene else []), bottom, compact)
    day = say_acquired(scenery.acquired(scene_id), short=compact)
    _burn_chip(picture, f"{heading}: {day}" if heading else day, size)
    if not compact:
        scale = metres_per_pixel(scenery.grid)
        across = window.shape[1]
        _burn_scale_bar(picture, None if scale is None else scale * across / picture.width, size, bottom)
        _burn_north(picture, scenery.north, size)
    return picture


def burn_across(picture: Image.Image, word: str) -> None:
    """
    Burn a word diagonally across a picture, twice, legible and see-through.

    The two lie on either side of the middle, where the thing to be looked at is.
    """
    width, height = picture.size
    diagonal, angle = math.hypot(width, height), math.atan2(height, width)
    size = max(8, int(min(diagonal * 0.5 / (width_of(word, 100, bold=True) / 100), height * 0.2)))
    length = math.ceil(width_of(word, size, bold=True)) + size // 2
    band = Image.new("L", (length, round(size * 1.6)), 0)
    # the rim strong, the body faint: it can be read, and what lies beneath can be seen
    draw_text(ImageDraw.Draw(band), (size / 4, size * 0.8), word, size, (105,), bold=True, halo=(255,))
    turned = band.rotate(math.degrees(angle), Image.Resampling.BICUBIC, expand=True)
    reach = min(width, height) * 0.25
    for side in (-1, 1):
        x = width / 2 + side * reach * math.sin(angle) - turned.width / 2
        y = height / 2 + side * reach * math.cos(angle) - turned.height / 2
        for shade, shift, strength in ((0, max(1, size // 25), 0.5), (255, 0, 0.6)):
            mask = Image.new("L", picture.size, 0)
            faded = turned.point([round(level * strength) for level in range(256)])
            mask.paste(faded, (round(x) + shift, round(y) + shift))
            picture.paste((shade,) * 3, (0, 0), mask)


def burn_stamps(picture: Image.Image, stamps: Sequence[Stamp]) -> int:
    """Burn all stamps but the diagonal one along the bottom edge; returns the row where they begin."""
    words = [stamp.value for stamp in stamps if stamp is not Stamp.SIMULATED]
    bottom = picture.height
    if not words:
        return bottom
    size = max(8, min(22, round(picture.width / 32)))
    lines = [line for word in words for line in broken(word, size, picture.width - size, bold=True)]
    step = round(size * 1.5)
    top = max(0, bottom - step * len(lines) - size // 3)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, picture.width, bottom), fill=(122, 16, 32))
    for index, line in enumerate(lines):
        left = (picture.width - width_of(line, size, bold=True)) / 2
        draw_text(
            draw, (left, top + size // 6 + step * (index + 0.5)), line, size, (255, 255, 255), bold=True
        )
    return top


def stamped_below(picture: Image.Image, stamps: Sequence[Stamp]) -> Image.Image:
    """The picture with its stamps on a band of their own beneath it, so that nothing of it is covered."""
    tall = 4000
    band = tall - burn_stamps(Image.new("RGB", (picture.width, tall)), stamps)
    if not band:
        return picture
    whole = Image.new("RGB", (picture.width, picture.height + band))
    whole.paste(picture, (0, 0))
    burn_stamps(whole, stamps)
    return whole


def encode(picture: Image.Image, media_type: str, rights: Rights, quality: int = 82) -> bytes:
    """The bytes of a picture, with its rights inside; the same picture gives the same bytes."""
    held, noted = io.BytesIO(), note_in_file(media_type, rights)
    if media_type == "image/jpeg":
        picture.save(held, "JPEG", quality=quality, subsampling=0, optimize=True, **noted)
    else:
        picture.save(held, "PNG", compress_level=6, **noted)
    return held.getvalue()


def nice_length(longest: float) -> float:
    """The largest of 1, 2, 5 · 10ⁿ that is no longer than `longest`."""
    power: float = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5, 2, 1) if step * power <= longest * (1 + 1e-9))


def say_length(metres: float) -> str:
    """A length on a scale bar: "200 m", "2 km"."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def ink_on(colour: str) -> str:
    """Black or white, whichever can be read on a colour."""
    red, green, blue = rgb(colour)
    return "#111111" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def rgb(colour: str) -> tuple[int, int, int]:
    """A colour "#rrggbb" as three numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def lines_of(shape: BaseGeometry) -> list[list[tuple[float, float]]]:
    """The rings and lines of an outline, as lists of points."""
    if isinstance(shape, Polygon):
        return [[(p[0], p[1]) for p in ring.coords] for ring in (shape.exterior, *shape.interiors)]
    if isinstance(shape, LineString):
        return [[(p[0], p[1]) for p in shape.coords]]
    return [line for part in getattr(shape, "geoms", ()) for line in lines_of(part)]


def dashes_of(
    points: Sequence[tuple[float, float]], on: float, off: float
) -> list[list[tuple[float, float]]]:
    """A line cut into dashes of a length."""
    line = LineString(points)
    count = max(1, round(line.length / (on + off)))
    step = line.length / count
    pieces = []
    for index in range(count):
        start, end = index * step, index * step + step * on / (on + off)
        inner = [p for p in points if start < line.project(_point(p)) < end] if len(points) < 400 else []
        ends = [line.interpolate(start), line.interpolate(end)]
        pieces.append([(ends[0].x, ends[0].y), *inner, (ends[1].x, ends[1].y)])
    return pieces


def _point(at: tuple[float, float]) -> BaseGeometry:
    from shapely.geometry import Point

    return Point(at)


def _draw_outline(picture: Image.Image, one: Drawn, grid: Grid, window: Window) -> None:
    scale = picture.width / window.shape[1] * _SMOOTH
    shape = to_pixels(one.outline, grid)
    if shape.is_empty:
        return
    thick = max(1.6, picture.width / 260) * _SMOOTH
    if one.corners_only:
        lines = _corner_ticks(shape.bounds, 10 * thick / scale, 3 * thick / scale)
    else:
        lines = lines_of(_grown(shape, 0.8 * thick / scale))
    placed = [[((x - window.col0) * scale, (y - window.row0) * scale) for x, y in line] for line in lines]
    if one.dashed:
        placed = [dash for line in placed for dash in dashes_of(line, 4 * thick, 3 * thick)]
    sheet = Image.new("L", (picture.width * _SMOOTH, picture.height * _SMOOTH), 0)
    for colour, wide in (((255, 255, 255), thick * 2.1), (rgb(one.colour), thick)):
        sheet.paste(0, (0, 0, *sheet.size))
        draw = ImageDraw.Draw(sheet)
        for line in placed:
            draw.line(line, fill=255, width=round(wide), joint="curve")
        picture.paste(colour, (0, 0), sheet.resize(picture.size, Image.Resampling.BOX))
    if one.label and can_letter(one.label):
        _label_outline(picture, one, shape, window)


def _grown(shape: BaseGeometry, by: float) -> BaseGeometry:
    """The outline, a line's breadth outside the thing itself."""
    return shape.buffer(by, join_style="mitre") if isinstance(shape, (Polygon, MultiPolygon)) else shape


def _corner_ticks(
    bounds: tuple[float, float, float, float], reach: float, gap: float
) -> list[list[tuple[float, float]]]:
    x0, y0, x1, y1 = bounds[0] - gap, bounds[1] - gap, bounds[2] + gap, bounds[3] + gap
    reach = min(reach, (x1 - x0) / 2.6, (y1 - y0) / 2.6)
    corners = ((x0, y0, 1, 1), (x1, y0, -1, 1), (x1, y1, -1, -1), (x0, y1, 1, -1))
    return [[(x + dx * reach, y), (x, y), (x, y + dy * reach)] for x, y, dx, dy in corners]


def _label_outline(picture: Image.Image, one: Drawn, shape: BaseGeometry, window: Window) -> None:
    size = max(10, round(picture.width / 44))
    scale = picture.width / window.shape[1]
    _, y0, x1, _ = shape.bounds
    text = inert(one.label, 24)
    wide = max(width_of(text, size, bold=True) + size, size * 1.8)
    left = min(max(2.0, (x1 - window.col0) * scale + size * 0.5), picture.width - wide - 2)
    middle = min(max(size * 3.2, (y0 - window.row0) * scale - size * 0.6), picture.height - size)
    draw = ImageDraw.Draw(picture)
    box = (left, middle - size * 0.85, left + wide, middle + size * 0.85)
    draw.rectangle(box, fill=rgb(one.colour), outline=(255, 255, 255))
    draw_text(
        draw,
        (left + (wide - width_of(text, size, bold=True)) / 2, middle),
        text,
        size,
        rgb(ink_on(one.colour)),
        bold=True,
    )


def _burn_chip(picture: Image.Image, text: str, size: int) -> None:
    """The date, top left, on a dark ground."""
    room = picture.width - 2 * size
    while width_of(text, size, bold=True) > room and size > 8:
        size -= 1
    wide = width_of(text, size, bold=True) + size * 1.2
    _darken(picture, (0, 0, math.ceil(wide), round(size * 1.8)), 0.72)
    at = (size * 0.6, size * 0.92)
    draw_text(ImageDraw.Draw(picture), at, text, size, (255, 255, 255), bold=True)


def _burn_credit(picture: Image.Image, credit: str, bottom: int, compact: bool) -> int:
    """The credit along the bottom; returns the row where it begins."""
    size = max(8, round(picture.width / (30 if compact else 42)))
    text = credit if can_letter(credit) else "credit in the caption"
    lines = broken(text, size, picture.width - size * 1.2)
    if len(lines) > 3:
        lines = ["credit in the caption"]
    step = round(size * 1.35)
    top = max(0, bottom - step * len(lines) - size // 3)
    _darken(picture, (0, top, picture.width, bottom), 0.6)
    for index, line in enumerate(lines):
        at = (size * 0.6, top + size // 6 + step * (index + 0.5))
        draw_text(ImageDraw.Draw(picture), at, line, size, (245, 245, 245))
    return top


def _burn_scale_bar(picture: Image.Image, metres: float | None, size: int, bottom: int) -> None:
    """A scale bar, bottom left; or the words that the scale is not known."""
    draw = ImageDraw.Draw(picture)
    left, base = size * 0.9, bottom - size * 0.9
    white, dark = (255, 255, 255), (0, 0, 0)
    if metres is None:
        _burn_words(picture, "scale not known", (0, round(bottom - size * 1.7)), size)
        return
    length = nice_length(metres * picture.width * 0.28)
    right, tick = left + length / metres, size * 0.45
    for grown, colour in ((1.5, dark), (0.0, white)):
        wide = size / 6 + grown
        for box in (
            (left - wide / 2, base - wide / 2, right + wide / 2, base + wide / 2),
            (left - wide / 2, base - tick - grown / 2, left + wide / 2, base + wide / 2),
            (right - wide / 2, base - tick - grown / 2, right + wide / 2, base + wide / 2),
        ):
            draw.rectangle(box, fill=colour)
    text = say_length(length)
    middle = (left + right) / 2 - width_of(text, size, bold=True) / 2
    draw_text(draw, (max(left, middle), base - size * 0.95), text, size, white, bold=True, halo=dark)


def _burn_north(picture: Image.Image, north: float | None, size: int) -> None:
    """An arrow to true north, top right; or the words that north is not known."""
    draw = ImageDraw.Draw(picture)
    white, dark = (255, 255, 255), (0, 0, 0)
    if north is None:
        wide = round(width_of("north not known", size) + size * 1.2)
        _burn_words(picture, "north not known", (picture.width - wide, round(size * 1.9)), size)
        return
    reach = size * 2.2
    sheet = Image.new("L", (round(reach * 2 * _SMOOTH),) * 2, 0)
    centre, turn = reach * _SMOOTH, math.radians(north)
    corner = (round(picture.width - reach * 2 - size * 0.1), round(size * 0.1))
    for grown, colour in ((1.12, dark), (0.9, white)):
        sheet.paste(0, (0, 0, *sheet.size))
        half = size * 1.5 * grown * _SMOOTH
        arrow = [(0.0, -half), (half * 0.55, half * 0.8), (0.0, half * 0.35), (-half * 0.55, half * 0.8)]
        turned = [
            (
                centre + x * math.cos(turn) - y * math.sin(turn),
                centre + x * math.sin(turn) + y * math.cos(turn),
            )
            for x, y in arrow
        ]
        ImageDraw.Draw(sheet).polygon(turned, fill=255)
        small = sheet.resize((round(reach * 2),) * 2, Image.Resampling.BOX)
        picture.paste(colour, corner, small)
    at = (corner[0] + reach - width_of("N", size, bold=True) / 2, corner[1] + reach * 2 + size * 0.3)
    draw_text(draw, at, "N", size, white, bold=True, halo=dark)


def _burn_words(picture: Image.Image, text: str, corner: tuple[int, int], size: int) -> None:
    """A few words on a dark ground, `corner` its top left."""
    left, top = corner
    wide, tall = width_of(text, size) + size * 1.2, round(size * 1.6)
    _darken(picture, (left, top, math.ceil(left + wide), top + tall), 0.62)
    at = (left + size * 0.6, top + tall / 2)
    draw_text(ImageDraw.Draw(picture), at, text, size, (255, 255, 255))


def _darken(picture: Image.Image, box: tuple[int, int, int, int], strength: float) -> None:
    part = picture.crop(box)
    picture.paste(Image.blend(part, Image.new("RGB", part.size, (12, 13, 15)), strength), box[:2])
