"""Offered scenes for tests: files that a server serves, and how a catalog would describe them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray

from siteline.model.dates import parse_acquired
from siteline.model.found import Asset, FoundScene
from siteline.model.place import Role, Site, Structure
from siteline.raster.grid import WGS84, reproject
from tests.servers import Reply, Route

CRS = "EPSG:32631"
CORNER = (500_000.0, 4_400_000.0)


def ground(rows: int, cols: int, seed: int = 3) -> NDArray[np.uint16]:
    """Numbers with structure, that deflate packs to about half."""
    from scipy import ndimage

    noise = np.random.default_rng(seed).normal(size=(rows, cols))
    return np.asarray((ndimage.gaussian_filter(noise, 2) * 6000 + 4000).clip(1, 20_000), np.uint16)


def write_cog(path: Path, bands: NDArray[Any], pixel: float = 10.0, **profile: Any) -> Path:
    """A tiled, cloud-optimised GeoTIFF of (band, y, x) at CORNER; any key of rasterio's COG profile."""
    count, rows, cols = bands.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    place = {"crs": CRS, "transform": Affine(pixel, 0, CORNER[0], 0, -pixel, CORNER[1])}
    packing = {"compress": "deflate", "blocksize": 128, "predictor": "yes"}
    with rasterio.open(
        path,
        "w",
        driver="COG",
        height=rows,
        width=cols,
        count=count,
        dtype=bands.dtype,
        **{**place, **packing, **profile},
    ) as image:
        image.write(bands)
    return path


def site_at(
    bounds: tuple[float, float, float, float], crs: str = CRS, id_: str = "works", **changed: Any
) -> Site:
    """A site over these bounds, in metres of a CRS."""
    area = reproject(shapely.box(*bounds), crs, WGS84)
    return Site(**{"id": id_, "name": "Works", "structures": (Structure(Role.AOI, "aoi", area),), **changed})


def offer(
    source: str, hrefs: Mapping[str, str], id_: str = "s-1", day: int = 0, **changed: Any
) -> FoundScene:
    """A scene with one file per band; `changed`: any field of a FoundScene."""
    moment = datetime(2024, 4, 1, 10, 30, tzinfo=UTC) + timedelta(days=day)
    assets = tuple(
        Asset(href, tuple(name.split()), key=name.replace(" ", "-"), scale=0.0001)
        for name, href in hrefs.items()
    )
    noun: dict[str, Any] = {
        "id": id_,
        "source": source,
        "collection": "test",
        "acquired": parse_acquired(moment.isoformat()),
        "assets": assets,
        "credit": "Nobody",
        "licence": "CC0-1.0",
    }
    return FoundScene(**{**noun, **changed})


def file_routes(folder: Path, **headers: str) -> dict[str, Route]:
    """Every file of a folder, in parts, with an ETag."""

    def route(file: Path) -> Route:
        whole = file.read_bytes()
        tag = f'"{file.name}-{len(whole)}"'

        def answer(reply: Reply) -> None:
            reply.send_part(whole, ETag=tag, Content_Type="image/tiff", **headers)

        return answer

    return {f"/{f.relative_to(folder).as_posix()}": route(f) for f in folder.rglob("*") if f.is_file()}
