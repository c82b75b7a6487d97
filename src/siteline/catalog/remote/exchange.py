"""
One exchange for somebody else's browser, kept as it travelled: guarded like all we fetch, redirects not followed.

What is too long, too slow or breaks off is cut, and says so; nothing is tried again, a browser does that itself.
"""

from __future__ import annotations

import contextlib
import errno
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from siteline.catalog.remote.address import Hosts, Resolver, look_up, origin_of, without_secrets
from siteline.catalog.remote.proxied import NamesOnly, Proxy
from siteline.model.errors import ForbiddenAddress
from siteline.model.exchange import Ask, CaptureLimits, Exchange

if TYPE_CHECKING:
    import httpcore

    from siteline.catalog.remote.wire import Connector

_STAYS = frozenset(
    ("connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "transfer-encoding",
     "upgrade", "host", "range", "accept-encoding", "content-length", "if-range")
)  # fmt: skip
"""Headers of a browser's that go no further: of this hop, or asking for parts and packings that are not kept."""

_PACKINGS = frozenset(("gzip", "x-gzip", "deflate"))
_PIECE = 1 << 16
_CONNECTIONS = 24
_LONGEST_SAID = 300


class Network(NamedTuple):
    """How names are looked up, connections are made, and whom TLS trusts."""

    resolver: Resolver = look_up
    connector: Connector | None = None
    tls: ssl.SSLContext | None = None


USUAL = Network()


