"""Checkpoints against the rows they cover, and signatures against the keys that are trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siteline.evidence.custody.keys import PublicKey
from siteline.evidence.custody.log import KEY_ACTIONS, case_named, detail_of, open_checkpoint
from siteline.evidence.custody.merkle import Frontier
from siteline.evidence.custody.report import Report, Trust
from siteline.evidence.custody.rows import FIRST, digest_of, leaf
from siteline.evidence.custody.trust import ROTATED, VOUCHED, is_vouched
from siteline.model.errors import BadInput, BadKey

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """A checkpoint that says what the rows say."""

    number: int
    size: int
    envelope: Any


def check_points(rows: Sequence[Row], points: Sequence[Any], sound: list[Point], report: Report) -> None:
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
        if peaks is not None and peaks != json.dumps([peak.hex() for peak in edge.peaks]):
            report.find(name, "it was altered: its summary of the tree is wrong")
        if fingerprint != (envelope.signatures[0][0] if envelope.signatures else ""):
            report.find(name, "it was altered: it names another key than its signature")
        sure = size
        sound.append(Point(number, size, envelope))
    while edge.size < len(rows):
        edge.add(leaf(rows[edge.size]["row_hash"]))
    report.checkpoints, report.root = len(points), edge.root().hex()
    newest = max((size for _, size, *_ in points), default=0)
    if newest < len(rows):
        report.find(
            f"custody row {rows[newest]['seq']}",
            f"rows {newest + 1} to {len(rows)} are covered by no checkpoint",
        )


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose signatures count in a log."""

    keys: Mapping[str, PublicKey]
    """Every key that the log names."""

    trusted: Mapping[str, int | None]
    """Those that count, each with the size of the log at which it was retired; None: it still counts."""


def check_signatures(rows: Sequence[Row], points: Sequence[Point], trust: Trust, report: Report) -> Believed:
    """Signatures of every checkpoint, and how far those reach that somebody trusted has made; returns whose count."""
    keys: dict[str, PublicKey] = {}
    for row in rows:
        if row["action"] in KEY_ACTIONS:
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
        return Believed(keys, {})
    if not root:
        return Believed(keys, {})
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
    return Believed(keys, trusted)


def _signer(point: Point, keys: Mapping[str, PublicKey], report: Report) -> str:
    """Whose signature is on a checkpoint; "" for nobody's."""
    if not point.envelope.signatures:
        return ""
    who = point.envelope.signatures[0][0]
    if len(point.envelope.signatures) > 1:
        report.find(f"checkpoint {point.number}", "it was altered: it bears more signatures than one")
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
