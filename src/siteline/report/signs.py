"""Signs: one shape and colour for each kind of change, with its number, readable in grey too."""

from __future__ import annotations

import math

from markupsafe import Markup

from siteline.model.change import Kind
from siteline.report.figure import KIND_COLOUR, ink_on
from siteline.report.svg import element, number

SHAPES = {
    Kind.CONSTRUCTION: "square",
    Kind.DEMOLITION: "diamond",
    Kind.ROOF_CHANGE: "house",
    Kind.CLEARING: "circle",
    Kind.SURFACE_CHANGE: "hexagon",
}


def sign(kind: Kind, text: str, x: float, y: float, radius: float = 10.0) -> Markup:
    """The sign of one finding, centred at (x, y), as SVG."""
    colour = KIND_COLOUR[kind]
    points = " ".join(
        f"{number(x + px * radius)},{number(y + py * radius)}" for px, py in outline_of(SHAPES[kind])
    )
    shape = element(
        "polygon", points=points, fill=colour, stroke="#ffffff", stroke_width=1.5, stroke_linejoin="round"
    )
    if SHAPES[kind] == "circle":
        shape = element("circle", cx=x, cy=y, r=radius, fill=colour, stroke="#ffffff", stroke_width=1.5)
    drop = 0.24 if SHAPES[kind] == "house" else 0.1
    letters = element(
        "text",
        text,
        x=x,
        y=y + radius * drop + radius * 0.3,
        fill=ink_on(colour),
        font_size=radius * (1.15 if len(text) < 2 else 1.0 if len(text) < 3 else 0.8),
        font_weight=700,
        text_anchor="middle",
    )
    return Markup("").join([shape, letters])


def sign_alone(kind: Kind, text: str = "", radius: float = 11.0) -> Markup:
    """A sign as a small drawing of its own, to stand in a line of text; its words stand beside it."""
    side = 2 * radius + 4
    return element(
        "svg",
        sign(kind, text, side / 2, side / 2, radius),
        viewBox=f"0 0 {number(side)} {number(side)}",
        width=number(side),
        height=number(side),
        class_="sign",
        aria_hidden="true",
    )


def outline_of(shape: str) -> list[tuple[float, float]]:
    """Corners of a sign of radius 1 around (0, 0), y downwards; a circle has many."""
    if shape == "circle":
        return [(math.cos(math.pi * step / 16), math.sin(math.pi * step / 16)) for step in range(32)]
    if shape == "square":
        return [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
    if shape == "diamond":
        return [(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)]
    if shape == "house":
        return [(0, -1.15), (1.05, -0.25), (1.05, 1.0), (-1.05, 1.0), (-1.05, -0.25)]
    turn = [math.pi / 6 + math.pi / 3 * step for step in range(6)]
    return [(1.12 * math.cos(a), 1.12 * math.sin(a)) for a in turn]
