"""From exchanges and what the browser saw to what the capture is of."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from urllib.parse import urljoin, urlsplit, urlunsplit

from siteline.evidence.capture.browser import View
from siteline.evidence.capture.recognise import Observed, Recognised, Sibling, recognise
from siteline.model.exchange import Exchange

_PAGES = frozenset(("", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml",
                    "application/json"))  # fmt: skip
"""What a browser shows as a page."""

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_STEPS = 25


def sibling_of(url: str) -> str:
    """An address beside this one that cannot be there; "" for a front page."""
    parts = urlsplit(url)
    folder, _, last = parts.path.rstrip("/").rpartition("/")
    if not last:
        return ""
    stem, dot, ending = last.rpartition(".")
    made = secrets.token_hex(10) + (f".{ending}" if stem and dot and len(ending) <= 5 else "")
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{made}", "", ""))


def chain_of(exchanges: Sequence[Exchange], asked: str) -> list[Exchange]:
    """The exchanges by which an address led to its page, redirect by redirect."""
    chain: list[Exchange] = []
    url, left = asked, list(exchanges)
    while len(chain) < _MOST_STEPS:
        found = next((e for e in left if _same(e.ask.url, url)), None)
        if found is None:
            break
        left.remove(found)
        chain.append(found)
        if found.status not in _REDIRECTS or not found.header("location"):
            break
        url = urljoin(found.ask.url, found.header("location"))
    return chain


def page_of(exchanges: Sequence[Exchange], asked: str, view: View) -> Exchange | None:
    """The exchange that brought the page which the browser shows in the end."""
    chain = chain_of(exchanges, asked)
    last = chain[-1] if chain else None
    if view.final and (last is None or not _same(last.ask.url, view.final)):
        there = [e for e in exchanges if _same(e.ask.url, view.final) and e.status]
        last = there[-1] if there else last
    return last


def judge(
    asked: str, exchanges: Sequence[Exchange], view: View, media: Collection[str] = frozenset()
) -> Recognised:
    """What a capture is of; `media`: what it names and was fetched afterwards, which may have failed, too."""
    at = view.sibling_from if view.sibling_from is not None else len(exchanges)
    own, later = exchanges[:at], [e for e in exchanges[at:] if e.ask.url in media]
    page = page_of(own, asked, view)
    led = [*chain_of(own, asked), *([page] if page else [])]
    failed = [_failure(e) for e in (*own, *later) if all(e is not step for step in led) and _has_failed(e)]
    kind = page.media_type if page else ""
    is_file = bool(page and 200 <= page.status < 300) and (view.downloaded or kind not in _PAGES)
    seen = Observed(
        asked=asked,
        final=view.final or (page.ask.url if page else asked),
        status=page.status if page else 0,
        headers={name.lower(): value for name, value in page.headers} if page else {},
        text=view.text,
        html=view.html,
        error=page.error if page else "; ".join(view.notes),
        forbidden=bool(page and page.forbidden),
        timed_out=view.timed_out,
        download=(kind or "unknown type") if is_file else "",
        truncated=page.truncated if page else "",
        failed=tuple(failed),
        requests=len(own) + len(later),
        has_password_field=view.has_password_field,
        overlays=view.overlays,
        scroll_locked=view.scroll_locked,
        sibling=_sibling(exchanges, view),
        unfinished=tuple(view.unfinished),
    )
    return recognise(seen)


def _sibling(exchanges: Sequence[Exchange], view: View) -> Sibling | None:
    if view.sibling_from is None:
        return None
    page = page_of(exchanges[view.sibling_from :], view.sibling_asked, View(final=view.sibling_url))
    return Sibling(page.status, page.ask.url, view.sibling_text) if page and page.status else None


def _has_failed(exchange: Exchange) -> bool:
    parts = urlsplit(exchange.ask.url)
    if parts.path == "/favicon.ico" or parts.scheme in ("ws", "wss"):
        return False  # no part of what is read
    return not exchange.status or exchange.status >= 400 or bool(exchange.truncated or exchange.error)


def _failure(exchange: Exchange) -> str:
    cut = f"cut ({exchange.truncated})" if exchange.truncated else ""
    return f"{exchange.ask.url[:300]}: {exchange.error or cut or f'answered {exchange.status}'}"


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(url: str) -> tuple[str, str, str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query
