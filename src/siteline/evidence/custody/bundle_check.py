"""Whether a bundle is what its log says: offline, without a case; a folder or a ZIP, read and never unpacked."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from siteline.evidence.custody.log import detail_of, open_checkpoint
from siteline.evidence.custody.merkle import is_included
from siteline.evidence.custody.report import Report, Trust
from siteline.evidence.custody.rows import COLUMNS, FIRST, hash_line, leaf
from siteline.evidence.custody.signatures import Point, Row, check_points, check_signatures
from siteline.model.errors import BadInput

LARGEST_PAPER = 1 << 30
"""Bytes of a log or list that are read; blobs are hashed piece by piece, whatever their size."""

_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_BACK = {"recorded_at": "created_at", "actor": "created_by"}


class Files(Protocol):
    """The files of a bundle, in a folder or a ZIP."""

    def names(self) -> list[str]:
        """Every file of the bundle."""

    def open(self, name: str) -> IO[bytes]:
        """One of them."""


Check = Callable[[Files, Sequence[Row], Report], None]
"""Looks at the files that another room put in, against the rows of the log."""


def verify_bundle(path: Path, trust: Trust, others: Sequence[Check] = ()) -> Report:
    """
    Look at everything in a bundle; raises BadInput for what is none.

    others: what looks at what other rooms put in.
    """
    report = Report()
    if path.is_dir():
        _check(_Folder(path), trust, report, others)
        return report
    try:
        with zipfile.ZipFile(path) as archive:
            _check(_Zip(archive), trust, report, others)
    except FileNotFoundError as error:
        raise BadInput(
            f"there is no bundle at {path}", "Give the folder or the ZIP that `evidence export` wrote."
        ) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(f"{path.name} is no ZIP that can be read: {error}", "Ask for it again.") from error
    return report


def _check(files: Files, trust: Trust, report: Report, others: Sequence[Check]) -> None:
    names = files.names()
    if "custody.jsonl" not in names or "SHA256SUMS" not in names:
        raise BadInput(
            "that is no bundle of evidence: it has no log or no sums", "Give what `evidence export` wrote."
        )
    digests = _check_sums(files, names, report)
    rows = _read_rows(files, report)
    points: list[Point] = []
    told = [_as_point(line) for line in lines_of(files, "checkpoints.jsonl")]
    try:
        check_points(rows, told, points, report)
        check_signatures(rows, points, trust, report)
        _check_newest(files, report)
        _check_exhibits(files, rows, digests, report)
        for check in others:
            check(files, rows, report)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        report.find("bundle", f"a value in it is of no kind that was ever written there: {error}")
    report.rows = len(rows)
    report.checked = sum(name.startswith("blobs/") for name in digests)


def _check_sums(files: Files, names: list[str], report: Report) -> dict[str, str]:
    """Every file against SHA256SUMS; returns what each hashes to."""
    found = {name: _hash(files, name) for name in names if name != "SHA256SUMS"}
    listed: dict[str, str] = {}
    for line in lines_of(files, "SHA256SUMS"):
        if (said := _SUM.fullmatch(line)) is None:
            report.find("SHA256SUMS", "a line in it is no sum")
            continue
        listed[said[2]] = said[1]
    for name, digest in listed.items():
        if name not in found:
            report.find(name, "it is listed in SHA256SUMS, and not there")
        elif found[name] != digest:
            report.find(name, f"it was changed: it hashes to {found[name]}, not to {digest}")
    for name in sorted(set(found) - set(listed)):
        if not name.startswith("check/"):  # where the commands of the README put what they make
            report.find(name, "it is not listed in SHA256SUMS")
    return found


def _read_rows(files: Files, report: Report) -> list[Row]:
    """The rows, those kept back by their hash alone; the chain is followed on the way."""
    rows: list[Row] = []
    head = FIRST
    for number, line in enumerate(lines_of(files, "custody.jsonl"), 1):
        row = _row(line)
        name = f"custody row {row['seq']}"
        if row["seq"] != number:
            report.find(name, f"the log has a gap before it: row {number} is missing")
        if row["prev_hash"] != head:
            report.find(
                name, "it does not follow the row before it: one of the two was changed, moved or put in"
            )
        head = row["row_hash"]
        rows.append(row)
    report.head = head
    return rows


def _row(line: str) -> Row:
    said = detail_of(line)
    row: Row = dict.fromkeys(COLUMNS, "") | {_BACK.get(key, key): value for key, value in said.items()}
    row["action"] = row["action"] if said.get("redacted") is not True else "kept back"
    row["row_hash"] = str(said.get("row_hash")) if said.get("redacted") is True else hash_line(line)
    return row


def _as_point(line: str) -> tuple[Any, ...]:
    """A checkpoint as the case has it; its summary of the tree stays there."""
    try:
        envelope, said = open_checkpoint(line)
    except (BadInput, ValueError, RecursionError):
        return (0, 0, "", None, line)
    signer = envelope.signatures[0][0] if envelope.signatures else ""
    return (said.get("number"), said.get("size"), signer, None, line)


def _check_newest(files: Files, report: Report) -> None:
    """The checkpoint that the README's commands look at is the last one of all."""
    newest, every = lines_of(files, "checkpoint.dsse.json"), lines_of(files, "checkpoints.jsonl")
    if list(newest) != list(every)[-1:]:
        report.find("checkpoint.dsse.json", "it is not the newest of checkpoints.jsonl")


