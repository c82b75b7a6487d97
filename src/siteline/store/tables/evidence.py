"""Exhibits, the custody log, and watched pages."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

exhibit = Table(
    "exhibit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

restriction = Table(
    "restriction",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("why", Text, nullable=False),
    Column("readers", Text, nullable=False),
    Column("log_seq", Integer, nullable=False),
    *signed(),
)

derivation = Table(
    "derivation",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("from_id", String(26), nullable=False, index=True),
    Column("activity", Text, nullable=False),
    Column("log_seq", Integer, nullable=False),
    *signed(),
)

custody_event = Table(
    "custody_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("prev_hash", String(64), nullable=False),
    Column("row_hash", String(64), nullable=False),
    Column("action", String(40), nullable=False, index=True),
    Column("object", String(64), nullable=False, index=True),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("agent", String(200), nullable=False),
    Column("tool", String(200), nullable=False),
    Column("vantage", String(200), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("ended_at", String(32), nullable=False),
    Column("boot", String(64), nullable=False),
    Column("monotonic_ns", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("detail", Text, nullable=False),
    *signed(),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("peaks", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    *signed(),
)

page_check = Table(
    "page_check",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("verdict", String(20), nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

watch_finding = Table(
    "watch_finding",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("finding_id", String(16), nullable=False, index=True),
    Column("action", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("why", Text, nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)
