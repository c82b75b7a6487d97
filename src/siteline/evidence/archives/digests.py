"""The digests that a record states, held against the bytes it has."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

_KNOWN = {"sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256", "sha512": "sha512"}
_KNOWN |= {"sha-512": "sha512", "sha384": "sha384", "md5": "md5", "sha224": "sha224", "blake2b": "blake2b"}
_LONGEST_VALUE = 512
_LONGEST_HEAD = 1 << 20
_CHUNK_LINE = re.compile(rb"^([0-9a-fA-F]{1,15})[ \t]*(;[^\r\n]*)?\r?\n$")


@dataclass(frozen=True, slots=True)
class Stated:
    """A digest as some tool wrote it: base32, hex or base64, of either case."""

    algorithm: str
    values: tuple[bytes, ...]
    """What the text can mean."""

    text: str


def read_digest(text: str) -> Stated | None:
    """None where the function is not known here: such a digest can neither hold nor fail."""
    label, colon, value = text.strip().partition(":")
    name = _KNOWN.get(label.strip().lower())
    value = value.strip()
    if not colon or name is None or not 0 < len(value) <= _LONGEST_VALUE:
        return None
    size = hashlib.new(name, usedforsecurity=False).digest_size
    meanings = set()
    for decode in (bytes.fromhex, _base32, _base64):
        try:
            raw = decode(value)
        except (ValueError, binascii.Error):
            continue
        if len(raw) == size:
            meanings.add(raw)
    return Stated(name, tuple(sorted(meanings)), text.strip())


def _base32(value: str) -> bytes:
    return base64.b32decode(value.upper() + "=" * (-len(value) % 8))


def _base64(value: str) -> bytes:
    return base64.b64decode(
        value.translate(str.maketrans("-_", "+/")) + "=" * (-len(value) % 4), validate=True
    )


class Held:
    """One stated digest and the running digests of what it may be about."""

    def __init__(self, stated: Stated, ways: tuple[str, ...]) -> None:
        self.stated = stated
        self._running = {way: hashlib.new(stated.algorithm, usedforsecurity=False) for way in ways}

    def feed(self, way: str, piece: bytes) -> None:
        """More bytes of one way of reading."""
        if way in self._running:
            self._running[way].update(piece)

    def holds(self) -> bool:
        """Whether any way of reading gives the stated value."""
        return any(digest.digest() in self.stated.values for digest in self._running.values())

    def found(self) -> str:
        """What the bytes really have."""
        first = next(iter(self._running.values()))
        return f"{self.stated.algorithm}:{first.hexdigest()}"


class Http:
    """
    An HTTP message, in passing: where its head ends, its status, its body as sent and without chunks.

    Tools differ in whether a payload digest is over the body as it was sent or with the chunking taken off; both
    are followed, and either may hold.
    """

    def __init__(self) -> None:
        self.head = b""
        self.in_body = False
        self.status: int | None = None
        self.content_type = ""
        self.chunked = False
        self.bad_chunks = False
        self.declared: int | None = None
        self.body = 0
        self._waiting = b""
        self._left = 0
        self._done = False

    def feed(self, piece: bytes) -> tuple[bytes, bytes]:
        """The part of the piece that is body as sent, and what it is without chunks."""
        if not self.in_body:
            start = self._read_head(piece)
            if start is None:
                return b"", b""
            piece = start
        self.body += len(piece)
        return piece, self._plain(piece) if self.chunked else piece

    def _read_head(self, piece: bytes) -> bytes | None:
        self.head += piece
        for end in (b"\r\n\r\n", b"\n\n"):
            at = self.head.find(end)
            if at >= 0:
                body, self.head = self.head[at + len(end) :], self.head[:at]
                break
        else:
            if len(self.head) <= _LONGEST_HEAD:
                return None
            body, self.head = self.head, b""  # no head: all of it is body
        self.in_body = True
        self._understand()
        return body

    def _understand(self) -> None:
        lines = self.head.decode("latin-1").split("\n")
        if match := re.match(r"HTTP/\d(?:\.\d)? (\d{3})\b", lines[0]):
            self.status = int(match[1])
        for line in lines[1:500]:
            name, _, value = line.partition(":")
            name, value = name.strip().lower(), value.strip()
            if name == "transfer-encoding" and "chunked" in value.lower():
                self.chunked = True
            elif name == "content-type":
                self.content_type = value[:200]
            elif name == "content-length" and value.isascii() and value.isdigit() and len(value) < 16:
                self.declared = int(value)

    def _plain(self, piece: bytes) -> bytes:
        """Take the chunking off; what is not chunked as announced is passed through and remembered as bad."""
        if self.bad_chunks:
            return piece
        self._waiting += piece
        out: list[bytes] = []
        while self._waiting and not self._done:
            if self._left > 2:
                part = self._waiting[: self._left - 2]
                out.append(part)
                self._waiting = self._waiting[len(part) :]
                self._left -= len(part)
            elif self._left:
                if len(self._waiting) < 2:
                    break
                if self._waiting[:2] != b"\r\n":
                    return self._give_up(out)
                self._waiting, self._left = self._waiting[2:], 0
            else:
                end = self._waiting.find(b"\n")
                if end < 0:
                    if len(self._waiting) > 4096:
                        return self._give_up(out)
                    break
                match = _CHUNK_LINE.match(self._waiting[: end + 1])
                if match is None:
                    return self._give_up(out)
                self._waiting = self._waiting[end + 1 :]
                size = int(match[1], 16)
                self._left, self._done = (size + 2, False) if size else (0, True)
        if self._done:
            self._waiting = b""  # trailers
        return b"".join(out)

    def _give_up(self, out: list[bytes]) -> bytes:
        self.bad_chunks = True
        rest, self._waiting = self._waiting, b""
        return b"".join(out) + rest
