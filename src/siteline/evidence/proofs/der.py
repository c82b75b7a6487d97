"""
The little of DER that a time stamp needs, read without insisting on order.

Strict readers refuse tokens whose sets are out of order, and authorities do send such tokens. What they say can
still be read; it is only never taken for proof on that reading alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from siteline.model.errors import BadProof

_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Piece:
    """One tag with its content."""

    tag: int
    body: bytes

    def parts(self) -> list[Piece]:
        """The pieces of a constructed one."""
        return list(pieces(self.body))


def pieces(data: bytes) -> Iterator[Piece]:
    """All pieces that lie in a row."""
    at = 0
    while at < len(data):
        piece, at = _piece(data, at)
        yield piece


def only(data: bytes) -> Piece:
    """The one piece that `data` is; bytes after it are refused."""
    piece, end = _piece(data, 0)
    if end != len(data):
        raise BadProof(f"{len(data) - end} bytes follow the end of the token")
    return piece


def _piece(data: bytes, at: int) -> tuple[Piece, int]:
    try:
        tag, length = data[at], data[at + 1]
    except IndexError:
        raise BadProof("the token ends in the middle of a value") from None
    if tag & 0x1F == 0x1F:
        raise BadProof("the token uses a kind of tag that no time stamp has")
    at += 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or at + count > len(data):
            raise BadProof("the token has a length that cannot be")
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + length > len(data):
        raise BadProof("the token ends in the middle of a value")
    return Piece(tag, data[at : at + length]), at + length


def put(tag: int, *bodies: bytes) -> bytes:
    """Write one piece."""
    body = b"".join(bodies)
    length = len(body)
    if length < 0x80:
        return bytes((tag, length)) + body
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + body


def put_integer(value: int) -> bytes:
    """Write a non-negative whole number."""
    return put(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def put_oid(dotted: str) -> bytes:
    """Write an object identifier."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    body = bytearray([40 * first + second])
    for number in rest:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        body.extend(reversed(septets))
    return put(0x06, bytes(body))


def oid(piece: Piece) -> str:
    """An object identifier with dots."""
    if piece.tag != 0x06 or not piece.body:
        raise BadProof("the token lacks an identifier where one must be")
    numbers, value = [], 0
    for byte in piece.body:
        value = value << 7 | byte & 0x7F
        if value.bit_length() > 128:
            raise BadProof("the token has an identifier that is too long")
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers:
        raise BadProof("the token has an identifier without an end")
    first = min(numbers[0] // 40, 2)
    return ".".join(str(part) for part in (first, numbers[0] - 40 * first, *numbers[1:]))


def moment(piece: Piece) -> datetime:
    """A GeneralizedTime in UTC."""
    try:
        text = piece.body.decode("ascii")
        if not text.endswith("Z"):
            raise ValueError(text)
        whole, _, fraction = text[:-1].partition(".")
        when = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return when.replace(microsecond=int((fraction + "000000")[:6]))
    except ValueError:
        raise BadProof("the token's time cannot be read") from None
