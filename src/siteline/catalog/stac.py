"""STAC APIs: one search, page by page, with an end to it whatever the server does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from siteline.catalog.box import SearchBox
from siteline.catalog.offered import Offered
from siteline.catalog.remote.address import origin_of, without_secrets
from siteline.catalog.remote.web import Web
from siteline.catalog.rights import needs_collection
from siteline.catalog.source import Source
from siteline.model.errors import ForbiddenAddress, NotReached
from siteline.model.remark import Remark

PAGE_SIZE = 100
_NO_POST = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class Caps:
    """Where a search ends, however much a server has to say."""

    pages: int = 200
    items: int = 20_000
    bytes: int = 1 << 30
    """Of all answers together, unpacked."""

    completed: int = 100
    """Items that came without their files and are asked for one by one."""

    documents: int = 5_000
    """Of a static catalog."""


USUAL_CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for."""

    box: SearchBox
    first: date
    last: date
    """Included."""

    @property
    def when(self) -> str:
        """As STAC wants it."""
        return f"{self.first.isoformat()}T00:00:00Z/{self.last.isoformat()}T23:59:59Z"


def search_api(
    web: Web,
    source: Source,
    asked: Asked,
    headers: Mapping[str, str],
    remarks: list[Remark],
    caps: Caps = USUAL_CAPS,
) -> Iterator[Offered]:
    """
    Everything that an API offers for a box and a time, one entry after the other; what went wrong goes to `remarks`.

    headers: with the key, if the source has one. Raises NotReached only where nothing was found before.
    """
    root = source.url.rstrip("/")
    reader = _Pages(web, root, headers)
    page = reader.first(_body(source, asked))
    known: dict[str, Mapping[str, Any] | None] = {}
    seen_items: set[str] = set()
    count, completed = 0, 0
    for number in range(caps.pages):
        features = page.document.get("features")
        if not isinstance(features, list):
            remarks.append(
                Remark(source.name, "a page of its answer is no list of items", "Run the search again.")
            )
            return
        fresh = 0
        for raw in features:
            mark = _mark(raw)
            if mark in seen_items:
                continue
            seen_items.add(mark)
            fresh += 1
            count += 1
            if count > caps.items:
                remarks.append(_too_many(source, caps.items, "items"))
                return
            if _is_partial(raw) and completed < caps.completed:
                completed += 1
                raw = _complete(web, root, raw, headers)
            yield Offered(raw, _self_link(raw, page.url), _described(web, root, raw, headers, known))
        following = reader.next(page, remarks, source) if number + 1 < caps.pages else None
        if web.unpacked_bytes > caps.bytes:
            remarks.append(_too_many(source, caps.bytes, "bytes"))
            return
        if following is None:
            if number + 1 == caps.pages:
                remarks.append(_too_many(source, caps.pages, "pages"))
            return
        if features and not fresh:
            remarks.append(Remark(source.name, "it gave the same page again; the search ended there"))
            return
        try:
            page = reader.read(following)
        except NotReached as error:
            remarks.append(
                Remark(
                    source.name,
                    f"page {number + 2} of its answer was not reached: {error}",
                    "Run the search again.",
                )
            )
            return


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    document: Mapping[str, Any]
    url: str
    asked: _Request


