"""
A Planet account: its key goes to Planet's API and nowhere else; what it may still order; its refusals in our words.

The `planet` SDK knows the shape of requests; all traffic goes through our own guarded client (docs/decisions/0011).
"""

from __future__ import annotations

import base64
import importlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from siteline.catalog.numbers import finite
from siteline.catalog.offered import word
from siteline.catalog.remote.address import origin_of
from siteline.catalog.remote.web import Answer, Web
from siteline.catalog.source import Source
from siteline.model.errors import BadSetting, ForbiddenAddress, MissingExtra, NotReached

SUBSCRIPTIONS = "auth/v1/experimental/public/my/subscriptions"
REFUSALS = frozenset({400, 401, 402, 403, 404, 405, 413, 422, 429})
"""Statuses with which Planet says for certain that it took no order."""

_AREA_STYLE = re.compile(r"(?i)\baum\b|under.?management|managed")


def sdk(module: str) -> Any:
    """A module of the `planet` package; raises MissingExtra with the command that installs it."""
    try:
        return importlib.import_module(f"planet.{module}")
    except ImportError as error:
        raise MissingExtra.of("planet", "planet") from error


@dataclass(frozen=True, slots=True)
class Quota:
    """What an account may still order."""

    total_km2: float | None
    """None: Planet does not say, or sets no limit."""

    left_km2: float | None
    plans: tuple[str, ...]
    """Names of the plans that are running."""

    by_area: bool
    """Whether a plan counts the area under watch once, however many scenes of it are ordered."""


class Account:
    """Planet's API, asked with one key."""

    def __init__(self, web: Web, source: Source, key: str | None) -> None:
        """Raises BadSetting if there is no key, MissingExtra without the SDK."""
        sdk("order_request")
        if not key or not key.isascii() or not key.isprintable():
            raise BadSetting(
                f"source {source.name}: the environment variable {source.token_env or 'PL_API_KEY'} holds no key",
                f"Copy your API key from your Planet account, then: export {source.token_env or 'PL_API_KEY'}=…",
            )
        self.web = web
        self.source = source
        self.root = source.url.rstrip("/")
        self._key = key

    def get(self, path: str) -> Any:
        """The JSON at a path of the API, or at an address of it."""
        url = urljoin(f"{self.root}/", path)
        if origin_of(url) != origin_of(self.root):
            raise ForbiddenAddress(
                f"{self.source.name} leads to another host, which was not asked", url=self.root
            )
        with _Told(self):
            return self.web.get_json(url, self._headers(path), stay=True)

    def post(self, path: str, body: Any, is_order: bool = False) -> Any:
        """What the API answers to this JSON; an order is sent once."""
        with _Told(self):
            return self.web.post_json(f"{self.root}/{path}", body, self._headers(path), is_order=is_order)

    def get_file(self, location: str) -> Answer:
        """A file of an order; the key goes with it only where it lies at the API itself, its redirects never get it."""
        own = origin_of(location) == origin_of(self.root)
        with _Told(self):
            return self.web.get(location, self._headers("") if own else {}, via=self.root)

    def pages(self, first: Any, key: str, link: str, most: int) -> Iterator[Mapping[str, Any]]:
        """The entries of a list, page by page, with an end to it; raises NotReached for a page that is none."""
        page, seen = first, set()
        for _ in range(most):
            entries = page.get(key) if isinstance(page, Mapping) else None
            if not isinstance(entries, list):
                raise NotReached(
                    f"{self.source.name} answered with JSON that is no list of {key}", url=self.root
                )
            yield from (entry for entry in entries if isinstance(entry, Mapping))
            links = page.get("_links")
            following = links.get(link) if isinstance(links, Mapping) else None
            if not isinstance(following, str) or not following or following in seen:
                return
            seen.add(following)
            page = self.get(following)

    def quota(self) -> Quota:
        """What may still be ordered, over all plans that are running."""
        listed = self.get(SUBSCRIPTIONS)
        now = datetime.now(UTC)
        running = (
            [s for s in listed if isinstance(s, Mapping) and _is_running(s, now)]
            if isinstance(listed, list)
            else []
        )
        totals = [finite(s.get("quota_sqkm")) for s in running]
        used = [finite(s.get("quota_used")) or 0.0 for s in running]
        names = [
            word(plan.get("name")) if isinstance(plan := s.get("plan"), Mapping) else "" for s in running
        ]
        by_area = any(
            _AREA_STYLE.search(f"{s.get('quota_style')} {name}")
            for s, name in zip(running, names, strict=True)
        )
        known = [total for total in totals if total is not None]
        if not known or len(known) < len(totals):
            return Quota(None, None, tuple(filter(None, names)), by_area)
        left = sum(max(0.0, total - spent) for total, spent in zip(known, used, strict=True))
        return Quota(sum(known), left, tuple(filter(None, names)), by_area)

    def clean(self, text: Any, most: int = 300) -> str:
        """What Planet said, as one short line in which the key cannot stand, whoever put it there."""
        plain = "".join(c if c.isprintable() else " " for c in str(text)).replace(self._key, "…")
        return re.sub(r"https?://\S+", "…", re.sub(r"\s+", " ", plain)).strip()[:most]

    def _headers(self, path: str) -> dict[str, str]:
        if path == SUBSCRIPTIONS:  # knows basic authentication only
            return {"Authorization": "Basic " + base64.b64encode(f"{self._key}:".encode()).decode()}
        return {"Authorization": f"api-key {self._key}"}


class _Told:
    """Refusals in here are told in words that help with Planet."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if not isinstance(error, NotReached) or isinstance(error, ForbiddenAddress):
            return
        name, variable = self._account.source.name, self._account.source.token_env
        said = self._account.clean(reason_of(error.said))
        told, remedy = f"{error}{f': {said}' if said else ''}", error.hint
        if error.status == 401:
            told = f"{name} does not accept the key in {variable}"
            remedy = "Copy it from your Planet account again; keys that were reset stop at once."
        elif error.status == 403:
            told = f"{name}: your account may not do this{f': {said}' if said else ''}"
            remedy = "Ask your Planet contact which area, times and products your contract holds."
        raise NotReached(told, remedy, error.url, error.status, error.tried, said) from None


def reason_of(body: str) -> str:
    """The words in Planet's JSON of an error: {"general": [{"message": …}], "field": {name: [{"message": …}]}}."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found: list[str] = []
    if isinstance(document, Mapping):
        general, field = document.get("general"), document.get("field")
        found += (
            [str(m.get("message")) for m in general or () if isinstance(m, Mapping)]
            if isinstance(general, list)
            else []
        )
        for name, messages in field.items() if isinstance(field, Mapping) else ():
            for one in messages if isinstance(messages, list) else ():
                if isinstance(one, Mapping):
                    found.append(f"{name}: {one.get('message')}")
        if not found and isinstance(document.get("message"), str):
            found.append(document["message"])
    return "; ".join(dict.fromkeys(found))


def _is_running(subscription: Mapping[str, Any], now: datetime) -> bool:
    if str(subscription.get("state") or "active").lower() != "active":
        return False
    begins, ends = (_moment(subscription.get(key)) for key in ("active_from", "active_to"))
    return (begins is None or begins <= now) and (ends is None or now < ends)


def _moment(text: Any) -> datetime | None:
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
