"""Letters in pictures: the fonts we carry, what they can spell, and text that breaks to a width."""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

from siteline.report.inert import inert

_CJK = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "C:/Windows/Fonts/malgun.ttf",
)
"""Where systems keep a font with Korean; without one, such text stays in the caption."""


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib: the same pixels on every machine."""
    return _load(font_file(bold), size)


def cjk_font() -> str | None:
    """The font file with Korean that this system has; None without one."""
    return next((path for path in _CJK if Path(path).is_file()), None)


def families() -> list[str]:
    """Names for matplotlib: DejaVu, and behind it a font with Korean where the system has one."""
    from matplotlib import font_manager

    found = ["DejaVu Sans"]
    path = cjk_font()
    if path is not None:
        font_manager.fontManager.addfont(path)
        found.append(font_manager.FontProperties(fname=path).get_name())
    return found


def can_letter(text: str) -> bool:
    """Whether every letter of a text can be drawn, left to right, with the fonts at hand."""
    return all(_face(letter) is not None for letter in inert(text))


def width_of(text: str, size: int, bold: bool = False) -> float:
    """Width of one line, pixels."""
    return sum(_load(face or font_file(bold), size).getlength(run) for face, run in _runs(text, bold))


def draw_text(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    fill: tuple[int, ...],
    *,
    bold: bool = False,
    halo: tuple[int, ...] | None = None,
) -> None:
    """One line of text, `at` its left end and the middle of its height."""
    x, y = at
    for face, run in _runs(text, bold):
        loaded = _load(face or font_file(bold), size)
        stroke = 0 if halo is None else max(1, round(min(size / 12, 2 + size / 40)))
        draw.text((x, y), run, font=loaded, fill=fill, anchor="lm", stroke_width=stroke, stroke_fill=halo)
        x += loaded.getlength(run)


def broken(text: str, size: int, width: float, bold: bool = False) -> list[str]:
    """The text in lines no wider than `width`, broken at spaces; a longer word is cut."""
    lines: list[str] = []
    for word in text.split():
        tried = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(tried, size, bold) <= width:
            lines[-1] = tried
            continue
        while width_of(word, size, bold) > width and len(word) > 1:
            cut = next((n for n in range(len(word) - 1, 0, -1) if width_of(word[:n], size, bold) <= width), 1)
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
    return lines


def _runs(text: str, bold: bool) -> list[tuple[str | None, str]]:
    """(font file, letters) of the parts of a text that one font can spell; None where none can."""
    runs: list[tuple[str | None, str]] = []
    for letter in inert(text):
        face = _face(letter)
        if face == font_file(False):
            face = font_file(bold)
        if runs and runs[-1][0] == face:
            runs[-1] = (face, runs[-1][1] + letter)
        else:
            runs.append((face, letter))
    return runs


@cache
def _face(letter: str) -> str | None:
    """The font file that can draw a letter; None for scripts that join, stack or run to the left."""
    if letter.isascii():
        return font_file(False)
    if unicodedata.bidirectional(letter) in ("R", "AL") or unicodedata.category(letter) in ("Mn", "Mc", "Me"):
        return None
    faces = (font_file(False), *(path for path in _CJK if Path(path).is_file()))
    return next((path for path in faces if ord(letter) in letters_of(path)), None)


@cache
def letters_of(path: str) -> frozenset[int]:
    """Code points that a font file can draw."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(path).get_charmap())


@cache
def _load(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def font_file(bold: bool) -> str:
    """Our own font, which comes with matplotlib."""
    found = importlib.util.find_spec("matplotlib")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    return str(folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"))
