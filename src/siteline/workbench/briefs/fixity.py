"""Whether bytes still are what they were filed as: each hashed once for a whole brief."""

from __future__ import annotations

from siteline.model.errors import BrokenCustody, NotFound
from siteline.store.blobs import Blobs


class Fixity:
    """Checks blobs by their names, and remembers."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._known: dict[str, str] = {}

    def fault(self, sha256: str) -> str:
        """What is wrong with the bytes; "" if nothing is."""
        if sha256 not in self._known:
            try:
                self._blobs.verify(sha256)
                self._known[sha256] = ""
            except (BrokenCustody, NotFound) as error:
                self._known[sha256] = str(error)
        return self._known[sha256]

    def faults(self, digests: tuple[str, ...]) -> tuple[str, ...]:
        """What is wrong with any of them, each once."""
        return tuple(dict.fromkeys(fault for sha256 in digests if (fault := self.fault(sha256))))
