"""Killed or out of room while annotations, compared looks, counts and blocks are written: all or nothing; a rerun completes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import NURSERY, siteline
from tests.cli.small_site import write_small_site
from tests.cli.test_compare import compared  # noqa: F401 a fixture
from tests.cli.test_interruptions import disk_of
from tests.cli.test_massing import folder  # noqa: F401 a fixture
from tests.conftest import wanted

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a command is killed in a fork")

COUNT = (
    "events",
    "add",
    "plant",
    "--on",
    "S1",
    "--what",
    "rail wagons",
    "--zone",
    "yard",
    "--count",
    "12..15",
)


@contextlib.contextmanager
def full(disk: Path, spare: int = 0) -> Iterator[None]:
    """A disk with so many bytes left."""
    filler, room = disk / "filler", os.statvfs(disk)
    filler.write_bytes(b"x" * (room.f_bavail * room.f_frsize - spare))
    try:
        yield
    finally:
        filler.unlink()


def refused_for_room(*words: str | Path, cwd: Path) -> None:
    """A command that ends in one error and what to do about it."""
    said = siteline(*words, cwd=cwd)
    assert said.code == 1, said.out
    assert said.err.count("error: ") == 1, said.err
    assert "Free some space" in said.err, said.err


def ask(*words: str | Path, cwd: Path) -> Any:
    said = siteline(*words, "--json", cwd=cwd)
    assert said.code == 0, said.err
    return json.loads(said.out)


def is_whole(case: Path) -> bool:
    """Whether the case's database is sound and its custody log verifies."""
    with sqlite3.connect(case / "case.db") as raw:
        sound = raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return sound and siteline("evidence", "verify", cwd=case).code == 0


def test_annotations_are_taken_in_whole_or_not_at_all(case: Path, shared: Path) -> None:
    """`kill -9` before, between and after the records of an import: nothing of it shows, and the same command completes it."""
    models = shared / "data/imagery/smart"
    assert siteline("site", "add", models / "region_models/KR_R001.geojson", cwd=case).code == 0
    before = ask("events", "imported", "KR_R001", cwd=case)
    words = ("events", "import", "KR_R001", models / "site_models/KR_R001_0017.geojson")
    for moment in (
        "siteline.store.blobs:Blobs.keep:1 done",
        "siteline.workbench.smart.importing:note_bytes:1 done",
        "siteline.sites.annotations:Annotations.record:1",
        "siteline.sites.annotations:Annotations.record:1 done",
    ):
        assert NURSERY.killed(moment, *words, cwd=case) == "", moment
        assert ask("events", "imported", "KR_R001", cwd=case) == before, moment
    assert ask(*words, cwd=case)["new"] == 1
    assert ask("events", "imported", "KR_R001", cwd=case) != before
    assert is_whole(case)


def test_compared_looks_are_kept_whole_and_their_sheet_comes_with_the_rerun(compared: Path) -> None:  # noqa: F811
    words = ("events", "compare", "hall", "--before", "old", "--after", "new")
    for moment, kept in (
        ("siteline.sites.comparisons:Comparisons.record:1", 0),
        ("siteline.sites.comparisons:Comparisons.record:1 done", 1),
        ("pathlib:Path.replace:1", 1),
    ):
        assert NURSERY.killed(moment, *words, cwd=compared) == "", moment
        assert len(ask("events", "compared", "hall", cwd=compared)) == kept, moment
        assert list((compared / "out").glob("hall-pair-*.png")) == [], moment
    told = ask(*words, cwd=compared)
    assert told["features"]
    assert len(ask("events", "compared", "hall", cwd=compared)) == 1
    [sheet] = (compared / "out").glob("hall-pair-*.png")
    assert sheet.read_bytes().endswith(b"IEND\xaeB`\x82")
    assert is_whole(compared)


def test_a_count_is_on_record_once_or_not_at_all(case: Path, tmp_path: Path) -> None:
    write_small_site(tmp_path / "in")
    assert siteline("site", "add", tmp_path / "in/site.geojson", cwd=case).code == 0
    assert siteline("scenes", "add", "plant", "--manifest", tmp_path / "in/scenes.csv", cwd=case).code == 0
    assert NURSERY.killed("siteline.sites.activity:Counts.record:1", *COUNT, cwd=case) == ""
    assert "rail wagons" not in siteline("events", "counts", "plant", cwd=case).out
    assert NURSERY.killed("siteline.sites.activity:Counts.record:1 done", *COUNT, cwd=case) == ""
    first = ask(*COUNT, cwd=case)
    assert ask(*COUNT, cwd=case) == first, "saying it again adds nothing"
    [series] = ask("events", "counts", "plant", cwd=case)["series"]
    assert [len(look["counts"]) for look in series["looks"] if look["counts"]] == [1]
    assert is_whole(case)


