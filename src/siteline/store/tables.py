"""The tables of a case: rows are added, never changed. Dialect-neutral: JSON as text, geometry as WKB."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _signed() -> list[Column[str]]:
    """Who added the row, and when (ISO 8601, UTC)."""
    return [
        Column("created_at", String(32), nullable=False),
        Column("created_by", String(200), nullable=False),
    ]


site = Table(
    "site",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("noun", Text, nullable=False),
    Column("source_sha256", String(64)),
    *_signed(),
)

scene = Table(
    "scene",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),
    Column("scene_id", String(200), nullable=False),
    Column("acquired_start", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("noun", Text, nullable=False),
    *_signed(),
    Index("ix_scene_site", "site_id", "scene_id"),
)

found_scene = Table(
    "found_scene",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),
    Column("scene_id", String(200), nullable=False),
    Column("source", Text, nullable=False),
    Column("acquired_start", String(32), nullable=False),
    Column("noun", Text, nullable=False),
    *_signed(),
    Index("ix_found_scene_site", "site_id", "scene_id"),
)

image_order = Table(
    "image_order",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("source", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("order_id", String(200), nullable=False),
    Column("km2", Float, nullable=False),
    Column("noun", Text, nullable=False),
    *_signed(),
    Index("ix_image_order_site", "site_id", "name"),
)

run = Table(
    "run",
    metadata,
    Column("recipe", String(64), primary_key=True),
    Column("stage", String(200), nullable=False),
    Column("inputs", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("output", Text, nullable=False),
    *_signed(),
)

survey = Table(
    "survey",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, index=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("noun", Text, nullable=False),
    *_signed(),
)

event = Table(
    "event",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("method", String(20), nullable=False),
    *_signed(),
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
    *_signed(),
)

sighting = Table(
    "sighting",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(64), ForeignKey("event.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("survey_id", String(64), nullable=False),
    Column("noun", Text, nullable=False),
    *_signed(),
)

judgement = Table(
    "judgement",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("event_id", String(64), ForeignKey("event.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("why", Text, nullable=False),
    *_signed(),
)

event_name = Table(
    "event_name",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(64), ForeignKey("event.id"), nullable=False, index=True),
    Column("label", String(200), nullable=False),
    *_signed(),
)

measurement = Table(
    "measurement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("version", Integer),
    Column("what", String(40), nullable=False),
    Column("noun", Text, nullable=False),
    *_signed(),
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
    *_signed(),
)

fetch_try = Table(
    "fetch_try",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),
    Column("scene_id", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("noun", Text, nullable=False),
    Column("sha256", String(64)),
    *_signed(),
    Index("ix_fetch_try_site", "site_id", "scene_id"),
)

nudge = Table(
    "nudge",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False),
    Column("site_id", String(200), nullable=False),
    Column("scene_id", String(200), nullable=False),
    Column("noun", Text, nullable=False),
    *_signed(),
    Index("ix_nudge_site", "site_id", "scene_id"),
)

exhibit = Table(
    "exhibit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *_signed(),
)

restriction = Table(
    "restriction",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("why", Text, nullable=False),
    Column("readers", Text, nullable=False),
    Column("log_seq", Integer, nullable=False),
    *_signed(),
)

derivation = Table(
    "derivation",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("exhibit_id", String(26), nullable=False, index=True),
    Column("from_id", String(26), nullable=False, index=True),
    Column("activity", Text, nullable=False),
    Column("log_seq", Integer, nullable=False),
    *_signed(),
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
    *_signed(),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("peaks", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    *_signed(),
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
    *_signed(),
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
    *_signed(),
)

brief = Table(
    "brief",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("is_draft", Boolean, nullable=False),
    Column("cites", Text, nullable=False),
    *_signed(),
)
