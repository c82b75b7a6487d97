"""The incident ledger: editions, reports with day sums, public numbers, judgements, stored queries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0017"
down_revision = "0016"

TABLES = (
    "dataset_edition",
    "incident_report",
    "report_signature",
    "day_sum",
    "attack_kind",
    "attack_sum",
    "toll_sum",
    "report_judgement",
    "number_claim",
    "ledger_query",
    "ledger_answer",
)


def _text(name: str, size: int | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=False)


def _whole(name: str, *, big: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger() if big else sa.Integer(), nullable=null)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    seq = sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=True)
    op.create_table(name, seq, *columns, _text("created_at", 32), _text("created_by", 200))


def upgrade() -> None:
    """Add the tables, frozen here as they were."""
    _editions()
    _sums()
    _words()
    hold_append_only(*TABLES)


def _editions() -> None:
    _table(
        "dataset_edition",
        _text("id", 26),
        _text("dataset", 60),
        _text("name", 200),
        _text("sha256", 64),
        _whole("longest_min"),
        _text("noun"),
        sa.UniqueConstraint("id", name="uq_dataset_edition_id"),
        sa.UniqueConstraint("dataset", "name", name="uq_dataset_edition_dataset"),
    )
    _table(
        "incident_report",
        _whole("edition"),
        _text("id", 16),
        _whole("line"),
        _text("day", 10),
        _whole("start_min", big=True),
        _whole("end_min", big=True),
        _whole("has_hour"),
        _whole("signature"),
        _whole("launched", null=True),
        _text("place", 200),
        _text("noun"),
    )
    op.create_index("ix_incident_report_id", "incident_report", ["id"])
    op.create_index(
        "ix_incident_report_start",
        "incident_report",
        ["edition", "start_min", "end_min", "has_hour", "signature", "launched"],
    )
    op.create_index("ix_incident_report_day", "incident_report", ["edition", "day", "signature"])


def _sums() -> None:
    _table(
        "report_signature",
        _whole("edition"),
        _whole("signature"),
        _text("class_text"),
        _text("parts"),
        sa.UniqueConstraint("edition", "signature", name="uq_report_signature_edition"),
    )
    sums = ["reports", "n_lo", "n_hi", "launched", "unknown", "open_above"]
    _table(
        "day_sum",
        _whole("edition"),
        _text("day", 10),
        _whole("signature"),
        _whole("part"),
        *(_whole(name, big=name in ("n_lo", "n_hi", "launched")) for name in sums),
    )
    op.create_index("ix_day_sum_day", "day_sum", ["edition", "day", "signature", "part", *sums])
    _table(
        "attack_kind",
        _whole("edition"),
        _whole("kind"),
        _text("signatures"),
        sa.UniqueConstraint("edition", "kind", name="uq_attack_kind_edition"),
    )
    _table("attack_sum", _whole("edition"), _text("day", 10), _whole("kind"), _whole("attacks"))
    op.create_index("ix_attack_sum_day", "attack_sum", ["edition", "day", "kind", "attacks"])
    _table(
        "toll_sum",
        _whole("edition"),
        _text("day", 10),
        _text("kind", 10),
        _text("victims", 12),
        _whole("reports"),
        *(_whole(name, big=True) for name in ("low", "best", "high")),
        _whole("unknown"),
    )
    op.create_index("ix_toll_sum_day", "toll_sum", ["edition", "day", "kind", "victims"])


def _words() -> None:
    _table(
        "report_judgement",
        _text("id", 26),
        _text("verdict", 10),
        _text("reports"),
        _text("why"),
        sa.UniqueConstraint("id", name="uq_report_judgement_id"),
    )
    _table("number_claim", _whole("edition"), _text("claim_id", 200), _text("noun"))
    op.create_index("ix_number_claim_edition", "number_claim", ["edition"])
    _table(
        "ledger_query",
        _text("id", 16),
        _text("kind", 20),
        _text("asked"),
        sa.UniqueConstraint("id", name="uq_ledger_query_id"),
    )
    _table(
        "ledger_answer",
        _text("query_id", 16),
        _whole("edition"),
        _text("as_of", 40),
        _text("value"),
        _text("answer"),
        _text("version", 40),
    )
    op.create_index("ix_ledger_answer_query_id", "ledger_answer", ["query_id"])
