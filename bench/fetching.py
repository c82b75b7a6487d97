"""
Fetching windows: 60 scenes of 4 bands over a site of 3 km, from a server that is 20 ms away: `python -m bench.fetching`.

Ours is the whole command, from addresses on record to chips in custody. Beside it: the same bytes in as many threads by nothing
but http.client (the floor), and what one would write without us, rasterio opening file after file over /vsicurl/. Once on a line
as fast as the machine, where all of our own work shows, and once on a line of LINE_MBIT.
"""

from __future__ import annotations

import http.client
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio.transform import Affine
from rasterio.windows import from_bounds
from scipy import ndimage

from siteline.model.dates import parse_acquired
from siteline.model.found import Asset, FoundScene
from siteline.model.place import Role, Site, Structure
from siteline.raster.grid import WGS84, reproject
from siteline.workbench.case import make_case
from siteline.workbench.fetching import FetchReport, fetch_found

SCENES, BANDS = 60, ("blue", "green", "red", "nir")
SIDE_PX, PIXEL_M, BLOCK_PX = 4096, 10.0, 512
SITE_M, LATENCY_MS, THREADS = 3000.0, 20.0, 16
LINE_MBIT = 200.0
CRS, CORNER = "EPSG:32631", (500_000.0, 4_400_000.0)
MIDDLE = (CORNER[0] + 17_350.0, CORNER[1] - 21_800.0)
MARGIN_PX = 16

BARE, ONE_BY_ONE, BYTES = 1.3, 5.0, 1.5
"""Bars: ours by bare reads, at most; one by one by ours, at least; bytes read by bytes of the window's blocks, at most."""


def write_files(folder: Path) -> None:
    """One cloud-optimised GeoTIFF for each band, of texture that packs as real scenes do."""
    folder.mkdir()
    rng = np.random.default_rng(5)
    for band in BANDS:
        noise = ndimage.gaussian_filter(rng.normal(size=(SIDE_PX, SIDE_PX)).astype(np.float32), 1.5)
        numbers = (noise * 4000 + 2500 + rng.normal(size=noise.shape) * 30).clip(1, 20_000).astype(np.uint16)
        with rasterio.open(
            folder / f"{band}.tif",
            "w",
            driver="COG",
            height=SIDE_PX,
            width=SIDE_PX,
            count=1,
            dtype="uint16",
            crs=CRS,
            transform=Affine(PIXEL_M, 0, CORNER[0], 0, -PIXEL_M, CORNER[1]),
            nodata=0,
            compress="deflate",
            predictor="yes",
            blocksize=BLOCK_PX,
        ) as image:
            image.write(numbers, 1)


def make_site() -> Site:
    x, y = MIDDLE
    half = SITE_M / 2
    area = reproject(shapely.box(x - half, y - half, x + half, y + half), CRS, WGS84)
    return Site("works", "Works", (Structure(Role.AOI, "aoi", area),))


def offers(url: str) -> list[FoundScene]:
    first = datetime(2024, 1, 1, 10, 30, tzinfo=UTC)
    return [
        FoundScene(
            id=f"scene-{number:02d}",
            source=url,
            collection="bench",
            acquired=parse_acquired((first + timedelta(days=5 * number)).isoformat()),
            assets=tuple(Asset(f"{url}/{number}/{band}.tif", (band,), band, scale=1e-4) for band in BANDS),
        )
        for number in range(SCENES)
    ]