class _Pages:
    """Reads pages from one host, none of them twice."""

    def __init__(self, web: Web, root: str, headers: Mapping[str, str]) -> None:
        self._web = web
        self._headers = dict(headers)
        self._root = root
        self._read: set[str] = set()

    def first(self, body: Mapping[str, Any]) -> _Page:
        """The first page, by POST; by GET where the server knows no POST."""
        url = self._root if self._root.endswith("/search") else f"{self._root}/search"
        try:
            return self.read(_Request("POST", url, body))
        except NotReached as error:
            if error.status not in _NO_POST:
                raise
        flat = {k: ",".join(map(str, v)) if isinstance(v, (list, tuple)) else v for k, v in body.items()}
        return self.read(_Request("GET", f"{url}?{urlencode(flat, safe=',/:')}"))

    def read(self, request: _Request) -> _Page:
        """One page; raises NotReached if it is none."""
        self._read.add(_print(request))
        if request.method == "POST":
            document = self._web.post_json(request.url, request.body or {}, self._headers)
        else:
            document = self._web.get_json(request.url, self._headers, stay=True)
        if not isinstance(document, Mapping):
            raise NotReached(
                f"{without_secrets(request.url)} answered with JSON that is no page of items",
                "Check that the address is that of a STAC API.",
            )
        return _Page(document, request.url, request)

    def next(self, page: _Page, remarks: list[Remark], source: Source) -> _Request | None:
        """The request for the page after this one; None where there is none, or none that we would ask for."""
        links = page.document.get("links")
        link = (
            next((l for l in links if isinstance(l, Mapping) and l.get("rel") == "next"), None)
            if isinstance(links, list)
            else None
        )
        if link is None:
            return None
        href, body = link.get("href"), link.get("body")
        if not isinstance(href, str) or not href:
            return None
        url = urljoin(page.url, href)
        try:
            leaves = origin_of(url)[1:] != origin_of(page.url)[1:]
        except ForbiddenAddress:
            leaves = True
        if leaves:
            remarks.append(
                Remark(
                    source.name,
                    f"its next page is at another place ({without_secrets(url)}), which was not asked",
                )
            )
            return None
        if str(link.get("method") or "GET").upper() == "POST":
            sent = dict(body) if isinstance(body, Mapping) else {}
            if link.get("merge") is True or not sent:
                sent = {**(page.asked.body or {}), **sent}
            request = _Request("POST", url, sent)
        else:
            request = _Request("GET", url)
        try:
            known = _print(request) in self._read
        except RecursionError:
            known = True
        if known:
            remarks.append(Remark(source.name, "its next page is one that was read; the search ended there"))
            return None
        return request


def _body(source: Source, asked: Asked) -> dict[str, Any]:
    body: dict[str, Any] = {"bbox": list(asked.box.bbox), "datetime": asked.when, "limit": PAGE_SIZE}
    if source.collections:
        body["collections"] = list(source.collections)
    return body


def _print(request: _Request) -> str:
    text = json.dumps([request.method, request.url, request.body], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _mark(raw: Any) -> str:
    """What an entry is known by, to know it again."""
    if isinstance(raw, Mapping) and isinstance(raw.get("id"), str):
        return f"{raw.get('collection')}/{raw['id']}"
    try:
        return hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()
    except (RecursionError, TypeError):
        return str(id(raw))


def _is_partial(raw: Any) -> bool:
    return isinstance(raw, Mapping) and isinstance(raw.get("id"), str) and not raw.get("assets")


def _complete(web: Web, root: str, raw: Mapping[str, Any], headers: Mapping[str, str]) -> Mapping[str, Any]:
    """An item that came without its files, as the API gives it on its own; itself where it does not."""
    collection = raw.get("collection")
    if not isinstance(collection, str) or not collection:
        return raw
    url = f"{root.removesuffix('/search')}/collections/{quote(collection, safe='')}/items/{quote(raw['id'], safe='')}"
    try:
        whole = web.get_json(url, headers, stay=True)
    except NotReached:
        return raw
    return whole if isinstance(whole, Mapping) and whole.get("id") == raw["id"] else raw


def _described(
    web: Web, root: str, raw: Any, headers: Mapping[str, str], known: dict[str, Mapping[str, Any] | None]
) -> Mapping[str, Any] | None:
    """An item's collection, asked for once, where its rights depend on it."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("collection"), str):
        return None
    name, properties = raw["collection"], raw.get("properties")
    if name in known:
        return known[name]
    if not isinstance(properties, Mapping) or not needs_collection(str(raw.get("id")), name, properties):
        return None
    if len(known) >= 50:
        return None
    try:
        found = web.get_json(
            f"{root.removesuffix('/search')}/collections/{quote(name, safe='')}", headers, stay=True
        )
    except NotReached:
        found = None
    known[name] = found if isinstance(found, Mapping) else None
    return known[name]


def _self_link(raw: Any, page_url: str) -> str:
    """Where an item's relative links start: at itself, if it says where that is on the same host."""
    links = raw.get("links") if isinstance(raw, Mapping) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("rel") == "self" and isinstance(link.get("href"), str):
            url = urljoin(page_url, link["href"])
            try:
                if origin_of(url)[1:] == origin_of(page_url)[1:]:
                    return str(url)
            except ForbiddenAddress:
                break
    return page_url


def _too_many(source: Source, most: int, what: str) -> Remark:
    return Remark(source.name, f"more than {most:,} {what}; the rest was not read", "Ask for a shorter time.")
