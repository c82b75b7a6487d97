"""What a user must be told, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing a user must know; never a log line."""

    subject: str
    """The file, scene, site or event it is about."""

    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}" + (f" ({self.remedy})" if self.remedy else "")
