"""
What kept time proofs are worth now, offline: judged again from their bytes, newest first.

A later token that holds keeps an older one alive: the older token lay in the log before the later one was made, so
its certificates are judged as of that moment and not as of today.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from siteline.evidence.custody.report import Report
from siteline.evidence.proofs.authority import (
    NOBODY,
    Chain,
    fingerprint,
    named,
    path_to_root,
    read_certificates,
    sort_chain,
)
from siteline.evidence.proofs.cms import carried_by, read_stamp, signer_of
from siteline.evidence.proofs.headers import BlockHeader
from siteline.evidence.proofs.opentimestamps import inspect_ots
from siteline.evidence.proofs.request import weigh
from siteline.evidence.proofs.rfc3161 import inspect_token
from siteline.evidence.times.proof import NOT_REACHED, RFC3161, TimeProof, head_of, moment_of, signed_bytes
from siteline.model.errors import BadInput, BadProof, SitelineError
from siteline.model.verdict import Inspection

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Fetch = Callable[[str], bytes]
"""Gives bytes by their SHA-256; raises for those that are gone or changed."""

KEPT_ROOT = "kept with the token since it was stamped; hand in the authority's root to be sure"
NAMED_ROOT = "handed in by the user"
_FADES = frozenset({"expired"})
"""Faults that come with the years and are nobody's doing."""


@dataclass(frozen=True, slots=True)
class Vouching:
    """Whom the user vouches for when time proofs are judged."""

    chain: Chain = NOBODY
    """Authorities' certificates that the user handed in."""

    is_strict: bool = False
    """Whether only those count, and not the roots that were kept with the tokens."""

    headers: Mapping[int, BlockHeader] | None = None
    """Bitcoin block headers by height."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One proof, judged again."""

    proof: TimeProof
    found: Inspection
    root: str
    """SHA-256 and name of the root it stands on; "" without one."""

    trusted_by: str
    path: tuple[Certificate, ...] = ()
    """From the signer to that root."""


def judge_token(
    token: bytes,
    signed: bytes,
    request: bytes,
    chain: Chain,
    as_of: datetime | None = None,
) -> tuple[Inspection, tuple[Certificate, ...]]:
    """What a token says of a checkpoint's signed bytes, and the certificates from its signer to the root."""

    def digest(name: str) -> bytes | None:
        return hashlib.new(name, signed).digest() if name in hashlib.algorithms_available else None

    found = inspect_token(token, digest=digest, request=request, chain=chain, as_of=as_of)
    try:
        stamp = read_stamp(token)
        signer = signer_of(stamp, chain.signers + chain.roots + chain.between)
    except BadProof:
        return found, ()
    carried = carried_by(stamp)
    if signer is None:
        return found, ()
    return found, path_to_root(signer, chain, carried, stamp.time) or tuple(dict.fromkeys([signer, *carried]))


def judge_all(proofs: Sequence[tuple[int, TimeProof]], fetch: Fetch, vouching: Vouching) -> dict[str, Judged]:
    """Every proof by its id, judged newest first; proofs come with the rows of the log by which they came."""
    judged: dict[str, Judged] = {}
    held: list[tuple[int, datetime]] = []
    for seq, proof in sorted(proofs, key=lambda one: one[0], reverse=True):
        covered = [when for size, when in held if size >= seq]
        try:
            one = _judge(proof, fetch, vouching, min(covered, default=None))
        except (SitelineError, ValueError) as error:
            one = Judged(
                proof, Inspection(proof.kind, "unreadable", f"What was kept of it: {error}."), "", ""
            )
        judged[proof.id] = one
        if one.found.verdict == "ok":
            held.append((proof.size, moment_of(one.found.facts["existed_before"])))
    return judged


