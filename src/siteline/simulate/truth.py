"""What really stood there and when: the truth that lies beside every rendered series."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from shapely import Polygon
from shapely.geometry import mapping, shape

from siteline.model.change import Kind, Stage
from siteline.model.errors import BadInput
from siteline.model.place import Zone
from siteline.simulate.place import CRS_CODE, SCALE_FACTOR, find_corner, place
from siteline.simulate.site import Building, Patch, SimulatedSite
from siteline.simulate.works import stand_on

SHAPE = "truth/1"


@dataclass(frozen=True, slots=True)
class TrueStructure:
    """One building as it really was."""

    label: str
    outline: Polygon
    """Roof outline = base outline, in the series' CRS; exact."""

    area_m2: float
    """On the ground, from the outline, corrected for the scale of the projection."""

    length_m: float
    """Longer side of the smallest rectangle around it."""

    width_m: float
    height_m: float
    """Of its eaves at the end of the series; at its best if it was removed."""

    zone: Zone | None
    """None without a perimeter."""

    kind: Kind | None
    """None if nothing happened to it."""

    stage: Stage | None
    """Of a construction, at the end of the series."""

    onset: date | None
    """First day on which the change shows: clearing, first hole in the roof, first wall down."""

    foundation: date | None
    structure: date | None
    finished: date | None
    """Roof on, roof replaced, or gone; None if not by the end of the series."""

    roof: str
    """Material, at the end."""

    yard: Polygon | None
    """Ground disturbed by the works, in the series' CRS."""


@dataclass(frozen=True, slots=True)
class TrueGround:
    """Ground that changed without a building."""

    label: str
    outline: Polygon
    area_m2: float
    what: str
    kind: Kind | None
    onset: date | None
    finished: date | None


