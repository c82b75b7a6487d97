"""The ledger of parts: what sources say of wrecks and parts, what lists say of companies, and what people judged."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from siteline.store.tables.base import metadata, signed


def _told(name: str, *columns: Column[str]) -> Table:
    """A table of what was told once: `key` is the digest of what is said, so that nothing is told twice."""
    return Table(
        name,
        metadata,
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("key", String(64), nullable=False, unique=True),
        Column("edition_id", String(64), nullable=False, index=True),
        *columns,
        Column("noun", Text, nullable=False),
        *signed(),
    )


def _word(name: str) -> Column[str]:
    return Column(name, String(200), nullable=False, index=True)


part_edition = _told("part_edition")
part_source = _told("part_source")
part_recovery = _told("part_recovery", _word("wreck"))
part_item = _told(
    "part_item",
    _word("wreck"),
    Column("source_key", String(64), nullable=False),
    Column("recovery_key", String(64), nullable=False),
)
maker_attribution = _told("maker_attribution", Column("item_key", String(64), nullable=False, index=True))
part_trace = _told("part_trace", Column("item_key", String(64), nullable=False, index=True))
part_tally = _told("part_tally", _word("wreck"))
company_state = _told("company_state", _word("company"))
regime_edition = _told("regime_edition")
programme = _told("programme")
listing = _told("listing", _word("programme"))

listing_judgement = Table(
    "listing_judgement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("maker", String(200), nullable=False, index=True),
    Column("listing_key", String(64), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)

maker_reply = Table(
    "maker_reply",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("maker", String(200), nullable=False, index=True),
    Column("noun", Text, nullable=False),
    *signed(),
)

maker_number = Table(
    "maker_number",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("maker", Text, nullable=False, unique=True),
    Column("number", Integer, nullable=False, unique=True),
    *signed(),
)
"""What a company is called in publication until it has had its say: "Maker 7", for good."""

part_withdrawal = Table(
    "part_withdrawal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, index=True),
    Column("why", Text, nullable=False),
    *signed(),
)

part_judgement = Table(
    "part_judgement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False, unique=True),
    Column("verdict", String(10), nullable=False),
    Column("parts", Text, nullable=False),
    Column("why", Text, nullable=False),
    *signed(),
)
"""A person's word that rows are one part (same) or are not (not_same); the last word on a pair holds. `parts`: JSON list of
keys."""

part_query = Table(
    "part_query",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(24), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("asked", Text, nullable=False),
    *signed(),
)
"""`id`: from a hash of what was asked, without the edition: it stays as editions come."""

part_answer = Table(
    "part_answer",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("query_id", String(24), nullable=False, index=True),
    Column("edition", String(64), nullable=False),
    Column("value", Text, nullable=False),
    *signed(),
)
"""`value`: the numbers alone, canonical JSON: what is compared when it runs again."""
