"""Counts that people made on images, and what was said of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the tables, frozen here as they were."""
    signed = [("created_at", 32), ("created_by", 200)]
    op.create_table(
        "activity_count",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("scene_id", sa.String(200), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in signed),
    )
    op.create_index("ix_activity_count_site_id", "activity_count", ["site_id"])
    op.create_table(
        "count_word",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("count_id", sa.String(64), sa.ForeignKey("activity_count.id"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in signed),
    )
    op.create_index("ix_count_word_count_id", "count_word", ["count_id"])
    hold_append_only("activity_count", "count_word")