@dataclass(frozen=True, slots=True)
class TrueLook:
    """How one picture really came about."""

    scene_id: str
    file: str
    acquired: datetime
    sun_azimuth: float
    sun_elevation: float
    view_off_nadir: float
    view_azimuth: float
    weather: str
    shift_px: tuple[float, float]
    """(dx right, dy down): by how much its content lies off its stated place; move it by the opposite."""

    stretch: tuple[float, float]
    """How much larger the content is, right and down, about the middle: 1e-4 is a hundredth of a percent."""

    turn_rad: float
    """How far the content is turned clockwise about the middle."""

    gain: tuple[float, float, float, float]
    offset: tuple[float, float, float, float]
    """Seen = gain · reflectance + offset, per band."""

    psf_px: float
    cloud: float
    """Share of the frame under cloud that an eye would see, 0–1."""

    cloud_shadow: float
    snow: float
    no_image: float
    usable: float
    """Share that none of these touches."""

    mask_misses_shadow: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that is true of one rendered series."""

    site_id: str
    name: str
    crs: str
    transform: tuple[float, float, float, float, float, float]
    """Of the nominal frame; the frame of a look may lie whole pixels off it."""

    shape: tuple[int, int]
    gsd_m: float
    area_scale: float
    """Ground area per grid area."""

    seed: int
    perimeter: Polygon | None
    structures: tuple[TrueStructure, ...]
    grounds: tuple[TrueGround, ...]
    looks: tuple[TrueLook, ...]

    def structure(self, label: str) -> TrueStructure:
        """The building of that label."""
        for found in self.structures:
            if found.label == label:
                return found
        raise BadInput(f"the truth knows no building {label!r}", "Look at its `structures`.")

    @property
    def changes(self) -> tuple[TrueStructure, ...]:
        """The buildings to which something happened."""
        return tuple(s for s in self.structures if s.kind is not None)


def tell_truth(site: SimulatedSite, seed: int, looks: Sequence[TrueLook]) -> Truth:
    """What is true of a site and its looks."""
    last = site.looks[-1].when.date()
    scale = 1 / SCALE_FACTOR**2
    left, top = find_corner(site)
    pixels = round(site.size_m / site.gsd_m)
    return Truth(
        site_id=site.id,
        name=site.name,
        crs=CRS_CODE,
        transform=(site.gsd_m, 0.0, left, 0.0, -site.gsd_m, top),
        shape=(pixels, pixels),
        gsd_m=site.gsd_m,
        area_scale=scale,
        seed=seed,
        perimeter=place(site, site.perimeter) if site.perimeter is not None else None,
        structures=tuple(_true_structure(site, b, last, scale) for b in site.buildings),
        grounds=tuple(_true_ground(site, p, scale) for p in site.patches),
        looks=tuple(looks),
    )


def _true_structure(site: SimulatedSite, building: Building, last: date, scale: float) -> TrueStructure:
    works, gone, new_roof = building.built, building.removed, building.reroofed
    onset = works.cleared if works else gone[0] if gone else new_roof[0] if new_roof else None
    end = works.roofed if works else gone[1] if gone else new_roof[1] if new_roof else None
    corners = np.asarray(building.outline.minimum_rotated_rectangle.exterior.coords)
    sides = sorted(np.hypot(*np.diff(corners, axis=0).T)[:2])
    standing = stand_on(building, last)
    lost = 0.0 if works else building.height_m
    height = max((part.height_m for part in standing), default=lost)
    return TrueStructure(
        label=building.label,
        outline=place(site, building.outline),
        area_m2=building.outline.area * scale,
        length_m=float(sides[1]) / SCALE_FACTOR,
        width_m=float(sides[0]) / SCALE_FACTOR,
        height_m=float(height),
        zone=_zone(site, building.outline),
        kind=building.kind if onset and onset <= last else None,
        stage=building.stage_on(last),
        onset=onset if onset and onset <= last else None,
        foundation=works.foundation if works and works.foundation <= last else None,
        structure=works.structure if works and works.structure and works.structure <= last else None,
        finished=end if end and end <= last else None,
        roof=new_roof[2] if new_roof and new_roof[1] <= last else building.roof,
        yard=place(site, building.yard) if building.yard is not None else None,
    )


def _true_ground(site: SimulatedSite, patch: Patch, scale: float) -> TrueGround:
    changed = patch.kind is not None
    return TrueGround(
        label=patch.label,
        outline=place(site, patch.outline),
        area_m2=patch.outline.area * scale,
        what=patch.what,
        kind=patch.kind,
        onset=patch.start if changed else None,
        finished=patch.finish if changed else None,
    )


def _zone(site: SimulatedSite, outline: Polygon) -> Zone | None:
    if site.perimeter is None:
        return None
    if site.perimeter.contains(outline):
        return Zone.INSIDE
    return Zone.STRADDLES if site.perimeter.intersects(outline) else Zone.OUTSIDE


def write_truth(truth: Truth, path: Path) -> None:
    """Write the truth as JSON, outlines as GeoJSON geometries in the series' CRS."""
    document = {"siteline": SHAPE, "simulated": True, **_plain(asdict(truth))}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_truth(path: Path) -> Truth:
    """Read what `write_truth` wrote."""
    said = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(said, dict) or said.get("siteline") != SHAPE:
        raise BadInput(f"{path.name} is not a truth file of this version", "Render the series again.")
    return Truth(
        site_id=said["site_id"],
        name=said["name"],
        crs=said["crs"],
        transform=tuple(said["transform"]),
        shape=tuple(said["shape"]),
        gsd_m=said["gsd_m"],
        area_scale=said["area_scale"],
        seed=said["seed"],
        perimeter=_outline(said["perimeter"]),
        structures=tuple(_read_structure(row) for row in said["structures"]),
        grounds=tuple(_read_ground(row) for row in said["grounds"]),
        looks=tuple(_read_look(row) for row in said["looks"]),
    )


def _read_structure(row: Mapping[str, Any]) -> TrueStructure:
    days = {name: _day(row[name]) for name in ("onset", "foundation", "structure", "finished")}
    return TrueStructure(
        **{
            **row,
            **days,
            "outline": shape(row["outline"]),
            "yard": _outline(row["yard"]),
            "zone": Zone(row["zone"]) if row["zone"] else None,
            "kind": Kind(row["kind"]) if row["kind"] else None,
            "stage": Stage(row["stage"]) if row["stage"] else None,
        }
    )


def _read_ground(row: Mapping[str, Any]) -> TrueGround:
    return TrueGround(
        **{
            **row,
            "outline": shape(row["outline"]),
            "kind": Kind(row["kind"]) if row["kind"] else None,
            "onset": _day(row["onset"]),
            "finished": _day(row["finished"]),
        }
    )


def _read_look(row: Mapping[str, Any]) -> TrueLook:
    pairs = {name: tuple(row[name]) for name in ("shift_px", "stretch", "gain", "offset")}
    return TrueLook(**{**row, **pairs, "acquired": datetime.fromisoformat(row["acquired"])})


def _plain(value: Any) -> Any:
    if isinstance(value, Polygon):
        return _plain(mapping(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _outline(value: Any) -> Polygon | None:
    return shape(value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
