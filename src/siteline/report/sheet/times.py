"""The timeline in one file: a dot for every look, gaps shaded, and when each change came into sight."""

from __future__ import annotations

from siteline.model.dates import say_span
from siteline.model.imagery import blind_times
from siteline.report.sheet.letters import broken, can_spell, cut, width_of
from siteline.report.sheet.marks import INK, PAPER, Box, Line, Mark, Plate, Shape, Words
from siteline.report.sheet.page import Body, Text, lay_out
from siteline.report.sheet.panel import sign_marks, sign_radius
from siteline.report.sheet.presets import Preset
from siteline.report.sheet.subject import Made, Numbered, Subject
from siteline.report.sheet.words import join
from siteline.report.timeline import (
    Lane,
    describe_timeline,
    in_order,
    intervals_of,
    noon,
    ticks_of,
    time_scale,
)

_LEGEND = (
    ("used", "usable look"),
    ("left", "look left out"),
    ("gap", "no usable look"),
    ("onset", "came into sight in this time"),
    ("finished", "completed in this time"),
)


def compose_times(subject: Subject, preset: Preset) -> Made:
    """When the site was looked at, and when each change came into sight."""
    scenery = subject.scenery
    lanes = [Lane(one.number, one.what, one.event, one.finding.onset) for one in subject.shown]
    alt = describe_timeline(scenery.looks, lanes)
    text = Text(
        title=scenery.site.name,
        dek=("When it was looked at, and when each change came into sight.",),
        notes=(),
        credit="",
        stamps=tuple(stamp.value for stamp in scenery.stamps),
        alt=alt,
    )
    left_out: list[int] = [0]

    def draw(box: Box) -> Body:
        times = _Times(subject, lanes, preset, box)
        marks, missing = times.draw()
        left_out[:] = [missing]
        return Body(marks, [], times.bottom)

    sheet = lay_out(preset, subject.house, text, None, draw)
    missing = f"{left_out[0]} changes are in the caption only: there is no room." if left_out[0] else ""
    looks = [look.scene_id for look in in_order(scenery.looks)]
    return Made(
        sheet,
        scenery.site.name,
        join(alt, "Each dot is a look; a bar spans the time in which a change came into sight."),
        alt,
        tuple((name, "look") for name in looks),
        notes=tuple(filter(None, (missing,))),
    )


