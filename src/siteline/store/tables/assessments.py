"""What analysts judge of claims and sources, how it turned out, competing hypotheses, and which claims came from images."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed


def _seq() -> Column[int]:
    return Column("seq", Integer, primary_key=True, autoincrement=True)


assessment = Table(
    "assessment",
    metadata,
    _seq(),
    Column("id", String(26), nullable=False, unique=True),
    Column("claim_id", String(64), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

source_rating = Table(
    "source_rating",
    metadata,
    _seq(),
    Column("id", String(26), nullable=False, unique=True),
    Column("source_key", String(300), nullable=False, index=True),
    Column("blind", Boolean, nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
)

outcome = Table(
    "outcome",
    metadata,
    _seq(),
    Column("id", String(26), nullable=False, unique=True),
    Column("claim_id", String(64), nullable=False, index=True),
    Column("came", String(10), nullable=False),
    Column("known_on", String(10), nullable=False),
    Column("basis", Text, nullable=False),
    *signed(),
)

question = Table(
    "question",
    metadata,
    _seq(),
    Column("id", String(26), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    *signed(),
)

hypothesis = Table(
    "hypothesis",
    metadata,
    _seq(),
    Column("id", String(26), nullable=False, unique=True),
    Column("question_id", String(26), nullable=False),
    Column("label", String(20), nullable=False),
    Column("text", Text, nullable=False),
    *signed(),
    Index("ix_hypothesis_question", "question_id", "label", unique=True),
)

ach_evidence = Table(
    "ach_evidence",
    metadata,
    _seq(),
    Column("id", String(26), nullable=False, unique=True),
    Column("question_id", String(26), nullable=False, index=True),
    Column("label", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("refers_to", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("credibility", String(10), nullable=False),
    Column("relevance", String(10), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)

ach_cell = Table(
    "ach_cell",
    metadata,
    _seq(),
    Column("question_id", String(26), nullable=False, index=True),
    Column("evidence", String(20), nullable=False),
    Column("hypothesis", String(20), nullable=False),
    Column("fit", String(2), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)

pixel_claim = Table(
    "pixel_claim",
    metadata,
    _seq(),
    Column("statement_id", String(64), nullable=False, unique=True),
    Column("site_id", String(200), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("object_id", String(200), nullable=False),
    Column("noun", Text, nullable=False),
    *signed(),
    Index("ix_pixel_claim_origin", "site_id", "origin", "object_id"),
)
