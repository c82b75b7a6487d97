"""One thing in custody: its bytes by their digest, and what was said of it when it came."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    "image", "video", "audio", "document", "page", "text", "data", "archive", "program", "capture", "scene", "other",
)  # fmt: skip
"""What an exhibit can be."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What was taken into custody, as it was described at that moment; later words are rows of their own."""

    id: str
    """A ULID."""

    sha256: str
    bytes: int
    name: str
    """The file's own name when it came."""

    kind: str
    media_type: str
    """By its content, not by its name."""

    title: str
    source_url: str
    """Where it was found; "" if that was not said."""

    obtained: str
    """When it was obtained, as it was said (a moment, a day or a month, UTC); "" if that was not said."""

    licence: str
    """As it was said, or `unknown`."""

    credit: str
    note: str
    added_at: str
    """When it came into custody: ISO 8601, UTC."""

    added_by: str
