"""What others annotated at a site, kept as they said it, beside our events: the newest of each is the annotation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from siteline.model.smart import SmartSite
from siteline.sites.smart.read import smart_of, summary_of
from siteline.sites.smart.write import describe_smart, describe_summary
from siteline.store import tables
from siteline.store.db import Database, known_at

_SMART = "smart"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotated site, and the file that said so."""

    site: SmartSite
    source_sha256: str
    created_at: datetime
    created_by: str


class Annotations:
    """The annotations of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site_id: str, annotated: Sequence[tuple[SmartSite, str]]) -> int:
        """File annotations of a site, each with the SHA-256 of its file, all or none; returns how many were new."""
        added = 0
        with self._db.appending():
            there = {(ref, whole): document for ref, whole, document, *_ in self._rows(site_id, None)}
            for one, sha256 in annotated:
                document = _document(one)
                whole = not one.is_summary
                if there.get((one.id, whole)) == document:
                    continue
                there[one.id, whole] = document
                self._db.append(
                    tables.annotation,
                    {
                        "site_id": site_id,
                        "standard": _SMART,
                        "ref": one.id,
                        "whole": whole,
                        "document": document,
                        "source_sha256": sha256,
                    },
                )
                added += 1
        return added

    def all(self, site_id: str, as_of: datetime | None = None) -> list[Annotation]:
        """The annotations of a site by id: the newest site model of each, else its newest summary."""
        newest: dict[str, tuple[bool, Annotation]] = {}
        for ref, whole, document, sha256, at, by in self._rows(site_id, as_of):
            if whole or ref not in newest or not newest[ref][0]:
                when = datetime.fromisoformat(at)
                newest[ref] = (whole, Annotation(_site(document, ref, whole), sha256, when, by))
        return [newest[ref][1] for ref in sorted(newest)]

    def _rows(self, site_id: str, as_of: datetime | None) -> list[tuple[str, bool, str, str, str, str]]:
        c = tables.annotation.c
        query = sa.select(c.ref, c.whole, c.document, c.source_sha256, c.created_at, c.created_by).where(
            c.site_id == site_id, c.standard == _SMART
        )
        rows = self._db.rows(known_at(query, tables.annotation, as_of).order_by(c.seq))
        return [(ref, bool(whole), document, sha, at, by) for ref, whole, document, sha, at, by in rows]


def _document(one: SmartSite) -> str:
    said = describe_summary(one) if one.is_summary else describe_smart(one)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _site(document: str, ref: str, whole: bool) -> SmartSite:
    said = json.loads(document)
    if not whole:
        return summary_of(said, ref)
    found, _ = smart_of(said, ref)
    assert isinstance(found, SmartSite)
    return found
