"""Whether everything is as it was: bytes, rows, checkpoints, signatures, clocks; each fault by its name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.evidence.anchor import Anchors
from siteline.evidence.keys import PublicKey
from siteline.evidence.log import case_named, detail_of, open_checkpoint, read_checkpoints
from siteline.evidence.merkle import Frontier
from siteline.evidence.rows import COLUMNS, FIRST, digest_of, hash_line, leaf, line_of, select_rows
from siteline.evidence.trust import ROTATED, VOUCHED, is_vouched
from siteline.model.errors import BadInput, BadKey
from siteline.store import tables
from siteline.store.blobs import Blobs
from siteline.store.db import Database
from siteline.store.intake import hash_all

KEPT = ("added", "imported")
"""Actions by which bytes come into custody."""

CLOCK_SLACK_S = 2.0
"""How far two readings of the clocks may differ before it is said."""

Row = dict[str, Any]


@dataclass
class Report:
    """What was looked at and what was found."""

    checked: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    """What is not as it was, or cannot be shown to be."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    """What a careful reader wants to know, and is no fault."""

    fingerprint: str | None = None
    trusted_by: str = ""
    rows: int = 0
    checkpoints: int = 0
    head: str = FIRST
    root: str = ""

    def find(self, thing: str, problem: str) -> None:
        """Name a fault."""
        if {"object": thing, "problem": problem} not in self.findings[-50:]:
            self.findings.append({"object": thing, "problem": problem})

    def note(self, thing: str, remark: str) -> None:
        """Say something that is no fault."""
        self.notes.append({"object": thing, "problem": remark})


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signature counts."""

    named: str = ""
    """Fingerprint that the user named, or of the file he named; "" for none."""

    own: str = ""
    """Fingerprint of the user's own key; "" for none."""


def verify_case(
    db: Database, blobs: Blobs, anchors: Anchors, folder: str, trust: Trust, only: str | None = None
) -> Report:
    """
    Look at everything; or at the log, and of the bytes at those of one exhibit.

    Reads only: what it finds is returned, never repaired.
    """
    report = Report()
    try:
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in db.rows(select_rows())]
        points = read_checkpoints(db)
        exhibits = _texts(db, tables.exhibit, "id", "sha256", "noun", "kind")
        restrictions = _texts(db, tables.restriction, "exhibit_id", "why", "readers")
        derivations = _texts(db, tables.derivation, "exhibit_id", "from_id", "activity")
    except (sa.exc.DBAPIError, UnicodeDecodeError) as error:
        report.find("case.db", f"its rows cannot be read: {error.__cause__ or error}")
        return report
    covered: list[_Point] = []
    steps: tuple[Callable[[], None], ...] = (
        lambda: _walk(rows, report),
        lambda: _check_points(rows, points, covered, report),
        lambda: _check_signatures(rows, covered, trust, report),
        lambda: _check_records(rows, exhibits, restrictions, derivations, report),
        lambda: _check_clocks(rows, report),
        lambda: _check_anchor(rows, anchors, folder, report),
        lambda: _check_bytes(rows, exhibits, blobs, report, only),
    )
    for step in steps:
        try:
            step()
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            report.find("case.db", f"a value in it is of no kind that was ever written there: {error}")
    return report


def _texts(db: Database, table: sa.Table, *names: str) -> list[Row]:
    names = (*names, "log_seq", "created_at", "created_by")
    query = sa.select(*(table.c[name] for name in names)).order_by(table.c.seq)
    return [dict(zip(names, row, strict=True)) for row in db.rows(query)]


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


@dataclass(frozen=True, slots=True)
class _Point:
    """A checkpoint that says what the rows say."""

    number: int
    size: int
    envelope: Any


def _check_points(rows: Sequence[Row], points: Sequence[Any], sound: list[_Point], report: Report) -> None:
    """Each checkpoint against the rows it covers, and against the one before; those that hold are put into `sound`."""
    edge, previous, sure = Frontier(), FIRST, 0
    case = case_named(rows[0]["detail"]) if rows else ""
    for place, (number, size, fingerprint, peaks, text) in enumerate(points, 1):
        name = f"checkpoint {number}"
        try:
            envelope, said = open_checkpoint(text)
        except (BadInput, ValueError, RecursionError):
            report.find(name, "it was altered: it cannot be read")
            previous = digest_of(text)
            continue
        if number != place or said.get("number") != number:
            report.find(name, "a checkpoint before it is missing, or it is out of its place")
        if said.get("previous") != previous:
            report.find(name, "it does not follow the checkpoint before it")
        previous = digest_of(text)
        while edge.size < min(size, len(rows)):
            edge.add(leaf(rows[edge.size]["row_hash"]))
        if size > len(rows):
            report.find(name, f"it covers {size} rows, but the log has only {len(rows)}: it was cut short")
            continue
        is_so = (
            said.get("size") == size == edge.size
            and said.get("root") == edge.root().hex()
            and said.get("head") == (rows[size - 1]["row_hash"] if size else FIRST)
            and said.get("case") == case
        )
        if not is_so:
            report.find(name, f"rows {sure + 1} to {size} are not those it was made over")
            continue
        if peaks != json.dumps([peak.hex() for peak in edge.peaks]):
            report.find(name, "it was altered: its summary of the tree is wrong")
        if fingerprint != (envelope.signatures[0][0] if envelope.signatures else ""):
            report.find(name, "it was altered: it names another key than its signature")
        sure = size
        sound.append(_Point(number, size, envelope))
    while edge.size < len(rows):
        edge.add(leaf(rows[edge.size]["row_hash"]))
    report.checkpoints, report.root = len(points), edge.root().hex()
    newest = max((size for _, size, *_ in points), default=0)
    if newest < len(rows):
        report.find(
            f"custody row {rows[newest]['seq']}",
            f"rows {newest + 1} to {len(rows)} are covered by no checkpoint",
        )


