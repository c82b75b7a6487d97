"""Small image files for tests: GeoTIFFs, frames and manifests, each plausible, each broken on demand."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from shapely.geometry import box

from siteline.model.place import Frame, Role, Site, Structure

CRS = "EPSG:32631"
CORNER = (500_000.0, 4_400_000.0)
PIXEL = 3.0
AOI = box(3.0004, 39.7481, 3.0024, 39.7496)
"""About 170 x 170 m in the middle of a scene of 240 x 240 m at CORNER, degrees."""


def texture(rows: int = 80, cols: int = 80, seed: int = 3) -> NDArray[np.float64]:
    """Ground with structure at all scales, 0–1."""
    noise = np.random.default_rng(seed).normal(size=(rows, cols))
    ground = sum(ndimage.gaussian_filter(noise, s, mode="wrap") * s for s in (1.2, 3, 8))
    ground = (ground - ground.min()) / np.ptp(ground)
    return 0.05 + 0.3 * ground


def scene_bands(ground: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Blue, green, red, nir numbers of a ground, reflectance x 10,000; (band, y, x)."""
    return np.stack([np.round(10_000 * ground * factor) for factor in (0.6, 0.8, 1.0, 1.4)]).astype(np.uint16)


def write_tiff(path: Path, bands: NDArray[Any], **profile: Any) -> Path:
    """A GeoTIFF of (band, y, x) at CORNER; any rasterio profile key, and `tags`, `descriptions`, `move` (m)."""
    tags, descriptions = profile.pop("tags", {}), profile.pop("descriptions", None)
    east, south = profile.pop("move", (0.0, 0.0))
    place = {
        "crs": CRS,
        "transform": Affine(PIXEL, 0, CORNER[0] + east, 0, -PIXEL, CORNER[1] - south),
        "compress": "deflate",
    }
    count, rows, cols = bands.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=rows,
        width=cols,
        count=count,
        dtype=bands.dtype,
        **{**place, **profile},
    ) as image:
        image.write(bands)
        image.update_tags(**tags)
        for band, name in enumerate(descriptions or (), start=1):
            image.set_band_description(band, name)
    return path


def write_frame(path: Path, pixels: NDArray[np.uint8], **options: Any) -> Path:
    """A PNG or JPEG of (y, x) or (y, x, colour)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def write_manifest(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A manifest with the columns of its first row."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def make_earth_site(**changed: Any) -> Site:
    """A site with an aoi over the middle of the scenes."""
    noun: dict[str, Any] = {
        "id": "works",
        "name": "Works",
        "structures": (Structure(Role.AOI, "aoi", AOI),),
    }
    return Site(**{**noun, **changed})


def make_frame_site(**changed: Any) -> Site:
    """A site of image frames without an aoi."""
    return Site(**{"id": "frames", "name": "Frames", "structures": (), "frame": Frame.IMAGE, **changed})
