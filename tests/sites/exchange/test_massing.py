"""Blocks as others read them: solids that are closed, KML that stands on the ground, glTF that needs nothing else."""

from __future__ import annotations

import json
import math
import struct
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import Polygon, box

from siteline.model.massing import Block, Massing
from siteline.model.quantity import Quantity
from siteline.sites.exchange.massing.extruded import write_massing_kml
from siteline.sites.exchange.massing.roofs import ARCHED, FOUR_SLOPES, TWO_SLOPES, to_metres
from siteline.sites.exchange.massing.saying import origin_of
from siteline.sites.exchange.massing.solid import solid, write_glb
from tests.conftest import wanted

KML = "{http://www.opengis.net/kml/2.2}"
HALL = box(3.003, 0.003, 3.004, 0.0035)
TALL = Quantity(10.0, 1.0, "m")


def block(name: str = "A-1", **changed: Any) -> Block:
    """A hall of ten metres."""
    noun = {
        "id": name,
        "name": name,
        "what": "building",
        "outline": HALL,
        "height": TALL,
        "area": Quantity(6200.0, 150.0, "m²"),
        "placed": "fitted to the images, at its base",
    }
    return Block(**{**noun, **changed})


def massing(*blocks: Block, simulated: bool = False) -> Massing:
    """A small site."""
    return Massing("s", "Invented works", blocks or (block(),), simulated)


def read_glb(data: bytes) -> tuple[dict[str, Any], dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The document, and (vertices east north up, triangles) of each node; by the specification alone."""
    magic, version, length = struct.unpack_from("<4sII", data, 0)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    assert size % 4 == 0
    tree = json.loads(data[20 : 20 + size])
    inner, kind = struct.unpack_from("<I4s", data, 20 + size)
    assert kind == b"BIN\0"
    blob = data[28 + size : 28 + size + inner]
    assert [set(buffer) for buffer in tree["buffers"]] == [{"byteLength"}]  # no uri: nothing is fetched

    def values(number: int) -> np.ndarray:
        accessor = tree["accessors"][number]
        view = tree["bufferViews"][accessor["bufferView"]]
        sort = {5126: "<f4", 5125: "<u4", 5123: "<u2", 5121: "u1"}[accessor["componentType"]]
        per = {"SCALAR": 1, "VEC3": 3}[accessor["type"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        found = np.frombuffer(blob, sort, accessor["count"] * per, start).reshape(-1, per)
        for bound, stated in ((found.min(0), accessor["min"]), (found.max(0), accessor["max"])):
            assert bound == pytest.approx(np.array(stated), rel=1e-6)
        return found

    drawn = {}
    for node in tree["nodes"]:
        if "mesh" in node:
            assert "matrix" not in node or np.allclose(node["matrix"], np.eye(4).ravel())
            (primitive,) = tree["meshes"][node["mesh"]]["primitives"]
            x, y, z = values(primitive["attributes"]["POSITION"]).T.astype(float)
            drawn[node["name"]] = np.column_stack([x, -z, y]), values(primitive["indices"]).reshape(-1, 3)
    return tree, drawn


def volume_of(vertices: np.ndarray, triangles: np.ndarray) -> float:
    """By the divergence theorem; negative if faces look inwards."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def fan(faces: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Faces as triangles."""
    three = np.concatenate([[(f[0], f[k], f[k + 1]) for k in range(1, len(f) - 1)] for f in faces])
    return three.reshape(-1, 3), np.arange(3 * len(three)).reshape(-1, 3)


L_SHAPE = Polygon([(0, 0), (40, 0), (40, 15), (18, 15), (18, 30), (0, 30)])
COURT = Polygon(box(0, 0, 40, 30).exterior.coords, [box(10, 10, 20, 20).exterior.coords[::-1]])
FORMS = ("", TWO_SLOPES, FOUR_SLOPES, ARCHED)
RISE = math.tan(math.radians(15)) / 2
"""How far every roof rises above its eaves, as a share of its width."""


def above(form: str, length: float, width: float) -> float:
    """What a roof over a rectangle holds above its eaves, m³, by formulas of its own."""
    rise = RISE * width
    if form == FOUR_SLOPES:
        return width * rise * (2 * length + (length - width)) / 6
    if form == ARCHED:  # eight triangles of a circle's centre, without the one below the chord
        radius = ((width / 2) ** 2 + rise**2) / (2 * rise)
        turn = 2 * math.asin(width / 2 / radius)
        return length * radius**2 / 2 * (8 * math.sin(turn / 8) - math.sin(turn))
    return length * width * rise / 2 if form else 0.0


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([L_SHAPE, COURT, box(0, 0, 50, 20), box(0, 0, 20, 50), box(0, 0, 20, 20)]),
    st.floats(0, 180),
    st.floats(2, 30),
    st.sampled_from(FORMS),
)
def test_a_block_holds_its_area_times_its_height(shape: Polygon, turn: float, top: float, form: str) -> None:
    """Any outline is a watertight solid of its area times its height, plus what its roof holds above the eaves."""
    trimesh = wanted("trimesh")
    turned = rotate(shape, turn, origin=(0, 0)).normalize()
    turned = Polygon(turned.exterior.coords[::-1], [r.coords[::-1] for r in turned.interiors])
    vertices, triangles = fan(solid(turned, 0.0, top, form))
    carries = form and shape.area == shape.minimum_rotated_rectangle.area
    narrow, long = sorted((shape.bounds[2], shape.bounds[3]))
    assert vertices[:, 2].max() == pytest.approx(top + RISE * narrow if carries else top)
    held = above(form, long, narrow) if carries else 0.0
    assert volume_of(vertices, triangles) == pytest.approx(turned.area * top + held, rel=1e-6)
    mesh = trimesh.Trimesh(vertices, triangles)  # which joins vertices in one place
    assert mesh.is_watertight
    assert mesh.is_winding_consistent


