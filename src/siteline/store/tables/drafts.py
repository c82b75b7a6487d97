"""Drafts of statements: what was read in which text, what it proposed, and what people said of that."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

draft_reading = Table(
    "draft_reading",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("origin_id", String(26), nullable=False),
    Column("maker", String(200), nullable=False),
    Column("prompt_sha256", String(64), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

draft = Table(
    "draft",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, index=True),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("origin_id", String(26), nullable=False, index=True),
    Column("maker", String(200), nullable=False),
    Column("prompt_sha256", String(64), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

draft_word = Table(
    "draft_word",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("draft_id", String(16), nullable=False, index=True),
    Column("verdict", String(20), nullable=False),
    Column("statement_id", String(64), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)
