"""What a page's HTML says of itself: title, dates, language, address, and which media it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

LONGEST_HTML = 16 << 20
_MOST = 2000
_LONGEST = 2000
_DATE_NAMES = re.compile(
    r"(?i)(^|[:._-])(date|datepublished|datemodified|datecreated|uploaddate|published|modified|updated|created|issued|"
    r"published_time|modified_time|pubdate|publishdate|lastmod|last-modified)($|[:._-])"
)
_PICTURES = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "og:video", "og:video:url",
             "og:video:secure_url", "og:audio", "twitter:player:stream")  # fmt: skip
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that a page states, as it states it."""

    source: str
    """Where it stands, such as `meta article:published_time`, `json-ld datePublished`, `time`."""

    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a page; everything as the page says it, nothing checked."""

    title: str = ""
    language: str = ""
    canonical: str = ""
    author: str = ""
    description: str = ""
    site: str = ""
    dates: tuple[Dated, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    media: tuple[str, ...] = ()
    """Absolute addresses of pictures, videos and sounds."""


def read_page(html: str, url: str) -> Reading:
    """Read HTML, however broken; `url`: where it came from."""
    reader = _Reader(url)
    try:
        reader.feed(html[:LONGEST_HTML])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        pass  # what was read before stands
    return reader.reading()


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = url
        self._title: list[str] = []
        self._has_title = False
        self._ld: list[str] = []
        self._into = ""
        self._language = self._canonical = ""
        self._meta: dict[str, str] = {}
        self._dates: list[Dated] = []
        self._media: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: (value or "")[:_LONGEST] for name, value in attrs}
        if tag == "html":
            self._language = self._language or said.get("lang", "")
        elif tag == "base" and said.get("href"):
            self._base = self._absolute(said["href"]) or self._base
        elif tag == "title" and not self._has_title:
            self._into = "title"
        elif tag == "script" and said.get("type", "").strip().lower() == "application/ld+json":
            self._into = "ld"
            self._ld.append("")
        elif tag == "link" and "canonical" in said.get("rel", "").lower().split():
            self._canonical = self._canonical or self._absolute(said.get("href", ""))
        elif tag == "meta":
            self._said_of_itself(said)
        elif tag == "time":
            self._dated("time", said.get("datetime", ""))
        if tag in ("img", "video", "audio", "source", "track", "embed", "input"):
            self._shows(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "script"):
            self._has_title = self._has_title or self._into == "title"
            self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "title":
            self._title.append(data)
        elif self._into == "ld":
            self._ld[-1] += data

    def _said_of_itself(self, said: Mapping[str, str]) -> None:
        name = (
            said.get("property") or said.get("name") or said.get("itemprop") or said.get("http-equiv") or ""
        ).lower()
        value = said.get("content", "").strip()
        if not name or not value or len(self._meta) >= _MOST:
            return
        self._meta.setdefault(name[:200], value)
        if name in _PICTURES:
            self._add(value)
        if _DATE_NAMES.search(name):
            self._dated(f"meta {name[:100]}", value)
        if name == "content-language":
            self._language = self._language or value

    def _shows(self, tag: str, said: Mapping[str, str]) -> None:
        if tag in ("input", "embed") and not said.get("type", "").lower().startswith(
            ("image", "video", "audio")
        ):
            return
        for name in ("src", "poster", "data-src"):
            self._add(said.get(name, ""))
        for part in said.get("srcset", "").split(","):
            self._add(part.strip().split(" ")[0])

    def _add(self, address: str) -> None:
        found = self._absolute(address)
        if found and len(self._media) < _MOST:
            self._media.setdefault(found)

    def _dated(self, source: str, value: str) -> None:
        if value.strip() and len(self._dates) < _MOST:
            self._dates.append(Dated(source, value.strip()[:200]))

    def _absolute(self, address: str) -> str:
        """An address in full, without its fragment; "" for what is not on the web."""
        try:
            found = urljoin(self._base, address.strip()).partition("#")[0]
            parts = urlsplit(found)
        except ValueError:
            return ""
        return found if address.strip() and parts.scheme in ("http", "https") and parts.hostname else ""

    def reading(self) -> Reading:
        """All of it."""
        linked: dict[str, str] = {}
        for text in self._ld:
            for name, value in _in_json(text):
                if _DATE_NAMES.search(name):
                    self._dated(f"json-ld {name}", value)
                elif name in ("contentUrl", "thumbnailUrl"):
                    self._add(value)
                else:
                    linked.setdefault(name, value)
        meta = self._meta
        title = " ".join("".join(self._title).split())[:_LONGEST]
        return Reading(
            title or meta.get("og:title", "") or linked.get("headline", ""),
            self._language[:50],
            self._canonical,
            meta.get("author", "") or meta.get("article:author", ""),
            meta.get("description", "") or meta.get("og:description", ""),
            meta.get("og:site_name", ""),
            tuple(dict.fromkeys(self._dates)),
            dict(meta),
            tuple(self._media),
        )


def _in_json(text: str) -> Iterator[tuple[str, str]]:
    """Each name with a text beside it, in JSON-LD of any shape."""
    try:
        waiting: list[tuple[Any, int]] = [(json.loads(text.strip()), 0)]
    except (ValueError, RecursionError):
        return
    count = 0
    while waiting and count < _MOST:
        value, depth = waiting.pop()
        count += 1
        if depth > _DEEPEST:
            continue
        if isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(inner, str):
                    yield name[:100], inner[:_LONGEST]
                else:
                    waiting.append((inner, depth + 1))
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value[:_MOST]]
