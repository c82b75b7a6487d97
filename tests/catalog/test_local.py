"""Local files: what is read from them, and what is found wrong before anybody relies on it."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rasterio.enums import ColorInterp
from shapely.geometry import box

from siteline.catalog.local import read_manifest, read_single
from siteline.model.errors import BadInput, BadManifest
from siteline.model.imagery import Scene
from siteline.model.place import Role, Structure
from siteline.model.remark import Remark
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
GROUND = scene_bands(texture(seed=4))
FRAME = np.round(255 * np.stack([texture(60, 70, seed) for seed in (1, 2, 3)], axis=-1)).astype(np.uint8)


def survey_of(
    folder: Path, break_it: Callable[[Path], object], **columns: object
) -> tuple[Scene, list[Remark]]:
    """One broken scene among three sound ones, as the manifest reader sees it."""
    for day in (1, 2, 3):
        write_tiff(folder / f"sound{day}.tif", scene_bands(texture(seed=day)))
    break_it(folder / "odd.tif")
    rows = [{"file": f"sound{day}.tif", "acquired": f"2024-01-0{day}", "bands": BANDS} for day in (1, 2, 3)]
    blank = dict.fromkeys(columns, "")
    rows = [{**blank, **row} for row in rows]
    rows.append(
        {
            "file": "odd.tif",
            "acquired": "2024-01-04",
            "bands": BANDS,
            **{k: str(v) for k, v in columns.items()},
        }
    )
    scenes, remarks = read_manifest(write_manifest(folder / "scenes.csv", rows), make_earth_site())
    assert [scene.fault for scene in scenes[:3]] == [None] * 3
    return scenes[3], [remark for remark in remarks if remark.subject == "odd"]


def cut(keep: float) -> Callable[[Path], object]:
    """A GeoTIFF of which only the first part arrived."""

    def write(path: Path) -> None:
        write_tiff(path, GROUND)
        path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])

    return write


def declare_giant(path: Path) -> None:
    """A PNG whose header promises 60,000 x 60,000 pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def point_elsewhere(path: Path) -> None:
    """A VRT that names a file of ours."""
    path.write_text(
        '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        "<SourceFilename>/etc/hostname</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )


NAN = np.full(GROUND.shape, np.nan, np.float32)
HALF_NAN = np.where(np.arange(80) < 40, np.nan, GROUND).astype(np.float32)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda p: p.write_bytes(b""), r"empty \(0 bytes\)"),
        (lambda p: p.write_bytes(b"<html>503</html>"), "not a GeoTIFF, PNG, JPEG"),
        (point_elsewhere, "not a GeoTIFF, PNG, JPEG"),
        (cut(0.5), "truncated|cannot be read"),
        (cut(0.95), "truncated|cannot be read"),
        (cut(0.001), "cannot be read"),
        (lambda p: write_tiff(p, GROUND, crs=None), "no CRS"),
        (lambda p: write_tiff(p, GROUND, crs="EPSG:32633"), "does not show the site.* away"),
        (lambda p: write_tiff(p, GROUND, move=(50_000.0, 0.0)), "about 50 km away"),
        (lambda p: write_tiff(p, np.zeros_like(GROUND), nodata=0), "nodata"),
        (lambda p: write_tiff(p, np.full_like(GROUND, 7)), "same value"),
        (lambda p: write_tiff(p, NAN), "NaN"),
        (lambda p: write_tiff(p, GROUND[:3]), "3 bands, 4 are named"),
        (lambda p: write_tiff(p, GROUND.astype(np.complex64)), "type complex64"),
        (lambda p: write_frame(p, FRAME, format="PNG"), "no place on Earth"),
        (declare_giant, "no place on Earth|GiB"),
    ],
)
def test_a_broken_image_is_recorded_with_its_fault(
    tmp_path: Path, break_it: Callable[[Path], object], said: str
) -> None:
    """One bad file among good ones never stops the rest; its fault and what to do are said."""
    scene, remarks = survey_of(tmp_path, break_it)
    assert scene.fault is not None
    assert re.search(said, scene.fault), scene.fault
    assert len(remarks) == 1
    assert scene.fault in remarks[0].text
    assert remarks[0].remedy
    assert len(scene.sha256) == 64


