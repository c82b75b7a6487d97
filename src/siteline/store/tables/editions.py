"""Briefs that were built and released; what was answered before, corrected after, and where they went."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from siteline.store.tables.base import metadata, signed

brief = Table(
    "brief",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("is_draft", Boolean, nullable=False),
    Column("cites", Text, nullable=False),
    *signed(),
)

brief_text = Table(
    "brief_text",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False),
    Column("source_sha256", String(64), nullable=False, index=True),
    *signed(),
)
"""Who built which text: whoever did has written it, or stands for it."""

release_answer = Table(
    "release_answer",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("source_sha256", String(64), nullable=False, index=True),
    Column("key", String(40), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

edition = Table(
    "edition",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("brief", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("source_sha256", String(64), nullable=False, index=True),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    UniqueConstraint("brief", "number"),
)

correction = Table(
    "correction",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("edition_id", String(26), ForeignKey("edition.id"), nullable=False, index=True),
    Column("sentence", String(12), nullable=False),
    Column("why", Text, nullable=False),
    Column("now", Text, nullable=False),
    *signed(),
)

delivery = Table(
    "delivery",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("edition_id", String(26), ForeignKey("edition.id"), nullable=False, index=True),
    Column("recipient", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("day", String(10), nullable=False),
    *signed(),
)
