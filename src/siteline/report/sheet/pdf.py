"""A sheet as PDF: letters that can be selected and searched, fonts inside, and metadata added at its end."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import numpy as np

from siteline.report.sheet.letters import Faces, Run, length_of, runs_of
from siteline.report.sheet.marks import Line, Mark, Picture, Plate, Point, Shape, Sheet, Words

_RC: Any = {"pdf.fonttype": 42, "pdf.compression": 9, "text.usetex": False, "text.parse_math": False}


def write_pdf(sheet: Sheet, faces: Faces, metadata: str) -> bytes:
    """The sheet as one PDF page; the same sheet gives the same bytes."""
    import matplotlib as mpl
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    inch = sheet.pixels_per_unit / sheet.dpi
    points = inch * 72

    class Marks(Artist):
        def draw(self, renderer: Any) -> None:
            for mark in sheet.marks:
                _Pen(renderer, points, sheet.height, faces).draw(mark)

    with mpl.rc_context(_RC):
        figure = Figure(figsize=(sheet.width * inch, sheet.height * inch), dpi=72)
        FigureCanvasPdf(figure)
        figure.add_artist(Marks())
        held = BytesIO()
        nothing = {"CreationDate": None, "Creator": None, "Producer": None}
        figure.savefig(held, format="pdf", dpi=72, metadata={**nothing, "Title": sheet.title})
    return add_metadata(held.getvalue(), metadata)


class _Pen:
    def __init__(self, renderer: Any, scale: float, height: float, faces: Faces) -> None:
        self._to, self._scale, self._height, self._faces = renderer, scale, height, faces

    def draw(self, mark: Mark) -> None:
        if isinstance(mark, Picture):
            self._picture(mark)
        elif isinstance(mark, Plate):
            x0, y0, x1, y1 = mark.box
            ring = ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))
            self._path(ring, mark.fill, mark.stroke, mark.stroke_width, mark.opacity)
        elif isinstance(mark, Shape):
            self._path((*mark.points, mark.points[0]), mark.fill, None, 0, mark.opacity)
        elif isinstance(mark, Line):
            self._path(mark.points, None, mark.colour, mark.width, mark.opacity, mark.dash)
        else:
            self._words(mark)

    def _at(self, x: float, y: float) -> Point:
        return x * self._scale, (self._height - y) * self._scale

    def _picture(self, mark: Picture) -> None:
        from matplotlib.transforms import Affine2D

        pixels = np.asarray(mark.image.convert("RGBA"))[::-1]
        x0, y0, x1, y1 = mark.box
        left, bottom = self._at(x0, y1)
        size = Affine2D().scale((x1 - x0) * self._scale, (y1 - y0) * self._scale)
        gc = self._to.new_gc()
        self._to.draw_image(gc, left, bottom, pixels, size)
        gc.restore()

    def _path(
        self,
        points: tuple[Point, ...],
        fill: str | None,
        stroke: str | None,
        width: float,
        opacity: float,
        dash: tuple[float, ...] = (),
    ) -> None:
        from matplotlib.colors import to_rgba
        from matplotlib.path import Path
        from matplotlib.transforms import IdentityTransform

        gc = self._to.new_gc()
        gc.set_linewidth(width * self._scale if stroke else 0)
        if stroke:
            gc.set_foreground(stroke)
            gc.set_joinstyle("round")
            gc.set_capstyle("butt")
        if dash:
            gc.set_dashes(0, [part * self._scale for part in dash])
        gc.set_alpha(opacity)
        placed = [self._at(x, y) for x, y in points]
        is_ring = len(placed) > 2 and placed[0] == placed[-1]
        self._to.draw_path(
            gc,
            Path(placed, closed=is_ring),
            IdentityTransform(),
            None if fill is None else to_rgba(fill, opacity),
        )
        gc.restore()

    def _words(self, mark: Words) -> None:
        runs = runs_of(mark.text, self._faces, mark.bold)
        wide = sum(length_of(run, mark.size) for run in runs)
        x = mark.x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor]
        for run in runs:
            at = self._at(x, mark.y + mark.size * 0.36)
            if mark.halo:
                self._halo(run, at, mark)
            self._run(run, at, mark.size, mark.colour)
            x += length_of(run, mark.size)

    def _run(self, run: Run, at: Point, size: float, colour: str) -> None:
        from matplotlib.font_manager import FontProperties

        gc = self._to.new_gc()
        gc.set_foreground(colour)
        font = FontProperties(fname=run.face, size=size * self._scale)
        self._to.draw_text(gc, at[0], at[1], run.text, font, 0)
        gc.restore()

    def _halo(self, run: Run, at: Point, mark: Words) -> None:
        from matplotlib.font_manager import FontProperties
        from matplotlib.textpath import TextPath
        from matplotlib.transforms import Affine2D

        assert mark.halo is not None
        gc = self._to.new_gc()
        gc.set_foreground(mark.halo)
        gc.set_linewidth(mark.size / 4 * self._scale)
        gc.set_joinstyle("round")
        path = TextPath((0, 0), run.text, size=mark.size * self._scale, prop=FontProperties(fname=run.face))
        self._to.draw_path(gc, path, Affine2D().translate(*at), None)
        gc.restore()


_ROOT = re.compile(rb"/Root (\d+) 0 R")
_SIZE = re.compile(rb"/Size (\d+)")
_INFO = re.compile(rb"/Info (\d+) 0 R")


def add_metadata(pdf: bytes, packet: str) -> bytes:
    """The PDF with an XMP packet for its metadata, as an incremental update (ISO 32000-1, 7.5.6): nothing before it moves."""
    tail = pdf[pdf.rindex(b"trailer") :]
    root, size, info = (pattern.search(tail) for pattern in (_ROOT, _SIZE, _INFO))
    start = re.search(rb"startxref\s+(\d+)", tail)
    assert root is not None
    assert size is not None
    assert start is not None
    catalog = re.search(rb"(?:^|\n)" + root[1] + rb" 0 obj\s*<<(.*?)>>\s*endobj", pdf, re.DOTALL)
    assert catalog is not None
    fresh, body = int(size[1]), packet.encode()
    first = len(pdf)
    stream = (
        b"%d 0 obj\n<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n" % (fresh, len(body))
        + body
        + b"\nendstream\nendobj\n"
    )
    second = first + len(stream)
    renewed = b"%s 0 obj\n<<%s/Metadata %d 0 R >>\nendobj\n" % (root[1], catalog[1], fresh)
    table = second + len(renewed)
    xref = b"xref\n%s 1\n%010d 00000 n \n%d 1\n%010d 00000 n \n" % (root[1], second, fresh, first)
    end = b"trailer\n<< /Size %d /Root %s 0 R%s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        fresh + 1,
        root[1],
        b" /Info %s 0 R" % info[1] if info else b"",
        start[1],
        table,
    )
    return pdf + stream + renewed + xref + end
