"""Capture: a real browser before a real site that lives badly; no request may leave the hosts that were allowed."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from siteline.catalog.remote.exchange import Network
from siteline.evidence.capture import browser
from siteline.evidence.capture.browser import find_chromium
from siteline.evidence.capture.gate import Gate
from siteline.model.errors import BadSetting, ForbiddenAddress, NotFound
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.evidence import capturing
from siteline.workbench.evidence.capture_filing import Captured, Wish, tell_capture
from siteline.workbench.evidence.capturing import capture_page
from siteline.workbench.evidence.exhibits import copy_out, list_exhibits, show_exhibit
from siteline.workbench.evidence.inspecting import inspect_file
from siteline.workbench.evidence.marks import blurred_copy
from siteline.workbench.evidence.verifying import check_custody_of_all
from tests.conftest import missing
from tests.evidence.custody.material import SetClock
from tests.servers import PUBLIC_IP, Reply, Served, serving

HOUSE = (
    "The hall north of the river has a new roof since March and lorries stand before its gate every day. " * 4
)
NOT_FOUND = (
    "Sorry, we could not find the page that you asked for, perhaps you want to search the site instead. " * 4
)


@pytest.fixture(autouse=True, scope="module")
def _browser() -> None:
    try:
        find_chromium()
    except NotFound:
        missing("Chromium")
    if find_spec("playwright") is None:
        missing("playwright")


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((80, 60), 60).convert("RGB").save(out, "PNG") if colour == "noise" else Image.new(
        "RGB", (80, 60), colour
    ).save(out, "PNG")
    return out.getvalue()


def html(body: str, head: str = "") -> Callable[[Reply], None]:
    text = f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>".encode()
    return lambda reply: reply.send(200, text, Content_Type="text/html; charset=utf-8")


def to(place: str) -> Callable[[Reply], None]:
    return lambda reply: reply.send(302, b"", Location=place)


def endless(reply: Reply) -> None:
    """Two gigabytes, as fast as they are taken."""
    reply.send_response(200)
    reply.send_header("Content-Type", "application/octet-stream")
    reply.send_header("Content-Length", str(2 << 30))
    reply.end_headers()
    piece = b"\0" * (1 << 16)
    for _ in range((2 << 30) // len(piece)):
        reply.wfile.write(piece)
        SENT.append(len(piece))


SENT: list[int] = []


def hang(reply: Reply) -> None:
    """Say nothing for longer than any test waits; HELD counts those that are kept waiting now."""
    HELD.append(reply.path)
    RELEASED.wait(120)
    HELD.remove(reply.path)


HELD: list[str] = []
RELEASED = threading.Event()
BOMB = gzip.compress(b"<html><body><p>" + HOUSE.encode() + b"</p><!--" + b" " * 50_000_000)
FEED = """<div id=feed></div><script>
let n = 0; const more = () => { for (let i = 0; i < 5; i++) { const p = document.createElement('p');
 p.style.height = '400px'; p.textContent = 'entry ' + n++; feed.append(p); } fetch('/more?' + n); };
