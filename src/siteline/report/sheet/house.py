"""The house style: whose figures these are, in which letters and colours; colours that cannot be told apart are refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

from siteline.report.figure import rgb
from siteline.report.sheet.letters import Faces
from siteline.report.sheet.marks import DARK, PAPER

READABLE, VISIBLE = 4.5, 3.0
"""Least contrast of words, and of lines, with what they stand on (WCAG 2.2, 1.4.3 and 1.4.11)."""

ACCENT, PERIMETER = "#0b5c8f", "#f4e04d"


@dataclass(frozen=True)
class House:
    """How a desk's figures look."""

    desk: str = ""
    """Its name, printed at the foot."""

    credit: str = ""
    """What it says of itself beside its name, such as "Visual investigations"; never the credit of an image."""

    accent: str = ACCENT
    """Of the rule over the title and of numbers on the page."""

    outline: str | None = None
    """Of outlines of changes; None: one colour for each kind."""

    perimeter: str = PERIMETER
    faces: Faces = field(default_factory=Faces)
    logo: Image.Image | None = None


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0–1 (WCAG 2.2)."""
    return luminance_of(rgb(colour))


def luminance_of(channels: tuple[float, float, float]) -> float:
    """The same of red, green and blue, 0–255."""
    linear = [c / 3294.6 if c <= 10.0 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """How far two colours stand apart in lightness, 1–21."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def fault_of(role: str, colour: str) -> str | None:
    """
    What is wrong with a colour for a role (`accent`, `outline`, `perimeter`); None if it can be read.

    An accent carries white words and stands on white paper; a line stands on its dark case.
    """
    ground, least, what = (
        (PAPER, READABLE, "white paper") if role == "accent" else (DARK, VISIBLE, "its dark case")
    )
    found = contrast(colour, ground)
    if found >= least:
        return None
    return f"has a contrast of {found:.1f}:1 with {what}; {least:g}:1 is the least that can be read"
