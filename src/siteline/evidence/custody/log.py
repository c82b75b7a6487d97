"""The custody log: rows chained by their hashes, closed after each batch by a signed checkpoint."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from ulid import ULID

from siteline.evidence.custody.anchor import Anchors, Seen
from siteline.evidence.custody.clock import Clock, stamp
from siteline.evidence.custody.dsse import Envelope, parse_envelope, seal
from siteline.evidence.custody.keys import Signer
from siteline.evidence.custody.merkle import Frontier
from siteline.evidence.custody.rows import FIRST, Event, canonical, digest_of, hash_line, leaf, line_of
from siteline.evidence.custody.trust import ROTATED, VOUCHED
from siteline.model.errors import BadKey
from siteline.store import tables
from siteline.store.db import Database

KEY_ACTIONS = ("key-made", "key-joined", ROTATED, VOUCHED)

_LOG, _POINT = tables.custody_event.c, tables.checkpoint.c


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a log must be told of the world, by whoever opens the case."""

    agent: str
    """The software that writes, with its version."""

    vantage: str
    """From where the work is done, as far as the user wants to say."""

    folder: str
    """Where the case is."""

    signer: Callable[[], Signer | None]
    """Asked when something is first written; None: checkpoints stay unsigned. May raise BadKey."""

    successions: Callable[[], Sequence[Mapping[str, str]]]
    """What older keys of this user said of the one in use."""

    anchors: Anchors
    there_before: Callable[[], Iterable[str]]
    """SHA-256 of what the case held before it had a log."""

    clock: Clock


class Written(NamedTuple):
    """A row that was written; records filed with it bear its number and its time."""

    seq: int
    at: str

    def mark(self) -> dict[str, Any]:
        """The columns of a record that say by which row it came."""
        return {"log_seq": self.seq, "created_at": self.at}


