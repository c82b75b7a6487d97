"""Two looks compared, and the places that became events."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

comparison = Table(
    "comparison",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("site_id", String(200), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    Index("ix_comparison_site", "site_id", "id"),
)

place_taken = Table(
    "place_taken",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("comparison_id", String(64), nullable=False),
    Column("place", Integer, nullable=False),
    Column("event_id", String(64), nullable=False),
    *signed(),
    Index("ix_place_taken_comparison", "comparison_id", "place"),
)
