"""Before and after in one file: one scale, one stretch, one legend."""

from __future__ import annotations

from siteline.model.change import Kind, State
from siteline.report.days import say_acquired
from siteline.report.locator import say_perimeter
from siteline.report.sheet.choose import Chosen, choose_pair
from siteline.report.sheet.inset import locator
from siteline.report.sheet.marks import Box, Mark
from siteline.report.sheet.page import Body, Text, lay_out
from siteline.report.sheet.panel import Furniture, Outlined, draw_panel, fit
from siteline.report.sheet.presets import Preset
from siteline.report.sheet.subject import Made, Subject, most_pixels, place_shown_on, scenes_of
from siteline.report.sheet.words import (
    LINES,
    SAME,
    SHORT_LINES,
    join,
    kind_of_image,
    say_credit,
    say_limit,
)
from siteline.report.stretch import Window


def compose_pair(
    subject: Subject, preset: Preset, *, before: str | None = None, after: str | None = None
) -> Made:
    """The two looks that compare best, or those named, composed; raises NotFound, BadInput or CannotTell."""
    scenery = subject.scenery
    first = subject.window(4 / 3)
    chosen = choose_pair(subject, first, before, after)
    shown = (chosen.before, chosen.after)
    scenes = [scenery.scenes[name] for name in shown if name in scenery.scenes]
    limit = most_pixels(scenes)
    where = place_shown_on(subject, shown)
    days = [say_acquired(scenery.acquired(name)) for name in shown]
    drawn_by, kept_small = say_perimeter(scenery), say_limit(scenery, shown)
    kind = kind_of_image(scenery)
    alt = join(
        f"{kind}s of {days[0]} and {days[1]}, the same place at the same scale.",
        _tell_alt(subject, chosen),
    )
    numbers = "Numbers are named in the caption." if subject.is_whole and subject.shown else ""
    gap = preset.letter * 0.45
    text = Text(
        title=subject.title,
        dek=subject.deks,
        notes=tuple(
            filter(
                None, (join(LINES if preset.height is None else SHORT_LINES, numbers, drawn_by), kept_small)
            )
        ),
        credit=say_credit(scenery, (*shown, where)),
        stamps=tuple(stamp.value for stamp in scenery.stamps),
        alt=alt,
    )

    seen: list[Window] = []

    def draw(box: Box) -> Body:
        boxes = _halves(subject, box, gap, preset)
        window = _window(subject, boxes[0])
        seen.append(window)
        marks, taken, bottom = list[Mark](), list[Box](), box[1]
        for (name, heading), half in zip(
            ((chosen.before, "Before"), (chosen.after, "After")), boxes, strict=True
        ):
            own = fit(window, half, limit, preset)
            panel = draw_panel(
                scenery,
                name,
                window,
                own,
                preset,
                subject.house,
                _outlines(subject, name),
                Furniture(heading=heading),
            )
            marks += panel.marks
            taken += panel.taken
            bottom = max(bottom, own[3])
        return Body(marks, taken, bottom)

    # a locator that shows no more than the panels do would say nothing
    inset = locator(scenery, where, seen, preset, subject.house) if subject.has_inset else None
    sheet = lay_out(preset, subject.house, text, 2.4 if preset.height is None else None, draw, inset)
    caption = join(
        subject.dek,
        subject.listed,
        f"Before: {days[0]}; after: {days[1]}.",
        SAME,
        LINES,
        chosen.why,
        drawn_by,
        kept_small,
    )
    return Made(
        sheet,
        subject.title,
        caption,
        alt,
        scenes_of([(chosen.before, "before"), (chosen.after, "after")], subject, where),
        why=chosen.why,
        notes=tuple(filter(None, (kept_small,))),
    )


def _window(subject: Subject, half: Box) -> Window:
    return subject.window((half[2] - half[0]) / (half[3] - half[1]))


def _halves(subject: Subject, box: Box, gap: float, preset: Preset) -> tuple[Box, Box]:
    """Two equal boxes, beside or over one another: whichever shows the change larger."""
    x0, y0, x1, y1 = box
    beside_wide, over_tall = (x1 - x0 - gap) / 2, (y1 - y0 - gap) / 2
    beside = ((x0, y0, x0 + beside_wide, y1), (x1 - beside_wide, y0, x1, y1))
    over = ((x0, y0, x1, y0 + over_tall), (x0, y1 - over_tall, x1, y1))
    if preset.height is None:
        return beside
    rates = []
    for halves in (beside, over):
        window = _window(subject, halves[0])
        wide = halves[0][2] - halves[0][0]
        rates.append(min(wide / window.shape[1], (halves[0][3] - halves[0][1]) / window.shape[0]))
    return beside if rates[0] >= rates[1] else over


def _outlines(subject: Subject, scene_id: str) -> list[Outlined]:
    marked = []
    for one in subject.shown:
        kind = one.finding.kind
        state = subject.state(scene_id, one.event)
        shows_it = State.UNCHANGED if kind is Kind.DEMOLITION else State.CHANGED
        marked.append(
            Outlined(
                one.event.outline,
                subject.colour(kind),
                is_inferred=state is not shows_it,
                label=one.number if subject.is_whole else one.name,
                fallback=one.number,
                sign=kind if subject.is_whole else None,
            )
        )
    return marked


def _tell_alt(subject: Subject, chosen: Chosen) -> str:
    if subject.is_whole:
        return join(f"{len(subject.shown)} changes are outlined and numbered.", subject.listed)
    return subject.dek
