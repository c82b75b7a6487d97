"""WACZ written (1.2.0, readable as 1.1.1): one WARC, its index, the pages, the list of all that and its seal."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

from siteline.evidence.archives.writing import NewRecord, Written, write_record
from siteline.model.errors import BadArchive

_VERSION_FOR_OLD_READERS = "1.1.1"
"""WACZ 1.2.0 has no version number of its own; the stock validator refuses any other number than this."""

_WARC = "archive/data.warc.gz"
_LINES_PER_BLOCK = 3000
_EARLIEST_ZIP = (1980, 1, 1, 0, 0, 0)

Seal = Callable[[str], Mapping[str, Any]]
"""From the digest of datapackage.json (`sha256:…`) to the `signedData` of WACZ-auth."""


@dataclass(frozen=True, slots=True)
class Page:
    """An entry that a reader of the archive can open."""

    url: str
    date: datetime
    title: str = ""
    text: str = ""
    """Its text, for search inside the archive."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the package says of itself."""

    software: str
    created: datetime
    title: str = ""
    description: str = ""
    profile: str = "data-package"
    """The draft of 1.2.0 wants `wacz`, a word that the stock validator refuses; players do not look at it."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished package."""

    path: Path
    sha256: str
    bytes: int
    records: tuple[Written, ...]


def pack(
    out: Path,
    records: Iterable[NewRecord],
    pages: Sequence[Page],
    label: Label,
    *,
    seal: Seal | None = None,
) -> Packed:
    """
    Write a WACZ beside its final name and rename it when it is whole.

    Every page must have a `response` or `resource` record of its address, or nobody could open it.
    """
    if out.exists():
        raise BadArchive(f"{out.name} exists already; archives are never overwritten")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".packing-") as folder:
        here = Path(folder)
        with (here / "data.warc.gz").open("wb") as stream:
            written = [write_record(stream, _warcinfo(label))]
            written += [write_record(stream, record) for record in records]
        _refuse_orphans(pages, written)
        blocks, lookup = _index(written)
        parts: list[tuple[str, bytes | Path, bool]] = [
            (_WARC, here / "data.warc.gz", True),
            ("indexes/index.cdx.gz", blocks, True),
            ("indexes/index.idx", lookup, False),
            ("pages/pages.jsonl", _page_list(pages), False),
        ]
        package = _json(_package(parts, pages, label))
        digest = f"sha256:{hashlib.sha256(package).hexdigest()}"
        sealed: dict[str, Any] = {"path": "datapackage.json", "hash": digest}
        if seal is not None:
            sealed["signedData"] = dict(seal(digest))
        parts += [("datapackage.json", package, False), ("datapackage-digest.json", _json(sealed), False)]
        whole = here / "whole.wacz"
        with whole.open("wb") as stream:
            _zip(stream, parts, label.created)
            stream.flush()
            os.fsync(stream.fileno())
        digest_of_all = _digest(whole)
        size = whole.stat().st_size
        whole.replace(out)
    return Packed(out, digest_of_all, size, tuple(written))


def _warcinfo(label: Label) -> NewRecord:
    fields = {"software": label.software, "format": "WARC File Format 1.1", "title": label.title}
    block = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items() if value)
    return NewRecord("warcinfo", "", label.created, block.encode(), "application/warc-fields")


def _refuse_orphans(pages: Sequence[Page], written: list[Written]) -> None:
    if not pages:
        raise BadArchive("a WACZ needs at least one page")
    there = {one.record.url for one in written if one.record.type in ("response", "resource", "revisit")}
    for page in pages:
        if page.date.tzinfo is None:
            raise BadArchive(f"the date of the page {page.url} needs a zone")
        if page.url not in there:
            raise BadArchive(f"the page {page.url} has no record in the archive")


