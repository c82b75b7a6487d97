"""Looks of one round, asked for again and again: their bodies lie on disk, for a site may answer with anything."""

from __future__ import annotations

import tempfile
import weakref
from dataclasses import replace

from siteline.model.look import Look

_SMALL = 1 << 16
"""Bytes of a body that may stay in memory."""


class Shelf:
    """Looks by address; large bodies are in one file without a name, which is gone when the round is."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="siteline-")  # noqa: SIM115 - lives as long as the round
        weakref.finalize(self, self._file.close)
        self._looks: dict[str, tuple[Look, int, int]] = {}

    def __contains__(self, url: str) -> bool:
        return url in self._looks

    def put(self, url: str, look: Look) -> None:
        """Keep a look."""
        if len(look.body) <= _SMALL:
            self._looks[url] = (look, 0, 0)
            return
        at = self._file.seek(0, 2)
        self._file.write(look.body)
        self._looks[url] = (replace(look, body=b""), at, len(look.body))

    def get(self, url: str) -> Look:
        """The look, with its body."""
        look, at, size = self._looks[url]
        if not size:
            return look
        self._file.seek(at)
        return replace(look, body=self._file.read(size))
