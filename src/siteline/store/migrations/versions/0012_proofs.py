"""Time proofs of checkpoints, frames of pictures and videos, and the pairs that look alike."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0012"
down_revision = "0010"

TABLES = ("time_proof", "frame", "pair", "pair_verdict")


def upgrade() -> None:
    """Add the four tables, frozen here as they were."""

    def text(name: str, size: int | None = None) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)

    def number(name: str) -> sa.Column[int]:
        return sa.Column(name, sa.Integer(), nullable=False)

    def table(name: str, *columns: sa.schema.SchemaItem) -> None:
        counted = sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)
        op.create_table(name, counted, *columns, text("created_at", 32), text("created_by", 200))

    table(
        "time_proof",
        text("id", 26),
        number("checkpoint"),
        text("kind", 20),
        text("verdict", 24),
        text("token", 64),
        number("log_seq"),
        text("noun"),
        sa.UniqueConstraint("id", name="uq_time_proof_id"),
    )
    op.create_index("ix_time_proof_checkpoint", "time_proof", ["checkpoint"])
    table(
        "frame",
        text("sha256", 64),
        number("place"),
        sa.Column("t", sa.Float(), nullable=True),
        text("why", 10),
        text("pdq", 64),
        number("quality"),
        number("log_seq"),
        text("noun"),
    )
    op.create_index("ix_frame_sha256", "frame", ["sha256"])
    table(
        "pair",
        text("id", 26),
        text("a", 26),
        text("b", 26),
        text("method", 20),
        text("verdict", 20),
        number("log_seq"),
        text("noun"),
        sa.UniqueConstraint("id", name="uq_pair_id"),
    )
    op.create_index("ix_pair_a", "pair", ["a"])
    op.create_index("ix_pair_b", "pair", ["b"])
    table(
        "pair_verdict",
        text("a", 26),
        text("b", 26),
        text("verdict", 20),
        text("why"),
        number("log_seq"),
    )
    hold_append_only(*TABLES)
