"""Pictures of pairs, side by side, for the person who judges them; graphic ones blurred unless asked for as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from siteline.evidence.custody.rows import Event
from siteline.evidence.likeness.pairs import Pair
from siteline.model.errors import BadSetting, NotFound
from siteline.model.exhibit import Exhibit
from siteline.workbench.case import Case
from siteline.workbench.evidence.framing import TOOL, pictures_of
from siteline.workbench.evidence.marks import marked

if TYPE_CHECKING:
    from PIL.Image import Image

_HEIGHT, _GAP, _LABEL = 360, 12, 30
_BLUR_PARTS = 24
"""A blurred picture keeps so many patches along its longer side."""


def draw_pairs(case: Case, pairs: Sequence[Pair], folder: Path, *, show_graphic: bool = False) -> list[Path]:
    """
    One PNG for each pair that has a match, named by its id: as they were compared, in grey, with their times.

    Never over another file. Each exhibit that is shown has its row in the log, as for any working copy.
    """
    if folder.exists() and not folder.is_dir():
        raise BadSetting(f"{folder} is a file", "Name a folder for the pictures.")
    drawn = [pair for pair in pairs if pair.verdict == "match"]
    if not drawn:
        raise NotFound("there is no match to draw", "Look for some: siteline evidence match")
    graphic = set() if show_graphic else marked(case)
    shown = {i: case.exhibits.get(i) for pair in drawn for i in (pair.a, pair.b)}
    events = [
        Event("read", object=e.sha256, exhibit_id=e.id, tool=TOOL, note="drawn beside what it is alike to")
        for e in shown.values()
    ]
    case.log.append(events)  # before anything can be looked at
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for pair in drawn:
        file = folder / f"{pair.id}.png"
        if file.exists():
            continue
        sides = [
            _side(case, shown[exhibit], t, is_blurred=exhibit in graphic)
            for exhibit, t in ((pair.a, pair.t_a), (pair.b, pair.t_b))
        ]
        _beside(sides, pair).save(file, "PNG")
        files.append(file)
    return files


def _side(case: Case, exhibit: Exhibit, t: float | None, *, is_blurred: bool) -> tuple[Image, str]:
    from PIL import Image

    [framed] = case.frames.of([exhibit.sha256]).values()
    footage = pictures_of(case, exhibit, framed)
    place = min(range(len(footage.frames)), key=lambda i: abs(footage.frames[i].t - (t or 0.0)))
    picture = Image.fromarray(footage.pictures[place])
    picture = picture.resize((max(1, round(picture.width * _HEIGHT / picture.height)), _HEIGHT))
    if is_blurred:
        small = picture.copy()
        small.thumbnail((_BLUR_PARTS, _BLUR_PARTS))
        picture = small.resize(picture.size, Image.Resampling.BICUBIC)
    when = f" at {t:.2f} s" if t is not None else ""
    note = " (graphic: blurred)" if is_blurred else ""
    return picture, f"{exhibit.id}{when}{note}"


def _beside(sides: Sequence[tuple[Image, str]], pair: Pair) -> Image:
    from PIL import Image, ImageDraw

    width = sum(max(picture.width, 320) for picture, _ in sides) + _GAP
    out = Image.new("L", (width, _HEIGHT + 2 * _LABEL), 255)
    pen, left = ImageDraw.Draw(out), 0
    for picture, label in sides:
        out.paste(picture, (left, _LABEL))
        pen.text((left + 4, 8), label, fill=0)
        left += max(picture.width, 320) + _GAP
    how = (
        f"{pair.distance} of 256 bits"
        if pair.method == "pdq"
        else f"{pair.method}, {pair.inliers} places agree"
    )
    pen.text(
        (4, _HEIGHT + _LABEL + 8), f"{how}; {pair.view}; found by a machine, for a person to judge", fill=0
    )
    return out
