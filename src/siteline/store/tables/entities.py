"""Things, their names, statements and edges, and who judged which are one."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed


def _counted() -> Column[int]:
    return Column("seq", Integer, primary_key=True, autoincrement=True)


entity = Table(
    "entity",
    metadata,
    _counted(),
    Column("id", String(200), nullable=False, unique=True),
    Column("type", String(20), nullable=False, index=True),
    Column("dataset", String(200), nullable=False),
    *signed(),
)

entity_name = Table(
    "entity_name",
    metadata,
    _counted(),
    Column("id", String(32), nullable=False, unique=True),
    Column("entity_id", String(200), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("lang", String(35), nullable=False),
    Column("script", String(4), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("strength", String(12), nullable=False),
    Column("system", String(20), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10), nullable=False),
    Column("source", Text, nullable=False),
    Column("dataset", String(200), nullable=False),
    Column("note", Text, nullable=False),
    *signed(),
)

entity_statement = Table(
    "entity_statement",
    metadata,
    _counted(),
    Column("id", String(32), nullable=False, unique=True),
    Column("entity_id", String(200), nullable=False, index=True),
    Column("schema", String(100), nullable=False),
    Column("prop", String(100), nullable=False),
    Column("prop_type", String(20), nullable=False),
    Column("value", Text, nullable=False),
    Column("original_value", Text, nullable=False),
    Column("lang", String(35), nullable=False),
    Column("dataset", String(200), nullable=False),
    Column("origin", Text, nullable=False),
    Column("first_seen", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False),
    Column("external", Integer, nullable=False),
    Column("ref", String(200), nullable=False, index=True),
    *signed(),
)

entity_edge = Table(
    "entity_edge",
    metadata,
    _counted(),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("a", String(200), nullable=False),
    Column("b", String(200), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10), nullable=False),
    Column("source", Text, nullable=False),
    Column("dataset", String(200), nullable=False),
    Column("probability", Float, nullable=True),
    Column("note", Text, nullable=False),
    *signed(),
    Index("ix_entity_edge_a", "a", "kind"),
    Index("ix_entity_edge_b", "b", "kind"),
)

entity_judgement = Table(
    "entity_judgement",
    metadata,
    _counted(),
    Column("id", String(26), nullable=False, unique=True),
    Column("a", String(200), nullable=False, index=True),
    Column("b", String(200), nullable=False, index=True),
    Column("verdict", String(10), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)

entity_withdrawal = Table(
    "entity_withdrawal",
    metadata,
    _counted(),
    Column("row_id", String(32), nullable=False, index=True),
    Column("why", Text, nullable=False),
    *signed(),
)
