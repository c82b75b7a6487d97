"""Reading scenes on their own pixels, planning the grid, and warping once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from shapely.geometry import box

from siteline.catalog.local import read_manifest, read_single
from siteline.cube.align import align
from siteline.cube.load import CubeOptions, build_cube, plan_grid, read_native
from siteline.cube.mask import read_codes
from siteline.model.errors import BadInput, CannotTell
from siteline.model.imagery import Scene, WhyNot
from siteline.model.place import Role, Site, Structure
from tests.cube.series import Series, days, ground, known_shifts, make_series, moved
from tests.pictures import (
    make_earth_site,
    make_frame_site,
    scene_bands,
    texture,
    write_frame,
    write_manifest,
    write_tiff,
)

BANDS = "blue green red nir"
OPTIONS = CubeOptions()


def single(path: Path, site: Site, **columns: str) -> Scene:
    """One sound scene on record."""
    scene, _ = read_single(path, site, "2024-01-01", **columns)
    assert scene.fault is None, scene.fault
    return scene


def test_a_native_has_the_files_own_numbers(tmp_path: Path) -> None:
    """Read through STAC and odc-stac, pixels are the very numbers that rasterio reads, windowed to the site."""
    numbers = scene_bands(texture(200, 220, 8))
    path = write_tiff(tmp_path / "a.tif", numbers, tiled=True, blockxsize=64, blockysize=64)
    site = make_earth_site()
    scene = single(path, site, bands=BANDS, scale="0.0001")
    grid = plan_grid((scene,), site)
    native = read_native(scene, site, grid, OPTIONS)
    a, _, left, _, e, top = native.attrs["transform"]
    row, col = round((4_400_000 - top) / 3), round((left - 500_000) / 3)
    rows, cols = native.sizes["y"], native.sizes["x"]
    assert (a, e) == (3.0, -3.0)
    assert (native["value"].values == numbers[:, row : row + rows, col : col + cols]).all()
    assert native["value"].dtype == np.uint16
    assert rows >= grid.shape[0] + 2 * 10  # a margin for shifted looks
    assert not native["why_not"].values.any()
    assert native.attrs["fault"] is None


def test_missing_pixels_are_known(tmp_path: Path) -> None:
    """Declared nodata, an alpha band, NaN, and an undeclared black border are all `no image`."""
    site, corner = make_earth_site(), (slice(30, 40), slice(30, 45))
    numbers = scene_bands(texture())

    def holes(name: str, bands: np.ndarray, columns: dict[str, str], **profile: object) -> np.ndarray:
        scene = single(write_tiff(tmp_path / f"{name}.tif", bands, **profile), site, **columns)
        native = read_native(scene, site, plan_grid((scene,), site), CubeOptions(margin_px=99))
        return np.asarray(native["why_not"].values == WhyNot.NO_IMAGE)

    expected = np.zeros(numbers.shape[1:], bool)
    expected[corner] = True
    black = np.where(expected, 0, numbers).astype(np.uint16)
    assert (holes("declared", black, {"bands": BANDS}, nodata=0) == expected).all()
    assert (holes("border", black, {"bands": BANDS}) == expected).all()
    odd = numbers.copy()
    odd[0][corner] = 65535  # one band is enough for a nodata that no light gives
    assert (holes("odd", odd, {"bands": BANDS}, nodata=65535) == expected).all()
    nan = np.where(expected, np.nan, numbers).astype(np.float32)
    assert (holes("nan", nan, {"bands": BANDS}) == expected).all()
    alpha = np.concatenate([numbers[:3], np.where(expected, 0, 65535)[None].astype(np.uint16)])
    assert (
        holes("alpha", alpha, {"bands": "red green blue alpha"}, alpha="YES", photometric="RGB") == expected
    ).all()


def test_frames_come_as_they_are(tmp_path: Path) -> None:
    """PNG pixels, a palette's colours and an alpha's holes are read by the frame's own pixels."""
    pixels = np.random.default_rng(2).integers(0, 8, (50, 60, 3)).astype(np.uint8) * 30
    site = make_frame_site()
    plain = single(write_frame(tmp_path / "a.png", pixels), site)
    grid = plan_grid((plain,), site)
    assert (grid.crs, grid.transform, grid.shape) == (None, (1, 0, 0, 0, 1, 0), (50, 60))
    native = read_native(plain, site, grid, OPTIONS)
    assert (native["value"].values == np.moveaxis(pixels, -1, 0)).all()
    Image.fromarray(pixels).quantize(256).save(tmp_path / "p.png")
    shown = np.asarray(Image.open(tmp_path / "p.png").convert("RGB"))
    palette = read_native(single(tmp_path / "p.png", site), site, grid, OPTIONS)
    assert (palette["value"].values == np.moveaxis(shown, -1, 0)).all()
    clear = np.dstack([pixels, np.where(np.arange(60) < 20, 0, 255)[None].repeat(50, 0).astype(np.uint8)])
    holed = read_native(single(write_frame(tmp_path / "h.png", clear), site), site, grid, OPTIONS)
    assert (holed["why_not"].values == WhyNot.NO_IMAGE).sum() == 50 * 20


