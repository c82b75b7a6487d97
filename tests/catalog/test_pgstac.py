"""One search against the STAC server that most catalogs run: stac-fastapi-pgstac on PostgreSQL, with real items in it."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box, shape

from siteline.catalog import stac as stac_module
from siteline.catalog.box import SearchBox
from siteline.catalog.remote.web import Web
from siteline.catalog.search import search
from siteline.catalog.source import Source
from siteline.catalog.stac import Asked
from tests.catalog.apis import real_items
from tests.conftest import ROOT, missing

pytestmark = pytest.mark.timeout(180)


def _python() -> Path:
    """The Python of the server's own environment, which .ci/run makes."""
    return Path(os.environ.get("SITELINE_PGSTAC", ROOT / ".pgstac-venv" / "bin" / "python"))


def _postgres() -> Path | None:
    """Where PostgreSQL's programs are, with PostGIS."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_postgres(*words: str | Path, folder: Path) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    who = ("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()
    done = subprocess.run(
        [*who, *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def loaded(shared: Path) -> list[dict[str, Any]]:
    """Real items that a server of today takes: whole ones of known collections."""
    items = real_items(shared / "data" / "imagery" / "stac")
    whole = {i["id"]: i for i in items if i.get("collection") and i.get("geometry") and i.get("assets")}
    return list(whole.values())


@pytest.fixture(scope="module")
def server(loaded: list[dict[str, Any]]) -> Iterator[str]:
    """A cluster of its own, thrown away afterwards, and the API on it."""
    programs, python = _postgres(), _python()
    if programs is None or not python.exists():
        missing("PostgreSQL with PostGIS, or stac-fastapi-pgstac in .pgstac-venv")
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="pgstac-"))
    data, port, api_port = folder / "data", _free_port(), _free_port()
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    env = {
        **os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres", "PGPASSWORD": "unused",
        "PGDATABASE": "postgres", "ENABLE_TRANSACTIONS_EXTENSIONS": "FALSE",
    }  # fmt: skip
    api = None
    try:
        _as_postgres(programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", folder=folder)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _as_postgres(
            programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start", folder=folder
        )
        names = sorted({item["collection"] for item in loaded})
        extent = {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["2000-01-01T00:00:00Z", None]]},
        }
        made = [
            {"type": "Collection", "stac_version": "1.0.0", "id": name, "description": name, "license": "CC0-1.0",
             "extent": extent, "links": []}
            for name in names
        ]  # fmt: skip
        for kind, documents in (("collections", made), ("items", loaded)):
            file = folder / f"{kind}.ndjson"
            file.write_text("\n".join(map(json.dumps, documents)))
        tool = python.with_name("pypgstac")
        for words in (
            ["migrate"],
            ["load", "collections", folder / "collections.ndjson", "--method", "upsert"],
            ["load", "items", folder / "items.ndjson", "--method", "upsert"],
        ):
            done = subprocess.run(
                [tool, *map(str, words)], env=env, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
        start = ["-m", "uvicorn", "--factory", "stac_fastapi.pgstac.app:create_app", "--port", str(api_port)]
        api = subprocess.Popen(
            [python, *start], env=env, stdout=(folder / "api.log").open("w"), stderr=subprocess.STDOUT
        )
        url = f"http://127.0.0.1:{api_port}"
        _await(url, folder / "api.log")
        yield url
    finally:
        if api is not None:
            api.terminate()
            api.wait(20)
        _as_postgres(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop", folder=folder)
        shutil.rmtree(folder, ignore_errors=True)


def _await(url: str, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(log.read_text()[-2000:])


@pytest.mark.parametrize(
    ("place", "first", "last", "least"),
    [
        ((-73.3, 43.9, -73.0, 44.1), date(2010, 1, 1), date(2024, 1, 1), 10),
        ((-105.12, 40.15, -105.08, 40.18), date(2023, 10, 1), date(2023, 10, 31), 2),
        ((-180, -90, 180, 90), date(2009, 1, 1), date(2025, 12, 31), 60),
        ((10, 50, 10.1, 50.1), date(2009, 1, 1), date(2025, 12, 31), 0),
    ],
)
def test_a_real_server_gives_what_is_there(
    server: str,
    loaded: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[float, float, float, float],
    first: date,
    last: date,
    least: int,
) -> None:
    """In pages of seven: exactly the items that shapely and the dates say, each once or named by what stands for it."""
    monkeypatch.setattr(stac_module, "PAGE_SIZE", 7)
    site = box(*place)
    with Web([server]) as web:
        found = search(web, [Source("pg", server)], Asked(SearchBox(*place), first, last), site)
    named = sorted([s.id for s in found.scenes] + [name for s in found.scenes for name in s.instead_of])
    there = sorted(
        item["id"]
        for item in loaded
        if shape(item["geometry"]).intersection(site).area > 0
        and first.isoformat() <= item["properties"]["datetime"][:10] <= last.isoformat()
    )
    assert named == there
    assert len(named) >= least
    assert not [r for r in found.remarks if "page" in r.text]
