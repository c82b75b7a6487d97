"""
OpenTimestamps proofs made: a digest is salted, handed to calendars, and their answers are grown into one proof.

A calendar only ever sees SHA-256(digest, salt). What it answers is a stranger's: read with every length bounded, and
put into the proof only where it starts from the very message that was asked about.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from siteline.evidence.proofs.ots_tree import MAGIC, Attestation, Reader, apply, parse, read_attestation
from siteline.model.errors import BadProof

LARGEST_ANSWER = 16 << 10
CONTENT_TYPE = "application/x-www-form-urlencoded"
"""What calendars have always been sent."""

ACCEPT = "application/vnd.opentimestamps.v1"
_SHA256 = b"\x08"
_DEEPEST = 256
_HEAD = len(MAGIC) + 2 + 32


@dataclass(slots=True)
class Step:
    """One operation with what follows it, or an attestation."""

    raw: bytes
    attestation: Attestation | None = None
    then: Branch | None = None


@dataclass(slots=True)
class Branch:
    """A message, and all that is done with it or stands on it."""

    message: bytes | None
    steps: list[Step] = field(default_factory=list)

    def merge(self, other: Branch) -> bool:
        """Take over what the other has more; returns whether there was anything."""
        known = {step.raw: step for step in self.steps}
        is_new = False
        for step in other.steps:
            own = known.get(step.raw)
            if own is None:
                self.steps.append(step)
                is_new = True
            elif own.then is not None and step.then is not None:
                is_new |= own.then.merge(step.then)
        return is_new

    def to_bytes(self) -> bytes:
        """As it stands in a file: every step but the last is announced by 0xff."""
        out = b""
        for step in self.steps:
            mark = b"" if step is self.steps[-1] else b"\xff"
            out += mark + step.raw + (step.then.to_bytes() if step.then else b"")
        return out

    def waiting(self) -> Iterator[Branch]:
        """Branches on whose message a calendar has only promised something."""
        if any(s.attestation and s.attestation.notary == "pending" for s in self.steps):
            yield self
        for step in self.steps:
            if step.then is not None:
                yield from step.then.waiting()


def begin(digest: bytes, salt: bytes | None = None) -> tuple[Branch, Branch]:
    """The root of a new proof over a SHA-256, and the salted branch whose message may leave the house."""
    salt = secrets.token_bytes(16) if salt is None else salt
    salted = digest + salt
    tip = Branch(hashlib.sha256(salted).digest())
    hashed = Branch(salted, [Step(_SHA256, then=tip)])
    return Branch(digest, [Step(b"\xf0" + bytes([len(salt)]) + salt, then=hashed)]), tip


def read_answer(data: bytes, message: bytes) -> Branch:
    """What a calendar answered about a message; raises BadProof for what is no such answer."""
    if len(data) > LARGEST_ANSWER:
        raise BadProof(f"a calendar's answer of {len(data)} bytes is larger than any real one")
    reader = Reader(data)
    branch = _branch(reader, message, 0)
    if reader.at != len(data):
        raise BadProof(f"{len(data) - reader.at} bytes follow the end of the calendar's answer")
    return branch


def to_file(root: Branch) -> bytes:
    """A whole .ots file; raises BadProof if it is not one that can be read again."""
    assert root.message is not None
    data = MAGIC + b"\x01" + _SHA256 + root.message + root.to_bytes()
    parse(data)
    return data


def from_file(data: bytes) -> Branch:
    """The tree of a .ots file over a SHA-256; raises BadProof."""
    proof = parse(data)
    if proof.algorithm != "sha256":
        raise BadProof(f"a proof over a digest by {proof.algorithm}; only SHA-256 is grown here")
    reader = Reader(data)
    reader.at = _HEAD
    return _branch(reader, proof.digest, 0)


def grow(root: Branch, answers: Mapping[bytes, Branch]) -> bool:
    """Put calendars' later answers under the messages they are about; returns whether anything came of it."""
    grown = False
    for branch in list(root.waiting()):
        answer = answers.get(branch.message or b"")
        if answer is not None:
            grown |= branch.merge(answer)
    return grown


def _branch(reader: Reader, message: bytes | None, depth: int) -> Branch:
    if depth > _DEEPEST:
        raise BadProof(f"the OpenTimestamps proof nests too much at byte {reader.at}")
    found = Branch(message)
    while True:
        tag = reader.byte()
        more = tag == 0xFF
        if more:
            tag = reader.byte()
        start = reader.at - 1
        if tag == 0x00:
            attestation = read_attestation(reader, message)
            found.steps.append(Step(reader.data[start : reader.at], attestation))
        else:
            after = apply(tag, reader, message)
            raw = reader.data[start : reader.at]
            found.steps.append(Step(raw, then=_branch(reader, after, depth + 1)))
        if not more:
            return found