class CustodyLog:
    """The log of one case. Several processes may write: each batch is one transaction, and they queue."""

    def __init__(self, db: Database, around: Surroundings) -> None:
        self._db = db
        self._around = around
        self._signer: Signer | None = None
        self._asked = False

    @property
    def signer(self) -> Signer | None:
        """The key that signs here, if there is one."""
        if not self._asked:
            self._signer = self._around.signer()
            self._asked = True
        return self._signer

    def forget_signer(self) -> None:
        """Ask for the key anew when next something is written: it was changed."""
        self._asked = False

    @property
    def clock(self) -> Clock:
        """The clocks that stamp the rows."""
        return self._around.clock

    def case_id(self) -> str | None:
        """The log's own id; None before its first row."""
        rows = self._db.rows(sa.select(_LOG.detail).where(_LOG.seq == 1))
        return case_named(rows[0][0]) if rows else None

    def append(self, events: Sequence[Event]) -> list[Written]:
        """Write rows and a checkpoint over them, in one transaction; returns the rows' numbers and times."""
        signer = self.signer
        with self._db.appending():
            self._db.only_writer(tables.custody_event)
            last = self._db.rows(sa.select(_LOG.seq, _LOG.row_hash).order_by(_LOG.seq.desc()).limit(1))
            size, head = last[0] if last else (0, FIRST)
            before = [] if last else self._beginning()
            written = [*before, *self._introduction(signer), *events]
            rows = self._chain(written, size, head)
            self._db.append(tables.custody_event, *rows)
            self._close(rows, signer)
        return [Written(row["seq"], row["created_at"]) for row in rows[len(written) - len(events) :]]

    def knows(self, sha256s: Iterable[str]) -> set[str]:
        """Which of these bytes have a row already."""
        wanted, found = list(dict.fromkeys(sha256s)), set[str]()
        for start in range(0, len(wanted), 500):
            query = sa.select(_LOG.object).where(_LOG.object.in_(wanted[start : start + 500])).distinct()
            found.update(row[0] for row in self._db.rows(query))
        return found

    def _beginning(self) -> list[Event]:
        held = sorted(self._around.there_before())
        return [
            Event("opened", detail={"case": str(ULID()), "held": len(held)}, note="the custody log begins"),
            *(
                Event("imported", object=sha256, note="held by the case before its log began")
                for sha256 in held
            ),
        ]

    def _introduction(self, signer: Signer | None) -> list[Event]:
        """The rows by which a key that has not signed here before says who it is."""
        if signer is None:
            return []
        key = signer.public
        of_keys = self._db.rows(
            sa.select(_LOG.action, _LOG.object, _LOG.detail)
            .where(_LOG.action.in_(KEY_ACTIONS))
            .order_by(_LOG.seq)
        )
        retired = {detail_of(detail).get("by") for action, _, detail in of_keys if action == ROTATED}
        if key.fingerprint in retired:
            raise BadKey(
                f"the key {key.fingerprint[:16]} was retired in this case",
                "Sign with the key that took its place.",
            )
        known = {named for _, named, _ in of_keys}
        if key.fingerprint in known:
            return []
        for said in self._around.successions():
            if said.get("fingerprint") == key.fingerprint and said.get("by") in known:
                return [
                    Event(
                        ROTATED,
                        object=key.fingerprint,
                        detail=said,
                        note="a new key takes an old one's place",
                    )
                ]
        detail = {"fingerprint": key.fingerprint, "public_key": key.pem}
        return [Event("key-joined" if known else "key-made", object=key.fingerprint, detail=detail)]

    def _chain(self, events: Sequence[Event], size: int, head: str) -> list[dict[str, Any]]:
        clock, rows = self._around.clock, []
        boot, who = clock.boot(), self._db.who
        for number, event in enumerate(events, size + 1):
            now = clock.now()
            row = {
                "seq": number,
                "prev_hash": head,
                "action": event.action,
                "object": event.object,
                "exhibit_id": event.exhibit_id,
                "agent": self._around.agent,
                "tool": event.tool,
                "vantage": self._around.vantage,
                "started_at": stamp(event.started_at or now),
                "ended_at": stamp(event.ended_at or now),
                "boot": boot,
                "monotonic_ns": clock.monotonic_ns(),
                "note": event.note,
                "detail": canonical({**event.detail, "salt": secrets.token_hex(16)}),
                "created_at": stamp(now),
                "created_by": who,
            }
            row["row_hash"] = head = hash_line(line_of(row))
            rows.append(row)
        return rows

    def _close(self, rows: Sequence[Mapping[str, Any]], signer: Signer | None) -> None:
        """Write the checkpoint over all rows up to these."""
        if not rows:
            return
        newest = self._db.rows(
            sa.select(_POINT.seq, _POINT.size, _POINT.peaks, _POINT.envelope)
            .order_by(_POINT.seq.desc())
            .limit(1)
        )
        edge, number, previous = self._frontier(newest[0] if newest else None, rows[0]["seq"] - 1)
        for row in rows:
            edge.add(leaf(row["row_hash"]))
        case = self.case_id() or ""
        head, now = rows[-1]["row_hash"], rows[-1]["created_at"]
        body = statement(case, number + 1, edge, head, previous, now)
        envelope = seal(body, signer)
        fingerprint = signer.public.fingerprint if signer else ""
        self._db.append(
            tables.checkpoint,
            {
                "seq": number + 1,
                "size": edge.size,
                "fingerprint": fingerprint,
                "peaks": json.dumps([peak.hex() for peak in edge.peaks]),
                "envelope": envelope.to_json(),
                "created_at": now,
            },
        )
        seen = Seen(case, edge.size, head, number + 1, fingerprint, self._around.folder)
        if self._follows(self._around.anchors.of(case), rows[0]["seq"] - 1):
            self._db.afterwards(lambda: self._around.anchors.advance(seen))

    def _frontier(self, newest: Any, size: int) -> tuple[Frontier, int, str]:
        """The tree's edge over the rows so far, the number of the last checkpoint, and its digest."""
        if newest is None:
            return self._grown(Frontier(), size), 0, FIRST
        number, covered, peaks, envelope = newest
        try:
            edge = Frontier(covered, (bytes.fromhex(peak) for peak in json.loads(peaks)))
        except (ValueError, TypeError):  # damaged: the rows say it again, and `verify` names it
            edge = Frontier()
        if edge.size > size:  # rows are gone: go on from those that are there, and `verify` names it
            edge = Frontier()
        return self._grown(edge, size), number, digest_of(envelope)

    def _grown(self, edge: Frontier, size: int) -> Frontier:
        if edge.size < size:
            missing = (
                sa.select(_LOG.row_hash).where(_LOG.seq > edge.size, _LOG.seq <= size).order_by(_LOG.seq)
            )
            for (row_hash,) in self._db.rows(missing):
                edge.add(leaf(row_hash))
        return edge

    def _follows(self, seen: Seen | None, size: int) -> bool:
        """Whether the log still begins with what this machine has seen; else what was seen is not forgotten."""
        if seen is None:
            return True
        found = (
            self._db.rows(sa.select(_LOG.row_hash).where(_LOG.seq == seen.size)) if seen.size <= size else []
        )
        return bool(found) and found[0][0] == seen.head


def detail_of(text: str) -> dict[str, Any]:
    """What a row's detail says; nothing if it is damaged."""
    try:
        said = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def case_named(detail: str) -> str:
    """The log's id, by the detail of its first row."""
    return str(detail_of(detail).get("case", ""))


def statement(case: str, number: int, edge: Frontier, head: str, previous: str, now: str) -> bytes:
    """What a checkpoint says: this log, so many rows, this root, this last row, after that checkpoint."""
    return canonical(
        {
            "case": case,
            "head": head,
            "number": number,
            "previous": previous,
            "root": edge.root().hex(),
            "siteline": "checkpoint/1",
            "size": edge.size,
            "time": now,
        }
    ).encode()


def read_checkpoints(db: Database) -> list[tuple[int, int, str, str, str]]:
    """(number, size, fingerprint, peaks, envelope) of every checkpoint, in order."""
    query = sa.select(_POINT.seq, _POINT.size, _POINT.fingerprint, _POINT.peaks, _POINT.envelope)
    return [tuple(row) for row in db.rows(query.order_by(_POINT.seq))]


def open_checkpoint(envelope: str) -> tuple[Envelope, dict[str, Any]]:
    """A checkpoint's envelope and what it says; raises BadInput."""
    sealed = parse_envelope(envelope)
    said = json.loads(sealed.payload)
    return sealed, said if isinstance(said, dict) else {}
