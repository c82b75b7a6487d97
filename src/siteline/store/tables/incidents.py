"""The incident ledger: editions of data sets, their reports, day sums made at import, public numbers, stored queries."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from siteline.store.tables.base import metadata, signed

dataset_edition = Table(
    "dataset_edition",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("dataset", String(60), nullable=False),
    Column("name", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("longest_min", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    UniqueConstraint("dataset", "name", name="uq_dataset_edition_dataset"),
)
"""`longest_min`: the longest window of its reports, minutes; which reports can reach over a boundary follows from it."""

incident_report = Table(
    "incident_report",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("edition", Integer, nullable=False),
    Column("id", String(16), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("day", String(10), nullable=False),
    Column("start_min", BigInteger, nullable=False),
    Column("end_min", BigInteger, nullable=False),
    Column("has_hour", Integer, nullable=False),
    Column("signature", Integer, nullable=False),
    Column("launched", Integer),
    Column("place", String(200), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    Index("ix_incident_report_start", "edition", "start_min", "end_min", "has_hour", "signature", "launched"),
    Index("ix_incident_report_day", "edition", "day", "signature"),
)
"""`edition`: seq of the edition. Times are minutes since 1970-01-01 UTC; `signature` numbers what the row says of weapons."""

report_signature = Table(
    "report_signature",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("edition", Integer, nullable=False),
    Column("signature", Integer, nullable=False),
    Column("class_text", Text, nullable=False),
    Column("parts", Text, nullable=False),
    *signed(),
    UniqueConstraint("edition", "signature", name="uq_report_signature_edition"),
)
"""`parts`: JSON list of [class text, basis], in the order of `day_sum.part`."""

day_sum = Table(
    "day_sum",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("edition", Integer, nullable=False),
    Column("day", String(10), nullable=False),
    Column("signature", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("n_lo", BigInteger, nullable=False),
    Column("n_hi", BigInteger, nullable=False),
    Column("launched", BigInteger, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("open_above", Integer, nullable=False),
    *signed(),
    Index(
        "ix_day_sum_day",
        "edition", "day", "signature", "part", "reports", "n_lo", "n_hi", "launched", "unknown", "open_above",
    ),
)  # fmt: skip
"""Sums of one day, signature and part; `launched` and `reports` are those of whole rows, the same for every part.

`unknown`: rows without a number. `open_above`: rows that set a lower bound alone."""

attack_kind = Table(
    "attack_kind",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("edition", Integer, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("signatures", Text, nullable=False),
    *signed(),
    UniqueConstraint("edition", "kind", name="uq_attack_kind_edition"),
)
"""`signatures`: JSON list of the signatures of the reports of such an attack."""

attack_sum = Table(
    "attack_sum",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("edition", Integer, nullable=False),
    Column("day", String(10), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("attacks", Integer, nullable=False),
    *signed(),
    Index("ix_attack_sum_day", "edition", "day", "kind", "attacks"),
)
"""How many attacks of a kind start on a day."""

toll_sum = Table(
    "toll_sum",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("edition", Integer, nullable=False),
    Column("day", String(10), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("victims", String(12), nullable=False),
    Column("reports", Integer, nullable=False),
    Column("low", BigInteger, nullable=False),
    Column("best", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("unknown", Integer, nullable=False),
    *signed(),
    Index("ix_toll_sum_day", "edition", "day", "kind", "victims"),
)
"""Sums of the casualties that reports of one day give; `unknown`: reports without a number."""

report_judgement = Table(
    "report_judgement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("verdict", String(10), nullable=False),
    Column("reports", Text, nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)
"""A person's word that reports are of one incident (same) or not (not_same); the last word on a pair holds."""

number_claim = Table(
    "number_claim",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("edition", Integer, nullable=False, index=True),
    Column("claim_id", String(200), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

ledger_query = Table(
    "ledger_query",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("asked", Text, nullable=False),
    *signed(),
)
"""`id`: from a hash of the kind and of what was asked, without the edition: it stays as editions come."""

ledger_answer = Table(
    "ledger_answer",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("query_id", String(16), nullable=False, index=True),
    Column("edition", Integer, nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("value", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("version", String(40), nullable=False),
    *signed(),
)
"""`value`: the numbers of the answer alone, canonical JSON: what is compared when it runs again."""
