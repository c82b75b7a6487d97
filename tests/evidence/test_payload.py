"""Payloads taken out of archives: what warcio reads, bounded."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import pytest

from siteline.evidence.archives.payload import read_payload
from siteline.evidence.archives.records import Archived, read_block, walk
from siteline.model.errors import BadArchive
from tests.conftest import wanted
from tests.evidence.test_warc import record


def test_payloads_are_what_warcio_reads(shared: Path) -> None:
    iterator = wanted("warcio.archiveiterator")
    compared = 0
    for name in (
        "example.warc.gz",
        "example.warc",
        "example-iana.org-chunked.warc",
        "example.arc",
        "example.arc.gz",
        "post-test.warc.gz",
    ):
        path = shared / "data/evidence/warc" / name
        with path.open("rb") as stream:
            theirs = [
                one.content_stream().read()
                for one in iterator.ArchiveIterator(stream)
                if one.rec_type == "response"
            ]
        with path.open("rb") as stream:
            found = [one for one in walk(stream) if isinstance(one, Archived) and one.type == "response"]
            ours = [read_payload(stream, one) for one in found]
        assert [one.body for one in ours] == theirs, name
        assert not any(one.cut or one.encoding for one in ours)
        compared += len(ours)
    assert compared >= 8


def only(raw: bytes) -> tuple[io.BytesIO, Archived]:
    stream = io.BytesIO(raw)
    found = [one for one in walk(stream) if isinstance(one, Archived)]
    return stream, found[0]


def test_packed_bodies_are_unpacked_within_bounds() -> None:
    """gzip, both sorts of deflate, what is only said to be packed, and a bomb."""
    head = "HTTP/1.1 200 OK\r\nContent-Encoding: {}\r\n\r\n"
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    for name, body in (
        ("gzip", gzip.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", raw.compress(b"hello") + raw.flush()),
        ("gzip", b"hello"),
        ("identity", b"hello"),
    ):
        got = read_payload(*only(record(head.format(name).encode() + body)))
        assert got.body == b"hello", name
    strange = read_payload(*only(record(head.format("br").encode() + b"\x0b\x02")))
    assert (strange.encoding, strange.body) == ("br", b"\x0b\x02")
    bomb = read_payload(
        *only(record(head.format("gzip").encode() + gzip.compress(b"\0" * 10_000_000))), most=50_000
    )
    assert (len(bomb.body), bomb.cut) == (50_000, True)


def test_no_record_at_an_offset_is_said() -> None:
    with pytest.raises(BadArchive, match="no record starts at offset 5"):
        read_block(io.BytesIO(record(b"x")), 5, 100)