def test_an_aoi_in_pixels_crops_frames(tmp_path: Path) -> None:
    """A site drawn on part of the frame has a grid of that part, in the frame's own coordinates."""
    pixels = np.random.default_rng(2).integers(0, 255, (50, 60, 3)).astype(np.uint8)
    site = make_frame_site(structures=(Structure(Role.AOI, "aoi", box(10.2, 5, 40, 30.5)),), gsd_m=4.0)
    scene = single(write_frame(tmp_path / "a.png", pixels), site)
    grid = plan_grid((scene,), site)
    assert (grid.transform, grid.shape, grid.gsd_m) == ((1, 0, 10, 0, 1, 5), (26, 30), 4.0)
    native = read_native(scene, site, grid, OPTIONS)
    built = build_cube((native,), align((native,), site, grid, OPTIONS), grid, OPTIONS)
    expected = np.moveaxis(pixels, -1, 0)[::-1, 5:31, 10:40].astype(np.float32) / 255
    np.testing.assert_allclose(built.cube["value"].values[0], expected, atol=1e-6)
    assert list(built.cube["band"].values) == ["blue", "green", "red"]
    assert built.cube["x"].values[0] == 10.5


@pytest.mark.parametrize(
    ("kind", "bands", "expected"),
    [
        ("nonzero_bad", [[0, 1, 7]], [0, 2, 2]),
        ("scl", [[0, 1, 3, 4, 6, 8, 9, 10, 11]], [1, 6, 3, 0, 0, 2, 2, 2, 4]),
        ("qa_pixel", [[0b1, 0b10, 0b1000, 0b10000, 0b100000, 0b1000000, 0b10000000]], [1, 2, 2, 3, 4, 0, 0]),
        (
            "udm2",
            [[1, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0],
             [0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1, 0], [9, 9, 9, 9, 9, 9, 9], [0, 0, 0, 0, 0, 0, 1]],
            [0, 4, 3, 0, 2, 2, 1],
        ),
    ],
)  # fmt: skip
def test_what_masks_say(kind: str, bands: list[list[int]], expected: list[int]) -> None:
    """Each provider's mask becomes the same set of codes; light haze and water stay usable."""
    mask = np.array(bands, np.uint16)[:, None, :]
    assert read_codes(mask, kind)[0].tolist() == expected


def test_the_grid_keeps_the_pixels_of_the_finest_scene(tmp_path: Path) -> None:
    """Most scenes share a CRS: it is kept, with the pixel edges of the finest of them."""
    site = make_earth_site()
    write_tiff(tmp_path / "fine.tif", scene_bands(texture(seed=1)), move=(1.2, 0.9))
    coarse = Affine(6, 0, 500_000, 0, -6, 4_400_000)
    write_tiff(tmp_path / "coarse.tif", scene_bands(texture(40, 40, seed=2)), transform=coarse)
    scenes = tuple(single(tmp_path / f"{name}.tif", site, bands=BANDS) for name in ("fine", "coarse"))
    grid = plan_grid(scenes, site)
    assert grid.crs == "EPSG:32631"
    assert grid.transform[0] == 3.0
    assert (grid.transform[2] - 500_001.2) % 3 == pytest.approx(0, abs=1e-6)
    assert grid.area_scale == pytest.approx(1 / 0.9996**2, rel=1e-5)
    assert grid.gsd_m == pytest.approx(3 / 0.9996, rel=1e-5)


