"""Bodies of answers: counted, unpacked under a cap, and whole, or said not to be."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from siteline.model.errors import NotReached

if TYPE_CHECKING:
    import httpcore

_CHUNK = 1 << 16


MANY = 99


class Again(Exception):
    """This try failed in a way that another may not."""

    def __init__(
        self, said: str, status: int | None = None, wait_s: float | None = None, most: int = MANY
    ) -> None:
        super().__init__(said)
        self.status = status
        self.wait_s = wait_s
        """What the server asked for; None if it did not."""

        self.most = most
        """How many tries of this make sense."""


@dataclass(slots=True)
class Tally:
    """Counts what travels."""

    count: int = field(default=0)

    def of(self, response: httpcore.Response) -> Iterator[bytes]:
        """The chunks of a body as they travelled."""
        for chunk in response.iter_stream():
            self.count += len(chunk)
            yield chunk


def unpacked(
    chunks: Iterable[bytes], headers: Mapping[str, str], most: int, shown: str, check_time: Callable[[], None]
) -> Iterator[bytes]:
    """A body as it was before it was packed, never more than `most` bytes of it, however it is packed."""
    too_much = NotReached(
        f"{shown}: more than {most:,} bytes, which is more than it should be", "Look at what is there.", shown
    )
    if (length(headers) or 0) > most:
        raise too_much
    packing = headers.get("content-encoding", "identity").lower()
    if packing not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise NotReached(f"{shown}: packed in a way we did not ask for ({packing[:40]!r})", url=shown)
    unpack = None if packing in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    count = 0
    for chunk in chunks:
        check_time()
        rest = chunk
        while rest:
            try:
                part = rest if unpack is None else unpack.decompress(rest, _CHUNK)
            except zlib.error as error:
                raise Again("a packed answer is damaged") from error
            rest = b"" if unpack is None else unpack.unconsumed_tail
            count += len(part)
            if count > most:
                raise too_much
            yield part
    if unpack is not None and not unpack.eof and count:
        raise Again("a packed answer ends in the middle")


def check_whole(came: int, headers: Mapping[str, str]) -> None:
    """Raise Again unless as many bytes came as were declared."""
    declared = length(headers)
    if declared is not None and came != declared:
        raise Again(f"{came} bytes came instead of {declared}")


def length(headers: Mapping[str, str]) -> int | None:
    """Bytes that an answer says it has; None if it does not say."""
    said = headers.get("content-length", "")
    return int(said) if re.fullmatch(r"\d{1,18}", said) else None


def content_range(said: str) -> tuple[int, int, int | None]:
    """First and last byte and the size of the whole; (-1, -1, None) if it cannot be read."""
    match = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", said.strip())
    if match is None:
        return -1, -1, None
    return int(match[1]), int(match[2]), None if match[3] == "*" else int(match[3])
