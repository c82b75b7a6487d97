"""
OpenTimestamps proofs, read by a parser of our own.

A proof is a tree of operations that turns the digest of a file into messages, and attestations that stand on these.
Only a Bitcoin attestation whose message is the Merkle root of the block it names proves anything, and it proves
*existed before*, never *published at*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from siteline.evidence.proofs.headers import BlockHeader
from siteline.evidence.proofs.ots_tree import Attestation, hash_by, parse
from siteline.model.errors import BadProof
from siteline.model.verdict import Fault, Inspection


def digest_of(algorithm: str, data: bytes) -> bytes | None:
    """The digest of an object by the proof's own function."""
    return hash_by(algorithm, data)


def inspect_ots(
    data: bytes,
    *,
    digest: Callable[[str], bytes | None] | None = None,
    headers: Mapping[int, BlockHeader] | None = None,
) -> Inspection:
    """
    What an OpenTimestamps proof shows.

    digest: gives the digest of the object, by a named function, where the object is at hand.
    headers: Bitcoin block headers by height, from a source that the user trusts.
    Verdicts: complete, verified, pending, unknown, fail, parse_error.
    """
    try:
        proof = parse(data)
    except BadProof as error:
        return Inspection(
            "opentimestamps",
            "parse_error",
            "This is not a readable OpenTimestamps proof; it shows nothing.",
            (Fault("parse_error", "", str(error)),),
        )
    facts: dict[str, object] = {
        "algorithm": proof.algorithm,
        "digest": proof.digest.hex(),
        "attestations": [_told(one) for one in proof.attestations],
    }
    faults = []
    own = digest(proof.algorithm) if digest and proof.algorithm != "keccak256" else None
    if own is not None:
        facts["object"] = "matches" if own == proof.digest else "differs"
        if own != proof.digest:
            faults.append(
                Fault(
                    "other_object", "digest", f"the proof is about {proof.digest.hex()}, not about this file"
                )
            )
    else:
        facts["object"] = "not compared"
    if proof.algorithm == "sha1":
        faults.append(
            Fault(
                "weak_digest",
                "digest",
                "SHA-1: two different files can share this proof; keep both in mind",
                False,
            )
        )
    blocks = [one for one in proof.attestations if one.notary == "bitcoin"]
    verified, wrong, unchecked = _against(blocks, headers or {})
    faults.extend(wrong)
    if any(fault.grave for fault in faults):
        return _said("fail", "The proof does not hold.", faults, facts)
    if verified:
        first = min(verified, key=lambda header: header.time)
        when = datetime.fromtimestamp(first.time, UTC)
        facts |= {
            "existed_before": when.isoformat().replace("+00:00", "Z"),
            "block": first.height,
            "header": first.source,
        }
        what = "The object" if own is not None else f"Whatever has the {proof.algorithm} digest in this proof"
        return _said(
            "verified",
            f"{what} existed before {when:%Y-%m-%d %H:%M} UTC (give or take two hours: block clocks are loose), "
            f"by Bitcoin block {first.height}; headers from {first.source}. It does not say when it was published.",
            faults,
            facts,
        )
    if blocks:
        heights = ", ".join(str(one.height) for one in unchecked)
        faults.append(
            Fault(
                "not_verified",
                f"block {heights}",
                "not verified: no block header was given to compare with",
                False,
            )
        )
        return _said(
            "complete",
            f"Complete down to a Bitcoin block (height {heights}), not verified against that block's header.",
            faults,
            facts,
        )
    if any(one.notary == "pending" for one in proof.attestations):
        return _said(
            "pending",
            "Only a calendar has promised to time-stamp it: this is not proof. Upgrade it some hours later.",
            faults,
            facts,
        )
    return _said(
        "unknown", "No attestation of a kind that can be checked; it proves nothing here.", faults, facts
    )


def _against(
    blocks: list[Attestation], headers: Mapping[int, BlockHeader]
) -> tuple[list[BlockHeader], list[Fault], list[Attestation]]:
    """Which attestations hold against the headers given, which fail, which cannot be told."""
    held: list[BlockHeader] = []
    wrong: list[Fault] = []
    unchecked: list[Attestation] = []
    for one in blocks:
        header = headers.get(one.height or 0)
        if header is None or one.message is None:
            unchecked.append(one)
        elif header.merkle_root == one.message:
            held.append(header)
        else:
            wrong.append(
                Fault(
                    "block_header",
                    f"block {one.height}",
                    f"the proof leads to {one.message[::-1].hex()}, the block's Merkle root is "
                    f"{header.merkle_root[::-1].hex()} ({header.source})",
                )
            )
    return held, wrong, unchecked


def _told(one: Attestation) -> dict[str, object]:
    told: dict[str, object] = {"notary": one.notary}
    if one.height is not None:
        told["height"] = one.height
    if one.calendar:
        told["calendar"] = one.calendar
    if one.notary == "unknown":
        told["tag"] = one.tag
    if one.message is None:
        told["message"] = "not computable here"
    return told


def _said(verdict: str, means: str, faults: list[Fault], facts: dict[str, object]) -> Inspection:
    return Inspection("opentimestamps", verdict, means, tuple(faults), facts)