more(); addEventListener('scroll', () => { if (scrollY + innerHeight > document.body.scrollHeight - 900) more(); });
</script>"""
CONSENT = f"""<main>{HOUSE}</main><div style='position:fixed;inset:0;background:#fff;z-index:99'>
We and our 812 partners use cookies. Do you consent? <button>Accept all</button></div>"""


@contextmanager
def living(extra: dict[str, Callable[[Reply], None]]) -> Iterator[Served]:
    routes: dict[str, Callable[[Reply], None]] = {
        "/loop": to("/loop2"),
        "/loop2": to("/loop"),
        "/feed": html(FEED),
        "/more": lambda r: r.send(200, b"{}", Content_Type="application/json"),
        "/big.bin": endless,
        "/bomb": lambda r: r.send(200, BOMB, Content_Type="text/html", Content_Encoding="gzip"),
        "/consent": html(CONSENT),
        "/gone": lambda r: r.send(410, b"<p>Gone for good.</p>", Content_Type="text/html"),
        "/check": lambda r: r.send(
            403,
            b"<title>Just a moment...</title><div id=cf-chl-widget>Checking your browser</div>",
            Server="x",
        ),
        "/private": html("<form>Sign in <input name=u><input type=password></form>"),
        "/hang": hang,
        "/hanging": html(f"{HOUSE}<img src=/hang>"),
        "/late": html(
            f"{HOUSE}<img src=/hang><script>addEventListener('DOMContentLoaded', () => fetch('/over'))</script>"
        ),
        "/busy": html(f"{HOUSE}<script>addEventListener('load', () => {{ for (;;); }})</script>"),
        "/favicon.ico": lambda r: r.send(404),
        **extra,
    }
    RELEASED.clear()
    with serving(routes) as served:
        try:
            yield served
        finally:
            RELEASED.set()


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Served]:
    """A server that nobody allowed."""
    with serving({"*": lambda r: r.send(200, b"the secret of the neighbour")}) as served:
        yield served


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """A case with small limits."""
    for name in ("SITELINE_PROXY",):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SITELINE_WHO", "A. Analyst")
    make_case(tmp_path / "case").close()
    (tmp_path / "case/siteline.toml").write_text("[capture]\nseconds = 20\nmax_response_mb = 2\n")
    opened = open_case(tmp_path / "case")
    yield opened
    opened.close()


def hurry(case: Case, seconds: int) -> Case:
    """The same case with less time for a page."""
    case.close()
    (case.folder / "siteline.toml").write_text(f"[capture]\nseconds = {seconds}\nmax_response_mb = 2\n")
    return open_case(case.folder)


def capture(case: Case, site: Served, path: str, **more: object) -> Captured:
    allowed = (f"127.0.0.1:{site.port}",)
    return capture_page(case, Wish(site.url + path, proxy="none", allowed=allowed, **more))  # type: ignore[arg-type]


def part(captured: Captured, what: str) -> str:
    return next(p.exhibit.sha256 for p in captured.parts if p.what == what)


def test_a_whole_page_is_kept_with_all_its_parts_and_called_complete(case: Case, tmp_path: Path) -> None:
    """Archive, picture, PDF, text, metadata and media are exhibits made from the capture; `verify` finds them whole."""
    film, shown = b"\x1aE\xdf\xa3" + b"webm" * 500, picture("noise")
    extra = {
        "/news/1": to("/news/one"),
        "/news/one": html(
            f"<main><h1>A hall</h1>{HOUSE}<img src=/i.png><time datetime=2026-03-04T05:06Z>4 March</time>"
            "<video preload=none><source src=/film.webm></video></main><iframe src=/frame></iframe><script src=/j.js></script>",
            "<title>A hall\x1b[2J &amp; its\u202e gate</title><link rel=stylesheet href=/s.css><link rel=canonical href=/news/1>"
            '<script type=application/ld+json>{"datePublished": "2026-03-03"}</script>',
        ),
        "/frame": html("framed"),
        "/i.png": lambda r: r.send(200, shown, Content_Type="image/png"),
        "/film.webm": lambda r: r.send(200, film, Content_Type="video/webm"),
        "/s.css": lambda r: r.send(200, b"h1{color:red}", Content_Type="text/css"),
        "/j.js": lambda r: r.send(
            200, b"document.body.append('written by a script')", Content_Type="text/javascript"
        ),
    }
    with living(extra) as site:
        captured = capture(case, site, "/news/1", graphic=True)
        asked = {a.path for a in site.asked}
    told = tell_capture(captured)
    assert (told["outcome"], told["reasons"], told["status"]) == ("complete", [], 200)
    assert told["final"].endswith("/news/one")
    assert told["title"] == "A hall [2J & its gate"
    assert {"/news/1", "/news/one", "/frame", "/i.png", "/film.webm", "/s.css", "/j.js"} <= asked
    whats = [p["what"] for p in told["parts"]]
    assert whats == ["screenshot", "pdf", "text", "metadata", "media", "media"]
    assert {case.blobs.read(p["sha256"]) for p in told["parts"] if p["what"] == "media"} == {film, shown}
    with Image.open(case.blobs.path(part(captured, "screenshot"))) as seen:
        assert seen.size[0] == 1366
    assert case.blobs.read(part(captured, "pdf")).startswith(b"%PDF-")
    assert b"new roof" in case.blobs.read(part(captured, "text"))
    about = json.loads(case.blobs.read(part(captured, "metadata")))
    assert {d["value"] for d in about["dates"]} == {"2026-03-03", "2026-03-04T05:06Z"}
    assert about["language"] == "en"
    assert len(about["redirects"]) == 1
    inspected = inspect_file(case.blobs.path(captured.exhibit.sha256))
    assert (inspected.verdict, inspected.faults) == ("unsigned", ())
    assert inspected.parts[0].verdict == "whole"
    assert f"{site.url}/i.png" in inspected.parts[0].facts["addresses"]
    assert not check_custody_of_all(case).findings
    shown_json = show_exhibit(case, captured.exhibit.id)
    assert shown_json["capture"]["outcome"] == "complete"
    assert [p["what"] for p in shown_json["capture"]["parts"]] == whats
    assert len(shown_json["made_into"]) == 6
    [row] = [r for r in shown_json["custody"] if r["action"] == "captured"]
    assert "Chromium" in row["tool"]
    assert row["started_at"] < row["ended_at"]
    image = next(p.exhibit for p in captured.parts if p.exhibit.name == "i.png")
    assert show_exhibit(case, image.id)["graphic"]
    blurred_copy(case, image.id, tmp_path / "blurred.png", "")
    with Image.open(tmp_path / "blurred.png") as blurred:
        assert len(set(blurred.convert("L").tobytes())) < len(
            set(Image.open(io.BytesIO(shown)).convert("L").tobytes())
        )
    with pytest.raises(BadSetting, match="graphic"):
        blurred_copy(
            case, next(p.exhibit.id for p in captured.parts if p.exhibit.kind == "video"), tmp_path / "v", ""
        )
    assert copy_out(case, image.id, tmp_path / "whole.png", "").id == image.id


def test_no_request_of_a_hostile_page_reaches_a_private_host(case: Case, neighbour: Served) -> None:
    """By number, in any spelling, by name, by redirect, frame, script, socket or scheme: all are refused and recorded."""
    port = neighbour.port
    places = [f"http://{h}:{port}/x" for h in ("127.0.0.1", "2130706433", "0177.0.0.1", "localhost", "[::1]",
              "[::ffff:127.0.0.1]", "127.1", "0")] + ["http://169.254.169.254/latest/meta-data", "/to-meta", "/to-near",
              "http://10.0.0.1/", "http://192.168.1.1/"]  # fmt: skip
    body = "".join(f"<img src='{p}'><iframe src='{p}'></iframe><script src='{p}'></script>" for p in places)
    script = f"""<script>new WebSocket('ws://127.0.0.1:{port}/ws');
    for (const p of {json.dumps(places)}) {{ fetch(p, {{mode: 'no-cors'}}).catch(() => 0); navigator.sendBeacon(p, 'b'); }}
    fetch('http://127.0.0.1:{port}/post', {{method: 'POST', body: 'x', mode: 'no-cors'}}).catch(() => 0);
    try {{ new EventSource('http://127.0.0.1:{port}/es'); }} catch (e) {{}}
    try {{ navigator.serviceWorker.register('/sw.js'); }} catch (e) {{}}
    try {{ const c = new RTCPeerConnection({{iceServers: [{{urls: 'turn:127.0.0.1:{port}?transport=tcp', username: 'a',
      credential: 'b'}}]}}); c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o)); }} catch (e) {{}}
    open('http://127.0.0.1:{port}/popup');
    </script><iframe src='file:///etc/passwd'></iframe><img src='gopher://127.0.0.1:{port}/'>
    <link rel=prefetch href='http://127.0.0.1:{port}/pre'><link rel=preconnect href='http://127.0.0.1:{port}'>"""
    extra = {
        "/evil": html(HOUSE + body + script),
        "/to-meta": to("http://169.254.169.254/latest/meta-data"),
        "/to-near": to(f"http://127.0.0.1:{port}/near"),
    }
    before = len(neighbour.asked)
    with living(extra) as site:
        captured = capture(case, site, "/evil")
    assert captured.recognised.outcome == "partial"
    assert len(neighbour.asked) == before
    about = json.loads(case.blobs.read(part(captured, "metadata")))
    refused = {entry["url"] for entry in about["refused"]}
    assert {
        "http://169.254.169.254/latest/meta-data",
        f"http://127.0.0.1:{port}/near",
        "http://10.0.0.1/",
    } <= refused
    assert f"ws://127.0.0.1:{port}/ws" in refused
    assert b"neighbour" not in case.blobs.read(captured.exhibit.sha256)
    assert b"root:" not in case.blobs.read(part(captured, "text"))


def test_no_packet_of_a_hostile_page_reaches_a_port_of_this_machine(case: Case) -> None:
    """By WebRTC, web transport, preconnect or a form that posts itself: nobody knocks, by TCP or by UDP."""
    door, box = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    box.bind(("127.0.0.1", door.getsockname()[1]))
    for end in (door, box):
        end.settimeout(0.2)
    port = door.getsockname()[1]
    body = f"""{HOUSE}<link rel=preconnect href='http://127.0.0.1:{port}'><link rel=dns-prefetch href='//127.0.0.1:{port}'>
    <iframe name=f></iframe><form id=g target=f method=post action='http://127.0.0.1:{port}/post'><input name=a></form><script>
    g.submit();
    const ice = [['stun:127.0.0.1:{port}'], ['turn:127.0.0.1:{port}?transport=udp'], ['turn:127.0.0.1:{port}?transport=tcp'],
      ['turns:127.0.0.1:{port}?transport=tcp']].map(u => ({{urls: u, username: 'a', credential: 'b'}}));
    try {{ const c = new RTCPeerConnection({{iceServers: ice}}); c.createDataChannel('x');
      c.createOffer().then(o => c.setLocalDescription(o)); }} catch (e) {{}}
    try {{ new WebTransport('https://127.0.0.1:{port}/'); }} catch (e) {{}}
    setTimeout(() => fetch('/later'), 1500);</script>"""
    with living({"/evil": html(body), "/later": lambda r: r.send(200, b"x")}) as site:
        capture(case, site, "/evil")
    for end, knock in ((door, door.accept), (box, lambda: box.recv(100))):
        with pytest.raises(TimeoutError):
            knock()
        end.close()


def test_a_redirect_to_a_private_place_is_refused_and_that_is_what_is_kept(
    case: Case, neighbour: Served
) -> None:
    """The capture says `refused`, has the redirect in its archive, and the neighbour was not asked."""
    places = [f"http://127.0.0.1:{neighbour.port}/x", "http://169.254.169.254/latest", "file:///etc/passwd"]
    before = len(neighbour.asked)
    with living({f"/r{n}": to(place) for n, place in enumerate(places)}) as site:
        outcomes = [capture(case, site, f"/r{n}") for n in range(3)]
    assert [c.recognised.outcome for c in outcomes] == ["refused", "refused", "http_error"]
    assert len(neighbour.asked) == before
    assert all(inspect_file(case.blobs.path(c.exhibit.sha256)).verdict == "unsigned" for c in outcomes)
    assert not check_custody_of_all(case).findings


def test_an_address_that_we_do_not_go_to_is_refused_before_anything_is_kept(
    case: Case, neighbour: Served
) -> None:
    """Private addresses and other schemes, with the remedy; nothing is listed."""
    for url in (
        neighbour.url,
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "gopher://x/",
        "data:text/html,x",
    ):
        with pytest.raises(ForbiddenAddress):
            capture_page(case, Wish(url, proxy="none"))
    assert not list_exhibits(case)
    assert not list(case.cache.glob(".capturing-*"))


def test_a_name_that_changes_its_address_is_held_to_the_first(case: Case, neighbour: Served) -> None:
    """The second look-up would say loopback; the page that asks again gets the address that was checked."""
    lookups: list[str] = []

    def rebinding(host: str, port: int) -> tuple[str, ...]:
        lookups.append(host)
        return (PUBLIC_IP,) if lookups.count(host) == 1 else ("127.0.0.1",)

    script = "<script>setTimeout(() => fetch('/again?' + Math.random()).catch(() => 0), 100)</script>"
    with living({"/": html(HOUSE + script), "/again": html("again")}) as site:
        url = f"http://rebinding.example:{neighbour.port}/"
        captured = capture_page(case, Wish(url, proxy="none"), Network(rebinding, site.connector))
        asked = [a.path.split("?")[0] for a in site.asked]
    assert captured.recognised.is_complete
    assert asked.count("/again") == 1
    assert lookups == ["rebinding.example"]
    assert all(a.headers["host"] != f"rebinding.example:{neighbour.port}" for a in neighbour.asked)


@pytest.mark.parametrize(
    ("path", "outcome", "why"),
    [
        ("/loop", "http_error", "circles"),
        ("/consent", "consent_wall", "over the page"),
        ("/gone", "http_error", "410"),
        ("/check", "challenge", "403"),
        ("/private", "login", "password"),
        ("/articles/17", "soft_404", "never was"),
        ("/real/17", "complete", ""),
    ],
)
def test_what_was_captured_is_called_what_it_is(case: Case, path: str, outcome: str, why: str) -> None:
    """A wall, an error or a page that says it is none is not a capture of the page."""

    def any_page(reply: Reply) -> None:
        found = reply.asked.path.startswith("/articles/")
        reply.send(
            200 if found else 404, f"<title>Oops</title>{NOT_FOUND}".encode(), Content_Type="text/html"
        )

    with living({"*": any_page, "/real/17": html(f"<h1>Seventeen</h1>{HOUSE}")}) as site:
        captured = capture(case, site, path)
    assert captured.recognised.outcome == outcome
    assert why in " ".join(captured.recognised.reasons)
    assert list_exhibits(case)[0]["kind"] == "capture"


def test_a_page_without_an_end_a_bomb_and_two_gigabytes_are_cut_and_say_so(case: Case) -> None:
    """Scrolled so far and no further; packed and plain bytes stay within the limit; the archive says `truncated`."""
    SENT.clear()
    with living({}) as site:
        feed = capture(case, site, "/feed")
        bomb = capture(case, site, "/bomb")
        big = capture(case, site, "/big.bin")
        scrolled = sum(a.path.startswith("/more") for a in site.asked)
    assert feed.recognised.is_complete
    assert 5 < scrolled < 100
    assert any("screens" in r.text for r in feed.remarks)
    assert bomb.recognised.outcome == "partial"
    assert "length" in bomb.recognised.reasons[0]
    assert big.recognised.outcome == "download"
    assert sum(SENT) < 32 << 20
    download = next(p.exhibit for p in big.parts if p.what == "download")
    assert download.bytes == 2 << 20
    assert "cut" in download.note
    assert big.exhibit.bytes < 1 << 20
    about = json.loads(case.blobs.read(part(big, "metadata")))
    assert about["truncated"] == [f"{site.url}/big.bin"]


def test_over_tls_the_site_is_asked_to_prove_itself_and_its_page_is_kept(case: Case, tmp_path: Path) -> None:
    """A certificate that we trust: complete, with what lies beside it; one that we do not: `unreachable`, and why."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=right.example",
         "-addext", "subjectAltName=DNS:right.example", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    here.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=str(cert))
    routes = {"/Ü/b": html(f"{HOUSE}<img src=/i.png>"), "/i.png": lambda r: r.send(200, picture("red"))}
    routes["/%C3%9C/b"] = routes["/Ü/b"]
    with serving(routes, tls=here) as site:
        known = Network(lambda host, port: (PUBLIC_IP,), site.connector, trusting)
        good = capture_page(case, Wish("https://right.example/Ü/b#top", proxy="none"), known)
        bad = capture_page(case, Wish("https://wrong.example/a", proxy="none"), known)
        asked = {a.path for a in site.asked}
    assert good.recognised.is_complete, good.recognised
    assert {"/%C3%9C/b", "/i.png"} <= asked
    assert (bad.recognised.outcome, bad.status) == ("unreachable", 0)
    assert "certificate" in bad.recognised.reasons[0]
    inspected = inspect_file(case.blobs.path(good.exhibit.sha256))
    assert "https://right.example/%C3%9C/b" in inspected.parts[0].facts["addresses"]


