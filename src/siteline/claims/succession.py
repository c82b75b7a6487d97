"""When a source's later word takes the place of its earlier one."""

from __future__ import annotations

from siteline.claims.compare import is_additive, same_unit, same_value, say_value
from siteline.claims.scope import Fit, fit_scopes, fold
from siteline.model.claim import Stance, Statement

TAKERS = (Stance.CORRECTS, Stance.RETRACTS)
"""Stances by which a source takes its words back."""


def why_replaces(new: Statement, old: Statement) -> str | None:
    """
    Why `new` supersedes `old`, of the same lineage or not: the same source, the same scope, a later edition.

    A toll counts as a later edition on the same day as well: "at least 8 dead", then "at least 12", of one lineage, neither
    taken from somebody else. None where nothing shows it.
    """
    if not (new.takes_side and old.takes_side) or new.is_negated or old.is_negated:
        return None
    first, second = new.claim, old.claim
    if first.says != second.says or first.kind is not second.kind or same_value(first, second):
        return None
    if not same_unit(first.unit, second.unit) or fit_scopes(first, second).overall is not Fit.SAME:
        return None
    told = f"{say_value(second)}, then {say_value(first)}"
    if _is_same_source(new, old) and _is_later(new, old):
        return f"same source ({new.speaker}), same scope, later edition ({new.said}): {told}"
    if new.lineage_name == old.lineage_name and _is_rising_toll(new, old):
        return f"same lineage, same scope, a toll that rose: {told}"
    return None


def why_takes_back(new: Statement, old: Statement) -> str | None:
    """Why a correction or retraction is of this earlier statement: the same source's, on the same question, not later."""
    if new.stance not in TAKERS or new.id == old.id:
        return None
    if new.claim.key != old.claim.key or new.claim.says != old.claim.says or not old.takes_side:
        return None
    if fit_scopes(new.claim, old.claim).overall in (Fit.DISJOINT, Fit.UNKNOWN):
        return None
    is_own = new.lineage_name == old.lineage_name or _is_same_source(new, old)
    if not is_own or _is_later(old, new) or (old.stance in TAKERS and not _is_later(new, old)):
        return None
    verb = "takes back its words" if new.stance is Stance.RETRACTS else "puts other words in their place"
    return f"the same source ({new.speaker or new.lineage_name}) {verb}"


def _is_same_source(new: Statement, old: Statement) -> bool:
    if not new.speaker or new.attribution[0].is_anonymous:  # two sources may both be "a military source"
        return False
    return fold(new.speaker) == fold(old.speaker) and not new.is_relay


def _is_later(new: Statement, old: Statement) -> bool:
    return bool(new.said and old.said and new.said.first and old.said.last and new.said.first > old.said.last)


def _is_rising_toll(new: Statement, old: Statement) -> bool:
    one, other = new.claim.value, old.claim.value
    if one is None or other is None or new.is_relay or old.is_relay or not is_additive(new.claim):
        return False
    is_open = one.high is None and other.high is None
    rises = one.low is not None and other.low is not None and one.low > other.low
    is_dated = bool(new.said and old.said and new.said.first and old.said.first)
    return is_open and rises and is_dated and not _is_later(old, new)
