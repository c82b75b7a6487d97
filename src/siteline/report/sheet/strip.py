"""A filmstrip in one file: a few looks around a change, in time order."""

from __future__ import annotations

from collections.abc import Sequence

from siteline.model.change import State
from siteline.model.errors import CannotTell
from siteline.report.days import say_acquired
from siteline.report.filmstrip import choose_looks
from siteline.report.locator import say_perimeter
from siteline.report.sheet.inset import locator
from siteline.report.sheet.marks import Box, Mark
from siteline.report.sheet.page import Body, Text, lay_out
from siteline.report.sheet.panel import Furniture, Outlined, draw_panel, fit
from siteline.report.sheet.presets import Preset, PresetName
from siteline.report.sheet.subject import Made, Skipped, Subject, most_pixels, place_shown_on, scenes_of
from siteline.report.sheet.words import join, kind_of_image, say_credit, say_limit, say_skipped, span_of
from siteline.report.stretch import Window, usable_share

_COLUMNS_ROWS = {
    PresetName.PRINT: (4, 2),
    PresetName.WEB: (4, 2),
    PresetName.SQUARE: (3, 2),
    PresetName.STORY: (2, 2),
}
_SAYS = {State.CHANGED: "change visible", State.UNCHANGED: "no change visible", State.NOT_OBSERVABLE: ""}


def compose_strip(subject: Subject, preset: Preset) -> Made:
    """A few clear looks in time order, each with its day and what it shows; raises CannotTell without one."""
    scenery = subject.scenery
    columns, rows = _COLUMNS_ROWS[preset.name]
    window = subject.window(1.0, context=2.2, smallest=36)
    shown, skipped = _choose(subject, window, columns * rows)
    if not shown:
        raise CannotTell("no look shows the place clearly", "See: siteline scenes list " + scenery.site.id)
    if len(shown) < columns * rows:
        columns = min(columns, len(shown))
        rows = -(-len(shown) // columns)
    limit = most_pixels([scenery.scenes[name] for name in shown if name in scenery.scenes])
    where = place_shown_on(subject, shown)
    kept_small, not_shown = say_limit(scenery, shown), say_skipped(skipped)
    what = f"{kind_of_image(scenery)}s of one place, {span_of(scenery, shown)}, at one scale and brightness stretch."
    alt = join(what, _tell_each(subject, shown), "" if subject.is_whole else subject.dek)
    text = Text(
        title=subject.title,
        dek=subject.deks,
        notes=tuple(filter(None, (not_shown, say_perimeter(scenery), kept_small))),
        credit=say_credit(scenery, (*shown, where)),
        stamps=tuple(stamp.value for stamp in scenery.stamps),
        alt=alt,
    )
    gap = preset.letter * 0.35
    seen: list[Window] = []
    below = 0.0 if subject.is_whole else preset.smallest * 1.7

    def draw(box: Box) -> Body:
        marks, taken, bottom = list[Mark](), list[Box](), box[1]
        cells = _cells(box, columns, rows, gap, len(shown))
        shape = (cells[0][2] - cells[0][0]) / (cells[0][3] - cells[0][1] - below)
        view = subject.window(min(1.6, max(0.7, shape)), context=2.2, smallest=36)
        seen.append(view)
        for number, cell in enumerate(cells):
            name = shown[number]
            own = fit(view, (*cell[:3], cell[3] - below), limit, preset)
            bottom = max(bottom, own[3] + below)
            panel = draw_panel(
                scenery,
                name,
                view,
                own,
                preset,
                subject.house,
                [
                    Outlined(one.event.outline, subject.colour(one.finding.kind), corners_only=True)
                    for one in subject.shown
                ],
                Furniture(
                    has_scale=number == 0,
                    has_north=number == 0,
                    names_structures=False,
                    short_day=True,
                    below="" if subject.is_whole else _SAYS[subject.state(name, subject.shown[0].event)],
                ),
            )
            marks += panel.marks
            taken += panel.taken
        return Body(marks, taken, bottom)

    inset = locator(scenery, where, seen, preset, subject.house) if subject.has_inset else None
    aspect = columns / rows if preset.height is None else None
    sheet = lay_out(preset, subject.house, text, aspect, draw, inset)
    caption = join(
        subject.dek, what, _tell_each(subject, shown), not_shown, say_perimeter(scenery), kept_small
    )
    return Made(
        sheet,
        subject.title,
        caption,
        alt,
        scenes_of([(name, "frame") for name in shown], subject, where),
        skipped=skipped,
        notes=tuple(filter(None, (not_shown, kept_small))),
    )


def _choose(subject: Subject, window: Window, count: int) -> tuple[tuple[str, ...], tuple[Skipped, ...]]:
    """The looks to show, and why the others are not."""
    clear = subject.usable(window)
    if subject.is_whole:
        step = max(1, len(clear) - 1) / max(1, count - 1)
        shown = tuple(dict.fromkeys(clear[round(n * step)] for n in range(min(count, len(clear)))))
    else:
        event = subject.shown[0].event
        ends = [s for s in (event.last_without, event.first_with) if s and subject.scenery.has(s)]
        usable = [look.scene_id for look in subject.scenery.looks if look.scene_id in {*clear, *ends}]
        shown = choose_looks(event, usable, count)
    return shown, why_not_shown(subject, shown, window)


def why_not_shown(subject: Subject, shown: Sequence[str], window: Window) -> tuple[Skipped, ...]:
    """Of every look that is not shown, why, in time order."""
    scenery, told = subject.scenery, list[Skipped]()
    for look in scenery.looks:
        if look.scene_id in shown:
            continue
        if not look.used:
            told.append(Skipped(look.scene_id, look.reason or "left out of the survey"))
        elif not scenery.has(look.scene_id):
            told.append(Skipped(look.scene_id, "no image"))
        elif usable_share(scenery.cube, look.scene_id, window) < 0.9:
            told.append(Skipped(look.scene_id, "cloud or a missing part in the view"))
        else:
            told.append(Skipped(look.scene_id, "not chosen: a strip shows a few"))
    return tuple(told)


def _tell_each(subject: Subject, shown: Sequence[str]) -> str:
    if subject.is_whole:
        return ""
    event = subject.shown[0].event
    says = [
        (say_acquired(subject.scenery.acquired(name)), _SAYS[subject.state(name, event)]) for name in shown
    ]
    return "; ".join(f"{day}: {said}" if said else day for day, said in says) + "."


def _cells(box: Box, columns: int, rows: int, gap: float, count: int) -> list[Box]:
    """Equal boxes, row by row."""
    wide = (box[2] - box[0] - gap * (columns - 1)) / columns
    tall = (box[3] - box[1] - gap * (rows - 1)) / rows
    return [
        (
            box[0] + (n % columns) * (wide + gap),
            box[1] + (n // columns) * (tall + gap),
            box[0] + (n % columns) * (wide + gap) + wide,
            box[1] + (n // columns) * (tall + gap) + tall,
        )
        for n in range(count)
    ]
