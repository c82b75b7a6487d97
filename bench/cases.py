"""The real data sets of shared/data as cubes, on the product's own road, with their hand-drawn truth."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import rasterio
import xarray as xr
from PIL import Image
from rasterio.features import shapes
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from bench.scoring import Truth, polygon_of
from siteline.catalog.local import read_manifest
from siteline.cube.align import align
from siteline.cube.load import CubeOptions, build_cube, plan_grid, read_native
from siteline.model.dates import parse_acquired
from siteline.model.imagery import Look
from siteline.model.place import Frame, Site
from siteline.simulate.paste import paste_roofs
from siteline.simulate.sun import find_sun

NAIP_BANDS = ("red", "green", "blue", "nir")
NAIP_PLACE = (47.3, -99.7)
"""About where the tile lies; only the sun of the pasted roofs depends on it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One data set, ready to be searched."""

    cube: xr.Dataset
    looks: tuple[Look, ...]
    truths: tuple[Truth, ...]
    controls: dict[str, BaseGeometry]


def shared() -> Path:
    """Where the test data lie."""
    return Path(os.environ.get("SITELINE_SHARED", Path(__file__).parents[2] / "shared"))


def build(manifest: Path, site: Site) -> tuple[xr.Dataset, tuple[Look, ...]]:
    """Manifest to cube, as a survey does it."""
    scenes, _ = read_manifest(manifest, site)
    usable = tuple(s for s in scenes if s.fault is None)
    options = CubeOptions()
    grid = plan_grid(usable, site)
    natives = tuple(read_native(s, site, grid, options) for s in usable)
    alignment = align(natives, site, grid, options)
    return build_cube(natives, alignment, grid, options).cube, alignment.looks


def solar_farm() -> Case:
    """12 yearly frames of a desert that becomes a solar plant."""
    folder = shared() / "data/imagery/solar_farm"
    cube, looks = build(folder / "scenes.csv", Site("solar", "solar", (), Frame.IMAGE))
    record = json.loads((folder / "truth.json").read_text())
    frames = [frame["date"] for frame in record["frames"]]
    truths = []
    for change in record["changes"]:
        absent, present = (change[k].replace("_", "-") for k in ("last_absent", "first_present"))
        earlier = frames[max(frames.index(absent) - 1, 0)]
        last = parse_acquired(present).last_day
        truths.append(
            Truth(
                change["id"],
                change["kind"],
                polygon_of(change),
                parse_acquired(absent).last_day,
                last,
                change["certainty"] == "sure",
                parse_acquired(earlier).first_day,
                last,
            )
        )
    return Case(cube, looks, tuple(truths), _controls(record))


def ring_campus() -> Case:
    """90 Landsat frames of a campus torn down and rebuilt as a ring; a date may be one clear frame off on either side."""
    folder = shared() / "data/imagery/ring_campus"
    cube, looks = build(folder / "landsat/scenes.csv", Site("ring", "ring", (), Frame.IMAGE, 15.0))
    record = json.loads((folder / "truth.json").read_text())
    clear = [date.fromisoformat(f["date"]) for f in record["frames"] if f["clear"]]
    truths = []
    for change in record["changes"]:
        without, having = (date.fromisoformat(change[k]) for k in ("last_without", "first_with"))
        earlier = clear[max(clear.index(without) - 1, 0)]
        later = clear[min(clear.index(having) + 1, len(clear) - 1)]
        truths.append(
            Truth(
                change["id"],
                change["kind"],
                polygon_of(change),
                without,
                having,
                change["certainty"] == "sure",
                earlier,
                later,
            )
        )
    return Case(cube, looks, tuple(truths), _controls(record))


def planet_feni() -> tuple[Case, BaseGeometry]:
    """11 yearly frames, stretched anew each year, of river land that becomes a solar plant; and its outline."""
    folder = shared() / "data/imagery/planet_feni"
    cube, looks = build(folder / "scenes.csv", Site("feni", "feni", (), Frame.IMAGE))
    mask = (np.asarray(Image.open(folder / "grw_mask.png").convert("L")) > 128).astype(np.uint8)
    outline = unary_union([shape(form) for form, value in shapes(mask) if value == 1])
    return Case(cube, looks, (), {}), outline


def s2_forest() -> Case:
    """7 monthly syntheses of forest and fields where nothing was built."""
    cube, looks = build(shared() / "data/imagery/s2_forest/scenes.csv", Site("forest", "forest", ()))
    return Case(cube, looks, (), {})


def clear_frames() -> dict[str, bool]:
    """Whether the source's author called each Landsat frame clear, by the stem of its file."""
    record = json.loads((shared() / "data/imagery/ring_campus/truth.json").read_text())
    return {Path(f["file"]).stem: bool(f["author_clear"]) for f in record["frames"]}


def naip_field(seed: int, folder: Path) -> Case:
    """10 dates of fields and lakes where nothing was built, with 20 rendered roofs pasted into the last four."""
    source = shared() / "data/imagery/naip_field"
    rows = list(csv.DictReader((source / "scenes.csv").read_text().splitlines()))
    images, profiles, suns = [], [], []
    for row in rows:
        with rasterio.open(source / row["file"]) as image:
            images.append(np.moveaxis(image.read(), 0, -1))
            profiles.append(image.profile)
        noon = datetime.fromisoformat(row["acquired"]).replace(hour=17, minute=30, tzinfo=UTC)
        suns.append(find_sun(noon, *NAIP_PLACE))
    transforms = [tuple(p["transform"])[:6] for p in profiles]
    pasted, roofs = paste_roofs(
        images, transforms, suns, since=len(images) - 4, seed=seed, count=20, bands=NAIP_BANDS, nodata=0
    )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "scenes.csv").open("w", newline="") as manifest:
        writer = csv.writer(manifest)
        writer.writerow(["file", "acquired", "bands"])
        for row, image, profile in zip(rows, pasted, profiles, strict=True):
            with rasterio.open(folder / row["file"], "w", **profile) as out:
                out.write(np.moveaxis(image, -1, 0))
            writer.writerow([row["file"], row["acquired"], " ".join(NAIP_BANDS)])
    cube, looks = build(folder / "scenes.csv", Site("naip", "naip", ()))
    days = [date.fromisoformat(row["acquired"]) for row in rows]
    truths = tuple(
        Truth(
            f"roof {n}",
            "construction",
            r.outline,
            days[r.since - 1],
            days[r.since],
            True,
            days[0],
            days[r.since],
        )
        for n, r in enumerate(roofs)
    )
    return Case(cube, looks, truths, {})


def _controls(record: dict[str, list[dict[str, object]]]) -> dict[str, BaseGeometry]:
    return {str(c["id"]): Polygon(c["polygon"]) for c in record["controls"]}
