"""Windows of radar passes, fetched: numbers as they came, and a mask where no ground was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from siteline.catalog.fetch import Fetched, FetchOptions, fetch_scenes
from siteline.catalog.remote.web import Limits, Web
from siteline.catalog.signing import Signer
from siteline.catalog.swath import seen_in_swath
from siteline.cube.radar import build_radar, plan_radar
from siteline.model.found import Asset, FoundScene
from siteline.model.radar import Flight, RadarTake, Units
from tests.catalog.offered import CORNER, file_routes, offer, site_at
from tests.catalog.passes import speckled, write_pass
from tests.servers import serving

WEST, NORTH = CORNER
SITE = site_at((WEST + 1000, NORTH - 1600, WEST + 1600, NORTH - 1000))
"""60 x 60 px, 100 px from the corner; with its margin the window begins at 84."""

SHAPE = (256, 256)


def pass_of(url: str, files: Mapping[str, float | None], units: Units = Units.LINEAR) -> FoundScene:
    """A found pass; files: nodata that the catalog declares, by polarisation."""
    assets = tuple(
        Asset(f"{url}/{name}.tif", (name,), name, nodata=nodata, dtype="float32")
        for name, nodata in files.items()
    )
    return offer(
        url, {}, assets=assets, radar=RadarTake(Flight.ASCENDING, 58, units), sensor="Sentinel-1 RTC"
    )


def fetched(
    folder: Path,
    vv: NDArray[Any],
    vh: NDArray[Any],
    declared: float | None = -32768.0,
    units: Units = Units.LINEAR,
    **profile: Any,
) -> Fetched:
    """One pass, written, served and fetched."""
    served = folder / "served"
    served.mkdir(parents=True)
    for name, numbers in (("vv", vv), ("vh", vh)):
        write_pass(served / f"{name}.tif", numbers, CORNER, "EPSG:32631", **profile)
    with serving(file_routes(served)) as server, Web([server.url], Limits(tries=1)) as web:
        found = pass_of(server.url, {"vv": declared, "vh": declared}, units)
        [done] = fetch_scenes(
            [found], SITE, web, Signer(web, {}, {}), folder / "home", FetchOptions(threads=2)
        )
    return done


def usable_of(done: Fetched) -> float:
    """Share of the site that the radar engine's reader sees in a chip."""
    assert done.scene is not None, done.reason
    [look] = build_radar((done.scene,), plan_radar((done.scene,), SITE)).looks
    return look.usable


def test_a_window_is_read_as_it_is_and_the_engine_sees_it(tmp_path: Path) -> None:
    """Numbers of both files, bit for bit; a part of their bytes; no sun, no scale; the reader uses the look."""
    vv, vh = speckled(-9, SHAPE, 1), speckled(-16, SHAPE, 2)
    done = fetched(tmp_path, vv, vh)
    assert done.scene is not None, done.reason
    assert done.scene.fault is None
    assert done.scene.radar == RadarTake(Flight.ASCENDING, 58, Units.LINEAR)
    assert (done.scene.bands, done.scene.scale, done.scene.sun_elevation) == (("vv", "vh"), None, None)
    with rasterio.open(done.scene.href) as chip:
        numbers = chip.read()
        assert (chip.dataset_mask() > 0).all()
    assert numbers.shape == (2, 92, 92)
    assert (numbers == np.stack([vv, vh])[:, 84:176, 84:176]).all()
    assert done.bytes < 0.7 * sum(f.stat().st_size for f in (tmp_path / "served").iterdir())
    assert usable_of(done) == 1.0


def edged(vv: NDArray[np.float32], vh: NDArray[np.float32], value: float) -> None:
    """The swath ends in column 110: nothing beyond, and a rim of noise of 8 px."""
    for image, dim in ((vv, 2e-5), (vh, 1e-5)):
        image[:, :102] = value
        image[:, 102:110] = dim


@pytest.mark.parametrize("value", [0.0, -32768.0])
@pytest.mark.parametrize("declared", [-32768.0, 0.0, None])
def test_the_rim_of_a_swath_is_no_ground(tmp_path: Path, value: float, declared: float | None) -> None:
    """Whatever the catalog says that no data is, noughts and fill are, and so is the noise beside them."""
    vv, vh = speckled(-9, SHAPE, 1), speckled(-16, SHAPE, 2)
    edged(vv, vh, value)
    done = fetched(tmp_path, vv, vh, declared, nodata=None)
    assert done.scene is not None, done.reason
    assert done.scene.fault is None
    with rasterio.open(done.scene.href) as chip:
        seen = chip.dataset_mask() > 0
    first = 110 - 84
    assert not seen[:, :first].any()
    assert seen[:, first + 4 :].all()
    # 60 columns of the site, of which 10 are outside, and the three beside them
    assert usable_of(done) == pytest.approx(47 / 60, abs=0.02)


