"""
One guarded client for everything that comes over http.

It looks a host up once, refuses private networks unless the user named the source, connects to the address that was
checked, follows redirects by hand, caps bytes and time, and tries again where that can help. What it raises names the
address without its secrets.
"""

from __future__ import annotations

import email.utils
import json
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from siteline import __version__
from siteline.catalog.remote.address import Hosts, Resolver, look_up, origin_of, without_secrets
from siteline.catalog.remote.body import MANY, Again, Tally, check_whole, content_range, length, unpacked
from siteline.model.errors import ForbiddenAddress, NotReached

if TYPE_CHECKING:
    import httpcore

    from siteline.catalog.remote.wire import Connector
    from siteline.model.look import Look

KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-length", "content-range", "date")
"""Headers that go on record; no others do, some carry secrets."""

_TRAVEL = frozenset({"accept", "accept-encoding", "content-type", "range", "if-match", "user-agent"})
"""Headers that may follow a redirect to another host; keys do not."""

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_TOO_MANY = 429
_SAID_BYTES = 8192
_ALWAYS = {"User-Agent": f"siteline/{__version__}", "Accept": "*/*"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an address may cost us."""

    body_bytes: int = 64 << 20
    """Most bytes of one answer, unpacked."""

    seconds: float = 120.0
    """Longest time for one answer, from the call to its last byte."""

    idle_seconds: float = 20.0
    """Longest silence."""

    redirects: int = 5
    tries: int = 5
    first_wait_s: float = 0.5
    """Before the second try; doubled from then on."""

    longest_wait_s: float = 60.0
    """However long a server asks us to wait (Retry-After)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address gave."""

    status: int
    headers: Mapping[str, str]
    """Those of KEPT_HEADERS that were there."""

    body: bytes
    url: str
    """Where it came from in the end, after redirects; without secrets."""

    at: datetime
    """When it was whole, UTC."""

    wire_bytes: int
    """Bytes of body that travelled, packed as they were; of this try only."""

    tried: tuple[str, ...] = ()
    """What went wrong at the tries before, in order."""

    total: int | None = None
    """Of a part of a file: bytes of the whole file; None if the server does not say."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None
    window: tuple[int, int] | None = None
    """Half-open range of bytes; None for the whole."""

    stay: bool = False
    """Whether a redirect may not leave the host."""

    is_order: bool = False
    """Whether it buys something: asked again only where the server says that it took nothing (429)."""


class Web:
    """
    The client; safe to use from many threads, and closed by `with` or `close`.

    named: addresses of the sources that the user gave, as URL or host:port; only they may be on a private network.
    """

    def __init__(
        self,
        named: Iterable[str] = (),
        limits: Limits = Limits(),
        resolver: Resolver = look_up,
        connector: Connector | None = None,
        sleep: Callable[[float], object] = time.sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.hosts = Hosts(named, resolver)
        self.limits = limits
        self._connector = connector
        self._sleep = sleep
        self._tls = tls
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._made: list[httpcore.ConnectionPool] = []
        self.unpacked_bytes = 0
        """Of all answers so far, unpacked."""

        self._jitter = random.Random()  # noqa: S311  spreads tries in time, no more

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            made, self._made = self._made, []
            self._mine = threading.local()
        for pool in made:
            pool.close()

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, via: str | None = None, stay: bool = False
    ) -> Answer:
        """
        The whole of what is at an address.

        headers: sent to this host only, keys too. via: the address whose content held this link, if another's did.
        stay: refuse redirects to another host. Raises NotReached or ForbiddenAddress.
        """
        return self._ask(_Ask("GET", url, {"Accept-Encoding": "gzip", **(headers or {})}, stay=stay), via)

    def look(self, url: str) -> Look:
        """One look at a page, whatever it answers; private networks are refused as everywhere, and that is told, not raised."""
        from siteline.catalog.remote.looking import look_at

        limits = self.limits
        sent = {**_ALWAYS, "Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"}
        return look_at(
            url, self._pool, _wire_url, self.hosts, sent, seconds=limits.seconds, idle_seconds=limits.idle_seconds,
            redirects=limits.redirects, most=limits.body_bytes,
        )  # fmt: skip

    def get_json(
        self, url: str, headers: Mapping[str, str] | None = None, via: str | None = None, stay: bool = False
    ) -> Any:
        """The JSON at an address, whatever type it is called; raises NotReached if it is something else."""
        return _json_of(
            self.get(url, {"Accept": "application/json, application/geo+json", **(headers or {})}, via, stay)
        )

    def post_json(
        self,
        url: str,
        body: Any,
        headers: Mapping[str, str] | None = None,
        via: str | None = None,
        is_order: bool = False,
    ) -> Any:
        """
        The JSON that an address answers to this JSON; a redirect to another host is refused, it would learn it all.

        is_order: it buys something, and is sent again only where the server says that it took nothing (429); whoever asks
        must find out what came of it if NotReached has another status, or none.
        """
        sent = {"Accept": "application/json", "Accept-Encoding": "gzip", "Content-Type": "application/json"}
        content = json.dumps(body, allow_nan=False).encode()
        ask = _Ask("POST", url, {**sent, **(headers or {})}, content, stay=True, is_order=is_order)
        return _json_of(self._ask(ask, via))

    def post(self, url: str, body: bytes, content_type: str, accept: str = "*/*") -> Answer:
        """What an address answers to these bytes; a redirect to another host is refused."""
        sent = {"Accept": accept, "Accept-Encoding": "identity", "Content-Type": content_type}
        return self._ask(_Ask("POST", url, sent, body, stay=True), None)

    def get_range(
        self,
        url: str,
        start: int,
        stop: int,
        headers: Mapping[str, str] | None = None,
        via: str | None = None,
    ) -> Answer:
        """
        Bytes start ≤ n < stop of a file; fewer only where the file ends before.

        A server that knows no ranges sends the whole file: then status is 200 and body is the part that was asked for,
        cut out of it. Raises NotReached if it sends another part, or a file too large to read in passing.
        """
        if not 0 <= start < stop:
            raise ValueError(f"no such range: {start}-{stop}")
        sent = {"Accept-Encoding": "identity", **(headers or {}), "Range": f"bytes={start}-{stop - 1}"}
        return self._ask(_Ask("GET", url, sent, window=(start, stop)), via)

    def _ask(self, ask: _Ask, via: str | None) -> Answer:
        if via is not None:
            self.hosts.check_step(via, ask.url)
        shown = without_secrets(ask.url)
        tried: list[str] = []
        while True:
            try:
                return self._follow(ask, tuple(tried))
            except Again as again:
                tried.append(str(again))
                is_last = ask.is_order and again.status != _TOO_MANY
                if is_last or len(tried) >= min(self.limits.tries, again.most):
                    times = "once" if len(tried) == 1 else f"{len(tried)} times"
                    raise NotReached(
                        f"{shown}: {again}; tried {times}", url=shown, status=again.status, tried=tuple(tried)
                    ) from again
                self._sleep(self._wait(len(tried), again.wait_s))
            except NotReached as error:
                if tried:
                    raise type(error)(
                        str(error), error.hint, error.url, error.status, (*tried, str(error)), error.said
                    ) from error
                raise

    def _wait(self, failures: int, asked_s: float | None) -> float:
        """Seconds until the next try: what the server asked for, else twice as long each time."""
        if asked_s is not None:
            return min(max(asked_s, 0.0), self.limits.longest_wait_s)
        doubled = self.limits.first_wait_s * 2.0 ** (failures - 1)
        return min(doubled * self._jitter.uniform(0.75, 1.25), self.limits.longest_wait_s)

    def _follow(self, ask: _Ask, tried: tuple[str, ...]) -> Answer:
        """One try: the request and its redirects, each checked before it is followed."""
        from siteline.catalog.remote.wire import within

        seen = [ask.url]
        with within(self.limits.seconds) as check_time:
            while True:
                got = self._once(ask, check_time, tried)
                if isinstance(got, Answer):
                    return got
                ask = self._redirected(ask, *got)
                if ask.url in seen or len(seen) > self.limits.redirects:
                    raise NotReached(
                        f"{without_secrets(seen[0])}: redirected in circles or more than {self.limits.redirects} times",
                        "Give the address where it ends.",
                        without_secrets(seen[0]),
                    )
                seen.append(ask.url)

    def _redirected(self, ask: _Ask, status: int, location: str) -> _Ask:
        there = urljoin(ask.url, location)
        here, after = origin_of(ask.url), origin_of(there)
        told = f"{without_secrets(ask.url)} redirects to {without_secrets(there)}"
        if here.scheme == "https" and after.scheme == "http":
            raise ForbiddenAddress(
                f"{told}, which is not encrypted", url=without_secrets(there), status=status
            )
        self.hosts.check_step(ask.url, there)
        if ask.stay and here.host != after.host:
            raise ForbiddenAddress(
                f"{told}: another host, which would learn what is searched for",
                url=without_secrets(there),
                status=status,
            )
        headers = ask.headers
        if here != after:
            headers = {name: value for name, value in headers.items() if name.lower() in _TRAVEL}
        if status == 303 and ask.method != "GET":
            return _Ask("GET", there, headers, None, ask.window, ask.stay)
        return _Ask(ask.method, there, headers, ask.content, ask.window, ask.stay)

    def _once(
        self, ask: _Ask, check_time: Callable[[], None], tried: tuple[str, ...]
    ) -> Answer | tuple[int, str]:
        """One request to one host: its answer, or the status and place of a redirect."""
        import httpcore

        origin_of(ask.url)
        try:
            with self._pool(ask.url).stream(
                ask.method,
                _wire_url(ask.url),
                headers=list({**_ALWAYS, **ask.headers}.items()),
                content=ask.content,
                extensions={
                    "timeout": dict.fromkeys(("connect", "read", "write", "pool"), self.limits.idle_seconds)
                },
            ) as response:
                return self._read(ask, response, check_time, tried)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise Again("no answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            said = _in_words(error)
            raise Again(said, most=2 if said.endswith("is not found") else MANY) from error
        except httpcore.UnsupportedProtocol as error:
            raise ForbiddenAddress(f"not an address: {without_secrets(ask.url)}") from error

    def _read(
        self, ask: _Ask, response: httpcore.Response, check_time: Callable[[], None], tried: tuple[str, ...]
    ) -> Answer | tuple[int, str]:
        from siteline.catalog.remote.wire import headers_of

        headers, status, shown = headers_of(response.headers), response.status, without_secrets(ask.url)
        if status in _REDIRECTS and headers.get("location"):
            return status, headers["location"]
        if status in _RETRIED:
            raise Again(f"answered {status}", status, _asked_wait(headers.get("retry-after")))
        if not 200 <= status < 300:
            said = _start_of(response, headers, shown, check_time) if ask.is_order else ""
            raise NotReached(
                f"{shown} answered {status}",
                _REMEDY.get(status),
                shown,
                status,
                (f"answered {status}",),
                said,
            )
        if ask.window is not None:
            body, total, wire = self._part(ask, ask.window, response, headers, check_time)
        else:
            tally = Tally()
            body = b"".join(unpacked(tally.of(response), headers, self.limits.body_bytes, shown, check_time))
            with self._lock:
                self.unpacked_bytes += len(body)
            check_whole(tally.count, headers)
            total, wire = None, tally.count
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        return Answer(status, kept, body, shown, datetime.now(UTC), wire, tried, total)

    def _part(
        self,
        ask: _Ask,
        window: tuple[int, int],
        response: httpcore.Response,
        headers: Mapping[str, str],
        check_time: Callable[[], None],
    ) -> tuple[bytes, int | None, int]:
        """The bytes of a range, the size of the whole file, and the bytes that travelled."""
        shown, (start, stop) = without_secrets(ask.url), window
        tally = Tally()
        if response.status == 200:
            size = length(headers)
            if start > self.limits.body_bytes or (size or 0) > self.limits.body_bytes:
                raise NotReached(
                    f"{shown}: the server does not give parts of files, and this one is too large to read whole",
                    "Fetch the file by other means and add it with: siteline scenes add",
                    shown,
                    200,
                )
            body, at = bytearray(), 0
            for chunk in unpacked(tally.of(response), headers, self.limits.body_bytes, shown, check_time):
                body += chunk[max(0, start - at) : max(0, stop - at)]
                at += len(chunk)
                if at >= stop:
                    break
            else:
                check_whole(tally.count, headers)
            return bytes(body), size, tally.count
        first, last, total = content_range(headers.get("content-range", ""))
        if (
            response.status != 206
            or first != start
            or not start <= last < stop
            or (last + 1 < stop and last + 1 != total)
        ):
            raise NotReached(
                f"{shown}: asked for bytes {start}-{stop - 1}, was given {headers.get('content-range') or 'no range'}",
                "The server answers wrongly; fetch the file by other means.",
                shown,
                response.status,
            )
        body = bytearray()
        for chunk in unpacked(tally.of(response), headers, stop - start, shown, check_time):
            body += chunk
        if len(body) != last - first + 1:
            raise Again(f"{len(body)} bytes came instead of {last - first + 1}", response.status)
        return bytes(body), total, tally.count

    def _pool(self, url: str) -> httpcore.ConnectionPool:
        """This thread's own connections: a pool for all would look at every one of them at every request."""
        from siteline.catalog.remote.wire import connect, open_pool, trusted

        kept = self._mine.__dict__
        scheme = urlsplit(url).scheme
        if scheme not in kept:
            with self._lock:
                if scheme == "https" and self._tls is None:
                    self._tls = trusted()
                kept[scheme] = open_pool(self.hosts, self._connector or connect, self._tls)
                self._made.append(kept[scheme])
        pool: httpcore.ConnectionPool = kept[scheme]
        return pool


_REMEDY = {
    401: "This source wants a key: set the environment variable that its section names with token_env.",
    403: "The key is missing, wrong or has run out: check the environment variable that token_env names.",
    404: "Nothing is there: check the address.",
    410: "It was withdrawn; look for another copy.",
}


def _asked_wait(said: str | None) -> float | None:
    """Retry-After in seconds: a number or a date; None if it says neither."""
    if said is None:
        return None
    if re.fullmatch(r"\d{1,9}", said):
        return float(said)
    try:
        when = email.utils.parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    return (when - datetime.now(UTC)).total_seconds()


def _in_words(error: Exception) -> str:
    """Why no answer came, without what a server may have put into it."""
    import httpcore

    if isinstance(error, httpcore.ConnectError):
        said = str(error)
        if "CERTIFICATE" in said.upper():
            return "its certificate is not to be trusted"
        return said if said.startswith(("nobody answers", "host ")) else "no connection"
    if isinstance(error, httpcore.ProtocolError):
        return "the answer broke off or was no http"
    return "the connection broke"


def _start_of(
    response: httpcore.Response, headers: Mapping[str, str], shown: str, check_time: Callable[[], None]
) -> str:
    """What a server says of a request that it refuses; "" if that is too long or makes no sense."""
    try:
        body = b"".join(unpacked(Tally().of(response), headers, _SAID_BYTES, shown, check_time))
    except (NotReached, Again):
        return ""
    return body.decode("utf-8", "replace")


def _wire_url(url: str) -> str:
    """The address in ASCII and without its fragment, as it is sent; raises ForbiddenAddress if it cannot be."""
    import httpx

    parts = urlsplit(url)
    try:
        return str(httpx.URL(urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, ""))))
    except httpx.InvalidURL as error:
        raise ForbiddenAddress(f"not an address: {without_secrets(url)}", "Check it.") from error


def _json_of(answer: Answer) -> Any:
    kind = answer.headers.get("content-type", "no type").split(";")[0].strip().lower()[:60]
    try:
        return json.loads(answer.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotReached(
            f"{answer.url} answered with {kind} that is not JSON",
            "Check that the address is that of a STAC API or catalog, not of a page about it.",
            answer.url,
            answer.status,
        ) from error
