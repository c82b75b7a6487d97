"""One look at one address: what it answered, on the way and in the end, or why it did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FAILURES = ("", "timeout", "no-host", "no-connection", "certificate", "broken", "forbidden", "loop")
"""Why there is no answer; "" if there is one."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect."""

    url: str
    status: int
    location: str
    """Where it leads, absolute."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of asking for one address; never an exception, a refusal is an answer too."""

    url: str
    """As asked."""

    final_url: str
    """The last address that was asked."""

    chain: tuple[Hop, ...] = ()
    status: int | None = None
    """Of the last answer; None if none came."""

    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes = b""
    is_truncated: bool = False
    """Whether the body is only its beginning."""

    failure: str = ""
    """One of FAILURES."""

    said: str = ""
    """The failure in words."""
