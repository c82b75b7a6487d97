"""Orders of images that somebody charges for: what was intended, what came of it, and what it cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table of orders."""
    op.create_table(
        "image_order",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("order_id", sa.String(200), nullable=False),
        sa.Column("km2", sa.Float(), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_image_order_site", "image_order", ["site_id", "name"])
    hold_append_only("image_order")
