"""Claims: statements, the propositions they make, and what people said of them, their lineages and relations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0013"
down_revision = "0012"

TABLES = ("claim", "statement", "statement_word", "lineage_word", "relation_word", "entailment")


def upgrade() -> None:
    """Add the six tables, frozen here as they were."""

    def text(name: str, size: int | None = None, optional: bool = False) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=optional)

    def number(name: str) -> sa.Column[float]:
        return sa.Column(name, sa.Float())

    def signed() -> tuple[sa.Column[object], ...]:
        return text("created_at", 32), text("created_by", 200)

    def counted(name: str, *columns: sa.schema.SchemaItem) -> None:
        seq = sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)
        op.create_table(name, seq, *columns, *signed())

    op.create_table(
        "claim",
        sa.Column("id", sa.String(16), primary_key=True),
        text("key", 200),
        text("subject"),
        text("predicate", 200),
        number("value_low"),
        number("value_high"),
        text("value_text"),
        text("unit", 100),
        text("time_first", 10, optional=True),
        text("time_last", 10, optional=True),
        text("noun"),
        *signed(),
    )
    op.create_index("ix_claim_key", "claim", ["key", "predicate"])
    counted(
        "statement",
        text("id", 64),
        text("claim_id", 16),
        text("claim_key", 200),
        text("lineage", 200),
        text("stance", 20),
        text("rank", 300),
        text("speaker", 300),
        text("said_first", 10, optional=True),
        text("said_last", 10, optional=True),
        text("exhibit_id", 26),
        text("batch", 64),
        text("digest", 64),
        text("noun"),
        sa.UniqueConstraint("id", name="uq_statement_id"),
    )
    op.create_index("ix_statement_claim", "statement", ["claim_id", "lineage", "created_at"])
    op.create_index(
        "ix_statement_key", "statement", ["claim_key", "lineage", "claim_id", "stance", "created_at", "rank"]
    )
    op.create_index("ix_statement_lineage", "statement", ["lineage", "claim_key"])
    op.create_index("ix_statement_exhibit", "statement", ["exhibit_id"])
    counted("statement_word", text("statement_id", 64), text("kind", 20), text("detail"), text("why"))
    op.create_index("ix_statement_word_statement_id", "statement_word", ["statement_id"])
    op.create_index("ix_statement_word_kind", "statement_word", ["kind", "statement_id"])
    counted("lineage_word", text("a", 200), text("b", 200), text("verdict", 20), text("why"))
    counted("relation_word", text("a", 64), text("b", 64), text("kind", 30), text("verdict", 20), text("why"))
    counted("entailment", text("narrow_key", 200), text("broad_key", 200), text("verdict", 20), text("why"))
    for table, columns in (
        ("lineage_word", ("a", "b")),
        ("relation_word", ("a", "b")),
        ("entailment", ("narrow_key", "broad_key")),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    hold_append_only(*TABLES)
