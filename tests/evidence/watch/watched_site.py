"""A site that lives through what sites live through, and a case that watches it under a clock that tests set."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from siteline.catalog.remote.web import Limits, Web
from siteline.evidence.watch.series import Check
from siteline.workbench.case import Case, make_case
from siteline.workbench.evidence.watching import check_pages
from tests.evidence.custody.material import SetClock, take
from tests.servers import Reply, Served, serving

QUICK = Limits(body_bytes=1 << 20, seconds=1.0, idle_seconds=0.4, redirects=5, tries=1)
_WORDS = (
    "gate", "hall", "crane", "roof", "rail", "truck", "plant", "river", "tower", "fence", "yard", "office", "bridge",
    "tunnel", "depot", "furnace",
)  # fmt: skip


def prose(seed: str, count: int = 160) -> str:
    """Text of its own for each page, always the same."""
    words, at = [], 0
    while len(words) < count:
        digest = hashlib.sha256(f"{seed}{at}".encode()).digest()
        words += [f"{_WORDS[b % 16]}{_WORDS[b // 16]}" for b in digest]
        at += 1
    return " ".join(words[:count])


def article(name: str, *, date: str = "", text: str = "", picture: str = "hall.jpg", menu: str = "") -> bytes:
    """A page of the site: a menu and a footer that all share, and words of its own."""
    said = text or prose(name)
    return (
        f"<!doctype html><html><head><title>Story {name}{date}</title></head><body><nav>{menu}</nav>"
        f"<main><h1>Story {name}{date}</h1><p>{said}</p><img src='/pictures/{picture}'></main>"
        f"<footer>All rights reserved by the news desk of this site</footer></body></html>"
    ).encode()


class Site:
    """Its pages by path; tests change them as time passes."""

    def __init__(self) -> None:
        self.names = [f"story-number-{n}.html" for n in range(1, 8)]
        self.missing = (404, b"<html><body><p>Nothing is here, we are sorry for that.</p></body></html>")
        self.answers: dict[str, tuple[int, bytes, str]] = {}
        """Status, body, Location; by path."""

        self.hangs: set[str] = set()
        self.sitemap = False
        for name in self.names:
            self.answers[f"/news/{name}"] = (200, article(name, menu=self.menu()), "")

    def menu(self, folder: str = "/news/", names: list[str] | None = None) -> str:
        """Links to all stories."""
        return " ".join(f"<a href='{folder}{n}'>Story {n}</a>" for n in (names or self.names))

    def root(self) -> bytes:
        """The front page: links to what is there."""
        there = [path for path, (status, *_) in self.answers.items() if status == 200]
        links = " ".join(f"<li><a href='{path}'>Story {path.rsplit('/', 1)[-1]}</a></li>" for path in there)
        return (
            f"<!doctype html><html><head><title>The news desk</title></head><body><main><ul>{links}</ul>"
            f"<p>{prose('front', 60)}</p></main></body></html>"
        ).encode()

    def answer(self, reply: Reply) -> None:
        """For the server."""
        path = urlsplit(reply.asked.path).path
        if path in self.hangs or "*" in self.hangs:
            time.sleep(0.8)
            reply.close_connection = True
            return
        if path in self.answers:
            status, body, there = self.answers[path]
            reply.send(
                status,
                body,
                Content_Type="image/jpeg" if path.endswith(".jpg") else "text/html; charset=utf-8",
                **({"Location": there} if there else {}),
            )
        elif path in ("/", "/news/"):
            reply.send(200, self.root(), Content_Type="text/html")
        elif path == "/sitemap.xml" and self.sitemap:
            there = [p for p, (status, *_) in self.answers.items() if status == 200]
            body = "".join(f"<url><loc>http://{reply.asked.headers['host']}{p}</loc></url>" for p in there)
            reply.send(200, f"<urlset>{body}</urlset>".encode(), Content_Type="text/xml")
        else:
            reply.send(self.missing[0], self.missing[1], Content_Type="text/html")


class Watch:
    """A case that holds the first story, and looks again when it is told to."""

    def __init__(self, folder: Path, served: Served, site: Site) -> None:
        self.site, self.served, self.clock = site, served, SetClock()
        made = make_case(folder / "case")
        made.close()
        self.clock.at = datetime.now(UTC)  # the log has begun by the machine's clock
        self.case = Case(made.folder, made.settings, self.clock)
        self.url = f"{served.url}/news/{site.names[0]}"
        self.path = f"/news/{site.names[0]}"
        self.keep(self.path)

    def keep(self, path: str) -> None:
        """Take the page at a path into custody, as it is now."""
        file = self.case.folder.parent / path.rsplit("/", 1)[-1]
        file.write_bytes(self.site.answers[path][1])
        take(self.case, file, source_url=self.served.url + path, obtained="2026-02-28T09:00:00Z")

    def look(self, *urls: str, hours: float = 0, vantage: str = "") -> Check:
        """After so many hours, one round; the check of the first address."""
        self.clock.run(hours * 3600)
        with Web([self.served.url], QUICK, connector=self.served.connector) as web:
            return check_pages(self.case, urls or [self.url], web, vantage=vantage)[0]

    def look_all(self, hours: float = 0) -> dict[str, str]:
        """Verdicts of a round over everything, by path."""
        self.clock.run(hours * 3600)
        with Web([self.served.url], QUICK, connector=self.served.connector) as web:
            return {urlsplit(c.url).path: c.verdict for c in check_pages(self.case, (), web, every=True)}

    @property
    def now(self) -> datetime:
        return self.clock.now()


@contextmanager
def watching(folder: Path) -> Iterator[Watch]:
    """A running site and a case that watches it."""
    site = Site()
    with serving({"*": site.answer}) as served:
        watch = Watch(folder, served, site)
        try:
            yield watch
        finally:
            watch.case.close()
