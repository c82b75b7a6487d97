"""Trusted time for the custody log: authorities and calendars are asked about its newest checkpoint; all is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from siteline.evidence.custody.bundle import Additions
from siteline.evidence.custody.bundle_check import Guest
from siteline.evidence.custody.log import read_checkpoints
from siteline.evidence.custody.report import Report
from siteline.evidence.proofs.authority import NOBODY, Chain, read_chain
from siteline.evidence.proofs.headers import read_headers
from siteline.evidence.times.asking import Came, Target, ask_authority, ask_calendars
from siteline.evidence.times.bundled import add_times, check_bundled
from siteline.evidence.times.judging import Vouching, amount, find_faults, judge_all
from siteline.evidence.times.proof import OTS, TimeProof, head_of, signed_bytes
from siteline.evidence.times.records import ACTION
from siteline.model.errors import (
    BadInput,
    BadSetting,
    BrokenCustody,
    ForbiddenAddress,
    NotFound,
)
from siteline.model.remark import Remark
from siteline.store import tables
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes

if TYPE_CHECKING:
    from siteline.catalog.remote.web import Web

STAMP, UPGRADE = "evidence timestamp", "evidence upgrade"
_BODY, _SECONDS, _IDLE, _REDIRECTS, _TRIES = 1 << 20, 40.0, 15.0, 2, 2
_TOKEN = "application/timestamp-reply"  # noqa: S105 a content type


@dataclass(frozen=True, slots=True)
class Stamped:
    """What came of asking for time."""

    told: dict[str, Any]
    """What the proofs of that checkpoint amount to now, as `evidence timestamps` tells it."""

    holds: bool
    """Whether any proof holds, or any calendar has promised one."""

    remarks: tuple[Remark, ...]


def timestamp(
    case: Case,
    authorities: Sequence[str] = (),
    calendars: Sequence[str] = (),
    chain: Sequence[Path] = (),
    *,
    again: bool = False,
) -> Stamped:
    """
    Ask authorities for a token over the newest checkpoint, and calendars for a promise; keep and judge what comes.

    What is not given comes from the settings; none is built in. Nothing leaves but the digest of the checkpoint, for
    calendars salted. An authority that fails or lies is on record with its reason, and the others stand.
    """
    settings = case.settings.evidence
    asked = addresses(authorities or settings.authorities, "--authority")
    others = addresses(calendars or settings.calendars, "--calendar")
    if not asked and not others:
        raise BadSetting(
            "no authority is named: who shall say that the log existed today?",
            "Name two that know nothing of each other: --authority URL --authority URL, or [evidence] authorities = "
            "[...] in siteline.toml.",
        )
    own = _chain(case, chain)
    case.log.append(())  # the log begins, and a key that cannot be used is said, before anybody is asked
    target, stamped = _target(case)
    if not again:
        asked = {address: shown for address, shown in asked.items() if shown not in stamped}
        others = {} if OTS in stamped else others
    remarks: list[Remark] = []
    if asked or others:
        remarks += _ask(case, target, asked, others, own)
    else:
        remarks.append(
            Remark(
                f"checkpoint {target.number}",
                "nothing has come into the log since it was time-stamped by all of them",
                "To ask once more: --again",
            )
        )
    proofs = [(seq, proof) for seq, proof in case.times.all() if proof.checkpoint == target.number]
    judged = judge_all(case.times.all(), case.blobs.read, Vouching(own))
    [told] = amount(proofs, judged)
    if told["authorities"] == 1:
        remarks.append(
            Remark(
                "time", "one authority: its word alone", "Ask a second one that knows nothing of the first."
            )
        )
    holds = told["authorities"] > 0 or any(one["verdict"] in _PROMISING for one in told["proofs"])
    return Stamped(told, holds, tuple(remarks))


_PROMISING = frozenset({"ok", "pending", "complete", "verified"})


def list_times(
    case: Case, as_of: datetime | None = None, chain: Sequence[Path] = (), headers: Path | None = None
) -> list[dict[str, Any]]:
    """What the time proofs of each checkpoint amount to, judged now, offline."""
    proofs = case.times.all(as_of)
    return amount(proofs, judge_all(proofs, case.blobs.read, vouching(case, chain, headers)))


def vouching(case: Case, chain: Sequence[Path] = (), headers: Path | None = None) -> Vouching:
    """Whom the user vouches for: what he hands in now counts alone; else the settings, then what was kept."""
    return Vouching(_chain(case, chain), bool(chain), read_headers(headers) if headers else None)


def check_times(case: Case, whom: Vouching) -> Callable[[Any, Any, Report], None]:
    """A look at all time proofs, for `verify`: each judged again from its bytes, offline."""

    def look(_db: Any, _rows: Any, report: Report) -> None:
        try:
            proofs = case.times.all()
        except BrokenCustody as error:
            report.find("time proofs", str(error))
            return
        judged = judge_all(proofs, case.blobs.read, whom)
        envelopes = {number: envelope for number, _, _, _, envelope in read_checkpoints(case.db)}
        find_faults(proofs, judged, envelopes, report)
        report.times = amount(proofs, judged)

    return look


def bundle_times(case: Case, size: int) -> Additions:
    """What a bundle of the log's first `size` rows says of trusted time."""
    proofs = [(seq, proof) for seq, proof in case.times.all() if seq <= size]
    return add_times(proofs, judge_all(proofs, case.blobs.read, vouching(case)), case.blobs.read)


