"""Blocks on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siteline.workbench.case import make_case
from tests.cli.conftest import siteline
from tests.conftest import wanted
from tests.factory import make_scene, make_site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A case with one hall that was never measured."""
    made = make_case(tmp_path / "case")
    made.register.record(make_site("s", simulated=True), None)
    made.scenes.record("s", [make_scene("S1")])
    made.close()
    return tmp_path / "case"


def test_massing_writes_and_tells(folder: Path) -> None:
    """Each format is written where it says; --json tells what is in it; notes say what lies flat."""
    wanted("trimesh")
    for format_ in ("kml", "kmz", "glb"):
        done = siteline("measure", "massing", "s", "--format", format_, "--json", cwd=folder)
        assert done.code == 0, done.err
        told = json.loads(done.out)
        assert Path(told["file"]).stat().st_size > 500
        assert told["simulated"] is True
        assert told["blocks"][0]["height_unknown"] == "it was not measured"
        assert "A-1: drawn as a flat outline" in done.err


def test_massing_refuses_in_two_lines(folder: Path) -> None:
    """A wrong name, format or site is one error and one hint."""
    for words in (("s", "B-7"), ("s", "--format", "obj"), ("nowhere",)):
        assert siteline("measure", "massing", *words, cwd=folder).code == 1
