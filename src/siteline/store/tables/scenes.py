"""Scenes: offered, ordered, fetched, moved by hand; and the surveys and runs over them."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

found_scene = Table(
    "found_scene",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("site_id", String(200), nullable=False),
    Column("scene_id", String(200), nullable=False),
    Column("source", Text, nullable=False),
    Column("acquired_start", String(32), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
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
    *signed(),
    Index("ix_image_order_site", "site_id", "name"),
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
    *signed(),
    Index("ix_fetch_try_site", "site_id", "scene_id"),
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
    *signed(),
    Index("ix_scene_site", "site_id", "scene_id"),
)

nudge = Table(
    "nudge",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False),
    Column("site_id", String(200), nullable=False),
    Column("scene_id", String(200), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    Index("ix_nudge_site", "site_id", "scene_id"),
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
    *signed(),
)

survey = Table(
    "survey",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, index=True),
    Column("site_id", String(200), nullable=False, index=True),
    Column("noun", Text, nullable=False),
    *signed(),
)
