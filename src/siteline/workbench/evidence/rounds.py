"""One round of checks: each address looked at once, with what its site says elsewhere in the same minutes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from siteline.evidence.watch import neighbours as near
from siteline.evidence.watch.fingerprint import Fingerprint, are_alike, fingerprint, own_media
from siteline.evidence.watch.page import Page, read_page
from siteline.evidence.watch.removal import site_of
from siteline.evidence.watch.series import Control, Search
from siteline.evidence.watch.verdict import MISSING, THERE, Around, Said, judge_look
from siteline.model.look import Look
from siteline.workbench.evidence.shelf import Shelf

_SITEMAPS, _SITEMAP_ASKS, _MANY_LISTED = 4, 8, 50_000
"""Sitemaps of a site that are read, that are asked for, and addresses out of them that are kept."""

Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a watched address from before."""

    url: str
    exhibit_id: str = ""
    title: str = ""
    page: Fingerprint | None = None
    """Of the page that was there."""

    file: Fingerprint | None = None
    """Of the file that was there, if it was no page."""

    links: Links = ()
    """What the page linked to."""

    is_open: bool = True
    """Whether everybody may know that it is watched."""

    start_of: Callable[[int], str] | None = None
    """SHA-256 of the file's first bytes, so many of them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a round found at one address."""

    look: Look
    said: Said
    control: Control
    search: Search
    listed_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier rounds have found on a site."""

    walls: tuple[Fingerprint, ...] = ()
    missing: tuple[tuple[str, Fingerprint], ...] = ()
    """Address and print of what was said there instead."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a site's sitemaps list."""

    pages: tuple[str, ...]
    media: tuple[tuple[str, str], ...]
    """(address of a picture or film, address of the page that shows it)."""

    is_whole: bool
    """Whether all of them were there and were read to their end."""


