"""Watched pages: what each check of an address said, and what was found and confirmed from checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0010"
down_revision = "0009"

TABLES = ("page_check", "watch_finding")


def upgrade() -> None:
    """Add the two tables, frozen here as they were."""

    def text(name: str, size: int | None = None) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)

    def counted() -> sa.Column[int]:
        return sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)

    def log_row() -> sa.Column[int]:
        return sa.Column("log_seq", sa.Integer(), nullable=False)

    def table(name: str, *columns: sa.schema.SchemaItem) -> None:
        op.create_table(name, counted(), *columns, text("created_at", 32), text("created_by", 200))

    table(
        "page_check",
        text("id", 26),
        text("url"),
        text("exhibit_id", 26),
        text("verdict", 20),
        log_row(),
        text("noun"),
        sa.UniqueConstraint("id", name="uq_page_check_id"),
    )
    op.create_index("ix_page_check_exhibit_id", "page_check", ["exhibit_id"])
    table(
        "watch_finding",
        text("finding_id", 16),
        text("action", 20),
        text("kind", 20),
        text("why"),
        log_row(),
        text("noun"),
    )
    op.create_index("ix_watch_finding_finding_id", "watch_finding", ["finding_id"])
    hold_append_only(*TABLES)
