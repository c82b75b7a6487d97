"""What stands around an address: its sections, its siblings, an address that never was, and where it may have gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from siteline.evidence.watch.migration import form_of
from siteline.evidence.watch.verdict import same_address

_MANY_SIBLINGS, _MANY_SECTIONS, _MANY_CANDIDATES = 10, 3, 5
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})")
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


def in_sitemap(text: str) -> list[str]:
    """The addresses that a sitemap lists."""
    found = (loc[1].replace("&amp;", "&") for loc in _LOC.finditer(text))
    return [there for there in islice(found, 50_000) if _is_address(there)]


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
    home, name = urlsplit(url)[:2], _name(url)
    wanted = {plain for title in titles if len(plain := plain_title(title)) >= _FEWEST_LETTERS}

    def rank(words: str, there: str) -> int:
        """2: the very title or name; 1: one holds the other; 0: neither."""
        said = plain_title(words)
        if said in wanted or (len(name) >= _FEWEST_LETTERS and _name(there) == name):
            return 2
        return int(len(said) >= _FEWEST_LETTERS and any(said in t or t in said for t in wanted))

    ranked: dict[str, int] = {}
    for words, there in [*links, *(("", there) for there in listed)]:
        if urlsplit(there)[:2] == home and not same_address(there, url):
            ranked[there] = max(ranked.get(there, 0), rank(words, there))
    found = [there for there, how in sorted(ranked.items(), key=lambda pair: -pair[1]) if how]
    return found[:_MANY_CANDIDATES]


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
    return " ".join(re.findall(r"\w+", title.casefold()))


def _name(url: str) -> str:
    """The last part of an address's path."""
    return PurePosixPath(urlsplit(url).path).name
