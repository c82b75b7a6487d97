"""Nouns of claims as rows, without their empty fields: a million of them must fit."""

from __future__ import annotations

import json
import re
from typing import Any

from siteline.model.claim import Claim, Statement
from siteline.store.codec import digest, from_json, to_json

NOT = " not"
_LONGEST_ORDER = 200
_NUMBER = re.compile(r"\d{1,11}")


def pack(noun: Any) -> str:
    """A noun as canonical JSON without what is empty; `Statement.claim` and `Claim` fields get their defaults back."""
    return json.dumps(
        _without_empty(json.loads(to_json(noun))), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def claim_row(claim: Claim) -> dict[str, Any]:
    """A row of `claim`."""
    time, value = claim.scope.time, claim.value
    return {
        "id": claim.id,
        "key": claim.key,
        "subject": claim.subject,
        "predicate": claim.says,
        "value_low": value.low if value else None,
        "value_high": value.high if value else None,
        "value_text": claim.value_text,
        "unit": claim.unit,
        "time_first": _day(time.first) if time else None,
        "time_last": _day(time.last) if time else None,
        "noun": pack(claim),
    }


def statement_row(statement: Statement, batch: str = "") -> dict[str, Any]:
    """A row of `statement`; `batch` names the table that it was imported with."""
    noun = pack(statement)
    said = statement.said
    return {
        "id": statement.id,
        "claim_id": statement.claim.id,
        "claim_key": statement.claim.key,
        "lineage": statement.lineage_name,
        "stance": stance_of(statement),
        "rank": rank(statement),
        "speaker": statement.speaker[:300],
        "said_first": _day(said.first) if said else None,
        "said_last": _day(said.last) if said else None,
        "exhibit_id": statement.anchor.exhibit_id,
        "batch": batch,
        "digest": digest(noun),
        "noun": noun,
    }


def rank(statement: Statement) -> str:
    """
    Orders the statements of a lineage, its origin first, whatever order they were filed in.

    Those who do not say that they have it from others come first; then by day; then by id, numbers in it by their value.
    """
    first = statement.said.first if statement.said else None
    order = by_number(statement.id)
    if len(order) > _LONGEST_ORDER:
        order = statement.id
    return f"{int(statement.is_relay)} {first or '9999-99-99'} {order}\t{statement.id}"


def by_number(name: str) -> str:
    """Sorts "C2" before "C10"."""
    return _NUMBER.sub(lambda found: found[0].rjust(12, "0"), name)


def id_of(rank_: str) -> str:
    """The id of the statement that has this rank."""
    return rank_.rpartition("\t")[2]


def stance_of(statement: Statement) -> str:
    """The stance as its column has it: with `not` where the words are negated."""
    return f"{statement.stance.value}{NOT if statement.is_negated else ''}"


def read_statement(noun: str) -> Statement:
    """The statement of a row."""
    return from_json(Statement, noun)


def read_claim(noun: str) -> Claim:
    """The claim of a row."""
    return from_json(Claim, noun)


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if not _is_empty(inner)}
    return [_without_empty(inner) for inner in value] if isinstance(value, list) else value


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})