def test_some_nan_is_no_fault(tmp_path: Path) -> None:
    """Missing pixels beside the site, or in a part of it, are ordinary."""
    scene, _ = survey_of(tmp_path, lambda p: write_tiff(p, HALF_NAN))
    assert scene.fault is None


def test_a_mask_must_fit(tmp_path: Path) -> None:
    """A mask of another size would hide the wrong pixels, so the scene is left out."""
    write_tiff(tmp_path / "mask.tif", np.zeros((1, 40, 40), np.uint8))
    scene, _ = survey_of(tmp_path, lambda p: write_tiff(p, GROUND), mask="mask.tif")
    assert scene.fault == "its mask mask.tif is 40 x 40 pixels, the image 80 x 80"


def test_a_coarser_scene_classification_fits(tmp_path: Path) -> None:
    """Sentinel-2's scene classes come at half the resolution, on the same corner."""
    from affine import Affine

    half = Affine(6, 0, 500_000, 0, -6, 4_400_000)
    write_tiff(tmp_path / "scl.tif", np.full((1, 40, 40), 4, np.uint8), transform=half)
    scene, _ = survey_of(tmp_path, lambda p: write_tiff(p, GROUND), mask="scl.tif", mask_kind="scl")
    assert scene.fault is None


def test_a_scene_that_lacks_a_band_is_left_out(tmp_path: Path) -> None:
    """Three scenes have a near infrared band; the fourth cannot stand in one series with them."""
    scene, _ = survey_of(tmp_path, lambda p: write_tiff(p, GROUND[:3]), bands="blue green red")
    assert scene.fault == "it has no band nir, as most scenes have"


def test_a_declared_giant_is_not_decoded(tmp_path: Path) -> None:
    """A file of a few bytes that unfolds to gigabytes is refused by its header."""
    declare_giant(tmp_path / "giant.png")
    scene, _ = read_single(tmp_path / "giant.png", make_frame_site(), "2024-01-01")
    assert "GiB in memory" in (scene.fault or "")


def test_a_giant_scene_is_read_through_a_window(tmp_path: Path) -> None:
    """A 40 GB scene is fine where the site is small and the file can be read in parts."""
    write_tiff(
        tmp_path / "giant.tif",
        GROUND[:, :1, :1].copy(),
        tiled=True,
        blockxsize=256,
        blockysize=256,
    )  # a small file first: the options must be accepted
    import rasterio
    from affine import Affine

    with rasterio.open(
        tmp_path / "giant.tif",
        "w",
        driver="GTiff",
        width=100_000,
        height=100_000,
        count=1,
        dtype="uint16",
        crs="EPSG:32631",
        transform=Affine(3, 0, 500_000, 0, -3, 4_400_000),
        tiled=True,
        sparse_ok=True,
        BIGTIFF="YES",
    ) as image:
        image.write(GROUND[:1], window=((0, 80), (0, 80)))
    scene, _ = read_single(tmp_path / "giant.tif", make_earth_site(), "2024-01-01")
    assert scene.fault is None
    assert scene.shape == (100_000, 100_000)


def test_reads_what_the_file_says(tmp_path: Path) -> None:
    """CRS, transform, size, number type and nodata come from the file; the rest from the manifest."""
    write_tiff(tmp_path / "a.tif", GROUND, nodata=0, tags={"SITELINE_SIMULATED": "1"})
    scene, remarks = read_single(
        tmp_path / "a.tif", make_earth_site(), "2024-06-01T10:30:00Z", bands=BANDS, scale="0.0001", credit="Ours",
        licence="CC0-1.0", use="publish",
    )  # fmt: skip
    assert scene.fault is None
    assert scene.crs == "EPSG:32631"
    assert scene.transform == (3.0, 0.0, 500_000.0, 0.0, -3.0, 4_400_000.0)
    assert (scene.shape, scene.dtype, scene.nodata, scene.gsd_m) == ((80, 80), "uint16", 0.0, 3.0)
    assert scene.bands == ("blue", "green", "red", "nir")
    assert scene.simulated
    assert scene.sun_elevation == pytest.approx(66.1, abs=1)
    assert not remarks


