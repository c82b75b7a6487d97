"""
A claim's page among a million statements, beside plain SQL that fetches the same rows and works nothing out.

`python -m bench.claims` (make bench-claims) fills a case of its own, prints each figure beside its floor, and removes it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.custody import passed, say

STATEMENTS = int(os.environ.get("SITELINE_BENCH_STATEMENTS", "1000000"))
PAGE_SECONDS = 0.2
ROUNDS = 20
SEED = 20241125
HOT = 0.05
"""Share of all statements that answer one question."""

WIRE = 0.01
"""Share of all that are one wire story, printed everywhere."""

_STANCES = ("asserts",) * 12 + ("hedges",) * 4 + ("denies", "no_position", "nonresponse")
_SPEAKERS = ("Police", "Mayor", "Rescue service", "Ministry", "Hospital", "a military source")


def statements(count: int) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(id, key, lineage, what differs) of so many statements: few large questions, many small ones."""
    draw = random.Random(SEED)  # noqa: S311
    hot, wire = int(count * HOT), int(count * WIRE)
    for number in range(count):
        if number < hot:
            key, lineage = "hot", "WIRE" if number < wire else f"H{draw.randrange(hot // 4)}"
        else:
            rank = int(count / 8 * draw.random() ** 3)  # the largest of these has a fiftieth of all
            key, lineage = f"question-{rank}", f"L{rank}-{draw.randrange(6)}"
        toll = draw.randrange(1, 40)
        about = {
            "low": float(toll),
            "high": None if draw.random() < 0.4 else float(toll + draw.randrange(3)),
            "day": date(2024, 1, 1) + timedelta(draw.randrange(60) if key == "hot" else draw.randrange(4)),
            "place": draw.choice(("Kyiv", "Kyiv, Podil", "Kharkiv", "")),
            "stance": draw.choice(_STANCES),
            "speaker": draw.choice(_SPEAKERS),
        }
        yield f"S{number:07d}", key, lineage, about


def noun(name: str, key: str, lineage: str, about: dict[str, Any]) -> dict[str, Any]:
    """A statement as it is filed, without its empty fields."""
    value = {"low": about["low"], **({} if about["high"] is None else {"high": about["high"]})}
    day = about["day"].isoformat()
    scope = {
        "time": {"first": day, "last": day, "text": day},
        **({"place": about["place"]} if about["place"] else {}),
    }
    return {
        "anchor": {"kind": "url", "url": f"https://example.org/{key}/{name}"},
        "attribution": [{"level": "speaker", "name": about["speaker"], "role": "unknown"}],
        "claim": {
            "key": key,
            "kind": "fact",
            "predicate": "killed",
            "scope": scope,
            "unit": "people",
            "value": value,
            "value_type": "count",
        },
        "id": name,
        "language": "en",
        "lineage": lineage,
        "paraphrase": f"{about['speaker']} spoke of {about['low']:g} dead; nothing else was to be learnt at that time",
        "said": {"first": day, "last": day, "text": day},
        "stance": about["stance"],
    }