def test_what_takes_for_ever_ends_when_the_time_is_over(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says nothing, a script that never stops: it ends, as `timeout`, while they still go on."""
    monkeypatch.setattr(browser, "_GRACE", 1.0)
    case = hurry(case, 3)
    with living({}) as site:
        for path in ("/hang", "/busy"):
            captured = capture(case, site, path)
            assert captured.recognised.outcome == "timeout", path
            assert not any(p.what == "text" for p in captured.parts), path
    case.close()


def test_what_had_come_when_the_time_was_over_is_kept(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that never comes: by a clock that leaps once the page stands, the text is there, and it is a `timeout`."""
    case, over = hurry(case, 300), threading.Event()
    monkeypatch.setattr(
        capturing, "Gate", partial(Gate, clock=lambda: time.monotonic() + 1e6 * over.is_set())
    )

    def ends(reply: Reply) -> None:
        while not HELD and not RELEASED.wait(0.02):
            pass  # the picture is asked for beside this, sooner or later
        over.set()
        reply.send(204)

    with living({"/over": ends}) as site:
        captured = capture(case, site, "/late")
        assert HELD == ["/hang"]
    assert captured.recognised.outcome == "timeout"
    assert any(p.what == "text" for p in captured.parts)
    case.close()


def test_the_time_of_a_page_begins_when_the_browser_stands(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine under load that takes long to start a browser takes nothing from the page."""
    case, passed = hurry(case, 300), [0.0]
    gate = partial(Gate, clock=lambda: passed[0])
    monkeypatch.setattr(capturing, "Gate", gate)

    def slowly() -> Path:
        passed[0] += 3600
        return find_chromium()

    monkeypatch.setattr(browser, "find_chromium", slowly)
    with living({"/plain": html(HOUSE)}) as site:
        assert capture(case, site, "/plain").recognised.outcome == "complete"
    case.close()


def test_without_a_word_on_a_proxy_nothing_is_asked(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal says why; a password goes by the environment alone, and is not repeated."""
    with living({"/": html(HOUSE)}) as site:
        with pytest.raises(BadSetting, match="would learn the address"):
            capture_page(case, Wish(site.url))
        with pytest.raises(BadSetting, match="holds a password") as told:
            capture_page(case, Wish(site.url, proxy="http://me:hunter2@127.0.0.1:3128"))
        assert "hunter2" not in str(told.value) + told.value.hint
        monkeypatch.setenv("SITELINE_PROXY", "ftp://hunter2@x")
        with pytest.raises(BadSetting, match="SITELINE_PROXY") as told:
            capture_page(case, Wish(site.url))
        assert "hunter2" not in str(told.value) + told.value.hint
        assert not site.asked


def test_through_a_proxy_everything_goes_and_nothing_beside_it(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy sees each connection, with the address that was checked; its password stands nowhere in the case."""
    with (
        living(
            {"/": html(f"{HOUSE}<img src=/i.png>"), "/i.png": lambda r: r.send(200, picture("red"))}
        ) as site,
        tunnel(site.port) as (port, heads),
    ):
        monkeypatch.setenv("SITELINE_PROXY", f"http://me:hunter2@127.0.0.1:{port}")
        captured = capture_page(case, Wish("http://far.example/"), Network(lambda host, port: (PUBLIC_IP,)))
    assert captured.recognised.is_complete
    assert [
        "names are looked up on this machine" in r.text for r in captured.remarks if r.subject == "proxy"
    ] == [True]
    assert {a.path for a in site.asked} >= {"/", "/i.png"}
    assert heads
    assert all(head.startswith(f"CONNECT {PUBLIC_IP}:80 ") and "Basic " in head for head in heads)
    kept = [case.blobs.read(name) for name in case.blobs.names()]
    assert not any(b"hunter2" in content or b"bWU6aHVudGVyMg" in content for content in kept)
    assert b"hunter2" not in (case.folder / "case.db").read_bytes()


def test_a_page_whose_film_is_gone_is_no_complete_capture(case: Case) -> None:
    """It is judged when its media have been asked for, also those that no browser loads unasked."""
    page = html(f"{HOUSE}<video preload=none src=/film.mp4></video>")
    with living({"/": page, "/film.mp4": lambda reply: reply.send(404, b"gone")}) as site:
        captured = capture(case, site, "/")
    assert captured.recognised.outcome == "partial"
    assert any("/film.mp4: answered 404" in reason for reason in captured.recognised.reasons)


@contextmanager
def tunnel(to_port: int) -> Iterator[tuple[int, list[str]]]:
    """An http proxy that leads every tunnel to one port, and keeps what it was asked."""
    heads: list[str] = []
    door = socket.create_server(("127.0.0.1", 0))

    def pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while piece := one.recv(65536):
                other.sendall(piece)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve() -> None:
        while True:
            try:
                here, _ = door.accept()
            except OSError:
                return
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += here.recv(1)
            heads.append(head.decode())
            there = socket.create_connection(("127.0.0.1", to_port))
            here.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for pair in ((here, there), (there, here)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield door.getsockname()[1], heads
    finally:
        door.close()


def test_a_capture_that_is_killed_leaves_nothing_half_listed(case: Case) -> None:
    """Kill -9 in its midst: no exhibit, no blob, a sound log; and the next capture works."""
    with living({}) as site:
        command = [sys.executable, "-m", "siteline", "--case", str(case.folder), "evidence", "capture",
                   f"{site.url}/hanging", "--no-proxy", "--allow-host", f"127.0.0.1:{site.port}"]  # fmt: skip
        child = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
        )
        until = time.monotonic() + 120
        while not any(a.path == "/hang" for a in site.asked) and time.monotonic() < until:
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert any(a.path == "/hang" for a in site.asked)
        assert not list_exhibits(case)
        assert not list(case.blobs.names())
        assert not check_custody_of_all(case).findings
        assert capture(case, site, "/gone").recognised.outcome == "http_error"


def test_a_capture_is_timed_by_the_clock_of_its_case(case: Case) -> None:
    """The custody log and what it files tell one time, whatever the machine's clock says."""
    clock = SetClock()
    case.close()
    timed = Case(case.folder, case.settings, clock)
    with living({}) as site:
        captured = capture(timed, site, "/consent")
    timed.close()
    assert captured.exhibit.obtained[:16] == clock.at.isoformat()[:16]
    assert captured.exhibit.added_at[:16] == clock.at.isoformat()[:16]
