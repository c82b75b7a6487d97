"""
The browser: Chromium without a head, which opens a page, scrolls it, and says what it sees.

It reaches nothing but our gate: its own proxy is dead, only the page's context has another. What a page does to hold
us up ends when the time is over: then the browser is killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siteline.evidence.capture.gate import Gate, refusal
from siteline.evidence.capture.recognise import Overlay
from siteline.model.errors import MissingExtra, NotFound
from siteline.model.exchange import Ask

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_DEAD = {"server": "http://127.0.0.1:9", "bypass": "<-loopback>"}
"""Whatever is not the page's own traffic goes here, and nowhere."""

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-pings",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
)
_WINDOW = {"width": 1366, "height": 900}
_TALLEST = 15_000
"""Pixels; what is below is not in the picture, which says so."""

_LONGEST_TEXT = 2 << 20
_GRACE = 15.0
"""Seconds after the end of a capture's time in which its pictures may still be taken."""

_ENOUGH = 2.0
"""Seconds that must be left to scroll on."""

_PAUSE_MS, _QUIET_MS = 250, 4000
_TURN_S = 1.0
"""Seconds after which it is asked again how much time is left."""


_LOOK = """() => {
  const seen = e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width > 0 && r.height > 0 && s.visibility !== 'hidden' && s.display !== 'none' && s.opacity !== '0'; };
  const whole = innerWidth * innerHeight, over = [];
  for (const e of [...document.querySelectorAll('body *')].slice(0, 20000)) {
    const s = getComputedStyle(e);
    const lies = s.position === 'fixed' || e.tagName === 'DIALOG' || e.getAttribute('aria-modal') === 'true'
      || (s.position === 'absolute' && +s.zIndex > 9);
    if (!lies || !seen(e) || over.length > 40) continue;
    const r = e.getBoundingClientRect();
    const w = Math.min(r.right, innerWidth) - Math.max(r.left, 0);
    const h = Math.min(r.bottom, innerHeight) - Math.max(r.top, 0);
    if (w > 0 && h > 0) over.push({share: w * h / whole, text: (e.innerText || '').slice(0, 4000)});
  }
  const b = document.body, main = document.querySelector('main, article, [role=main]');
  const style = b ? getComputedStyle(b) : {}, root = getComputedStyle(document.documentElement);
  return {
    text: b ? b.innerText.slice(0, 2097152) : '',
    main: main ? main.innerText.slice(0, 2097152) : '',
    overlays: over,
    locked: style.overflowY === 'hidden' || root.overflowY === 'hidden' || style.position === 'fixed',
    password: [...document.querySelectorAll('input[type=password]')].some(seen),
    media: [...document.querySelectorAll('img, video, audio')].map(e => String(e.currentSrc || '')).slice(0, 2000),
  };
}"""


@dataclass(slots=True)
class View:
    """What the browser saw; empty where it saw nothing."""

    final: str = ""
    status: int = 0
    html: str = ""
    title: str = ""
    text: str = ""
    main: str = ""
    """Of the part that the page marks as its main one."""

    media: list[str] = field(default_factory=list)
    overlays: tuple[Overlay, ...] = ()
    scroll_locked: bool = False
    has_password_field: bool = False
    screenshot: Path | None = None
    pdf: Path | None = None
    unfinished: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    timed_out: bool = False
    downloaded: bool = False
    sibling_from: int | None = None
    """How many exchanges there were before the sibling was asked for."""

    sibling_asked: str = ""
    sibling_url: str = ""
    sibling_text: str = ""
    browser: str = ""
    """Chromium's version."""


def find_chromium() -> Path:
    """The browser to use: SITELINE_CHROMIUM, else the system's; raises NotFound."""
    said = os.environ.get("SITELINE_CHROMIUM", "")
    if said:
        if not os.access(said, os.X_OK):
            raise NotFound("SITELINE_CHROMIUM names no program", "Give the path of Chromium or Chrome.")
        return Path(said)
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise NotFound(
        "no Chromium is found on this machine",
        "Install it (Debian: apt install chromium), or name it in SITELINE_CHROMIUM.",
    )


