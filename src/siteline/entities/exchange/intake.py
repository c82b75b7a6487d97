"""What an import took in, left out and warns of; good lines are kept only if all are good, or the rest is set aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from siteline.model.errors import BadEntityFile
from siteline.model.remark import Remark
from siteline.store.sheets import write_sheet

_TOLD = 20
"""Warnings of one code that are told one by one."""


@dataclass
class Intake:
    """The state of one import."""

    path: Path
    is_lenient: bool = False
    """Take the good lines, and write the others to a file beside the input."""

    added: Counter[str] = field(default_factory=Counter)
    """New rows, by table."""

    known: Counter[str] = field(default_factory=Counter)
    """Rows that were there already."""

    remarks: list[Remark] = field(default_factory=list)
    rejected: list[tuple[int, str, str, str]] = field(default_factory=list)
    """(line, code, reason, the text of the line) of those set aside."""

    _warned: Counter[str] = field(default_factory=Counter)

    def reject(self, line: int, code: str, reason: str, text: str, hint: str = "") -> None:
        """Refuse a line: the whole file, unless the import is lenient."""
        if not self.is_lenient:
            said = f"{self.path.name}, line {line} ({code}): {reason}"
            raise BadEntityFile(said, f"{hint} {BadEntityFile.hint}".strip() if hint else None)
        self.rejected.append((line, code, reason, text))

    def warn(self, line: int, code: str, message: str) -> None:
        """Say what a person should look at; many of a kind are counted."""
        self._warned[code] += 1
        if self._warned[code] <= _TOLD:
            self.remarks.append(Remark(f"{self.path.name}, line {line}", f"{message} [{code}]"))

    def told(self) -> list[Remark]:
        """All remarks, with how many were not told one by one, and where the rejects are."""
        more = [
            Remark(self.path.name, f"{count - _TOLD} more lines with {code}")
            for code, count in self._warned.items()
            if count > _TOLD
        ]
        if self.rejected:
            more.append(
                Remark(
                    self.path.name, f"{len(self.rejected)} lines were set aside in {self.rejects_file().name}"
                )
            )
        return [*self.remarks, *more]

    def rejects_file(self) -> Path:
        """Where lines that were set aside go: beside the input."""
        return self.path.with_name(f"{self.path.name}.rejects.csv")

    def write_rejects(self) -> None:
        """Write what was set aside, if anything was."""
        if not self.rejected:
            return
        with self.rejects_file().open("w", encoding="utf-8", newline="") as out:
            out.writelines(write_sheet(("line", "code", "reason", "text"), self.rejected))
