"""A page into custody: opened in a browser behind our guard, packed, judged, and filed in one transaction."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from siteline import __version__
from siteline.catalog.remote.address import Resolver, look_up, origin_of
from siteline.catalog.remote.exchange import Exchanger
from siteline.catalog.remote.proxied import Proxy, parse_proxy
from siteline.evidence.archives.pack import Label, Packed, Page, pack
from siteline.evidence.archives.writing import NewRecord
from siteline.evidence.capture.browser import View, find_chromium, look_at
from siteline.evidence.capture.gate import Gate
from siteline.evidence.capture.outcome import chain_of, judge, page_of, sibling_of
from siteline.evidence.capture.reading import Reading, read_page
from siteline.evidence.capture.recognise import Recognised
from siteline.evidence.capture.records import records_of
from siteline.evidence.exhibits import Restriction, Taken, Taking
from siteline.evidence.rows import Event
from siteline.evidence.sniff import kind_of, sniff
from siteline.model.errors import BadInput, BadSetting, ForbiddenAddress, SitelineError
from siteline.model.exchange import Ask, CaptureLimits, Exchange
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.store.intake import Copied, Intake
from siteline.workbench.case import Case
from siteline.workbench.custody import plain_name
from siteline.workbench.marks import GRAPHIC, mark_event

NO_PROXY = "none"
_MOST_MEDIA, _MOST_FETCHED = 500, 200
_OLD_SECONDS = 86_400
_LONGEST_URL = 4000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user wants of one capture."""

    url: str
    title: str = ""
    proxy: str = ""
    """As typed; "none": the site may learn our address; "": as the settings say."""

    allowed: tuple[str, ...] = ()
    """host:port that may be on a private network: test sites of one's own."""

    graphic: bool = False
    restricted: str = ""
    readers: tuple[str, ...] = ()
    licence: str = "unknown"
    credit: str = "unknown"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a capture brought, in custody."""

    what: str
    exhibit: Exhibit


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture in custody."""

    exhibit: Exhibit
    """The WACZ."""

    recognised: Recognised
    final: str
    status: int
    requests: int
    parts: tuple[Part, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file that waits to be taken into custody."""

    what: str
    file: Path
    name: str
    title: str
    source_url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that one visit brought."""

    started: datetime
    ended: datetime
    view: View
    exchanges: tuple[Exchange, ...]
    page: Exchange | None
    recognised: Recognised
    reading: Reading
    media: tuple[str, ...]


def capture_page(case: Case, wish: Wish, resolver: Resolver = look_up) -> Captured:
    """
    Capture one page; what comes instead of it, or that nothing came, is captured as well and said to be that.

    Raises BadInput, BadSetting, ForbiddenAddress, NotFound or MissingExtra before anything is asked of the site.
    """
    url = wish.url.strip()
    origin_of(url)
    if len(url) > _LONGEST_URL:
        raise BadInput(f"the address is longer than {_LONGEST_URL:,} letters", "Give the page's own address.")
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
        seen = _visit(folder, url, case.settings.capture.limits, wish, proxy, resolver)
        told = _tell(seen, url, proxy, case.settings.capture.limits)
        packed = _pack(folder, seen, wish, told)
        return _file(case, folder, wish, seen, packed, told)


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


def _visit(
    folder: Path, url: str, limits: CaptureLimits, wish: Wish, proxy: Proxy | None, resolver: Resolver
) -> _Seen:
    started = datetime.now(UTC)
    exchanger = Exchanger(folder, limits, wish.allowed, proxy, resolver)
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
            exchanges = gate.exchanges()
            recognised = judge(asked, exchanges, view)
            reading = read_page(view.html, view.final or url)
            media = _addresses(reading, view)
            _fetch_missing(gate, media, exchanges, view)
            exchanges = gate.exchanges()
    finally:
        exchanger.close()
    own = exchanges[: view.sibling_from] if view.sibling_from is not None else exchanges
    page = page_of(own, asked, view)
    return _Seen(started, datetime.now(UTC), view, tuple(exchanges), page, recognised, reading, media)


def _addresses(reading: Reading, view: View) -> tuple[str, ...]:
    shown = [a.partition("#")[0] for a in view.media if a.startswith(("http://", "https://"))]
    return tuple(dict.fromkeys([*shown, *reading.media]))


def _fetch_missing(gate: Gate, media: Iterable[str], exchanges: Sequence[Exchange], view: View) -> None:
    """Fetch media that the page names and the browser did not load, such as films that nobody started."""
    there = {e.ask.url for e in exchanges}
    headers = next((e.ask.headers for e in exchanges if e.status), ())
    agent = [(n, v) for n, v in headers if n.lower() in ("user-agent", "accept-language")]
    missing = [address for address in media if address not in there][:_MOST_FETCHED]
    for address in missing:
        if gate.left() < 1:
            view.notes.append("the time did not suffice for all media")
            break
        gate.ask(Ask("GET", address, (*agent, ("Accept", "*/*"), ("Referer", view.final))))


def _tell(seen: _Seen, asked: str, proxy: Proxy | None, limits: CaptureLimits) -> dict[str, Any]:
    """The capture's own words on itself; they lie in the archive and beside it."""
    reading, view, page = seen.reading, seen.view, seen.page
    return {
        "siteline": "capture/1",
        "asked": asked,
        "final": view.final or (page.ask.url if page else asked),
        "status": page.status if page else 0,
        "outcome": seen.recognised.outcome,
        "reasons": list(seen.recognised.reasons),
        "complete": seen.recognised.is_complete,
        "truncated": [e.ask.url for e in seen.exchanges if e.truncated],
        "redirects": [e.ask.url for e in chain_of(seen.exchanges, asked)[:-1]],
        "refused": [{"url": e.ask.url, "why": e.error} for e in seen.exchanges if e.forbidden],
        "notes": view.notes,
        "started": seen.started.isoformat(),
        "ended": seen.ended.isoformat(),
        "proxy": proxy.shown if proxy else NO_PROXY,
        "ip": page.ip if page else "",
        "software": f"siteline {__version__}",
        "browser": f"Chromium {view.browser}",
        "playwright": version("playwright"),
        "requests": len(seen.exchanges),
        "limits": asdict(limits),
        "title": view.title or reading.title,
        "language": reading.language,
        "canonical": reading.canonical,
        "author": reading.author,
        "description": reading.description,
        "site": reading.site,
        "dates": [asdict(dated) for dated in reading.dates],
        "meta": dict(reading.meta),
        "media": list(seen.media),
    }


def _pack(folder: Path, seen: _Seen, wish: Wish, told: dict[str, Any]) -> Packed:
    view, page = seen.view, seen.page
    url = page.ask.url if page and page.status else ""
    about = _plain_urn("urn:siteline:capture:", told["asked"])
    blocks = folder / "blocks"
    blocks.mkdir()
    views: list[NewRecord] = [
        NewRecord("resource", about, seen.started, _json(told), "application/json"),
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


def _file(
    case: Case, folder: Path, wish: Wish, seen: _Seen, packed: Packed, told: dict[str, Any]
) -> Captured:
    """Bytes first, synced; then all rows in one transaction."""
    tool = f"evidence capture (Chromium {seen.view.browser}, Playwright {told['playwright']})"
    remarks: list[Remark] = []
    with Intake(case.blobs, case.settings.evidence.largest) as intake:
        whole = _Piece("capture", packed.path, "", wish.title or told["title"], told["asked"], wish.note)
        waiting = [(whole, intake.copy(packed.path))]
        for piece in _pieces(folder, wish, seen, told):
            try:
                waiting.append((piece, intake.copy(piece.file)))
            except BadInput as error:
                remarks.append(Remark(piece.name, str(error), error.hint))
        intake.settle()
    stem = f"{_host(told['asked'])}-{seen.started:%Y%m%dT%H%M%SZ}"
    with case.db.appending():
        first = _taking(case, wish, seen, *waiting[0], stem, ())
        [answer] = case.exhibits.admit([first], tool)
        if isinstance(answer, SitelineError):
            raise answer
        origin = answer.exhibit
        rest = [_taking(case, wish, seen, piece, copied, stem, (origin.id,)) for piece, copied in waiting[1:]]
        answers = case.exhibits.admit(rest, tool)
        parts = [
            Part(piece.what, got.exhibit)
            for (piece, _), got in zip(waiting[1:], answers, strict=True)
            if isinstance(got, Taken)
        ]
        remarks += [
            Remark(piece.name or piece.what, f"not filed: {got}", got.hint)
            for (piece, _), got in zip(waiting[1:], answers, strict=True)
            if isinstance(got, SitelineError)
        ]
        _log(case, wish, tool, seen, origin, parts, told)
    return Captured(
        origin, seen.recognised, told["final"], told["status"], told["requests"], tuple(parts),
        (*remarks, *(Remark("capture", note, "") for note in seen.view.notes if seen.recognised.is_complete)),
    )  # fmt: skip


def _log(
    case: Case,
    wish: Wish,
    tool: str,
    seen: _Seen,
    origin: Exhibit,
    parts: Sequence[Part],
    told: dict[str, Any],
) -> None:
    names = ("asked", "final", "status", "outcome", "reasons", "proxy", "ip", "browser", "playwright", "requests",
             "title", "truncated")  # fmt: skip
    detail = {name: told[name] for name in names}
    detail["parts"] = [
        {"what": part.what, "id": part.exhibit.id, "sha256": part.exhibit.sha256} for part in parts
    ]
    events = [
        Event(
            "captured",
            object=origin.sha256,
            exhibit_id=origin.id,
            tool=tool,
            note=told["outcome"],
            detail=detail,
            started_at=seen.started,
            ended_at=seen.ended,
        )
    ]
    if wish.graphic:
        shown = [origin, *(p.exhibit for p in parts if p.exhibit.kind not in ("text", "data"))]
        events += [mark_event(exhibit, GRAPHIC, tool) for exhibit in shown]
    case.log.append(events)


def _pieces(folder: Path, wish: Wish, seen: _Seen, told: dict[str, Any]) -> Iterable[_Piece]:
    """The files beside the archive: picture, PDF, text, what the page says of itself, media."""
    view, title = seen.view, wish.title or told["title"]
    if view.screenshot is not None:
        yield _Piece("screenshot", view.screenshot, "", title, told["asked"])
    if view.pdf is not None:
        yield _Piece("pdf", view.pdf, "", title, told["asked"])
    if view.text.strip():
        file = folder / "text.txt"
        is_main = len(view.main) > len(view.text) / 4
        file.write_text(view.main if is_main else view.text, encoding="utf-8", errors="replace")
        yield _Piece("text", file, "", title, told["asked"], "the main part" if is_main else "")
    about = folder / "page.json"
    about.write_bytes(_json(told))
    yield _Piece("metadata", about, "", title, told["asked"])
    if seen.recognised.outcome == "download" and seen.page and seen.page.body:
        yield _media(seen.page, "download")
    shown = frozenset(seen.media)
    taken: set[str] = set()
    own = seen.view.sibling_from
    for number, exchange in enumerate(seen.exchanges):
        url = exchange.ask.url
        is_shown = url in shown or (
            exchange.media_type.startswith(("video/", "audio/")) and (own is None or number < own)
        )
        if not is_shown or url in taken or len(taken) >= _MOST_MEDIA:
            continue
        if 200 <= exchange.status < 300 and exchange.body is not None and _is_medium(exchange.body):
            taken.add(url)
            yield _media(exchange, "media")


def _is_medium(body: Path) -> bool:
    with body.open("rb") as stream:
        return kind_of(sniff(stream.read(1 << 16))) in ("image", "video", "audio")


def _media(exchange: Exchange, what: str) -> _Piece:
    url = exchange.ask.url
    name = plain_name(unquote(urlsplit(url).path).rpartition("/")[2])[:200] or what
    size = exchange.body.stat().st_size if exchange.body else 0
    cut = f"cut ({exchange.truncated}): its first {size:,} bytes" if exchange.truncated else ""
    return _Piece(what, exchange.body or Path(), name, "", url[:_LONGEST_URL], cut)


def _taking(
    case: Case, wish: Wish, seen: _Seen, piece: _Piece, copied: Copied, stem: str, origin: tuple[str, ...]
) -> Taking:
    media_type = "application/wacz" if piece.what == "capture" else sniff(copied.head)
    endings = {"capture": "wacz", "screenshot": "png", "pdf": "pdf", "text": "txt", "metadata": "json"}
    said = {"capture": "capture", "text": "text", "metadata": "data"}
    note = f"{seen.recognised.outcome}: {'; '.join(seen.recognised.reasons)[:1000]}".rstrip(": ")
    whose = wish.readers or (case.db.who,)
    return Taking(
        sha256=copied.sha256,
        bytes=copied.size,
        name=piece.name or f"{stem}.{endings[piece.what]}",
        kind=said.get(piece.what) or kind_of(media_type),
        media_type=media_type,
        title=piece.title,
        source_url=piece.source_url,
        obtained=seen.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        licence=wish.licence or "unknown",
        credit=wish.credit or "unknown",
        note="; ".join(filter(None, (note if piece.what == "capture" else "", piece.note))),
        restriction=Restriction(wish.restricted, whose) if wish.restricted else None,
        derived_from=origin,
        activity=f"{piece.what} of the capture" if origin else "",
        started_at=seen.started,
        ended_at=seen.ended,
    )


def tell_capture(captured: Captured) -> dict[str, Any]:
    """A capture for other programs."""
    exhibit = captured.exhibit
    return {
        "siteline": "captured/1",
        "id": exhibit.id,
        "sha256": exhibit.sha256,
        "bytes": exhibit.bytes,
        "outcome": captured.recognised.outcome,
        "complete": captured.recognised.is_complete,
        "reasons": list(captured.recognised.reasons),
        "asked": exhibit.source_url,
        "final": captured.final,
        "status": captured.status,
        "title": exhibit.title,
        "requests": captured.requests,
        "parts": [
            {
                "what": part.what,
                "id": part.exhibit.id,
                "sha256": part.exhibit.sha256,
                "bytes": part.exhibit.bytes,
                "media_type": part.exhibit.media_type,
                "name": part.exhibit.name,
                "source_url": part.exhibit.source_url,
            }
            for part in captured.parts
        ],
        "remarks": [{"subject": r.subject, "text": r.text} for r in captured.remarks],
    }


def _sweep(cache: Path) -> None:
    """Take away what a capture that was killed a day ago left."""
    for old in cache.glob(".capturing-*"):
        if time.time() - old.stat().st_mtime > _OLD_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def _plain_urn(kind: str, url: str) -> str:
    return kind + "".join(c if "!" <= c <= "~" else "".join(f"%{b:02X}" for b in c.encode()) for c in url)


def _host(url: str) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in (urlsplit(url).hostname or "page"))[:100]


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace")
