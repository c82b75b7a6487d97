"""Looks that people moved by hand, instead of the shift that was estimated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table of nudges."""
    op.create_table(
        "nudge",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("scene_id", sa.String(200), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_nudge_site", "nudge", ["site_id", "scene_id"])
    hold_append_only("nudge")
