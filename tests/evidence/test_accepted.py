"""Our captures in others' hands: the stock validator accepts them, and ReplayWeb.page plays them without the network."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from siteline.evidence.capture.browser import find_chromium
from siteline.model.errors import NotFound
from siteline.workbench.case import make_case, open_case
from siteline.workbench.evidence.capture_filing import Wish
from siteline.workbench.evidence.capturing import capture_page
from tests.conftest import ROOT, missing
from tests.evidence.test_capture import HOUSE, html, picture
from tests.servers import Reply, serving

WORDS = "The hall north of the river"


def peers() -> Path:
    """Where others' tools are; `make peers` puts them there."""
    return Path(os.environ.get("SITELINE_PEERS", ROOT / ".peers"))


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A capture of a page with a picture and a script, from a site that is gone by now; and its address."""
    try:
        find_chromium()
    except NotFound:
        missing("Chromium")
    if find_spec("playwright") is None:
        missing("playwright")
    folder = tmp_path_factory.mktemp("captured")
    make_case(folder / "case").close()
    case = open_case(folder / "case")
    body = f"<h1 id=head>{WORDS}</h1><p>{HOUSE}</p><img id=hall src=/hall.png><p id=late></p>"
    body += "<script>fetch('/words').then(a => a.text()).then(t => { late.textContent = t })</script>"
    routes = {
        "/page": html(body, "<title>화성 Opening of the hall</title>"),
        "/hall.png": lambda r: r.send(200, picture("noise"), Content_Type="image/png"),
        "/words": lambda r: r.send(200, b"fetched by a script", Content_Type="text/plain"),
    }
    with serving(routes) as site:
        url = f"{site.url}/page"
        done = capture_page(case, Wish(url, proxy="none", allowed=(f"127.0.0.1:{site.port}",)))
    assert done.recognised.outcome == "complete"
    file = folder / "capture.wacz"
    file.write_bytes(case.blobs.read(done.exhibit.sha256))
    case.close()
    return file, url


def test_the_stock_validator_accepts_a_capture(captured: tuple[Path, str]) -> None:
    """`wacz validate` of py-wacz, in an environment of its own."""
    program = peers() / "venv/bin/wacz"
    if not program.exists():
        missing("wacz of py-wacz: make peers")
    done = subprocess.run(
        [program, "validate", "-f", captured[0]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Valid" in done.stdout + done.stderr
    assert "invalid" not in (done.stdout + done.stderr).lower()


def test_replayweb_page_plays_a_capture_without_the_network(
    captured: tuple[Path, str], tmp_path: Path
) -> None:
    """Words, picture, and what a script fetched are there; nobody but the folder on this machine is asked."""
    from playwright.sync_api import Frame, sync_playwright

    player, (file, url) = peers() / "player", captured
    if not (player / "ui.js").exists():
        missing("ReplayWeb.page: make peers")
    index = f"""<!doctype html><meta charset=utf-8><title>player</title><script src=/ui.js></script>
<replay-web-page source=/capture.wacz url="{url}" replayBase=/replay/ embed=replayonly noSandbox=false
 style="width:1200px;height:800px;display:block"></replay-web-page>"""

    def script(name: str) -> object:
        return lambda r: r.send(200, (player / name).read_bytes(), Content_Type="text/javascript")

    def archive(reply: Reply) -> None:
        """Any range of the file, from its end too, as players ask for them."""
        whole, said = file.read_bytes(), reply.asked.headers.get("range", "")
        first, _, last = said.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(whole) - int(last)) if last else 0
        stop = min(int(last) + 1, len(whole)) if first and last else len(whole)
        reply.send_response(206 if said else 200)
        reply.send_header("Content-Type", "application/wacz")
        reply.send_header("Accept-Ranges", "bytes")
        reply.send_header("Content-Length", str(stop - start))
        if said:
            reply.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(whole)}")
        reply.end_headers()
        if reply.asked.method != "HEAD":
            reply.wfile.write(whole[start:stop])

    routes = {
        "/": lambda r: r.send(200, index.encode(), Content_Type="text/html"),
        "/ui.js": script("ui.js"),
        "/replay/ui.js": script("ui.js"),
        "/replay/sw.js": script("sw.js"),
        "/capture.wacz": archive,
    }
    elsewhere: list[str] = []
    with serving(routes) as here, sync_playwright() as playwright:  # type: ignore[arg-type]
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        context = browser.new_context(viewport={"width": 1250, "height": 850})
        page = context.new_page()
        page.on(
            "request",
            lambda r: elsewhere.append(r.url) if not r.url.startswith((here.url, "data:", "blob:")) else None,
        )
        page.goto(here.url + "/")

        def played() -> Frame | None:
            for frame in page.frames:
                if "/replay/w/" in frame.url and frame.query_selector("#head"):
                    return frame
            return None

        for tries in range(1, 1201):
            if (frame := played()) is not None and "script" in (frame.text_content("#late") or ""):
                break
            if (
                tries % 400 == 0
            ):  # the player starts a service worker of its own, which a busy machine may keep from it
                page.reload()
            page.wait_for_timeout(100)
        frame = played()
        page.screenshot(path=tmp_path / "replayed.png")
        assert frame is not None, [f.url for f in page.frames]
        assert frame.text_content("#head") == WORDS
        assert frame.text_content("#late") == "fetched by a script"
        assert frame.evaluate("document.getElementById('hall').naturalWidth") == 80
        assert frame.title().startswith("화성")
        browser.close()
    assert elsewhere == []
