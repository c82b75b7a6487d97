"""A massing as glTF 2.0 (GLB): metres around an origin, x east, y up, z south; what is known of each block in its extras."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import Polygon

from siteline.model.errors import MissingExtra
from siteline.model.massing import Block, Massing
from siteline.sites.exchange.massing.roofs import Array, polygons_of, roof_over, to_metres
from siteline.sites.exchange.massing.saying import MAY_REACH, describe_block, describe_massing

if TYPE_CHECKING:
    from trimesh import Trimesh

FLAT_M = 0.05
"""Outlines without a height lie this far above the ground plane, so that both can be seen, m."""

WALLS, MIGHT_BE, GROUND = (196, 190, 180, 255), (30, 144, 255, 70), (240, 140, 40, 255)
"""Colours: of a block, of how far it may reach, of an outline without a height; RGBA."""

Face = Array
"""(corners, 3): east, north, up; counter-clockwise seen from outside; flat, without holes."""


def write_glb(massing: Massing) -> bytes:
    """
    The massing as one binary file without links to others. Raises MissingExtra without trimesh.

    The ground is a plane at y = 0; each block is a mesh by its name, and a translucent one above it up to the
    upper 95 % bound of its height.
    """
    try:
        import trimesh
    except ImportError as error:
        raise MissingExtra.of("trimesh", "gltf") from error
    from trimesh.exchange.gltf import export_glb

    scene = trimesh.Scene()
    said = describe_massing(massing)
    origin = (said["origin"]["lon"], said["origin"]["lat"])
    scene.metadata.update(said)
    for number, block in enumerate(massing.blocks, 1):
        for suffix, colour, faces in _meshes(block, origin):
            mesh = _mesh(faces, colour)
            mesh.metadata.clear()
            extras = describe_block(block) | {"drawn": suffix or "the block", "simulated": massing.simulated}
            name = f"{number}. {block.name}{f': {suffix}' if suffix else ''}"
            scene.add_geometry(mesh, node_name=name, geom_name=name, metadata=extras)
    return bytes(export_glb(scene, include_normals=False, tree_postprocessor=_sign(massing)))


def _sign(massing: Massing) -> Any:
    """Who wrote it, in the file's asset; what is simulated says so there, too."""

    def signed(tree: dict[str, Any]) -> None:
        tree["asset"]["generator"] = "Siteline"
        if massing.simulated:
            tree["asset"]["copyright"] = "SIMULATED: an invented place; nothing here exists"
        tree["scenes"][0]["name"] = f"{'SIMULATED: ' if massing.simulated else ''}{massing.site_name}"

    return signed


def _meshes(
    block: Block, origin: tuple[float, float]
) -> list[tuple[str, tuple[int, int, int, int], list[Face]]]:
    """What is drawn of one block: what it is said to be, its colour, its faces."""
    parts = polygons_of(to_metres(block.outline, origin))
    if block.height is None:
        return [("outline, no height", GROUND, [f for part in parts for f in _lid(part, FLAT_M)])]
    top, most = block.height.value, block.height.high95
    drawn = [("", WALLS, [f for part in parts for f in solid(part, 0.0, top, block.roof)])]
    shell = [f for part in parts for f in _shell(part, top, most, block.roof)]
    return [*drawn, (MAY_REACH, MIGHT_BE, shell)]


def solid(outline: Polygon, bottom: float, top: float, form: str) -> list[Face]:
    """A closed block from `bottom` to its eaves at `top`, and the roof on it; metres."""
    floor = [f[::-1] for f in _lid(outline, bottom)]
    return [*floor, *_walls(outline, bottom, top), *_cover(outline, top, form)]


def _shell(outline: Polygon, top: float, most: float, form: str) -> list[Face]:
    """How far a block may reach: the same roof as high as the upper bound, open below."""
    return [*_walls(outline, top, most), *_cover(outline, most, form)]


def _cover(outline: Polygon, top: float, form: str) -> list[Face]:
    """All that lies above the eaves, and the lid of a flat roof."""
    roof = roof_over(form, outline)
    if roof is None:
        return _lid(outline, top)
    corners = np.asarray(outline.exterior.coords)[:-1]
    return [
        np.column_stack([roof.plan(face, corners), top + face[:, 2]]) for face in (*roof.slopes, *roof.gables)
    ]


def _walls(outline: Polygon, bottom: float, top: float) -> list[Face]:
    faces = []
    for ring in (outline.exterior, *outline.interiors):
        corners = np.asarray(ring.coords)
        for a, b in pairwise(corners):
            faces.append(np.array([(*a, bottom), (*b, bottom), (*b, top), (*a, top)]))
    return faces


def _lid(outline: Polygon, at: float) -> list[Face]:
    """The outline in triangles, seen from above."""
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(outline))
    corners = [
        np.asarray(shapely.orient_polygons(t, exterior_cw=False).exterior.coords)[:3] for t in triangles
    ]
    return [np.column_stack([three, np.full(3, at)]) for three in corners]


def _mesh(faces: list[Face], colour: tuple[int, int, int, int]) -> Trimesh:
    """Faces as triangles of their own, so that edges stay sharp; glTF's axes."""
    import trimesh
    from trimesh.visual.material import PBRMaterial

    vertices, triangles, count = [], [], 0
    for face in faces:
        vertices.append(np.column_stack([face[:, 0], face[:, 2], -face[:, 1]]))
        middle = np.arange(1, len(face) - 1)
        triangles.append(np.column_stack([np.zeros_like(middle), middle, middle + 1]) + count)
        count += len(face)
    material = PBRMaterial(
        baseColorFactor=colour,
        metallicFactor=0.0,
        roughnessFactor=1.0,
        alphaMode="OPAQUE" if colour[3] == 255 else "BLEND",
        doubleSided=colour[3] != 255,
    )
    return trimesh.Trimesh(
        np.concatenate(vertices),
        np.concatenate(triangles),
        process=False,
        visual=trimesh.visual.TextureVisuals(material=material),
    )
