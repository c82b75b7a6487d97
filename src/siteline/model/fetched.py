"""How offered scenes were fetched, or why they were not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Outcome(StrEnum):
    """How a try to fetch a scene ended."""

    FETCHED = "fetched"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FetchTry:
    """One try to fetch a scene's window, as it ended."""

    scene_id: str
    outcome: Outcome
    ended: datetime
    """UTC."""

    address: str
    """Of the file that failed, else of the first one; without secrets."""

    error: str = ""
    """Why it failed, in a few words; "" if it did not."""

    remedy: str = ""
    seconds: float = 0.0
    bytes: int = 0
    """That travelled."""

    headers: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """Of each file, by its name in the catalog: its address without secrets, and what its server said of it."""

    crs: str = ""
    """Of the window that was read, with the next two; "" if it never came to that."""

    transform: tuple[float, float, float, float, float, float] | None = None
    shape: tuple[int, int] | None = None
    chip_sha256: str | None = None
    mask_sha256: str | None = None
    number: int = 1
    """Counted from 1 for each scene."""
