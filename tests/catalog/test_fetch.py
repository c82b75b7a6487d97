"""Windows of offered scenes: the pixels are the provider's own, few other bytes are read, and no scene stops another."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from siteline.catalog.fetch import Fetched, FetchOptions, fetch_scenes
from siteline.catalog.remote.layout import lay_out
from siteline.catalog.remote.web import Limits, Web
from siteline.catalog.signing import Signer
from siteline.catalog.source import Source
from siteline.model.found import Asset, FoundScene
from siteline.model.place import Site
from tests.catalog.offered import CORNER, file_routes, ground, offer, site_at, write_cog
from tests.servers import Reply, Route, Served, public_names, serving

SITE = site_at((505_000, 4_394_000, 506_200, 4_395_000))
QUICK = Limits(tries=3, first_wait_s=0.01, longest_wait_s=0.3, idle_seconds=0.5, seconds=5.0)


def fetch(
    found: Iterable[FoundScene],
    site: Site,
    folder: Path,
    server: Served,
    sources: dict[str, Source] | None = None,
    environ: dict[str, str] | None = None,
    **options: int,
) -> list[Fetched]:
    """Fetch scenes; the server is one that the user named, and answers for public names that end in .example too."""
    with Web([server.url], QUICK, resolver=public_names, connector=server.connector) as web:
        signer = Signer(web, environ or {}, sources or {})
        done = fetch_scenes(list(found), site, web, signer, folder, FetchOptions(threads=4, **options))
        return sorted(done, key=lambda one: one.found.id)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with red.tif and nir.tif of 1200 x 1200 px."""
    folder = tmp_path_factory.mktemp("files")
    write_cog(folder / "red.tif", ground(1200, 1200)[None], nodata=0)
    write_cog(folder / "nir.tif", ground(1200, 1200, 4)[None], nodata=0)
    return folder


def both(server: Served, id_: str = "s-1", **changed: Any) -> FoundScene:
    """A scene of red.tif and nir.tif on the server."""
    return offer(server.url, {name: f"{server.url}/{name}.tif" for name in ("red", "nir")}, id_, **changed)


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
        [done] = fetch([found], SITE, tmp_path / "case", server)
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


def test_windows_may_begin_and_end_anywhere(tmp_path: Path) -> None:
    """Also where a coarser band has its own corner, and wherever blocks begin: no hole is read, no pixel is another."""
    pixels = {"red": (10.0, 0.0), "swir16": (20.0, 0.0), "nir": (30.0, -15.0)}
    for band, (pixel, corner) in pixels.items():
        side = int(6000 / pixel) + 2
        place = Affine(pixel, 0, CORNER[0] + corner, 0, -pixel, CORNER[1] - corner)
        write_cog(
            tmp_path / "files" / f"{band}.tif", ground(side, side, int(pixel))[None], pixel, transform=place
        )
    draw = np.random.default_rng(2)
    with serving(file_routes(tmp_path / "files")) as server:
        found = offer(server.url, {band: f"{server.url}/{band}.tif" for band in pixels})
        for number in range(6):
            (x, y), (wide, high) = draw.uniform(300, 4000, 2), draw.uniform(20, 1500, 2)
            site = site_at((500_000 + x, 4_400_000 - y - high, 500_000 + x + wide, 4_400_000 - y))
            [done] = fetch([found], site, tmp_path / f"case-{number}", server)
            assert done.scene is not None, done.reason
            with rasterio.open(done.scene.href) as chip:
                got, (left, _, _, top) = chip.read(), chip.bounds
            x_px, y_px = (
                left + 10 * (np.arange(got.shape[2]) + 0.5),
                top - 10 * (np.arange(got.shape[1]) + 0.5),
            )
            for numbers, band in zip(got, pixels, strict=True):
                with rasterio.open(tmp_path / "files" / f"{band}.tif") as image:
                    whole, place = image.read(1), image.transform
                rows = ((place.f - y_px) / -place.e + 1e-9).astype(int)
                cols = ((x_px - place.c) / place.a + 1e-9).astype(int)
                assert (numbers == whole[np.ix_(rows, cols)]).all(), band


