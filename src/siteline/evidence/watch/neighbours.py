"""What stands around an address: its sections, its siblings, an address that never was, and where it may have gone."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from siteline.evidence.watch.migration import form_of
from siteline.evidence.watch.verdict import same_address

_MANY_SIBLINGS, _MANY_SECTIONS, _MANY_CANDIDATES = 10, 3, 5
_LOC = re.compile(r"<loc>\s{0,99}(?:<!\[CDATA\[\s{0,99})?([^<\]\s]{1,2000})")
_MEDIA_LOC = re.compile(
    r"<(?:image:loc|video:(?:content|player|thumbnail)_loc)[^>]{0,200}>\s{0,99}(?:<!\[CDATA\[\s{0,99})?([^<\]\s]{1,2000})"
)
_LARGEST_SITEMAP = 20 << 20
"""Bytes of one that are read; sitemaps.org allows 50 MiB, few have one."""

_MANY_TITLES, _LONGEST_TITLE = 10, 300
"""Titles under which a page is looked for, and letters of each: a page can call itself thousands of names."""

_FEWEST_LETTERS = 8
"""A shorter title fits too much."""


def root_of(url: str) -> str:
    """The root of an address's site."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/", "", ""))


def sections_of(url: str) -> list[str]:
    """The folders above an address, nearest first, without the root."""
    parts = urlsplit(url)
    segments = [s for s in parts.path.split("/") if s][:-1]
    found = [
        urlunsplit((parts.scheme, parts.netloc, "/" + "/".join(segments[:n]) + "/", "", ""))
        for n in range(len(segments), 0, -1)
    ]
    return found[:_MANY_SECTIONS]


def never_was(url: str, token: str) -> str:
    """An address beside this one that nobody ever made: the same folder and ending, another name."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{token}{PurePosixPath(name).suffix}", "", ""))


def siblings_of(url: str, links: Iterable[tuple[str, str]], others: Iterable[str] = ()) -> list[str]:
    """Addresses of the same host that stood beside this one: those of its own form first, others after."""
    home = urlsplit(url)[:2]
    found = [
        there
        for there in dict.fromkeys([*others, *(link for _, link in links)])
        if urlsplit(there)[:2] == home
        and not same_address(there, url)
        and not same_address(there, root_of(url))
    ]
    form = form_of(url)
    return sorted(found, key=lambda there: form_of(there) != form)[:_MANY_SIBLINGS]


def in_sitemap(text: str, most: int = 50_000) -> tuple[list[str], bool]:
    """The addresses that a sitemap lists, and whether these are all."""
    found = (loc[1].replace("&amp;", "&") for loc in _LOC.finditer(text))
    listed = list(islice(found, max(0, most) + 1))
    return [there for there in listed[: max(0, most)] if _is_address(there)], len(listed) <= most


def media_in_sitemap(text: str, most: int = 50_000) -> list[tuple[str, str]]:
    """(address of a picture or film, address of its page) of a sitemap for such."""
    found, at = list[tuple[str, str]](), 0
    while len(found) < most and (end := text.find("</url>", at)) >= 0:
        block = text[max(text.rfind("<url>", at, end), end - 20_000, at) : end]
        at, page = end + 6, _LOC.search(block)
        if page and _is_address(page[1]):
            found += ((media[1].replace("&amp;", "&"), page[1]) for media in _MEDIA_LOC.finditer(block))
    return [pair for pair in found[: max(0, most)] if _is_address(pair[0])]


def is_sitemap(url: str) -> bool:
    """Whether an address in a sitemap is of another sitemap."""
    return urlsplit(url).path.lower().endswith((".xml", ".xml.gz"))


def sitemap_text(body: bytes) -> tuple[str, bool]:
    """The text of a sitemap, packed or not, as far as it is read; and whether that is all."""
    rest = b""
    if body.startswith(b"\x1f\x8b"):
        packed = zlib.decompressobj(31)
        try:
            body, rest = packed.decompress(body, _LARGEST_SITEMAP), packed.unconsumed_tail
        except zlib.error:
            return "", False
    return body[:_LARGEST_SITEMAP].decode("utf-8", "replace"), not rest and len(body) <= _LARGEST_SITEMAP


def _is_address(said: str) -> bool:
    try:
        parts = urlsplit(said)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def may_be_it(
    url: str, titles: Iterable[str], links: Sequence[tuple[str, str]], listed: Iterable[str] = ()
) -> list[str]:
    """Addresses of the same host that bear the title, or the name, of what is missing."""
    home, name = urlsplit(url)[:2], name_of(url)
    said_of_it = (plain_title(title) for title in islice(dict.fromkeys(titles), 20 * _MANY_TITLES))
    wanted = list(dict.fromkeys(plain for plain in said_of_it if len(plain) >= _FEWEST_LETTERS))[
        :_MANY_TITLES
    ]

    def rank(words: str, there: str) -> int:
        """2: the very title or name; 1: one holds the other; 0: neither."""
        said = plain_title(words)
        if said in wanted or (len(name) >= _FEWEST_LETTERS and name_of(there) == name):
            return 2
        return int(len(said) >= _FEWEST_LETTERS and any(said in t or t in said for t in wanted))

    ranked: dict[str, int] = {}
    for words, there in [*links, *(("", there) for there in listed)]:
        if urlsplit(there)[:2] == home and not same_address(there, url):
            ranked[there] = max(ranked.get(there, 0), rank(words, there))
    found = [there for there, how in sorted(ranked.items(), key=lambda pair: -pair[1]) if how]
    return found[:_MANY_CANDIDATES]


def show_media(
    url: str, names: set[str], shown: Iterable[tuple[str, str]], lists: Sequence[str]
) -> list[str]:
    """
    Addresses of the same host where one of these media is said to be.

    shown: (address of a medium, where it leads to) on list pages and in sitemaps. What leads to the missing page, or to a list,
    says nothing.
    """
    home = urlsplit(url)[:2]
    found = dict[str, None]()
    for media, page in shown:
        there = page or media
        is_list = any(same_address(there, one) for one in (url, *lists))
        if name_of(media) in names and urlsplit(there)[:2] == home and not is_list:
            found[there] = None
        if len(found) >= _MANY_CANDIDATES:
            break
    return list(found)


def moves_by_title(
    before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]], missing: set[str]
) -> list[tuple[str, str]]:
    """(old, new) address of links that bear the same words as then, where the old address is missing."""
    now: dict[str, set[str]] = {}
    for words, there in after:
        if len(plain := plain_title(words)) >= _FEWEST_LETTERS // 2:
            now.setdefault(plain, set()).add(there)
    found = []
    for words, old in before:
        places = now.get(plain_title(words), set())
        if old in missing and len(places) == 1 and old not in places:
            found.append((old, next(iter(places))))
    return list(dict.fromkeys(found))


def plain_title(title: str) -> str:
    """A title by its letters and digits."""
    return " ".join(re.findall(r"\w+", title[:_LONGEST_TITLE].casefold()))


def name_of(url: str) -> str:
    """The last part of an address's path."""
    return PurePosixPath(urlsplit(url).path).name
