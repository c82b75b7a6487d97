"""What people counted on images, and what was said of that."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

activity_count = Table(
    "activity_count",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("scene_id", String(200), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

count_word = Table(
    "count_word",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("count_id", String(64), ForeignKey("activity_count.id"), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)
