"""WARC 1.1 records written: SHA-256 block and payload digests, one gzip member each."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from siteline.model.errors import BadArchive

_PIECE = 1 << 18
_HEAD = 1 << 20
_TYPES = frozenset({"warcinfo", "response", "request", "resource", "metadata", "revisit", "conversion"})


@dataclass(frozen=True, slots=True)
class NewRecord:
    """One record to be written."""

    type: str
    """`response`, `request`, `resource`, `metadata`, `revisit`, `warcinfo` or `conversion`."""

    url: str
    """Target URI, percent-encoded; empty for `warcinfo` only."""

    date: datetime
    """When it was captured; with a zone."""

    block: bytes | Path
    """The block: for HTTP the head as received, an empty line and the body; a file is streamed."""

    content_type: str
    """Of the block, such as `application/http; msgtype=response`."""

    record_id: str = ""
    """A `urn:uuid:…` without angle brackets; made up if empty."""

    extra: tuple[tuple[str, str], ...] = ()
    """Further named fields, such as WARC-Refers-To-Target-URI, WARC-Concurrent-To, WARC-IP-Address, WARC-Truncated."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where a record lies in the file, and what an index needs of it."""

    record: NewRecord
    record_id: str
    offset: int
    length: int
    """Compressed bytes."""

    payload_digest: str
    """`sha256:HEX`, over the body for HTTP, else over the block."""

    status: str
    mime: str


def write_record(out: BinaryIO, record: NewRecord) -> Written:
    """Append one record as one gzip member."""
    _refuse_faulty(record)
    is_http = record.content_type.lower().startswith("application/http")
    head_length, status, mime = _http_head(record) if is_http else (0, "", "")
    block, payload = hashlib.sha256(), hashlib.sha256()
    size = 0
    for piece in _pieces(record.block):
        block.update(piece)
        payload.update(piece[max(0, head_length - size) :] if size < head_length else piece)
        size += len(piece)
    record_id = record.record_id or f"urn:uuid:{uuid4()}"
    fields = [
        ("WARC-Type", record.type),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", _stamp(record.date)),
    ]
    if record.url:
        fields.append(("WARC-Target-URI", record.url))
    fields.append(("WARC-Block-Digest", f"sha256:{block.hexdigest()}"))
    own_payload = record.type in ("response", "resource", "request", "conversion")
    if own_payload:
        fields.append(("WARC-Payload-Digest", f"sha256:{payload.hexdigest()}"))
    fields += [*record.extra, ("Content-Type", record.content_type), ("Content-Length", str(size))]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    offset = out.tell()
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    out.write(pack.compress(head.encode()))
    again = 0
    for piece in _pieces(record.block):
        out.write(pack.compress(piece))
        again += len(piece)
    if again != size:
        raise BadArchive("a file changed while it was being archived")
    out.write(pack.compress(b"\r\n\r\n") + pack.flush())
    said = dict(record.extra).get("WARC-Payload-Digest", f"sha256:{payload.hexdigest()}")
    return Written(
        record, record_id, offset, out.tell() - offset, said, status, mime if is_http else record.content_type
    )


def _refuse_faulty(record: NewRecord) -> None:
    if record.type not in _TYPES:
        raise BadArchive(f"no WARC record is of type {record.type!r}")
    if record.date.tzinfo is None:
        raise BadArchive("a record's date needs a zone")
    if not record.url and record.type != "warcinfo":
        raise BadArchive(f"a {record.type} record needs an address")
    names = {name.lower() for name, _ in record.extra}
    if record.type == "revisit" and "warc-refers-to-target-uri" not in names:
        raise BadArchive("a revisit needs WARC-Refers-To-Target-URI, or it cannot be replayed")
    texts = [
        record.url,
        record.content_type,
        record.record_id,
        *(part for pair in record.extra for part in pair),
    ]
    if any(letter < " " or letter == "\x7f" for text in texts for letter in text) or " " in record.url:
        raise BadArchive("a record's address or a field has spaces, line breaks or control characters in it")


def _pieces(block: bytes | Path) -> Iterator[bytes]:
    if isinstance(block, bytes):
        yield block
        return
    with block.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _http_head(record: NewRecord) -> tuple[int, str, str]:
    """Bytes up to the body, status and media type."""
    start = b""
    for piece in _pieces(record.block):
        start += piece
        if b"\r\n\r\n" in start or len(start) > _HEAD:
            break
    at = start.find(b"\r\n\r\n")
    if at < 0:
        raise BadArchive(f"an HTTP record of {record.url} has no empty line after its head")
    lines = start[:at].decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    status = words[1] if lines[0].startswith("HTTP/") and len(words) > 1 and words[1].isdigit() else ""
    mime = next(
        (line.partition(":")[2] for line in lines[1:] if line.lower().startswith("content-type:")), ""
    )
    return at + 4, status, mime.partition(";")[0].strip()


def _stamp(when: datetime) -> str:
    text = when.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")
