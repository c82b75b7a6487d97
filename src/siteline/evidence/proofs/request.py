"""Asking authorities for trusted time, over a digest only, and what several answers amount to."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from siteline.evidence.proofs.cms import HASHES, OIDS
from siteline.evidence.proofs.der import Piece, oid, only, put, put_integer, put_oid
from siteline.model.errors import BadProof
from siteline.model.verdict import Inspection

CONTENT_TYPE = "application/timestamp-query"
_LARGEST_REQUEST = 64 << 10
_LARGEST_ANSWER = 1 << 20

Post = Callable[[str, bytes, str], bytes]
"""(address, body, content type) → body of the answer. The caller brings the network, its proxy and its limits."""


@dataclass(frozen=True, slots=True)
class Query:
    """A request for a time stamp."""

    algorithm: str
    imprint: bytes
    nonce: int | None
    policy: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What one authority sent, kept byte for byte beside what was asked."""

    address: str
    query: Query
    token: bytes


@dataclass(frozen=True, slots=True)
class Bound:
    """What several time stamps of one object amount to."""

    authorities: tuple[str, ...]
    """Distinct authorities by the issuer of their certificates, whose tokens are ok."""

    existed_before: str | None
    """By the earliest token that holds."""

    corroborated_before: str | None
    """By the earliest moment that two authorities agree on; None with fewer than two."""

    means: str


def ask(digest: bytes, *, algorithm: str = "sha256", nonce: int | None = None) -> Query:
    """A request over a digest; the authority never sees what it is the digest of."""
    lengths = {"sha256": 32, "sha384": 48, "sha512": 64}
    if lengths.get(algorithm) != len(digest):
        raise BadProof(f"a {algorithm} digest cannot have {len(digest)} bytes")
    nonce = secrets.randbits(63) | 1 << 62 if nonce is None else nonce
    imprint = put(0x30, put(0x30, put_oid(OIDS[algorithm]), put(0x05)), put(0x04, digest))
    raw = put(0x30, put_integer(1), imprint, put_integer(nonce), put(0x01, b"\xff"))
    return Query(algorithm, digest, nonce, None, raw)


def read_request(data: bytes) -> Query:
    """A request that was kept."""
    if len(data) > _LARGEST_REQUEST:
        raise BadProof("this is not a request for a time stamp")
    parts = _parts(only(data))
    imprint = _parts(parts[1]) if len(parts) > 1 else []
    if len(imprint) != 2 or parts[0] != Piece(0x02, b"\x01") or imprint[1].tag != 0x04:
        raise BadProof("this is not a request for a time stamp")
    hashed = oid(_parts(imprint[0])[0])
    nonce = policy = None
    for one in parts[2:]:
        if one.tag == 0x02:
            nonce = int.from_bytes(one.body, "big", signed=True)
        elif one.tag == 0x06:
            policy = oid(one)
    return Query(HASHES.get(hashed, hashed), imprint[1].body, nonce, policy, data)


def _parts(piece: Piece) -> list[Piece]:
    parts = piece.parts() if piece.tag == 0x30 else []
    if not parts:
        raise BadProof("this is not a request for a time stamp")
    return parts


def request_time(
    address: str, digest: bytes, post: Post, *, algorithm: str = "sha256", query: Query | None = None
) -> Answer:
    """Ask one authority; what it sent is kept whatever it is worth, and judged by `inspect_token`."""
    query = query or ask(digest, algorithm=algorithm)
    token = post(address, query.raw, CONTENT_TYPE)
    if len(token) > _LARGEST_ANSWER:
        raise BadProof(f"the answer of {address} is larger than any time stamp")
    return Answer(address, query, token)


def weigh(inspections: Sequence[Inspection]) -> Bound:
    """
    What several inspected tokens of one object amount to.

    Two tokens of one authority count once. A bound that two authorities hold is as late as the second-earliest.
    """
    earliest: dict[str, datetime] = {}
    for one in inspections:
        if one.verdict != "ok":
            continue
        who = str(one.facts["signer"]["issuer"])
        when = datetime.fromisoformat(str(one.facts["existed_before"]).replace("Z", "+00:00"))
        earliest[who] = min(when, earliest.get(who, when))
    times = sorted(earliest.values())
    first = _text(times[0]) if times else None
    second = _text(times[1]) if len(times) > 1 else None
    if second:
        means = f"Existed before {second}, by the word of {len(times)} authorities that know nothing of each other."
    elif first:
        means = f"Existed before {first}, by the word of one authority; ask a second one."
    else:
        means = "No time stamp of it holds."
    return Bound(tuple(sorted(earliest)), first, second, means)


def _text(when: datetime) -> str:
    return when.isoformat().replace("+00:00", "Z")
