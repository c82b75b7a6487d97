"""The number under which a company is published until it has had its say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the table; the next filing gives the companies on record the numbers that they had until then."""
    op.create_table(
        "maker_number",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.UniqueConstraint("maker", name="uq_maker_number_maker"),
        sa.UniqueConstraint("number", name="uq_maker_number_number"),
    )
    hold_append_only("maker_number")
