"""The plant that was invented, from its pictures to the corrected edition, told once as its README says."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import siteline
from tests.conftest import missing, wanted

wanted("av")

EXAMPLE = Path(__file__).parents[2] / "examples/invented_plant"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (shutil.which("openssl") and shutil.which("sha256sum")):
        missing("openssl and sha256sum")
    made = tmp_path_factory.mktemp("plant") / "told"
    done = subprocess.run(
        [sys.executable, EXAMPLE / "run.py", made],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (made / "said.txt").write_text(done.stdout)
    return made


def ask(folder: Path, *words: str) -> Any:
    environ = {"SITELINE_CONFIG": str(folder / "key")}
    said = siteline(*words, "--json", "--case", "case", cwd=folder, environ=environ)
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_the_engine_found_what_was_built_and_when(folder: Path) -> None:
    """Held against what plant.py had built, which nothing in the story has read."""
    found = {
        f["properties"]["label"]: f["properties"]
        for f in ask(folder, "events", "list", "kestrel-ford")["features"]
    }
    assert set(found) == {"A-2", "R-1", "H-1", "H-2"}
    assert {event["status"] for event in found.values()} == {"accepted"}
    assert (found["R-1"]["kind"], found["R-1"]["zone"]) == ("roof_change", "inside")
    for label, foundation in (("H-1", "2024-09-03"), ("H-2", "2024-09-03")):
        assert (found[label]["kind"], found[label]["zone"]) == ("construction", "outside")
        assert found[label]["onset"]["after"] < foundation
        low, high = (found[label]["area_m2"][end] for end in ("low95", "high95"))
        assert low - 120 < 56 * 26 < high + 120
    hall = found["A-2"]["area_m2"]
    assert hall["low95"] < 98.5 * 34 < hall["high95"]
    assert found["R-1"]["onset"] == {"after": "2023-11-28", "by": "2024-02-29"}  # the winter lies within


def test_the_ratio_is_told_no_more_narrowly_than_it_was_measured(folder: Path) -> None:
    narrower = folder / "narrower.md"
    text = (folder / "kestrel-ford.md").read_text()
    assert "larger by 20–50 %" in text
    narrower.write_text(text.replace("larger by 20–50 %", "larger by 30–35 %"))
    command = [
        sys.executable,
        "-m",
        "siteline",
        "--case",
        folder / "case",
        "brief",
        "check",
        narrower,
        "--json",
    ]
    environ = {**os.environ, "SITELINE_CONFIG": str(folder / "key")}
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300, env=environ)
    assert said.returncode == 1
    assert {one["code"] for one in json.loads(said.stdout)["findings"]} == {"wording"}


def test_the_page_was_removed_and_its_film_matches_the_still(folder: Path) -> None:
    found = ask(folder, "evidence", "findings")
    assert {(f["kind"], f["state"]) for f in found} == {("removed", "confirmed"), ("removed", "supported")}
    [page] = [f for f in found if f["subject"].endswith(".html")]
    assert page["wording"] == "removed from that address"
    assert page["confirmed"]["who"] == "Otto Invented"
    assert (page["available_at"][:10], page["missing_at"][:10]) == ("2024-11-08", "2024-11-11")
    assert any(
        m["review"] and m["review"]["verdict"] == "same"
        for m in ask(folder, "evidence", "match", "--list")["matches"]
    )


def test_the_rows_of_the_set_clock_say_so_and_custody_is_whole(folder: Path) -> None:
    rows = ask(folder, "evidence", "log")
    watched = [row for row in rows if row["boot"] == "an invented clock"]
    assert {row["recorded_at"][:7] for row in watched} == {"2024-11"}
    assert not any(row["recorded_at"].startswith("2024") for row in rows if row not in watched)
    assert {row["actor"] for row in rows} == {"Ines Invented", "Otto Invented"}
    assert ask(folder, "evidence", "verify")["ok"]


def test_two_editions_went_out_signed_by_a_key_of_their_own(folder: Path) -> None:
    first, second = ask(folder, "brief", "list")
    assert (first["edition"], second["edition"]) == ("kestrel-ford/1", "kestrel-ford/2")
    said = (folder / "said.txt").read_text()
    assert said.count("Signature Verified Successfully") == 2
    assert "a second person releases it" in said
    for bundle in ("kestrel-ford-1.zip", "kestrel-ford-2.zip"):
        told = siteline(
            "verify",
            folder / bundle,
            "--json",
            cwd=folder,
            environ={"SITELINE_CONFIG": str(folder / "elsewhere")},
        )
        assert told.code == 0, told.err
    assert not (folder / "elsewhere/signing-key.pem").exists()


def test_what_was_held_back_is_in_no_file_and_everything_says_simulated(folder: Path) -> None:
    with zipfile.ZipFile(folder / "kestrel-ford-2.zip") as bundle:
        page = bundle.read("edition/page.html").decode()
        held = json.loads(bundle.read("edition/edition.json"))["held"]
        everything = b"".join(bundle.read(name) for name in bundle.namelist() if name.startswith("edition/"))
    assert "Simulated." in page
    assert "Lumenhald" not in everything.decode(errors="ignore")  # a maker that had no right of reply
    assert "the map would tell the place that is rounded" in page
    assert held == {
        "locations": "rounded to 5 km",
        "sentences": {},
        "figures": {"f1": "the map would tell the place that is rounded"},
    }
    assert "Corrections" in page


def test_the_draft_names_what_its_map_numbers_and_credits_a_chart_as_what_it_is(folder: Path) -> None:
    page = (folder / "draft/kestrel-ford.html").read_text()
    assert "1: A-2 new building" in page
    assert "Images: Source:" not in page
    assert "29.7 to 36.6 % of all-missiles" in page
    assert {file.suffix for file in (folder / "draft").iterdir()} >= {".html", ".md", ".jsonld", ".bib"}


def test_the_inputs_are_invented_addresses_only() -> None:
    for file in (*EXAMPLE.rglob("*.html"), *EXAMPLE.rglob("*.csv"), *EXAMPLE.rglob("*.py")):
        hosts = re.findall(r"https?://([\w.{}-]+)", file.read_text(encoding="utf-8"))
        assert all(host.endswith(".example") or host.startswith(("127.0.0.1", "{")) for host in hosts), file
    with (EXAMPLE / "documents/parts.csv").open(encoding="utf-8") as table:
        assert not {"seat_country", "made_in"} & set(next(csv.reader(table)))