class _Times:
    """One timeline in a box."""

    def __init__(self, subject: Subject, lanes: list[Lane], preset: Preset, box: Box) -> None:
        self._subject, self._preset, self._box, self._faces = subject, preset, box, subject.house.faces
        self._size = max(preset.smallest, preset.letter * 0.92)
        self._is_narrow = preset.width / preset.letter < 45
        self._legend_height = self._measure_legend()
        self._top = box[1] + preset.smallest * 1.6
        self._looks_y = self._top + self._size * 0.9
        self._lanes_top = self._looks_y + self._size * 1.2
        room = box[3] - self._lanes_top - self._legend_height - preset.smallest * 1.6
        count = max(1, len(lanes))
        if self._is_narrow and room / count < self._size * 2.35:
            self._is_narrow = False  # many: names beside their bars take less height
        share = 0.31 if preset.width / preset.letter >= 45 else 0.42
        self._left = box[0] + (0.0 if self._is_narrow else (box[2] - box[0]) * share) + self._size * 0.5
        wanted = self._size * (3.6 if self._is_narrow else 1.95)
        least = self._size * (2.35 if self._is_narrow else 1.5)
        self._pitch = max(least, min(wanted, room / count))
        self._lanes = lanes[: max(0, int(room / self._pitch + 1e-6))]
        self._missing = len(lanes) - len(self._lanes)
        self._along = time_scale(subject.scenery.looks, lanes, self._left, box[2])
        self.bottom = box[3]
        self._bottom = self._lanes_top + max(1, len(self._lanes)) * self._pitch

    def draw(self) -> tuple[list[Mark], int]:
        """Marks, and how many changes have no room."""
        marks = [*self._gaps(), *self._ticks(), *self._looks()]
        for n, (lane, one) in enumerate(zip(self._lanes, self._subject.shown, strict=False)):
            marks += self._lane(lane, one, self._lanes_top + n * self._pitch)
        top = self._bottom + self._preset.smallest * 1.7
        marks += self._legend(top)
        self.bottom = top + self._legend_height
        return marks, self._missing

    def _gaps(self) -> list[Mark]:
        marks: list[Mark] = []
        size = self._preset.smallest
        for gap in blind_times(self._subject.scenery.looks):
            x0, x1 = self._along(noon(gap.last)), self._along(noon(gap.next))
            marks.append(Plate((x0, self._top, x1, self._bottom), INK, 0.1))
            said = say_span(gap.days)
            if width_of(said, size, self._faces) <= x1 - x0 - 2:
                marks.append(
                    Words(said, (x0 + x1) / 2, self._bottom + size * 0.8, size, INK, anchor="middle")
                )
        return marks

    def _ticks(self) -> list[Mark]:
        marks: list[Mark] = []
        last, size = -999.0, self._preset.smallest
        for day, word in ticks_of(self._subject.scenery.looks, self._all_lanes()):
            x = self._along(noon(day))
            wide = width_of(word, size, self._faces)
            if x < max(last + size * 0.5, self._left - 1) or x + wide > self._box[2]:
                continue
            last = x + wide
            line = ((x, self._top - size * 1.2), (x, self._bottom))
            marks += [
                Line(line, INK, size * 0.06, opacity=0.25),
                Words(word, x + size * 0.2, self._box[1] + size * 0.7, size, INK),
            ]
        return marks

    def _all_lanes(self) -> list[Lane]:
        return [Lane(one.number, one.what, one.event, one.finding.onset) for one in self._subject.shown]

    def _looks(self) -> list[Mark]:
        marks: list[Mark] = []
        if not self._is_narrow:
            marks.append(Words("Looks", self._box[0], self._looks_y, self._size, INK, bold=True))
        looks = in_order(self._subject.scenery.looks)
        radius = self._size * (0.26 if len(looks) < 60 else 0.2)
        for look in looks:
            marks += _dot(self._along(look.acquired.middle), self._looks_y, radius, is_used=look.used)
        return marks

    def _lane(self, lane: Lane, one: Numbered, top: float) -> list[Mark]:
        colour, kind = self._subject.colour(one.finding.kind), one.finding.kind
        radius = sign_radius(lane.number, self._preset.smallest)
        name_y = top + (self._size * 0.75 if self._is_narrow else self._pitch / 2)
        bar_y = top + (self._size * 1.75 if self._is_narrow else self._pitch / 2)
        at = (self._box[0] + radius * 1.3, name_y)
        marks: list[Mark] = [
            Line(((self._left, bar_y), (self._box[2], bar_y)), INK, self._size * 0.05, opacity=0.25)
        ]
        for interval, finished in intervals_of(lane.event):
            start = self._left if interval.after is None else self._along(noon(interval.after))
            end = self._along(noon(interval.by))
            start = min(start, end - self._size * 0.35)
            marks += self._bar(start, end, bar_y, colour, finished=finished, is_open=interval.after is None)
        marks += sign_marks(kind, colour, lane.number, at, radius)
        x = self._box[0] + radius * 3.2
        room = (self._box[2] if self._is_narrow else self._left - self._size) - x
        said = lane.label if can_spell(lane.label, self._faces) else "see the caption"
        if self._is_narrow or width_of(said, self._size, self._faces) <= room:
            marks.append(
                Words(cut(said, self._size, room, self._faces), x, name_y, self._size, INK, halo=PAPER)
            )
            return marks
        small = self._preset.smallest
        if self._pitch < small * 2.3 and said == one.what:
            said = one.briefly
        lines = broken(said, small, room, 2 if self._pitch >= small * 2.3 else 1, self._faces)
        first = name_y - small * 0.58 * (len(lines) - 1)
        marks += [Words(line, x, first + small * 1.16 * n, small, INK) for n, line in enumerate(lines)]
        return marks

    def _bar(
        self, start: float, end: float, y: float, colour: str, *, finished: bool, is_open: bool
    ) -> list[Mark]:
        half, width = self._size * 0.34, self._size * 0.14
        ring = ((start, y - half), (end, y - half), (end, y + half), (start, y + half), (start, y - half))
        if is_open:
            return [Shape(ring[:-1], PAPER), Line(ring, colour, width, (self._size * 0.3, self._size * 0.25))]
        return [Shape(ring[:-1], PAPER if finished else colour), Line(ring, colour, width)]

    def _legend_rows(self) -> list[list[tuple[str, str, float]]]:
        rows: list[list[tuple[str, str, float]]] = [[]]
        x, size = 0.0, self._preset.smallest
        for sort, words in _LEGEND:
            need = size * 3.4 + width_of(words, size, self._faces)
            if x + need > self._box[2] - self._box[0] and rows[-1]:
                rows.append([])
                x = 0.0
            rows[-1].append((sort, words, x))
            x += need
        return rows

    def _measure_legend(self) -> float:
        return len(self._legend_rows()) * self._preset.smallest * 1.6

    def _legend(self, top: float) -> list[Mark]:
        marks: list[Mark] = []
        size = self._preset.smallest
        for n, row in enumerate(self._legend_rows()):
            y = top + (n + 0.5) * size * 1.6
            for sort, words, dx in row:
                x = self._box[0] + dx
                marks += self._sample(sort, x, y, size)
                marks.append(Words(words, x + size * 1.7, y, size, INK))
        return marks

    def _sample(self, sort: str, x: float, y: float, size: float) -> list[Mark]:
        if sort in ("used", "left"):
            return _dot(x + size * 0.7, y, size * 0.3, is_used=sort == "used")
        if sort == "gap":
            return [Plate((x, y - size * 0.5, x + size * 1.3, y + size * 0.5), INK, 0.16)]
        return self._bar(x, x + size * 1.3, y, INK, finished=sort == "finished", is_open=False)


def _dot(x: float, y: float, radius: float, *, is_used: bool) -> list[Mark]:
    from siteline.report.signs import outline_of

    ring = tuple((x + px * radius, y + py * radius) for px, py in outline_of("circle"))
    if is_used:
        return [Shape(ring, INK)]
    return [Shape(ring, PAPER), Line((*ring, ring[0]), INK, radius * 0.35)]
