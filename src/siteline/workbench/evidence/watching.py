"""Watched pages are checked: each address once a round, each check on record before the next begins."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ulid import ULID

from siteline.evidence.watch.fingerprint import Fingerprint, fingerprint
from siteline.evidence.watch.page import LARGEST, read_page
from siteline.evidence.watch.series import Check, tell_check
from siteline.evidence.watch.verdict import THERE
from siteline.model.errors import BadInput, NotFound
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.evidence.marks import outcomes
from siteline.workbench.evidence.removals import note_findings
from siteline.workbench.evidence.rounds import Kept, Round, Seen, before_of
from siteline.workbench.evidence.watched import is_http, pages_by_url, start_of_blob, visible_checks

if TYPE_CHECKING:
    from siteline.catalog.remote.web import Web

METHOD = "siteline http client, no scripts run"
_BODY, _SECONDS, _IDLE, _REDIRECTS = 32 << 20, 60.0, 20.0, 10


def open_watch_web(allowed: Iterable[str] = ()) -> Web:
    """The client for checks; only `allowed` (HOST:PORT) may lie on a private network."""
    from siteline.catalog.remote.web import Limits, Web

    return Web(allowed, Limits(_BODY, _SECONDS, _IDLE, _REDIRECTS, tries=1))


def check_pages(
    case: Case,
    targets: Sequence[str],
    web: Web,
    *,
    every: bool = False,
    vantage: str = "",
    tell: Callable[[dict[str, Any]], None] = lambda _: None,
    warn: Callable[[Remark], None] = lambda _: None,
) -> list[Check]:
    """
    Check addresses once; each check is on record before the next begins, with its answer among the blobs.

    tell: hears of each check. warn: hears of each finding that is raised, closed or withdrawn by these.
    """
    earlier = visible_checks(case)
    urls = _targets(case, targets, earlier, every)
    exhibits = pages_by_url(case)
    restricted = case.exhibits.restrictions()
    watched = {
        url: replace(
            _kept(case, url, exhibits.get(url, ()), earlier),
            is_open=not any(e.id in restricted for e in exhibits.get(url, ())),
        )
        for url in dict.fromkeys([*urls, *exhibits])
    }
    before = before_of([(c.url, c.verdict, c.fingerprint) for c in earlier])
    clock, made = case.log.clock, list[Check]()
    this_round = Round(web.look, watched.values(), before)
    for url in urls:
        began = clock.now()
        seen = this_round.see(watched[url])
        check = _check(case, watched[url], seen, began, clock.now(), vantage)
        case.checks.file([check])
        made.append(check)
        tell(tell_check(check))
    for remark in note_findings(case):
        warn(remark)
    return made


def tell_checks(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Checks for other programs."""
    return [tell_check(check) for check in checks]


def _targets(case: Case, targets: Sequence[str], earlier: Sequence[Check], every: bool) -> list[str]:
    if bool(targets) == every:
        raise BadInput(
            "name addresses or exhibits, or give --all", "One of the two: siteline evidence check --all"
        )
    if every:
        urls = list(dict.fromkeys([*pages_by_url(case), *(check.url for check in earlier)]))
        if not urls:
            raise NotFound(
                "nothing to watch: no exhibit says where it was found",
                "Add one with its address: siteline evidence add FILE --source-url URL",
            )
        return urls
    return list(dict.fromkeys(_target(case, said.strip()) for said in targets))


def _target(case: Case, said: str) -> str:
    if "://" not in said:
        exhibit = case.exhibits.get(said)
        if not is_http(exhibit.source_url):
            raise BadInput(
                f"exhibit {exhibit.id} does not say at which http address it was found",
                "Name the address itself, or add it with --source-url.",
            )
        return exhibit.source_url
    try:
        parts = urlsplit(said)
        is_plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        is_plain = False
    if not is_plain or len(said) > 4000 or any(c <= " " or c == "\x7f" for c in said):
        raise BadInput(
            f"no address that can be watched: {said[:100]!r}",
            "Write it as https://host/path, without a password.",
        )
    return said


def _kept(case: Case, url: str, exhibits: Sequence[Exhibit], earlier: Sequence[Check]) -> Kept:
    """What is known of an address from before: its newest exhibit that is a page, else the first check that saw it."""
    newest_first = sorted(exhibits, key=lambda e: (e.obtained or e.added_at, e.added_at), reverse=True)
    file: Exhibit | None = None
    captures = outcomes(case)
    for exhibit in newest_first:
        if exhibit.id in captures:  # an archive of a page is no page: the first check says how it was served
            continue
        body = start_of_blob(case, exhibit.sha256, LARGEST)
        if body is None:
            continue
        print_ = fingerprint(body, url, exhibit.media_type)
        if print_.is_page:
            page = read_page(body, url, exhibit.media_type)
            return Kept(
                url, exhibit.id, exhibit.title or page.title, _whole(print_, exhibit), links=page.links
            )
        file = file or exhibit
    first = next((c for c in earlier if c.url == url and c.verdict in THERE and c.body_sha256), None)
    body = start_of_blob(case, first.body_sha256, LARGEST) if first else None
    page_print = first.fingerprint if first and first.fingerprint and first.fingerprint.is_page else None
    links = read_page(body, first.final_url).links if body and first and page_print else ()
    if file is None:
        own = None if page_print else first.fingerprint if first else None
        return Kept(url, "", page_print.title if page_print else "", page_print, own, links)
    sha256 = file.sha256

    def start_of(count: int) -> str:
        return hashlib.sha256(start_of_blob(case, sha256, count) or b"").hexdigest()

    own = Fingerprint(sha256, False)
    return Kept(url, file.id, file.title, page_print, own, links, start_of=start_of)


def _whole(print_: Fingerprint, exhibit: Exhibit) -> Fingerprint:
    """The print of a page's beginning under the digest of all of it."""
    return replace(print_, sha256=exhibit.sha256)


def _check(case: Case, kept: Kept, seen: Seen, began: datetime, ended: datetime, vantage: str) -> Check:
    look, said = seen.look, seen.said
    body = ""
    if look.body:
        body = case.blobs.keep(look.body)
        note_bytes(case, [(body, "an answer that a check got")], "evidence check")
    words = [*said.reasons, *(["only its beginning came"] if look.is_truncated else [])]
    if said.fingerprint and said.fingerprint.suspicions and said.verdict not in ("gone", "blocked"):
        words.append(f"a person should look: it says {', '.join(map(repr, said.fingerprint.suspicions))}")
    return Check(
        str(ULID()),
        kept.url,
        kept.exhibit_id,
        began,
        ended,
        vantage or case.settings.vantage(),
        said.verdict,
        tuple(words),
        METHOD,
        tuple((hop.status, hop.location) for hop in look.chain),
        look.final_url,
        look.status,
        look.failure,
        body,
        said.likeness,
        said.fingerprint,
        seen.control,
        seen.search,
        seen.listed_on,
    )
