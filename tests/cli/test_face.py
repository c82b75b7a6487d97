"""The face: quick, documented, and never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from siteline.cli.app import app
from siteline.cli.common import STAGE_NAMES

ROOT = Path(__file__).parents[2]
HEAVY = (
    "rasterio",
    "xarray",
    "odc",
    "matplotlib",
    "numba",
    "scipy",
    "skimage",
    "sqlalchemy",
    "shapely",
    "pandas",
    "dask",
    "numpy",
    "sklearn",
    "networkx",
    "followthemoney",
    "weasyprint",
    "fastapi",
    "onnxruntime",
    "playwright",
    "av",
    "pydantic",
    "httpx",
)


def every_command() -> list[tuple[str, Any]]:
    """Each command by its full name."""
    found: list[tuple[str, Any]] = []

    def walk(name: str, command: Any) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found.append((name, command))
            return
        for key, child in inner.items():
            walk(f"{name} {key}".strip(), child)

    walk("", typer.main.get_command(app))
    return found


@pytest.mark.parametrize(("name", "command"), every_command())
def test_every_command_is_documented(name: str, command: Any) -> None:
    """Each command, argument and option says what it is, and the command has its place in the reference."""
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None) or parameter.name == "help", f"{name}: {parameter.name}"
    assert f"## siteline {name}\n" in (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")


def test_every_stage_that_a_person_waits_for_has_words() -> None:
    """What is shown while a stage runs is what it does, not what its function is called."""
    run = re.compile(r"bench\.(?:run|each)\(\s*(\w+)")
    sources = (ROOT / "src/siteline/workbench").rglob("*.py")
    stages = {name for file in sources for name in run.findall(file.read_text(encoding="utf-8"))} - {"stage"}
    assert {"build_cube", "build_radar", "join_witnesses"} <= stages
    assert stages <= set(STAGE_NAMES)


def test_help_loads_nothing_heavy() -> None:
    """`siteline --help` answers without loading any of the numeric libraries."""
    code = (
        "import sys; sys.argv = ['siteline', '--help']\n"
        "from siteline.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in said.stdout
    assert "survey" in said.stdout


def test_wrong_usage_exits_with_two() -> None:
    """A command that does not exist, or lacks an argument, is wrong usage."""
    for words in (["nonsense"], ["survey"], ["site", "nonsense"], ["events", "judge", "a", "b", "accept"]):
        said = subprocess.run(
            [sys.executable, "-m", "siteline", *words], capture_output=True, text=True, check=False
        )
        assert said.returncode == 2, words
        assert "Traceback" not in said.stderr


def test_what_is_missing_is_explained() -> None:
    """A required option that was left out says what it is for."""
    words = ["events", "judge", "a", "b", "accept"]
    said = subprocess.run(
        [sys.executable, "-m", "siteline", *words], capture_output=True, text=True, check=False
    )
    assert "hint: --why: Your reason" in said.stderr


@pytest.mark.parametrize("words", [[], ["site"], ["events", "list"], ["start"], ["scenes", "nudge"]])
def test_help_is_given_by_its_short_name_too(words: list[str]) -> None:
    """`-h` is answered wherever `--help` is."""
    said = [
        subprocess.run(
            [sys.executable, "-m", "siteline", *words, flag], capture_output=True, text=True, check=True
        )
        for flag in ("-h", "--help")
    ]
    assert said[0].stdout == said[1].stdout != ""


@pytest.mark.parametrize(
    "words", [["init", ""], ["--case", "", "site", "list"], ["site", "list", "--case", " "]]
)
def test_a_folder_without_a_name_is_wrong_usage(tmp_path: Path, words: list[str]) -> None:
    """A shell's variable that was never set does not mean the folder one happens to be in."""
    said = subprocess.run(
        [sys.executable, "-m", "siteline", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert said.returncode == 2
    assert "name is empty" in said.stderr
    assert list(tmp_path.iterdir()) == []
