"""Addresses: which may be asked at all, where a host really is, and how one is told without its secrets."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from siteline.model.errors import BadSetting, ForbiddenAddress, NotReached

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Iterable[str]]
"""IP addresses of a host and port; raises OSError if there are none."""

PORTS = {"http": 80, "https": 443}

_KEEP_SECONDS = 300
"""How long an address that was looked up and checked is used for new connections."""

_SECRET = re.compile(
    r"(?i)(^|[^a-z])(sig|sign|signature|tokens?|key|keys|apikey|api_key|secret|pass|password|passwd|pwd|auth|"
    r"authorization|credentials?|policy|jwt|session|sessionid|code|bearer|access|saskey|sas)($|[^a-z])"
    r"|token|secret|signature|passw|apikey|^x-(amz|goog|ms|oss|cos)-|^awsaccesskeyid$"
)
_WITH_SIGNATURE = frozenset(
    ("expires", "se", "sp", "sv", "sr", "st", "spr", "sip", "ske", "sks", "skt", "skv", "skoid", "sktid", "saoid",
     "suoid", "scid", "ses", "sdd")
)  # fmt: skip
"""Parts of a query that belong to a signature and mean nothing without it."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Origin(NamedTuple):
    """Whom an address talks to."""

    scheme: str
    host: str
    port: int

    @property
    def place(self) -> str:
        """Host and port, as a user names them."""
        return f"{self.host}:{self.port}"


class Whereabouts(NamedTuple):
    """Where a host is, checked."""

    ips: tuple[str, ...]
    is_private: bool