def _check_exhibits(files: Files, rows: list[Row], digests: Mapping[str, str], report: Report) -> None:
    """Descriptions and blobs against the log, and each proof against the root."""
    added = {row["exhibit_id"]: row for row in rows if row["action"] == "added" and row["exhibit_id"]}
    manifest = {str(told.get("id")): told for told in _manifest(files, report)}
    described = set()
    for line in lines_of(files, "exhibits.jsonl"):
        told = detail_of(line)
        exhibit, sha256 = str(told.get("id")), str(told.get("sha256"))
        described.add(exhibit)
        row = added.get(exhibit)
        if row is None:
            report.find(f"exhibit {exhibit}", "the log has no row by which it came")
        elif detail_of(row["detail"]).get("record") != hash_line(line) or row["object"] != sha256:
            report.find(f"exhibit {exhibit}", "what is said of it was altered")
        if digests.get(f"blobs/{sha256}") != sha256:
            report.find(sha256, f"the bytes of exhibit {exhibit} are missing or were changed")
        if any(manifest.get(exhibit, {}).get(key) != value for key, value in told.items()):
            report.find(f"exhibit {exhibit}", "manifest.json says something else of it")
    for exhibit in sorted(set(manifest) - described):
        report.find(f"exhibit {exhibit}", "manifest.json has it, exhibits.jsonl has not")
    named = {f"blobs/{row['object']}" for row in rows if row["action"] == "added"}
    for name in sorted(set(digests) - named):
        if name.startswith("blobs/"):
            report.find(name, "no row of the log names it")
    for line in lines_of(files, "proofs.jsonl"):
        _check_proof(detail_of(line), rows, report)


def _check_proof(said: Mapping[str, Any], rows: list[Row], report: Report) -> None:
    index, path = int(said.get("leaf_index", -1)), [bytes.fromhex(step) for step in said.get("path", [])]
    is_right = (
        0 <= index < len(rows)
        and rows[index]["exhibit_id"] == said.get("exhibit")
        and said.get("root") == report.root
        and is_included(leaf(rows[index]["row_hash"]), index, len(rows), path, bytes.fromhex(report.root))
    )
    if not is_right:
        report.find(f"exhibit {said.get('exhibit')}", "the proof that it is in the log is wrong")


def _manifest(files: Files, report: Report) -> list[Mapping[str, Any]]:
    try:
        told = json.loads(_read(files, "manifest.json"))["exhibits"]
        return [one for one in told if isinstance(one, dict)]
    except (ValueError, TypeError, KeyError, RecursionError):
        report.find("manifest.json", "it cannot be read")
        return []


def read_bytes(files: Files, name: str, most: int) -> bytes:
    """One small file, or its first `most` bytes; nothing if it is not there."""
    if name not in files.names():
        return b""
    with files.open(name) as stream:
        return stream.read(most)


def lines_of(files: Files, name: str) -> Iterator[str]:
    """Lines of one file; none if it is not there."""
    text = _read(files, name)
    return iter(text.split("\n")[:-1]) if text else iter(())


def _read(files: Files, name: str) -> str:
    if name not in files.names():
        return ""
    with files.open(name) as stream:
        raw = stream.read(LARGEST_PAPER + 1)
    if len(raw) > LARGEST_PAPER:
        raise BadInput(
            f"{name} in the bundle is larger than 1 GiB", "No log is so long: ask where it came from."
        )
    return raw.decode("utf-8", "replace")


def _hash(files: Files, name: str) -> str:
    with files.open(name) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = sorted(
            f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file() and not f.is_symlink()
        )

    def names(self) -> list[str]:
        return self._names

    def open(self, name: str) -> IO[bytes]:
        return (self._folder / name).open("rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(set(self._names)) < len(self._names):
            raise BadInput(
                "the ZIP holds two files of one name", "Ask for it again: one could hide the other."
            )

    def names(self) -> list[str]:
        return self._names

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(name)
