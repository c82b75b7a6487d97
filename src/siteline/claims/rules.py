"""
The rules by which statements on one question stand to each other, each with its reason; people add and reject.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations

from siteline.claims.compare import are_incompatible, same_unit, same_value, say_value
from siteline.claims.relation import Relation, RelationKind, make_relation
from siteline.claims.rows import by_number
from siteline.claims.scope import Fit, ScopeFit, fit_scopes, say_fit
from siteline.claims.standing import Evidence, Line, draw_lines, what_agrees
from siteline.claims.succession import TAKERS, why_replaces, why_takes_back
from siteline.model.claim import Stance, Statement

_SILENT = {
    Stance.DENIES: RelationKind.DENIES,
    Stance.NO_POSITION: RelationKind.NO_POSITION,
    Stance.NONRESPONSE: RelationKind.NONRESPONSE,
}
_AT_ODDS = {
    RelationKind.CONTRADICTS,
    RelationKind.TRANSMISSION_CONFLICT,
    RelationKind.MAY_CONTRADICT,
}


def relate(
    statements: Sequence[Statement], evidence: Evidence | None = None, focus: str | None = None
) -> list[Relation]:
    """
    All relations among statements of one claim key, in a stable order.

    focus: only those that concern the lineage of this statement; their number then grows with the statements, not the pairs.
    """
    evidence = evidence or Evidence()
    return relate_lines(draw_lines(statements, evidence), evidence, focus)


def relate_lines(lines: Sequence[Line], evidence: Evidence, focus: str | None = None) -> list[Relation]:
    """All relations among lineages that were drawn already; see `relate`."""
    mine = None
    if focus is not None:
        mine = next(line for line in lines if any(c.statement.id == focus for c in line.copies))
    found: dict[tuple[str, str | None, RelationKind], Relation] = {}

    def note(relations: Iterable[Relation]) -> None:
        for relation in relations:
            found.setdefault(relation.pair, relation)

    for line in lines:
        if mine is None or line is mine:
            note(_inside(line, evidence))
            note(_supports(line))
    for first, second, one, other in _pairs(lines, mine):
        note(_between(first, second, one, other))
    note(_replaced_elsewhere(lines, mine))
    note(_taken_back(lines, mine))
    note(_silent(lines, mine, evidence))
    replaced = {frozenset(pair) for pair in evidence.replacing}
    kept = (r for r in found.values() if r.kind not in _AT_ODDS or frozenset((r.a, r.b)) not in replaced)
    return sorted(kept, key=lambda r: (by_number(r.a), by_number(r.b or ""), r.kind))


def _pairs(lines: Sequence[Line], mine: Line | None) -> Iterable[tuple[Statement, Statement, Line, Line]]:
    """What lineages stand by, two by two, where their periods may meet; of one lineage with all others, if one is given."""
    if mine is not None:
        yield from (
            (a, b, mine, line) for line in lines if line is not mine for a in mine.heads for b in line.heads
        )
        return
    active: dict[str, list[tuple[date, Statement, Line]]] = {}
    heads = [(head, line) for line in lines for head in line.heads]
    for head, line in sorted(heads, key=lambda pair: (_begins(pair[0]), by_number(pair[0].id))):
        begins, ends = _begins(head), _ends(head)
        going = [entry for entry in active.get(head.claim.says, ()) if entry[0] >= begins]
        yield from ((other, head, its, line) for _, other, its in going if its is not line)
        active[head.claim.says] = [*going, (ends, head, line)]


def _begins(statement: Statement) -> date:
    time = statement.claim.scope.time
    return time.first if time is not None and time.first is not None else date.min


def _ends(statement: Statement) -> date:
    time = statement.claim.scope.time
    return time.last if time is not None and time.last is not None else date.max


def _inside(line: Line, evidence: Evidence) -> Iterable[Relation]:
    for copy in line.copies:
        one, origin = copy.statement, copy.origin
        if one is origin or not one.takes_side or not origin.takes_side:
            continue
        if copy.replaces and one.stance in TAKERS:
            continue  # told by `_taken_back`
        if copy.replaces:
            said = why_replaces(one, origin) or "said so by a person or the table it came with"
            yield make_relation(one.id, origin.id, RelationKind.SUPERSEDES, said)
        elif copy.conflicts:
            told = "; ".join(change.says for change in copy.changes) or are_incompatible(one, origin)
            basis = f"one lineage ({line.name}), earliest member {origin.id}: {told}"
            yield make_relation(origin.id, one.id, RelationKind.TRANSMISSION_CONFLICT, basis)
        elif same_value(one.claim, origin.claim):
            basis = f"one lineage ({line.name}): an echo of {origin.id}"
            yield make_relation(origin.id, one.id, RelationKind.SAME_AS, basis)
        else:
            yield from _narrower(one, origin, fit_scopes(one.claim, origin.claim))
    replacing = [c.statement for c in line.copies if c.replaces]
    for one, other in combinations(replacing, 2):
        for new, old in ((one, other), (other, one)):
            if why := why_replaces(new, old):
                yield make_relation(new.id, old.id, RelationKind.SUPERSEDES, why)
    for one, other in combinations([c.statement for c in line.copies if c.origin is c.statement], 2):
        yield from _between(one, other, line, line)


def _between(one: Statement, other: Statement, first: Line, second: Line) -> Iterable[Relation]:
    """What two statements do to each other that are not copies of one claim."""
    if not (one.takes_side and other.takes_side) or one.claim.says != other.claim.says:
        return
    if by_number(other.id) < by_number(one.id):
        one, other, first, second = other, one, second, first
    for new, old in ((one, other), (other, one)):
        if why := why_replaces(new, old):
            yield make_relation(new.id, old.id, RelationKind.SUPERSEDES, why)
            return
    fit = fit_scopes(one.claim, other.claim)
    if (why_not := are_incompatible(one, other, fit)) is not None:
        basis = f"{why_not}; {say_fit(fit, one.claim, other.claim)}{_rests(one, other)}"
        is_one = first is second
        kind = RelationKind.TRANSMISSION_CONFLICT if is_one else RelationKind.CONTRADICTS
        yield make_relation(one.id, other.id, kind, basis)
        return
    are_two = first is not second and first.has_primary and second.has_primary
    if are_two and (shared := what_agrees(one, other)) is not None:
        basis = f"two lineages ({first.name}, {second.name}): {shared}"
        yield make_relation(one.id, other.id, RelationKind.CORROBORATES, basis)
    yield from _narrower(one, other, fit)
    if _would_contradict(one, other, fit):
        basis = (
            f"{say_value(one.claim)} and {say_value(other.claim)}, if {say_fit(fit, one.claim, other.claim)}"
        )
        yield make_relation(one.id, other.id, RelationKind.MAY_CONTRADICT, basis)


def _narrower(one: Statement, other: Statement, fit: ScopeFit) -> Iterable[Relation]:
    """The narrower of two statements, if one is."""
    if one.claim.kind is not other.claim.kind or one.is_negated or other.is_negated:
        return
    overall, said = fit.overall, say_fit(fit, one.claim, other.claim)
    if overall is Fit.INSIDE:
        yield make_relation(one.id, other.id, RelationKind.NARROWS, said)
    elif overall is Fit.CONTAINS:
        said = say_fit(fit.turned(), other.claim, one.claim)
        yield make_relation(other.id, one.id, RelationKind.NARROWS, said)
    elif overall is Fit.SAME and same_unit(one.claim.unit, other.claim.unit):
        for inner, outer in ((one, other), (other, one)):
            first, second = inner.claim.value, outer.claim.value
            if first is not None and second is not None and first != second and first.lies_in(second):
                basis = f"{say_value(inner.claim)} lies in {say_value(outer.claim)}; {said}"
                yield make_relation(inner.id, outer.id, RelationKind.NARROWS, basis)


def _would_contradict(one: Statement, other: Statement, fit: ScopeFit) -> bool:
    first, second = one.claim.value, other.claim.value
    if first is None or second is None or first.meets(second) or fit.overall is not Fit.OVERLAPS:
        return False
    axes = (fit.time, fit.place, fit.thing)
    return (
        fit.time is Fit.SAME
        and set(axes) <= {Fit.SAME, Fit.UNKNOWN, Fit.OVERLAPS}
        and same_unit(one.claim.unit, other.claim.unit)
    )


def _rests(one: Statement, other: Statement) -> str:
    """What the two rest on, where they say so: it may be why they differ."""
    told = [f"{s.id} rests on {s.dataset}" for s in (one, other) if s.dataset]
    return f"; {', '.join(told)}" if told else ""


def _supports(line: Line) -> Iterable[Relation]:
    for copy in line.copies:
        for name in copy.statement.supports:
            basis = f"{copy.statement.id} is a judgement that rests on it"
            yield make_relation(name, copy.statement.id, RelationKind.SUPPORTS, basis)


def _replaced_elsewhere(lines: Sequence[Line], mine: Line | None) -> Iterable[Relation]:
    """What the same source replaced in another lineage."""
    former = [(line, old) for line in lines for old in line.former]
    standing = [(line, new) for line in lines for new in (*line.heads, *line.former)] if former else []
    for line, old in former:
        for other, new in standing:
            if (
                other is not line
                and (mine is None or mine in (line, other))
                and (why := why_replaces(new, old))
            ):
                yield make_relation(new.id, old.id, RelationKind.SUPERSEDES, why)


def _taken_back(lines: Sequence[Line], mine: Line | None) -> Iterable[Relation]:
    everything = [(line, c.statement) for line in lines for c in line.copies]
    takers = [(line, new) for line, new in everything if new.stance in TAKERS]
    for line, new in takers:
        kind = RelationKind.RETRACTS if new.stance is Stance.RETRACTS else RelationKind.CORRECTS
        about = [
            (other, old, why) for other, old in everything if (why := why_takes_back(new, old)) is not None
        ]
        for other, old, why in about:
            if mine is None or mine in (line, other):
                yield make_relation(new.id, old.id, kind, why)
        if not about and (mine is None or mine is line):
            yield make_relation(new.id, None, kind, "what it takes back is not on record")


def _silent(lines: Sequence[Line], mine: Line | None, evidence: Evidence) -> Iterable[Relation]:
    """Denials, words that take no side, and silence: three different things, shown beside what they are about."""
    heads = [(line, head) for line in lines for head in line.heads]
    for line in lines:
        for copy in line.copies:
            one = copy.statement
            if one.stance not in _SILENT:
                continue
            is_mine = mine is None or line is mine
            about = [
                (head, fit)
                for other, head in heads
                if (is_mine or other is mine)
                and (fit := fit_scopes(one.claim, head.claim)).overall is not Fit.DISJOINT
                and (fit.overall is not Fit.UNKNOWN or not one.claim.subject)
            ]
            for head, fit in about:
                yield _word_on(one, head, fit, evidence)
            if not about and is_mine:
                basis = f"{_say_silent(one, evidence)}; nobody on record asserts {one.claim.key!r}"
                yield make_relation(one.id, None, _SILENT[one.stance], basis)
    for denial, why in evidence.broader:
        for line, head in heads:
            if mine is None or line is mine:
                basis = f"by entailment: {why}; {_say_silent(denial, evidence)}"
                yield make_relation(denial.id, head.id, RelationKind.DENIES, basis, "entailment")


def _word_on(one: Statement, head: Statement, fit: ScopeFit, evidence: Evidence) -> Relation:
    said = _say_silent(one, evidence)
    kind = _SILENT[one.stance]
    if kind is RelationKind.DENIES and fit.overall is Fit.CONTAINS:
        basis = f"by entailment: it denies something broader; {say_fit(fit, one.claim, head.claim)}; {said}"
        return make_relation(one.id, head.id, kind, basis, "entailment")
    return make_relation(one.id, head.id, kind, f"{said}; {say_fit(fit, one.claim, head.claim)}")


def _say_silent(one: Statement, evidence: Evidence) -> str:
    who = one.speaker or f"nobody named ({one.quote or one.paraphrase or 'no words'})"
    if one.stance is Stance.NO_POSITION:
        return f"{who}: no position was taken"
    if one.stance is Stance.NONRESPONSE:
        asked = one.asked
        told = [f"asked by {asked.by}" if asked and asked.by else "", asked.how if asked else ""]
        return ", ".join([f"{who}: no response", *filter(None, told)]) + "; that denies nothing"
    given = dict.fromkeys((*one.evidence, *evidence.given.get(one.id, ())))
    return f"denied by {who}; " + (f"evidence given: {', '.join(given)}" if given else "no evidence given")
