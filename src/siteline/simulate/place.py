"""Where the false place lies, and the site file that an analyst would have drawn of it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely import LineString, Polygon, transform
from shapely.affinity import translate
from shapely.geometry import box, mapping
from shapely.geometry.base import BaseGeometry

from siteline.simulate.site import SimulatedSite

LONGITUDE = -39.0
"""Mid-Atlantic, on the central meridian of its UTM zone: thousands of metres of water and no land."""

CRS_CODE = "EPSG:32624"
SCALE_FACTOR = 0.9996
"""Metres of the grid per metre on the ground, on the central meridian."""


def find_corner(site: SimulatedSite) -> tuple[float, float]:
    """Upper left corner of the nominal frame in the false place: a multiple of the pixel."""
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    x, y = to_grid.transform(LONGITUDE, site.latitude)
    gsd = site.gsd_m
    return math.floor((x - site.size_m / 2) / gsd) * gsd, math.floor((y + site.size_m / 2) / gsd) * gsd


def place(site: SimulatedSite, geometry: BaseGeometry) -> BaseGeometry:
    """An outline of local metres in the series' CRS."""
    left, top = find_corner(site)
    return translate(geometry, left, top - site.size_m)


def draw_site_file(story: SimulatedSite, seed: int) -> dict[str, Any]:
    """
    The site file an analyst would have: area of interest, perimeter, and the known buildings, traced by hand.

    GeoJSON, EPSG:4326. Traced corners lie about a metre off the truth, as traced corners do.
    """
    to_earth = Transformer.from_crs(CRS(CRS_CODE), CRS("EPSG:4326"), always_xy=True)
    rng = np.random.default_rng((seed, 3))

    def on_earth(grid: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_earth.transform(grid[:, 0], grid[:, 1]))

    def feature(geometry: BaseGeometry, role: str, label: str, **more: str) -> dict[str, Any]:
        earthly = transform(place(story, geometry), on_earth)
        shape = json.loads(json.dumps(mapping(earthly)), parse_float=lambda text: round(float(text), 8))
        return {"type": "Feature", "properties": {"role": role, "label": label, **more}, "geometry": shape}

    source = "traced by hand on a simulated image"
    frame = box(6, 6, story.size_m - 6, story.size_m - 6)
    features = [feature(frame, "aoi", "AOI", source="chosen by hand")]
    if story.perimeter is not None:
        features.append(feature(story.perimeter, "perimeter", "Perimeter", source=source))
        gate = LineString(story.perimeter.exterior.coords)
        for road in story.roads:
            crossing = road.line.intersection(gate)
            if road.width_m >= 7 and crossing.geom_type == "Point":
                features.append(feature(crossing, "gate", "Gate", source=source))
                break
    for building in story.buildings:
        if building.label in story.known:
            corners = np.asarray(building.outline.exterior.coords)[:-1]
            traced = Polygon(corners + rng.normal(0, 0.9, corners.shape))
            features.append(
                feature(traced, "building", building.label, looks_like=building.looks_like, source=source)
            )
    site = {"id": story.id, "name": story.name, "simulated": True}
    return {
        "type": "FeatureCollection",
        "siteline": "site/1",
        "note": "An invented place: these coordinates lie in open ocean. Nothing here is real.",
        "site": site,
        "features": features,
    }
