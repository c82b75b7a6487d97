"""
Whether a bundle is what its log says: offline, without a case; a folder or a ZIP, read and never unpacked.

Every file is held against what is signed: rows, descriptions, keys and proofs against the signed checkpoints, each by its name;
and all of them together by the statement that whoever handed the bundle over signed over its list of sums. Where there
is no such signature, it is said what that leaves unproven.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siteline.evidence.custody.bundle import (
    STATEMENT,
    STATEMENT_TYPE,
    instructions,
    keys_in,
    stated,
    sums,
)
from siteline.evidence.custody.bundle_files import (
    LARGEST_PAPER,
    Files,
    hash_file,
    lines_of,
    open_bundle,
    read_small,
)
from siteline.evidence.custody.bundle_manifest import check_manifest
from siteline.evidence.custody.bundle_rows import LOG, Rows, read_rows
from siteline.evidence.custody.dsse import parse_envelope
from siteline.evidence.custody.log import KEY_ACTIONS, detail_of, open_checkpoint
from siteline.evidence.custody.merkle import is_included
from siteline.evidence.custody.report import Report, Trust
from siteline.evidence.custody.rows import canonical, hash_bytes, leaf
from siteline.evidence.custody.signatures import Believed, Point, check_points, check_signatures
from siteline.evidence.custody.told import read_exhibit
from siteline.model.errors import BadInput, BrokenCustody
from siteline.model.exhibit import Exhibit

SUMS = "SHA256SUMS"
_PAPERS = (
    LOG, "exhibits.jsonl", "checkpoints.jsonl", "checkpoint.dsse.json", "proofs.jsonl", "manifest.json", "README.md",
    STATEMENT, SUMS, "key.pem",
)  # fmt: skip
_MADE_BY_README = "check/"
_PAGE = 1 << 20
_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_TROUBLE = (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Guest:
    """Another room that has put something into a bundle."""

    actions: frozenset[str]
    """Of the rows that it asks for."""

    look: Callable[[Files, Rows, Report], tuple[set[str], str]]
    """Looks at its files; returns their names and the section of the README that goes with them."""


def verify_bundle(path: Path, trust: Trust, guests: Sequence[Guest] = ()) -> Report:
    """Look at everything in a bundle; raises BadInput for what is none."""
    report = Report()
    with open_bundle(path) as files:
        names = set(files.names())
        if LOG not in names or SUMS not in names:
            raise BadInput(
                "that is no bundle of evidence: it has no log or no sums",
                "Give what `evidence export` wrote.",
            )
        _Bundle(files, report, guests).check(trust)
    return report


class _Bundle:
    """A bundle that is looked at."""

    def __init__(self, files: Files, report: Report, guests: Sequence[Guest]) -> None:
        self._guests = guests
        self._theirs: set[str] = set()
        self._sections = ""
        self._files = files
        self._report = report
        self._names = set(files.names())
        self._digests: dict[str, str] = {}
        self._rows = Rows()
        self._newest: dict[str, Any] = {}
        self._envelope = ""
        self._signer = ""

    def check(self, trust: Trust) -> None:
        """Each file, in the order in which one rests on the other."""
        files, report = self._files, self._report
        self._check_sums()
        self._rows = read_rows(files, report, {action for guest in self._guests for action in guest.actions})
        points = [_as_point(line) for line in self._texts("checkpoints.jsonl")]
        self._envelope = points[-1][4] if points else ""
        sound: list[Point] = []
        try:
            check_points(self._rows, points, sound, report)
            believed = check_signatures(self._rows, sound, trust, report)
            if believed.trusted and not (trust.named or report.fingerprint == trust.own):
                report.note(
                    "key",
                    "it came with the bundle and proves nothing: ask for its fingerprint by another road, and name it with --key",
                )
            self._check_checkpoints(points)
            self._check_keys()
            self._ask_guests()
            found = self._check_exhibits()
            self._check_page(found, is_signed=self._check_statement(believed))
        except _TROUBLE as error:
            report.find("bundle", f"a value in it is of no kind that was ever written there: {error}")
        report.checked = sum(name.startswith("blobs/") for name in self._digests)

    def _check_sums(self) -> None:
        """Every file against SHA256SUMS; and whether there is any that no bundle holds."""
        report, listed = self._report, dict[str, str]()
        self._digests = {
            name: hash_file(self._files, name) for name in sorted(self._names - {SUMS, STATEMENT})
        }
        for name in self._files.odd():
            report.find(name, "it is a link, or no file at all; a bundle holds none")
        for line in self._texts(SUMS):
            if (said := _SUM.fullmatch(line)) is None:
                report.find(SUMS, "a line in it is no sum")
                continue
            listed[said[2]] = said[1]
        for name, digest in listed.items():
            if name not in self._digests:
                report.find(name, "it is listed in SHA256SUMS, and not there")
            elif self._digests[name] != digest:
                report.find(name, f"it was changed: it hashes to {self._digests[name]}, not to {digest}")
        made = {name for name in self._digests if name.startswith(_MADE_BY_README)}
        for name in sorted(set(self._digests) - made - set(listed)):
            report.find(name, "it is not listed in SHA256SUMS")
        for name in sorted(made & set(listed)):
            report.find(name, "a bundle holds no such file: the commands of README.md make it")
        if made - set(listed):
            report.note(_MADE_BY_README, "what the commands of README.md made; nothing is proven of it")
        self._digests = {name: digest for name, digest in self._digests.items() if name not in made}
        if read_small(self._files, SUMS, LARGEST_PAPER) != sums(listed):
            report.find(SUMS, "it does not name each file once, in the order of their names")

    def _check_checkpoints(self, points: list[tuple[Any, ...]]) -> None:
        """The checkpoint that the README's commands look at is the last one of all, and each is written as it was."""
        if list(self._texts("checkpoint.dsse.json")) != [self._envelope]:
            self._report.find("checkpoint.dsse.json", "it is not the newest of checkpoints.jsonl")
        for place, (*_, text) in enumerate(points, 1):
            try:
                envelope, said = open_checkpoint(text)
            except (BadInput, ValueError, RecursionError):
                continue  # named already
            if envelope.to_json() != text:
                self._report.find(f"checkpoint {place}", "it was altered: it is not written as it was")
            self._newest = said
            self._signer = envelope.signatures[0][0] if envelope.signatures else ""

    def _check_keys(self) -> None:
        """The keys beside the log are those in it, and key.pem is the one that signed the newest checkpoint."""
        keys = keys_in(row for action in KEY_ACTIONS for row in self._rows.shown(action))
        wanted = {f"keys/{fingerprint}.pem": key.pem for fingerprint, key in keys.items()}
        if self._signer in keys:
            wanted["key.pem"] = keys[self._signer].pem
        there = {name for name in self._names if name.startswith("keys/") or name == "key.pem"}
        for name in sorted(there | set(wanted)):
            raw = read_small(self._files, name, _PAGE)
            if name not in wanted or raw != wanted[name].encode():
                self._report.find(name, "it is not the key that the log names")

    def _ask_guests(self) -> None:
        for guest in self._guests:
            names, section = guest.look(self._files, self._rows, self._report)
            self._theirs |= names
            self._sections += section

    def _check_exhibits(self) -> int:
        """Descriptions, blobs and proofs against the log, and the manifest against those; returns how many there are."""
        report, rows = self._report, self._rows
        added = {row["exhibit_id"]: row["seq"] for row in rows.shown("added")}
        found, before, read = dict[str, Exhibit](), 0, 0
        proofs = lines_of(self._files, "proofs.jsonl", report)
        for line in lines_of(self._files, "exhibits.jsonl", report):
            told, read = detail_of(line.decode("utf-8", "replace")), read + len(line)
            exhibit, sha256 = str(told.get("id")), str(told.get("sha256"))
            name, row = f"exhibit {exhibit}", rows[added[exhibit] - 1] if exhibit in added else None
            if row is None:
                report.find(name, "the log has no row by which it came")
            elif detail_of(row["detail"]).get("record") != hash_bytes(line) or row["object"] != sha256:
                report.find(name, "what is said of it was altered")
            elif exhibit in found or row["seq"] < before:
                report.find(name, "it is told twice, or out of its place")
            else:
                before = row["seq"]
                try:
                    found[exhibit] = read_exhibit(line.decode("utf-8", "surrogatepass"))
                except (BrokenCustody, UnicodeDecodeError):
                    report.find(name, "what is said of it cannot be read")
            if self._digests.get(f"blobs/{sha256}") != sha256:
                report.find(sha256, f"the bytes of exhibit {exhibit} are missing or were changed")
            if row is not None and not self._is_proof(next(proofs, b""), row):
                report.find(name, "the proof that it is in the log is wrong")
        if next(proofs, None) is not None:
            report.find("proofs.jsonl", "it holds proofs of what is not in the bundle")
        for absent in sorted(set(added) - set(found)):
            report.find(f"exhibit {absent}", "the log shows how it came, but it is not in exhibits.jsonl")
        known = {*_PAPERS, *self._theirs, *(f"blobs/{e.sha256}" for e in found.values())}
        for name in sorted(self._digests):
            if name.startswith("blobs/") and name not in known:
                report.find(name, "no row of the log names it")
            elif name not in known and not name.startswith("keys/"):
                report.find(name, "a bundle holds no such file")
        most = _PAGE + 8 * read + 256 * len(rows)  # what it tells is in those; a bomb is no manifest
        manifest = read_small(self._files, "manifest.json", most)
        check_manifest(manifest or b"", rows, found, self._newest, self._signer, report)
        return len(found)

    def _check_page(self, exhibits: int, *, is_signed: bool) -> None:
        """The page of instructions is the one we write; one of another version is whoever's who signed for it."""
        page = instructions(self._newest, self._signer, exhibits, self._sections).encode()
        if read_small(self._files, "README.md", _PAGE) == page:
            return
        said = "it is not the page that this version of Siteline writes"
        if is_signed:
            said += ", but whoever signed the bundle signed for it; read its commands before you run them"
            self._report.note("README.md", said)
        else:
            self._report.find("README.md", f"{said}; do not trust its commands")

    def _is_proof(self, line: bytes, row: Mapping[str, Any]) -> bool:
        said, report = detail_of(line.decode("utf-8", "replace")), self._report
        path = said.get("path")
        if not isinstance(path, list) or len(path) > 64 or not all(isinstance(step, str) for step in path):
            return False
        expected = {"exhibit": row["exhibit_id"], "seq": row["seq"], "row_hash": row["row_hash"], "path": path,
                    "leaf_index": row["seq"] - 1, "tree_size": len(self._rows), "root": report.root}  # fmt: skip
        try:
            steps, root = [bytes.fromhex(step) for step in path], bytes.fromhex(report.root)
        except ValueError:
            return False
        index, size = row["seq"] - 1, len(self._rows)
        return line == canonical(expected).encode() and is_included(
            leaf(row["row_hash"]), index, size, steps, root
        )

    def _check_statement(self, believed: Believed) -> bool:
        """The signed statement over the list of sums; whether it is by a key that counts, of this log, of these sums."""
        report, raw = self._report, read_small(self._files, STATEMENT, _PAGE)
        faults = len(report.findings)
        loose = (
            "which rows were kept back, how many exhibits were left out, and README.md rest on no signature: "
            "whoever had the bundle could have changed them"
        )
        if raw is None:
            (report.find if believed.trusted else report.note)(
                STATEMENT, f"the list of sums is not signed; {loose}"
            )
            return False
        try:
            envelope = parse_envelope(raw.decode())
        except (BadInput, UnicodeDecodeError):
            report.find(STATEMENT, f"it cannot be read; {loose}")
            return False
        listed = hash_file(self._files, SUMS)
        said = canonical(stated(str(self._newest.get("case")), self._envelope, listed)).encode()
        if envelope.payload_type != STATEMENT_TYPE or f"{envelope.to_json()}\n".encode() != raw:
            report.find(STATEMENT, "it is not written as it was")
        if envelope.payload != said:
            report.find(SUMS, f"it is not the list that was signed when the bundle was handed over; {loose}")
        who = envelope.signatures[0][0] if len(envelope.signatures) == 1 else ""
        if who not in believed.keys or not envelope.signed_by(believed.keys[who]):
            report.find(STATEMENT, f"its signature is wrong, or of a key that the log does not name; {loose}")
        elif believed.trusted and (
            who not in believed.trusted
            or (believed.trusted[who] is not None and believed.trusted[who] < len(self._rows))  # type: ignore[operator]
        ):
            report.find(
                STATEMENT, f"it is signed by the key {who[:16]}, for whom no trusted key has vouched; {loose}"
            )
        is_listed = bool(listed) and not any(f["object"] in (SUMS, "README.md") for f in report.findings)
        return who in believed.trusted and is_listed and len(report.findings) == faults

    def _texts(self, name: str) -> Iterator[str]:
        return (line.decode("utf-8", "replace") for line in lines_of(self._files, name, self._report))


def _as_point(line: str) -> tuple[Any, ...]:
    """A checkpoint as the case has it; its summary of the tree stays there."""
    try:
        envelope, said = open_checkpoint(line)
    except (BadInput, ValueError, RecursionError):
        return (0, 0, "", None, line)
    signer = envelope.signatures[0][0] if envelope.signatures else ""
    return (said.get("number"), said.get("size"), signer, None, line)
