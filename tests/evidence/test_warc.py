"""WARC and ARC: nothing believed that the bytes do not bear out, nothing read without a bound."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.evidence.archives.records import Archived, walk
from siteline.evidence.archives.segments import Gzip
from siteline.evidence.archives.warc import inspect_records, inspect_warc
from siteline.evidence.archives.writing import NewRecord, write_record
from siteline.model.errors import BadArchive
from tests.conftest import wanted
from tests.evidence.test_opentimestamps import mangle

WHEN = datetime(2026, 7, 9, 1, 2, 3, tzinfo=UTC)
BODY = b"<html>hello</html>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 18\r\n\r\n" + BODY


def record(block: bytes, kind: str = "response", *fields: str, length: int | None = None) -> bytes:
    """One WARC record as bytes."""
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        "WARC-Record-ID: <urn:uuid:1>",
        "WARC-Date: 2026-07-09T01:02:03Z",
        "WARC-Target-URI: http://example.com/",
        *fields,
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block) if length is None else length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def look(raw: bytes):
    return inspect_records(io.BytesIO(raw))


def test_we_and_warcio_find_the_same_records(shared: Path) -> None:
    """The usual reader is the oracle, wherever it can read the file to its end."""
    iterator = wanted("warcio.archiveiterator")
    compared = 0
    folders = [shared / "data/evidence/warc", shared / "data/evidence/wacz"]
    for path in sorted(one for folder in folders for one in folder.glob("*arc*")):
        if (
            "bad" in path.name.replace("bad-target", "")
            or "wrong" in path.name
            or "trunc" in path.name
            or path.suffix == ".wacz"
        ):
            continue
        with path.open("rb") as stream:
            theirs = [
                (one.rec_type, one.rec_headers.get_header("WARC-Target-URI"), one.length)
                for one in iterator.ArchiveIterator(stream, no_record_parse=True)
            ]
        with path.open("rb") as stream:
            ours = [one for one in walk(stream) if isinstance(one, Archived)]
        if ours and ours[0].form == "warc":
            told = [(one.type, one.url or None, one.length) for one in ours]
            assert told == [
                (kind, url.strip("<>").replace("%20", " ") if url else None, length)
                for kind, url, length in theirs
            ], path.name
        else:
            assert len(ours) == len(theirs), path.name
        compared += len(ours)
    assert compared > 150


@pytest.mark.parametrize("form", ["base32", "BASE32", "hex", "base64", "urlsafe"])
def test_a_digest_holds_however_it_is_written(form: str) -> None:
    raw = hashlib.sha1(BODY, usedforsecurity=False).digest()
    text = {
        "base32": base64.b32encode(raw).decode().lower(),
        "BASE32": base64.b32encode(raw).decode(),
        "hex": raw.hex(),
        "base64": base64.b64encode(raw).decode(),
        "urlsafe": base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }[form]
    assert look(record(HTTP, "response", f"WARC-Payload-Digest: sha1:{text}")).verdict == "whole"
    wrong = look(record(HTTP + b"!", "response", f"WARC-Payload-Digest: sha1:{text}"))
    assert (wrong.verdict, wrong.facts["found"]) == ("digest_failure", {"payload_digest": 1})


def test_a_payload_digest_may_be_over_the_body_with_or_without_chunks() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent = b"5\r\nhello\r\n6;x=1\r\n world\r\n0\r\n\r\n"
    for payload in (sent, b"hello world"):
        digest = "WARC-Payload-Digest: sha256:" + hashlib.sha256(payload).hexdigest()
        assert look(record(chunked + sent, "response", digest)).verdict == "whole"
    broken = look(record(chunked + b"zz\r\nhello", "response"))
    assert broken.facts["found"] == {"chunks": 1}


@pytest.mark.parametrize("off", [-5, 7, 4000])
def test_content_length_is_not_believed(off: int) -> None:
    """Too short, too long, far too long: the wrong record is told, and a later one is still found."""
    first = record(HTTP, length=len(HTTP) + off)
    found = look(first + record(HTTP, "response", "X-Second: yes") + record(HTTP))
    assert found.verdict == "partial_read" if off < 4000 else found.verdict in ("partial_read", "unreadable")
    assert {"length", "cut_short"} & set(found.facts["found"])


def test_a_revisit_without_the_address_of_its_original_cannot_be_replayed() -> None:
    found = look(record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit", "WARC-Profile: x"))
    assert found.facts["found"] == {"revisit_target": 1}
    named = look(
        record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit", "WARC-Refers-To-Target-URI: http://example.com/")
    )
    assert named.facts["found"] == {}


def test_bad_gzip_says_its_offset_and_keeps_what_came_before() -> None:
    """The second member is damaged in the middle."""
    first, second = gzip.compress(record(HTTP)), bytearray(gzip.compress(record(HTTP * 50)))
    second[40] ^= 0xFF
    found = look(first + bytes(second))
    assert found.verdict == "partial_read"
    assert f"offset {len(first)}" in " ".join(str(fault) for fault in found.faults)
    cut = look(first + gzip.compress(record(HTTP))[:-9])
    assert (cut.verdict, cut.facts["records"]) == ("partial_read", 2)
    garbage = look(first + b"no gzip at all")
    assert f"no gzip member starts at offset {len(first)}" in str(garbage.faults[0])


def test_a_bomb_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines without an end and members that grow a thousandfold cost neither memory nor time."""
    import siteline.evidence.archives.segments as segments

    endless = look(gzip.compress(b"WARC/1.1\r\nX: " + b"a" * 50_000_000))
    assert (endless.verdict, endless.facts["records"]) == ("unreadable", 0)
    assert "header line" in endless.means
    monkeypatch.setattr(segments, "_BOMB_FROM", 1 << 22)
    bomb = look(gzip.compress(record(b"\0" * (1 << 25))))
    assert "bomb" in " ".join(str(fault) for fault in bomb.faults)
    assert Gzip is segments.Gzip


