"""
How fast: the whole survey, the step test beside nrt's monitors, and both beside what the machine can do: `python -m bench.speed`.

nrt lives in an environment of its own (pip install nrt): name its Python in BENCH_NRT, or its line says that it was left out.
Processor seconds are of all threads together; wall seconds depend on who else is at work.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIZES, LOOKS = (500, 707, 1000), (30, 60)
TILE_PX, SEED, BUILDINGS = 200, 5, 20

STILL = (0.0, 0.1)
"""Shifts between looks, pixels: where tiles meet, larger ones would be changes."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of one piece of work."""

    wall: float
    processor: float


def clock(work: Callable[[], object], rounds: int = 1) -> Spent:
    """The quickest of some rounds."""
    spent = []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        spent.append(Spent(time.perf_counter() - wall, time.process_time() - processor))
    return min(spent, key=lambda s: s.wall)


def read_floor(values: Floats) -> Spent:
    """Reading an array once, with as many threads as the survey has."""
    from siteline.raster.compiled import count_threads, each

    flat = values.reshape(-1)
    parts = np.array_split(flat, count_threads())
    return clock(lambda: each(lambda part: float(part.sum()), parts), rounds=5)


def make_series(px: int, looks: int, features: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Noise with a sharp step of -0.3 in the first feature of a quarter of the pixels, a fifth of the looks missing."""
    random = np.random.default_rng(1)
    values = random.normal(0, 0.05, (features, looks, px, px)).astype(np.float32)
    values[0, looks // 2 :, : px // 2, : px // 2] -= 0.3
    usable = random.random((looks, px, px)) > 0.2
    values *= usable
    return values, usable


def step_test(px: int = 500, looks: int = 80) -> Iterator[str]:
    """Ours with three features beside nrt's monitors on one, and the floor."""
    from siteline.change.series.steps import estimate_noise, score_one_step

    values, usable = make_series(px, looks, 3)

    def ours() -> object:
        return score_one_step(values, usable, estimate_noise(values, usable))

    first = clock(ours)
    spent, floor = clock(ours, rounds=5), read_floor(values)
    steps = px * px * looks / 1e6
    yield f"step test, {px} x {px} x {looks}, 3 features: {spent.wall:.2f} s ({spent.processor:.2f} s of processor)"
    yield f"  {steps / spent.wall:.0f} M pixel-looks/s; the first run, with code to load or compile, {first.wall:.2f} s"
    yield f"  floor (memory read once): {floor.wall:.4f} s; ours is {spent.wall / floor.wall:.0f} times that"
    rivals = _ask_nrt(px, looks)
    if not rivals:
        yield "  *** nrt LEFT OUT: name the Python of an environment that has it in BENCH_NRT ***"
        return
    for name, seconds in rivals.items():
        yield f"  nrt {name}: {seconds:.2f} s, ours is {seconds / spent.wall:.1f} times as fast"


def _ask_nrt(px: int, looks: int) -> dict[str, float]:
    """Seconds of each of nrt's monitors on the same series, fitted to the first half and monitoring the second."""
    python = os.environ.get("BENCH_NRT")
    if not python:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        values, usable = make_series(px, looks, 1)
        np.save(Path(folder) / "series.npy", np.where(usable, values[0], np.nan))
        asked = subprocess.run([python, "-c", _NRT, folder], capture_output=True, text=True, check=False)
    if asked.returncode:
        raise SystemExit(f"nrt failed:\n{asked.stderr}")
    return dict(json.loads(asked.stdout.splitlines()[-1]))


_NRT = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, xarray as xr
from nrt.monitor.ewma import EWMA
from nrt.monitor.iqr import IQR
from nrt.monitor.cusum import CuSum
from nrt.monitor.mosum import MoSum
series = np.load(sys.argv[1] + "/series.npy")
days = np.datetime64("2020-01-01") + np.arange(len(series)) * np.timedelta64(13, "D")
half = len(series) // 2
cube = xr.DataArray(series, dims=("time", "y", "x"), coords={"time": days.astype("datetime64[ns]")})
dates = cube.time.dt.date.values if hasattr(cube.time.dt, "date") else days.astype(object)
def run(monitor):
    start = time.perf_counter()
    monitor.fit(dataarray=cube[:half], method="OLS", screen_outliers=None)
    for at in range(half, len(series)):
        monitor.monitor(array=series[at].astype(np.float32), date=days[at].astype("datetime64[us]").astype(object))
    return time.perf_counter() - start
spent = {}
for kind in (EWMA, IQR, CuSum, MoSum):
    run(kind(trend=False))
    spent[kind.__name__] = run(kind(trend=False))
print(json.dumps(spent))
"""


def draw_scenes(folder: Path, px: int, looks: int) -> Path:
    """
    Scenes of px x px pixels, with manifest and site: rendered tiles side by side, in one of which things are built.

    Neither tile has anything that draws by lot in a look (cars, machines), so that both have the same weather and shifts.
    """
    import rasterio

    from siteline.simulate.render import render_story
    from siteline.simulate.story import random_story

    busy, quiet = folder / f"tile-{looks}", folder / f"quiet-{looks}"
    if not busy.exists():
        story = random_story(SEED, looks=looks, size_m=3.0 * TILE_PX, buildings=BUILDINGS)
        story = replace(
            story,
            patches=(),
            roads=(),
            buildings=tuple(replace(b, yard=None) for b in story.buildings),
            shift_px=STILL,
            wander_px=0,
        )
        render_story(busy, story, SEED)
        render_story(quiet, replace(story, buildings=()), SEED)
    made = folder / f"scenes-{px}-{looks}"
    times = -(-px // TILE_PX)
    for part in ("scenes", "masks"):
        (made / part).mkdir(parents=True)
        for file in sorted((busy / part).glob("*.tif")):
            with rasterio.open(quiet / part / file.name) as image:
                numbers, profile, tags = np.tile(image.read(), (1, times, times)), image.profile, image.tags()
                names = image.descriptions
            with rasterio.open(file) as image:
                numbers[:, :TILE_PX, :TILE_PX] = image.read()
            with rasterio.open(
                made / part / file.name, "w", **{**profile, "width": px, "height": px}
            ) as image:
                image.write(numbers[:, :px, :px])
                image.descriptions = names
                image.update_tags(**tags)
    (made / "scenes.csv").write_bytes((busy / "scenes.csv").read_bytes())
    return made


def survey(folder: Path, px: int, looks: int) -> dict[str, Any]:
    """Survey a fresh case twice, in a process of its own: seconds by stage, cold and warm, and the most memory it held."""
    asked = subprocess.run(
        [sys.executable, "-m", "bench.speed", "survey", str(folder), str(px), str(looks)],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise SystemExit(asked.stderr)
    return dict(json.loads(asked.stdout.splitlines()[-1]))


def _survey_here(folder: Path, px: int, looks: int) -> None:
    from siteline.workbench.case import make_case, open_case
    from siteline.workbench.images import add_manifest
    from siteline.workbench.places import add_site
    from siteline.workbench.survey import survey_site

    scenes, case_folder = folder / f"scenes-{px}-{looks}", folder / f"case-{px}-{looks}"
    case = make_case(case_folder)
    document = {"type": "FeatureCollection", "features": [], "name": "tiles"}
    site = next((folder / f"tile-{looks}").glob("site.geojson"))
    document = json.loads(site.read_text(encoding="utf-8"))
    document["features"] = [f for f in document["features"] if f["properties"].get("role") != "aoi"]
    (scenes / "site.geojson").write_text(json.dumps(document), encoding="utf-8")
    added = add_site(case, scenes / "site.geojson", ())[0]
    add_manifest(case, added.id, scenes / "scenes.csv")
    found: list[Any] = []
    cold = clock(lambda: found.append(survey_site(case, added.id)))
    case.close()
    case = open_case(case_folder)
    warm = clock(lambda: survey_site(case, added.id))
    case.close()
    print(
        json.dumps(
            {
                "cold": cold.wall,
                "cold_processor": cold.processor,
                "warm": warm.wall,
                "stages": found[0].as_dict()["seconds"],
                "events": found[0].events,
                "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
            }
        )
    )


def surveys(folder: Path) -> Iterator[str]:
    """The whole survey by pixels and by looks."""
    draw_scenes(folder, 200, LOOKS[0])
    survey(folder, 200, LOOKS[0])  # compiles what is not compiled yet
    base: dict[str, Any] | None = None
    for px, looks in (*((px, LOOKS[-1]) for px in SIZES), (SIZES[-1], LOOKS[0])):
        draw_scenes(folder, px, looks)
        found = survey(folder, px, looks)
        work = px * px * looks
        base = base or {**found, "work": work}
        ratio = found["cold_processor"] / base["cold_processor"] / (work / base["work"])
        yield (
            f"survey, {px} x {px} x {looks} looks x 4 bands, {found['events']} events: {found['cold']:.1f} s cold "
            f"({found['cold_processor']:.1f} s of processor), {found['warm']:.1f} s warm, {found['gib']:.2f} GiB; "
            f"{ratio:.2f} of the first row's time per pixel and look"
        )
        yield "  " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in found["stages"].items())


def main() -> None:
    """Print all; `survey FOLDER PX LOOKS` is what this program asks of itself."""
    if sys.argv[1:2] == ["survey"]:
        _survey_here(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return
    parts = sys.argv[1:] or ["step", "surveys"]
    if "step" in parts:
        for line in step_test():
            print(line, flush=True)
    if "surveys" in parts:
        with tempfile.TemporaryDirectory() as folder:
            for line in surveys(Path(folder)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
