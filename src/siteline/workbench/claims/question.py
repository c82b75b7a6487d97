"""One question (a claim key) with all that bears on it: its lineages, how they drift, how statements relate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siteline.claims.compare import say_value
from siteline.claims.drift import Copy
from siteline.claims.lineage import Lines, Proposal, last_words, propose
from siteline.claims.members import Group
from siteline.claims.relation import Relation, RelationKind, make_relation
from siteline.claims.rows import by_number
from siteline.claims.rules import relate_lines
from siteline.claims.said import ADDED, REJECTED, TABLE, RelationWord
from siteline.claims.standing import Evidence, Line, count_corroboration, draw_lines
from siteline.claims.statements import Filed
from siteline.model.claim import Claim, Statement
from siteline.model.errors import NotFound
from siteline.workbench.case import Case

WHOLE = 300
"""Questions with no more statements than this are compared statement by statement; larger ones by what each lineage says."""

MOST_TRACED = 1000
"""Groups of statements among which corroboration and relations of a whole question are sought."""


@dataclass(frozen=True, slots=True)
class Question:
    """What stands on record of one claim key at one moment."""

    key: str
    lines: tuple[Line, ...]
    relations: tuple[Relation, ...]
    """By rule or by a person's word, without those that were rejected."""

    rejected: tuple[RelationWord, ...]
    proposals: tuple[Proposal, ...]
    """Lineages that seem to be one, on which nobody has spoken."""

    lines_if_proposed: Lines
    left_out: int = 0
    """Statements that were left out because there are too many."""

    def corroboration(self, line: Line) -> int:
        """
        How many lineages with primary access say the same as this one, it included; a rejected corroboration does not count.
        """
        if not line.heads or not line.has_primary:
            return count_corroboration(line, self.lines, self.lines_if_proposed)
        own = {copy.statement.id for copy in line.copies}
        ends = {
            end
            for r in self.relations
            if r.kind is RelationKind.CORROBORATES and own & {r.a, r.b}
            for end in (r.a, r.b)
        } - own
        agreeing = {n.name for n in self.lines if n.has_primary and ends & {c.statement.id for c in n.copies}}
        return len({self.lines_if_proposed.name(name) for name in (*agreeing, line.name)})


def ask(
    case: Case,
    key: str,
    as_of: datetime | None = None,
    *,
    focus: Statement | None = None,
    most: int | None = None,
) -> Question:
    """
    What stands on record of a question. Restricted exhibits' statements are left out for those who are not their readers.

    focus: only the relations of this statement's lineage. most: no more groups of statements than this (one group says one
    claim in one lineage), those of the focus's lineage first, then the earliest.
    """
    lines = case.lineages.lines(as_of)
    total, left_out = case.members.count(key, as_of), 0
    if total <= WHOLE:
        filed = case.statements.find(key=key, as_of=as_of)
        statements = visible(case, [f.statement for f in filed])
    else:
        groups = _choose(case, key, as_of, focus, lines, most)
        left_out = max(0, total - sum(group.count for group in groups)) if most is not None else 0
        statements = visible(case, case.members.statements(groups, as_of))
    if focus is not None and all(s.id != focus.id for s in statements):
        statements.append(focus)
    words = _on_record(case, case.relations.words_on_key(key, as_of), statements, as_of)
    evidence = _gather(case, key, lines, words, as_of)
    proposals = propose(statements, last_words(case.lineages.words(as_of)))
    drawn = draw_lines(statements, evidence)
    by_rule = relate_lines(drawn, evidence, focus.id if focus else None)
    relations, rejected = _with_words(by_rule, words)
    return Question(
        key,
        tuple(drawn),
        tuple(relations),
        tuple(rejected),
        tuple(proposals),
        lines.with_proposed(proposals),
        left_out,
    )


def trace_drift(
    case: Case, key: str | None = None, lineage: str | None = None, as_of: datetime | None = None
) -> list[dict[str, Any]]:
    """
    One row per (lineage, claim key): its statements, values, verdict, corroboration, and each change by name.

    Raises NotFound for a key or lineage that is not on record.
    """
    keys = case.members.keys(as_of) if key is None else [key]
    names = case.lineages.lines(as_of).names_of(lineage) if lineage else None
    rows = []
    for each in keys:
        question = ask(case, each, as_of, most=MOST_TRACED)
        filed = visible_filed(case, case.statements.find(key=each, as_of=as_of))
        evidence = _gather(case, each, case.lineages.lines(as_of), (), as_of, question.relations)
        whole = draw_lines([f.statement for f in filed], evidence)
        by_name = {line.name: line for line in question.lines}
        rows += [
            tell_line(line, question, by_name.get(line.name, line))
            for line in whole
            if names is None or line.name in names
        ]
    if not rows and (key or lineage):
        what = f"claim key {key!r}" if key else f"lineage {lineage!r}"
        raise NotFound(f"no statement of {what}", "See: siteline claims list")
    return rows


