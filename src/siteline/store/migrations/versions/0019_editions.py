"""Editions: texts that were built, answers before a release, releases, corrections, deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0019"
down_revision = "0018"

TABLES = ("brief_text", "release_answer", "edition", "correction", "delivery")


def _text(name: str, size: int | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    seq = sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)
    op.create_table(name, seq, *columns, _text("created_at", 32), _text("created_by", 200))


def upgrade() -> None:
    """Add the tables, frozen here as they were."""
    _table("brief_text", _text("name", 200), _text("source_sha256", 64))
    op.create_index("ix_brief_text_source_sha256", "brief_text", ["source_sha256"])
    _table("release_answer", _text("source_sha256", 64), _text("key", 40), _text("noun"))
    op.create_index("ix_release_answer_source_sha256", "release_answer", ["source_sha256"])
    _table(
        "edition",
        _text("id", 26),
        _text("brief", 200),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("source_sha256", 64),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        _text("noun"),
        sa.UniqueConstraint("id", name="uq_edition_id"),
        sa.UniqueConstraint("brief", "number", name="uq_edition_brief"),
    )
    op.create_index("ix_edition_source_sha256", "edition", ["source_sha256"])
    of_edition = sa.ForeignKey("edition.id")
    _table(
        "correction",
        _text("id", 26),
        sa.Column("edition_id", sa.String(26), of_edition, nullable=False),
        _text("sentence", 12),
        _text("why"),
        _text("now"),
        sa.UniqueConstraint("id", name="uq_correction_id"),
    )
    op.create_index("ix_correction_edition_id", "correction", ["edition_id"])
    _table(
        "delivery",
        _text("id", 26),
        sa.Column("edition_id", sa.String(26), sa.ForeignKey("edition.id"), nullable=False),
        _text("recipient"),
        _text("how"),
        _text("day", 10),
        sa.UniqueConstraint("id", name="uq_delivery_id"),
    )
    op.create_index("ix_delivery_edition_id", "delivery", ["edition_id"])
    hold_append_only(*TABLES)