def look_at(url: str, gate: Gate, folder: Path, screens: int, sibling: str = "") -> View:
    """
    Open a page in a browser of its own and take it down: text, picture, PDF.

    sibling: another address, opened afterwards for its text. Raises MissingExtra, or NotFound without a browser.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise MissingExtra.of("playwright", "capture") from error
    program, view = find_chromium(), View()
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=program,
                args=[*_FLAGS, *(("--no-sandbox",) if is_root else ())],
                chromium_sandbox=not is_root,
                proxy=_DEAD,  # type: ignore[arg-type]
                handle_sigint=False,
            )
        except Error as error:
            raise NotFound(
                f"{program.name} does not start: {_first_line(error)}",
                "Try it by hand with --headless; in a container it may need user namespaces, for its sandbox.",
            ) from error
        view.browser = browser.version
        gate.begin()
        with _killed_after(browser, gate.left() + _GRACE), contextlib.suppress(Error):
            context = browser.new_context(
                proxy={
                    "server": f"http://127.0.0.1:{gate.port}",
                    "bypass": "<-loopback>",
                    "username": gate.user,
                    "password": gate.password,
                },
                ignore_https_errors=True,  # of the gate only: it looks at every site's certificate itself
                service_workers="block",
                accept_downloads=False,
                viewport=_WINDOW,  # type: ignore[arg-type]
            )
            context.route_web_socket("**/*", lambda ws: _refuse_socket(ws, gate))
            page = context.new_page()
            context.on("page", lambda other: other.close() if other != page else None)
            _take_down(page, url, gate, folder, screens, view)
            if sibling and view.text and view.status < 400 and gate.left() > 1:
                view.sibling_from = len(gate.exchanges())
                view.sibling_asked = sibling
                _look_beside(context, sibling, gate, view)
        if gate.left() <= 0:
            view.timed_out = True
        with contextlib.suppress(Error):
            browser.close()
    return view


def _refuse_socket(ws: Any, gate: Gate) -> None:
    gate.keep(refusal(Ask("GET", str(ws.url)[:4000]), "websockets are not let through"))
    ws.close()


@contextlib.contextmanager
def _killed_after(browser: Any, seconds: float) -> Iterator[None]:
    """A page that keeps its browser busy for ever does not keep us: then the browser is killed."""
    session = browser.new_browser_cdp_session()
    told = session.send("SystemInfo.getProcessInfo")["processInfo"]
    main = next((int(one["id"]) for one in told if one["type"] == "browser"), 0)

    def kill() -> None:
        with contextlib.suppress(OSError):
            if main > 1:
                os.kill(main, getattr(signal, "SIGKILL", signal.SIGTERM))

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _take_down(page: Any, url: str, gate: Gate, folder: Path, screens: int, view: View) -> None:
    from playwright.sync_api import Error
    from playwright.sync_api import TimeoutError as Late

    page.on("download", lambda _: setattr(view, "downloaded", True))
    page.on("dialog", lambda dialog: dialog.dismiss())
    try:
        response = page.goto(url, wait_until="domcontentloaded", timeout=_ms(gate.left()))
    except Late:
        view.timed_out = True
        response = None
    except Error as error:
        view.notes.append(_first_line(error))
        view.downloaded = view.downloaded or "ownload" in str(error)
        return
    view.status = response.status if response is not None else 0
    try:
        _wait(page, gate)
        _settle(page, gate)
        _scroll(page, gate, screens, view)
    except Late:
        view.timed_out = True
    view.final = "" if page.url.startswith(("chrome-error:", "about:")) else page.url
    if view.final:
        _read(page, view)
        _picture(page, folder, view)


def _wait(page: Any, gate: Gate) -> None:
    """Until all that the page asked for is there; raises Playwright's TimeoutError when the time is over."""
    from playwright.sync_api import TimeoutError as Late

    while True:
        try:
            page.wait_for_load_state("load", timeout=_ms(min(_TURN_S, gate.left())))
            return
        except Late:
            if gate.left() <= 0:
                raise


