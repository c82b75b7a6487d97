"""Before and after: two looks at one place, at one scale, with one stretch."""

from __future__ import annotations

from PIL import Image

from siteline.model.change import ChangeEvent
from siteline.model.finding import Finding
from siteline.report.days import say_acquired
from siteline.report.figure import (
    KIND_COLOUR,
    Drawn,
    Figure,
    Scenery,
    credit_of,
    draw_panel,
    encode,
    window_around,
)

PERIMETER_COLOUR = "#f4e04d"


def draw_pair(
    scenery: Scenery,
    finding: Finding,
    event: ChangeEvent,
    *,
    number: int = 1,
    width: int = 640,
    media_type: str = "image/jpeg",
    quality: int = 82,
) -> tuple[Figure | None, Figure | None]:
    """
    The last usable look without a change and the first with it, each a figure of its own.

    None where there is no such look, or no picture of it. The outline is dashed before, solid after.
    """
    window = window_around(event.outline, scenery.grid)
    made: list[Figure | None] = []
    for heading, scene_id in (("Before", finding.last_without), ("After", finding.first_with)):
        if scene_id is None or not scenery.has(scene_id):
            made.append(None)
            continue
        is_before = heading == "Before"
        drawn = [
            Drawn(
                event.outline, KIND_COLOUR[event.kind], dashed=is_before, label=finding.label or str(number)
            )
        ]
        if scenery.perimeter is not None:
            drawn.insert(0, Drawn(scenery.perimeter.boundary, PERIMETER_COLOUR, dashed=True))
        picture = draw_panel(scenery, scene_id, window, width, drawn, heading=heading)
        scene = scenery.scenes.get(scene_id)
        day = say_acquired(scenery.acquired(scene_id))
        what = (
            "where the change is not visible yet (dashed outline)"
            if is_before
            else "with the change (solid outline)"
        )
        made.append(
            Figure(
                name=f"{heading.lower()}-{number}",
                media_type=media_type,
                data=encode(picture, media_type, quality),
                size=picture.size,
                alt=f"{_kind_of_image(scenery)} of {day}, {what}: {finding.title}",
                caption=f"{heading}: {day}",
                credit=credit_of([scene] if scene else []),
                scene_ids=(scene_id,),
            )
        )
    return made[0], made[1]


def join_pair(
    scenery: Scenery, finding: Finding, event: ChangeEvent, *, number: int = 1, width: int = 800
) -> Figure:
    """Before and after side by side, as one PNG to be saved."""
    panels = [
        figure
        for figure in draw_pair(scenery, finding, event, number=number, width=width, media_type="image/png")
        if figure is not None
    ]
    return join(panels, f"pair-{number}", f"{finding.headline} {PAIR_NOTE}")


PAIR_NOTE = (
    "Both pictures show the same place at the same scale, with the same brightness stretch; the outline is dashed "
    "before and solid after."
)


def join(panels: list[Figure], name: str, caption: str, columns: int = 2) -> Figure:
    """Several figures in one PNG, row by row, with white between them."""
    from io import BytesIO

    pictures = [Image.open(BytesIO(panel.data)).convert("RGB") for panel in panels]
    if not pictures:
        pictures = [Image.new("RGB", (640, 80), (255, 255, 255))]
    across = min(columns, len(pictures))
    wide, tall = max(p.width for p in pictures), max(p.height for p in pictures)
    gap = max(4, wide // 60)
    rows = -(-len(pictures) // across)
    sheet = Image.new(
        "RGB", (across * wide + (across - 1) * gap, rows * tall + (rows - 1) * gap), (255, 255, 255)
    )
    for index, picture in enumerate(pictures):
        sheet.paste(picture, ((index % across) * (wide + gap), (index // across) * (tall + gap)))
    return Figure(
        name=name,
        media_type="image/png",
        data=encode(sheet, "image/png"),
        size=sheet.size,
        alt="; ".join(panel.alt for panel in panels) or "There is no usable image to show.",
        caption=caption,
        credit="; ".join(dict.fromkeys(panel.credit for panel in panels)) or "credit unknown",
        scene_ids=tuple(scene_id for panel in panels for scene_id in panel.scene_ids),
    )


def _kind_of_image(scenery: Scenery) -> str:
    return "Simulated satellite image" if scenery.site.simulated else "Satellite image"
