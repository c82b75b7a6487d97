"""
The only way out for the browser: a proxy on loopback that asks for it, and keeps every exchange.

TLS ends here, under a key made for one capture, and begins anew at the client that fetches; so that redirects, frames
and scripts all pass the same guard. What is no plain request (websockets, tunnels) goes nowhere.
"""

from __future__ import annotations

import base64
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from siteline.model.exchange import Ask, Exchange

Fetch = Callable[[Ask, float], Exchange]
"""A request and the seconds that are left → what came; guarded, raising nothing."""

_DROPPED = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "transfer-encoding", "content-length", "content-encoding",
     "upgrade", "trailer", "alt-svc", "accept-ranges")
)  # fmt: skip
_LARGEST_UPLOAD = 8 << 20
_TLS_HELLO = 0x16
_PIECE = 1 << 18


class Gate:
    """The proxy, open from `with` to its end."""

    def __init__(
        self, folder: Path, fetch: Fetch, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`folder`: a temporary one; `seconds`: how long it lets anything through, from `begin` on, by `clock`."""
        self._fetch = fetch
        self._seconds, self._clock = seconds, clock
        self._until = clock() + seconds
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []
        self.user, self.password = "siteline", secrets.token_urlsafe(24)
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        server.block_on_close = False
        server.handle_error = lambda *_: None  # a browser hangs up whenever it likes
        server.gate, server.tls, server.token = self, _own_tls(folder), f"Basic {token}"
        self._server = server
        self.port = int(server.server_address[1])

    def __enter__(self) -> Gate:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._until = 0.0
        self._server.shutdown()
        self._server.server_close()

    def begin(self) -> None:
        """The browser stands ready: the page's time runs from now on, however long that took."""
        self._until = self._clock() + self._seconds

    def left(self) -> float:
        """Seconds until nothing is let through any more."""
        return max(0.0, self._until - self._clock())

    def exchanges(self) -> list[Exchange]:
        """All that was exchanged so far, in the order in which it ended."""
        with self._lock:
            return list(self._exchanges)

    def ask(self, ask: Ask) -> Exchange:
        """Let one request out, and keep what came."""
        left = self.left()
        if left <= 0:
            return refusal(ask, "the time for this capture is over")
        return self.keep(self._fetch(ask, left))

    def keep(self, exchange: Exchange) -> Exchange:
        """Put an exchange on record, unless all is over."""
        with self._lock:
            if self._until > 0:
                self._exchanges.append(exchange)
        return exchange


def refusal(ask: Ask, why: str) -> Exchange:
    """An exchange that never was."""
    now = datetime.now(UTC)
    return Exchange(ask, now, now, error=why, forbidden=True)


class _Handler(BaseHTTPRequestHandler):
    """One connection of the browser."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Any
    place = ""
    """Scheme, host and port, inside a tunnel."""

    def _serve(self) -> None:
        if not self.place and not self._is_known():
            return
        url = (self.place + self.path if self.path.startswith("/") else self.path).partition("#")[0]
        headers = tuple(self.headers.items())
        gate: Gate = self.server.gate
        if self.headers.get("Upgrade") or "transfer-encoding" in self.headers:
            self.close_connection = True
            what = "websockets are not let through" if self.headers.get("Upgrade") else "an endless upload"
            gate.keep(refusal(Ask(self.command, _plain(url), headers), what))
            self._short(403)
            return
        said = self.headers.get("Content-Length") or "0"
        length = int(said) if said.isascii() and said.isdigit() else _LARGEST_UPLOAD + 1
        if length > _LARGEST_UPLOAD:
            self.close_connection = True
            gate.keep(refusal(Ask(self.command, _plain(url), headers), "an upload that is too large"))
            self._short(413)
            return
        found = gate.ask(Ask(self.command, _plain(url), headers, self.rfile.read(length) if length else b""))
        if found.status == 0:
            self._short(502)
            return
        self._hand_on(found)

    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def do_CONNECT(self) -> None:
        """A tunnel: it ends here, in plain words or in TLS."""
        if self.place or not self._is_known():
            self.close_connection = True
            return
        host = self.path
        self.send_response_only(200)
        self.end_headers()
        self.wfile.flush()
        first = self.connection.recv(1, socket.MSG_PEEK)
        if first and first[0] == _TLS_HELLO:
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
            self.place = "https://" + host.removesuffix(":443")
            self.rfile = self.connection.makefile("rb", -1)
            self.wfile = self.connection.makefile("wb", 0)
        else:
            self.place = "http://" + host.removesuffix(":80")
        self.close_connection = False

    def _is_known(self) -> bool:
        """Whether this is our browser, and nobody else on this machine."""
        if secrets.compare_digest(self.headers.get("Proxy-Authorization") or "", self.server.token):
            return True
        self.send_response_only(407)
        self.send_header("Proxy-Authenticate", 'Basic realm="siteline"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def _short(self, status: int) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _hand_on(self, found: Exchange) -> None:
        self.send_response_only(found.status, _word(found.reason))
        for name, value in found.headers:
            if name.lower() not in _DROPPED:
                self.send_header(name, value)
        has_body = self.command != "HEAD" and found.status not in (204, 304) and found.body is not None
        size = found.body.stat().st_size if has_body and found.body else 0
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if has_body and found.body:
            with found.body.open("rb") as stream:
                while piece := stream.read(_PIECE):
                    self.wfile.write(piece)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: what happened is on record."""


def _plain(url: str) -> str:
    """An address without what would break a line of a record."""
    return "".join(
        c if "!" <= c <= "~" else "".join(f"%{b:02X}" for b in c.encode("latin-1", "replace")) for c in url
    )


def _word(reason: str) -> str:
    return "".join(c for c in reason if " " <= c <= "~")[:100]


def _own_tls(folder: Path) -> ssl.SSLContext:
    """A key and a certificate for this capture alone; they protect nothing, the browser is told to take them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "siteline capture")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "gate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.touch(0o600)
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.set_alpn_protocols(["http/1.1"])
    file.unlink()
    return context