@contextmanager
def serving(folder: Path, mbit: float) -> Iterator[int]:
    """The server, in a process of its own; its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.ranges", str(folder), str(LATENCY_MS), str(mbit)],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def log_of(port: int) -> list[tuple[str, int, int]]:
    """What was asked since the last call."""
    link = http.client.HTTPConnection("127.0.0.1", port)
    link.request("GET", "/log")
    asked = [tuple(row) for row in json.loads(link.getresponse().read())]
    link.close()
    return asked


def read_bare(port: int, asked: list[tuple[str, int, int]]) -> int:
    """The same ranges with as many threads; returns bytes."""
    work: queue.SimpleQueue[tuple[str, int, int]] = queue.SimpleQueue()
    for row in asked:
        work.put(row)
    counts: list[int] = []

    def run() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port)
        count = 0
        while True:
            try:
                path, start, stop = work.get_nowait()
            except queue.Empty:
                break
            link.request("GET", path, headers={"Range": f"bytes={start}-{stop - 1}"})
            count += len(link.getresponse().read())
        counts.append(count)
        link.close()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def open_one_by_one(port: int) -> None:
    """Every band of every scene, opened and read in turn, with GDAL's settings for cloud-optimised files."""
    x, y = MIDDLE
    half = SITE_M / 2 + MARGIN_PX * PIXEL_M
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_HTTP_MERGE_CONSECUTIVE_RANGES="YES"):
        for number in range(SCENES):
            for band in BANDS:
                with rasterio.open(f"/vsicurl/http://127.0.0.1:{port}/{number}/{band}.tif") as image:
                    image.read(1, window=from_bounds(x - half, y - half, x + half, y + half, image.transform))


def window_bytes(folder: Path) -> int:
    """Bytes of the blocks that hold the window, of all scenes, by tifffile."""
    import tifffile

    half_px = SITE_M / 2 / PIXEL_M + MARGIN_PX
    col, row = (MIDDLE[0] - CORNER[0]) / PIXEL_M, (CORNER[1] - MIDDLE[1]) / PIXEL_M
    rows = range(int(row - half_px) // BLOCK_PX, int(row + half_px) // BLOCK_PX + 1)
    cols = range(int(col - half_px) // BLOCK_PX, int(col + half_px) // BLOCK_PX + 1)
    across = -(-SIDE_PX // BLOCK_PX)
    total = 0
    for band in BANDS:
        with tifffile.TiffFile(folder / f"{band}.tif") as file:
            counts = file.pages[0].tags[325].value
            total += sum(counts[r * across + c] for r in rows for c in cols)
    return total * SCENES


def main() -> None:
    import httpx  # noqa: F401  imports are no part of fetching
    import odc.stac  # noqa: F401
    import tifffile  # noqa: F401

    print(
        f"{SCENES} scenes x {len(BANDS)} bands, {SITE_M / 1000:g} km site, {LATENCY_MS:g} ms, {THREADS} threads"
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_files(folder / "files")
        for number, mbit in enumerate((0.0, LINE_MBIT)):
            print(f"on a line of {mbit:g} Mbit/s:" if mbit else "on a line as fast as this machine:")
            run(folder / "files", folder / f"case-{number}", mbit)


def run(files: Path, home: Path, mbit: float) -> None:
    """All three ways on one line."""
    with serving(files, mbit) as port:
        case = make_case(home)
        case.register.record(make_site(), None)
        case.found.record("works", offers(f"http://127.0.0.1:{port}"))
        log_of(port)
        ours = clock(lambda: check(fetch_found(case, "works")))
        case.close()
        asked = log_of(port)
        bare = min(
            (clock(lambda: read_bare(port, asked)) for _ in range(1 if mbit else 3)), key=lambda s: s.wall
        )
        one_by_one = clock(lambda: open_one_by_one(port))
    needed, travelled = window_bytes(files), sum(stop - start for _, start, stop in asked)
    print(f"  ours, into custody            {ours}  {len(asked)} requests, {travelled / 1e6:.0f} MB")
    print(
        f"  bare reads of the same bytes  {bare}  ours / bare        {ours.wall / bare.wall:5.2f}  (bar: at most {BARE})"
    )
    print(
        f"  one by one over /vsicurl/     {one_by_one}  one by one / ours  {one_by_one.wall / ours.wall:5.2f}  "
        f"(bar: at least {ONE_BY_ONE:g})"
    )
    print(
        f"  blocks of the window          {needed / 1e6:7.0f} MB                        read / needed      "
        f"{travelled / needed:5.2f}  (bar: at most {BYTES})"
    )


def check(report: FetchReport) -> None:
    assert len(report.fetched) == SCENES, report.failed


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock, and of this process's processors."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:7.2f} s ({self.processor:6.2f} s of processor)"


def clock(work: Callable[[], object]) -> Spent:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - processor)


if __name__ == "__main__":
    main()
