"""What a building looks like on a given day: slab, frame, roof, and what of it casts a shadow."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, unary_union
from shapely.affinity import rotate
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from siteline.simulate.coverage import Doubles, trace_edges
from siteline.simulate.site import FRAME, GROUNDS, ROOFS, Building, Spectrum

_BAY = 6.0  # m between frames
_SLAB_TOP = 0.3  # m
_ARCH_STRIPS = 8  # flat strips that stand for an arched roof
_INTO_A_BAY = (0.45, 0.75)  # tone of bays without a deck, down to the floor: one for each building


@dataclass(frozen=True, slots=True)
class Tiling:
    """A surface cut into small faces, each of its own tone and slope; edges in local metres."""

    edges: Doubles
    """(n, 4)."""

    face: NDArray[np.int64]
    """(n,) to which face an edge belongs, as an index."""

    tone: Doubles
    """(faces,) brightness about 1; of a spot, what it adds."""

    share: Doubles
    """(faces,) 1, or 0 for a spot that lies on a face already counted."""

    normal: Doubles
    """(faces, 3) east, north, up."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a building as it stands on one day."""

    outline: BaseGeometry
    height_m: float
    spectrum: Spectrum
    tiling: Tiling
    is_open: bool = False
    """A frame without a roof: its walls shade its inside."""

    ridge: tuple[tuple[float, float], tuple[float, float], float] | None = None
    """Both ends of the ridge of a pitched roof and its height."""


def stand_on(building: Building, day: date) -> tuple[Part, ...]:
    """All that stands of a building on one day; disjoint outlines."""
    if building.removed and day >= building.removed[0]:
        left = 1 - share_done(day, *building.removed)
        return _cut_parts(building, "roof", building.roof, left, "nothing", "")
    works = building.built
    if works is None or (works.roofed and day >= works.roofed):
        if building.reroofed and day >= building.reroofed[0]:
            start, finish, roof = building.reroofed
            done = share_done(day, start, finish)
            return _cut_parts(building, "roof", roof, done, "roof", building.roof)
        return _cut_parts(building, "roof", building.roof, 1.0, "nothing", "")
    if works.structure and day >= works.structure:
        topped = works.topped or works.structure
        done = share_done(day, works.structure, topped)
        height = building.height_m * (0.45 + 0.55 * done)
        return _cut_parts(building, "frame", "", 0.25 + 0.75 * done, "slab", "", round(height, 1))
    if day >= works.foundation:
        span = (works.structure - works.foundation).days if works.structure else 20
        poured = min(1.0, 0.5 + 0.5 * (day - works.foundation).days / max(1.0, min(span * 0.5, 20)))
        return _cut_parts(building, "slab", "", poured, "nothing", "")
    return ()


def share_done(day: date, start: date, finish: date) -> float:
    """How much of a work that runs from `start` to `finish` is done, 0–1."""
    if day < start:
        return 0.0
    return 1.0 if day >= finish else (day - start).days / max(1, (finish - start).days)


def _cut_parts(
    building: Building,
    near: str,
    near_roof: str,
    share: float,
    far: str,
    far_roof: str,
    height: float | None = None,
) -> tuple[Part, ...]:
    """The first `share` of the building's length in one state, the rest in another."""
    share = round(share * 16) / 16
    parts = []
    if share > 0 and near != "nothing":
        parts.append(_make_part(building, near, near_roof, 0.0, share, height))
    if share < 1 and far != "nothing":
        parts.append(_make_part(building, far, far_roof, share, 1.0, None))
    return tuple(parts)


@lru_cache(maxsize=1024)
def _make_part(
    building: Building, state: str, roof: str, begin: float, end: float, height: float | None
) -> Part:
    outline = _stretch(building, begin, end)
    rng = np.random.default_rng(zlib.crc32(f"{building.label}/{state}/{roof}".encode()))
    if state == "slab":
        spectrum = GROUNDS["fresh concrete"]
        return Part(outline, _SLAB_TOP, spectrum, _tile(outline, building, rng, 12.0, 0.05, 0.0))
    if state == "frame":
        tiling = _tile(outline, building, rng, _BAY, 0.06, 0.0, halves=2, open_bays=rng.uniform(0.2, 0.4))
        return Part(outline, height or building.height_m, FRAME, tiling, is_open=True)
    pitch = building.pitch
    tiling = _tile(outline, building, rng, float(rng.uniform(5, 11)), 0.035, pitch, spots=True)
    ridge = _ridge(outline, building) if pitch else None
    return Part(outline, building.height_m, ROOFS[roof], tiling, ridge=ridge)


def _stretch(building: Building, begin: float, end: float) -> BaseGeometry:
    if begin <= 0 and end >= 1:
        return building.outline
    flat, west, south, east, north = _lay_flat(building.outline, building.turn)
    strip = box(west + begin * (east - west), south - 1, west + end * (east - west), north + 1)
    return rotate(flat.intersection(strip), building.turn, origin=(0, 0))


