"""Nouns of this room as rows, and back; ids that come from content, so that the same thing is filed once."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from ulid import ULID

from siteline.model.entity import (
    Edge,
    EdgeKind,
    Entity,
    EntityType,
    IdentityJudgement,
    IdentityVerdict,
    Name,
    NameKind,
    Property,
    Signed,
    Strength,
)
from siteline.store.codec import digest

OWN = "case"
"""The dataset of what people here add by hand."""


def row_id(*parts: str) -> str:
    """An id from content: 32 hexadecimal digits."""
    return digest(*parts)[:32]


def entity_id(*parts: str) -> str:
    """The id of an imported thing, from what identifies it in its source; a ULID in form, as all ids of entities."""
    return str(ULID.from_bytes(hashlib.sha256(digest(*parts).encode()).digest()[:16]))


def signed(row: Any) -> Signed:
    """Who added a row, and when."""
    return Signed(row.created_by, datetime.fromisoformat(row.created_at))


def as_entity(row: Any) -> Entity:
    """An entity from its row."""
    return Entity(row.id, EntityType(row.type), row.dataset, signed(row))


def as_name(row: Any) -> Name:
    """A name from its row."""
    return Name(
        row.id,
        row.entity_id,
        row.text,
        row.lang,
        row.script,
        NameKind(row.kind),
        Strength(row.strength),
        row.system,
        as_day(row.valid_from),
        as_day(row.valid_to),
        row.source,
        row.note,
        row.dataset,
        signed(row),
    )


def as_edge(row: Any) -> Edge:
    """An edge from its row."""
    return Edge(
        row.id,
        EdgeKind(row.kind),
        row.a,
        row.b,
        as_day(row.valid_from),
        as_day(row.valid_to),
        row.source,
        row.probability,
        row.note,
        row.dataset,
        signed(row),
    )


def as_property(row: Any) -> Property:
    """A statement from its row."""
    return Property(
        row.id,
        row.entity_id,
        row.schema,
        row.prop,
        row.prop_type,
        row.value,
        row.original_value,
        row.lang,
        row.dataset,
        row.origin,
        row.first_seen,
        row.last_seen,
        bool(row.external),
        signed(row),
    )


def as_judgement(row: Any) -> IdentityJudgement:
    """A judgement from its row."""
    return IdentityJudgement(row.id, row.a, row.b, IdentityVerdict(row.verdict), row.why, signed(row))


def as_day(text: str) -> date | None:
    """A day from its row; "" is not known."""
    return date.fromisoformat(text) if text else None


def name_row(
    entity: str,
    text: str,
    script: str,
    *,
    lang: str = "",
    kind: NameKind = NameKind.ALIAS,
    strength: Strength = Strength.STRONG,
    system: str = "",
    valid_from: str = "",
    valid_to: str = "",
    source: str = "",
    dataset: str = OWN,
    note: str = "",
) -> dict[str, Any]:
    """A name as a row; the same name from the same source has the same id."""
    said = (entity, text, lang, kind, strength, system, valid_from, valid_to, source, dataset, note)
    return {
        "id": row_id("name", *said),
        "entity_id": entity,
        "text": text,
        "lang": lang,
        "script": script,
        "kind": kind,
        "strength": strength,
        "system": system,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source": source,
        "dataset": dataset,
        "note": note,
    }


def statement_row(
    entity: str,
    prop: str,
    value: str,
    *,
    schema: str = "",
    prop_type: str = "",
    original_value: str = "",
    lang: str = "",
    dataset: str = OWN,
    origin: str = "",
    first_seen: str = "",
    last_seen: str = "",
    external: bool = False,
    ref: str = "",
) -> dict[str, Any]:
    """A statement as a row; the same value from the same source, seen on the same days, has the same id."""
    said = (
        entity,
        schema,
        prop,
        value,
        original_value,
        lang,
        dataset,
        origin,
        first_seen,
        last_seen,
        str(external),
    )
    return {
        "id": row_id("statement", *said),
        "entity_id": entity,
        "schema": schema,
        "prop": prop,
        "prop_type": prop_type,
        "value": value,
        "original_value": original_value,
        "lang": lang,
        "dataset": dataset,
        "origin": origin,
        "first_seen": first_seen,
        "last_seen": last_seen,
        "external": int(external),
        "ref": ref[:200],
    }


def edge_row(
    kind: EdgeKind,
    a: str,
    b: str,
    *,
    valid_from: str = "",
    valid_to: str = "",
    source: str = "",
    dataset: str = OWN,
    probability: float | None = None,
    note: str = "",
) -> dict[str, Any]:
    """An edge as a row; the same one from the same source has the same id."""
    said = (kind, a, b, valid_from, valid_to, source, dataset, str(probability), note)
    return {
        "id": row_id("edge", *said),
        "kind": kind,
        "a": a,
        "b": b,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source": source,
        "dataset": dataset,
        "probability": probability,
        "note": note,
    }
