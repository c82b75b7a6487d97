"""
Evidence at size: hashing and verification beside `openssl speed sha256`, intake beside `cp` and `sync`, the list.

`python -m bench.custody` (make bench-evidence) prints each figure beside its floor on this machine, in the same run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BIG, BIG_MB = 8, 256
"""Large files that are hashed, and their size."""

SMALL = 2000
EXHIBITS = 100_000
WANTED = 0.8
LIST_SECONDS = 0.3


def processor_seconds(what: Callable[[], object], rounds: int = 4) -> tuple[float, float]:
    """(seconds of processor, of the clock) of the best of some rounds; the clock also counts what others do meanwhile."""
    spent = []
    for _ in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        what()
        spent.append((time.process_time() - processor, time.perf_counter() - clock))
    return min(spent)


def openssl_speed() -> float:
    """Bytes that OpenSSL hashes in a second of one processor, in its own largest blocks (16 KiB)."""
    said = subprocess.run(
        ["openssl", "speed", "-seconds", "1", "-bytes", "16384", "sha256"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.findall(r"^sha256\s+([\d.]+)k", said.stdout, re.M | re.I)
    return float(found[-1]) * 1000


def say(name: str, figure: str, floor: str, verdict: str = "") -> None:
    """One line."""
    print(f"{name:<38} {figure:>26}   {floor:<64} {verdict}", flush=True)


def passed(ok: bool) -> str:
    """Whether a bar is met."""
    return "ok" if ok else "NOT MET"


def beside_openssl(name: str, total: int, what: Callable[[], object]) -> None:
    """Bytes a second of processor, ours and OpenSSL's, in turns, the best of each."""
    theirs, spent = 0.0, []
    for _ in range(4):
        theirs = max(theirs, openssl_speed())
        spent.append(processor_seconds(what, 1))
    processor, clock = min(spent)
    ours = total / processor
    figure = f"{ours / 1e6:,.0f} MB per processor-s"
    floor = f"openssl speed: {theirs / 1e6:,.0f} MB per processor-s"
    say(name, figure, f"{floor} (clock: {total / clock / 1e6:,.0f} MB/s)", passed(ours >= WANTED * theirs))


def main() -> None:
    """Print all figures."""
    folder = Path(tempfile.mkdtemp(prefix="bench-custody-"))
    os.environ["SITELINE_CONFIG"] = str(folder / "config")
    try:
        hash_large(folder)
        take_small(folder)
        list_many(folder)
    finally:
        shutil.rmtree(folder)


def hash_large(folder: Path) -> None:
    """Hashing and verification of large files, in the page cache, beside OpenSSL on as many cores."""
    from siteline.store.intake import hash_all
    from siteline.workbench.case import make_case
    from siteline.workbench.evidence.custody import Description, take_files
    from siteline.workbench.evidence.verifying import check_custody_of_all

    case = make_case(folder / "large")
    files = []
    for number in range(BIG):
        file = folder / f"large{number}.bin"
        file.write_bytes(os.urandom(1 << 20) * BIG_MB)
        files.append(file)
    total = BIG * BIG_MB * (1 << 20)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    copied = folder / "copied"
    copied.mkdir()
    started = time.perf_counter()
    for file in files:
        subprocess.run(["cp", "--reflink=never", file, copied], check=True)
    subprocess.run(["sync", "-f", copied], check=True)
    floor = time.perf_counter() - started
    shutil.rmtree(copied)
    started = time.perf_counter()
    for _ in take_files(case, files, Description()):
        pass
    spent = time.perf_counter() - started
    say(
        "add, large files",
        f"{total / spent / 1e6:,.0f} MB/s",
        f"cp and sync: {total / floor / 1e6:,.0f} MB/s",
    )
    names = sorted(case.blobs.names())
    beside_openssl("hashing, one thread", total, lambda: hash_all(case.blobs, names, 1))
    beside_openssl(f"evidence verify, {cores} cores", total, lambda: check_custody_of_all(case))
    case.close()


def take_small(folder: Path) -> None:
    """Many small files into custody, beside copying and syncing each of them."""
    from siteline.workbench.case import make_case
    from siteline.workbench.evidence.custody import Description, take_files

    source = folder / "small"
    source.mkdir()
    files = [source / f"{number}.txt" for number in range(SMALL)]
    for number, file in enumerate(files):
        file.write_text(f"{number}\n" * 500)
    case = make_case(folder / "small-case")
    started = time.perf_counter()
    for _ in take_files(case, files, Description()):
        pass
    spent = time.perf_counter() - started
    target = folder / "each"
    target.mkdir()
    started = time.perf_counter()
    for file in files:
        with (target / file.name).open("wb") as stream:
            stream.write(file.read_bytes())
            os.fsync(stream.fileno())
    floor = time.perf_counter() - started
    say(
        "add, small files",
        f"{SMALL / spent:,.0f} files/s",
        f"copy and fsync one by one: {SMALL / floor:,.0f} files/s",
    )
    case.close()


def list_many(folder: Path) -> None:
    """The list of a hundred thousand exhibits as JSON, beside reading the rows alone."""
    import sqlite3

    from siteline.evidence.custody.report import Trust
    from siteline.evidence.custody.taking import Taking
    from siteline.evidence.custody.verify import verify_case
    from siteline.evidence.watch.checks import check_watched
    from siteline.workbench import keyring
    from siteline.workbench.case import make_case
    from siteline.workbench.evidence.exhibits import list_json

    case = make_case(folder / "many")
    for start in range(0, EXHIBITS, 5000):
        takings = [
            Taking(
                hashlib.sha256(b"%d" % number).hexdigest(), 123_456, f"IMG_{number}.jpg", "image", "image/jpeg",
                title=f"Picture {number}", source_url=f"https://example.org/pictures/{number}",
            )
            for number in range(start, start + 5000)
        ]  # fmt: skip
        case.exhibits.admit(takings, "bench")
    raw = sqlite3.connect(case.folder / "case.db")
    floor, _ = processor_seconds(lambda: raw.execute("SELECT noun FROM exhibit ORDER BY seq").fetchall(), 5)
    raw.close()
    assert len(json.loads(list_json(case))) == EXHIBITS
    ours, clock = processor_seconds(lambda: list_json(case), 5)
    figure, floor_said = (
        f"{ours:.2f} processor-s",
        f"reading the rows: {floor:.2f} processor-s (clock: {clock:.2f} s)",
    )
    say(f"list, {EXHIBITS:,} exhibits", figure, floor_said, passed(ours < LIST_SECONDS))
    spent, clock = processor_seconds(
        lambda: verify_case(case.db, case.blobs, keyring.anchors(), "", Trust(), None, (check_watched,)), 1
    )
    say(f"log of {EXHIBITS:,} rows walked, no blobs", f"{spent:.1f} processor-s", f"(clock: {clock:.1f} s)")
    case.close()


if __name__ == "__main__":
    main()
