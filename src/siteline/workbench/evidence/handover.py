"""Handing evidence over: a folder or ZIP that a stranger can check, and the row that says it went out."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from siteline.evidence.custody.bundle import STATEMENT, Chosen, digest_of_bytes, papers, seal_sums, sums
from siteline.evidence.custody.inclusion import Prover, seqs_of
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.withheld import Withheld
from siteline.model.errors import BadSetting, BrokenCustody, CannotTell
from siteline.store.blobs import room_on_disk
from siteline.workbench.case import Case
from siteline.workbench.evidence.timing import bundle_times

_PIECE = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Handed:
    """What went out."""

    path: Path
    exhibits: int
    left_out: int
    """Restricted exhibits that stayed."""

    sums: str
    """SHA-256 of the bundle's SHA256SUMS."""


class _Target(Protocol):
    def put(self, name: str, pieces: Iterator[bytes]) -> None:
        """Write one file."""


def export_bundle(
    case: Case, out: Path, said: Sequence[str] = (), *, with_restricted: bool = False, to_whom: str = ""
) -> Handed:
    """
    Write exhibits (all, or those named) with the log, checkpoints, keys and instructions; then log that they went out.

    What is restricted stays unless it was asked for by one of its readers. Bytes are hashed again on their way: raises
    BrokenCustody for one that is not what was filed, and nothing is left behind.
    """
    if out.exists():
        raise BadSetting(f"{out} exists", "Name a new folder, or a new file that ends in .zip.")
    chosen, left_out, withheld = _choose(case, said, with_restricted)
    tool, secret = "evidence export", [c.exhibit for c in chosen if c.restriction]
    # Also without one of these: a key that is new to this log says in it whose it is, before it signs a bundle.
    case.log.append(
        [Event("read", object=e.sha256, exhibit_id=e.id, tool=tool, note=to_whom) for e in secret]
    )
    prover, signer = Prover(case.db), case.log.signer
    added = bundle_times(case, prover.size)
    digests: dict[str, str] = {}
    aside = out.with_name(f".{out.name}.part")
    with room_on_disk(out.parent), _target(aside, is_zip=out.suffix.casefold() == ".zip") as target:
        for name, content in sorted(papers(prover, chosen, left_out, withheld, added)):
            digests[name] = digest_of_bytes(content)
            target.put(name, iter([content]))
        for sha256 in sorted({c.exhibit.sha256 for c in chosen}):
            target.put(f"blobs/{sha256}", _checked(case, sha256))
            digests[f"blobs/{sha256}"] = sha256
        listed = sums(digests)
        target.put("SHA256SUMS", iter([listed]))
        if signer is not None:
            target.put(STATEMENT, iter([seal_sums(prover, listed, signer)]))
    digest = digest_of_bytes(listed)
    detail = {"exhibits": len(chosen), "left_out": left_out, "sums": digest}
    if late := {c.exhibit.id for c in chosen if not c.restriction} & set(case.exhibits.restrictions()):
        _remove(aside)
        raise BadSetting(f"exhibit {min(late)} was restricted meanwhile", "Export again, without it.")
    try:  # before it gets its name: nothing goes out that the log does not know of
        case.log.append([Event("exported", tool=tool, detail=detail, note=to_whom)])
        aside.rename(out)
    except BaseException:
        _remove(aside)
        raise
    return Handed(out, len(chosen), left_out, digest)


def _choose(case: Case, said: Sequence[str], with_restricted: bool) -> tuple[list[Chosen], int, Withheld]:
    """What goes out, how many exhibits stay, and what must not be named."""
    restricted, hidden = case.exhibits.restrictions(), case.exhibits.hidden()
    every = [e for _, e in case.exhibits.after(0)]
    named = [case.exhibits.get(one) for one in said] or [e for e in every if e.id not in hidden]
    named = list({e.id: e for e in named}.values())
    held = hidden if with_restricted else {*hidden, *restricted}
    kept = [e for e in named if e.id not in held]
    if said and len(kept) < len(named):
        first = next(e.id for e in named if e.id in held)
        raise BadSetting(f"exhibit {first} is restricted", "Leave it out, or say --with-restricted.")
    if not named:
        raise CannotTell("there is no exhibit to export", "Add some: siteline evidence add FILE")
    bytes_held = case.exhibits.bytes_held(held)
    withheld = Withheld((e for e in every if e.id in held), (e for e in every if e.id not in held))
    telling = [e for e in kept if withheld.points_to(e)]
    if said and telling:
        raise BadSetting(
            f"what is said of exhibit {telling[0].id} points to something restricted",
            "Add it again with other words, or leave it out.",
        )
    out = [e for e in kept if e.sha256 not in bytes_held and not withheld.points_to(e)]
    if not out:
        raise CannotTell("all exhibits are restricted", "A reader may say --with-restricted.")
    seqs, ids, origins = seqs_of(case.db, [e.id for e in out]), {e.id for e in out}, case.exhibits.origins()
    chosen = [
        Chosen(e, seqs[e.id], restricted.get(e.id), tuple(d for d in origins.get(e.id, ()) if d["id"] in ids))
        for e in sorted(out, key=lambda e: seqs[e.id])
    ]
    return chosen, len(named) - len(chosen) + (0 if said else len(hidden)), withheld


def _checked(case: Case, sha256: str) -> Iterator[bytes]:
    total = hashlib.sha256()
    try:
        with case.blobs.path(sha256).open("rb") as stream:
            while piece := stream.read(_PIECE):
                total.update(piece)
                yield piece
    except FileNotFoundError as error:
        raise BrokenCustody(f"the blob {sha256[:12]} is gone") from error
    if total.hexdigest() != sha256:
        raise BrokenCustody(f"the blob filed as {sha256[:12]} now reads {total.hexdigest()[:12]}")


@contextmanager
def _target(aside: Path, *, is_zip: bool) -> Iterator[_Target]:
    """Where a bundle is written before it gets its name; removed if it does not get so far."""
    _remove(aside)
    try:
        if is_zip:
            aside.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED) as archive:
                yield _Zip(archive)
        else:
            aside.mkdir(parents=True)
            yield _Folder(aside)
    except BaseException:
        _remove(aside)
        raise


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, pieces: Iterator[bytes]) -> None:
        file = self._folder / name
        file.parent.mkdir(exist_ok=True)
        with file.open("wb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def put(self, name: str, pieces: Iterator[bytes]) -> None:
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.external_attr = 0o644 << 16
        entry.create_system = 3
        with self._archive.open(entry, "w", force_zip64=True) as stream:
            for piece in pieces:
                stream.write(piece)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
