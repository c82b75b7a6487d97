"""A page into custody: opened in a browser behind our guard, judged, packed, and handed on to be filed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from siteline import __version__
from siteline.catalog.remote.address import origin_of
from siteline.catalog.remote.exchange import USUAL, Exchanger, Network, on_wire
from siteline.catalog.remote.proxied import Proxy, parse_proxy
from siteline.evidence.archives.pack import Label, Packed, Page, pack
from siteline.evidence.archives.writing import NewRecord
from siteline.evidence.capture.browser import View, find_chromium, look_at
from siteline.evidence.capture.gate import Gate
from siteline.evidence.capture.outcome import chain_of, judge, page_of, sibling_of
from siteline.evidence.capture.reading import Reading, read_page
from siteline.evidence.capture.records import records_of
from siteline.evidence.custody.clock import Clock
from siteline.model.errors import BadInput, BadSetting, ForbiddenAddress
from siteline.model.exchange import Ask, CaptureLimits, Exchange
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.evidence.capture_filing import (
    LONGEST_URL,
    Captured,
    Visit,
    Wish,
    as_json,
    file_visit,
    printable,
)

NO_PROXY = "none"
_MOST_FETCHED = 200
_OLD_SECONDS = 86_400


def capture_page(case: Case, wish: Wish, network: Network = USUAL) -> Captured:
    """
    Capture one page; what comes instead of it, or that nothing came, is captured as well and said to be that.

    Raises BadInput, BadSetting, ForbiddenAddress, NotFound or MissingExtra before anything is asked of the site.
    """
    origin_of(wish.url.strip())
    url = on_wire(wish.url.strip())
    if len(url) > LONGEST_URL:
        raise BadInput(f"the address is longer than {LONGEST_URL:,} letters", "Give the page's own address.")
    proxy = choose_proxy(wish.proxy, case.settings.capture.proxy)
    if wish.readers and not wish.restricted:
        raise BadSetting(
            "readers are named for something that is not restricted", 'Say why: --restricted "why"'
        )
    find_chromium()
    case.log.append(())  # the log begins, and a key that cannot be used is said, before the site is asked
    case.cache.mkdir(parents=True, exist_ok=True)
    _sweep(case.cache)
    with tempfile.TemporaryDirectory(prefix=".capturing-", dir=case.cache) as name:
        folder = Path(name)
        limits = case.settings.capture.limits
        exchanger = Exchanger(folder, limits, wish.allowed, proxy, network)
        seen = _visit(folder, url, limits, exchanger, case.log.clock)
        told = _tell(seen, url, proxy, limits)
        packed = _pack(folder, seen, wish, told)
        filed = file_visit(case, folder, wish, seen, packed, told)
    if proxy is not None and not proxy.looks_up:
        filed = replace(filed, remarks=(*filed.remarks, _leak(proxy)))
    return filed


def _leak(proxy: Proxy) -> Remark:
    return Remark(
        "proxy",
        f"with {proxy.scheme}:// names are looked up on this machine: its DNS server learned which hosts were asked",
        "socks5h:// has the proxy look them up.",
    )


def choose_proxy(typed: str, setting: str | None) -> Proxy | None:
    """Through what to go: the command line, SITELINE_PROXY, the settings; None only if the user said so."""
    for said, where in (
        (typed, "--proxy"),
        (os.environ.get("SITELINE_PROXY", ""), "SITELINE_PROXY"),
        (setting or "", "capture.proxy in siteline.toml"),
    ):
        if said.strip().lower() == NO_PROXY:
            return None
        if said:
            proxy = parse_proxy(said, where)
            if proxy.password and where != "SITELINE_PROXY":
                raise BadSetting(f"{where} holds a password", "Put the proxy into SITELINE_PROXY instead.")
            return proxy
    raise BadSetting(
        "no proxy is named: the site would learn the address of this machine, and that somebody there keeps its pages",
        "Give --proxy URL (or SITELINE_PROXY, or [capture] proxy in siteline.toml), or --no-proxy if it may know.",
    )


def _visit(folder: Path, url: str, limits: CaptureLimits, exchanger: Exchanger, clock: Clock) -> Visit:
    started = clock.now()
    try:
        try:
            exchanger.check(url)
        except ForbiddenAddress as error:
            raise ForbiddenAddress(
                str(error), "If it is a test site of your own, allow it: --allow-host HOST:PORT"
            ) from error
        with Gate(folder, exchanger.ask, limits.seconds) as gate:
            view = look_at(url, gate, folder, limits.screens, sibling_of(url))
            asked = url.partition("#")[0]
            reading = read_page(view.html, view.final or url)
            media = _addresses(reading, view)
            _fetch_missing(gate, media, gate.exchanges(), view)
            exchanges = gate.exchanges()
            recognised = judge(asked, exchanges, view, frozenset(media))
    finally:
        exchanger.close()
    own = exchanges[: view.sibling_from] if view.sibling_from is not None else exchanges
    page = page_of(own, asked, view)
    return Visit(started, clock.now(), view, tuple(exchanges), page, recognised, reading, media)


def _addresses(reading: Reading, view: View) -> tuple[str, ...]:
    shown = [a.partition("#")[0] for a in view.media if a.startswith(("http://", "https://"))]
    named = list[str]()
    for address in reading.media:
        with suppress(ForbiddenAddress):  # no address that any browser would ask for
            named.append(on_wire(address))
    return tuple(dict.fromkeys([*shown, *named]))


def _fetch_missing(gate: Gate, media: Iterable[str], exchanges: Sequence[Exchange], view: View) -> None:
    """Fetch media that the page names and the browser did not load, such as films that nobody started."""
    there = {e.ask.url for e in exchanges}
    headers = next((e.ask.headers for e in exchanges if e.status), ())
    agent = [(n, v) for n, v in headers if n.lower() in ("user-agent", "accept-language")]
    missing = [address for address in media if address not in there]
    if len(missing) > _MOST_FETCHED:
        view.unfinished.append(
            f"{len(missing) - _MOST_FETCHED} of its media were not fetched: it names too many"
        )
    for address in missing[:_MOST_FETCHED]:
        if gate.left() < 1:
            view.unfinished.append("the time did not suffice for all media")
            break
        gate.ask(Ask("GET", address, (*agent, ("Accept", "*/*"), ("Referer", view.final))))


def _tell(seen: Visit, asked: str, proxy: Proxy | None, limits: CaptureLimits) -> dict[str, Any]:
    """The capture's own words on itself; they lie in the archive and beside it."""
    reading, view, page = seen.reading, seen.view, seen.page
    return {
        "siteline": "capture/1",
        "asked": asked,
        "final": view.final or (page.ask.url if page else asked),
        "status": page.status if page else 0,
        "outcome": seen.recognised.outcome,
        "reasons": [printable(reason) for reason in seen.recognised.reasons],
        "complete": seen.recognised.is_complete,
        "truncated": [e.ask.url for e in seen.exchanges if e.truncated],
        "redirects": [e.ask.url for e in chain_of(seen.exchanges, asked)[:-1]],
        "refused": [{"url": e.ask.url, "why": e.error} for e in seen.exchanges if e.forbidden],
        "notes": [printable(note) for note in view.notes],
        "started": seen.started.isoformat(),
        "ended": seen.ended.isoformat(),
        "proxy": proxy.shown if proxy else NO_PROXY,
        "ip": page.ip if page else "",
        "software": f"siteline {__version__}",
        "browser": f"Chromium {view.browser}",
        "playwright": version("playwright"),
        "requests": len(seen.exchanges),
        "limits": asdict(limits),
        "title": printable(view.title or reading.title),
        "language": reading.language,
        "canonical": reading.canonical,
        "author": reading.author,
        "description": reading.description,
        "site": reading.site,
        "dates": [asdict(dated) for dated in reading.dates],
        "meta": dict(reading.meta),
        "media": list(seen.media),
    }


