"""Sizes, ratios and capacities that people ask for, each kept once with what it rests on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table of filed sizes."""
    op.create_table(
        "filed_size",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_filed_size_site_id", "filed_size", ["site_id"])
    hold_append_only("filed_size")
