"""Before and after: two looks at one place, at one scale, with one stretch."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from siteline.model.change import ChangeEvent, Kind, State
from siteline.model.finding import Finding
from siteline.report.days import say_acquired
from siteline.report.figure import (
    KIND_COLOUR,
    Drawn,
    Figure,
    Scenery,
    draw_panel,
    encode,
    window_around,
)
from siteline.report.rights import Rights, rights_of
from siteline.report.stretch import usable_share

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
    style = _Style(number, width, media_type, quality)
    before, after = finding.last_without, finding.first_with
    return (
        _draw_one(scenery, finding, event, before, "Before", style) if scenery.has(before) else None,
        _draw_one(scenery, finding, event, after, "After", style) if scenery.has(after) else None,
    )


def draw_latest(
    scenery: Scenery,
    finding: Finding,
    event: ChangeEvent,
    *,
    number: int = 1,
    width: int = 640,
    media_type: str = "image/jpeg",
    quality: int = 82,
) -> Figure | None:
    """
    The latest clear look at a building site; None if it is the first with the change, or nothing is built.

    The first look with a new building often shows bare ground: what came of it is on the latest.
    """
    if event.kind is not Kind.CONSTRUCTION:
        return None
    window = window_around(event.outline, scenery.grid)
    shows = {o.scene_id for o in event.observations if o.state is State.CHANGED}
    clear = [
        look.scene_id
        for look in scenery.looks
        if look.used
        and look.scene_id in shows
        and scenery.has(look.scene_id)
        and usable_share(scenery.cube, look.scene_id, window) >= 0.95
    ]
    if not clear or clear[-1] == finding.first_with:
        return None
    style = _Style(number, width, media_type, quality)
    return _draw_one(scenery, finding, event, clear[-1], "Latest", style)


def join_pair(
    scenery: Scenery, finding: Finding, event: ChangeEvent, *, number: int = 1, width: int = 800
) -> Figure:
    """Before and after side by side, as one PNG to be saved."""
    panels = draw_pair(scenery, finding, event, number=number, width=width, media_type="image/png")
    shown = [figure for figure in panels if figure is not None]
    return join(shown, f"pair-{number}", f"{finding.headline} {PAIR_NOTE}")


PAIR_NOTE = (
    "The pictures show the same place at the same scale, with the same brightness stretch; "
    "the outline is dashed before and solid after."
)


def join(panels: list[Figure], name: str, caption: str, columns: int = 2) -> Figure:
    """Several figures in one PNG, row by row, with white between them."""
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
    rights: Rights = {
        "credit": "; ".join(dict.fromkeys(panel.credit for panel in panels)) or "credit unknown",
        "licence": "; ".join(dict.fromkeys(panel.licence for panel in panels)) or "licence unknown",
        "use": "; ".join(dict.fromkeys(panel.use for panel in panels)) or "permitted use unknown",
    }
    return Figure(
        name=name,
        media_type="image/png",
        data=encode(sheet, "image/png", rights),
        size=sheet.size,
        alt="; ".join(panel.alt for panel in panels) or "There is no usable image to show.",
        caption=caption,
        **rights,
        scene_ids=tuple(scene_id for panel in panels for scene_id in panel.scene_ids),
    )


@dataclass(frozen=True, slots=True)
class _Style:
    number: int
    width: int
    media_type: str
    quality: int


_WHAT = {
    "Before": "the last without the change (dashed outline)",
    "After": "the first with the change (solid outline)",
    "Latest": "the latest with the change (solid outline)",
}


def _draw_one(
    scenery: Scenery, finding: Finding, event: ChangeEvent, scene_id: str | None, heading: str, style: _Style
) -> Figure:
    assert scene_id is not None
    window = window_around(event.outline, scenery.grid)
    label = finding.label or str(style.number)
    drawn = [Drawn(event.outline, KIND_COLOUR[event.kind], dashed=heading == "Before", label=label)]
    if scenery.perimeter is not None:
        drawn.insert(0, Drawn(scenery.perimeter.boundary, PERIMETER_COLOUR, dashed=True))
    picture = draw_panel(scenery, scene_id, window, style.width, drawn, heading=heading)
    scene = scenery.scenes.get(scene_id)
    rights = rights_of([scene] if scene else [])
    day = say_acquired(scenery.acquired(scene_id))
    return Figure(
        name=f"{heading.lower()}-{style.number}",
        media_type=style.media_type,
        data=encode(picture, style.media_type, rights, style.quality),
        size=picture.size,
        alt=f"{_kind_of_image(scenery)} of {day}, {_WHAT[heading]}: {finding.title}",
        caption=f"{heading}: {day}",
        **rights,
        scene_ids=(scene_id,),
    )


def _kind_of_image(scenery: Scenery) -> str:
    return "Simulated satellite image" if scenery.site.simulated else "Satellite image"
