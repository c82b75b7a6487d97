"""What all tests share: the folder of real test data, and a loud word when it is absent."""

from __future__ import annotations

import importlib
import os
import signal
import tempfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]

if "SITELINE_TESTED" not in os.environ:  # a process that a test starts keeps what the test has set
    os.environ["SITELINE_TESTED"] = "1"
    os.environ["SITELINE_CONFIG"] = tempfile.mkdtemp(prefix="siteline-config-")  # nobody's own keys
    for name in ("SITELINE_SIGNING_KEY", "SITELINE_SIGNING_KEY_PASSWORD", "SITELINE_VANTAGE"):
        os.environ.pop(name, None)

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # started in the background, where what we start would be deaf to Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long abuse runs only in `make soak`."""
    for item in items:
        if item.get_closest_marker("soak") and not os.environ.get("SITELINE_SOAK"):
            item.add_marker(pytest.mark.skip(reason="long abuse: make soak"))
