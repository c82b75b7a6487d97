"""Killed, interrupted, or out of room: nothing recorded is lost, nothing is half there."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import LOOKS, siteline
from tests.conftest import missing


def start(*words: str, cwd: Path) -> subprocess.Popen[bytes]:
    """A command that somebody will stop."""
    return subprocess.Popen(
        [sys.executable, "-m", "siteline", *words], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def add_site(case: Path, rendered: Path) -> str:
    """The rendered site with its scenes; returns its id."""
    assert siteline("site", "add", rendered / "site.geojson", cwd=case).code == 0
    [site] = json.loads(siteline("site", "list", "--json", cwd=case).out)
    assert siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case).code == 0
    return str(site["id"])


def stage_runs(case: Path) -> list[tuple[str, str]]:
    """(recipe, stage) of every run on record."""
    with sqlite3.connect(case / "case.db") as raw:
        return raw.execute("SELECT recipe, stage FROM run").fetchall()


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.soak)])
def test_a_survey_killed_again_and_again_ends_as_if_never_killed(
    case: Path, rendered: Path, tmp_path: Path, rounds: int
) -> None:
    """`kill -9` at any moment loses no finished stage; the last run gives what an undisturbed one gives."""
    site = add_site(case, rendered)
    for attempt in range(rounds):
        before = set(stage_runs(case))
        process = start("survey", site, cwd=case)
        time.sleep(1.5 + 0.7 * (attempt % 10))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert before <= set(stage_runs(case)), "a finished stage was lost"
        assert siteline("scenes", "list", site, "--json", cwd=case).code == 0
    finished = siteline("survey", site, "--json", cwd=case)
    assert finished.code == 0, finished.err
    siteline("init", "other", cwd=tmp_path)
    other = tmp_path / "other"
    add_site(other, rendered)
    assert siteline("survey", site, "--json", cwd=other).code == 0
    mine, theirs = (json.loads(siteline("events", "list", site, "--json", cwd=c).out) for c in (case, other))
    assert mine == theirs
    assert sorted(stage_runs(case)) == sorted(stage_runs(other))


def test_ctrl_c_is_answered_in_words(case: Path, rendered: Path) -> None:
    """An interrupted survey says that it goes on where it was, and it does."""
    site = add_site(case, rendered)
    process = start("survey", site, cwd=case)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    if process.returncode != 0:  # a fast machine may have finished
        assert b"Traceback" not in err
        assert b"run the same command to go on" in err
    assert siteline("survey", site, cwd=case).code == 0


def test_a_second_survey_does_no_work(case: Path, rendered: Path) -> None:
    """Surveying again, with nothing new, runs no stage and records nothing."""
    site = add_site(case, rendered)
    assert siteline("survey", site, cwd=case).code == 0
    runs = stage_runs(case)
    assert siteline("survey", site, cwd=case).code == 0
    assert stage_runs(case) == runs
    with sqlite3.connect(case / "case.db") as raw:
        assert raw.execute("SELECT count(*) FROM survey").fetchone() == (1,)


@contextlib.contextmanager
def disk_of(size: str, point: Path) -> Iterator[Path]:
    """A disk with so little room, as mount says it ("4m")."""
    point.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(point)],
            check=False,
            capture_output=True,
        ).returncode
    ):
        missing("the right to mount a small disk (root on Linux)")
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", str(point)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    with disk_of("4m", tmp_path / "disk") as point:
        yield point


def test_a_full_disk_is_said_and_the_case_stays_whole(small_disk: Path, rendered: Path) -> None:
    """On a disk without room the command is refused with the remedy; with room again it goes on."""
    siteline("init", "case", cwd=small_disk)
    case = small_disk / "case"
    assert siteline("site", "add", rendered / "site.geojson", cwd=case).code == 0
    [site] = json.loads(siteline("site", "list", "--json", cwd=case).out)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(b"\0" * 1024):
            pass
    refused = siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case)
    assert refused.code == 1
    assert "no room" in refused.err
    assert [f.name for f in (case / "blobs").rglob(".part-*")] == []
    ballast.unlink()
    assert siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case).code == 0
    refused = siteline("survey", site["id"], cwd=case)
    assert refused.code == 1
    assert "no room" in refused.err
    assert len(json.loads(siteline("scenes", "list", site["id"], "--json", cwd=case).out)) == LOOKS
