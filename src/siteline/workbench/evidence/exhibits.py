"""Evidence in custody: listed, shown, searched, verified, copied out; every look at what is restricted is logged."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody import trust
from siteline.evidence.custody.anchor import Seen
from siteline.evidence.custody.bundle_check import Guest, verify_bundle
from siteline.evidence.custody.clock import stamp
from siteline.evidence.custody.exhibits import as_dict, write_exhibit
from siteline.evidence.custody.inclusion import Prover, seqs_of
from siteline.evidence.custody.log import KEY_ACTIONS, detail_of
from siteline.evidence.custody.report import Report, Trust
from siteline.evidence.custody.rows import COLUMNS, Event, line_of
from siteline.evidence.custody.verify import verify_case
from siteline.evidence.custody.withheld import Withheld
from siteline.evidence.likeness.frames import check_frames
from siteline.evidence.likeness.pairs import check_pairs
from siteline.evidence.search import LONGEST_TEXT, Hit, Index, written_in
from siteline.evidence.times.records import check_proofs
from siteline.evidence.watch.checks import check_watched
from siteline.model.errors import BadInput, BadKey, BadSetting, BrokenCustody, NotFound
from siteline.model.exhibit import KINDS, Exhibit
from siteline.store import tables
from siteline.store.db import known_at
from siteline.workbench import keyring
from siteline.workbench.case import Case
from siteline.workbench.evidence.marks import captured_detail, marked
from siteline.workbench.evidence.timing import check_bundle_times, check_times, vouching


def list_json(case: Case, as_of: datetime | None = None, kind: str | None = None) -> str:
    """Every exhibit as one JSON document; a hundred thousand take a fraction of a second."""
    texts = _texts(case, as_of, kind)
    return "[\n" + ",\n".join(texts) + "\n]" if texts else "[]"


def list_exhibits(case: Case, as_of: datetime | None = None, kind: str | None = None) -> list[dict[str, Any]]:
    """Every exhibit, oldest first."""
    texts = _texts(case, as_of, kind)
    try:
        return [json.loads(text) for text in texts]
    except (ValueError, TypeError) as error:
        raise BrokenCustody(
            "the row of an exhibit was altered", "Name it: siteline evidence verify"
        ) from error


def _texts(case: Case, as_of: datetime | None, kind: str | None) -> list[str]:
    if kind is not None and kind not in KINDS:
        raise BadSetting(f"there is no kind {kind!r}", f"There are: {', '.join(KINDS)}.")
    return case.exhibits.texts(as_of, kind)


def show_exhibit(case: Case, said: str, as_of: datetime | None = None) -> dict[str, Any]:
    """All that is known of one exhibit: what was said of it, its kin, its rows in the log, and whether it is intact."""
    exhibit = case.exhibits.get(said, as_of)
    log_read(case, [exhibit.id], "evidence show")
    table, restriction = tables.custody_event.c, case.exhibits.restrictions().get(exhibit.id)
    query = (
        sa.select(*(table[name] for name in COLUMNS))
        .where(table.exhibit_id == exhibit.id)
        .order_by(table.seq)
    )
    rows = case.db.rows(known_at(query, tables.custody_event, as_of))
    told, withheld = [dict(zip(COLUMNS, row, strict=True)) for row in rows], withheld_from(case)
    made_from, made_into = case.exhibits.kin(exhibit.id)
    problem = None
    try:
        case.blobs.verify(exhibit.sha256)
    except (NotFound, BrokenCustody) as error:
        problem = str(error)
    return {
        **json.loads(write_exhibit(exhibit)),
        "restricted": as_dict(restriction) if restriction else None,
        "derived_from": made_from,
        "made_into": made_into,
        "graphic": exhibit.id in marked(case),
        "capture": _captured(case, exhibit, withheld),
        "intact": problem is None,
        "problem": problem,
        "custody": [json.loads(line_of(row)) for row in told if not withheld.in_row(row)],
    }


def _captured(case: Case, exhibit: Exhibit, withheld: Withheld) -> dict[str, object] | None:
    """What the log says of a capture, with those of its parts that the person may know of."""
    said = captured_detail(case, exhibit.id)
    parts = said.get("parts") if said else None
    if said and isinstance(parts, list):
        said["parts"] = [p for p in parts if isinstance(p, dict) and p.get("id") not in withheld.ids]
    return said


def search_exhibits(case: Case, words: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Exhibits that have all the words, the best first; what is restricted is found by its readers alone."""
    index = Index(case.cache / "search.db", case.log.case_id() or "")
    index.catch_up(case.exhibits.after, lambda exhibit: _written_in(case, exhibit))
    found = [(hit, case.exhibits.get(hit.id)) for hit in index.find(words, case.exhibits.hidden())]
    found = [(hit, e) for hit, e in found if as_of is None or e.added_at <= stamp(as_of)]
    log_read(case, [e.id for _, e in found], "evidence search")
    return [_tell_hit(hit, exhibit) for hit, exhibit in found]


