"""What people say of statements, relations and lineages; and what is there to be decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from siteline.claims.lineage import last_words, propose
from siteline.claims.relation import RelationKind
from siteline.claims.said import ADDED, REJECTED
from siteline.claims.statements import WordKind
from siteline.model.errors import BadSetting, BadStatement, NotFound
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.claims.question import MOST_TRACED, WHOLE, ask, tell_relation, visible


def list_relations(
    case: Case,
    key: str | None = None,
    as_of: datetime | None = None,
    warn: Callable[[Remark], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """
    All relations in interchange form, question by question; raises NotFound for a key that is not on record.

    warn: hears of each question that is too large to compare all of it.
    """
    keys = case.members.keys(as_of)
    if key is not None and key not in keys:
        raise NotFound(f"no statement of {key!r}", "See: siteline claims list")
    told = []
    for each in keys if key is None else [key]:
        question = ask(case, each, as_of, most=MOST_TRACED)
        told += [tell_relation(relation) for relation in question.relations]
        if question.left_out:
            what = f"{question.left_out:,} statements were left out: only what is said first was compared"
            warn(Remark(each, what, "Ask for one of them: siteline claims show ID"))
    return told


def say_relation(case: Case, a: str, kind: str, b: str, why: str, *, reject: bool = False) -> str:
    """Add or reject a relation in somebody's name; returns what was said."""
    if kind not in set(RelationKind):
        raise BadSetting(f"{kind!r} is no relation", f"One of: {', '.join(RelationKind)}")
    first, second = case.statements.get(a).id, case.statements.get(b).id
    verdict = REJECTED if reject else ADDED
    is_new = case.relations.say(first, second, RelationKind(kind), verdict, why)
    return (
        f"{verdict}: {first} {kind} {second}" if is_new else f"that was said already: {first} {kind} {second}"
    )


def say_lineage(case: Case, a: str, b: str, is_one: bool, why: str) -> None:
    """Say that two lineages are one, or apart; raises NotFound for a lineage that no statement is of."""
    for name in (a, b):
        if not case.statements.find(lineage=name, limit=1, with_withdrawn=True):
            raise NotFound(f"no statement of lineage {name!r}", "See: siteline claims list")
    case.lineages.say(a, b, is_one, why)


def list_proposals(case: Case, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Lineages that seem to be one, on which nobody has spoken; then what people decided."""
    words = case.lineages.words(as_of)
    told: list[dict[str, Any]] = []
    for key in case.members.keys(as_of):
        groups = case.members.groups(key, as_of)
        if len({group.lineage for group in groups}) < 2:
            continue
        if sum(group.count for group in groups) <= WHOLE:
            statements = [f.statement for f in case.statements.find(key=key, as_of=as_of)]
        else:
            statements = case.members.statements(groups, as_of)
        told += [
            {
                "state": "proposed",
                "a": p.a,
                "b": p.b,
                "kind": p.kind,
                "basis": p.basis,
                "claim_key": key,
                "statements": list(p.statements),
            }
            for p in propose(visible(case, statements), last_words(words))
        ]
    told += [
        {
            "state": "one" if w.is_one else "apart",
            "a": w.a,
            "b": w.b,
            "kind": "said",
            "basis": w.why,
            "by": w.by,
            "at": w.at,
        }
        for w in words
    ]
    return told


def withdraw(case: Case, statement_id: str, why: str, *, undo: bool = False) -> str:
    """Take a statement out, or in again; returns what was done."""
    filed = case.statements.get(statement_id)
    if filed.is_withdrawn is not undo:
        raise BadStatement(
            f"{filed.id} is {'withdrawn already' if filed.is_withdrawn else 'not withdrawn'}",
            "See: siteline claims show",
        )
    case.statements.say(filed.id, WordKind.RESTORED if undo else WordKind.WITHDRAWN, why)
    return f"{filed.id} {'counts again' if undo else 'is withdrawn'}"


def give_evidence(case: Case, statement_id: str, exhibit_id: str, why: str) -> str:
    """Note an exhibit that a speaker offers; returns what was noted."""
    filed, exhibit = case.statements.get(statement_id), case.exhibits.get(exhibit_id)
    case.statements.say(filed.id, WordKind.EVIDENCE, why, exhibit.id)
    return f"{filed.id}: evidence {exhibit.id}"


def check_translation(case: Case, statement_id: str, why: str) -> str:
    """Note that somebody read words and translation; raises BadStatement where there is none."""
    filed = case.statements.get(statement_id)
    if filed.statement.translation is None:
        raise BadStatement(
            f"{filed.id} has no translation", "Add a statement that has one: siteline claims add"
        )
    case.statements.say(filed.id, WordKind.TRANSLATION_CHECKED, why)
    return f"{filed.id}: translation checked by {case.db.who}"
