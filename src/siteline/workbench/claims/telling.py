"""The whole story of a statement or a question, for other programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from siteline.claims.relation import Relation, RelationKind
from siteline.claims.rows import rank
from siteline.claims.statements import Filed
from siteline.model.claim import Attribution, Stance, Statement
from siteline.model.errors import BadSetting, NotForYou, NotFound
from siteline.model.interval import Period
from siteline.workbench.case import Case
from siteline.workbench.claims.question import (
    ask,
    tell_line,
    tell_relation,
    tell_value,
    visible_filed,
)
from siteline.workbench.claims.sections import judged, moved_on

MOST = 200
"""Groups of statements that one page is computed from; how many statements were left out is said."""

_CLAIM_ID = re.compile(r"[0-9a-f]{16}")

Section = Callable[[Case, Statement, datetime | None], dict[str, Any]]
"""What another room adds to a page: {name: [{"text": one line for a person, …}]}."""

SECTIONS: tuple[Section, ...] = (judged, moved_on)
"""Rooms that add to every page, such as assessments."""


def tell_page(case: Case, said: str, as_of: datetime | None = None) -> dict[str, Any]:
    """
    The story of a statement (its id), or of a proposition (its claim id: told by its earliest statement).

    Raises NotFound, and NotForYou where its exhibit is restricted to others.
    """
    filed = find_seen(case, said, as_of)
    statement = filed.statement
    key = statement.claim.key
    focus = None if filed.is_withdrawn else statement
    question = ask(case, key, as_of, focus=focus, most=MOST)
    lines = case.lineages.lines(as_of)
    line = next((n for n in question.lines if n.name == lines.name(statement.lineage_name)), None)
    own = [r for r in question.relations if statement.id in (r.a, r.b)]
    told: dict[str, Any] = {
        "statement": tell_filed(case, filed),
        "status": _status(filed, own),
        "lineage": tell_line(line, question) if line else None,
        "relations": [tell_relation(r) for r in own],
        "of_its_lineage": [tell_relation(r) for r in question.relations if r not in own],
        "rejected": [
            {"a": w.a, "b": w.b, "kind": w.kind.value, "why": w.why, "by": w.by} for w in question.rejected
        ],
        "words": [
            {"kind": w.kind.value, "detail": w.detail, "why": w.why, "at": w.at, "by": w.by}
            for w in filed.words
        ],
        "as_of": as_of.isoformat() if as_of else None,
        "left_out": question.left_out,
    }
    for section in SECTIONS:
        told |= section(case, statement, as_of)
    return told


def tell_question(case: Case, key: str, as_of: datetime | None = None) -> dict[str, Any]:
    """All that is on record of one claim key, lineage by lineage; raises NotFound."""
    question = ask(case, key, as_of, most=MOST)
    if not question.lines:
        raise NotFound(f"no statement of {key!r}", "See: siteline claims list")
    shown = [copy.statement.id for line in question.lines for copy in line.copies]
    filed = {f.id: f for f in case.statements.find(ids=shown, as_of=as_of)}
    return {
        "claim_key": key,
        "lineages": [
            {
                **tell_line(line, question),
                "words": [tell_filed(case, filed[c.statement.id]) for c in line.copies],
            }
            for line in question.lines
        ],
        "relations": [tell_relation(r) for r in question.relations],
        "as_of": as_of.isoformat() if as_of else None,
        "left_out": question.left_out,
    }


def tell_list(case: Case, as_of: datetime | None = None, **filters: Any) -> list[dict[str, Any]]:
    """Statements in interchange form; `filters` as in `Statements.find`."""
    return [
        tell_filed(case, filed) for filed in visible_filed(case, case.statements.find(as_of=as_of, **filters))
    ]


def is_question(case: Case, said: str, as_of: datetime | None = None) -> bool:
    """Whether somebody means a claim key rather than a statement: no statement has just that id, and the key is on record."""
    if case.statements.digests([said]):
        return False
    return bool(case.statements.find(key=said, as_of=as_of, limit=1, with_withdrawn=True))


def stance_named(said: str) -> Stance:
    """The stance of a name; raises BadSetting."""
    if said not in set(Stance):
        raise BadSetting(f"{said!r} is no stance", f"One of: {', '.join(Stance)}")
    return Stance(said)


def tell_filed(case: Case, filed: Filed) -> dict[str, Any]:
    """One statement in interchange form."""
    statement, claim = filed.statement, filed.statement.claim
    anchor, translation, asked = statement.anchor, statement.translation, statement.asked
    return {
        "id": statement.id,
        "claim_id": claim.id,
        "claim_key": claim.key,
        "subject": claim.subject,
        "subject_ids": list(claim.subject_ids),
        "predicate": claim.says,
        "value": tell_value(claim),
        "value_type": claim.value_type,
        "excludes": [end for end, out in _excluded(statement) if out],
        "unit": claim.unit,
        "qualifier": claim.qualifier,
        "stated": claim.stated.ends() if claim.stated else tell_value(claim),
        "claim_kind": claim.kind.value,
        "condition": claim.condition,
        "definition": claim.definition,
        "period": tell_period(claim.scope.time),
        "place": claim.scope.place,
        "thing": claim.scope.thing,
        "stance": statement.stance.value,
        "negated": statement.is_negated,
        "hedges": [
            {"text": h.text, "kind": h.kind.value, "start": h.start, "end": h.end} for h in statement.hedges
        ],
        "quote": statement.quote,
        "paraphrase": statement.paraphrase,
        "language": statement.language,
        "translation": None
        if translation is None
        else {
            "text": translation.text,
            "language": translation.language,
            "translator": translation.translator,
            "machine": translation.is_machine,
            "checked_by": translation.checked_by,
        },
        "attribution": [_tell_hand(hand) for hand in statement.attribution],
        "said": tell_period(statement.said),
        "lineage": statement.lineage_name,
        "cites": statement.cites,
        "wire": statement.wire,
        "dataset": statement.dataset,
        "imagery": list(statement.imagery),
        "evidence": list(filed.evidence),
        "supports": list(statement.supports),
        "asked": asked and {"by": asked.by, "when": tell_period(asked.when), "how": asked.how},
        "anchor": anchor.kind.value,
        "in_custody": anchor.is_in_custody,
        "exhibit": anchor.exhibit_id or None,
        "sha256": anchor.sha256 or None,
        "start": anchor.start,
        "end": anchor.end,
        "url": anchor.url or None,
        "note": statement.note,
        "withdrawn": filed.is_withdrawn,
        "recorded_at": filed.at,
        "recorded_by": filed.by,
    }


def tell_period(period: Period | None) -> dict[str, str | None] | None:
    """Days in interchange form."""
    if period is None:
        return None
    first, last = period.first, period.last
    return {"from": first.isoformat() if first else None, "to": last.isoformat() if last else None}


def find_seen(case: Case, said: str, as_of: datetime | None = None) -> Filed:
    """The statement with an id, or the earliest with a claim id; raises NotFound, and NotForYou."""
    if _CLAIM_ID.fullmatch(said):
        found = case.statements.find(claim_id=said, as_of=as_of)
        if found:
            return _seen(case, min(found, key=lambda f: rank(f.statement)))
    return _seen(case, case.statements.get(said, as_of))


_ENDED = {
    RelationKind.RETRACTS: "retracted",
    RelationKind.CORRECTS: "corrected",
    RelationKind.SUPERSEDES: "superseded",
}


def _status(filed: Filed, own: Iterable[Relation]) -> str:
    """`withdrawn` (by us), `retracted`, `corrected` or `superseded` (by its source), else `standing`."""
    if filed.is_withdrawn:
        return "withdrawn"
    ends = {r.kind for r in own if r.b == filed.id}
    return next((said for kind, said in _ENDED.items() if kind in ends), "standing")


def _seen(case: Case, filed: Filed) -> Filed:
    if filed.statement.anchor.exhibit_id in case.exhibits.hidden():
        raise NotForYou(f"statement {filed.id} quotes an exhibit that is restricted to its readers")
    return filed


def _tell_hand(hand: Attribution) -> dict[str, Any]:
    return {
        "name": hand.name,
        "level": hand.level,
        "role": hand.role.value,
        "entity": hand.entity_id or None,
        "title": hand.title,
        "anonymous": hand.is_anonymous,
    }


def _excluded(statement: Statement) -> Iterable[tuple[str, bool]]:
    value = statement.claim.value
    return (("low", value.excludes_low), ("high", value.excludes_high)) if value else ()