def test_degrees_become_the_sites_utm_zone(tmp_path: Path) -> None:
    """Scenes in degrees, or in web Mercator, are laid on the site's UTM zone; pixels are metres on the ground."""
    site = make_earth_site()
    size = 3 / 111_195
    degrees = Affine(size / np.cos(np.radians(39.75)), 0, 2.9998, 0, -size, 39.7501)
    path = write_tiff(tmp_path / "a.tif", scene_bands(texture(100, 100)), crs="EPSG:4326", transform=degrees)
    scene = single(path, site, bands=BANDS)
    grid = plan_grid((scene,), site)
    assert grid.crs == "EPSG:32631"
    assert grid.gsd_m == pytest.approx(3.0, rel=0.01)
    native = read_native(scene, site, grid, OPTIONS)
    built = build_cube((native,), align((native,), site, grid, OPTIONS), grid, OPTIONS)
    assert np.isfinite(built.cube["value"].values).all()


def test_without_aoi_the_grid_is_what_all_show(tmp_path: Path) -> None:
    """Scenes that overlap in large part: their intersection; a site the size of a country is refused."""
    site = make_earth_site(structures=())
    write_tiff(tmp_path / "a.tif", scene_bands(texture(seed=1)))
    write_tiff(tmp_path / "b.tif", scene_bands(texture(seed=2)), move=(30.0, 30.0))
    scenes = tuple(single(tmp_path / f"{name}.tif", site, bands=BANDS) for name in "ab")
    grid = plan_grid(scenes, site)
    assert grid.shape == (pytest.approx(70, abs=1), pytest.approx(70, abs=1))
    with pytest.raises(CannotTell):
        plan_grid((), site)
    wide = make_earth_site(structures=(Structure(Role.AOI, "aoi", box(2, 39, 4, 41)),))
    with pytest.raises(BadInput, match="would not fit"):
        plan_grid(scenes, wide)


def test_one_warp_from_the_originals(tmp_path: Path) -> None:
    """After the shift each look is the ground itself, to the error of one interpolation and no more."""
    shifts = known_shifts(8)
    series = make_series(tmp_path, shifts)
    natives, grid, _ = series.natives()
    alignment = align(natives, series.site, grid, OPTIONS)
    raw = CubeOptions(harmonise=False)
    value = build_cube(natives, alignment, grid, raw).cube["value"].sel(band="red").values
    middle = np.median(value, axis=0)
    inner = (slice(None), slice(6, -6), slice(6, -6))
    away = np.sqrt(np.mean(np.square((value - middle)[inner])))
    contrast = middle.std()
    assert away < 0.004 + 0.05 * contrast
    still = build_cube(natives, align(natives, series.site, grid, CubeOptions(max_shift_px=1e-9)), grid, raw)
    unmoved = still.cube["value"].sel(band="red").values
    assert np.sqrt(np.mean(np.square((unmoved - np.median(unmoved, axis=0))[inner]))) > 2.5 * away