def _tell_hit(hit: Hit, exhibit: Exhibit) -> dict[str, Any]:
    return {
        "id": exhibit.id,
        "sha256": exhibit.sha256,
        "name": exhibit.name,
        "title": exhibit.title,
        "kind": exhibit.kind,
        "snippet": " ".join(hit.snippet.split()),
    }


def _written_in(case: Case, exhibit: Exhibit) -> str:
    try:
        with case.blobs.path(exhibit.sha256).open("rb") as stream:
            return written_in(exhibit, stream.read(LONGEST_TEXT))
    except OSError:
        return ""  # `verify` names it


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
    return report


def check_bundle(
    path: Path,
    key: str | None = None,
    chain: Sequence[Path] = (),
    headers: Path | None = None,
    guests: Sequence[Guest] = (),
) -> Report:
    """Look at everything in a bundle, offline; no case is needed. `guests`: who else has put something into it."""
    return verify_bundle(path, _trust(key), (check_bundle_times(chain, headers), *guests))


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


def copy_out(case: Case, said: str, file: Path, why: str) -> Exhibit:
    """Write a working copy, checked against its digest, and log who took it; never over another file."""
    exhibit = case.exhibits.get(said)
    if file.is_dir():
        file = file / (Path(exhibit.name).name or exhibit.id)
    if file.exists():
        raise BadSetting(f"{file} exists", "Name a new file: a working copy never replaces anything.")
    content = case.blobs.path(exhibit.sha256)
    case.blobs.verify(exhibit.sha256)
    case.log.append(
        [
            Event(
                "read",
                object=exhibit.sha256,
                exhibit_id=exhibit.id,
                tool="evidence copy",
                note=why or "a working copy was made",
            )
        ]
    )
    aside = file.with_name(f".{file.name}.part")
    try:
        with content.open("rb") as source, aside.open("xb") as target:
            while piece := source.read(1 << 20):
                target.write(piece)
        aside.rename(file)
    finally:
        aside.unlink(missing_ok=True)
    return exhibit


def log_read(case: Case, exhibit_ids: Iterable[str], tool: str) -> None:
    """Each look at something restricted is a row."""
    restricted = case.exhibits.restrictions()
    looked = [case.exhibits.get(i) for i in exhibit_ids if i in restricted]
    if looked:
        case.log.append([Event("read", object=e.sha256, exhibit_id=e.id, tool=tool) for e in looked])


def restrict_exhibit(case: Case, said: str, why: str, readers: Sequence[str], *, lift: bool) -> Exhibit:
    """Keep an exhibit for named readers, or let all see it again."""
    if not why.strip():
        raise BadSetting("a restriction needs its reason", 'Say it: --why "source asked for it"')
    if lift and readers:
        raise BadSetting("--lift lets everybody see it; it goes without --reader", "Give one of the two.")
    exhibit = case.exhibits.get(said)
    case.exhibits.restrict(exhibit.id, why.strip(), () if lift else tuple(readers) or (case.db.who,))
    return exhibit


def explain_row(case: Case, seq: int, why: str) -> None:
    """Say why the clock ran backwards at a row of the log; the row stays, and the explanation beside it."""
    table = tables.custody_event.c
    if not case.db.rows(sa.select(table.seq).where(table.seq == seq)):
        raise NotFound(f"the custody log has no row {seq}", "See: siteline evidence log")
    if not why.strip():
        raise BadSetting("an explanation needs words", 'Say it: --why "the clock was set by hand"')
    case.log.append([Event("explained", tool="evidence explain", detail={"row": seq}, note=why.strip())])


