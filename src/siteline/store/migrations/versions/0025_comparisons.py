"""Comparisons of two looks, and which of their places a person made an event of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "comparison",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_comparison_site", "comparison", ["site_id", "id"])
    op.create_table(
        "place_taken",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("comparison_id", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_place_taken_comparison", "place_taken", ["comparison_id", "place"])
    hold_append_only("comparison", "place_taken")
