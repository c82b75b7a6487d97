"""What checks of watched pages add up to: found missing or not, noted in the log, and confirmed by a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from siteline.evidence.watch.lists import ListLook, judge_lists
from siteline.evidence.watch.page import LARGEST, read_page
from siteline.evidence.watch.removal import find_all
from siteline.evidence.watch.series import Baseline, Finding, tell_finding
from siteline.evidence.watch.verdict import MISSING
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadInput, BadSetting, BrokenCustody, NotFound, SitelineError
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.evidence.watched import pages_by_url, start_of_blob, visible_checks


def find(case: Case, as_of: datetime | None = None) -> list[Finding]:
    """What all checks add up to now; the bytes of every baseline in question are hashed again for it."""
    checks = visible_checks(case, as_of)
    suspected = {c.url for c in checks if c.verdict in MISSING}
    baselines = [
        _baseline(case, url, exhibit)
        for url, exhibits in pages_by_url(case, as_of).items()
        if url in suspected
        for exhibit in exhibits
    ]
    noted = case.checks.noted(as_of)
    confirmed = {finding: said["confirmed"][0] for finding, said in noted.items() if "confirmed" in said}
    return find_all(checks, baselines, confirmed)


def find_on_list(case: Case, url: str, as_of: datetime | None = None) -> list[Finding]:
    """What left a watched list page, such as a menu or a section, from check to check; and whether its addresses moved."""
    looks = []
    for check in visible_checks(case, as_of):
        if check.url == url and check.verdict in ("live", "changed") and check.body_sha256:
            body = start_of_blob(case, check.body_sha256, LARGEST)
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


def note_findings(case: Case) -> list[Remark]:
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
