"""Outlines that people draw to have them measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from siteline.model.errors import BadGeometry, BadSiteFile
from siteline.model.place import Frame
from siteline.sites.exchange.kml import zip_kmz
from siteline.sites.exchange.outline import read_outline
from tests.sites.drawings import KML_FILE, feature, ring

BOX = {"type": "Polygon", "coordinates": [ring()]}
LINE = {"type": "LineString", "coordinates": ring()[:2]}


def save(folder: Path, said: Any, name: str = "drawn.geojson") -> Path:
    """A file to read."""
    path = folder / name
    path.write_bytes(said if isinstance(said, bytes) else json.dumps(said).encode())
    return path


def test_a_geometry_a_feature_and_a_collection_are_one_outline(tmp_path: Path) -> None:
    """However a map program wraps it, one polygon is one outline."""
    one = feature(None, None, [ring()])
    for said in (BOX, one, {"type": "FeatureCollection", "features": [one]}):
        assert read_outline(save(tmp_path, said)).equals(shapely.Polygon(ring()))


def test_a_line_is_read_for_a_length(tmp_path: Path) -> None:
    """A line beside a polygon is the one line, and the polygon the one polygon."""
    both = {
        "type": "FeatureCollection",
        "features": [feature(None, None, [ring()]), {"type": "Feature", "geometry": LINE}],
    }
    assert read_outline(save(tmp_path, both), line=True).geom_type == "LineString"
    assert read_outline(save(tmp_path, both)).geom_type == "Polygon"


def test_pixels_are_read_in_the_frame_of_the_site(tmp_path: Path) -> None:
    """An outline in pixels fits a site of image frames and no other."""
    pixels = {"type": "Polygon", "coordinates": [ring(100, 200, 40, 30)]}
    assert read_outline(save(tmp_path, pixels), Frame.IMAGE).bounds == (100, 200, 140, 230)
    with pytest.raises(BadGeometry, match=r"drawn\.geojson: .*pixels"):
        read_outline(save(tmp_path, pixels))
    said = {"type": "FeatureCollection", "frame": "image", "features": [feature(None, None, [ring()])]}
    with pytest.raises(BadGeometry, match="drawn in pixels, but the site is not"):
        read_outline(save(tmp_path, said))
    with pytest.raises(BadGeometry, match="only longitude"):
        read_outline(save(tmp_path, KML_FILE.encode(), "a.kml"), Frame.IMAGE)


def test_kml_and_kmz_with_one_polygon_are_read(tmp_path: Path) -> None:
    """The polygon of a KML counts; its placemarks that are points do not."""
    start = KML_FILE.index("<Folder><name>AOI")
    one = KML_FILE[:start] + KML_FILE[KML_FILE.index("<Folder><name>My") :]
    for data in (one.encode(), zip_kmz(one.encode())):
        assert read_outline(save(tmp_path, data, "drawn.kml")).bounds == (127.601, 39.901, 127.603, 39.902)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"type": "FeatureCollection", "features": []}, "holds no polygons"),
        (KML_FILE.encode(), "holds 2 polygons and 1 other shapes"),
        (LINE, "holds no polygons"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "crosses itself"),
        ({"type": "Feature", "geometry": 7}, "no geometry"),
        ({"type": "Nothing"}, "not a GeoJSON geometry"),
    ],
)
def test_what_is_not_one_outline_is_refused(tmp_path: Path, said: Any, message: str) -> None:
    """Two polygons, none, or one that crosses itself cannot be measured, and the file is named."""
    with pytest.raises(BadGeometry, match=f"drawn.geojson: .*{message}"):
        read_outline(save(tmp_path, said))


def test_a_list_is_no_outline(tmp_path: Path) -> None:
    """JSON that is no GeoJSON is refused."""
    with pytest.raises(BadSiteFile, match="not a GeoJSON object"):
        read_outline(save(tmp_path, [1, 2]))
