"""A site of four small georeferenced scenes that are made in a moment: a bright hall appears on the third."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import from_origin
from shapely.geometry import Polygon, box, mapping

CRS, WEST, NORTH, PIXEL, SIZE = "EPSG:32652", 500_000.0, 4_400_000.0, 3.0, 120
DAYS = {"S1": "2024-04-03", "S2": "2024-04-19", "S3": "2024-05-05", "S4": "2024-05-21"}
HALL = (40, 60, 58, 74)
"""First and last row and column of the hall, pixels."""


def at(left: float, top: float, right: float, bottom: float) -> Polygon:
    """A rectangle given in pixels, in longitude and latitude."""
    shape = box(WEST + left * PIXEL, NORTH - bottom * PIXEL, WEST + right * PIXEL, NORTH - top * PIXEL)
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])))


def write_small_site(
    folder: Path, credit: str = "A. Maker", licence: str = "CC0", use: str = "publish"
) -> None:
    """site.geojson, scenes.csv, yard.geojson and four scenes."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [("aoi", "aoi", at(0, 0, SIZE, SIZE)), ("zone", "yard", at(10, 10, 90, 90))]
    features = [
        {"type": "Feature", "properties": {"role": role, "label": label}, "geometry": mapping(shape)}
        for role, label, shape in drawn
    ]
    site = {"type": "FeatureCollection", "site": {"id": "plant", "name": "The plant"}, "features": features}
    (folder / "site.geojson").write_text(json.dumps(site))
    pit = {"type": "Feature", "properties": {}, "geometry": mapping(at(20, 20, 40, 40))}
    (folder / "pit.geojson").write_text(json.dumps(pit))
    rng = np.random.default_rng(5)
    ground = 0.12 + 0.05 * rng.random((SIZE // 4, SIZE // 4)).repeat(4, 0).repeat(4, 1)
    rows = ["file,acquired,id,bands,scale,gsd_m,credit,licence,use"]
    for number, (name, day) in enumerate(DAYS.items()):
        image = np.stack([ground * k for k in (0.8, 1.0, 1.1)]) + rng.normal(0, 0.003, (3, SIZE, SIZE))
        if number >= 2:
            top, bottom, left, right = HALL
            image[:, top:bottom, left:right] = 0.55 + rng.normal(0, 0.005, (3, bottom - top, right - left))
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", width=SIZE, height=SIZE, count=3, dtype="uint16", crs=CRS,
            transform=from_origin(WEST, NORTH, PIXEL, PIXEL),
        ) as file:  # fmt: skip
            file.write(np.clip(image * 10_000, 1, 65_535).astype(np.uint16))
        rows.append(
            f"{name}.tif,{day}T03:10:00Z,{name},blue green red,0.0001,{PIXEL},{credit},{licence},{use}"
        )
    (folder / "scenes.csv").write_text("\n".join(rows) + "\n")
