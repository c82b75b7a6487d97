"""The verdict of one check, whatever a server answers: it never raises, and what is barred is never gone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.evidence.watch.fingerprint import are_alike, as_json, fingerprint, from_json, similarity
from siteline.evidence.watch.neighbours import in_sitemap, may_be_it, never_was, sections_of
from siteline.evidence.watch.page import read_page
from siteline.evidence.watch.verdict import (
    MISSING,
    VERDICTS,
    Around,
    is_front_or_section,
    judge_look,
    same_address,
)
from siteline.model.look import FAILURES, Hop, Look
from tests.evidence.watch.watched_site import article, prose

URL = "http://a.example/news/2026/story.html"
SAID = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda t: f"<html><body>{t}</body></html>".encode("utf-8", "surrogatepass")),
    st.sampled_from(["one", "two", "three"]).map(article),
    st.just(b"<html><script>x</script></html>"),
    st.just(b"<html><div class='g-recaptcha'></div>404 not found</html>"),
)
PRINTS = SAID.map(lambda body: fingerprint(body, URL))
AROUND = st.builds(
    Around,
    root=st.none() | PRINTS,
    root_answers=st.sampled_from([None, True, False]),
    random_sibling=st.none() | PRINTS,
    missing=st.lists(PRINTS, max_size=4),
    walls=st.lists(PRINTS, max_size=2),
)
PLACES = st.sampled_from(
    [URL, "http://a.example/", "http://a.example/news/", "http://b.example/x", "http://[", "", "?"]
)
LOOKS = st.builds(
    Look,
    url=PLACES,
    final_url=PLACES,
    chain=st.lists(st.builds(Hop, PLACES, st.just(302), PLACES), max_size=2).map(tuple),
    status=st.none() | st.integers(0, 999),
    headers=st.dictionaries(st.sampled_from(["content-type", "cf-mitigated"]), st.text(max_size=20)),
    body=SAID,
    is_truncated=st.booleans(),
    failure=st.sampled_from(FAILURES),
    said=st.text(max_size=20),
)


@given(st.none() | PRINTS, LOOKS, AROUND)
@settings(max_examples=300, deadline=None)
def test_any_answer_has_one_of_the_eight_verdicts(baseline: object, look: Look, around: Around) -> None:
    assert judge_look(baseline, look, around).verdict in VERDICTS  # type: ignore[arg-type]


@given(st.none() | PRINTS, LOOKS, AROUND, st.sampled_from([401, 403, 429, 451]))
@settings(max_examples=200, deadline=None)
def test_who_is_barred_is_never_told_that_it_is_gone(
    baseline: object, look: Look, around: Around, status: int
) -> None:
    barred = Look(look.url, look.final_url, look.chain, status, look.headers, look.body)
    assert judge_look(baseline, barred, around).verdict == "blocked"  # type: ignore[arg-type]


@given(st.none() | PRINTS, LOOKS, AROUND)
@settings(max_examples=200, deadline=None)
def test_an_answer_that_did_not_come_never_says_that_a_page_is_missing(
    baseline: object, look: Look, around: Around
) -> None:
    for failure in FAILURES[1:]:
        failed = Look(look.url, look.final_url, look.chain, None, failure=failure)
        assert judge_look(baseline, failed, around).verdict not in MISSING  # type: ignore[arg-type]


@given(SAID, PLACES)
@settings(max_examples=300, deadline=None)
def test_a_fingerprint_is_made_of_anything_and_kept_as_json(body: bytes, url: str) -> None:
    made = fingerprint(body, url)
    assert from_json(as_json(made)) == made
    assert similarity(made, made) == 1.0


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<!--",
        "<script>",
        "</a",
        "<a href='x'>",
        "<div>",
        "&amp",
        "<p a=",
        "id=",
        "type ",
        "<title>",
        "x ",
    ],
)
def test_a_page_made_to_be_slow_is_read_in_time(piece: str) -> None:
    body = b"<html>" + piece.encode() * (600_000 // len(piece))
    began = time.process_time()  # not the clock: others work here, too
    fingerprint(body, URL)
    assert time.process_time() - began < 10


def test_main_text_is_told_from_menus_footers_and_lists_of_links() -> None:
    page = read_page(article("one", menu="<a href='/x'>Go</a>"), URL)
    assert prose("one") in page.text
    assert "rights reserved" not in page.text
    assert page.title == "Story one"
    assert page.media == ("http://a.example/pictures/hall.jpg",)
    assert ("Go", "http://a.example/x") in page.links


def test_pages_of_one_site_are_not_alike_and_an_edited_word_is_no_other_page() -> None:
    one, two = fingerprint(article("one"), URL), fingerprint(article("two"), URL)
    edited = fingerprint(
        article("one", text=prose("one").replace(prose("one").split()[80], "altered", 1)), URL
    )
    assert not are_alike(one, two)
    assert are_alike(one, edited)
    assert one.outline == two.outline


def test_an_address_that_a_missing_page_echoes_does_not_make_it_another_page() -> None:
    def sorry(url: str) -> object:
        return fingerprint(
            f"<html><body>Sorry, {url} is not to be had here today</body></html>".encode(), url
        )

    assert are_alike(sorry("http://a.example/news/one.html"), sorry("http://a.example/news/another-one.html"))  # type: ignore[arg-type]


def test_three_other_missing_addresses_that_look_the_same_make_a_soft_404() -> None:
    sorry = f"<html><body><p>{prose('sorry', 50)}</p></body></html>".encode()
    look = Look(URL, URL, (), 200, {}, sorry)
    other = fingerprint(sorry, URL)
    baseline = fingerprint(article("one"), URL)
    assert judge_look(baseline, look, Around(missing=[other] * 2)).verdict == "changed"
    assert judge_look(baseline, look, Around(missing=[other] * 3)).verdict == "soft_404"
    assert judge_look(other, look, Around(missing=[other] * 3)).verdict == "live"


def test_a_page_that_only_scripts_fill_says_nothing_without_a_browser() -> None:
    look = Look(
        URL, URL, (), 200, {}, b"<html><body><div id=app></div><script src=a.js></script></body></html>"
    )
    said = judge_look(
        fingerprint(article("one"), URL), look, Around(random_sibling=fingerprint(look.body, URL))
    )
    assert said.verdict == "error"


@pytest.mark.parametrize(
    ("there", "is_section"),
    [
        ("http://a.example/", True),
        ("https://www.a.example/news/", True),
        ("http://a.example/news/2026/index.html", True),
        ("http://a.example/news/2026/other.html", False),
        ("http://b.example/", False),
    ],
)
def test_roots_and_sections_are_told_from_pages(there: str, is_section: bool) -> None:
    assert is_front_or_section(URL, there) is is_section


def test_addresses_are_compared_and_made_up() -> None:
    assert same_address("http://www.a.example/x/", "https://a.example/x/index.html")
    assert not same_address("http://a.example/x?id=1", "http://a.example/x?id=2")
    assert sections_of(URL) == ["http://a.example/news/2026/", "http://a.example/news/"]
    assert never_was(URL, "abc") == "http://a.example/news/2026/abc.html"
    text = "<loc>http://a.example/a</loc><loc>http://[</loc><loc>file:///x</loc>"
    assert in_sitemap(text) == (["http://a.example/a"], True)
    assert in_sitemap(text, 2) == (["http://a.example/a"], False)
    assert may_be_it(URL, ["The great hall"], [("The great hall", "http://b.example/x")]) == []