def _check_signatures(rows: Sequence[Row], points: Sequence[_Point], trust: Trust, report: Report) -> None:
    """Signatures of every checkpoint, and how far those reach that somebody trusted has made."""
    keys: dict[str, PublicKey] = {}
    for row in rows:
        if row["action"] in ("key-made", "key-joined", ROTATED, VOUCHED):
            try:
                key = PublicKey.parse(str(detail_of(row["detail"]).get("public_key", "")))
            except BadKey:
                report.find(f"custody row {row['seq']}", "the key in it cannot be read")
                continue
            if key.fingerprint == row["object"]:
                keys.setdefault(key.fingerprint, key)
            else:
                report.find(f"custody row {row['seq']}", "the key in it is not the one it names")
    signers = {point.number: _signer(point, keys, report) for point in points}
    signed = {who for who in signers.values() if who}
    first = next((row["object"] for row in rows if row["action"] == "key-made"), "")
    root, report.trusted_by = _root(trust, signed, first)
    report.fingerprint = root or None
    if trust.named and trust.named not in signed:
        report.find("key", f"nothing here is signed by the key that was named ({trust.named[:16]})")
        return
    if not root:
        return
    trusted = _spread(root, keys, rows, report)
    reach = max((p.size for p in points if signers[p.number] in trusted), default=0)
    for point in points:
        who = signers[point.number]
        until = trusted.get(who)
        if until is not None and point.size > until:
            report.find(
                f"checkpoint {point.number}", f"it is signed by the key {who[:16]} after that was retired"
            )
    if reach < len(rows):
        others = sorted({signers[p.number][:16] for p in points if p.size > reach} - {""})
        by = f"only by {', '.join(others)}, for whom no trusted key has vouched" if others else "by nobody"
        report.find(f"custody row {rows[reach]['seq']}", f"rows {reach + 1} to {len(rows)} are signed {by}")
    elif strangers := sorted(who[:16] for who in signed - set(trusted)):
        report.note(
            "key",
            f"other keys have signed here too, for whom no trusted key has vouched: {', '.join(strangers)}",
        )


def _signer(point: _Point, keys: Mapping[str, PublicKey], report: Report) -> str:
    """Whose signature is on a checkpoint; "" for nobody's."""
    if not point.envelope.signatures:
        return ""
    who = point.envelope.signatures[0][0]
    if who not in keys:
        report.find(
            f"checkpoint {point.number}", f"it is signed by a key that the log does not name ({who[:16]})"
        )
        return ""
    if not point.envelope.signed_by(keys[who]):
        report.find(f"checkpoint {point.number}", "its signature is wrong")
        return ""
    return str(who)


def _root(trust: Trust, signed: set[str], first: str) -> tuple[str, str]:
    """The key to begin with, and why."""
    if trust.named:
        return trust.named, "named by --key"
    if trust.own and trust.own in signed:
        return trust.own, "own key"
    if first:
        return first, "recorded at init (first use)"
    return "", "no key: the checkpoints are not signed"


def _spread(
    root: str, keys: Mapping[str, PublicKey], rows: Sequence[Row], report: Report
) -> dict[str, int | None]:
    """Every key that the first one vouches for, at first or second hand, each with the size at which it was retired."""
    trusted: dict[str, int | None] = {root: None}
    said = [row for row in rows if row["action"] in (ROTATED, VOUCHED)]
    for row in said:
        detail = detail_of(row["detail"])
        by = keys.get(str(detail.get("by")))
        key = is_vouched(row["action"], detail, by) if by else None
        if key is None:
            report.find(
                f"custody row {row['seq']}", "a key in it is vouched for by a signature that is wrong"
            )
        elif by is not None and by.fingerprint in trusted:
            trusted.setdefault(key.fingerprint, None)
            if row["action"] == ROTATED:
                trusted[by.fingerprint] = row["seq"] - 1
        elif key.fingerprint in trusted and row["action"] == ROTATED and by is not None:
            trusted.setdefault(by.fingerprint, row["seq"] - 1)  # the older self of a trusted key
    return trusted


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