def test_a_hole_in_a_product_is_seen_and_dark_water_is_not_taken_for_one(tmp_path: Path) -> None:
    """A square of noughts in both polarisations is a hole; noughts of one alone, or single ones, are left to the reader."""
    vv, vh = speckled(-9, SHAPE, 1), speckled(-16, SHAPE, 2)
    vv[120:132, 120:132] = vh[120:132, 120:132] = 0
    vh[100:115, 100:115] = 0  # a pond: what vh had was noise, and it was taken off
    done = fetched(tmp_path, vv, vh)
    assert done.scene is not None, done.reason
    with rasterio.open(done.scene.href) as chip:
        seen = chip.dataset_mask() > 0
    assert not seen[36:48, 36:48].any()
    assert seen[16:30, 16:30].all()
    assert seen.mean() > 0.95


def test_ground_is_never_masked() -> None:
    """Any mean from calm water to a town, whatever the speckle: everything was seen."""
    for mean in (-29.0, -20.0, -5.0, 8.0):
        numbers = np.stack([speckled(mean, SHAPE, 3), speckled(mean - 6, SHAPE, 4)])
        assert seen_in_swath(numbers, ("vv", "vh"), -32768.0, Units.LINEAR, None) is None


def test_a_rim_is_followed_where_ground_could_not_be_as_dim() -> None:
    """Crosswise returns of a desert are as dim as the rim: of them alone the noughts go, and three pixels beside them."""
    numbers = speckled(-34, SHAPE, 5)[None]
    numbers[:, :, :10] = 0
    crosswise = seen_in_swath(numbers, ("vh",), None, Units.LINEAR, None)
    alike = seen_in_swath(numbers, ("vv",), None, Units.LINEAR, None)
    assert crosswise is not None
    assert alike is not None
    assert (~crosswise).any(axis=0).sum() == 13
    assert (~alike).any(axis=0).sum() > 50


def test_the_largest_float_may_mean_no_data(tmp_path: Path) -> None:
    """It is no intensity of anything; only what could be one is refused."""
    most = float(np.finfo(np.float32).max)
    vv, vh = speckled(-9, SHAPE, 1), speckled(-16, SHAPE, 2)
    vv[:, :110] = vh[:, :110] = most
    done = fetched(tmp_path, vv, vh, most, nodata=most)
    assert done.scene is not None, done.reason
    assert done.scene.fault is None
    assert usable_of(done) == pytest.approx(47 / 60, abs=0.02)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda image: np.full_like(image, -32768), "every pixel over the site is nodata"),
        (lambda image: np.zeros_like(image), "every pixel over the site is nodata"),
        (lambda image: 10 * np.log10(image), "are they decibels"),
        (lambda image: image * 4000, "uncalibrated amplitudes"),
    ],
)
def test_numbers_that_are_no_intensities_are_told_not_used(tmp_path: Path, change: Any, said: str) -> None:
    """In custody with its fault: nothing that the engine reads."""
    images = [change(speckled(mean, SHAPE, seed)).astype(np.float32) for seed, mean in enumerate((-9, -16))]
    done = fetched(tmp_path, images[0], images[1])
    assert done.scene is not None, done.reason
    assert done.scene.fault is not None
    assert said in done.scene.fault


def test_decibels_are_read_as_such(tmp_path: Path) -> None:
    """A catalog that says so is believed where its numbers bear it out; fill that nobody declared is none of them."""
    images = [10 * np.log10(speckled(mean, SHAPE, seed)) for seed, mean in enumerate((-9, -16))]
    for image in images:
        image[100:103, 100:103] = -32768
    done = fetched(tmp_path, *(i.astype(np.float32) for i in images), None, Units.DB, nodata=None)
    assert done.scene is not None, done.reason
    assert done.scene.fault is None
    cube = build_radar((done.scene,), plan_radar((done.scene,), SITE)).cube["value"]
    assert float(cube.sel(band="vv").median()) == pytest.approx(10**-0.9, rel=0.15)
    assert float(cube.min()) > 1e-5


