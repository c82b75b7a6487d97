"""Verification: of a case, and of a bundle without one; and what may be told of it to whom."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.anchor import Seen
from siteline.evidence.custody.bundle_check import verify_bundle
from siteline.evidence.custody.discreet import keep_back
from siteline.evidence.custody.report import Report, Trust
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.verify import UNREADABLE, verify_case
from siteline.evidence.likeness.frames import check_frames
from siteline.evidence.likeness.pairs import check_pairs
from siteline.evidence.times.records import check_proofs
from siteline.evidence.watch.checks import check_watched
from siteline.model.errors import BadKey, BrokenCustody
from siteline.model.exhibit import Exhibit
from siteline.store import tables
from siteline.workbench import keyring
from siteline.workbench.case import Case
from siteline.workbench.evidence.timing import check_bundle_times, check_times, vouching


def check_custody_of_all(
    case: Case,
    key: str | None = None,
    only: str | None = None,
    record: bool = False,
    chain: Sequence[Path] = (),
    headers: Path | None = None,
) -> Report:
    """
    Look at everything, and remember on this machine what was seen; `record` writes into the log that it was found whole.

    key: a fingerprint or the file of a key, to be trusted instead of one's own. chain: authorities' certificates to be
    trusted for time instead of those kept. headers: Bitcoin block headers.
    """
    exhibit = case.exhibits.get(only) if only else None
    only = exhibit.id if exhibit else None
    folder = str(case.folder)
    others = (
        check_watched,
        check_proofs,
        check_times(case, vouching(case, chain, headers)),
        check_frames,
        check_pairs,
    )
    report = verify_case(case.db, case.blobs, keyring.anchors(), folder, _trust(key), only, others)
    if not report.findings:
        if record:
            _record_check(case, report, exhibit)
        _remember(case, report)
    if report.findings or report.notes:
        keep_back(report, _secrets(case))
    return report


def _secrets(case: Case) -> dict[str, int]:
    """Ids and digests that whoever opened this case may not know of, each with the row by which it came."""
    table = tables.custody_event.c
    query = sa.select(table.action, table.exhibit_id, table.object, table.seq).order_by(table.seq)
    try:
        rows = case.db.rows(query.where(table.action.in_(("added", "restricted"))))
    except UNREADABLE:
        return {}  # then nothing was read that could be named
    try:
        hidden = case.exhibits.hidden()
    except (BrokenCustody, *UNREADABLE):  # who may see what cannot be read any more: then nobody may
        hidden = {exhibit for action, exhibit, *_ in rows if action == "restricted"}
    added = [(exhibit, sha256, seq) for action, exhibit, sha256, seq in rows if action == "added"]
    known = {sha256 for exhibit, sha256, _ in added if exhibit not in hidden}
    found = dict[str, int]()
    for exhibit, sha256, seq in added:
        if exhibit in hidden:
            found |= {exhibit: seq} if sha256 in known else {exhibit: seq, sha256: seq}
    return found


def check_bundle(
    path: Path, key: str | None = None, chain: Sequence[Path] = (), headers: Path | None = None
) -> Report:
    """Look at everything in a bundle, offline; no case is needed."""
    return verify_bundle(path, _trust(key), (check_bundle_times(chain, headers),))


def _trust(key: str | None) -> Trust:
    """Whom the user trusts: whom he names, else himself."""
    own = ""
    with contextlib.suppress(BadKey):  # reading needs no key
        signer = keyring.find_key().signer
        own = signer.public.fingerprint if signer else ""
    return Trust(keyring.read_public(key) if key else "", own)


def _record_check(case: Case, report: Report, exhibit: Exhibit | None) -> None:
    detail = {"checked": report.checked, "head": report.head, "rows": report.rows}
    case.log.append(
        [
            Event(
                "verified",
                object=exhibit.sha256 if exhibit else "",
                exhibit_id=exhibit.id if exhibit else "",
                tool="evidence verify",
                detail=detail,
                note="found whole",
            )
        ]
    )


def _remember(case: Case, report: Report) -> None:
    log_id = case.log.case_id()
    if log_id:
        seen = Seen(
            log_id, report.rows, report.head, report.checkpoints, report.fingerprint or "", str(case.folder)
        )
        keyring.anchors().advance(seen)


def tell_report(report: Report) -> dict[str, Any]:
    """What a verification found, for other programs."""
    return {
        "siteline": "custody-check/1",
        "ok": not report.findings,
        "checked": report.checked,
        "findings": report.findings,
        "notes": report.notes,
        "key": {"fingerprint": report.fingerprint, "trusted_by": report.trusted_by},
        "times": report.times,
        "log": {
            "rows": report.rows,
            "checkpoints": report.checkpoints,
            "head": report.head,
            "root": report.root,
        },
    }
