"""From an invented site to pictures of it: world, light, weather, camera, files."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from PIL import Image
from rasterio.transform import Affine

from siteline.simulate import atmosphere, sensor
from siteline.simulate.coverage import Floats
from siteline.simulate.light import Sun
from siteline.simulate.mark import burn_mark
from siteline.simulate.place import CRS_CODE, LONGITUDE, draw_site_file, find_corner
from siteline.simulate.scene import PAD, World, build_world, show_scene
from siteline.simulate.site import BANDS, PlannedLook, SimulatedSite
from siteline.simulate.sun import find_sun
from siteline.simulate.truth import TrueLook, Truth, tell_truth, write_truth

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


@dataclass(frozen=True, slots=True)
class RenderedLook:
    """One picture with its mask and its truth."""

    counts: NDArray[np.uint16]
    """(4, rows, columns): blue, green, red, nir; reflectance x 10,000; 0: no pixel. SIMULATED is in it."""

    mask: NDArray[np.uint8]
    """(rows, columns): not zero where the scene's own mask calls it bad; imperfect on purpose."""

    transform: tuple[float, float, float, float, float, float]
    """As the file states it."""

    truth: TrueLook


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
                sensor.make_operator((PAD + at * gsd) / step, raster.shape[0], psf * gsd / step, gsd / step)
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
        gain=(float(gain[0]), float(gain[1]), float(gain[2]), float(gain[3])),
        offset=(float(offset[0]), float(offset[1]), float(offset[2]), float(offset[3])),
        psf_px=float(psf),
        cloud=cloud,
        cloud_shadow=shade,
        snow=float(np.mean(snowy)),
        no_image=float(np.mean(lost)),
        usable=float(1 - np.mean(bad)),
        mask_misses_shadow=misses_shadow,
    )
    left, top = find_corner(site)
    corner = left + float(wander[0]) * gsd, top - float(wander[1]) * gsd
    return RenderedLook(counts, mask, (gsd, 0.0, corner[0], 0.0, -gsd, corner[1]), truth)


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
    """A true-colour picture, (rows, columns, 3), each pixel drawn `scale` times as large; not yet marked."""
    rgb = counts[[2, 1, 0]].astype(np.float32)
    valid = np.all(counts > 0, axis=0)
    shown = np.zeros_like(rgb)
    for band in range(3):
        low, high = np.percentile(rgb[band][valid], [1, 99.3]) if valid.any() else (0, 1)
        shown[band] = np.clip((rgb[band] - low * 0.8) / max(high - low * 0.8, 1), 0, 1) ** 0.75
    picture = np.moveaxis(np.rint(shown * 255).astype(np.uint8), 0, 2)
    return np.repeat(np.repeat(picture, scale, axis=0), scale, axis=1)


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
