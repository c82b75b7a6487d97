"""From checks to findings: removed only if five conditions hold; else which are missing, in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from siteline.evidence.watch.conditions import conditions_of
from siteline.evidence.watch.migration import rules_of
from siteline.evidence.watch.series import FEWEST_SIBLINGS, Baseline, Check, Condition, Finding
from siteline.evidence.watch.verdict import MISSING, THERE

LADDER = ("not found at the original address", "removed from that address", "removed from the site")
"""Weakest first."""

OF_MANY = "not found at the original addresses"
"""The strongest that can be said while most of a site's other pages are missing, too."""

_OF_A_SITE = ("purge", "site_migrated", "site_down")


def find_all(
    checks: Iterable[Check], baselines: Sequence[Baseline], confirmed: Mapping[str, str] | None = None
) -> list[Finding]:
    """
    Every finding that these checks bear, oldest first.

    baselines: of every address with their fixity as it is now. confirmed: who confirmed which finding, by its id.
    """
    series: dict[str, list[Check]] = {}
    for check in sorted(checks, key=lambda c: c.at):
        series.setdefault(check.url, []).append(check)
    kept: dict[str, list[Baseline]] = {}
    for baseline in baselines:
        kept.setdefault(baseline.url, []).append(baseline)
    found: list[Finding] = []
    for url, of_url in series.items():
        for run, back in _runs(of_url):
            found.append(_judge(of_url, run, back, _best(kept.get(url, ()), run[0].at)))
        found += _dropped(of_url)
    found = _by_site(found)
    found += _moved_sites(series, {f.subject for f in found if f.kind == "site_migrated"})
    return sorted(
        (_confirm(f, (confirmed or {}).get(f.id)) for f in found),
        key=lambda f: (f.missing_at is None, f.missing_at, f.subject),
    )


def site_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _runs(checks: Sequence[Check]) -> list[tuple[list[Check], Check | None]]:
    """
    Stretches in which it was never there, each with the check that found it again.

    Blocked and failed checks neither count nor interrupt: they say nothing of the page. A stretch of `site_down`
    alone is one, too.
    """
    runs: list[tuple[list[Check], Check | None]] = []
    current: list[Check] = []
    for check in checks:
        if check.verdict in MISSING or check.verdict == "site_down":
            current.append(check)
        elif check.verdict in THERE and current:
            runs.append((current, check))
            current = []
    return [*runs, (current, None)] if current else runs


def _best(baselines: Sequence[Baseline], before: datetime) -> Baseline | None:
    """The newest whole one from before that time; else whatever there is."""
    early = [b for b in baselines if b.at is None or b.at < before]
    sound = [b for b in early if b.is_complete and not b.problem]
    ordered = sorted(sound or early, key=lambda b: (b.at is not None, b.at or before))
    return ordered[-1] if ordered else (baselines[0] if baselines else None)


def _judge(
    of_url: Sequence[Check], run: Sequence[Check], back: Check | None, baseline: Baseline | None
) -> Finding:
    missing = [c for c in run if c.verdict in MISSING]
    first, last = (missing or run)[0], (missing or run)[-1]
    kind, notes, proposals = _kind(missing, last)
    seen = [c for c in of_url if c.at < first.at and c.verdict in THERE]
    conditions = conditions_of(missing or run, baseline, bool(seen), first.at, kind)
    available_at, digest = (baseline.at, baseline.sha256) if baseline and baseline.at else (None, "")
    if seen and (available_at is None or seen[-1].at > available_at):
        available_at = seen[-1].at
        digest = seen[-1].body_sha256 or digest
    if available_at is not None and available_at >= first.at:
        available_at, digest = None, ""
    vantages = sorted({c.vantage for c in missing})
    if missing and len(vantages) < 2:
        notes = (*notes, f"one vantage: {vantages[0] or 'not named'}")
    state = "supported" if all(c.is_met for c in conditions) else "candidate"
    return Finding(
        hashlib.sha256(f"{kind}\n{first.url}\n{run[0].id}".encode()).hexdigest()[:16],
        kind,
        first.url,
        "closed" if back else state,
        _wording(kind, last, back),
        available_at,
        digest,
        first.at,
        conditions,
        tuple(c.id for c in ([*seen[-1:], *run, *([back] if back else [])])),
        (first.url,),
        proposals,
        notes,
        back.at if back else None,
    )


def _kind(missing: Sequence[Check], last: Check) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """What sort of disappearance it is, by what the rest of the site did."""
    control = last.control
    if not missing or control.root == "site_down":
        return "site_down", (), ()
    rules = rules_of(control.moves)
    if rules:
        said = tuple(f"{rule.old} became {rule.new} ({len(rule.pairs)} addresses)" for rule in rules)
        return "site_migrated", said, control.moves
    share = control.share_live
    gone = sum(verdict in MISSING for verdict in control.siblings.values())
    if control.root in THERE and share is not None and share < 0.5 and gone >= FEWEST_SIBLINGS:
        return "purge", (f"{gone} of {len(control.siblings)} sibling addresses are missing, too",), ()
    return "removed", (), ()


def _wording(kind: str, last: Check, back: Check | None) -> str:
    if back:
        found = "was then found elsewhere" if back.verdict == "moved" else "is there again"
        return f"it was not found for a time, and {found}"
    return {
        "site_down": "the site does not answer",
        "site_migrated": "the site moved its addresses; this one is not found at the original address",
        "purge": "many addresses of the site are not found",
    }.get(kind, LADDER[0])


