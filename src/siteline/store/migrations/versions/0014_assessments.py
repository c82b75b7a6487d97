"""What analysts judge of claims and sources, outcomes, competing hypotheses, and claims made from images."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0014"
down_revision = "0013"

TABLES = (
    "assessment",
    "source_rating",
    "outcome",
    "question",
    "hypothesis",
    "ach_evidence",
    "ach_cell",
    "pixel_claim",
)


def upgrade() -> None:
    """Add the eight tables, frozen here as they were."""

    def text(name: str, size: int | None = None) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)

    def yes(name: str) -> sa.Column[bool]:
        return sa.Column(name, sa.Boolean(), nullable=False)

    def table(name: str, *columns: sa.schema.SchemaItem, unique: str = "id") -> None:
        count = sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)
        once = (sa.UniqueConstraint(unique, name=f"uq_{name}_{unique}"),) if unique else ()
        op.create_table(name, count, *columns, text("created_at", 32), text("created_by", 200), *once)

    def index(name: str, *columns: str, called: str = "", unique: bool = False) -> None:
        op.create_index(f"ix_{name}_{called or columns[0]}", name, list(columns), unique=unique)

    table("assessment", text("id", 26), text("claim_id", 64), text("kind", 20), yes("blind"), text("noun"))
    index("assessment", "claim_id")
    table("source_rating", text("id", 26), text("source_key", 300), yes("blind"), text("noun"))
    index("source_rating", "source_key")
    table(
        "outcome",
        text("id", 26),
        text("claim_id", 64),
        text("came", 10),
        text("known_on", 10),
        text("basis"),
    )
    index("outcome", "claim_id")
    table("question", text("id", 26), text("text"))
    table("hypothesis", text("id", 26), text("question_id", 26), text("label", 20), text("text"))
    index("hypothesis", "question_id", "label", called="question", unique=True)
    table(
        "ach_evidence",
        text("id", 26),
        text("question_id", 26),
        text("label", 20),
        text("kind", 20),
        text("refers_to", 64),
        text("text"),
        text("credibility", 10),
        text("relevance", 10),
        yes("withdrawn"),
        text("why"),
    )
    index("ach_evidence", "question_id")
    table(
        "ach_cell",
        text("question_id", 26),
        text("evidence", 20),
        text("hypothesis", 20),
        text("fit", 2),
        text("why"),
        unique="",
    )
    index("ach_cell", "question_id")
    table(
        "pixel_claim",
        text("statement_id", 64),
        text("site_id", 200),
        text("origin", 20),
        text("object_id", 200),
        text("noun"),
        unique="statement_id",
    )
    index("pixel_claim", "site_id", "origin", "object_id", called="origin")
    hold_append_only(*TABLES)