def fill(file: Path, count: int) -> None:
    """Insert the statements and their claims, without the safety that a case needs."""
    from siteline.claims.rows import claim_row, pack, read_statement, statement_row

    now = datetime.now(UTC).isoformat(timespec="microseconds")
    connection = sqlite3.connect(file)
    for pragma in ("journal_mode = OFF", "synchronous = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA cache_size = -400000")
    known: dict[tuple[Any, ...], str] = {}
    rows: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    for number, (name, key, lineage, about) in enumerate(statements(count)):
        told = noun(name, key, lineage, about)
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        what = (key, about["low"], about["high"], about["day"], about["place"])
        if what not in known:
            claims.append(_claim_row(told["claim"], about, now))
            known[what] = claims[-1]["id"]
        day = about["day"].isoformat()
        row = {
            "id": name,
            "claim_id": known[what],
            "claim_key": key,
            "lineage": lineage,
            "stance": about["stance"],
            "rank": f"0 {day} S{number:012d}\t{name}",
            "speaker": about["speaker"],
            "said_first": day,
            "said_last": day,
            "exhibit_id": "",
            "batch": "",
            "digest": f"{number:064x}",
            "noun": text,
            "created_at": now,
            "created_by": "bench",
        }
        if number % (count // 50 or 1) == 0:  # as the case itself would file it
            filed = statement_row(read_statement(text))
            assert filed == {k: row[k] for k in filed} | {"digest": filed["digest"]}, filed
            assert pack(read_statement(text)) == text
            claim = _claim_row(told["claim"], about, now)
            assert claim == {
                **claim_row(read_statement(text).claim),
                "created_at": now,
                "created_by": "bench",
            }
        rows.append(row)
        if len(rows) == 20_000:
            _insert(connection, "claim", claims)
            _insert(connection, "statement", rows)
            rows, claims = [], []
    _insert(connection, "claim", claims)
    _insert(connection, "statement", rows)
    connection.commit()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _claim_row(told: dict[str, Any], about: dict[str, Any], now: str) -> dict[str, Any]:
    """A row of `claim`, made without a detour through JSON."""
    from siteline.model.claim import Claim, Scope
    from siteline.model.interval import Interval, Period

    claim = Claim(
        told["key"],
        predicate="killed",
        value=Interval(about["low"], about["high"]),
        value_type="count",
        unit="people",
        scope=Scope(Period(about["day"], about["day"]), about["place"]),
    )
    day = about["day"].isoformat()
    return {
        "id": claim.id,
        "key": told["key"],
        "subject": "",
        "predicate": "killed",
        "value_low": about["low"],
        "value_high": about["high"],
        "value_text": "",
        "unit": "people",
        "time_first": day,
        "time_last": day,
        "noun": json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "created_at": now,
        "created_by": "bench",
    }


def _insert(connection: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = ", ".join(rows[0])
        marks = ", ".join(f":{name}" for name in rows[0])
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def main() -> None:
    """Fill a case and print all figures."""
    folder = Path(tempfile.mkdtemp(prefix="bench-claims-"))
    os.environ["SITELINE_CONFIG"] = str(folder / "config")
    try:
        measure(folder)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path) -> None:
    """Pages of ordinary, large and very large questions, and the list of one question."""
    from siteline.workbench.case import make_case, open_case
    from siteline.workbench.claims.saying import say_page
    from siteline.workbench.claims.telling import tell_list, tell_page

    make_case(folder / "case").close()
    started = time.perf_counter()
    fill(folder / "case" / "case.db", STATEMENTS)
    case = open_case(folder / "case")
    size = (folder / "case" / "case.db").stat().st_size
    say(
        f"{STATEMENTS:,} statements filled",
        f"{time.perf_counter() - started:.0f} s",
        f"case.db: {size / 1e6:,.0f} MB",
    )
    raw = sqlite3.connect(folder / "case" / "case.db")
    draw = random.Random(SEED + 1)  # noqa: S311
    hot, wire = int(STATEMENTS * HOT), int(STATEMENTS * WIRE)
    kinds = {
        "page, any statement": [f"S{draw.randrange(hot, STATEMENTS):07d}" for _ in range(ROUNDS)],
        f"page, question of {hot:,} statements": [f"S{draw.randrange(wire, hot):07d}" for _ in range(ROUNDS)],
        f"page, wire story printed {wire:,} times": [f"S{draw.randrange(wire):07d}" for _ in range(ROUNDS)],
    }
    for name, ids in kinds.items():
        floor = spent_on([lambda each=each: fetch(raw, each) for each in ids])
        ours = spent_on([lambda each=each: tell_page(case, each) for each in ids])
        _say(name, ours, floor)
    then = datetime.now(UTC) - timedelta(seconds=1)
    ids = kinds["page, any statement"]
    _say(
        "page, as of a moment ago",
        spent_on([lambda each=each: tell_page(case, each, then) for each in ids]),
        [],
    )
    _say("page in plain text", spent_on([lambda each=each: say_page(case, each) for each in ids]), [])
    keys = [f"question-{number}" for number in range(100, 100 + ROUNDS)]
    ours = spent_on([lambda each=each: tell_list(case, key=each) for each in keys])
    query = "SELECT noun FROM statement WHERE claim_key = ?"
    floor = spent_on([lambda each=each: raw.execute(query, (each,)).fetchall() for each in keys])
    _say("list of one question", ours, floor)
    raw.close()
    case.close()


def fetch(raw: sqlite3.Connection, name: str) -> list[Any]:
    """What a page is made of, by plain SQL: the statement, its lineage, and as many others as a page compares."""
    [(noun_, key, lineage)] = raw.execute(
        "SELECT noun, claim_key, lineage FROM statement WHERE id = ?", (name,)
    )
    own = "SELECT noun FROM statement WHERE claim_key = ? AND lineage = ? LIMIT 300"
    rest = "SELECT noun FROM statement WHERE claim_key = ? LIMIT 300"
    count = "SELECT count(*) FROM statement WHERE claim_key = ?"
    return [
        noun_,
        *raw.execute(own, (key, lineage)).fetchall(),
        *raw.execute(rest, (key,)).fetchall(),
        *raw.execute(count, (key,)).fetchall(),
    ]


def spent_on(what: Sequence[Any]) -> list[tuple[float, float]]:
    """(seconds of processor, of the clock) for each, after one that warms up; the clock also counts what others do."""
    what[0]()
    spent = []
    for each in what:
        clock, processor = time.perf_counter(), time.process_time()
        each()
        spent.append((time.process_time() - processor, time.perf_counter() - clock))
    return spent


def _say(name: str, ours: list[tuple[float, float]], floor: list[tuple[float, float]]) -> None:
    processor, clock = ([pair[i] for pair in ours] for i in (0, 1))
    figure = f"{statistics.median(processor):.3f} s (worst {max(processor):.3f})"
    beside = f"plain SQL: {statistics.median(f for f, _ in floor):.4f} s; " if floor else ""
    said = f"{beside}clock: {statistics.median(clock):.3f} s (worst {max(clock):.3f})"
    say(name, figure, said, passed(max(processor) < PAGE_SECONDS))


if __name__ == "__main__":
    main()
