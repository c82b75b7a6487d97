"""One request and what came back, as both travelled; and how much a capture may cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, as a browser makes it."""

    method: str
    url: str
    """Absolute, without a fragment."""

    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and its answer or why there is none."""

    ask: Ask
    started: datetime
    ended: datetime
    status: int = 0
    """0: no answer."""

    reason: str = ""
    """The words after the status."""

    headers: tuple[tuple[str, str], ...] = ()
    """As they came, in their order; Transfer-Encoding undone."""

    packed: Path | None = None
    """The body as it travelled."""

    body: Path | None = None
    """The body unpacked; the same file where it was not packed."""

    ip: str = ""
    """Where the answer came from; "" where only a proxy knows."""

    truncated: str = ""
    """Why the body is not whole, in the words of WARC-Truncated: `length`, `time`, `disconnect`; else ""."""

    error: str = ""
    """Why there is no answer, or no whole one."""

    forbidden: bool = False
    """Whether we refused to go there."""

    def header(self, name: str) -> str:
        """The first header of that name, "" if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def media_type(self) -> str:
        """As the server says, in lower case, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class CaptureLimits:
    """How much one capture may cost."""

    response_bytes: int = 256 << 20
    """Most bytes of one answer, as it travels and unpacked; what is longer is cut, and says so."""

    total_bytes: int = 1 << 30
    """Most bytes of all answers."""

    requests: int = 3000
    seconds: float = 120.0
    """For everything, from the first request to the last picture."""

    answer_seconds: float = 60.0
    """For one answer."""

    screens: int = 25
    """How far down a page is scrolled, for what loads only then."""
