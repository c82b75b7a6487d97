"""What one check of one address says; one pure function. Blocked is never gone, and words alone decide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from siteline.evidence.watch.fingerprint import ALIKE, Fingerprint, are_alike, fingerprint, similarity
from siteline.model.look import Look

VERDICTS = ("live", "changed", "moved", "blocked", "soft_404", "gone", "site_down", "error")
MISSING = frozenset({"gone", "soft_404"})
THERE = frozenset({"live", "changed", "moved"})

_REFUSED = {
    401: "wants a login",
    402: "wants a payment",
    403: "is forbidden from here",
    407: "wants a login at a proxy",
    429: "was asked too often",
    451: "is withheld for legal reasons from here",
}
_ENOUGH_MISSING = 3
"""So many other missing addresses that look the same make a soft 404."""

_FRONT = frozenset(
    {"", "index", "index.html", "index.htm", "index.php", "home", "main", "404", "404.html", "error"}
)


@dataclass(frozen=True, slots=True)
class Around:
    """What the site answers elsewhere, in the same round."""

    root: Fingerprint | None = None
    """Of its root's answer; None if that did not answer with a page."""

    root_answers: bool | None = None
    """Whether the root gave 2xx; None if it was not asked."""

    random_sibling: Fingerprint | None = None
    """Of what it says at an address that never was."""

    missing: Sequence[Fingerprint] = ()
    """Of other addresses of the site that are missing."""

    walls: Sequence[Fingerprint] = ()
    """Of interstitials that this site has shown before."""


@dataclass(frozen=True, slots=True)
class Said:
    """The verdict of one check."""

    verdict: str
    reasons: tuple[str, ...]
    """Why, in words."""

    fingerprint: Fingerprint | None = None
    """Of what came; None if nothing did."""

    likeness: float | None = None
    """To the baseline; None if there is nothing to compare."""


def judge_look(baseline: Fingerprint | None, look: Look, around: Around = Around()) -> Said:
    """One of VERDICTS. baseline: of what was there; None if that was never kept, or is no page where a page came."""
    if look.failure and not (look.failure == "broken" and look.body and look.status and look.status < 300):
        return _unanswered(look, around)
    status = look.status or 0
    came = fingerprint(look.body, look.final_url, look.headers.get("content-type", "")) if look.body else None
    comparable = baseline if came and baseline and _compare(baseline, came) else None
    alike = similarity(comparable, came) if comparable and came else None
    wall = _wall(baseline, came, look, around, alike)
    if status in _REFUSED:
        return Said("blocked", (f"{status}: it {_REFUSED[status]}",), came, alike)
    if wall and (alike is None or alike < ALIKE):
        return Said("blocked", (wall,), came, alike)
    if status in (404, 410):
        if alike is not None and alike >= ALIKE:
            return Said("live", (f"it says {status}, but what was there is there",), came, alike)
        return Said("gone", (f"it says {status}",), came, alike)
    if status >= 500:
        down = around.root_answers is False
        said = f"it says {status}" + (", and so does not the root answer" if down else "")
        return Said("site_down" if down else "error", (said,), came, alike)
    if not 200 <= status < 300:
        return Said("error", (f"it says {status or 'nothing'}",), came, alike)
    if came is None:
        return Said("error", ("the answer is empty",))
    return _of_content(comparable, came, look, around, alike)


def _unanswered(look: Look, around: Around) -> Said:
    if look.failure in ("forbidden", "loop"):
        return Said("error", (look.said,))
    if look.failure == "no-host" or around.root_answers is False:
        return Said("site_down", (look.said, "its root does not answer either"))
    return Said("error", (look.said,))


def _compare(baseline: Fingerprint, came: Fingerprint) -> bool:
    """Whether the two can be held against each other: two pages, or two files."""
    return baseline.is_page == came.is_page or baseline.sha256 == came.sha256


def _wall(
    baseline: Fingerprint | None, came: Fingerprint | None, look: Look, around: Around, alike: float | None
) -> str:
    """Why an answer is an interstitial; "" if it is none that we know."""
    if look.headers.get("cf-mitigated", "").lower() == "challenge":
        return "its server says that it is a challenge"
    if came is None or not came.is_page:
        return ""
    if any(are_alike(came, wall) for wall in around.walls):
        return "it is the page by which this site has barred the way before"
    root = around.root
    usual = set(baseline.marks if baseline else ())
    if root is not None and not are_alike(root, came):
        usual |= set(root.marks)
    marks = [mark for mark in came.marks if mark not in usual]
    if marks and came.words < 400:
        return f"it bears the marks of an interstitial: {', '.join(marks)}"
    is_front = _path(look.url) in ("", "/") or _path(look.final_url) in ("", "/")
    if (
        root is not None
        and not is_front
        and are_alike(root, came)
        and around.random_sibling is not None
        and are_alike(root, around.random_sibling)
        and (alike is None or alike < ALIKE)
    ):
        return "the site gives this page for every address, its root too"
    return ""


