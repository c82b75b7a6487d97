"""From an invented site to pictures of it: world, light, weather, camera, files."""

from __future__ import annotations

import csv
import json
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from PIL import Image
from pyproj import CRS, Transformer
from rasterio.transform import Affine
from shapely import LineString, Point, Polygon, unary_union
from shapely.affinity import translate
from shapely.geometry import box, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform as map_geometry

from siteline.model.place import Zone
from siteline.simulate import atmosphere, sensor
from siteline.simulate.coverage import Doubles, Floats, Raster, cover, paint_edges, trace_edges
from siteline.simulate.draw import draw_part, draw_stroke, paint_strokes
from siteline.simulate.land import Land, lay_land, show_land
from siteline.simulate.light import Sun, cast_shadow, light_slope, shade_by_trees, shade_roofs, sweep
from siteline.simulate.mark import burn_mark, mark_ground
from siteline.simulate.site import BANDS, GROUNDS, Building, Patch, PlannedLook, SimulatedSite, draw_rectangle
from siteline.simulate.sun import find_sun
from siteline.simulate.truth import TrueGround, TrueLook, TrueStructure, Truth, write_truth
from siteline.simulate.works import Part, Tiling, share_done, stand_on

LONGITUDE = -39.0
"""Where the false place lies: mid-Atlantic, on the central meridian of its zone, thousands of metres of water."""

CRS_CODE = "EPSG:32624"
CREDIT = "Siteline simulator: rendered, not a real place"
LICENCE = "CC0-1.0"
SENSOR = "simulated 3 m, 4 bands"
TAG = "SITELINE_SIMULATED"
"""TIFF tag that marks a rendered file; its value is "1"."""

MANIFEST_COLUMNS = (
    "file",
    "acquired",
    "id",
    "sensor",
    "gsd_m",
    "bands",
    "scale",
    "offset",
    "nodata",
    "mask",
    "mask_kind",
    "sun_azimuth",
    "sun_elevation",
    "view_off_nadir",
    "view_azimuth",
    "credit",
    "licence",
    "use",
)
_SCALE_FACTOR = 0.9996  # of UTM on its central meridian
_PAD = 36.0  # m of world around the frame, for shifts and lean


@dataclass(frozen=True, slots=True)
class RenderedLook:
    """One picture with its mask and its truth."""

    counts: NDArray[np.uint16]
    """(4, rows, columns): blue, green, red, nir; reflectance x 10,000; 0 without a pixel. SIMULATED is in it."""

    mask: NDArray[np.uint8]
    """(rows, columns): not zero where the scene's own mask calls it bad; imperfect on purpose."""

    transform: tuple[float, float, float, float, float, float]
    """As the file states it."""

    truth: TrueLook


@dataclass(frozen=True, slots=True)
class World:
    """A site with its land laid out on the fine grid: what all looks share."""

    site: SimulatedSite
    seed: int
    land: Land
    mark: Floats
    patch_covers: tuple[tuple[Patch, tuple[slice, slice], Floats], ...]


def build_world(site: SimulatedSite, seed: int) -> World:
    """Lay out the land of a site, once for all looks; deterministic by seed."""
    cells = round((site.size_m + 2 * _PAD) / site.fine_m)
    raster = Raster(-_PAD, site.size_m + _PAD, site.fine_m, (cells, cells))
    land = lay_land(site, raster, np.random.default_rng((seed, 1)))
    covers = []
    for patch in (*_yards(site), *site.patches):
        window = raster.window(patch.outline)
        if window is not None:
            covers.append((patch, window[:2], cover(patch.outline, window[2])))
    return World(site, seed, land, mark_ground(site.size_m, site.size_m, raster), tuple(covers))


def render_looks(site: SimulatedSite, seed: int) -> Iterator[RenderedLook]:
    """All looks of a site, one after the other, in time order."""
    world = build_world(site, seed)
    for number in range(len(site.looks)):
        yield render_look(world, number)


def render_look(world: World, number: int) -> RenderedLook:
    """One look; the same whether others were rendered before it or not."""
    site, look = world.site, world.site.looks[number]
    rng = np.random.default_rng((world.seed, 2, number))
    azimuth, elevation = find_sun(look.when, site.latitude, LONGITUDE)
    sun = Sun(azimuth, max(elevation, 8.0))
    fine, snow = show_scene(world, look, sun, rng)
    return _photograph(world, look, number, sun, fine, snow, rng)


