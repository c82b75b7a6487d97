"""A laid-out figure as a file: PNG, JPEG, WebP, SVG, PDF; a time-lapse as GIF, WebP or MP4. The same figure, the same bytes."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from siteline.model.errors import BadInput, MissingExtra
from siteline.report.sheet.house import House
from siteline.report.sheet.lapse import Lapse
from siteline.report.sheet.marks import Sheet
from siteline.report.sheet.pdf import write_pdf
from siteline.report.sheet.raster import paint, paint_onto
from siteline.report.sheet.vector import write_svg
from siteline.report.sheet.xmp import in_gif, in_mp4, in_png, in_svg

_PER_SECOND = 10


class Format(StrEnum):
    """What a figure can be written as."""

    PNG = "png"
    JPG = "jpg"
    SVG = "svg"
    PDF = "pdf"
    GIF = "gif"
    MP4 = "mp4"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """As browsers name it."""
        return {
            "jpg": "image/jpeg",
            "svg": "image/svg+xml",
            "pdf": "application/pdf",
            "mp4": "video/mp4",
        }.get(self.value, f"image/{self.value}")


STILL = (Format.PNG, Format.JPG, Format.SVG, Format.PDF, Format.WEBP)
MOVING = (Format.GIF, Format.MP4, Format.WEBP)


def write_still(sheet: Sheet, kind: Format, house: House, packet: str) -> tuple[bytes, tuple[int, int]]:
    """The bytes of a figure, and its width and height in pixels (of a PDF: points)."""
    if kind is Format.SVG:
        inch = sheet.pixels_per_unit / sheet.dpi * 96
        return write_svg(sheet, house.faces, in_svg(packet)), (
            round(sheet.width * inch),
            round(sheet.height * inch),
        )
    if kind is Format.PDF:
        inch = sheet.pixels_per_unit / sheet.dpi * 72
        return write_pdf(sheet, house.faces, packet), (round(sheet.width * inch), round(sheet.height * inch))
    picture, held, dots = paint(sheet, house.faces), io.BytesIO(), (sheet.dpi, sheet.dpi)
    if kind is Format.JPG:
        picture.save(held, "JPEG", quality=92, subsampling=0, optimize=True, dpi=dots, xmp=packet.encode())
        return held.getvalue(), picture.size
    if kind is Format.WEBP:
        picture.save(held, "WEBP", quality=92, method=4, xmp=packet.encode())
        return held.getvalue(), picture.size
    if kind is Format.PNG:
        picture.save(held, "PNG", compress_level=7, dpi=dots)
        return in_png(held.getvalue(), packet), picture.size
    raise BadInput(f"{kind.value} is for time-lapses", f"There are: {', '.join(STILL)}.")


def write_moving(lapse: Lapse, kind: Format, house: House, packet: str) -> tuple[bytes, tuple[int, int]]:
    """The bytes of a time-lapse, and its width and height; raises MissingExtra for MP4 without PyAV."""
    sheet = lapse.made.sheet
    if kind is Format.MP4:
        return _write_mp4(lapse, house, packet)
    if kind is Format.GIF:  # a GIF has no compression worth the name: half the size in each direction
        sheet = replace(sheet, pixels_per_unit=sheet.pixels_per_unit / 2)
        return _write_gif(lapse, sheet, house, packet)
    if kind is Format.WEBP:
        first, *rest = _frames(lapse, sheet, house)
        held = io.BytesIO()
        first.save(
            held,
            "WEBP",
            save_all=True,
            append_images=rest,
            duration=list(lapse.durations_ms),
            loop=0,
            quality=80,
            method=3,
            xmp=packet.encode(),
        )
        return held.getvalue(), first.size
    raise BadInput(f"a time-lapse cannot be a {kind.value}", f"There are: {', '.join(MOVING)}.")


def _frames(lapse: Lapse, sheet: Sheet, house: House) -> Iterator[Image.Image]:
    page = paint(sheet, house.faces)
    for marks in lapse.frames:
        frame = page.copy()
        paint_onto(frame, marks, sheet.pixels_per_unit, house.faces)
        yield frame


def _write_gif(lapse: Lapse, sheet: Sheet, house: House, packet: str) -> tuple[bytes, tuple[int, int]]:
    frames = list(_frames(lapse, sheet, house))
    middle = frames[len(frames) // 2].quantize(
        255, Image.Quantize.MEDIANCUT
    )  # one palette: the ground does not flicker
    reduced = [frame.quantize(palette=middle, dither=Image.Dither.NONE) for frame in frames]
    held = io.BytesIO()
    reduced[0].save(
        held,
        "GIF",
        save_all=True,
        append_images=reduced[1:],
        duration=list(lapse.durations_ms),
        loop=0,
        optimize=False,
    )
    return in_gif(held.getvalue(), packet), frames[0].size


def _write_mp4(lapse: Lapse, house: House, packet: str) -> tuple[bytes, tuple[int, int]]:
    try:
        import av
    except ImportError:
        raise MissingExtra.of("av", "media") from None
    with tempfile.TemporaryDirectory(prefix="siteline-") as scratch:
        path = Path(scratch) / "film.mp4"  # a film that can start before it is loaded is written twice over
        size = _encode(av, path, lapse, house)
        return in_mp4(path.read_bytes(), packet), size


def _encode(av: Any, path: Path, lapse: Lapse, house: House) -> tuple[int, int]:
    size = (0, 0)
    options = {"fflags": "+bitexact", "movflags": "+faststart"}
    with av.open(str(path), "w", format="mp4", options=options) as film:
        stream = None
        for frame, lasts in zip(_frames(lapse, lapse.made.sheet, house), lapse.durations_ms, strict=True):
            even = frame.crop((0, 0, frame.width - frame.width % 2, frame.height - frame.height % 2))
            if stream is None:
                size = even.size
                stream = film.add_stream("libx264", rate=_PER_SECOND)
                stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
                stream.thread_count = 1  # the same bytes on every machine
                stream.time_base = Fraction(1, _PER_SECOND)
                stream.options = {
                    "crf": "18",
                    "preset": "medium",
                    "flags": "+bitexact",
                    "x264-params": "threads=1",
                }
            shown = av.VideoFrame.from_ndarray(np.asarray(even), format="rgb24")
            for _ in range(round(lasts * _PER_SECOND / 1000)):
                shown.pts = None
                film.mux(stream.encode(shown))
        assert stream is not None
        film.mux(stream.encode(None))
    return size
