"""The ledger of parts: wrecks, parts, makers, companies, listings, replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0018"
down_revision = "0017"

TOLD = {
    "part_edition": (),
    "part_source": (),
    "part_recovery": ("wreck",),
    "part_item": ("wreck", "source_key", "recovery_key"),
    "maker_attribution": ("item_key",),
    "part_trace": ("item_key",),
    "part_tally": ("wreck",),
    "company_state": ("company",),
    "regime_edition": (),
    "programme": (),
    "listing": ("programme",),
}
JUDGED = ("listing_judgement", "maker_reply", "part_withdrawal", "part_query", "part_answer")
_INDEXED = ("wreck", "item_key", "company", "programme")


def upgrade() -> None:
    """Add the tables, frozen here as they were."""

    def text(name: str, size: int | None = None) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)

    def table(name: str, *columns: sa.schema.SchemaItem) -> None:
        counted = sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)
        op.create_table(name, counted, *columns, text("created_at", 32), text("created_by", 200))

    for name, words in TOLD.items():
        sizes = [text(word, 64 if word.endswith("_key") else 200) for word in words]
        unique = sa.UniqueConstraint("key", name=f"uq_{name}_key")
        table(name, text("key", 64), text("edition_id", 64), *sizes, text("noun"), unique)
        for word in ("edition_id", *(w for w in words if w in _INDEXED)):
            op.create_index(f"ix_{name}_{word}", name, [word])
    table("listing_judgement", text("maker", 200), text("listing_key", 64), text("verdict", 20), text("why"))
    op.create_index("ix_listing_judgement_maker", "listing_judgement", ["maker"])
    table("maker_reply", text("maker", 200), text("noun"))
    op.create_index("ix_maker_reply_maker", "maker_reply", ["maker"])
    table("part_withdrawal", text("key", 64), text("why"))
    op.create_index("ix_part_withdrawal_key", "part_withdrawal", ["key"])
    unique = sa.UniqueConstraint("id", name="uq_part_query_id")
    table("part_query", text("id", 24), text("kind", 20), text("asked"), unique)
    table("part_answer", text("query_id", 24), text("edition", 64), text("value"))
    op.create_index("ix_part_answer_query_id", "part_answer", ["query_id"])
    hold_append_only(*TOLD, *JUDGED)
