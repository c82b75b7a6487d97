"""Sites, what was seen of them, and what people said of that."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, LargeBinary, String, Table, Text

from siteline.store.tables.base import metadata, signed

site = Table(
    "site",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("noun", Text, nullable=False),
    Column("source_sha256", String(64)),
    *signed(),
)

event = Table(
    "event",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("method", String(20), nullable=False),
    *signed(),
)

event_version = Table(
    "event_version",
    metadata,
    Column("event_id", String(64), ForeignKey("event.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("survey_id", String(64), index=True),
    Column("reproduced", Boolean, nullable=False),
    Column("reported", Boolean, nullable=False),
    Column("noun", Text, nullable=False),
    Column("outline", LargeBinary, nullable=False),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    *signed(),
)

sighting = Table(
    "sighting",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(64), ForeignKey("event.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("survey_id", String(64), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

judgement = Table(
    "judgement",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("event_id", String(64), ForeignKey("event.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)

event_name = Table(
    "event_name",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(64), ForeignKey("event.id"), nullable=False, index=True),
    Column("label", String(200), nullable=False),
    *signed(),
)

annotation = Table(
    "annotation",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("standard", String(20), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Column("source_sha256", String(64), nullable=False),
    *signed(),
)