@pytest.mark.parametrize("form", FORMS)
def test_blocks_in_a_glb_are_watertight(form: str) -> None:
    """What a modeller opens is closed, too, under any roof: a hall, and a square one whose four slopes meet in a point."""
    trimesh = wanted("trimesh")
    square = box(3.003, 0.003, 3.003 + 50 / 111_319.49, 0.003 + 50 / 110_574.28)
    _, drawn = read_glb(write_glb(massing(block(roof=form), block("A-2", outline=square, roof=form))))
    for name in ("1. A-1", "2. A-2"):
        mesh = trimesh.Trimesh(*drawn[name])
        assert mesh.is_watertight, name
        assert mesh.volume == pytest.approx(volume_of(*drawn[name]))
        assert mesh.volume > 10 * to_metres(square, (3.003, 0.003)).area * 0.99
    peaks = drawn["2. A-2"][0]
    peaks = np.unique(peaks[peaks[:, 2] > peaks[:, 2].max() - 1e-3].round(2), axis=0)
    assert len(peaks) == {"": 4, FOUR_SLOPES: 1}.get(form, 2)


def test_four_slopes_are_of_one_steepness_and_their_ridge_is_short() -> None:
    """The ridge of a hip ends half the width before the walls, so that each slope is 15 degrees steep."""
    faces = solid(box(0, 0, 50, 20), 0.0, 10.0, FOUR_SLOPES)
    ridge = {(x, y) for f in faces for x, y, up in f.round(6) if up > 10.001}
    assert ridge == {(10.0, 10.0), (40.0, 10.0)}
    slopes = [f for f in faces if f[:, 2].min() == 10.0 and f[:, 2].max() > 10.0]
    normals = [np.cross(f[1] - f[0], f[2] - f[0]) for f in slopes]
    assert [math.degrees(math.acos(n[2] / np.hypot.reduce(n))) for n in normals] == pytest.approx([15.0] * 4)


def test_an_arch_lies_on_a_circle() -> None:
    """The corners of an arch's facets are as far from one axis, evenly spaced."""
    faces = solid(box(0, 0, 50, 20), 0.0, 10.0, ARCHED)
    points = np.unique(np.concatenate([f[:, 1:] for f in faces if f[:, 2].min() >= 10.0]).round(9), axis=0)
    assert len(points) == 9
    radius = (10**2 + (20 * RISE) ** 2) / (2 * 20 * RISE)
    assert np.hypot(points[:, 0] - 10, points[:, 1] - (10 + 20 * RISE - radius)) == pytest.approx(radius)
    assert np.ptp(np.hypot(*np.diff(points, axis=0).T)) < 1e-6


