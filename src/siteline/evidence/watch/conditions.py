"""The conditions of a removal, each met or not, and what is said of it; the last, a person, is not here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from siteline.evidence.watch.series import FEWEST_SIBLINGS, Baseline, Check, Condition
from siteline.evidence.watch.verdict import THERE

FEWEST_CHECKS = 3


SPAN = timedelta(hours=72)


def conditions_of(
    missing: Sequence[Check], baseline: Baseline | None, was_seen: bool, first: datetime, kind: str
) -> tuple[Condition, ...]:
    """What a finding of this kind needs, each condition met or not."""
    if kind == "site_migrated":
        return (Condition("regular", True, "siblings are found elsewhere, by a rule"),)
    if kind == "site_down":
        return (_checks_condition(missing),)
    counted = [c for c in missing if _control_ok(c, kind)]
    return (
        _baseline_condition(baseline, was_seen, first),
        _checks_condition(missing),
        _control_condition(missing, counted, kind),
        _search_condition(missing),
    )


def _baseline_condition(baseline: Baseline | None, was_seen: bool, first: datetime) -> Condition:
    def no(said: str) -> Condition:
        return Condition("baseline", False, said)

    if baseline is None:
        return no("nothing was kept of it from before: no exhibit has this address")
    if baseline.problem:
        return no(f"the baseline does not verify now: {baseline.problem}")
    if not baseline.is_complete:
        return no("the baseline is not complete")
    if baseline.at is None and not was_seen:
        return no(
            "nobody said when the baseline was obtained (evidence add --obtained), and no check saw the page before"
        )
    if baseline.at is not None and baseline.at >= first:
        return no(
            "the baseline is not older than the first check that missed it; a late capture supports nothing"
        )
    return Condition("baseline", True, f"kept as {baseline.exhibit_id}, and its bytes verify now")


def _span(checks: Sequence[Check]) -> timedelta:
    return checks[-1].at - checks[0].at if checks else timedelta()


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:,.0f} h"


def _checks_condition(missing: Sequence[Check]) -> Condition:
    span = _span(missing)
    is_met = len(missing) >= FEWEST_CHECKS and span >= SPAN
    said = f"{len(missing)} checks over {_hours(span)} missed it, and none between found it"
    if not is_met:
        said += f"; {FEWEST_CHECKS} over {_hours(SPAN)} are needed"
    return Condition("checks", is_met, said)


def _control_ok(check: Check, kind: str) -> bool:
    if kind == "purge":
        return check.control.root in THERE
    return check.control.is_sound


def _control_condition(missing: Sequence[Check], counted: Sequence[Check], kind: str) -> Condition:
    is_met = len(counted) >= FEWEST_CHECKS and _span(counted) >= SPAN
    what = "the root" if kind == "purge" else "the root and at least 80 % of the siblings"
    said = f"{what} were live in {len(counted)} of these {len(missing)} checks, over {_hours(_span(counted))}"
    if missing and not is_met:
        control = missing[-1].control
        if len(control.siblings) < FEWEST_SIBLINGS:
            said += (
                f"; only {len(control.siblings)} sibling addresses are known, {FEWEST_SIBLINGS} are needed"
            )
        elif control.root not in THERE:
            said += f"; last, the root was {control.root or 'not asked'}"
        else:
            said += f"; last, {control.share_live or 0:.0%} of the siblings were live"
    return Condition("control", is_met, said)


def _search_condition(missing: Sequence[Check]) -> Condition:
    search = missing[-1].search
    if not search.pages and not search.has_sitemap:
        return Condition("search", False, "no list page and no sitemap could be searched for it")
    if search.found:
        return Condition(
            "search", False, f"the same, or its pictures or films, is at {', '.join(search.found[:3])}"
        )
    where = f"{len(search.pages)} list pages" + (
        " and the sitemap" if search.has_sitemap else ", no whole sitemap"
    )
    return Condition("search", True, f"the same title and media were looked for in {where}, and not found")
