"""A small rendered site, and the command line run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.nursery import Ended as Said
from tests.cli.nursery import Nursery

STORY_SEED = 7
LOOKS = 32

NURSERY = Nursery()


def siteline(
    *words: str | Path, cwd: Path, timeout: float = 240, environ: Mapping[str, str] | None = None
) -> Said:
    """Run one command in a process of its own; it never answers with a traceback."""
    env = {**os.environ, "SITELINE_WHO": "A. Analyst", **(environ or {})}
    said = [str(word) for word in words]
    run = NURSERY.run if hasattr(os, "fork") else _run_anew
    done = run(said, cwd, env, timeout)
    assert "Traceback" not in done.err + done.out, done.err
    if done.code == 1:
        lines = [line for line in done.err.splitlines() if not line.startswith("note:")]
        assert [line.split(":")[0] for line in lines[-2:]] == ["error", "hint"], done.err
    return done


def _run_anew(words: list[str], cwd: Path, env: dict[str, str], timeout: float) -> Said:
    done = subprocess.run(
        [sys.executable, "-m", "siteline", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env=env,
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with site.geojson, scenes.csv, scenes/ and masks/ of a small site that never was."""
    from siteline.simulate.render import render_story
    from siteline.simulate.story import random_story

    folder = tmp_path_factory.mktemp("rendered")
    render_story(folder, random_story(STORY_SEED, looks=LOOKS, size_m=300.0, buildings=6), STORY_SEED)
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """An empty case folder."""
    assert siteline("init", "case", cwd=tmp_path).code == 0
    return tmp_path / "case"
