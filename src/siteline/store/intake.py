"""
Many files into custody at speed: each is hashed while it is copied, and a batch is made durable together.

Nothing lies under its own name before it is synced, and `settle` returns only when names, too, survive a power cut.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

from siteline.model.errors import BadInput, BrokenCustody, NotFound
from siteline.store.blobs import Blobs, room_on_disk, sync_folder

HEAD = 1 << 16
"""Bytes at the beginning of a file that are handed on, to tell what it is."""

_PIECE = 1 << 19
_PIECES = 4
_SYNCING = 8
"""How many files are synced at a time: a disk with a journal joins them into one commit."""


_TOGETHER = 16
"""How many blobs at most a thread hashes before it asks for more."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A file whose bytes are in custody, or will be when its batch is settled."""

    sha256: str
    size: int
    head: bytes
    """Its first bytes."""


class Intake:
    """One batch of files on its way into custody."""

    def __init__(self, blobs: Blobs, largest: int) -> None:
        """`largest`: files of more bytes are refused."""
        self._blobs = blobs
        self._largest = largest
        self._aside: list[tuple[Path, Copied]] = []
        self._pool = ThreadPoolExecutor(_SYNCING)
        self._hasher = ThreadPoolExecutor(1)  # one: pieces are hashed in their order
        self._pieces = [memoryview(bytearray(_PIECE)) for _ in range(_PIECES)]
        self.waiting = 0
        """Bytes copied since the last `settle`."""

    def __enter__(self) -> Intake:
        return self

    def __exit__(self, *_: object) -> None:
        self._hasher.shutdown()
        self._pool.shutdown()
        for aside, _copied in self._aside:
            aside.unlink(missing_ok=True)
        self._aside.clear()

    def copy(self, source: Path) -> Copied:
        """
        Copy one file aside, hashing it; raises BadInput for what is no file at rest with bytes in it, in bounds.
        """
        try:
            handle = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise _unreadable(error) from error
        with os.fdopen(handle, "rb", buffering=0) as stream:
            before = os.fstat(handle)
            self._refuse(before)
            with room_on_disk(self._blobs.folder):
                self._blobs.folder.mkdir(parents=True, exist_ok=True)
                out, name = tempfile.mkstemp(prefix=".part-", dir=self._blobs.folder)
            aside = Path(name)
            try:
                with os.fdopen(out, "wb", buffering=0) as kept:
                    copied = self._pour(stream, kept)
                after = os.fstat(handle)
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or (
                    copied.size != before.st_size
                ):
                    raise BadInput("it changed while it was read", "Let it come to rest, then add it again.")
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
        self._aside.append((aside, copied))
        self.waiting += copied.size
        return copied

    def settle(self) -> None:
        """Make all copies durable under their own names; raises BrokenCustody if one stands there with another size."""
        with room_on_disk(self._blobs.folder):
            fresh = [(aside, copied) for aside, copied in self._aside if not self._is_there(copied)]
            list(self._pool.map(_sync, [aside for aside, _ in fresh]))
            homes = {self._blobs.path(copied.sha256).parent for _, copied in self._aside}
            made = [home for home in homes if not home.exists()]
            for home in made:
                home.mkdir(exist_ok=True)
            if made:
                sync_folder(self._blobs.folder)
            for aside, copied in fresh:
                aside.chmod(0o444)
                aside.replace(self._blobs.path(copied.sha256))
            list(
                self._pool.map(sync_folder, homes)
            )  # those found there, too: their finder may not have got so far
        for aside, _ in self._aside:
            aside.unlink(missing_ok=True)
        self._aside.clear()
        self.waiting = 0

    def _is_there(self, copied: Copied) -> bool:
        """Whether these bytes are kept already, and sound; a rotten blob gives way to the good copy."""
        try:
            self._blobs.verify(copied.sha256)
        except (NotFound, BrokenCustody):
            return False
        return True

    def _refuse(self, found: os.stat_result) -> None:
        if stat.S_ISDIR(found.st_mode):
            raise BadInput("it is a folder", "Give --recursive to take what is in it.")
        if not stat.S_ISREG(found.st_mode):
            raise BadInput("it is no regular file", "Save it as a file first.")
        if found.st_size == 0:
            raise BadInput("it is empty (0 bytes)", "Fetch it again.")
        if found.st_size > self._largest:
            raise BadInput(
                f"it has {found.st_size:,} bytes, more than the {self._largest:,} allowed",
                "Raise evidence.max_gib in siteline.toml, or cut it and say so in --note.",
            )

    def _pour(self, source: IO[bytes], kept: IO[bytes]) -> Copied:
        """Read, hash and write at once: while one piece is hashed the next ones are read and written."""
        total, size, head, turn = hashlib.sha256(), 0, b"", 0
        hashing: dict[int, Future[None]] = {}
        while True:
            if turn in hashing:
                hashing.pop(turn).result()
            try:
                count = source.readinto(self._pieces[turn])  # type: ignore[attr-defined]
            except OSError as error:
                raise _unreadable(error) from error
            if not count:
                break
            part = self._pieces[turn][:count]
            if size < HEAD:
                head += bytes(part[: HEAD - size])
            size += count
            if size > self._largest:
                raise BadInput("it grows while it is read", "Let it come to rest, then add it again.")
            if count == size < _PIECE:
                total.update(part)
            else:
                hashing[turn] = self._hasher.submit(total.update, part)
            with room_on_disk(self._blobs.folder):
                written = 0
                while written < count:
                    written += kept.write(part[written:])
            turn = (turn + 1) % len(self._pieces)
        for rest in hashing.values():
            rest.result()
        return Copied(total.hexdigest(), size, head)


def hash_all(blobs: Blobs, sha256s: Iterable[str], threads: int) -> dict[str, str]:
    """What each blob's bytes hash to now; "" where there is none, or none that can be read."""
    names = list(sha256s)
    with ThreadPoolExecutor(threads) as pool:
        step = max(1, min(_TOGETHER, len(names) // (4 * threads)))
        parts = [names[start : start + step] for start in range(0, len(names), step)]
        found = pool.map(lambda part: [_hash_file(blobs.path(name)) for name in part], parts)
        return dict(zip(names, chain.from_iterable(found), strict=True))


def _hash_file(path: Path) -> str:
    try:
        with path.open("rb", buffering=0) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unreadable(error: OSError) -> BadInput:
    if isinstance(error, FileNotFoundError):
        return BadInput("it is not there", "Check its name.")
    if isinstance(error, PermissionError):
        return BadInput("it cannot be read: permission denied", "Check its permissions.")
    return BadInput(
        f"it cannot be read: {(error.strerror or str(error)).lower()}", "Copy it to a sound disk first."
    )
