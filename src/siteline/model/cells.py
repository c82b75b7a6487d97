"""Cells of tables: what a spreadsheet would run is disarmed on the way out and restored on the way in; faults are named."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from siteline.model.shown import plain

_RUN = frozenset("=+-@＝＋－＠﹢﹣﹦﹫−")
"""What makes a spreadsheet compute a cell that begins with it; some forgive its wide and small forms."""

_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def guarded(text: str) -> str:
    """
    The text as a cell that no spreadsheet computes, and whose outer blanks no reader takes away: an apostrophe in front.

    Plain numbers stay numbers; "+850" is guarded, or the spreadsheet would take its sign away.
    """
    return f"'{text}" if _needs_guard(text) and not _NUMBER.fullmatch(text) else text


def unguarded(cell: str) -> str:
    """What `guarded` was given; cells that others wrote stay as they are, `'tis` among them."""
    return cell[1:] if cell.startswith("'") and _needs_guard(cell[1:]) else cell


def _needs_guard(text: str) -> bool:
    """
    Whether what a spreadsheet sees first begins a formula, or blanks stand at the ends.

    Apostrophes in front change no answer, so that a guarded text needs its guard too, and both ways undo each other.
    """
    bare = text.lstrip("'")
    if bare != bare.strip():
        return True
    first = next((one for one in bare if one != "'" and not one.isspace() and not _is_unseen(one)), "")
    return first in _RUN


def _is_unseen(letter: str) -> bool:
    return letter < " " or (not letter.isascii() and unicodedata.category(letter) in ("Cf", "Mn"))


@dataclass(frozen=True, slots=True)
class CellFault:
    """One thing wrong with one cell, or with a whole row."""

    line: int
    """Line of the file on which the row starts; 1 is the first."""

    column: str
    """"" where the row as a whole is meant."""

    code: str
    """Short and stable, such as negative_number; for programs."""

    said: str
    """What is wrong, for people."""

    remedy: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {plain(self.column, 60)}" if self.column else "")
        return f"{where}: {self.said} [{self.code}]"

    def as_dict(self) -> dict[str, object]:
        """For other programs."""
        return {
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.said,
            "remedy": self.remedy,
        }


class CellRefused(Exception):
    """A cell cannot be taken; caught by whoever reads its line."""

    def __init__(self, column: str, code: str, said: str, remedy: str = "") -> None:
        super().__init__(column, code, said, remedy)
        self.column, self.code, self.said, self.remedy = column, code, said, remedy

    def on(self, line: int) -> CellFault:
        """The fault, once its line is known."""
        return CellFault(line, self.column, self.code, self.said, self.remedy)
