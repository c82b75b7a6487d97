"""Pages and media out of somebody's web archive, each as a file; what cannot be had is named with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from siteline.evidence.archives.payload import Payload, read_payload
from siteline.evidence.archives.records import Archived, walk
from siteline.evidence.archives.warc import Tally
from siteline.evidence.archives.zips import Zip, open_zip
from siteline.model.errors import BadArchive
from siteline.model.verdict import Fault, Inspection

MOST_PAGES = 100_000
MOST_RECORDS = 1_000_000
_LARGEST_PAYLOAD = 256 << 20
_LARGEST_LIST = 256 << 20
_LARGEST_PACKAGE = 32 << 20
_LONGEST = 2000
_HTML = ("text/html", "application/xhtml+xml")
_HELD = ("response", "resource", "revisit")
_ARCHIVES = (".warc", ".warc.gz", ".arc", ".arc.gz")
_RANGE = re.compile(rb"(?im)^content-range:\s*bytes\s+0-(\d+)/(\d+)\s*$")
_CHARSET = re.compile(rb"(?im)^content-type:[^\r\n]*charset=[\"']?([\w.:-]{2,40})")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken out of an archive, and why."""

    where: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as the archive's own list names it, or as its record does."""

    url: str
    date: str
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A record, and the file in which it is."""

    file: Path
    name: str
    record: Archived

    @property
    def place(self) -> str:
        """Where it starts, in words."""
        return f"{self.name}, record at {self.record.offset}"

    @property
    def faults(self) -> str:
        """What is gravely wrong with it, on one line."""
        return "; ".join(fault.text for fault in self.record.faults if fault.grave)


@dataclass(slots=True)
class Archive:
    """An archive, walked through once; its payloads are read when they are asked for."""

    form: str
    """`wacz`, `warc` or `arc`."""

    title: str = ""
    software: str = ""
    """What it says it was made with; a claim."""

    listed: list[Listed] = field(default_factory=list)
    """Pages of the archive's own list, if it has one."""

    held: list[Held] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    faulty: list[Refusal] = field(default_factory=list)
    """Records that could be read, and are not what they say: damaged, or with other digests."""

    by_url: dict[str, list[Held]] = field(default_factory=dict)
    by_digest: dict[str, Held] = field(default_factory=dict)

    def pages(self) -> Iterator[tuple[Listed, Held]]:
        """Each page with its record: those of the list, else each HTML page that was answered with 200."""
        if not self.listed:
            for one in self.held:
                if is_html(one.record) and one.record.status in (200, None) and one.record.type != "revisit":
                    yield Listed(one.record.url, one.record.date), one
            return
        for page in self.listed:
            found = self.nearest(page.url, page.date)
            if found is None:
                self.refused.append(Refusal("pages.jsonl", page.url, "it is listed, but no record holds it"))
            elif found.record.status not in (200, None) and found.record.type != "revisit":
                self.refused.append(
                    Refusal(
                        found.place, page.url, f"the site answered {found.record.status}: it is not the page"
                    )
                )
            else:
                yield page, found

    def nearest(self, url: str, date: str) -> Held | None:
        """The record of an address that was made nearest to a moment; of those that are whole, if there are any."""
        found = self.by_url.get(url) or self.by_url.get(url.partition("#")[0]) or []
        ranked = sorted(found, key=lambda one: (not one.record.complete, _apart(one.record.date, date)))
        return ranked[0] if ranked else None

    def payload(self, held: Held) -> Payload:
        """What a record holds; of a revisit, what its original holds. Raises BadArchive."""
        record = held.record
        if record.type == "revisit":
            held = self._original(held)
            record = held.record
        with held.file.open("rb") as stream:
            found = read_payload(stream, record, _LARGEST_PAYLOAD)
        if record.status == 206:
            part = _RANGE.search(found.head)
            if part is None or int(part[1]) + 1 != int(part[2]):
                raise BadArchive("it is a part of a file only (206)")
        return found

    def _original(self, held: Held) -> Held:
        said = {name.lower(): value for name, value in held.record.headers}
        url = said.get("warc-refers-to-target-uri", "").strip("<>")
        original = self.by_digest.get(said.get("warc-payload-digest", ""))
        if original is None and url:
            found = [one for one in self.by_url.get(url, []) if one.record.type != "revisit"]
            date = said.get("warc-refers-to-date", held.record.date)
            original = min(found, key=lambda one: _apart(one.record.date, date), default=None)
        if original is None:
            raise BadArchive("it only refers to a record that is not in this archive")
        return original


