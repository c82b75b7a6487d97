"""
The bytes of an archive in order, with every buffer bounded.

A plain archive is one segment; a compressed one is a segment per gzip member, each with the offset at which it
starts. Nothing is ever read as a whole: neither a line, nor a header, nor what a member inflates to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from siteline.model.errors import BadArchive

_PIECE = 1 << 16
_BOMB_FROM = 1 << 30
_BOMB_RATIO = 500


class Segment(Protocol):
    """Bytes that are read once, forwards."""

    offset: int
    """Where in the file the segment starts."""

    where: int
    """Where in the segment the next byte lies, before compression."""

    def read(self, most: int) -> bytes:
        """Up to `most` bytes; empty at the end."""

    def line(self, most: int) -> bytes:
        """One line with its end, or its first `most` bytes."""

    def place(self) -> str:
        """The current place in words."""


class _Buffered:
    """What both kinds of segment share: a small buffer, lines out of it, and a count."""

    offset = 0
    where = 0

    def __init__(self) -> None:
        self._held = b""

    def _more(self) -> bytes:
        raise NotImplementedError

    def read(self, most: int) -> bytes:
        """Up to `most` bytes; empty at the end."""
        if not self._held:
            self._held = self._more()
        piece, self._held = self._held[:most], self._held[most:]
        self.where += len(piece)
        return piece

    def line(self, most: int) -> bytes:
        """One line with its end, or its first `most` bytes."""
        found: list[bytes] = []
        size = 0
        while size < most:
            if not self._held:
                self._held = self._more()
                if not self._held:
                    break
            end = self._held.find(b"\n", 0, most - size)
            piece = self._held[: end + 1] if end >= 0 else self._held[: most - size]
            self._held = self._held[len(piece) :]
            found.append(piece)
            size += len(piece)
            if end >= 0:
                break
        self.where += size
        return b"".join(found)


class Plain(_Buffered):
    """An archive that is not compressed."""

    def __init__(self, stream: BinaryIO, start: bytes) -> None:
        super().__init__()
        self._stream, self._held = stream, start

    def _more(self) -> bytes:
        return self._stream.read(_PIECE)

    def place(self) -> str:
        """The current place in words."""
        return f"offset {self.where}"


class Member(_Buffered):
    """One gzip member."""

    def __init__(self, source: Gzip, offset: int) -> None:
        super().__init__()
        self.offset = offset
        self._source = source
        self._inflate = zlib.decompressobj(31)

    def _more(self) -> bytes:
        while not self._inflate.eof:
            raw = self._inflate.unconsumed_tail or self._source.take()
            if not raw:
                raise BadArchive(f"the file ends in the middle of the gzip member at offset {self.offset}")
            try:
                piece = self._inflate.decompress(raw, _PIECE)
            except zlib.error as error:
                raise BadArchive(f"bad gzip in the member at offset {self.offset}: {error}") from None
            self._source.grew(len(piece))
            if piece:
                return piece
        return b""

    def finish(self) -> bool:
        """Give what follows this member back to the file; False if its end was never reached."""
        if not self._inflate.eof:
            return False
        self._source.put_back(self._inflate.unused_data)
        return True

    def place(self) -> str:
        """The current place in words."""
        return f"gzip member at offset {self.offset}, byte {self.where}"


class Gzip:
    """The compressed file under the members."""

    def __init__(self, stream: BinaryIO, start: bytes) -> None:
        self._stream, self._held, self._taken = stream, start, 0
        self._inflated = 0

    def take(self) -> bytes:
        """The next compressed bytes."""
        piece = self._held or self._stream.read(_PIECE)
        self._held = b""
        self._taken += len(piece)
        return piece

    def put_back(self, piece: bytes) -> None:
        """Bytes that belong to the next member."""
        self._held = piece + self._held
        self._taken -= len(piece)

    def grew(self, size: int) -> None:
        """Count what came out, and stop at a bomb."""
        self._inflated += size
        if self._inflated > _BOMB_FROM and self._inflated > _BOMB_RATIO * max(self._taken, 1):
            raise BadArchive(
                f"{self._taken} compressed bytes have become more than {self._inflated}: a decompression bomb, not read on"
            )

    def members(self) -> Iterator[Member]:
        """Members until the end of the file; the caller reads each to its end, or no other follows."""
        while True:
            offset = self._taken
            first = self.take()
            if not first:
                return
            self.put_back(first)
            if len(first) >= 2 and first[:2] != b"\x1f\x8b":
                raise BadArchive(f"no gzip member starts at offset {offset}, where one should")
            member = Member(self, offset)
            yield member
            if not member.finish():
                return


def open_segments(stream: BinaryIO) -> Iterator[Plain | Member]:
    """The segments of an archive, by what its first bytes are, not by its name."""
    start = stream.read(2)
    if start == b"\x1f\x8b":
        yield from Gzip(stream, start).members()
    else:
        yield Plain(stream, start)
