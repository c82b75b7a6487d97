"""A person's word that two rows of parts are one part, or are not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the table, frozen here as it was."""

    def text(name: str, size: int | None = None) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)

    op.create_table(
        "part_judgement",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True),
        text("id", 26),
        text("verdict", 10),
        text("parts"),
        text("why"),
        text("created_at", 32),
        text("created_by", 200),
        sa.UniqueConstraint("id", name="uq_part_judgement_id"),
    )
    hold_append_only("part_judgement")