def sort_key(url: str) -> str:
    """The address as indexes order it (SURT): host reversed, `www.` and case dropped, query sorted."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        return url.lower()
    labels = host.split(".")
    if labels[0].startswith("www") and (labels[0][3:] == "" or labels[0][3:].isdigit()) and len(labels) > 2:
        labels = labels[1:]
    try:
        port = parts.port
    except ValueError:
        port = None
    usual = {"http": 80, "https": 443}[parts.scheme]
    where = ",".join(reversed(labels)) + (f":{port}" if port and port != usual else "")
    query = urlencode(sorted(parse_qsl(parts.query.lower(), keep_blank_values=True))) if parts.query else ""
    return f"{where}){(parts.path or '/').lower()}" + (f"?{query}" if query else "")


def _index(written: list[Written]) -> tuple[bytes, bytes]:
    """Compressed blocks of index lines, and the lookup that says which block holds what."""
    lines = []
    for one in written:
        if one.record.type not in ("response", "resource", "revisit"):
            continue
        stamp = one.record.date.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        said = {
            "url": one.record.url,
            "mime": "warc/revisit" if one.record.type == "revisit" else one.mime,
            "status": one.status or "200",
            "digest": one.payload_digest,
            "length": str(one.length),
            "offset": str(one.offset),
            "filename": _WARC.rpartition("/")[2],
        }
        lines.append(f"{sort_key(one.record.url)} {stamp} {json.dumps(said, ensure_ascii=True)}\n")
    lines.sort()
    blocks = b""
    lookup = ['!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
    for start in range(0, len(lines), _LINES_PER_BLOCK):
        block = gzip.compress("".join(lines[start : start + _LINES_PER_BLOCK]).encode(), mtime=0)
        key = " ".join(lines[start].split(" ", 2)[:2])
        place = {
            "offset": len(blocks),  # numbers: a player adds to them
            "length": len(block),
            "digest": f"sha256:{hashlib.sha256(block).hexdigest()}",
            "filename": "index.cdx.gz",
        }
        lookup.append(f"{key} {json.dumps(place)}\n")
        blocks += block
    return blocks, "".join(lookup).encode()


def _page_list(pages: Sequence[Page]) -> bytes:
    has_text = any(page.text for page in pages)
    lines: list[dict[str, Any]] = [
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": has_text}
    ]
    for page in pages:
        line = {"id": uuid4().hex, "url": page.url, "ts": _stamp(page.date), "title": page.title or page.url}
        lines.append(line | ({"text": page.text} if page.text else {}))
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def _package(
    parts: list[tuple[str, bytes | Path, bool]], pages: Sequence[Page], label: Label
) -> dict[str, Any]:
    resources = [
        {
            "name": name.rpartition("/")[2],
            "path": name,
            "hash": f"sha256:{_digest(content)}",
            "bytes": len(content) if isinstance(content, bytes) else content.stat().st_size,
        }
        for name, content, _ in parts
    ]
    said = {
        "profile": label.profile,
        "wacz_version": _VERSION_FOR_OLD_READERS,
        "title": label.title,
        "description": label.description,
        "created": _stamp(label.created),
        "software": label.software,
        "mainPageUrl": pages[0].url,  # what `home` was called before 1.2.0
        "mainPageDate": _stamp(pages[0].date),
    }
    home = {"url": pages[0].url, "ts": _stamp(pages[0].date)}
    return {name: value for name, value in said.items() if value} | {"home": home, "resources": resources}


def _zip(stream: BinaryIO, parts: list[tuple[str, bytes | Path, bool]], created: datetime) -> None:
    when = max(created.astimezone(UTC).timetuple()[:6], _EARLIEST_ZIP)
    with zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        for name, content, stored in parts:
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            if isinstance(content, bytes):
                archive.writestr(info, content)
                continue
            info.file_size = (
                content.stat().st_size
            )  # players do not skip a ZIP64 field that need not be there
            with content.open("rb") as source, archive.open(info, "w") as target:
                while piece := source.read(1 << 20):
                    target.write(piece)


def _digest(content: bytes | Path) -> str:
    running = hashlib.sha256()
    if isinstance(content, bytes):
        running.update(content)
        return running.hexdigest()
    with content.open("rb") as stream:
        while piece := stream.read(1 << 20):
            running.update(piece)
    return running.hexdigest()


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
