"""What comes out of somebody's web archive: pages with their text and media, each in a file that waits for custody."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from siteline.evidence.archives.contents import Archive, Held, Listed, Refusal, as_text, is_html
from siteline.evidence.capture.reading import Reading, read_page
from siteline.evidence.sniff import kind_of, sniff
from siteline.model.errors import BadArchive
from siteline.workbench.evidence.capture_filing import printable
from siteline.workbench.evidence.custody import plain_name

_MOST_MEDIA, _MOST_OF_A_PAGE = 20_000, 500
_MOVING = ("video/", "audio/")


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that waits to be taken in."""

    what: str
    """`page`, `text` or `media`."""

    file: Path
    name: str
    title: str
    url: str
    date: str
    note: str
    page: int
    """Number of the page that it belongs to; -1 for none."""

    is_html: bool = False


def pieces_of(archive: Archive, folder: Path) -> Iterator[Piece]:
    """Every page, its text where the archive has it, and its media; each written to a file of its own."""
    taken: dict[int, str] = {}
    count = 0
    for listed, held in list(archive.pages()):
        body = _body(archive, held, listed.url)
        if body is None:
            continue
        file, html = _write(folder, body[0]), body[1]
        reading = read_page(html, listed.url) if html and is_html(held.record) else Reading()
        date = held.record.date or listed.date
        note = _note(held, body[2])
        title = printable(listed.title or reading.title)[:1000]
        says_html = is_html(held.record) and not body[3]
        yield Piece("page", file, _name(listed.url, "page"), title, listed.url, date, note, count, says_html)
        if listed.text.strip():
            text = _write(folder, listed.text.encode("utf-8", "replace"))
            name = f"{_name(listed.url, 'page')}.txt"
            yield Piece(
                "text", text, name, title, listed.url, date, "as the archive's own list has it", count
            )
        yield from _media(archive, folder, reading, listed, taken, count)
        count += 1
    for held in archive.held:
        if held.record.payload_type.lower().startswith(_MOVING) and held.record.status in (200, 206, None):
            yield from _medium(archive, folder, held, taken, -1)


def _media(
    archive: Archive, folder: Path, reading: Reading, listed: Listed, taken: dict[int, str], page: int
) -> Iterator[Piece]:
    for url in reading.media[:_MOST_OF_A_PAGE]:
        held = archive.nearest(url, listed.date)
        if held is not None and held.record.status in (200, 206, None):
            yield from _medium(archive, folder, held, taken, page)


def _medium(archive: Archive, folder: Path, held: Held, taken: dict[int, str], page: int) -> Iterator[Piece]:
    """A picture, film or sound, once for each record, if its bytes are one."""
    if id(held.record) in taken or len(taken) >= _MOST_MEDIA:
        return
    taken[id(held.record)] = held.record.url
    body = _body(archive, held, held.record.url)
    if body is None:
        return
    if kind_of(sniff(body[0][: 1 << 16])) not in ("image", "video", "audio"):
        return
    url = held.record.url
    note = _note(held, body[2])
    yield Piece("media", _write(folder, body[0]), _name(url, "media"), "", url, held.record.date, note, page)


def _body(archive: Archive, held: Held, url: str) -> tuple[bytes, str, str, str] | None:
    """(bytes, their text, what must be said of them, their packing); None, and named, where they cannot be had."""
    try:
        payload = archive.payload(held)
    except BadArchive as error:
        archive.refused.append(Refusal(held.place, url, str(error)))
        return None
    if not payload.body:
        archive.refused.append(Refusal(held.place, url, "there is nothing in it (0 bytes)"))
        return None
    said = []
    if payload.cut:
        said.append("cut: only its beginning is there")
    if payload.encoding:
        said.append(f"packed by {payload.encoding[:20]}, kept as it was sent")
    html = as_text(payload) if not payload.encoding else ""
    return payload.body, html, "; ".join(said), payload.encoding


def _note(held: Held, said: str) -> str:
    faults = held.faults if held.record.complete else ""
    return "; ".join(filter(None, (held.place, said, f"its record is faulty: {faults}" if faults else "")))[
        :1000
    ]


def _write(folder: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix="piece-", dir=folder)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    return Path(name)


def _name(url: str, what: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    return plain_name(unquote(path).rstrip("/").rpartition("/")[2])[:200] or what
