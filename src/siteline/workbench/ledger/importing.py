"""Files of reports and public numbers: taken into custody, read whole or not at all, filed as an edition."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ulid import ULID

from siteline.ledger.incidents.cells import Row, zone_of
from siteline.ledger.incidents.observing import Reading, check_category
from siteline.ledger.incidents.reading import FORMATS, Read, read_file
from siteline.ledger.incidents.table import LARGEST_BYTES, read_table
from siteline.ledger.incidents.weapons import Mapping, built_in, read_mapping
from siteline.model.cells import CellFault, unguarded
from siteline.model.errors import BadInput, BadLedgerFile, BadSetting, NotFound
from siteline.model.incident import Edition
from siteline.model.shown import plain
from siteline.store.sheets import write_sheet
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes

_DATE = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_LARGEST_MAPPING = 4 << 20
_REJECT_HEADS = ("siteline_line", "siteline_column", "siteline_code", "siteline_message")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    edition: Edition
    is_new: bool
    """False: the case had this very file already; nothing was added."""

    notices: tuple[CellFault, ...]
    rejects: tuple[CellFault, ...]
    rejects_file: Path | None
    tolls: dict[str, dict[str, int]]
    """Sums of casualties over all reports, by kind and victims: low, best, high."""

    unknown_numbers: int
    """Reports that name a weapon and give no number."""

    unknown_sources: int
    """Reports of which it is unknown how many sources they have."""

    encoding: str
    is_dry_run: bool = False
    """Nothing was recorded: it was only read."""

    def as_dict(self) -> dict[str, Any]:
        """For other programs."""
        edition = self.edition
        return {
            "id": edition.id,
            "dataset": edition.dataset,
            "edition": edition.name,
            "sha256": edition.sha256,
            "upstream": edition.upstream,
            "data_as_of": edition.as_of or None,
            "zone": edition.zone,
            "encoding": self.encoding,
            "rows": edition.rows,
            "already": not self.is_new and not self.is_dry_run,
            "dry_run": self.is_dry_run,
            "unknown_numbers": self.unknown_numbers,
            "unknown_sources": self.unknown_sources,
            "tolls": self.tolls,
            "warnings": [fault.as_dict() for fault in self.notices],
            "warning_counts": dict(Counter(fault.code for fault in self.notices)),
            "rejects": [fault.as_dict() for fault in self.rejects],
            "rejects_file": None if self.rejects_file is None else str(self.rejects_file),
        }


def import_file(
    case: Case,
    file: Path,
    form: str,
    edition: str,
    *,
    dataset: str = "",
    upstream: str = "",
    as_of: str = "",
    zone: str = "",
    encoding: str | None = None,
    lenient: bool = False,
    war_zone: bool | None = None,
    weapons: Path | None = None,
    weapon_table: Path | None = None,
    dry_run: bool = False,
) -> Imported:
    """
    File one edition. Its bytes are kept; the same file again adds nothing.

    Raises BadLedgerFile with every fault, and records nothing, unless `lenient`: then bad rows are written beside the input.
    dry_run: only read, as if lenient; nothing is recorded or written.
    """
    if form not in FORMATS:
        raise BadSetting(f"no format {plain(form, 40)!r}", f"One of: {', '.join(FORMATS)}.")
    name, dataset = _named(edition, "edition"), _named(dataset or form, "data set")[:60]
    zone = zone or FORMATS[form].ZONE
    zone_of(zone)
    content = _bytes(file, LARGEST_BYTES)
    sha256 = hashlib.sha256(content).hexdigest()
    mapping = mapping_of(weapons)
    how = Reading(mapping, zone, war_zone)
    read = read_file(content, file.name, form, how, encoding=encoding, lenient=lenient or dry_run)
    if not read.reports and not read.claims:
        raise BadLedgerFile(f"{file.name} has no row that could be read", "Is --format right?")
    known = case.incidents.by_digest(sha256, form, zone)
    notices = (*read.notices, *(_at_odds(weapon_table, how) if weapon_table else ()))
    if known is not None and not dry_run:
        return _told(known, False, read, notices, None)
    made = Edition(
        str(ULID()), dataset, name, sha256, form, upstream.strip(), _as_of(as_of, name), zone,
        len(read.reports) + len(read.claims), len(read.rejects), read.encoding, war_zone, mapping.sha256 if weapons else "",
    )  # fmt: skip
    if dry_run:
        return replace(_told(made, False, read, notices, None), is_dry_run=True)
    beside = _write_rejects(file, read) if read.rejects else None
    kept = [(case.blobs.keep(content), f"a file of reports: {form}, edition {name}")]
    if weapons:
        kept.append((case.blobs.keep(weapons.read_bytes()), "a mapping of words to weapon classes"))
    with case.db.appending():
        note_bytes(case, kept, "ledger import")
        filed = case.incidents.file(made, read.reports, read.claims)
    return _told(filed, True, read, notices, beside)


def verify_edition(case: Case, edition: Edition) -> list[str]:
    """What the rows of an edition say otherwise than its kept file, read again; empty if nothing. Raises BrokenCustody."""
    content = case.blobs.read(edition.sha256)
    mapping = built_in()
    if edition.mapping:
        mapping = read_mapping(case.blobs.read(edition.mapping).decode("utf-8-sig"), "the stored mapping")
    how = Reading(mapping, edition.zone, edition.war_zone)
    read = read_file(content, edition.name, edition.format, how, encoding=edition.encoding, lenient=True)
    return case.incidents.differences(edition, read.reports, read.claims)


def mapping_of(file: Path | None) -> Mapping:
    """The mapping of words to weapon classes: a user's own, or ours."""
    if file is None:
        return built_in()
    content = _bytes(file, _LARGEST_MAPPING)
    try:
        return read_mapping(content.decode("utf-8-sig"), file.name)
    except UnicodeDecodeError as error:
        raise BadSetting(f"{file.name} is not UTF-8", "Save it as UTF-8.") from error


