"""Rendered districts on the product's own road, with all that is true of their changes."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine
from shapely.geometry.base import BaseGeometry

from bench.cases import build
from siteline.model.change import Kind, Stage
from siteline.model.imagery import Grid, Look, WhyNot
from siteline.model.place import Site
from siteline.simulate.district import random_district
from siteline.simulate.place import place
from siteline.simulate.render import render_story
from siteline.simulate.site import Building, Patch, SimulatedSite

TUNING = {12: range(1, 41), 60: range(1, 57), 120: range(1, 9)}
FROZEN = {12: range(5001, 5057), 60: range(6001, 6057), 120: range(7001, 7057)}
"""Seeds by number of looks: those looked at while the engine was built, and those that were not; 56 are 20 km²."""

CLEAR = 0.6
"""Share of an object that must be usable for a look to count as clear there."""

ENOUGH_LOOKS, ENOUGH_CONTRAST = 4, 0.05
"""A change counts for the bars if it has as many clear looks on each side, and changes its reflectance by as much."""

BEGUN = 0.3
"""A change is visible when so much of its first step is done."""

SHOWS = 0.03
"""Reflectance by which a place must differ, in any band, from what it was beside the ground around it to show a change."""

RING_M = (6.0, 36.0)
"""Ground around a plot, its distances from it, that tells what seasons and rain did there; m."""


@dataclass(frozen=True, slots=True)
class TrueChange:
    """One thing that really happened."""

    place: str
    """Changes of the same plot share it."""

    kind: Kind
    outline: BaseGeometry
    """Of the building, or of the ground that changed; grid coordinates."""

    yard: BaseGeometry | None
    onset: date
    visible: date
    """By when so much is done that the change must be seen, if it differs from the ground at all."""

    shown: date
    """
    Last day on which nobody can see it: the day before the first clear look whose reflectance differs by `SHOWS`; never before
    `visible`. Brown soil laid bare in a brown winter is not to be seen before the slab is poured.
    """

    finished: date | None
    """Roof on, gone, replaced; None if not within the series, and for ground."""

    stage: Stage | None
    """Of a construction, at the last clear look of its place."""

    clear_before: int
    clear_after: int
    contrast: float
    """Largest change of reflectance of any band, over the outline."""

    gap_days: float
    """Days between the last clear look of its place before it and the first that must show it; infinite without either."""

    building: bool

    @property
    def counts(self) -> bool:
        """Whether the bars count it."""
        return min(self.clear_before, self.clear_after) >= ENOUGH_LOOKS and self.contrast >= ENOUGH_CONTRAST


@dataclass(frozen=True, slots=True)
class District:
    """One rendered district, ready to be searched."""

    seed: int
    cube: xr.Dataset
    looks: tuple[Look, ...]
    changes: tuple[TrueChange, ...]
    passing: tuple[BaseGeometry, ...]
    """What stood there for a while and left again; neither change nor false alarm if it is called ground."""

    area_km2: float


def district(seed: int, looks: int, gsd_m: float = 3.0) -> District:
    """Render, align and stack one district; its images are kept on disk under the hash of what they are made by."""
    story = random_district(seed, looks=looks, gsd_m=gsd_m, size_m=200 * gsd_m)
    home = _home() / f"{_source()}-{looks}-{gsd_m:g}-{seed}.pkl"
    if home.exists():
        cube, alike = pickle.loads(home.read_bytes())  # noqa: S301 our own file
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            render_story(folder, story, seed)
            cube, alike = build(folder / "scenes.csv", Site(story.id, story.id, ()))
            cube = cube.load()
        home.parent.mkdir(parents=True, exist_ok=True)
        partial = home.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pickle.dumps((cube, alike), protocol=5))
        partial.replace(home)
    passing = tuple(place(story, p.outline) for p in story.parked)
    return District(seed, cube, alike, tuple(changes_of(story, cube)), passing, (story.size_m / 1000) ** 2)


def _home() -> Path:
    return Path(os.environ.get("SITELINE_CACHE", Path.home() / ".cache/siteline")) / "districts"


def _source() -> str:
    """Hash of the renderer and of the road from files to cube."""
    package = Path(__file__).parents[1] / "src/siteline"
    total = hashlib.sha256()
    for folder in ("simulate", "cube", "raster"):
        for file in sorted((package / folder).rglob("*.py")):
            if "radar" not in file.relative_to(package).as_posix():  # no image of light depends on it
                total.update(file.read_bytes())
    return total.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Bare:
    """A change as the story has it, before the images are asked."""

    kind: Kind
    item: Building | Patch
    onset: date
    visible: date
    finished: date | None
    settled: date
    """From when its place is as it leaves it."""


def changes_of(story: SimulatedSite, cube: xr.Dataset) -> list[TrueChange]:
    """Each change of each plot, in order of time."""
    plots: dict[str, list[_Bare]] = {}
    last = story.looks[-1].when.date()
    for building in story.buildings:
        plots.setdefault(building.label.split("/")[0], []).extend(_of_building(building))
    for patch in story.patches:
        if patch.kind is not None:
            visible = _part_done(patch.start, patch.finish)
            bare = _Bare(patch.kind, patch, patch.start, visible, patch.finish, patch.finish)
            plots.setdefault(patch.label, []).append(bare)
    told = []
    for name, all_bare in plots.items():
        bare = sorted((b for b in all_bare if b.onset <= last), key=lambda b: b.onset)
        for number, here in enumerate(bare):
            since = bare[number - 1].settled if number else date(1900, 1, 1)
            until = bare[number + 1].onset if number + 1 < len(bare) else last + timedelta(days=1)
            told.append(_see(story, name, here, (since, until), cube))
    return told


def _of_building(building: Building) -> list[_Bare]:
    told = []
    if works := building.built:
        spread = min(14, max(2, (works.foundation - works.cleared).days))
        done = works.roofed or works.topped or works.foundation
        visible = _part_done(works.cleared, works.cleared + timedelta(days=spread))
        told.append(_Bare(Kind.CONSTRUCTION, building, works.cleared, visible, works.roofed, done))
    if building.reroofed:
        start, finish, _ = building.reroofed
        told.append(_Bare(Kind.ROOF_CHANGE, building, start, _part_done(start, finish), finish, finish))
    if building.removed:
        start, finish = building.removed
        told.append(_Bare(Kind.DEMOLITION, building, start, _part_done(start, finish), finish, finish))
    return told


def _part_done(start: date, finish: date) -> date:
    return start + timedelta(days=round(BEGUN * (finish - start).days))


def _see(
    story: SimulatedSite, name: str, bare: _Bare, span: tuple[date, date], cube: xr.Dataset
) -> TrueChange:
    """What the images could show of one change."""
    outline = place(story, bare.item.outline)
    grid = cube.attrs["grid"]
    a, b, c, d, e, f = grid.transform
    mask = rasterize(
        [(outline, 1)], grid.shape, transform=Affine(a, b, c, d, e, f), all_touched=False
    ).astype(bool)
    days = cube["time"].values.astype("datetime64[D]").astype(object)
    codes = cube["why_not"].values[:, mask]
    clear = ((codes == 0) | (codes == WhyNot.OUTLIER)).mean(axis=1) >= CLEAR
    before = np.array([span[0] <= day < bare.onset for day in days]) & clear
    after = np.array([bare.visible <= day < span[1] for day in days]) & clear
    settled = np.array([bare.settled <= day < span[1] for day in days]) & clear
    seen = [day for day, ok in zip(days, clear, strict=True) if ok]
    then, now = (day for day in seen if day < bare.onset), (day for day in seen if day >= bare.visible)
    around = max(then, default=None), min(now, default=None)
    building = isinstance(bare.item, Building)
    stage = None
    if building and bare.kind is Kind.CONSTRUCTION:
        watched = [day for day, ok in zip(days, clear, strict=True) if ok and day < span[1]]
        stage = bare.item.stage_on(watched[-1]) if watched else None
    value = cube["value"].values[:, :, mask]
    undisturbed = _ring(place(story, bare.item.yard) if building and bare.item.yard else outline, grid)
    shown = last_hidden(value, cube["value"].values[:, :, undisturbed], days, before, after)
    finished = bare.finished if building else None
    if finished and not any(finished <= day < span[1] for day in seen):
        finished = None
    return TrueChange(
        place=name,
        kind=bare.kind,
        outline=outline,
        yard=place(story, bare.item.yard) if building and bare.item.yard is not None else None,
        onset=bare.onset,
        visible=bare.visible,
        shown=max(shown or bare.visible, bare.visible),
        finished=finished,
        stage=stage,
        clear_before=int(before.sum()),
        clear_after=int(after.sum()),
        contrast=_contrast(value, before, settled if settled.any() else after),
        gap_days=float((around[1] - around[0]).days) if around[0] and around[1] else float("inf"),
        building=building,
    )


def _ring(plot: BaseGeometry, grid: Grid) -> NDArray[np.bool_]:
    """(y, x) ground around a plot."""
    near, far = (plot.buffer(distance) for distance in RING_M)
    shape = far.difference(near)
    return rasterize([(shape, 1)], grid.shape, transform=Affine(*grid.transform)).astype(bool)


def last_hidden(
    value: NDArray[np.float32],
    around: NDArray[np.float32],
    days: Sequence[date],
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
) -> date | None:
    """Day before the first of the looks after a change that shows it; None if none does. value, around: (time, band, pixel)."""
    if not before.any() or not around.size:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # looks that do not see it
        apart = np.nanmedian(value, axis=2) - np.nanmedian(around, axis=2)
    old = np.nanmedian(apart[np.flatnonzero(before)[-6:]], axis=0)
    differs = np.abs(apart - old).max(axis=1) >= SHOWS
    looks = np.flatnonzero(after & differs)
    return days[int(looks[0])] - timedelta(days=1) if looks.size else None


def _contrast(value: NDArray[np.float32], before: NDArray[np.bool_], after: NDArray[np.bool_]) -> float:
    """Largest change of any band between the last looks before and the last after; value: (time, band, pixel)."""
    if not before.any() or not after.any():
        return 0.0
    then, now = (np.nanmedian(value[np.flatnonzero(w)[-6:]], axis=(0, 2)) for w in (before, after))
    return float(np.nanmax(np.abs(now - then)))
