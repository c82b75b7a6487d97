"""Counts over time in one file: ranges as bars, gaps hatched with their reason, every day that was counted named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from siteline.model.activity import CountedLook, CountSeries, LookKind
from siteline.model.dates import MONTHS, say_day
from siteline.report.sheet.house import House
from siteline.report.sheet.letters import cut, width_of
from siteline.report.sheet.marks import INK, PAPER, Box, Line, Mark, Plate, Words
from siteline.report.sheet.page import Body, Text, lay_out
from siteline.report.sheet.presets import Preset
from siteline.report.sheet.subject import Made

_RANGE, _SURE = "#0b5c8f", "#a9c9de"
"""From the lower to the upper number; up to the lower one. They differ in lightness by more than 3 to 1, so also in grey."""

_LEGEND = (
    ("sure", "at least so many"),
    ("range", "between the lower and the upper count"),
    ("gap", "could not be seen"),
)


def compose_counts(
    series: CountSeries,
    site: str,
    credit: str,
    preset: Preset,
    house: House,
    stamps: Sequence[str] = (),
) -> Made:
    """
    One series as bars. site: its name, or "" where it is not to be named. credit: of the images that were counted on.

    The bars stand where their days lie; a look that could not be seen is a hatched column and never a bar of no height.
    """
    title = f"{series.what[:1].upper()}{series.what[1:]}, {series.place}"
    notes = tuple(_notes(series))
    alt = describe_series(series)
    text = Text(
        title=title,
        dek=tuple(
            filter(
                None,
                [
                    f"Counted by eye on images of {site}, as ranges." if site else "",
                    "Counted by eye on images, as ranges.",
                ],
            )
        ),
        notes=notes,
        credit=_say_credit(series, credit),
        stamps=tuple(stamps),
        alt=alt,
    )

    def draw(box: Box) -> Body:
        chart = _Chart(series, preset, house, box)
        return Body(chart.draw(), [], chart.bottom)

    sheet = lay_out(preset, house, text, None, draw)
    return Made(
        sheet,
        title,
        " ".join([alt, *notes]),
        alt,
        tuple((look.scene_id, "look") for look in series.looks),
    )


def describe_series(series: CountSeries) -> str:
    """What the chart shows, in sentences."""
    counted = [look for look in series.looks if look.kind is LookKind.COUNTED]
    gaps = [look for look in series.looks if look.kind is LookKind.NOT_SEEN]
    said = "; ".join(f"{look.counted} on {_day(look)}" for look in counted) or "no count"
    parts = [f"{series.what[:1].upper()}{series.what[1:]} in {series.place}: {said}."]
    if gaps:
        told = "; ".join(f"{_day(look)} ({look.reason})" for look in gaps)
        parts.append(f"Could not be seen on {told}.")
    return " ".join(parts)


def _day(look: CountedLook) -> str:
    first, last = look.acquired.first_day, look.acquired.last_day
    return say_day(first) if first == last else f"{say_day(first)} to {say_day(last)}"


def _notes(series: CountSeries) -> list[str]:
    told = []
    disputed = [look for look in series.looks if not look.agreed]
    if disputed:
        days = ", ".join(_day(look) for look in disputed)
        told.append(f"Counters disagree on {days}: the bar spans all their counts.")
    sizes = sorted({look.gsd_m for look in series.looks if look.gsd_m is not None and look.counts})
    if len(sizes) > 1 and sizes[-1] > 1.25 * sizes[0]:
        told.append(
            f"Pixels of {sizes[0]:g} to {sizes[-1]:g} m: on sharper images more can be told apart, so bars of different "
            "images may differ where the ground does not."
        )
    elif sizes:
        told.append(f"Pixels of {sizes[-1]:g} m.")
    if series.uncounted:
        images = "1 usable image" if series.uncounted == 1 else f"{series.uncounted} usable images"
        told.append(f"On {images} in between nobody counted.")
    gaps = [look for look in series.looks if look.kind is LookKind.NOT_SEEN]
    if gaps:
        told.append("Hatched: " + "; ".join(f"{_day(look)}: {look.reason}" for look in gaps) + ".")
    return told


def _say_credit(series: CountSeries, credit: str) -> str:
    who = dict.fromkeys(one.counter for look in series.looks for one in look.counts)
    return f"Counted by {', '.join(who)}. Images: {credit}" if credit else f"Counted by {', '.join(who)}"


class _Chart:
    """Bars in a box."""

    def __init__(self, series: CountSeries, preset: Preset, house: House, box: Box) -> None:
        self._series, self._preset, self._faces = series, preset, house.faces
        self._size = preset.smallest
        self._most = max((look.counted.high for look in series.looks if look.counted is not None), default=0)
        self._step = _step(max(1, self._most))
        self._ceiling = max(self._step, -(-max(1, self._most) // self._step) * self._step)
        self._left = box[0] + width_of(f"{self._ceiling:,}", self._size, self._faces) + self._size * 0.7
        self._right = box[2]
        self._box = box
        legend = len(self._legend_rows()) * self._size * 1.6
        room = box[3] - box[1] - legend - self._size * 6.4
        tall = min(room, (box[2] - box[0]) * (0.42 if preset.height is None else 0.9))
        self._top = box[1] + self._size * 2.2
        self._floor = self._top + tall
        self.bottom = self._floor + self._size * 4.2 + legend
        self._thick = self._width_of_bars()

    def draw(self) -> list[Mark]:
        """All marks."""
        marks = self._axis()
        for look in self._series.looks:
            x = self._x(look)
            marks += self._gap(look, x) if look.counted is None else self._bar(look, x)
        return [*marks, *self._days(), *self._legend(self._floor + self._size * 4.2)]

    def _x(self, look: CountedLook) -> float:
        first, last = self._ends()
        share = (look.acquired.middle - first) / (last - first)
        return self._left + self._size + (self._right - self._left - 2 * self._size) * share

    def _ends(self) -> tuple[datetime, datetime]:
        moments = [look.acquired.middle for look in self._series.looks]
        margin = max(timedelta(days=3), (max(moments) - min(moments)) / (2 * len(moments) + 2))
        return min(moments) - margin, max(moments) + margin

    def _width_of_bars(self) -> float:
        xs = sorted(self._x(look) for look in self._series.looks)
        apart = min((b - a for a, b in pairwise(xs)), default=self._size * 5)
        return max(self._size * 0.3, min(self._size * 2.6, apart * 0.62))

    def _y(self, value: float) -> float:
        return self._floor - (self._floor - self._top) * value / self._ceiling

    def _axis(self) -> list[Mark]:
        marks: list[Mark] = [
            Words(
                cut(self._series.what, self._size, self._right - self._box[0], self._faces),
                self._box[0], self._box[1] + self._size * 0.6, self._size,
            )
        ]  # fmt: skip
        for value in range(0, self._ceiling + 1, self._step):
            y = self._y(value)
            line = ((self._left, y), (self._right, y))
            marks.append(
                Line(line, INK, self._size * (0.1 if value == 0 else 0.05), opacity=1 if value == 0 else 0.25)
            )
            marks.append(Words(f"{value:,}", self._left - self._size * 0.4, y, self._size, anchor="end"))
        return marks

    def _bar(self, look: CountedLook, x: float) -> list[Mark]:
        assert look.counted is not None
        low, high, half = look.counted.low, look.counted.high, self._thick / 2
        marks: list[Mark] = []
        if low:
            marks.append(
                Plate((x - half, self._y(low), x + half, self._floor), _SURE, 1.0, _RANGE, self._size * 0.08)
            )
        top, bottom = self._y(high), self._y(low)
        if bottom - top < self._size * 0.22:  # no doubt, or nothing: a line that can be seen
            middle = (top + bottom) / 2
            top, bottom = middle - self._size * 0.11, middle + self._size * 0.11
        marks.append(Plate((x - half, top, x + half, bottom), _RANGE))
        said = str(look.counted)
        if self._has_room(look, x, said):
            marks.append(
                Words(said, x, top - self._size * 0.75, self._size, anchor="middle", bold=True, halo=PAPER)
            )
        return marks

    def _gap(self, look: CountedLook, x: float) -> list[Mark]:
        half = self._thick / 2
        box = (x - half, self._top, x + half, self._floor)
        marks = [Plate(box, PAPER, 1.0, INK, self._size * 0.06), *self._hatching(box)]
        said = "no view"
        wide = width_of(said, self._size, self._faces)
        if self._has_room(look, x, said) and wide:
            marks.append(
                Words(said, x, self._top - self._size * 0.75, self._size, anchor="middle", halo=PAPER)
            )
        return marks

    def _hatching(self, box: Box) -> list[Mark]:
        """Lines from lower left to upper right, cut at the edges of the box."""
        left, top, right, bottom = box
        marks: list[Mark] = []
        step = self._size * 0.55
        for n in range(1, math.ceil((right - left + bottom - top) / step)):
            along = n * step  # x + (bottom − y) of this line
            x0, x1 = max(left, left + along - (bottom - top)), min(right, left + along)
            if x1 - x0 > 0.05 * step:
                ends = tuple((x, bottom - (along - (x - left))) for x in (x0, x1))
                marks.append(Line(ends, INK, self._size * 0.07, opacity=0.7))
        return marks

    def _has_room(self, look: CountedLook, x: float, said: str) -> bool:
        wide = width_of(said, self._size, self._faces, bold=True)
        others = [self._x(one) for one in self._series.looks if one.scene_id != look.scene_id]
        nearest = min((abs(other - x) for other in others), default=wide * 2)
        return nearest >= wide + self._size * 0.3

    def _days(self) -> list[Mark]:
        """The day of every bar that has room for it, its year below where it is another one, and the reason of a gap."""
        marks: list[Mark] = []
        end, year_end, year = -1e9, -1e9, 0
        for look in self._series.looks:
            x, first, last = self._x(look), look.acquired.first_day, look.acquired.last_day
            marks.append(
                Line(((x, self._floor), (x, self._floor + self._size * 0.35)), INK, self._size * 0.07)
            )
            if look.counted is None:
                free = 2 * self._room_beside(look, x)
                short = cut(look.reason, self._size, free, self._faces)
                marks.append(Words(short, x, self._floor + self._size * 3.2, self._size, anchor="middle"))
            month = MONTHS[first.month - 1][:3]
            said = (
                f"{first.day} {month}"
                if first == last
                else month
                if look.acquired.is_month
                else f"{first.day} {month}–"
            )
            wide = width_of(said, self._size, self._faces)
            if x - wide / 2 < end + self._size * 0.4:
                continue
            end = x + wide / 2
            marks.append(Words(said, x, self._floor + self._size * 1.0, self._size, anchor="middle"))
            told = str(first.year) if first.year != year else ""
            half = width_of(told, self._size, self._faces) / 2
            if told and x - half > year_end:
                marks.append(
                    Words(told, x, self._floor + self._size * 2.1, self._size, anchor="middle", bold=True)
                )
                year, year_end = first.year, x + half
        return marks

    def _room_beside(self, look: CountedLook, x: float) -> float:
        """How far words may reach to either side before they meet those of the next gap, or the edge."""
        others = [self._x(one) for one in self._series.looks if one.counted is None and one is not look]
        nearest = min((abs(other - x) for other in others), default=1e9)
        return max(self._size * 2, min(nearest / 2 - self._size * 0.2, x - self._box[0], self._right - x))

    def _legend_rows(self) -> list[list[tuple[str, str, float]]]:
        rows: list[list[tuple[str, str, float]]] = [[]]
        x = 0.0
        for sort, words in _LEGEND:
            need = self._size * 3.4 + width_of(words, self._size, self._faces)
            if x + need > self._box[2] - self._box[0] and rows[-1]:
                rows.append([])
                x = 0.0
            rows[-1].append((sort, words, x))
            x += need
        return rows

    def _legend(self, top: float) -> list[Mark]:
        marks: list[Mark] = []
        size = self._size
        for n, row in enumerate(self._legend_rows()):
            y = top + (n + 0.5) * size * 1.6
            for sort, words, dx in row:
                x = self._box[0] + dx
                box = (x, y - size * 0.5, x + size * 1.3, y + size * 0.5)
                if sort == "gap":
                    marks += [Plate(box, PAPER, 1.0, INK, size * 0.06), *self._hatching(box)]
                elif sort == "range":
                    marks.append(Plate(box, _RANGE))
                else:
                    marks.append(Plate(box, _SURE, 1.0, _RANGE, size * 0.08))
                marks.append(Words(words, x + size * 1.7, y, size, INK))
        return marks


def _step(most: int) -> int:
    """A round step that cuts the axis into three to six parts."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= factor * size * 5:
                return factor * size
        size *= 10