def _told(
    edition: Edition, is_new: bool, read: Read, notices: tuple[CellFault, ...], beside: Path | None
) -> Imported:
    tolls: dict[str, dict[str, int]] = {}
    for _, report in read.reports:
        for toll in report.tolls:
            name = toll.kind if toll.victims == "people" else f"{toll.kind} {toll.victims}"
            sums = tolls.setdefault(name, {"low": 0, "best": 0, "high": 0})
            for bound in sums:
                sums[bound] += getattr(toll, bound) or 0
    unknown = sum(
        1
        for _, report in read.reports
        if report.observations and all(o.n_lo is None and o.n_hi is None for o in report.observations)
    )
    sources = sum(1 for _, report in read.reports if report.sources is None)
    return Imported(edition, is_new, notices, read.rejects, beside, tolls, unknown, sources, read.encoding)


def _at_odds(file: Path, how: Reading) -> list[CellFault]:
    """Rows of a weapon table (columns model, category) whose category is at odds with their class."""
    table = read_table(_bytes(file, _LARGEST_MAPPING), file.name, ("model", "category"))
    found = list[CellFault]()
    for row in table.rows:
        seen = Row(row.line, row.cells)
        check_category(seen, "category", row.text("model"), how.mapping)
        found += seen.notices
    return found


def _bytes(file: Path, most: int) -> bytes:
    if not file.exists():
        raise NotFound(f"no file {file}", "Check the path.")
    if not file.is_file():
        raise BadInput(f"{file} is not a file", "Name one file.")
    if file.stat().st_size > most:
        raise BadInput(f"{file} is larger than {most >> 20} MiB", "Split it, for instance by year.")
    content = file.read_bytes()
    if not content.strip():
        raise BadLedgerFile(f"{file.name} is empty", "Name a file with rows.")
    return content


def _named(said: str, what: str) -> str:
    name = said.strip()
    if not _NAME.fullmatch(name) or plain(name) != " ".join(name.split()):
        raise BadSetting(
            f"no name for an {what}: {plain(said, 60)!r}", "Give one line of visible characters."
        )
    return name


def _as_of(told: str, name: str) -> str:
    """The day up to which the data goes: as told, else as the edition is named."""
    said = told.strip() or (found[1] if (found := _DATE.search(name)) else "")
    try:
        return date.fromisoformat(said).isoformat() if said else ""
    except ValueError as error:
        if not told:
            return ""
        raise BadSetting(f"{plain(said, 40)!r} is no date", "Write YYYY-MM-DD.") from error


def _write_rejects(file: Path, read: Read) -> Path:
    """The rejected rows beside the input, as they came, each with what is wrong; no file of another kind is overwritten."""
    number, beside = 1, file.with_name(f"{file.name}.rejects.csv")
    while beside.exists() and not beside.read_bytes()[:40].startswith(b"siteline_line"):
        number += 1
        beside = file.with_name(f"{file.name}.rejects-{number}.csv")
    aside = beside.with_name(f".{beside.name}.part")
    with aside.open("w", encoding="utf-8", newline="") as stream:
        pairs = zip(read.rejects, read.rejected_rows, strict=True)
        rows = (
            (fault.line, fault.column, fault.code, fault.said, *map(unguarded, cells))
            for fault, cells in pairs
        )
        stream.writelines(write_sheet((*_REJECT_HEADS, *read.heads), rows))
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(beside)
    return beside