def test_the_same_files_give_the_same_bytes(files: Path, tmp_path: Path) -> None:
    """A chip is known by its digest, so fetching the same again gives the same digest."""
    digests = set()
    for case in ("a", "b"):
        with serving(file_routes(files)) as server:
            [done] = fetch([both(server)], SITE, tmp_path / case, server)
            assert done.scene is not None
            digests.add(done.scene.sha256)
    assert len(digests) == 1


def test_few_bytes_are_read_beside_those_of_the_window(tmp_path: Path) -> None:
    """Headers and gaps included, less than one and a half times the blocks that hold the window."""
    file = write_cog(tmp_path / "files" / "red.tif", ground(3000, 3000)[None], nodata=0, blocksize=256)
    site = site_at((510_000, 4_385_000, 513_000, 4_388_000))
    with serving(file_routes(file.parent)) as server:
        [done] = fetch([offer(server.url, {"red": f"{server.url}/red.tif"})], site, tmp_path / "case", server)
        assert all("range" in asked.headers for asked in server.asked)
    assert done.plan is not None
    [(rows, cols)] = done.plan.windows
    with file.open("rb") as stream:
        layout = lay_out(stream, file.stat().st_size)
    needed = sum(stop - start for start, stop in layout.over(rows, cols))
    assert needed < done.bytes < 1.5 * needed


