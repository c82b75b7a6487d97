"""
A remote file as far as it was fetched: its bytes at their offsets, holes elsewhere, and a journal of what is there.

A line of the journal holds a span and the digest of its bytes, and is believed only while the bytes still have that digest:
a process killed between the two, or a disk that lost power, costs the span that was being written and no other.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from siteline.catalog.remote.spans import Span, subtract, unite
from siteline.model.errors import BadImage

LARGEST = 1 << 42
"""No image file is larger, whatever a server says; bytes."""


@dataclass(frozen=True, slots=True)
class Edition:
    """By what a server tells one state of a file from another."""

    total: int
    """Bytes of the whole file."""

    etag: str = ""
    modified: str = ""


class Mirror:
    """One file, in a folder of its own; safe to use from many threads of one process."""

    def __init__(self, folder: Path) -> None:
        """What an earlier process left in `folder` is checked, and what is sound is kept."""
        self.folder = folder
        self.path = folder / "file"
        self._journal = folder / "journal"
        self._lock = threading.Lock()
        self._have: tuple[Span, ...] = ()
        self.edition: Edition | None = None
        self.headers: Mapping[str, str] = {}
        """Of the answer that it was begun with."""

        self._resume()

    @property
    def have(self) -> tuple[Span, ...]:
        """The spans that are there."""
        return self._have

    def lacks(self, start: int, stop: int) -> bool:
        """Whether any of these bytes is not there."""
        return bool(subtract([(start, stop)], self._have))

    def reaches(self, start: int, stop: int) -> int:
        """Up to where, of these bytes, all are there."""
        gaps = subtract([(start, stop)], self._have)
        return gaps[0][0] if gaps else stop

    def begin(self, edition: Edition, headers: Mapping[str, str]) -> None:
        """Start anew, for this state of the file."""
        if not 0 < edition.total <= LARGEST:
            raise BadImage(f"it says that it is {edition.total:,} bytes long")
        with self._lock:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            with self.path.open("wb") as file:
                file.truncate(edition.total)
            self._append(json.dumps([asdict(edition), dict(headers)]))
            self._have, self.edition, self.headers = (), edition, dict(headers)

    def put(self, start: int, body: bytes) -> None:
        """Keep bytes at their place, then say so in the journal."""
        with self._lock:
            with self.path.open("r+b") as file:
                file.seek(start)
                file.write(body)
            self._append(json.dumps([start, start + len(body), _digest(body)]))
            self._have = unite([*self._have, (start, start + len(body))])

    def read(self, start: int, stop: int) -> bytes:
        """Bytes that are there."""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(stop - start)

    def forget(self) -> None:
        """Delete it."""
        with self._lock:
            shutil.rmtree(self.folder, ignore_errors=True)
            self._have, self.edition = (), None

    def _append(self, line: str) -> None:
        with self._journal.open("ab", buffering=0) as journal:
            journal.write(
                line.encode() + b"\n"
            )  # one write: a killed process leaves a whole line, or a torn last one

    def _resume(self) -> None:
        try:
            first, *lines = self._journal.read_bytes().split(b"\n")
            said, headers = json.loads(first)
            edition = Edition(**said)
            with self.path.open("rb") as file:
                if file.seek(0, 2) != edition.total:
                    return
                sound = [span for line in lines if (span := _sound(line, file, edition.total))]
        except (OSError, ValueError, TypeError):  # there is none, or it is not ours
            return
        self._have, self.edition, self.headers = unite(sound), edition, headers
        if lines and lines[-1]:  # torn: end it, so that the next line stands alone
            self._append("")


def _sound(line: bytes, file: BinaryIO, end: int) -> Span | None:
    """The span of a journal's line, if the file's bytes there are those that were written."""
    try:
        start, stop, digest = json.loads(line)
    except (ValueError, TypeError):
        return None
    if not (isinstance(start, int) and isinstance(stop, int) and 0 <= start < stop <= end):
        return None
    file.seek(start)
    body = file.read(stop - start)
    return (start, stop) if _digest(body) == digest else None


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