def _judge(proof: TimeProof, fetch: Fetch, vouching: Vouching, as_of: datetime | None) -> Judged:
    if not proof.token:
        return Judged(proof, Inspection(proof.kind, proof.verdict, proof.means), "", "")
    token, signed = fetch(proof.token), proof.signed_bytes
    if proof.kind != RFC3161:

        def digest(name: str) -> bytes | None:
            return hashlib.new(name, signed).digest() if name == "sha256" else None

        found = inspect_ots(token, digest=digest, headers=vouching.headers)
        return Judged(proof, found, "", str(found.facts.get("header", "")))
    request = base64.b64decode(proof.query)
    kept = read_certificates(fetch(proof.chain), "the chain kept with a token") if proof.chain else []
    own = vouching.chain
    with_own = Chain(own.roots, (*own.between, *kept), (*own.signers, *kept))
    if own.roots:
        found, path = judge_token(token, signed, request, with_own, as_of)
        if found.verdict not in ("untrusted", "no_certificate") or vouching.is_strict:
            is_named = found.verdict == "ok" or found.facts.get("second_opinion") == "accepted"
            if is_named:
                return Judged(proof, found, _root(path), NAMED_ROOT, path)
            return Judged(proof, found, "", "")
    if not proof.root:  # nobody vouched for it when it came
        found, _ = judge_token(token, signed, request, Chain((), tuple(kept), tuple(kept)), as_of)
        return Judged(proof, found, "", "")
    roots = [one for one in kept if fingerprint(one) == proof.root]
    chain = sort_chain(kept)
    found, path = judge_token(
        token, signed, request, Chain(tuple(roots), chain.between, chain.signers), as_of
    )
    return Judged(proof, found, _root(path), f"{proof.trusted_by}; {KEPT_ROOT}", path)


def _root(path: Sequence[Certificate]) -> str:
    return f"{named(path[-1])} (SHA-256 {fingerprint(path[-1])})" if path else ""


def amount(proofs: Iterable[tuple[int, TimeProof]], judged: Mapping[str, Judged]) -> list[dict[str, Any]]:
    """What the proofs of each checkpoint amount to: existed before when, according to how many."""
    by_checkpoint: dict[int, list[Judged]] = {}
    followed = {proof.follows for _, proof in proofs if proof.follows}
    for _, proof in proofs:
        if proof.id not in followed:
            by_checkpoint.setdefault(proof.checkpoint, []).append(judged[proof.id])
    told = []
    for number, found in sorted(by_checkpoint.items()):
        bound = weigh([one.found for one in found if one.proof.kind == RFC3161])
        chains = [one.found for one in found if one.found.verdict == "verified"]
        block = min((str(one.facts["existed_before"]) for one in chains), default=None)
        size = found[0].proof.size
        means = (
            f"Rows 1 to {size}: {bound.means[0].lower()}{bound.means[1:]}"
            if bound.authorities
            else (f"Rows 1 to {size}: no authority's token holds.")
        )
        if block:
            means += f" A Bitcoin block says: before {block}, give or take two hours."
        told.append(
            {
                "checkpoint": number,
                "rows": size,
                "authorities": len(bound.authorities),
                "existed_before": bound.existed_before,
                "corroborated_before": bound.corroborated_before,
                "block_before": block,
                "means": means,
                "proofs": [_tell(one) for one in found],
            }
        )
    return told


def _tell(one: Judged) -> dict[str, Any]:
    signer = one.found.facts.get("signer") or {}
    return {
        "id": one.proof.id,
        "kind": one.proof.kind,
        "address": one.proof.address,
        "asked_at": one.proof.asked_at,
        "verdict": one.found.verdict,
        "means": one.found.means,
        "existed_before": one.found.facts.get("existed_before"),
        "authority": signer.get("name"),
        "root": one.root or None,
        "trusted_by": one.trusted_by or None,
        "second_opinion": one.found.facts.get("second_opinion"),
        "token": one.proof.token or None,
        "then": one.proof.verdict,
    }


def find_faults(
    proofs: Sequence[tuple[int, TimeProof]],
    judged: Mapping[str, Judged],
    envelopes: Mapping[int, str],
    report: Report,
) -> None:
    """Name proofs that are not about the checkpoint they say, or that held on the day and hold no more."""
    for _, proof in proofs:
        name = f"time proof {proof.id}"
        envelope = envelopes.get(proof.checkpoint, "")
        try:
            is_it = signed_bytes(envelope) == proof.signed_bytes and head_of(envelope)["size"] == proof.size
        except (BadInput, ValueError, KeyError):
            is_it = False
        if not is_it:
            report.find(name, f"it is about other bytes than checkpoint {proof.checkpoint}")
        now = judged[proof.id].found
        if now.verdict == proof.verdict or proof.verdict in (NOT_REACHED, "fail", "unreadable"):
            continue
        if proof.verdict == "ok" and now.verdict in ("fail", "unreadable"):
            why = {fault.code for fault in now.grave}
            (report.note if why <= _FADES else report.find)(name, now.means)
        elif proof.verdict == "ok":
            report.note(name, f"it is judged {now.verdict} now: {now.means}")