def test_glb_is_in_metres_around_an_origin_that_it_tells() -> None:
    """A block has the area of its outline on the Earth, stands at y = 0, and is as high as measured; extras tell the rest."""
    wanted("trimesh")
    tree, drawn = read_glb(write_glb(massing()))
    assert tree["asset"]["version"] == "2.0"
    vertices, triangles = drawn["1. A-1"]
    assert vertices[:, 2].min() == 0
    assert vertices[:, 2].max() == pytest.approx(10.0)
    metres = to_metres(HALL, origin_of(massing()))
    assert volume_of(vertices, triangles) == pytest.approx(metres.area * 10, rel=1e-4)
    assert metres.area == pytest.approx(111_319.5 * 0.001 * 110_574 * 0.0005, rel=1e-3)
    extras = tree["scenes"][0]["extras"]
    assert extras["origin"] == {"lon": 3.0035, "lat": 0.00325, "crs": "EPSG:4326"}
    assert extras["axes"] == {"x": "east", "y": "up", "z": "south"}
    told = {node["name"]: node["extras"] for node in tree["nodes"] if "mesh" in node}
    assert told["1. A-1"]["height_m"] == {"value": 10.0, "sigma": 1.0, "low95": 8.04, "high95": 11.96}
    assert told["1. A-1"]["area_m2"]["value"] == 6200.0
    assert "simulated" not in extras


def test_the_error_is_a_translucent_block_above() -> None:
    """From the measured height to the upper 95 % bound something translucent stands, in both formats."""
    wanted("trimesh")
    tree, drawn = read_glb(write_glb(massing()))
    name = "1. A-1: may reach up to here (95 %)"
    assert drawn[name][0][:, 2].max() == pytest.approx(11.96, abs=0.01)
    node = next(n for n in tree["nodes"] if n["name"] == name)
    material = tree["materials"][tree["meshes"][node["mesh"]]["primitives"][0]["material"]]
    assert material["alphaMode"] == "BLEND"
    assert material["pbrMetallicRoughness"]["baseColorFactor"][3] < 0.5
    root = fromstring(write_massing_kml(massing()))
    folders = {f.findtext(f"{KML}name"): f for f in root.iter(f"{KML}Folder")}
    heights = {name: set(ups(folder)) for name, folder in folders.items()}
    assert heights == {"Blocks, as high as measured": {10.0}, "How far they may reach (95 %)": {11.96}}


def ups(element: ET.Element) -> list[float]:
    """Heights of all vertices."""
    texts = [c.text or "" for c in element.iter(f"{KML}coordinates")]
    return [float(token.split(",")[2]) for text in texts for token in text.split() if token.count(",") == 2]


def test_kml_stands_on_the_ground_and_links_to_nothing() -> None:
    """Every block is extruded relative to the ground; rings are closed; there is no link, no overlay, no script."""
    roofs = [block(f"A-{number}", roof=form) for number, form in enumerate(FORMS, 1)]
    data = write_massing_kml(massing(*roofs))
    root = fromstring(data)
    polygons = list(root.iter(f"{KML}Polygon"))
    assert len(polygons) == 2 * (1 + 2 + 4 + 8)  # each block, and what it may reach
    for polygon in polygons:
        assert [child.tag.removeprefix(KML) for child in polygon] == [
            "extrude",
            "altitudeMode",
            "outerBoundaryIs",
        ]
        assert polygon.findtext(f"{KML}altitudeMode") == "relativeToGround"
        ring = (polygon.findtext(f".//{KML}coordinates") or "").split()
        assert ring[0] == ring[-1]
    assert b"href" not in data
    assert b"NetworkLink" not in data
    assert data.count(b"http") == 1  # the namespace


def test_a_block_without_a_height_is_flat_and_says_so() -> None:
    """No height is made up: the outline lies on the ground, named so, with the reason."""
    wanted("trimesh")
    flat = massing(block(height=None, why_flat="no shadow long enough to be measured"))
    root = fromstring(write_massing_kml(flat))
    placemark = next(root.iter(f"{KML}Placemark"))
    assert placemark.findtext(f"{KML}name") == "A-1: height unknown"
    assert "no shadow long enough" in (placemark.findtext(f"{KML}description") or "")
    assert placemark.find(f".//{KML}extrude") is None
    assert ups(placemark) == []
    tree, drawn = read_glb(write_glb(flat))
    ((name, (vertices, _)),) = drawn.items()
    assert name == "1. A-1: outline, no height"
    assert vertices[:, 2].max() < 0.1
    node = next(n for n in tree["nodes"] if "mesh" in n)
    assert node["extras"]["height_m"] is None
    assert node["extras"]["height_unknown"] == "no shadow long enough to be measured"


