"""The files of a bundle from a stranger: a folder or a ZIP, read piece by piece and never unpacked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Protocol

from siteline.evidence.archives.zips import Zip, open_zip
from siteline.evidence.custody.report import Report
from siteline.model.errors import BadArchive, BadInput

LARGEST_LOG = 1 << 30
"""Bytes of a log that are read; blobs are hashed piece by piece, whatever their size."""

LARGEST_PAPER = 1 << 29
"""Bytes of any other list."""

LONGEST_LINE = 4 << 20
"""Bytes of one row or description; a capture of hundreds of parts has a tenth of it."""

_PIECE = 1 << 20
_MOST_GROWN, _SMALL = 40, 1 << 26
"""How much a bundle may grow when it is read: ours are not packed; somebody may have packed one again."""


class Files(Protocol):
    """A bundle's files."""

    def names(self) -> list[str]:
        """Every file of the bundle."""

    def odd(self) -> list[str]:
        """What lies there and is no file, such as a link."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """One of them."""


@contextmanager
def open_bundle(path: Path) -> Iterator[Files]:
    """A bundle's files; raises BadInput for what is none, or is dangerous."""
    if path.is_dir():
        yield _Folder(path)
        return
    if not path.is_file():
        raise BadInput(
            f"there is no bundle at {path}", "Give the folder or the ZIP that `evidence export` wrote."
        )
    try:
        with open_zip(path) as archive:
            unpacked, packed = sum(e.size for e in archive.entries.values()), path.stat().st_size
            if unpacked > _MOST_GROWN * packed + _SMALL:
                raise BadArchive(f"{packed:,} bytes would grow to {unpacked:,}, a bomb")
            yield _Zip(archive)
    except BadArchive as error:
        raise BadInput(
            f"{path.name} is no ZIP that can be read: {error}",
            "Ask for it again, or unpack it and give the folder.",
        ) from error


def lines_of(files: Files, name: str, report: Report, most: int = LARGEST_PAPER) -> Iterator[bytes]:
    """
    The lines of a paper, one by one, as they stand; none of one that is not there.

    A line that nobody ever wrote (empty, endless, not ended) is a fault, and nothing after it is looked at.
    """
    if name not in files.names():
        return
    read, number = 0, 0
    with files.open(name) as stream:
        for line in _split(stream):
            number, read = number + 1, read + len(line)
            if read > most:
                raise BadInput(
                    f"{name} in the bundle is larger than {most >> 20} MiB",
                    "No such list is so long: ask where it came from.",
                )
            if line == b"\n" or not line.endswith(b"\n") or len(line) > LONGEST_LINE:
                report.find(
                    name, f"line {number} is empty, too long or cut short; what follows was not looked at"
                )
                return
            yield line[:-1]


def _split(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines with their ends; one that is too long comes as far as it was read, and is the last."""
    rest = b""
    while piece := stream.read(_PIECE):
        *whole, rest = (rest + piece).split(b"\n") if b"\n" in piece else (rest + piece,)
        for line in whole:
            yield line + b"\n"
        if len(rest) > LONGEST_LINE:
            break
    if rest:
        yield rest


def read_small(files: Files, name: str, most: int) -> bytes | None:
    """A paper as a whole; None if it is not there or too large."""
    if name not in files.names():
        return None
    raw = bytearray()
    with files.open(name) as stream:
        while len(raw) <= most and (piece := stream.read(_PIECE)):
            raw += piece
    return bytes(raw) if len(raw) <= most else None


def hash_file(files: Files, name: str) -> str:
    """SHA-256 of one of them, piece by piece."""
    digest = hashlib.sha256()
    with files.open(name) as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names, self._odd = list[str](), list[str]()
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_symlink() or not (file.is_file() or file.is_dir()):
                self._odd.append(name)
            elif file.is_file():
                self._names.append(name)

    def names(self) -> list[str]:
        return self._names

    def odd(self) -> list[str]:
        return self._odd

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with (self._folder / name).open("rb") as stream:
            yield stream


class _Zip:
    def __init__(self, archive: Zip) -> None:
        self._archive = archive

    def names(self) -> list[str]:
        return list(self._archive.entries)

    def odd(self) -> list[str]:
        return []

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        return self._archive.open(name)
