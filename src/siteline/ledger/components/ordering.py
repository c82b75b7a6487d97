"""The order in which a person lists what is numbered: chip 2 before chip 10."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(\d+)")


def natural(text: str) -> tuple[str | int, ...]:
    """A key to sort labels by: their numbers are compared as numbers."""
    return tuple(int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(text)))