def list_log(case: Case, as_of: datetime | None = None, only: str | None = None) -> list[dict[str, Any]]:
    """Rows of the log; of what names something restricted to others, that there is a row, and no more."""
    table, withheld = tables.custody_event.c, withheld_from(case)
    query = known_at(
        sa.select(*(table[name] for name in COLUMNS)).order_by(table.seq), tables.custody_event, as_of
    )
    if only is not None:
        query = query.where(table.exhibit_id == case.exhibits.get(only).id)
    rows = [dict(zip(COLUMNS, values, strict=True)) for values in case.db.rows(query)]
    return [_tell_row(row, is_told=not withheld.in_row(row)) for row in rows]


def withheld_from(case: Case) -> Withheld:
    """What whoever opened this case may not know of."""
    hidden = case.exhibits.hidden()
    every = [e for _, e in case.exhibits.after(0)] if hidden else []
    return Withheld((e for e in every if e.id in hidden), (e for e in every if e.id not in hidden))


def _tell_row(row: dict[str, Any], *, is_told: bool) -> dict[str, Any]:
    if not is_told:
        return {"seq": row["seq"], "row_hash": row["row_hash"], "redacted": True}
    return {**json.loads(line_of(row)), "detail": detail_of(row["detail"]), "row_hash": row["row_hash"]}


def prove(case: Case, said: str, since: int | None = None) -> dict[str, Any]:
    """Proofs for one exhibit: its row is under the newest signed checkpoint, and the log only grew since it came."""
    exhibit = case.exhibits.get(said)
    log_read(case, [exhibit.id], "evidence proof")
    prover = Prover(case.db)
    seq = seqs_of(case.db, [exhibit.id])[exhibit.id]
    old = prover.first_covering(seq) if since is None else since
    if not 1 <= old <= prover.size:
        raise BadInput(f"the log never had {old} rows under a checkpoint", f"It has {prover.size}.")
    return {
        "exhibit": exhibit.id,
        "sha256": exhibit.sha256,
        "inclusion": prover.inclusion(seq),
        "consistency": prover.consistency(old),
        "checkpoint": prover.newest(),
        "envelope": json.loads(prover.envelope),
    }


def tell_keys(case: Case) -> dict[str, Any]:
    """The key in use here, and the keys that the log knows."""
    state = keyring.find_key()
    table = tables.custody_event.c
    query = sa.select(table.seq, table.action, table.object, table.created_at, table.created_by, table.detail)
    rows = case.db.rows(query.where(table.action.in_(KEY_ACTIONS)).order_by(table.seq))
    return {
        "fingerprint": state.signer.public.fingerprint if state.signer else None,
        "from": state.signer.origin if state.signer else None,
        "why_not": state.why_not or None,
        "public_key": state.signer.public.pem if state.signer else None,
        "known": [
            {
                "row": seq,
                "how": action,
                "fingerprint": fingerprint,
                "by": detail_of(detail).get("by"),
                "at": at,
                "who": who,
            }
            for seq, action, fingerprint, at, who, detail in rows
        ],
    }


def rotate_key(case: Case) -> tuple[str, str]:
    """A new key in the old one's place, and the row that says so; returns both fingerprints."""
    case.log.append(())  # the old key has signed here, or says now who it is
    old, new = keyring.rotate_key()
    case.log.forget_signer()
    case.log.append(())
    return old.public.fingerprint, new.public.fingerprint


def trust_key(case: Case, file: Path) -> str:
    """Vouch for a colleague's key, in the log, with one's own; returns its fingerprint."""
    signer = case.log.signer
    if signer is None:
        raise BadKey(f"you have no key to vouch with: {case.unsigned_because}")
    key = keyring.read_public_file(file)
    detail = trust.vouch(trust.VOUCHED, signer, key)
    case.log.append([Event(trust.VOUCHED, object=key.fingerprint, tool="evidence trust-key", detail=detail)])
    return key.fingerprint