@pytest.mark.parametrize(
    "name",
    [
        "cog.tif",
        "nocog.tif",
        "cog_nodata.tif",
        "cog_int16.tif",
        "cog_rgb.tif",
        "cog_rgb_mask.tif",
        "cog_rgba.tif",
        "cog_dateline.tif",
    ],
)
def test_real_files_give_the_pixels_that_rasterio_reads(shared: Path, name: str, tmp_path: Path) -> None:
    """Striped or tiled, with overviews, masks, alpha or JPEG inside: the chip equals a windowed read of the file itself."""
    original = shared / "data" / "imagery" / "cog_fixtures" / name
    (tmp_path / "files").mkdir()
    shutil.copy(original, tmp_path / "files" / name)
    with rasterio.open(original) as image:
        bounds, crs, count = image.bounds, str(image.crs), image.count
    x, y = (bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2
    wide, high = (bounds.right - bounds.left) / 10, (bounds.top - bounds.bottom) / 10
    site = site_at((x - wide, y - high, x + wide, y + high), crs)
    bands = ("red", "green", "blue")[: min(count, 3)] if count > 1 else ("grey",)
    with serving(file_routes(tmp_path / "files")) as server:
        found = offer(server.url, {" ".join(bands): f"{server.url}/{name}"})
        [done] = fetch([found], site, tmp_path / "case", server)
        if name == "cog.tif":
            assert done.bytes < original.stat().st_size / 2
    assert done.scene is not None, done.reason
    with rasterio.open(done.scene.href) as chip, rasterio.open(original) as image:
        there = image.window(*chip.bounds).round_offsets().round_lengths()
        assert (there.width, there.height) == (chip.width, chip.height)
        assert (chip.read() == image.read(list(range(1, len(bands) + 1)), window=there)).all()
        assert chip.nodata == image.nodata
        mask = image.dataset_mask(window=there)
        assert ((chip.dataset_mask() >= 128) == (mask >= 128)).all()


def test_a_scene_without_a_place_is_refused_with_the_reason(shared: Path, tmp_path: Path) -> None:
    """Ground control points alone are no grid."""
    (tmp_path / "files").mkdir()
    shutil.copy(shared / "data" / "imagery" / "cog_fixtures" / "cog_gcps.tif", tmp_path / "files")
    with serving(file_routes(tmp_path / "files")) as server:
        [done] = fetch(
            [offer(server.url, {"grey": f"{server.url}/cog_gcps.tif"})], SITE, tmp_path / "case", server
        )
    assert "ground control points only" in done.reason


def test_bands_of_different_worlds_are_refused_with_the_reason(files: Path, tmp_path: Path) -> None:
    """Another CRS, a rotated grid, another extent, the same band twice: each is said."""
    odd = tmp_path / "odd"
    write_cog(odd / "crs.tif", ground(200, 200)[None], crs="EPSG:32632")
    write_cog(
        odd / "turned.tif", ground(1200, 1200)[None], transform=Affine(10, 1, CORNER[0], 1, -10, CORNER[1])
    )
    write_cog(odd / "short.tif", ground(560, 560)[None])
    write_cog(odd / "type.tif", ground(1200, 1200)[None], nodata=7)
    with serving({**file_routes(files), **file_routes(odd)}) as server:
        cases = {
            "different CRS": {"red": "red.tif", "nir": "crs.tif"},
            "rotated": {"red": "turned.tif"},
            "ends where its other files go on": {"red": "red.tif", "nir": "short.tif"},
            "different nodata": {"red": "red.tif", "nir": "type.tif"},
            "catalog names 2": {"red nir": "red.tif"},
        }
        found = [
            offer(server.url, {band: f"{server.url}/{file}" for band, file in of.items()}, f"s-{number}")
            for number, of in enumerate(cases.values())
        ]
        for said, done in zip(cases, fetch(found, SITE, tmp_path / "case", server), strict=True):
            assert done.scene is None
            assert said in done.reason
        elsewhere = site_at((700_000, 4_394_000, 701_000, 4_395_000))
        [done] = fetch([both(server)], elsewhere, tmp_path / "case", server)
        assert "does not show the site" in done.reason


def flaky(good: Route, bad: Callable[[Reply], bool]) -> Route:
    """A route that misbehaves whenever `bad` says that it has answered."""

    def answer(reply: Reply) -> None:
        if not bad(reply):
            good(reply)

    return answer


def once(*answers: tuple[int, dict[str, str]]) -> Callable[[Reply], bool]:
    """The first requests of a path are answered so."""

    def bad(reply: Reply) -> bool:
        if reply.count < len(answers):
            status, headers = answers[reply.count]
            reply.send(status, b"no", **headers)
            return True
        return False

    return bad


def half(reply: Reply) -> bool:
    """The second answer breaks off in the middle."""
    if reply.count == 1:
        said = reply.asked.headers["range"].removeprefix("bytes=").split("-")
        start, stop = int(said[0]), int(said[1]) + 1
        reply.send(
            206, b"x" * ((stop - start) // 2), stop - start, Content_Range=f"bytes {start}-{stop - 1}/9999999"
        )
        return True
    return False


def hang(reply: Reply) -> bool:
    """The second answer never comes."""
    if reply.count == 1:
        import time

        time.sleep(1.5)
        return True
    return False


@pytest.mark.parametrize(
    "bad",
    [once((429, {"Retry_After": "0"}), (500, {})), once((503, {})), half, hang],
    ids=["429 then 500", "503", "half a response", "hang"],
)
def test_what_passes_is_tried_again(files: Path, tmp_path: Path, bad: Callable[[Reply], bool]) -> None:
    """A server that fails for a moment costs a moment."""
    routes = file_routes(files)
    with serving({**routes, "/red.tif": flaky(routes["/red.tif"], bad)}) as server:
        [done] = fetch([both(server)], SITE, tmp_path / "case", server)
    assert done.trouble is None, done.reason
    assert done.scene is not None
    with rasterio.open(done.scene.href) as chip, rasterio.open(files / "red.tif") as image:
        window = image.window(*chip.bounds).round_offsets().round_lengths()
        assert (chip.read(1) == image.read(1, window=window)).all()


def test_one_scene_that_fails_stops_no_other_and_says_why(files: Path, tmp_path: Path) -> None:
    """500 for ever, 404, HTML instead of an image, a lie about its length, a bomb: each fails alone, in words."""
    routes = file_routes(files)
    bomb = gzip.compress(bytes(50_000_000))
    routes |= {
        "/down.tif": lambda reply: reply.send(500),
        "/page.tif": lambda reply: reply.send_part(
            b"<!doctype html><title>Sign in</title>" * 9, Content_Type="text/html"
        ),
        "/bomb.tif": lambda reply: reply.send(200, bomb, Content_Encoding="gzip"),
        "/part.tif": lambda reply: reply.send(
            206, bomb, Content_Encoding="gzip", Content_Range="bytes 0-32767/900000"
        ),
        "/inward.tif": lambda reply: reply.send(302, Location="http://127.0.0.1:1/secret.tif"),
        "/zeros.tif": lambda reply: reply.send_part(b"II*\0" + bytes(5000)),
    }
    size = (files / "red.tif").stat().st_size
    with serving(routes) as server:

        def one(number: int, name: str, **asset: Any) -> FoundScene:
            whole = offer(server.url, {"red": f"{server.url}/{name}.tif"}, f"s-{number}")
            [only] = whole.assets
            fields = {slot: getattr(only, slot) for slot in Asset.__slots__} | asset
            return offer(server.url, {}, f"s-{number}", assets=(Asset(**fields),))

        said = {
            "HTTP 500 after 3 tries": one(0, "down"),
            "HTTP 404": one(1, "missing"),
            "'text/html'": one(2, "page"),
            "not a GeoTIFF": one(3, "bomb"),
            "no source names": one(4, "inward"),
            f"{size:,} bytes long, its catalog says {size // 10:,}": one(5, "red", size=size // 10),
            "without an image": one(6, "zeros"),
            "more than": one(7, "part"),
            "": both(server, "s-8"),
        }
        done = fetch(said.values(), SITE, tmp_path / "case", server)
    for (words, found), got in zip(said.items(), done, strict=True):
        assert got.found == found
        assert words in got.reason
        assert (got.scene is None) == bool(words)
        if words:
            assert got.address == found.assets[0].href
            assert got.trouble is not None
            assert got.trouble.hint


def test_a_public_catalog_cannot_lead_into_this_network_or_to_files_of_this_machine(
    files: Path, tmp_path: Path
) -> None:
    """By a link, by a redirect, by a path: refused, and nothing inside is asked."""
    routes = {
        **file_routes(files),
        "/hop.tif": lambda reply: reply.send(302, Location="http://127.0.0.1:9/red.tif"),
    }
    with serving(routes) as server:
        source = "http://catalog.example/v1"
        found = [
            offer(source, {"red": f"{server.url}/red.tif"}, "s-1"),
            offer(source, {"red": "http://catalog.example/hop.tif"}, "s-2"),
            offer(source, {"red": str(files / "red.tif")}, "s-3"),
            offer(source, {"red": f"file://{files}/red.tif"}, "s-4"),
            offer(source, {"red": "http://catalog.example/red.tif"}, "s-5"),
        ]
        by_link, by_hop, by_path, by_file, fine = fetch(found, SITE, tmp_path / "case", server)
        assert [asked.path for asked in server.asked if asked.path != "/red.tif"] == ["/hop.tif"]
        assert not any(asked.headers["host"].startswith("127.") for asked in server.asked)
    assert "may not lead into a private network" in by_link.reason
    assert "private network" in by_hop.reason
    assert "neither on the web nor in S3" in by_path.reason
    assert "neither on the web nor in S3" in by_file.reason
    assert fine.scene is not None, fine.reason


def test_a_folder_of_items_is_read_where_it_lies(files: Path, tmp_path: Path) -> None:
    """Files of this machine need no network."""
    source = str(files)
    with serving({}) as server:
        found = offer(source, {"red": str(files / "red.tif"), "nir": f"file://{files}/nir.tif"})
        [done] = fetch(
            [
                found,
            ],
            SITE,
            tmp_path / "case",
            server,
        )
        [gone] = fetch([offer(source, {"red": str(files / "gone.tif")})], SITE, tmp_path / "case", server)
        assert server.asked == []
    assert done.scene is not None, done.reason
    assert done.bytes == 0
    assert "No such file" in gone.reason or "cannot be opened" in gone.reason


def test_a_file_that_changes_while_it_is_read_is_not_mixed(files: Path, tmp_path: Path) -> None:
    """Another ETag between two parts ends the read; the next try reads the new file from its beginning."""
    routes = file_routes(files)
    whole = (files / "nir.tif").read_bytes()

    def changing(reply: Reply) -> None:
        if reply.count == 0:
            routes["/red.tif"](reply)
        else:
            reply.send_part(whole, ETag='"new"')

    with serving({**routes, "/red.tif": changing}) as server:
        [done] = fetch([both(server)], SITE, tmp_path / "case", server)
        assert "changed while it was read" in done.reason
        [done] = fetch([both(server)], SITE, tmp_path / "case", server)
    assert done.scene is not None, done.reason
    with rasterio.open(done.scene.href) as chip:
        assert (chip.read(1) == chip.read(2)).all()


def test_a_server_without_parts_gives_the_whole_file_or_is_refused(files: Path, tmp_path: Path) -> None:
    """Within the limit it is read whole; beyond, the setting is named."""
    whole = {f"/{name}.tif": (files / f"{name}.tif").read_bytes() for name in ("red", "nir")}

    def route(body: bytes) -> Route:
        return lambda reply: reply.send(200, body)

    with serving({path: route(body) for path, body in whole.items()}) as server:
        [done] = fetch([both(server)], SITE, tmp_path / "a", server)
        [refused] = fetch([both(server)], SITE, tmp_path / "b", server, whole_bytes=1_000_000)
    assert done.scene is not None, done.reason
    assert "fetch.whole_file_mb" in refused.reason


def test_a_jpeg_2000_is_read_whole(tmp_path: Path) -> None:
    """Its parts cannot be read alone."""
    (tmp_path / "files").mkdir()
    numbers = ground(600, 600)
    place = {"crs": "EPSG:32631", "transform": Affine(10, 0, CORNER[0], 0, -10, CORNER[1])}
    with rasterio.open(
        tmp_path / "files" / "red.jp2",
        "w",
        driver="JP2OpenJPEG",
        width=600,
        height=600,
        count=1,
        dtype="uint16",
        REVERSIBLE="YES",
        QUALITY="100",
        **place,
    ) as image:
        image.write(numbers, 1)
    with serving(file_routes(tmp_path / "files")) as server:
        found = offer(server.url, {"red": f"{server.url}/red.jp2"})
        site = site_at((502_000, 4_396_000, 503_000, 4_397_000))
        [done] = fetch([found], site, tmp_path / "case", server)
        [refused] = fetch([found], site, tmp_path / "other", server, whole_bytes=50_000)
    assert done.scene is not None, done.reason
    with rasterio.open(done.scene.href) as chip, rasterio.open(tmp_path / "files" / "red.jp2") as image:
        window = image.window(*chip.bounds).round_offsets().round_lengths()
        assert (chip.read() == image.read(window=window)).all()
    assert "larger than fetch.whole_file_mb" in refused.reason


def test_what_was_fetched_before_is_not_asked_for_again(files: Path, tmp_path: Path) -> None:
    """A try that failed at its last file keeps the parts of the others."""
    routes = file_routes(files)
    with serving({**routes, "/nir.tif": lambda reply: reply.send(500)}) as server:
        [done] = fetch([both(server)], SITE, tmp_path / "case", server)
        assert done.scene is None
    with serving(routes) as server:
        found = both(server)
        [done] = fetch([found], SITE, tmp_path / "case", server)
        assert done.scene is not None
        asked = Counter((one.path, one.headers["range"]) for one in server.asked)
        assert max(asked.values()) == 1
        again = len(server.asked)
        [done] = fetch([found], SITE, tmp_path / "case", server)
        assert len(server.asked) == again, "all of it was there"
    assert done.scene is not None
