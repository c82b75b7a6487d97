"""What is wrong with a cell: where, by which code, and what to do; a fault refuses a row, a notice only names it."""

from __future__ import annotations

from dataclasses import dataclass

from siteline.model.errors import BadLedgerFile
from siteline.model.shown import plain


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one cell."""

    line: int
    """Line of the file on which the row starts; 1 is the header."""

    column: str
    code: str
    """Such as negative_number; for programs."""

    said: str
    """What is wrong, for people."""

    remedy: str = ""

    def __str__(self) -> str:
        return f"line {self.line}, column {plain(self.column, 60)!r}: {self.said} [{self.code}]"

    def as_dict(self) -> dict[str, object]:
        """For other programs."""
        return {
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.said,
            "remedy": self.remedy,
        }


class RowRefused(Exception):
    """A row cannot be read; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def refuse_file(name: str, faults: list[Fault]) -> BadLedgerFile:
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
