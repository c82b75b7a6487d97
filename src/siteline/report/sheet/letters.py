"""Letters of a sheet: which font spells which run, how wide it is, and text cut or broken to a width."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont, features

from siteline.report.inert import inert
from siteline.report.lettering import cjk_font, font_file, letters_of

_MEASURED_AT = 100
CUT = "…"
_TOGETHER = re.compile(r"(?<=\d) (?=%|m\b|m²|km\b|px|[A-Z][a-z]+\b)")
"""Spaces between a number and its unit, a day and its month: no line is broken there."""


@dataclass(frozen=True, slots=True)
class Faces:
    """The two font files of a house; what they cannot spell is spelled by ours."""

    regular: str = ""
    bold: str = ""
    """"" for DejaVu Sans, which comes with matplotlib: the same letters on every machine."""

    name: str = ""
    """Of the family, for SVG."""


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line that one font spells in one direction."""

    face: str
    text: str
    rtl: bool = False


def runs_of(text: str, faces: Faces, bold: bool = False) -> tuple[Run, ...]:
    """The runs of a line, left to right; letters that no font has are left out."""
    return _runs(inert(text, 20_000), faces, bold)


@cache
def _runs(text: str, faces: Faces, bold: bool) -> tuple[Run, ...]:
    own = (faces.bold if bold else faces.regular) or font_file(bold)
    order = tuple(dict.fromkeys(filter(None, (own, font_file(bold), font_file(False), cjk_font()))))
    found: list[tuple[str, str, bool]] = []
    for place, letter in enumerate(text):
        turned = unicodedata.bidirectional(letter) in ("R", "AL")
        joins = unicodedata.category(letter) in ("Mn", "Mc", "Me")
        if found and joins and ord(letter) in letters_of(found[-1][0]):
            found[-1] = (found[-1][0], found[-1][1] + letter, found[-1][2])
            continue
        if turned and not features.check("raqm"):
            continue
        if letter.isspace() and found and found[-1][2]:
            after = next((c for c in text[place + 1 :] if not c.isspace()), "")
            turned = bool(after) and unicodedata.bidirectional(after) in ("R", "AL")
        face = next((path for path in order if ord(letter) in letters_of(path)), None)
        if face is None:
            continue
        if found and found[-1][0] == face and found[-1][2] == turned:
            found[-1] = (face, found[-1][1] + letter, turned)
        else:
            found.append((face, letter, turned))
    return tuple(Run(*one) for one in found)


def can_spell(text: str, faces: Faces) -> bool:
    """Whether every letter of a text can be drawn with the fonts at hand, and it says anything at all."""
    said = inert(text, 20_000)
    return bool(said.strip()) and sum(len(run.text) for run in runs_of(said, faces)) == len(said)


def load(run: Run, size: float) -> ImageFont.FreeTypeFont:
    """The font of a run at a size in pixels."""
    return _load(run.face, size, run.rtl)


@cache
def _load(face: str, size: float, rtl: bool) -> ImageFont.FreeTypeFont:
    layout = ImageFont.Layout.RAQM if rtl else ImageFont.Layout.BASIC
    return ImageFont.truetype(face, size, layout_engine=layout)


def length_of(run: Run, size: float) -> float:
    """How wide a run is, in the unit of `size`."""
    return _length(run) * size / _MEASURED_AT


@cache
def _length(run: Run) -> float:
    return float(load(run, _MEASURED_AT).getlength(run.text, direction="rtl" if run.rtl else None))


def width_of(text: str, size: float, faces: Faces, bold: bool = False) -> float:
    """Width of one line, in the unit of `size`."""
    return sum(length_of(run, size) for run in runs_of(text, faces, bold))


def cut(text: str, size: float, width: float, faces: Faces, bold: bool = False) -> str:
    """A text, or as much of it as fits a width, with "…"."""
    said = " ".join(inert(text, 600).split())
    if width_of(said, size, faces, bold) <= width:
        return said
    low, high = 0, len(said)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(said[:middle].rstrip() + CUT, size, faces, bold) <= width:
            low = middle
        else:
            high = middle - 1
    return said[:low].rstrip() + CUT if low else ""


def broken(
    text: str, size: float, width: float, most: int, faces: Faces, bold: bool = False
) -> tuple[str, ...]:
    """A text in at most `most` lines no wider than `width`; what does not fit ends in "…"."""
    said = _TOGETHER.sub("\u00a0", " ".join(inert(text, 3000).split()))
    words, lines = said.split(" ") if said else [], list[str]()
    while words and len(lines) < most:
        count = _fitting(words, size, width, faces, bold)
        if len(lines) == most - 1 and count < len(words):
            lines.append(cut(" ".join(words), size, width, faces, bold))
            return tuple(lines)
        if count:
            lines.append(" ".join(words[:count]))
            words = words[count:]
            continue
        kept = cut(words[0], size, width, faces, bold).removesuffix(CUT)
        if not kept:
            return tuple(lines)
        lines.append(kept)
        words[0] = words[0][len(kept) :]
    return tuple(lines)


def _fitting(words: list[str], size: float, width: float, faces: Faces, bold: bool) -> int:
    """How many of the words fit in one line."""
    count, reach, space = 0, 0.0, width_of(" ", size, faces, bold)
    for word in words:
        reach += width_of(word[:400], size, faces, bold) + (space if count else 0)
        if reach > width:
            break
        count += 1
    return count


def is_font(path: Path) -> bool:
    """Whether a file is a font that can be loaded."""
    try:
        ImageFont.truetype(str(path), 12)
    except OSError:
        return False
    return True
