"""A time-lapse: one steady view, one stretch, the day burned into each frame, a track of time beneath."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from siteline.model.change import State
from siteline.model.errors import BadInput, CannotTell
from siteline.model.imagery import blind_times
from siteline.report.locator import say_perimeter
from siteline.report.sheet.inset import locator
from siteline.report.sheet.letters import width_of
from siteline.report.sheet.marks import DARK, INK, Box, Line, Mark, Plate, Shape, Words
from siteline.report.sheet.page import Body, Text, lay_out
from siteline.report.sheet.panel import Furniture, Outlined, draw_panel, fit
from siteline.report.sheet.presets import Preset, PresetName
from siteline.report.sheet.strip import why_not_shown
from siteline.report.sheet.subject import Made, Skipped, Subject, most_pixels, place_shown_on, scenes_of
from siteline.report.sheet.words import join, kind_of_image, say_credit, say_limit, say_skipped, span_of
from siteline.report.stretch import Window
from siteline.report.timeline import noon, ticks_of, time_scale

MOST_FRAMES = 60
EACH_MS, LAST_MS = 700, 2800


@dataclass(frozen=True)
class Lapse:
    """A sheet whose panel changes: `made.sheet` is the page without it."""

    made: Made
    frames: tuple[tuple[Mark, ...], ...]
    """What to paint onto the page for each frame."""

    durations_ms: tuple[int, ...]


def compose_lapse(subject: Subject, preset: Preset) -> Lapse:
    """Every clear look of the place, in time order; raises BadInput for print and CannotTell with fewer than two."""
    if preset.name is PresetName.PRINT:
        raise BadInput(
            "a time-lapse cannot be printed", "Take --preset web, square or story, or a filmstrip."
        )
    scenery = subject.scenery
    limit = most_pixels(list(scenery.scenes.values()))
    window = subject.window(1.35 if preset.height is None else 1.0)
    shown, skipped = _choose(subject, window)
    where = place_shown_on(subject, shown)
    kept_small, not_shown = say_limit(scenery, shown), say_skipped(skipped)
    what = f"Time-lapse of {len(shown)} {kind_of_image(scenery).lower()}s, {span_of(scenery, shown)}, one steady view."
    alt = join(what, "" if subject.is_whole else subject.dek)
    text = Text(
        title=subject.title,
        dek=subject.deks,
        notes=tuple(filter(None, (not_shown, say_perimeter(scenery), kept_small))),
        credit=say_credit(scenery, (*shown, where)),
        stamps=tuple(stamp.value for stamp in scenery.stamps),
        alt=alt,
    )
    holds: list[tuple[Box, Box]] = []
    seen: list[Window] = []

    def draw(box: Box) -> Body:
        track = preset.letter * 2.6
        here = (box[0], box[1], box[2], box[3] - track)
        view = subject.window((here[2] - here[0]) / (here[3] - here[1]))
        seen.append(view)
        own = fit(view, here, limit, preset)
        line = (box[0], own[3] + preset.letter * 0.3, box[2], own[3] + track + preset.letter * 0.2)
        holds.append((own, line))
        return Body([Plate(own, "#c6c8cb"), *_track(subject, shown, line, preset)], [line], line[3])

    inset = locator(scenery, where, seen, preset, subject.house) if subject.has_inset else None
    aspect = 1.3 if preset.height is None else None
    sheet = lay_out(preset, subject.house, text, aspect, draw, inset)
    if preset.height is None:  # whole pixels, and an even number of them, for video
        sheet = replace(sheet, height=2 * round(sheet.height / 2 + 0.5))
    own, line = holds[-1]
    frames = tuple(_frame(subject, shown, n, seen[-1], own, line, preset, skipped) for n in range(len(shown)))
    durations = tuple(LAST_MS if n == len(shown) - 1 else EACH_MS for n in range(len(shown)))
    made = Made(
        sheet,
        subject.title,
        join(subject.dek, what, not_shown, say_perimeter(scenery), kept_small),
        alt,
        scenes_of([(name, "frame") for name in shown], subject, where),
        skipped=skipped,
        notes=tuple(filter(None, (not_shown, kept_small))),
    )
    return Lapse(made, frames, durations)


def _choose(subject: Subject, window: Window) -> tuple[tuple[str, ...], tuple[Skipped, ...]]:
    clear = subject.usable(window)
    if len(clear) < 2:
        raise CannotTell("fewer than two looks show the place clearly", "Fetch more images, or make a pair.")
    shown = tuple(clear)
    if len(clear) > MOST_FRAMES:
        step = (len(clear) - 1) / (MOST_FRAMES - 1)
        shown = tuple(clear[round(n * step)] for n in range(MOST_FRAMES))
    told = why_not_shown(subject, shown, window)
    return shown, tuple(
        Skipped(one.scene_id, one.reason.replace("a strip shows a few", f"at most {MOST_FRAMES} frames"))
        for one in told
    )


def _frame(
    subject: Subject,
    shown: tuple[str, ...],
    number: int,
    window: Window,
    box: Box,
    line: Box,
    preset: Preset,
    skipped: tuple[Skipped, ...],
) -> tuple[Mark, ...]:
    scenery, name = subject.scenery, shown[number]
    outlined = [
        Outlined(one.event.outline, subject.colour(one.finding.kind), corners_only=True)
        for one in subject.shown
        if not subject.is_whole or subject.state(name, one.event) is State.CHANGED
    ]
    panel = draw_panel(
        scenery,
        name,
        window,
        box,
        preset,
        subject.house,
        outlined,
        Furniture(names_structures=False, below_day=_say_gap(subject, shown, number, skipped)),
    )
    at = _along(subject, line)(scenery.acquired(name).middle)
    size, y = preset.letter * 0.42, line[1] + preset.letter * 0.55
    hand = ((at - size, y - size * 1.4), (at + size, y - size * 1.4), (at, y + size * 0.6))
    return (*panel.marks, Shape(hand, subject.house.accent))


def _say_gap(subject: Subject, shown: tuple[str, ...], number: int, skipped: tuple[Skipped, ...]) -> str:
    """How many looks between this frame and the one before it are not shown."""
    if number == 0:
        return ""
    ends = [subject.scenery.acquired(shown[n]).middle for n in (number - 1, number)]
    between = sum(ends[0] < subject.scenery.acquired(one.scene_id).middle < ends[1] for one in skipped)
    return f"{between} {'look' if between == 1 else 'looks'} before it not shown" if between else ""


def _along(subject: Subject, line: Box) -> Callable[[datetime], float]:
    return time_scale(subject.scenery.looks, (), line[0], line[2])


def _track(subject: Subject, shown: tuple[str, ...], line: Box, preset: Preset) -> list[Mark]:
    """All looks along a line of time: filled if shown, hollow if not; times without a usable look shaded."""
    looks, along = subject.scenery.looks, _along(subject, line)
    y, radius = line[1] + preset.letter * 1.05, preset.letter * 0.2
    marks: list[Mark] = []
    for gap in blind_times(looks):
        x0, x1 = along(noon(gap.last)), along(noon(gap.next))
        marks.append(Plate((x0, y - radius * 2.2, x1, y + radius * 2.2), INK, 0.14))
    marks.append(Line(((line[0], y), (line[2], y)), INK, preset.letter * 0.05, opacity=0.5))
    for look in looks:
        x = along(look.acquired.middle)
        ring = ((x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
        if look.scene_id in shown:
            marks.append(Shape(ring[:-1], DARK))
        else:
            marks += [Shape(ring[:-1], "#ffffff"), Line(ring, DARK, preset.letter * 0.06)]
    size, last = preset.smallest, -999.0
    for day, word in ticks_of(looks, ()):
        x = along(noon(day))
        wide = width_of(word, size, subject.house.faces)
        if x - last < size or x + wide > line[2]:
            continue
        last = x + wide
        marks.append(Line(((x, y + radius * 2.4), (x, y + radius * 3.6)), INK, preset.letter * 0.05))
        marks.append(Words(word, x, y + radius * 2.4 + size * 0.95, size, INK))
    return marks
