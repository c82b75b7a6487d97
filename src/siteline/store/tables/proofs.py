"""Time proofs of checkpoints, frames of pictures and videos, and the pairs that look alike."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed

time_proof = Table(
    "time_proof",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("checkpoint", Integer, nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("verdict", String(24), nullable=False),
    Column("token", String(64), nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

frame = Table(
    "frame",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("t", Float, nullable=True),
    Column("why", String(10), nullable=False),
    Column("pdq", String(64), nullable=False),
    Column("quality", Integer, nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

pair = Table(
    "pair",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("a", String(26), nullable=False, index=True),
    Column("b", String(26), nullable=False, index=True),
    Column("method", String(20), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("log_seq", Integer, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

pair_verdict = Table(
    "pair_verdict",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("a", String(26), nullable=False),
    Column("b", String(26), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("why", Text, nullable=False),
    Column("log_seq", Integer, nullable=False),
    *signed(),
)
