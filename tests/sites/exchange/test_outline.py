"""Outlines that people draw to have them measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.model.errors import BadGeometry, BadInput, BadSiteFile
from siteline.model.measurement import Tracing
from siteline.model.place import Frame
from siteline.sites.exchange.kml import zip_kmz
from siteline.sites.exchange.outline import DRAWN, read_outline, read_tracings
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


def test_an_open_outline_is_refused(tmp_path: Path) -> None:
    """Where its missing side runs is a guess, for an event as for a size."""
    with pytest.raises(BadGeometry, match="does not end where it starts"):
        read_outline(save(tmp_path, {"type": "Polygon", "coordinates": [ring()[:-1]]}))


def test_a_list_is_no_outline(tmp_path: Path) -> None:
    """JSON that is no GeoJSON is refused."""
    with pytest.raises(BadSiteFile, match="not a GeoJSON object"):
        read_outline(save(tmp_path, [1, 2]))


def test_several_drawings_are_read_with_who_drew_them(tmp_path: Path) -> None:
    """Each polygon of a collection, in order, with its analyst; what cannot be measured is passed over."""
    first, second = (feature(None, None, [ring(w=w)]) for w in (0.002, 0.003))
    first["properties"]["analyst"] = " J. Doe "
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [127.6, 39.9]}}
    path = save(tmp_path, {"type": "FeatureCollection", "features": [first, point, second]})
    assert [t.analyst for t in read_tracings(path, "polygon")] == ["J. Doe", ""]
    with pytest.raises(BadGeometry, match="holds no line, only other shapes"):
        read_tracings(path, "line")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"type": "Polygon", "coordinates": [ring()[:-1]]}, "open"),
        (
            {"type": "FeatureCollection", "features": [feature(None, None, [ring()]), {"geometry": LINE}]},
            "holds 1 polygon and 1 line",
        ),
        ({"type": "FeatureCollection", "features": [{"geometry": BOX}] * 101}, "holds 101 polygons"),
    ],
)
def test_what_is_not_one_thing_drawn_is_refused(tmp_path: Path, said: Any, message: str) -> None:
    """An open outline, two sorts of drawing, or more drawings than anybody makes of one thing."""
    with pytest.raises(BadGeometry, match=message):
        read_tracings(save(tmp_path, said), "polygon", "line")


numbers = st.floats(-200, 200) | st.integers(-200, 200) | st.none() | st.text(max_size=3)
anything = st.recursive(
    numbers | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometry", "properties"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["Polygon", "LineString", "MultiPolygon", "Feature", "FeatureCollection", "Point"]),
    st.sampled_from(["coordinates", "geometry", "features"]),
    anything,
)
def test_whatever_a_file_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, key: str, value: Any
) -> None:
    """No content of a drawing gets anything but drawings or one clear refusal with a hint out of the reader."""
    path = save(tmp_path_factory.mktemp("drawn"), {"type": kind, key: value})
    drawn: tuple[Tracing, ...] = ()
    hint = "none needed"
    try:
        drawn = read_tracings(path, "polygon", "line")
    except BadInput as refusal:
        hint = refusal.hint
    assert hint
    assert all(isinstance(tracing.geometry, (*DRAWN["polygon"], *DRAWN["line"])) for tracing in drawn)