def test_what_we_write_warcio_reads_with_digests_that_hold(tmp_path: Path) -> None:
    iterator = wanted("warcio.archiveiterator")
    (tmp_path / "big").write_bytes(b"\x00\x01\x02" * 400_000)
    with (tmp_path / "a.warc.gz").open("wb") as stream:
        written = [
            write_record(stream, NewRecord("warcinfo", "", WHEN, b"software: x\r\n", "application/warc-fields")),
            write_record(stream, NewRecord("response", "http://example.com/", WHEN, HTTP, "application/http; msgtype=response")),
            write_record(stream, NewRecord("resource", "urn:media:1", WHEN, tmp_path / "big", "video/mp4")),
        ]  # fmt: skip
    with (tmp_path / "a.warc.gz").open("rb") as stream:
        read = []
        for one in iterator.ArchiveIterator(stream, check_digests="raise"):
            read.append((one.rec_type, one.content_stream().read()))
    assert [kind for kind, _ in read] == ["warcinfo", "response", "resource"]
    assert read[1][1] == BODY
    assert len(read[2][1]) == 1_200_000
    assert (written[1].status, written[1].mime) == ("200", "text/html")
    assert inspect_warc(tmp_path / "a.warc.gz").verdict == "whole"
    raw = (tmp_path / "a.warc.gz").read_bytes()
    alone = zlib.decompress(raw[written[2].offset : written[2].offset + written[2].length], 31)
    assert alone.startswith(b"WARC/1.1\r\nWARC-Type: resource")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"type": "video"}, "no WARC record"),
        ({"date": datetime(2026, 1, 1)}, "zone"),  # noqa: DTZ001
        ({"url": ""}, "address"),
        ({"url": "http://e.com/\r\nX: y"}, "line breaks"),
        ({"extra": (("A", "b\nc"),)}, "line breaks"),
        ({"type": "revisit"}, "Refers-To"),
        ({"block": b"no head"}, "no empty line"),
    ],
)
def test_a_record_that_would_break_its_readers_is_not_written(change: dict[str, object], why: str) -> None:
    given: dict[str, object] = {
        "type": "response",
        "url": "http://example.com/",
        "date": WHEN,
        "block": HTTP,
        "content_type": "application/http; msgtype=response",
    }
    with pytest.raises(BadArchive, match=why):
        write_record(io.BytesIO(), NewRecord(**(given | change)))  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_mangled_archives_raise_nothing(shared: Path, data: st.DataObject) -> None:
    """Real archives, changed as they are or under their compression: a verdict, always."""
    path = data.draw(st.sampled_from(sorted((shared / "data/evidence/warc").glob("*arc*"))))
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b" and data.draw(st.booleans()):
        raw = gzip.compress(mangle(gzip.decompress(raw), data))
    else:
        raw = mangle(raw, data)
    assert look(raw).verdict in (
        "whole", "whole_without_digests", "digest_failure", "partial_read", "unreadable",
    )  # fmt: skip
