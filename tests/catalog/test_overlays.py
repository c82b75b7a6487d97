"""Ground overlays: laid as the map program lays them, hostile ones refused."""

from __future__ import annotations

import numpy as np
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.catalog.overlays import Overlay, ids_of, place_overlay, read_overlays
from siteline.catalog.placing import through
from siteline.model.errors import BadInput
from siteline.model.placing import Model
from tests.pictures import make_earth_site

KML = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>{}</Document></kml>'
BOX = (
    "<LatLonBox><north>39.752</north><south>39.746</south><east>3.005</east><west>2.998</west>{}</LatLonBox>"
)
QUAD = "<gx:LatLonQuad><coordinates>{}</coordinates></gx:LatLonQuad>"
SQUARE = "2.998,39.746 3.005,39.746,12 3.005,39.752 2.998,39.752"


def overlay(inside: str, href: str = "files/a.png", name: str = "Look") -> str:
    """One ground overlay."""
    return f"<GroundOverlay><name>{name}</name><Icon><href>{href}</href></Icon>{inside}</GroundOverlay>"


def read(*overlays: str) -> tuple[Overlay, ...]:
    """What is read of a document of these overlays."""
    return read_overlays(ElementTree.fromstring(KML.format("".join(overlays))), "a.kmz")


def test_a_turned_box_keeps_its_shape_on_the_ground() -> None:
    """The corners of a published example (a map laid in Google Earth, turned by 3.7 degrees), to about ten metres."""
    box = (
        "<LatLonBox><north>60.406505416667</north><south>60.400570555556</south><east>5.3351572222222</east>"
        "<west>5.3190577777778</west><rotation>3.7088732260919</rotation></LatLonBox>"
    )
    [found] = read(overlay(box))
    theirs = [(5.3186730555556, 60.406251388889), (5.3347738888889, 60.406759444444),
              (5.3355405555556, 60.400824722222), (5.3194425, 60.400316388889)]  # fmt: skip
    metres = (np.array(found.corners) - theirs) * (111_320 * np.cos(np.radians(60.4)), 111_320)
    assert np.hypot(*metres.T).max() < 12
    sides = np.diff(np.array([*found.corners, found.corners[0]]), axis=0) * (np.cos(np.radians(60.4035)), 1)
    lengths = np.hypot(*sides.T)
    assert lengths[0] == pytest.approx(lengths[2], rel=1e-4)
    assert abs(sides[0] @ sides[1]) < 1e-4 * lengths[0] * lengths[1]


@settings(max_examples=50, deadline=None)
@given(st.floats(-180, 180), st.integers(20, 900), st.integers(20, 900))
def test_the_corners_of_the_picture_lie_on_the_corners_of_the_overlay(
    turn: float, rows: int, cols: int
) -> None:
    """Whatever its size and turn, without warping it."""
    [found] = read(overlay(BOX.format(f"<rotation>{turn}</rotation>")))
    placed = place_overlay(found, (rows, cols), make_earth_site(), "a", "a.kmz", "b")
    corners = np.array([(0, 0), (cols, 0), (cols, rows), (0, rows)], float)
    there = through(np.array(placed.matrix).reshape(3, 3), corners)
    assert np.abs(there - found.corners).max() < 1e-9
    assert not placed.warped


def test_a_quad_is_warped_only_if_it_is_askew() -> None:
    """A rectangle given by its corners keeps its pixels; a trapezoid is seen at a slant."""
    [straight] = read(overlay(QUAD.format(SQUARE)))
    assert place_overlay(straight, (100, 120), make_earth_site(), "a", "a.kmz", "b").model is Model.AFFINE
    [askew] = read(overlay(QUAD.format("2.998,39.746 3.005,39.746 3.004,39.752 2.999,39.752")))
    placed = place_overlay(askew, (100, 120), make_earth_site(), "a", "a.kmz", "b")
    assert placed.model is Model.PROJECTIVE
    assert placed.warped


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("", ""),
        ("<TimeStamp><when>2024-04-19</when></TimeStamp>", "2024-04-19"),
        ("<TimeStamp><when>2024-04</when></TimeStamp>", "2024-04"),
        ("<TimeStamp><when>2019</when></TimeStamp>", "2019-01-01/2019-12-31"),
        ("<TimeSpan><begin>2024-01</begin><end>2024-03</end></TimeSpan>", "2024-01/2024-03"),
        ("<TimeSpan><begin>2024-01</begin></TimeSpan>", ""),
    ],
)
def test_its_time_is_what_its_author_says(inside: str, expected: str) -> None:
    """A stamp, a month, a year, a span with both ends; half a span says nothing."""
    [found] = read(overlay(BOX.format("") + inside))
    assert found.acquired == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (overlay(BOX.format(""), "http://127.0.0.1/a.png"), "at an address"),
        (overlay(BOX.format(""), "HTTPS://example.org/a.png"), "at an address"),
        (overlay(BOX.format(""), "file:///etc/passwd"), "at an address"),
        (overlay(BOX.format(""), "data:image/png;base64,AAAA"), "at an address"),
        (overlay(BOX.format(""), "//host/share/a.png"), "at an address"),
        (overlay(BOX.format(""), "../a.png"), "outside the file"),
        (overlay(BOX.format(""), "files/%2e%2e/%2e%2e/a.png"), "outside the file"),
        (overlay(BOX.format(""), "/etc/a.png"), "outside the file"),
        (overlay(BOX.format(""), "C:\\\\a.png"), "at an address"),
        (overlay(BOX.format(""), ""), "names no picture"),
        (overlay(""), "neither LatLonBox nor LatLonQuad"),
        (overlay(BOX.format("").replace("39.752", "39.7")), "no extent"),
        (overlay(BOX.format("").replace("39.752", "north")), "north is 'north'"),
        (overlay(QUAD.format("1,2 3,4")), "2 corners, not 4"),
        (overlay(QUAD.format(SQUARE.replace("2.998,39.746", "a,b"))), "not longitude,latitude"),
        (overlay(QUAD.format("3.005,39.746 2.998,39.746 2.998,39.752 3.005,39.752")), "mirrored"),
        (overlay(QUAD.format("2.998,39.746 3.005,39.752 3.005,39.746 2.998,39.752")), "cross"),
        (overlay(QUAD.format("179,1 -179,1 -179,2 179,2")), "180th meridian"),
        (overlay(BOX.format("") + "<TimeStamp><when>soon</when></TimeStamp>"), "not a date"),
        ("<Placemark/>", "no ground overlay"),
        (overlay(BOX.format("")) * 201, "201 ground overlays"),
    ],
)
def test_what_cannot_be_laid_is_refused(text: str, said: str) -> None:
    """Addresses, climbing paths, corners that make no sense: one sentence, one hint."""
    with pytest.raises(BadInput, match=said) as refused:
        read(text)
    assert refused.value.hint


def test_each_overlay_has_an_id_of_its_own() -> None:
    """The file's name for one, the overlays' own names for several, made unique."""
    one, two, three = read(*(overlay(BOX.format(""), name=n) for n in ("A hall", "A hall", "공장")))
    assert list(ids_of((one,), "map")) == ["map"]
    assert list(ids_of((one, two, three), "map")) == ["map-A-hall", "map-A-hall-2", "map-공장"]
