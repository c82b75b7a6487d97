"""What a file is, whatever it is called."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from siteline.evidence.sniff import UNKNOWN, kind_of, misnamed, sniff
from siteline.model.exhibit import KINDS


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, form)
    return out.getvalue()


def zipped(*names: str, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(
                name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x" * 50
            )
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO(b""))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type", "kind"),
    [
        (picture("JPEG"), "image/jpeg", "image"),
        (picture("PNG"), "image/png", "image"),
        (picture("GIF"), "image/gif", "image"),
        (picture("WEBP"), "image/webp", "image"),
        (picture("TIFF"), "image/tiff", "image"),
        (picture("BMP"), "image/bmp", "image"),
        (picture("PDF"), "application/pdf", "document"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4", "video"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime", "video"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic", "image"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "video/webm", "video"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo", "video"),
        ((b"\x47" + b"\0" * 187) * 3, "video/mp2t", "video"),
        (b"ID3\4\0", "audio/mpeg", "audio"),
        (b"\xff\xfb\x90\x64\0\0", "audio/mpeg", "audio"),
        (zipped("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
        (zipped("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document"),
        (zipped("mimetype", stored=True), "application/vnd.oasis.opendocument.text", "document"),
        (zipped("archive/data.warc.gz", "datapackage.json"), "application/wacz", "capture"),
        (zipped("doc.kml"), "application/vnd.google-earth.kmz", "data"),
        (zipped("a.txt"), "application/zip", "archive"),
        (gzip.compress(b"WARC/1.1\r\n" + b"x" * 200, mtime=0), "application/warc+gzip", "capture"),
        (gzip.compress(b"nothing", mtime=0), "application/gzip", "archive"),
        (b"\x1f\x8b\x08\0broken", "application/gzip", "archive"),
        (b"WARC/1.0\r\n", "application/warc", "capture"),
        (tarred(), "application/x-tar", "archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "application/x-7z-compressed", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", "document"),
        (b"\x7fELF\2\1", "application/x-elf", "program"),
        (b"MZ" + b"\0" * 58 + b"\x40\0\0\0" + b"PE\0\0", "application/x-msdownload", "program"),
        (b"\n<!DOCTYPE html><html>", "text/html", "page"),
        (b"<?xml version='1.0'?><svg xmlns=''>", "image/svg+xml", "image"),
        (b"<?xml version='1.0'?><kml>", "application/vnd.google-earth.kml+xml", "data"),
        (b'{"type": "FeatureCollection"}', "application/json", "data"),
        (b"Received: from a\r\nMessage-ID: 1", "message/rfc822", "document"),
        ("\ufeff화성".encode(), "text/plain", "text"),
        ("화성".encode("utf-16"), "text/plain", "text"),
        (b"MZ is how this begins", "text/plain", "text"),
        (b"BZ is how this begins", "text/plain", "text"),
        (b"\0\1\2\3", UNKNOWN, "other"),
        (b"", UNKNOWN, "other"),
    ],
)  # fmt: skip
def test_the_content_says_what_it_is(content: bytes, media_type: str, kind: str) -> None:
    """Common types are known by their first bytes."""
    assert sniff(content) == media_type
    assert kind_of(media_type) == kind


@pytest.mark.parametrize(
    ("name", "media_type", "claimed"),
    [
        ("a.png", "image/jpeg", "image/png"),
        ("a.JPG", "image/jpeg", None),
        ("a.jpeg", "image/jpeg", None),
        ("a.mp4", "text/html", "video/mp4"),
        ("a.pdf", UNKNOWN, "application/pdf"),
        ("a.docx", "application/zip", None),
        ("a.zip", "application/wacz", None),
        ("a.html", "text/plain", None),
        ("noname", "image/jpeg", None),
        ("a.xyz", "image/jpeg", None),
        ("a.mov", "video/mp4", None),
    ],
)
def test_a_name_that_says_something_else_is_told(name: str, media_type: str, claimed: str | None) -> None:
    """A picture called .png that is a JPEG is told; what fits, or says nothing, is not."""
    assert misnamed(name, media_type) == claimed


@given(st.binary(max_size=700), st.text(max_size=20))
def test_any_bytes_are_something(content: bytes, name: str) -> None:
    """Whatever the bytes, there is an answer, and its kind is one that exhibits have."""
    media_type = sniff(content)
    assert kind_of(media_type) in KINDS
    misnamed(name, media_type)