def show_scene(world: World, look: PlannedLook, sun: Sun, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The site on one day in its light, seen from the satellite's direction: (4, …) reflectance, and snow 0–1."""
    site, land = world.site, world.land
    day = look.when.date()
    ground = show_land(land, day, look.moisture, world.seed)
    _lay_patches(ground, world, day, look.moisture)
    snow = np.zeros(land.raster.shape, np.float32)
    if look.snow > 0:
        snow = atmosphere.settle_snow(look.snow, land.roughness, land.tree_height, land.built_share)
        for band in range(4):
            ground[band] += snow * (atmosphere.SNOW[band] - ground[band])
    east, north = sun.away
    slope = 1 - np.float32(sun.reach) * (
        land.slope_east * np.float32(-east) + land.slope_north * np.float32(-north)
    )
    np.clip(slope, 0.35, 1.75, out=slope)
    parts = [part for building in site.buildings for part in stand_on(building, day)]
    owners = [building.label for building in site.buildings for _ in stand_on(building, day)]
    heaps = [part for patch in site.patches if (part := _heap(patch, day)) is not None]
    cars = _send_vehicles(site, day, rng)
    shades = [cast_shadow(part, sun) for part in (*parts, *heaps)]
    small = [sweep(car, (east * 2.2 * sun.reach, north * 2.2 * sun.reach)) for car, _ in cars]
    shadow = cover(unary_union([s for s in (*shades, *small) if not s.is_empty]), land.raster)
    np.maximum(shadow, shade_by_trees(land.tree_height, sun, land.raster.step), out=shadow)
    for band in range(4):
        ground[band] *= slope * (1 - shadow * np.float32(1 - sun.sky[band]))
    everything = (*parts, *heaps)
    falls = shade_roofs(everything, shades, sun)
    strokes = [
        stroke
        for part, owner, fall in zip(everything, (*owners, *[""] * len(heaps)), falls, strict=True)
        for stroke in draw_part(part, owner, fall, look, sun)
    ]
    strokes += [draw_stroke(trace_edges(car), tone, 1.0) for car, tone in cars]
    paint_strokes(ground, strokes, land.raster)
    return ground, snow


def _yards(site: SimulatedSite) -> list[Patch]:
    """Disturbed ground around works and demolitions, as patches in the order in which it appears."""
    yards = []
    for building in site.buildings:
        works, gone = building.built, building.removed
        if works and building.yard is not None:
            spread = min(14, max(2, (works.foundation - works.cleared).days))
            yards.append(_patch(building, building.yard, "cleared", works.cleared, spread))
            if works.roofed:
                yards.append(_patch(building, building.yard, building.yard_after, works.roofed, 50))
        if gone:
            plot = building.yard if building.yard is not None else building.outline.buffer(4)
            yards.append(_patch(building, plot, "spoil", gone[0], max(3, (gone[1] - gone[0]).days)))
            yards.append(_patch(building, plot, building.yard_after, gone[1], 60))
    return yards


def _patch(building: Building, outline: Polygon, ground: str, start: date, days: int) -> Patch:
    finish = date.fromordinal(start.toordinal() + days)
    return Patch(f"yard of {building.label}", outline, ground, start, finish)


def _lay_patches(ground: Floats, world: World, day: date, moisture: float) -> None:
    """Earthworks eat their way in where the ground is smooth; grass comes back the same way."""
    land = world.land
    wet = 1 - 0.35 * moisture
    for patch, (rows, columns), share in world.patch_covers:
        done = share_done(day, patch.start, patch.finish)
        if done <= 0 or patch.height_m > 0:
            continue
        rough = land.roughness[rows, columns]
        here = share
        if done < 1:
            here = share / (1 + np.exp(-(2.6 * (2 * done - 1) - rough) / 0.15))
        if patch.regrows and day >= patch.regrows:
            back = share_done(day, patch.regrows, date.fromordinal(patch.regrows.toordinal() + 400))
            here = here * (1 - 0.85 / (1 + np.exp(-(2.6 * (2 * back - 1) + rough) / 0.5)))
        tone = np.clip(1 + 0.09 * rough + 0.5 * (land.leaf_tone[rows, columns] - 1), 0.6, 1.4) * wet
        for band in range(4):
            view = ground[band, rows, columns]
            view += here * (np.float32(GROUNDS[patch.ground][band]) * tone - view)


def _heap(patch: Patch, day: date) -> Part | None:
    """A heap of spoil or coal as it has grown by a day."""
    done = share_done(day, patch.start, patch.finish)
    if patch.height_m <= 0 or done <= 0.05:
        return None
    low = patch.outline.buffer(-(1 - done) * math.sqrt(patch.outline.area) / 3)
    if low.is_empty:
        return None
    levels = [low.buffer(-share * math.sqrt(patch.outline.area) / 5) for share in (0, 0.3, 0.6)]
    rings = [
        ring
        for ring in (levels[0].difference(levels[1]), levels[1].difference(levels[2]), levels[2])
        if not ring.is_empty
    ]
    edges = [trace_edges(ring) for ring in rings]
    tiling = Tiling(
        np.concatenate(edges),
        np.repeat(np.arange(len(rings)), [len(e) for e in edges]),
        np.array([0.9, 1.0, 1.12][: len(rings)]),
        np.ones(len(rings)),
        np.tile([0.0, 0.0, 1.0], (len(rings), 1)),
    )
    return Part(low, patch.height_m * 0.7 * done, GROUNDS[patch.ground], tiling)


def _send_vehicles(site: SimulatedSite, day: date, rng: np.random.Generator) -> list[tuple[Polygon, Doubles]]:
    """Lorries on roads, cars in lots, machines where something is being built: other ones in every look."""
    blocked = unary_union([b.outline.buffer(3) for b in site.buildings]) if site.buildings else Polygon()
    cars = []

    def park(x: float, y: float, turn: float, length: float, width: float) -> None:
        car = draw_rectangle(x, y, length, width, turn)
        if not car.intersects(blocked):
            tone = float(rng.choice([0.06, 0.12, 0.2, 0.45, 0.6], p=[0.25, 0.2, 0.2, 0.2, 0.15]))
            hue = 1 + rng.normal(0, 0.12, 4)
            cars.append((car, tone * hue))

    for road in site.roads:
        for _ in range(int(rng.poisson(road.traffic * road.line.length / 100))):
            at = rng.uniform(0, road.line.length)
            here, ahead = road.line.interpolate(at), road.line.interpolate(at + 1)
            turn = math.degrees(math.atan2(ahead.y - here.y, ahead.x - here.x))
            off = road.width_m * 0.24 * rng.choice([-1, 1])
            size = (rng.uniform(9, 16), 2.6) if rng.random() < 0.45 else (rng.uniform(4, 6), 2.0)
            side = math.radians(turn + 90)
            park(here.x + off * math.cos(side), here.y + off * math.sin(side), turn, *size)
    weekday = 0.75 if day.weekday() < 5 else 0.2
    for patch in site.patches:
        if patch.what == "parking lot" and day >= patch.finish:
            for spot, turn in _parking_spots(patch.outline):
                if rng.random() < weekday * rng.uniform(0.5, 1):
                    park(spot[0], spot[1], turn, 4.6, 1.9)
    for building in site.buildings:
        works = building.built
        if works and building.yard is not None and works.cleared <= day <= (works.roofed or day):
            free = building.yard.difference(building.outline.buffer(3))
            west, south, east, north = free.bounds
            for _ in range(int(rng.poisson(2.5))):
                x, y = rng.uniform(west, east), rng.uniform(south, north)
                if free.contains(Point(x, y)):
                    park(x, y, rng.uniform(0, 180), rng.uniform(5, 11), rng.uniform(2.4, 3))
    return cars


def _parking_spots(lot: Polygon) -> list[tuple[tuple[float, float], float]]:
    """Rows of places along the longer side of a lot."""
    corners = np.asarray(lot.minimum_rotated_rectangle.exterior.coords)[:4]
    sides = np.roll(corners, -1, axis=0) - corners
    longer = int(np.argmax(np.hypot(*sides.T)[:2]))
    start, length, width = corners[longer], sides[longer], sides[(longer + 1) % 4]
    long_m, wide_m = float(np.hypot(*length)), float(np.hypot(*width))
    u, v = length / long_m, width / wide_m
    turn = math.degrees(math.atan2(v[1], v[0]))
    spots = []
    for across in np.arange(4, wide_m - 3, 11.0):
        for forth in np.arange(3, long_m - 3, 2.7):
            x, y = start + u * forth + v * across
            spots.append(((float(x), float(y)), turn))
    return spots


def _photograph(
    world: World,
    look: PlannedLook,
    number: int,
    sun: Sun,
    fine: Floats,
    snow: Floats,
    rng: np.random.Generator,
) -> RenderedLook:
    """The scene through weather and camera, onto the pixels of a frame that lies a little off."""
    site, raster = world.site, world.land.raster
    gsd, step = site.gsd_m, site.fine_m
    pixels = round(site.size_m / gsd)
    reach, heading = rng.uniform(*site.shift_px), rng.uniform(0, 2 * math.pi)
    shift = (reach * math.cos(heading), reach * math.sin(heading))
    stretch = rng.normal(0, 1.0e-4, 2)
    turn = rng.normal(0, 1.0e-4)
    psf = site.psf_px * (1 + rng.normal(0, 0.05))
    wander = rng.integers(-site.wander_px, site.wander_px + 1, 2)
    middle = pixels / 2
    centre = np.arange(pixels) + 0.5
    bands_off = rng.normal(0, 0.04, (4, 2))
    seen = np.empty((4, pixels, pixels), np.float32)
    operators = []
    for band in range(4):
        axes = []
        for axis in (0, 1):
            at = centre + wander[axis] - shift[axis] - bands_off[band, axis]
            at = middle + (at - middle) * (1 - stretch[axis])
            axes.append(
                sensor.make_operator((_PAD + at * gsd) / step, raster.shape[0], psf * gsd / step, gsd / step)
            )
        operators.append(axes)
        seen[band] = sensor.twist(sensor.see_pixels(fine[band], axes[1], axes[0]), turn)
    right, down = operators[1]
    mark = sensor.twist(sensor.see_pixels(world.mark, down, right), turn)
    snowy = sensor.see_pixels(snow, down, right)
    weather = atmosphere.raise_weather(look, sun, (pixels, pixels), gsd, rng)
    seen = atmosphere.see_through(seen, weather, sun)
    common = rng.normal(0, site.gain_sigma * 0.87)
    gain = np.exp(common + rng.normal(0, site.gain_sigma * 0.5, 4))
    offset = rng.normal(0, [0.006, 0.004, 0.003, 0.003])
    seen = seen * gain[:, None, None].astype(np.float32) + offset[:, None, None].astype(np.float32)
    counts = sensor.count(sensor.add_noise(seen, rng) * mark)
    lost = sensor.lose_edges(counts, rng)
    counts[:, lost] = 0
    misses_shadow = bool(rng.random() < 0.3) and atmosphere.is_cloudy(weather)
    mask = atmosphere.draw_mask(weather, snowy, rng, misses_shadow)
    cloud, shade = atmosphere.spell_out(weather)
    bad = (weather.cloud > 0.15) | (weather.shade > 0.25) | (snowy > 0.4) | lost
    scene_id = f"SIM-{look.when:%Y%m%dT%H%M}"
    truth = TrueLook(
        scene_id=scene_id,
        file=f"scenes/{scene_id}.tif",
        acquired=look.when,
        sun_azimuth=round(sun.azimuth, 4),
        sun_elevation=round(sun.elevation, 4),
        view_off_nadir=look.view_off_nadir,
        view_azimuth=look.view_azimuth,
        weather=look.weather,
        shift_px=(float(shift[0]), float(shift[1])),
        stretch=(float(stretch[0]), float(stretch[1])),
        turn_rad=float(turn),
        gain=tuple(float(g) for g in gain),
        offset=tuple(float(o) for o in offset),
        psf_px=float(psf),
        cloud=cloud,
        cloud_shadow=shade,
        snow=float(np.mean(snowy)),
        no_image=float(np.mean(lost)),
        usable=float(1 - np.mean(bad)),
        mask_misses_shadow=misses_shadow,
    )
    left, top = _corner(site)
    transform = (gsd, 0.0, left + wander[0] * gsd, 0.0, -gsd, top - wander[1] * gsd)
    return RenderedLook(counts, mask, tuple(float(t) for t in transform), truth)


def _corner(site: SimulatedSite) -> tuple[float, float]:
    """Upper left corner of the nominal frame in the false place: a multiple of the pixel."""
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    x, y = to_grid.transform(LONGITUDE, site.latitude)
    gsd = site.gsd_m
    return math.floor((x - site.size_m / 2) / gsd) * gsd, math.floor((y + site.size_m / 2) / gsd) * gsd


def place(site: SimulatedSite, geometry: BaseGeometry) -> BaseGeometry:
    """An outline of local metres in the series' CRS."""
    left, top = _corner(site)
    return translate(geometry, left, top - site.size_m)


def tell_truth(site: SimulatedSite, seed: int, looks: Sequence[TrueLook]) -> Truth:
    """What is true of a site and its looks."""
    last = site.looks[-1].when.date()
    scale = 1 / _SCALE_FACTOR**2
    left, top = _corner(site)
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
    height = max((part.height_m for part in standing), default=building.height_m)
    return TrueStructure(
        label=building.label,
        outline=place(site, building.outline),
        area_m2=building.outline.area * scale,
        length_m=float(sides[1]) / _SCALE_FACTOR,
        width_m=float(sides[0]) / _SCALE_FACTOR,
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


def render_story(folder: Path, story: SimulatedSite, seed: int) -> Truth:
    """
    Render a whole series into a folder: scenes, masks, manifest, site file, truth, and a preview to look at.

    The files are what a satellite company would deliver, but for the word SIMULATED in their pixels and tags.
    """
    for part in ("scenes", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    looks, rows = [], []
    best: RenderedLook | None = None
    for rendered in render_looks(story, seed):
        _write_look(folder, story, rendered)
        looks.append(rendered.truth)
        rows.append(_manifest_row(story, rendered))
        if best is None or rendered.truth.usable >= 0.97 * best.truth.usable:
            best = rendered
    with (folder / "scenes.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, MANIFEST_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    truth = tell_truth(story, seed, looks)
    write_truth(truth, folder / "truth.json")
    document = draw_site_file(story, seed)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (folder / "site.geojson").write_text(text, encoding="utf-8")
    if best is not None:
        Image.fromarray(burn_mark(compose_picture(best.counts))).save(folder / "preview.png")
    return truth


def compose_picture(counts: NDArray[np.uint16], scale: int = 2) -> NDArray[np.uint8]:
    """A picture in true colour, (rows, columns, 3), each pixel drawn `scale` times as large; not yet marked."""
    rgb = counts[[2, 1, 0]].astype(np.float32)
    valid = np.all(counts > 0, axis=0)
    shown = np.zeros_like(rgb)
    for band in range(3):
        low, high = np.percentile(rgb[band][valid], [1, 99.3]) if valid.any() else (0, 1)
        shown[band] = np.clip((rgb[band] - low * 0.8) / max(high - low * 0.8, 1), 0, 1) ** 0.75
    picture = np.moveaxis(np.rint(shown * 255).astype(np.uint8), 0, 2)
    return np.repeat(np.repeat(picture, scale, axis=0), scale, axis=1)


def draw_site_file(story: SimulatedSite, seed: int) -> dict[str, Any]:
    """
    The site file an analyst would have: area of interest, perimeter, and the known buildings, traced by hand.

    GeoJSON, EPSG:4326. Traced corners lie about a metre off the truth, as traced corners do.
    """
    to_earth = Transformer.from_crs(CRS(CRS_CODE), CRS("EPSG:4326"), always_xy=True)
    rng = np.random.default_rng((seed, 3))

    def feature(geometry: BaseGeometry, role: str, label: str, **more: str) -> dict[str, Any]:
        earthly = map_geometry(to_earth.transform, place(story, geometry))
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


def _write_look(folder: Path, story: SimulatedSite, rendered: RenderedLook) -> None:
    counts, mask = rendered.counts, rendered.mask
    common = {
        "driver": "GTiff",
        "height": counts.shape[1],
        "width": counts.shape[2],
        "crs": CRS_CODE,
        "transform": Affine(*rendered.transform),
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "deflate",
    }
    tags = {TAG: "1", "TIFFTAG_IMAGEDESCRIPTION": "SIMULATED. " + CREDIT}
    path = folder / rendered.truth.file
    with rasterio.open(path, "w", count=4, dtype="uint16", nodata=0, predictor=2, **common) as file:
        file.write(counts)
        file.descriptions = BANDS
        file.update_tags(**tags)
    with rasterio.open(folder / _mask_file(rendered), "w", count=1, dtype="uint8", **common) as file:
        file.write(mask, 1)
        file.update_tags(**tags)


def _mask_file(rendered: RenderedLook) -> str:
    return f"masks/{rendered.truth.scene_id}.tif"


def _manifest_row(story: SimulatedSite, rendered: RenderedLook) -> dict[str, object]:
    look = rendered.truth
    return {
        "file": look.file,
        "acquired": look.acquired.isoformat().replace("+00:00", "Z"),
        "id": look.scene_id,
        "sensor": SENSOR,
        "gsd_m": f"{story.gsd_m:g}",
        "bands": " ".join(BANDS),
        "scale": "0.0001",
        "offset": "0",
        "nodata": "0",
        "mask": _mask_file(rendered),
        "mask_kind": "nonzero_bad",
        "sun_azimuth": f"{look.sun_azimuth:.2f}",
        "sun_elevation": f"{look.sun_elevation:.2f}",
        "view_off_nadir": f"{look.view_off_nadir:.2f}",
        "view_azimuth": f"{look.view_azimuth:.1f}",
        "credit": CREDIT,
        "licence": LICENCE,
        "use": "publish",
    }
