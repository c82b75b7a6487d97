"""Whether a bundle is what was handed over: of an edition or of evidence, offline, without a case."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siteline.evidence.custody.bundle_check import Guest
from siteline.evidence.custody.bundle_files import Files, hash_file, read_small
from siteline.evidence.custody.bundle_rows import Rows
from siteline.evidence.custody.report import Report
from siteline.report.inert import inert
from siteline.workbench.briefs.bundling import FOLDER, readme_section
from siteline.workbench.briefs.publishing import RECORD, SUMS
from siteline.workbench.evidence.verifying import check_bundle, tell_report

_LARGEST = 64 << 20
_MOST_FILES = 20_000
_NAME = re.compile(r"[\w][\w./ -]{0,200}")
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")

CANNOT_TELL = (
    "It cannot be told from here whether it was corrected or withdrawn since: ask whoever published it."
)


@dataclass
class EditionLook:
    """What is known of the edition in a bundle; nothing if there is none."""

    record: dict[str, Any] = field(default_factory=dict)

    def look(self, files: Files, rows: Rows, report: Report) -> tuple[set[str], str]:
        """Its files against its record, and the record against the row of the log by which it went out."""
        there = {name for name in files.names() if name.startswith(FOLDER)}
        released = {str(row["object"]) for row in rows.shown("released")}
        if not there and not released:
            return set(), ""
        raw = read_small(files, FOLDER + RECORD, _LARGEST)
        if raw is None:
            report.find(FOLDER + RECORD, "the record of the edition is missing or too large")
            return set(), readme_section()
        if hash_file(files, FOLDER + RECORD) not in released:
            report.find(FOLDER + RECORD, "it is not the record that the log has of a release")
        listed = self._listed(raw, report)
        for name, digest in listed.items():
            if name not in there:
                report.find(name, "it belongs to the edition, and is not there")
            elif hash_file(files, name) != digest:
                report.find(name, "it is not as it was released")
        self._check_sums(files, listed, report)
        return {FOLDER + RECORD, *listed}, readme_section()

    def _listed(self, raw: bytes, report: Report) -> dict[str, str]:
        try:
            told = json.loads(raw)
            found = {FOLDER + str(one["name"]): str(one["sha256"]) for one in told["files"][:_MOST_FILES]}
        except (ValueError, KeyError, TypeError, RecursionError):
            report.find(FOLDER + RECORD, "it cannot be read")
            return {}
        if odd := [name for name in found if not _NAME.fullmatch(name) or ".." in name]:
            report.find(FOLDER + RECORD, f"it names a file that none of ours is called: {odd[0]}")
        self.record = told
        return found

    def _check_sums(self, files: Files, listed: dict[str, str], report: Report) -> None:
        """The list that `sha256sum -c` reads names just the files of the record."""
        raw = read_small(files, FOLDER + SUMS, _LARGEST) or b""
        lines = [_SUM.fullmatch(line) for line in raw.decode("utf-8", "replace").splitlines()]
        said = {FOLDER + found[2]: found[1] for found in lines if found}
        if None in lines or said != {name: d for name, d in listed.items() if name != FOLDER + SUMS}:
            report.find(FOLDER + SUMS, "it does not list the files of the edition")

    def as_dict(self) -> dict[str, Any] | None:
        """Which edition it is, as its record says; None if there is none."""
        if not self.record:
            return None
        text = {
            name: inert(str(self.record.get(name, "")), 300)
            for name in ("brief", "title", "day", "released_by", "version")
        }
        number = self.record.get("number")
        return {**text, "number": number if isinstance(number, int) else None}


def verify_handed(
    path: Path, key: str | None = None, chain: Sequence[Path] = (), headers: Path | None = None
) -> dict[str, Any]:
    """
    Look at everything in a bundle, and say in words what that proves and what it cannot.

    Raises BadInput for what is none, or is dangerous to look at.
    """
    seen = EditionLook()
    report = check_bundle(path, key, chain, headers, (Guest(frozenset({"released"}), seen.look),))
    return tell_report(report) | {"edition": seen.as_dict(), "says": list(say_verdict(report, seen))}


def say_verdict(report: Report, seen: EditionLook) -> list[str]:
    """What a verification amounts to, in sentences."""
    count = len(report.findings)
    whole = (
        "Intact: every file is as it was handed over."
        if not count
        else f"Not intact: {count:,} {'fault' if count == 1 else 'faults'}, named above."
    )
    said = [whole]
    if told := seen.as_dict():
        said.append(
            f"Edition {told['number']} of “{told['title']}”, {told['day']}, released by {told['released_by']}."
        )
    if report.fingerprint:
        said.append(f"By the key {report.fingerprint}; trusted by: {report.trusted_by}.")
    else:
        said.append(f"By no key that is trusted here: {report.trusted_by or 'it is not signed'}.")
    return [*said, CANNOT_TELL]
