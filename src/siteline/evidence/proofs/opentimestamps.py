"""
OpenTimestamps proofs, read by a parser of our own.

A proof is a tree of operations that turns the digest of a file into messages, and attestations that stand on these.
Only a Bitcoin attestation whose message is the Merkle root of the block it names proves anything, and it proves
*existed before*, never *published at*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from siteline.evidence.proofs.headers import BlockHeader
from siteline.model.errors import BadProof
from siteline.model.verdict import Fault, Inspection

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
LARGEST_PROOF = 4 << 20
_LONGEST_MESSAGE = 4096
_LONGEST_PAYLOAD = 8192
_LONGEST_ADDRESS = 1000
_DEEPEST = 256
_MOST_STEPS = 100_000

_PENDING = bytes.fromhex("83dfe30d2ef90c8e")
_CHAINS = {
    bytes.fromhex("0588960d73d71901"): "bitcoin",
    bytes.fromhex("06869a0d73d71b45"): "litecoin",
    bytes.fromhex("30fe8087b5c7ead7"): "ethereum",
}
_HASHES = {0x02: ("sha1", 20), 0x03: ("ripemd160", 20), 0x08: ("sha256", 32), 0x67: ("keccak256", 32)}
_ADDRESS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:")


@dataclass(frozen=True, slots=True)
class Attestation:
    """Somebody's word that a message existed."""

    notary: str
    """`bitcoin`, `litecoin`, `ethereum`, `pending` or `unknown`."""

    message: bytes | None
    """What it stands on; None below an operation that cannot be computed here."""

    height: int | None = None
    calendar: str | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A whole .ots file."""

    algorithm: str
    digest: bytes
    attestations: tuple[Attestation, ...]


class _Reader:
    """Bytes in order, with every length bounded."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise BadProof(f"the OpenTimestamps proof ends at byte {len(self.data)} in the middle of a step")
        self.at += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7
            if shift > 63:
                raise BadProof(f"a number at byte {self.at} of the OpenTimestamps proof is too long")

    def text(self, longest: int, shortest: int = 0) -> bytes:
        start, length = self.at, self.number()
        if not shortest <= length <= longest:
            raise BadProof(
                f"{length} bytes announced at byte {start} of the OpenTimestamps proof; "
                f"between {shortest} and {longest} are allowed"
            )
        return self.take(length)


def parse(data: bytes) -> Proof:
    """Read a proof, or refuse it with the byte at which it goes wrong."""
    if len(data) > LARGEST_PROOF:
        raise BadProof(f"an OpenTimestamps proof of {len(data)} bytes is larger than any real one")
    reader = _Reader(data)
    if data[: len(MAGIC)] != MAGIC:
        raise BadProof("this is not an OpenTimestamps proof: it does not start with their mark")
    reader.at = len(MAGIC)
    if (version := reader.number()) != 1:
        raise BadProof(f"OpenTimestamps proof of version {version}; only version 1 is known")
    kind = reader.byte()
    if kind not in _HASHES:
        raise BadProof(f"the OpenTimestamps proof is about a digest of unknown kind 0x{kind:02x}")
    algorithm, length = _HASHES[kind]
    digest = reader.take(length)
    attestations = _walk(reader, digest)
    if reader.at != len(data):
        raise BadProof(f"{len(data) - reader.at} bytes follow the end of the OpenTimestamps proof")
    return Proof(algorithm, digest, attestations)


def _walk(reader: _Reader, digest: bytes) -> tuple[Attestation, ...]:
    """All attestations, in file order; an explicit stack instead of recursion."""
    found: list[Attestation] = []
    pending: list[tuple[bytes | None, int]] = [(digest, 0)]
    steps = 0
    while pending:
        message, depth = pending.pop()
        steps += 1
        if steps > _MOST_STEPS or depth > _DEEPEST:
            raise BadProof(f"the OpenTimestamps proof branches or nests too much at byte {reader.at}")
        tag = reader.byte()
        while tag == 0xFF:  # another branch follows; this message is needed again after it
            pending.append((message, depth))
            if len(pending) > _MOST_STEPS:
                raise BadProof(f"the OpenTimestamps proof branches too much at byte {reader.at}")
            tag = reader.byte()
        if tag == 0x00:
            found.append(_attestation(reader, message))
        else:
            pending.append((_apply(tag, reader, message), depth + 1))
    return tuple(found)


def _attestation(reader: _Reader, message: bytes | None) -> Attestation:
    tag = reader.take(8)
    payload = _Reader(reader.text(_LONGEST_PAYLOAD))
    if tag == _PENDING:
        address = payload.text(_LONGEST_ADDRESS)
        if not _ADDRESS.issuperset(address):
            raise BadProof(f"a calendar address before byte {reader.at} has characters no address may have")
        found = Attestation("pending", message, calendar=address.decode("ascii"), tag=tag.hex())
    elif tag in _CHAINS:
        found = Attestation(_CHAINS[tag], message, height=payload.number(), tag=tag.hex())
    else:
        return Attestation("unknown", message, tag=tag.hex())
    if payload.at != len(payload.data):
        raise BadProof(f"an attestation before byte {reader.at} says more than its kind can say")
    return found


def _apply(tag: int, reader: _Reader, message: bytes | None) -> bytes | None:
    if tag in (0xF0, 0xF1):
        piece = reader.text(_LONGEST_MESSAGE, shortest=1)
        result = None if message is None else (message + piece if tag == 0xF0 else piece + message)
    elif tag in (0xF2, 0xF3):
        result = None if message is None else (message[::-1] if tag == 0xF2 else message.hex().encode())
    elif tag in _HASHES:
        result = None if message is None else _hash(_HASHES[tag][0], message)
    else:
        raise BadProof(f"unknown operation 0x{tag:02x} at byte {reader.at - 1} of the OpenTimestamps proof")
    if result is not None and len(result) > _LONGEST_MESSAGE:
        raise BadProof(f"a message of more than {_LONGEST_MESSAGE} bytes arises at byte {reader.at}")
    return result


def _hash(name: str, message: bytes) -> bytes | None:
    """None where this machine's OpenSSL does not know the function (RIPEMD-160, Keccak)."""
    if name == "keccak256":
        return None
    try:
        return hashlib.new(name, message, usedforsecurity=False).digest()
    except ValueError:
        return None


def digest_of(algorithm: str, data: bytes) -> bytes | None:
    """The digest of an object by the proof's own function."""
    return _hash(algorithm, data)


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