class Round:
    """Asks every address at most once."""

    def __init__(
        self,
        ask: Callable[[str], Look],
        watched: Iterable[Kept],
        before: Mapping[str, Before],
        tick: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`before`: by site."""
        self._ask = ask
        self._kept = {kept.url: kept for kept in watched}
        self._before = before
        self._looks = Shelf()
        self._sitemaps: dict[str, Listed] = {}
        self._never: dict[str, str] = {}
        self._tick = tick

    def see(self, kept: Kept) -> Seen:
        """Look at one address, at its site's root, sections and siblings, and, if it is missing, for it elsewhere."""
        url, look = kept.url, self._look(kept.url)
        around = self._around(url)
        siblings = self._siblings(kept, around) if self._answers(url, around) else {}
        missing = [
            said.fingerprint for said in siblings.values() if said.verdict in MISSING and said.fingerprint
        ]
        around = replace(around, missing=(*around.missing, *missing))
        said = self._judge(kept, look, around)
        lists = self._lists(url) if around.root_answers else {}
        lost = {there for there, s in siblings.items() if s.verdict in MISSING}
        moves = [
            *((there, self._look(there).final_url) for there, s in siblings.items() if s.verdict == "moved"),
            *near.moves_by_title(kept.links, [link for links in lists.values() for link in links], lost),
        ]
        control = Control(
            self._root_verdict(url, around),
            {there: s.verdict for there, s in siblings.items()},
            tuple(dict.fromkeys(moves)),
        )
        search = Search(tuple(lists))
        if said.verdict in MISSING and around.root_answers:
            others = {
                name
                for s in siblings.values()
                if s.verdict in THERE and s.fingerprint
                for name in s.fingerprint.media
            }
            search, is_moved = self._search(kept, lists, said, others)
            if is_moved:
                said = replace(
                    said, verdict="moved", reasons=(*said.reasons, f"the same is at {search.found[0]}")
                )
        listed = tuple(page for page, links in lists.items() if any(there == url for _, there in links))
        return Seen(look, said, control, search, listed)

    def _look(self, url: str) -> Look:
        if url not in self._looks:
            self._tick(url)
            self._looks.put(url, self._ask(url))
        return self._looks.get(url)

    def _answers(self, url: str, around: Around) -> bool:
        """Whether it makes sense to ask the site for more: something of it answers."""
        return bool(around.root_answers) or self._look(url).status is not None

    def _around(self, url: str) -> Around:
        root = self._look(near.root_of(url))
        answers = root.status is not None and not root.failure and 200 <= root.status < 300
        before = self._before.get(site_of(url), Before())
        folder = near.never_was(url, "")
        if root.status is not None and folder not in self._never:
            self._never[folder] = near.never_was(url, f"{secrets.token_hex(6)}-{secrets.token_hex(4)}")
        random = self._look(self._never[folder]) if folder in self._never else None
        return Around(
            print_of(root) if answers else None,
            answers or (False if root.failure != "forbidden" and (root.status or 500) >= 500 else None),
            print_of(random) if random and random.body else None,
            tuple(print_ for there, print_ in before.missing if there != url),
            before.walls,
        )

    def _root_verdict(self, url: str, around: Around) -> str:
        root = near.root_of(url)
        kept = self._kept.get(root)
        own = replace(around, random_sibling=None, missing=(), root=None)
        verdict = self._judge(kept or Kept(root), self._look(root), own).verdict
        return "site_down" if verdict in ("error", *MISSING) and around.root_answers is False else verdict

    def _siblings(self, kept: Kept, around: Around) -> dict[str, Said]:
        found = {}
        own = self._one_with(kept)
        others = (k.url for k in self._kept.values() if k.is_open and k.url not in own)
        links = [link for there in sorted(own) for link in self._kept[there].links if link[1] not in own]
        for there in near.siblings_of(kept.url, links, others):
            other = self._kept.get(there) or Kept(there)
            found[there] = self._judge(other, self._look(there), around)
        return found

    def _one_with(self, kept: Kept) -> set[str]:
        """
        Watched addresses that come and go with this one, and say nothing of the rest of its site: a page, and the pictures
        and films that no other watched page shows.
        """
        site = site_of(kept.url)
        watched = [k for k in self._kept.values() if site_of(k.url) == site]
        shows = {k.url: set(k.page.media) for k in watched if k.page}
        shown_by = {
            k.url: [page for page, names in shows.items() if page != k.url and near.name_of(k.url) in names]
            for k in watched
        }
        page = kept.url if kept.page or len(shown_by.get(kept.url, ())) != 1 else shown_by[kept.url][0]
        return {kept.url, page, *(there for there, pages in shown_by.items() if pages == [page])}

    def _judge(self, kept: Kept, look: Look, around: Around) -> Said:
        baseline, came = kept.page, print_of(look) if look.body else None
        if kept.file is not None and (baseline is None or (came is not None and not came.is_page)):
            baseline = kept.file
        is_part = came is not None and not came.is_page and look.is_truncated and not look.failure
        if is_part and kept.start_of is not None and baseline is kept.file:
            baseline = Fingerprint(kept.start_of(len(look.body)), False)  # of a large file, its beginning
        return judge_look(baseline, look, around)

    def _lists(self, url: str) -> dict[str, Links]:
        """List pages that answer, and what they link to: the root and the sections above the address."""
        found = {}
        for there in (near.root_of(url), *near.sections_of(url)):
            look = self._look(there)
            if there != url and look.status is not None and 200 <= look.status < 300 and look.body:
                found[there] = read_look(look).links
        return found

    def _search(
        self, kept: Kept, lists: Mapping[str, Links], said: Said, common: set[str]
    ) -> tuple[Search, bool]:
        """
        Look for the same title and media on list pages and in the sitemap; returns whether the page itself was found.

        A picture or film that is still there without its page is told as found: the page is not, but not all of it is gone.

        common: media that siblings show, too, such as a logo; they tell nothing of where this page went.
        """
        listed = self._sitemap(kept.url)
        titles = [kept.title, kept.page.title if kept.page else ""]
        titles += [words for words, there in kept.links if there == kept.url]
        own = own_media(kept.page) - common if kept.page else set()
        shown = [pair for there in lists for pair in read_look(self._look(there)).shown]
        candidates = near.may_be_it(
            kept.url, titles, [link for links in lists.values() for link in links], listed.pages
        )
        showing = near.show_media(kept.url, own, [*shown, *listed.media], [*lists, near.root_of(kept.url)])
        found, still = list[str](), list[str]()
        for there in dict.fromkeys([*candidates, *showing]):
            look = self._look(there)
            came = print_of(look) if look.body and (look.status or 0) < 300 else None
            if came is None or (said.fingerprint is not None and are_alike(came, said.fingerprint)):
                continue  # what is said instead of the page is no page
            bases = [base for base in (kept.page, kept.file) if base is not None]
            is_it = any(are_alike(base, came) or own_media(base) & {*came.media} - common for base in bases)
            if is_it:
                found.append(there)
            elif not came.is_page and near.name_of(there) in own:
                still.append(there)
        return Search(tuple(lists), listed.is_whole, (*found, *still)), bool(found)

    def _sitemap(self, url: str) -> Listed:
        site = site_of(url)
        if site not in self._sitemaps:
            self._sitemaps[site] = self._read_sitemaps(url)
        return self._sitemaps[site]

    def _read_sitemaps(self, url: str) -> Listed:
        """A site's sitemaps, so many of them; their bodies are not kept."""
        waiting, pages, media = [near.root_of(url) + "sitemap.xml"], list[str](), list[tuple[str, str]]()
        asked = read = 0
        is_whole = True
        while waiting and read < _SITEMAPS and asked < _SITEMAP_ASKS:
            there, asked = waiting.pop(0), asked + 1
            self._tick(there)
            look = self._ask(there)
            text, is_read = near.sitemap_text(look.body if look.status == 200 and not look.failure else b"")
            if "<loc>" not in text:
                is_whole = False
                continue
            read += 1
            listed, is_all = near.in_sitemap(text, _MANY_LISTED - len(pages))
            is_whole &= is_all and is_read and not look.is_truncated
            inner = {there for there in listed if near.is_sitemap(there) and site_of(there) == site_of(url)}
            waiting += [there for there in listed if there in inner][: _SITEMAP_ASKS + 1]
            pages += [there for there in listed if there not in inner]
            media += near.media_in_sitemap(text, _MANY_LISTED - len(media))
        return Listed(tuple(pages), tuple(media), read > 0 and is_whole and not waiting)


def print_of(look: Look) -> Fingerprint:
    """The fingerprint of an answer."""
    return fingerprint(look.body, look.final_url, look.headers.get("content-type", ""))


def read_look(look: Look) -> Page:
    """A page that was answered, taken apart."""
    return read_page(look.body, look.final_url, look.headers.get("content-type", ""))


def before_of(found: Sequence[tuple[str, str, Fingerprint | None]]) -> dict[str, Before]:
    """What earlier checks, as (address, verdict, print), have shown of each site."""
    walls: dict[str, list[Fingerprint]] = {}
    missing: dict[str, dict[str, Fingerprint]] = {}
    for url, verdict, print_ in found:
        if print_ is not None and verdict == "blocked" and print_.is_page and print_.words:
            walls.setdefault(site_of(url), []).append(print_)
        elif print_ is not None and verdict in MISSING:
            missing.setdefault(site_of(url), {})[url] = print_
        elif verdict in THERE:
            missing.get(site_of(url), {}).pop(url, None)
    return {
        site: Before(tuple(walls.get(site, ())[-20:]), tuple(missing.get(site, {}).items()))
        for site in {*walls, *missing}
    }
