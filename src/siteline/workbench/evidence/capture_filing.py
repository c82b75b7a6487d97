"""What a capture brought, filed: bytes first, synced, then all rows in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from siteline.evidence.archives.pack import Packed
from siteline.evidence.capture.browser import View
from siteline.evidence.capture.reading import Reading
from siteline.evidence.capture.recognise import Recognised
from siteline.evidence.custody.restrictions import OF_THE_CAPTURE, Restriction
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.taking import Taken, Taking
from siteline.evidence.sniff import kind_of, sniff
from siteline.model.errors import BadInput, SitelineError
from siteline.model.exchange import Exchange
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.store.intake import Copied, Intake
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import plain_name
from siteline.workbench.evidence.marks import GRAPHIC, mark_event

_MOST_MEDIA = 500
LONGEST_URL = 4000


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
class Visit:
    """All that one visit to a page brought."""

    started: datetime
    ended: datetime
    view: View
    exchanges: tuple[Exchange, ...]
    page: Exchange | None
    recognised: Recognised
    reading: Reading
    media: tuple[str, ...]


def file_visit(
    case: Case, folder: Path, wish: Wish, seen: Visit, packed: Packed, told: dict[str, Any]
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
        (*remarks, *(Remark("capture", printable(note), "") for note in seen.view.notes if seen.recognised.is_complete)),
    )  # fmt: skip


def _log(
    case: Case,
    wish: Wish,
    tool: str,
    seen: Visit,
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


def _pieces(folder: Path, wish: Wish, seen: Visit, told: dict[str, Any]) -> Iterable[_Piece]:
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
    about.write_bytes(as_json(told))
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
    return _Piece(what, exchange.body or Path(), name, "", url[:LONGEST_URL], cut)


def _taking(
    case: Case, wish: Wish, seen: Visit, piece: _Piece, copied: Copied, stem: str, origin: tuple[str, ...]
) -> Taking:
    media_type = "application/wacz" if piece.what == "capture" else sniff(copied.head)
    endings = {"capture": "wacz", "screenshot": "png", "pdf": "pdf", "text": "txt", "metadata": "json"}
    said = {"capture": "capture", "text": "text", "metadata": "data"}
    note = f"{seen.recognised.outcome}: {printable('; '.join(seen.recognised.reasons))[:1000]}".rstrip(": ")
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
        restriction=Restriction(wish.restricted, whose) if wish.restricted and not origin else None,
        derived_from=origin,
        activity=f"{piece.what} {OF_THE_CAPTURE}" if origin else "",
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
        "reasons": [printable(reason) for reason in captured.recognised.reasons],
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


def _host(url: str) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in (urlsplit(url).hostname or "page"))[:100]


def printable(said: str) -> str:
    """What a page says of itself, on one line, without what would move a terminal's cursor or turn its text round."""
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


def as_json(told: dict[str, Any]) -> bytes:
    """A capture's own words as they are kept."""
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace")
