"""Tables of parts, companies and public figures taken in: all of it or nothing, unless asked to be lenient."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from siteline.ledger.components.intake import read_parts
from siteline.ledger.components.others import read_companies, read_tallies
from siteline.ledger.components.tables import Table, read_bytes, read_table
from siteline.model.cells import CellFault, unguarded
from siteline.model.errors import BadComponents, BadSetting
from siteline.model.remark import Remark
from siteline.store.sheets import Line, write_sheet
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.files import write_derived
from siteline.workbench.ledger.components.ledger import PartsLedger

FORMATS = ("csv", "companies", "claims")
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import."""

    rows: int
    """Rows that say something each, once."""

    new: int
    """Of those, not on record before."""

    rejected: int
    repeated: int
    edition: str
    sha256: str
    rejects: Path | None
    """Where the rejected lines were written."""

    remarks: tuple[Remark, ...]


def import_table(
    case: Case, path: Path, kind: str, *, lenient: bool = False, encoding: str = "", wreck: str = ""
) -> Taken:
    """
    Take a table in; its bytes are kept. Raises BadComponents naming lines, columns and codes; then nothing is recorded.

    lenient: take the good lines, and write the others beside the file, each with its reason.
    """
    if kind not in FORMATS:
        raise BadSetting(f"no format {kind!r}", f"There are: {', '.join(FORMATS)}.")
    data = read_bytes(path)
    table = read_table(data, path.name, encoding)
    ledger, repeated = PartsLedger(case), 0
    remarks: tuple[Remark, ...] = ()
    faults: tuple[CellFault, ...] = ()
    rejected: tuple[Line, ...] = ()
    edition = hashlib.sha256(data).hexdigest()
    file: Callable[[], int]
    if kind == "csv":
        intake = read_parts(table)
        faults, rejected, remarks, repeated = intake.faults, intake.rejected, intake.remarks, intake.repeated
        count, file = (
            len(intake.parts),
            lambda: ledger.components.file_parts(edition, path.name, intake.parts),
        )
    elif kind == "companies":
        states, faults, rejected, remarks = read_companies(table)
        count, file = len(states), lambda: ledger.components.file_companies(edition, states)
    else:
        tallies = read_tallies(table, wreck)
        count, file = len(tallies), lambda: ledger.components.file_tallies(edition, tallies)
    written = None
    if faults:
        refuse_or_reject(table, faults, lenient)
        written = write_rejects(case, path, table, faults, rejected)
    if not count and not faults:
        raise BadComponents(f"{path.name}: no line under the header", "Write one line per part.")
    case.blobs.keep(data)
    with case.db.appending():
        note_bytes(case, [(edition, f"a table of parts: {kind}")], "ledger components import")
        new = file()
    return Taken(count, new, len(rejected), repeated, ledger.edition, edition, written, remarks)


def refuse_or_reject(table: Table, faults: Sequence[CellFault], lenient: bool) -> None:
    """Refuse a table that has faults, unless its good lines are wanted. Raises BadComponents."""
    if lenient:
        return
    shown = "; ".join(map(str, faults[:_SHOWN]))
    more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    raise BadComponents(
        f"{table.name}: {len(faults)} line{'s' if len(faults) > 1 else ''} refused: {shown}{more}"
    )


def write_rejects(
    case: Case, path: Path, table: Table, faults: Sequence[CellFault], rejected: Sequence[Line]
) -> Path:
    """The rejected lines beside the file, as they came, each with line, column, code and reason."""
    told = zip(faults, rejected, strict=True)
    rows = ((f.line, f.column, f.code, f.said, *map(unguarded, line.cells)) for f, line in told)
    kept = "".join(write_sheet(("line", "column", "code", "reason", *table.header), rows))
    return write_derived(case, path.with_name(f"{path.stem}.rejects.csv"), "", kept.encode())
