"""Series of looks for tests: a piece of ground, seen through shifts, clouds, gains and noise that we know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from siteline.catalog.local import read_manifest
from siteline.cube.align import Alignment, align
from siteline.cube.load import Built, CubeOptions, build_cube, plan_grid, read_native
from siteline.model.imagery import Grid, Scene
from siteline.model.place import Site
from tests.pictures import make_earth_site, scene_bands, texture, write_manifest, write_tiff

Image = NDArray[np.float64]


def ground(rows: int = 110, cols: int = 110, seed: int = 5) -> Image:
    """Texture with two dozen roofs on it, reflectance."""
    image = texture(rows, cols, seed)
    random = np.random.default_rng(seed)
    for _ in range(rows * cols // 500):
        y, x = random.integers(4, rows - 14), random.integers(4, cols - 14)
        high, wide = random.integers(4, 10, 2)
        image[y : y + high, x : x + wide] = random.uniform(0.15, 0.6)
    return ndimage.gaussian_filter(image, 0.8)


def moved(image: Image, right: float, down: float) -> Image:
    """The image with its content moved right and down, pixels."""
    return np.asarray(ndimage.shift(image, (down, right), order=5, mode="mirror"))


@dataclass
class Series:
    """Looks in a folder, and the road they take to a cube."""

    folder: Path
    site: Site = field(default_factory=make_earth_site)
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        image: Image,
        day: str,
        seed: int = 0,
        mask: NDArray[np.uint8] | None = None,
        cloud: Image | None = None,
        **profile: object,
    ) -> str:
        """One more look of the ground; returns its id."""
        noisy = image + np.random.default_rng(seed + 1000).normal(0, 0.003, image.shape)
        name = f"S{len(self.rows):02d}"
        bands = scene_bands(np.clip(noisy, 1e-4, 4))
        if cloud is not None:  # white, whatever the ground
            bands = np.round(bands * (1 - cloud) + 7500 * cloud).astype(np.uint16)
        write_tiff(self.folder / f"{name}.tif", bands, **profile)
        row: dict[str, object] = {
            "file": f"{name}.tif", "acquired": day, "bands": "blue green red nir", "scale": 0.0001, "mask": "",
        }  # fmt: skip
        if mask is not None:
            write_tiff(self.folder / f"{name}.mask.tif", mask[None])
            row["mask"] = f"{name}.mask.tif"
        self.rows.append(row)
        return name

    def natives(
        self, options: CubeOptions | None = None
    ) -> tuple[tuple[xr.Dataset, ...], Grid, tuple[Scene, ...]]:
        """All looks read, with their grid and scenes."""
        scenes, _ = read_manifest(write_manifest(self.folder / "scenes.csv", self.rows), self.site)
        sound = tuple(scene for scene in scenes if scene.fault is None)
        grid = plan_grid(sound, self.site)
        options = options or CubeOptions()
        return tuple(read_native(s, self.site, grid, options) for s in sound), grid, scenes

    def build(self, options: CubeOptions | None = None) -> tuple[Built, Alignment]:
        """The whole road."""
        options = options or CubeOptions()
        natives, grid, _ = self.natives(options)
        alignment = align(natives, self.site, grid, options)
        return build_cube(natives, alignment, grid, options), alignment


def days(count: int, step: int = 16) -> list[str]:
    """Dates with a look every `step` days."""
    first = np.datetime64("2022-01-03T10:30:00")
    return [f"{first + np.timedelta64(step * at, 'D')}Z" for at in range(count)]


def known_shifts(count: int, seed: int = 1, size: float = 0.6) -> NDArray[np.float64]:
    """Random shifts of content (right, down), pixels."""
    return np.random.default_rng(seed).normal(0, size, (count, 2))


def make_series(
    folder: Path,
    shifts: Sequence[Sequence[float]],
    change: Callable[[int, Image], Image] | None = None,
    clouds: Mapping[int, Image] | None = None,
) -> Series:
    """A look for each shift; `change` may do something to each picture first; clouds by look."""
    series, image = Series(folder), ground()
    for at, ((right, down), day) in enumerate(zip(shifts, days(len(shifts)), strict=True)):
        look = image if change is None else change(at, image.copy())
        series.add(moved(look, right, down), day, seed=at, cloud=(clouds or {}).get(at))
    return series