def test_only_a_simulated_image_may_be_of_a_day_to_come(tmp_path: Path) -> None:
    """A made-up series may run past today; a date in the future of any other file is a slip of the pen."""
    write_tiff(tmp_path / "made.tif", GROUND, tags={"SITELINE_SIMULATED": "1"})
    scene, _ = read_single(tmp_path / "made.tif", make_earth_site(), "2924-06-01T10:30:00Z", bands=BANDS)
    assert scene.fault is None
    write_tiff(tmp_path / "real.tif", GROUND)
    (tmp_path / "broken.tif").write_bytes(b"no image")
    for name in ("real.tif", "broken.tif"):
        with pytest.raises(BadManifest, match=r"acquired.*in the future") as error:
            read_single(tmp_path / name, make_earth_site(), "2924-06-01", bands=BANDS)
        assert "Check the year" in str(error.value.hint)


def test_without_hour_no_sun_and_that_is_said(tmp_path: Path) -> None:
    """A date without time of day gives no sun angles, and the user learns what that switches off."""
    write_tiff(tmp_path / "a.tif", GROUND)
    scene, remarks = read_single(tmp_path / "a.tif", make_earth_site(), "2024-06-01", bands=BANDS)
    assert scene.sun_azimuth is None
    said = " ".join(remark.text for remark in remarks)
    assert "shadow test is off" in said
    assert "units are relative" in said
    assert "not for publication" in said


@pytest.mark.parametrize(
    ("acquired", "is_known"),
    [
        ("2024-06-01T10", False),
        ("2024-06-01 10Z", False),
        ("2024-06-01", False),
        ("2024-06", False),
        ("2024-06-01T10:30", True),
        ("2024-06-01T10:30:59Z", True),
    ],
)
def test_sun_angles_need_a_time_that_leaves_the_sun_in_its_place(
    tmp_path: Path, acquired: str, is_known: bool
) -> None:
    """Where the sun may have stood more than a degree elsewhere, no angles are computed; those given are kept."""
    write_tiff(tmp_path / "a.tif", GROUND)
    scene, remarks = read_single(tmp_path / "a.tif", make_earth_site(), acquired, bands=BANDS)
    assert (scene.sun_elevation is not None) == (scene.sun_azimuth is not None) == is_known
    assert any("Give the time in acquired, with minutes" in (r.remedy or "") for r in remarks) != is_known
    given, _ = read_single(
        tmp_path / "a.tif",
        make_earth_site(),
        acquired,
        bands=BANDS,
        sun_azimuth="150",
        sun_elevation="35",
    )
    assert (given.sun_azimuth, given.sun_elevation) == (150, 35)


def test_bands_from_descriptions_and_colours(tmp_path: Path) -> None:
    """Without a bands column: band descriptions, then colour interpretation; an alpha band is not a band."""
    names = ("blue", "green", "red", "nir")
    write_tiff(tmp_path / "described.tif", GROUND, descriptions=names)
    rgba = np.concatenate([GROUND[:3], GROUND[:1] * 0 + 65535])
    write_tiff(tmp_path / "rgba.tif", rgba, photometric="RGB", alpha="YES")
    write_tiff(tmp_path / "one.tif", GROUND[:1])
    site = make_earth_site()
    assert read_single(tmp_path / "described.tif", site, "2024-01-01")[0].bands == names
    assert read_single(tmp_path / "rgba.tif", site, "2024-01-01")[0].bands == ("red", "green", "blue", "")
    assert read_single(tmp_path / "one.tif", site, "2024-01-01")[0].bands == ("grey",)


def test_nameless_bands_are_refused_with_the_remedy(tmp_path: Path) -> None:
    """Red, green, blue and one undefined band, as NAIP writes them: we do not guess the fourth."""
    import rasterio

    path = write_tiff(tmp_path / "naip.tif", GROUND, photometric="RGB")
    with rasterio.open(path, "r+") as image:
        image.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.undefined]
    manifest = write_manifest(tmp_path / "scenes.csv", [{"file": "naip.tif", "acquired": "2024-01-01"}])
    with pytest.raises(BadManifest, match=r"naip\.tif has 4 bands") as caught:
        read_manifest(manifest, make_earth_site())
    assert caught.value.hint == "Name them in bands, such as: red green blue nir"


