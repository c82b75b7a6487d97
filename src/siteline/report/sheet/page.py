"""What surrounds the pictures of a sheet: title, stamps, inset, notes, credit, whose figure it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from siteline.report.sheet.house import House
from siteline.report.sheet.letters import CUT, Faces, broken, cut, width_of
from siteline.report.sheet.marks import INK, PAPER, Box, Mark, Picture, Plate, Sheet, Words
from siteline.report.sheet.presets import Preset

STAMP_RED = "#7a1020"
_QUIET = "#4a4f57"
_LEAD = 1.32
"""From one line of text to the next, letters."""


@dataclass(frozen=True, slots=True)
class Text:
    """All words around the pictures."""

    title: str
    dek: tuple[str, ...]
    """The sentence under the title, and shorter ones: the first that fits is printed."""

    notes: tuple[str, ...]
    """Each a paragraph; the first are kept where room is short."""

    credit: str
    """Of the images, from their metadata; "" where none is shown."""

    stamps: tuple[str, ...]
    alt: str


@dataclass(frozen=True)
class Body:
    """The pictures of a sheet, laid out for a box."""

    marks: list[Mark]
    taken: list[Box]
    bottom: float | None = None
    """Where it ends; None: at the end of its box."""


Drawing = Callable[[Box], Body]


@dataclass(frozen=True)
class Inset:
    """A small picture at the foot, its shape as width over height."""

    aspect: float
    draw: Drawing


def lay_out(
    preset: Preset,
    house: House,
    text: Text,
    aspect: float | None,
    draw: Drawing,
    inset: Inset | None = None,
) -> Sheet:
    """
    The whole sheet: head, body, foot.

    aspect: width over height that the body would like on a sheet as high as it needs to be; None: all there is.
    """
    margin = preset.margin or preset.letter * 0.4
    left, right = margin, preset.width - margin
    head, top = _head(preset, house, text, left, right)
    lines = _most_lines(preset)
    foot = _Foot(preset, house, text, left, right, inset, lines)
    gap = preset.letter * 0.6
    most = (preset.height or preset.highest) - preset.safe_bottom - margin - foot.height - gap - top
    if preset.height is None and aspect is not None:
        most = min(most, (right - left) / aspect)
    body = draw((left, top, right, top + most))
    bottom = top + most if body.bottom is None else min(top + most, body.bottom)
    below, foot_taken, end = foot.draw(bottom + gap)
    height = preset.height or end + margin
    bands = _bands(preset, house)
    return Sheet(
        preset.width,
        height,
        (*bands, *head, *body.marks, *below),
        text.title,
        text.alt,
        preset.pixels_per_unit,
        preset.dpi,
        (*body.taken, *foot_taken),
    )


def _most_lines(preset: Preset) -> int:
    return {"print": 9, "web": 8, "square": 6, "story": 7}[preset.name]


def _bands(preset: Preset, house: House) -> list[Mark]:
    """The parts of a story over which the app lays its own words."""
    if preset.height is None or not preset.safe_top:
        return []
    return [
        Plate((0, 0, preset.width, preset.safe_top - preset.letter * 0.9), house.accent),
        Plate(
            (0, preset.height - preset.safe_bottom + preset.letter * 0.7, preset.width, preset.height),
            house.accent,
        ),
    ]


def _head(preset: Preset, house: House, text: Text, left: float, right: float) -> tuple[list[Mark], float]:
    """Rule, logo, title and the sentence under it; and where they end."""
    big, marks = preset.letter * 1.45, list[Mark]()
    y = preset.safe_top or preset.margin or preset.letter * 0.4
    marks.append(Plate((left, y, left + big * 2.2, y + preset.letter * 0.28), house.accent))
    y += preset.letter * 0.75
    room = right - left
    if house.logo is not None:
        tall = big * 1.7
        wide = min(tall * house.logo.width / house.logo.height, preset.width * 0.22)
        tall = wide * house.logo.height / house.logo.width
        top = y - preset.letter * 0.75
        marks.append(Picture(house.logo, (right - wide, top, right, top + tall)))
        room -= wide + preset.letter
    is_tall = preset.safe_top > 0
    title = broken(text.title, big, room, 3 if is_tall else 2, house.faces, bold=True)
    for line in title:
        marks.append(Words(line, left, y + big * 0.6, big, INK, bold=True))
        y += big * 1.22
    most = 5 if is_tall else 3
    for line in _first_fitting(text.dek, preset.letter, room, most, house.faces):
        marks.append(Words(line, left, y + preset.letter * 0.7, preset.letter, INK))
        y += preset.letter * _LEAD
    return marks, y + preset.letter * 0.7


def _first_fitting(
    texts: tuple[str, ...], size: float, width: float, most: int, faces: Faces
) -> tuple[str, ...]:
    """The lines of the first text that is not cut; if all would be, those of the last."""
    lines: tuple[str, ...] = ()
    for text in texts:
        lines = broken(text, size, width, most, faces)
        if lines and not lines[-1].endswith(CUT):
            return lines
    return lines


class _Foot:
    """Stamps, inset, notes, credit and the desk's name, measured before they are drawn."""

    def __init__(
        self,
        preset: Preset,
        house: House,
        text: Text,
        left: float,
        right: float,
        inset: Inset | None,
        most: int,
    ) -> None:
        self._preset, self._house, self._left, self._right, self._inset = preset, house, left, right, inset
        self._stamps = text.stamps
        self._size = preset.small
        self._stamp_size = preset.letter
        self._inset_box = self._measure_inset()
        wide = right - left - (self._inset_box[0] + preset.letter * 0.9 if inset else 0)
        self._wide = wide
        self._lines = self._set_lines(text, wide, most)
        self._text_height = sum(self._size * _LEAD + extra for _, _, extra in self._lines)
        stamp_lines = self._stamp_lines()
        self._stamp_height = len(stamp_lines) * self._stamp_size * 1.6
        self.height = (
            self._stamp_height
            + (preset.letter * 0.6 if stamp_lines else 0)
            + max(self._text_height, self._inset_box[1] if inset else 0)
        )

    def _measure_inset(self) -> tuple[float, float]:
        if self._inset is None:
            return 0.0, 0.0
        share = 0.2 if self._preset.height is None else 0.25
        wide = min((self._right - self._left) * share, self._preset.letter * 11)
        tall = wide / self._inset.aspect
        highest = wide * 0.95
        return (wide, tall) if tall <= highest else (highest * self._inset.aspect, highest)

    def _stamp_lines(self) -> list[str]:
        """Stamps run together while they fit in a line."""
        lines: list[str] = []
        for stamp in self._stamps:
            tried = f"{lines[-1]}   ·   {stamp}" if lines else stamp
            if lines and self._wide_of(tried) <= self._right - self._left - self._stamp_size:
                lines[-1] = tried
            else:
                lines.append(stamp)
        return lines

    def _wide_of(self, text: str) -> float:
        return width_of(text, self._stamp_size, self._house.faces, bold=True)

    def _set_lines(self, text: Text, wide: float, most: int) -> list[tuple[str, bool, float]]:
        """(line, is credit, space above): the credit always, then as many notes as there is room for."""
        faces, size = self._house.faces, self._size
        credit = broken(text.credit, size, wide, 3, faces) if text.credit else ()
        desk = " · ".join(filter(None, [self._house.desk, self._house.credit]))
        own = broken(desk, size, wide, 1, faces, bold=True) if desk else ()
        left, lines = max(0, most - len(credit) - len(own)), list[tuple[str, bool, float]]()
        for note in text.notes:
            if left <= 0:
                break
            set_in = broken(note, size, wide, min(left, 4), faces)
            lines += [(line, False, 0.0) for line in set_in]
            left -= len(set_in)
        gap = size * 0.35
        lines += [(line, True, gap if n == 0 and lines else 0.0) for n, line in enumerate(credit)]
        lines += [(line, True, gap if n == 0 and lines else 0.0) for n, line in enumerate(own)]
        self._own = len(own)
        return lines

    def draw(self, top: float) -> tuple[list[Mark], list[Box], float]:
        """Marks, boxes that are taken, and where the foot ends."""
        marks: list[Mark] = []
        taken: list[Box] = []
        y = top
        for line in self._stamp_lines():
            plate = (self._left, y, self._right, y + self._stamp_size * 1.6)
            marks.append(Plate(plate, STAMP_RED))
            said = cut(line, self._stamp_size, self._right - self._left, self._house.faces, bold=True)
            middle = ((self._left + self._right) / 2, y + self._stamp_size * 0.8)
            marks.append(Words(said, *middle, self._stamp_size, PAPER, bold=True, anchor="middle"))
            y = plate[3]
        y += self._preset.letter * 0.6 if self._stamps else 0
        x, end = self._left, y
        if self._inset is not None:
            box = (x, y, x + self._inset_box[0], y + self._inset_box[1])
            body = self._inset.draw(box)
            marks += body.marks
            taken.append(box)
            x, end = box[2] + self._preset.letter * 0.9, box[3]
        for number, (line, is_credit, extra) in enumerate(self._lines):
            y += extra
            is_own = number >= len(self._lines) - self._own
            colour = INK if is_credit else _QUIET
            marks.append(Words(line, x, y + self._size * 0.66, self._size, colour, bold=is_own))
            y += self._size * _LEAD
        return marks, taken, max(end, y)
