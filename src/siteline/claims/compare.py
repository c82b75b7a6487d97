"""Whether two claims can both be so: by what sort of quantity it is, and how their scopes lie."""

from __future__ import annotations

from siteline.claims.amount import is_count, is_share
from siteline.claims.scope import Fit, ScopeFit, fit_scopes, fold
from siteline.claims.units import amount_of, same_unit
from siteline.model.claim import Claim, Statement
from siteline.model.interval import Interval

_PART_OF = {("civilians", "people"), ("soldiers", "people"), ("children", "people"), ("women", "people")}
_NAMED = ("entity",)


def are_incompatible(one: Statement, other: Statement, fit: ScopeFit | None = None) -> str | None:
    """
    Why two statements that take sides cannot both be so; None where they can, or where nothing shows that they cannot.

    Counts add up: what lies in a wider scope may not exceed it, and need not reach it. Shares compare only over the same
    scope. A state (a size, a parent) holds throughout its scope, so any overlap compares.
    """
    if not (one.takes_side and other.takes_side) or one.claim.kind is not other.claim.kind:
        return None
    first, second = one.claim, other.claim
    if first.key != second.key or first.says != second.says:
        return None
    fit = fit or fit_scopes(first, second)
    overall = fit.overall
    if overall in (Fit.DISJOINT, Fit.UNKNOWN):
        return None
    if one.is_negated != other.is_negated:
        return _negated(one, other, overall)
    if one.is_negated:
        return None
    was, now = amount_of(first), amount_of(second)
    if was is None or now is None:
        return _named(first, second)
    return _numbers(first, second, was, now, fit)


def _numbers(first: Claim, second: Claim, one: Interval, other: Interval, fit: ScopeFit) -> str | None:
    overall = fit.overall
    both = f"{say_value(first)} and {say_value(second)}"
    if not same_unit(first.unit, second.unit):
        smaller = _which_is_part(first.unit, second.unit)
        if smaller is None or overall is not Fit.SAME:
            return None
        part, whole = (one, other) if smaller == 0 else (other, one)
        return f"{both}: the part exceeds the whole" if whole.is_below(part) else None
    if is_additive(first) and is_additive(second):
        if overall is Fit.SAME:
            return None if one.meets(other) else f"{both} cannot both be so"
        if overall is Fit.INSIDE:
            return f"{both}: what lies inside exceeds the whole" if other.is_below(one) else None
        if overall is Fit.CONTAINS:
            return f"{both}: what lies inside exceeds the whole" if one.is_below(other) else None
        return None
    if overall is not Fit.SAME and (is_share(first.unit) or is_share(second.unit)):
        return None
    return None if one.meets(other) else f"{both} cannot both be so"


def is_additive(claim: Claim) -> bool:
    """Whether the quantity adds up over days and places, as dead or missiles do."""
    if claim.value is None or claim.value_type in ("ratio", "share", "number", "date"):
        return claim.value_type == "count"
    return claim.value_type == "count" or is_count(claim.unit, claim.value.low, claim.value.high)


def same_value(one: Claim, other: Claim) -> bool:
    """Whether two claims give the same value."""
    if one.value is not None or other.value is not None:
        return same_unit(one.unit, other.unit) and amount_of(one) == amount_of(other)
    if one.value_ids and one.value_ids == other.value_ids:
        return True
    return fold(one.value_text) == fold(other.value_text)


def say_value(claim: Claim) -> str:
    """What is claimed, in short: "24 or more missiles", "Rakwon Machine Complex"."""
    if claim.value is None:
        return claim.value_text
    unit = "" if claim.unit in ("ratio", "fraction") else claim.unit
    return f"{claim.value} {unit}".strip()


def object_of(text: str) -> str:
    """The thing that a phrase such as "part of the X" or "subordinate to the X" names."""
    folded = fold(text)
    for lead in _LEADS:
        if folded.startswith(f"{lead} "):
            folded = folded[len(lead) + 1 :]
            break
    return folded.removeprefix("the ").removeprefix("a ")


_LEADS = (
    "part of", "a part of", "subordinate to", "subordinated to", "belongs to", "belonging to", "owned by", "operated by",
    "run by", "located in", "a branch of", "branch of", "a unit of", "unit of", "a subsidiary of", "subsidiary of",
    "made by", "produced by", "identified as",
)  # fmt: skip


def _named(first: Claim, second: Claim) -> str | None:
    if first.value_type not in _NAMED or second.value_type not in _NAMED:
        return None
    if first.value_ids and second.value_ids:
        if set(first.value_ids) & set(second.value_ids):
            return None
    elif object_of(first.value_text) == object_of(second.value_text):
        return None
    return (
        f"{first.value_text!r} and {second.value_text!r} name two things, and nothing shows that they are one"
    )


def _negated(one: Statement, other: Statement, overall: Fit) -> str | None:
    if overall is not Fit.SAME or not same_value(one.claim, other.claim):
        return None
    said = one.id if one.is_negated else other.id
    return f"{said} says that it is not so"


def _which_is_part(one: str, other: str) -> int | None:
    pair = (one.strip().casefold(), other.strip().casefold())
    return 0 if pair in _PART_OF else 1 if pair[::-1] in _PART_OF else None