def test_ids_are_as_short_as_they_can_be(tmp_path: Path) -> None:
    """Given ids are kept; otherwise the file's name as far as it takes to tell scenes apart."""
    files = ["x/a.tif", "y/a.tif", "b.tif", "c.tif"]
    for number, file in enumerate(files):
        write_tiff(tmp_path / file, scene_bands(texture(seed=number)))
    rows = [{"file": f, "acquired": "2024-01-01", "bands": BANDS, "id": ""} for f in files]
    rows[3]["id"] = "S-4"
    scenes, _ = read_manifest(write_manifest(tmp_path / "scenes.csv", rows), make_earth_site())
    assert [scene.id for scene in scenes] == ["x/a.tif", "y/a.tif", "b", "S-4"]


def test_duplicates_are_left_out_and_conflicts_refused(tmp_path: Path) -> None:
    """The same bytes on the same date once; under two dates one must be wrong; one id for two images never."""
    write_tiff(tmp_path / "a.tif", GROUND)
    (tmp_path / "copy.tif").write_bytes((tmp_path / "a.tif").read_bytes())
    write_tiff(tmp_path / "b.tif", scene_bands(texture(seed=9)))
    site = make_earth_site()

    def read(*rows: tuple[str, str, str]) -> tuple[tuple[Scene, ...], tuple[Remark, ...]]:
        table = [{"file": f, "acquired": d, "id": i, "bands": BANDS} for f, d, i in rows]
        return read_manifest(write_manifest(tmp_path / "scenes.csv", table), site)

    scenes, remarks = read(("a.tif", "2024-01-01", ""), ("copy.tif", "2024-01-01", ""))
    assert [scene.id for scene in scenes] == ["a"]
    assert any("copy.tif" in remark.text and "is a again" in remark.text for remark in remarks)
    scenes, _ = read(("a.tif", "2024-01-01", ""), ("copy.tif", "2024-02-01", ""))
    assert all("two dates" in (scene.fault or "") for scene in scenes)
    with pytest.raises(BadManifest, match="the id 'S' is taken"):
        read(("a.tif", "2024-01-01", "S"), ("b.tif", "2024-01-02", "S"))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("none.tif", "no such file"),
        ("../outside.tif", "leaves the manifest's folder"),
        ("link.tif", "leaves the manifest's folder"),
        ("/etc/hostname", "leaves the manifest's folder"),
        (".", "is not a file"),
        ("https://example.org/a.tif", "is an address"),
        ("/vsicurl/https://example.org/a.tif", "is an address"),
        ("a" * 300 + ".tif", "no such file"),
    ],
)
@pytest.mark.parametrize("column", ["file", "mask"])
def test_paths_stay_in_the_manifests_folder(tmp_path: Path, file: str, said: str, column: str) -> None:
    """No path leaves the folder, not through a link either; nothing is fetched."""
    home = tmp_path / "home"
    write_tiff(tmp_path / "outside.tif", GROUND)
    write_tiff(home / "a.tif", GROUND)
    (home / "link.tif").symlink_to(tmp_path / "outside.tif")
    row = {"file": "a.tif", "acquired": "2024-01-01", "bands": BANDS, "mask": "", column: file}
    with pytest.raises(BadManifest, match=said) as caught:
        read_manifest(write_manifest(home / "scenes.csv", [row]), make_earth_site())
    assert f"line 2, column {column}" in str(caught.value)


def test_georeferenced_images_are_no_frames(tmp_path: Path) -> None:
    """A site drawn in pixels takes no scene that has a place on Earth."""
    write_tiff(tmp_path / "a.tif", GROUND)
    scene, _ = read_single(tmp_path / "a.tif", make_frame_site(), "2024-01-01", bands=BANDS)
    assert "drawn in pixels" in (scene.fault or "")


def save_cmyk(path: Path) -> None:
    """A JPEG as a print shop saves it."""
    Image.fromarray(FRAME).convert("CMYK").save(path, format="JPEG", quality=95)