def _lay_flat(outline: BaseGeometry, turn: float) -> tuple[BaseGeometry, float, float, float, float]:
    flat = rotate(outline, -turn, origin=(0, 0))
    return (flat, *flat.bounds)


def _tile(
    outline: BaseGeometry,
    building: Building,
    rng: np.random.Generator,
    length: float,
    spread: float,
    pitch: float,
    halves: int = 1,
    spots: bool = False,
    open_bays: float = 0.0,
) -> Tiling:
    """Cut into strips across its length, in halves along it if pitched or asked for; vents if a roof."""
    flat, _, south, _, north = _lay_flat(outline, building.turn)
    _, whole_west, _, whole_east, _ = _lay_flat(building.outline, building.turn)
    count = max(1, round((whole_east - whole_west) / length))
    borders = np.linspace(whole_west, whole_east, count + 1)
    tones = 1 + spread * rng.standard_normal((count, 2)).clip(-2, 2)
    if open_bays:
        is_open = rng.random(tones.shape) < open_bays
        tones = np.where(is_open, rng.uniform(*_INTO_A_BAY), tones)
    if pitch:
        halves = _ARCH_STRIPS if building.form == "arch" else 2
    levels = np.linspace(south - 1e-9, north + 1e-9, halves + 1)
    ends = _hip_ends(building) if pitch and building.form == "hip" else []
    faces: list[tuple[BaseGeometry, float, tuple[float, float]]] = []
    for place in range(count):
        for half in range(halves):
            piece = flat.intersection(box(borders[place], levels[half], borders[place + 1], levels[half + 1]))
            brightness = float(tones[place, 2 * half // halves])
            side = (2 * half + 1 - halves) / (halves - (building.form != "arch")) if pitch else 0.0
            pieces = [(piece.intersection(end), (way, 0.0)) for end, way in ends]
            pieces.append(
                (piece.difference(unary_union([end for end, _ in ends])) if ends else piece, (0.0, side))
            )
            faces += [
                (part, brightness, tilt) for part, tilt in pieces if not part.is_empty and part.area > 1e-6
            ]
    counted = len(faces)
    if spots:
        faces += [(spot, tone, (0.0, 0.0)) for spot, tone in _scatter_vents(flat, rng)]
    edges, owner, tone, normal = [], [], [], []
    lean = math.radians(pitch)
    turn = math.radians(building.turn)
    for number, (piece, brightness, (lengthwise, side)) in enumerate(faces):
        traced = trace_edges(rotate(piece, building.turn, origin=(0, 0)))
        edges.append(traced)
        owner.append(np.full(len(traced), number))
        tone.append(brightness)
        a, b = lengthwise * math.sin(lean), side * math.sin(lean)
        east, north_ = a * math.cos(turn) - b * math.sin(turn), a * math.sin(turn) + b * math.cos(turn)
        normal.append((east, north_, math.sqrt(1 - a * a - b * b)))
    share = (np.arange(len(faces)) < counted).astype(float)
    return Tiling(np.concatenate(edges), np.concatenate(owner), np.array(tone), share, np.array(normal))


def _hip_ends(building: Building) -> list[tuple[Polygon, float]]:
    """The sloped ends of a hipped roof, laid flat, and which way each faces."""
    _, west, south, east, north = _lay_flat(building.outline, building.turn)
    middle, run = (south + north) / 2, min(north - south, east - west) / 2
    return [
        (Polygon([(x, south), (x, north), (x - way * run, middle)]), way)
        for x, way in ((west, -1.0), (east, 1.0))
    ]


def _scatter_vents(flat: BaseGeometry, rng: np.random.Generator) -> list[tuple[Polygon, float]]:
    """Vents, hatches, skylights: what they add to the tone of the roof on which they lie."""
    west, south, east, north = flat.bounds
    spots: list[tuple[Polygon, float]] = []
    if min(east - west, north - south) < 4:
        return spots
    for _ in range(int(rng.poisson(flat.area / 220))):
        size = rng.uniform(0.8, 2.2, 2)
        x, y = rng.uniform(west + 2, east - 2), rng.uniform(south + 2, north - 2)
        spot = box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
        if flat.contains(spot):
            spots.append((spot, float(rng.choice([-0.5, -0.35, 0.25, 0.4]))))
    return spots


def _ridge(
    outline: BaseGeometry, building: Building
) -> tuple[tuple[float, float], tuple[float, float], float]:
    _, west, south, east, north = _lay_flat(outline, building.turn)
    turn = math.radians(building.turn)
    middle = (south + north) / 2

    def back(x: float) -> tuple[float, float]:
        return (
            x * math.cos(turn) - middle * math.sin(turn),
            x * math.sin(turn) + middle * math.cos(turn),
        )

    half, lean = (north - south) / 2, math.radians(building.pitch)
    inset = min(half, (east - west) / 2) if building.form == "hip" else 0.0
    rise = half * math.tan(lean / 2 if building.form == "arch" else lean)
    return back(west + inset), back(east - inset), building.height_m + rise
