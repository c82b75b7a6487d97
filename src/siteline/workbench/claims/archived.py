"""The page that an archive was made of: in a WACZ the one that is listed first, else the first HTML answer."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from siteline.evidence.archives.payload import read_payload
from siteline.evidence.archives.records import Archived, walk
from siteline.evidence.archives.zips import Zip, open_zip
from siteline.model.errors import BadArchive

_LARGEST_PAGE = 16 << 20
_LARGEST_PART = 512 << 20
_LONGEST_LIST = 1 << 20
_PIECE = 1 << 20
_IN_MEMORY = 16 << 20


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """One page out of an archive."""

    body: bytes
    url: str
    date: str
    """When it was fetched, as the archive says."""


def main_page(path: Path, media_type: str) -> ArchivedPage | None:
    """The page; None where there is no whole one, or the archive cannot be read."""
    try:
        if media_type == "application/wacz":
            with open_zip(path) as archive:
                return _in_wacz(archive)
        with path.open("rb") as stream:
            return _in_warc(stream, "")
    except BadArchive:
        return None


def _in_wacz(archive: Zip) -> ArchivedPage | None:
    wanted = _first_listed(archive)
    names = [n for n in sorted(archive.entries) if n.startswith("archive/")]
    for url in dict.fromkeys((wanted, "")):
        for name in names:
            with archive.open(name) as packed, tempfile.SpooledTemporaryFile(_IN_MEMORY) as part:
                _copy(packed, part)
                part.seek(0)
                if page := _in_warc(part, url):  # type: ignore[arg-type]
                    return page
    return None


def _first_listed(archive: Zip) -> str:
    """The address of the first page in the list of pages; "" if none is listed."""
    if "pages/pages.jsonl" not in archive.entries:
        return ""
    for line in archive.read("pages/pages.jsonl", _LONGEST_LIST).splitlines():
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and isinstance(said.get("url"), str):
            return str(said["url"])
    return ""


def _copy(packed: IO[bytes], part: IO[bytes]) -> None:
    total = 0
    while piece := packed.read(_PIECE):
        total += len(piece)
        if total > _LARGEST_PART:
            raise BadArchive(f"a part of it has more than {_LARGEST_PART >> 20} MiB")
        part.write(piece)


def _in_warc(stream: BinaryIO, wanted: str) -> ArchivedPage | None:
    found: Archived | None = None
    for record in walk(stream):
        if (
            isinstance(record, Archived)
            and record.type == "response"
            and record.status == 200
            and "html" in record.payload_type
            and record.url in (wanted or record.url, wanted)
        ):
            found = record
            break
    if found is None:
        return None
    payload = read_payload(stream, found, _LARGEST_PAGE)
    if payload.encoding or not payload.body:
        return None
    return ArchivedPage(payload.body, found.url, found.date)