def _confirm(finding: Finding, by: str | None) -> Finding:
    """With a person's word, the strongest words that the conditions bear."""
    said = f"confirmed by {by}" if by else "no person has confirmed it"
    finding = replace(finding, conditions=(*finding.conditions, Condition("person", bool(by), said)))
    if not by or finding.state != "supported":
        return finding
    if finding.kind not in ("removed", "purge"):
        return replace(finding, state="confirmed")
    if (
        finding.kind == "purge"
    ):  # the control failed: what was taken away, and what a broken site lost, look alike
        return replace(finding, state="confirmed", wording=OF_MANY)
    has_sitemap = any(c.name == "search" and "and the sitemap" in c.said for c in finding.conditions)
    several = not any(note.startswith("one vantage") for note in finding.notes)
    wording = LADDER[2] if has_sitemap and several else LADDER[1]
    return replace(finding, state="confirmed", wording=wording)


def _by_site(found: Sequence[Finding]) -> list[Finding]:
    """What happened to a site is one finding, with its addresses; for each time that it began."""
    single = [f for f in found if f.kind not in _OF_A_SITE]
    groups: dict[tuple[str, str, bool], list[Finding]] = {}
    for finding in found:
        if finding.kind in _OF_A_SITE:
            groups.setdefault((finding.kind, site_of(finding.subject), finding.state == "closed"), []).append(
                finding
            )
    for (_, site, _), of_site in groups.items():
        first = of_site[0]
        known = [f.available_at for f in of_site if f.available_at]
        gone = [f.missing_at for f in of_site if f.missing_at]
        conditions: list[Condition] = []
        for several in zip(*(f.conditions for f in of_site), strict=False):
            worst = next((c for c in several if not c.is_met), several[0])
            conditions.append(worst)
        state = first.state
        if state != "closed":
            state = "supported" if all(c.is_met for c in conditions) else "candidate"
        single.append(
            replace(
                first,
                subject=site,
                state=state,
                available_at=max(known, default=None),
                available_sha256=first.available_sha256 if len(of_site) == 1 else "",
                missing_at=min(gone, default=None),
                conditions=tuple(conditions),
                checks=tuple(dict.fromkeys(c for f in of_site for c in f.checks)),
                members=tuple(f.subject for f in of_site),
                proposals=tuple(dict.fromkeys(p for f in of_site for p in f.proposals)),
                notes=tuple(dict.fromkeys(n for f in of_site for n in f.notes)),
            )
        )
    return single


def _dropped(of_url: Sequence[Check]) -> list[Finding]:
    """It is there, was on a list, and is on none now."""
    read = [c for c in of_url if c.verdict in THERE and c.search.pages]
    if len(read) < 2 or read[-1].listed_on or read[-1].verdict == "moved":
        return []
    listed = [c for c in read if c.listed_on]
    if not listed:
        return []
    after = next(c for c in read if c.at > listed[-1].at)
    return [
        Finding(
            hashlib.sha256(f"list\n{after.url}\n{after.id}".encode()).hexdigest()[:16],
            "dropped_from_list",
            after.url,
            "supported",
            "dropped from the list; the page is still there",
            listed[-1].at,
            listed[-1].body_sha256,
            after.at,
            (Condition("list", True, f"it was on {', '.join(listed[-1].listed_on[:3])}"),),
            (listed[-1].id, after.id, *([read[-1].id] if read[-1] is not after else [])),
            (after.url,),
            notes=("a list that shows only what is new drops every page in time",),
        )
    ]


def _moved_sites(series: Mapping[str, Sequence[Check]], told: set[str]) -> list[Finding]:
    """Sites whose watched pages and siblings lead to new addresses by a rule; nothing is missing there."""
    newest: dict[str, list[Check]] = {}
    for url, of_url in series.items():
        conclusive = [c for c in of_url if c.verdict in THERE or c.verdict in MISSING]
        if conclusive and conclusive[-1].verdict == "moved" and site_of(url) not in told:
            newest.setdefault(site_of(url), []).append(conclusive[-1])
    found = []
    for site, moved in newest.items():
        own = [(c.url, c.search.found[0] if c.search.found else c.final_url) for c in moved]
        moves = tuple(dict.fromkeys([*own, *(pair for c in moved for pair in c.control.moves)]))
        rules = rules_of(moves)
        if not rules:
            continue
        first = min(moved, key=lambda c: c.at)
        before = [c.at for c in series[first.url] if c.verdict in ("live", "changed") and c.at < first.at]
        words = "; ".join(f"{rule.old} became {rule.new} ({len(rule.pairs)} addresses)" for rule in rules)
        found.append(
            Finding(
                hashlib.sha256(f"migrated\n{site}\n{rules[0].new}".encode()).hexdigest()[:16],
                "site_migrated",
                site,
                "supported",
                f"the site moved its addresses: {words}",
                max(before, default=None),
                "",
                first.at,
                (Condition("regular", True, f"{len(moves)} addresses moved, by {len(rules)} rule(s)"),),
                tuple(c.id for c in moved),
                tuple(c.url for c in moved),
                moves,
            )
        )
    return found
