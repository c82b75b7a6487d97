"""What this user's machine has seen of a log: a memory outside the case, so that a log cut short is noticed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest state of one log that this user has written or verified."""

    case: str
    """The log's own id."""

    size: int
    head: str
    """Hash of its last row."""

    checkpoints: int
    fingerprint: str
    """The key that signed the newest checkpoint; "" for none."""

    folder: str
    """Where the case was; "" once another case took its place."""


class Anchors:
    """One small file for each case, in the user's config folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, case: str) -> Seen | None:
        """What was seen of the log with this id; None if nothing, or nothing legible."""
        return self._read(self.folder / f"{case}.json") if _ID.fullmatch(case) else None

    def at(self, folder: str) -> list[Seen]:
        """Every log that was seen in this case folder."""
        if not self.folder.is_dir():
            return []
        found = (self._read(file) for file in sorted(self.folder.glob("*.json")))
        return [seen for seen in found if seen is not None and seen.folder == folder]

    def advance(self, seen: Seen) -> None:
        """Remember a state, unless a later one of this log is remembered; a folder that cannot be written forgets."""
        before = self.of(seen.case)
        if before is not None and before.size > seen.size:
            return
        with contextlib.suppress(OSError):
            self._write(seen)

    def leave(self, folder: str) -> None:
        """A new case is made in this folder: what was there before has been given up on purpose."""
        for seen in self.at(folder):
            with contextlib.suppress(OSError):
                self._write(replace(seen, folder=""))

    def _read(self, file: Path) -> Seen | None:
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            return Seen(**{name: kind(told[name]) for name, kind in _FIELDS.items()})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, seen: Seen) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, aside = tempfile.mkstemp(prefix=".part-", dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(asdict(seen), stream)
            Path(aside).replace(self.folder / f"{seen.case}.json")
        finally:
            Path(aside).unlink(missing_ok=True)


_FIELDS = {"case": str, "size": int, "head": str, "checkpoints": int, "fingerprint": str, "folder": str}
