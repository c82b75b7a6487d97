"""Every text that a reader with tools can get out of a file: unpacked, decoded, out of its metadata."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import logging
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

_DEEPEST, _MOST = 5, 1 << 29
_MOST_OBJECTS = 200_000
_PACKING = ("/ObjStm", "/XRef")
_LETTERS = ("/Type1C", "/CIDFontType0C", "/OpenType")
"""Streams of a PDF that hold other objects, and shapes of letters: what they hold is read elsewhere, or is no text."""

_DATA_URI = re.compile(rb"data:[\w/+.;=-]{0,100};base64,([A-Za-z0-9+/=\s]{16,})")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,20000}>")
_SPOKEN = re.compile(
    r"\b(?:alt|title|aria-label|content|label|desc)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def texts_in(data: bytes, deep: int = 0) -> Iterator[str]:
    """
    Texts of a file, and of whatever is packed in it: ZIP, gzip, PDF streams, data addresses, PNG and JPEG metadata.

    Markup is read as a person reads it (tags gone, entities said), and as it stands.
    """
    if deep > _DEEPEST:
        return
    if data[:4] == b"PK\x03\x04":
        for inner in _unzip(data):
            yield from texts_in(inner, deep + 1)
        return
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(data)) as stream:
                yield from texts_in(stream.read(_MOST), deep + 1)
        except (OSError, EOFError, zlib.error):
            pass
        return
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png(data)
        return
    if data[:2] == b"\xff\xd8":
        yield from _jpeg(data)
        return
    if data[:5] == b"%PDF-":
        yield from _pdf(data, deep)
        return
    for found in _DATA_URI.finditer(data):
        try:
            yield from texts_in(base64.b64decode(b"".join(found[1].split())), deep + 1)
        except (binascii.Error, ValueError):
            continue
    yield from _readings(_DATA_URI.sub(b"", data))


def _readings(data: bytes) -> Iterator[str]:
    text = data.decode("utf-8", "replace")
    plain = _STYLE.sub(" ", text)
    if "<" in plain:
        yield html.unescape(_TAG.sub("", plain))
        yield html.unescape(_TAG.sub(" ", plain))
        for found in _SPOKEN.finditer(plain):
            yield html.unescape(found[1] or found[2] or "")
    yield html.unescape(plain)
    if "\\" in text:
        unescaped = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        yield re.sub(
            r"\\[nrt\"/\\]",
            lambda found: {"\\n": " ", "\\t": " ", "\\r": " "}.get(found[0], found[0][1:]),
            unescaped,
        )


def _unzip(data: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode("utf-8", "replace")
                with archive.open(name) as stream:
                    yield stream.read(_MOST)
    except (zipfile.BadZipFile, RuntimeError, zlib.error, NotImplementedError, OSError):
        return


def unread(data: bytes) -> str:
    """Why the words of a file cannot all be read here; "" where they can."""
    if data[:5] != b"%PDF-":
        return ""
    try:
        import pypdf
    except ImportError:
        return "the words of a PDF cannot be read here; run: pip install 'siteline[pdf]'"
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if not reader.is_encrypted:
            for page in reader.pages:
                page.extract_text()
            return ""
    except (pypdf.errors.PyPdfError, *_BROKEN):
        pass
    return "it is a PDF whose words cannot be read"


_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError, zlib.error)
"""What a reader of PDFs raises on one that was not written as it should be."""


def _pdf(data: bytes, deep: int) -> Iterator[str]:
    """
    The words of a PDF as they are shown, and every text among its objects: titles, alternative texts, packets, files.

    One that cannot be taken apart is read as it stands, its streams unpacked.
    """
    try:
        import pypdf
    except ImportError:
        yield from _as_it_stands(data)
        return
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        yield from _objects(pypdf.PdfReader(io.BytesIO(data)), deep)
    except (pypdf.errors.PyPdfError, *_BROKEN):
        yield from _as_it_stands(data)


def _objects(reader: Any, deep: int) -> Iterator[str]:
    from pypdf.generic import IndirectObject, StreamObject

    yield " ".join(page.extract_text() for page in reader.pages)
    yield " ".join(_strings(reader.trailer.get("/Info", ""), 0))
    for number in range(1, min(int(reader.trailer.get("/Size", 0)), _MOST_OBJECTS)):
        held = reader.get_object(IndirectObject(number, 0, reader))
        yield " ".join(_strings(held, 0))
        if not isinstance(held, StreamObject) or "/Length1" in held or held.get("/Type") in _PACKING:
            continue
        if str(held.get("/Subtype", "")) in _LETTERS:
            continue
        if held.get("/Subtype") != "/Image":
            yield from _readings(held.get_data())
        elif "/DCTDecode" in str(held.get("/Filter", "")):  # a JPEG as it was, with its metadata
            yield from texts_in(held._data, deep + 1)


def _as_it_stands(data: bytes) -> Iterator[str]:
    for found in _STREAM.finditer(data):
        try:
            yield from _readings(zlib.decompressobj().decompress(found[1], _MOST))
        except zlib.error:
            continue
    yield from _readings(data)


def _strings(held: Any, deep: int) -> Iterator[str]:
    if deep > _DEEPEST:
        return
    if isinstance(held, str):
        yield str(held)
    elif isinstance(held, dict):
        for value in held.values():
            yield from _strings(value, deep + 1)
    elif isinstance(held, list):
        for value in held:
            yield from _strings(value, deep + 1)


def _png(data: bytes) -> Iterator[str]:
    at = 8
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body, at = data[at + 8 : at + 8 + size], at + 12 + size
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            yield from _readings(body.replace(b"\0", b" "))
            for start in range(min(len(body), 400)):
                if body[start] == 0x78:  # a packed text begins
                    try:
                        yield from _readings(zlib.decompressobj().decompress(body[start:], _MOST))
                    except zlib.error:
                        continue


def _jpeg(data: bytes) -> Iterator[str]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + size]
        yield from _readings(body.replace(b"\0", b" "))
        yield body.decode("utf-16-le", "replace")
        at += 2 + size
