"""Killed while a ledger, names or claims are taken in: nothing acknowledged is lost, nothing half imported, a rerun completes."""

from __future__ import annotations

import contextlib
import csv
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import siteline
from tests.cli.test_interruptions import small_disk  # noqa: F401 a fixture

ROWS = 3000


def write(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def reports(folder: Path, n: int) -> Path:
    return write(
        folder / "reports.csv",
        [{"id": i, "start": f"2024-01-{1 + i % 28:02}", "weapon": "KN-23", "launched": 1} for i in range(n)],
    )


def parts(folder: Path, n: int) -> Path:
    return write(
        folder / "parts.csv",
        [
            {"wreck": "W1", "item": i, "label": "part", "manufacturer": "Acme", "source": "Institute"}
            for i in range(n)
        ],
    )


def aliases(folder: Path, n: int) -> Path:
    return write(
        folder / "aliases.csv",
        [
            {"type": "org", "canonical": f"Company {i}", "alias": f"Firm {i}", "kind": "alias"}
            for i in range(n)
        ],
    )


def claims(folder: Path, n: int) -> Path:
    return write(
        folder / "claims.csv",
        [
            {"id": f"C{i}", "lineage": f"L{i}", "claim_key": f"k{i}", "subject": "plant", "value_low": i, "unit": "people",
             "published": "2024-02-16", "polarity": "assert", "url": "https://example.org/a"}
            for i in range(n)
        ],
    )  # fmt: skip


CASES = {
    "reports": (
        reports,
        ("ledger", "incidents", "import", "{}", "--format", "csv", "--edition", "one"),
        "incident_report",
    ),
    "parts": (parts, ("ledger", "components", "import", "{}"), "part_item"),
    "aliases": (aliases, ("entities", "import", "{}"), "entity"),
    "claims": (claims, ("claims", "import", "{}"), "statement"),
}


def count(case: Path, table: str) -> int:
    with sqlite3.connect(case / "case.db") as raw:
        [(found,)] = raw.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608 our own names
    return int(found)


@pytest.mark.parametrize("what", CASES)
def test_an_import_that_was_killed_is_all_there_or_not_at_all(case: Path, tmp_path: Path, what: str) -> None:
    """`kill -9` at four moments, then once more undisturbed: the same rows as if nothing had happened, none twice."""
    make, command, table = CASES[what]
    file = make(tmp_path, ROWS)
    words = [word.format(file) for word in command]
    started = time.monotonic()
    other = tmp_path / "other"
    assert siteline("init", "other", cwd=tmp_path).code == 0
    assert siteline(*words, cwd=other).code == 0
    whole, took = count(other, table), time.monotonic() - started
    assert whole >= ROWS
    for share in (0.3, 0.6, 0.8, 0.95):
        process = subprocess.Popen(
            [sys.executable, "-m", "siteline", *words],
            cwd=case,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        time.sleep(share * took)
        process.send_signal(signal.SIGKILL)
        said, _ = process.communicate()
        assert count(case, table) in (0, whole), "half imported"
        assert count(case, table) == whole or not said, "acknowledged and lost"
    done = siteline(*words, cwd=case)
    assert done.code == 0, done.err
    assert count(case, table) == whole
    verified = siteline("evidence", "verify", "--json", cwd=case)
    assert verified.code == 0 or json.loads(verified.out)["findings"] == [], verified.out


def test_a_name_index_that_was_cut_off_is_made_anew(case: Path, tmp_path: Path) -> None:
    """Killed after the names were filed and before all were indexed: whoever looks next finds them all."""
    file = aliases(tmp_path, 200)
    assert siteline("entities", "import", file, cwd=case).code == 0
    kept = list(case.rglob("names.db"))
    assert kept, "where is the index?"
    for index in kept:
        index.write_bytes(b"SQLite format 3\0 cut off")
    found = siteline("entities", "resolve", "Firm 199", "--json", cwd=case)
    assert found.code == 0, found.err
    assert json.loads(found.out)[0]["name"] == "Firm 199"


@pytest.mark.parametrize("what", CASES)
def test_an_import_without_room_is_refused_whole_and_goes_on_with_room(
    small_disk: Path,  # noqa: F811
    tmp_path: Path,
    what: str,
) -> None:
    make, command, table = CASES[what]
    file = make(tmp_path, ROWS)
    assert siteline("init", "case", cwd=small_disk).code == 0
    case, ballast = small_disk / "case", small_disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(b"\0" * 1024):
            pass
    words = [word.format(file) for word in command]
    refused = siteline(*words, cwd=case)
    assert refused.code == 1
    assert "no room" in refused.err
    ballast.unlink()
    assert count(case, table) == 0
    few = make(tmp_path, 50)
    done = siteline(*[word.format(few) for word in command], cwd=case)
    assert done.code == 0, done.err
    assert count(case, table) >= 50
