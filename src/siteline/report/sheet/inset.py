"""The inset: where in the site, or in the frame, a picture lies."""

from __future__ import annotations

import numpy as np
from PIL import Image
from shapely.geometry import box as box_of

from siteline.raster.grid import metres_per_pixel
from siteline.report.figure import Scenery, burn_across, lines_of, picture_of, say_length
from siteline.report.rules import Stamp
from siteline.report.sheet.house import House
from siteline.report.sheet.letters import width_of
from siteline.report.sheet.marks import DARK, PAPER, Box, Line, Mark, Picture, Plate, Words, cased
from siteline.report.sheet.page import Body, Inset
from siteline.report.sheet.panel import fit, onto_sheet
from siteline.report.sheet.presets import Preset
from siteline.report.stretch import Window


def locator(scenery: Scenery, scene_id: str, seen: list[Window], preset: Preset, house: House) -> Inset:
    """The whole grid, muted, with the perimeter and a box around what the panels show, which `seen` holds once they are drawn."""
    rows, cols = scenery.grid.shape
    whole = Window(0, rows, 0, cols)

    def draw(room: Box) -> Body:
        scene = scenery.scenes.get(scene_id)
        box = fit(whole, room, scene.publish_max_px if scene else None, preset)
        image = muted(
            picture_of(scenery, scene_id, whole, max(1, round((box[2] - box[0]) * preset.pixels_per_unit)))
        )
        if Stamp.SIMULATED in scenery.stamps:
            burn_across(image, Stamp.SIMULATED.value)
        marks: list[Mark] = [Picture(image, box)]
        window = seen[-1]
        size = preset.smallest
        if scenery.perimeter is not None:
            shown = onto_sheet(scenery.perimeter.boundary, scenery, whole, box).intersection(box_of(*box))
            for line in (line for line in lines_of(shown) if len(line) > 1):
                marks += [Line(tuple(line), PAPER, size * 0.22), Line(tuple(line), DARK, size * 0.1)]
        scale = (box[2] - box[0]) / cols
        x0, y0 = box[0] + window.col0 * scale, box[1] + window.row0 * scale
        x1, y1 = box[0] + window.col1 * scale, box[1] + window.row1 * scale
        marks += cased(((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)), "#ff8c1a", size * 0.16)
        marks.append(Plate(box, PAPER, 0.0, stroke=DARK, stroke_width=size * 0.06))
        metres = metres_per_pixel(scenery.grid)
        said = f"{say_length(float(f'{metres * cols:.2g}'))} across" if metres else "Whole frame"
        wide = width_of(said, size, house.faces) + size * 0.8
        foot = (box[0], box[3] - size * 1.4, box[0] + wide, box[3])
        if not _covers(foot, (x0, y0, x1, y1)):
            marks += [
                Plate(foot, PAPER, 0.88),
                Words(said, foot[0] + size * 0.4, box[3] - size * 0.7, size, DARK),
            ]
        return Body(marks, [])

    return Inset(cols / rows, draw)


def muted(image: Image.Image) -> Image.Image:
    """A picture made pale and nearly grey, to draw on."""
    pixels = np.asarray(image, dtype=np.float64)
    grey = pixels.mean(axis=-1, keepdims=True)
    pale = (0.35 * pixels + 0.65 * grey) * 0.62 + 0.38 * 250
    return Image.fromarray(pale.round().astype(np.uint8))


def _covers(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
