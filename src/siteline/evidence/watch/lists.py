"""A list page day by day: what left it, what was renamed, and when all its addresses changed at once."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from siteline.evidence.watch.migration import FEWEST, likely_renamed, rules_of
from siteline.evidence.watch.series import ENOUGH_LIVE, Condition, Finding


@dataclass(frozen=True, slots=True)
class ListLook:
    """What a list page linked to at one time."""

    at: datetime
    entries: Mapping[str, str]
    """Address by title."""

    id: str = ""
    """The check it stands on."""


def judge_lists(looks: Sequence[ListLook], subject: str = "") -> list[Finding]:
    """
    `dropped_from_list` for each title that left, `site_migrated` where the addresses of most moved by a rule.

    An empty list is no observation: the page did not load. Renamed titles are proposed on the migration, or on the
    drop itself; a person decides. What comes back closes its finding.
    """
    seen = sorted((look for look in looks if look.entries), key=lambda look: look.at)
    found: list[Finding] = []
    bearing: dict[str, list[ListLook]] = {}
    for look in seen:
        for title in look.entries:
            bearing.setdefault(title, []).append(look)
    for before, after in pairwise(seen):
        lost = [title for title in before.entries if title not in after.entries]
        new = [title for title in after.entries if title not in before.entries]
        migration = _migration(before, after, lost, new, subject)
        if migration:
            found.append(migration)
        renamed = dict(likely_renamed(lost, new))
        for title in lost:
            if not (migration and title in renamed):
                place = bisect_right(bearing[title], after.at, key=lambda look: look.at)
                back = bearing[title][place] if place < len(bearing[title]) else None
                found.append(_dropped(title, before, after, back, renamed.get(title)))
    return found


def _migration(
    before: ListLook, after: ListLook, lost: Sequence[str], new: Sequence[str], subject: str
) -> Finding | None:
    shared = [title for title in before.entries if title in after.entries]
    moves = [(before.entries[t], after.entries[t]) for t in shared if before.entries[t] != after.entries[t]]
    rules = rules_of(moves)
    if len(moves) < FEWEST or len(moves) < ENOUGH_LIVE * len(shared) or not rules:
        return None
    words = "; ".join(f"{rule.old} became {rule.new} ({len(rule.pairs)} addresses)" for rule in rules)
    return Finding(
        _id("site_migrated", subject, before.at),
        "site_migrated",
        subject,
        "supported",
        f"the site moved its addresses: {words}",
        before.at,
        "",
        after.at,
        (
            Condition(
                "regular",
                True,
                f"{len(moves)} of {len(shared)} titles that stayed have another address, by {len(rules)} rule(s)",
            ),
        ),
        _ids(before, after),
        tuple(shared),
        (*moves, *likely_renamed(lost, new)),
    )


def _dropped(
    title: str, before: ListLook, after: ListLook, back: ListLook | None, renamed: str | None
) -> Finding:
    return Finding(
        _id("dropped_from_list", title, before.at),
        "dropped_from_list",
        title,
        "closed" if back else "supported",
        "dropped from the list" + (", and on it again later" if back else ""),
        before.at,
        "",
        after.at,
        (Condition("list", True, f"the list has {len(after.entries)} other entries at that time"),),
        _ids(before, after),
        (before.entries[title],),
        ((title, renamed),) if renamed else (),
        ("leaving a list says nothing of whether the pages are still there",),
        back.at if back else None,
    )


def _ids(*looks: ListLook) -> tuple[str, ...]:
    return tuple(look.id or look.at.date().isoformat() for look in looks)


def _id(kind: str, subject: str, at: datetime) -> str:
    return hashlib.sha256(f"{kind}\n{subject}\n{at.isoformat()}".encode()).hexdigest()[:16]