@lru_cache(maxsize=512)
def without_secrets(url: str) -> str:
    """The address as it may be shown or kept: no user, no password, no keys, tokens or signatures, no fragment."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port is not None else ""
        host = parts.hostname or ""
    except ValueError:
        return "an address that cannot be read"
    if ":" in host:
        host = f"[{host}]"
    asked = parse_qsl(parts.query, keep_blank_values=True)
    pairs = [(name, value) for name, value in asked if not _is_secret(name, value)]
    if len(pairs) < len(asked):
        pairs = [(name, value) for name, value in pairs if name.lower() not in _WITH_SIGNATURE]
    path = re.sub(r"[\x00-\x20\x7f]", lambda bad: quote(bad[0]), parts.path)
    return urlunsplit((parts.scheme, host + port, path, urlencode(pairs, safe="/,:"), ""))


def holds_secret(url: str) -> bool:
    """Whether there is a user, a password, a key, a token or a signature in an address."""
    parts = urlsplit(url.strip())
    asked = parse_qsl(parts.query, keep_blank_values=True)
    return "@" in parts.netloc or any(_is_secret(name, value) for name, value in asked)


def _is_secret(name: str, value: str) -> bool:
    """Whether a part of a query may be a secret, or hide one."""
    inner = unquote(value)
    hidden = (part.split("=")[0] for part in re.split(r"[;&?#]", inner) if "=" in part)
    return bool(_SECRET.search(unquote(name))) or any(_SECRET.search(part) for part in hidden)


def origin_of(url: str) -> Origin:
    """Whom an address talks to; raises ForbiddenAddress unless it is plain http or https without a password."""
    shown = without_secrets(url)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise ForbiddenAddress(f"not an address: {shown}", "Write it as https://host/path.", shown) from error
    if parts.scheme not in PORTS or not host or any(c <= " " or c == "\\" for c in url):
        raise ForbiddenAddress(
            f"only http and https addresses are read, not {shown or 'an empty one'}",
            "Write it as https://host/path, or give a folder.",
            shown,
        )
    if not _is_a_host(host):
        raise ForbiddenAddress(f"no host has such a name: {shown}", "Check the address.", shown)
    if parts.username is not None or parts.password is not None:
        raise ForbiddenAddress(
            f"{shown}: an address with a user or password in it is not used",
            "Put the key into an environment variable and name that with token_env in siteline.toml.",
            shown,
        )
    return Origin(parts.scheme, host.lower(), port or PORTS[parts.scheme])


def _is_a_host(host: str) -> bool:
    """Whether it is an IP address or a name that can be looked up."""
    if ":" in host:
        return True
    try:
        return all(0 < len(label) <= 63 for label in host.encode("idna").decode().split("."))
    except UnicodeError:
        return False


def is_private(address: str) -> bool:
    """Whether an IP address lies anywhere but on the public internet, however it is wrapped."""
    ip: IP = ipaddress.ip_address(address)
    inner = _inside(ip)
    if inner is not None:
        return is_private(str(inner))
    return (
        not ip.is_global
        or ip.is_multicast
        or ip.is_reserved
        or ip.is_unspecified
        or ip.is_loopback
        or ip.is_link_local
    )


def _inside(ip: IP) -> IP | None:
    """The IPv4 address that an IPv6 address stands for."""
    if not isinstance(ip, ipaddress.IPv6Address):
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.teredo[1] if ip.teredo is not None else None


def look_up(host: str, port: int) -> tuple[str, ...]:
    """IP addresses of a host, by the system; any spelling of a number is one."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Hosts:
    """Where hosts are: looked up once, checked, and kept, so that nobody can answer otherwise later."""

    def __init__(self, named: Iterable[str] = (), resolver: Resolver = look_up) -> None:
        """`named`: addresses of sources that the user gave; only these may lie on a private network."""
        self._named = frozenset((o.host, o.port) for o in map(_named_origin, named))
        self._resolver = resolver
        self._known: dict[tuple[str, int], tuple[float, Whereabouts]] = {}
        self._lock = threading.Lock()

    def is_named(self, origin: Origin) -> bool:
        """Whether the user gave this host and port as a source."""
        return (origin.host, origin.port) in self._named

    def find(self, host: str, port: int) -> Whereabouts:
        """Where a host is; raises ForbiddenAddress if that is private and not named, OSError if it is nowhere."""
        host = host.rstrip(".").lower()
        with self._lock:
            kept = self._known.get((host, port))
        if kept is not None and time.monotonic() - kept[0] < _KEEP_SECONDS:
            return kept[1]
        ips = tuple(self._resolver(host, port))
        if not ips:
            raise OSError(f"no address for {host}")
        private = [ip for ip in ips if is_private(ip)]
        if private and (host, port) not in self._named:
            raise ForbiddenAddress(
                f"{host}:{port} lies on a private network ({private[0]}), and no source names it"
            )
        found = Whereabouts(ips, bool(private))
        with self._lock:
            self._known[(host, port)] = (time.monotonic(), found)
        return found

    def _is_private(self, origin: Origin) -> bool:
        """Whether it lies on a private network; a host that is gone does not."""
        try:
            return self.find(origin.host, origin.port).is_private
        except OSError:
            return False

    def forget(self, host: str, port: int) -> None:
        """Look it up anew next time: nobody answered there."""
        with self._lock:
            self._known.pop((host.rstrip(".").lower(), port), None)

    def check_step(self, before: str, after: str) -> None:
        """
        Whether one address may lead to another, by a redirect or as a link in what it gave; raises ForbiddenAddress.

        From the public internet never into a private network; from a private host only to hosts that the user named.
        """
        here, there = origin_of(before), origin_of(after)
        if here[1:] == there[1:]:
            return
        told = f"{without_secrets(before)} leads to {without_secrets(after)}"
        try:
            is_from_private = self._is_private(here)
            leads_private = self.find(there.host, there.port).is_private
        except ForbiddenAddress as error:
            raise ForbiddenAddress(f"{told}: {error}", error.hint, without_secrets(after)) from error
        except OSError as error:
            raise NotReached(f"{told}, a host that is not found", url=without_secrets(after)) from error
        if leads_private and not is_from_private:
            raise ForbiddenAddress(
                f"{told}: a public host may not lead into a private network",
                "Do not trust what this source lists; if the files are yours, make a source of their host.",
                without_secrets(after),
            )
        if is_from_private and not self.is_named(there):
            raise ForbiddenAddress(f"{told}, a host that no source names", url=without_secrets(after))


def _named_origin(named: str) -> Origin:
    """Host and port of a source that the user named, as an address or as host:port."""
    try:
        return origin_of(named if "://" in named else f"https://{named}")
    except ForbiddenAddress as error:
        raise BadSetting(f"not the address of a source: {without_secrets(named)}", error.hint) from error