def _pack(folder: Path, seen: Visit, wish: Wish, told: dict[str, Any]) -> Packed:
    view, page = seen.view, seen.page
    url = page.ask.url if page and page.status else ""
    about = _plain_urn("urn:siteline:capture:", told["asked"])
    blocks = folder / "blocks"
    blocks.mkdir()
    views: list[NewRecord] = [
        NewRecord("resource", about, seen.started, as_json(told), "application/json"),
    ]
    for file, kind, media_type in (
        (view.screenshot, "urn:view:", "image/png"),
        (view.pdf, "urn:pdf:", "application/pdf"),
    ):
        if file is not None:
            views.append(NewRecord("resource", _plain_urn(kind, told["final"]), seen.ended, file, media_type))
    if view.text:
        text = view.text.encode("utf-8", "replace")
        views.append(
            NewRecord("resource", _plain_urn("urn:text:", told["final"]), seen.ended, text, "text/plain")
        )

    def records() -> Iterable[NewRecord]:
        yield from records_of(seen.exchanges, blocks)
        yield from views

    title = wish.title or told["title"]
    entry = Page(url or about, page.started if page and url else seen.started, title, view.text[: 1 << 20])
    label = Label(
        f"siteline {__version__}", seen.started, title or told["asked"], f"{told['outcome']}: {told['asked']}"
    )
    return pack(folder / "capture.wacz", records(), [entry], label)


def _sweep(cache: Path) -> None:
    """Take away what a capture that was killed a day ago left."""
    for old in cache.glob(".capturing-*"):
        if time.time() - old.stat().st_mtime > _OLD_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def _plain_urn(kind: str, url: str) -> str:
    return kind + "".join(c if "!" <= c <= "~" else "".join(f"%{b:02X}" for b in c.encode()) for c in url)
