"""What time it is, by two clocks: one that can be set, and one that only runs on."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_THIS_PROCESS = f"process-{uuid.uuid4().hex}"


class Clock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """Wall time, UTC."""
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        """Nanoseconds since this machine started (sleep included, where the system counts it), or since some other moment."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        return time.monotonic_ns()

    def boot(self) -> str:
        """Which run of which machine `monotonic_ns` counts for."""
        try:
            return _BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            return _THIS_PROCESS


def stamp(moment: datetime) -> str:
    """A moment as it stands in rows: ISO 8601, UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
