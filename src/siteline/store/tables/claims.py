"""
Statements, what they claim, and what people said of them later.

`noun` has the whole noun without its empty fields; the columns beside it are copies, to find rows by.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

claim = Table(
    "claim",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("key", String(200), nullable=False),
    Column("subject", Text, nullable=False),
    Column("predicate", String(200), nullable=False),
    Column("value_low", Float),
    Column("value_high", Float),
    Column("value_text", Text, nullable=False),
    Column("unit", String(100), nullable=False),
    Column("time_first", String(10)),
    Column("time_last", String(10)),
    Column("noun", Text, nullable=False),
    *signed(),
    Index("ix_claim_key", "key", "predicate"),
)

statement = Table(
    "statement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("claim_id", String(16), nullable=False),
    Column("claim_key", String(200), nullable=False),
    Column("lineage", String(200), nullable=False),
    Column("stance", String(20), nullable=False),
    Column("rank", String(300), nullable=False),
    Column("speaker", String(300), nullable=False),
    Column("said_first", String(10)),
    Column("said_last", String(10)),
    Column("exhibit_id", String(26), nullable=False),
    Column("batch", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    Index("ix_statement_claim", "claim_id", "lineage", "created_at"),
    Index("ix_statement_key", "claim_key", "lineage", "claim_id", "stance", "created_at", "rank"),
    Index("ix_statement_lineage", "lineage", "claim_key"),
    Index("ix_statement_exhibit", "exhibit_id"),
)

statement_word = Table(
    "statement_word",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("statement_id", String(64), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
    Index("ix_statement_word_kind", "kind", "statement_id"),
)

lineage_word = Table(
    "lineage_word",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("a", String(200), nullable=False, index=True),
    Column("b", String(200), nullable=False, index=True),
    Column("verdict", String(20), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)

relation_word = Table(
    "relation_word",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("a", String(64), nullable=False, index=True),
    Column("b", String(64), nullable=False, index=True),
    Column("kind", String(30), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)

entailment = Table(
    "entailment",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("narrow_key", String(200), nullable=False, index=True),
    Column("broad_key", String(200), nullable=False, index=True),
    Column("verdict", String(20), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)
