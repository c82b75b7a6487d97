"""Stills as they turn up: cropped, recoloured, with logos, with bars; taken from real footage."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance

from siteline.evidence.media.pictures import read_luma

Picture = Image.Image


def grab(path: Path, shares: list[float]) -> list[Picture]:
    """Frames of a video at some shares of its length."""
    import av

    with av.open(str(path)) as container:
        frames = [
            frame.reformat(width=frame.width, height=frame.height) for frame in container.decode(video=0)
        ]
    return [frames[min(int(share * len(frames)), len(frames) - 1)].to_image() for share in shares]


def as_sent(picture: Picture, quality: int = 80) -> NDArray[np.float32]:
    """Luminance after a JPEG of middling quality, as a platform sends it."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return read_luma(out.getvalue())


def crop(part: float, x: float, y: float) -> Callable[[Picture], Picture]:
    """So much of each side, from such a corner."""

    def edit(picture: Picture) -> Picture:
        width, height = int(picture.width * part), int(picture.height * part)
        left, top = int((picture.width - width) * x), int((picture.height - height) * y)
        return picture.crop((left, top, left + width, top + height))

    return edit


def logo(part: float) -> Callable[[Picture], Picture]:
    """A logo over so much of the shorter side, in a corner."""

    def edit(picture: Picture) -> Picture:
        picture = picture.copy()
        size = int(min(picture.size) * part)
        draw = ImageDraw.Draw(picture)
        left = picture.width - size - 10
        draw.rectangle((left, 10, left + size, 10 + size), fill=(190, 20, 30))
        draw.ellipse((left + 8, 18, left + size - 8, 2 + size), fill=(250, 250, 250))
        draw.line((left, 10, left + size, 10 + size), fill=(0, 0, 0), width=max(2, size // 12))
        return picture

    return edit


def bars(part: float, tone: tuple[int, int, int] = (0, 0, 0)) -> Callable[[Picture], Picture]:
    """Pillar box: bars at the sides, so wide."""

    def edit(picture: Picture) -> Picture:
        out = Image.new("RGB", (int(picture.width * (1 + 2 * part)), picture.height), tone)
        out.paste(picture, (int(picture.width * part), 0))
        return out

    return edit


def recolour(picture: Picture) -> Picture:
    """Brighter, and twice as colourful."""
    return ImageEnhance.Color(ImageEnhance.Brightness(picture).enhance(1.3)).enhance(2.0)


EASY: dict[str, Callable[[Picture], Any]] = {
    "crop to 80 %": crop(0.8, 0.3, 0.6),
    "crop to 60 %": crop(0.6, 0.7, 0.4),
    "recoloured": recolour,
    "grey and small": lambda picture: picture.convert("L").resize((picture.width // 3, picture.height // 3)),
    "small logo": logo(0.12),
}
"""At least 95 % of these must be found."""

HARD: dict[str, Callable[[Picture], Any]] = {
    "large logo": logo(0.5),
    "pillar box": bars(0.3),
    "white pillar box and logo": lambda picture: bars(0.2, (255, 255, 255))(logo(0.3)(picture)),
}
"""At least 80 % of these."""
