"""Addresses as they must be asked for: signed, or with a key, only in the moment of asking and never on record."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from siteline.catalog.remote.address import origin_of, without_secrets
from siteline.catalog.remote.file import Signed
from siteline.catalog.source import Source
from siteline.model.errors import BadSetting, ForbiddenAddress, NotReached
from siteline.model.found import FoundScene

PLANETARY_COMPUTER = "https://planetarycomputer.microsoft.com/api/sas/v1/token"
ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "PC_SDK_SAS_URL")
"""Variables of the environment that name a host instead of the public one."""

_AZURE = ".blob.core.windows.net"
_SUBSCRIPTION, _SUBSCRIPTION_HEADER = "PC_SDK_SUBSCRIPTION_KEY", "Ocp-Apim-Subscription-Key"
_REFUSED = (400, 401, 403, 404)
_SPARE_SECONDS = 120
"""So long before it runs out a token is fetched anew."""

_LEAST_SECONDS = 5
"""So long a token is used, whatever its endpoint says of it: a clock may be wrong, and a store refuses what is too old."""

_S3_SECONDS = 900


class AsksJson(Protocol):
    """What we need of a web client here."""

    def get_json(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON at an address."""


class Signer:
    """Signs addresses in every way that a source may want; safe to use from many threads."""

    def __init__(self, web: AsksJson, environ: Mapping[str, str], sources: Mapping[str, Source]) -> None:
        """`sources`: those of siteline.toml, by name."""
        self._web = web
        self._environ = environ
        self._sources = sources
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[float, str]] = {}
        """By the address that gives them: until when they are used, and they themselves; never on disk."""

        self._refusals: dict[str, tuple[int, str, bool]] = {}

    def source_of(self, found: FoundScene) -> Source:
        """The source that offers a scene: by name, else the address or folder that was typed."""
        return self._sources.get(found.source) or Source(found.source, found.source)

    def sign(self, href: str, found: FoundScene, refused: str = "") -> Signed:
        """How to ask for a file of an offered scene; `refused`: as what it was signed before, which is refused now."""
        if href.startswith("s3://"):
            keys = s3_keys(self._environ, self.source_of(found))
            return sign_s3(href, keys, datetime.now(UTC), must=found.signing == "s3")
        if found.signing == "planetary-computer":
            return self._by_token(href, found, refused)
        if found.signing == "bearer":
            return self._by_bearer(href, self.source_of(found))
        if found.signing not in ("", "s3"):
            raise BadSetting(
                f"no way of signing is called {found.signing!r}", "Search again with: siteline scenes find"
            )
        return Signed(href)

    def _by_token(self, href: str, found: FoundScene, refused: str) -> Signed:
        source, collection = self.source_of(found), found.collection
        base = source.token_url or self._environ.get("PC_SDK_SAS_URL") or PLANETARY_COMPUTER
        origin = origin_of(href)
        host, is_veiled = origin.host, origin.scheme == "https"  # a token sent in the clear is anybody's
        is_store = _is_its_own(source, href) if source.token_url else is_veiled and host.endswith(_AZURE)
        if not is_store and origin_of(href) != origin_of(base):
            return Signed(href)  # not in its store: the token is none of their business
        address = _below(base, collection)
        with self._lock:  # one thread asks, the others wait for its answer
            if address in self._refusals:
                raise _no_token(address, *self._refusals[address])
            ends, token = self._tokens.get(address, (0.0, ""))
            if (token and token in refused) or ends < time.time():
                ends, token = self._ask_token(address, source)
                self._tokens[address] = _renewed_at(ends, time.time()), token
        joint = "&" if urlsplit(href).query else "?"
        return Signed(f"{href}{joint}{token}", renewable=True)

    def _ask_token(self, address: str, source: Source) -> tuple[float, str]:
        name = source.token_env if source.token_url else _SUBSCRIPTION
        key = self._environ.get(name, "").strip() if name else ""
        if key and (not key.isascii() or not key.isprintable() or " " in key):
            raise _odd_key(name)
        headers = {"Authorization": f"Bearer {key}"} if source.token_url else {_SUBSCRIPTION_HEADER: key}
        try:
            said = self._web.get_json(address, headers if key else None)
        except NotReached as error:
            if error.status in _REFUSED:  # every file would be told the same: it is asked once
                self._refusals[address] = error.status, name, bool(key)
                raise _no_token(address, error.status, name, bool(key)) from error
            raise
        try:
            token = str(said["token"]).lstrip("?")
            ends = datetime.fromisoformat(str(said["msft:expiry"]).replace("Z", "+00:00")).timestamp()
        except (KeyError, TypeError, ValueError) as error:
            raise NotReached(
                f"{without_secrets(address)} gave no token",
                "Try again later; it may be out of order.",
                address,
            ) from error
        is_plain = bool(token) and token.isascii() and token.isprintable() and " " not in token
        if (
            not is_plain or without_secrets(f"https://h/?{token}") != "https://h/"
        ):  # else it could be told in an error
            shown = without_secrets(address)
            raise NotReached(f"{shown} gave something that is no token", "Check token_url.", shown)
        return ends, token

    def _by_bearer(self, href: str, source: Source) -> Signed:
        token = self._environ.get(source.token_env, "").strip()
        if not token:
            name = source.token_env or "token_env"
            raise BadSetting(
                f"the source {source.name} wants a key, and the environment holds none ({name})",
                "Name the variable that holds it with token_env in siteline.toml, and set it.",
            )
        if not token.isascii() or not token.isprintable() or " " in token:
            raise _odd_key(source.token_env)
        if not _is_its_own(source, href):
            raise ForbiddenAddress(
                f"{without_secrets(href)}: the key of {source.name} is sent to its own host only, encrypted if that is",
                f"If you trust that host with the key, add it to hosts under [sources.{source.name}] in siteline.toml.",
                url=without_secrets(href),
            )
        return Signed(href, MappingProxyType({"Authorization": f"Bearer {token}"}))


