"""Briefs that were built."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table, Text

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
