"""
The incident ledger at size: counts over windows of 5,000,000 reports, first answer and repeated, beside plain SQL over the rows.

`python -m bench.ledger [ROWS]` (make bench-ledger) makes a case in a temporary folder, removed afterwards; every number is
compared with the floor's, and with DuckDB's where it is installed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.incidents.summing import Filed, Part, attack_rows
from siteline.ledger.incidents.weapons import built_in
from siteline.model.incident import Edition
from siteline.store.db import Database

ROWS = 5_000_000
WANTED = 1.0
"""Seconds of the slowest count."""

FIRST = date(2021, 1, 1)
DAYS = 1826
PLACES = 27
CLASSES = (
    "KN-23", "Iskander-M", "Iskander-M/KN-23", "X-101/X-555", "Kalibr", "Iskander-K", "X-59", "X-59/X-69", "C-300", "X-22",
    "X-47 Kinzhal", "Shahed-136/131", "Lancet", "Orlan-10", "Unknown Missile", "Ballistic Missile", "X-31P", "P-800 Oniks",
    "X-101/X-555 and Kalibr", "X-47 Kinzhal and Iskander-M/KN-23",
)  # fmt: skip
WEAPON, EXACT, NAMING = "KN-23", {"KN-23"}, {"KN-23", "Iskander-M/KN-23", "X-47 Kinzhal and Iskander-M/KN-23"}
EPOCH = date(1970, 1, 1)


ROW = """
WITH RECURSIVE n(i) AS (SELECT :low UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :high),
made AS (
  SELECT i, i * :days / :rows AS day, (i * 7919 + i / 13) % :kinds AS kind, i % 2 AS has_hour,
    CASE WHEN i % 997 = 0 THEN NULL ELSE (i * 104729 % 1009) % 40 END AS launched, (i * 31 + i / 7) % :places AS place,
    CASE WHEN i % 2 THEN i * 48271 % 1440 ELSE 0 END AS minute
  FROM n)
INSERT INTO incident_report
  (edition, id, line, day, start_min, end_min, has_hour, signature, launched, place, noun, created_at, created_by)
SELECT 1, printf('%016x', i), i + 2, date(:first, '+' || day || ' days'), :origin + day * 1440 + minute,
  :origin + day * 1440 + minute + CASE WHEN has_hour THEN 840 ELSE 1440 END, has_hour, kind + 1, launched,
  'place ' || place,
  '{"class_text":"' || text || '","observations":[{"basis":"reporter","n_hi":' || coalesce(launched, 'null') || ',"n_lo":'
    || coalesce(launched, 'null') || ',"text":"' || text || '"}]}', '', 'bench'
FROM made JOIN kinds ON kinds.number = kind
"""
"""Invented reports, evenly over the days, in the order in which the ledger files them."""

SUMS = """
INSERT INTO day_sum (edition, day, signature, part, reports, n_lo, n_hi, launched, unknown, open_above, created_at, created_by)
SELECT 1, day, signature, 0, COUNT(*), total(launched), total(launched), total(launched), SUM(launched IS NULL), 0, '', 'bench'
FROM incident_report GROUP BY day, signature
"""


def make(file: Path, rows: int) -> None:
    """A case with so many reports and their sums, by bulk insert; attacks by the ledger's own rule."""
    db = Database(f"sqlite:///{file}", "bench")
    db.upgrade()
    edition = Edition("e" * 26, "bench", "made", "0" * 64, "csv", "", "", "UTC", rows, 0)
    Incidents(db).file_rows(edition, [longest()])
    db.close()
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA cache_size = -524288")
        raw.execute("CREATE TEMP TABLE kinds (number INTEGER PRIMARY KEY, text TEXT)")
        raw.executemany("INSERT INTO kinds VALUES (?, ?)", list(enumerate(CLASSES)))
        raw.executemany(
            "INSERT INTO report_signature (edition, signature, class_text, parts, created_at, created_by) "
            "VALUES (1, ?, ?, ?, '', 'bench')",
            [(i + 1, text, json.dumps([[text, "reporter"]])) for i, text in enumerate(CLASSES) if i],
        )
        said = {
            "days": DAYS, "rows": rows, "kinds": len(CLASSES), "places": PLACES, "first": FIRST.isoformat(),
            "origin": (FIRST - EPOCH).days * 1440,
        }  # fmt: skip
        raw.execute(ROW, {**said, "low": 0, "high": rows})
        raw.execute(SUMS)
        places: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for place, start, has_hour, signature, day in raw.execute(
            "SELECT place, start_min, has_hour, signature, day FROM incident_report WHERE line > 1"
        ):
            places[place].append((start if has_hour else start + 720, signature, sys.intern(day)))
        for table, made in zip(("attack_kind", "attack_sum"), attack_rows(1, places.values()), strict=True):
            for row in made:
                row["kind"] += 1  # the first kind is that of the report before all windows
            names = list(made[0])
            marks = ", ".join(f":{name}" for name in names)
            raw.executemany(
                f"INSERT INTO {table} ({', '.join(names)}, created_at, created_by) VALUES ({marks}, '', 'bench')",  # noqa: S608
                made,
            )


