"""Each try to fetch a scene: the failure ledger, and how what is in custody was acquired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table of tries."""
    op.create_table(
        "fetch_try",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("scene_id", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_fetch_try_site", "fetch_try", ["site_id", "scene_id"])
    hold_append_only("fetch_try")
