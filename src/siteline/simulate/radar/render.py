"""From an invented site to a radar series of it: ground, structures, geometry, speckle, files, truth."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

from siteline.simulate.coverage import Floats, Raster
from siteline.simulate.mark import mark_ground
from siteline.simulate.place import CRS_CODE, find_corner
from siteline.simulate.radar.ground import Terrain, lay_terrain, show_ground
from siteline.simulate.radar.passes import Pass, plan_passes
from siteline.simulate.radar.speckle import FINE_M, LOOKS, PIXEL_M, draw_speckle, see_mean
from siteline.simulate.radar.structures import Structures
from siteline.simulate.render import CREDIT, LICENCE, TAG
from siteline.simulate.scene import yards_of
from siteline.simulate.site import SimulatedSite

SENSOR = "simulated C-band radar, 10 m"
COLUMNS = (
    "file", "acquired", "id", "sensor", "gsd_m", "bands", "nodata", "orbit", "relative_orbit", "units", "credit", "licence",
    "use",
)  # fmt: skip
_PAD = 60.0  # metres of world around the frame: layover and blur come from there
_STEADY = 0.06  # spread from pass to pass of what buildings send back, beside the ground's speckle


@dataclass(frozen=True, slots=True)
class RadarLook:
    """One radar picture."""

    seen: Pass
    intensity: NDArray[np.float32]
    """(2, rows, columns): VV, VH; terrain-corrected backscatter, linear. SIMULATED is in it, alike in all looks."""

    transform: tuple[float, float, float, float, float, float]

    @property
    def scene_id(self) -> str:
        """Such as SIM-A-20230504."""
        return f"SIM-{self.seen.orbit.name[0].upper()}-{self.seen.when:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class _World:
    terrain: Terrain
    by_orbit: dict[str, tuple[Structures, Floats]]
    """Structures, and the speckle that stays on them, (2, rows, columns)."""

    mark: Floats
    inner: slice
    pixels: int


def render_radar(
    site: SimulatedSite, seed: int, passes: tuple[Pass, ...] | None = None
) -> Iterator[RadarLook]:
    """
    All radar looks of a site, in order of time; deterministic by seed.

    passes: None for those of two orbits from the first optical look to the last. The ground's speckle is drawn anew at each
    pass; that of buildings stays, but for a few percent.
    """
    if passes is None:
        first, last = site.looks[0].when.date(), site.looks[-1].when.date()
        passes = plan_passes(first, last, site.latitude, seed)
    world = _lay(site, passes, seed)
    left, top = find_corner(site)
    corner = round(left / PIXEL_M) * PIXEL_M, round(top / PIXEL_M) * PIXEL_M
    for seen in passes:
        yield RadarLook(
            seen,
            _look(world, site, seen, seed),
            (PIXEL_M, 0.0, corner[0], 0.0, -PIXEL_M, corner[1]),
        )


def _lay(site: SimulatedSite, passes: tuple[Pass, ...], seed: int) -> _World:
    left, top = find_corner(site)
    # pixels lie on multiples of 10 m, the optical frame on multiples of its own pixel: the world is moved by the rest
    off_x = left - round(left / PIXEL_M) * PIXEL_M
    off_y = top - round(top / PIXEL_M) * PIXEL_M
    pixels = round(site.size_m / PIXEL_M)
    pad = round(_PAD / PIXEL_M)
    cells = round((pixels + 2 * pad) * PIXEL_M / FINE_M)
    raster = Raster(-_PAD - off_x, site.size_m + _PAD - off_y, FINE_M, (cells, cells))
    shape = (pixels + 2 * pad, pixels + 2 * pad)
    by_orbit = {}
    for orbit in dict.fromkeys(seen.orbit for seen in passes):
        rng = np.random.default_rng((seed, 65, orbit.relative_orbit))
        by_orbit[orbit.name] = (Structures(site, raster, orbit, seed), draw_speckle(rng, 2, shape))
    own = Raster(0.0, float(pixels), 1.0, (pixels, pixels))
    mark = mark_ground(float(pixels), float(pixels), own)
    return _World(
        lay_terrain(site, raster, yards_of(site), seed), by_orbit, mark, slice(pad, pad + pixels), pixels
    )


def _look(world: _World, site: SimulatedSite, seen: Pass, seed: int) -> Floats:
    rng = np.random.default_rng((seed, 66, seen.number))
    structures, fixed = world.by_orbit[seen.orbit.name]
    ground = show_ground(world.terrain, site, seen, seed)
    built = np.zeros_like(ground)
    for standing in structures.on(seen.when.date()):
        here = (slice(None), *standing.where)
        ground[here] *= standing.left
        built[here] *= standing.left
        built[here] += standing.added
    fresh = draw_speckle(rng, 2, fixed.shape[1:])
    steady = fixed * (1 + _STEADY * rng.standard_normal(fixed.shape, dtype=np.float32))
    intensity = see_mean(ground, seen.shift_m) * fresh + see_mean(built, seen.shift_m) * steady
    gain = np.power(10.0, np.array(seen.gain_db) / 10).astype(np.float32)
    cut = intensity[:, world.inner, world.inner] * gain[:, None, None]
    return np.asarray(cut * world.mark, np.float32)


def render_radar_story(folder: Path, site: SimulatedSite, seed: int) -> tuple[Path, int]:
    """
    Write a radar series beside a rendered one: files, manifest `radar.csv`, truth `radar-truth.json`.

    Returns the manifest and the number of looks. What was built and when is in the optical truth: it is the same story.
    """
    (folder / "radar").mkdir(parents=True, exist_ok=True)
    rows, truths = [], []
    for look in render_radar(site, seed):
        name = f"radar/{look.scene_id}.tif"
        _write(folder / name, look)
        seen = look.seen
        rows.append(
            {
                "file": name,
                "acquired": seen.when.isoformat().replace("+00:00", "Z"),
                "id": look.scene_id,
                "sensor": SENSOR,
                "gsd_m": f"{PIXEL_M:g}",
                "bands": "vv vh",
                "nodata": "nan",
                "orbit": seen.orbit.name,
                "relative_orbit": seen.orbit.relative_orbit,
                "units": "linear",
                "credit": CREDIT,
                "licence": LICENCE,
                "use": "publish",
            }
        )
        truths.append(
            {
                "scene_id": look.scene_id,
                "orbit": seen.orbit.name,
                "looks_to": seen.orbit.looks_to,
                "incidence": seen.orbit.incidence,
                "equivalent_looks": LOOKS,
                "moisture": round(seen.moisture, 4),
                "frost": round(seen.frost, 4),
                "wet_snow": round(seen.wet_snow, 4),
                "gain_db": [round(g, 4) for g in seen.gain_db],
                "shift_m": [round(s, 3) for s in seen.shift_m],
            }
        )
    manifest = folder / "radar.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    told = {"siteline": "radar-truth/1", "site_id": site.id, "seed": seed, "looks": truths}
    (folder / "radar-truth.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return manifest, len(rows)


def _write(path: Path, look: RadarLook) -> None:
    bands, rows, columns = look.intensity.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=bands,
        height=rows,
        width=columns,
        dtype="float32",
        nodata=float("nan"),
        crs=CRS_CODE,
        transform=Affine(*look.transform),
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress="deflate",
        predictor=3,
    ) as file:
        file.write(look.intensity)
        file.descriptions = ("vv", "vh")
        file.update_tags(**{TAG: "1", "TIFFTAG_IMAGEDESCRIPTION": "SIMULATED. " + CREDIT})
