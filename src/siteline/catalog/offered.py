"""One entry of a catalog as it came, and what of it made no sense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Offered:
    """One entry as a catalog gave it."""

    raw: Any
    base: str
    """Address or path of the document that it was in; its relative links start there."""

    described: Mapping[str, Any] | None = None
    """Its collection, as far as that was read."""

    root: str = ""
    """Of a catalog on this machine: the folder that its files may not leave; "" for that of the entry itself."""


class Odd:
    """What made no sense in an item and was left out of it."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def number(
        self, properties: Mapping[str, Any], keys: Iterable[str], least: float, most: float
    ) -> float | None:
        """The first of these properties that is there, if it is a number in range; else None, and said if it is odd."""
        for key in keys:
            value = properties.get(key)
            if value is None:
                continue
            if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
                return float(value)
            self.said.append(f"{key}: {str(value)[:40]!r}")
        return None


def word(value: Any) -> str:
    """One line of printable text, or nothing."""
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value).strip()[:200]
