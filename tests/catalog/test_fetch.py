"""Windows of offered scenes: the pixels are the provider's own, and few other bytes are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

from siteline.catalog.fetch import Fetched, FetchOptions, fetch_scenes
from siteline.catalog.remote.web import Limits, Web
from siteline.catalog.signing import Signer
from siteline.model.found import Asset, FoundScene
from siteline.model.place import Site
from tests.catalog.offered import file_routes, ground, offer, site_at, write_cog
from tests.servers import serving

SITE = site_at((505_000, 4_394_000, 506_200, 4_395_000))
QUICK = Limits(tries=3, first_wait_s=0.01, idle_seconds=1.0, seconds=10.0)


def fetch(
    found: list[FoundScene], site: Site, folder: Path, named: list[str], **options: int
) -> list[Fetched]:
    with Web(named, QUICK) as web:
        return list(
            fetch_scenes(found, site, web, Signer(web, {}, {}), folder, FetchOptions(threads=4, **options))
        )


def test_a_chip_holds_the_numbers_of_the_files_and_repeats_coarser_ones(tmp_path: Path) -> None:
    """Bands of 10, 20 and 60 m stand on the 10 m grid, each number as it was; so does the mask."""
    files = tmp_path / "files"
    fine = write_cog(files / "red.tif", ground(1200, 1200)[None], nodata=0)
    mid = write_cog(files / "swir16.tif", ground(600, 600, 4)[None], pixel=20.0, nodata=0)
    far = write_cog(files / "coastal.tif", ground(200, 200, 5)[None], pixel=60.0, nodata=0)
    scl = write_cog(files / "scl.tif", (ground(600, 600, 6)[None] % 12).astype(np.uint8), pixel=20.0)
    with serving(file_routes(files)) as server:
        names = {"red": "red.tif", "swir16": "swir16.tif", "coastal": "coastal.tif"}
        mask = Asset(f"{server.url}/scl.tif", (), "scl")
        found = offer(
            server.url, {k: f"{server.url}/{v}" for k, v in names.items()}, mask=mask, mask_kind="scl"
        )
        [done] = fetch([found], SITE, tmp_path / "case", [server.url])
    assert done.trouble is None
    scene = done.scene
    assert scene is not None
    assert scene.fault is None
    assert (scene.bands, scene.scale, scene.nodata, scene.mask_kind) == (
        ("red", "swir16", "coastal"),
        0.0001,
        0.0,
        "scl",
    )
    with rasterio.open(scene.href) as chip:
        assert chip.descriptions == scene.bands
        left, bottom, right, top = chip.bounds
        got = chip.read()
    assert scene.mask_href is not None
    with rasterio.open(scene.mask_href) as chip:
        got_mask = chip.read(1)
    x = left + 10 * (np.arange(got.shape[2]) + 0.5)
    y = top - 10 * (np.arange(got.shape[1]) + 0.5)
    for band, (file, pixel) in zip(
        [*got, got_mask], [(fine, 10), (mid, 20), (far, 60), (scl, 20)], strict=True
    ):
        with rasterio.open(file) as image:
            whole = image.read(1)
        rows, cols = ((4_400_000 - y) // pixel).astype(int), ((x - 500_000) // pixel).astype(int)
        assert (band == whole[np.ix_(rows, cols)]).all(), file.name
    assert left <= 505_000 - 150
    assert right >= 506_200 + 150
    assert bottom <= 4_394_000 - 150
    assert top >= 4_395_000 + 150
