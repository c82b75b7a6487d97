"""ZIP files from strangers: names that lead out, twins, bombs and secrets are seen before anything is read."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from siteline.model.errors import BadArchive
from siteline.model.verdict import Fault

MOST_FILES = 200_000
_LARGEST_INDEX = 64 << 20
_LARGEST_RATIO = 1200
"""Deflate cannot do better than about 1,030."""

_SMALL = 1 << 20
_BOMB_RATIO = 200
_PIECE = 1 << 18
_TROUBLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    KeyError,
    OverflowError,
    struct.error,
    OSError,
    AttributeError,
    IndexError,
    MemoryError,
)
"""What zipfile is known to raise on files that are made to break it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a ZIP, as its index says."""

    name: str
    size: int
    stored: bool
    info: zipfile.ZipInfo


class Zip:
    """An opened ZIP whose index was looked through."""

    def __init__(
        self, archive: zipfile.ZipFile, entries: dict[str, Entry], faults: tuple[Fault, ...]
    ) -> None:
        self._archive = archive
        self.entries = entries
        self.faults = faults

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """One file as a stream; whatever goes wrong in it is one kind of error."""
        try:
            with self._archive.open(self.entries[name].info) as stream:
                yield _Guarded(stream, name)  # type: ignore[misc]
        except BadArchive:
            raise
        except _TROUBLE as error:
            raise BadArchive(f"{name} cannot be read from the ZIP: {_flat(error)}") from None

    def read(self, name: str, most: int) -> bytes:
        """A small file as a whole."""
        with self.open(name) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise BadArchive(f"{name} is larger than {most} bytes")
        return data

    def digest(self, name: str, algorithm: str = "sha256") -> tuple[str, int]:
        """Digest (hex) and length of what is really in one file."""
        running, size = hashlib.new(algorithm, usedforsecurity=False), 0
        with self.open(name) as stream:
            while piece := stream.read(_PIECE):
                running.update(piece)
                size += len(piece)
        return running.hexdigest(), size


class _Guarded:
    """A stream out of a ZIP that only ever raises our own error."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except _TROUBLE as error:
            raise BadArchive(f"{self._name} cannot be read from the ZIP: {_flat(error)}") from None


@contextmanager
def open_zip(path: Path) -> Iterator[Zip]:
    """Open a ZIP and look through its index; a dangerous one is refused as a whole."""
    with path.open("rb") as stream:
        _look_at_end(stream)
        stream.seek(0)
        try:
            archive = zipfile.ZipFile(stream)
            entries, faults = _look_at_index(archive, path.stat().st_size)
        except BadArchive:
            raise
        except _TROUBLE as error:
            raise BadArchive(f"{path.name} is not a ZIP that can be read: {_flat(error)}") from None
        with archive:
            yield Zip(archive, entries, faults)


def _look_at_end(stream: BinaryIO) -> None:
    """How large the index says it is, before a library loads it."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - (22 + 65535 + 20)))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise BadArchive("this is not a ZIP: it has no index at its end")
    index, count = struct.unpack_from("<I", tail, at + 12)[0], struct.unpack_from("<H", tail, at + 10)[0]
    if index == 0xFFFFFFFF or count == 0xFFFF:
        locator = tail.rfind(b"PK\x06\x07", 0, at)
        if locator < 0:
            raise BadArchive("the ZIP's index is broken")
        where = struct.unpack_from("<Q", tail, locator + 8)[0]
        if where >= size:
            raise BadArchive("the ZIP's index is broken")
        stream.seek(where)
        record = stream.read(56)
        if len(record) < 56 or record[:4] != b"PK\x06\x06":
            raise BadArchive("the ZIP's index is broken")
        count, index = struct.unpack_from("<Q", record, 32)[0], struct.unpack_from("<Q", record, 40)[0]
    if index > _LARGEST_INDEX or count > MOST_FILES:
        raise BadArchive(f"the ZIP's index is too large ({count} files, {index} bytes)")


def _look_at_index(archive: zipfile.ZipFile, size: int) -> tuple[dict[str, Entry], tuple[Fault, ...]]:
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    unpacked = 0
    for info in archive.infolist():
        name = info.orig_filename
        if danger := _danger(name, info):
            raise BadArchive(f"the ZIP is refused: {danger} ({name[:120]!r})")
        if name in entries:
            raise BadArchive(
                f"the ZIP is refused: it holds {name[:120]!r} twice, and readers differ in which they show"
            )
        if info.flag_bits & 0x1:
            raise BadArchive(f"the ZIP is refused: {name[:120]!r} is encrypted, so it cannot be checked")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadArchive(f"the ZIP is refused: {name[:120]!r} is packed by a method WACZ does not know")
        if info.file_size > _SMALL and info.file_size > _BOMB_RATIO * max(info.compress_size, 1):
            raise BadArchive(
                f"the ZIP is refused: {name[:120]!r} would grow from {info.compress_size} to {info.file_size} bytes, a bomb"
            )
        unpacked += info.file_size
        if info.is_dir():
            continue
        entries[name] = Entry(name, info.file_size, info.compress_type == zipfile.ZIP_STORED, info)
    if unpacked > _LARGEST_RATIO * max(size, 1):
        raise BadArchive(f"the ZIP is refused: {size} bytes would grow to {unpacked}, a bomb")
    lower: dict[str, str] = {}
    for name in entries:
        twin = lower.setdefault(name.casefold(), name)
        if twin != name:
            faults.append(
                Fault("twin", name, f"differs from {twin!r} only in case; some systems keep one of them")
            )
    return entries, tuple(faults)


def _danger(name: str, info: zipfile.ZipInfo) -> str:
    """Why a name must not be unpacked, or empty."""
    if not name or "\0" in name or any(ord(letter) < 32 for letter in name):
        return "a name with control characters"
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        return "a name that is an absolute path"
    if "\\" in name or ".." in name.split("/"):
        return "a name that leads out of the folder"
    if info.create_system == 3 and (info.external_attr >> 16) & 0o170000 == 0o120000:
        return "a symbolic link"
    return ""


def _flat(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
