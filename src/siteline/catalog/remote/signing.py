"""Addresses as they must be asked for: signed, or with a key, only in the moment of asking and never on record."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from siteline.catalog.remote.address import origin_of, without_secrets
from siteline.model.errors import BadSetting, ForbiddenAddress, NotReached
from siteline.model.found import FoundScene

PLANETARY_COMPUTER = "https://planetarycomputer.microsoft.com/api/sas/v1/token"
_AZURE = ".blob.core.windows.net"
_SPARE_SECONDS = 120
"""A token that runs out sooner is fetched anew."""

_S3_SECONDS = 900
_BRANCHES = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
"""Second labels under which strangers register names (co.uk)."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What is sent; holds secrets."""

    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    own_endpoint: bool = False
    """Whether the host is one that the user named in the environment, whoever lists the file."""

    renewable: bool = False
    """Whether signing again may help when it is refused."""


class AsksJson(Protocol):
    """What we need of a web client here."""

    def get_json(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON at an address."""


class Signer:
    """Signs addresses in every way that a source may want; safe to use from many threads."""

    def __init__(
        self,
        web: AsksJson,
        environ: Mapping[str, str],
        token_of: Callable[[str], str | None] = lambda source: None,
        address_of: Callable[[str], str] = lambda source: source,
    ) -> None:
        """`token_of`: a source's own key, by its name; `address_of`: where that source is."""
        self._web = web
        self._environ = environ
        self._token_of = token_of
        self._address_of = address_of
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[float, str]] = {}

    def sign(self, href: str, found: FoundScene, again: bool = False) -> Signed:
        """How to ask for a file of an offered scene; `again`: what was signed before is refused now."""
        if href.startswith("s3://"):
            return sign_s3(href, self._environ, datetime.now(UTC), must=found.signing == "s3")
        if found.signing == "planetary-computer":
            return self._by_planetary_computer(href, found.collection, again)
        if found.signing == "bearer":
            return self._by_bearer(href, found.source)
        if found.signing not in ("", "s3"):
            raise BadSetting(f"no way of signing is called {found.signing!r}", "Search again with: siteline scenes find")
        return Signed(href)

    def _by_planetary_computer(self, href: str, collection: str, again: bool) -> Signed:
        base = self._environ.get("PC_SDK_SAS_URL", PLANETARY_COMPUTER).rstrip("/")
        host = origin_of(href).host
        if not host.endswith(_AZURE) and host != origin_of(base).host:
            return Signed(href)  # not in its store: the token is none of their business
        with self._lock:  # one thread asks, the others wait for its answer
            ends, token = self._tokens.get(collection, (0.0, ""))
            if again or ends - _SPARE_SECONDS < time.time():
                ends, token = self._ask_token(f"{base}/{quote(collection, safe='')}")
                self._tokens[collection] = ends, token
        joint = "&" if urlsplit(href).query else "?"
        return Signed(f"{href}{joint}{token}", renewable=True)

    def _ask_token(self, address: str) -> tuple[float, str]:
        key = self._environ.get("PC_SDK_SUBSCRIPTION_KEY")
        said = self._web.get_json(address, {"Ocp-Apim-Subscription-Key": key} if key else None)
        try:
            token = str(said["token"]).lstrip("?")
            ends = datetime.fromisoformat(str(said["msft:expiry"]).replace("Z", "+00:00")).timestamp()
        except (KeyError, TypeError, ValueError) as error:
            raise NotReached(
                f"{without_secrets(address)} gave no token", "Try again later; it may be out of order.", address
            ) from error
        if not token.isascii() or not token.isprintable() or " " in token:
            raise NotReached(f"{without_secrets(address)} gave something that is no token", url=address)
        return ends, token

    def _by_bearer(self, href: str, source: str) -> Signed:
        token = self._token_of(source)
        if not token:
            raise BadSetting(
                f"the source {source} wants a key, and there is none in the environment",
                "Name the variable that holds it with token_env in siteline.toml, and set it.",
            )
        if not _are_kin(origin_of(self._address_of(source)).host, origin_of(href).host):
            raise ForbiddenAddress(
                f"{without_secrets(href)}: the key of {source} is not sent to another owner's host",
                url=without_secrets(href),
            )
        return Signed(href, MappingProxyType({"Authorization": f"Bearer {token}"}))


def _are_kin(source: str, asset: str) -> bool:
    """Whether a host is a source's own, or lies with it under one name that somebody owns."""
    if source == asset:
        return True
    parent = source.split(".")[1:]
    owned = len(parent) > 2 or (len(parent) == 2 and parent[0] not in _BRANCHES)
    return owned and not parent[-1].isdigit() and asset.endswith("." + ".".join(parent))


def sign_s3(href: str, environ: Mapping[str, str], now: datetime, must: bool = False) -> Signed:
    """
    An s3:// address over https: signed with the user's AWS keys where the environment holds any, else public.

    AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL names another store; AWS_NO_SIGN_REQUEST=YES leaves the keys aside;
    AWS_REQUEST_PAYER=requester agrees to pay for what is read. (AWS Signature Version 4, in the query.)
    """
    bucket, _, key = href.removeprefix("s3://").partition("/")
    if not bucket or not key or not all(c.isalnum() or c in ".-_" for c in bucket):
        raise ForbiddenAddress(f"not the address of a file in S3: {without_secrets(href)}", url=without_secrets(href))
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    path = "/" + quote(key, safe="/-_.~")
    if endpoint:
        base, path = endpoint.rstrip("/"), f"/{bucket}{path}"
    elif "." in bucket:
        base, path = f"https://s3.{region + '.' if region else ''}amazonaws.com", f"/{bucket}{path}"
    else:
        base = f"https://{bucket}.s3.{region + '.' if region else ''}amazonaws.com"
    name, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    public = environ.get("AWS_NO_SIGN_REQUEST", "").upper() in ("YES", "TRUE", "1")
    if not name or not secret or public:
        if must and not public:
            raise BadSetting(
                f"{without_secrets(href)} is read with your own AWS keys, and the environment holds none",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_NO_SIGN_REQUEST=YES for a public bucket.",
            )
        return Signed(base + path, own_endpoint=bool(endpoint))
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    scope = f"{day}/{region or 'us-east-1'}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{name}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(_S3_SECONDS),
        "X-Amz-SignedHeaders": "host",
    }
    if token := environ.get("AWS_SESSION_TOKEN"):
        query["X-Amz-Security-Token"] = token
    if payer := environ.get("AWS_REQUEST_PAYER"):
        query["x-amz-request-payer"] = payer
    asked = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query.items()))
    within = urlsplit(base)
    canonical = "\n".join(
        ("GET", within.path + path, asked, f"host:{within.netloc}\n", "host", "UNSIGNED-PAYLOAD")
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    step = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        step = hmac.digest(step, part.encode(), "sha256")
    to_sign = "\n".join(("AWS4-HMAC-SHA256", moment, scope, digest))
    signature = hmac.digest(step, to_sign.encode(), "sha256").hex()
    return Signed(f"{base}{path}?{asked}&X-Amz-Signature={signature}", own_endpoint=bool(endpoint), renewable=True)
