"""What the looks of later surveys say of an event that has not changed since its version was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table of sightings."""
    op.create_table(
        "sighting",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(64), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.String(64), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_sighting_event_id", "sighting", ["event_id"])
    hold_append_only("sighting")
