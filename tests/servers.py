"""Web servers for tests: real sockets on loopback, which fail on purpose, and names for them that look public."""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpcore

PUBLIC_IP = "93.184.216.34"
"""What made-up public names stand for; connections to it are led to loopback by `connector`."""


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    """With its query."""

    headers: Mapping[str, str]
    """By lower-case name."""

    body: bytes
    client: int
    """The port that it came from: one for each connection."""


class Reply(BaseHTTPRequestHandler):
    """Handed to a route: answers once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    asked: Asked
    count: int
    """How often this path was asked before."""

    def send(self, status: int = 200, body: bytes = b"", declared: int | None = None, **headers: str) -> None:
        """Answer; header names with _ for -. declared: a Content-Length that may lie; -1 for none and no end."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if declared != -1:
            self.send_header("Content-Length", str(len(body) if declared is None else declared))
        self.end_headers()
        self.wfile.write(body)
        if declared is not None:
            self.close_connection = True

    def send_part(self, whole: bytes, **headers: str) -> None:
        """Answer a request for a range of a file, as a good server does."""
        said = self.asked.headers.get("range")
        if said is None:
            self.send(200, whole, Accept_Ranges="bytes", **headers)
            return
        first, _, last = said.removeprefix("bytes=").partition("-")
        start, stop = int(first), min(int(last) + 1 if last else len(whole), len(whole))
        if start >= len(whole):
            self.send(416, Content_Range=f"bytes */{len(whole)}")
            return
        self.send(206, whole[start:stop], Content_Range=f"bytes {start}-{stop - 1}/{len(whole)}", **headers)

    def _answer(self) -> None:
        server: Any = self.server
        length = int(self.headers.get("Content-Length") or 0)
        self.asked = Asked(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
            self.client_address[1],
        )
        place = urlsplit(self.path).path
        with server.lock:
            self.count = server.counts[place]
            server.counts[place] += 1
            server.asked.append(self.asked)
        route = server.routes.get(place) or server.routes.get("*")
        try:
            if route is None:
                self.send(404)
            else:
                route(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_HEAD = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: a test says what went wrong."""


Route = Callable[[Reply], None]


@dataclass
class Served:
    """A running server."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connector(self, ip: str, port: int, seconds: float) -> httpcore.NetworkStream:
        """For `Web`: connections to PUBLIC_IP come here; loopback as it is."""
        if ip == PUBLIC_IP:
            ip, port = "127.0.0.1", self.port
        return httpcore.SyncBackend().connect_tcp(ip, port, timeout=seconds)


@contextmanager
def serving(routes: Mapping[str, Route], tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    """A server on loopback; routes by path, "*" for any other. Its threads end with it."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Reply)
    server.handle_error = lambda *_: None  # a client that hangs up is no error of a test
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    served = Served(server.server_address[1])
    server.routes, server.lock = routes, threading.Lock()
    server.asked, server.counts = served.asked, served.counts
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def public_names(host: str, port: int) -> tuple[str, ...]:
    """A resolver: names that end in .example are public, others as the system knows them."""
    from siteline.catalog.remote.address import look_up

    return (PUBLIC_IP,) if host.endswith(".example") else look_up(host, port)
