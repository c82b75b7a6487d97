"""What was measured."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

measurement = Table(
    "measurement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("version", Integer),
    Column("what", String(40), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    Index("ix_measurement_subject", "site_id", "subject"),
)

filed_size = Table(
    "filed_size",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("what", String(40), nullable=False),
    Column("noun", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("versions", Text, nullable=False),
    *signed(),
)