def check_bundle_times(chain: Sequence[Path] = (), headers: Path | None = None) -> Guest:
    """A look at the time proofs of a bundle, offline and without a case."""
    whom = Vouching(
        read_chain(chain) if chain else NOBODY, bool(chain), read_headers(headers) if headers else None
    )
    return Guest(frozenset({ACTION}), lambda files, rows, report: check_bundled(files, rows, report, whom))


def _ask(
    case: Case, target: Target, asked: Mapping[str, str], others: Mapping[str, str], own: Chain
) -> list[Remark]:
    """Ask each; what comes is on record before the next is asked."""
    from siteline.evidence.archives.roots import web_roots

    remarks: list[Remark] = []
    with open_web(case, {**asked, **others}) as web:
        for address, shown in asked.items():
            came = ask_authority(
                address,
                shown,
                target,
                own,
                lambda: Chain(tuple(web_roots()), (), ()),
                lambda where, body, kind: web.post(where, body, kind, _TOKEN).body,
                case.log.clock.now(),
            )
            keep_proofs(case, [came], STAMP)
            if came.proof.verdict != "ok":
                remarks.append(Remark(f"authority {shown}", came.proof.means, _remedy(came.proof)))
        if others:
            promise, failed = ask_calendars(
                others,
                target,
                lambda where, body, kind: (
                    web.post(where, body, kind, "application/vnd.opentimestamps.v1").body
                ),
                case.log.clock.now(),
            )
            if promise is not None:
                keep_proofs(case, [promise], STAMP)
            remarks += [Remark(f"calendar {where}", why) for where, why in failed]
    return remarks


def _remedy(proof: TimeProof) -> str:
    if proof.verdict in ("untrusted", "no_certificate"):
        return "If you trust it, hand in its root: --chain FILE.pem, or [evidence] authority_chain in siteline.toml."
    return ""


def keep_proofs(case: Case, came: Sequence[Came], tool: str) -> None:
    """Bytes first, then all rows in one transaction."""
    kept: list[tuple[str, str]] = []
    for one in came:
        if one.token:
            case.blobs.keep(one.token)
            kept.append((one.proof.token, f"{one.proof.kind} proof of checkpoint {one.proof.checkpoint}"))
        if one.chain:
            case.blobs.keep(one.chain)
            kept.append((one.proof.chain, "certificates of an authority, from its signer to the root"))
    with case.db.appending():
        note_bytes(case, kept, tool)
        case.times.file([one.proof for one in came], tool)


def _target(case: Case) -> tuple[Target, set[str]]:
    """
    The checkpoint to stamp, and who has stamped it already with a proof that held.

    It is the newest one; but if nothing came since an older one except its own proofs, that one.
    """
    points = read_checkpoints(case.db)
    number, size, _, _, envelope = points[-1]
    log = tables.custody_event.c
    query = sa.select(sa.func.max(log.seq)).where(log.tool.not_in([STAMP, UPGRADE]))
    [(last,)] = case.db.rows(query)
    proofs = [proof for _, proof in case.times.all() if proof.size >= (last or 0)]
    if proofs:
        number = min(proof.checkpoint for proof in proofs)
        _, size, _, _, envelope = next(point for point in points if point[0] == number)
    done = {
        OTS if proof.kind == OTS else proof.address
        for proof in proofs
        if proof.checkpoint == number and proof.verdict in _PROMISING
    }
    try:
        signed = signed_bytes(envelope)
        is_whole = head_of(envelope).get("number") == number
    except (BadInput, ValueError) as error:
        raise BrokenCustody(f"checkpoint {number} cannot be read", "See: siteline evidence verify") from error
    if not is_whole:
        raise BrokenCustody(f"checkpoint {number} was altered", "See: siteline evidence verify")
    return Target(number, size, signed), done


def addresses(said: Sequence[str], where: str) -> dict[str, str]:
    """Addresses, each once, with the form in which they may be shown; raises BadSetting."""
    from siteline.catalog.remote.address import origin_of, without_secrets

    found = {}
    for one in said:
        try:
            origin_of(one.strip())
        except ForbiddenAddress as error:
            raise BadSetting(
                f"{where}: {error}", "Write it as https://host/path, without a password."
            ) from error
        found[one.strip()] = without_secrets(one)
    return found


def _chain(case: Case, chain: Sequence[Path]) -> Chain:
    """Certificates that the user hands in, else those that his settings name; raises BadProof or NotFound."""
    files = list(chain) or [case.folder / name for name in case.settings.evidence.authority_chain]
    if not files:
        return NOBODY
    for file in files:
        if not file.is_file():
            raise NotFound(f"{file} is not a file", "Name a PEM file of the authority's root and chain.")
    return read_chain(files)


def open_web(case: Case, named: Mapping[str, str]) -> Web:
    """The client; whom the user named may lie on a private network."""
    from siteline.catalog.remote.web import Limits, Web

    return Web(list(named), Limits(_BODY, _SECONDS, _IDLE, _REDIRECTS, tries=_TRIES, longest_wait_s=5.0))