def _of_content(
    baseline: Fingerprint | None, came: Fingerprint, look: Look, around: Around, alike: float | None
) -> Said:
    """A good status: is it what was there?"""
    elsewhere = bool(look.chain) and not same_address(look.url, look.final_url)
    if baseline is not None and alike is not None and alike >= ALIKE:
        if elsewhere:
            return Said("moved", (f"what was there is now at {look.final_url}",), came, alike)
        return _same(baseline, came, alike)
    if came.is_shell:
        return Said("error", ("only scripts came: it cannot be read without a browser",), came, alike)
    if elsewhere and is_front_or_section(look.url, look.final_url):
        return Said("soft_404", (f"it leads to the root or section: {look.final_url}",), came, alike)
    if why := _like_missing(baseline, came, around):
        return Said("soft_404", (why,), came, alike)
    if elsewhere:
        if baseline is None or (baseline.title and baseline.title == came.title):
            return Said("moved", (f"it leads to {look.final_url}",), came, alike)
        return Said("changed", (f"it leads to {look.final_url}, where something else is",), came, alike)
    if baseline is None:
        return Said("live", ("it answers; there is nothing of its kind to compare it with",), came, None)
    if look.is_truncated and (look.failure or not came.is_page):
        return Said("error", ("only part of it came, so it cannot be compared",), came, None)
    words = f"its main text is {alike or 0:.0%} like the baseline" if came.is_page else "its bytes are others"
    return Said("changed", (words, *_media_said(baseline, came)), came, alike)


def _same(baseline: Fingerprint, came: Fingerprint, alike: float) -> Said:
    if baseline.sha256 == came.sha256:
        return Said("live", ("the same bytes",), came, 1.0)
    media = _media_said(baseline, came)
    if media:
        return Said("changed", media, came, alike)
    titled = () if baseline.title == came.title else (f"its title is now {came.title[:200]!r}",)
    return Said("live", ("the same text and media; other bytes", *titled), came, alike)


def _media_said(baseline: Fingerprint, came: Fingerprint) -> tuple[str, ...]:
    lost, new = sorted(set(baseline.media) - set(came.media)), sorted(set(came.media) - set(baseline.media))
    return tuple(
        f"media {verb}: {', '.join(names[:5])}" for verb, names in (("gone", lost), ("new", new)) if names
    )


def _like_missing(baseline: Fingerprint | None, came: Fingerprint, around: Around) -> str:
    """Why it is what this site says of missing pages; a baseline that looks like that proves nothing."""

    def tells(other: Fingerprint) -> bool:
        return are_alike(came, other) and not (baseline is not None and are_alike(baseline, other))

    sibling = around.random_sibling
    if sibling is not None and tells(sibling):
        return f"it is {similarity(came, sibling):.0%} like what the site says at an address that never was"
    count = sum(map(tells, around.missing))
    if count >= _ENOUGH_MISSING:
        return f"it is the same page as at {count} other missing addresses"
    return ""


def same_address(one: str, other: str) -> bool:
    """Whether two addresses differ only in scheme, www., a final slash or an index."""
    return _plain(one) == _plain(other)


def is_front_or_section(asked: str, final: str) -> bool:
    """Whether an address is the root or a section of the site of another."""
    (host, path), (other_host, other_path) = _place(asked), _place(final)
    if host != other_host:
        return False
    parts, others = _parts(path), _parts(other_path)
    if not others or (len(others) == 1 and others[0].lower() in _FRONT):
        return bool(parts)
    if others[-1].lower() in _FRONT:
        others = others[:-1]
    return len(others) < len(parts) and parts[: len(others)] == others


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _path(url: str) -> str:
    return _place(url)[1]


def _place(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
        return (parts.hostname or "").removeprefix("www.") + port, parts.path
    except ValueError:
        return "", url


def _plain(url: str) -> tuple[str, str, str]:
    host, path = _place(url)
    try:
        query = urlsplit(url).query
    except ValueError:
        query = ""
    parts = _parts(path)
    if parts and parts[-1].lower() in ("index.html", "index.htm", "index.php"):
        parts = parts[:-1]
    return host, "/".join(parts), query
