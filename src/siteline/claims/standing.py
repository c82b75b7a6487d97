"""
What each lineage stands by on one question, and how many lineages say the same.

Inside a lineage, copies are held against their origin (`drift`). What a lineage stands by are its origins, or what replaced
them; a copy that drifted speaks for nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from siteline.claims.compare import same_unit, same_value, say_value
from siteline.claims.drift import Copy, trace
from siteline.claims.lineage import Lines, has_primary_access
from siteline.claims.scope import Fit, fit_scopes, fold, say_fit
from siteline.claims.succession import TAKERS, why_replaces, why_takes_back
from siteline.model.claim import Statement


@dataclass(frozen=True, slots=True)
class Line:
    """One lineage on one question."""

    name: str
    copies: tuple[Copy, ...]
    heads: tuple[Statement, ...]
    """What it stands by: origins that take a side, or what replaced them; nothing that was taken back."""

    has_primary: bool
    former: tuple[Statement, ...] = ()
    """What it stood by until the same source, in another lineage, said otherwise or took it back."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What bears on the relations of one question beside its statements."""

    lines: Lines = field(default_factory=Lines)
    replacing: frozenset[tuple[str, str]] = frozenset()
    """Pairs (new, old) of which somebody said that one supersedes the other."""

    broader: Sequence[tuple[Statement, str]] = ()
    """Denials of something broader, each with why it entails this question."""

    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Exhibits offered in support later than when it was filed, by statement."""


def draw_lines(statements: Iterable[Statement], evidence: Evidence) -> list[Line]:
    """The lineages among statements of one claim key, as people left them."""
    by_name: dict[str, list[Statement]] = {}
    for statement in statements:
        by_name.setdefault(evidence.lines.name(statement.lineage_name), []).append(statement)
    return _without_former([_draw(name, members, evidence) for name, members in sorted(by_name.items())])


def _without_former(lines: list[Line]) -> list[Line]:
    """Lineages without what their sources replaced or took back in other lineages."""
    takers = [c.statement for line in lines for c in line.copies if c.statement.stance in TAKERS]
    by_source: dict[tuple[object, ...], list[Statement]] = {}
    for line in lines:
        for head in line.heads:
            by_source.setdefault(_source_and_scope(head), []).append(head)
    gone = set()
    for line in lines:
        for head in line.heads:
            own = by_source[_source_and_scope(head)] if head.speaker else []
            if any(why_replaces(new, head) for new in own) or any(
                why_takes_back(new, head) for new in takers
            ):
                gone.add(head.id)
    return [_part(line, gone) if any(head.id in gone for head in line.heads) else line for line in lines]


def _part(line: Line, gone: set[str]) -> Line:
    kept = tuple(head for head in line.heads if head.id not in gone)
    return replace(line, heads=kept, former=tuple(head for head in line.heads if head.id in gone))


def _source_and_scope(statement: Statement) -> tuple[object, ...]:
    """What two statements share if one can replace the other."""
    claim = statement.claim
    time = claim.scope.time
    return fold(statement.speaker), claim.says, (time.first, time.last) if time else None


def count_corroboration(line: Line, lines: Iterable[Line], lines_if_proposed: Lines) -> int:
    """
    Lineages with primary access of their own that say the same as this one, it included; 0 if it takes no side.

    Two lineages that are proposed to be one count as one.
    """
    if not line.heads:
        return 0
    agreeing = {
        lines_if_proposed.name(other.name)
        for other in lines
        if other.has_primary
        and other.heads
        and (other is line or any(what_agrees(a, b) is not None for a in line.heads for b in other.heads))
    }
    return len(agreeing)


def _draw(name: str, members: Sequence[Statement], evidence: Evidence) -> Line:
    copies = trace(members, evidence.replacing)
    gone = {old for _, old in evidence.replacing}
    for copy in copies:
        new = copy.statement
        if not copy.replaces and new.stance not in TAKERS:
            continue
        for old in (other.statement for other in copies if other is not copy):
            if why_replaces(new, old) or why_takes_back(new, old):
                gone.add(old.id)
    heads = tuple(
        copy.statement
        for copy in copies
        if copy.statement.takes_side
        and copy.statement.id not in gone
        and (copy.origin is copy.statement or copy.replaces)
    )
    return Line(name, tuple(copies), heads, has_primary_access(members))


def what_agrees(one: Statement, other: Statement) -> str | None:
    """What both say alike; None where they do not say the same of the same scope."""
    first, second = one.claim, other.claim
    if not (one.takes_side and other.takes_side) or one.is_negated != other.is_negated:
        return None
    if first.says != second.says or first.kind is not second.kind:
        return None
    fit = fit_scopes(first, second)
    if fit.overall is not Fit.SAME or fit.subject is not Fit.SAME:
        return None
    if first.value is not None and second.value is not None:
        if not first.value.meets(second.value) or not same_unit(first.unit, second.unit):
            return None
        both = (
            say_value(first) if same_value(first, second) else f"{say_value(first)} and {say_value(second)}"
        )
        return f"{both}; {say_fit(fit, first, second)}"
    if not same_value(first, second):
        return None
    return f"{say_value(first) or 'the same'}; {say_fit(fit, first, second)}"
