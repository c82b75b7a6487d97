"""A real case with exhibits, and a way to edit its rows behind the triggers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siteline.evidence.custody.clock import Clock
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.evidence.custody import Description, Kept, Refused, take_files


class SetClock(Clock):
    """A clock that tests set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.ran = 10**12

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        return self.ran

    def boot(self) -> str:
        return "one run of one machine"

    def run(self, seconds: float, *, set_by: float = 0.0) -> None:
        """Let time pass, and set the wall clock by so many seconds."""
        self.at += timedelta(seconds=seconds + set_by)
        self.ran += int(seconds * 1e9)


def write_files(folder: Path, count: int, prefix: str = "f") -> list[Path]:
    """Small files, each with its own content."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(count):
        file = folder / f"{prefix}{number:04}.txt"
        file.write_text(f"{prefix} {number}: seen at the gate\n" * (1 + number % 5))
        files.append(file)
    return files


def take(case: Case, *files: Path, **said: object) -> list[Kept | Refused]:
    """Take files in; the description by its fields."""
    return list(take_files(case, files, Description(**said)))  # type: ignore[arg-type]


def make_full_case(folder: Path, batches: int = 4, each: int = 3) -> Path:
    """A case with several batches of exhibits, one derived, one restricted."""
    case = make_case(folder / "case")
    for batch in range(batches):
        take(case, *write_files(folder / "in", each, f"b{batch}-"))
    first = case.exhibits.after(0)[0][1]
    take(case, *write_files(folder / "in", 1, "crop"), derived_from=(first.id,), activity="cropped")
    take(
        case,
        *write_files(folder / "in", 1, "secret"),
        restricted="a source",
        readers=(case.db.who, "R. Reader"),
    )
    case.close()
    return folder / "case"


@contextmanager
def behind_the_triggers(case: Path) -> Iterator[sqlite3.Connection]:
    """The rows of a case, as somebody edits them who does not ask Siteline."""
    raw = sqlite3.connect(case / "case.db", isolation_level=None)
    try:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("BEGIN")
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        yield raw
        raw.execute("COMMIT")
    finally:
        raw.close()


@contextmanager
def opened(folder: Path) -> Iterator[Case]:
    """The case in a folder, closed afterwards."""
    case = open_case(folder)
    try:
        yield case
    finally:
        case.close()
