"""Evidence: exhibits, who may see them, what they derive from, and the log of what was done to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0009"
down_revision = "0008"

TABLES = ("exhibit", "restriction", "derivation", "custody_event", "checkpoint")


def upgrade() -> None:
    """Add the tables of custody, frozen here as they were."""

    def text(name: str, size: int | None = None) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)

    def table(name: str, *columns: sa.schema.SchemaItem) -> None:
        op.create_table(name, *columns, text("created_at", 32), text("created_by", 200))

    def number(name: str) -> sa.Column[int]:
        return sa.Column(name, sa.Integer(), nullable=False)

    def counted() -> sa.Column[int]:
        return sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)

    def numbered() -> sa.Column[int]:
        return sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False)

    table(
        "exhibit",
        counted(),
        text("id", 26),
        text("sha256", 64),
        text("kind", 20),
        number("log_seq"),
        text("noun"),
        sa.UniqueConstraint("id", name="uq_exhibit_id"),
    )
    op.create_index("ix_exhibit_sha256", "exhibit", ["sha256"])
    table("restriction", counted(), text("exhibit_id", 26), text("why"), text("readers"), number("log_seq"))
    op.create_index("ix_restriction_exhibit_id", "restriction", ["exhibit_id"])
    table(
        "derivation",
        counted(),
        text("exhibit_id", 26),
        text("from_id", 26),
        text("activity"),
        number("log_seq"),
    )
    op.create_index("ix_derivation_exhibit_id", "derivation", ["exhibit_id"])
    op.create_index("ix_derivation_from_id", "derivation", ["from_id"])
    table(
        "custody_event",
        numbered(),
        text("prev_hash", 64),
        text("row_hash", 64),
        text("action", 40),
        text("object", 64),
        text("exhibit_id", 26),
        text("agent", 200),
        text("tool", 200),
        text("vantage", 200),
        text("started_at", 32),
        text("ended_at", 32),
        text("boot", 64),
        sa.Column("monotonic_ns", sa.BigInteger(), nullable=False),
        text("note"),
        text("detail"),
    )
    for column in ("action", "object", "exhibit_id"):
        op.create_index(f"ix_custody_event_{column}", "custody_event", [column])
    table("checkpoint", numbered(), number("size"), text("fingerprint", 64), text("peaks"), text("envelope"))
    hold_append_only(*TABLES)