def read_archive(path: Path, form: str, folder: Path) -> tuple[Archive, Inspection | None]:
    """
    Walk through an archive; the WARCs of a WACZ are put into `folder`, which the caller keeps until he has read all.

    Returns it with what its records are worth (None for a WACZ, which `inspect_wacz` judges as a whole). Raises
    BadArchive where nothing can be read.
    """
    found = Archive(form)
    if form != "wacz":
        tally = Tally()
        _walk(found, path, path.name, tally)
        verdict = tally.verdict()
        if verdict.verdict == "unreadable":
            raise BadArchive(verdict.means)
        found.form = verdict.kind
        return found, verdict
    with open_zip(path) as archive:
        _describe(found, archive)
        for number, name in enumerate(sorted(archive.entries)):
            if name.startswith("archive/") and name.endswith(_ARCHIVES):
                out = folder / f"{number}.warc"
                try:
                    with archive.open(name) as stream, out.open("wb") as target:
                        while piece := stream.read(1 << 20):
                            target.write(piece)
                except BadArchive as error:
                    found.refused.append(Refusal(name, "", str(error)))
                _walk(found, out, name, Tally())
    if not found.held:
        raise BadArchive(f"no record of a page is in it{_first(found.refused)}")
    return found, None


def _first(refused: Sequence[Refusal]) -> str:
    return f": {refused[0].why}" if refused else ""


def _walk(found: Archive, file: Path, name: str, tally: Tally) -> None:
    if not file.exists():
        return
    with file.open("rb") as stream:
        for one in walk(stream):
            tally.count(one)
            if isinstance(one, Fault):
                found.refused.append(Refusal(f"{name}{', ' if one.where else ''}{one.where}", "", one.text))
                continue
            if one.type == "warcinfo" and not found.software:
                found.software = _software(file, one)
            if one.type not in _HELD:
                continue
            if len(found.held) >= MOST_RECORDS:
                found.refused.append(
                    Refusal(name, "", f"only its first {MOST_RECORDS:,} records were looked at")
                )
                return
            held = Held(file, name, one)
            found.held.append(held)
            found.by_url.setdefault(one.url, []).append(held)
            digest = next((value for key, value in one.headers if key.lower() == "warc-payload-digest"), "")
            if digest and one.type != "revisit":
                found.by_digest.setdefault(digest, held)
            if held.faults:
                found.faulty.append(Refusal(held.place, one.url, held.faults))


def _software(file: Path, record: Archived) -> str:
    try:
        with file.open("rb") as stream:
            text = read_payload(stream, record, 1 << 16).body.decode("utf-8", "replace")
    except BadArchive:
        return ""
    said = re.search(r"(?im)^software:\s*(.+?)\s*$", text)
    return said[1][:200] if said else ""


def _describe(found: Archive, archive: Zip) -> None:
    """What a WACZ says of itself, and its list of pages."""
    if "datapackage.json" not in archive.entries:
        raise BadArchive("this ZIP is not a WACZ: it lacks datapackage.json")
    try:
        package: Any = json.loads(archive.read("datapackage.json", _LARGEST_PACKAGE))
    except (KeyError, ValueError, RecursionError, BadArchive) as error:
        found.refused.append(Refusal("datapackage.json", "", f"it cannot be read: {error}"))
        package = {}
    if isinstance(package, dict):
        metadata = package.get("metadata")
        title = package.get("title") or (metadata.get("title") if isinstance(metadata, dict) else "")
        found.title = title[:_LONGEST] if isinstance(title, str) else ""
        found.software = str(package.get("software") or "")[:200]
    for name in sorted(archive.entries):
        if name.startswith("pages/") and name.endswith(".jsonl"):
            _list_pages(found, archive, name)


def _list_pages(found: Archive, archive: Zip, name: str) -> None:
    try:
        lines = archive.read(name, _LARGEST_LIST).split(b"\n")
    except BadArchive as error:
        found.refused.append(Refusal(name, "", str(error)))
        return
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            found.refused.append(Refusal(f"{name}, line {number}", "", "it is not JSON"))
            continue
        if not isinstance(told, dict) or (number == 1 and "format" in told):
            continue
        url, date = told.get("url"), told.get("ts")
        if not isinstance(url, str) or not isinstance(date, str):
            found.refused.append(Refusal(f"{name}, line {number}", "", "a page needs `url` and `ts`"))
            continue
        if len(found.listed) >= MOST_PAGES:
            found.refused.append(Refusal(name, "", f"only its first {MOST_PAGES:,} pages were looked at"))
            return
        title, text = told.get("title"), told.get("text")
        found.listed.append(
            Listed(
                url,
                date,
                title[:_LONGEST] if isinstance(title, str) and title != url else "",
                text if isinstance(text, str) else "",
            )
        )


def is_html(record: Archived) -> bool:
    """Whether the server, or who archived it, called it a page; of a revisit that is not told."""
    return record.payload_type.partition(";")[0].strip().lower() in _HTML


def when(date: str) -> datetime | None:
    """A record's or a list's date, UTC; None if it cannot be read."""
    try:
        found = datetime.fromisoformat(date.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _apart(date: str, other: str) -> float:
    one, two = when(date), when(other)
    return abs((one - two).total_seconds()) if one and two else 1e12


def as_text(payload: Payload) -> str:
    """A page's HTML, by the charset that its server or the page states."""
    said = _CHARSET.search(payload.head) or re.search(
        rb"(?i)<meta[^>]{0,200}charset=[\"']?([\w.:-]{2,40})", payload.body[:4096]
    )
    try:
        return payload.body.decode(said[1].decode("ascii") if said else "utf-8", "replace")
    except LookupError:
        return payload.body.decode("utf-8", "replace")
