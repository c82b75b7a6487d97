"""A watched site may answer with anything: it costs a bounded time and memory, and makes nobody say more than is so."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.taking import Taking
from siteline.evidence.watch.lists import ListLook, judge_lists
from siteline.evidence.watch.migration import likely_renamed
from siteline.evidence.watch.neighbours import in_sitemap, may_be_it, media_in_sitemap, sitemap_text
from siteline.evidence.watch.removal import LADDER, OF_MANY
from siteline.model.look import Look
from siteline.workbench.evidence.exhibits import restrict_exhibit
from siteline.workbench.evidence.removals import confirm, find
from siteline.workbench.evidence.rounds import Kept, Round
from siteline.workbench.evidence.watched import pages_by_url
from siteline.workbench.evidence.watching import check_pages
from tests.evidence.custody.material import opened
from tests.evidence.watch.test_watching import only
from tests.evidence.watch.watched_site import Watch, article, prose, watching

A = "http://a.example"


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with watching(tmp_path) as made:
        yield made


def html(url: str, body: bytes, status: int = 200) -> Look:
    return Look(url, url, status=status, headers={"content-type": "text/html"}, body=body)


def test_sitemaps_are_asked_for_so_many_times_and_no_more() -> None:
    """An index of 5,000 sitemaps, each an index again, of which most are broken."""
    asked = Counter[str]()

    def ask(url: str) -> Look:
        asked["sitemap" if url.endswith(".xml") else "page"] += 1
        if url.endswith(("7.xml", "sitemap.xml")):
            more = "".join(f"<sitemap><loc>{A}/{asked.total()}-{n}.xml</loc></sitemap>" for n in range(5000))
            return html(url, f"<sitemapindex>{more}</sitemapindex>".encode())
        return (
            html(url, b"<html><title>front</title><p>front</p></html>")
            if url == f"{A}/"
            else html(url, b"gone", 404)
        )

    kept = [Kept(f"{A}/news/{n}.html", title=f"Story number {n}") for n in range(5)]
    this_round = Round(ask, kept, {})
    searches = [this_round.see(one).search for one in kept]
    assert asked["sitemap"] <= 8
    assert not any(search.has_sitemap for search in searches)  # not all of it was read


def test_a_round_keeps_no_answers_in_memory() -> None:
    """200 addresses of a megabyte each: on disk, and asked for once."""
    asked = Counter[str]()
    filler = b"<p>" + b"x" * (1 << 20)

    def ask(url: str) -> Look:
        asked[url] += 1
        return html(url, f"<title>{url}</title>".encode() + filler)

    kept = [Kept(f"{A}/news/{n}.html") for n in range(60)]
    this_round = Round(ask, kept, {})
    tracemalloc.start()
    for one in kept:
        this_round._look(one.url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
    assert this_round._look(kept[3].url).body.endswith(filler)
    assert set(asked.values()) == {1}


def quick(seconds: float, began: float) -> None:
    assert time.process_time() - began < seconds


def test_three_thousand_titles_that_all_changed_are_compared_in_seconds() -> None:
    """Also where each has hundreds of letters, and day by day; what was only reworded is still proposed."""
    lost = [f"Story {n} {prose(f'lost{n}', 14)}" for n in range(2999)] + [
        "The great hall at the plant was opened"
    ]
    new = [f"Story {n} {prose(f'new{n}', 14)}" for n in range(2999)] + [
        "The great hall at the plant is opened"
    ]
    began = time.process_time()
    assert (lost[-1], new[-1]) in likely_renamed(lost, new)
    same = likely_renamed(
        ["a " * 4000 + str(n) for n in range(3000)], ["b " * 4000 + str(n) for n in range(3000)]
    )
    assert same == []
    quick(6, began)
    began = time.process_time()
    from datetime import UTC, datetime, timedelta

    start = datetime(2026, 1, 1, tzinfo=UTC)
    looks = [
        ListLook(start + timedelta(days=day), {f"{day % 2} {n}": f"{A}/{n}" for n in range(400)})
        for day in range(60)
    ]
    assert len(judge_lists(looks)) == 59 * 400
    quick(15, began)


def test_a_page_with_thousands_of_names_is_looked_for_under_a_few() -> None:
    titles = [f"Title {n} {prose(f't{n}', 12)}" for n in range(3000)]
    links = [(f"Link {n} {prose(f'l{n}', 12)}", f"{A}/{n}") for n in range(3000)]
    began = time.process_time()
    assert may_be_it(f"{A}/x", titles, links) == []
    quick(2, began)


@pytest.mark.parametrize(
    "text",
    [
        "<loc>" + " " * 3_000_000,
        "<url>" * 1_000_000,
        "</url>" * 1_000_000,
        "<url><loc>" * 500_000 + "</url>",
        "<loc>" * 1_000_000,
    ],
)
def test_a_sitemap_that_is_made_to_be_slow_is_read_in_time(text: str) -> None:
    began = time.process_time()
    in_sitemap(text)
    media_in_sitemap(text)
    quick(3, began)


def test_a_packed_sitemap_is_read_and_a_bomb_is_cut() -> None:
    text = "<urlset><url><loc>http://a.example/a</loc></url></urlset>"
    assert sitemap_text(gzip.compress(text.encode())) == (text, True)
    read, is_all = sitemap_text(gzip.compress(b" " * (60 << 20)))
    assert (len(read), is_all) == (20 << 20, False)
    assert sitemap_text(b"\x1f\x8b broken") == ("", False)


def test_media_of_a_sitemap_are_told_with_their_pages() -> None:
    text = (
        "<urlset><url><loc>http://a.example/new</loc><image:image><image:loc>http://a.example/i/great-hall.jpg</image:loc>"
        "</image:image><video:video><video:content_loc><![CDATA[http://a.example/v/tour.mp4]]></video:content_loc></video:video>"
        "</url></urlset>"
    )
    assert media_in_sitemap(text) == [
        ("http://a.example/i/great-hall.jpg", "http://a.example/new"),
        ("http://a.example/v/tour.mp4", "http://a.example/new"),
    ]


PICTURE = "delegation-in-the-great-hall-2026.jpg"


def with_picture(watch: Watch) -> None:
    """The watched page has a picture of its own."""
    watch.site.answers[watch.path] = (
        200,
        article("story-number-1.html", picture=PICTURE, menu=watch.site.menu()),
        "",
    )
    watch.clock.run(60)
    watch.keep(watch.path)


def test_a_page_under_another_title_is_found_by_its_picture_on_a_list(watch: Watch) -> None:
    """Reworded, renamed and moved: the front page shows its picture, which leads to where it is now."""
    with_picture(watch)
    assert watch.look().verdict == "live"
    del watch.site.answers[watch.path]
    watch.site.answers["/press/2026-17"] = (200, article("wholly other words", picture=PICTURE), "")
    front = watch.site.root().replace(b">Story 2026-17<", f"><img src='/thumbs/{PICTURE}'><".encode())
    watch.site.answers |= {"/": (200, front, ""), "/news/": (200, front, "")}
    check = watch.look(hours=1)
    assert (check.verdict, check.search.found) == ("moved", (f"{watch.served.url}/press/2026-17",))


def test_a_page_whose_picture_is_still_shown_is_not_removed_from_the_site(watch: Watch) -> None:
    """The page is gone, its picture hangs on the front page: that is said, and no removal is supported."""
    with_picture(watch)
    watch.look()
    del watch.site.answers[watch.path]
    front = watch.site.root().replace(b"<ul>", f"<img src='/pictures/{PICTURE}'><ul>".encode())
    watch.site.answers |= {"/": (200, front, ""), "/news/": (200, front, "")}
    watch.site.answers[f"/pictures/{PICTURE}"] = (200, b"\xff\xd8\xff\xe0 a picture", "")
    for _ in range(3):
        assert watch.look(hours=40).verdict == "gone"
    found = only(find(watch.case))
    assert found.state == "candidate"
    assert any(PICTURE in lack for lack in found.lacks)


def test_a_logo_that_every_page_shows_does_not_find_a_page(watch: Watch) -> None:
    """All pages of the site show one picture of a long name; the page that is missing is not at any of them."""
    for name in watch.site.names:
        watch.site.answers[f"/news/{name}"] = (
            200,
            article(name, picture=PICTURE, menu=watch.site.menu()),
            "",
        )
    watch.keep(watch.path)
    watch.look()
    del watch.site.answers[watch.path]
    front = watch.site.root().replace(b">Story", f"><img src='/pictures/{PICTURE}'>Story".encode())
    watch.site.answers |= {"/": (200, front, ""), "/news/": (200, front, "")}
    check = watch.look(hours=1)
    assert (check.verdict, check.search.found) == ("gone", ())


def test_while_most_of_the_site_is_missing_nobody_says_removed(watch: Watch) -> None:
    """A purge, confirmed by a person, has the weakest words: a broken site looks the same."""
    watch.site.sitemap = True
    for name in watch.site.names:
        del watch.site.answers[f"/news/{name}"]
    for vantage in ("here", "there", "here"):
        watch.look(hours=40, vantage=vantage)
    found = only(find(watch.case))
    assert (found.kind, found.state) == ("purge", "supported")
    confirmed = confirm(watch.case, found.id, "I looked")
    assert (confirmed.state, confirmed.wording) == ("confirmed", OF_MANY)
    assert "removed" not in confirmed.wording
    assert LADDER[0].rstrip("es") in OF_MANY


def capture(watch: Watch, outcome: str, url: str = "") -> str:
    """A capture in custody, which turned out to be this."""
    case, content = watch.case, f"archive of {outcome}".encode()
    [taken] = case.exhibits.admit(
        [
            Taking(
                sha256=case.blobs.keep(content), bytes=len(content), name="page.wacz", kind="capture",
                media_type="application/wacz", source_url=url or watch.url, obtained="2026-02-28T10:00:00Z",
            )
        ],
        "evidence capture",
    )  # fmt: skip
    case.log.append([Event("captured", taken.exhibit.sha256, taken.exhibit.id, note=outcome)])  # type: ignore[union-attr]
    return taken.exhibit.id  # type: ignore[union-attr, no-any-return]


@pytest.mark.parametrize(
    "outcome", ["http_error", "soft_404", "blocked", "partial", "consent_wall", "failed"]
)
def test_a_failed_capture_is_no_baseline(watch: Watch, outcome: str) -> None:
    """Of an address of which nothing else was kept, no removal can be supported by it."""
    url = watch.url.replace("number-1", "number-5")
    failed = capture(watch, outcome, url)
    assert url not in pages_by_url(watch.case)
    whole = capture(watch, "complete", url)
    assert [e.id for e in pages_by_url(watch.case)[url]] == [whole]
    assert failed not in {e.id for found in pages_by_url(watch.case).values() for e in found}


def test_a_removal_does_not_stand_on_a_failed_capture(watch: Watch) -> None:
    url = watch.url.replace("number-1", "number-5")
    capture(watch, "http_error", url)
    watch.look(url)
    del watch.site.answers["/news/story-number-5.html"]
    for _ in range(3):
        watch.look(url, hours=40)
    found = only([f for f in find(watch.case) if f.subject == url])
    assert found.state == "candidate"
    assert "no exhibit has this address" in " ".join(found.lacks)


def test_checks_of_a_restricted_capture_are_for_its_readers(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else sees its address among checks and findings, nor asks for it with --all."""
    url = watch.url.replace("number-1", "number-5")
    secret = capture(watch, "complete", url)
    watch.look(url)
    del watch.site.answers["/news/story-number-5.html"]
    watch.look(url, hours=1)
    restrict_exhibit(watch.case, secret, "source", [watch.case.db.who], lift=False)
    assert url in {f.subject for f in find(watch.case)}
    monkeypatch.setenv("SITELINE_WHO", "E. Else")
    with opened(watch.case.folder) as work:
        assert url not in {f.subject for f in find(work)}

        class Nothing:
            def look(self, there: str) -> Look:
                return html(there, b"nothing", 404)

        made = check_pages(work, (), Nothing(), every=True)  # type: ignore[arg-type]
    assert made
    assert url not in {check.url for check in made}
