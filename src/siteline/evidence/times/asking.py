"""Asking for trusted time over one checkpoint: authorities for tokens, calendars for promises."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ulid import ULID

from siteline.evidence.custody.clock import stamp
from siteline.evidence.proofs.authority import Chain, fingerprint, named
from siteline.evidence.proofs.calendars import (
    ACCEPT,
    CONTENT_TYPE,
    Branch,
    begin,
    from_file,
    grow,
    read_answer,
    to_file,
)
from siteline.evidence.proofs.headers import BlockHeader
from siteline.evidence.proofs.opentimestamps import inspect_ots
from siteline.evidence.proofs.request import Post, ask, request_time
from siteline.evidence.times.judging import NAMED_ROOT, judge_token
from siteline.evidence.times.proof import NOT_REACHED, OTS, RFC3161, TimeProof
from siteline.model.errors import BadProof, NotReached
from siteline.model.verdict import Inspection

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

BROWSERS_ROOT = "one of the roots that browsers trust"
Get = Callable[[str, str], bytes]
"""(address, what is accepted) → body; raises NotReached."""


@dataclass(frozen=True, slots=True)
class Target:
    """The checkpoint that is stamped."""

    number: int
    size: int
    signed: bytes
    """The exact bytes that its signature is over."""


@dataclass(frozen=True, slots=True)
class Came:
    """A proof with the bytes that belong to it, which the caller keeps."""

    proof: TimeProof
    token: bytes
    chain: bytes
    """Certificates from the signer to the root, PEM; empty if there is none."""


def ask_authority(
    address: str, shown: str, target: Target, own: Chain, web: Callable[[], Chain], post: Post, now: datetime
) -> Came:
    """
    One authority's token over a checkpoint, judged; what it sent is kept whatever it is worth.

    own: certificates that the user handed in; web: the roots that browsers trust, asked for if his own do not vouch.
    """
    imprint = hashlib.sha256(target.signed).digest()
    asked = ask(imprint)
    try:
        answer = request_time(address, imprint, post, query=asked)
    except (NotReached, BadProof) as error:
        return Came(_proof(target, RFC3161, shown, now, NOT_REACHED, str(error), query=asked.raw), b"", b"")
    found, path = judge_token(answer.token, target.signed, asked.raw, own)
    trusted_by = NAMED_ROOT
    if found.verdict in ("untrusted", "no_certificate") or _opinion(found) in ("no chain", "refused"):
        roots = web()
        chain = Chain(roots.roots, own.between, own.signers)
        again, further = judge_token(answer.token, target.signed, asked.raw, chain)
        if _is_trusted(again):
            found, path, trusted_by = again, further, BROWSERS_ROOT
    is_trusted = _is_trusted(found)
    proof = _proof(target, RFC3161, shown, now, found.verdict, found.means, query=asked.raw)
    pem = _as_pem(path)
    return Came(
        replace(
            proof,
            token=hashlib.sha256(answer.token).hexdigest(),
            chain=hashlib.sha256(pem).hexdigest() if pem else "",
            root=fingerprint(path[-1]) if is_trusted and path else "",
            trusted_by=trusted_by if is_trusted else "",
        ),
        answer.token,
        pem,
    )


def ask_calendars(
    calendars: Mapping[str, str], target: Target, post: Post, now: datetime, salt: bytes | None = None
) -> tuple[Came | None, list[tuple[str, str]]]:
    """
    A pending proof from all calendars that answered, and (address, why not) of the others.

    calendars: address → the address as it may be shown. They see a salted digest, one for all of them.
    """
    root, tip = begin(hashlib.sha256(target.signed).digest(), salt)
    assert tip.message is not None
    failed, reached = [], []
    for address, shown in calendars.items():
        try:
            body = post(f"{address.rstrip('/')}/digest", tip.message, CONTENT_TYPE)
            tip.merge(read_answer(body, tip.message))
            reached.append(shown)
        except (NotReached, BadProof) as error:
            failed.append((shown, str(error)))
    if not tip.steps:
        return None, failed
    token = to_file(root)
    found = inspect_ots(token)
    proof = _proof(target, OTS, ", ".join(reached), now, found.verdict, found.means)
    return Came(replace(proof, token=hashlib.sha256(token).hexdigest()), token, b""), failed


def promised(token: bytes) -> list[tuple[str, bytes]]:
    """(calendar, message) of each promise in a proof."""
    return [
        (str(step.attestation.calendar), branch.message)
        for branch in from_file(token).waiting()
        for step in branch.steps
        if step.attestation and step.attestation.notary == "pending" and branch.message is not None
    ]


def upgrade(
    before: TimeProof,
    token: bytes,
    calendars: Sequence[str],
    get: Get,
    now: datetime,
    headers: Callable[[Sequence[int]], Mapping[int, BlockHeader]],
) -> tuple[Came | None, list[tuple[str, str]]]:
    """
    The proof grown by what calendars say now, or None if they say nothing new; and (address, why not) of each.

    Only calendars that the user named are asked: the addresses in a proof are a stranger's. headers: of block heights,
    from whom the user trusts.
    """
    named_ones = {one.rstrip("/") for one in calendars}
    root, answers, failed = from_file(token), dict[bytes, Branch](), list[tuple[str, str]]()
    for calendar, message in promised(token):
        if calendar.rstrip("/") not in named_ones:
            failed.append((calendar, "the proof names it, you did not: give --calendar to ask it"))
            continue
        try:
            answer = read_answer(get(f"{calendar.rstrip('/')}/timestamp/{message.hex()}", ACCEPT), message)
        except (NotReached, BadProof) as error:
            waits = isinstance(error, NotReached) and error.status == 404
            failed.append((calendar, "not in a block yet" if waits else str(error)))
            continue
        if message in answers:
            answers[message].merge(answer)
        else:
            answers[message] = answer
    if not grow(root, answers):
        return None, failed
    grown = to_file(root)
    heights = [a["height"] for a in _attestations(grown) if a["notary"] == "bitcoin"]
    found = inspect_ots(
        grown, digest=lambda name: hashlib.new(name, before.signed_bytes).digest(), headers=headers(heights)
    )
    proof = replace(
        before,
        id=str(ULID()),
        asked_at=stamp(now),
        token=hashlib.sha256(grown).hexdigest(),
        verdict=found.verdict,
        means=found.means,
        follows=before.id,
    )
    return Came(proof, grown, b""), failed


def _opinion(found: Inspection) -> str:
    return str(found.facts.get("second_opinion", ""))


def _is_trusted(found: Inspection) -> bool:
    return found.verdict == "ok" or (found.verdict == "non_compliant_token" and _opinion(found) == "accepted")


def _attestations(token: bytes) -> list[Mapping[str, Any]]:
    return list(inspect_ots(token).facts.get("attestations", []))


def _proof(
    target: Target, kind: str, address: str, now: datetime, verdict: str, means: str, query: bytes = b""
) -> TimeProof:
    return TimeProof(
        id=str(ULID()),
        kind=kind,
        checkpoint=target.number,
        size=target.size,
        address=address,
        asked_at=stamp(now),
        imprint=base64.b64encode(target.signed).decode(),
        query=base64.b64encode(query).decode(),
        token="",
        chain="",
        root="",
        trusted_by="",
        verdict=verdict,
        means=means,
    )


def _flat(name: str) -> str:
    """A stranger's name as a comment: ASCII, on one line."""
    return "".join(c if " " <= c <= "~" else "?" for c in name)[:200]


def _as_pem(path: Sequence[Certificate]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(f"# {_flat(named(one))}\n".encode() + one.public_bytes(Encoding.PEM) for one in path)
