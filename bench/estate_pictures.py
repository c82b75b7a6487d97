"""What each date of a made pair is painted on, and how it is photographed: light, shadow, lean, optics, colours, compression."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from bench.estate_plans import (
    CARS,
    DOWN_M,
    FINE_M,
    GROUNDS,
    PAD_M,
    PAVED,
    PIXELS,
    PX_M,
    RIGHT_M,
    SIDE,
    Floats,
    House,
    Labels,
    Mask,
    draw_noise,
    draw_tone,
    local_axes,
    offset_by,
    standing,
    window,
)
from siteline.simulate.light import Sun, light_slope, shade_by_trees


@dataclass(slots=True)
class Picture:
    """What one date is painted on."""

    colour: Floats
    height: Floats
    normal: Floats
    """(3, y, x) east, north, up."""

    roofs: list[Mask] = field(default_factory=list)


def paint(
    rng: np.random.Generator, date: int, land: Labels, houses: list[House], streets: list[tuple[float, ...]],
    trees: list[tuple[float, ...]],
) -> Picture:  # fmt: skip
    """Colours, heights and slopes of one date."""
    colour = np.zeros((3, SIDE, SIDE), np.float32)
    season = str(rng.choice(["green", "dry", "winter"]))
    choice = {
        "green": ["meadow", "lawn", "crop", "scrub", "soil"],
        "dry": ["dry grass", "stubble", "soil", "pale soil", "scrub"],
        "winter": ["winter grass", "soil", "red soil", "dry grass", "crop"],
    }[season]
    for piece in np.unique(land):
        colour[:, land == piece] = draw_tone(rng, GROUNDS, str(rng.choice(choice)))[:, None] * math.exp(
            rng.normal(0, 0.25)
        )
    rough = sum(draw_noise(rng, m) * w for m, w in ((0.6, 0.05), (2.0, 0.05), (8.0, 0.07), (30.0, 0.06)))
    graded = draw_noise(rng, float(rng.uniform(8, 40))) > rng.uniform(0.2, 2.2)
    colour[:, graded] = draw_tone(rng, GROUNDS, str(rng.choice(["soil", "red soil", "pale soil"])))[:, None]
    lots = draw_tone(rng, GROUNDS, "lawn" if season == "green" else "dry grass")
    for house in standing(houses, date):
        x, y, long, deep = house.wings[0]
        here = window(x, y, math.hypot(long / 2 + 3.5, deep / 2 + 9))
        along, across = local_axes(x, y, house.turn, here)
        lot = (np.abs(along) < long / 2 + 3.5) & (np.abs(across) < deep / 2 + 9)
        ground = (
            draw_tone(rng, GROUNDS, str(rng.choice(["soil", "pale soil"])))
            if house.bare
            else lots * math.exp(rng.normal(0, 0.15))
        )
        colour[:, *here][:, lot] = ground[:, None]
    colour *= np.exp(np.asarray(rough, np.float32) * float(rng.uniform(0.6, 1.5)))
    _tracks(rng, colour, land)
    for x, y, turn, long, width, *laid in streets:
        if laid[date]:
            _slab(colour, x, y, long, width, turn, _street_tone(streets, rng, date), 0.04, rng)
    height = np.zeros((SIDE, SIDE), np.float32)
    normal = np.zeros((3, SIDE, SIDE), np.float32)
    normal[2] = 1
    picture = Picture(colour, height, normal)
    for house in standing(houses, date):
        _beside(rng, picture, house)
    for house in standing(houses, date):
        picture.roofs.append(_roof(rng, picture, house))
    _clutter(rng, picture, streets, date)
    leaves = {"green": (0.13, 0.19, 0.09), "dry": (0.18, 0.20, 0.11), "winter": (0.25, 0.22, 0.18)}[season]
    for x, y, radius, top, green, *stands in trees:
        if stands[date]:
            _crown(picture, x, y, radius * float(rng.uniform(0.9, 1.15)), top, np.array(leaves) * green, rng)
    return picture


def _street_tone(
    streets: list[tuple[float, ...]], rng: np.random.Generator, date: int
) -> NDArray[np.float64]:
    made = np.random.default_rng(round(1000 * streets[0][2]))
    return draw_tone(made, PAVED) * math.exp(rng.normal(0, 0.06))


def _slab(
    colour: Floats, x: float, y: float, long: float, width: float, turn: float, tone: NDArray[np.float64],
    rough: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """A rectangle of one paving."""
    here = window(x, y, math.hypot(long, width) / 2)
    along, across = local_axes(x, y, turn, here)
    mask = (np.abs(along) < long / 2) & (np.abs(across) < width / 2)
    worn = np.exp(rng.normal(0, rough, int(mask.sum())) + 0.05 * np.sin(along[mask] / 7))
    colour[:, *here][:, mask] = tone[:, None] * worn


def _tracks(rng: np.random.Generator, colour: Floats, land: Labels) -> None:
    """Furrows, paths, wet hollows, mown strips, heaps of soil: what a date leaves on open land."""
    for _ in range(int(rng.integers(0, 4))):
        piece = land == rng.choice(np.unique(land))
        along, _ = local_axes(0, 0, float(rng.uniform(0, 3)))
        colour[:, piece] *= 1 + 0.12 * np.sign(np.sin(along[piece] * 2 * math.pi / float(rng.uniform(2, 9))))
    for _ in range(int(rng.integers(2, 14))):
        x, y = rng.uniform(0, SIDE * FINE_M, 2)
        long, width = rng.uniform(6, 70), rng.uniform(1.5, 22)
        tone = draw_tone(rng, {**GROUNDS, **PAVED}) * math.exp(rng.normal(0, 0.25))
        blend = float(rng.uniform(0.4, 1.0))
        along, across = local_axes(x, y, float(rng.uniform(0, 3)))
        wavy = 2 * draw_noise(rng, 6) * float(rng.random() < 0.6)
        mask = (np.abs(along) + wavy < long / 2) & (np.abs(across) + wavy < width / 2)
        colour[:, mask] = (1 - blend) * colour[:, mask] + blend * tone[:, None]


def _beside(rng: np.random.Generator, picture: Picture, house: House) -> None:
    """What belongs to a house: a drive, a terrace, a pool."""
    x, y, long, deep = house.wings[0]
    if rng.random() < 0.75:
        at = offset_by(
            x,
            y,
            house.turn,
            float(rng.uniform(-0.3, 0.3)) * long,
            float(rng.choice([-1, 1])) * (deep / 2 + 4),
        )
        _slab(picture.colour, *at, float(rng.uniform(3, 7)), 9, house.turn, draw_tone(rng, PAVED), 0.04, rng)
    if rng.random() < 0.1:
        at = offset_by(
            x,
            y,
            house.turn,
            float(rng.uniform(-0.3, 0.3)) * long,
            float(rng.choice([-1, 1])) * (deep / 2 + 6),
        )
        _slab(picture.colour, *at, 8, 4, house.turn, np.array([0.2, 0.42, 0.48]), 0.03, rng)


def _roof(rng: np.random.Generator, picture: Picture, house: House) -> Mask:
    """Raise a house; returns its outline from above."""
    view = window(*house.wings[0][:2], max(math.hypot(w[2], w[3]) for w in house.wings) + 3)
    colour, height, normal = picture.colour[:, *view], picture.height[view], picture.normal[:, *view]
    whole = np.zeros(height.shape, bool)
    top = np.zeros(height.shape, np.float32)
    u, v = math.cos(house.turn), math.sin(house.turn)
    tone = house.tone * math.exp(rng.normal(0, 0.05))
    for x, y, long, deep in house.wings:
        along, across = local_axes(x, y, house.turn, view)
        inside = (np.abs(along) < long / 2) & (np.abs(across) < deep / 2)
        whole |= inside
        to_side, to_end = deep / 2 - np.abs(across), long / 2 - np.abs(along)
        if long < deep:
            to_side, to_end, along, across = to_end, to_side, across, along
            facing = (np.sign(across) * u, np.sign(across) * v)
            ending = (-np.sign(along) * v, np.sign(along) * u)
        else:
            facing = (-np.sign(across) * v, np.sign(across) * u)
            ending = (np.sign(along) * u, np.sign(along) * v)
        rise = np.minimum(to_side, to_end) if house.hip else to_side
        here = house.eaves_m + (0 if house.bare else house.pitch) * rise
        mine = inside & (here > top)
        top[mine] = here[mine]
        slope = 0.0 if house.bare else house.pitch
        end = house.hip & (to_end < to_side)
        length = math.sqrt(1 + slope**2)
        for axis, sign in ((0, 1.0), (1, -1.0)):  # rows run south
            lean = np.where(end, ending[axis], facing[axis]) * sign * slope / length
            normal[axis][mine] = lean[mine]
        normal[2][mine] = 1 / length
    if house.bare:
        tone = draw_tone(rng, {"slab": (0.62, 0.6, 0.56), "frame": (0.55, 0.45, 0.32)})
        top[whole] = 0.3 if rng.random() < 0.5 else house.eaves_m
    texture = np.exp(
        rng.normal(0, 0.25 if house.bare else 0.05, int(whole.sum())) + 0.04 * np.sin(RIGHT_M[view][whole])
    )
    colour[:, whole] = tone[:, None] * texture
    height[whole] = top[whole]
    for _ in range(int(rng.integers(0, 4))):
        rows, cols = np.nonzero(whole)
        at = int(rng.integers(rows.size))
        spot = (slice(rows[at], rows[at] + 4), slice(cols[at], cols[at] + int(rng.integers(3, 8))))
        colour[:, spot[0], spot[1]] *= float(rng.uniform(0.5, 1.6))
    outline = np.zeros((SIDE, SIDE), bool)
    outline[view] = whole
    return outline


def _clutter(rng: np.random.Generator, picture: Picture, streets: list[tuple[float, ...]], date: int) -> None:
    """Cars, containers and heaps where there is room."""
    for _ in range(int(rng.integers(0, 30))):
        street = streets[int(rng.integers(len(streets)))]
        on_street = rng.random() < 0.6
        x, y = offset_by(
            street[0],
            street[1],
            street[2],
            *(float(rng.uniform(-90, 90)), float(rng.normal(0, street[4] / 3 if on_street else 20))),
        )
        here = window(x, y, 3)
        along, across = local_axes(x, y, street[2] + float(rng.choice([0, math.pi / 2])), here)
        mask = (np.abs(along) < 2.3) & (np.abs(across) < 1.0)
        if picture.height[here][mask].any():
            continue
        picture.colour[:, *here][:, mask] = np.array(CARS[int(rng.integers(len(CARS)))])[:, None]
        picture.height[here][mask] = 1.5
    for _ in range(int(rng.integers(0, 3))):
        x, y = rng.uniform(PAD_M, SIDE * FINE_M - PAD_M, 2)
        mask = np.hypot(RIGHT_M - x, DOWN_M - y) + draw_noise(rng, 4) < float(rng.uniform(2, 6))
        if not picture.height[mask].any():
            picture.colour[:, mask] = (draw_tone(rng, GROUNDS, "soil")[:, None]) * np.exp(
                rng.normal(0, 0.08, int(mask.sum()))
            )
            picture.height[mask] = 1.2


def _crown(
    picture: Picture,
    x: float,
    y: float,
    radius: float,
    top: float,
    tone: NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    rows, cols = window(x, y, radius + 2)
    away = np.hypot(RIGHT_M[rows, cols] - x, DOWN_M[rows, cols] - y) / radius
    if away.size == 0:
        return
    away = away + ndimage.gaussian_filter(rng.normal(0, 1.2, away.shape), 3)
    mask = (away < 1) & (top * 0.7 > picture.height[rows, cols])
    dome = np.sqrt(np.maximum(1 - away**2, 0))
    leafy = np.exp(ndimage.gaussian_filter(rng.normal(0, 0.8, away.shape), 1.5))
    picture.colour[:, rows, cols] = np.where(mask, tone[:, None, None] * leafy, picture.colour[:, rows, cols])
    picture.height[rows, cols] = np.where(mask, top * (0.5 + 0.5 * dome), picture.height[rows, cols])
    for axis, towards in ((0, RIGHT_M[rows, cols] - x), (1, y - DOWN_M[rows, cols])):
        picture.normal[axis, rows, cols] = np.where(
            mask, 0.8 * towards / radius, picture.normal[axis, rows, cols]
        )
    picture.normal[2, rows, cols] = np.where(mask, 0.3 + 0.6 * dome, picture.normal[2, rows, cols])


def photograph(rng: np.random.Generator, picture: Picture) -> Floats:
    """The date as its image shows it: light, lean, optics, colours, compression; (3, y, x), 0–255."""
    sun = Sun(float(rng.uniform(95, 265)), float(rng.uniform(20, 65)))
    shade = ndimage.gaussian_filter(shade_by_trees(picture.height, sun, FINE_M) / 0.72, 1.0)
    faces = light_slope(np.moveaxis(picture.normal.reshape(3, -1).astype(np.float64), 0, 1), sun).reshape(
        SIDE, SIDE
    )
    sky = np.array(sun.sky)[[2, 1, 0]].astype(np.float32)[:, None, None] * float(rng.uniform(0.9, 1.7))
    direct = ((1 - shade) * np.minimum(faces, 2.0)).astype(np.float32)
    lit = picture.colour * (sky + (1 - sky) * direct)
    leaning = _lean(rng, lit, picture)
    blur = float(rng.uniform(0.25, 0.95)) / FINE_M * PX_M
    seen = downsize(ndimage.gaussian_filter(leaning, (0, blur, blur)))
    seen = _displace(rng, seen)
    low = float(rng.uniform(0, 0.05))
    seen = np.maximum(
        seen * np.exp(rng.normal(0, 0.06, (3, 1, 1)) + rng.normal(0, 0.22))
        + low * np.array([0.8, 0.9, 1.2])[:, None, None],
        0,
    )
    grey = seen.mean(axis=0, keepdims=True)
    seen = np.maximum(grey + float(rng.uniform(0.55, 1.3)) * (seen - grey), 0)
    bright = 255 * (seen / float(rng.uniform(0.55, 0.95))) ** float(rng.uniform(0.5, 0.85))
    bright += ndimage.gaussian_filter(rng.normal(0, float(rng.uniform(1, 6)), bright.shape), (0, 0.5, 0.5))
    if rng.random() < 0.3:
        bright = bright + float(rng.uniform(0.4, 1.2)) * (
            bright - ndimage.gaussian_filter(bright, (0, 1.2, 1.2))
        )
    file = io.BytesIO()
    bytes_ = np.moveaxis(np.clip(bright, 0, 255).astype(np.uint8), 0, -1)
    Image.fromarray(bytes_).save(file, "JPEG", quality=int(rng.integers(45, 93)))
    return np.moveaxis(np.asarray(Image.open(file), np.float32), -1, 0)


def _lean(rng: np.random.Generator, lit: Floats, picture: Picture) -> Floats:
    """What stands moves away from the camera's foot, by its height; walls show on the side that faces it."""
    off, heading = abs(float(rng.normal(0, 0.16))), float(rng.uniform(0, 2 * math.pi))
    leaning = lit.copy()
    step = 1.0
    walls = lit * 0.0 + np.float32(rng.uniform(0.15, 0.45))
    for level in np.arange(step, float(picture.height.max()) + step, step):
        move = [round(level * off * f(heading) / FINE_M) for f in (math.sin, math.cos)]
        tall = np.roll(picture.height, move, (0, 1))
        top = (tall >= level) & (tall < level + step)
        side = tall >= level + step
        for mask, source in ((side, walls), (top, lit)):
            leaning[:, mask] = np.roll(source, move, (1, 2))[:, mask]
    return leaning


def downsize(fine: Floats) -> Floats:
    """To the pixels of the pair; (band, y, x)."""
    pad, n = round(PAD_M / FINE_M), round(PX_M / FINE_M)
    inner = fine[:, pad:-pad, pad:-pad]
    return np.asarray(inner.reshape(inner.shape[0], PIXELS, n, PIXELS, n).mean(axis=(2, 4)), np.float32)


def _displace(rng: np.random.Generator, seen: Floats) -> Floats:
    """What registration leaves: up to a pixel of shift, and as much that varies from part to part."""
    shift = rng.uniform(-0.8, 0.8, 2)
    bend = [ndimage.zoom(rng.normal(0, 0.5, (5, 5)), PIXELS / 5, order=1) for _ in range(2)]
    rows, cols = np.mgrid[0:PIXELS, 0:PIXELS].astype(np.float64)
    at = [rows + shift[0] + bend[0], cols + shift[1] + bend[1]]
    return np.stack([ndimage.map_coordinates(band, at, order=1, mode="nearest") for band in seen]).astype(
        np.float32
    )
