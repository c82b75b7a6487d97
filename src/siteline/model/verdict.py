"""What an examination of a file says: a verdict, what it means, and everything that was found wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_FAULTS = 200
"""So many faults of one file are listed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file, or that its reader must know."""

    code: str
    """Short and stable, such as `block_digest` or `signer_untrusted`."""

    where: str
    """Record, resource, certificate or byte offset."""

    text: str
    """One sentence for a person."""

    grave: bool = True
    """False where it is worth knowing but takes nothing from the verdict."""

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of one file after looking at it, offline."""

    kind: str
    """`warc`, `arc`, `wacz`, `rfc3161`, `opentimestamps`, `c2pa`, `image`, `video`."""

    verdict: str
    """A code of this kind; docs/howto/proofs.md says what each means."""

    means: str
    """The verdict as one sentence that claims no more than was shown."""

    faults: tuple[Fault, ...] = ()
    """The first 200, grave ones before others; `facts["faults"]` counts all where there are more."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    """What was read, ready for JSON."""

    parts: tuple[Inspection, ...] = ()
    """What was found inside: the WARCs of a WACZ, the token of a signature."""

    def __post_init__(self) -> None:
        if len(self.faults) > MOST_FAULTS:
            first = sorted(self.faults, key=lambda fault: not fault.grave)[:MOST_FAULTS]
            object.__setattr__(self, "facts", {**self.facts, "faults": len(self.faults)})
            object.__setattr__(self, "faults", tuple(first))
        object.__setattr__(self, "facts", dict(self.facts))  # a copy of our own

    @property
    def grave(self) -> tuple[Fault, ...]:
        """The faults that carry the verdict."""
        return tuple(fault for fault in self.faults if fault.grave)

    def codes(self) -> frozenset[str]:
        """The codes of all that was found."""
        return frozenset(fault.code for fault in self.faults)

    def as_json(self) -> dict[str, Any]:
        """The same for `--json`."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "means": self.means,
            "faults": [
                {"code": one.code, "where": one.where, "text": one.text, "grave": one.grave}
                for one in self.faults
            ],
            "facts": dict(self.facts),
            "parts": [part.as_json() for part in self.parts],
        }