def tell_line(line: Line, question: Question, head: Line | None = None) -> dict[str, Any]:
    """A lineage on one question, in interchange form; `head`: the same among the question's own lines."""
    conflicts = [copy for copy in line.copies if copy.conflicts]
    verdict = "transmission_conflict" if conflicts else "consistent" if len(line.copies) > 1 else "single"
    return {
        "lineage": line.name,
        "claim_key": question.key,
        "statements": [copy.statement.id for copy in line.copies],
        "values": _values(line.copies),
        "verdict": verdict,
        "corroboration": question.corroboration(head or line),
        "is_lower_bound": question.left_out > 0,
        "origin": line.copies[0].origin.id,
        "primary_access": line.has_primary,
        "changes": [
            {
                "statement": copy.statement.id,
                "origin": copy.origin.id,
                "kind": change.kind,
                "was": change.was,
                "is_now": change.is_now,
                "says": change.says,
                "conflicts": copy.conflicts,
            }
            for copy in line.copies
            for change in copy.changes
        ],
        "superseded": [[c.statement.id, c.origin.id] for c in line.copies if c.replaces],
        "proposed_as_one_with": [
            {"lineage": p.b if p.a == line.name else p.a, "kind": p.kind, "basis": p.basis}
            for p in question.proposals
            if line.name in (p.a, p.b)
        ],
    }


def tell_value(claim: Claim) -> list[float | None] | str | None:
    """A value in interchange form: [low, high], or the words; null where nothing is claimed but that it is so."""
    if claim.value is not None:
        return claim.value.ends()
    return claim.value_text or None


def tell_relation(relation: Relation) -> dict[str, Any]:
    """A relation in interchange form."""
    return {
        "a": relation.a,
        "b": relation.b,
        "kind": relation.kind.value,
        "basis": relation.basis,
        "by": relation.by,
    }


def visible(case: Case, statements: Sequence[Statement]) -> list[Statement]:
    """Those whose exhibits are not restricted to others."""
    hidden = case.exhibits.hidden()
    return [s for s in statements if s.anchor.exhibit_id not in hidden]


def visible_filed(case: Case, filed: Sequence[Filed]) -> list[Filed]:
    """Those whose exhibits are not restricted to others."""
    hidden = case.exhibits.hidden()
    return [f for f in filed if f.statement.anchor.exhibit_id not in hidden]


def _values(copies: Sequence[Copy]) -> list[list[float | None] | str]:
    found: list[list[float | None] | str] = []
    for copy in copies:
        told = tell_value(copy.statement.claim)
        if told is not None and told not in found:
            found.append(told)
    return found


def _on_record(
    case: Case, words: Sequence[RelationWord], statements: Sequence[Statement], as_of: datetime | None
) -> list[RelationWord]:
    """Words whose two statements are on record and may be seen: neither withdrawn nor restricted to others."""
    seen = {s.id for s in statements}
    others = {end for word in words for end in (word.a, word.b)} - seen
    seen |= {f.id for f in visible_filed(case, case.statements.find(ids=others, as_of=as_of))}
    return [word for word in words if word.a in seen and word.b in seen]


def _choose(
    case: Case, key: str, as_of: datetime | None, focus: Statement | None, lines: Lines, most: int | None
) -> list[Group]:
    """All groups of statements, or no more than `most`: those of the focus's lineage, then the earliest."""
    groups = case.members.groups(key, as_of, most=most)
    if most is None or focus is None:
        return groups
    own = lines.names_of(focus.lineage_name)
    mine = case.members.groups(key, as_of, lineages=own, most=most)
    return [*mine, *(g for g in groups if g.lineage not in own)][:most]


def _gather(
    case: Case,
    key: str,
    lines: Lines,
    words: Sequence[RelationWord],
    as_of: datetime | None,
    relations: Sequence[Relation] = (),
) -> Evidence:
    last = {(w.a, w.b): w.verdict for w in words if w.kind is RelationKind.SUPERSEDES}
    replacing = {pair for pair, verdict in last.items() if verdict != REJECTED}
    replacing |= {(r.a, r.b) for r in relations if r.kind is RelationKind.SUPERSEDES and r.b is not None}
    broader = [
        (denial, why)
        for broad, why in case.relations.broader_than(key, as_of)
        for denial in visible(case, case.members.denials(broad, as_of))
    ]
    keys = {key, *(denial.claim.key for denial, _ in broader)}
    given = {
        name: tuple(found) for each in keys for name, found in case.members.evidence(each, as_of).items()
    }
    return Evidence(lines, frozenset(replacing), broader, given)


def _with_words(
    by_rule: Sequence[Relation], words: Sequence[RelationWord]
) -> tuple[list[Relation], list[RelationWord]]:
    """Relations by rule, less those that somebody rejected, and those that somebody added."""
    last: dict[tuple[str, str | None, RelationKind], RelationWord] = {}
    for word in words:
        last[word.a, word.b, word.kind] = word
    rejected = {pair for pair, word in last.items() if word.verdict == REJECTED}
    kept = {relation.pair: relation for relation in by_rule if relation.pair not in rejected}
    for pair, word in last.items():
        if word.verdict == REJECTED:
            continue
        who, why = (word.by, word.why) if word.verdict == ADDED else ("table", word.why)
        if pair in kept and word.verdict == TABLE:
            who, why = kept[pair].by, f"{kept[pair].basis}; {why}"
        kept[pair] = make_relation(word.a, word.b, word.kind, why, who)
    order = sorted(kept.values(), key=lambda r: (by_number(r.a), by_number(r.b or ""), r.kind))
    return order, [word for pair, word in last.items() if pair in rejected]


def say_claim(claim: Claim) -> str:
    """A proposition on one line: "KN-23/24, fired_total: 24 or more missiles"."""
    head = ", ".join(filter(None, (claim.subject, claim.says)))
    value = say_value(claim)
    return f"{head}: {value}" if value else head
