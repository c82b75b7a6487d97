"""A local site lives through everything; each check says the right thing, and only a removal is called one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siteline.evidence.watch.series import Finding
from siteline.model.errors import BadInput, NotFound
from siteline.workbench.evidence.exhibits import restrict_exhibit
from siteline.workbench.evidence.handover import export_bundle
from siteline.workbench.evidence.removals import confirm, find, find_on_list, tell_findings
from siteline.workbench.evidence.verifying import check_bundle, check_custody_of_all
from tests.evidence.custody.material import behind_the_triggers
from tests.evidence.watch.watched_site import Watch, article, prose, watching
from tests.servers import serving


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with watching(tmp_path) as made:
        yield made


def only(found: list[Finding]) -> Finding:
    [one] = found
    return one


def put(watch: Watch, status: int, body: bytes = b"", location: str = "") -> None:
    watch.site.answers[watch.path] = (status, body, location)


def test_a_page_that_is_as_it_was_is_live(watch: Watch) -> None:
    check = watch.look()
    assert (check.verdict, check.reasons) == ("live", ("the same bytes",))
    assert check.control.is_sound
    assert find(watch.case) == []


def test_a_date_after_every_headline_is_cosmetic(watch: Watch) -> None:
    name = watch.site.names[0]
    put(watch, 200, article(name, date=" [2026.03.01]", menu="a new menu"))
    assert watch.look().verdict == "live"


def test_another_text_or_another_picture_is_a_change(watch: Watch) -> None:
    name = watch.site.names[0]
    put(watch, 200, article(name, text=prose(name, 60) + " " + prose("the new version", 100)))
    assert watch.look().verdict == "changed"
    put(watch, 200, article(name, picture="another.jpg"))
    check = watch.look(hours=1)
    assert check.verdict == "changed"
    assert "media gone: hall.jpg" in check.reasons


@pytest.mark.parametrize("status", [401, 403, 429, 451])
def test_who_is_not_let_in_says_blocked(watch: Watch, status: int) -> None:
    put(watch, status, b"<p>no longer available</p>")
    assert watch.look().verdict == "blocked"


@pytest.mark.parametrize("status", [200, 404, 503])
@pytest.mark.parametrize(
    "wall",
    [
        "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate'></script><h1>One moment</h1>",
        "<div id='cookie-consent'><form action='/consent'><button>I agree</button></form></div>",
        "<form><input type='password' name='p'></form>",
    ],
)
def test_a_wall_is_blocked_and_never_gone_whatever_its_status(watch: Watch, wall: str, status: int) -> None:
    put(watch, status, f"<html><body>{wall} this page was not found</body></html>".encode())
    assert watch.look().verdict == "blocked"


def test_a_banner_that_the_page_always_had_is_no_wall(watch: Watch) -> None:
    body = article(watch.site.names[0], text=prose("another text entirely"))
    put(watch, 200, body.replace(b"<main>", b"<div id='cookie-consent'>We use cookies</div><main>"))
    watch.site.answers["/"] = (
        200,
        watch.site.root().replace(b"<main>", b"<div id='cookie-consent'></div><main>"),
        "",
    )
    assert watch.look().verdict == "changed"


def test_a_page_given_for_every_address_and_for_the_root_is_a_wall(watch: Watch) -> None:
    barred = f"<html><body><p>{prose('please wait', 50)}</p></body></html>".encode()
    watch.site.answers = dict.fromkeys([*watch.site.answers, "/", "/news/"], (200, barred, ""))
    watch.site.missing = (200, barred)
    assert watch.look().verdict == "blocked"


def test_a_soft_404_is_told_by_an_address_that_never_was(watch: Watch) -> None:
    sorry = f"<html><title>News</title><body><p>{prose('sorry', 60)}</p></body></html>".encode()
    watch.site.missing = (200, sorry)
    put(watch, 200, sorry)
    check = watch.look()
    assert check.verdict == "soft_404"
    assert "never was" in check.reasons[0]


def test_a_redirect_to_the_root_or_the_section_is_a_soft_404(watch: Watch) -> None:
    for there in ("/", "/news/"):
        put(watch, 302, b"", there)
        assert watch.look(hours=1).verdict == "soft_404"


def test_words_alone_decide_nothing(watch: Watch) -> None:
    name = watch.site.names[0]
    put(watch, 200, article(name, text=prose(name) + " This video is no longer available."))
    check = watch.look()
    assert check.verdict == "live"
    assert any("a person should look" in reason for reason in check.reasons)


def test_a_page_that_leads_to_itself_elsewhere_has_moved(watch: Watch) -> None:
    watch.site.answers["/archive/2026/first.html"] = watch.site.answers[watch.path]
    put(watch, 301, b"", "/archive/2026/first.html")
    assert watch.look().verdict == "moved"


def test_a_page_that_is_found_under_its_title_has_moved(watch: Watch) -> None:
    watch.site.answers["/archive/story-number-1.html"] = watch.site.answers.pop(watch.path)
    check = watch.look()
    assert check.verdict == "moved"
    assert check.search.found[0].endswith("/archive/story-number-1.html")


def test_hangs_loops_and_forbidden_places_are_errors_and_nothing_leaves_the_allowed_hosts(
    watch: Watch,
) -> None:
    with serving({"*": lambda reply: reply.send(200, b"secret")}) as inner:
        for location in (
            watch.path,
            f"{inner.url}/admin",
            "http://169.254.169.254/latest/meta-data/",
            "http://2130706433/",
            "http://[::ffff:127.0.0.1]/",
            "file:///etc/passwd",
            "http://[",
        ):
            put(watch, 302, b"", location)
            check = watch.look(hours=1)
            assert (check.verdict, check.failure) in {("error", "loop"), ("error", "forbidden")}, location
        assert inner.asked == []
    watch.site.hangs = {watch.path}
    check = watch.look(hours=1)
    assert (check.verdict, check.failure) == ("error", "timeout")
    watch.site.hangs = {"*"}
    assert watch.look(hours=1).verdict == "site_down"
    assert {asked.headers["host"] for asked in watch.served.asked} == {f"127.0.0.1:{watch.served.port}"}


def test_a_private_address_is_refused_unless_it_was_named(watch: Watch) -> None:
    from siteline.workbench.evidence.watching import check_pages, open_watch_web

    before = len(watch.served.asked)
    with open_watch_web() as web:
        [check] = check_pages(watch.case, [watch.url], web)
    assert (check.verdict, check.failure) == ("error", "forbidden")
    assert len(watch.served.asked) == before
    with open_watch_web([f"127.0.0.1:{watch.served.port}"]) as web:
        assert check_pages(watch.case, [watch.url], web)[0].verdict == "live"


def test_removed_needs_three_checks_over_72_hours_a_sound_site_a_search_and_a_person(
    watch: Watch, tmp_path: Path
) -> None:
    watch.look()
    was_there = watch.now
    del watch.site.answers[watch.path]
    assert watch.look(hours=24).verdict == "gone"
    first_missed = watch.now
    found = only(find(watch.case))
    assert (found.kind, found.state, found.wording) == (
        "removed",
        "candidate",
        "not found at the original address",
    )
    assert any("3 over 72 h are needed" in lack for lack in found.lacks)
    with pytest.raises(BadInput, match="3 over 72 h"):
        confirm(watch.case, found.id, "I looked")
    watch.look(hours=36, vantage="another town")
    assert only(find(watch.case)).state == "candidate"
    watch.look(hours=36)
    found = only(find(watch.case))
    assert (found.state, found.lacks) == ("supported", ("no person has confirmed it",))
    assert found.wording == "not found at the original address"
    assert (found.available_at, found.missing_at) == (was_there, first_missed)
    assert len(found.checks) == 4  # the one that saw it, too
    confirmed = confirm(watch.case, found.id, "seen in a browser, and asked the publisher")
    assert (confirmed.state, confirmed.wording) == ("confirmed", "removed from that address")
    told = tell_findings(watch.case, find(watch.case))[0]
    assert told["confirmed"]["why"] == "seen in a browser, and asked the publisher"
    assert not check_custody_of_all(watch.case).findings
    handed = export_bundle(watch.case, tmp_path / "bundle", (), with_restricted=False, to_whom="")
    assert not check_bundle(handed.path).findings


def test_with_the_sitemap_searched_from_two_vantages_it_is_removed_from_the_site(watch: Watch) -> None:
    watch.site.sitemap = True
    del watch.site.answers[watch.path]
    for vantage in ("here", "there", "here"):
        watch.look(hours=40, vantage=vantage)
    assert confirm(watch.case, only(find(watch.case)).id, "looked").wording == "removed from the site"


def test_a_page_that_goes_with_its_own_film_is_removed_and_no_purge(watch: Watch) -> None:
    """What a capture took with a page is no sibling of it: both may go, and the rest of the site is judged by itself."""
    film, still = "/pictures/hall-from-within.mp4", "/pictures/still-of-the-film.jpg"
    shown = f"<video src='{film}'></video><img src='{still}'></main>".encode()
    watch.site.answers |= {
        watch.path: (200, watch.site.answers[watch.path][1].replace(b"</main>", shown), ""),
        film: (200, b"\x00\x00\x00\x18ftypmp42" + b"film" * 900, ""),
        still: (200, b"\xff\xd8\xff\xe0" + b"still" * 900, ""),
    }
    watch.clock.run(60)
    for path in (watch.path, film, still):
        watch.keep(path)
    watch.look_all()
    for path in (watch.path, film, still):
        del watch.site.answers[path]
    for _ in range(3):
        watch.look_all(hours=40)
    found = find(watch.case)
    assert len(found) == 3
    assert {(f.kind, f.state) for f in found} == {("removed", "supported")}


def test_what_comes_back_closes_its_finding(watch: Watch) -> None:
    page = watch.site.answers.pop(watch.path)
    for _ in range(3):
        watch.look(hours=40)
    confirm(watch.case, only(find(watch.case)).id, "looked")
    watch.site.answers[watch.path] = page
    assert watch.look(hours=1).verdict == "live"
    found = only(find(watch.case))
    assert (found.state, found.back_at) == ("closed", watch.now)
    assert "closed" in watch.case.checks.noted()[found.id]


def test_a_page_seen_live_in_between_begins_the_count_anew(watch: Watch) -> None:
    page = watch.site.answers.pop(watch.path)
    watch.look(hours=40)
    watch.look(hours=40)
    watch.site.answers[watch.path] = page
    watch.look(hours=1)
    del watch.site.answers[watch.path]
    watch.look(hours=40)
    assert sorted(f.state for f in find(watch.case)) == ["candidate", "closed"]


def test_blocked_checks_never_make_a_removal(watch: Watch) -> None:
    put(watch, 403)
    for _ in range(5):
        watch.look(hours=40)
    assert find(watch.case) == []


def test_a_baseline_that_does_not_verify_supports_nothing(watch: Watch) -> None:
    del watch.site.answers[watch.path]
    for _ in range(3):
        watch.look(hours=40)
    assert only(find(watch.case)).state == "supported"
    blob = watch.case.blobs.path(watch.case.exhibits.after(0)[0][1].sha256)
    blob.chmod(0o600)
    blob.write_bytes(b"something else")
    found = only(find(watch.case))
    assert found.state == "candidate"
    assert "does not verify now" in found.lacks[0]


def test_a_mass_move_is_a_migration_and_no_purge(watch: Watch) -> None:
    watch.look()
    moved = [path for path in watch.site.answers if path != watch.path]
    for path in moved:
        watch.site.answers[path.replace("/news/", "/archive/2026/")] = watch.site.answers.pop(path)
    del watch.site.answers[watch.path]
    for _ in range(3):
        assert watch.look(hours=40).verdict == "gone"
    found = only([f for f in find(watch.case) if f.state != "closed"])
    assert found.kind == "site_migrated"
    assert f"{watch.served.url}{moved[0]}" in {old for old, _ in found.proposals}
    assert "removed" not in found.wording


def test_a_site_whose_old_addresses_lead_to_the_new_ones_has_migrated(watch: Watch) -> None:
    watch.look()
    for path, answer in list(watch.site.answers.items()):
        there = path.replace("/news/", "/en/list/")
        watch.site.answers |= {there: answer, path: (301, b"", there)}
    assert watch.look(hours=40).verdict == "moved"
    found = only(find(watch.case))
    assert (found.kind, found.subject) == ("site_migrated", watch.served.url)
    assert len(found.proposals) == len(watch.site.names)


def test_pages_that_vanish_together_while_the_site_stands_are_a_purge(watch: Watch) -> None:
    for name in watch.site.names[1:3]:
        watch.keep(f"/news/{name}")
    for name in watch.site.names:
        del watch.site.answers[f"/news/{name}"]
    for _ in range(3):
        assert set(watch.look_all(hours=40).values()) == {"gone"}
    found = only(find(watch.case))
    assert (found.kind, found.state, len(found.members)) == ("purge", "supported", 3)


def test_a_site_that_is_down_has_removed_nothing(watch: Watch) -> None:
    watch.look()
    watch.site.hangs = {"*"}
    for _ in range(3):
        assert watch.look(hours=40).verdict == "site_down"
    assert only(find(watch.case)).kind == "site_down"


def test_a_page_that_left_the_lists_and_is_there_is_dropped_from_the_list(watch: Watch) -> None:
    watch.look()
    links = watch.site.root().replace(watch.path.encode(), b"/news/story-number-2.html")
    watch.site.answers |= {"/": (200, links, ""), "/news/": (200, links, "")}
    assert watch.look(hours=1).verdict == "live"
    assert only(find(watch.case)).kind == "dropped_from_list"


def test_what_left_a_watched_section_is_told_from_a_move_of_all(watch: Watch) -> None:
    section = f"{watch.served.url}/news/"
    with pytest.raises(NotFound, match="two are needed"):
        find_on_list(watch.case, section)
    watch.look(section)
    del watch.site.answers[watch.path]
    watch.look(section, hours=24)
    left = only(find_on_list(watch.case, section))
    assert (left.kind, left.subject) == ("dropped_from_list", f"Story {watch.site.names[0]}")
    for path in list(watch.site.answers):
        watch.site.answers[path.replace("/news/", "/en/list/")] = watch.site.answers.pop(path)
    watch.look(section, hours=24)
    assert [f.kind for f in find_on_list(watch.case, section)] == ["dropped_from_list", "site_migrated"]


def test_an_address_without_an_exhibit_is_held_against_its_first_check(watch: Watch) -> None:
    other = watch.url.replace("number-1", "number-5")
    assert watch.look(other).verdict == "live"
    watch.site.answers["/news/story-number-5.html"] = (200, article("something else"), "")
    assert watch.look(other, hours=1).verdict == "changed"


def test_a_confidential_address_is_in_nobody_elses_check(watch: Watch) -> None:
    path = f"/news/{watch.site.names[1]}"
    watch.keep(path)
    [_, secret] = [exhibit for _, exhibit in watch.case.exhibits.after(0)]
    restrict_exhibit(watch.case, secret.id, "a source", [watch.case.db.who], lift=False)
    check = watch.look(watch.url.replace("number-1", "number-5"))
    assert watch.url in check.control.siblings
    assert f"{watch.served.url}{path}" not in check.control.siblings


def test_one_look_at_a_dead_site_supports_nothing(watch: Watch) -> None:
    watch.site.hangs = {"*"}
    watch.look()
    assert only(find(watch.case)).state == "candidate"


def test_a_confirmed_finding_whose_baseline_breaks_is_withdrawn_and_that_is_said(watch: Watch) -> None:
    del watch.site.answers[watch.path]
    for _ in range(3):
        watch.look(hours=40)
    found = confirm(watch.case, only(find(watch.case)).id, "looked")
    blob = watch.case.blobs.path(watch.case.exhibits.after(0)[0][1].sha256)
    blob.chmod(0o600)
    blob.write_bytes(b"something else")
    watch.look(hours=1)
    assert "withdrawn" in watch.case.checks.noted()[found.id]


def test_what_is_no_address_and_what_names_none_is_refused(watch: Watch) -> None:
    for said in ("ftp://a.example/x", "http://a:b@c.example/", "http://a b/"):
        with pytest.raises(BadInput):
            watch.look(said)
    with pytest.raises(NotFound):
        watch.look("01ARZ3NDEKTSV4RRFFQ69G5FAV")


def test_an_edited_or_deleted_check_is_named_by_verify(watch: Watch) -> None:
    watch.look()
    watch.look(hours=1)
    with behind_the_triggers(watch.case.folder) as raw:
        raw.execute(
            "UPDATE page_check SET noun = replace(noun, '\"live\"', '\"gone\"'), verdict = 'gone' WHERE seq = 1"
        )
        raw.execute("DELETE FROM page_check WHERE seq = 2")
    said = [f["problem"] for f in check_custody_of_all(watch.case).findings]
    assert any("altered" in problem for problem in said)
    assert any("a checked is gone" in problem or "gone, but the log" in problem for problem in said)