def _settle(page: Any, gate: Gate) -> None:
    from playwright.sync_api import TimeoutError as Late

    with contextlib.suppress(Late):  # a page that never rests is taken as it is
        page.wait_for_load_state("networkidle", timeout=min(_QUIET_MS, _ms(gate.left())))


def _scroll(page: Any, gate: Gate, screens: int, view: View) -> None:
    """Down to the end, for what loads only there, and up again; a page without an end is left after so many screens."""
    moved = False
    for _ in range(screens):
        at, height = page.evaluate("[scrollY + innerHeight, document.documentElement.scrollHeight]")
        if float(at) >= float(height) - 2:
            break
        if gate.left() < _ENOUGH:
            view.notes.append("the time did not suffice to scroll to its end")
            break
        page.mouse.wheel(0, _WINDOW["height"])
        page.wait_for_timeout(_PAUSE_MS)
        moved = True
    else:
        view.notes.append(f"scrolled {screens} screens; there is more below")
    if moved:
        page.evaluate("scrollTo(0, 0)")
        _settle(page, gate)


def _read(page: Any, view: View) -> None:
    from playwright.sync_api import Error

    try:
        view.html = str(page.content())[: 16 << 20]
        view.title = str(page.title())[:2000]
        told = page.evaluate(_LOOK)
    except Error as error:
        view.unfinished.append(f"its text could not be read: {_first_line(error)}")
        return
    if not isinstance(told, dict):  # a page may have put its own words into ours
        view.unfinished.append("the page does not say what it shows")
        return
    view.text, view.main = (
        str(told.get("text", ""))[:_LONGEST_TEXT],
        str(told.get("main", ""))[:_LONGEST_TEXT],
    )
    view.scroll_locked, view.has_password_field = bool(told.get("locked")), bool(told.get("password"))
    view.media = [m[:4000] for m in _list(told.get("media")) if isinstance(m, str)][:2000]
    view.overlays = tuple(
        Overlay(float(o["share"]), str(o["text"])[:4000])
        for o in _list(told.get("overlays"))[:50]
        if isinstance(o, dict) and isinstance(o.get("share"), int | float) and "text" in o
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _picture(page: Any, folder: Path, view: View) -> None:
    from playwright.sync_api import Error

    try:
        tall = page.evaluate("document.documentElement.scrollHeight")
        tall = int(tall) if isinstance(tall, int | float) else _WINDOW["height"]
        cut: dict[str, Any] = {}
        if tall > _TALLEST:
            cut = {"clip": {"x": 0, "y": 0, "width": _WINDOW["width"], "height": _TALLEST}}
            view.notes.append(f"the picture shows the first {_TALLEST:,} of {tall:,} pixels")
        file = folder / "screenshot.png"
        page.screenshot(path=file, full_page=True, animations="disabled", timeout=_GRACE * 1000, **cut)
        view.screenshot = file
    except Error as error:
        view.unfinished.append(f"its picture could not be taken: {_first_line(error)}")
    try:
        page.emulate_media(media="screen")
        page.pdf(path=folder / "page.pdf", print_background=True, format="A4")
        view.pdf = folder / "page.pdf"
    except Error as error:
        view.unfinished.append(f"its PDF could not be made: {_first_line(error)}")


def _look_beside(context: Any, url: str, gate: Gate, view: View) -> None:
    """What the site gives for an address that cannot be there; that it gives nothing is an answer, too."""
    from playwright.sync_api import Error

    page = context.pages[0]
    with contextlib.suppress(Error):
        response = page.goto(url, wait_until="load", timeout=_ms(min(20.0, gate.left())))
        if response is not None and response.status < 400:
            _settle(page, gate)
        view.sibling_url = page.url
        view.sibling_text = str(page.evaluate("document.body ? document.body.innerText : ''"))[:_LONGEST_TEXT]


def _ms(seconds: float) -> float:
    return max(1.0, seconds * 1000)


def _first_line(error: Exception) -> str:
    """What went wrong, without the browser's log."""
    return str(error).split("\n")[0].split(": ", 1)[-1][:200]
