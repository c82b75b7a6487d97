"""A series of public totals: which pairs hold together and which cannot both be right; always with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from siteline.ledger.incidents.casualties import gather, heaviest
from siteline.ledger.incidents.scopes import apart, outside
from siteline.model.casualty import NumberClaim, Scope


@dataclass(frozen=True, slots=True)
class Rules:
    """Widths of reconciling; options, and shown with every answer."""

    outside_days: float = 0.10
    """Scopes that start or end apart are held against each other while at most this share of days lies outside."""

    outside_number: float = 0.75
    """They cannot both be right if more than this share of the number would have to fall on those days."""

    jump: float = 2.0
    """A total that grows by this factor with no statement in between is named."""

    most_pairs: int = 200_000
    """Pairs that are held against each other; of more, each statement against those next to it, and that is said."""


RULES = Rules()
_DEBRIS = re.compile(r"\b(debris|remnants?|wreck(age)?|fragments? examined|examined)\b", re.I)
_TALLIES = re.compile(r"\b(analysis of|tall(y|ies)|data ?set|database|\w+ data)\b", re.I)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements held against each other, the earlier scope first."""

    a: str
    b: str
    relation: str
    """chained (one scope grows out of the other), compared (scopes overlap or nest otherwise), apart, or not_comparable."""

    verdict: str
    """holds, contradiction, only_if (with the condition in `reason`), or none (nothing can be said)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the series that a person should look at."""

    code: str
    """fall, contradiction, jump, parts_exceed, other_series, or not_all_held."""

    claims: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Series:
    """A series, its pairs and its findings."""

    claims: tuple[NumberClaim, ...]
    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]


def reconcile(claims: Sequence[NumberClaim], rules: Rules = RULES) -> Series:
    """
    Hold every pair of totals against each other.

    A chain is statements of one unit about scopes of one start, each inside the next: what the narrower one proves must not be
    more than the wider one allows. Other scopes are compared: a number that would have to fall nearly whole on the few days
    that lie outside the other scope contradicts it.
    """
    order = sorted(
        (claim for claim in claims if claim.low is not None or claim.high is not None),
        key=lambda c: (c.scope.start or date.max, c.scope.end or date.max, c.published, c.line),
    )
    pairs, cut = _pairs(order, rules)
    findings = [
        Finding("fall" if pair.relation == "chained" else "contradiction", (pair.a, pair.b), pair.reason)
        for pair in pairs
        if pair.verdict == "contradiction"
    ]
    findings += _jumps(order, pairs, rules)
    findings += _elsewhere(order)
    findings += cut or _parts(order)
    return Series(tuple(order), tuple(pairs), tuple(findings))