def _renewed_at(ends: float, now: float) -> float:
    """Until when a token is used; one that is given for minutes, for half of them."""
    return max(ends - min(_SPARE_SECONDS, (ends - now) / 2), now + _LEAST_SECONDS)


def _odd_key(name: str) -> BadSetting:
    return BadSetting(
        f"the key in {name} holds characters that no key has",
        "Set it anew, without quotes, spaces or line breaks.",
    )


def _no_token(address: str, status: int, name: str, was_sent: bool) -> NotReached:
    """A token that was refused: no file was asked for, so the status is not one of a file."""
    shown = without_secrets(address)
    if status in (400, 404):
        hint = "Check token_url in siteline.toml: a token is asked for at it, with the collection's name behind it."
    elif was_sent:
        hint = f"Check the key in {name}: it is wrong, has run out, or is not for this collection."
    else:
        hint = f"It wants a key: get one from its provider and set {name or 'the variable that token_env names'}."
    return NotReached(f"no token for its files: {shown} answered {status}", hint, shown)


def _below(base: str, name: str) -> str:
    """An address with one more step in its path."""
    parts = urlsplit(base)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{quote(name, safe='')}"))


def _is_its_own(source: Source, href: str) -> bool:
    """
    Whether an address is a source's own: its host or one below that, or one that the user named with it.

    Hosts that only share an ending with it may be a stranger's (two tenants of one cloud).
    """
    there = origin_of(href)
    if source.folder is not None:
        return there.place in source.hosts
    here = origin_of(source.url)
    if here.scheme == "https" and there.scheme != "https":
        return False
    if there.place in source.hosts:
        return True
    return (here.host, here.port) == (there.host, there.port) or (
        there.host.endswith(f".{here.host}") and not here.host.rsplit(".", 1)[-1].isdigit()
    )


