"""Things, names and edges for tests."""

from __future__ import annotations

from typing import Any

from siteline.entities.register import Entities, edge_between
from siteline.entities.rows import name_row, statement_row
from siteline.entities.spelling.scripts import script_of
from siteline.model.entity import EdgeKind, EntityType, NameKind
from siteline.store import tables


def thing(entities: Entities, name: str, entity_type: EntityType = EntityType.FACILITY, **said: Any) -> str:
    """A new thing with one name; returns its id."""
    made = entities.add(entity_type, "case")
    named(entities, made, name, kind=NameKind.OFFICIAL, **said)
    return made


def named(entities: Entities, entity: str, text: str, **said: Any) -> None:
    """Another name of a thing."""
    entities.file(tables.entity_name, [name_row(entity, text, script_of(text), **said)])


def stated(entities: Entities, entity: str, prop: str, value: str, **said: Any) -> None:
    """A statement of a thing."""
    entities.file(tables.entity_statement, [statement_row(entity, prop, value, **said)])


def bound(entities: Entities, kind: EdgeKind, a: str, b: str, source: str = "a source") -> str:
    """An edge; returns its id."""
    row = edge_between(kind, a, b, source=source)
    entities.bind([row])
    return str(row["id"])
