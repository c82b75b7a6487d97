"""What a record holds, taken out of an archive: the body of an HTTP message, or the block itself."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import BinaryIO

from siteline.evidence.archives.digests import Http
from siteline.evidence.archives.records import Archived, read_block
from siteline.model.errors import BadArchive

_USUAL_MOST = 256 << 20
_HTTP_HEAD = b"HTTP/"


@dataclass(frozen=True, slots=True)
class Payload:
    """The content of one record."""

    body: bytes
    """As a reader would see it: without chunks, unpacked where it was packed by gzip or deflate."""

    head: bytes
    """HTTP head as it was received; empty for other records."""

    encoding: str
    """A content encoding that could not be undone (such as `br`): then the body is as it was sent."""

    cut: bool
    """Whether it was longer than allowed, or breaks off."""


def read_payload(stream: BinaryIO, record: Archived, most: int = _USUAL_MOST) -> Payload:
    """
    The payload of a record that `walk` found in this seekable file.

    Never more than `most` bytes, packed or unpacked. Data of strangers: never shown in a page of ours.
    """
    block = read_block(stream, record.offset, most + 1)
    cut = len(block) > most or not record.complete
    is_http = record.status is not None or block[:5] == _HTTP_HEAD
    if not is_http:
        return Payload(block[:most], b"", "", cut)
    http = Http()
    _, body = http.feed(block)
    if not http.in_body:
        raise BadArchive(f"the HTTP message at offset {record.offset} has no end of its head")
    encoding = _encoding(http.head)
    if encoding in ("gzip", "x-gzip", "deflate"):
        unpacked, whole = _unpack(body, encoding, most)
        if unpacked is not None:
            return Payload(unpacked, http.head, "", cut or not whole)
    return Payload(
        body[:most], http.head, encoding if encoding != "identity" else "", cut or len(body) > most
    )


def _encoding(head: bytes) -> str:
    for line in head.decode("latin-1").split("\n")[1:]:
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-encoding":
            return value.strip().lower()[:40]
    return ""


def _unpack(body: bytes, encoding: str, most: int) -> tuple[bytes | None, bool]:
    """The unpacked body and whether it is whole; None where it is not packed at all, as some servers say it is."""
    for window in (31,) if "gzip" in encoding else (15, -15):
        inflate = zlib.decompressobj(window)
        try:
            out = inflate.decompress(body, most)
        except zlib.error:
            continue
        return out, inflate.eof
    return None, False
