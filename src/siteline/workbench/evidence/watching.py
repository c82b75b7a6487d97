"""Watched pages: checked, found missing or not, and confirmed by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ulid import ULID

from siteline.evidence.watch.fingerprint import Fingerprint, fingerprint
from siteline.evidence.watch.lists import ListLook, judge_lists
from siteline.evidence.watch.page import LARGEST, read_page
from siteline.evidence.watch.removal import find_all
from siteline.evidence.watch.series import Baseline, Check, Finding, tell_check, tell_finding
from siteline.evidence.watch.verdict import MISSING, THERE
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadInput, BadSetting, BrokenCustody, NotFound, SitelineError
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.evidence.marks import outcomes
from siteline.workbench.evidence.rounds import Kept, Round, Seen, before_of

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
    earlier = _visible(case)
    urls = _targets(case, targets, earlier, every)
    exhibits = _by_url(case)
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
    for remark in _note(case):
        warn(remark)
    return made


def find(case: Case, as_of: datetime | None = None) -> list[Finding]:
    """What all checks add up to now; the bytes of every baseline in question are hashed again for it."""
    checks = _visible(case, as_of)
    suspected = {c.url for c in checks if c.verdict in MISSING}
    baselines = [
        _baseline(case, url, exhibit)
        for url, exhibits in _by_url(case, as_of).items()
        if url in suspected
        for exhibit in exhibits
    ]
    noted = case.checks.noted(as_of)
    confirmed = {finding: said["confirmed"][0] for finding, said in noted.items() if "confirmed" in said}
    return find_all(checks, baselines, confirmed)


def find_on_list(case: Case, url: str, as_of: datetime | None = None) -> list[Finding]:
    """What left a watched list page, such as a menu or a section, from check to check; and whether its addresses moved."""
    looks = []
    for check in _visible(case, as_of):
        if check.url == url and check.verdict in ("live", "changed") and check.body_sha256:
            body = _start(case, check.body_sha256, LARGEST)
            links = read_page(body, check.final_url).links if body else ()
            looks.append(ListLook(check.at, {words: there for words, there in links if words}, check.id))
    if len(looks) < 2:
        raise NotFound(
            f"{len(looks)} checks saw {url}; two are needed to compare",
            f"Look again: siteline evidence check {url}",
        )
    return judge_lists(looks, url)


def confirm(case: Case, said: str, why: str) -> Finding:
    """A person's word on a finding whose other conditions all hold."""
    if not why.strip():
        raise BadSetting("a confirmation needs its reason", 'Say what you looked at: --why "..."')
    fitting = [f for f in find(case) if len(said) >= 4 and f.id.startswith(said.lower())]
    if not fitting:
        raise NotFound(f"no finding {said!r}", "See: siteline evidence findings")
    if len(fitting) > 1:
        raise BadInput(f"{said!r} fits {len(fitting)} findings", "Give the whole id.")
    [finding] = fitting
    if finding.state == "confirmed":
        raise BadInput(f"finding {finding.id} is confirmed already", "See: siteline evidence findings")
    if finding.state != "supported":
        lacks = "; ".join(c.said for c in finding.conditions if not c.is_met and c.name != "person")
        raise BadInput(
            f"finding {finding.id} cannot be confirmed: {lacks or finding.wording}",
            "Check again until it can: siteline evidence check --all",
        )
    case.checks.note(finding, "confirmed", why.strip())
    return next(f for f in find(case) if f.id == finding.id)


