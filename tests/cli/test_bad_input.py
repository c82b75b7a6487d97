"""Every defect a user can hand us: one clear refusal, or a scene left out with its reason; never a traceback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from tests.cli.conftest import siteline

CRS = "EPSG:32631"
ORIGIN = (500_000.0, 4_400_000.0)


def write_scene(path: Path, *, seed: int, **changed: Any) -> None:
    """A 4-band, 3 m GeoTIFF of 80 x 80 pixels over the site."""
    rng = np.random.default_rng(seed)
    ground = np.random.default_rng(1).normal(1500, 300, (4, 80, 80))
    pixels = np.clip(ground + rng.normal(0, 30, (4, 80, 80)), 1, 10_000).astype(
        changed.pop("dtype", "uint16")
    )
    pixels = changed.pop("pixels", pixels)
    profile = {
        "driver": "GTiff", "height": pixels.shape[1], "width": pixels.shape[2], "count": pixels.shape[0],
        "dtype": pixels.dtype, "crs": CRS, "transform": from_origin(*ORIGIN, 3, 3), "nodata": 0,
    }  # fmt: skip
    with rasterio.open(path, "w", **{**profile, **changed}) as image:
        image.write(pixels)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A site file and a manifest of six good scenes."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    ring = [[3.0002, 39.7480], [3.0026, 39.7480], [3.0026, 39.7498], [3.0002, 39.7498], [3.0002, 39.7480]]
    feature = {
        "type": "Feature",
        "properties": {"role": "aoi", "label": "aoi"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    site = {"type": "FeatureCollection", "site": {"id": "plot", "name": "A plot"}, "features": [feature]}
    (folder / "site.geojson").write_text(json.dumps(site))
    for number in range(6):
        write_scene(folder / f"s{number}.tif", seed=number + 10)
    write_manifest(folder)
    return folder


def write_manifest(
    folder: Path, *extra: str, head: str = "file,acquired,id,bands,scale", rows: int = 6
) -> None:
    lines = [head] + [
        f"s{n}.tif,2023-0{n + 1}-05T10:30:00Z,S{n},blue green red nir,0.0001" for n in range(rows)
    ]
    (folder / "scenes.csv").write_text("\n".join([*lines, *extra]) + "\n")


@pytest.fixture
def with_site(case: Path, inbox: Path) -> Path:
    """A case that holds the site and no scene yet."""
    said = siteline("site", "add", inbox / "site.geojson", cwd=case)
    assert said.code == 0, said.err
    return case


def add(case: Path, inbox: Path) -> Any:
    return siteline("scenes", "add", "plot", "--manifest", inbox / "scenes.csv", cwd=case)


def listed(case: Path) -> list[dict[str, Any]]:
    return list(json.loads(siteline("scenes", "list", "plot", "--json", cwd=case).out))


def test_good_scenes_are_taken_in(with_site: Path, inbox: Path) -> None:
    """The unspoilt inbox is accepted whole, and again without adding anything."""
    assert add(with_site, inbox).code == 0
    assert add(with_site, inbox).code == 0
    assert [s["id"] for s in listed(with_site)] == [f"S{n}" for n in range(6)]
    assert siteline("survey", "plot", cwd=with_site).code == 0


IMAGE_FAULTS: dict[str, Callable[[Path], None]] = {
    "truncated": lambda f: f.write_bytes(f.read_bytes()[: f.stat().st_size // 2]),
    "zero bytes": lambda f: f.write_bytes(b""),
    "not an image": lambda f: f.write_bytes(b"<html>not found</html>" * 50),
    "no CRS": lambda f: write_scene(f, seed=3, crs=None),
    "another CRS": lambda f: write_scene(f, seed=3, crs="EPSG:32601"),
    "fifty kilometres away": lambda f: write_scene(
        f, seed=3, transform=from_origin(550_000, 4_400_000, 3, 3)
    ),
    "three bands": lambda f: write_scene(f, seed=3, pixels=np.full((3, 80, 80), 900, np.uint16)),
    "all nodata": lambda f: write_scene(f, seed=3, pixels=np.zeros((4, 80, 80), np.uint16)),
    "all NaN": lambda f: write_scene(
        f, seed=3, pixels=np.full((4, 80, 80), np.nan, np.float32), dtype="float32", nodata=None
    ),
}


SURVEYED_TOO = ("truncated",)
"""A survey takes seconds: with the others, what is on record must do."""


@pytest.mark.parametrize("fault", IMAGE_FAULTS)
def test_a_broken_image_is_left_out_with_its_reason(with_site: Path, inbox: Path, fault: str) -> None:
    """One bad file is refused by name or left out with its reason on record; the other scenes are surveyed."""
    IMAGE_FAULTS[fault](inbox / "s3.tif")
    said = add(with_site, inbox)
    if said.code == 1:
        assert "s3.tif" in said.err
        assert listed(with_site) == []
        return
    assert "s3.tif" in said.err or "S3" in said.err
    if fault in SURVEYED_TOO:
        assert siteline("survey", "plot", cwd=with_site).code == 0
    by_id = {s["id"]: s for s in listed(with_site)}
    assert not by_id["S3"]["used"]
    assert by_id["S3"]["reason"] not in (None, "not surveyed yet")
    if fault in SURVEYED_TOO:
        assert sum(s["used"] for s in by_id.values()) == 5


def test_a_declared_size_that_would_not_fit_is_refused(with_site: Path, inbox: Path) -> None:
    """A file that declares itself as huge is refused before its pixels are asked for."""
    profile = {
        "driver": "GTiff", "height": 400_000, "width": 400_000, "count": 4, "dtype": "uint16", "crs": CRS,
        "transform": from_origin(*ORIGIN, 0.0006, 0.0006), "tiled": True, "sparse_ok": True, "BIGTIFF": "YES",
        "compress": "deflate",
    }  # fmt: skip
    with rasterio.open(inbox / "s3.tif", "w", **profile):
        pass
    said = add(with_site, inbox)
    if said.code == 0:
        siteline("survey", "plot", cwd=with_site)
        assert not {s["id"]: s for s in listed(with_site)}["S3"]["used"]
    assert "s3.tif" in said.err or "S3" in said.err


def test_a_mask_of_another_size_is_named(with_site: Path, inbox: Path) -> None:
    """A mask that does not fit its scene is refused or the scene is left out, by name."""
    write_scene(inbox / "m.tif", seed=1, pixels=np.zeros((1, 40, 40), np.uint8), dtype="uint8", nodata=None)
    lines = (inbox / "scenes.csv").read_text().splitlines()
    lines = [lines[0] + ",mask"] + [
        line + ",m.tif" if line.startswith("s3") else line + "," for line in lines[1:]
    ]
    (inbox / "scenes.csv").write_text("\n".join(lines))
    said = add(with_site, inbox)
    assert "m.tif" in said.err
    if said.code == 0:
        assert "mask" in next(s for s in listed(with_site) if s["id"] == "S3")["reason"]


MANIFEST_FAULTS = {
    "a date that is missing": "s5.tif,,X,blue green red nir,0.0001",
    "a date that is impossible": "s5.tif,2023-02-31,X,blue green red nir,0.0001",
    "a date in the future": "s5.tif,2093-02-01,X,blue green red nir,0.0001",
    "a path that leaves the folder": "../../etc/passwd,2023-09-01,X,blue green red nir,0.0001",
    "an absolute path": "/etc/passwd,2023-09-01,X,blue green red nir,0.0001",
    "a file that does not exist": "s9.tif,2023-09-01,X,blue green red nir,0.0001",
    "a band nobody knows": "s5.tif,2023-09-01,X,blue green red purple,0.0001",
    "a scale that is no number": "s5.tif,2023-09-01,X,blue green red nir,a lot",
    "an id used twice": "s5.tif,2023-09-01,S1,blue green red nir,0.0001",
}


@pytest.mark.parametrize("fault", MANIFEST_FAULTS)
def test_a_faulty_line_refuses_the_manifest(with_site: Path, inbox: Path, fault: str) -> None:
    """A line that cannot be meant is named, and nothing of the manifest is recorded."""
    write_manifest(inbox, MANIFEST_FAULTS[fault], rows=5)
    said = add(with_site, inbox)
    assert said.code == 1
    assert "scenes.csv" in said.err
    assert "7" in said.err  # the line
    assert listed(with_site) == []


def test_a_symlink_out_of_the_folder_is_refused(with_site: Path, inbox: Path, tmp_path: Path) -> None:
    """A link inside the folder that points out of it is a path that leaves it."""
    outside = tmp_path / "outside.tif"
    shutil.move(inbox / "s5.tif", outside)
    (inbox / "s5.tif").symlink_to(outside)
    assert add(with_site, inbox).code == 1
    assert listed(with_site) == []


@pytest.mark.parametrize("head", ["file,aquired,id,bands,scale", "flie,acquired,id,bands,scale"])
def test_a_misspelt_required_column_is_answered_with_the_right_one(
    with_site: Path, inbox: Path, head: str
) -> None:
    """A near miss of a required column is refused with "did you mean"."""
    write_manifest(inbox, head=head)
    said = add(with_site, inbox)
    assert said.code == 1
    assert "did you mean" in said.err.lower()


def test_a_scene_given_twice_counts_once(with_site: Path, inbox: Path) -> None:
    """The same file under another name and the same date is left out, and that is said."""
    shutil.copy(inbox / "s1.tif", inbox / "copy.tif")
    write_manifest(inbox, "copy.tif,2023-02-05T10:30:00Z,again,blue green red nir,0.0001")
    said = add(with_site, inbox)
    assert said.code == 0
    assert "copy" in said.err or "again" in said.err
    assert len([s for s in listed(with_site) if not s["reason"] or "not surveyed" in s["reason"]]) == 6


SITE_FAULTS = {
    "not JSON": b"{",
    "empty": b"",
    "no features": b'{"type": "FeatureCollection", "features": []}',
    "latitude beyond the pole": json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"role": "aoi", "label": "a"},
         "geometry": {"type": "Polygon", "coordinates": [[[3, 95], [4, 95], [4, 96], [3, 95]]]}}]}
    ).encode(),
    "a ring that crosses itself": json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"role": "aoi", "label": "a"},
         "geometry": {"type": "Polygon", "coordinates": [[[3, 9], [4, 10], [4, 9], [3, 10], [3, 9]]]}}]}
    ).encode(),
    "an XML bomb": b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><kml>&b;</kml>',
}  # fmt: skip


@pytest.mark.parametrize("fault", SITE_FAULTS)
def test_a_broken_site_file_is_refused(case: Path, tmp_path: Path, fault: str) -> None:
    """A site file that cannot be read is named, with what is wrong in it."""
    file = tmp_path / "site.geojson"
    file.write_bytes(SITE_FAULTS[fault])
    said = siteline("site", "add", file, cwd=case)
    assert said.code == 1
    assert "site.geojson" in said.err
    assert json.loads(siteline("site", "list", "--json", cwd=case).out) == []


def test_what_does_not_exist_is_named(with_site: Path, tmp_path: Path) -> None:
    """A wrong site, scene, event, file or folder is refused by its name, with where to look."""
    missing = tmp_path / "none.geojson"
    for words, named in [
        (("survey", "plott"), "plott"),
        (("survey", "plot"), "plot"),
        (("events", "show", "plot", "nothing"), "nothing"),
        (("site", "add", missing), "none.geojson"),
        (("scenes", "add", "plot", "--manifest", tmp_path / "none.csv"), "none.csv"),
        (("measure", "ratio", "plot", "A", "B"), "plot"),
        (("brief", "build"), "plot"),
        (("survey", "plot", "--preset", "careless"), "careless"),
        (("survey", "plot", "--until", "someday"), "someday"),
        (("site", "export", "plot", "--format", "dwg"), "dwg"),
    ]:
        said = siteline(*words, cwd=with_site)
        assert said.code == 1, words
        assert named in said.err, said.err
    assert siteline("site", "list", cwd=tmp_path).code == 1


def test_altered_or_lost_bytes_stop_the_survey(with_site: Path, inbox: Path) -> None:
    """A blob that was overwritten or is gone is named by its scene; with the right bytes back, all goes on."""
    assert add(with_site, inbox).code == 0
    scene = next(s for s in listed(with_site) if s["id"] == "S3")
    blob = with_site / "blobs" / scene["sha256"][:2] / scene["sha256"][2:]
    kept = blob.read_bytes()
    blob.chmod(0o644)
    blob.write_bytes((inbox / "s1.tif").read_bytes())
    refused = siteline("survey", "plot", cwd=with_site)
    assert (refused.code, "S3" in refused.err) == (1, True)
    blob.unlink()
    refused = siteline("survey", "plot", cwd=with_site)
    assert (refused.code, "S3" in refused.err) == (1, True)
    blob.write_bytes(kept)
    assert siteline("survey", "plot", cwd=with_site).code == 0
    assert all(s["used"] for s in listed(with_site))


def test_a_pair_of_scenes_carries_a_brief_of_what_a_person_drew(
    with_site: Path, inbox: Path, tmp_path: Path
) -> None:
    """Two scenes are too few to search, not too few to record and brief what is seen on them."""
    write_manifest(inbox, rows=2)
    assert add(with_site, inbox).code == 0
    ring = [[3.0008, 39.7486], [3.0014, 39.7486], [3.0014, 39.7490], [3.0008, 39.7490], [3.0008, 39.7486]]
    outline = tmp_path / "hall.geojson"
    outline.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    words = ("--on", "S1", "--last-without", "S0", "--kind", "construction", "--stage", "roofed")
    assert siteline("events", "add", "plot", *words, "--geometry", outline, cwd=with_site).code == 0
    built = siteline("brief", "build", "--json", cwd=with_site)
    assert built.code == 0, built.err
    page = Path(json.loads(built.out)["file"]).read_text(encoding="utf-8")
    assert "first visible" in page
    assert "no search for changes was made" in page


def test_too_few_looks_are_said_to_be_too_few(with_site: Path, inbox: Path) -> None:
    """Two scenes cannot carry a survey: the refusal or the remark says how many are needed."""
    write_manifest(inbox, rows=2)
    assert add(with_site, inbox).code == 0
    said = siteline("survey", "plot", cwd=with_site)
    assert "look" in said.err


def test_one_image_is_refused_in_the_words_of_its_options(with_site: Path, inbox: Path) -> None:
    """Who gave options reads of options, not of a manifest's columns."""
    for flag, wrong in (("--acquired", "2023-02-31"), ("--bands", "blue purple"), ("--use", "anyhow")):
        words = {"--acquired": "2023-02-21", flag: wrong}
        given = [word for pair in words.items() for word in pair]
        said = siteline("scenes", "add", "plot", inbox / "s1.tif", *given, cwd=with_site)
        assert (said.code, flag in said.err, "column" in said.err) == (1, True, False), said.err


