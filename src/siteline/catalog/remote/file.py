"""One remote file, read in parts into its mirror: each part checked to be of the same state of the file."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, BinaryIO, NoReturn, Protocol, cast

from siteline.catalog.remote.address import without_secrets
from siteline.catalog.remote.layout import Layout, lay_out
from siteline.catalog.remote.mirror import Edition, Mirror
from siteline.catalog.remote.spans import Span, requests, subtract
from siteline.model.errors import BadImage, NotReached
from siteline.model.found import Asset, FoundScene

FIRST_BYTES = 32 << 10
"""Read at once: the directories of most cloud-optimised files."""

_NEXT_BYTES = 64 << 10
_MOST_OF_HEADERS = 24 << 20
"""Bytes of directories that a file may have."""

PIECE = 8 << 20
"""Longest span of one request."""

TIMES_DECLARED = 10
"""A file that is so many times as long as its catalog says is another file."""

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WHOLE = (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""First bytes of formats that are read whole."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What is sent; holds secrets."""

    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    own_endpoint: bool = False
    """Whether the host is one that the user named in the environment, whoever lists the file."""

    renewable: bool = False
    """Whether signing again may help when it is refused."""


class Signs(Protocol):
    """What we need of a signer."""

    def sign(self, href: str, found: FoundScene, refused: str = "") -> Signed:
        """How to ask for a file of an offered scene; `refused`: as what it was signed before, which is refused now."""