def test_the_cube_is_as_agreed(tmp_path: Path) -> None:
    """Names, types, order of time, units, sun and view, as model/imagery.py promises them."""
    series = make_series(tmp_path, known_shifts(6))
    for at, row in enumerate(series.rows):
        row["view_off_nadir"], row["view_azimuth"] = (2.5 * at, 98) if at else ("", "")
    series.rows.reverse()
    built, alignment = series.build()
    cube = built.cube
    assert cube["value"].dims == ("time", "band", "y", "x")
    assert cube["value"].dtype == np.float32
    assert cube["why_not"].dtype == np.uint8
    assert list(cube["band"].values) == ["blue", "green", "red", "nir"]
    assert cube["time"].dtype == "datetime64[ns]"
    assert (np.diff(cube["time"].values) > np.timedelta64(0)).all()
    assert list(cube["scene"].values) == [f"S{at:02d}" for at in range(6)]
    assert cube.attrs["units"] == "reflectance"
    assert cube.attrs["grid"].shape == cube["value"].shape[2:]
    assert cube["sun_elevation"].values == pytest.approx(36, abs=14)
    assert cube["view_off_nadir"].values == pytest.approx([np.nan, 2.5, 5, 7.5, 10, 12.5], nan_ok=True)
    assert cube["view_azimuth"].values == pytest.approx([np.nan, *[98] * 5], nan_ok=True)
    assert [look.scene_id for look in alignment.looks] == [f"S{at:02d}" for at in reversed(range(6))]


def test_no_image_is_nan_and_spreads_nowhere(tmp_path: Path) -> None:
    """A hole in one look is NaN and `no image` there, and its neighbours keep their light."""
    series, image = Series(tmp_path), ground()
    for at, day in enumerate(days(6)):
        look = moved(image, 0.4 if at == 3 else 0, 0)
        series.add(look, day, seed=at)
        if at == 3:
            with rasterio.open(tmp_path / "S03.tif", "r+") as file:
                file.write(np.zeros((4, 20, 20), np.uint16), window=((40, 60), (40, 60)))
    built, _ = series.build(CubeOptions(harmonise=False))
    value, why_not = built.cube["value"].values[3], built.cube["why_not"].values[3]
    hole = np.isnan(value[0])
    assert 360 <= hole.sum() <= 440
    assert (why_not[hole] == WhyNot.NO_IMAGE).all()
    assert not (why_not[~hole] == WhyNot.NO_IMAGE).any()
    middle = np.nanmedian(built.cube["value"].values, axis=0)
    assert np.nanmax(np.abs(value - middle)[:, ~hole]) < 0.12


def test_no_usable_look_is_said(tmp_path: Path) -> None:
    """If every look is left out there is no cube, and the user hears where to read why."""
    series, image = Series(tmp_path), ground()
    for at, day in enumerate(days(3)):
        series.add(image, day, seed=at, mask=np.ones(image.shape, np.uint8))
    with pytest.raises(CannotTell) as caught:
        series.build()
    assert "scenes list" in caught.value.hint


def test_units_without_a_scale_are_relative(tmp_path: Path) -> None:
    """16-bit numbers without a scale are brought near 0–1 by the series' own bright end, and called relative."""
    series = make_series(tmp_path, known_shifts(5))
    for row in series.rows:
        row["scale"] = ""
    built, _ = series.build()
    assert built.cube.attrs["units"] == "relative"
    assert 0.5 < np.nanpercentile(built.cube["value"].values, 99.5) < 1.0


def test_mixed_units_are_said(tmp_path: Path) -> None:
    """Some scenes with a scale, some without: relative, and the user is told."""
    series = make_series(tmp_path, known_shifts(6))
    series.rows[1]["scale"] = ""
    built, alignment = series.build()
    assert built.cube.attrs["units"] == "relative"
    assert any("treated as relative" in remark.text for remark in alignment.remarks)


def test_two_projections_meet_on_one_grid(tmp_path: Path) -> None:
    """A scene in the neighbouring UTM zone lands on the same ground as the others."""
    from rasterio.warp import Resampling, reproject

    series, image = Series(tmp_path), ground(160, 160)
    for at, day in enumerate(days(5)):
        series.add(image, day, seed=at)
    with rasterio.open(tmp_path / "S02.tif") as file:
        numbers, source = file.read(), file.transform
    there = np.zeros_like(numbers)
    target = Affine(3, 0, 1_014_150 - 60, 0, -3, 4_420_160)
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:32631", "EPSG:32630", always_xy=True).transform(500_240, 4_399_760)
    target = Affine(3, 0, x - 240, 0, -3, y + 240)
    reproject(numbers, there, src_transform=source, src_crs="EPSG:32631", dst_transform=target,
              dst_crs="EPSG:32630", resampling=Resampling.cubic)  # fmt: skip
    write_tiff(tmp_path / "S02.tif", there, crs="EPSG:32630", transform=target, nodata=0)
    built, alignment = series.build(CubeOptions(harmonise=False))
    assert all(look.used for look in alignment.looks)
    assert np.hypot(*(alignment.looks[2].shift_px or (9, 9))) < 0.25
    value = built.cube["value"].sel(band="red").values
    seen = np.isfinite(value[2])
    assert seen.mean() > 0.95
    assert np.abs(value[2] - value[1])[seen].mean() < 0.02


