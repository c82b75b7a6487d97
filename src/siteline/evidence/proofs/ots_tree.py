"""
OpenTimestamps proofs, read byte by byte, every length bounded; and the tree of operations that they are.

A proof turns the digest of a file into messages by operations; attestations stand on messages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from siteline.model.errors import BadProof

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


class Reader:
    """Bytes in order, with every length bounded."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        """So many bytes."""
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise BadProof(f"the OpenTimestamps proof ends at byte {len(self.data)} in the middle of a step")
        self.at += count
        return piece

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """A number of seven bits a byte."""
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
        """Bytes with their length before them."""
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
    reader = Reader(data)
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


def _walk(reader: Reader, digest: bytes) -> tuple[Attestation, ...]:
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
            found.append(read_attestation(reader, message))
        else:
            pending.append((apply(tag, reader, message), depth + 1))
    return tuple(found)


def read_attestation(reader: Reader, message: bytes | None) -> Attestation:
    """The attestation behind a zero byte."""
    tag = reader.take(8)
    payload = Reader(reader.text(_LONGEST_PAYLOAD))
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


def apply(tag: int, reader: Reader, message: bytes | None) -> bytes | None:
    """The message after one operation; None where it cannot be computed here."""
    if tag in (0xF0, 0xF1):
        piece = reader.text(_LONGEST_MESSAGE, shortest=1)
        result = None if message is None else (message + piece if tag == 0xF0 else piece + message)
    elif tag in (0xF2, 0xF3):
        result = None if message is None else (message[::-1] if tag == 0xF2 else message.hex().encode())
    elif tag in _HASHES:
        result = None if message is None else hash_by(_HASHES[tag][0], message)
    else:
        raise BadProof(f"unknown operation 0x{tag:02x} at byte {reader.at - 1} of the OpenTimestamps proof")
    if result is not None and len(result) > _LONGEST_MESSAGE:
        raise BadProof(f"a message of more than {_LONGEST_MESSAGE} bytes arises at byte {reader.at}")
    return result


def hash_by(name: str, message: bytes) -> bytes | None:
    """None where this machine's OpenSSL does not know the function (RIPEMD-160, Keccak)."""
    if name == "keccak256":
        return None
    try:
        return hashlib.new(name, message, usedforsecurity=False).digest()
    except ValueError:
        return None