class Answer(Protocol):
    """What we need of an answer."""

    @property
    def status(self) -> int: ...  # noqa: D102
    @property
    def headers(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def body(self) -> bytes: ...  # noqa: D102
    @property
    def wire_bytes(self) -> int: ...  # noqa: D102
    @property
    def tried(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def total(self) -> int | None: ...  # noqa: D102


class ReadsRanges(Protocol):
    """What we need of a web client here."""

    def get_range(
        self,
        url: str,
        start: int,
        stop: int,
        headers: Mapping[str, str] | None = None,
        via: str | None = None,
    ) -> Answer:
        """Bytes start ≤ n < stop of a file."""


@dataclass(slots=True)
class Toll:
    """What reading a file has cost in this try."""

    bytes: int = 0
    requests: int = 0
    failures: list[str] = field(default_factory=list)
    """What went wrong before it went right."""


class RemoteFile:
    """A file of an offered scene; `fetch` and `read` may be called from many threads."""

    def __init__(
        self,
        asset: Asset,
        found: FoundScene,
        mirror: Mirror,
        web: ReadsRanges,
        signer: Signs,
        whole_bytes: int,
        via: str | None = None,
    ) -> None:
        """`whole_bytes`: most bytes of a file that must be read whole; `via`: the address that listed this one."""
        self.asset = asset
        self.address = without_secrets(asset.href)
        self.mirror = mirror
        self.toll = Toll()
        self.layout: Layout | None = None
        """Of a TIFF, once opened."""

        self._found = found
        self._web = web
        self._signer = signer
        self._whole_bytes = whole_bytes
        self._via = via
        self._lock = threading.Lock()
        self._seen: Edition | None = None
        """As this process met it; an edition in the mirror may be older."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer that told what the file is, with its status as `answered`."""
        return self.mirror.headers

    @property
    def size(self) -> int:
        """Bytes of the whole file; known once a part was read."""
        assert self.mirror.edition is not None
        return self.mirror.edition.total

    def open(self) -> tuple[Span, ...]:
        """
        Learn what the file is; returns what must be fetched before its header can be read from the mirror.

        Nothing for a TIFF, whose directories are read here; all of it for a format that can only be read whole.
        """
        if self.mirror.edition is None or self.mirror.lacks(0, min(FIRST_BYTES, self.mirror.edition.total)):
            self.fetch(0, FIRST_BYTES)
        start = self.mirror.read(0, 16)
        if start.startswith(_TIFF) and self.mirror.lacks(0, self.size):
            if self.headers.get("answered") == "200":
                return self._all_of_it("its server does not give parts of files")
            reader = _Reader(self)
            self.layout = lay_out(cast("BinaryIO", reader), self.size)
            for span in self.missing(self.layout.described):
                reader.need(*span)
            return ()
        if start.startswith(_TIFF):
            self.layout = lay_out(cast("BinaryIO", _Reader(self)), self.size)
            return ()
        if start.startswith(_WHOLE):
            return self._all_of_it("it is no TIFF, and can only be read whole")
        kind = self.headers.get("content-type", "").split(";")[0].strip()[:60]
        came = f"; its server calls it {kind!r}" if kind else ""
        self.mirror.forget()
        raise BadImage(f"it is not a GeoTIFF or JPEG 2000 image{came}", "Look at what is at its address.")

    def _all_of_it(self, why: str) -> tuple[Span, ...]:
        if self.size > self._whole_bytes:
            raise BadImage(
                f"{why}; with {self.size / 1e6:,.0f} MB it is larger than fetch.whole_file_mb",
                "Raise fetch.whole_file_mb in siteline.toml, or fetch it by other means.",
            )
        return ((0, self.size),)

    def missing(self, wanted: tuple[Span, ...]) -> tuple[Span, ...]:
        """The requests after which the mirror will hold all of these."""
        piece = self._whole_bytes if self.headers.get("answered") == "200" else PIECE
        return requests(wanted, self.mirror.have, piece)

    def fetch(self, start: int, stop: int) -> None:
        """Fetch a span into the mirror; raises NotReached, ForbiddenAddress or BadImage."""
        answer = self._ask(start, stop)
        edition = self._edition_of(answer)
        with self._lock:
            self.toll.bytes += answer.wire_bytes
            self.toll.requests += 1
            self.toll.failures += answer.tried
            if self._seen is None:
                self._meet(edition, answer)
            elif edition != self._seen:
                self._refuse_mixture()
        if len(answer.body) != min(stop, edition.total) - start:
            raise NotReached(
                f"{self.address}: {len(answer.body)} bytes came instead of {stop - start}", url=self.address
            )
        self.mirror.put(start, answer.body)

    def _meet(self, edition: Edition, answer: Answer) -> None:
        """The first answer in this process: an older mirror of another state is given up."""
        declared = self.asset.size
        if declared and edition.total >= TIMES_DECLARED * declared:
            raise BadImage(
                f"it is {edition.total:,} bytes long, its catalog says {declared:,}",
                "It is not the file that the catalog means; tell its provider.",
            )
        if self.mirror.edition != edition:
            if self.layout is not None:  # what was read of it in an earlier run is of another state
                self._refuse_mixture()
            self.mirror.begin(edition, {**answer.headers, "answered": str(answer.status)})
        self._seen = edition

    def _refuse_mixture(self) -> NoReturn:
        self.mirror.forget()
        raise NotReached(
            f"{self.address} changed while it was read",
            "Fetch it again: siteline scenes fetch SITE --retry",
            self.address,
        )

    def _ask(self, start: int, stop: int) -> Answer:
        signed = self._signer.sign(self.asset.href, self._found)
        via = None if signed.own_endpoint else self._via
        try:
            return self._web.get_range(signed.url, start, stop, signed.headers, via)
        except NotReached as error:
            if not (signed.renewable and error.status in (401, 403)):
                raise
        signed = self._signer.sign(self.asset.href, self._found, signed.url)
        return self._web.get_range(signed.url, start, stop, signed.headers, via)

    def _edition_of(self, answer: Answer) -> Edition:
        if answer.total is None:
            raise NotReached(f"{self.address}: its server does not say how long it is", url=self.address)
        return Edition(answer.total, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))


class _Reader(io.RawIOBase):
    """A remote file as tifffile reads it: forwards, backwards, a few bytes at a time."""

    def __init__(self, file: RemoteFile) -> None:
        super().__init__()
        self._file = file
        self._at = 0
        self._asked = 0
        self._held: tuple[int, bytes] = (0, b"")
        """Where some bytes begin that were read last, and the bytes: tifffile reads a few at a time."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        if base + offset < 0:
            raise ValueError("before the start of the file")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        stop = self._file.size if size is None or size < 0 else min(self._at + size, self._file.size)
        if stop <= self._at:
            return b""
        start, held = self._held
        if not start <= self._at <= stop <= start + len(held):
            self.need(self._at, stop)
            start = self._at
            held = self._file.mirror.read(
                start, self._file.mirror.reaches(start, max(stop, start + FIRST_BYTES))
            )
            self._held = start, held
        body = held[self._at - start : stop - start]
        self._at = stop
        return body

    def readinto(self, buffer: Any) -> int:
        body = self.read(len(buffer))
        buffer[: len(body)] = body
        return len(body)

    def need(self, start: int, stop: int) -> None:
        """Have these bytes in the mirror, and some after them, that they need not be asked for one by one."""
        if not self._file.mirror.lacks(start, stop):
            return
        stop = min(max(stop, start + _NEXT_BYTES), self._file.size)
        for span in subtract([(start, stop)], self._file.mirror.have):
            self._asked += span[1] - span[0]
            if self._asked > _MOST_OF_HEADERS:
                raise BadImage(f"its directories take more than {_MOST_OF_HEADERS >> 20} MiB")
            self._file.fetch(*span)
