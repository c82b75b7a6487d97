"""The brief in a real browser: nothing overflows, nothing is fetched, every picture shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.report.test_page import page_of

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium as the system has it."""
    found = next((path for path in CHROMIUM if Path(path).is_file()), None)
    if found is None:
        missing("Chromium (apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (pip install -e '.[dev]')")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as player:
        running = player.chromium.launch(executable_path=found, args=quiet)
        yield running
        running.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["draft", "hostile", "frame"])
def test_a_page_reads_well_at_every_width(browser: Any, tmp_path: Path, kind: str, scheme: str) -> None:
    """At phone and desktop width: no sideways scrolling, no error, no request, every picture decoded."""
    file = tmp_path / "brief.html"
    file.write_text(page_of(kind), encoding="utf-8")
    page = browser.new_page(color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    for width in (360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{kind} at {width}"
        assert page.evaluate(_STICKING_OUT, width) == [], f"{kind} at {width}"
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert page.evaluate("window.hacked === undefined")
    assert said == []
    assert [url for url in asked if not url.startswith("data:image/")] == [file.as_uri()]
    page.close()


def test_labels_on_the_map_do_not_cover_one_another(browser: Any, tmp_path: Path) -> None:
    """At both layouts, no two signs or words of the map overlap."""
    file = tmp_path / "brief.html"
    file.write_text(page_of("draft"), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(_OVERLAPS) == []
    page.close()


def test_print_stamps_every_sheet(browser: Any, tmp_path: Path) -> None:
    """A printed draft has its running head on every page, and pictures are not cut."""
    file = tmp_path / "brief.html"
    file.write_text(page_of("draft"), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.watermark')).position") == "fixed"
    assert page.evaluate("getComputedStyle(document.querySelector('.pair')).breakInside") == "avoid"
    assert page.evaluate("getComputedStyle(document.querySelector('.entry')).breakBefore") == "page"
    sheets = page.pdf(prefer_css_page_size=True, print_background=True)
    assert (
        4
        <= sheets.count(b"/Type /Page\n") + sheets.count(b"/Type /Page ") + sheets.count(b"/Type /Page/")
        <= 14
    )
    page.close()


_STICKING_OUT = """width => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.strip ol, svg, thead, .watermark') && e.getClientRects().length)
  .filter(e => { const r = e.getBoundingClientRect(); return r.right > width + 1 || r.left < -1; })
  .map(e => e.tagName + '.' + e.className).slice(0, 5)"""

_OVERLAPS = """() => {
  const shown = [...document.querySelectorAll('.map-drawing')].find(s => s.getClientRects().length);
  const boxes = [...shown.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  const hits = [];
  boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
    if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 3 && q.top < p.bottom - 3)
      hits.push(a + ' over ' + b);
  }));
  return hits;
}"""
