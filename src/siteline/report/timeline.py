"""The timeline: a dot for every look, gaps shaded, and when each change came into sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

from siteline.model.change import ChangeEvent, Kind
from siteline.model.dates import MONTHS, DateInterval, say_day, say_span
from siteline.model.imagery import Look, blind_times, longest_gap
from siteline.report.figure import KIND_COLOUR, Figure
from siteline.report.rules import Stamp
from siteline.report.signs import sign
from siteline.report.svg import Attributes, drawing, element, group

WIDE, NARROW = 920.0, 360.0


@dataclass(frozen=True, slots=True)
class Lane:
    """One change on the timeline."""

    number: str
    label: str
    """Label and what changed: "A-2 new building"."""

    event: ChangeEvent
    onset: str
    """When, in words, as the finding says it."""


def draw_timeline(
    looks: Sequence[Look],
    lanes: Sequence[Lane],
    stamps: Sequence[Stamp] = (),
    *,
    name: str = "timeline",
) -> Markup:
    """Time from left to right, one row for each change; for wide pages and print."""
    width, left, right = WIDE, 250.0, 14.0
    along = time_scale(looks, lanes, left, width - right)
    top, pitch = 62.0, 24.0
    bottom = top + max(1, len(lanes)) * pitch + 6
    parts: list[Markup] = []
    for gap in blind_times(looks):
        x0, x1 = along(noon(gap.last)), along(noon(gap.next))
        parts.append(element("rect", x=x0, y=30, width=max(1.0, x1 - x0), height=bottom - 30, **_SHADE))
        said = next(
            (s for s in (say_span(gap.days), _say_briefly(gap.days)) if x1 - x0 > 6.2 * len(s) + 2), ""
        )
        if said:
            parts.append(
                element("text", said, x=(x0 + x1) / 2, y=bottom + 13, text_anchor="middle", **_SMALL)
            )
    last_word = -99.0
    for day, word in ticks_of(looks, lanes):
        x = along(noon(day))
        if x - last_word < 34 or x > width - right:
            continue
        last_word = x
        parts.append(element("line", x1=x, y1=22, x2=x, y2=bottom, **_HAIR))
        parts.append(element("text", word, x=x + 3, y=18, **_SMALL))
    parts.append(element("text", "Looks", x=0, y=48, font_size=13, font_weight=600, fill="currentColor"))
    parts += [_dot(look, along(look.acquired.middle), 44.0, len(looks)) for look in in_order(looks)]
    for index, lane in enumerate(lanes):
        y = top + (index + 0.5) * pitch
        parts.append(element("line", x1=left, y1=y, x2=width - right, y2=y, **_HAIR))
        parts.append(sign(lane.event.kind, lane.number, 11, y, 9))
        parts.append(_name_lane(lane.label, 28, y))
        for interval, finished in intervals_of(lane.event):
            start = left if interval.after is None else along(noon(interval.after))
            end = along(noon(interval.by))
            parts += _bar(min(start, end - 4), end, y, lane.event.kind, interval, finished, upright=False)
    below, height = _legend(width, bottom + 22, stamps)
    parts += below
    return drawing(
        width,
        height,
        parts,
        name=name,
        title="Timeline of looks and changes",
        desc=describe_timeline(looks, lanes),
        class_="wide-drawing",
    )


def draw_upright_timeline(
    looks: Sequence[Look],
    lanes: Sequence[Lane],
    stamps: Sequence[Stamp] = (),
    *,
    name: str = "timeline-upright",
) -> Markup:
    """Time from top to bottom, changes side by side; for a phone."""
    width, top = NARROW, 26.0
    length = min(1200.0, max(430.0, 8.0 * len(looks)))
    along = time_scale(looks, lanes, top, top + length)
    columns = _pack(lanes, along)
    pitch = min(34.0, (width - 112) / max(1, max(columns, default=0) + 1))
    parts: list[Markup] = []
    for gap in blind_times(looks):
        y0, y1 = along(noon(gap.last)), along(noon(gap.next))
        parts.append(element("rect", x=66, y=y0, width=width - 66, height=max(1.0, y1 - y0), **_SHADE))
        if y1 - y0 > 13:
            parts.append(
                element("text", say_span(gap.days), x=width - 4, y=y1 - 4, text_anchor="end", **_SMALL)
            )
    last_word = -99.0
    for day, word in ticks_of(looks, lanes):
        y = along(noon(day))
        if y - last_word < 20:
            continue
        last_word = y
        parts.append(element("line", x1=52, y1=y, x2=width, y2=y, **_HAIR))
        parts.append(element("text", word, x=0, y=y + 4, **_SMALL))
    parts += [_dot(look, 74.0, along(look.acquired.middle), len(looks)) for look in in_order(looks)]
    signs = []
    for lane, column in zip(lanes, columns, strict=True):
        x = 104 + column * pitch
        ends = []
        for interval, finished in intervals_of(lane.event):
            start = top if interval.after is None else along(noon(interval.after))
            end = along(noon(interval.by))
            ends.append(end)
            parts += _bar(min(start, end - 4), end, x, lane.event.kind, interval, finished, upright=True)
        if ends:
            signs.append(sign(lane.event.kind, lane.number, x, max(ends) + 13, 9))
    parts.append(group(signs))
    below, height = _legend(width, top + length + 34, stamps)
    parts += below
    return drawing(
        width,
        height,
        parts,
        name=name,
        title="Timeline of looks and changes",
        desc=describe_timeline(looks, lanes),
        class_="narrow-drawing",
    )


def timeline_figure(looks: Sequence[Look], lanes: Sequence[Lane], stamps: Sequence[Stamp] = ()) -> Figure:
    """The wide timeline as one SVG file to be saved."""
    drawn = str(draw_timeline(looks, lanes, stamps))
    height = float(drawn.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()[1])
    return Figure(
        name="timeline",
        media_type="image/svg+xml",
        data=drawn.encode(),
        size=(round(WIDE), round(height)),
        alt=describe_timeline(looks, lanes),
        caption="Each dot is a look; a bar spans the time in which a change came into sight.",
        credit="",
        scene_ids=tuple(look.scene_id for look in in_order(looks)),
    )


def describe_timeline(looks: Sequence[Look], lanes: Sequence[Lane]) -> str:
    """What the timeline shows, in sentences."""
    ordered = in_order(looks)
    if not ordered:
        return "No look was taken."
    used = sum(look.used for look in ordered)
    first, last = ordered[0].acquired.first_day, ordered[-1].acquired.last_day
    parts = [f"{used} usable of {len(ordered)} looks from {say_day(first)} to {say_day(last)}."]
    longest = longest_gap(ordered)
    if longest is not None and blind_times(ordered):
        parts.append(
            f"The longest gap: {say_span(longest.days)}, {say_day(longest.last)} to {say_day(longest.next)}."
        )
    parts += [f"{lane.number}, {lane.label}: {lane.onset}." for lane in lanes]
    return " ".join(parts)


def _say_briefly(days: int) -> str:
    """A length for a narrow band: "88 d", "14 y"."""
    return f"{days} d" if days < 1000 else f"{days / 365.25:.0f} y"


_SMALL: Attributes = {"font_size": 11.5, "fill": "currentColor", "fill_opacity": 0.72}
_HAIR: Attributes = {"stroke": "currentColor", "stroke_opacity": 0.16, "stroke_width": 1}
_SHADE: Attributes = {"fill": "currentColor", "fill_opacity": 0.085}


def in_order(looks: Sequence[Look]) -> list[Look]:
    """Looks in order of time."""
    return sorted(looks, key=lambda look: (look.acquired.middle, look.scene_id))


def noon(day: date) -> datetime:
    """The middle of a day, for plotting."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _span(looks: Sequence[Look], lanes: Sequence[Lane]) -> tuple[datetime, datetime]:
    moments = [look.acquired.middle for look in looks]
    moments += [noon(i.by) for lane in lanes for i, _ in intervals_of(lane.event)]
    moments += [noon(i.after) for lane in lanes for i, _ in intervals_of(lane.event) if i.after]
    moments = moments or [datetime(2000, 1, 1, tzinfo=UTC)]
    margin = max(timedelta(days=2), (max(moments) - min(moments)) / 60)
    return min(moments) - margin, max(moments) + margin


