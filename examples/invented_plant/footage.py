"""A short clip of the inside of a hall that never was, drawn line by line, and a still from it; SIMULATED across both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from siteline.simulate.mark import burn_mark

WIDTH, HEIGHT = 640, 360
SECONDS, RATE = 8, 12
_HALF, _ROOF, _EYE = 17.0, 9.0, 1.7
"""Of the hall: half its width, its height, and how high the camera is carried; metres."""

Picture = NDArray[np.uint8]


def film(media: Path) -> None:
    """Write works.mp4 and works-still.jpg, as a broadcaster would put them on its page."""
    import av

    media.mkdir(parents=True, exist_ok=True)
    with av.open(media / "works.mp4", "w") as file:
        stream = file.add_stream("libx264", rate=RATE, options={"crf": "20", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * RATE):
            frame = av.VideoFrame.from_ndarray(draw_frame(number / RATE), format="rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    Image.fromarray(draw_frame(5.0)).resize((480, 270)).save(media / "works-still.jpg", quality=80)


def draw_frame(second: float) -> Picture:
    """What the camera sees after so many seconds, (HEIGHT, WIDTH, 3): it is carried through the hall, from door to door."""
    ahead = 2.0 + 4.5 * second
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#3c4248")
    pen = ImageDraw.Draw(picture)

    def at(x: float, y: float, z: float) -> tuple[float, float]:
        depth = max(z - ahead, 0.4)
        return WIDTH / 2 + 0.9 * WIDTH * x / depth / 2, HEIGHT / 2 - 0.9 * WIDTH * (y - _EYE) / depth / 2

    def face(*corners: tuple[float, float, float], tone: str) -> None:
        pen.polygon([at(*corner) for corner in corners], fill=tone)

    far = 98.0
    face((-_HALF, 0, 0), (_HALF, 0, 0), (_HALF, 0, far), (-_HALF, 0, far), tone="#8b8f86")
    face((-_HALF, _ROOF, 0), (_HALF, _ROOF, 0), (_HALF, _ROOF, far), (-_HALF, _ROOF, far), tone="#565d66")
    face((-_HALF, 0, far), (_HALF, 0, far), (_HALF, _ROOF, far), (-_HALF, _ROOF, far), tone="#a8adb0")
    face((-4, 0, far), (4, 0, far), (4, 5.5, far), (-4, 5.5, far), tone="#e4ebee")
    for wall in (-1, 1):
        face((wall * _HALF, 0, 0), (wall * _HALF, 0, far), (wall * _HALF, _ROOF, far), (wall * _HALF, _ROOF, 0),
             tone="#9a9f9c" if wall < 0 else "#868b88")  # fmt: skip
    rng = np.random.default_rng(3)
    stacks = [
        (float(rng.uniform(7, 13)) * side, z, float(rng.uniform(1.2, 3.4)))
        for z in range(10, 96, 9)
        for side in (-1, 1)
    ]
    for bay in range(96, 0, -6):
        if bay - ahead < 1:
            continue
        for wall in (-1, 1):
            edge = wall * _HALF
            face((edge, 4, bay), (edge, 4, bay + 4), (edge, 7, bay + 4), (edge, 7, bay), tone="#d7e3ea")
            pen.line([at(edge, 0, bay), at(edge, _ROOF, bay)], fill="#4a3b30", width=_thick(bay - ahead))
        pen.line([at(-_HALF, _ROOF, bay), at(_HALF, _ROOF, bay)], fill="#2f353b", width=_thick(bay - ahead))
        pen.line([at(-_HALF, 0, bay), at(_HALF, 0, bay)], fill="#7c8078", width=1)
        for x, z, height in stacks:
            if bay <= z < bay + 6 and z - ahead > 1.5:
                tone = ("#6d5a3f", "#50606a", "#7a6a58")[z // 9 % 3]
                face((x - 1.4, 0, z), (x + 1.4, 0, z), (x + 1.4, height, z), (x - 1.4, height, z), tone=tone)
                pen.line([at(x - 1.4, height / 2, z), at(x + 1.4, height / 2, z)], fill="#2b2620", width=1)
    return burn_mark(np.asarray(picture), 0.4)


def _thick(depth: float) -> int:
    return max(1, round(90 / depth))
