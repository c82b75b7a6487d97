"""A sheet as pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from PIL import Image, ImageDraw
from PIL.Image import Resampling
from PIL.ImageFont import FreeTypeFont

from siteline.report.figure import rgb
from siteline.report.sheet.letters import Faces, Run, load, runs_of, width_of
from siteline.report.sheet.marks import Line, Mark, Picture, Plate, Point, Shape, Sheet, Words

_SMOOTH = 3


def paint(sheet: Sheet, faces: Faces) -> Image.Image:
    """The sheet, RGB."""
    scale = sheet.pixels_per_unit
    picture = Image.new("RGB", (round(sheet.width * scale), round(sheet.height * scale)), (255, 255, 255))
    paint_onto(picture, sheet.marks, scale, faces)
    return picture


def paint_onto(picture: Image.Image, marks: Iterable[Mark], scale: float, faces: Faces) -> None:
    """Paint marks onto a picture, in their order."""
    for mark in marks:
        if isinstance(mark, Picture):
            size = pixels_of(mark, scale)
            image = mark.image if mark.image.size == size else mark.image.resize(size, Resampling.BICUBIC)
            picture.paste(image, (round(mark.box[0] * scale), round(mark.box[1] * scale)))
        elif isinstance(mark, Plate):
            _paint_plate(picture, mark, scale)
        elif isinstance(mark, Shape):
            _through_mask(picture, [mark.points], mark.fill, mark.opacity, scale, None)
        elif isinstance(mark, Line):
            pieces = dashed(mark.points, mark.dash) if mark.dash else [mark.points]
            _through_mask(picture, pieces, mark.colour, mark.opacity, scale, mark.width)
        else:
            _paint_words(picture, mark, scale, faces)


def pixels_of(mark: Picture, scale: float) -> tuple[int, int]:
    """
    How wide and high a picture is painted, pixels.

    Its size is rounded, not its edges: both of them rounded outwards would make it one pixel larger than a licence allows.
    """
    x0, y0, x1, y1 = mark.box
    return max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))


def _paint_plate(picture: Image.Image, mark: Plate, scale: float) -> None:
    x0, y0, x1, y1 = (round(v * scale) for v in mark.box)
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(picture.width, x1), min(picture.height, y1)
    if x1 <= x0 or y1 <= y0:
        return
    part = picture.crop((x0, y0, x1, y1))
    picture.paste(Image.blend(part, Image.new("RGB", part.size, rgb(mark.fill)), mark.opacity), (x0, y0))
    if mark.stroke:
        ImageDraw.Draw(picture).rectangle(
            (x0, y0, x1 - 1, y1 - 1), outline=rgb(mark.stroke), width=max(1, round(mark.stroke_width * scale))
        )


def _through_mask(
    picture: Image.Image,
    lines: Sequence[Sequence[Point]],
    colour: str,
    opacity: float,
    scale: float,
    width: float | None,
) -> None:
    """Lines, or the insides of polygons (no width), drawn larger on a mask of their own and reduced: smooth edges."""
    points = [p for line in lines for p in line]
    if not points:
        return
    reach = (width or 0) + 2 / scale
    x0 = max(0, math.floor((min(p[0] for p in points) - reach) * scale))
    y0 = max(0, math.floor((min(p[1] for p in points) - reach) * scale))
    x1 = min(picture.width, math.ceil((max(p[0] for p in points) + reach) * scale))
    y1 = min(picture.height, math.ceil((max(p[1] for p in points) + reach) * scale))
    if x1 <= x0 or y1 <= y0:
        return
    mask = Image.new("L", ((x1 - x0) * _SMOOTH, (y1 - y0) * _SMOOTH), 0)
    draw = ImageDraw.Draw(mask)
    for line in lines:
        placed = [((x * scale - x0) * _SMOOTH, (y * scale - y0) * _SMOOTH) for x, y in line]
        if width is None:
            draw.polygon(placed, fill=255)
        else:
            thick = max(1, round(width * scale * _SMOOTH))
            draw.line(placed, fill=255, width=thick, joint="curve")
            if placed[0] == placed[-1]:
                draw.line([placed[-2], placed[0], placed[1]], fill=255, width=thick, joint="curve")
    small = mask.resize((x1 - x0, y1 - y0), Image.Resampling.BOX)
    if opacity < 1:
        small = small.point([round(level * opacity) for level in range(256)])
    picture.paste(rgb(colour), (x0, y0), small)


def _paint_words(picture: Image.Image, mark: Words, scale: float, faces: Faces) -> None:
    size = mark.size * scale
    runs = runs_of(mark.text, faces, mark.bold)
    laid_out = width_of(mark.text, size, faces, mark.bold)
    fonts, long = _sized(runs, size)
    if sum(long) > laid_out:  # hinting widens small letters; none may leave the room it was given
        fonts, long = _sized(runs, size * laid_out / sum(long))
    x = mark.x * scale - sum(long) * {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor]
    draw = ImageDraw.Draw(picture)
    base = (mark.y + mark.size * 0.36) * scale
    for run, font, wide in zip(runs, fonts, long, strict=True):
        draw.text(
            (x, base),
            run.text,
            font=font,
            fill=rgb(mark.colour),
            anchor="ls",
            direction="rtl" if run.rtl else None,
            stroke_width=0 if mark.halo is None else max(1, round(size / 8)),
            stroke_fill=None if mark.halo is None else rgb(mark.halo),
        )
        x += wide


def _sized(runs: tuple[Run, ...], size: float) -> tuple[list[FreeTypeFont], list[float]]:
    """The fonts of runs, and how wide each run is, pixels."""
    fonts = [load(run, size) for run in runs]
    long = [
        font.getlength(run.text, direction="rtl" if run.rtl else None)
        for run, font in zip(runs, fonts, strict=True)
    ]
    return fonts, long


def dashed(points: Sequence[Point], dash: Sequence[float]) -> list[list[Point]]:
    """A line cut into dashes, corners kept; it ends where the line ends."""
    pieces: list[list[Point]] = []
    at, left, is_on = 0, dash[0], True
    piece: list[Point] = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - done > left:
            done += left
            here = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if is_on:
                pieces.append([*piece, here])
            is_on, at = not is_on, (at + 1) % len(dash)
            left, piece = dash[at], [here]
        left -= length - done
        piece.append((x1, y1))
    if is_on and len(piece) > 1:
        pieces.append(piece)
    return pieces