def longest() -> Filed:
    """One report before all windows, by which the edition knows its longest window and first class."""
    noun = '{"class_text":"KN-23","observations":[]}'
    return Filed(
        "f" * 16, 1, "1999-01-01", 0, 1440, False, CLASSES[0], (Part(CLASSES[0], None, None, "reporter"),), None, "", noun
    )  # fmt: skip


def windows() -> list[tuple[date, date]]:
    """All of it, years, months, days, and some at random."""
    chance = random.Random(9)  # noqa: S311
    end = FIRST + timedelta(days=DAYS)
    found = [(FIRST, end), (date(2022, 1, 1), date(2023, 1, 1)), (date(2024, 7, 1), date(2025, 1, 1))]
    found += [(date(2023, 3, 1), date(2023, 4, 1)), (date(2023, 3, 8), date(2023, 3, 9))]
    for _ in range(3):
        a, b = sorted(chance.sample(range(DAYS), 2))
        found.append((FIRST + timedelta(days=a), FIRST + timedelta(days=b)))
    return found


def forget(file: Path) -> None:
    """Let the system forget what it has read of a file, so that the next reading is a first one."""
    if hasattr(os, "posix_fadvise"):
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """(seconds of the clock, answer)."""
    began = time.perf_counter()
    answer = what()
    return time.perf_counter() - began, answer


def worked(what: Callable[[], Any]) -> tuple[float, float, Any]:
    """(seconds of the clock, of the processor, answer); the clock also counts what others do on this machine."""
    began = time.process_time()
    clock, answer = timed(what)
    return clock, time.process_time() - began, answer


def floor(file: Path, start: date, until: date) -> tuple[int, int]:
    """Plain SQL over the rows, by somebody who knows the classes."""
    with sqlite3.connect(file) as db:
        numbers = dict(db.execute("SELECT signature, class_text FROM report_signature"))
        exact = [n for n, text in numbers.items() if text in EXACT]
        naming = [n for n, text in numbers.items() if text in NAMING]
        marks = ",".join("?" * len(naming))
        said = dict(
            db.execute(
                f"SELECT signature, SUM(launched) FROM incident_report WHERE edition = 1 AND day >= ? AND day < ? "  # noqa: S608
                f"AND signature IN ({marks}) GROUP BY signature",
                (start.isoformat(), until.isoformat(), *naming),
            )
        )
    return sum(said.get(n) or 0 for n in exact), sum(said.get(n) or 0 for n in naming)


