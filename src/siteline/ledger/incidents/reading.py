"""A file to reports: strict by default, or its good rows with a list of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType

from siteline.ledger.incidents import acled, airforce, claims, plain, ucdp
from siteline.ledger.incidents.cells import Row
from siteline.ledger.incidents.faults import refuse_file
from siteline.ledger.incidents.observing import Reading
from siteline.ledger.incidents.table import Table, read_table
from siteline.model.casualty import NumberClaim
from siteline.model.cells import CellFault, CellRefused
from siteline.model.incident import Report

FORMATS: dict[str, ModuleType] = {
    "ua-airforce": airforce,
    "ucdp-ged": ucdp,
    "acled": acled,
    "csv": plain,
    "claims": claims,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds."""

    reports: tuple[tuple[int, Report], ...]
    """With the line of each."""

    claims: tuple[NumberClaim, ...]
    notices: tuple[CellFault, ...]
    """What was read and is named."""

    rejects: tuple[CellFault, ...]
    """Rows that were left out; empty unless lenient."""

    rejected_rows: tuple[tuple[str, ...], ...]
    """Cells of those rows as they came, in the order of `rejects`."""

    heads: tuple[str, ...]
    encoding: str


def read_file(
    content: bytes, name: str, form: str, how: Reading, *, encoding: str | None = None, lenient: bool = False
) -> Read:
    """
    Everything in a file of one of FORMATS.

    Strict: the first bad row refuses all of it, with every fault in the error. Raises BadLedgerFile.
    """
    kind = FORMATS[form]
    table = read_table(content, name, kind.NEEDED, encoding)
    read: Callable[[Row, Reading], Report | NumberClaim] = kind.read
    found, notices = list[tuple[int, Report | NumberClaim]](), list(table.notices)
    bad: list[tuple[CellFault, tuple[str, ...]]] = [(f, tuple(table.raw[f.line])) for f in table.broken]
    for row in table.rows:
        try:
            found.append((row.line, read(row, how)))
        except CellRefused as refused:
            bad.append((refused.on(row.line), tuple(row.cells.values())))
        notices += row.notices
    found, twice = _ids_once(found, table, kind.KEY)
    bad += twice
    bad.sort(key=lambda pair: pair[0].line)
    if bad and not lenient:
        raise refuse_file(name, [fault for fault, _ in bad])
    reports = [(line, one) for line, one in found if isinstance(one, Report)]
    if form == "acled":
        notices += _repeated(reports)
    return Read(
        tuple(reports),
        tuple(one for _, one in found if isinstance(one, NumberClaim)),
        tuple(sorted(notices, key=lambda fault: fault.line)),
        tuple(fault for fault, _ in bad),
        tuple(cells for _, cells in bad),
        table.heads,
        table.encoding,
    )


def _ids_once(
    found: list[tuple[int, Report | NumberClaim]], table: Table, key: tuple[str, ...]
) -> tuple[list[tuple[int, Report | NumberClaim]], list[tuple[CellFault, tuple[str, ...]]]]:
    """Where rows have ids, two different rows of one id are a fault of the second."""
    if len(key) != 1 or key[0] not in table.heads:
        return found, []
    first: dict[str, int] = {}
    kept, bad = [], []
    cells = {row.line: row for row in table.rows}
    for line, one in found:
        row = cells[line]
        said = row.text(key[0])
        if said and said in first:
            fault = CellFault(
                line,
                key[0],
                "id_twice",
                f"the id of line {first[said]} again, with other cells",
                "Give each its own id.",
            )
            bad.append((fault, tuple(row.cells.values())))
            continue
        first.setdefault(said, line)
        kept.append((line, one))
    return kept, bad


def _repeated(reports: Iterable[tuple[int, Report]]) -> list[CellFault]:
    lines = {report.key: line for line, report in reports}
    return [
        CellFault(
            lines[ids[0]],
            "fatalities",
            "total_repeated",
            f"{len(ids)} events ({', '.join(ids[:4])}) share source, notes and number: a total may stand there repeatedly",
            "ACLED splits a total over days or places; mend the rows if this one was repeated.",
        )
        for ids in acled.repeated_totals(report for _, report in reports)
    ]
