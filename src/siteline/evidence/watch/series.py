"""What one check leaves on record, and what checks add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from siteline.evidence.watch.fingerprint import Fingerprint, as_json, from_json
from siteline.evidence.watch.verdict import THERE

KINDS = ("removed", "purge", "dropped_from_list", "site_migrated", "site_down")
STATES = ("candidate", "supported", "confirmed", "closed")
"""Some condition is not met; all but a person's word; a person confirmed it; it came back."""

ENOUGH_LIVE = 0.8
FEWEST_SIBLINGS = 3


@dataclass(frozen=True, slots=True)
class Control:
    """What the rest of the site did in the same round."""

    root: str = ""
    """Verdict of the site's root; "" if it was not asked."""

    siblings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Verdict of each sibling address of the baseline."""

    moves: tuple[tuple[str, str], ...] = ()
    """(old, new) address of siblings that were found elsewhere, by a redirect or under the same title."""

    @property
    def share_live(self) -> float | None:
        """Of siblings that answered with what they are; None if too few are known to say."""
        if len(self.siblings) < FEWEST_SIBLINGS:
            return None
        return sum(verdict in THERE - {"moved"} for verdict in self.siblings.values()) / len(self.siblings)

    @property
    def is_sound(self) -> bool:
        """Whether only this page is missing: root up, at least 80 % of the siblings live."""
        share = self.share_live
        return self.root in THERE and share is not None and share >= ENOUGH_LIVE


@dataclass(frozen=True, slots=True)
class Search:
    """Where the same title and media were looked for."""

    pages: tuple[str, ...] = ()
    """List pages that answered and were read."""

    has_sitemap: bool = False
    found: tuple[str, ...] = ()
    """Addresses where the same is."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one address."""

    id: str
    url: str
    exhibit_id: str
    """The baseline it was held against; "" if there is none."""

    at: datetime
    """When it began, UTC."""

    ended: datetime
    vantage: str
    verdict: str
    reasons: tuple[str, ...] = ()
    method: str = ""
    chain: tuple[tuple[int, str], ...] = ()
    """Status and target of each redirect."""

    final_url: str = ""
    status: int | None = None
    failure: str = ""
    body_sha256: str = ""
    """Of the answer, which is kept; "" if nothing came."""

    likeness: float | None = None
    fingerprint: Fingerprint | None = None
    control: Control = Control()
    search: Search = Search()
    listed_on: tuple[str, ...] = ()
    """List pages that link to it."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was kept of an address."""

    url: str
    exhibit_id: str
    sha256: str
    at: datetime | None
    """When it was obtained; None: unknown."""

    is_complete: bool = True
    problem: str = ""
    """Why its fixity does not verify now; "" if it does."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a finding."""

    name: str
    is_met: bool
    said: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a series of checks adds up to: an interval, the conditions, and the checks it stands on."""

    id: str
    """The same as long as it is the same disappearance."""

    kind: str
    """One of KINDS."""

    subject: str
    """Address, site, or title on a list."""

    state: str
    """One of STATES."""

    wording: str
    """The strongest words that it bears now."""

    available_at: datetime | None
    """There at this time ..."""

    available_sha256: str
    missing_at: datetime | None
    """... and not there at this."""

    conditions: tuple[Condition, ...] = ()
    checks: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    proposals: tuple[tuple[str, str], ...] = ()
    """(old, proposed new) of what seems to have moved or been renamed; for a person to decide."""

    notes: tuple[str, ...] = ()
    back_at: datetime | None = None

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing, in words."""
        return tuple(c.said for c in self.conditions if not c.is_met)


def tell_check(check: Check) -> dict[str, Any]:
    """A check as it stands in rows."""
    return {
        "id": check.id,
        "url": check.url,
        "exhibit": check.exhibit_id,
        "at": check.at.isoformat(timespec="microseconds"),
        "ended": check.ended.isoformat(timespec="microseconds"),
        "vantage": check.vantage,
        "verdict": check.verdict,
        "reasons": list(check.reasons),
        "method": check.method,
        "chain": [list(hop) for hop in check.chain],
        "final_url": check.final_url,
        "status": check.status,
        "failure": check.failure,
        "body_sha256": check.body_sha256,
        "likeness": check.likeness,
        "fingerprint": as_json(check.fingerprint) if check.fingerprint else None,
        "control": {
            "root": check.control.root,
            "siblings": dict(check.control.siblings),
            "moves": [list(pair) for pair in check.control.moves],
        },
        "search": {
            "pages": list(check.search.pages),
            "sitemap": check.search.has_sitemap,
            "found": list(check.search.found),
        },
        "listed_on": list(check.listed_on),
    }


def read_check(told: Mapping[str, Any]) -> Check:
    """The check that `tell_check` told."""
    control, search = told["control"], told["search"]
    return Check(
        told["id"],
        told["url"],
        told["exhibit"],
        datetime.fromisoformat(told["at"]),
        datetime.fromisoformat(told["ended"]),
        told["vantage"],
        told["verdict"],
        tuple(told["reasons"]),
        told["method"],
        tuple((status, target) for status, target in told["chain"]),
        told["final_url"],
        told["status"],
        told["failure"],
        told["body_sha256"],
        told["likeness"],
        from_json(told["fingerprint"]) if told["fingerprint"] else None,
        Control(control["root"], control["siblings"], tuple((old, new) for old, new in control["moves"])),
        Search(tuple(search["pages"]), search["sitemap"], tuple(search["found"])),
        tuple(told["listed_on"]),
    )


def tell_finding(finding: Finding) -> dict[str, Any]:
    """A finding as it is printed and stands in rows."""

    def at(moment: datetime | None) -> str | None:
        return moment.isoformat(timespec="seconds") if moment else None

    return {
        "id": finding.id,
        "kind": finding.kind,
        "subject": finding.subject,
        "state": finding.state,
        "wording": finding.wording,
        "available_at": at(finding.available_at),
        "available_sha256": finding.available_sha256,
        "missing_at": at(finding.missing_at),
        "back_at": at(finding.back_at),
        "conditions": [{"name": c.name, "met": c.is_met, "said": c.said} for c in finding.conditions],
        "lacks": list(finding.lacks),
        "checks": list(finding.checks),
        "members": list(finding.members),
        "proposals": [list(pair) for pair in finding.proposals],
        "notes": list(finding.notes),
    }
