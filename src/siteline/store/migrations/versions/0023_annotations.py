"""What others annotated at a site, beside our events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0023"
down_revision = "0020"


def upgrade() -> None:
    """Add the table of annotations."""
    op.create_table(
        "annotation",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("site_id", sa.String(200), nullable=False),
        sa.Column("standard", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(200), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("ix_annotation_site_id", "annotation", ["site_id"])
    hold_append_only("annotation")