def duck(file: Path) -> Callable[[date, date], tuple[int, int]] | None:
    """The same by DuckDB from its own table; None if it is not installed."""
    if importlib.util.find_spec("duckdb") is None:
        return None
    import duckdb  # type: ignore[import-not-found]

    aside = file.with_name("rows.csv")
    with sqlite3.connect(file) as db, aside.open("w") as stream:
        numbers = dict(db.execute("SELECT signature, class_text FROM report_signature"))
        for day, signature, launched in db.execute("SELECT day, signature, launched FROM incident_report"):
            stream.write(f"{day},{numbers[signature]},{'' if launched is None else launched}\n")
    table = duckdb.connect()
    table.execute(
        "CREATE TABLE r AS SELECT * FROM read_csv(?, header=false, columns={'day':'DATE','class':'VARCHAR','n':'BIGINT'})",
        [str(aside)],
    )

    def ask(start: date, until: date) -> tuple[int, int]:
        query = "SELECT coalesce(sum(n), 0) FROM r WHERE day >= ? AND day < ? AND class IN (SELECT unnest(?))"
        lower, upper = (
            table.execute(query, [start, until, sorted(names)]).fetchall()[0][0] for names in (EXACT, NAMING)
        )
        return int(lower), int(upper)

    return ask


def ask(file: Path, asked: Asked) -> Any:
    """A count by somebody who has just opened the case."""
    db = Database(f"sqlite:///{file}", "bench")
    try:
        incidents = Incidents(db)
        counting = Counting(db, incidents, built_in())
        return counting.count(incidents.editions()[0], asked, incidents.judged())
    finally:
        db.close()


def main(rows: int = ROWS) -> int:
    """Print every figure; returns how many bars were missed."""
    with tempfile.TemporaryDirectory(prefix="siteline-bench-") as name:
        file = Path(name) / "case.db"
        seconds, _ = timed(lambda: make(file, rows))
        print(f"{rows:,} reports made in {seconds:.0f} s; {file.stat().st_size / 2**20:,.0f} MiB", flush=True)
        return _compare(file)


def _compare(file: Path) -> int:
    classes = built_in().asked(WEAPON)
    missed, by_duck = 0, duck(file)
    print(
        f"{'window':<24} {'unit':<8} {'first':>8} {'again':>8} {'cpu':>7} {'cpu':>7} {'SQL first':>10} {'DuckDB':>8}  numbers"
    )
    for start, until in windows():
        for unit, zone, period in (
            ("missile", "", "start"), ("report", "", "start"), ("attack", "", "start"), ("day", "", "start"),
            ("missile", "Asia/Tokyo", "start"), ("missile", "", "split"),
        ):  # fmt: skip
            asked = Asked(WEAPON, classes, start, until, unit, zone, period)
            forget(file)
            first, first_cpu, answer = worked(lambda asked=asked: ask(file, asked))  # type: ignore[misc]
            again, again_cpu, _ = worked(lambda asked=asked: ask(file, asked))  # type: ignore[misc]
            shown, says = ["", ""], ""
            if unit == "missile" and not zone and period == "start":
                forget(file)
                plain, numbers = timed(lambda s=start, u=until: floor(file, s, u))  # type: ignore[misc]
                shown = [f"{plain:.3f}", ""]
                same = numbers == (answer.lower, answer.upper)
                if by_duck:
                    third, theirs = timed(lambda s=start, u=until: by_duck(s, u))  # type: ignore[misc]
                    shown[1], same = f"{third:.3f}", same and theirs == numbers
                says = "same" if same else f"DIFFER: {numbers}"
                missed += not same
            ok = max(first, again) < WANTED
            missed += not ok
            name = " ".join(filter(None, (unit, zone and "zone", period if period != "start" else "")))
            figures = f"{first:>8.3f} {again:>8.3f} {first_cpu:>7.3f} {again_cpu:>7.3f} {shown[0]:>10} {shown[1]:>8}"
            numbers_said = f"{answer.lower}-{answer.upper} {says}{'' if ok else '  NOT MET'}"
            print(f"{start} {until}    {name:<14} {figures}  {numbers_said}", flush=True)
    print("bars met" if not missed else f"{missed} bars NOT MET")
    return missed


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else ROWS)))
