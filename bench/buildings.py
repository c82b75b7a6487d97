"""Buildings whose size is known, with the outlines that a hurried hand would draw around them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from shapely import contains_xy, unary_union
from shapely.affinity import rotate, scale, translate
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from bench.cases import build
from siteline.measure.stack import pixel_m, to_pixels
from siteline.model.place import Site
from siteline.simulate.estate import PITCHES, pitch_roofs, random_estate, round_off
from siteline.simulate.render import render_story
from siteline.simulate.truth import Truth

SCALE, SHIFT_PX, TURN = 0.2, 2.0, 5.0
"""A hurried outline: all of it larger or smaller by up to a fifth, shifted by up to two pixels, turned by up to five degrees."""


@dataclass(frozen=True, slots=True)
class Known:
    """One building of known size."""

    name: str
    shape: str
    """`rectangle`, `L`, `T`, `U`, or "" where nobody said."""

    outline: Polygon
    """Grid coordinates."""

    hurried: Polygon
    """What a measurement starts from, grid coordinates."""

    area: float
    """m²."""

    length: float
    width: float
    height: float | None
    pixels: float
    """Its area in pixels of the images."""

    contrast: float
    """Roof against the ground around it, in the best band, median of looks; from the images and the true outline."""

    neighbours: tuple[BaseGeometry, ...] = ()
    """Other buildings' outlines, drawn as hurriedly, grid coordinates."""


@dataclass(frozen=True, slots=True)
class Estate:
    """Images of several known buildings."""

    cube: xr.Dataset
    buildings: tuple[Known, ...]
    truth: Truth


@dataclass(frozen=True, slots=True)
class Setting:
    """What an estate is rendered with."""

    gsd_m: float = 3.0
    size_m: float = 450.0
    stretch: float = 1.0
    """How many times larger than usual its buildings are, in plan."""

    off_nadir: tuple[float, float] | None = None
    """From which to which angle it is seen, degrees; None: from a few."""

    looks: int = 8
    buildings: int = 10
    rounded: bool = False
    """Whether round buildings stand in place of the rectangles."""

    roofs: str = ""
    """Form of roof on all rectangles, a key of `PITCHES`; "": flat ones and gables by lot."""

    estates: int = 45
    """How many of them are measured."""


USUAL = Setting()

ROUNDED = Setting(rounded=True, estates=4)
"""Tanks and halls with round ends among L, T and U shapes."""

PITCHED = {form: Setting(roofs=form, estates=4) for form in PITCHES}
"""Gabled, hipped and arched halls among L, T and U shapes."""

SETTINGS = {
    "0.5 m, 15–25° off nadir": Setting(0.5, 200.0, 0.6, (15, 25), estates=15),
    "1 m, 15–25° off nadir": Setting(1.0, 300.0, 1.0, (15, 25), estates=12),
    "3 m, 15–25° off nadir": Setting(off_nadir=(15, 25), estates=8),
    "10 m": Setting(10.0, 1500.0, 3.0, estates=8),
}
"""Other pixels and other views; the smaller the pixels, the smaller the estates and their buildings."""


def estate(seed: int, setting: Setting = USUAL) -> Estate:
    """A rendered estate on the product's own road: files, manifest, alignment, cube."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        story = random_estate(
            seed,
            looks=setting.looks,
            size_m=setting.size_m,
            buildings=setting.buildings,
            gsd_m=setting.gsd_m,
            stretch=setting.stretch,
            off_nadir=setting.off_nadir,
        )
        story = round_off(story, seed) if setting.rounded else story
        story = pitch_roofs(story, seed, setting.roofs) if setting.roofs else story
        truth = render_story(folder, story, seed)
        cube, _ = build(folder / "scenes.csv", Site(story.id, story.id, ()))
        cube = cube.load()
    grid = cube.attrs["grid"]
    size = pixel_m(grid)
    assert size is not None
    rng = np.random.default_rng((seed, 99))
    drawn = [hurry(building.outline, size, rng) for building in truth.structures]
    known = []
    for number, building in enumerate(truth.structures):
        others = tuple(o.outline for n, o in enumerate(truth.structures) if n != number)
        known.append(
            Known(
                name=f"{seed}/{building.label}",
                shape=building.label.split("-")[0],
                outline=building.outline,
                hurried=drawn[number],
                area=building.area_m2,
                length=building.length_m,
                width=building.width_m,
                height=building.height_m,
                pixels=building.area_m2 / size**2,
                contrast=contrast_of(cube, building.outline, others),
                neighbours=tuple(d for n, d in enumerate(drawn) if n != number),
            )
        )
    return Estate(cube, tuple(known), truth)


def hurry(outline: Polygon, pixel: float, rng: np.random.Generator) -> Polygon:
    """The outline as a hurried hand draws it; pixel: side of one, grid units."""
    factor = 1 + rng.uniform(-SCALE, SCALE)
    dx, dy = rng.uniform(-SHIFT_PX, SHIFT_PX, 2) * pixel
    turned = rotate(outline, float(rng.uniform(-TURN, TURN)), origin="centroid")
    return translate(scale(turned, factor, factor, origin="centroid"), dx, dy)


def contrast_of(cube: xr.Dataset, outline: BaseGeometry, others: tuple[BaseGeometry, ...]) -> float:
    """Roof less the ground within four pixels around it, in the band where it is largest; median of clear looks."""
    grid = cube.attrs["grid"]
    shape = to_pixels(outline, grid)
    rows, cols = np.mgrid[: grid.shape[0], : grid.shape[1]] + 0.5
    near = contains_xy(shape.buffer(5), cols, rows)
    y, x = rows[near], cols[near]
    inside: NDArray[np.bool_] = contains_xy(shape.buffer(-1), x, y)
    if inside.sum() < 4:
        inside = contains_xy(shape, x, y)
    built = unary_union([to_pixels(o, grid).buffer(1) for o in others]) if others else Polygon()
    ring = ~contains_xy(shape.buffer(1.5), x, y) & ~contains_xy(built, x, y)
    values = cube["value"].transpose("time", "y", "x", "band").to_numpy()[:, near]
    clear = cube["why_not"].to_numpy()[:, near] == 0
    found = []
    for value, ok in zip(values, clear, strict=True):
        if (ok & inside).sum() >= 3 and (ok & ring).sum() >= 8:
            step = np.median(value[ok & inside], axis=0) - np.median(value[ok & ring], axis=0)
            found.append(float(np.nanmax(np.abs(step))))
    return float(np.median(found)) if found else 0.0


def estates(seeds: range, setting: Setting = USUAL) -> Iterator[Estate]:
    """One after the other."""
    for seed in seeds:
        yield estate(seed, setting)
