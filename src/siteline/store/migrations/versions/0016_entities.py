"""Things and their names: statements, edges, withdrawals and judgements of identity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0016"
down_revision = "0015"

TABLES = (
    "entity",
    "entity_name",
    "entity_statement",
    "entity_edge",
    "entity_judgement",
    "entity_withdrawal",
)


def _text(name: str, size: int | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)


def _counted() -> sa.Column[int]:
    return sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, _counted(), *columns, _text("created_at", 32), _text("created_by", 200))


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{columns[0]}", table, list(columns))


def upgrade() -> None:
    """Add the tables, frozen here as they were."""
    unique = sa.UniqueConstraint
    _table(
        "entity",
        _text("id", 200),
        _text("type", 20),
        _text("dataset", 200),
        unique("id", name="uq_entity_id"),
    )
    _index("entity", "type")
    _table(
        "entity_name",
        _text("id", 32),
        _text("entity_id", 200),
        _text("text"),
        _text("lang", 35),
        _text("script", 4),
        _text("kind", 20),
        _text("strength", 12),
        _text("system", 20),
        _text("valid_from", 10),
        _text("valid_to", 10),
        _text("source"),
        _text("dataset", 200),
        _text("note"),
        unique("id", name="uq_entity_name_id"),
    )
    _index("entity_name", "entity_id")
    _table(
        "entity_statement",
        _text("id", 32),
        _text("entity_id", 200),
        _text("schema", 100),
        _text("prop", 100),
        _text("prop_type", 20),
        _text("value"),
        _text("original_value"),
        _text("lang", 35),
        _text("dataset", 200),
        _text("origin"),
        _text("first_seen", 32),
        _text("last_seen", 32),
        sa.Column("external", sa.Integer(), nullable=False),
        _text("ref", 200),
        unique("id", name="uq_entity_statement_id"),
    )
    _index("entity_statement", "entity_id")
    _index("entity_statement", "ref")
    _table(
        "entity_edge",
        _text("id", 32),
        _text("kind", 20),
        _text("a", 200),
        _text("b", 200),
        _text("valid_from", 10),
        _text("valid_to", 10),
        _text("source"),
        _text("dataset", 200),
        sa.Column("probability", sa.Float(), nullable=True),
        _text("note"),
        unique("id", name="uq_entity_edge_id"),
    )
    _index("entity_edge", "a", "kind")
    _index("entity_edge", "b", "kind")
    _table(
        "entity_judgement",
        _text("id", 26),
        _text("a", 200),
        _text("b", 200),
        _text("verdict", 10),
        _text("why"),
        unique("id", name="uq_entity_judgement_id"),
    )
    _index("entity_judgement", "a")
    _index("entity_judgement", "b")
    _table("entity_withdrawal", _text("row_id", 32), _text("why"))
    _index("entity_withdrawal", "row_id")
    hold_append_only(*TABLES)