def test_blocks_have_a_name_only_when_they_are_whole(folder: Path, tmp_path: Path) -> None:  # noqa: F811
    wanted("trimesh")
    for format_ in ("kml", "kmz", "glb"):
        out = tmp_path / f"s.{format_}"
        words = ("measure", "massing", "s", "--format", format_, "--out", out)
        assert NURSERY.killed("pathlib:Path.replace:1", *words, cwd=folder) == ""
        assert not out.exists()
        assert siteline(*words, cwd=folder).code == 0
        assert out.stat().st_size > 500


def test_a_full_disk_stops_a_comparison_in_words_and_takes_nothing(compared: Path, tmp_path: Path) -> None:  # noqa: F811
    """Without room the command names the remedy; with room again it completes."""
    with disk_of("32m", tmp_path / "disk") as disk:
        shutil.copytree(compared, disk / "case")
        for name in ("old.png", "new.png"):
            shutil.copy(compared.parent / name, disk)
        case = disk / "case"
        words = ("events", "compare", "hall", "--before", "old", "--after", "new")
        with full(disk, 40_000):
            refused_for_room(*words, cwd=case)
        done = siteline(*words, cwd=case)
        assert done.code == 0, done.err
        assert len(ask("events", "compared", "hall", cwd=case)) == 1


@pytest.mark.parametrize("spare", [0, 40_000, 100_000])
def test_a_full_disk_takes_no_annotation_in(case: Path, shared: Path, tmp_path: Path, spare: int) -> None:
    """Whether the room ends before, within or after the bytes of the file; with room again the same command completes it."""
    models = shared / "data/imagery/smart"
    assert siteline("site", "add", models / "region_models/KR_R001.geojson", cwd=case).code == 0
    with disk_of("32m", tmp_path / "disk") as disk:
        shutil.copytree(case, disk / "case")
        here = disk / "case"
        before = ask("events", "imported", "KR_R001", cwd=here)
        words = ("events", "import", "KR_R001", models / "site_models/KR_R001_0017.geojson")
        with full(disk, spare):
            refused_for_room(*words, cwd=here)
        assert ask("events", "imported", "KR_R001", cwd=here) == before
        assert is_whole(here)
        assert ask(*words, cwd=here)["new"] == 1
        assert is_whole(here)


def test_a_full_disk_takes_no_count(case: Path, tmp_path: Path) -> None:
    """None is on record after the refusal, and one after the same command with room."""
    write_small_site(tmp_path / "in")
    assert siteline("site", "add", tmp_path / "in/site.geojson", cwd=case).code == 0
    assert siteline("scenes", "add", "plant", "--manifest", tmp_path / "in/scenes.csv", cwd=case).code == 0
    with disk_of("32m", tmp_path / "disk") as disk:
        shutil.copytree(case, disk / "case")
        here = disk / "case"
        with full(disk):
            refused_for_room(*COUNT, cwd=here)
        assert "rail wagons" not in siteline("events", "counts", "plant", cwd=here).out
        ask(*COUNT, cwd=here)
        [series] = ask("events", "counts", "plant", cwd=here)["series"]
        assert [len(look["counts"]) for look in series["looks"] if look["counts"]] == [1]
        assert is_whole(here)


@pytest.mark.parametrize("format_", ["kml", "kmz", "glb"])
def test_a_full_disk_holds_no_part_of_a_model(folder: Path, tmp_path: Path, format_: str) -> None:  # noqa: F811
    """No file of that name, and none left aside; with room again it is whole."""
    wanted("trimesh")
    with disk_of("1m", tmp_path / "disk") as disk:
        out = disk / f"s.{format_}"
        words = ("measure", "massing", "s", "--format", format_, "--out", out)
        with full(disk):
            refused_for_room(*words, cwd=folder)
            assert [file.name for file in disk.iterdir()] == ["filler"]
        assert siteline(*words, cwd=folder).code == 0
        assert [file.name for file in disk.iterdir()] == [out.name]
        assert out.stat().st_size > 500