def _pairs(order: Sequence[NumberClaim], rules: Rules) -> tuple[list[Pair], list[Finding]]:
    """All pairs; of too many those of one unit that are next to each other in time, and a finding that says so."""
    if len(order) * (len(order) - 1) // 2 <= rules.most_pairs:
        return [_pair(a, b, rules) for i, a in enumerate(order) for b in order[i + 1 :]], []
    reach = max(1, rules.most_pairs // len(order))
    kinds: dict[tuple[str, str], list[NumberClaim]] = {}
    for claim in order:
        kinds.setdefault((claim.key, claim.unit), []).append(claim)
    pairs = [
        _pair(a, b, rules)
        for members in kinds.values()
        for i, a in enumerate(members)
        for b in members[i + 1 : i + 1 + reach]
    ]
    said = (
        f"{len(order):,} statements are too many to hold each against all: each was held against the {reach} of its unit that "
        "follow it, and whether parts exceed a total was not looked at; ask for fewer, by --key or --weapon"
    )
    return pairs, [Finding("not_all_held", (), said)]


def _pair(a: NumberClaim, b: NumberClaim, rules: Rules) -> Pair:
    if a.unit != b.unit or a.key != b.key:
        return Pair(a.id, b.id, "not_comparable", "none", f"{a.unit or a.key} are not {b.unit or b.key}")
    s, t = a.scope, b.scope
    if s.start is None or s.end is None or t.start is None or t.end is None:
        return Pair(a.id, b.id, "not_comparable", "none", "one of them does not say of which period it is")
    weapons = _weapons_differ(s, t)
    if weapons and not s.weapons & t.weapons:
        return Pair(a.id, b.id, "not_comparable", "none", weapons)
    if why := apart(s, t):
        said = f"their scopes are apart in {why}; they may be added, not compared"
        return Pair(a.id, b.id, "apart", "none", said)
    if a.lineage == b.lineage and (s.start, s.end, s.place, s.weapons) == (
        t.start,
        t.end,
        t.place,
        t.weapons,
    ):
        return Pair(a.id, b.id, "chained", "holds", "the later of one lineage takes the place of the earlier")
    if s.start == t.start:
        inner, outer = (a, b) if s.end <= t.end else (b, a)
        return _chained(inner, outer, a, b)
    return _compared(a, b, rules, weapons)


def _chained(inner: NumberClaim, outer: NumberClaim, a: NumberClaim, b: NumberClaim) -> Pair:
    """One start, growing ends: the inner lower bound may not exceed the outer upper bound."""
    low, high = inner.low, outer.high
    falls = low is not None and high is not None and low > high
    wider = _reach(inner.scope, outer.scope)
    note = f"; {wider}, and what is wider sets no bound on what is narrower" if wider else ""
    if falls and not wider:
        said = (
            f"{inner.id} says {inner.words} ({_range(inner)}) to {inner.scope.end}, {outer.id} says {outer.words} "
            f"({_range(outer)}) to {outer.scope.end}: a total over a growing period cannot fall{_bases(inner, outer)}"
        )
        return Pair(a.id, b.id, "chained", "contradiction", said)
    verb = "would not fit" if falls else "fits"
    said = f"{_range(inner)} to {inner.scope.end} {verb} {_range(outer)} to {outer.scope.end}{note}"
    return Pair(a.id, b.id, "chained", "holds", said)


def _compared(a: NumberClaim, b: NumberClaim, rules: Rules, weapons: str) -> Pair:
    """Other scopes: what one proves, less what days outside the other could hold, against what the other allows."""
    start_gap = (
        f"{b.id} starts {(b.scope.start - a.scope.start).days} days later"
        if a.scope.start and b.scope.start
        else ""
    )
    how = f"{start_gap}, so they are compared, not chained"
    tense = ""
    for one, other in ((a, b), (b, a)):
        if one.low is None or other.high is None or one.low <= other.high or _reach(one.scope, other.scope):
            continue
        days, beyond = _days(one.scope), _days_outside(one.scope, other.scope)
        if beyond > rules.outside_days * days:
            continue
        needed = one.low - other.high
        condition = f"{needed:g} of the {one.low:g} of {one.id} fell on {beyond} of its {days} days"
        if beyond == 0 or needed > rules.outside_number * one.low:
            unless = f"unless {condition}" if beyond else f"for {one.id} lies inside {other.id}"
            said = (
                f"{how}: {one.id} says {_range(one)}, {other.id} {_range(other)}; both cannot be right, "
                f"{unless}{_bases(a, b)}"
            )
            return Pair(a.id, b.id, "compared", "contradiction", said)
        tense = f"{how}: both hold only if {condition}{_bases(a, b)}"
    if tense:
        return Pair(a.id, b.id, "compared", "only_if", tense)
    notes = "".join(f"; {note}" for note in (weapons, _reach(a.scope, b.scope)) if note)
    return Pair(a.id, b.id, "compared", "holds", f"{how}; nothing contradicts{notes}")


def _reach(one: Scope, other: Scope) -> str:
    """Why the number of one scope may go beyond another whatever the days: other weapons, places or victims; "" if it may not."""
    if one.weapons - other.weapons and other.weapons:
        return f"{_names(one)} are more than {_names(other)}"
    if other.place and one.place[: len(other.place)] != other.place:
        return "they are not of one place"
    if other.victims not in ("people", one.victims):
        return f"{one.victims} are more than {other.victims}"
    if one.whole_attack and not other.whole_attack:
        return "one is about the whole attack"
    return ""


def _jumps(order: Sequence[NumberClaim], pairs: Sequence[Pair], rules: Rules) -> list[Finding]:
    """Growth by a factor between two statements of a chain that follow each other with none in between."""
    chains: dict[tuple[str, str, date | None], list[NumberClaim]] = {}
    for claim in order:
        if claim.scope.end is not None:
            chains.setdefault((claim.key, claim.unit, claim.scope.start), []).append(claim)
    broken = {frozenset((p.a, p.b)) for p in pairs if p.verdict == "contradiction"}
    found = []
    for chain in chains.values():
        for a, b in pairwise(chain):
            low = a.high if a.high is not None else a.low
            if low and b.low and b.low >= rules.jump * low and frozenset((a.id, b.id)) not in broken:
                said = f"from {a.words} to {b.words} between {a.scope.end} and {b.scope.end}, with no statement in between"
                found.append(Finding("jump", (a.id, b.id), said))
    return found


def _elsewhere(order: Sequence[NumberClaim]) -> list[Finding]:
    """Statements whose period starts elsewhere than that of the first are no continuation of its series."""
    dated = [claim for claim in order if claim.scope.start is not None]
    if not dated:
        return []
    first = dated[0].scope.start
    return [
        Finding(
            "other_series",
            (claim.id,),
            f"its period starts on {claim.scope.start}, not on {first}: it does not continue that series",
        )
        for claim in dated
        if claim.scope.start != first
    ]


def _parts(order: Sequence[NumberClaim]) -> list[Finding]:
    """Totals that parts of their scope, provably apart, already exceed."""
    found = []
    for claim in order:
        if claim.high is None:
            continue
        inside = [
            c for c in order
            if c is not claim and (c.key, c.unit) == (claim.key, claim.unit) and c.low and not outside(c.scope, claim.scope)
        ]  # fmt: skip
        best = heaviest(gather(inside), "highest_source")
        if len(best.scopes) > 1 and best.total > claim.high:
            parts = tuple(c.id for one in best.scopes for c in one.claims)
            said = f"its parts add up to at least {best.total}, more than {_range(claim)}"
            found.append(Finding("parts_exceed", (claim.id, *parts), said))
    return found


def _weapons_differ(s: Scope, t: Scope) -> str:
    if s.weapons == t.weapons:
        return ""
    return f"they are about {_names(s)} and {_names(t)}"


def _names(scope: Scope) -> str:
    return " or ".join(sorted(scope.weapons)) or "no weapon in particular"


def _range(claim: NumberClaim) -> str:
    low = "0" if claim.low is None else f"{claim.low:g}"
    return f"[{low}, ∞)" if claim.high is None else f"[{low}, {claim.high:g}]"


def _days(scope: Scope) -> int:
    assert scope.start is not None
    assert scope.end is not None
    return (scope.end - scope.start).days + 1


def _days_outside(one: Scope, other: Scope) -> int:
    """Days of one scope that lie outside another."""
    assert one.start is not None
    assert one.end is not None
    assert other.start is not None
    assert other.end is not None
    shared = min(one.end, other.end) - max(one.start, other.start) + timedelta(days=1)
    return _days(one) - max(shared.days, 0)


def _basis(claim: NumberClaim) -> str:
    """What a number was told from, as far as its own words say so."""
    told = " ".join((claim.note, claim.hedge, claim.claimant))
    if _DEBRIS.search(told):
        return "debris that was examined"
    if _TALLIES.search(told):
        return "what the public tallies named"
    return ""


def _bases(a: NumberClaim, b: NumberClaim) -> str:
    told, other = _basis(a), _basis(b)
    if told and other and told != other:
        return f"; they count differently: {a.id} goes by {told}, {b.id} by {other}"
    named = [(claim.id, basis) for claim, basis in ((a, told), (b, other)) if basis]
    return "".join(f"; {name} goes by {basis}" for name, basis in named[:1])
