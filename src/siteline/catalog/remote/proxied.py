"""Connections through a proxy of the user's: http (CONNECT), socks5, and socks5h, which looks names up itself."""

from __future__ import annotations

import base64
import ipaddress
import socket
import struct
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import httpcore

from siteline.catalog.remote.address import Hosts, Whereabouts, is_private
from siteline.model.errors import BadSetting, ForbiddenAddress

_SCHEMES = {"http": 8080, "socks5": 1080, "socks5h": 1080}
_MOST_HEAD = 1 << 14
_INNER = (
    ".localhost",
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".corp",
    ".home.arpa",
    ".localdomain",
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through."""

    scheme: str
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """Its address without its secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def looks_up(self) -> bool:
        """Whether names are looked up at its far end, and not on this machine."""
        return self.scheme == "socks5h"

    def connect(self, host: str, port: int, seconds: float) -> httpcore.NetworkStream:
        """A connection to a host, through this proxy; a Connector."""
        try:
            stream = httpcore.SyncBackend().connect_tcp(self.host, self.port, timeout=seconds)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise httpcore.ProxyError(f"nobody answers at the proxy {self.shown}") from error
        try:
            shake = self._connect_http if self.scheme == "http" else self._connect_socks
            shake(_Talk(stream, seconds), host, port)
        except BaseException:
            stream.close()
            raise
        return stream

    def _connect_http(self, talk: _Talk, host: str, port: int) -> None:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        if self.user:
            token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            lines.append(f"Proxy-Authorization: Basic {token}")
        talk.say("\r\n".join([*lines, "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += talk.hear(1)
            if len(head) > _MOST_HEAD:
                raise httpcore.ProxyError(f"the proxy {self.shown} answers with no http")
        words = head.split(b"\r\n")[0].split(b" ")
        if len(words) < 2 or words[1] != b"200":
            said = words[1].decode("latin-1")[:3] if len(words) > 1 else "nothing"
            raise httpcore.ProxyError(f"the proxy {self.shown} refused the connection ({said})")

    def _connect_socks(self, talk: _Talk, host: str, port: int) -> None:
        talk.say(b"\5\1\2" if self.user else b"\5\1\0")
        _, method = talk.hear(2)
        if method == 2 and self.user:
            name, word = self.user.encode()[:255], self.password.encode()[:255]
            talk.say(b"\1" + bytes([len(name)]) + name + bytes([len(word)]) + word)
            if talk.hear(2)[1] != 0:
                raise httpcore.ProxyError(f"the proxy {self.shown} does not accept the user or password")
        elif method != 0:
            raise httpcore.ProxyError(f"the proxy {self.shown} wants a user and password")
        try:
            ip = ipaddress.ip_address(host)
            place = (b"\1" if ip.version == 4 else b"\4") + ip.packed
        except ValueError:
            name = host.encode("idna")
            place = b"\3" + bytes([len(name)]) + name
        talk.say(b"\5\1\0" + place + struct.pack(">H", port))
        head = talk.hear(4)
        if head[1] != 0:
            raise httpcore.ProxyError(f"the proxy {self.shown} could not connect (code {head[1]})")
        talk.hear({1: 4, 4: 16}.get(head[3]) or talk.hear(1)[0])
        talk.hear(2)


class _Talk:
    """A few words with a proxy, before the connection is the user's."""

    def __init__(self, stream: httpcore.NetworkStream, seconds: float) -> None:
        self._stream, self._seconds = stream, seconds

    def say(self, words: bytes) -> None:
        self._stream.write(words, self._seconds)

    def hear(self, count: int) -> bytes:
        heard = b""
        while len(heard) < count:
            part = self._stream.read(count - len(heard), self._seconds)
            if not part:
                raise httpcore.ProxyError("the proxy hung up")
            heard += part
        return heard


class NamesOnly(Hosts):
    """Hosts whose names are looked up at a proxy's far end: what is private is told by its spelling alone."""

    def find(self, host: str, port: int) -> Whereabouts:
        """The name itself; raises ForbiddenAddress if it is a private address, or a name of the inner network."""
        host = host.rstrip(".").lower()
        if (host, port) in self._named:
            return Whereabouts((host,), True)
        ip = _as_number(host)
        if ip is not None:
            if is_private(ip):
                raise ForbiddenAddress(
                    f"{host}:{port} lies on a private network ({ip}), and no source names it"
                )
            return Whereabouts((ip,), False)
        if "." not in host or f".{host}".endswith(_INNER):
            raise ForbiddenAddress(f"{host}:{port} is a name of an inner network, and no source names it")
        return Whereabouts((host,), False)


def _as_number(host: str) -> str | None:
    """The IP address that a host is written as, in any spelling."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


def parse_proxy(said: str, where: str) -> Proxy:
    """A proxy by its address; `where` names the setting in the refusal, which never repeats what was said."""
    try:
        parts = urlsplit(said.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError as error:
        raise BadSetting(f"{where} is no address of a proxy", _HINT) from error
    if scheme not in _SCHEMES or not host or parts.path.strip("/") or parts.query:
        raise BadSetting(f"{where} is no address of a proxy", _HINT)
    return Proxy(scheme, host, port or _SCHEMES[scheme], user, password)


_HINT = (
    "Write http://HOST:PORT, socks5://HOST:PORT, or socks5h://HOST:PORT, which looks names up at its far end."
)
