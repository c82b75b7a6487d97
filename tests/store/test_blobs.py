"""Bytes in custody."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.errors import BrokenCustody, DiskFull, NotFound
from siteline.store.blobs import Blobs


@given(content=st.binary(max_size=4096))
def test_what_is_kept_is_read_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Any bytes come back as they were, under their own SHA-256."""
    blobs = Blobs(tmp_path_factory.mktemp("blobs"))
    sha256 = blobs.keep(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert blobs.read(sha256) == content
    blobs.verify(sha256)


def test_keeping_twice_stores_once(tmp_path: Path) -> None:
    """The same bytes from a file and from memory are one blob, and nothing is left beside it."""
    source = tmp_path / "a.bin"
    source.write_bytes(b"same")
    blobs = Blobs(tmp_path / "blobs")
    assert blobs.keep(b"same") == blobs.keep_file(source)
    assert [f.is_file() for f in blobs.folder.rglob("*")].count(True) == 1


@pytest.mark.parametrize("at", [0, 3, 6])
def test_a_flipped_byte_is_noticed(tmp_path: Path, at: int) -> None:
    """A blob that no longer matches its name is never handed out."""
    blobs = Blobs(tmp_path)
    sha256 = blobs.keep(b"pixels!")
    file = blobs.path(sha256)
    file.chmod(0o644)
    raw = bytearray(file.read_bytes())
    raw[at] ^= 1
    file.write_bytes(raw)
    with pytest.raises(BrokenCustody, match=sha256[:12]):
        blobs.read(sha256)
    with pytest.raises(BrokenCustody, match=sha256[:12]):
        blobs.verify(sha256)


def test_a_blob_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Asking for unknown bytes is refused by their name."""
    with pytest.raises(NotFound, match="0" * 12):
        Blobs(tmp_path).read("0" * 64)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full, the refusal says so and no part of the blob stays."""

    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    blobs = Blobs(tmp_path / "blobs")
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DiskFull, match="blobs"):
        blobs.keep(b"too much")
    assert not [f for f in blobs.folder.rglob("*") if f.is_file()]
