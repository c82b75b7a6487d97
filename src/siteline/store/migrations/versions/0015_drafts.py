"""Drafts of statements: readings of texts, what they proposed, and what people said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0015"
down_revision = "0014"

TABLES = ("draft_reading", "draft", "draft_word")


def upgrade() -> None:
    """Add the three tables, frozen here as they were."""

    def text(name: str, size: int | None = None) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)

    def table(name: str, *columns: sa.schema.SchemaItem) -> None:
        seq = sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)
        op.create_table(name, seq, *columns, text("created_at", 32), text("created_by", 200))

    table(
        "draft_reading",
        text("exhibit_id", 26),
        text("origin_id", 26),
        text("maker", 200),
        text("prompt_sha256", 64),
        text("noun"),
    )
    table(
        "draft",
        text("id", 16),
        text("exhibit_id", 26),
        text("origin_id", 26),
        text("maker", 200),
        text("prompt_sha256", 64),
        text("noun"),
    )
    table("draft_word", text("draft_id", 16), text("verdict", 20), text("statement_id", 64), text("why"))
    for name, column in (
        ("draft_reading", "exhibit_id"),
        ("draft", "id"),
        ("draft", "exhibit_id"),
        ("draft", "origin_id"),
        ("draft_word", "draft_id"),
    ):
        op.create_index(f"ix_{name}_{column}", name, [column])
    hold_append_only(*TABLES)
