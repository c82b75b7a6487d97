"""The refusal of a whole file of reports."""

from __future__ import annotations

from siteline.model.cells import CellFault
from siteline.model.errors import BadLedgerFile
from siteline.model.shown import plain


def refuse_file(name: str, faults: list[CellFault]) -> BadLedgerFile:
    """The refusal of a whole file, with its first faults and how many more there are."""
    shown = "; ".join(map(str, faults[:5]))
    more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
    remedies = " ".join(dict.fromkeys(f.remedy for f in faults[:5] if f.remedy))
    return BadLedgerFile(
        f"{plain(name, 200)}: {shown}{more}",
        f"{remedies} Nothing was imported. Mend the rows, or take the good ones with --lenient: the others are "
        "written to a file beside the input.".strip(),
        tuple(faults),
    )
