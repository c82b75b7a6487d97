"""
The least number of casualties that public numbers prove: the heaviest set of scopes that are provably apart.

Each claim gives a lower bound for its scope. Scopes that are provably apart may be added; what may overlap may not. The total
of a scope is therefore a maximum-weight independent set in the graph whose edges join scopes that are not provably apart: exact
(see heaviest.py) within limits; beyond them what was found is still true, only perhaps not the most that could be shown, and
that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from siteline.ledger.incidents.heaviest import STEPS, components, solve
from siteline.ledger.incidents.scopes import apart, outside
from siteline.model.casualty import NumberClaim, Scope

POLICIES = ("every_source", "highest_source")


@dataclass(frozen=True, slots=True)
class ScopeSum:
    """What all claims about one scope say."""

    scope: Scope
    claims: tuple[NumberClaim, ...]
    """The latest of each lineage."""

    superseded: tuple[NumberClaim, ...]
    every_source: int
    """What every lineage says: the lowest of their lower bounds."""

    highest_source: int
    """What the highest lineage says."""

    conditions: tuple[str, ...]
    """What must be accepted before it counts; empty if nothing."""

    def weight(self, policy: str) -> int:
        """Its lower bound by a policy of POLICIES."""
        return self.every_source if policy == "every_source" else self.highest_source


@dataclass(frozen=True, slots=True)
class Least:
    """A lower bound and what it stands on."""

    total: int
    scopes: tuple[ScopeSum, ...]
    conditions: tuple[str, ...]
    proven_heaviest: bool
    """False: the search was cut off; the bound holds, a higher one may too."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The answer for one kind of casualties in one scope."""

    kind: str
    least: dict[str, tuple[Least, ...]]
    """By policy: first the bound without conditions, then, if it is higher, that with all of them accepted."""

    upper: int | None
    """Only from a claim that states a total for the whole scope."""

    upper_from: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    """(claim, why) of those that do not count here."""

    superseded: tuple[tuple[str, str, str], ...]
    """(claim, "superseded by" or "said again by", the later one of its lineage)."""


def reckon(claims: Iterable[NumberClaim], kind: str, whole: Scope, steps: int = STEPS) -> Reckoned:
    """The least number of `kind` (killed, injured, missing) in `whole`, from claims of that kind alone."""
    here, left_out = list[NumberClaim](), list[tuple[str, str]]()
    of_kind = [claim for claim in claims if claim.key == kind]
    for claim in of_kind:
        why = "it gives no lower bound" if not claim.low else outside(claim.scope, whole)
        if why:
            left_out.append((claim.id, why))
        else:
            here.append(claim)
    sums = gather(here, matters=bool(whole.weapons))
    firm = [one for one in sums if not one.conditions]
    least = {}
    for policy in POLICIES:
        bounds = [heaviest(firm, policy, steps)]
        if len(firm) < len(sums):
            with_all = heaviest(sums, policy, steps)
            if with_all.total > bounds[0].total:
                bounds.append(with_all)
        least[policy] = tuple(bounds)
    upper, said_by = _upper(of_kind, whole)
    later = list[tuple[str, str, str]]()
    for one in sums:
        for old in one.superseded:
            new = next(c for c in one.claims if c.lineage == old.lineage)
            how = "said again by" if (old.low, old.high) == (new.low, new.high) else "superseded by"
            later.append((old.id, how, new.id))
    return Reckoned(kind, least, upper, said_by, tuple(left_out), tuple(later))


def gather(claims: Iterable[NumberClaim], *, matters: bool = True) -> list[ScopeSum]:
    """Claims by their scope; of each lineage the latest counts. `matters`: whether doubts about the weapon count."""
    by: dict[Scope, dict[str, list[NumberClaim]]] = {}
    for claim in claims:
        by.setdefault(claim.scope, {}).setdefault(claim.lineage, []).append(claim)
    found = []
    for scope, lineages in by.items():
        latest, superseded = [], list[NumberClaim]()
        for members in lineages.values():
            members = sorted(members, key=lambda claim: (claim.published, claim.line))
            last = members[-1]  # of those who say the same, the first said it
            first = next(one for one in members if (one.low, one.high) == (last.low, last.high))
            latest.append(first)
            superseded += [one for one in members if one is not first]
        lows = [int(claim.low or 0) for claim in latest]
        conditions = (
            tuple(dict.fromkeys(word for claim in latest for word in claim.conditions)) if matters else ()
        )
        found.append(ScopeSum(scope, tuple(latest), tuple(superseded), min(lows), max(lows), conditions))
    return found


def _upper(claims: Sequence[NumberClaim], whole: Scope) -> tuple[int | None, tuple[str, ...]]:
    """The highest of the totals that are stated for a scope that holds all of `whole`; sources that differ widen it."""
    latest = [
        one
        for group in gather(c for c in claims if c.states_total and c.high is not None)
        for one in group.claims
    ]
    stated = [claim for claim in latest if claim.high is not None and not outside(whole, claim.scope)]
    if not stated or whole.start is None or whole.end is None:
        return None, ()
    return int(max(claim.high or 0 for claim in stated)), tuple(claim.id for claim in stated)


def heaviest(sums: Sequence[ScopeSum], policy: str, steps: int = STEPS) -> Least:
    """The heaviest set of provably disjoint scopes."""
    order = sorted((one for one in sums if one.weight(policy) > 0), key=lambda one: -one.weight(policy))
    weights = [one.weight(policy) for one in order]
    joined = [0] * len(order)
    for i, one in enumerate(order):
        for j in range(i):
            if not apart(one.scope, order[j].scope):
                joined[i] |= 1 << j
                joined[j] |= 1 << i
    total, chosen, is_exact = 0, list[int](), True
    for part in components(joined):
        best, members, is_proven = solve(weights, joined, part, steps)
        total += best
        chosen += members
        is_exact &= is_proven
    picked = tuple(order[i] for i in sorted(chosen))
    conditions = tuple(dict.fromkeys(word for one in picked for word in one.conditions))
    return Least(total, picked, conditions, is_exact)