def test_a_label_names_one_thing(with_site: Path, inbox: Path, tmp_path: Path) -> None:
    """A label that an event or a structure has is refused with its owner; a construction says how far it came."""
    write_manifest(inbox, rows=2)
    assert add(with_site, inbox).code == 0
    ring = [[3.0008, 39.7486], [3.0014, 39.7486], [3.0014, 39.7490], [3.0008, 39.7490], [3.0008, 39.7486]]
    outline = tmp_path / "hall.geojson"
    outline.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    words = ("events", "add", "plot", "--on", "S1", "--last-without", "S0", "--kind", "construction")
    drawn = (*words, "--geometry", outline)
    no_stage = siteline(*drawn, cwd=with_site)
    assert (no_stage.code, "foundation" in no_stage.err) == (1, True)
    first = siteline(*drawn, "--stage", "roofed", "--label", "B-7", "--json", cwd=with_site)
    again = siteline(*drawn, "--stage", "roofed", "--label", "B-7", cwd=with_site)
    assert (again.code, json.loads(first.out)["id"] in again.err) == (1, True)
    structure = siteline(*drawn, "--stage", "roofed", "--label", "aoi", cwd=with_site)
    assert (structure.code, "structure" in structure.err) == (1, True)
    event = json.loads(first.out)["id"]
    for taken in ("aoi", "", "two\nlines", "x" * 81, "A\u202e-2"):
        named = siteline("events", "name", "plot", event, taken, cwd=with_site)
        assert (named.code, "label" in named.err) == (1, True), taken
    assert siteline("events", "name", "plot", event[:6], "B-8", cwd=with_site).code == 0
    assert siteline("events", "name", "plot", "B-8", "B-7", cwd=with_site).out == f"event {event} is B-7\n"
    site = (inbox / "site.geojson").read_text()
    (inbox / "site.geojson").write_text(site.replace('"label": "aoi"', '"label": "B-7"'))
    refused = siteline("site", "add", inbox / "site.geojson", cwd=with_site)
    assert (refused.code, "label of event" in refused.err) == (1, True)
