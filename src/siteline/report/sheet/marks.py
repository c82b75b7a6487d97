"""What a sheet is made of: pictures, shapes, lines and words, in its own units, y downwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from PIL import Image

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

Point = tuple[float, float]

INK, PAPER, DARK = "#16181b", "#ffffff", "#111111"


@dataclass(frozen=True)
class Picture:
    """Pixels in a box; they keep their own number of pixels in SVG and PDF."""

    image: Image.Image
    box: Box


@dataclass(frozen=True, slots=True)
class Plate:
    """A filled rectangle."""

    box: Box
    fill: str = PAPER
    opacity: float = 1.0
    stroke: str | None = None
    stroke_width: float = 1.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon."""

    points: tuple[Point, ...]
    fill: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of some width; `dash`: lengths on and off."""

    points: tuple[Point, ...]
    colour: str
    width: float
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; y is the middle of its height."""

    text: str
    x: float
    y: float
    size: float
    colour: str = INK
    bold: bool = False
    anchor: str = "start"
    """`start`, `middle` or `end`."""

    halo: str | None = None


Mark = Picture | Plate | Shape | Line | Words


@dataclass(frozen=True)
class Sheet:
    """A laid-out figure."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    title: str
    desc: str
    pixels_per_unit: float
    dpi: int
    taken: tuple[Box, ...] = field(default=())
    """Boxes of labels and furniture, none of which may lie over another."""


def cased(points: Sequence[Point], colour: str, width: float, dash: tuple[float, ...] = ()) -> list[Mark]:
    """
    A coloured line in a dark and a white case.

    White and near-black stand 18:1 apart, so one of the two has a contrast of more than 4:1 with any ground, for every eye.
    """
    line = tuple(points)
    if not dash:
        return [
            Line(line, PAPER, width * 2.6),
            Line(line, DARK, width * 1.7),
            Line(line, colour, width),
        ]
    on, off, *rest = dash
    more = tuple(part + width * 0.8 * (-1) ** n for n, part in enumerate(rest))
    wide = (on + width * 0.8, off - width * 0.8, *more)
    # the cases of a dash are a little longer than the dash, half before and half after it
    return [
        Line(line, PAPER, width * 2.6, wide),
        Line(line, DARK, width * 1.7, wide),
        Line(line, colour, width, wide),
    ]


def words_of(marks: Iterable[Mark]) -> str:
    """All words among some marks, in their order: lines of one paragraph follow one another."""
    return " ".join(mark.text for mark in marks if isinstance(mark, Words))


def inside(box: Box, other: Box) -> bool:
    """Whether a box lies wholly within another."""
    return other[0] <= box[0] and other[1] <= box[1] and box[2] <= other[2] and box[3] <= other[3]


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def grown(box: Box, by: float) -> Box:
    """A box, larger on every side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
