"""What all tables share: one catalogue, and who signed a row."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def signed() -> list[Column[str]]:
    """Who added the row, and when (ISO 8601, UTC)."""
    return [
        Column("created_at", String(32), nullable=False),
        Column("created_by", String(200), nullable=False),
    ]