def time_scale(
    looks: Sequence[Look], lanes: Sequence[Lane], start: float, end: float
) -> Callable[[datetime], float]:
    """Where a moment lies between two ends of a drawing."""
    first, last = _span(looks, lanes)
    return lambda moment: start + (end - start) * ((moment - first) / (last - first))


def ticks_of(looks: Sequence[Look], lanes: Sequence[Lane]) -> list[tuple[date, str]]:
    """First days of years, quarters or months, whichever makes about a dozen, with what to write at them."""
    first, last = (moment.date() for moment in _span(looks, lanes))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60, 120) if months / s <= 14), 240)
    ticks = []
    for year in range(first.year - (first.year % max(1, step // 12)), last.year + 1, max(1, step // 12)):
        for month in range(1, 13, min(step, 12)):
            day = date(year, month, 1)
            if first <= day <= last:
                ticks.append((day, str(year) if month == 1 else MONTHS[month - 1][:3]))
    if ticks and ticks[0][0].month != 1:
        ticks[0] = (ticks[0][0], f"{MONTHS[ticks[0][0].month - 1][:3]} {ticks[0][0].year}")
    return ticks


def intervals_of(event: ChangeEvent) -> list[tuple[DateInterval, bool]]:
    """(interval, whether it is the end of the change)."""
    intervals = [(event.onset, False)]
    if event.finished is not None and event.finished != event.onset:
        intervals.append((event.finished, True))
    return intervals


def _dot(look: Look, x: float, y: float, among: int) -> Markup:
    radius = 3.6 if among < 50 else 2.7
    if look.used:
        return element("circle", cx=x, cy=y, r=radius, fill="currentColor", fill_opacity=0.8)
    return element(
        "circle",
        cx=x,
        cy=y,
        r=radius,
        fill="none",
        stroke="currentColor",
        stroke_width=1.2,
        stroke_opacity=0.6,
    )


def _bar(
    start: float,
    end: float,
    across: float,
    kind: Kind,
    interval: DateInterval,
    finished: bool,
    *,
    upright: bool,
) -> list[Markup]:
    """A bar of the days in which it came into sight; hollow: completion; dashed: the start is open."""
    colour = KIND_COLOUR[kind]
    x, y, wide, tall = (
        (across - 5, start, 10.0, end - start) if upright else (start, across - 5, end - start, 10.0)
    )
    is_open = interval.after is None
    return [
        element(
            "rect",
            x=x,
            y=y,
            width=wide,
            height=tall,
            rx=2,
            fill="none" if finished or is_open else colour,
            stroke=colour,
            stroke_width=1.8,
            stroke_dasharray="3 3" if is_open else None,
        )
    ]


def _pack(lanes: Sequence[Lane], along: Callable[[datetime], float]) -> list[int]:
    """A column for each change, so that bars and signs in one column do not touch."""
    ends: list[float] = []
    columns = [0] * len(lanes)
    begin = {
        index: min(along(noon(i.after)) if i.after else 0.0 for i, _ in intervals_of(lane.event))
        for index, lane in enumerate(lanes)
    }
    for index in sorted(begin, key=lambda i: (begin[i], i)):
        end = max(along(noon(i.by)) for i, _ in intervals_of(lanes[index].event)) + 26
        column = next((c for c, taken in enumerate(ends) if taken + 4 < begin[index]), len(ends))
        ends[column : column + 1] = [end]
        columns[index] = column
    return columns


def _legend(width: float, y: float, stamps: Sequence[Stamp]) -> tuple[list[Markup], float]:
    """What dots, bars and shading mean, then the stamps; and how deep the drawing has become."""
    parts, x, line = [], 4.0, y + 8
    for sort, words in _MEANINGS:
        need = 42 + 6.1 * len(words)
        if x + need > width and x > 4:
            x, line = 4.0, line + 19
        parts.append(_sample(sort, x, line))
        parts.append(element("text", words, x=x + 20, y=line + 4, **_SMALL))
        x += need
    if not stamps:
        return parts, line + 12
    wide = width > 500
    words_of = (
        ["   ·   ".join(stamp.value for stamp in stamps)] if wide else [stamp.value for stamp in stamps]
    )
    size, top = (13.0 if wide else 10.5), line + 16
    for index, word in enumerate(words_of):
        parts.append(
            element("rect", x=0, y=top + index * size * 1.7, width=width, height=size * 1.7, fill="#7a1020")
        )
        parts.append(
            element(
                "text",
                word,
                x=width / 2,
                y=top + size * (1.7 * index + 1.2),
                font_size=size,
                font_weight=700,
                text_anchor="middle",
                fill="#ffffff",
            )
        )
    return parts, top + len(words_of) * size * 1.7


_MEANINGS = (
    ("used", "usable look"),
    ("left", "look left out"),
    ("gap", "gap"),
    ("onset", "came into sight in this time"),
    ("finished", "completed in this time"),
)


def _sample(sort: str, x: float, y: float) -> Markup:
    ink = "currentColor"
    if sort == "used":
        return element("circle", cx=x + 7, cy=y, r=3.6, fill=ink, fill_opacity=0.9)
    if sort == "left":
        return element("circle", cx=x + 7, cy=y, r=3.2, fill="none", stroke=ink, stroke_width=1.2)
    if sort == "gap":
        return element("rect", x=x, y=y - 6, width=14, height=12, fill=ink, fill_opacity=0.15)
    fill = ink if sort == "onset" else "none"
    return element("rect", x=x, y=y - 4, width=14, height=8, rx=2, fill=fill, stroke=ink, stroke_width=1.4)


def _name_lane(label: str, x: float, y: float) -> Markup:
    """A lane's label beside its sign: one line, else two smaller ones; whole in its title."""
    if _letters(label) <= 29:
        return element("text", label, x=x, y=y + 4.5, font_size=13, fill="currentColor")
    first, rest = _first_line(label, 34)
    lines = [first, _cut(rest, 34)] if rest else [first]
    top = y + 4 - 6 * (len(lines) - 1)
    spans = [element("tspan", line, x=x, y=top + 12 * n) for n, line in enumerate(lines)]
    return element("text", element("title", label), *spans, font_size=11, fill="currentColor")


def _first_line(text: str, longest: int) -> tuple[str, str]:
    """As many whole words as fit, and the rest; a first word that is too long is broken."""
    words = text.split()
    for count in range(len(words), 0, -1):
        if _letters(line := " ".join(words[:count])) <= longest:
            return line, " ".join(words[count:])
    kept = _cut(text, longest).removesuffix("…")
    return kept, text[len(kept) :].lstrip()


def _letters(text: str) -> float:
    """How much room a text takes, in average letters."""
    return sum(1.8 if ord(letter) > 0x1100 else 1.0 for letter in text)


def _cut(text: str, longest: int) -> str:
    room, kept = float(longest), ""
    for letter in text:
        room -= _letters(letter)
        if room < 0:
            return kept.rstrip() + "…"
        kept += letter
    return kept
