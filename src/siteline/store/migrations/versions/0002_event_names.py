"""Labels that people give events, apart from what surveys call them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of names."""
    op.create_table(
        "event_name",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(64), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_event_name_event_id", "event_name", ["event_id"])
    hold_append_only("event_name")