class Exchanger:
    """Asks for a browser; safe to use from many threads."""

    def __init__(
        self,
        folder: Path,
        limits: CaptureLimits,
        allowed: Iterable[str] = (),
        proxy: Proxy | None = None,
        network: Network = USUAL,
    ) -> None:
        """`folder`: where bodies lie; `allowed`: host:port that may be private, named by the user."""
        from siteline.catalog.remote.wire import connect, open_pool, trusted

        self._folder, self._limits, self._proxy = folder, limits, proxy
        self._hosts = NamesOnly(allowed) if proxy and proxy.looks_up else Hosts(allowed, network.resolver)
        direct = network.connector or connect
        through = direct if proxy is None else proxy.connect
        self._pool = open_pool(self._hosts, through, network.tls or trusted(), _CONNECTIONS)
        self._lock = threading.Lock()
        self._count = 0
        self._bytes = 0

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()

    def check(self, url: str) -> None:
        """Raise ForbiddenAddress if we would not go there; a host that is not found is no reason."""
        origin = origin_of(url)
        with contextlib.suppress(OSError):
            self._hosts.find(origin.host, origin.port)

    def ask(self, ask: Ask, seconds: float) -> Exchange:
        """One request and its answer, or why there is none; raises nothing."""
        import httpcore

        from siteline.catalog.remote.wire import within

        started = datetime.now(UTC)
        with self._lock:
            self._count += 1
            number, spent = self._count, self._bytes
        if number > self._limits.requests:
            return self._none(ask, started, f"more than {self._limits.requests:,} requests", True)
        if spent >= self._limits.total_bytes:
            return self._none(ask, started, f"more than {self._limits.total_bytes:,} bytes in all", True)
        try:
            origin = origin_of(ask.url)
            self._hosts.find(origin.host, origin.port)
            with within(min(seconds, self._limits.answer_seconds)):
                return self._once(ask, number, started)
        except ForbiddenAddress as error:
            return self._none(ask, started, str(error), True)
        except (httpcore.TimeoutException, TimeoutError):
            return self._none(ask, started, "no answer in time")
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
            OSError,
            TypeError,
            ValueError,
        ) as error:
            return self._none(ask, started, _in_words(error))

    def _none(self, ask: Ask, started: datetime, said: str, forbidden: bool = False) -> Exchange:
        return Exchange(ask, started, datetime.now(UTC), error=said[:_LONGEST_SAID], forbidden=forbidden)

    def _once(self, ask: Ask, number: int, started: datetime) -> Exchange:
        parts = urlsplit(ask.url)
        sent = [("Host", parts.netloc), *(pair for pair in ask.headers if pair[0].lower() not in _STAYS)]
        sent.append(("Accept-Encoding", "gzip, deflate"))
        if ask.body or ask.method in ("POST", "PUT", "PATCH"):
            sent.append(("Content-Length", str(len(ask.body))))
        url = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))
        asked = Ask(ask.method, url, tuple(sent), ask.body)
        silence = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.answer_seconds)
        with self._pool.stream(
            ask.method,
            url,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent],
            content=ask.body or None,
            extensions={"timeout": silence},
        ) as response:
            return self._kept(asked, number, started, response)

    def _kept(self, asked: Ask, number: int, started: datetime, response: httpcore.Response) -> Exchange:
        import httpcore

        headers = tuple((n.decode("latin-1"), v.decode("latin-1").strip()) for n, v in response.headers)
        found = Exchange(asked, started, started, headers=headers)
        packing = found.header("content-encoding").strip().lower()
        packed = self._folder / f"{number:05}.packed"
        body = packed if packing in ("", "identity") else self._folder / f"{number:05}.body"
        extensions: dict[str, Any] = dict(response.extensions)
        ip = self._where(extensions)
        truncated, error = "", ""
        try:
            cut = self._pour(response, packed, body, packing)
            truncated = "length" if cut else ""
        except (httpcore.TimeoutException, TimeoutError):
            truncated, error = "time", "the answer did not end in time"
        except (httpcore.NetworkError, httpcore.ProtocolError):
            truncated, error = "disconnect", "the answer broke off"
        except zlib.error:
            error = "its packing is damaged"
        if packing not in ("", "identity") and packing not in _PACKINGS:
            error = f"packed in a way we did not ask for ({packing[:20]!r})"
        for file in (packed, body):
            file.touch()
        return Exchange(
            asked,
            started,
            datetime.now(UTC),
            response.status,
            bytes(extensions.get("reason_phrase", b"")).decode("latin-1"),
            headers,
            packed,
            body,
            ip,
            truncated,
            error,
        )

    def _where(self, extensions: dict[str, Any]) -> str:
        if self._proxy is not None:
            return ""
        try:
            address = extensions["network_stream"].get_extra_info("server_addr")
        except (KeyError, OSError):  # closed by the other side already
            return ""
        return str(address[0]) if address else ""

    def _pour(self, response: httpcore.Response, packed: Path, body: Path, packing: str) -> bool:
        """Write a body as it travels and unpacked, both within the limits; whether it had to be cut."""
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing in _PACKINGS else None
        came = plain = 0
        with packed.open("wb") as raw, body.open("wb") if body != packed else packed.open("ab") as out:
            for chunk in response.iter_stream():
                room = min(self._limits.response_bytes - came, self._spend(len(chunk)))
                raw.write(chunk[:room])
                came += len(chunk)
                if room < len(chunk):
                    return True
                for part in _unpacked(unpack, chunk) if unpack is not None else ():
                    fits = part[: self._limits.response_bytes - plain]
                    out.write(fits)
                    plain += len(part)
                    if len(fits) < len(part) or self._spend(len(part)) < len(part):
                        return True
        return False

    def _spend(self, count: int) -> int:
        """How many of these bytes the capture may still take."""
        with self._lock:
            left = max(0, self._limits.total_bytes - self._bytes)
            self._bytes += min(left, count)
        return min(left, count)


def on_wire(url: str) -> str:
    """An address in ASCII, as a browser sends it; with its fragment."""
    import httpx

    try:
        return str(httpx.URL(url))
    except httpx.InvalidURL as error:
        raise ForbiddenAddress(
            f"not an address: {without_secrets(url)}", "Write it as https://host/path."
        ) from error


def _unpacked(unpack: Any, chunk: bytes) -> Iterator[bytes]:
    rest = chunk
    while rest:
        yield unpack.decompress(rest, _PIECE)
        rest = unpack.unconsumed_tail


def _in_words(error: Exception) -> str:
    """Why no answer came, without what a server may have put into it."""
    said = str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "there is no room on the disk for the answer"
    if "CERTIFICATE" in said.upper():
        return "its certificate is not to be trusted"
    if said.startswith(("nobody answers", "host ", "the proxy ", "no address")):
        return said
    kind = type(error).__name__
    if kind in ("gaierror", "herror"):
        return "the host is not found"
    return "the answer broke off or was no http" if "Protocol" in kind else "no connection"
