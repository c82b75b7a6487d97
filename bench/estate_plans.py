"""What is built and grows on the made pairs, and where: land, streets, houses, trees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int64]

PIXELS, PX_M, FINE_M, PAD_M = 256, 0.5, 0.25, 12.0
SIDE = round((PIXELS * PX_M + 2 * PAD_M) / FINE_M)
KINDS = ("estate", "village", "still", "razed")
LEAST_PX = 40
ROOFS = {
    "shingle": (0.26, 0.25, 0.24),
    "brown": (0.30, 0.25, 0.21),
    "pale": (0.50, 0.48, 0.44),
    "tile": (0.46, 0.29, 0.21),
    "slate": (0.20, 0.21, 0.24),
    "metal": (0.60, 0.61, 0.63),
    "sand": (0.42, 0.37, 0.31),
}
OFTEN = (0.20, 0.03, 0.07, 0.15, 0.25, 0.12, 0.18)
"""Of the roofs in the order of their names: few shine."""

GROUNDS = {
    "meadow": (0.25, 0.30, 0.17),
    "dry grass": (0.40, 0.36, 0.25),
    "lawn": (0.19, 0.27, 0.13),
    "winter grass": (0.33, 0.30, 0.20),
    "soil": (0.44, 0.37, 0.29),
    "red soil": (0.45, 0.32, 0.24),
    "pale soil": (0.56, 0.51, 0.43),
    "stubble": (0.46, 0.41, 0.29),
    "crop": (0.17, 0.26, 0.11),
    "scrub": (0.22, 0.24, 0.15),
}
PAVED = {"asphalt": (0.27, 0.27, 0.27), "concrete": (0.52, 0.50, 0.46), "gravel": (0.47, 0.44, 0.39)}
CARS = ((0.75, 0.75, 0.75), (0.12, 0.12, 0.13), (0.45, 0.1, 0.1), (0.15, 0.2, 0.4), (0.5, 0.5, 0.52))


@dataclass(slots=True)
class House:
    """Rectangles that make one building."""

    wings: list[tuple[float, float, float, float]]
    """Middle x, middle y, length, width, m, in the frame of the picture."""

    turn: float
    eaves_m: float
    pitch: float
    """Rise over run; 0: flat."""

    hip: bool
    tone: NDArray[np.float64]
    dates: tuple[bool, bool]
    """Whether it stands at the earlier and at the later date."""

    bare: bool = False
    """Seen half built at the later date: a slab or a frame."""


DOWN_M, RIGHT_M = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) * np.float32(FINE_M)


def draw_noise(rng: np.random.Generator, scale_m: float, shape: tuple[int, int] = (SIDE, SIDE)) -> Floats:
    """Smooth noise of unit spread; (y, x)."""
    step = max(1, int(scale_m / FINE_M / 2))
    small = rng.normal(0, 1, (shape[0] // step + 3, shape[1] // step + 3)).astype(np.float32)
    small = ndimage.gaussian_filter(small, 1.0)
    grown = ndimage.zoom(small, step, order=1)[: shape[0], : shape[1]]
    return np.asarray((grown - grown.mean()) / (grown.std() + 1e-6), np.float32)


_ALL = (slice(None), slice(None))
Window = tuple[slice, slice]


def local_axes(x: float, y: float, turn: float, here: Window = _ALL) -> tuple[Floats, Floats]:
    """Metres along and across a direction from a point, at every cell of a window."""
    u, v = math.cos(turn), math.sin(turn)
    right, down = RIGHT_M[here] - np.float32(x), DOWN_M[here] - np.float32(y)
    return right * np.float32(u) + down * np.float32(v), down * np.float32(u) - right * np.float32(v)


def window(x: float, y: float, reach_m: float) -> Window:
    """The cells within a reach of a point."""
    row, col, near = int(y / FINE_M), int(x / FINE_M), int(reach_m / FINE_M) + 2
    return slice(max(0, row - near), max(0, row + near)), slice(max(0, col - near), max(0, col + near))


def offset_by(x: float, y: float, turn: float, along: float, across: float) -> tuple[float, float]:
    u, v = math.cos(turn), math.sin(turn)
    return x + along * u - across * v, y + along * v + across * u


def draw_tone(
    rng: np.random.Generator, of: dict[str, tuple[float, ...]], name: str | None = None
) -> NDArray[np.float64]:
    """A colour of a kind, never twice the same."""
    base = np.array(of[name or str(rng.choice(sorted(of)))])
    return np.asarray(base * math.exp(rng.normal(0, 0.12)) * np.exp(rng.normal(0, 0.03, 3)))


def draw_land(rng: np.random.Generator, turn: float) -> Labels:
    """Fields: numbers of pieces of land, some with borders along `turn`, some wild; (y, x)."""
    along, across = local_axes(
        SIDE * FINE_M / 2, SIDE * FINE_M / 2, turn + float(rng.choice([0, rng.uniform(0, 3)]))
    )
    wide, deep = rng.uniform(25, 120, 2)
    fields = np.floor(along / wide + 0.3 * (across > 0)).astype(np.int64) * 7 + np.floor(
        across / deep
    ).astype(np.int64)
    wild = draw_noise(rng, float(rng.uniform(15, 40))) > rng.uniform(0.6, 1.6)
    return np.asarray(np.where(wild, 99, fields - fields.min()))


def plan_estate(rng: np.random.Generator, turn: float) -> tuple[list[House], list[tuple[float, ...]]]:
    """Lots along parallel streets; which are new goes by parts of the estate."""
    middle = SIDE * FINE_M / 2
    lot, depth, width = rng.uniform(15, 27), rng.uniform(28, 45), rng.uniform(7, 12)
    gap = 2 * depth + width
    streets: list[tuple[float, ...]] = []
    houses: list[House] = []
    roofs = list(rng.choice(sorted(ROOFS), int(rng.integers(1, 4)), replace=False, p=OFTEN))
    fresh = float(rng.uniform(0.15, 0.65))
    old = float(rng.uniform(0, 0.9 - fresh)) * float(rng.random() < 0.7)
    laid = (bool(rng.random() < 0.6), True)
    patches = float(rng.uniform(0, 6))
    offset = float(rng.uniform(-gap / 2, gap / 2))
    for row in range(-3, 4):
        centre = offset + row * gap
        streets.append((*offset_by(middle, middle, turn, 0, centre), turn, 400.0, width, *laid))
        lean = float(rng.uniform(-lot, 0))
        for side in (-1, 1):
            for at in np.arange(-130, 130, lot) + lean:
                wave = 0.5 + 0.3 * math.sin(at / 30 + patches) + 0.2 * math.sin(3.1 * row + side)
                pick = 0.35 * float(rng.random()) + 0.65 * wave
                state = (False, True) if pick < fresh else (True, True) if pick < fresh + old else None
                if state is None:
                    continue
                back = width / 2 + float(rng.uniform(4, 9))
                long, deep = lot - float(rng.uniform(2.5, 6)), float(rng.uniform(10, min(19, depth - 10)))
                x, y = offset_by(middle, middle, turn, float(at), centre + side * (back + deep / 2))
                houses.append(_house(rng, x, y, long, deep, turn, str(rng.choice(roofs)), state, side))
    return houses, streets


def _house(
    rng: np.random.Generator, x: float, y: float, long: float, deep: float, turn: float, roof: str,
    state: tuple[bool, bool], side: int = 1,
) -> House:  # fmt: skip
    """A house with or without wings."""
    wings = [(x, y, long, deep)]
    if long > 8 and rng.random() < 0.7:
        far = float(rng.uniform(0.1, 0.3)) * long * float(rng.choice([-1, 1]))
        out = side * float(rng.choice([-1, 1])) * deep * 0.5
        wings.append(
            (
                *offset_by(x, y, turn, far, out),
                long * float(rng.uniform(0.3, 0.55)),
                deep * float(rng.uniform(0.3, 0.6)),
            )
        )
    hip = bool(rng.random() < 0.65)
    flat = rng.random() < (0.35 if deep > 18 else 0.08)
    return House(
        wings, turn, float(rng.uniform(2.6, 6.0)), 0.0 if flat else float(rng.uniform(0.3, 0.75)), hip,
        draw_tone(rng, ROOFS, roof), state, state == (False, True) and bool(rng.random() < 0.08),
    )  # fmt: skip


def plan_village(
    rng: np.random.Generator, turn: float, fresh: int
) -> tuple[list[House], list[tuple[float, ...]]]:
    """Old houses along one or two roads, and a few new ones of any size."""
    middle = SIDE * FINE_M / 2
    streets: list[tuple[float, ...]] = []
    for number in range(int(rng.integers(1, 3))):
        x, y = offset_by(middle, middle, turn, 0, float(rng.uniform(-50, 50)))
        streets.append(
            (x, y, turn + number * float(rng.uniform(0.8, 2.2)), 400.0, float(rng.uniform(4, 8)), True, True)
        )
    roofs = list(rng.choice(sorted(ROOFS), int(rng.integers(2, 5)), replace=False, p=OFTEN))
    houses: list[House] = []
    taken: list[tuple[float, float, float]] = []
    wanted = [(False, True)] * fresh + [(True, True)] * int(rng.integers(4, 16))
    for state in wanted:
        for _ in range(60):
            street = streets[int(rng.integers(len(streets)))]
            big = state == (False, True) and rng.random() < 0.2
            long, deep = (
                (float(rng.uniform(22, 48)), float(rng.uniform(14, 30)))
                if big
                else (float(rng.uniform(7, 16)), float(rng.uniform(6, 11)))
            )
            away = (street[4] / 2 + float(rng.uniform(3, 30)) + deep / 2) * float(rng.choice([-1, 1]))
            x, y = offset_by(street[0], street[1], street[2], float(rng.uniform(-75, 75)), away)
            reach = math.hypot(long, deep) / 2
            inside = PAD_M + 4 < x < SIDE * FINE_M - PAD_M - 4 and PAD_M + 4 < y < SIDE * FINE_M - PAD_M - 4
            if not inside or any(math.hypot(x - a, y - b) < reach + r + 2 for a, b, r in taken):
                continue
            if any(
                abs((y - s[1]) * math.cos(s[2]) - (x - s[0]) * math.sin(s[2])) < s[4] / 2 + deep / 2
                for s in streets
            ):
                continue
            taken.append((x, y, reach))
            facing = street[2] + float(rng.choice([0.0, rng.normal(0, 0.3)]))
            houses.append(_house(rng, x, y, long, deep, facing, str(rng.choice(roofs)), state))
            break
    return houses, streets


def plant_trees(rng: np.random.Generator, houses: list[House], kind: str) -> list[tuple[float, ...]]:
    """x, y, radius, height, green, and whether it stands at either date; few where a new house comes to stand."""
    grown = []
    span = SIDE * FINE_M
    wood, felled = rng.uniform(0, span, 2), float(rng.choice([0.1, 0.95]))
    for number in range(int(rng.integers(10, 110 if kind in ("village", "still") else 70))):
        near = number % 2 == 0
        x, y = wood + rng.normal(0, 16, 2) if near else rng.uniform(0, span, 2)
        radius = float(rng.uniform(1.2, 6.0))
        hits = [
            h
            for h in houses
            if math.hypot(x - h.wings[0][0], y - h.wings[0][1]) < h.wings[0][3] / 2 + 0.6 * radius
        ]
        if any(h.dates[0] for h in hits):
            continue
        stands = (rng.random() < 0.9, not hits and rng.random() < (felled if near else 0.85))
        grown.append(
            (
                float(x),
                float(y),
                radius,
                radius * float(rng.uniform(1.2, 2.2)),
                float(rng.uniform(0.7, 1.3)),
                *stands,
            )
        )
    return grown


def standing(houses: list[House], date: int) -> list[House]:
    return [house for house in houses if house.dates[date]]
