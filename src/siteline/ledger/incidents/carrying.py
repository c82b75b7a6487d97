"""Judgements on reports, followed from one edition of a data set to another where the row is the same there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.ledger.incidents.rows import Incidents
from siteline.ledger.judged import last_words
from siteline.model.incident import Edition, Judged
from siteline.store import tables
from siteline.store.db import Database

_REPORT = tables.incident_report.c
_BLOCK = 400


@dataclass(frozen=True, slots=True)
class Carried:
    """What people said of reports, in the ids of the editions asked about."""

    judged: list[Judged]
    """Every judgement, oldest first."""

    changed: dict[str, tuple[str, ...]]
    """By judgement that still holds: its reports whose rows are not in the newer edition as they were."""


def carry(
    db: Database, incidents: Incidents, editions: Sequence[Edition], as_of: datetime | None = None
) -> Carried:
    """
    Judgements as they hold in these editions. A row is the same where every cell of it is, the source's key among them.

    A word on a row that was changed or left out does not follow: a person looks again.
    """
    judged = incidents.judged(as_of)
    rows = {row.id: row for row in _rows(db, sorted({name for one in judged for name in one.reports}))}
    known = {edition.known: edition for edition in incidents.editions(as_of)}
    here = {edition.known for edition in editions}
    wanted = {edition.dataset: edition for edition in editions}
    follows, lost = dict[str, str](), set[str]()
    for name, row in rows.items():
        of = known.get(row.edition)
        if of is None or row.edition in here or of.dataset not in wanted:
            continue
        found = _same_row(db, row, wanted[of.dataset])
        if found:
            follows[name] = found
        else:
            lost.add(name)
    standing = {one.id for one in last_words(judged).values()}
    return Carried(
        [
            replace(one, reports=tuple(sorted({follows.get(name, name) for name in one.reports})))
            for one in judged
        ],
        {
            one.id: gone
            for one in judged
            if one.id in standing and (gone := tuple(name for name in one.reports if name in lost))
        },
    )


def _rows(db: Database, names: Sequence[str]) -> Iterable[Any]:
    columns = (_REPORT.id, _REPORT.edition, _REPORT.line, _REPORT.start_min, _REPORT.noun)
    for start in range(0, len(names), _BLOCK):
        yield from db.rows(sa.select(*columns).where(_REPORT.id.in_(names[start : start + _BLOCK])))


def _same_row(db: Database, row: Any, edition: Edition) -> str | None:
    """The id of the same row in another edition; of several that are equal, the one in the same place among them."""

    def equal(number: int) -> list[Any]:
        query = sa.select(_REPORT.id, _REPORT.line, _REPORT.noun).where(
            _REPORT.edition == number, _REPORT.start_min == row.start_min
        )
        return [one for one in db.rows(query.order_by(_REPORT.line)) if one.noun == row.noun]

    there = equal(edition.known)
    if len(there) < 2:
        return there[0].id if there else None
    place = [one.id for one in equal(row.edition)].index(row.id)
    return there[place].id if place < len(there) else None
