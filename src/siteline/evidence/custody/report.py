"""What a verification looks at, whom it trusts, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from siteline.evidence.custody.rows import FIRST


@dataclass
class Report:
    """What was looked at and what was found."""

    checked: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    """What is not as it was, or cannot be shown to be."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    """What a careful reader wants to know, and is no fault."""

    times: list[dict[str, Any]] = field(default_factory=list)
    """What the time proofs of each checkpoint amount to, oldest checkpoint first."""

    fingerprint: str | None = None
    trusted_by: str = ""
    rows: int = 0
    checkpoints: int = 0
    head: str = FIRST
    root: str = ""

    def find(self, thing: str, problem: str) -> None:
        """Name a fault."""
        if {"object": thing, "problem": problem} not in self.findings[-50:]:
            self.findings.append({"object": thing, "problem": problem})

    def note(self, thing: str, remark: str) -> None:
        """Say something that is no fault."""
        self.notes.append({"object": thing, "problem": remark})


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signature counts."""

    named: str = ""
    """Fingerprint that the user named, or of the file he named; "" for none."""

    own: str = ""
    """Fingerprint of the user's own key; "" for none."""
