"""Pairs of exhibits that were held against each other, and what a person said of them; appended, never edited."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody.held import hold
from siteline.evidence.custody.log import CustodyLog, detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import Event, canonical, digest_of, hash_line, read_records
from siteline.model.errors import BrokenCustody
from siteline.store import tables
from siteline.store.db import Database, known_at

PAIRED, JUDGED, SWEPT = "paired", "pair-judged", "swept"
MATCH, NO_MATCH = "match", "no_match"
SAME, DIFFERENT = "same", "different"
HASHES, DEEP = "hashes", "deep"
"""How far a pair was looked at: as far as its hashes asked for, or with local features whatever they say."""

_COLUMNS = ("id", "a", "b", "method", "verdict")
_PAIR, _VERDICT, _LOG = tables.pair.c, tables.pair_verdict.c, tables.custody_event.c


@dataclass(frozen=True, slots=True)
class Pair:
    """Two exhibits held against each other by the machine."""

    id: str
    a: str
    """An exhibit: the still, if one of the two is one; else the older."""

    b: str
    a_sha256: str
    b_sha256: str
    verdict: str
    """`match` or `no_match`; only a person says `same`."""

    method: str
    """`bytes`, `pdq` or `features`."""

    looked: str
    """`hashes` or `deep`."""

    distance: int | None
    """PDQ bits between the closest frames; None where either is too plain for a hash."""

    view: str
    """How `a` must be turned to lie on `b`."""

    inliers: int
    spread: float
    t_a: float | None
    """When the frame is shown, seconds; None for a picture."""

    t_b: float | None
    share_a: float | None
    """Part of the usable frames of a video that the other has too, within 31 bits; None for a picture."""

    share_b: float | None
    means: str

    @property
    def both(self) -> frozenset[str]:
        """The two exhibits, in no order."""
        return frozenset((self.a, self.b))


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said of a pair."""

    verdict: str
    """`same` or `different`."""

    who: str
    at: str
    why: str


_FIELDS = tuple(field.name for field in fields(Pair))


class Pairs:
    """The pairs of one case."""

    def __init__(self, db: Database, log: CustodyLog) -> None:
        self._db = db
        self._log = log

    def file(self, pairs: Sequence[Pair], tool: str) -> None:
        """Record pairs; their rows in the log name no exhibit, for either may be confidential."""
        nouns = [canonical(asdict(pair)) for pair in pairs]
        events = [
            Event(PAIRED, tool=tool, detail={"pair": pair.id, "record": hash_line(noun)})
            for pair, noun in zip(pairs, nouns, strict=True)
        ]
        with self._db.appending():
            rows = self._log.append(events) if events else []
            self._db.append(
                tables.pair,
                *(
                    {**{name: getattr(pair, name) for name in _COLUMNS}, "noun": noun, **row.mark()}
                    for pair, noun, row in zip(pairs, nouns, rows, strict=True)
                ),
            )

    def judge(self, a: str, b: str, verdict: str, why: str, tool: str) -> None:
        """A person's word on two exhibits."""
        a, b = sorted((a, b))
        with self._db.appending():
            [row] = self._log.append(
                [Event(JUDGED, tool=tool, detail={"record": digest_of([a, b, verdict, why])})]
            )
            self._db.append(
                tables.pair_verdict, {"a": a, "b": b, "verdict": verdict, "why": why, **row.mark()}
            )

    def newest(self, as_of: datetime | None = None) -> dict[frozenset[str], tuple[Pair, str]]:
        """The last look at every pair, a deep one before one at hashes; with when it was."""
        query = known_at(sa.select(_PAIR.noun, _PAIR.created_at).order_by(_PAIR.seq), tables.pair, as_of)
        found: dict[frozenset[str], tuple[Pair, str]] = {}
        for noun, at in self._db.rows(query):
            pair = _read(noun)
            before = found.get(pair.both)
            if before is None or pair.looked == DEEP or before[0].looked != DEEP:
                found[pair.both] = (pair, at)
        return found

    def words(self, as_of: datetime | None = None) -> dict[frozenset[str], Word]:
        """The last word of a person on every pair."""
        query = sa.select(
            _VERDICT.a, _VERDICT.b, _VERDICT.verdict, _VERDICT.created_by, _VERDICT.created_at, _VERDICT.why
        ).order_by(_VERDICT.seq)
        return {
            frozenset((a, b)): Word(verdict, who, at, why)
            for a, b, verdict, who, at, why in self._db.rows(known_at(query, tables.pair_verdict, as_of))
        }

    def note_sweep(self, upto: int, is_whole: bool, tool: str) -> None:
        """Record that all blobs framed up to a row were compared; `is_whole`: none was hidden from who did it."""
        self._log.append([Event(SWEPT, tool=tool, detail={"upto": upto, "whole": is_whole})])

    def swept(self, who: str) -> int:
        """Up to which row this person need not compare again; 0 if from the beginning."""
        query = sa.select(_LOG.seq, _LOG.action, _LOG.detail, _LOG.created_by)
        upto = 0
        for _, action, detail, by in self._db.rows(
            query.where(_LOG.action.in_([SWEPT, "restricted"])).order_by(_LOG.seq)
        ):
            told = detail_of(detail)
            if action == "restricted":
                upto = 0  # others may see other things now
            elif told.get("whole") is True or by == who:
                upto = max(upto, int(told.get("upto") or 0))
        return upto


def _read(noun: str) -> Pair:
    try:
        told = json.loads(noun)
        return Pair(**{name: told[name] for name in _FIELDS})
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenCustody("the row of a pair was altered", "Name it: siteline evidence verify") from error


def check_pairs(db: Database, rows: Sequence[Mapping[str, Any]], report: Report) -> None:
    """Whether every pair and every word on one is as the log says it came, and none is gone."""
    said = {row["seq"]: row for row in rows if row["action"] in (PAIRED, JUDGED)}
    for record in read_records(db, tables.pair, *_COLUMNS, "noun"):
        told = detail_of(str(record["noun"]))
        agrees = all(record[name] == told.get(name) for name in _COLUMNS)
        hold(f"pair {record['id']}", record, hash_line(str(record["noun"])), agrees, said, report)
    for record in read_records(db, tables.pair_verdict, "a", "b", "verdict", "why"):
        digest = digest_of([record[name] for name in ("a", "b", "verdict", "why")])
        hold(f"verdict on {record['a']} and {record['b']}", record, digest, True, said, report)
    for row in said.values():
        report.find(
            "pairs of exhibits", f"a {row['action']} is gone, but the log says it came (row {row['seq']})"
        )
