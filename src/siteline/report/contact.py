"""A contact sheet of the places of a comparison: before and after side by side, at one scale, numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from siteline.model.imagery import Look, Scene
from siteline.model.pairs import Comparison, Place
from siteline.raster.grid import to_pixels
from siteline.report.days import say_acquired
from siteline.report.figure import encode
from siteline.report.inert import inert
from siteline.report.lettering import broken, draw_text
from siteline.report.rights import rights_of
from siteline.report.stretch import Window, colours, find_stretch

_WIDE, _GAP, _CROP, _TEXT = 1320, 12, 300, 640
_OVERVIEW = (_WIDE - 3 * _GAP) // 2
_INK, _PALE, _LINE = (20, 20, 20), (90, 90, 90), (255, 221, 0)
_LEAST_M, _ROOM = 40.0, 1.8
"""A crop shows at least so many metres, and each place with so much room around it."""

NOTE = "Places to look at, ranked by a machine: none of them is a finding until a person has judged it."


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """One PNG."""

    data: bytes
    size: tuple[int, int]


def draw_contact_sheet(
    pair: xr.Dataset, comparison: Comparison, scenes: tuple[Scene, Scene], *, simulated: bool = False
) -> ContactSheet:
    """
    An overview of both looks with the numbers of the places, then each place before and after.

    pair: two looks as `model/imagery.py` describes a cube, in one look's colours. All crops have one scale, the widest place
    sets it; one at the edge is moved inwards, so that it shows ground. Credits of both scenes are printed, and kept
    inside the file.
    """
    grid = comparison.fit.grid
    looks = [Look(s.id, s.acquired, 1.0, True, None, None, None) for s in scenes]
    stretch = find_stretch(pair, looks)
    whole = Window(0, grid.shape[0], 0, grid.shape[1])
    pictures = [Image.fromarray(colours(pair, scene.id, whole, stretch)) for scene in scenes]
    outlines = [to_pixels(place.outline, grid) for place in comparison.places]
    side = _crop_side(outlines, grid.gsd_m, grid.shape)
    scale = _OVERVIEW / grid.shape[1]
    tall = round(grid.shape[0] * scale)
    head, notes = _heading(comparison, simulated)
    titles = [
        broken(f"{title}: {say_acquired(scene.acquired)} ({inert(scene.id)})", 16, _OVERVIEW, bold=True)
        for scene, title in zip(scenes, ("Before", "After"), strict=True)
    ]
    told = [_lines(place, comparison) for place in comparison.places]
    rows = [max(_CROP, 40 + 22 * len(lines)) + _GAP for lines in told]
    shown = f"{side * grid.gsd_m:.0f} m" if grid.gsd_m else f"{side:.0f} pixels"
    rights = rights_of(scenes)
    credit = inert(f"{rights['credit']}; {rights['licence']}; {rights['use']}", 2000)
    feet = [
        line
        for text in (f"Each crop is {shown} wide. {NOTE}", credit)
        for line in broken(text, 14, _WIDE - 2 * _GAP)
    ]
    top = 24 * max(map(len, titles))
    height = 24 + 26 * len([*head, *notes]) + top + tall + _GAP + sum(rows) + 24 * len(feet) + _GAP
    sheet = Image.new("RGB", (_WIDE, height), (255, 255, 255))
    draw = ImageDraw.Draw(sheet)
    y = 24
    for number, line in enumerate((*head, *notes)):
        is_head = number < len(head)
        draw_text(draw, (_GAP, y), line, 20 if is_head else 15, _INK if is_head else _PALE, bold=is_head)
        y += 26
    for at, picture in enumerate(pictures):
        x = _GAP + at * (_OVERVIEW + _GAP)
        for number, line in enumerate(titles[at]):
            draw_text(draw, (x, y + 8 + 24 * number), line, 16, _INK, bold=True)
        sheet.paste(picture.resize((_OVERVIEW, tall), Image.Resampling.LANCZOS), (x, y + top))
        for place, outline in zip(comparison.places, outlines, strict=True):
            _number_on(draw, place, outline, (x, y + top), scale, (_OVERVIEW, tall))
    y += top + tall + _GAP
    for place, outline, lines, row in zip(comparison.places, outlines, told, rows, strict=True):
        middle = _middle(outline, side, grid.shape)
        for at, picture in enumerate(pictures):
            x = _GAP + at * (_CROP + _GAP)
            sheet.paste(_crop(picture, middle, side), (x, y))
            where = (x + (_CROP / 2 - middle[0] * _CROP / side), y + (_CROP / 2 - middle[1] * _CROP / side))
            stands = place.appeared is None or place.appeared == (at == 1)
            _trace(sheet, outline, where, _CROP / side, (x, y, x + _CROP, y + _CROP), dashed=not stands)
        _tell(draw, place, lines, (_GAP + 2 * (_CROP + _GAP), y))
        y += row
    for number, line in enumerate(feet):
        draw_text(draw, (_GAP, y + 14 + 24 * number), line, 14, _PALE)
    return ContactSheet(encode(sheet, "image/png", rights), sheet.size)


def _heading(comparison: Comparison, simulated: bool) -> tuple[list[str], list[str]]:
    """The lines of the title, and those that stand below it."""
    mark = "SIMULATED. " if simulated else ""
    fit = comparison.fit
    told = f"moved by {fit.shift_px[0]:+.1f}, {fit.shift_px[1]:+.1f} px, parts by up to {fit.local_px:.1f} px more"
    places = "place" if len(comparison.places) == 1 else "places"
    title = (
        f"{mark}{inert(comparison.site_id)}: {len(comparison.places)} {places} to look at "
        f"(comparison {comparison.id[:12]})"
    )
    notes = [
        f"The later image was {told}; likeness {fit.likeness:.2f}; colours matched to the earlier one.",
        *(f"Note: {inert(remark.text)}" for remark in (*comparison.remarks, *comparison.found.remarks)),
    ]
    wide = _WIDE - 2 * _GAP
    return broken(title, 20, wide, bold=True), [line for note in notes for line in broken(note, 15, wide)]


def _crop_side(outlines: Sequence[BaseGeometry], gsd_m: float | None, shape: tuple[int, int]) -> float:
    widest = max((max(o.bounds[2] - o.bounds[0], o.bounds[3] - o.bounds[1]) for o in outlines), default=1.0)
    least = _LEAST_M / gsd_m if gsd_m and gsd_m < 5 else 60.0
    return float(min(max(widest * _ROOM, least), max(shape)))


def _middle(outline: BaseGeometry, side: float, shape: tuple[int, int]) -> tuple[float, float]:
    """Middle (x, y) of a crop around an outline, moved so that no more of it than needed lies beyond the images; pixels."""
    at = outline.envelope.centroid
    x, y = (
        float(np.clip(here, side / 2, n - side / 2)) if side <= n else n / 2
        for here, n in ((at.x, shape[1]), (at.y, shape[0]))
    )
    return x, y


def _crop(picture: Image.Image, middle: tuple[float, float], side: float) -> Image.Image:
    x, y = middle
    region = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    return picture.transform(
        (_CROP, _CROP), Image.Transform.EXTENT, region, Image.Resampling.BICUBIC, fillcolor=(225, 225, 225)
    )


def _trace(
    sheet: Image.Image,
    outline: BaseGeometry,
    origin: tuple[float, float],
    scale: float,
    frame: tuple[int, int, int, int],
    *,
    dashed: bool,
) -> None:
    """The outline on a crop: dashed where the thing does not stand."""
    part = sheet.crop(frame)
    draw = ImageDraw.Draw(part)
    for ring in getattr(outline, "geoms", [outline]):
        points = np.asarray(ring.exterior.coords) * scale + np.array(origin) - np.array(frame[:2])
        length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        at = np.arange(0, length[-1], 4.0)
        path = np.stack([np.interp(at, length, points[:, k]) for k in (0, 1)], axis=1)
        for n in range(len(path) - 1):
            if not dashed or n % 3 < 1:
                draw.line([tuple(path[n]), tuple(path[n + 1])], fill=_LINE, width=2)
    sheet.paste(part, frame[:2])


def _number_on(
    draw: ImageDraw.ImageDraw,
    place: Place,
    outline: BaseGeometry,
    origin: tuple[int, int],
    scale: float,
    size: tuple[int, int],
) -> None:
    west, north, east, south = (v * scale for v in outline.bounds)
    box = [origin[0] + west - 3, origin[1] + north - 3, origin[0] + east + 3, origin[1] + south + 3]
    box = [
        max(box[0], origin[0]),
        max(box[1], origin[1]),
        min(box[2], origin[0] + size[0] - 1),
        min(box[3], origin[1] + size[1] - 1),
    ]
    draw.rectangle(box, outline=_LINE, width=2)
    at = (min(box[2] + 3, origin[0] + size[0] - 26), max(box[1], origin[1]) + 8)
    draw_text(draw, at, str(place.number), 17, _LINE, bold=True, halo=(0, 0, 0))


def _lines(place: Place, comparison: Comparison) -> list[tuple[str, tuple[int, int, int]]]:
    """What is told of a place below its title: lines that fit, with their colours."""
    grid = comparison.fit.grid
    unit = "m²" if grid.gsd_m is not None or grid.crs is not None else "px²"
    said = [(f"about {float(f'{place.area:.2g}'):,.0f} {unit}; ranked by {place.worth:.2f}", _PALE)]
    said += [(f"+ {reason}", _INK) for reason in place.reasons]
    said += [(f"? {doubt}", (150, 60, 0)) for doubt in place.doubts]
    return [(part, colour) for text, colour in said for part in broken(text, 15, _TEXT)]


def _tell(
    draw: ImageDraw.ImageDraw,
    place: Place,
    lines: Sequence[tuple[str, tuple[int, int, int]]],
    at: tuple[int, int],
) -> None:
    x, y = at
    what = {
        True: "stands on the later image only",
        False: "stands on the earlier image only",
        None: "ground changed",
    }
    draw_text(draw, (x, y + 14), f"{place.number}  {what[place.appeared]}", 18, _INK, bold=True)
    for number, (text, colour) in enumerate(lines):
        draw_text(draw, (x, y + 40 + 22 * number), text, 15, colour)