@dataclass(frozen=True, slots=True)
class S3Keys:
    """With what, and where, S3 is asked; holds secrets."""

    name: str = ""
    secret: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    region: str = ""
    endpoint: str = ""
    """Who answers for it; "": AWS."""

    is_public: bool = False
    """Whether the keys are to be left aside."""

    payer: str = ""


def s3_keys(environ: Mapping[str, str], source: Source) -> S3Keys:
    """
    The keys for a source: from the variables that its token_env begins, else the usual ones of AWS.

    AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL names another store; AWS_NO_SIGN_REQUEST=YES leaves the keys aside;
    AWS_REQUEST_PAYER=requester agrees to pay for what is read.
    """
    if source.token_env and source.signing == "s3":
        return S3Keys(
            environ.get(f"{source.token_env}_ACCESS_KEY", ""),
            environ.get(f"{source.token_env}_SECRET_KEY", ""),
            endpoint=source.s3_endpoint,
        )
    return S3Keys(
        environ.get("AWS_ACCESS_KEY_ID", ""),
        environ.get("AWS_SECRET_ACCESS_KEY", ""),
        environ.get("AWS_SESSION_TOKEN", ""),
        environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "",
        source.s3_endpoint or environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or "",
        environ.get("AWS_NO_SIGN_REQUEST", "").upper() in ("YES", "TRUE", "1"),
        environ.get("AWS_REQUEST_PAYER", ""),
    )


def sign_s3(href: str, keys: S3Keys, now: datetime, must: bool = False) -> Signed:
    """An s3:// address over https: signed (AWS Signature Version 4, in the query) if there are keys, else as the public asks."""
    bucket, _, key = href.removeprefix("s3://").partition("/")
    is_plain = not {"", ".", ".."} & set(key.split("/"))
    if not bucket or not is_plain or not all(c.isascii() and (c.isalnum() or c in ".-_") for c in bucket):
        shown = without_secrets(href)
        raise ForbiddenAddress(f"not the address of a file in S3: {shown}", url=shown)
    base, path = f"https://s3.{keys.region + '.' if keys.region else ''}amazonaws.com", f"/{bucket}"
    if keys.endpoint:
        base = keys.endpoint.rstrip("/")
    elif "." not in bucket:
        base, path = base.replace("//", f"//{bucket}."), ""
    path += "/" + quote(key, safe="/-_.~")
    if keys.is_public or not (keys.name and keys.secret):
        if must and not keys.is_public:
            raise BadSetting(
                f"{without_secrets(href)} is read with keys of your own, and the environment holds none",
                "Set the variables that the source's howto names, or AWS_NO_SIGN_REQUEST=YES for a public bucket.",
            )
        return Signed(base + path, own_endpoint=bool(keys.endpoint))
    return Signed(f"{base}{path}?{_signature(base, path, keys, now)}", own_endpoint=bool(keys.endpoint))


def _signature(base: str, path: str, keys: S3Keys, now: datetime) -> str:
    """The query that signs a GET."""
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    scope = f"{day}/{keys.region or 'us-east-1'}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{keys.name}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(_S3_SECONDS),
        "X-Amz-SignedHeaders": "host",
        **({"X-Amz-Security-Token": keys.session} if keys.session else {}),
        **({"x-amz-request-payer": keys.payer} if keys.payer else {}),
    }
    asked = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query.items()))
    within = urlsplit(base)
    lines = ("GET", within.path + path, asked, f"host:{within.netloc}\n", "host", "UNSIGNED-PAYLOAD")
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    step = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        step = hmac.digest(step, part.encode(), "sha256")
    to_sign = "\n".join(("AWS4-HMAC-SHA256", moment, scope, digest))
    return f"{asked}&X-Amz-Signature={hmac.digest(step, to_sign.encode(), 'sha256').hex()}"
