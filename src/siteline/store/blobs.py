"""Bytes by their SHA-256: written aside, synced, then renamed; never rewritten."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from siteline.model.errors import BrokenCustody, DiskFull, NotFound

_PIECE = 1 << 20


class Blobs:
    """A folder of blobs: `ab/cdef…`, each named by the digest of its bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the blob is, or would be."""
        return self.folder / sha256[:2] / sha256[2:]

    def names(self) -> Iterator[str]:
        """SHA-256 of every blob that is here, by its name."""
        for inner in self.folder.iterdir() if self.folder.is_dir() else ():
            if inner.is_dir() and len(inner.name) == 2:
                yield from (inner.name + file.name for file in inner.iterdir() if len(file.name) == 62)

    def keep_file(self, source: Path) -> str:
        """Copy a file into custody; returns its SHA-256. Keeping it twice stores it once."""
        with source.open("rb") as stream:
            return self._keep(iter(lambda: stream.read(_PIECE), b""))

    def keep(self, content: bytes) -> str:
        """Take bytes into custody; returns their SHA-256."""
        return self._keep(iter([content]))

    def read(self, sha256: str) -> bytes:
        """The bytes, checked against their name; raises NotFound or BrokenCustody."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"no blob {sha256[:12]} in this case") from error
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise BrokenCustody(f"the blob filed as {sha256[:12]} now reads {found[:12]}")
        return content

    def verify(self, sha256: str) -> None:
        """Raise NotFound or BrokenCustody unless the bytes still match their name; constant memory."""
        total = hashlib.sha256()
        try:
            with self.path(sha256).open("rb") as stream:
                while piece := stream.read(_PIECE):
                    total.update(piece)
        except FileNotFoundError as error:
            raise NotFound(f"no blob {sha256[:12]} in this case") from error
        if total.hexdigest() != sha256:
            raise BrokenCustody(f"the blob filed as {sha256[:12]} now reads {total.hexdigest()[:12]}")

    def _keep(self, pieces: Iterator[bytes]) -> str:
        total = hashlib.sha256()
        with room_on_disk(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".part-", dir=self.folder)
            aside = Path(name)
            try:
                with os.fdopen(handle, "wb") as stream:
                    for piece in pieces:
                        total.update(piece)
                        stream.write(piece)
                    stream.flush()
                    os.fsync(stream.fileno())
                home = self.path(total.hexdigest())
                if not home.exists():
                    if not home.parent.exists():
                        home.parent.mkdir(exist_ok=True)
                        sync_folder(self.folder)
                    aside.chmod(0o444)
                    aside.replace(home)
                    sync_folder(home.parent)
            finally:
                aside.unlink(missing_ok=True)
        return total.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def room_on_disk(where: Path) -> Iterator[None]:
    """Turn "no space left" into a DiskFull that names the folder."""
    try:
        yield
    except OSError as error:
        cut_short = error.errno is None and "requested and" in str(error)  # how numpy says it
        if cut_short or error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"no room left on the disk that holds {where}") from error
        raise
