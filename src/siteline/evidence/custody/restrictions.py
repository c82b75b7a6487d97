"""What is confidential now: by a person's word on it, or because of what it was made from, holds, or repeats."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from siteline.model.errors import BrokenCustody
from siteline.store import tables
from siteline.store.db import Database

OF_THE_CAPTURE = "of the capture"
"""How the activity ends by which a part came out of a capture: the capture's archive holds its bytes, too."""

_MANY = 500
"""How many values go into one query."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """Why something is confidential, and who may see it."""

    why: str
    readers: tuple[str, ...]
    through: str = ""
    """The exhibit whose restriction reaches this one; "" for its own."""


@dataclass(frozen=True, slots=True)
class Word:
    """The newest that a person said of one exhibit; without readers: that all may see it."""

    seq: int
    said: Restriction


def words_of(db: Database) -> dict[str, Word]:
    """The newest word on every exhibit of which there is one, by the order of the log."""
    table = tables.restriction.c
    query = sa.select(table.log_seq, table.exhibit_id, table.why, table.readers).order_by(table.log_seq)
    try:
        return {
            exhibit: Word(seq, Restriction(why, tuple(json.loads(readers))))
            for seq, exhibit, why, readers in db.rows(query)
        }
    except (ValueError, TypeError) as error:
        raise BrokenCustody("a restriction was altered", "Name it: siteline evidence verify") from error


def in_force(db: Database) -> dict[str, Restriction]:
    """
    What is confidential, by exhibit.

    A person's word on an exhibit stands. Without one, or where the word was to lift and something was restricted later,
    it is restricted with the same bytes under another name, with a part that a capture holds, and with anything it was made from.
    """
    words = words_of(db)
    force = {exhibit: word for exhibit, word in words.items() if word.said.readers}
    if not force:
        return {}
    named = _named(db, words)
    for exhibit, origins in _twins(db, named):
        _reach(exhibit, origins, force, words)
        if exhibit in force:
            named.add(exhibit)
    for exhibit, origins in _holders(db, named):
        _reach(exhibit, origins, force, words)
    for exhibit, origins in _made_from(db, force):
        _reach(exhibit, origins, force, words)
    return {exhibit: word.said for exhibit, word in force.items()}


def named_bytes(db: Database) -> set[str]:
    """SHA-256 of bytes that a person restricted for themselves, not only as a part of a capture."""
    table = tables.exhibit.c
    named = sorted(_named(db, words_of(db)))
    return {sha256 for _, sha256 in _rows(db, sa.select(table.id, table.sha256), table.id, named)}


def _named(db: Database, words: Mapping[str, Word]) -> set[str]:
    """
    What a person restricted for itself.

    A part that is restricted in the very words of its capture only follows it: a site's logo is no secret in every capture,
    because it is in a secret one.
    """
    table = tables.derivation.c
    named = {exhibit for exhibit, word in words.items() if word.said.readers}
    query = sa.select(table.exhibit_id, table.from_id).where(table.activity.endswith(OF_THE_CAPTURE))
    for part, holder in _rows(db, query, table.exhibit_id, sorted(named)):
        if holder in words and words[holder].said == words[part].said:
            named.discard(part)
    return named


def _reach(exhibit: str, origins: Collection[str], force: dict[str, Word], words: Mapping[str, Word]) -> None:
    """Restrict an exhibit as its origins are, all of them together, unless a person's word stands against it."""
    reaching = {origin: force[origin] for origin in origins if origin in force}
    if not reaching:
        return
    own, seq = words.get(exhibit), max(word.seq for word in reaching.values())
    if own is not None and (own.said.readers or own.seq > seq):
        return
    said = [word.said for word in reaching.values()]
    readers = tuple(r for r in said[0].readers if all(r in other.readers for other in said))
    why = "; ".join(dict.fromkeys(one.why for one in said))
    through = said[0].through or next(iter(reaching))
    force[exhibit] = Word(seq, Restriction(why, readers, through))


def _twins(db: Database, restricted: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Other exhibits of the same bytes."""
    table = tables.exhibit.c
    named = dict[str, list[str]]()
    for exhibit, sha256 in _rows(db, sa.select(table.id, table.sha256), table.id, sorted(restricted)):
        named.setdefault(sha256, []).append(exhibit)
    twins = list(_rows(db, sa.select(table.id, table.sha256), table.sha256, sorted(named)))
    for exhibit, sha256 in twins:
        if exhibit not in restricted:
            yield exhibit, named[sha256]


def _holders(db: Database, restricted: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Captures whose archives hold restricted parts."""
    table = tables.derivation.c
    parts = dict[str, list[str]]()
    query = sa.select(table.exhibit_id, table.from_id).where(table.activity.endswith(OF_THE_CAPTURE))
    for part, holder in _rows(db, query, table.exhibit_id, sorted(restricted)):
        parts.setdefault(holder, []).append(part)
    yield from ((holder, held) for holder, held in parts.items() if holder not in restricted)


def _made_from(db: Database, force: Mapping[str, Word]) -> Iterator[tuple[str, list[str]]]:
    """What was made from these, at any remove, in the order in which it was made, each with all that it was made from."""
    table = tables.derivation.c
    query = sa.select(table.seq, table.exhibit_id, table.from_id)
    origins, first, edge = dict[str, list[str]](), dict[str, int](), set(force)
    while edge:
        fresh = set[str]()
        for seq, made, origin in _rows(db, query, table.from_id, sorted(edge)):
            if made not in first and made not in edge:
                fresh.add(made)
            first[made] = min(seq, first.get(made, seq))
            origins.setdefault(made, [])
            if origin not in origins[made]:
                origins[made].append(origin)
        edge = fresh - set(force)
    yield from ((made, origins[made]) for made in sorted(first, key=lambda one: first[one]))


def _rows(
    db: Database, query: sa.Select[Any], column: sa.ColumnElement[Any], values: list[str]
) -> Iterator[Any]:
    for start in range(0, len(values), _MANY):
        yield from db.rows(query.where(column.in_(values[start : start + _MANY])))
