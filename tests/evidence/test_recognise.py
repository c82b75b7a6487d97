"""What a capture is called, case by case; `complete` only if nothing speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.evidence.capture.outcome import sibling_of
from siteline.evidence.capture.reading import read_page
from siteline.evidence.capture.recognise import OUTCOMES, Observed, Overlay, Sibling, likeness, recognise

URL = "https://news.example/2026/03/hall.html"
STORY = "The hall has a new roof and lorries wait before its gate. " * 40
GOOD = Observed(URL, URL, 200, {"content-type": "text/html"}, STORY, f"<p>{STORY}</p>", requests=12)
LOST = "Nothing is here any more; look at our front page or search for what you want. " * 5
ASKS = "We value your privacy. We use cookies with your consent."

TABLE = [
    ("complete", {}),
    ("complete", {"text": STORY + " cookie consent captcha login has been removed 404 not found"}),
    ("complete", {"overlays": (Overlay(0.1, ASKS + " Accept"),)}),
    ("complete", {"overlays": (Overlay(0.9, "Subscribe to our letter"),)}),
    ("complete", {"has_password_field": True}),
    ("complete", {"html": "<div class=g-recaptcha></div>"}),
    ("complete", {"final": "https://www.news.example/2026/03/hall.html"}),
    ("complete", {"sibling": Sibling(404, URL + "x", STORY)}),
    ("complete", {"sibling": Sibling(200, URL + "x", LOST)}),
    ("complete", {"asked": "https://news.example/", "final": "https://news.example/", "sibling": Sibling(200, "", STORY)}),
    ("consent_wall", {"overlays": (Overlay(0.3, ASKS + " Accept"),)}),
    ("consent_wall", {"overlays": (Overlay(0.1, ASKS + " Alle akzeptieren"), Overlay(1.0, ""))}),
    ("consent_wall", {"overlays": (Overlay(0.1, "쿠키 사용에 동의하십니까 동의"),), "scroll_locked": True}),
    ("consent_wall", {"final": "https://consent.news.example/v2?continue="}),
    ("consent_wall", {"text": ASKS, "html": "<button class=b>Accept</button>"}),
    ("challenge", {"status": 403, "text": "Just a moment...", "html": "cf-chl"}),
    ("challenge", {"status": 503, "text": "Checking your browser before you go on"}),
    ("challenge", {"status": 403, "headers": {"cf-mitigated": "challenge"}}),
    ("challenge", {"text": "Please verify you are human", "html": "<script src=hcaptcha.com/1/api.js>"}),
    ("http_error", {"status": 403}),
    ("http_error", {"status": 451}),
    ("http_error", {"status": 404, "text": LOST}),
    ("http_error", {"status": 500, "failed": ("x",)}),
    ("http_error", {"status": 302, "text": ""}),
    ("login", {"status": 401}),
    ("login", {"final": "https://news.example/login?next=hall"}),
    ("login", {"text": "Sign in", "has_password_field": True}),
    ("soft_404", {"sibling": Sibling(200, URL + "x", STORY)}),
    ("soft_404", {"text": LOST + " 12345", "sibling": Sibling(200, URL + "x", LOST + " 98765")}),
    ("soft_404", {"final": "https://news.example/"}),
    ("soft_404", {"final": "https://news.example/2026/"}),
    ("partial", {"failed": ("https://news.example/i.png: answered 404",)}),
    ("partial", {"truncated": "length"}),
    ("partial", {"error": "the answer broke off"}),
    ("partial", {"unfinished": ("its picture could not be taken",)}),
    ("partial", {"text": "  ", "html": "<div id=app></div>"}),
    ("timeout", {"timed_out": True}),
    ("timeout", {"status": 0, "error": "no answer in time", "text": ""}),
    ("download", {"download": "application/pdf", "text": ""}),
    ("refused", {"status": 0, "forbidden": True, "error": "a private network", "text": ""}),
    ("unreachable", {"status": 0, "error": "host news.example is not found", "text": ""}),
    ("unreachable", {"status": 0, "error": "its certificate is not to be trusted", "text": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("outcome", "change"), TABLE)
def test_each_kind_of_capture_is_called_what_it_is(outcome: str, change: dict[str, object]) -> None:
    """By shape, status, headers and likeness; words alone decide nothing."""
    found = recognise(replace(GOOD, **change))  # type: ignore[arg-type]
    assert (found.outcome, bool(found.reasons)) == (outcome, outcome != "complete"), found.reasons


def test_every_kind_is_in_the_table() -> None:
    """No kind goes untested."""
    assert {outcome for outcome, _ in TABLE} == set(OUTCOMES)


@given(st.text(max_size=300), st.text(max_size=300), st.integers(0, 599), st.text(max_size=60), st.booleans())
def test_anything_at_all_is_called_something(
    text: str, html: str, status: int, final: str, late: bool
) -> None:
    """Whatever a page says, there is an answer, and only a good status can be complete."""
    address = "https://x.example/" + "".join(c for c in final if c.isalnum())
    found = recognise(replace(GOOD, text=text, html=html, status=status, final=address, timed_out=late))
    assert found.outcome in OUTCOMES
    assert not found.is_complete or (status < 300 and not late)


@pytest.mark.parametrize(
    ("url", "folder", "ending"),
    [
        ("https://a.example/x/y.html?z=1#q", "https://a.example/x/", ".html"),
        ("https://a.example/x/y/", "https://a.example/x/", ""),
        ("https://a.example/x", "https://a.example/", ""),
    ],
)
def test_a_sibling_lies_beside_its_page_and_cannot_be_there(url: str, folder: str, ending: str) -> None:
    """The same folder and ending, a name that nobody chose; a front page has none."""
    made = sibling_of(url)
    assert made.startswith(folder)
    assert made.endswith(ending)
    assert made != sibling_of(url)
    assert sibling_of("https://a.example/") == sibling_of("https://a.example") == ""


def test_likeness_does_not_count_numbers_and_is_nothing_for_nothing() -> None:
    """Dates and addresses differ on pages that say the same."""
    assert likeness("Page 12 of 3 March is gone", "Page 99 of 4 March is gone") == 1.0
    assert likeness("", "") == 0.0
    assert likeness(STORY, LOST) < 0.5


def test_a_page_says_of_itself_its_title_dates_language_address_and_media() -> None:
    """From meta, JSON-LD of any shape, time, link and base; addresses in full, others than the web's left out."""
    page = """<html lang="ko-KP"><head><base href="/a/"><title> A &amp;  B </title><title>no</title>
    <link rel="x canonical" href="c.html"><meta property="article:modified_time" content="2026-01-03T00:00Z">
    <meta name="author" content="N. N."><meta property="og:image" content="og.jpg">
    <script type="application/ld+json">{"@graph": [{"datePublished": "2026-01-02", "video": {"uploadDate": "2026-01-01",
      "contentUrl": "https://cdn.example/v.mp4"}}]}</script><script type="application/ld+json">{broken</script></head>
    <body><svg><title>icon</title></svg><time datetime="2026-01-04">x</time><img src="i.png" srcset="j.png 2x, k.png 3x">
    <video poster=p.jpg><source src="//cdn.example/w.mp4#t=3"></video><img src="data:image/png;base64,xx">
    <img src="javascript:alert(1)"><audio src="file:///etc/passwd"></audio>"""
    read = read_page(page, "https://n.example/x/y")
    assert (read.title, read.language, read.canonical) == ("A & B", "ko-KP", "https://n.example/a/c.html")
    assert read.author == "N. N."
    assert {(d.source, d.value) for d in read.dates} == {
        ("meta article:modified_time", "2026-01-03T00:00Z"),
        ("json-ld datePublished", "2026-01-02"),
        ("json-ld uploadDate", "2026-01-01"),
        ("time", "2026-01-04"),
    }
    assert set(read.media) == {
        *(f"https://n.example/a/{name}" for name in ("og.jpg", "i.png", "j.png", "k.png", "p.jpg")),
        "https://cdn.example/v.mp4",
        "https://cdn.example/w.mp4",
    }


@given(st.text(alphabet="<>!-/=\"' abtimescrphd{}[]&#;\0\n", max_size=400), st.text(max_size=40))
def test_any_html_is_read_without_an_error(html: str, url: str) -> None:
    """However broken; media lie on the web or nowhere."""
    assert all(a.startswith(("http://", "https://")) for a in read_page(html, url).media)
