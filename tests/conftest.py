"""What all tests share: the folder of real test data, and a loud word when it is absent."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

from tests.schema import copy_tables

ROOT = Path(__file__).parents[1]
LONGEST = (
    "examples/test_invented_plant.py",
    "workbench/briefs/test_forms_of_editions.py",
    "workbench/test_demo.py",
    "evidence/test_capture.py",
    "workbench/test_sizes.py",
    "workbench/test_massing.py",
    "workbench/test_drafting.py",
)
"""Files of tests that take long, most of which would come last, the longest first."""

if "SITELINE_TESTED" not in os.environ:  # a process that a test starts keeps what the test has set
    os.environ["SITELINE_TESTED"] = "1"
    os.environ["SITELINE_CONFIG"] = tempfile.mkdtemp(prefix="siteline-config-")  # nobody's own keys
    for name in ("SITELINE_SIGNING_KEY", "SITELINE_SIGNING_KEY_PASSWORD", "SITELINE_VANTAGE"):
        os.environ.pop(name, None)

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # started in the background, where what we start would be deaf to Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


copy_tables()


def missing(what: str) -> None:
    """Skip with a reason; in CI, where everything must be there, fail instead."""
    if os.environ.get("CI"):
        pytest.fail(f"CI lacks {what}")
    pytest.skip(f"SKIPPED LOUDLY: this machine lacks {what}", allow_module_level=True)


def wanted(module: str) -> ModuleType:
    """A module of an extra; without it the test is skipped, or fails in CI."""
    try:
        return importlib.import_module(module)
    except ImportError:
        missing(f"{module}, of an extra")
        raise


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real test data, `../shared` or SITELINE_SHARED; without it the test is skipped."""
    folder = Path(os.environ.get("SITELINE_SHARED", ROOT.parent / "shared")).resolve()
    if not (folder / "data").is_dir():
        pytest.skip(f"real test data is not here ({folder}); set SITELINE_SHARED to run this test")
    return folder


@pytest.fixture
def postgres() -> Iterator[str]:
    """A PostgreSQL of this test's own; its URL."""
    wanted("psycopg")
    if os.name == "nt":
        pytest.skip("starts a server as another user")
    found = [Path(p).parent for p in ([shutil.which("initdb")] if shutil.which("initdb") else [])]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not found or not (found[0] / "initdb").exists():
        missing("PostgreSQL (initdb, postgres)")
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    as_other: list[str] = []
    if os.geteuid() == 0:
        as_other = ["runuser", "-u", "nobody", "--"]
        shutil.chown(folder, "nobody")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [*as_other, found[0] / "initdb", "-D", data, "-U", "siteline", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    control = [*as_other, found[0] / "pg_ctl", "-D", data, "-w"]
    subprocess.run(
        [*control, "-l", folder / "log", "-o", options, "start"], check=True, capture_output=True, cwd="/"
    )
    try:
        yield f"postgresql+psycopg://siteline@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")
        shutil.rmtree(folder)


def examples(usual: int, soak: int, **more: Any) -> Callable[[Any], Any]:
    """Settings of a test with random examples that cost a build each: so many in every run, `soak` of them in `make soak`."""
    count = soak if os.environ.get("SITELINE_SOAK") else usual
    return lambda test: pytest.mark.often(settings(max_examples=count, deadline=None, **more)(test))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long abuse runs only in `make soak`; what takes long comes first, so that no worker is left with it at the end."""
    for item in items:
        if item.get_closest_marker("soak") and not os.environ.get("SITELINE_SOAK"):
            item.add_marker(pytest.mark.skip(reason="long abuse: make soak"))
    first = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))