@pytest.mark.parametrize(
    ("write", "fault"),
    [
        (lambda p: write_frame(p, FRAME, format="PNG"), None),
        (lambda p: write_frame(p, FRAME, format="JPEG"), None),
        (lambda p: Image.fromarray(FRAME).quantize(64).save(p, format="PNG"), None),
        (lambda p: write_frame(p, np.dstack([FRAME, FRAME[..., :1] * 0 + 255]), format="PNG"), None),
        (lambda p: write_frame(p, FRAME[:50], format="PNG"), "70 x 50 pixels, most frames are 70 x 60"),
        (lambda p: write_frame(p, FRAME[..., 0], format="PNG"), "no band blue, green, red"),
        (lambda p: write_frame(p, FRAME[..., 0], format="JPEG"), "no band blue, green, red"),
        (lambda p: Image.new("1", (70, 60), 1).save(p, format="PNG"), "same value"),
        (lambda p: Image.new("RGB", (70, 60), "white").save(p, format="PNG"), "same value"),
        (
            lambda p: Image.fromarray(FRAME[..., 0].astype(np.uint16) * 256).save(p, format="PNG"),
            "no band blue",
        ),
    ],
)
def test_frames_of_every_make(tmp_path: Path, write: Callable[[Path], object], fault: str | None) -> None:
    """Palettes and alpha are read; grey, blank and differently sized frames are left out, with the reason."""
    for number in (1, 2, 3):
        frame = np.clip(FRAME.astype(int) + number, 0, 255).astype(np.uint8)
        write_frame(tmp_path / f"{number}.png", frame, format="PNG")
    write(tmp_path / "odd.png")
    rows = [
        {"file": f"{name}.png", "acquired": f"20{20 + at}-05"} for at, name in enumerate((1, 2, 3, "odd"))
    ]
    scenes, _ = read_manifest(write_manifest(tmp_path / "scenes.csv", rows), make_frame_site())
    assert [scene.fault for scene in scenes[:3]] == [None] * 3
    assert (scenes[3].fault is None) == (fault is None)
    assert (fault or "") in (scenes[3].fault or "")


def test_cmyk_is_read_or_refused(tmp_path: Path) -> None:
    """A CMYK JPEG is a picture of the ground or is left out; it never becomes four mystery bands."""
    save_cmyk(tmp_path / "a.jpg")
    scene, _ = read_single(tmp_path / "a.jpg", make_frame_site(), "2024-01-01")
    assert scene.fault is not None or scene.bands == ("red", "green", "blue")


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize("keep", [0.2, 0.6, 0.97])
def test_a_truncated_frame_is_found_out(tmp_path: Path, suffix: str, keep: float) -> None:
    """Half a download is not silently filled with grey."""
    path = write_frame(tmp_path / f"a.{suffix}", FRAME)
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    scene, _ = read_single(path, make_frame_site(), "2024-01-01")
    assert scene.fault is not None


def test_single_refuses_unknown_options(tmp_path: Path) -> None:
    """A misspelt option is named, with what was probably meant."""
    write_tiff(tmp_path / "a.tif", GROUND)
    with pytest.raises(BadInput, match="no such option: band"):
        read_single(tmp_path / "a.tif", make_earth_site(), "2024-01-01", band="red")
    with pytest.raises(BadInput, match="no such file"):
        read_single(tmp_path / "none.tif", make_earth_site(), "2024-01-01")


def test_a_site_without_aoi_is_where_its_structures_are(tmp_path: Path) -> None:
    """A building is enough to find a scene that lies elsewhere."""
    site = make_earth_site(structures=(Structure(Role.BUILDING, "A-1", box(3.001, 39.7485, 3.002, 39.749)),))
    write_tiff(tmp_path / "here.tif", GROUND)
    write_tiff(tmp_path / "there.tif", GROUND, move=(9_000.0, 0.0))
    assert read_single(tmp_path / "here.tif", site, "2024-01-01", bands=BANDS)[0].fault is None
    assert "9 km away" in (
        read_single(tmp_path / "there.tif", site, "2024-01-01", bands=BANDS)[0].fault or ""
    )


def test_real_folders_read_cleanly(shared: Path) -> None:
    """The sample series are read without a fault, but for the blank frames of the ring."""
    images = shared / "data" / "imagery"
    scenes, _ = read_manifest(images / "solar_farm" / "scenes.csv", make_frame_site())
    assert len(scenes) == 12
    assert all(scene.fault is None for scene in scenes)
    forest, _ = read_manifest(images / "s2_forest" / "scenes.csv", make_earth_site(structures=()))
    assert all(scene.fault is None and len(scene.bands) == 10 for scene in forest)
    ring, _ = read_manifest(images / "ring_campus" / "landsat" / "scenes.csv", make_frame_site())
    assert {scene.fault for scene in ring} == {None, "blank: every pixel over the site has the same value"}
    assert sum(scene.fault is not None for scene in ring) == 4