def tell_checks(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Checks for other programs."""
    return [tell_check(check) for check in checks]


def tell_findings(
    case: Case, found: Iterable[Finding], as_of: datetime | None = None
) -> list[dict[str, Any]]:
    """Findings for other programs, with who confirmed them and why."""
    noted = case.checks.noted(as_of)
    told = []
    for finding in found:
        who = noted.get(finding.id, {}).get("confirmed")
        by = {"who": who[0], "at": who[1], "why": who[2]} if who else None
        told.append({**tell_finding(finding), "confirmed": by})
    return told


def _visible(case: Case, as_of: datetime | None = None) -> list[Check]:
    """Checks of what is not restricted to others: neither of such an exhibit, nor of an address that only such ones name."""
    hidden = case.exhibits.hidden()
    checks = case.checks.all(as_of)
    if not hidden:
        return checks
    every = [e for _, e in case.exhibits.after(0)]
    secret = {e.source_url for e in every if e.id in hidden} - {
        e.source_url for e in every if e.id not in hidden
    }
    return [check for check in checks if check.exhibit_id not in hidden and check.url not in secret]


def _by_url(case: Case, as_of: datetime | None = None) -> dict[str, list[Exhibit]]:
    """
    Exhibits that say where they were found and may be seen, by that address.

    A capture counts only if it is complete; what was made of a capture (its text, its picture) shows no page as it was served.
    """
    hidden, found = case.exhibits.hidden(), dict[str, list[Exhibit]]()
    captures, origins = outcomes(case), case.exhibits.origins()
    asked = dict[str, str]()
    for _, exhibit in case.exhibits.after(0):
        if exhibit.id in captures:
            asked[exhibit.id] = exhibit.source_url
        known = as_of is None or datetime.fromisoformat(exhibit.added_at) <= as_of
        fails = captures.get(exhibit.id, "complete") != "complete"
        is_made = any(asked.get(origin["id"]) == exhibit.source_url for origin in origins.get(exhibit.id, ()))
        if exhibit.id not in hidden and known and not fails and not is_made and _is_http(exhibit.source_url):
            found.setdefault(exhibit.source_url, []).append(exhibit)
    return found


def _is_http(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _targets(case: Case, targets: Sequence[str], earlier: Sequence[Check], every: bool) -> list[str]:
    if bool(targets) == every:
        raise BadInput(
            "name addresses or exhibits, or give --all", "One of the two: siteline evidence check --all"
        )
    if every:
        urls = list(dict.fromkeys([*_by_url(case), *(check.url for check in earlier)]))
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
        if not _is_http(exhibit.source_url):
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
        body = _start(case, exhibit.sha256, LARGEST)
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
    body = _start(case, first.body_sha256, LARGEST) if first else None
    page_print = first.fingerprint if first and first.fingerprint and first.fingerprint.is_page else None
    links = read_page(body, first.final_url).links if body and first and page_print else ()
    if file is None:
        own = None if page_print else first.fingerprint if first else None
        return Kept(url, "", page_print.title if page_print else "", page_print, own, links)
    sha256 = file.sha256

    def start_of(count: int) -> str:
        return hashlib.sha256(_start(case, sha256, count) or b"").hexdigest()

    own = Fingerprint(sha256, False)
    return Kept(url, file.id, file.title, page_print, own, links, start_of=start_of)


def _whole(print_: Fingerprint, exhibit: Exhibit) -> Fingerprint:
    """The print of a page's beginning under the digest of all of it."""
    return replace(print_, sha256=exhibit.sha256)


def _start(case: Case, sha256: str, count: int) -> bytes | None:
    try:
        with case.blobs.path(sha256).open("rb") as stream:
            return stream.read(count)
    except OSError:
        return None  # `find` says that the baseline does not verify


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


def _baseline(case: Case, url: str, exhibit: Exhibit) -> Baseline:
    problem, at = "", None
    try:
        case.blobs.verify(exhibit.sha256)
    except (NotFound, BrokenCustody) as error:
        problem = str(error)
    if exhibit.obtained:
        try:
            at = parse_acquired(exhibit.obtained).start
        except SitelineError:
            at = None
    return Baseline(url, exhibit.id, exhibit.sha256, at, exhibit.bytes > 0, problem)


def _note(case: Case) -> list[Remark]:
    """Record what findings are raised by now, which are closed because it came back, and which no longer hold."""
    noted, found, remarks = case.checks.noted(), find(case), list[Remark]()

    def note(finding: Finding, action: str, why: str = "") -> None:
        case.checks.note(finding, action, why)
        was = (
            " (it was confirmed; correct what was published from it)"
            if "confirmed" in noted.get(finding.id, {})
            else ""
        )
        remarks.append(
            Remark(f"finding {finding.id}", f"{action}: {finding.subject}: {finding.wording}{was}")
        )

    for finding in found:
        actions = noted.get(finding.id, {})
        if finding.state == "supported" and "raised" not in actions:
            note(finding, "raised")
        if finding.state == "closed" and actions and "closed" not in actions:
            note(finding, "closed", "it was found again")
        if finding.state == "candidate" and "confirmed" in actions and "withdrawn" not in actions:
            note(finding, "withdrawn", "; ".join(finding.lacks))
    return remarks
