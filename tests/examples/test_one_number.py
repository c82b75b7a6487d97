"""The worked example of one number and its four readings, run as its README says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import siteline

EXAMPLE = Path(__file__).parents[2] / "examples/one_number_four_readings"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("one-number")
    environ = {**os.environ, "SITELINE_WHO": "A. Analyst"}
    subprocess.run(
        [sys.executable, EXAMPLE / "run.py", made], check=True, capture_output=True, env=environ, timeout=300
    )
    return made


def test_four_readings_are_one_lineage_in_conflict_and_corroborate_nothing(folder: Path) -> None:
    [told] = json.loads(siteline("claims", "drift", "--json", "--case", "case", cwd=folder).out)
    assert told["verdict"] == "transmission_conflict"
    assert told["corroboration"] == 1
    assert sorted(low for low, _ in told["values"]) == [0.3, 0.6, 1.6, 2.0]


def test_its_brief_lacks_nothing_but_words_in_custody(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "siteline",
        "brief",
        "check",
        EXAMPLE / "brief.md",
        "--json",
        "--case",
        folder / "case",
    ]
    told = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert told.returncode == 1
    assert {found["code"] for found in json.loads(told.stdout)["findings"]} == {"no-evidence"}


def test_its_brief_is_written_in_every_form_without_extras(folder: Path) -> None:
    assert {file.name for file in (folder / "brief").iterdir()} == {
        "brief.html", "brief.clean.md", "brief.jsonld", "brief.bib",
    }  # fmt: skip
    assert "https://bunatimes.com/world/337256.html" in (folder / "brief/brief.bib").read_text()
    assert "DRAFT" in (folder / "brief/brief.html").read_text()