def test_scenes_without_a_polarisation_in_common_are_told_apart(tmp_path: Path) -> None:
    """Two of VV and VH, one of HH from elsewhere: the one is left out with its reason, and nothing breaks."""
    both = [
        fetched(tmp_path / str(n), speckled(-9, SHAPE, n), speckled(-16, SHAPE, 9)).scene for n in range(2)
    ]
    assert both[0] is not None
    assert both[1] is not None
    crossed = replace(both[0], id="hh", bands=("hh", "hv"))
    scenes = (replace(both[0], id="a"), replace(both[1], id="b"), crossed)
    built = build_radar(scenes, plan_radar(scenes, SITE))
    assert {look.scene_id: look.reason for look in built.looks} == {
        "a": None,
        "b": None,
        "hh": "it has no band vv, vh, as most radar scenes have",
    }
    assert list(built.cube["band"].values) == ["vv", "vh"]


def test_a_file_s_own_nodata_that_is_an_intensity_is_refused(tmp_path: Path) -> None:
    """It would punch holes wherever the ground sends back just that."""
    done = fetched(tmp_path, speckled(-9, SHAPE, 1), speckled(-16, SHAPE, 2), None, nodata=1.0)
    assert done.scene is not None
    assert done.scene.fault == "its files say that 1 means no data, and that is an intensity"


def test_files_with_different_nodata_are_refused(tmp_path: Path) -> None:
    """One image has one."""
    served = tmp_path / "served"
    served.mkdir()
    for name in ("vv", "vh"):
        write_pass(served / f"{name}.tif", speckled(-9, SHAPE, 1), CORNER, "EPSG:32631")
    with serving(file_routes(served)) as server, Web([server.url], Limits(tries=1)) as web:
        found = pass_of(server.url, {"vv": -32768.0, "vh": 0.0})
        [done] = fetch_scenes(
            [found], SITE, web, Signer(web, {}, {}), tmp_path / "home", FetchOptions(threads=2)
        )
    assert done.reason == "its files have different nodata (-32768, 0)"


def test_of_a_huge_file_the_window_is_read(tmp_path: Path) -> None:
    """20,000 x 20,000 pixels (1.6 GB), of which next to nothing was written: some kilobytes travel."""
    served = tmp_path / "served"
    served.mkdir()
    for name in ("vv", "vh"):
        with rasterio.open(
            served / f"{name}.tif", "w", driver="GTiff", height=20_000, width=20_000, count=1, dtype="float32", tiled=True,
            blockxsize=512, blockysize=512, sparse_ok=True, crs="EPSG:32631", nodata=-32768.0,
            transform=rasterio.Affine(10, 0, WEST, 0, -10, NORTH),
        ) as image:  # fmt: skip
            image.write(speckled(-9, (512, 512), 1), 1, window=rasterio.windows.Window(0, 0, 512, 512))
    with serving(file_routes(served)) as server, Web([server.url], Limits(tries=1)) as web:
        found = pass_of(server.url, {"vv": -32768.0, "vh": -32768.0})
        [done] = fetch_scenes(
            [found], SITE, web, Signer(web, {}, {}), tmp_path / "home", FetchOptions(threads=2)
        )
    assert done.scene is not None, done.reason
    assert done.bytes < 2.2 * 2**20 + 2 * 2**17
    assert usable_of(done) == 1.0


def test_a_file_whose_blocks_would_not_fit_in_memory_is_refused(tmp_path: Path) -> None:
    """A raster in one block of a gigabyte: refused by its header, before a pixel of it is asked for."""
    served = tmp_path / "served"
    served.mkdir()
    for name in ("vv", "vh"):
        with rasterio.open(
            served / f"{name}.tif", "w", driver="GTiff", height=16_384, width=16_384, count=1, dtype="float32", tiled=True,
            blockxsize=16_384, blockysize=16_384, sparse_ok=True, crs="EPSG:32631",
            transform=rasterio.Affine(10, 0, WEST, 0, -10, NORTH),
        ):  # fmt: skip
            pass
    with serving(file_routes(served)) as server, Web([server.url], Limits(tries=1)) as web:
        found = pass_of(server.url, {"vv": None, "vh": None})
        [done] = fetch_scenes(
            [found], SITE, web, Signer(web, {}, {}), tmp_path / "home", FetchOptions(threads=2)
        )
    assert done.scene is None
    assert done.reason == "vv: one block of it takes 1024 MiB in memory"
    assert done.bytes < 200_000