def test_a_hole_of_real_scenes(shared: Path) -> None:
    """Ten bands of Sentinel-2 on their own grid, warped once: every look used, reflectance plausible."""
    site = make_earth_site(id="forest", structures=())
    scenes, _ = read_manifest(shared / "data" / "imagery" / "s2_forest" / "scenes.csv", site)
    grid = plan_grid(scenes, site)
    natives = tuple(read_native(scene, site, grid, OPTIONS) for scene in scenes)
    alignment = align(natives, site, grid, OPTIONS)
    built = build_cube(natives, alignment, grid, OPTIONS)
    assert all(look.used for look in alignment.looks)
    assert built.cube.sizes == {"time": 7, "band": 10, "y": 170, "x": 170}
    assert 0.2 < float(built.cube["value"].sel(band="nir").median()) < 0.45


@pytest.mark.parametrize(
    ("folder", "truth", "least"), [("landsat", "truth.json", 0.96), ("s2", "truth_s2.json", 0.92)]
)
def test_cloudy_frames_of_the_ring_are_left_out(shared: Path, folder: str, truth: str, least: float) -> None:
    """Without any mask, the looks used are those that a person called clear, but for a few."""
    import json

    ring = shared / "data" / "imagery" / "ring_campus"
    site = make_frame_site(id="ring")
    scenes, _ = read_manifest(ring / folder / "scenes.csv", site)
    sound = tuple(scene for scene in scenes if scene.fault is None)
    grid = plan_grid(sound, site)
    natives = tuple(read_native(scene, site, grid, OPTIONS) for scene in sound)
    used = {look.scene_id: look.used for look in align(natives, site, grid, OPTIONS).looks}
    frames = json.loads((ring / truth).read_text())["frames"]
    agree = [used.get(Path(f["file"]).stem, False) == f["author_clear"] for f in frames]
    assert np.mean(agree) >= least


@pytest.mark.parametrize(("folder", "least"), [("solar_farm", 12), ("planet_feni", 10)])
def test_yearly_frames_are_kept(shared: Path, folder: str, least: int) -> None:
    """Frames whose colours and buildings change from year to year are not taken for clouds."""
    site = make_frame_site(id="farm")
    scenes, _ = read_manifest(shared / "data" / "imagery" / folder / "scenes.csv", site)
    grid = plan_grid(scenes, site)
    natives = tuple(read_native(scene, site, grid, OPTIONS) for scene in scenes)
    alignment = align(natives, site, grid, OPTIONS)
    assert sum(look.used for look in alignment.looks) >= least
    assert not (alignment.masks["why_not"].values == WhyNot.OUTLIER).any()


def test_aerial_years_are_kept(shared: Path, tmp_path: Path) -> None:
    """Ten summers of farmland, with crops and water changing: all used, aligned to a fraction of a pixel."""
    fields = shared / "data" / "imagery" / "naip_field"
    for file in fields.glob("*.tif"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    rows = [
        {"file": file.name, "acquired": file.stem[-10:], "bands": "red green blue nir"}
        for file in sorted(tmp_path.glob("*.tif"))
    ]
    site = make_earth_site(id="fields", structures=())
    scenes, _ = read_manifest(write_manifest(tmp_path / "scenes.csv", rows), site)
    grid = plan_grid(scenes, site)
    natives = tuple(read_native(scene, site, grid, OPTIONS) for scene in scenes)
    alignment = align(natives, site, grid, OPTIONS)
    assert all(look.used for look in alignment.looks)
    assert max(look.residual_px or 9 for look in alignment.looks) < 0.2
