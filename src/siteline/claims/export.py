"""Statements and the words on them as tables: what another case reads in again and writes out the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from siteline.claims.amount import read_amount
from siteline.claims.lineage import LineageWord
from siteline.claims.said import Entailment, RelationWord
from siteline.claims.statements import Filed, WordKind
from siteline.model.claim import Asked, Attribution, Claim, Hedge, Statement, Translation
from siteline.model.errors import BadInput
from siteline.model.interval import Interval, Period

WORDS = ("statement", "kind", "detail", "why")
LINEAGES = ("a", "b", "verdict", "why")
RELATIONS = ("a", "b", "kind", "verdict", "why")
ENTAILMENTS = ("narrow_key", "broad_key", "why")
Digest = Callable[[str], str]
"""SHA-256 of the exhibit with an id."""


def statement_cells(statement: Statement, sha256: Digest) -> dict[str, str]:
    """A row of `intake.COLUMNS`; exhibits are named by what they are, not by this case's ids."""
    claim, anchor, scope = statement.claim, statement.anchor, statement.claim.scope
    stated = claim.stated or claim.value
    time = scope.time
    return {
        "id": statement.id,
        "lineage": statement.lineage,
        "claim_key": claim.key,
        "subject": claim.subject,
        "subject_ids": " ".join(claim.subject_ids),
        "predicate": claim.predicate,
        **dict(zip(("value_low", "value_high"), _ends(stated), strict=True)),
        "qualifier": claim.qualifier,
        "unit": claim.unit,
        "value_type": claim.value_type,
        "value_text": claim.value_text,
        "value_ids": " ".join(claim.value_ids),
        **_reading(claim),
        "definition": claim.definition,
        "kind": claim.kind.value,
        "condition": claim.condition,
        "period_start": str(time.first or "") if time else "",
        "period_end": str(time.last or "") if time else "",
        "period_text": time.text if time else "",
        "place": scope.place,
        "place_id": scope.place_id,
        "thing": scope.thing,
        "stance": statement.stance.value,
        "negated": "yes" if statement.is_negated else "",
        "hedges": _list(statement.hedges, _hedge),
        "attribution": _list(statement.attribution, _hand),
        "published": _span(statement.said),
        "quote": statement.quote,
        "paraphrase": statement.paraphrase,
        "language": statement.language,
        "translation": _translation(statement.translation),
        "cites": statement.cites,
        "wire": statement.wire,
        "dataset": statement.dataset,
        "imagery": " ".join(sha256(name) for name in statement.imagery),
        "evidence": " ".join(sha256(name) for name in statement.evidence),
        "supports": " ".join(statement.supports),
        "asked": _asked(statement.asked),
        "anchor": anchor.kind.value,
        "exhibit": anchor.sha256,
        "start": "" if anchor.start is None else str(anchor.start),
        "end": "" if anchor.end is None else str(anchor.end),
        "rendition": anchor.rendition,
        "url": anchor.url,
        "note": statement.note,
    }


def word_cells(filed: Filed, sha256: Digest) -> list[dict[str, str]]:
    """The later words on a statement, oldest first."""
    return [
        {
            "statement": filed.id,
            "kind": word.kind.value,
            "detail": sha256(word.detail) if word.kind is WordKind.EVIDENCE else word.detail,
            "why": word.why,
        }
        for word in filed.words
    ]


def lineage_cells(words: Iterable[LineageWord]) -> list[dict[str, str]]:
    """Words on lineages, oldest first."""
    return [{"a": w.a, "b": w.b, "verdict": "one" if w.is_one else "apart", "why": w.why} for w in words]


def relation_cells(words: Iterable[RelationWord]) -> list[dict[str, str]]:
    """Words on relations, oldest first."""
    return [{"a": w.a, "b": w.b, "kind": w.kind.value, "verdict": w.verdict, "why": w.why} for w in words]


def entailment_cells(entailments: Iterable[Entailment]) -> list[dict[str, str]]:
    """Entailments that hold."""
    return [{"narrow_key": e.narrow_key, "broad_key": e.broad_key, "why": e.why} for e in entailments]


def _reading(claim: Claim) -> dict[str, str]:
    """How the words at the number were read, where a reader would not read them so by itself."""
    stated = claim.stated or claim.value
    low, high = (stated.low, stated.high) if stated else (None, None)
    try:
        read = read_amount(low, high, claim.qualifier, claim.unit)
    except BadInput:
        read = None
    if read == claim.value or claim.value is None:
        return {"read_low": "", "read_high": "", "excludes": ""}
    value = claim.value
    excludes = [name for name, out in (("low", value.excludes_low), ("high", value.excludes_high)) if out]
    return {
        **dict(zip(("read_low", "read_high"), _ends(value), strict=True)),
        "excludes": " ".join(excludes),
    }


def _ends(value: Interval | None) -> tuple[str, str]:
    if value is None:
        return "", ""
    low, high = ("" if end is None else repr(end).removesuffix(".0") for end in (value.low, value.high))
    return low, high


def _span(period: Period | None) -> str:
    if period is None:
        return ""
    if period.text:
        return period.text
    return (
        str(period.first) if period.first == period.last else f"{period.first or '..'}/{period.last or '..'}"
    )


def _list(nouns: Iterable[Any], tell: Callable[[Any], dict[str, Any]]) -> str:
    told = [
        {key: value for key, value in tell(noun).items() if value is not False and value not in ("", None)}
        for noun in nouns
    ]  # 0 is a place
    return json.dumps(told, ensure_ascii=False) if told else ""


def _hedge(hedge: Hedge) -> dict[str, Any]:
    return {"text": hedge.text, "kind": hedge.kind.value, "start": hedge.start, "end": hedge.end}


def _hand(hand: Attribution) -> dict[str, Any]:
    return {
        "name": hand.name,
        "level": hand.level,
        "role": hand.role.value,
        "entity_id": hand.entity_id,
        "title": hand.title,
        "is_anonymous": hand.is_anonymous,
    }


def _translation(made: Translation | None) -> str:
    if made is None:
        return ""
    told = {
        "text": made.text,
        "language": made.language,
        "translator": made.translator,
        "is_machine": made.is_machine,
        "checked_by": made.checked_by,
    }
    return json.dumps(told, ensure_ascii=False)


def _asked(asked: Asked | None) -> str:
    if asked is None:
        return ""
    return json.dumps({"by": asked.by, "when": _span(asked.when), "how": asked.how}, ensure_ascii=False)
