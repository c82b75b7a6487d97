"""What catalogs offer: scenes that were found, before a byte of their pixels is in custody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table of found scenes."""
    op.create_table(
        "found_scene",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("scene_id", sa.String(200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("acquired_start", sa.String(32), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_found_scene_site", "found_scene", ["site_id", "scene_id"])
    hold_append_only("found_scene")
