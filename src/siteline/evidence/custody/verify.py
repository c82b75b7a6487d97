"""Whether everything is as it was: bytes, rows, checkpoints, signatures, clocks; each fault by its name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.anchor import Anchors
from siteline.evidence.custody.log import case_named, detail_of, read_checkpoints
from siteline.evidence.custody.report import Report, Trust
from siteline.evidence.custody.rows import (
    COLUMNS,
    FIRST,
    digest_of,
    hash_line,
    line_of,
    read_records,
    select_rows,
)
from siteline.evidence.custody.signatures import Point, check_points, check_signatures
from siteline.store import tables
from siteline.store.blobs import Blobs
from siteline.store.db import Database
from siteline.store.intake import hash_all

KEPT = ("added", "imported")
"""Actions by which bytes come into custody."""

UNREADABLE = (sa.exc.DBAPIError, UnicodeDecodeError)

CLOCK_SLACK_S = 2.0
"""How far two readings of the clocks may differ before it is said."""

Row = dict[str, Any]

Check = Callable[[Database, Sequence[Row], Report], None]
"""Looks at the records of one room against the rows of the log by which they came."""


def verify_case(
    db: Database,
    blobs: Blobs,
    anchors: Anchors,
    folder: str,
    trust: Trust,
    only: str | None = None,
    others: Sequence[Check] = (),
) -> Report:
    """
    Look at everything; or at the log, and of the bytes at those of one exhibit.

    others: what looks at records that this room does not know, such as the checks of watched pages.

    Reads only: what it finds is returned, never repaired.
    """
    report = Report()
    try:
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in db.rows(select_rows())]
        points = read_checkpoints(db)
        exhibits = read_records(db, tables.exhibit, "id", "sha256", "noun", "kind")
        restrictions = read_records(db, tables.restriction, "exhibit_id", "why", "readers")
        derivations = read_records(db, tables.derivation, "exhibit_id", "from_id", "activity")
    except UNREADABLE as error:
        report.find("case.db", f"its rows cannot be read: {error.__cause__ or error}")
        return report
    covered: list[Point] = []
    steps: tuple[Callable[[], object], ...] = (
        lambda: _walk(rows, report),
        lambda: check_points(rows, points, covered, report),
        lambda: check_signatures(rows, covered, trust, report),
        lambda: _check_records(rows, exhibits, restrictions, derivations, report),
        *(partial(check, db, rows, report) for check in others),
        lambda: _check_clocks(rows, report),
        lambda: _check_anchor(rows, anchors, folder, report),
        lambda: _check_bytes(rows, exhibits, blobs, report, only),
    )
    for step in steps:
        try:
            step()
        except UNREADABLE as error:
            report.find("case.db", f"its rows cannot be read: {error.__cause__ or error}")
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            report.find("case.db", f"a value in it is of no kind that was ever written there: {error}")
    return report


def _walk(rows: Sequence[Row], report: Report) -> None:
    """The chain: numbered without a gap, each row hashed right, each naming the one before."""
    head, expected = FIRST, 1
    for row in rows:
        name = f"custody row {row['seq']}"
        if row["seq"] != expected:
            gap = f"{expected}" if row["seq"] == expected + 1 else f"{expected} to {row['seq'] - 1}"
            report.find(name, f"the log has a gap before it: rows {gap} are missing")
        if hash_line(line_of(row)) != row["row_hash"]:
            report.find(name, "it was altered: its content does not match its hash")
        if row["prev_hash"] != head:
            report.find(
                name, "it does not follow the row before it: one of the two was changed, moved or put in"
            )
        head, expected = row["row_hash"], row["seq"] + 1
    report.rows, report.head = len(rows), head
    if rows and (rows[0]["action"] != "opened" or not case_named(rows[0]["detail"])):
        report.find("custody row 1", "the log does not begin with its opening")


def _check_records(
    rows: Sequence[Row],
    exhibits: Sequence[Row],
    restrictions: Sequence[Row],
    derivations: Sequence[Row],
    report: Report,
) -> None:
    """Rows of exhibits and of who may see them, against the log: none altered, none missing, none put in."""
    for action, name, records in (
        ("added", "exhibit", [(e["id"], e["log_seq"], hash_line(str(e["noun"])), e) for e in exhibits]),
        (
            "restricted",
            "restriction of exhibit",
            [
                (r["exhibit_id"], r["log_seq"], _digest_of_list(r["exhibit_id"], r["why"], r["readers"]), r)
                for r in restrictions
            ],
        ),
        (
            "derived",
            "derivation of exhibit",
            [
                (d["exhibit_id"], d["log_seq"], digest_of([d["exhibit_id"], d["from_id"], d["activity"]]), d)
                for d in derivations
            ],
        ),
    ):
        said = {row["seq"]: row for row in rows if row["action"] == action and row["exhibit_id"]}
        for exhibit_id, seq, digest, record in records:
            row = said.pop(seq, None)
            if row is None or row["exhibit_id"] != exhibit_id:
                report.find(f"{name} {exhibit_id}", f"the log has no row {seq} by which it came")
            elif detail_of(row["detail"]).get("record") != digest or not _agrees(record, row):
                report.find(f"{name} {exhibit_id}", "what is said of it was altered")
        for row in said.values():
            report.find(
                f"{name} {row['exhibit_id']}", f"its row is gone, but the log says it came (row {row['seq']})"
            )


def _agrees(record: Row, row: Row) -> bool:
    """Whether a record's columns are those of its row in the log and, an exhibit's, of its noun."""
    if any(record[name] != row[name] for name in ("created_at", "created_by")):
        return False
    if "noun" not in record:
        return True
    told = detail_of(str(record["noun"]))
    return (
        all(record[name] == told.get(name) for name in ("id", "sha256", "kind"))
        and told.get("sha256") == row["object"]
    )


def _digest_of_list(exhibit_id: str, why: str, readers: str) -> str:
    try:
        return digest_of([exhibit_id, why, json.loads(readers)])
    except (ValueError, TypeError, RecursionError):
        return ""


def _check_clocks(rows: Sequence[Row], report: Report) -> None:
    """Time that runs backwards, unless a person has explained it; and clocks that were set."""
    explained = {detail_of(row["detail"]).get("row") for row in rows if row["action"] == "explained"}
    latest: dict[str, Row] = {}
    newest: Row | None = None
    for row in rows:
        name = f"custody row {row['seq']}"
        try:
            now, began, ended = (
                datetime.fromisoformat(row[key]) for key in ("created_at", "started_at", "ended_at")
            )
            same = latest.get(row["boot"])
            back = (datetime.fromisoformat(newest["created_at"]) - now).total_seconds() if newest else 0.0
            if back > CLOCK_SLACK_S:
                said = f"the clock ran backwards by {back:,.0f} s since row {newest['seq']}" if newest else ""
                (report.note if row["seq"] in explained else report.find)(name, said)
            if (began - ended).total_seconds() > 0 and row["seq"] not in explained:
                report.find(name, "it ended before it began")
            if same is not None:
                _compare_clocks(name, row, same, now, report)
        except (ValueError, TypeError, KeyError):
            report.find(name, "its times cannot be read")
            continue
        latest[row["boot"]] = newest = row


def _compare_clocks(name: str, row: Row, same: Row, now: datetime, report: Report) -> None:
    """Two rows of one run of one machine: the clock that cannot be set tells on the one that can."""
    ran = (row["monotonic_ns"] - same["monotonic_ns"]) / 1e9
    wall = (now - datetime.fromisoformat(same["created_at"])).total_seconds()
    if ran < 0:
        report.find(name, f"it was recorded before row {same['seq']}, by the clock that is never set")
    elif wall - ran > CLOCK_SLACK_S:
        report.note(name, f"the clock was set forward by {wall - ran:,.0f} s since row {same['seq']}")


def _check_anchor(rows: Sequence[Row], anchors: Anchors, folder: str, report: Report) -> None:
    """What this machine remembers of the log, outside the case."""
    case = case_named(rows[0]["detail"]) if rows else ""
    seen = anchors.of(case)
    if seen is not None and seen.size > len(rows):
        report.find(
            "custody log", f"it was cut short, or an older copy was put back: this machine has seen {seen.size} rows, "
            f"there are {len(rows)}",
        )  # fmt: skip
    elif seen is not None and seen.size and rows[seen.size - 1]["row_hash"] != seen.head:
        report.find("custody log", f"its first {seen.size} rows are not those that this machine has seen")
    for other in anchors.at(folder):
        if other.case != case:
            report.find(
                "custody log",
                f"another log was kept in this folder before ({other.size} rows, id {other.case})",
            )


def _check_bytes(
    rows: Sequence[Row], exhibits: Sequence[Row], blobs: Blobs, report: Report, only: str | None
) -> None:
    """Every blob that the log or an exhibit names, hashed again; and files that nobody named."""
    names: dict[str, list[str]] = {}
    for row in rows:
        if row["action"] in KEPT:
            names.setdefault(str(row["object"]), [])
    for exhibit in exhibits:
        names.setdefault(str(exhibit["sha256"]), []).append(str(exhibit["id"]))
    wanted = sorted(sha for sha, ids in names.items() if only is None or only in ids)
    legible = [sha for sha in wanted if len(sha) == 64 and sha.isalnum()]
    found = hash_all(blobs, legible, threads=min(8, os.cpu_count() or 1))
    report.checked = len(wanted)
    for sha256 in wanted:
        of = f" (exhibit {', '.join(names[sha256][:5])})" if names[sha256] else ""
        now = found.get(sha256, "")
        if not now:
            report.find(sha256, f"the bytes filed under this digest are missing or cannot be read{of}")
        elif now != sha256:
            report.find(sha256, f"the bytes filed under this digest now hash to {now}{of}")
    if only is None:
        _note_strays(names, blobs, report)


def _note_strays(names: Iterable[str], blobs: Blobs, report: Report) -> None:
    known = set(names)
    for file in sorted(blobs.folder.rglob("*")) if blobs.folder.is_dir() else ():
        if file.is_file() and file.parent.name + file.name not in known:
            is_part = file.name.startswith(".part-")
            why = "left by a process that was stopped" if is_part else "no row of the log names it"
            report.note(f"blobs/{file.relative_to(blobs.folder).as_posix()}", f"not in custody: {why}")