@pytest.mark.parametrize("form", [TWO_SLOPES, FOUR_SLOPES, ARCHED])
def test_roofs_that_rise_by_assumption_say_so(form: str) -> None:
    """What is not flat rises above the measured eaves, as high in both formats, and is told to be assumed."""
    wanted("trimesh")
    pitched = massing(block(roof=form))
    tree, drawn = read_glb(write_glb(pitched))
    _, low, _, high = to_metres(HALL, origin_of(pitched)).bounds
    ridge = 10 + RISE * (high - low)
    assert drawn["1. A-1"][0][:, 2].max() == pytest.approx(ridge, abs=0.01)
    told = next(n for n in tree["nodes"] if "mesh" in n)["extras"]["roof"]
    assert told.startswith(("two slopes", "four slopes", "an arch"))
    assert "assumed, not measured" in told
    data = write_massing_kml(pitched)
    heights = ups(next(fromstring(data).iter(f"{KML}Placemark")))
    assert (min(heights), max(heights)) == pytest.approx((10.0, ridge), abs=0.01)
    assert told.encode() in data


@pytest.mark.parametrize("form", [TWO_SLOPES, FOUR_SLOPES, ARCHED])
def test_only_a_rectangle_carries_a_roof(form: str) -> None:
    """Whatever the fit says, any other outline is drawn flat, and says that it is."""
    wanted("trimesh")
    other = Polygon([(3.003, 0.003), (3.004, 0.003), (3.004, 0.0032), (3.0035, 0.0035), (3.003, 0.0035)])
    tree, drawn = read_glb(write_glb(massing(block(outline=other, roof=form))))
    assert drawn["1. A-1"][0][:, 2].max() == pytest.approx(10.0)
    assert next(n for n in tree["nodes"] if "mesh" in n)["extras"]["roof"] == "drawn flat"


def test_simulated_sites_are_marked_in_every_format() -> None:
    """An invented place says so in the document's name, in each balloon, and in each mesh's extras."""
    wanted("trimesh")
    invented = massing(simulated=True)
    root = fromstring(write_massing_kml(invented))
    assert (root.findtext(f"{KML}Document/{KML}name") or "").startswith("SIMULATED")
    assert all("SIMULATED" in (p.findtext(f"{KML}description") or "") for p in root.iter(f"{KML}Placemark"))
    tree, _ = read_glb(write_glb(invented))
    assert "SIMULATED" in tree["asset"]["copyright"]
    assert tree["scenes"][0]["name"].startswith("SIMULATED")
    assert tree["scenes"][0]["extras"]["simulated"] is True
    assert all(node["extras"]["simulated"] for node in tree["nodes"] if "mesh" in node)


def test_hostile_names_stay_names() -> None:
    """Markup and control characters in a label break neither format."""
    wanted("trimesh")
    nasty = "<script>\u202eA\x00&\"'"
    root = fromstring(write_massing_kml(massing(block(nasty))))
    assert "<script>" in (next(root.iter(f"{KML}Placemark")).findtext(f"{KML}name") or "")
    assert "<script>" not in (next(root.iter(f"{KML}Placemark")).findtext(f"{KML}description") or "")
    _, drawn = read_glb(write_glb(massing(block(nasty), block(nasty))))
    assert len(drawn) == 4


def test_a_site_across_the_180th_meridian_stays_in_one_place() -> None:
    """Two halls on both sides of 180° are a few hundred metres apart, not a world."""
    east, west = box(179.998, 0, 179.999, 0.0005), box(-179.999, 0, -179.998, 0.0005)
    both = massing(block(outline=east), block("A-2", outline=west))
    assert origin_of(both)[0] == pytest.approx(180.0, abs=1e-4)
    for outline in (east, west):
        assert np.abs(to_metres(outline, origin_of(both)).bounds).max() < 300
