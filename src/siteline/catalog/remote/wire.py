"""Connections: to the address that was checked, within the time that is left, one pool for all threads."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpcore

from siteline.catalog.remote.address import Hosts

Connector = Callable[[str, int, float], httpcore.NetworkStream]
"""IP address, port and seconds → an open connection."""

_now = threading.local()
_MAX_CONNECTIONS = 4


@contextmanager
def within(seconds: float) -> Iterator[Callable[[], None]]:
    """All that this thread reads, writes and connects in here must be done in so many seconds; yields a check."""
    _now.until = time.monotonic() + seconds
    try:
        yield _check
    finally:
        _now.until = None


def _left(seconds: float | None) -> float | None:
    until: float | None = getattr(_now, "until", None)
    if until is None:
        return seconds
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for one answer is over")
    return left if seconds is None else min(left, seconds)


def _check() -> None:
    _left(None)


def connect(ip: str, port: int, seconds: float) -> httpcore.NetworkStream:
    """A plain connection to an IP address."""
    return httpcore.SyncBackend().connect_tcp(ip, port, timeout=seconds)


class _Timed(httpcore.NetworkStream):
    """A connection that keeps to its thread's time, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Pinned(httpcore.NetworkBackend):
    """Connects a host's name to the addresses that were checked for it, and to no others."""

    def __init__(self, hosts: Hosts, connector: Connector) -> None:
        self._hosts = hosts
        self._connector = connector

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            ips = self._hosts.find(host, port).ips
        except OSError as error:
            raise httpcore.ConnectError(f"host {host} is not found") from error
        failed: Exception | None = None
        for ip in ips:
            try:
                return _Timed(self._connector(ip, port, _left(timeout) or 10.0))
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
                failed = error
        self._hosts.forget(host, port)
        raise httpcore.ConnectError(f"nobody answers at {host}:{port}") from failed

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> Any:
        raise httpcore.ConnectError("no sockets of the machine")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def open_pool(
    hosts: Hosts,
    connector: Connector = connect,
    tls: ssl.SSLContext | None = None,
    most: int = _MAX_CONNECTIONS,
) -> httpcore.ConnectionPool:
    """Connections, for one thread if not more; each goes where `hosts` says, under the host's own name for TLS."""
    return httpcore.ConnectionPool(
        ssl_context=tls,
        max_connections=most,
        max_keepalive_connections=most,
        keepalive_expiry=20,
        http1=True,
        network_backend=_Pinned(hosts, connector),
    )


@cache
def trusted() -> ssl.SSLContext:
    """Whom to believe, for https; takes a third of a second to make."""
    """Whom we trust; read once, it takes a while."""
    import httpx

    return httpx.create_ssl_context()


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Headers by lower-case name; of several with one name the first."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
    return found
