"""Blocks as others read them: solids that are closed, KML that stands on the ground, glTF that needs nothing else."""

from __future__ import annotations

import json
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
from siteline.sites.exchange.massing.roofs import TWO_SLOPES, profile, to_metres
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


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([L_SHAPE, COURT, box(0, 0, 50, 20)]),
    st.floats(0, 180),
    st.floats(2, 30),
    st.sampled_from(["", TWO_SLOPES]),
)
def test_a_block_holds_its_area_times_its_height(shape: Polygon, turn: float, top: float, roof: str) -> None:
    """Any outline is a closed solid of its area times its height, plus what its roof holds above the eaves."""
    turned = rotate(shape, turn, origin=(0, 0)).normalize()
    turned = Polygon(turned.exterior.coords[::-1], [r.coords[::-1] for r in turned.interiors])
    vertices, triangles = fan(solid(turned, 0.0, top, roof))
    above = 0.0
    if roof and shape.equals(box(0, 0, 50, 20)):
        section = np.array(profile(roof, 20.0))
        above = float(np.trapezoid(section[:, 1], section[:, 0])) * turned.area
        assert vertices[:, 2].max() == pytest.approx(top + section[:, 1].max())
    assert volume_of(vertices, triangles) == pytest.approx(turned.area * top + above, rel=1e-6)
    assert np.abs(sum(np.cross(*(f[1:3] - f[0])) for f in vertices[triangles])).max() < 1e-6  # closed


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
    data = write_massing_kml(massing(block(), block("A-2", roof=TWO_SLOPES)))
    root = fromstring(data)
    polygons = list(root.iter(f"{KML}Polygon"))
    assert len(polygons) == 6  # two blocks, each with what it may reach; two slopes each
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


def test_roofs_that_rise_by_assumption_say_so() -> None:
    """Two slopes rise above the measured eaves, and are told to be assumed."""
    wanted("trimesh")
    pitched = massing(block(roof=TWO_SLOPES))
    tree, drawn = read_glb(write_glb(pitched))
    assert drawn["1. A-1"][0][:, 2].max() > 15
    assert "assumed, not measured" in next(n for n in tree["nodes"] if "mesh" in n)["extras"]["roof"]
    assert b"assumed, not measured" in write_massing_kml(pitched)


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
